"""The plan carried out: every lazy frame collected once, faulty rows told or left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine import lazy as nw
from engine.column import Column
from engine.rulebook import Kind, RuleBook
from engine.scoring.roster import units_by_period
from engine.scoring.study import LEDGER, Gone, Mark, Study, context
from engine.scoring.table import PERIOD, ROW, UNIT
from engine.source import Rejected

if TYPE_CHECKING:
    import polars as pl


Stray = tuple[str, int, int]  # item, unit index, period number


@dataclass(frozen=True, slots=True)
class Fault:
    """A ledger row that cannot be scored: row number, why, the columns concerned."""

    ledger: str
    row: int
    reason: str
    context: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Left:
    """A ledger row not counted, and why."""

    ledger: str
    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row whose condition is 待定 for a unit (index in the roster): which items left it out."""

    ledger: str
    row: int
    unit: int
    item: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """Scored frames by table name (ledger, account, 年 季 …), and what each column means.

    ``lacking``: (ledger, unit index) where 应有 found no row. ``study`` is what made them.
    """

    frames: Mapping[str, pl.DataFrame]
    columns: Mapping[str, Mapping[str, Column]]
    faults: tuple[Fault, ...]
    left: tuple[Left, ...]
    waiting: tuple[Waiting, ...]
    lacking: tuple[tuple[str, int], ...]
    stray: tuple[Stray, ...]
    study: Study = field(repr=False)


def run(
    book: RuleBook, frames: Mapping[str, pl.DataFrame], as_of: int, study_of: Any, base: Outcome | None = None
) -> Outcome:
    """Score typed ledger frames as of a day number.

    ``frames``: ledger → rows with ``行`` and typed columns (:mod:`engine.ledger`). ``base``: what came
    of the same frames on the same day by a book that this one is an alternative of.
    Raises :class:`engine.source.Rejected` for a fault of the rule book.
    """
    lazy = {name: nw.from_native(frame.lazy()) for name, frame in frames.items()}
    study: Study = study_of(
        book, as_of, lazy, rows=_rows(book, frames), bounds=_bounds(book, frames),
        last_row=max((int(str(frame["行"].max() or 0)) for frame in frames.values()), default=0),
        roster=lambda period: nw.from_native(units_by_period(book, period, as_of).lazy()), base=base,
    )  # fmt: skip
    if study.problems:
        raise Rejected(study.problems)
    return _collected(study, base)


def _rows(book: RuleBook, frames: Mapping[str, pl.DataFrame]) -> dict[str, tuple[int, int]]:
    """Ledger → (most rows of one unit, all rows)."""
    found = {}
    for name, frame in frames.items():
        units = [f.name for f in book.ledgers[name].fields.values() if f.kind is Kind.UNIT]
        most = frame.group_by(units[0]).len()["len"].max() if units and frame.height else frame.height
        found[name] = (int(str(most)), frame.height)
    return found


def _bounds(book: RuleBook, frames: Mapping[str, pl.DataFrame]) -> dict[tuple[str, str], int]:
    """(ledger, number column) → the largest absolute value there is."""
    return {
        (name, spec.name): int(str(frame[spec.name].abs().max() or 0))
        for name, frame in frames.items()
        for spec in book.ledgers[name].fields.values()
        if spec.kind is Kind.NUMBER
    }


def _collected(study: Study, base: Outcome | None) -> Outcome:
    import polars as pl

    tables = {name: table for name, table in study.tables.items() if table.frame is not None}
    known = {name: rows for name, (lazy, rows) in study.ready.items() if tables[name].frame is lazy}
    fresh = [name for name in tables if name not in known]
    plans = [*(tables[name].frame for name in fresh), *(gone.frame for gone in study.gone)]
    found = pl.collect_all([nw.to_native(frame) for frame in plans if frame is not None])
    frames = {**known, **dict(zip(fresh, found, strict=False))}
    faults, stray = _faults(study, frames)
    left = (*_left_before(study, base), *_left(study.gone, found[len(fresh) :], frames))
    return Outcome(
        frames, {name: dict(t.columns) for name, t in tables.items()}, faults, left, _waiting(study, frames),
        _lacking(study, frames), stray, study,
    )  # fmt: skip


def _left_before(study: Study, base: Outcome | None) -> list[Left]:
    """The rows not counted of tables taken over from ``base``."""
    if base is None or study.stale is None:
        return []
    return [left for left in base.left if f"{LEDGER}{left.ledger}" not in study.stale]


def _marked(mark: Mark, frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    frame = frames[mark.table]
    return frame.filter(frame[mark.column].fill_null(value=False))


def _faults(study: Study, frames: Mapping[str, pl.DataFrame]) -> tuple[tuple[Fault, ...], tuple[Stray, ...]]:
    """Faulty rows of ledgers; units that fall in no cell of a table of theirs."""
    faults: dict[tuple[str, int, str], Fault] = {}
    stray: list[Stray] = []
    for mark in study.faulty:
        frame = _marked(mark, frames)
        name = mark.entry.name if mark.entry is not None else ""
        if study.tables[mark.table].ledger:
            why = context(mark.entry) if mark.entry is not None else ""
            for row in frame[ROW].unique().sort():
                faults[mark.table, row, mark.reason] = Fault(mark.table, row, mark.reason, why, mark.columns)
        else:
            stray += [
                (name, unit, number) for unit, number in frame.select(UNIT, PERIOD).sort(UNIT, PERIOD).iter_rows()
            ]
    return tuple(faults.values()), tuple(stray)


def _left(gone: list[Gone], rows: Sequence[pl.DataFrame], frames: Mapping[str, pl.DataFrame]) -> tuple[Left, ...]:
    """Rows not counted, once each; a row repeated by 衔接 is left out only where none of its copies stays."""
    left: dict[tuple[str, int], Left] = {}
    for out, frame in zip(gone, rows, strict=True):
        away = frame.select(ROW).unique().join(frames[out.ledger].select(ROW), on=ROW, how="anti")
        for row in away[ROW].sort():
            left.setdefault((out.ledger, row), Left(out.ledger, row, out.reason))
    return tuple(left.values())


def _waiting(study: Study, frames: Mapping[str, pl.DataFrame]) -> tuple[Waiting, ...]:
    seen: dict[tuple[str, int, int], Waiting] = {}
    order = list(study.entries)
    for mark in sorted(study.pending, key=lambda mark: order.index(mark.reason)):  # whatever was built first
        if study.tables[mark.table].has_unit:
            for row, unit in _marked(mark, frames).select(ROW, UNIT).iter_rows():
                seen.setdefault((mark.table, row, unit), Waiting(mark.table, row, unit, mark.reason))
    return tuple(seen[key] for key in sorted(seen))


def _lacking(study: Study, frames: Mapping[str, pl.DataFrame]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted({(m.columns[0], unit) for m in study.lacking for unit in _marked(m, frames)[UNIT]}))
