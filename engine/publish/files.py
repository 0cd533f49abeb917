"""Documents leave the house: written with their record, never over somebody's work; made again from the record."""

from __future__ import annotations

import glob
import hashlib
import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from engine.bulletin import ENDING, changes, marks, record
from engine.pipeline import Options
from engine.publish.edition import Edition, Order, prepared
from engine.saving import apart, held
from engine.source import Passage, Problem, Rejected


@dataclass(frozen=True, slots=True)
class Release:
    """What was written, the record last; ``changes``: what is otherwise than in the earlier record of the issue."""

    paths: tuple[Path, ...]
    changes: tuple[str, ...]


def released(edition: Edition, folder: Path, tell: Callable[[int], None]) -> Release:
    """Write the documents, then their record; ``tell`` hears how many are done.

    An earlier record stays beside the new one, numbered. Raises :class:`Rejected`, and then nothing has been
    written: B05 where a document differs from the result, F03 where somebody has worked on the one there is.
    """
    made = []
    for done, document in enumerate(edition.documents(), 1):
        made.append(document)
        tell(done)
    order = edition.order
    apart([folder / name for name, _ in made], [order.rules, order.records, order.template])
    place = folder / f"{_base(edition)}{ENDING}"
    with held(folder) as desk:
        earlier = _kept(place) if place.exists() else {}
        _refuse_edited(folder, made, earlier)
        kept = _record(edition, made)
        told = tuple(changes(earlier, json.loads(kept)))
        corrected = _corrected(edition, place, kept, told) if earlier and place.read_bytes() != kept else {}
        desk.put({**dict(made), **corrected, place.name: kept})
    drafts = [folder / name for name in corrected if name.endswith(".txt")]
    return Release((*(folder / name for name, _ in made), *drafts, place), told)


def _corrected(edition: Edition, place: Path, kept: bytes, told: Sequence[str]) -> dict[str, bytes]:
    """The earlier record under a number of its own and, where figures have changed, the draft of a 更正通报."""
    base = _base(edition)
    number = len(list(place.parent.glob(f"{glob.escape(base)}.记录.*.json"))) + 1
    draft = {f"{base}.更正.{number}.txt": _draft(edition, told)} if told else {}
    return {f"{base}.记录.{number}.json": place.read_bytes(), **draft}


def _draft(edition: Edition, told: Sequence[str]) -> bytes:
    """The text of a 更正通报, to be worked on: never written over, since it is numbered with the record it corrects."""
    issue, result = edition.issue, edition.result
    first = f"{issue.sent_for}{issue.bulletin.name}（截至{result.as_json_date()}）有更正（底稿，请核对后再用）。"
    return "\n".join([*marks(result), first, *told, ""]).encode()


def _base(edition: Edition) -> str:
    """What the record is called: after the issue, or after the one slip that was asked for; text apart from Word."""
    name = Path(edition.names[0]).stem if edition.order.unit else edition.issue.name
    return name if edition.template.suffix == ".docx" else f"{name}{edition.template.suffix}"


def _refuse_edited(folder: Path, made: Sequence[tuple[str, bytes]], earlier: Mapping[str, Any]) -> None:
    """A document that is not as it was written may hold somebody's work, and is never written over."""
    known = {entry["文件"]: entry["sha256"] for entry in earlier.get("文书", ())}
    problems = [
        Problem("F03", f"“{folder / name}”写好以后又改过，里面可能有您加的字，没有动它。", Passage(str(folder / name)),
                "移走它，或者用 -o 换一个文件夹。")
        for name, data in made
        if _digest_of(folder / name) not in ("", known.get(name), digest(data))
    ]  # fmt: skip
    if problems:
        raise Rejected(problems)


def _record(edition: Edition, made: Sequence[tuple[str, bytes]]) -> bytes:
    template = {"文件": _shown(edition.template), "sha256": digest(edition.template.read_bytes())}
    documents = [(name, digest(data)) for name, data in made]
    return record(edition.result, edition.issue, _typed(edition.order), template, version("xize"), documents)


def _typed(order: Order) -> dict[str, Any]:
    """What was asked for, in plain values; :func:`_order` reads it back."""
    return {
        "细则": str(order.rules), "台账": str(order.records), "种类": order.kind, "期": order.period,
        "文号": order.number, "日期": order.day.isoformat() if order.day else "", "附注": order.note,
        "单位": order.unit,
        "截至": order.options.as_of.isoformat() if order.options.as_of else "",
        "口径": dict(order.options.readings or {}), "略去错行": order.options.skip_bad, "示意": order.draft,
    }  # fmt: skip


