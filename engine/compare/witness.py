"""Two rule books over the same situations: which way they differ, and the smallest situation that shows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from engine.compare.change import Direction, Proof, Verdict, Witness
from engine.compare.rehearsal import Played, Rehearsal
from engine.compare.situations import QUARTERS, Entry, Situation
from engine.number import show
from engine.result import Figure, shown
from engine.rulebook import ABSENT_WORDS, Absent, Field, Kind, Ledger
from engine.scoring import SCORE

_MOST_FIGURES = 2
_PLACES = 2
_EFFECTS = "处置"


def judged_by(tried: Sequence[Situation], before: Rehearsal, after: Rehearsal) -> Verdict:
    """The direction over all situations that both books can score, with one witness for each way."""
    shown_by: dict[Direction, int] = {}
    counts = dict.fromkeys((Direction.LOOSER, Direction.TIGHTER), 0)
    both = sorted(before.played.keys() & after.played.keys())
    for number in both:
        for way in _ways(before.played[number], after.played[number]):
            counts[way] += 1
            shown_by.setdefault(way, number)
    if not shown_by:
        return _no_difference(tried, both, before, after)
    ways = [way for way in counts if way in shown_by]
    witnesses = tuple(witness(tried[shown_by[way]], shown_by[way], before, after, way) for way in ways)
    way = ways[0] if len(ways) == 1 else Direction.BOTH
    told = "、".join(f"{way.value} {count} 种" for way, count in counts.items() if count)
    return Verdict(way, Proof.SHOWN, f"试了 {len(both)} 种小情形：{told}", witnesses)


def _no_difference(tried: Sequence[Situation], both: list[int], before: Rehearsal, after: Rehearsal) -> Verdict:
    one_sided = before.played.keys() ^ after.played.keys()
    if one_sided:
        number = min(one_sided)
        lost = number in before.played
        words = f"{told(tried[number], before)}：{'新规则' if lost else '旧规则'}下不能这样登记，无从比较"
        return Verdict(Direction.UNKNOWN, Proof.SHOWN, words)
    return Verdict(Direction.NEUTRAL, Proof.UNCHECKED, f"试了 {len(both)} 种小情形都没有差别，没有证明")


def _ways(a: Played, b: Played) -> Iterator[Direction]:
    """Which way one situation goes: points by period, then what is done about the unit."""
    pairs = [(x, y) for x, y in zip(a.scores, b.scores, strict=False) if x != y]
    numbers = [(x, y) for x, y in pairs if isinstance(x, Fraction) and isinstance(y, Fraction)]
    if any(y > x for x, y in numbers) or a.consequences - b.consequences:
        yield Direction.LOOSER
    if any(y < x for x, y in numbers) or b.consequences - a.consequences:
        yield Direction.TIGHTER


def witness(tried: Situation, number: int, before: Rehearsal, after: Rehearsal, way: Direction) -> Witness:
    """One situation with the figures that differ."""
    old, new = _figures(number, before, after)
    rows = tuple((entry.ledger, _cells(entry)) for entry in tried.entries)
    return Witness(told(tried, before), rows, old, new, way)


def _figures(number: int, before: Rehearsal, after: Rehearsal) -> tuple[dict[str, str], dict[str, str]]:
    a, b = before.played[number], after.played[number]
    score = [_said(one.scores) for one in (a, b)]
    old, new = {SCORE: score[0]}, {SCORE: score[1]}
    for name in before.measures:
        if name in after.measures and len(old) <= _MOST_FIGURES:
            x, y = (_said(one.figures_of(name, number), rate=one.is_rate(name)) for one in (before, after))
            if x != y:
                old[name], new[name] = x, y
    if a.consequences != b.consequences:
        old[_EFFECTS], new[_EFFECTS] = ("、".join(sorted(own)) or "无" for own in
                                        (a.consequences - b.consequences, b.consequences - a.consequences))  # fmt: skip
    return old, new


def _said(figures: Sequence[Figure], *, rate: bool = False) -> str:
    return "、".join(_figure(one, rate=rate) for one in figures)


def _figure(figure: Figure, *, rate: bool) -> str:
    if isinstance(figure, Absent):
        return ABSENT_WORDS[figure]
    if rate and isinstance(figure, Fraction):
        return f"{show(figure * 100)}%" if 10**_PLACES % (figure * 100).denominator == 0 else show(figure)
    return shown(figure) or ""


def _cells(entry: Entry) -> dict[str, str]:
    return {name: str(value) for name, value in entry.cells if value is not None}


# ---- a situation in words ---------------------------------------------------------------------------


def told(tried: Situation, where: Rehearsal) -> str:
    """A situation as staff would tell it: ``县委统战部全年只有采用1条（市级采用、单条采用）``."""
    if not tried.entries:
        return f"{tried.unit}全年没有记录"
    kinds: dict[tuple[str, tuple[object, ...], bool], list[Entry]] = {}
    for entry in tried.entries:
        kinds.setdefault((entry.ledger, entry.cells, entry.own), []).append(entry)
    parts = [_kind(rows, where.book.ledgers.get(rows[0].ledger)) for rows in kinds.values()]
    first = tried.entries[0]
    same = len(tried.entries) > 1 and all(entry.item == first.item for entry in tried.entries)
    later = same and [entry.quarter for entry in tried.entries] == [0, 1]
    number = _number(where.book.ledgers.get(first.ledger)) if same else ""
    return f"{tried.unit}全年只有{number}{'，下一季又有'.join(parts) if later else '，'.join(parts)}"


def _number(ledger: Ledger | None) -> str:
    """What rows about the same item have in common."""
    texts = [f.name for f in ledger.fields.values() if f.kind is Kind.TEXT] if ledger is not None else []
    return f"同一{texts[0]}的" if texts else ""


def _kind(rows: list[Entry], ledger: Ledger | None) -> str:
    quarters = {row.quarter for row in rows}
    count = f"每季{len(rows) // QUARTERS}条" if len(quarters) == QUARTERS else f"{len(rows)}条"
    said = "、".join(text for name, value in rows[0].cells if (text := _cell(name, value, ledger)))
    whose = "" if rows[0].own else "（另一单位）"
    return f"{rows[0].ledger}{count}{f'（{said}）' if said else ''}{whose}"


def _cell(name: str, value: object, ledger: Ledger | None) -> str:
    known = ledger.fields.get(name) if ledger is not None else None
    if known is not None and known.kind is Kind.FLAG:
        return name if value == "是" else ""
    if known is not None and known.kind is Kind.MOMENT:
        return f"没有{name}" if value is None else f"{name}在{_span(int(str(value)))}后"
    return "" if value is None else f"{_label(known, name)}{value}"


def _label(known: Field | None, name: str) -> str:
    return "" if known is not None and known.kind is Kind.WORD and known.blank is None else f"{name}："


def _span(minutes: int) -> str:
    """
    >>> _span(0), _span(121), _span(2880)
    ('0分钟', '2小时1分钟', '48小时')
    """
    hours, rest = divmod(minutes, 60)
    return f"{hours}小时" * bool(hours) + f"{rest}分钟" * bool(rest or not hours)
