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
_MOST_DIGITS = 10


def rank(study: Study, table: Table, item: Item, mechanism: Rank) -> Column:
    """名次: dense rank per key, packed into one number, then 1、2、2、4 (or 并列不跳号).

    无 comes last on its key; a unit whose first key has no value for another reason is not ranked, for that reason.
    """
    if table.period is None:
        raise Misfit("「名次」只排单位，不排台账的记录")
    group = [*study.apart, PERIOD]
    if mechanism.within is not None:
        study.column(table, mechanism.within)
        group.append(mechanism.within)
    keys = [(study.column(table, name), direction) for name, direction in mechanism.keys]
    steps = [step for column, direction in keys for step in _rising(column, direction)]
    table.then_with(*(step.alias(f"~键{i}") for i, step in enumerate(steps)))
    packed = _packed(table, [f"~键{i}" for i in range(len(steps))], group)
    table.then_with(_unranked(study, table, item, keys[0][0]).alias("~免"))
    ranked = nw.col("~免") == 0
    table.then_with(nw.when(ranked).then(packed).alias("~序"))
    place = nw.col("~序").rank("dense" if mechanism.dense else "min").over(*group).cast(nw.Int64)
    shared = nw.col("~序").count().over(*group, "~序").cast(nw.Int64) > 1
    table.then_with(nw.when(ranked).then(place).alias("~名"), nw.when(ranked).then(shared).alias("~并"))
    table.add(f"{item.name}{TIED}", col.flag(nw.col("~并")))
    return Column(Kind.NUMBER, nw.col("~名"), absent=nw.col("~免"), measure=col.COUNT, low=1, high=table.total)


def _packed(table: Table, names: list[str], group: list[str]) -> nw.Expr:
    """One number that orders the rows as the keys do one after another.

    Each key is ranked on its own; where the next one would not fit any more, what there is is ranked anew.
    """
    order, size, width = nw.lit(0, nw.Int64), 1, table.total + 1
    if width * width > LIMIT:
        raise Misfit("排名的单位太多")
    for name in names:
        if size * width > LIMIT:
            table.then_with(order.alias("~位"))
            table.then_with(nw.col("~位").rank("dense").over(*group).cast(nw.Int64).alias("~位"))
            order, size = nw.col("~位"), width
        order, size = order * width + nw.col(name).rank("dense").over(*group).cast(nw.Int64), size * width
    return order


def _rising(column: Column, direction: str) -> list[nw.Expr]:
    """Numbers that sort the key one after another, first place lowest; no value sorts last."""
    if column.kind is Kind.FLAG:
        column = col.as_number(column)
    if column.kind not in (Kind.NUMBER, Kind.RATIO, Kind.DAY, Kind.MOMENT, Kind.WORD):
        raise Misfit(f"不能按{column.kind.value}排名")
    rising = column.expr.cast(nw.Int64)
    value = rising if direction in _RISING else -rising
    steps = [value] if column.over is None else _digits(value, column.over, column.over_high)
    return [
        (step if column.absent is None else nw.when(column.absent == 0).then(step)).fill_null(LIMIT) for step in steps
    ]


def _digits(top: nw.Expr, over: nw.Expr, most: int) -> list[nw.Expr]:
    """A 商 as the digits of a long division, the largest first: equal where the 商 are equal, else in their order.

    Two 商 over at most ``most`` that differ do so by 1 ÷ most² or more, which tells how many digits it takes.
    """
    base, divisor = LIMIT // most, nw.when(over > 0).then(over)
    found, rest, fine = [top // divisor], top % divisor, 1
    while fine < most * most:
        if base < 2 or len(found) > _MOST_DIGITS:
            raise Misfit("商的除数太大，不能照它排名：先写 取整")
        found.append(rest * base // divisor)
        rest, fine = rest * base % divisor, fine * base
    return found


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
