"""What a document was made from, kept beside it: enough to make it again, byte for byte, and to see what changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.bulletin.figures import Figures
from engine.bulletin.issue import Issue
from engine.explanation import records
from engine.result import Result, Unit

ENDING = ".记录.json"
_CALLED = 2  # the first words of a row, enough to know it by
_DIGITS = 16


def record(
    result: Result,
    issue: Issue,
    typed: Mapping[str, Any],
    template: Mapping[str, str],
    version: str,
    documents: Sequence[tuple[str, str]],
) -> bytes:
    """The record as UTF-8 JSON. ``typed`` is what the user wrote, ``documents`` are (name, sha256)."""
    figures = Figures(result, issue)
    places = {p.unit.name: p.text for placed in figures.groups.values() for p in placed}
    whole = {
        "程序": version,
        "细则": {"文件": result.book.source.name, "sha256": result.book.digest},
        "台账": [{"文件": name, "sha256": digest} for name, digest, _ in result.files],
        "模板": dict(template),
        "命令": dict(typed),
        "截至": result.as_json_date(),
        "暂定": result.skipped,
        "口径": {r.name: r.chosen for r in result.book.readings.values()},
        "单位": {
            unit.name: {"名次": places[unit.name], **{n: figures.text(unit, n) for n in issue.bulletin.columns}}
            for unit in result.units
        },
        "记录": {unit.name: list(_rows(unit)) for unit in result.units},
        "文书": [{"文件": name, "sha256": digest} for name, digest in documents],
    }  # fmt: skip
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()


def _rows(unit: Unit) -> Iterator[tuple[str, str, str, str]]:
    """The ledger rows counted for a unit: ledger, row number, what the row is called, digest of its words."""
    for kept in records(unit):
        if kept.counted:
            words = {name: text for name, text in kept.words.items() if text}
            called = "，".join([text for text in words.values() if text != unit.name][:_CALLED])
            digest = hashlib.sha256(json.dumps(words, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
            yield kept.ledger, str(kept.row), called, digest[:_DIGITS]
