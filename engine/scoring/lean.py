"""The plan carried out at scale: only what is asked is collected, so that the rest is never computed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from engine import lazy as nw
from engine.column import Column
from engine.rulebook import RuleBook
from engine.scoring.roster import units_by_period
from engine.scoring.study import Mark, Study
from engine.scoring.table import DAY, OWN, PERIOD, ROW, SOURCE, UNIT, Lazy, Table, stored_names
from engine.source import Rejected

if TYPE_CHECKING:
    import polars as pl


class Backend(Protocol):
    """What holds the rows and carries plans out; ``deepest``: the most steps of a plan given to it (0: any number)."""

    deepest: ClassVar[int]

    def lazy(self, rows: pl.DataFrame) -> Lazy:
        """Rows for a plan to begin with."""

    def keep(self, frame: Lazy) -> Lazy:
        """A frame that several others are made of, computed once."""

    def collect(self, plans: Sequence[Lazy]) -> list[pl.DataFrame]:
        """What comes of each plan."""


@dataclass(frozen=True, slots=True)
class OnPolars:
    """Polars in this process: nothing is carried out before all of it is."""

    deepest: ClassVar[int] = 0

    def lazy(self, rows: pl.DataFrame) -> Lazy:
        """The rows as they are."""
        return nw.from_native(rows.lazy())

    def keep(self, frame: Lazy) -> Lazy:
        """The frame, marked to be computed once."""
        return nw.checkpoint(frame)

    def collect(self, plans: Sequence[Lazy]) -> list[pl.DataFrame]:
        """All of them in one go, rows streaming through."""
        import polars as pl

        return pl.collect_all([nw.to_native(plan) for plan in plans], engine="streaming")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the ledgers' rows before they are scored.

    ``rows``: ledger → (most rows of one unit, of one office); ``bounds``: (ledger, number column) → largest absolute
    value; ``latest``: ledger → its last day; ``offices``: how many there are (0: one, and no column says so);
    ``private``: (ledger, text column) whose texts are numbers that no two offices share → the largest of them (0: not
    known, or some have none); ``last_row``: the largest row number.
    """

    rows: Mapping[str, tuple[int, int]]
    bounds: Mapping[tuple[str, str], int]
    latest: Mapping[str, int]
    offices: int = 0
    private: Mapping[tuple[str, str], int] = field(default_factory=dict)
    last_row: int = 0


@dataclass(frozen=True, slots=True)
class Sums:
    """What the plan comes to.

    ``frames``: the tables asked for; ``faults``: ledger marks with the rows (``#行``) they single out, ``stray``
    and ``lacking``: marks with the units; ``left``: ledger → rows not counted, why.
    """

    frames: Mapping[str, pl.DataFrame]
    columns: Mapping[str, Mapping[str, Column]]
    faults: Sequence[tuple[Mark, pl.DataFrame]]
    stray: Sequence[tuple[Mark, pl.DataFrame]]
    lacking: Sequence[tuple[Mark, pl.DataFrame]]
    left: Mapping[str, pl.DataFrame]


def plan(
    book: RuleBook, frames: Mapping[str, pl.DataFrame], as_of: int, known: Known, backend: Backend, study_of: Any
) -> Study:
    """The plan of a whole rule book over typed ledgers, nothing carried out but what is kept.

    Raises :class:`Rejected`.
    """
    study: Study = study_of(
        book, as_of, {name: backend.lazy(frame) for name, frame in frames.items()}, rows=known.rows,
        bounds=known.bounds, latest=known.latest, offices=known.offices, private=known.private,
        last_row=known.last_row, keep=backend.keep, deepest=backend.deepest,
        roster=lambda period: backend.lazy(units_by_period(book, period, as_of, known.offices)),
    )  # fmt: skip
    if study.problems:
        raise Rejected(study.problems)
    return study


def carried_out(study: Study, wanted: Collection[str], backend: Backend) -> Sums:
    """Collect the tables named in ``wanted`` and what is wrong anywhere, in one go."""
    for table in study.tables.values():
        table.fork()
    tables = {name: study.tables[name] for name in wanted}
    listed = [*study.faulty, *study.lacking]
    marks: dict[str, list[Mark]] = {}
    for mark in listed:
        marks.setdefault(mark.table, []).append(mark)
    plans = [_kept(table, study) for table in tables.values()]
    plans += [_singled_out(study.tables[name], of_table) for name, of_table in marks.items()]
    plans += [_gone(study, gone.ledger, gone.frame) for gone in study.gone]
    found = backend.collect(plans)
    singled = dict(zip(marks, found[len(tables) :], strict=False))
    marked = [(mark, _of_mark(mark, marks[mark.table], singled[mark.table])) for mark in listed]
    return Sums(
        dict(zip(tables, found, strict=False)),
        {name: dict(table.columns) for name, table in tables.items()},
        [(m, f) for m, f in marked if f.height and m in study.faulty and study.tables[m.table].ledger],
        [(m, f) for m, f in marked if f.height and m in study.faulty and not study.tables[m.table].ledger],
        [(m, f) for m, f in marked if f.height and m in study.lacking],
        _left(study, found[len(tables) + len(marks) :]),
    )


def _kept(table: Table, study: Study) -> Lazy:
    """A table without what was only worked with."""
    assert table.frame is not None
    there = set(table.frame.collect_schema().names())
    stored = [physical for name, column in table.columns.items() for physical in stored_names(name, column)]
    names = [*study.apart, ROW, SOURCE, DAY, UNIT, PERIOD, *(name for name in stored if not name.startswith(OWN))]
    return table.frame.select(*(name for name in dict.fromkeys(names) if name in there))


def _singled_out(table: Table, marks: Sequence[Mark]) -> Lazy:
    """The rows of a table that are singled out by any of its marks, and by which."""
    names = [UNIT, PERIOD] if table.period is not None else [ROW]
    held = [nw.col(mark.column).fill_null(False) for mark in marks]
    found = table.select(*names, *held, where=nw.total([mark.cast(nw.Int64) for mark in held]) > 0)
    assert found is not None
    return found


def _of_mark(mark: Mark, marks: Sequence[Mark], rows: pl.DataFrame) -> pl.DataFrame:
    """The rows that one of the marks singles out."""
    return rows.filter(rows[mark.column]).drop(other.column for other in marks)


def _gone(study: Study, ledger: str, rows: Lazy | None) -> Lazy:
    """Rows not counted; one repeated by 衔接 only where none of its copies stays."""
    table = study.tables[ledger]
    assert rows is not None
    if study.book.ledgers[ledger].link is None:
        return rows
    assert table.frame is not None
    return rows.unique().join(table.frame.select(ROW), on=ROW, how="anti")


def _left(study: Study, found: Sequence[pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Ledger → ``行`` and ``原因``, each row once: the first reason stands."""
    import polars as pl

    left: dict[str, list[pl.DataFrame]] = {}
    for gone, rows in zip(study.gone, found, strict=True):
        left.setdefault(gone.ledger, []).append(rows.select(pl.col(ROW).alias("行"), pl.lit(gone.reason).alias("原因")))
    return {name: pl.concat(frames).unique("行", keep="first", maintain_order=True) for name, frames in left.items()}
