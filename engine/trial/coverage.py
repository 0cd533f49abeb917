"""What of a rule file the cases touch, and what no case touches.

Touched is what is at work on the rows of a case, or on a unit it expects something of: a cell of a table
somebody fell in, a figure that is not nothing, a condition that holds. A clause is touched when an
item of it is; an alternative reading, when a case tells another figure under it than without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from engine.checks import Checked
from engine.phrases import flattened
from engine.result import Result, figure
from engine.rulebook import Absent, Item, Lookup, Part, RuleBook, Step
from engine.scoring.table import CELL, ROW, UNIT
from engine.source import Span
from engine.trial.case import Case, Claim, Kind
from engine.trial.edges import Edge, Side, edges_of, sides_of
from engine.trial.run import Ran

Entry = Item | Part | Step


@dataclass(frozen=True, slots=True)
class Spot:
    """One thing a case can touch: what sort, its name, where the rule file says it."""

    sort: str
    name: str
    place: Span
    touched: bool


@dataclass(frozen=True, slots=True)
class Coverage:
    """Every spot of a rule file, in its order."""

    spots: tuple[Spot, ...]

    @property
    def counts(self) -> dict[str, tuple[int, int]]:
        """Sort → (touched, all)."""
        sorts = dict.fromkeys(spot.sort for spot in self.spots)
        return {sort: (sum(s.touched for s in self.spots if s.sort == sort), sum(s.sort == sort for s in self.spots))
                for sort in sorts}  # fmt: skip

    @property
    def missing(self) -> list[Spot]:
        """What no case touches."""
        return [spot for spot in self.spots if not spot.touched]

    def as_json(self) -> dict[str, Any]:
        """The counts, and what is missing."""
        return {
            **{sort: {"有": have, "共": all_} for sort, (have, all_) in self.counts.items()},
            "没有": [
                {"类": s.sort, "名": s.name, "文件": s.place.source.name, "行": s.place.line} for s in self.missing
            ],
        }


class Touched:
    """Gathers, case by case, the cells and items at work."""

    def __init__(self, book: RuleBook) -> None:
        self._book = book
        self.cells: set[tuple[str, int]] = set()
        self.items: set[str] = set()
        self.edges = edges_of(book)
        self.sides: set[tuple[Edge, Side]] = set()

    def add(self, case: Case, ran: Ran, *, passed: bool) -> None:
        """What a case touches, if it holds and asks for the readings taken."""
        if not passed or ran.result is None or not case.confirmed:
            return
        for table in ran.result.outcome.frames:
            for row in _rows(case, ran, ran.result, table):
                self._row(ran.result, table, row, apart=bool(case.readings))

    def _row(self, result: Result, table: str, row: Mapping[str, Any], *, apart: bool) -> None:
        columns = result.outcome.columns[table]
        if not apart:
            self.sides |= set(sides_of(self.edges, result, table, row))
        for name, item in self._book.items.items():
            if not apart and isinstance(item.mechanism, Lookup) and row.get(f"{CELL}{name}") is not None:
                self.cells.add((name, row[f"{CELL}{name}"]))
        self.items |= {name for name, column in columns.items() if name in row and _at_work(figure(row, name, column))}
        self.items |= {table} if table in self._book.items else set()

    def coverage(self, cases: Sequence[Case], rules: Checked) -> Coverage:
        """What was touched of all there is to touch."""
        book = self._book
        return Coverage((*self._clauses(book), *self._items(book), *self._cells(book), *_readings(book, cases)))

    def _items(self, book: RuleBook) -> Iterator[Spot]:
        for entry in _entries(book):
            yield Spot("项", entry.name, entry.place, entry.name in self.items)

    def _clauses(self, book: RuleBook) -> Iterator[Spot]:
        for clause in book.clauses.values():
            entries = [entry for entry in _entries(book) if clause.name in entry.clauses]
            if entries:
                yield Spot("条款", clause.name, clause.place, any(entry.name in self.items for entry in entries))

    def _cells(self, book: RuleBook) -> Iterator[Spot]:
        for item in book.items.values():
            if isinstance(item.mechanism, Lookup):
                for number, path in enumerate(flattened(item.mechanism.table)):
                    label = " × ".join(row.label for row in path)
                    yield Spot("格", f"{item.name}「{label}」", path[-1].key, (item.name, number) in self.cells)


def _entries(book: RuleBook) -> list[Entry]:
    return [*book.items.values(), *book.appraisal.parts.values(), *book.appraisal.steps]


def _rows(case: Case, ran: Ran, result: Result, table: str) -> Iterator[Mapping[str, Any]]:
    """The rows of a frame that are the case's: its ledger rows, and those of the units it speaks of."""
    units = {unit.number for unit in result.units if unit.name in case.units}
    mine = ran.of(case, table)
    for row in result.outcome.frames[table].iter_rows(named=True):
        if row[ROW] in mine if table in result.book.ledgers else row.get(UNIT) in units:
            yield row


def _at_work(value: object) -> bool:
    """A figure that is something: not 0, not 否, not absent."""
    if isinstance(value, Absent) or value is None or value is False:
        return False
    return not (isinstance(value, Fraction) and value == 0)


# ---- readings -------------------------------------------------------------------------------


def _readings(book: RuleBook, cases: Sequence[Case]) -> Iterator[Spot]:
    told = told_apart(cases)
    for reading in book.readings.values():
        for name in reading.alternatives:
            yield Spot("口径", f"{reading.name} 取“{name}”", reading.place, (reading.name, name) in told)


def told_apart(cases: Sequence[Case]) -> set[tuple[str, str]]:
    """The alternatives under which some case tells another figure than it does without them."""
    base = {(case.file, case.name): case for case in cases if not case.of}
    found = set()
    for case in cases:
        origin = base.get((case.file, case.of))
        if origin is None or len(case.readings) != 1 or origin.readings or not case.confirmed:
            continue
        if _differ(origin, case):
            found.add(case.readings[0])
    return found


def _differ(one: Case, other: Case) -> bool:
    """Whether a figure both tell is another one, or only one of them is refused."""
    if one.refused != other.refused:
        return True
    wanted = {_of(claim): claim.wanted for claim in one.claims}
    return any(_of(claim) in wanted and wanted[_of(claim)] != claim.wanted for claim in other.claims)


def _of(claim: Claim) -> tuple[Kind, str, str, int | None]:
    return claim.kind, claim.unit, claim.name, claim.number
