"""The same rows under a slightly different rule book: only what the difference reaches is computed again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine import lazy as nw
from engine.rulebook import RuleBook
from engine.scoring.run import Outcome, collected, planned
from engine.scoring.study import LEDGER, Study
from engine.scoring.table import ABSENT, OPEN, OVER, Lazy
from engine.scoring.variant import take_over

if TYPE_CHECKING:
    import polars as pl

_WORKING = "~"


@dataclass(frozen=True, slots=True)
class Scored:
    """A run kept for others to build on."""

    study: Study
    outcome: Outcome


def first(book: RuleBook, frames: Mapping[str, pl.DataFrame], as_of: int, study_of: Callable[..., Study]) -> Scored:
    """A run like any other. Raises :class:`engine.source.Rejected` for faults of the rule book."""
    study = planned(book, frames, as_of, study_of)
    return Scored(study, collected(study, {}))


def again(book: RuleBook, base: Scored, study: Study, build: Callable[[Study], Study]) -> Scored:
    """A run of ``book`` (whose empty ``study`` reads the base's rows) that takes over what it may.

    Roster, dates and the ledgers' columns must be the base's. Rows left out and rows waiting are not told.
    """
    take_over(study, base.study)
    stale = study.stale or frozenset()
    kept = [mark for mark in base.study.faulty if not _gone(mark.table, stale) and _name(mark.entry) not in stale]
    study.faulty, study.marks = list(kept), base.study.marks
    marks = {mark.column for mark in kept}
    for name, table in study.tables.items():
        table.frame = _without(base.outcome.frames[name], stale, marks)
    taken = {name: (table.frame, base.outcome.frames[name]) for name, table in study.tables.items()}
    build(study)
    same = {name: frame for name, (lazy, frame) in taken.items() if study.tables[name].frame is lazy}
    return Scored(study, collected(study, same))


def _gone(table: str, stale: frozenset[str]) -> bool:
    return f"{LEDGER}{table}" in stale


def _name(entry: object) -> str:
    return getattr(entry, "name", "")


def _without(frame: pl.DataFrame, stale: frozenset[str], marks: set[str]) -> Lazy:
    """The rows as they were scored, without what is to be computed again and what was only needed on the way."""
    kept = [
        name for name in frame.columns
        if (name in marks if name.startswith(_WORKING) else name.rstrip(OVER + ABSENT + OPEN) not in stale)
    ]  # fmt: skip
    return nw.from_native(frame.select(kept).lazy())
