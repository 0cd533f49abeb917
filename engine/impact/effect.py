"""What two rule sets make of the same ledgers: figures side by side, exact, nothing guessed.

A difference is only there where both sides have a figure; what one side alone knows is named instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from engine.number import show
from engine.result import Figure, Result, Uncounted, shown
from engine.rulebook import ABSENT_WORDS, Absent, Title


@dataclass(frozen=True, slots=True)
class Standing:
    """A unit under one rule set: its name there, 得分 (the sum, where there are several a year), ranks by name."""

    name: str
    score: Figure
    ranks: Mapping[str, int | None]

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        reason = {"无值": ABSENT_WORDS[self.score]} if isinstance(self.score, Absent) else {}
        return {"单位": self.name, "得分": shown(self.score), **self.ranks, **reason}


@dataclass(frozen=True, slots=True)
class UnitEffect:
    """One unit under both. ``parts``: of the difference, per :class:`Share` (only those that touch it).

    Where there is a difference it is exactly the sum of ``parts`` and ``interaction``.
    """

    group: str
    old: Standing
    new: Standing
    difference: Fraction | None
    parts: Mapping[int, Fraction]
    interaction: Fraction | None

    @property
    def name(self) -> str:
        """Its name under the new rules."""
        return self.new.name

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "单位": self.name, "类别": self.group, "旧": self.old.as_json(), "新": self.new.as_json(),
            "差": _text(self.difference), "分解": {str(number): show(part) for number, part in self.parts.items()},
            "交互": _text(self.interaction),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Share:
    """What one change does alone; ``number`` is the first of ``changes``.

    ``changes``: those that can only be made together; ``given``: those that must be there
    before them (the effect is what ``changes`` add to these). ``apart``: units for which no
    effect can be said, since one of the two scores is not settled.
    """

    number: int
    changes: tuple[int, ...]
    given: tuple[int, ...]
    title: str
    effects: Mapping[str, Fraction]
    apart: tuple[str, ...]

    @property
    def total(self) -> Fraction:
        """The sum over all units."""
        return sum(self.effects.values(), Fraction(0))

    def touched(self, sign: int) -> list[str]:
        """The units it lifts (1) or lowers (-1)."""
        return [name for name, effect in self.effects.items() if effect * sign > 0]

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "更改": list(self.changes), "基于": list(self.given), "名称": self.title, "合计": show(self.total),
            "单位": {name: show(effect) for name, effect in self.effects.items() if effect},
            "无从分解": list(self.apart),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Edge:
    """A unit close to where its band changes, under the new rules.

    ``gap`` is its figure less the edge (below 0: it has not got there); ``below`` and ``above`` what the bands give.
    """

    unit: str
    item: str
    key: str
    when: str
    value: Fraction
    edge: Fraction
    rate: bool
    below: str
    above: str

    @property
    def gap(self) -> Fraction:
        """How far above the edge; negative below it."""
        return self.value - self.edge

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "单位": self.unit, "项目": self.item, "期": self.when, "看": self.key, "值": show(self.value),
            "界": show(self.edge), "差": show(self.gap), "界下": self.below, "界上": self.above,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Revised:
    """A result of a period that has ended, which the two rule sets see differently.

    ``rate`` (``percent``: as a percentage) and ``points`` are (old, new); ``bands`` as written in the two files.
    ``published``: the period had ended before the new edition was issued.
    """

    unit: str
    item: str
    key: str
    when: str
    published: bool
    rate: tuple[Figure, Figure]
    percent: bool
    bands: tuple[str, str]
    points: tuple[Figure, Figure]

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        pairs = {self.key: self.rate, self.item: self.points}
        return {
            "单位": self.unit, "期": self.when, "印发前到期": self.published,
            "档": {"旧": self.bands[0], "新": self.bands[1]},
            **{name: {"旧": shown(old), "新": shown(new)} for name, (old, new) in pairs.items()},
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Retro:
    """What the new edition does to periods that have ended. ``force``: which edition held when, a sentence each.

    ``periods``: the names of the periods compared, those that ended before the issue first; ``rows`` only what changes.
    """

    force: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    rows: tuple[Revised, ...]

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return {"施行": list(self.force), "印发前到期": list(self.before), "印发后到期": list(self.after),
                "变了的": [row.as_json() for row in self.rows]}  # fmt: skip


@dataclass(frozen=True)
class Impact:
    """Both rule sets on the same ledgers, as of the same day.

    ``titles`` are the editions' own, ``old`` and ``new`` are dated onto one year. ``told``: what
    a reader must know first (whose dates were moved, what only one side reads);
    ``refused``: rows that the old and the new rules would not take; ``quiet``: changes that move no score here.
    """

    old: Result
    new: Result
    titles: tuple[Title, Title]
    told: tuple[str, ...]
    refused: tuple[tuple[Uncounted, ...], tuple[Uncounted, ...]]
    came: tuple[Standing, ...]
    went: tuple[Standing, ...]
    units: tuple[UnitEffect, ...]
    shares: tuple[Share, ...]
    quiet: tuple[int, ...]
    unsplit: tuple[int, ...]
    edges: tuple[Edge, ...]
    retro: Retro

    @property
    def provisional(self) -> bool:
        """Whether rows were left out, or the year has not ended."""
        return self.old.provisional or self.new.provisional

    @property
    def scored(self) -> list[UnitEffect]:
        """The units with a figure on both sides."""
        return [unit for unit in self.units if unit.difference is not None]

    @property
    def moved(self) -> list[UnitEffect]:
        """The units whose score or rank is not the same, or whose score is there on one side only."""
        return [u for u in self.units if u.difference or u.old.score != u.new.score or u.old.ranks != u.new.ranks]

    @property
    def total(self) -> Fraction:
        """The sum of all differences."""
        return sum((unit.difference or Fraction(0) for unit in self.units), Fraction(0))

    @property
    def interaction(self) -> Fraction:
        """What is left of it when every change alone has been taken off."""
        return sum((unit.interaction or Fraction(0) for unit in self.units), Fraction(0))

    @property
    def groups(self) -> dict[str, list[UnitEffect]]:
        """The units by class, in the roster's order."""
        found: dict[str, list[UnitEffect]] = {}
        for unit in self.units:
            found.setdefault(unit.group, []).append(unit)
        return found

    def share(self, number: int) -> Share | None:
        """What a change does alone; ``None`` if it moves nothing, or only with others."""
        return next((share for share in self.shares if number in share.changes), None)

    def as_json(self) -> dict[str, Any]:
        """As plain values: every figure an exact string."""
        old, new = self.refused
        return {
            "台账": [{"文件": name, "sha256": digest, "记录数": dict(read)} for name, digest, read in self.new.files],
            "截至": self.new.as_json_date(), "暂定": self.provisional, "说明": list(self.told),
            "未计": {"旧": [_row(u) for u in old], "新": [_row(u) for u in new]},
            "新增单位": [one.as_json() for one in self.came], "撤销单位": [one.as_json() for one in self.went],
            "单位": [unit.as_json() for unit in self.units],
            "分解": [share.as_json() for share in self.shares],
            "无影响": list(self.quiet), "不能单独试": list(self.unsplit),
            "合计": show(self.total), "交互": show(self.interaction),
            "临界": [edge.as_json() for edge in self.edges], "追溯": self.retro.as_json(),
        }  # fmt: skip


def _text(value: Fraction | None) -> str | None:
    return None if value is None else show(value)


def _row(row: Uncounted) -> dict[str, Any]:
    return {"台账": row.ledger, "文件": row.file, "行": row.row, "原因": row.reason}
