"""Small situations worth trying: a few ledger rows of one unit, made of what the rule files declare.

Options, bands and the numbers of conditions say which values matter: every word of a column,
every time at an edge and just after it, one row and several, the same item twice, a row of a
linked ledger with the rows it needs. Nothing here knows any 细则.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from engine.formula import Atom, Expression
from engine.number import show
from engine.rulebook import Field, Interval, Kind, Ledger, Row, RuleBook
from engine.source import Source, Span

MOST = 2_400
COUNTS = (2, 3, 4, 5, 8, 11)
SPREAD = (1, 2, 3, 5)
QUARTERS = 4
_MOST_ROWS = 40
_MOST = 150  # variants of one row of which several rows are tried
_SMALL = 64  # combinations of all columns that are all tried
_FEW = 12  # variants tried in pairs
_SOME = 3
_DURATION, _PLAIN = "时长", "数"
Value = str | int | None
"""Text as typed; a time in minutes after the row's own; ``None`` blank."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A ledger row: what it says, in which quarter, about which item (rows of one number share their texts), whose."""

    ledger: str
    cells: tuple[tuple[str, Value], ...]
    quarter: int = 0
    item: int = 0
    own: bool = True


@dataclass(frozen=True, slots=True)
class Situation:
    """Rows of one unit in one year; ``unit`` lends its attributes."""

    unit: str
    entries: tuple[Entry, ...]

    @property
    def ledgers(self) -> frozenset[str]:
        """The ledgers it has rows in."""
        return frozenset(entry.ledger for entry in self.entries)


