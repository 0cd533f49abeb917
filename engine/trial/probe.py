"""What one ledger row does to each figure, found by trying: a made-up unit for every row that could be typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import islice, product

from engine.checks import Checked
from engine.ledger.blank import examples
from engine.pipeline import Options, score_ledgers, taking
from engine.result import Result
from engine.rulebook import Elapsed, Field, Item, Kind, Ledger, RuleBook
from engine.trial.case import Case, Line
from engine.trial.edges import Edge, home
from engine.trial.run import ledgers_of

_MOST = 240  # rows tried of one ledger
Cells = dict[str, str]


@dataclass(frozen=True)
class Probes:
    """``gains``: figure → what a row adds to it → that row (ledger, cells).

    ``levels``: figure of a row itself → each value it takes → a row with it.
    """

    gains: Mapping[str, Mapping[Fraction, tuple[str, Cells]]] = field(repr=False)
    levels: Mapping[str, Mapping[Fraction, Cells]] = field(repr=False)


def probes(rules: Checked, edges: list[Edge]) -> Probes:
    """Try every row there could be of every ledger that has units (:data:`_MOST` of each at most)."""
    book = rules.book
    tried = [(ledger, cells) for ledger in book.ledgers.values() for cells in islice(_rows(book, ledger, edges), _MOST)]
    names = [f"试 {n}" for n in range(len(tried) + 1)]
    line = {f.name: _attribute(book, f.name) for f in book.roster.fields.values()}
    line = {name: text for name, text in line.items() if text}
    wider = taking(rules, {}, dict.fromkeys(names, line)).book
    lines: dict[str, list[Line]] = {name: [] for name in book.ledgers}
    for n, (ledger, cells) in enumerate(tried):
        own = placed(ledger, cells, names[n], f"T{n}")
        lines[ledger.name].append(Line(own, len(lines[ledger.name]) + 2, ledger.place))
    case = Case("", book.title.place, "", {name: tuple(rows) for name, rows in lines.items() if rows}, ())
    ledgers = ledgers_of(wider, [case])
    result = score_ledgers(wider, ledgers, Options(skip_bad=True))
    first = len(book.roster.units)
    return Probes(_gains(result, tried, first), _levels(result, tried, edges, first))


def _attribute(book: RuleBook, name: str) -> str:
    from engine.number import show

    value = book.roster.units[0].values.get(name)
    return show(value) if isinstance(value, Fraction) else value or ""


def placed(ledger: Ledger, cells: Mapping[str, str], unit: str, number: str) -> Cells:
    """A row of a unit's own, under a number of its own."""
    own = dict(cells)
    for f in ledger.fields.values():
        if f.kind is Kind.UNIT:
            own[f.name] = unit
        elif f.kind is Kind.TEXT and f.blank is None:
            own[f.name] = number
    return own


def _rows(book: RuleBook, ledger: Ledger, edges: list[Edge]) -> Iterator[Cells]:
    """Rows with every choice of words and flags, and every time just past an edge."""
    if not any(f.kind is Kind.UNIT for f in ledger.fields.values()):
        return
    base = examples(book)[ledger.name]
    base |= {f.name: "" for f in ledger.fields.values() if f.blank is not None}
    free = {f.name: _choices(f) for f in ledger.fields.values() if f.kind in (Kind.WORD, Kind.FLAG)}
    for times in _times(book, ledger, base, edges):
        for chosen in product(*free.values()):
            yield {**base, **times, **dict(zip(free, chosen, strict=True))}


def _choices(f: Field) -> list[str]:
    words = list(f.options) if f.kind is Kind.WORD else ["否", "是"]
    return [*words, ""] if f.blank is not None and f.blank not in words else words


def _times(book: RuleBook, ledger: Ledger, base: Cells, edges: list[Edge]) -> Iterator[Cells]:
    """No time more than the example's, then one minute past each edge of a 历时 of the ledger."""
    items = [i for i in book.items.values() if i.ledger == ledger.name and isinstance(i.mechanism, Elapsed)]
    yield {name: base[item.mechanism.start] for item in items if isinstance(item.mechanism, Elapsed)
           for name in item.mechanism.ends}  # fmt: skip
    for item in items:
        for edge in edges:
            if edge.key == item.name and isinstance(edge.at, Fraction):
                yield ending(item, base, int(edge.at) + 1)


def ending(item: Item, base: Mapping[str, str], minutes: int) -> Cells:
    """The cells of a row whose 历时 is so many minutes."""
    assert isinstance(item.mechanism, Elapsed)
    start = datetime.fromisoformat(base[item.mechanism.start])
    return {item.mechanism.ends[0]: (start + timedelta(minutes=minutes)).isoformat(" ", "minutes")}


def _gains(
    result: Result, tried: list[tuple[Ledger, Cells]], first: int
) -> dict[str, dict[Fraction, tuple[str, Cells]]]:
    """What each row adds to each 单位×期 figure of the period it lies in, beside a unit without rows."""
    found: dict[str, dict[Fraction, tuple[str, Cells]]] = {}
    plain = result.units[first + len(tried)]
    for item in result.book.items.values():
        if item.period is None or item.section != "指标":
            continue
        nothing = plain.figure(item.name, item.period)
        for n, (ledger, cells) in enumerate(tried):
            value = result.units[first + n].figure(item.name, item.period)
            if isinstance(value, Fraction) and isinstance(nothing, Fraction) and value > nothing:
                found.setdefault(item.name, {}).setdefault(value - nothing, (ledger.name, cells))
    return found


def _levels(
    result: Result, tried: list[tuple[Ledger, Cells]], edges: list[Edge], first: int
) -> dict[str, dict[Fraction, Cells]]:
    """Column that an edge is held against → each value it takes → a row with it."""
    found: dict[str, dict[Fraction, Cells]] = {}
    for name in {edge.at for edge in edges if isinstance(edge.at, str)}:
        table = home(result.book, name)
        for n, (ledger, cells) in enumerate(tried):
            if ledger.name == table:
                value = row_figure(result, first + n, table, name)
                if isinstance(value, Fraction):
                    found.setdefault(name, {}).setdefault(value, cells)
    return found


def row_figure(result: Result, unit: int, table: str, name: str) -> object:
    """A figure of a unit's only row of a ledger; nothing where the row was left out."""
    from engine.result import figure

    rows = result.unit_rows(table, unit)
    return figure(rows[0], name, result.outcome.columns[table][name]) if rows else None
