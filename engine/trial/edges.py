"""Every edge a rule file has – bounds of bands, thresholds of conditions – and which sides of it cases stand on."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Any

from engine.formula import Expression
from engine.number import show, show_percent
from engine.result import Result, figure
from engine.rulebook import Collect, Elapsed, Formula, Gather, Item, Lookup, PerTime, RuleBook, Table
from engine.source import Span


class Side(Enum):
    """Where a figure stands to an edge. The value names the case."""

    BELOW = "差一点到"
    ON = "恰好"
    ABOVE = "刚过"


@dataclass(frozen=True, slots=True)
class Edge:
    """A figure ``key`` against a number or another column; ``before`` and ``after`` are the next edges of it."""

    item: str
    key: str
    at: Fraction | str
    text: str
    place: Span
    before: Fraction | None = None
    after: Fraction | None = None

    def side(self, value: Fraction, edge: Fraction) -> Side | None:
        """The side a value is on; ``None`` from the next edge on."""
        if value == edge:
            return Side.ON
        if value < edge:
            return Side.BELOW if self.before is None or value > self.before else None
        return Side.ABOVE if self.after is None or value < self.after else None


def edges_of(book: RuleBook) -> list[Edge]:
    """Every edge of a table's intervals and of a comparison, each once, in the order written."""
    found: dict[tuple[str, Fraction | str], Edge] = {}
    for edge in (*(e for item in book.items.values() for e in _of_item(book, item)), *_of_parts(book)):
        found.setdefault((edge.key, edge.at), edge)
    return list(found.values())


def _of_parts(book: RuleBook) -> Iterator[Edge]:
    """Where a part is used up: a deduction as high as the part's marks."""
    for part in book.appraisal.parts.values():
        entry = book.items.get(part.by[0]) if len(part.by) == 1 else None
        if entry is None or isinstance(entry.mechanism, Lookup) or part.full is None or part.floor is None:
            continue
        if part.moved == "扣":
            edge = part.full - part.floor
            yield Edge(part.name, entry.name, edge, said_bound(edge, ""), part.place, *_beside(entry, edge))


def _of_item(book: RuleBook, item: Item) -> Iterator[Edge]:
    if isinstance(item.mechanism, Lookup):
        yield from _of_table(book, item, item.mechanism.keys, item.mechanism.table)
    expressions = [item.when, item.mechanism.expression if isinstance(item.mechanism, Formula) else None]
    for expression in expressions:
        if expression is not None:
            yield from _of_condition(book, item, expression)


def _of_table(book: RuleBook, item: Item, keys: tuple[str, ...], table: Table) -> Iterator[Edge]:
    bounds: dict[Fraction, Span] = {}
    for row in table.rows:
        if row.interval is not None:
            for bound in (row.interval.low, row.interval.high):
                if bound is not None:
                    bounds.setdefault(bound, row.key)
        if isinstance(row.result, Table):
            yield from _of_table(book, item, keys[1:], row.result)
    order = sorted(bounds)
    for n, bound in enumerate(order):
        measure = next(row.interval.measure for row in table.rows if row.interval is not None)
        before, after = order[n - 1] if n else None, order[n + 1] if n + 1 < len(order) else None
        yield Edge(item.name, keys[0], bound, said_bound(bound, measure), bounds[bound], before, after)


def _of_condition(book: RuleBook, item: Item, expression: Expression) -> Iterator[Edge]:
    for node in ast.walk(expression.tree):
        if (
            not isinstance(node, ast.Compare)
            or len(node.comparators) != 1
            or isinstance(node.ops[0], ast.In | ast.NotIn)
        ):
            continue
        sides = (node.left, node.comparators[0])
        if not all(isinstance(side, ast.Name) for side in sides):
            continue
        left, right = (expression.atom(side) for side in sides if isinstance(side, ast.Name))
        if left.text not in book.items:
            continue
        if right.kind == "number":
            beside = _beside(book.items[left.text], right.number)
            text = said_bound(right.number, right.measure)
            yield Edge(item.name, left.text, right.number, text, left.span, *beside)
        elif right.text in book.items and isinstance(book.items[left.text].mechanism, Elapsed):
            yield Edge(item.name, left.text, right.text, right.text, left.span)


def _beside(entry: Item, edge: Fraction) -> tuple[Fraction | None, Fraction | None]:
    """Of a count, or points per time: only the nearest figure below and above stands at the edge."""
    if isinstance(entry.mechanism, PerTime):
        step = min(entry.mechanism.points.values())
    elif isinstance(entry.mechanism, Gather) and entry.mechanism.column is None:
        step = Fraction(1)
    else:
        return None, None
    return edge - 2 * step, edge + 2 * step


def said_bound(bound: Fraction, measure: str) -> str:
    """An edge as people say it: 75%, 2小时, 10分钟, 3.

    >>> said_bound(Fraction(3, 4), "比率"), said_bound(Fraction(121), "时长")
    ('75%', '2小时1分钟')
    """
    if measure == "比率":
        return show_percent(bound)
    if measure != "时长":
        return show(bound)
    hours, minutes = divmod(int(bound), 60)
    return (f"{hours}小时" if hours else "") + (f"{minutes}分钟" if minutes or not hours else "")


def sides_of(edges: list[Edge], result: Result, table: str, row: Mapping[str, Any]) -> Iterator[tuple[Edge, Side]]:
    """The edges a scored row stands at, and on which side."""
    columns = result.outcome.columns[table]
    for edge in edges:
        if edge.key in row and edge.key in columns and home(result.book, edge.key) == table:
            value = figure(row, edge.key, columns[edge.key])
            at = figure(row, edge.at, columns[edge.at]) if isinstance(edge.at, str) else edge.at
            if isinstance(value, Fraction) and isinstance(at, Fraction) and (side := edge.side(value, at)):
                yield edge, side


def home(book: RuleBook, name: str) -> str:
    """The table a figure stands on of its own."""
    item = book.items[name]
    if isinstance(item.mechanism, Collect):
        return name
    return item.ledger if item.ledger is not None else item.period.value if item.period is not None else ""
