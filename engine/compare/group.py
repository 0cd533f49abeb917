"""Edits put together to what a person would call one change.

Where one change ends is declared here: :data:`_DEPTH` says how much of a path names one thing;
the bands that share an edge are one thing; a name that changed is one thing with every place that mentions it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.compare.change import Edit, Move, Path, Put
from engine.compare.match import CLAUSES, Matched, renamed, text
from engine.compare.tree import find
from engine.document import Node, Value
from engine.reader.items import MECHANISMS
from engine.reader.tables import interval
from engine.rulebook import Interval

ITEMS = ("计分", "指标", "结果")
TABLES = ("表", "按次")
_WHOLE = 1_000
# The first keys of a path → how many of its keys name one thing that changes as one; the longest that fits.
_DEPTH: dict[Path, int] = {
    ("细则",): 2, ("条文",): 2, ("口径",): 2, ("豁免",): 1, ("待核对",): 1, ("文面",): 2,
    ("单位",): 2, ("单位", "名单"): 3, ("单位", "列"): 3, ("台账",): 3, ("考评",): 2, ("考评", "项目"): 4,
    ("考评", "得分"): 3, ("通报",): 3, **{(section,): 3 for section in ITEMS},
}  # fmt: skip
_SKETCHED = ("试写", "原文")
SKETCHES: Path = (*CLAUSES, "试写")
"""The one change of all clauses whose sketch became the text, word for word."""


def groups(old: Node, new: Node, edits: Sequence[Edit], matched: Matched) -> dict[Path, list[Edit]]:
    """Edits by what they are a change of, in the order of the old file, what came new behind."""
    found: dict[Path, list[Edit]] = {}
    names = {move.at: move for move in edits if isinstance(move, Move) and move.at in matched.how}
    bands = _bands(edits)
    remade = _remade(old, new, edits)
    verbatim = _verbatim(old, new, edits)
    for edit in edits:
        key = _follows(edit, names, matched)
        key = key or next((entry for entry in (edit.at[:2], edit.at) if entry in remade or entry in verbatim), None)
        key = SKETCHES if key in verbatim else key or bands.get(edit.at) or thing(edit.at)
        found.setdefault(key, []).append(edit)
    return found


def thing(path: Path) -> Path:
    """The part of a path that names one thing."""
    if path[0] in ITEMS and len(path) > 3 and path[2] in TABLES:
        return path
    if path[:1] == ("台账",) and path[2:3] == ("列",):
        return path[:4]
    depth = next((_DEPTH[path[:length]] for length in (2, 1) if path[:length] in _DEPTH), 2)
    return path[:depth]


def _follows(edit: Edit, names: dict[Path, Move], matched: Matched) -> Path | None:
    """The change of name that an edit belongs to: it is one, or only follows one."""
    if isinstance(edit, Move):
        return edit.at if edit.at in names else _first_named(edit.at[-1], names)
    if edit.old is None or edit.new is None:
        return edit.at[:-1] if edit.at[-1] in ("曾用", "别名") and edit.at[:-1] in names else None
    for said in renamed(edit.old.value, matched.words):
        if said == edit.new.value:
            return _first_named(edit.old.value, names)
    return None


def _first_named(before: Value, names: dict[Path, Move]) -> Path | None:
    """The first change of name that makes a difference to a value."""
    for at, move in names.items():
        if any(said != before for said in renamed(before, {at[-1]: move.to[-1]})):
            return at
    return None


def _remade(old: Node, new: Node, edits: Sequence[Edit]) -> set[Path]:
    """Items whose way of computing is another word: one change, whatever else it needs."""
    entries = {edit.at[:2]: edit.to[:2] for edit in edits if edit.at[0] in ITEMS and len(edit.at) > 2}
    return {at for at, to in entries.items() if _mechanism(find(old, at)) != _mechanism(find(new, to))}


def _mechanism(node: Node | None) -> set[str]:
    return set(node.parts) & MECHANISMS if node is not None and isinstance(node.parts, dict) else set()


def _verbatim(old: Node, new: Node, edits: Sequence[Edit]) -> set[Path]:
    """Clauses of which nothing changed but that the sketch became the text, word for word."""
    clauses: dict[Path, list[Edit]] = {}
    for edit in edits:
        if edit.at[:1] == CLAUSES:
            clauses.setdefault(edit.at[:2], []).append(edit)
    return {at for at, own in clauses.items() if all(e.at[2:] and e.at[2] in _SKETCHED for e in own)
            and _same_text(find(old, at), find(new, own[0].to[:2]))}  # fmt: skip


def _same_text(a: Node | None, b: Node | None) -> bool:
    return a is not None and b is not None and text(a) == text(b)


# ---- bands ----------------------------------------------------------------------------------------


def _bands(edits: Sequence[Edit]) -> dict[Path, Path]:
    """Path of a row that came or went → the change it is part of: rows of one table that overlap belong together."""
    levels: dict[Path, list[Put]] = {}
    for edit in edits:
        if isinstance(edit, Put) and "表" in edit.at[2:-1] and (edit.old is None or edit.new is None):
            levels.setdefault(edit.at[:-1], []).append(edit)
    return {put.at: part[0].at for puts in levels.values() for part in _parts(puts) for put in part}


def _parts(puts: list[Put]) -> Iterator[list[Put]]:
    rest = list(puts)
    while rest:
        part = [rest.pop(0)]
        for put in part:
            near = [other for other in rest if _touch(put.at[-1], other.at[-1])]
            rest = [other for other in rest if other not in near]
            part += near
        yield part


def _touch(a: str, b: str) -> bool:
    """Whether two keys of a table have a value in common."""
    first, second = interval(a), interval(b)
    if first is None or second is None:
        return not {*a.split("、")}.isdisjoint(b.split("、"))
    return _below(first, second) and _below(second, first)


def _below(a: Interval, b: Interval) -> bool:
    """Whether the bottom of one is not above the top of the other."""
    if a.low is None or b.high is None or a.low < b.high:
        return True
    return a.low == b.high and a.low_closed and b.high_closed
