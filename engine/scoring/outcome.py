"""结果: 名次 处置 提示 折算. Nothing above reads them; they move no score."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from engine import column as col
from engine import lazy as nw
from engine.column import LIMIT, Column, Misfit
from engine.rulebook import Absent, Consequence, Item, Kind, Rank, Scaled
from engine.scoring.study import Study
from engine.scoring.table import DECIDED, PERIOD, Table

TIED = "并列"
_RISING = ("低者先", "早者先")


def rank(study: Study, table: Table, item: Item, mechanism: Rank) -> Column:
    """名次: dense rank per key, packed into one number, then 1、2、2、4 (or 并列不跳号).

    无 comes last on its key; a unit whose first key has no value for another reason is not ranked, for that reason.
    """
    if table.period is None:
        raise Misfit("「名次」只排单位，不排台账的记录")
    group = [PERIOD]
    if mechanism.within is not None:
        study.column(table, mechanism.within)
        group.append(mechanism.within)
    keys = [(study.column(table, name), direction) for name, direction in mechanism.keys]
    table.then_with(*(_rising(c, d).alias(f"~键{i}") for i, (c, d) in enumerate(keys)))
    width = table.total + 1
    if width ** len(keys) > LIMIT:
        raise Misfit("排名的单位太多或依据太多，请减少排名依据")
    packed = nw.lit(0, nw.Int64)
    for i in range(len(keys)):
        packed = packed * width + nw.col(f"~键{i}").rank("dense").over(*group).cast(nw.Int64)
    table.then_with(_unranked(study, table, item, keys[0][0]).alias("~免"))
    ranked = nw.col("~免") == 0
    table.then_with(nw.when(ranked).then(packed).alias("~序"))
    place = nw.col("~序").rank("dense" if mechanism.dense else "min").over(*group).cast(nw.Int64)
    shared = nw.col("~序").count().over(*group, "~序").cast(nw.Int64) > 1
    table.then_with(nw.when(ranked).then(place).alias("~名"), nw.when(ranked).then(shared).alias("~并"))
    table.add(f"{item.name}{TIED}", col.flag(nw.col("~并")))
    return Column(Kind.NUMBER, nw.col("~名"), absent=nw.col("~免"), measure=col.COUNT, low=1, high=table.total)


def _rising(column: Column, direction: str) -> nw.Expr:
    """A number that sorts the key, first place lowest; no value sorts last."""
    if column.kind is Kind.RATIO:
        column = col.settled(column)
    if column.kind is Kind.FLAG:
        column = col.as_number(column)
    if column.kind not in (Kind.NUMBER, Kind.DAY, Kind.MOMENT, Kind.WORD):
        raise Misfit(f"不能按{column.kind.value}排名")
    value = column.expr if direction in _RISING else -column.expr
    if column.absent is not None:
        value = nw.when(column.absent == 0).then(value)
    return value.fill_null(LIMIT)


def _unranked(study: Study, table: Table, item: Item, first: Column) -> nw.Expr:
    """Why a unit has no place (0: it has one): its first key has no value, or 当 leaves it out (不适用) or is 待定."""
    ranked = nw.lit(0, nw.Int8)
    reason = ranked
    if first.absent is not None:
        reason = nw.when(first.absent == int(Absent.NONE)).then(ranked).otherwise(first.absent)
    if item.when is None:
        return reason
    held = study.condition(table, item.when).expr
    undecided = nw.when(held.is_null()).then(nw.lit(int(Absent.PENDING), nw.Int8))
    left_out = undecided.otherwise(nw.lit(int(Absent.INAPPLICABLE), nw.Int8))
    return nw.max_horizontal(reason, nw.when(held).then(ranked).otherwise(left_out))


def consequence(study: Study, table: Table, item: Item, mechanism: Consequence) -> Column:
    """处置 提示: whether the words apply (null: 待定)."""
    if item.when is None:
        raise Misfit("「处置」「提示」要写「当」")
    if mechanism.decision is not None:
        ledger = study.table(mechanism.decision.ledger)
        decided = study.condition(ledger, mechanism.decision.when).expr.fill_null(False)
        ledger.then_with(decided.alias(f"{DECIDED}{item.name}"))
        for name in mechanism.decision.show:
            study.column(ledger, name)
    return study.condition(table, item.when)


def scaled(study: Study, table: Table, item: Item, mechanism: Scaled) -> Column:
    """折算: value × to ÷ the appraisal's full marks."""
    full = study.book.appraisal.full
    if not full:
        raise Misfit("「折算」要在考评里写明「满分」")
    value = replace(study.column(table, mechanism.value), measure=col.PURE)
    to = col.number(mechanism.to) if isinstance(mechanism.to, Fraction) else study.column(table, mechanism.to)
    product = col.multiply(value, replace(to, measure=col.PURE, divisors=None))
    return col.settled(col.divide(product, col.number(full)))
