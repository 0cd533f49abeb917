"""What a document was made from, kept beside it: enough to make it again, byte for byte, and to see what changed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from engine.bulletin.figures import Figures
from engine.bulletin.issue import Issue
from engine.result import Result

ENDING = ".记录.json"


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
        "文书": [{"文件": name, "sha256": digest} for name, digest in documents],
    }  # fmt: skip
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()
