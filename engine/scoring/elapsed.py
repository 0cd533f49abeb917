"""历时: from a time to the earliest of several, in minutes; from a date in days, or in working days."""

from __future__ import annotations

from collections.abc import Sequence

from engine import lazy as nw
from engine.calendar import WORKING, day_number
from engine.column import Column, Misfit
from engine.rulebook import Absent, Elapsed, Item, Kind, Title
from engine.scoring.study import Study, last_minute
from engine.scoring.table import Table

_DAY = 60 * 24  # minutes
_MOST = 366 * 50  # days: no record is open for longer
_SATURDAY_BEFORE = 5  # 1970-01-01 was a Thursday: so many days after the last Saturday
WORKDAYS = "工作日"


def elapsed(study: Study, table: Table, item: Item, mechanism: Elapsed) -> Column:
    """历时; a record that ends before it starts is an error of the row, unless 当 leaves it out."""
    names = (mechanism.start, *mechanism.ends)
    start, *ends = (study.column(table, name) for name in names)
    kinds = {c.kind for c in (start, *ends)}
    if kinds not in ({Kind.MOMENT}, {Kind.DAY}):
        raise Misfit("「历时」和「至」都要是时间列，或者都是日期列")
    end = nw.min_horizontal(*(c.expr for c in ends)) if len(ends) > 1 else ends[0].expr
    missing, begun = end.is_null(), start.expr
    backwards = end < begun
    if item.when is not None:
        backwards = backwards & study.condition(table, item.when).expr.fill_null(False)
    reason = f"{'、'.join(mechanism.ends)}早于{mechanism.start}"
    study.faulty.append(study.mark(table, backwards, reason, item, names))
    now = nw.lit(study.as_of if kinds == {Kind.DAY} else last_minute(study.as_of), nw.Int64)
    counted = nw.when(missing).then(now).otherwise(end) if mechanism.open_end == "计到截至" else end
    value: nw.Expr = nw.when(counted >= begun).then(_length(study, mechanism, kinds == {Kind.DAY}, begun, counted))
    if mechanism.open_end == "计到截至":  # what is not due yet is not late; what ends too early is told already
        value = nw.when(missing & (counted < begun)).then(nw.lit(0, nw.Int64)).otherwise(value)
    return _measured(mechanism, value, missing)


def _length(study: Study, mechanism: Elapsed, by_day: bool, start: nw.Expr, end: nw.Expr) -> nw.Expr:
    if not mechanism.workdays:
        return (end - start) * _DAY if by_day else end - start
    if not study.book.title.rest:
        raise Misfit("按工作日算，要在「细则」里写「休息日」（当年放假的日子）")
    begun, ended = (start, end) if by_day else (start // _DAY, end // _DAY)
    return _workdays_until(study.book.title, ended) - _workdays_until(study.book.title, begun)


def _workdays_until(title: Title, day: nw.Expr) -> nw.Expr:
    """How many working days there are up to a day, counted from a Saturday long ago."""
    since = day + _SATURDAY_BEFORE
    week = nw.min_horizontal(nw.max_horizontal(since % 7 - 1, nw.lit(0, nw.Int64)), nw.lit(WORKING, nw.Int64))
    changes = ((-1, _weekdays(title)), (1, [day_number(d) for d in title.made_up]))
    steps = [(day >= number).cast(nw.Int64) * change for change, days in changes for number in days]
    return nw.total([since // 7 * WORKING + week, *steps])


def _weekdays(title: Title) -> Sequence[int]:
    """The rest days that would be working days."""
    return [day_number(d) for d in title.rest if d.weekday() < WORKING]


def _measured(mechanism: Elapsed, value: nw.Expr, missing: nw.Expr) -> Column:
    measure, most = (WORKDAYS, _MOST) if mechanism.workdays else ("时长", _MOST * _DAY)
    if mechanism.open_end == "计到截至":
        return Column(Kind.NUMBER, value, open=missing, measure=measure, high=most)
    why = Absent.PENDING if mechanism.open_end == "待定" else Absent.INAPPLICABLE
    absent = nw.when(missing).then(nw.lit(int(why), nw.Int8)).otherwise(nw.lit(0, nw.Int8))
    return Column(Kind.NUMBER, value, absent=absent, measure=measure, high=most)
