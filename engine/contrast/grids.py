"""Tables of points cell by cell: what stood in a cell, what stands there now, which cells changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from engine.compare import Change, Comparison, Kind
from engine.compare.match import UNITS
from engine.explanation import said
from engine.number import show
from engine.phrases import flattened
from engine.rulebook import Item, Lookup, Row, RuleBook, Table, Unit

NOTHING = "—"
_FAR = 10**18


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell before and after."""

    old: str
    new: str

    @property
    def changed(self) -> bool:
        """Whether the two differ."""
        return self.old != self.new


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its title, the heads of its columns (the first one heads the labels), its rows."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]


def grids(comparison: Comparison) -> list[Grid]:
    """Every table of points with a changed cell, in the order of the new file; then the units whose lines changed."""
    old, new = comparison.old, comparison.new
    before = _renamed(comparison, old)
    found = []
    for name, item in new.items.items():
        other = old.items.get(before.get(name, name))
        if isinstance(item.mechanism, Lookup) and other is not None and isinstance(other.mechanism, Lookup):
            grid = _grid(f"{name}（{'；'.join(item.clauses)}）", other, item)
            if any(cell.changed for _, cells in grid.rows for cell in cells):
                found.append(grid)
    return found + list(_roster(comparison))


def _renamed(comparison: Comparison, old: RuleBook) -> dict[str, str]:
    """New name → old name of the items that changed names."""
    changes = (c for c in comparison.changes if c.kind is Kind.RENAMED and len(c.old.path) == 2)
    return {c.new.path[1]: c.old.path[1] for c in changes if c.old.path[1] in old.items}


def _grid(title: str, old: Item, new: Item) -> Grid:
    """Keys down the side, the last key across where there are several."""
    a, b = (_cells(item) for item in (old, new))
    paths = _ordered(list(b), list(a))
    (keys,) = {new.mechanism.keys} if isinstance(new.mechanism, Lookup) else {()}
    if len(keys) == 1:
        paths = _ladder(paths, old, new)
        rows = tuple(("、".join(p), (Cell(a.get(p, NOTHING), b.get(p, NOTHING)),)) for p in paths)
        return Grid(title, (keys[0], "旧 → 新"), rows)
    across = list(dict.fromkeys(path[-1] for path in paths))
    down = list(dict.fromkeys(path[:-1] for path in paths))
    cells = tuple(
        ("·".join(top), tuple(Cell(a.get((*top, last), NOTHING), b.get((*top, last), NOTHING)) for last in across))
        for top in down
    )
    return Grid(title, ("·".join(keys[:-1]), *across), cells)


def _cells(item: Item) -> Mapping[tuple[str, ...], str]:
    return {tuple(row.label for row in path): _result(path[-1]) for path in flattened(_table(item))}


def _result(row: Row) -> str:
    measure = "" if row.measure == "数" else row.measure
    if isinstance(row.result, Fraction):
        return f"{show(row.result)}{'分钟' if measure == '时长' else ''}"
    return str(row.result)


def _ordered(new: list[tuple[str, ...]], old: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The rows of the new table; those that went behind the row they followed."""
    found = list(new)
    for at, path in enumerate(old):
        if path not in found:
            before = next((p for p in reversed(old[:at]) if p in found), None)
            found.insert(found.index(before) + 1 if before is not None else 0, path)
    return found


def _ladder(paths: list[tuple[str, ...]], old: Item, new: Item) -> list[tuple[str, ...]]:
    """Bands of both files in one order, that of the new file; other rows as they are."""
    lows: dict[str, tuple[Fraction, bool]] = {}
    for row in (path[0] for item in (old, new) for path in flattened(_table(item))):
        if row.interval is not None:
            low = row.interval.low
            lows[row.label] = (Fraction(-_FAR) if low is None else low, not row.interval.low_closed)
    if not all(path[0] in lows for path in paths):
        return paths
    kept = [path for path in paths if path[0] in {row.label for row in _table(new).rows}]
    return sorted(paths, key=lambda path: lows[path[0]], reverse=lows[kept[0][0]] > lows[kept[-1][0]])


def _table(item: Item) -> Table:
    assert isinstance(item.mechanism, Lookup)
    return item.mechanism.table


# ---- units -----------------------------------------------------------------------------------


def _roster(comparison: Comparison) -> Iterator[Grid]:
    changes = [c for c in comparison.changes if c.old.path[:2] == UNITS and len(c.old.path) > len(UNITS)]
    fields = [f for f in comparison.new.roster.fields if f in comparison.old.roster.fields]
    olds, news = ({u.name: u for u in book.roster.units} for book in (comparison.old, comparison.new))
    rows = [(_called(c), _line(olds.get(c.old.path[2]), news.get(c.new.path[2]), fields)) for c in changes]
    if rows:
        yield Grid("单位和任务", ("单位", *fields), tuple(rows))


def _called(change: Change) -> str:
    old, new = change.old.path[2], change.new.path[2]
    if change.kind is Kind.ADDED:
        return f"{new}（新增）"
    if change.kind is Kind.REMOVED:
        return f"{old}（撤销）"
    return new if old == new else f"{new}（原{old}）"


def _line(old: Unit | None, new: Unit | None, fields: list[str]) -> tuple[Cell, ...]:
    sides = [[_value(unit, name) for name in fields] for unit in (old, new)]
    return tuple(Cell(a, b) for a, b in zip(*sides, strict=True))


def _value(unit: Unit | None, name: str) -> str:
    value = unit.values.get(name) if unit is not None else None
    return NOTHING if value is None else said(value)
