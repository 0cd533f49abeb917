"""考评: parts (满分, then 扣 得 按比例, clipped), and the one ordered list, 得分."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from engine import column as col
from engine import lazy as nw
from engine.column import Column, Misfit
from engine.rulebook import Absent, Kind, Part, Step
from engine.scoring.study import Study
from engine.scoring.table import ENDED, Table

MEASURE = "考评分"


def build_part(study: Study, part: Part) -> None:
    """A part on its own period (unless it stands there), and added up on the appraisal's period if that is coarser."""
    fine = study.table(part.period.value)
    whole = study.table(study.book.appraisal.period.value)
    column = fine.columns.get(part.name) or fine.add(part.name, _part(study, fine, part))
    if fine is not whole:
        whole.add(part.name, _summed(study, fine, whole, part, column))


def _part(study: Study, table: Table, part: Part) -> Column:
    by = [col.settled(study.column(table, name, part.place)) if part.moved != "按比例" else study.column(table, name)
          for name in part.by]  # fmt: skip
    full = col.number(part.full or Fraction(0))
    value = _moved(part, full, by)
    if part.floor is not None:
        value = col.larger(value, col.number(part.floor))
    if part.cap is not None:
        value = col.smaller(value, col.number(part.cap))
    value = _gated(study, table, part, value)
    return _not_due(replace(value, measure=MEASURE, constant=None))


def _moved(part: Part, full: Column, by: Sequence[Column]) -> Column:
    odd = [c.measure for c in by if c.measure not in (col.PURE, MEASURE, col.SHARE, col.COUNT)]
    if odd:
        hint = "先另写一项，用「查表」或「按次」把它换成考评分，这里写那一项；"
        hint += "要照数计入的，合计台账上的分列，不合计「收」成的账。"
        raise Misfit(f"“{odd[0]}”是另一种量，不能直接加进或扣出考评分", hint)
    if part.moved == "按比例":
        share = by[0]
        if share.measure != col.SHARE or len(by) != 1:
            raise Misfit("「按比例」后面写一个完成率（同一种量相除）")
        return _proportional(full, share)
    total = functools.reduce(col.add, (replace(c, measure=col.PURE) for c in by))
    return col.subtract(full, total) if part.moved == "扣" else total


def _proportional(full: Column, share: Column) -> Column:
    """满分 × min(1, rate), finished exactly: the rate's divisors are the roster's own quotas."""
    most = share if share.kind is Kind.NUMBER else col.settled(share)
    capped = col.smaller(replace(most, measure=col.PURE), col.number(Fraction(1)))
    return col.multiply(full, capped)


def _gated(study: Study, table: Table, part: Part, value: Column) -> Column:
    if part.when is not None:
        gate = study.condition(table, part.when).expr
        value = _choose(gate, value, col.number(Fraction(0)))
    if part.applies is not None:
        applies = study.condition(table, part.applies).expr
        absent = _reason(~applies, Absent.INAPPLICABLE)
        value = replace(value, absent=absent if value.absent is None else nw.max_horizontal(absent, value.absent))
    if part.inapplicable_full and value.absent is not None:
        full, value = col.aligned(col.number(part.full or Fraction(0)), replace(value, measure=col.PURE))
        assert value.absent is not None
        spared = value.absent == int(Absent.INAPPLICABLE)
        value = replace(
            value, expr=nw.when(spared).then(full.expr).otherwise(value.expr),
            absent=nw.when(spared).then(nw.lit(0, nw.Int8)).otherwise(value.absent), high=max(value.high, full.high),
        )  # fmt: skip
    return value


def _choose(condition: nw.Expr, yes: Column, no: Column) -> Column:
    """One or the other; unknown conditions make it 待定."""
    yes, no = col.aligned(yes, replace(no, measure=yes.measure))
    unknown = nw.when(condition.is_null()).then(nw.lit(int(Absent.PENDING), nw.Int8)).otherwise(nw.lit(0, nw.Int8))
    chosen = unknown if yes.absent is None else nw.when(condition).then(yes.absent).otherwise(unknown)
    expr = nw.when(condition).then(yes.expr).otherwise(nw.when(~condition).then(no.expr))
    low, high = min(yes.low, no.low), max(yes.high, no.high)
    return replace(yes, expr=expr, absent=chosen, low=low, high=high, divisors=None, constant=None)


def _reason(condition: nw.Expr, why: Absent) -> nw.Expr:
    return nw.when(condition).then(nw.lit(int(why), nw.Int8)).otherwise(nw.lit(0, nw.Int8))


def _not_due(value: Column) -> Column:
    """A period that has not ended has no mark."""
    due = _reason(~nw.col(ENDED), Absent.NOT_DUE)
    absent = due if value.absent is None else nw.max_horizontal(due, value.absent)
    return replace(value, expr=nw.when(absent == 0).then(value.expr), absent=absent)


def _summed(study: Study, fine: Table, whole: Table, part: Part, column: Column) -> Column:
    """The year's mark: the sum over its periods; it has none while one is 未到期 or 待定."""
    assert column.absent is not None
    assert whole.period is not None
    spot, here = study.spot(fine, whole.period), study.spot(whole, whole.period)
    names = {"值": f"~{part.name}值", "因": f"~{part.name}因", "免": f"~{part.name}免"}
    lines = fine.select(
        spot, column.expr.fill_null(0).alias(names["值"]), column.absent.alias(names["因"]),
        (column.absent == int(Absent.INAPPLICABLE)).cast(nw.Int64).alias(names["免"]),
    )  # fmt: skip
    if lines is not None:
        sums = lines.group_by(spot).agg(nw.col(names["值"]).sum(), nw.col(names["因"]).max(), nw.col(names["免"]).min())
        whole.join(sums.rename({spot: here}) if spot != here else sums, (here,))
    worst, none = nw.col(names["因"]), nw.col(names["免"]) == 1
    inapplicable = nw.when(none).then(nw.lit(int(Absent.INAPPLICABLE), nw.Int8)).otherwise(nw.lit(0, nw.Int8))
    absent = nw.when(worst > int(Absent.INAPPLICABLE)).then(worst).otherwise(inapplicable)
    times = len(study.stretches[part.period])
    return col.bounded(
        replace(column, expr=nw.when(absent == 0).then(nw.col(names["值"])), absent=absent,
                low=column.low * times, high=column.high * times)
    )  # fmt: skip


