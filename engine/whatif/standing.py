"""What a run comes to: every unit's 得分, its places, the cells of the tables it falls in, the 处置 it meets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import polars as pl

from engine.calendar import period_name
from engine.column import Column
from engine.phrases import flattened
from engine.result import Figure, Result, figure
from engine.rulebook import Consequence, Item, Lookup, Period, Rank, RuleBook
from engine.scoring.table import CELL, PERIOD, UNIT, stored_names
from engine.whatif.classes import Spread
from engine.whatif.sweep import Sweep

Key = tuple[str, int]
"""An item, and the number of the period it speaks of."""
Line = tuple[Any, ...]
"""A value for every unit, in the roster's order."""


@dataclass(frozen=True)
class Standing:
    """One run. ``scores``: period of the appraisal → 得分 by unit; the others by item and period.

    A place is ``None`` where the unit is not ranked, a cell ``None`` where it falls in none.
    """

    scores: Mapping[int, tuple[Figure, ...]]
    ranks: Mapping[Key, tuple[int | None, ...]]
    cells: Mapping[Key, tuple[int | None, ...]]
    outcomes: Mapping[Key, tuple[bool | None, ...]]

    def valued(self) -> list[Fraction]:
        """Every 得分 that is a number."""
        return [score for line in self.scores.values() for score in line if isinstance(score, Fraction)]


def wanted(book: RuleBook) -> list[tuple[str, str]]:
    """(table, item) of everything a standing tells."""
    period = book.appraisal.period.value
    return [
        (period, book.appraisal.steps[-1].name),
        *((item.period.value, item.name) for item in _told(book) if item.period),
    ]


def _told(book: RuleBook) -> Iterator[Item]:
    for item in book.items.values():
        if item.period is not None and isinstance(item.mechanism, Lookup | Rank | Consequence):
            yield item


def of_result(result: Result) -> Standing:
    """What one result comes to."""
    frames, columns = result.outcome.frames, result.outcome.columns

    def lines(table: str, name: str, physical: str) -> Iterator[dict[int, Line]]:
        frame = frames[table]
        codes = pl.Series(range(frame.height), dtype=pl.UInt32)
        yield from _lines(frame, Spread(codes, frame, columns[table][name]), name, physical, 1)

    (found,) = _standings(result.book, lines, [0], None)
    return found


def of_sweep(sweep: Sweep, base: Standing, scenes: Sequence[int]) -> list[Standing]:
    """What some variants of a sweep come to; what none of them reaches is the base's."""

    def lines(table: str, name: str, physical: str) -> Iterator[dict[int, Line]]:
        yield from _lines(sweep.base.frames[table], sweep.spread(table, name), name, physical, sweep.size)

    return list(_standings(sweep.book, lines, scenes, (base, sweep.stale)))


def _standings(
    book: RuleBook, lines: Any, scenes: Sequence[int], known: tuple[Standing, frozenset[str]] | None
) -> Iterator[Standing]:
    kept, stale = known or (Standing({}, {}, {}, {}), None)
    found: dict[str, list[dict[int, Line]]] = {}
    for table, name in wanted(book):
        if stale is None or name in stale:
            item = book.items.get(name)
            physical = f"{CELL}{name}" if item is not None and isinstance(item.mechanism, Lookup) else ""
            found[name] = list(lines(table, name, physical))
    for scene in scenes:
        of = {name: each[scene] for name, each in found.items()}
        yield replace(kept, **{part: {**getattr(kept, part), **new} for part, new in _parts(book, of).items()})


def _parts(book: RuleBook, of: Mapping[str, dict[int, Line]]) -> dict[str, dict[Any, Line]]:
    parts: dict[str, dict[Any, Line]] = {"scores": {}, "ranks": {}, "cells": {}, "outcomes": {}}
    for name, lines in of.items():
        item = book.items.get(name)
        if item is None:
            parts["scores"] |= lines
            continue
        part = {Lookup: "cells", Rank: "ranks", Consequence: "outcomes"}[type(item.mechanism)]
        parts[part] |= {(name, number): line for number, line in lines.items()}
    return parts


def _lines(rows: pl.DataFrame, spread: Spread, name: str, cell: str, size: int) -> Iterator[dict[int, Line]]:
    """Variant by variant: period → a value for every unit."""
    order = rows.select(UNIT, PERIOD).with_columns(spread.codes.alias("~类")).sort(PERIOD, UNIT)
    periods = {number: group["~类"].to_list() for (number,), group in order.group_by(PERIOD, maintain_order=True)}
    values = spread.values[cell].to_list() if cell else _read(spread, name)
    for scene in range(size):
        yield {number: tuple(values[code * size + scene] for code in codes) for number, codes in periods.items()}


def _read(spread: Spread, name: str) -> list[Any]:
    """Every value of a column as people know it; equal ones are one object."""
    names = stored_names(name, spread.column)
    rows = spread.values.select(names).rows()
    known = {row: _value(dict(zip(names, row, strict=True)), name, spread.column) for row in set(rows)}
    return [known[row] for row in rows]


def _value(cells: Mapping[str, Any], name: str, column: Column) -> Figure | int | None:
    found = figure(cells, name, column)
    if column.measure == "次" and isinstance(found, Fraction):
        return int(found)
    return found


def label(book: RuleBook, key: Key, cell: int | None) -> str:
    """The cell of a table, as this book writes it."""
    mechanism = book.items[key[0]].mechanism
    assert isinstance(mechanism, Lookup)
    return "无" if cell is None else " × ".join(row.label for row in list(flattened(mechanism.table))[cell])


def called(book: RuleBook, key: Key) -> str:
    """An item with the period it speaks of, where there are several."""
    period = book.items[key[0]].period
    assert period is not None
    return key[0] if period is Period.YEAR else f"{key[0]}{period_name(period, key[1])}"
