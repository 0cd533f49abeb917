"""The complete units × periods frame: no unit and no period is ever missing."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from engine.calendar import stretches
from engine.rulebook import Kind, Period, RuleBook
from engine.scoring.table import ABSENT, DAY, ENDED, OFFICE, PERIOD, UNIT

if TYPE_CHECKING:
    import polars as pl


def units_by_period(book: RuleBook, period: Period, as_of: int, offices: int = 0) -> pl.DataFrame:
    """The complete units × periods frame, attributes included: no unit and no period is ever missing.

    With ``offices`` every office has the whole roster, its units numbered on from those of the one before.
    """
    import polars as pl

    units = book.roster.units
    columns: dict[str, list[Any]] = {UNIT: list(range(len(units)))}
    for name in book.roster.fields:
        columns[name] = _attribute_cells(book, name)
    schema = {n: pl.String if book.roster.fields[n].kind is Kind.TEXT else pl.Int64 for n in columns if n != UNIT}
    frame = pl.DataFrame(columns, schema_overrides=schema)
    for name, spec in book.roster.fields.items():
        if spec.blank is not None and not isinstance(spec.blank, str):
            absent = pl.when(pl.col(name).is_null()).then(int(spec.blank)).otherwise(0).cast(pl.Int8)
            frame = frame.with_columns(absent.alias(name + ABSENT))
    cut = stretches(book.title, period)
    periods = pl.DataFrame(
        {PERIOD: [s.number for s in cut], DAY: [s.start for s in cut], ENDED: [s.end <= as_of for s in cut]},
        schema={PERIOD: pl.Int64, DAY: pl.Int64, ENDED: pl.Boolean},
    )
    if offices:
        apart = pl.select(pl.int_range(offices, dtype=pl.Int64).alias(OFFICE))
        frame = apart.join(frame, how="cross").with_columns((pl.col(OFFICE) * len(units) + pl.col(UNIT)).alias(UNIT))
    return frame.join(periods, how="cross")


def _attribute_cells(book: RuleBook, name: str) -> list[Any]:
    spec = book.roster.fields[name]
    values = [unit.values.get(name) for unit in book.roster.units]
    if spec.kind is Kind.NUMBER:
        den = _denominator(values)
        return [None if v is None else int(Fraction(v) * den) for v in values]
    return [v if v is None or spec.kind is Kind.TEXT else spec.options.index(str(v)) for v in values]


def _denominator(values: Iterable[Any]) -> int:
    return math.lcm(1, *(v.denominator for v in values if isinstance(v, Fraction)))
