"""All units of a period at once: 合计 计次 最高 最低 平均 最早 最晚 with 范围."""

from __future__ import annotations

from dataclasses import replace

from engine import column as col
from engine import lazy as nw
from engine.column import Column, Misfit
from engine.rulebook import Absent, Across, Item, Kind
from engine.scoring.study import Study
from engine.scoring.table import PERIOD, Table
from engine.scoring.tables import as_days

EVERYBODY = "全部"
_VALUE, _TAKEN, _DOUBT = "~众值", "~众计", "~众疑"
_REDUCERS = {"最高": "max", "最低": "min", "最早": "min", "最晚": "max"}


def across(study: Study, table: Table, item: Item, mechanism: Across) -> Column:
    """One figure from the same period's figures of the units in 范围, told to each of them.

    Units where the column is 无 or 不适用, or 当 does not hold, are left out; one that is 待定 or 未到期 leaves the
    figure without a value too, because it may still change it.
    """
    if table.period is None:
        raise Misfit("「范围」只用在单位×期上")
    group, sizes = _group(study, table, mechanism.within)
    value = None if mechanism.column is None else _value(study, table, mechanism)
    certain = _prepare(study, table, item, value)
    count = nw.col(_TAKEN).sum().over(*group)
    doubt = nw.col(_DOUBT).max().over(*group)
    known = frozenset(sizes) if certain else None
    if value is None:
        return Column(Kind.NUMBER, count, absent=doubt, measure=col.COUNT, high=max(sizes), divisors=known)
    return _reduced(mechanism.verb, value, group, count, doubt, max(sizes), known)


def _group(study: Study, table: Table, within: str) -> tuple[list[str], list[int]]:
    """The columns that make a group, and how many units the groups have."""
    units = study.book.roster.units
    if within == EVERYBODY:
        return [*study.apart, PERIOD], [len(units)]
    if within not in study.book.roster.fields:
        raise Misfit(
            f"「范围」写“{EVERYBODY}”，或者单位的一列（{'、'.join(study.book.roster.fields)}），“{within}”不是"
        )
    study.column(table, within)
    values = [unit.values.get(within) for unit in units]
    return [*study.apart, PERIOD, within], [values.count(v) for v in dict.fromkeys(values)]


def _value(study: Study, table: Table, mechanism: Across) -> Column:
    assert mechanism.column is not None
    value = col.exact(study.column(table, mechanism.column))
    if mechanism.verb in ("最早", "最晚"):
        as_days(value)
    elif value.kind is Kind.RATIO:
        raise Misfit(f"“{mechanism.column}”是商，先取整才能「{mechanism.verb}」")
    elif value.kind is not Kind.NUMBER:
        value = col.as_number(value)
    return value


def _prepare(study: Study, table: Table, item: Item, value: Column | None) -> bool:
    """Working columns: what takes part and what is in doubt; whether every unit is sure to take part."""
    none, pending = nw.lit(0, nw.Int8), nw.lit(int(Absent.PENDING), nw.Int8)
    held = nw.lit(True) if item.when is None else study.condition(table, item.when).expr
    reason = none if value is None or value.absent is None else value.absent
    doubt = (
        nw.when(held.is_null())
        .then(pending)
        .otherwise(nw.when(held & (reason >= pending)).then(reason).otherwise(none))
    )
    taken = held.fill_null(False) & (reason == 0)
    worth = nw.lit(0, nw.Int64) if value is None else nw.when(taken).then(value.expr)
    table.then_with(worth.alias(_VALUE), taken.cast(nw.Int64).alias(_TAKEN), doubt.alias(_DOUBT))
    return item.when is None and (value is None or value.absent is None)


def _reduced(
    verb: str, value: Column, group: list[str], count: nw.Expr, doubt: nw.Expr, most: int, known: frozenset[int] | None
) -> Column:
    plain = replace(value, absent=doubt, constant=None, open=None, divisors=None)
    total = nw.col(_VALUE).sum().over(*group)
    summed = col.bounded(replace(plain, expr=total, low=min(value.low * most, 0), high=max(value.high * most, 0)))
    if verb == "合计":
        return summed
    nobody = nw.when(count == 0).then(nw.lit(int(Absent.NONE), nw.Int8)).otherwise(nw.lit(0, nw.Int8))
    absent = nw.max_horizontal(doubt, nobody)
    if verb != "平均":
        expr = getattr(nw.col(_VALUE), _REDUCERS[verb])().over(*group)
        return replace(plain, expr=expr, absent=absent)
    over = nw.when(count > 0).then(count * value.den)
    divisors = None if known is None else frozenset(n * value.den for n in known)
    return col.bounded(
        replace(summed, kind=Kind.RATIO, over=over, den=1, over_high=most * value.den, divisors=divisors, absent=absent)
    )
