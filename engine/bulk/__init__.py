"""A rule file over the ledgers of many offices at once: Parquet in, one plan, Parquet out.

    folder of Parquet files → whole numbers, refused rows counted   (intake)
    rule book + frames → one lazy plan → the tables asked for        (engine.scoring)
    tables → scores.parquet, 未计.parquet, 汇总.json, a digest        (figures, output)

The rules mean what they mean in an ordinary run: the plan is the same, and one office scored here
comes out as ``xize score`` has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import polars as pl

from engine import pipeline
from engine.bulk import figures, told
from engine.bulk.intake import Intake, take, without
from engine.calendar import stretches
from engine.column import Column
from engine.pipeline import Options
from engine.rulebook import Period, RuleBook
from engine.scoring import Backend, Known, OnPolars, Study, Sums, behind, carried_out, plan
from engine.source import Rejected

__all__ = ["Bulk", "known", "score", "score_intake", "take"]


@dataclass(frozen=True)
class Bulk:
    """All results of one run: ``by`` is the column that names the office, ``uncounted`` every row read and not counted
    (台账 行 原因), ``skipped`` whether rows with errors are among them."""

    book: RuleBook
    as_of: int
    by: str | None
    intake: Intake
    sums: Sums
    uncounted: pl.DataFrame
    skipped: bool

    @property
    def provisional(self) -> bool:
        """暂定: the year has not ended, or rows with errors were skipped."""
        return self.skipped or self.as_of < stretches(self.book.title, Period.YEAR)[-1].end

    @property
    def table(self) -> str:
        """The table of the scores."""
        return self.book.appraisal.period.value

    @property
    def columns(self) -> Mapping[str, Column]:
        """What the columns of the scores mean."""
        return self.sums.columns[self.table]

    @cached_property
    def scores(self) -> pl.DataFrame:
        """One row a unit, by office and in the order of the roster; figures as :func:`figures.figures` has them."""
        return figures.named(self, self.table, figures.scored(self.book, self.columns))

    @cached_property
    def digest(self) -> str:
        """The digest of the scores (:func:`figures.digest`)."""
        return figures.digest(self)


def score(
    rules: str | Path,
    folder: str | Path,
    by: str | None = None,
    options: Options | None = None,
    *,
    full: bool = False,
    backend: Backend | None = None,
) -> Bulk:
    """Score a folder of Parquet ledgers; ``by`` names the office, ``full`` keeps every column of every table.

    Without a ``backend`` Polars carries the plan out in this process.

    Raises :class:`Rejected`.
    """
    chosen = options or Options()
    book = pipeline.scaled_to(pipeline.load_rules(Path(rules), chosen.readings), chosen.scale_to)
    return score_intake(book, take(book, Path(folder), by), by, chosen, full=full, backend=backend)


def score_intake(
    book: RuleBook,
    intake: Intake,
    by: str | None,
    options: Options,
    *,
    full: bool = False,
    backend: Backend | None = None,
) -> Bulk:
    """Score ledgers already taken in; rows that prove faulty only now are told, or left out. Raises Rejected."""
    as_of = pipeline.counted_to(book, options.as_of)
    if intake.blocking or (intake.faulty and not options.skip_bad):
        raise Rejected([*intake.blocking, *intake.faulty, *intake.notices])
    skipped = any(rows.height for rows in intake.bad.values())
    backend = backend or OnPolars()
    while True:
        study = plan(book, intake.frames, as_of, known(intake), backend)
        sums = carried_out(study, _wanted(study, full=full), backend)
        problems = told.of_units(book, sums, intake.offices)
        if problems:
            raise Rejected(problems)
        if not sums.faults:
            return Bulk(book, as_of, by, intake, sums, told.uncounted(intake, sums), skipped)
        if not options.skip_bad:
            raise Rejected([*told.of_rows(intake, sums), *intake.notices])
        skipped, intake = True, _left_out(intake, sums)


def known(intake: Intake) -> Known:
    """What the plan has to know of the rows."""
    return Known(intake.rows, intake.bounds, intake.latest, len(intake.offices), intake.private, intake.last_row)


def _wanted(study: Study, *, full: bool) -> list[str]:
    """The tables asked for: those of units that the score hangs on, or all."""
    if full:
        return [name for name, table in study.tables.items() if table.frame is not None]
    read = behind(study, set(study.entries))
    homes = {study.home(study.entries[name]) for name in read}
    last = study.book.appraisal.period.value
    return [name for name, t in study.tables.items() if t.period is not None and (name in homes or name == last)]


def _left_out(intake: Intake, sums: Sums) -> Intake:
    """The intake without the rows found faulty."""
    found = replace(intake, frames=dict(intake.frames), bad=dict(intake.bad))
    for mark, rows in sums.faults:
        reason = pl.lit(mark.reason).alias("原因")
        found.refuse(mark.table, rows.select(pl.col(rows.columns[0]).alias("行"), reason).unique("行"))
    for name in {mark.table for mark, _ in sums.faults}:
        found.frames[name] = without(found.frames[name], found.bad[name])
    return found
