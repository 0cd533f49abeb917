"""What the checks look at: a rule book, its dry run, and the levels of its tables."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from engine.checks.line import Domain
from engine.column import COUNT, PURE, Column
from engine.formula import Expression
from engine.rulebook import (
    ABSENT_WORDS,
    Formula,
    Gather,
    Interval,
    Item,
    Kind,
    Lookup,
    Part,
    Row,
    RuleBook,
    Sequence,
    Step,
    Table,
)  # fmt: skip
from engine.scoring import Study
from engine.scoring.study import context
from engine.source import Place, Problem, Severity, Span

Entry = Item | Part | Step
CLAUSE, UNIT, ATTRIBUTE = "条文.", "单位.名单.", "单位.列."  # what a finding rests on besides items and ledgers
COUNTS = ("计次", "种数")
ABSENT = frozenset(ABSENT_WORDS.values())


@dataclass(frozen=True, slots=True)
class Subject:
    """A rule book to be checked. ``names``: only these entries (``None``: all); ``read``: names that somebody reads."""

    book: RuleBook
    study: Study
    names: frozenset[str] | None = None
    read: frozenset[str] = frozenset()

    def items(self) -> Iterator[Item]:
        """The items to look at, in the order written."""
        return (i for i in self.book.items.values() if self.names is None or i.name in self.names)

    def column(self, item: Item, name: str) -> Column | None:
        """What a name is on an item's own table."""
        return self.study.find(self.study.tables[self.study.home(item)], name)

    def times(self, entry: Item | Part) -> int:
        """How many of its periods make one appraisal."""
        period = entry.period
        whole = len(self.study.stretches[self.book.appraisal.period])
        return max(len(self.study.stretches[period]) // whole, 1) if period is not None else 1


def told(
    code: str, entry: Entry, place: Span, detail: str, hint: str,
    severity: Severity = Severity.ERROR, notes: Iterable[tuple[str, Place]] = (), about: Iterable[str] = (),
) -> Problem:  # fmt: skip
    """A problem of one entry, with its clause and name; ``about``: what else it rests on, or tells it from another."""
    return Problem(code, detail, place, hint, context(entry), severity, notes=tuple(notes), about=(entry.name, *about))


# ---- tables ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a lookup table: the key it asks, and that key's column."""

    item: Item
    key: str
    column: Column
    table: Table
    depth: int

    @property
    def numeric(self) -> bool:
        """Whether its rows are bands of numbers."""
        return self.column.kind in (Kind.NUMBER, Kind.RATIO)

    @property
    def bands(self) -> list[tuple[Row, Interval]]:
        """Its bands, as written; rows for 不适用 and the like are none."""
        return [(row, row.interval) for row in self.table.rows if self.numeric and row.interval is not None]

    @property
    def measure(self) -> str:
        """The measure its edges are shown in."""
        known = [stretch.measure for _, stretch in self.bands if stretch.measure != PURE]
        return known[0] if known else self.column.measure


def levels(subject: Subject) -> Iterator[Level]:
    """Every level of every lookup table."""
    for item in subject.items():
        if isinstance(item.mechanism, Lookup):
            yield from _levels(subject, item, item.mechanism, item.mechanism.table, 0)


def _levels(subject: Subject, item: Item, lookup: Lookup, table: Table, depth: int) -> Iterator[Level]:
    column = subject.column(item, lookup.keys[depth])
    if column is not None:
        yield Level(item, lookup.keys[depth], column, table, depth)
    for row in table.rows:
        if isinstance(row.result, Table):
            yield from _levels(subject, item, lookup, row.result, depth + 1)


def domain(subject: Subject, level: Level) -> Domain:
    """The values a numeric key can take, from what the file declares and the bounds of the dry run.

    A rate, a count, a duration and points begin at 0. A column that people fill in has no
    declared ends. Bounds below 0 are believed only where no number is filled in by hand.
    """
    column, key = level.column, level.key
    step = Fraction(1, column.den) if column.kind is Kind.NUMBER else None
    high = Fraction(column.high, column.den) if column.kind is Kind.NUMBER else None
    if _filled_in(subject, level.item, key):
        return Domain(None, None, step, None, free=True)
    low = Fraction(column.low, column.den)
    if low >= 0:
        low = Fraction(0) if column.kind is Kind.RATIO else low
        return Domain(low, high, step, max(low, Fraction(_counted(subject, level.item, key))))
    believed = not any(
        f.kind is Kind.NUMBER for ledger in subject.book.ledgers.values() for f in ledger.fields.values()
    )
    if column.measure == PURE:
        return Domain(None, high, step, None, free=True)
    return Domain(None if believed else Fraction(0), high, step, Fraction(0))


def _filled_in(subject: Subject, item: Item, key: str) -> bool:
    ledger = subject.book.ledgers.get(item.ledger or "")
    return key in subject.book.roster.fields or (ledger is not None and key in ledger.fields)


def _counted(subject: Subject, item: Item, key: str) -> int:
    """A row counts itself: a number counted on a ledger begins at 1, as far as one can be sure."""
    named = subject.book.items.get(key)
    counts = named is not None and named.ledger is not None and isinstance(named.mechanism, Sequence | Gather)
    column = subject.column(item, key)
    return int(counts and column is not None and column.measure == COUNT)


# ---- formulas -------------------------------------------------------------------------------


def quotient(item: Item | None) -> tuple[str, str] | None:
    """``(X, Y)`` of an item that is just X ÷ Y."""
    if item is None or not isinstance(item.mechanism, Formula):
        return None
    expression = item.mechanism.expression
    tree = expression.tree
    if not isinstance(tree, ast.BinOp) or not isinstance(tree.op, ast.Div):
        return None
    top, bottom = (_name(expression, side) for side in (tree.left, tree.right))
    return (top, bottom) if top and bottom else None


def _name(expression: Expression, node: ast.expr) -> str:
    atom = expression.atom(node) if isinstance(node, ast.Name) else None
    return atom.text if atom is not None and atom.kind == "name" else ""
