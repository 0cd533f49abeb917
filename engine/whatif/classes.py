"""Columns in every variant, kept by classes: what each row's class is, and what a class has in each variant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from engine.column import Column

SCENE, CODE = "#景", "#类"
MOST = 4_000_000
"""Rows of one collection: memory, and how often progress is told."""


@dataclass(frozen=True)
class Spread:
    """A column in every variant: the class of each row of its table, and what each class has in each variant.

    ``values`` is sorted by class and variant, both numbered from 0, so that its row is class × variants + variant.
    """

    codes: pl.Series
    values: pl.DataFrame
    column: Column


@dataclass(frozen=True)
class Given:
    """What an item asks of a table: columns that do not vary, columns that do, and the rows' values or classes."""

    plain: Mapping[str, Column]
    spread: Mapping[str, Spread]
    rows: pl.DataFrame

    @property
    def columns(self) -> dict[str, Column]:
        """All of them, as an item reads them."""
        return {**self.plain, **{name: one.column for name, one in self.spread.items()}}


def alike(spread: Spread, size: int) -> Spread:
    """Classes that answer alike in every variant made one."""
    names = [n for n in spread.values.columns if n not in (CODE, SCENE)]
    lines = spread.values.group_by(CODE, maintain_order=True).agg(names)
    kinds = lines.group_by(names, maintain_order=True).agg(CODE).with_row_index("~种")
    which = kinds.select("~种", CODE).explode(CODE).sort(CODE)["~种"]
    values = kinds.select(pl.col("~种").alias(CODE), *names).explode(names)
    scene = (pl.int_range(pl.len()) % size).cast(pl.Int64).alias(SCENE)
    return replace(spread, codes=which.gather(spread.codes).alias(CODE), values=values.with_columns(scene))


def slices(classes: pl.DataFrame, size: int) -> Iterator[pl.DataFrame]:
    """The classes a piece at a time, few enough for ``size`` variants."""
    step = max(1, MOST // size)
    return (classes.slice(start, step) for start in range(0, classes.height, step))


def matched(rows: pl.DataFrame, classes: pl.DataFrame, keys: Sequence[str], code: str = CODE) -> pl.Series:
    """The class of each row."""
    found = rows.join(classes, on=list(keys), how="left", nulls_equal=True, maintain_order="left")
    return found[code]
