"""Who stands close to where the band changes."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from engine.calendar import period_name, stretches
from engine.column import SHARE
from engine.impact.effect import Edge
from engine.phrases import flattened
from engine.result import Result, Unit
from engine.rulebook import Item, Kind, Lookup, Period, Row

NEAR_RATE = Fraction(3, 100)
"""A rate is near an edge within three percentage points."""
NEAR_COUNT = Fraction(1)
"""Another figure within one."""


def edges(result: Result) -> Iterator[Edge]:
    """Every unit near an edge, item by item, in periods that have ended, the nearest first.

    Nothing done at all is not near to something done: the edge at 0 is none.
    """
    for item in banded(result):
        rows = _ladder(item)
        found = [edge for unit in result.units for edge in _of_unit(unit, item, rows)]
        yield from sorted(found, key=lambda edge: abs(edge.gap))


def banded(result: Result) -> list[Item]:
    """The items of unit and period whose value is that of a band, all bands under one key."""
    items = [i for i in result.book.items.values() if isinstance(i.mechanism, Lookup) and i.period is not None]
    return [i for i in items if isinstance(i.mechanism, Lookup) and len(i.mechanism.keys) == 1 and len(_ladder(i)) > 1]


def _ladder(item: Item) -> list[Row]:
    """The bands from low to high."""
    assert isinstance(item.mechanism, Lookup)
    rows = [path[-1] for path in flattened(item.mechanism.table)]
    known = [(row.interval, row) for row in rows if row.interval is not None]
    known.sort(key=lambda pair: (pair[0].low is not None, pair[0].low or 0, not pair[0].low_closed))
    return [row for _, row in known]


def ended(result: Result, period: Period) -> list[int]:
    """The numbers of the periods that have ended as of the run's day."""
    return [s.number for s in stretches(result.book.title, period) if s.end <= result.as_of]


def is_rate(item: Item) -> bool:
    """Whether the bands are written in percent."""
    return any(row.interval is not None and row.interval.measure == SHARE for row in _ladder(item))


def _of_unit(unit: Unit, item: Item, rows: list[Row]) -> Iterator[Edge]:
    assert isinstance(item.mechanism, Lookup)
    assert item.period is not None
    (key,) = item.mechanism.keys
    column = unit.result.outcome.columns[item.period.value].get(key)
    if column is None or column.kind not in (Kind.RATIO, Kind.NUMBER):
        return
    rate = is_rate(item)
    near = NEAR_RATE if rate else NEAR_COUNT
    for number in ended(unit.result, item.period):
        value = unit.figure(key, item.period, number)
        if isinstance(value, Fraction):
            for below, above in pairwise(rows):
                edge = above.interval.low if above.interval else None
                if edge and abs(value - edge) <= near and below.result != above.result:
                    when = period_name(item.period, number)
                    yield Edge(unit.name, item.name, key, when, value, edge, rate, below.label, above.label)