# ---- 得分 ---------------------------------------------------------------------------------


def build_step(study: Study, step: Step) -> None:
    """One step from the one above; the last one is 得分."""
    steps = study.book.appraisal.steps
    table = study.table(study.book.appraisal.period.value)
    number = next(i for i, s in enumerate(steps) if s.name == step.name)
    before = study.column(table, steps[number - 1].name) if number else _not_due(_zero())
    after = _step(study, table, step, before)
    if step.when is not None:
        after = _choose(study.condition(table, step.when).expr, after, before)
    table.add(step.name, after)


def _zero() -> Column:
    return replace(col.number(Fraction(0)), constant=None)


def _step(study: Study, table: Table, step: Step, before: Column) -> Column:
    match step.verb:
        case "加" | "减":
            return _added(study, table, step, before)
        case "归零":
            return _vetoed(study, table, step, before)
        case "取整":
            assert step.rounding is not None
            return col.rounded(before, step.rounding)
    assert step.number is not None
    limit = col.number(step.number)
    if step.verb == "保底":
        return col.larger(before, limit)
    if step.verb == "封顶":
        return col.smaller(before, limit)
    return _scaled_to(study, table, step, before)


def _added(study: Study, table: Table, step: Step, before: Column) -> Column:
    """加 减: 不适用 adds nothing (its marks leave the total); 待定 and 未到期 withhold the score.

    Where 考评 declares 满分 the score is in 考评分, and points of another kind cannot be added;
    without it the score is in whatever is added up (连云港: the points themselves).
    """
    total = before if study.book.appraisal.full is None else replace(before, measure=MEASURE)
    for name in step.names:
        value = _spared(col.settled(study.column(table, name, step.place)))
        value = replace(value, measure=col.PURE) if value.measure == col.COUNT else value
        total = col.add(total, value) if step.verb == "加" else col.subtract(total, value)
    return total


def _spared(value: Column) -> Column:
    if value.absent is None:
        return value
    none = (value.absent == int(Absent.INAPPLICABLE)) | (value.absent == int(Absent.NONE))
    absent = nw.when(none).then(nw.lit(0, nw.Int8)).otherwise(value.absent)
    return replace(value, expr=nw.when(none).then(nw.lit(0, nw.Int64)).otherwise(value.expr), absent=absent,
                   low=min(value.low, 0), high=max(value.high, 0))  # fmt: skip


def _vetoed(study: Study, table: Table, step: Step, before: Column) -> Column:
    """归零 wins over 待定; before the year has ended there is no score to zero."""
    flags = [study.column(table, name, step.place) for name in step.names]
    if any(f.kind is not Kind.FLAG for f in flags):
        raise Misfit("「归零」后面写条件（是/否）的名字")
    hit = functools.reduce(lambda a, b: a | b, (f.expr.fill_null(False) for f in flags))
    hit = hit & nw.col(ENDED)
    expr = nw.when(hit).then(nw.lit(0, nw.Int64)).otherwise(before.expr)
    absent = None if before.absent is None else nw.when(hit).then(nw.lit(0, nw.Int8)).otherwise(before.absent)
    return replace(before, expr=expr, absent=absent, low=min(before.low, 0), high=max(before.high, 0))


def _scaled_to(study: Study, table: Table, step: Step, before: Column) -> Column:
    """折到: × number ÷ the marks that apply to the unit (不适用 parts left out)."""
    assert step.number is not None
    parts = [p for p in study.book.appraisal.parts.values() if p.full is not None and p.cap is not None]
    applying = nw.lit(0, nw.Int64)
    for part in parts:
        applying = applying + _applying(study, table, part)
    sums = _subset_sums([(int(p.full or 0), _times(study, p)) for p in parts])
    marks = Column(Kind.NUMBER, applying, measure=MEASURE, high=max(sums), divisors=frozenset(sums))
    scaled = col.multiply(before, col.number(step.number))
    return replace(col.settled(_plain(col.divide(scaled, marks))), measure=MEASURE)


def _times(study: Study, part: Part) -> int:
    """How often a part is marked within one appraisal."""
    return len(study.stretches[part.period]) // len(study.stretches[study.book.appraisal.period])


def _plain(ratio: Column) -> Column:
    return replace(ratio, measure=col.PURE)


def _applying(study: Study, table: Table, part: Part) -> nw.Expr:
    value = study.column(table, part.name)
    if part.full is None or part.full.denominator != 1:
        raise Misfit("「折到」要求各项满分是整数")
    full = int(part.full) * _times(study, part)
    if value.absent is None:
        return nw.lit(full, nw.Int64)
    gone = value.absent == int(Absent.INAPPLICABLE)
    return nw.when(gone).then(nw.lit(0, nw.Int64)).otherwise(nw.lit(full, nw.Int64))


def _subset_sums(parts: list[tuple[int, int]]) -> set[int]:
    sums = {sum(c) for n in range(1, len(parts) + 1) for c in itertools.combinations([f * t for f, t in parts], n)}
    return {s for s in sums if s} if math.lcm(*[s for s in sums if s] or [1]) < 2**40 else {0}
