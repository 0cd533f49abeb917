"""A frame under construction: lazy rows plus what each of its columns means."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeAlias

from engine import lazy as nw
from engine.column import Column
from engine.rulebook import Period

# Columns of our own; no name of a rule file can begin so.
OWN = "#"
ROW, UNIT, DAY, PERIOD, ENDED, SOURCE = "#行", "#单位", "#日", "#期", "#到期", "#来源"
# Only where one plan scores many offices: which one; 单位 then counts on through all of them.
OFFICE = "#办"
SPOT = "#位"  # begins the columns that number unit and period together
# Kept for explanations: whether a row met an item's 当; which cell of a table it fell in;
# whether it was singled out as faulty or waiting; whether a decision settles a 处置;
# whether a unit is on a list of a bulletin.
HELD, CELL, MARK, DECIDED, LISTED = "~当", "~格", "~标", "~定", "~名"
# What else a column is stored with: denominator of a 商, reason for no value, “at least”.
OVER, ABSENT, OPEN = "÷", "?", "≥"

Lazy: TypeAlias = "nw.LazyFrame[Any]"


class Waiting(Protocol):
    """Rows to be joined, made when the table is read."""

    def rows(self) -> Lazy:
        """The rows."""


@dataclass(frozen=True, slots=True)
class Made:
    """Rows that are there already."""

    frame: Lazy

    def rows(self) -> Lazy:
        """The rows."""
        return self.frame


@dataclass
class Table:
    """``frame`` is ``None`` on a dry run (types are checked, nothing is read).

    Joins wait until somebody reads the rows, so that figures of the same rows can be gathered together: ``laid`` is the
    frame without what is ``waiting`` to be joined (all ``on`` the same keys) and the columns added ``later``.
    ``rows`` bounds how many rows one unit can have, ``total`` how many one office has; ``period`` is set on 单位×期
    tables, ``ledger`` on ledgers and accounts; ``own_unit`` is the ledger's column that says the unit. ``costly``: the
    rows cost something since they were last forked; ``base``: they as they were first, on 单位×期 with what the roster
    says; ``size``: about how many one office has; ``spots``: the columns of :meth:`engine.scoring.study.Study.spot`;
    ``keep`` is how :meth:`fork` has the rows computed once, ``deepest`` after how many ``steps`` that is done anyway
    (0: never).
    """

    name: str
    laid: Lazy | None
    rows: int
    total: int
    ledger: bool = False
    period: Period | None = None
    has_unit: bool = False
    own_unit: str = ""
    columns: dict[str, Column] = field(default_factory=dict)
    settled: bool = False
    settling: bool = False
    costly: bool = False
    base: Lazy | None = None
    spots: frozenset[str] = frozenset()
    size: int = 0
    keep: Callable[[Lazy], Lazy] = nw.checkpoint
    deepest: int = 0
    steps: int = 0
    waiting: dict[Hashable, Waiting] = field(default_factory=dict, init=False)
    on: tuple[str, ...] = field(default=(), init=False)
    later: list[tuple[nw.Expr, ...]] = field(default_factory=list, init=False)

    @property
    def dry(self) -> bool:
        """Whether nothing is read."""
        return self.laid is None

    @property
    def frame(self) -> Lazy | None:
        """The rows as they are now."""
        self.catch_up()
        return self.laid

    @frame.setter
    def frame(self, rows: Lazy | None) -> None:
        self.laid = rows

    def add(self, name: str, column: Column) -> Column:
        """Store a column under a name; returns the column as read back from the frame."""
        if self.dry:
            self.columns[name] = stored_column(name, column)
            return self.columns[name]
        stored = {name: column.expr, name + OVER: column.over, name + ABSENT: column.absent, name + OPEN: column.open}
        self.then_with(*(expr.alias(key) for key, expr in stored.items() if expr is not None))
        self.columns[name] = stored_column(name, column)
        return self.columns[name]

    def then_with(self, *exprs: nw.Expr) -> None:
        """Add working columns."""
        if self.waiting and exprs:
            self.later.append(exprs)
        elif self.laid is not None and exprs:
            self.laid = self.laid.with_columns(*exprs)
            self._grown()

    def filter(self, condition: nw.Expr) -> None:
        """Keep only the rows that hold."""
        if self.frame is not None:
            self.frame = self.frame.filter(condition)

    def join(self, other: Lazy | None, keys: Iterable[str]) -> None:
        """Left join on keys of the same name."""
        if not self.dry and other is not None:
            self.join_later(object(), keys, Made(other))

    def join_later(self, what: Hashable, keys: Iterable[str], rows: Waiting) -> Waiting:
        """Left join on keys of the same name, before the rows are read; returns what waits already as the same."""
        if self.waiting and self.on != tuple(keys):  # which may be made by what is to come later
            self.catch_up()
        self.on = tuple(keys)
        return self.waiting.setdefault(what, rows)

    def catch_up(self) -> None:
        """Carry out what waits. What waits for another table's rows was asked when nothing waited there: no circle."""
        waiting, later = self.waiting, self.later
        self.waiting, self.later = {}, []
        for other in waiting.values():
            rows = other.rows()
            assert self.laid is not None
            self.laid, self.costly = self.laid.join(rows, on=list(self.on), how="left"), True
            self._grown()
        for exprs in later:
            self.then_with(*exprs)

    def _grown(self) -> None:
        """A step more; where the plan would get too deep, the rows are computed before it goes on."""
        self.steps += 1
        if self.deepest and self.steps >= self.deepest:
            self.costly = True
            self.fork()

    def most(self, keys: Iterable[str]) -> int:
        """The most rows that a group with these keys can hold."""
        by_unit = self.has_unit and any(key in (UNIT, "单位") or key.startswith(SPOT) for key in keys)
        return max(self.rows if by_unit else self.total, 1)

    def fork(self) -> Lazy | None:
        """The rows as they are now, for another plan to go on from; what is behind them is computed once."""
        if self.frame is not None and self.costly:
            self.frame, self.costly, self.steps = self.keep(self.frame), False, 0
        return self.frame

    def select(self, *exprs: nw.Expr | str, where: nw.Expr | None = None) -> Lazy | None:
        """Some columns of the rows as they are now."""
        if self.fork() is None or self.frame is None:
            return None
        return (self.frame if where is None else self.frame.filter(where)).select(*exprs)


def stored_column(name: str, column: Column) -> Column:
    """How a stored column is read back; what nobody reads stays what it is."""
    if nw.nobody_reads() and column.constant is None:
        return column
    return replace(
        column, expr=nw.col(name), constant=None,
        over=None if column.over is None else nw.col(name + OVER),
        absent=None if column.absent is None else nw.col(name + ABSENT),
        open=None if column.open is None else nw.col(name + OPEN),
    )  # fmt: skip


def stored_names(name: str, column: Column) -> list[str]:
    """The physical columns a column takes up."""
    extra = {OVER: column.over, ABSENT: column.absent, OPEN: column.open}
    return [name, *(name + mark for mark, expr in extra.items() if expr is not None)]
