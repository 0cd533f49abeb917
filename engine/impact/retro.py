"""What the new edition does to results of periods that have ended, above all those reported before it was issued."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.calendar import day_number, period_name, stretches
from engine.explanation.sentences import Scene, chosen_cell
from engine.impact.dated import force
from engine.impact.edges import banded, ended, is_rate
from engine.impact.effect import Retro, Revised
from engine.result import Figure, Result, Unit
from engine.rulebook import Item, Lookup, Period, Title


def retro(old: Result, new: Result, titles: tuple[Title, Title], pairs: Mapping[str, str]) -> Retro:
    """The periods that have ended, figure against figure. ``pairs``: old unit name → new; ``titles`` as issued."""
    issued = day_number(titles[1].issued)
    before: list[str] = []
    after: list[str] = []
    for period, number, end in _periods(old, new):
        (before if _published(end, issued, new, titles[1]) else after).append(period_name(period, number))
    rows = [row for a, b in _items(old, new) for row in _item(old, new, a, b, set(before), pairs)]
    rows.sort(key=lambda row: ([*before, *after].index(row.when), row.item))
    return Retro(force(*titles), tuple(before), tuple(after), tuple(rows))


def _periods(old: Result, new: Result) -> list[tuple[Period, int, int]]:
    """The periods by which both editions give points, as far as they have ended."""
    kinds = {a.period for a, _ in _items(old, new) if a.period is not None}
    found = [(period, s.number, s.end) for period in kinds for s in stretches(new.book.title, period)
             if s.end <= new.as_of]  # fmt: skip
    return sorted(found, key=lambda one: (one[2], one[1]))


def _published(end: int, issued: int, new: Result, title: Title) -> bool:
    """Whether a period had ended before the new edition came out; never where its dates were moved to another year."""
    return title.year == new.book.title.year and end < issued


def _items(old: Result, new: Result) -> list[tuple[Item, Item]]:
    """The banded items of both, of the same period."""
    later = {item.name: item for item in banded(new)}
    return [(i, later[i.name]) for i in banded(old) if i.name in later and later[i.name].period is i.period]


def _item(
    old: Result, new: Result, first: Item, second: Item, published: set[str], pairs: Mapping[str, str]
) -> Iterator[Revised]:
    assert first.period is not None
    units = {unit.name: unit for unit in new.units}
    for unit in old.units:
        other = units.get(pairs.get(unit.name, ""))
        for number in ended(new, first.period) if other is not None else ():
            assert other is not None
            when = period_name(first.period, number)
            a, b = _taken(unit, first, number), _taken(other, second, number)
            rate, points = (a.rate, b.rate), (a.points, b.points)
            if rate[0] != rate[1] or points[0] != points[1]:
                bands = (a.band, b.band)
                yield Revised(
                    other.name, second.name, b.key, when, when in published, rate, is_rate(second), bands, points
                )


@dataclass(frozen=True, slots=True)
class _Taken:
    """The key of the bands, its figure, the band as written, what it gives."""

    key: str
    rate: Figure
    band: str
    points: Figure


def _taken(unit: Unit, item: Item, number: int) -> _Taken:
    assert item.period is not None
    cells = unit.result.cells[item.period.value, unit.number, number]
    scene = Scene(unit.book, unit.member, cells, dict(unit.result.outcome.columns[item.period.value]))
    taken, key = chosen_cell(item, scene), _key(item)
    rate, points = (unit.figure(name, item.period, number) for name in (key, item.name))
    return _Taken(key, rate, taken[-1].label if taken else "", points)


def _key(item: Item) -> str:
    assert isinstance(item.mechanism, Lookup)
    (key,) = item.mechanism.keys
    return key
