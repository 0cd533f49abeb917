"""One row, its own cells: 查表 按次 公式 取数."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from engine import column as col
from engine import lazy as nw
from engine.column import Column, Misfit
from engine.rulebook import (
    ABSENT_WORDS,
    Absent,
    AsNumber,
    Formula,
    Interval,
    Item,
    Kind,
    Lookup,
    PerTime,
    Row,
)  # fmt: skip
from engine.rulebook import Table as Grid
from engine.scoring.study import Study
from engine.scoring.table import CELL, Table
from engine.source import Problem, Rejected

_ABSENT = {word: absent for absent, word in ABSENT_WORDS.items()}
REST = "其余"
_DEEPEST = 32  # conditions nested in one expression; some engines refuse deep ones


@dataclass(frozen=True, slots=True)
class Branch:
    """A cell reached: where (``hit``), and what it yields there."""

    hit: nw.Expr
    value: Column
    doubtful: nw.Expr | None = None  # an open duration that may still leave this interval


def lookup(study: Study, table: Table, item: Item, mechanism: Lookup) -> Column:
    """查表: the one cell the keys fall in; a combination without a cell is an error of the row."""
    keys = [study.column(table, name) for name in mechanism.keys]
    branches = list(_branches(study, table, mechanism, mechanism.table, keys))
    values = _merged([b.value for b in branches], mechanism.options)
    cell = _chosen(table, item, branches)
    blank = _blank_keys(keys)
    # A key with neither value nor reason is itself at fault, and told already.
    told = functools.reduce(lambda a, b: a | b, (k.expr.is_null() for k in keys))
    _misses(study, table, item, mechanism, cell.is_null() & ~told, blank)
    reasons = [_reason(branch, value) for branch, value in zip(branches, values, strict=True)]
    absent = None
    if blank is not None or any(reason is not None for reason in reasons):
        none = nw.lit(0, nw.Int8)
        absent = _picked(cell, [none if r is None else r for r in reasons], none if blank is None else blank)
    expr = _picked(cell, [v.expr for v in values])
    if absent is not None:
        expr = nw.when(absent == 0).then(expr)
    like = values[0]
    return replace(
        like, expr=expr if like.kind is Kind.FLAG else expr.cast(nw.Int64), absent=absent,
        over=_picked(cell, [v.over for v in values if v.over is not None]) if like.kind is Kind.RATIO else None,
        low=min(v.low for v in values), high=max(v.high for v in values), divisors=_divisors(values), constant=None,
        open=None,
    )  # fmt: skip


def _chosen(table: Table, item: Item, branches: Sequence[Branch]) -> nw.Expr:
    """The number of the cell that is hit (null: none), kept in the table for the explanation."""
    numbered = list(enumerate(branches))
    parts = [_last_hit(numbered[first : first + _DEEPEST]) for first in range(0, len(numbered), _DEEPEST)]
    cell = parts[0] if len(parts) == 1 else nw.max_horizontal(*parts)
    table.then_with(cell.alias(f"{CELL}{item.name}"))
    return nw.col(f"{CELL}{item.name}")


def _last_hit(numbered: Sequence[tuple[int, Branch]]) -> nw.Expr:
    cell = nw.lit(None, nw.Int64)
    for number, branch in numbered:
        cell = nw.when(branch.hit).then(nw.lit(number, nw.Int64)).otherwise(cell)
    return cell


def _picked(cell: nw.Expr, choices: Sequence[nw.Expr], otherwise: nw.Expr | None = None) -> nw.Expr:
    """The choice of the cell that is hit, found by halving: many cells make no deep expression."""

    def within(first: int, end: int) -> nw.Expr:
        if end - first == 1:
            return choices[first]
        middle = (first + end) // 2
        return nw.when(cell < middle).then(within(first, middle)).otherwise(within(middle, end))

    if otherwise is None:
        return nw.when(~cell.is_null()).then(within(0, len(choices)))
    return nw.when(cell.is_null()).then(otherwise).otherwise(within(0, len(choices)))


def _reason(branch: Branch, value: Column) -> nw.Expr | None:
    """Why the cell may have no value: its own reason, or a duration that may still leave it."""
    if branch.doubtful is None:
        return value.absent
    own = nw.lit(0, nw.Int8) if value.absent is None else value.absent
    return nw.when(branch.doubtful).then(nw.lit(int(Absent.PENDING), nw.Int8)).otherwise(own)


def _divisors(values: Sequence[Column]) -> frozenset[int] | None:
    known = [v.divisors for v in values]
    return None if any(d is None for d in known) else frozenset().union(*(d for d in known if d is not None))


def _blank_keys(keys: Sequence[Column]) -> nw.Expr | None:
    return col.absences(*keys, *(col.as_number(k) for k in keys if k.kind is Kind.FLAG))


def _misses(study: Study, table: Table, item: Item, mechanism: Lookup, missed: nw.Expr, blank: nw.Expr | None) -> None:
    miss = missed if blank is None else missed & (blank == 0)
    if item.when is not None:
        miss = miss & study.condition(table, item.when).expr
    names = "、".join(mechanism.keys)
    reason = f"“{names}”的组合在「{item.name}」表里没有这一格"
    study.faulty.append(study.mark(table, miss, reason, item, mechanism.keys))


def _branches(study: Study, table: Table, mechanism: Lookup, grid: Grid, keys: Sequence[Column]) -> list[Branch]:
    key, rest = keys[0], keys[1:]
    found: list[Branch] = []
    for row in grid.rows:
        hit, doubtful = _match(key, row, grid)
        if isinstance(row.result, Grid):
            inner = _branches(study, table, mechanism, row.result, rest)
            found += [Branch(hit & b.hit, b.value, b.doubtful if doubtful is None else doubtful) for b in inner]
        else:
            found.append(Branch(hit, _cell(study, table, mechanism, row), doubtful))
    return found


def _match(key: Column, row: Row, grid: Grid) -> tuple[nw.Expr, nw.Expr | None]:
    try:
        if row.label in _ABSENT and row.label not in key.options:
            return col.is_absent(key, _ABSENT[row.label]).expr, None
        if key.kind in (Kind.NUMBER, Kind.RATIO):
            return _within(key, row)
        if row.label == REST:
            named = tuple(w for r in grid.rows if r is not row for w in r.label.split("、"))
            return ~_certain(col.among(key, named)) & ~key.expr.is_null(), None
        return _certain(col.among(key, tuple(row.label.split("、")))), None
    except Misfit as misfit:
        hint = misfit.hint if key.kind in (Kind.NUMBER, Kind.RATIO) else "照选项的原词写；几个词用顿号隔开。"
        raise Rejected([Problem("R14", f"{misfit}。", row.key, hint)]) from None


def _within(key: Column, row: Row) -> tuple[nw.Expr, nw.Expr | None]:
    stretch = row.interval
    if stretch is None:
        hint = '写作 "[75%, 100%)"、75%（含）—100%（不含） 或一个数；方括号、圆括号和中间的逗号都用半角。'
        raise Rejected([Problem("R14", f"“{row.label}”不是一个区间，而这一层按数分档。", row.place, hint)])
    exact_key = key if key.open is None else replace(key, open=None)
    inside = functools.reduce(lambda a, b: a & b, (_certain(c) for c in _bounds(exact_key, stretch)), nw.lit(True))
    return inside, key.open if key.open is not None and stretch.high is not None else None


def _bounds(key: Column, stretch: Interval) -> list[Column]:
    found = []
    if stretch.low is not None:
        operator = ">=" if stretch.low_closed else ">"
        found.append(col.compare(operator, key, col.number(stretch.low, stretch.measure)))
    if stretch.high is not None:
        operator = "<=" if stretch.high_closed else "<"
        found.append(col.compare(operator, key, col.number(stretch.high, stretch.measure)))
    return found or [col.flag(~key.expr.is_null())]


def _certain(condition: Column) -> nw.Expr:
    return condition.expr.fill_null(False)


def _cell(study: Study, table: Table, mechanism: Lookup, row: Row) -> Column:
    result = row.result
    assert not isinstance(result, Grid)
    if isinstance(result, Fraction):
        return col.number(result, row.measure)
    if result in mechanism.options:
        return Column(Kind.WORD, nw.lit(mechanism.options.index(result), nw.Int64), options=mechanism.options)
    if result in ("是", "否"):
        return col.flag(nw.lit(result == "是"))
    if mechanism.options:
        near = f"可选：{'、'.join(mechanism.options)}。"
        raise Rejected([Problem("R14", f"“{result}”不在这张表的「选项」里。", row.place, near)])
    return study.column(table, result, row.place)


def _merged(values: Sequence[Column], options: tuple[str, ...]) -> list[Column]:
    """All cells as columns of one kind, over one denominator."""
    if not values:
        raise Misfit("表是空的")
    kinds = {v.kind for v in values}
    if kinds == {Kind.NUMBER}:
        return list(col.aligned(*values))
    if len(kinds) > 1:
        raise Misfit("表里的格子有的是数、有的是词或条件，要统一")
    if kinds == {Kind.WORD}:
        return [replace(v, options=options or v.options) for v in values]
    return list(values)


def per_time(study: Study, table: Table, item: Item, mechanism: PerTime) -> Column:
    """按次: Σ count × points."""
    total: Column | None = None
    for name, points in mechanism.points.items():
        count = col.as_number(study.column(table, name, mechanism.places[name]))
        if count.measure not in (col.COUNT, col.PURE):
            raise Misfit(f"“{name}”是{count.measure}，不是次数")
        term = col.multiply(replace(count, measure=col.COUNT), col.number(points))
        total = term if total is None else col.add(total, term)
    if total is None:
        raise Misfit("「按次」是空的")
    return replace(total, measure=col.PURE)


def formula(study: Study, table: Table, item: Item, mechanism: Formula) -> Column:
    """公式."""
    return study.value(table, mechanism.expression)


def as_number(study: Study, table: Table, item: Item, mechanism: AsNumber) -> Column:
    """取数: the whole number a text column holds (at most six digits); 无 where it is blank.

    Any other text is an error of the row, unless 当 leaves the row out.
    """
    text = study.column(table, mechanism.column)
    if text.kind is not Kind.TEXT:
        raise Misfit("「取数」只能取自文本列")
    digits = text.expr.str.contains(r"^[0-9]{1,6}$").fill_null(False)
    other = ~digits & ~text.expr.is_null()
    if item.when is not None:
        other = other & study.condition(table, item.when).expr.fill_null(False)
    reason = f"“{mechanism.column}”要写一个整数（1、2、3……）"
    study.faulty.append(study.mark(table, other, reason, item, (mechanism.column,)))
    value = nw.when(digits).then(text.expr).cast(nw.Int64)
    absent = nw.when(digits).then(nw.lit(0, nw.Int8)).otherwise(nw.lit(int(Absent.NONE), nw.Int8))
    return Column(Kind.NUMBER, value, absent=absent, high=10**6)
