"""What the variants mean: who moves, by how much, which limits are crossed from one variant to the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

from engine.number import show
from engine.result import Figure, Result, shown
from engine.rulebook import ABSENT_WORDS, Absent, RuleBook
from engine.scoring import SCORE
from engine.whatif.request import Axis
from engine.whatif.standing import Standing, called, label
from engine.whatif.variants import Variant


@dataclass(frozen=True, slots=True)
class Run:
    """One variant and what it comes to; without a standing, why: no rule file (不成立), or not ``scorable``."""

    variant: Variant
    standing: Standing | None
    reasons: tuple[str, ...] = ()
    scorable: bool = True

    @property
    def state(self) -> str:
        """In a word."""
        return "成立" if self.standing is not None else "不成立" if self.scorable else "不能计分"


@dataclass(frozen=True, slots=True)
class Move:
    """A unit whose 得分 or place is another one than by the file as it stands."""

    unit: str
    before: Figure
    after: Figure
    places: tuple[tuple[str, int | None, int | None], ...]

    @property
    def by(self) -> Fraction:
        """How far 得分 moves; from or to nothing counts as nothing."""
        if isinstance(self.before, Fraction) and isinstance(self.after, Fraction):
            return self.after - self.before
        return Fraction(0)


@dataclass(frozen=True, slots=True)
class Crossing:
    """A unit that falls in another cell than by the neighbouring variant."""

    unit: str
    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Report:
    """All variants beside the run as it stands (``base``, ``standing``)."""

    base: Result
    axes: tuple[Axis, ...]
    standing: Standing
    runs: tuple[Run, ...] = field(repr=False)

    @property
    def book(self) -> RuleBook:
        """The rules as they stand."""
        return self.base.book

    @cached_property
    def units(self) -> tuple[str, ...]:
        """The units in the roster's order."""
        return tuple(unit.name for unit in self.book.roster.units)

    @cached_property
    def swept(self) -> tuple[int, ...]:
        """The axes that have more than one value."""
        return tuple(at for at, axis in enumerate(self.axes) if axis.swept)

    def moves(self, run: Run) -> list[Move]:
        """Who is moved, the farthest first."""
        assert run.standing is not None
        found = [move for unit, name in enumerate(self.units) for move in self._of_unit(run.standing, unit, name)]
        return sorted(found, key=lambda move: -abs(move.by))

    def _of_unit(self, standing: Standing, unit: int, name: str) -> Iterator[Move]:
        ranks = tuple(
            (key[0], line[unit], standing.ranks[key][unit])
            for key, line in self.standing.ranks.items()
            if line[unit] != standing.ranks[key][unit]
        )
        for number, line in self.standing.scores.items():
            before, after = line[unit], standing.scores[number][unit]
            if before != after or ranks:
                yield Move(name, before, after, ranks)

    def bands(self, run: Run) -> int:
        """How many units fall in another cell of some table than as it stands."""
        return len({c.unit for c in self._crossed(self.standing, self.book, run)})

    def outcomes(self, run: Run) -> list[str]:
        """The units that meet another 处置 than as it stands."""
        assert run.standing is not None
        pairs = [(line, run.standing.outcomes.get(key, line)) for key, line in self.standing.outcomes.items()]
        return [name for unit, name in enumerate(self.units) if any(one[unit] != two[unit] for one, two in pairs)]

    def neighbour(self, run: Run) -> Run | None:
        """The variant one value back along the last axis."""
        if not self.swept:
            return None
        last = self.swept[-1]
        step = 1
        for axis in self.axes[last + 1 :]:
            step *= len(axis.values)
        return self.runs[run.variant.number - 1 - step] if run.variant.at[last] else None

    def crossings(self, run: Run) -> list[Crossing]:
        """Which units fall in another cell than by the neighbouring variant."""
        before = self.neighbour(run)
        if before is None or before.standing is None or before.variant.book is None or run.standing is None:
            return []
        return self._crossed(before.standing, before.variant.book, run)

    def _crossed(self, before: Standing, old: RuleBook, run: Run) -> list[Crossing]:
        assert run.standing is not None
        new = run.variant.book
        assert new is not None
        found = []
        for key, line in run.standing.cells.items():
            other = before.cells.get(key)
            if other is not None and other is not line:
                found += [
                    Crossing(self.units[unit], called(new, key), label(old, key, one), label(new, key, two))
                    for unit, (one, two) in enumerate(zip(other, line, strict=True))
                    if one != two
                ]
        return found

    def sum(self, standing: Standing) -> Fraction:
        """All 得分 added up."""
        return sum(standing.valued(), Fraction(0))

    def mean(self, standing: Standing) -> Fraction | None:
        """Their mean, exact."""
        valued = standing.valued()
        return self.sum(standing) / len(valued) if valued else None

    # ---- JSON -----------------------------------------------------------------------------

    def as_json(self, unit: str | None = None) -> dict[str, Any]:
        """``xize whatif --json``; of one unit only, if asked."""
        whole = self.base.as_json()
        return {
            **{key: whole[key] for key in ("规则", "台账", "截至", "暂定", "口径")},
            "改动": [{"路径": axis.path, "值": list(axis.values)} for axis in self.axes],
            "原样": {**self._figures(self.standing), "单位": self._all(self.standing, unit)},
            "变体": [self._run(run, unit) for run in self.runs],
        }  # fmt: skip

    def _run(self, run: Run, unit: str | None) -> dict[str, Any]:
        head = {
            "编号": run.variant.number,
            "值": dict(zip((axis.path for axis in self.axes), run.variant.values, strict=True)),
            "状态": run.state,
        }
        if run.standing is None:
            return {**head, "原因": list(run.reasons)}
        moves = [move for move in self.moves(run) if unit in (None, move.unit)]
        crossed = [c for c in self.crossings(run) if unit in (None, c.unit)]
        return {
            **head, **self._figures(run.standing),
            "得分升": sum(move.by > 0 for move in moves), "得分降": sum(move.by < 0 for move in moves),
            "名次变": sum(bool(move.places) for move in moves), "档变": self.bands(run),
            "处置变": self.outcomes(run),
            "单位": {move.unit: _move(move) for move in moves} if unit is None else self._all(run.standing, unit),
            "越界": [{"单位": c.unit, "项": c.name, "从": c.before, "到": c.after} for c in crossed],
        }  # fmt: skip

    def _figures(self, standing: Standing) -> dict[str, Any]:
        mean = self.mean(standing)
        return {"得分合计": show(self.sum(standing)), "平均": None if mean is None else show(mean)}

    def _all(self, standing: Standing, only: str | None) -> dict[str, Any]:
        return {
            name: {SCORE: _said(self.score(standing, at)), **self.places(standing, at)}
            for at, name in enumerate(self.units)
            if only in (None, name)
        }

    def score(self, standing: Standing, unit: int) -> Figure | tuple[Figure, ...]:
        """得分 of a unit; of every period, where the appraisal has several."""
        found = tuple(line[unit] for line in standing.scores.values())
        return found[0] if len(found) == 1 else found

    def places(self, standing: Standing, unit: int) -> dict[str, int | None]:
        """Each place of a unit."""
        return {called(self.book, key): line[unit] if not isinstance(line[unit], Absent) else None
                for key, line in standing.ranks.items()}  # fmt: skip


def _said(value: Figure | Sequence[Figure]) -> Any:
    return [shown(v) for v in value] if isinstance(value, tuple) else shown(value)  # type: ignore[arg-type]


def _move(move: Move) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if move.before != move.after:
        found[SCORE] = {"从": told(move.before), "到": told(move.after)}
    return found | {name: {"从": place(one), "到": place(two)} for name, one, two in move.places}


def told(value: Figure) -> str:
    """A 得分, or the reason why there is none."""
    return ABSENT_WORDS[value] if isinstance(value, Absent) else shown(value) or ""


def place(value: int | None) -> int | None:
    """A place, ``None`` where there is none."""
    return None if isinstance(value, Absent) else value
