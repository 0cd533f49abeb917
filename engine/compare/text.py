"""A comparison on a terminal: by clause, old → new, where, which way, and the situation that shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from engine.compare.change import Change, Comparison, Direction, Kind, Match, Proof, Side, Witness
from engine.compare.group import SKETCHES
from engine.compare.match import CLAUSES
from engine.compare.summary import summary
from engine.scoring import SCORE

_COLOURS: Mapping[object, str] = {
    Direction.TIGHTER: "31", Direction.LOOSER: "32", Direction.BOTH: "35", Direction.UNKNOWN: "33",
    Kind.ADDED: "32", Kind.REMOVED: "31", "删": "31", "增": "32", "题": "1", "淡": "2",
}  # fmt: skip
_LONGEST = 60
_AROUND = 12  # letters of unchanged text kept on each side of a change
_MARKS = {"删": ("〔-", "-〕"), "增": ("〔+", "+〕")}


def lines(comparison: Comparison, *, colour: bool) -> Iterator[str]:
    """The comparison as lines of text; ``colour``: with the colours of a terminal."""
    paint = _Paint(on=colour)
    told = summary(comparison)
    old, new = comparison.old, comparison.new
    yield paint("题", f"{old.title.marked(old.source.name)} → {new.title.marked(new.source.name)}")
    yield told.words
    if not comparison.changes:
        return
    if 2 * len(old.items.keys() & new.items.keys()) < len(old.items):
        yield "两份文件同名的内容很少，不像是同一份细则的两版，对照的意义不大。"
    yield paint("淡", told.rules)
    for heading, group in groupby(comparison.changes, key=_heading):
        yield ""
        yield paint("题", heading)
        for change in group:
            yield from _change(change, paint)


class _Paint:
    def __init__(self, *, on: bool) -> None:
        self.on = on

    def __call__(self, what: object, text: str) -> str:
        """A text in the colour of what it says."""
        return f"\x1b[{_COLOURS[what]}m{text}\x1b[0m" if self.on and what in _COLOURS else text


def _heading(change: Change) -> str:
    """The clauses a change belongs to, or its section."""
    old, new = ("；".join(side.clauses[:2]) for side in (change.old, change.new))
    if (not old and not new) or change.new.path == SKETCHES:
        return change.new.path[0]
    return old or new if old == new or not (old and new) else f"{old} → {new}"


def _change(change: Change, paint: _Paint) -> Iterator[str]:
    note = f"（{change.note}）" if change.note else ""
    values = "" if change.words else f"　{_value(change.old)} → {_value(change.new)}"
    if change.old.path[:1] == CLAUSES and change.note:
        values = f"　{change.new.text}"
    kind, way = paint(change.kind, change.kind.value), paint(change.direction, change.direction.value)
    way = f"　{way}" if change.kind is not Kind.WORDS else ""
    yield f"  {change.number}. {kind}　{change.title}{note}{values}{way}"
    if change.words:
        yield f"     {_words(change, paint)}"
    yield paint("淡", f"     {_where(change)}")
    yield from _why(change)


def _value(side: Side) -> str:
    if side.text is None:
        return "（没有）"
    return side.text if len(side.text) <= _LONGEST else f"{side.text[:_LONGEST]}……"


def _words(change: Change, paint: _Paint) -> str:
    return "".join(
        paint(piece, f"{_MARKS[piece][0]}{text}{_MARKS[piece][1]}") if piece in _MARKS else _shortened(text)
        for piece, text in change.words
    )


def _shortened(text: str) -> str:
    return text if len(text) <= 2 * _AROUND + 2 else f"{text[:_AROUND]}……{text[-_AROUND:]}"


def _where(change: Change) -> str:
    places = [f"{s.place.source.name}:{s.place.line}" for s in (change.old, change.new) if s.place is not None]
    matched = f"　按{change.match.value}认定" if change.match not in (None, Match.NAME) and change.match else ""
    return f"{' → '.join(places)}{matched}{'　待核对' if change.unverified else ''}"


def _why(change: Change) -> Iterator[str]:
    verdict = change.verdict
    if verdict is None or change.kind is Kind.WORDS:
        return
    along = f"（和第 {'、'.join(map(str, verdict.along))} 处一起试）" if verdict.along else ""
    if verdict.proof is not Proof.SHOWN or not verdict.witnesses:
        yield f"     {verdict.proof.value}：{verdict.words}{along}"
    for witness in verdict.witnesses:
        way = f"{witness.direction.value}的" if len(verdict.witnesses) > 1 else ""
        yield f"     {way}例{along}：{_witness(witness)}"


def _witness(witness: Witness) -> str:
    return f"{witness.words}：旧 {_figures(witness.old)}；新 {_figures(witness.new)}"


def _figures(figures: Mapping[str, str]) -> str:
    first, *rest = figures
    others = "，".join(f"{name} {figures[name]}" for name in rest)
    return f"{first} {figures[first]}{f'（{others}）' if others else ''}" if first == SCORE else others