def situations(books: Sequence[RuleBook], ledgers: Iterable[str], units: Sequence[str]) -> list[Situation]:
    """What to try of some ledgers, the smallest first; ``units`` lend their attributes, the first one mostly."""
    source = Declared(books)
    found, names = [Situation(units[0], ())], list(ledgers)
    for name in names:
        own = [Situation(units[0], rows) for rows in source.rows(name)]
        own += [Situation(unit, rows) for unit in units for rows in source.amounts(name)]
        found += sorted(own, key=lambda s: len(s.entries))[: MOST // len(names)]
    return sorted(dict.fromkeys(found), key=lambda s: len(s.entries))


def joined(base: Situation, other: Situation) -> Situation | None:
    """Both together; ``None`` where the second has rows in a ledger of the first."""
    if not base.entries or base.ledgers & other.ledgers or not other.entries:
        return None
    shift = 1 + max(entry.item for entry in base.entries)
    return Situation(base.unit, (*base.entries, *(replace(entry, item=entry.item + shift) for entry in other.entries)))


class Declared:
    """What the rule files declare, taken together: of each ledger its columns and the values worth trying."""

    def __init__(self, books: Sequence[RuleBook]) -> None:
        self.books = books
        self.ledgers: dict[str, Ledger] = {name: ledger for b in reversed(books) for name, ledger in b.ledgers.items()}
        self.fields: dict[str, dict[str, Field]] = {}
        for book in books:
            for name, ledger in book.ledgers.items():
                known = self.fields.setdefault(name, {})
                known |= {f.name: _joined(known.get(f.name), f) for f in ledger.fields.values()}
        self.edges = _edges(books)
        said = {int(edge) for edge in self.edges.get("次", ()) if 1 < edge <= _MOST_ROWS}
        self.counts = sorted({*COUNTS, *said})

    # ---- one row ------------------------------------------------------------------------------

    def axis(self, ledger: str, field: Field) -> list[Value]:
        """The values of a column worth trying, the most ordinary first."""
        blank: list[Value] = [None] if field.blank is not None else []
        if field.kind is Kind.FLAG:
            return ["否", "是"]
        if field.kind is Kind.WORD:
            return [*blank, *(word for word in field.options if word != field.blank)]
        if field.kind is Kind.NUMBER:
            return [show(n) for n in sorted({Fraction(1), Fraction(10), *self.edges[_PLAIN]}) if n >= 0]
        if field.kind is Kind.MOMENT and field.name != self.ledgers[ledger].dated:
            edges = sorted({int(edge) for edge in self.edges[_DURATION]})
            minutes: list[Value] = [0, *(minute for edge in edges if edge for minute in (edge, edge + 1))]
            return [*minutes, *blank] if field.name == self._first_moment(ledger) else [*blank, *minutes]
        return []

    def _first_moment(self, ledger: str) -> str:
        """The time that ordinarily is filled in; the others are blank where they may be."""
        known = self.fields[ledger].values()
        return next((f.name for f in known if f.kind is Kind.MOMENT and f.name != self.ledgers[ledger].dated), "")

    def variants(self, ledger: str, most: int) -> list[Entry]:
        """Rows that differ from the most ordinary one in at most so many columns."""
        axes = {name: axis for name, f in self.fields[ledger].items() if (axis := self.axis(ledger, f))}
        plain = {name: axis[0] for name, axis in axes.items()}
        found = [plain]
        if math.prod(map(len, axes.values())) <= _SMALL:
            most = len(axes)
        for size in range(1, most + 1):
            for names in itertools.combinations(axes, size):
                others = itertools.product(*(axes[name][1:] for name in names))
                found += [plain | dict(zip(names, values, strict=True)) for values in others]
        return [Entry(ledger, tuple(cells.items())) for cells in found]

    def single(self, ledger: str) -> bool:
        """Whether a unit has but one row: nothing in 唯一 tells two of them apart."""
        own, texts = self.ledgers[ledger], self.fields[ledger]
        return bool(own.unique) and all(texts[name].kind is not Kind.TEXT for name in own.unique if name in texts)

    # ---- rows together --------------------------------------------------------------------------

    def rows(self, ledger: str) -> Iterator[tuple[Entry, ...]]:
        """One row of every kind; two about the same item; rows of a linked ledger with what they need."""
        variants, few = self.variants(ledger, 2), self.variants(ledger, 1)
        link = self.ledgers[ledger].link
        if link is not None and link.ledger in self.fields:
            yield from self._linked(few, self.variants(link.ledger, 2), self.variants(link.ledger, 1))
            return
        yield from ((row,) for row in variants)
        if self.single(ledger):
            return
        if self._about_items(ledger):
            yield from ((a, replace(b, quarter=1)) for a in few[:_FEW] for b in few[:_FEW] if a != b)
        for row in variants[len(few) :] if len(variants) <= _MOST else ():
            yield from (tuple(replace(row, item=i) for i in range(count)) for count in self.counts[:_SOME])

    def amounts(self, ledger: str) -> Iterator[tuple[Entry, ...]]:
        """Several rows of one kind, in one quarter and in each."""
        if self.single(ledger) or self.ledgers[ledger].link is not None:
            return
        few = self.variants(ledger, 1)
        for row in few:
            for count in self.counts:
                yield tuple(replace(row, item=i) for i in range(count))
            for count in SPREAD if self._about_items(ledger) else ():
                each = itertools.product(range(QUARTERS), range(count))
                yield tuple(replace(row, quarter=q, item=q * count + i) for q, i in each)
        if self._about_items(ledger):
            yield from ((a, replace(b, item=1)) for a, b in itertools.combinations(few[:_FEW], 2))

    def _about_items(self, ledger: str) -> bool:
        """Whether rows may be about the same item: a text column that 唯一 does not keep apart."""
        texts = [f.name for f in self.fields[ledger].values() if f.kind is Kind.TEXT and f.blank is None]
        return bool(texts) and not set(texts) & set(self.ledgers[ledger].unique)

    def _linked(self, own: list[Entry], bases: list[Entry], few: list[Entry]) -> Iterator[tuple[Entry, ...]]:
        for base in bases:
            yield from ((base, row) for row in own)
        pairs = [(a, replace(b, quarter=1)) for a in own for b in own]
        for base in few:
            yield from ((base, replace(base, own=False), row) for row in own)
            yield from ((base, *pair) for pair in pairs)
            yield from ((few[0], base, *pair) for pair in pairs if base != few[0])


def _joined(known: Field | None, field: Field) -> Field:
    """A column of both files: every option, blank where one of them allows it."""
    if known is None or known.kind is not field.kind:
        return field
    blank = known.blank if known.blank is not None else field.blank
    return replace(known, options=tuple(dict.fromkeys((*known.options, *field.options))), blank=blank)


# ---- numbers that matter ---------------------------------------------------------------------------


def _edges(books: Sequence[RuleBook]) -> dict[str, set[Fraction]]:
    """Measure → every number at which something changes: ends of bands, cells, numbers of conditions."""
    found: dict[str, set[Fraction]] = {_DURATION: set(), _PLAIN: set()}
    for book in books:
        for measure, number in _numbers((book.items, book.appraisal)):
            found.setdefault(measure, set()).add(number)
    return found


def _numbers(value: Any) -> Iterator[tuple[str, Fraction]]:
    match value:
        case Interval(low=low, high=high, measure=measure):
            yield from ((measure, end) for end in (low, high) if end is not None)
        case Expression(atoms=atoms):
            yield from (pair for atom in atoms for pair in _numbers(atom))
        case Atom(kind="number", number=number, measure=measure):
            yield measure or _PLAIN, number
        case Row(result=Fraction() as number, measure=measure):
            yield measure, number
            yield from _numbers(value.interval)
        case dict():
            yield from (pair for part in value.values() for pair in _numbers(part))
        case tuple():
            yield from (pair for part in value for pair in _numbers(part))
        case _ if hasattr(value, "__dataclass_fields__") and not isinstance(value, Span | Source):
            yield from (pair for name in value.__dataclass_fields__ for pair in _numbers(getattr(value, name)))
