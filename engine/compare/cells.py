"""Two tables cell by cell: whether every value of the keys finds the same in both."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from engine.checks.line import Domain, contains, cut
from engine.rulebook import Item, Lookup, Row, Table

_ELSE = "其余"
_ANY = Domain(None, None, None, None, free=True)
Found = Table | Fraction | str | None


def same_cells(old: Item, new: Item) -> bool:
    """Whether two 查表 items ask the same keys and find the same in every cell; the rest of them is not looked at."""
    a, b = old.mechanism, new.mechanism
    return isinstance(a, Lookup) and isinstance(b, Lookup) and a.keys == b.keys and _same(a.table, b.table)


def _same(a: Found, b: Found) -> bool:
    if not isinstance(a, Table) and not isinstance(b, Table):
        return a == b
    return all(_same(_found(a, key), _found(b, key)) for key in _keys(a, b))


def _keys(*tables: Found) -> Iterator[str | Fraction]:
    """A value for every cell that one of the tables tells apart: its words, and one number of every piece."""
    rows = [row for table in tables if isinstance(table, Table) for row in table.rows]
    yield from dict.fromkeys(word for row in rows if row.interval is None for word in row.label.split("、"))
    stretches = [row.interval for row in rows if row.interval is not None]
    yield from (piece.middle() for piece in cut(stretches, _ANY)) if stretches else ()


def _found(table: Found, key: str | Fraction) -> Found:
    """What a key finds; a cell that stands early holds for all deeper keys."""
    if not isinstance(table, Table):
        return table
    hits = [row.result for row in table.rows if _hits(row, key)]
    rest = [row.result for row in table.rows if row.label == _ELSE and isinstance(key, str)]
    return next(iter([*hits, *rest]), None)


def _hits(row: Row, key: str | Fraction) -> bool:
    if isinstance(key, Fraction):
        return row.interval is not None and contains(row.interval, key)
    return row.interval is None and key in row.label.split("、")
