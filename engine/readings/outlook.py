"""One alternative beside the run as it stands: which units' points, bands, ranks and consequences change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

from engine.explanation import said
from engine.number import show
from engine.phrases import flattened, label
from engine.result import Figure, Result, Unit
from engine.rulebook import Item, Lookup, Rank, Reading, RuleBook
from engine.scoring import SCORE, TIED
from engine.scoring.table import CELL

Told = Mapping[str, tuple[str, str]]
"""Figure → what decides whether it is the same, and how it is shown."""

# What a change is of, in the order of how much it matters.
POINTS, RANKS, CONSEQUENCES, BANDS, OTHERS = "得分", "名次", "处置", "档", "指标"


@dataclass(frozen=True, slots=True)
class Change:
    """A figure of a unit that is another one: of what sort, called what, from and to; ``by`` of 得分."""

    unit: str
    sort: str
    name: str
    before: str
    after: str
    by: Fraction = Fraction(0)

    @property
    def words(self) -> str:
        """The change in a line."""
        return f"{self.name} {self.before}→{self.after}"


@dataclass(frozen=True)
class Outlook:
    """What one alternative would change; or the fields it lacks, or why it cannot run."""

    reading: Reading
    name: str
    changes: tuple[Change, ...] = ()
    lacking: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()

    @property
    def ran(self) -> bool:
        """Whether it could be run."""
        return not (self.lacking or self.refused)

    def units(self, *sorts: str) -> list[str]:
        """The units that a change of one of these sorts (of any) touches."""
        return list(dict.fromkeys(c.unit for c in self.changes if not sorts or c.sort in sorts))

    @cached_property
    def moved(self) -> Fraction:
        """Σ|Δ得分| over all units."""
        return sum((abs(change.by) for change in self.changes), Fraction(0))

    @property
    def weight(self) -> tuple[int, Fraction, int, int]:
        """How much it matters: units with another 得分, rank or 处置; points moved; units touched; did it run."""
        return len(self.units(POINTS, RANKS, CONSEQUENCES)), self.moved, len(self.units()), self.ran

    @property
    def state(self) -> str:
        """In a few words, what came of it."""
        if self.lacking:
            return f"缺字段，未运行（{'、'.join(self.lacking)}）"
        if self.refused:
            return f"不能运行：{self.refused[0]}"
        if not self.changes:
            return "今年没有变化"
        parts = [(POINTS, "得分"), (RANKS, "名次"), (CONSEQUENCES, "处置")]
        counts = [f"{word}变 {n} 个单位" for sort, word in parts if (n := len(self.units(sort)))]
        moved = f"，得分变动合计 {show(self.moved)}" if self.moved else ""
        return "，".join(counts) + moved if counts else f"得分、名次、处置不变，{len(self.units())} 个单位的档或指标变"

    def as_json(self) -> dict[str, Any]:
        """The outlook as plain values."""
        units = {unit: {c.name: {"从": c.before, "到": c.after} for c in self.changes if c.unit == unit}
                 for unit in self.units()}  # fmt: skip
        state = "缺字段，未运行" if self.lacking else "不能运行" if self.refused else "有变" if self.changes else "不变"
        return {
            "编号": self.reading.name, "取": self.name, "现在取": self.reading.chosen,
            "条款": list(self.reading.clauses), "问题": self.reading.question, "待裁定": self.reading.undecided,
            "状态": state,
            "缺": list(self.lacking), "原因": list(self.refused), "得分变动合计": show(self.moved), "单位": units,
        }  # fmt: skip


@dataclass(frozen=True)
class Survey:
    """Every alternative on one ledger, those that matter most first."""

    base: Result
    outlooks: tuple[Outlook, ...] = field(repr=False)

    def as_json(self) -> dict[str, Any]:
        """``xize readings --json``."""
        whole = self.base.as_json()
        without = [r for r in self.base.book.readings.values() if not r.alternatives]
        return {
            **{key: whole[key] for key in ("规则", "台账", "截至", "暂定", "口径")},
            "备选": [outlook.as_json() for outlook in self.outlooks],
            "没有备选": [{"编号": r.name, "问题": r.question, "采取": r.taken, "待裁定": r.undecided} for r in without],
        }


# ---- from, to -------------------------------------------------------------------------------


def changes(base: Result, other: Result) -> tuple[Change, ...]:
    """Every figure that both runs have and that is another one, unit by unit."""
    return tuple(c for one, two in zip(base.units, other.units, strict=True) for c in _of_unit(one, two))


def _of_unit(one: Unit, two: Unit) -> Iterator[Change]:
    for sort, told in _SORTS.items():
        before, after = told(one), told(two)
        for name in before:
            if name in after and before[name][0] != after[name][0]:
                by = _by(one.score, two.score) if sort == POINTS else Fraction(0)
                yield Change(one.name, sort, name, before[name][1], after[name][1], by)


def _by(before: Any, after: Any) -> Fraction:
    """How far 得分 moves; from and to nothing counts as nothing moved."""
    if isinstance(before, dict) and isinstance(after, dict):
        return sum((_by(before[key], after.get(key)) for key in before), Fraction(0))
    return after - before if isinstance(before, Fraction) and isinstance(after, Fraction) else Fraction(0)


def _points(unit: Unit) -> Told:
    return _told({SCORE: _words(unit.score)})


def _told(shown: Mapping[str, str]) -> Told:
    """Figures that are the same when they read the same."""
    return {name: (text, text) for name, text in shown.items()}


def _ranks(unit: Unit) -> Told:
    """Each rank, with its own 并列."""
    found = {}
    for item in unit.book.items.values():
        if isinstance(item.mechanism, Rank) and item.period is not None:
            place = _words(unit.spread(item.name, item.period))
            tied = unit.spread(f"{item.name}{TIED}", item.period)
            found[item.name] = f"{place}（并列）" if tied is True else place
    return _told(found)


def _consequences(unit: Unit) -> Told:
    return _told({"处置": "；".join(unit.consequences) or "无", "归零": "；".join(unit.vetoes) or "无"})


def _bands(unit: Unit) -> Told:
    """The cell of each unit-level table the unit falls in, period by period; the same where it gives the same."""
    found = {}
    for name, item, labels in _tables(unit.book):
        assert item.period is not None
        for number in unit.result.started(item.period):
            cells = unit.result.cells[item.period.value, unit.number, number]
            if (cell := cells.get(f"{CELL}{name}")) is not None:
                when = f"第{number}{item.period.value}" if item.period is not unit.period else ""
                found[f"{name}{when}"] = (said(unit.figure(name, item.period, number)), f"“{labels[cell]}”")
    return found


def _tables(book: RuleBook) -> Iterator[tuple[str, Item, list[str]]]:
    for name, item in book.items.items():
        if isinstance(item.mechanism, Lookup) and item.period is not None:
            yield name, item, [" × ".join(map(label, path)) for path in flattened(item.mechanism.table)]


def _others(unit: Unit) -> Told:
    return _told({n: _words(value) for n, value in (unit.contributions | unit.measures | unit.scaled).items()})


def _words(value: Figure | dict[str, Figure]) -> str:
    return "／".join(map(said, value.values())) if isinstance(value, dict) else said(value)


_SORTS = {POINTS: _points, RANKS: _ranks, CONSEQUENCES: _consequences, BANDS: _bands, OTHERS: _others}
