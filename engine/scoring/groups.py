"""One row among the rows of its group: 只计 次序 累计 结转 上期 连续. Same frame in and out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from engine import column as col
from engine import lazy as nw
from engine.column import Column, Misfit
from engine.rulebook import Absent, Before, Carry, CountOnly, Item, Kind, Period, Running, Sequence, Streak
from engine.scoring.along import BEFORE, HIGHEST, PLACE, SUM, along
from engine.scoring.study import Study
from engine.scoring.table import DAY, PERIOD, ROW, UNIT, Table
from engine.scoring.tables import as_days, undated

# Working columns: the order within a group, and what takes part.
_DATE, _FALLING, _OUT, _VALUE, _HEIGHT = "~日", "~降", "~外", "~值", "~升"


def count_only(study: Study, table: Table, item: Item, mechanism: CountOnly) -> Column:
    """只计: the highest, the best n, the first n, or all up to a cap, of the rows with equal 同."""
    study.settle(table)
    value = study.column(table, mechanism.value)
    if value.kind is not Kind.NUMBER:
        raise Misfit(f"“{mechanism.value}”不是数，不能「只计」")
    keys = study.keys(table, mechanism.same)
    decisive = study.column(table, mechanism.by) if mechanism.by else None
    _prepare(study, table, item, value, decisive)
    date = DAY if item.dated is None else _DATE
    if mechanism.which == "最高" and mechanism.rise:
        return _rise(study, table, value, decisive, keys, date)
    if mechanism.which == "累加":
        return _cumulative(study, table, value, mechanism, keys, date)
    return _first_n(study, table, value, mechanism, keys, date)


def _prepare(study: Study, table: Table, item: Item, value: Column, decisive: Column | None) -> None:
    """Working columns, so that the order in a group depends on the records and not on their order in the file."""
    if item.dated is not None:
        as_days(study.column(table, item.dated))
        undated(study, table, item.dated, item)
    taking_part = ~value.expr.is_null()
    if item.when is not None:
        taking_part = taking_part & study.condition(table, item.when).expr.fill_null(False)
    worth = nw.when(taking_part).then(value.expr).otherwise(nw.lit(0, nw.Int64))
    height = (
        value.expr - value.low
        if decisive is None
        else decisive.expr.cast(nw.Int64) * _span(value) + value.expr - value.low
    )
    high = nw.when(taking_part).then(height).otherwise(nw.lit(-1, nw.Int64))
    days = [] if item.dated is None else [nw.col(item.dated).alias(_DATE)]
    out = (~taking_part).cast(nw.Int64)
    table.then_with(*days, worth.alias(_VALUE), out.alias(_OUT), (-high).alias(_FALLING))


def _span(value: Column) -> int:
    """One more than the values are wide: packs (decisive, value above the lowest) into one number."""
    return value.high - value.low + 1


def _rise(study: Study, table: Table, value: Column, decisive: Column | None, keys: list[str], date: str) -> Column:
    """补差: what the running highest rises by, in order of date; the group's sum is its highest.

    With 比 the highest is that of the highest grade, so a rise may be negative.
    """
    grades = 1 if decisive is None else len(decisive.options) or decisive.high + 1
    col.bounded(replace(value, high=_span(value) * grades))
    table.then_with((-nw.col(_FALLING)).alias(_HEIGHT))
    steps = {"~高": (HIGHEST, _HEIGHT), "~前": (BEFORE, "~高")}
    bounds = _bounds(value) if decisive is None else {}
    along(study, table, keys, [date, _OUT, _FALLING, ROW], steps, bounds)
    expr = _height(nw.col("~高"), value) - _height(nw.col("~前"), value)
    low = min(value.low, 0) if decisive is None else -value.size
    return replace(value, expr=expr, absent=None, low=low, high=value.size * 2, constant=None, divisors=None)


def _bounds(value: Column) -> Mapping[str, tuple[int, int]]:
    """What the working columns of a value lie between."""
    span = _span(value)
    return {_OUT: (0, 1), _FALLING: (-span, 1), _HEIGHT: (-1, span)}


def _height(high: nw.Expr, value: Column) -> nw.Expr:
    """The value packed in a height; 0 where nothing took part yet."""
    return nw.when(high >= 0).then(high % _span(value) + value.low).otherwise(nw.lit(0, nw.Int64))


def _first_n(study: Study, table: Table, value: Column, mechanism: CountOnly, keys: list[str], date: str) -> Column:
    order = [_OUT, date, ROW] if mechanism.which == "最先n" else [_OUT, _FALLING, date, ROW]
    along(study, table, keys, order, {"~位": (PLACE, ROW)}, {})
    kept = (nw.col("~位") <= mechanism.n) & (nw.col(_OUT) == 0)
    expr = nw.when(kept).then(nw.col(_VALUE)).otherwise(nw.lit(0, nw.Int64))
    return replace(value, expr=expr, absent=None, low=min(value.low, 0), constant=None, divisors=None)


def _cumulative(study: Study, table: Table, value: Column, mechanism: CountOnly, keys: list[str], date: str) -> Column:
    plain = replace(value, expr=nw.col(_VALUE), absent=None, low=min(value.low, 0), constant=None, divisors=None)
    if mechanism.cap is None:
        return plain
    cap = (
        col.number(mechanism.cap)
        if isinstance(mechanism.cap, Fraction)
        else replace(study.column(table, mechanism.cap), measure=value.measure)
    )
    plain, cap = col.aligned(plain, cap)
    col.bounded(replace(plain, high=plain.size * table.most(keys)))
    table.then_with(plain.expr.alias("~本"), cap.expr.alias("~顶"))
    along(study, table, keys, [date, _OUT, _FALLING, ROW], {"~累": (SUM, "~本")}, {})
    after = nw.min_horizontal("~累", "~顶")
    before = nw.min_horizontal(nw.col("~累") - nw.col("~本"), nw.col("~顶"))
    return replace(plain, expr=after - before)


def sequence(study: Study, table: Table, item: Item, mechanism: Sequence) -> Column:
    """次序: 1, 2, 3 … by date in the group; rows failing 当 are 0 and take no number."""
    study.settle(table)
    keys = study.keys(table, mechanism.same)
    taking_part = nw.lit(True)
    if item.when is not None:
        taking_part = study.condition(table, item.when).expr.fill_null(False)
    table.then_with(as_days(study.column(table, mechanism.by)).alias(_DATE), (~taking_part).cast(nw.Int64).alias(_OUT))
    along(study, table, keys, [_OUT, _DATE, ROW], {"~位": (PLACE, ROW)}, {})
    expr = nw.when(nw.col(_OUT) == 0).then(nw.col("~位")).otherwise(nw.lit(0, nw.Int64))
    return Column(Kind.NUMBER, expr, measure=col.COUNT, high=table.most(keys))


def running(study: Study, table: Table, item: Item, mechanism: Running) -> Column:
    """累计: the sum so far, by date on rows, by period on 单位×期."""
    study.settle(table)
    value = study.column(table, mechanism.value)
    if value.kind is not Kind.NUMBER:
        raise Misfit(f"“{mechanism.value}”不是数，不能「累计」")
    total = value.size * (
        len(study.stretches[table.period]) if table.period else table.most(study.keys(table, mechanism.same))
    )
    expr = value.expr.fill_null(0)
    if table.period is not None:
        summed = expr.cum_sum().over(UNIT, order_by=PERIOD)
    else:
        # falling points first, so that the day's last figure is also its highest after them
        table.then_with(expr.alias(_VALUE))
        keys = study.keys(table, mechanism.same)
        bounds = {_VALUE: (min(value.low, 0), max(value.high, 0))}
        along(study, table, keys, [DAY, _VALUE, ROW], {"~和": (SUM, _VALUE)}, bounds)
        summed = nw.col("~和")
    low = -total if value.low < 0 else 0
    return col.bounded(replace(value, expr=summed, absent=None, low=low, high=total, constant=None, divisors=None))


def carry(study: Study, table: Table, item: Item, mechanism: Carry) -> Column:
    """结转: own value plus what earlier periods of the year had above the quota."""
    if table.period is None or table.period is Period.YEAR:
        raise Misfit("「结转」只用在比年细的期上")
    value, quota = col.aligned(study.column(table, mechanism.value), study.column(table, mechanism.quota))
    table.then_with((value.expr - quota.expr).fill_null(0).alias("~差"))
    table.then_with(nw.col("~差").cum_sum().over(UNIT, order_by=PERIOD).alias("~累"))
    lowest = nw.min_horizontal(nw.col("~累").cum_min().over(UNIT, order_by=PERIOD), nw.lit(0, nw.Int64))
    table.then_with((nw.col("~累") - lowest).alias("~余"))
    earlier = nw.col("~余").shift(1).over(UNIT, order_by=PERIOD).fill_null(0)
    most = (value.size + quota.size) * 60
    return col.bounded(replace(value, expr=value.expr + earlier, high=most, constant=None, divisors=None))


def before(study: Study, table: Table, item: Item, mechanism: Before) -> Column:
    """上期: the value of the unit's period before; the year's first has none (无), a condition is false there."""
    if table.period is None or table.period is Period.YEAR:
        raise Misfit("「上期」只用在比年细的期上；上一年的数写成「单位」的一列")
    value = study.column(table, mechanism.value)
    first = nw.col(PERIOD) == 1
    if value.kind is Kind.FLAG:
        return col.flag(nw.when(first).then(nw.lit(False)).otherwise(_earlier(value.expr)))
    none = nw.when(first).then(nw.lit(int(Absent.NONE), nw.Int8))
    absent = none.otherwise(nw.lit(0, nw.Int8) if value.absent is None else _earlier(value.absent))
    over = None if value.over is None else _earlier(value.over)
    return replace(value, expr=_earlier(value.expr), over=over, absent=absent, constant=None, open=None)


def _earlier(expr: nw.Expr) -> nw.Expr:
    return expr.shift(1).over(UNIT, order_by=PERIOD)


def streak(study: Study, table: Table, item: Item, mechanism: Streak) -> Column:
    """连续: how often in a row, up to here; 待定 while something since the last break is."""
    study.settle(table)
    condition = study.column(table, mechanism.value)
    if condition.kind is not Kind.FLAG:
        raise Misfit(f"“{mechanism.value}”不是条件（是/否），不能「连续」")
    keys, order = [UNIT], [PERIOD]
    if table.period is None:
        keys, order = study.keys(table, mechanism.same), [DAY, ROW]
    table.then_with((nw.col(order[-1]) * 0 + 1).cum_sum().over(*keys, order_by=order).alias("~位"))
    at, nowhere = nw.col("~位"), nw.lit(0, nw.Int64)
    table.then_with(
        nw.when(~condition.expr).then(at).otherwise(nowhere).alias("~断"),
        nw.when(condition.expr.is_null()).then(at).otherwise(nowhere).alias("~疑"),
    )
    broken, doubtful = (nw.col(name).cum_max().over(*keys, order_by=order) for name in ("~断", "~疑"))
    pending = nw.when(doubtful > broken).then(nw.lit(int(Absent.PENDING), nw.Int8)).otherwise(nw.lit(0, nw.Int8))
    most = len(study.stretches[table.period]) if table.period else table.most(keys)
    return Column(Kind.NUMBER, nw.when(pending == 0).then(at - broken), absent=pending, measure=col.COUNT, high=most)