def _order(typed: Mapping[str, Any], template: str) -> Order:
    day, as_of = (date.fromisoformat(typed[key]) if typed[key] else None for key in ("日期", "截至"))
    options = Options(as_of, dict(typed["口径"]), bool(typed["略去错行"]))
    return Order(
        Path(typed["细则"]), Path(typed["台账"]), typed["种类"], typed["期"], Path(template), typed["文号"], day,
        typed["单位"], bool(typed["示意"]), options, note=typed.get("附注", ""),
    )  # fmt: skip


def _shown(path: Path) -> str:
    """A path as the folder it was run in sees it, so that a record can be moved with its folder."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


_WRITTEN = "给出和文书写在一起的“….记录.json”，不要改它。"


# ---- made again -----------------------------------------------------------------------------


def replayed(path: Path, folder: Path | None = None) -> Replay:
    """The documents of a record made again, byte for byte, beside the record unless a folder is named.

    Raises :class:`Rejected` (F01, B07), and then nothing has been written.
    """
    kept = _kept(path)
    try:
        order = _order(kept["命令"], kept["模板"]["文件"])
        wanted = {entry["文件"]: entry["sha256"] for entry in kept["文书"]}
        sources = [kept["细则"], kept["模板"], *kept["台账"]]
        changed = [s["文件"] for s in sources if _digest_of(Path(s["文件"])) != s["sha256"]]
    except (KeyError, TypeError, ValueError):
        raise Rejected([_unlike(path, "它不是 xize bulletin 写的记录，或者被改过。", _WRITTEN)]) from None
    if changed:
        raise Rejected([_unlike(path, f"和当时不是同一份了，或者不在了：{'、'.join(changed)}。")])
    made = list(prepared(order).documents())
    differing = [name for name, data in made if wanted.pop(name, "") != digest(data)]
    if differing or wanted:
        detail = (
            f"文件都没有变，写出的却不同：{'、'.join([*differing, *wanted])}。程序换过版本（当时 {kept['程序']}）？"
        )
        raise Rejected([_unlike(path, detail)])
    place = folder or path.parent
    with held(place) as desk:
        documents = tuple(_again(place / name, data) for name, data in made)
        desk.put({one.path.name: data for one, (_, data) in zip(documents, made, strict=True) if one.written})
    return Replay(documents)


@dataclass(frozen=True, slots=True)
class Again:
    """One document made again: ``path`` where it stands, whether it had to be written, and the file under its own
    name that is otherwise now and was not touched, with the time it was last saved."""

    path: Path
    written: bool
    edited: Path | None = None
    saved: str = ""


@dataclass(frozen=True, slots=True)
class Replay:
    """What came of making the documents of a record again, in order."""

    documents: tuple[Again, ...]


def _again(path: Path, data: bytes) -> Again:
    """Under its own name if that is free; never over a file that is otherwise: then beside it, under the next name."""
    names = itertools.chain([path], (path.with_name(f"{path.stem}.重做{n}{path.suffix}") for n in itertools.count(1)))
    place = next(name for name in names if _digest_of(name) == digest(data) or not name.exists())
    written = not place.exists()
    if place == path:
        return Again(path, written)
    return Again(place, written, path, f"{datetime.fromtimestamp(path.stat().st_mtime):%Y-%m-%d %H:%M}")  # noqa: DTZ006


def _kept(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise Rejected([Problem("F01", f"没有“{path}”，或者打不开。", Passage(str(path)), "看看文件名。")]) from None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Rejected([_unlike(path, "它不是 xize bulletin 写的记录。", _WRITTEN)])
    return found


def _digest_of(path: Path) -> str:
    """A file's SHA-256, empty where it cannot be read."""
    try:
        return digest(path.read_bytes())
    except OSError:
        return ""


def _unlike(path: Path, detail: str, hint: str = "找回当时的文件再做；或者重新写一期，看改了什么。") -> Problem:
    return Problem("B07", detail, Passage(str(path)), hint)


def digest(data: bytes) -> str:
    """SHA-256, as records keep it."""
    return hashlib.sha256(data).hexdigest()
