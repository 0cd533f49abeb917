"""What the score would be if some figures were such and such: items replaced by given numbers.

Used to prove things about a rule book without any ledger. Only what the score needs, and
the given figures do not settle, is built.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from typing import Any

from engine import lazy as nw
from engine.few import Few, Rows
from engine.rulebook import Across, Before, Carry, Gather, Part, Period, Rank, Running, Streak
from engine.scoring.study import SCORE, Study
from engine.scoring.table import DAY, ENDED, PERIOD, UNIT, Table, stored_column
from engine.scoring.tables import table_maker

# Hang on other units or periods: nothing can be supposed of them, and what reads them is unknown.
_OTHERS = (Across, Before, Streak, Running, Carry, Rank)

Build = Callable[[Study, str], None]


def supposed_scores(dry: Study, given: Mapping[str, Sequence[int]], build: Build) -> list[Fraction | None]:
    """得分 in each supposed situation; ``None`` where it has no value.

    ``dry``: the book's dry study. ``given``: count items → one count per situation; every
    other count is 0, every part that no given count reaches has full marks.
    """
    book, period = dry.book, dry.book.appraisal.period
    size = len(next(iter(given.values())))
    fixed = _fixed(dry, set(given), size) | {name: list(counts) for name, counts in given.items()}
    own: dict[str, Sequence[Any]] = {UNIT: list(range(size)), PERIOD: [1] * size, DAY: [0] * size, ENDED: [True] * size}
    rows = Rows(own | fixed, nw.UNREAD)
    with nw.made_by(rows), suppress(nw.Unknown):
        study = Study(book, dry.as_of, _maker(dry, period, rows, set(fixed)), build)
        column = study.column(study.table(period.value), SCORE)
        absent = nw.lit(0) if column.absent is None else column.absent
        found = zip(_values(column.expr), _values(absent), strict=True)
        return [None if why or n is None else Fraction(n, column.den) for n, why in found]
    return [None] * size  # the score hangs on something that is not supposed, a quota for instance


def _values(column: Any) -> Sequence[Any]:
    if not isinstance(column, Few) or any(value is nw.UNREAD for value in column.values):
        raise nw.Unknown
    return column.values


def _maker(dry: Study, period: Period, rows: Any, fixed: set[str]) -> Callable[[Study, str], Table]:
    dry_maker = table_maker(None, {}, {}, None)

    def make(study: Study, name: str) -> Table:
        table = dry_maker(study, name)
        if name == period.value:
            table.frame = rows
            known = dry.tables[name].columns
            names = fixed | {
                n for n, item in study.book.items.items() if n in known and isinstance(item.mechanism, _OTHERS)
            }
            table.columns |= {n: stored_column(n, replace(known[n], absent=None, over=None, open=None)) for n in names}
        return table

    return make


def _fixed(dry: Study, given: set[str], size: int) -> dict[str, list[int]]:
    """Parts that nothing given reaches, at full marks; counts that are not given, at 0."""
    fixed: dict[str, list[int]] = {}
    there, moved = dry.tables[dry.book.appraisal.period.value].columns, moved_by(dry, given)
    for part in dry.book.appraisal.parts.values():
        if part.name not in moved and part.name in there:  # a part that no step adds is not there
            fixed[part.name] = [_full(dry, part)] * size
    for item in dry.book.items.values():
        if isinstance(item.mechanism, Gather) and item.period is dry.book.appraisal.period and item.name not in given:
            fixed[item.name] = [0] * size
    return fixed


def _full(dry: Study, part: Part) -> int:
    column = dry.tables[dry.book.appraisal.period.value].columns[part.name]
    times = len(dry.stretches[part.period]) // len(dry.stretches[dry.book.appraisal.period])
    return int((part.full or Fraction(0)) * times * column.den)


def moved_by(dry: Study, names: set[str]) -> set[str]:
    """Everything that, directly or not, asks for one of the names."""
    reached, grew = set(names), True
    while grew:
        more = {n for n, asked in dry.asked.items() if n not in reached and not asked.isdisjoint(reached)}
        grew, reached = bool(more), reached | more
    return reached - names


def behind(dry: Study, names: set[str]) -> set[str]:
    """The entries through which the names move 得分, the names included."""
    needed, front = set[str](), {dry.book.appraisal.steps[-1].name}
    while front:
        needed |= front
        front = {asked for name in front for asked in dry.asked.get(name, ())} - needed
    return (moved_by(dry, names) | names) & needed & dry.entries.keys()
