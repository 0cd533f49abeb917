"""The figures of one issue: a column's value for a unit, its text, the order of units, ties kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property

from engine.bulletin.issue import Issue
from engine.bulletin.words import NOTHING, cell
from engine.calendar import day_number, stretches
from engine.column import Column
from engine.result import Figure, Result, Unit, figure
from engine.rulebook import Absent, Item, Part, Period, Step
from engine.scoring import SCORE, listed

_LOW_FIRST = ("低者先", "早者先")


@dataclass(frozen=True)
class Placed:
    """A unit in its group: its ``place`` (1、2、2、4; ``None``: the first key has no value), whether it is shared."""

    unit: Unit
    place: int | None
    tied: bool

    @property
    def text(self) -> str:
        """The place as printed."""
        return NOTHING if self.place is None else str(self.place)


@dataclass(frozen=True)
class Figures:
    """What one issue says of the units of a result."""

    result: Result
    issue: Issue

    # ---- values ---------------------------------------------------------------------------

    def value(self, unit: Unit, name: str) -> Figure:
        """A named figure in the period it belongs to: an attribute, or a column of the issue's year, quarter, month."""
        period = self.period(name)
        if period is None:
            found = unit.member.values.get(name)
            return Absent.NONE if found is None else found
        return unit.figure(name, period, self.number(period))

    def text(self, unit: Unit, name: str) -> str:
        """The figure as printed."""
        bulletin = self.issue.bulletin
        return cell(self.value(unit, name), bulletin.decimals, bulletin.percent_decimals, rate=self.rate(name))

    def period(self, name: str) -> Period | None:
        """The period a name is measured by; ``None`` for an attribute of the units."""
        book, shown = self.result.book, self.issue.bulletin.period
        real = book.appraisal.steps[-1].name if name == SCORE else name
        if real in self.result.outcome.columns.get(shown.value, {}):
            return shown
        found: Item | Part | None = book.items.get(real) or book.appraisal.parts.get(real)
        if found is not None and found.period is not None:
            return found.period
        return book.appraisal.period if real in {s.name for s in book.appraisal.steps if isinstance(s, Step)} else None

    def number(self, period: Period) -> int:
        """The number of the period that holds the issue's last day."""
        last = self.issue.shown.end if period is self.issue.bulletin.period else self.issue.issued.end
        return [s.number for s in stretches(self.result.book.title, period) if s.start <= last][-1]

    def column(self, name: str) -> Column | None:
        """What a name's column means; ``None`` for an attribute."""
        period = self.period(name)
        real = self.result.book.appraisal.steps[-1].name if name == SCORE else name
        return None if period is None else self.result.outcome.columns[period.value].get(real)

    def rate(self, name: str) -> bool:
        """Whether people read it as a percentage."""
        column = self.column(name)
        return column is not None and column.measure == "比率"

    def measure(self, name: str) -> str:
        """The word after a figure in a sentence: 分, 条 …; none after rates and dates."""
        column, spec = self.column(name), self.result.book.roster.fields.get(name)
        measure = column.measure if column is not None else spec.measure if spec is not None else ""
        if measure in ("比率", "数", "时长", ""):
            return "分" if name == SCORE else ""
        return "分" if measure.endswith("分") else measure

    def on_list(self, unit: Unit, name: str) -> bool | None:
        """Whether the unit is on a list (名单); ``None`` where that cannot be said (不适用, 待定)."""
        key, table = listed(self.issue.bulletin.name, name), self.issue.bulletin.period.value
        cells = self.result.cells[table, unit.number, self.number(self.issue.bulletin.period)]
        value = figure(cells, key, self.result.outcome.columns[table][key])
        return value if isinstance(value, bool) else None

    # ---- order ----------------------------------------------------------------------------

    @cached_property
    def groups(self) -> dict[str, tuple[Placed, ...]]:
        """Group (空: 不分组) → its units, first place first, those without a place last."""
        by, found = self.issue.bulletin.grouped_by, dict[str, list[Unit]]()
        for unit in self.result.units:
            found.setdefault(str(unit.member.values[by]) if by else "", []).append(unit)
        return {name: self._placed(units) for name, units in found.items()}

    def _placed(self, units: Sequence[Unit]) -> tuple[Placed, ...]:
        order = self.issue.bulletin.order
        if not order:
            return tuple(Placed(unit, None, tied=False) for unit in units)
        ranked = sorted((self._keys(unit), unit.number, unit) for unit in units if self._ranked(unit))
        keys = [key for key, _, _ in ranked]
        placed = [Placed(u, keys.index(key) + 1, tied=keys.count(key) > 1) for key, _, u in ranked]
        return (*placed, *(Placed(unit, None, tied=False) for unit in units if not self._ranked(unit)))

    def _ranked(self, unit: Unit) -> bool:
        return not isinstance(self.value(unit, self.issue.bulletin.order[0][0]), Absent)

    def _keys(self, unit: Unit) -> tuple[tuple[bool, Fraction], ...]:
        return tuple(self._key(unit, name, direction) for name, direction in self.issue.bulletin.order)

    def _key(self, unit: Unit, name: str, direction: str) -> tuple[bool, Fraction]:
        value = self.value(unit, name)
        if isinstance(value, date):
            value = Fraction(day_number(value))
        if not isinstance(value, Fraction):
            return True, Fraction(0)  # 没有的居后
        return False, value if direction in _LOW_FIRST else -value
