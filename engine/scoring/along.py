"""Rows of a group one after another: the sum so far, the highest so far, the place, the one before.

In the language of every engine that is a window over the keys in an order. Polars sorts once and walks the rows, which
costs a sixth: what it has at the end of one group is taken off, or lies below, what it has in the next.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine import lazy as nw
from engine.column import LIMIT
from engine.scoring.study import Study
from engine.scoring.table import Table

if TYPE_CHECKING:
    import polars as pl

PLACE, SUM, HIGHEST, BEFORE = "位", "和", "高", "前"
Steps = Mapping[str, tuple[str, str]]
Bounds = Mapping[str, tuple[int, int]]
_BEGINS, _PACKED, _PAIR = "~始", "~包", "~对"


def along(study: Study, table: Table, keys: Sequence[str], order: Sequence[str], steps: Steps, bounds: Bounds) -> None:
    """Add columns to a table: name → (what, of which column). Columns are whole numbers without nulls.

    ``bounds``: working column → what its values lie between, where that is known; of a column whose HIGHEST is asked
    it must be.
    """
    if table.frame is None:
        return
    table.costly = True
    known = {**study.bounds(table), **bounds}
    if table.frame.implementation.is_polars() and _fits(study.height(table), steps, known):
        table.frame = nw.from_native(_walked(nw.to_native(table.frame), keys, order, steps, known))
        return
    for name, (what, source) in steps.items():
        found = _EVERYWHERE[what](nw.col(source)).over(*keys, order_by=list(order))
        table.then_with((found.fill_null(-1) if what == BEFORE else found).alias(name))


_EVERYWHERE: dict[str, Callable[[Any], Any]] = {
    PLACE: lambda column: (column * 0 + 1).cum_sum(),
    SUM: lambda column: column.cum_sum(),
    HIGHEST: lambda column: column.cum_max(),
    BEFORE: lambda column: column.shift(1),
}


def _fits(groups: int, steps: Steps, bounds: Bounds) -> bool:
    """Whether group and value make one number, where the highest is asked."""
    spans = [bounds.get(source, (0, LIMIT)) for what, source in steps.values() if what == HIGHEST]
    return all(groups * (high - low + 1) < LIMIT for low, high in spans)


def _walked(
    frame: pl.LazyFrame, keys: Sequence[str], order: Sequence[str], steps: Steps, bounds: Bounds
) -> pl.LazyFrame:
    import polars as pl

    frame, by = _packed(frame, [*keys, *order], bounds)
    frame = _unpacked(_sorted(frame, by, bounds), by, bounds)
    begins = [pl.col(key).ne_missing(pl.col(key).shift()) for key in keys]
    if not any(
        key in bounds for key in keys
    ):  # where no key is known to have a value, the first row may look like none
        begins.append(pl.int_range(pl.len()) == 0)
    frame = frame.with_columns(pl.any_horizontal(begins).alias(_BEGINS))
    for name, (what, source) in steps.items():
        frame = frame.with_columns(_step(what, pl.col(source), bounds.get(source, (0, 0))).alias(name))
    return frame.drop(_BEGINS)


def _step(what: str, column: pl.Expr, between: tuple[int, int]) -> pl.Expr:
    import polars as pl

    begins = pl.col(_BEGINS)
    if what == BEFORE:
        return pl.when(begins).then(-1).otherwise(column.shift())
    if what == HIGHEST:
        low, width = between[0], between[1] - between[0] + 1
        return (begins.cast(pl.Int64).cum_sum() * width + column - low).cum_max() % width + low
    run = pl.int_range(1, pl.len() + 1, dtype=pl.Int64) if what == PLACE else column.cum_sum()
    own = 1 if what == PLACE else column
    return run - pl.when(begins).then(run - own).forward_fill()


# ---- what is sorted by -------------------------------------------------------------------------


def _packed(frame: pl.LazyFrame, names: Sequence[str], bounds: Bounds) -> tuple[pl.LazyFrame, dict[str, list[str]]]:
    """The columns to sort by, as many as fit in one whole number put together in it: few narrow columns sort fast.

    Returns the frame with them in the place of those they hold: name → what it holds, in order.
    """
    import polars as pl

    held: dict[str, list[str]] = {}
    size = LIMIT  # of the last one: nothing fits into the one that is not there yet
    for name in dict.fromkeys(names):
        low, high = bounds.get(name, (0, LIMIT))
        if size * (high - low + 1) >= LIMIT:
            held[name if name not in bounds else f"{_PACKED}{len(held)}"], size = [], 1
        list(held.values())[-1].append(name)
        size *= high - low + 1
    made = []
    for name, parts in held.items():
        if name.startswith(_PACKED):
            whole = pl.lit(0, pl.Int64)
            for part in parts:
                low, high = bounds[part]
                whole = whole * (high - low + 1) + (pl.col(part) - low)
            made.append(whole.alias(name))
    gone = [part for name, parts in held.items() for part in parts if name.startswith(_PACKED)]
    return frame.with_columns(made).drop(gone), held


def _sorted(frame: pl.LazyFrame, held: Mapping[str, Sequence[str]], bounds: Bounds) -> pl.LazyFrame:
    """Sorted by what was packed; the first two as one number of 128 bits, which sorts in half the time of two."""
    import polars as pl

    packed = [name for name in held if name.startswith(_PACKED)][:2]
    if len(packed) < 2 or list(held)[:2] != packed:
        return frame.sort(*held)
    first, second = packed
    width = math.prod(bounds[part][1] - bounds[part][0] + 1 for part in held[second])
    pair = pl.col(first).cast(pl.Int128) * width + pl.col(second)
    frame = frame.with_columns(pair.alias(_PAIR)).drop(packed).sort(_PAIR, *list(held)[2:])
    high = pl.col(_PAIR) // width
    low = pl.col(_PAIR) - high * width  # a remainder would be another division
    return frame.with_columns(high.cast(pl.Int64).alias(first), low.cast(pl.Int64).alias(second)).drop(_PAIR)


def _unpacked(frame: pl.LazyFrame, held: Mapping[str, Sequence[str]], bounds: Bounds) -> pl.LazyFrame:
    """The columns again, after the sort; one that nobody reads is not made."""
    import polars as pl

    made = []
    for name, parts in held.items():
        rest = pl.col(name)
        for part in reversed(parts) if name.startswith(_PACKED) else ():
            low, high = bounds[part]
            width = high - low + 1
            made.append((rest % width + low if part != parts[0] else rest + low).alias(part))
            rest = rest // width
    return frame.with_columns(made).drop(name for name in held if name.startswith(_PACKED))
