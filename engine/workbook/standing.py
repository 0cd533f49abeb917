"""The ranking sheets (one per class, one per 名次 over all), 指标, and a sheet per shorter period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from engine.calendar import period_name
from engine.result import Result, Unit
from engine.rulebook import Item, Period, Scaled
from engine.scoring import SCORE, TIED
from engine.workbook import figures
from engine.workbook.content import Content, Link
from engine.workbook.figures import at, cell, measures, ranks
from engine.workbook.page import Head, Line, Page

Anchors = Mapping[int, tuple[str, int]]
"""Unit number → sheet and row of its explanation."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """One ranking sheet: its units and the 名次 that orders them (``None``: the roster's order)."""

    name: str
    units: tuple[Unit, ...]
    rank: Item | None

    @property
    def title(self) -> str:
        """“2024 年名次（一类）”."""
        year = self.units[0].book.title.year
        if self.rank is None or self.rank.name == self.name:
            return f"{year} 年{self.name}"
        return f"{year} 年{self.rank.name}（{self.name}）"


def rankings(result: Result) -> list[Ranking]:
    """A sheet per class, then one per 名次 over all; one of scores alone where nothing is ranked or classed."""
    overall = [item for item, rank in ranks(result.book) if rank.within is None]
    classed = [item for item, rank in ranks(result.book) if rank.within is not None]
    first = next(iter([*classed, *overall]), None)
    groups = dict.fromkeys(unit.group for unit in result.units if unit.group is not None)
    found = [Ranking(name, tuple(u for u in result.units if u.group == name), first) for name in groups]
    if not groups:
        found = [Ranking(item.name, result.units, item) for item in classed[:1]]
    found += [Ranking(item.name, result.units, item) for item in overall]
    return found or [Ranking(SCORE, result.units, None)]


def write_ranking(page: Page, result: Result, ranking: Ranking, anchors: Anchors) -> None:
    """The units of one ranking, first place first, those without a place last."""
    layout = _Layout(result, ranking, anchors)
    heads = layout.heads()
    rows = sorted(_runs(ranking.units), key=lambda run: _order(run[0], run[1], ranking.rank))
    page.table(heads, (Line(layout.cells(*run)) for run in rows), frozen=[h.title for h in heads].index("单位") + 1)


def _runs(units: Iterable[Unit]) -> list[tuple[Unit, int]]:
    """Every unit in every appraisal period that has begun."""
    return [(unit, number) for unit in units for number in unit.result.started(unit.period)]


def _order(unit: Unit, number: int, rank: Item | None) -> tuple[int, bool, Fraction, int]:
    value = unit.figure(rank.name, unit.period, number) if rank is not None else None
    ranked = isinstance(value, Fraction)
    return number, not ranked, value if isinstance(value, Fraction) else Fraction(0), unit.number


class _Layout:
    """The columns of a ranking: the same for every class of one result."""

    def __init__(self, result: Result, ranking: Ranking, anchors: Anchors) -> None:
        self._result, self._rank, self._anchors = result, ranking.rank, anchors
        self._period = result.book.appraisal.period
        self._several = len({unit.group for unit in ranking.units}) > 1
        self._others = [item for item, _ in ranks(result.book) if item is not ranking.rank]
        self._scaled = [*figures.verdicts(result.book), *_scaled(result)]
        self._keys = figures.key_figures(result)

    def heads(self) -> list[Head]:
        """The columns, left to right."""
        apart = "" if self._period is Period.YEAR else "（各期合在一起）"
        figures_shown = [*(i.name for i in self._scaled), *self._result.units[0].contributions, *self._keys]
        return [
            *_when_head(self._result),
            *([Head(self._rank.name, "center"), Head(TIED, "center")] if self._rank is not None else []),
            Head("单位", "text"), *(_class_head(self._result) if self._several else []), Head(SCORE, "strong"),
            *(Head(name) for name in figures_shown), *(Head(i.name, "center") for i in self._others),
            Head("归零", "text", 12), Head(f"处置{apart}", "text", 22), Head(f"待定{apart}", "text", 24),
        ]  # fmt: skip

    def cells(self, unit: Unit, number: int) -> list[Content]:
        """One unit in one period, column by column as :meth:`heads`."""
        parts = unit.contributions.items()
        return [
            *_when_cell(unit, number), *self._place(unit, number), Link(unit.name, *self._anchors[unit.number]),
            *(_class_cell(unit) if self._several else []), at(unit.score, number),
            *(unit.figure(i.name, self._period, number) for i in self._scaled),
            *(figures.content(self._result, name, self._period, at(value, number)) for name, value in parts),
            *(cell(unit, name, self._period, number) for name in self._keys),
            *(unit.figure(i.name, self._period, number) for i in self._others),
            "、".join(figures.vetoes(unit, number)), "；".join(unit.consequences), "；".join(unit.pending),
        ]  # fmt: skip

    def _place(self, unit: Unit, number: int) -> list[Content]:
        if self._rank is None:
            return []
        return [unit.figure(self._rank.name, self._period, number), figures.tied(unit, self._rank, number)]


def _scaled(result: Result) -> list[Item]:
    """The 折算 that apply to at least one unit."""
    found = [(i, i.mechanism) for i in result.book.items.values() if i.period is result.book.appraisal.period]
    return [item for item, m in found if isinstance(m, Scaled) and _goes_to(result, m.to)]


def _goes_to(result: Result, to: Fraction | str) -> bool:
    """Whether a 折算 has a figure to go to: its own, or one that at least one unit was given."""
    return isinstance(to, Fraction) or any(unit.values.get(to) is not None for unit in result.book.roster.units)


def _when_head(result: Result) -> list[Head]:
    return [] if result.book.appraisal.period is Period.YEAR else [Head("期", "center")]


def _when_cell(unit: Unit, number: int) -> list[Content]:
    return [] if unit.period is Period.YEAR else [period_name(unit.period, number)]


def _class_head(result: Result) -> list[Head]:
    by = result.book.roster.classified_by
    return [Head(by, "center")] if by else []


def _class_cell(unit: Unit) -> list[Content]:
    return [unit.group] if unit.group is not None else []


# ---- 指标 ----------------------------------------------------------------------------------


def write_measures(page: Page, result: Result, anchors: Anchors) -> None:
    """Every 指标 of the appraisal's own period, and the 提示."""
    period = result.book.appraisal.period
    names = [item.name for item in measures(result.book, period)]
    heads = [Head("单位", "text"), *_class_head(result), *_when_head(result), *(Head(n) for n in names),
             Head("提示", "text", 30)]  # fmt: skip
    lines = (Line([
        Link(unit.name, *anchors[unit.number]), *_class_cell(unit), *_when_cell(unit, number),
        *(cell(unit, name, period, number) for name in names), "；".join(unit.notices),
    ]) for unit, number in _runs(result.units))  # fmt: skip
    page.table(heads, lines, frozen=1)


# ---- 各季, 各月 … ---------------------------------------------------------------------------


def shorter(result: Result) -> list[tuple[str, Period]]:
    """The sheets for shorter periods: name, period."""
    return [(f"各{period.value}", period) for period in figures.finer(result.book)]


def write_periods(page: Page, result: Result, period: Period, anchors: Anchors) -> None:
    """A line per unit: each 指标 and 项目 of the period, period by period."""
    parts = [p.name for p in result.book.appraisal.parts.values() if p.period is period]
    names = [*(item.name for item in measures(result.book, period)), *parts]
    numbers = result.started(period)
    groups = [("", 1), *((name, len(numbers)) for name in names)]
    heads = [Head("单位", "text"), *(Head(period_name(period, n)) for _ in names for n in numbers)]
    lines = (Line([
        Link(unit.name, *anchors[unit.number]), *(cell(unit, name, period, n) for name in names for n in numbers),
    ]) for unit in result.units)  # fmt: skip
    page.grouped_table(groups, heads, lines, frozen=1)
