"""Which way a table runs: better work is never worth less, worse work is never deducted less."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from engine.checks.line import contains, cut, example
from engine.checks.subject import Level, Subject, domain, levels, quotient, told
from engine.number import show
from engine.phrases import flattened, shown
from engine.rulebook import CountOnly, Gather, Interval, Item, Lookup, PerTime, Row, RuleBook, Table
from engine.source import Problem, Severity, Span

DEDUCTED, GAINED = "扣", "得"
_HINT = "核对这两档的结果，是不是写颠倒了。"
_DURATION = "时长"


@dataclass(frozen=True, slots=True)
class Rung:
    """One band of a ladder, with what it is worth: points, or the rank of a word."""

    row: Row
    stretch: Interval
    cell: Row
    worth: Fraction


def roles(book: RuleBook) -> dict[str, str]:
    """Items whose figure is taken off the score (扣) or put on it (得), directly or through sums and tables."""
    parts, steps = book.appraisal.parts.values(), book.appraisal.steps
    found = {name: part.moved for part in parts if part.moved in (DEDUCTED, GAINED) for name in part.by}
    verbs = {"减": DEDUCTED, "加": GAINED}
    found |= {name: verbs[step.verb] for step in steps if step.verb in verbs for name in step.names}
    front = [name for name in found if name in book.items]
    while front:
        name = front.pop()
        new = [source for source in passed_on(book.items[name]) if source in book.items and source not in found]
        found |= dict.fromkeys(new, found[name])
        front += new
    return found


def passed_on(item: Item) -> list[str]:
    """The items whose figure an item passes on as it is."""
    match item.mechanism:
        case Lookup(table=table):
            return [path[-1].result for path in flattened(table) if isinstance(path[-1].result, str)]
        case Gather(verb="合计" | "最高" | "最低" | "平均", column=str(column)):
            return [column]
        case CountOnly(value=value):
            return [value]
    return []


# ---- ladders --------------------------------------------------------------------------------


def direction(subject: Subject) -> Iterator[Problem]:
    """A ladder of bands that runs the wrong way, or up and down again."""
    known = roles(subject.book)
    for level in levels(subject):
        wanted = _wanted(subject, level, known.get(level.item.name))
        for ladder in _ladders(level):
            if (problem := _wrong(subject, level, ladder, wanted)) is not None:
                yield problem
                break


def _wanted(subject: Subject, level: Level, role: str | None) -> int:
    """+1: worth must not fall as the key rises; −1: must not rise; 0: either, but not both."""
    if role is None:
        return 0
    better = _better(subject, level)
    return -better if role == DEDUCTED else better


def _better(subject: Subject, level: Level) -> int:
    """Whether more of the key is better (完成率: points against the unit's own quota) or worse (a delay)."""
    if level.column.measure == _DURATION:
        return -1
    divided = quotient(subject.book.items.get(level.key))
    return int(divided is not None and divided[1] in subject.book.roster.fields)


def _ladders(level: Level) -> Iterator[list[Rung]]:
    """The bands from low to high, for every cell of the deeper levels apart."""
    assert isinstance(level.item.mechanism, Lookup)
    options = level.item.mechanism.options
    ladders: dict[tuple[str, ...], list[Rung]] = {}
    for row, stretch in sorted(level.bands, key=lambda band: _bottom(band[1])):
        for path in flattened(row.result) if isinstance(row.result, Table) else [(row,)]:
            worth = _worth(path[-1], options)
            if worth is not None:
                inner = tuple(r.label for r in path if r is not row)
                ladders.setdefault(inner, []).append(Rung(row, stretch, path[-1], worth))
    yield from ladders.values()


def _bottom(stretch: Interval) -> tuple[bool, Fraction, bool]:
    return stretch.low is not None, stretch.low or Fraction(0), not stretch.low_closed


def _worth(cell: Row, options: tuple[str, ...]) -> Fraction | None:
    if isinstance(cell.result, Fraction):
        return cell.result
    return Fraction(options.index(cell.result)) if cell.result in options else None


def _wrong(subject: Subject, level: Level, ladder: list[Rung], wanted: int) -> Problem | None:
    """The first step that goes against the way wanted, or against most of the others."""
    steps = [
        (low, high, (high.worth > low.worth) - (high.worth < low.worth)) for low, high in itertools.pairwise(ladder)
    ]
    signs = [sign for *_, sign in steps if sign]
    way = wanted or ((1 if sum(signs) >= 0 else -1) if len(set(signs)) > 1 else 0)
    against = [(low, high) for low, high, sign in steps if sign and sign == -way]
    return _told_wrong(subject, level, *against[0], sure=bool(wanted)) if against else None


def _told_wrong(subject: Subject, level: Level, low: Rung, high: Rung, *, sure: bool) -> Problem:
    one, other = (_example(subject, level, rung) for rung in (low, high))
    change = f"从 {_said(low)} {'升' if high.worth > low.worth else '降'}到 {_said(high)}"
    against = "反而" if sure else "与别的档次相反，"
    detail = f"{level.key}从 {one} 升到 {other}，「{level.item.name}」{against}{change}。"
    notes: list[tuple[str, Span]] = [(f"“{low.row.label}”", low.cell.place)]
    severity = Severity.ERROR if sure and isinstance(low.cell.result, Fraction) else Severity.WARNING
    return told("R107", level.item, high.cell.place, detail, _HINT, severity, notes, (low.row.label, high.row.label))


def _said(rung: Rung) -> str:
    return show(rung.worth) if isinstance(rung.cell.result, Fraction) else f"“{rung.cell.result}”"


def _example(subject: Subject, level: Level, rung: Rung) -> str:
    known = domain(subject, level)
    pieces = [piece for piece in cut([rung.stretch], known) if contains(rung.stretch, piece.middle())]
    value = example(pieces, known, level.measure)
    return rung.row.label if value is None else shown(value, level.measure)


# ---- deductions below zero ------------------------------------------------------------------


def negative_deductions(subject: Subject) -> Iterator[Problem]:
    """扣 already subtracts: a negative number there would add points."""
    known = roles(subject.book)
    for item in subject.items():
        if known.get(item.name) == DEDUCTED:
            for text, place in _negative(item):
                detail = f"「{item.name}」是往下扣的分，写成 {text} 就变成加分了。"
                yield told("R108", item, place, detail, f"写成 {text.removeprefix('-')}。")


def _negative(item: Item) -> Iterator[tuple[str, Span]]:
    match item.mechanism:
        case Lookup(table=table):
            cells = [path[-1] for path in flattened(table)]
            yield from ((show(c.result), c.place) for c in cells if isinstance(c.result, Fraction) and c.result < 0)
        case PerTime(points=points, places=places):
            yield from ((show(value), places[name]) for name, value in points.items() if value < 0)
