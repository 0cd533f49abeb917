"""Totals that must reconcile: sums of columns by group, rows of a ledger by option. Each is added up twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from engine.bulletin.figures import Figures
from engine.calendar import Stretch, day_number
from engine.result import Result, figure, shown
from engine.rulebook import Tally
from engine.scoring.table import DAY, ROW
from engine.source import Problem, Rejected


@dataclass(frozen=True, slots=True)
class Total:
    """A whole and its parts, in order; parts that are nothing are left out where they are shown."""

    whole: Fraction
    parts: Mapping[str, Fraction]


def column_total(figures: Figures, name: str) -> Total:
    """A column added up per group and over all units. Raises :class:`Rejected` (B06)."""
    parts = {
        group: sum((_points(figures, p.unit.number, name) for p in placed), Fraction(0))
        for group, placed in figures.groups.items()
    }
    whole = sum((_points(figures, unit.number, name) for unit in figures.result.units), Fraction(0))
    return _reconciled(figures, name, Total(whole, parts))


def _points(figures: Figures, number: int, name: str) -> Fraction:
    value = figures.value(figures.result.units[number], name)
    return value if isinstance(value, Fraction) else Fraction(0)


def rows_of(result: Result, ledger: str, stretch: Stretch) -> list[dict[str, Any]]:
    """The counted rows of a ledger in a period, once each; rows after the year lie in its last period."""
    last = day_number(result.book.title.end)
    rows: dict[int, dict[str, Any]] = {}
    for row in result.rows(ledger).iter_rows(named=True):
        if stretch.start <= min(row[DAY], last) <= stretch.end:
            rows.setdefault(row[ROW], row)
    return list(rows.values())


def ledger_total(figures: Figures, name: str, tally: Tally, stretch: Stretch) -> Total:
    """How many rows of a ledger a period has, by option. Raises :class:`Rejected` (B06)."""
    whole = Fraction(len(rows_of(figures.result, tally.ledger, stretch)))
    parts = {text: Fraction(len(rows)) for text, rows in tally_rows(figures, tally, stretch).items() if text}
    return _reconciled(figures, name, Total(whole, parts))


def tally_rows(figures: Figures, tally: Tally, stretch: Stretch) -> dict[str, list[int]]:
    """The row numbers of a ledger in a period by option, all under an empty text where they are not told apart."""
    rows = rows_of(figures.result, tally.ledger, stretch)
    if tally.by is None:
        return {"": [row[ROW] for row in rows]}
    column = figures.result.outcome.columns[tally.ledger][tally.by]
    found: dict[str, list[int]] = {option: [] for option in column.options}
    for row in rows:
        found.setdefault(str(shown(figure(row, tally.by, column)) or "未定"), []).append(row[ROW])
    return found


def _reconciled(figures: Figures, name: str, total: Total) -> Total:
    if total.parts and sum(total.parts.values()) != total.whole:
        detail = f"“{name}”的各部分加起来不等于总数，这是程序的错，没有写出文书。"
        raise Rejected([Problem("B06", detail, figures.issue.bulletin.place, "请把规则文件和台账交给开发者。")])
    return total
