"""The plan carried out: every lazy frame collected once, faulty rows told or left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import narwhals as nw

from engine.column import Column
from engine.rulebook import Item, Kind, Period, RuleBook
from engine.scoring.study import Rows, Study, context
from engine.scoring.table import ENDED, PERIOD, ROW, UNIT, Lazy
from engine.scoring.tables import attribute_values
from engine.source import Rejected

if TYPE_CHECKING:
    import polars as pl


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

    ``lacking``: (ledger, unit index) where 应有 found no row.
    """

    frames: Mapping[str, pl.DataFrame]
    columns: Mapping[str, Mapping[str, Column]]
    faults: tuple[Fault, ...]
    left: tuple[Left, ...]
    waiting: tuple[Waiting, ...]
    lacking: tuple[tuple[str, int], ...]
    stray: tuple[tuple[str, int, str], ...]


def run(book: RuleBook, frames: Mapping[str, pl.DataFrame], as_of: int, study_of: Any) -> Outcome:
    """Score typed ledger frames as of a day number.

    ``frames``: ledger → rows with ``行`` and typed columns (:mod:`engine.ledger`).
    Raises :class:`engine.source.Rejected` for a fault of the rule book.
    """
    lazy = {name: nw.from_native(frame.lazy()) for name, frame in frames.items()}
    study = study_of(
        book, as_of, lazy, rows=_rows(book, frames), bounds=_bounds(book, frames),
        roster=lambda period: _roster(study_book=book, period=period, as_of=as_of),
    )  # fmt: skip
    if study.problems:
        raise Rejected(study.problems)
    return _collected(study)


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


def _roster(study_book: RuleBook, period: Period, as_of: int) -> Lazy:
    """The complete units × periods frame, attributes included: no unit and no period is ever missing."""
    import polars as pl

    from engine.calendar import stretches

    units = study_book.roster.units
    columns: dict[str, list[Any]] = {UNIT: list(range(len(units)))}
    for name in study_book.roster.fields:
        columns[name] = _attribute_cells(study_book, name)
    schema = {n: pl.String if study_book.roster.fields[n].kind is Kind.TEXT else pl.Int64 for n in columns if n != UNIT}
    frame = pl.DataFrame(columns, schema_overrides=schema)
    for name, spec in study_book.roster.fields.items():
        if spec.blank is not None and not isinstance(spec.blank, str):
            absent = pl.when(pl.col(name).is_null()).then(int(spec.blank)).otherwise(0).cast(pl.Int8)
            frame = frame.with_columns(absent.alias(f"{name}?"))
    cut = stretches(study_book.title, period)
    periods = pl.DataFrame(
        {PERIOD: [s.number for s in cut], "#日": [s.start for s in cut], ENDED: [s.end <= as_of for s in cut]},
        schema={PERIOD: pl.Int64, "#日": pl.Int64, ENDED: pl.Boolean},
    )
    return nw.from_native(frame.join(periods, how="cross").lazy())


def _attribute_cells(book: RuleBook, name: str) -> list[Any]:
    spec = book.roster.fields[name]
    values = [unit.values.get(name) for unit in book.roster.units]
    if spec.kind is Kind.NUMBER:
        den = _denominator(values)
        return [None if v is None else int(Fraction(v) * den) for v in values]
    return [v if v is None or spec.kind is Kind.TEXT else spec.options.index(str(v)) for v in values]


def _denominator(values: Iterable[Any]) -> int:
    import math

    return math.lcm(1, *(v.denominator for v in values if isinstance(v, Fraction)))


def _collected(study: Study) -> Outcome:
    import polars as pl

    tables = {name: table for name, table in study.tables.items() if table.frame is not None}
    singled = [*study.faulty, *study.uncounted, *study.pending, *study.lacking]
    lazy = [t.frame for t in tables.values()] + [rows.frame for rows in singled]
    native = [nw.to_native(f) if f is not None else pl.LazyFrame() for f in lazy]
    collected = pl.collect_all(native)
    frames = dict(zip(tables, collected, strict=False))
    found = dict(zip(map(id, singled), collected[len(tables) :], strict=True))
    faults, stray = _faults(study, found)
    return Outcome(
        frames, {name: dict(t.columns) for name, t in tables.items()}, faults, _left(study, found, frames),
        _waiting(study, found), _lacking(study, found), stray,
    )  # fmt: skip


def _faults(study: Study, found: Mapping[int, pl.DataFrame]) -> tuple[tuple[Fault, ...], tuple[Any, ...]]:
    faults: dict[tuple[str, int, str], Fault] = {}
    stray = []
    for rows in study.faulty:
        frame = found[id(rows)]
        if ROW in frame.columns:
            for row in frame[ROW].unique().sort():
                why = context(rows.entry) if rows.entry is not None else ""
                faults[rows.ledger, row, rows.reason] = Fault(rows.ledger, row, rows.reason, why, rows.columns)
        else:
            stray += [(rows.entry.name if rows.entry else "", u, rows.reason) for u in frame.to_series(0).unique()]
    return tuple(faults.values()), tuple(stray)


def _left(study: Study, found: Mapping[int, pl.DataFrame], frames: Mapping[str, pl.DataFrame]) -> tuple[Left, ...]:
    """Rows not counted, once each; a row repeated by 衔接 is left out only where none of its copies stays."""
    left: dict[tuple[str, int], Left] = {}
    for rows in study.uncounted:
        stays = frames[rows.ledger][ROW]
        for row in (
            found[id(rows)][ROW].unique().sort().filter(~found[id(rows)][ROW].unique().sort().is_in(stays.implode()))
        ):
            left.setdefault((rows.ledger, row), Left(rows.ledger, row, rows.reason or _unmet(rows.entry)))
    return tuple(left.values())


def _unmet(entry: object) -> str:
    assert isinstance(entry, Item)
    assert entry.when is not None
    why = entry.note or f"要“{entry.when.text}”才计"
    return f"{why}（{'；'.join(entry.clauses)}「{entry.name}」）"


def _waiting(study: Study, found: Mapping[int, pl.DataFrame]) -> tuple[Waiting, ...]:
    seen: dict[tuple[str, int, int], Waiting] = {}
    for rows in study.pending:
        for row, unit in found[id(rows)].select(ROW, UNIT).iter_rows():
            seen.setdefault((rows.ledger, row, unit), Waiting(rows.ledger, row, unit, rows.reason))
    return tuple(seen[key] for key in sorted(seen))


def _lacking(study: Study, found: Mapping[int, pl.DataFrame]) -> tuple[tuple[str, int], ...]:
    pairs = {(rows.ledger, unit) for rows in study.lacking for unit in found[id(rows)][UNIT]}
    return tuple(sorted(pairs))


__all__ = ["Fault", "Left", "Outcome", "Rows", "Waiting", "attribute_values", "run"]
