"""The year cut into periods. Days are whole numbers from 1970-01-01; a period's last day is whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from engine.rulebook import Period, Title

_MONTHS = {Period.YEAR: 12, Period.HALF: 6, Period.QUARTER: 3, Period.MONTH: 1}
_EPOCH = date(1970, 1, 1)
WORKING = 5  # days of a week
_LABELS = {
    Period.YEAR: "全年",
    Period.HALF: "第{}个半年",
    Period.QUARTER: "第{}季度",
    Period.MONTH: "{}月",
    Period.WEEK: "第{}周",
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """One period: its number in the year from 1, first and last day."""

    number: int
    start: int
    end: int


def day_number(day: date) -> int:
    """Days since 1970-01-01.

    >>> day_number(date(1970, 1, 2))
    1
    """
    return (day - _EPOCH).days


def from_day_number(number: int) -> date:
    """The date a day number means."""
    return _EPOCH + timedelta(days=number)


def period_name(period: Period, number: int) -> str:
    """A period as people call it.

    >>> period_name(Period.QUARTER, 3)
    '第3季度'
    """
    return _LABELS[period].format(number)


def stretches(title: Title, period: Period) -> tuple[Stretch, ...]:
    """The periods of the appraisal year, in order.

    Months are natural or close on 月止; weeks begin on Monday, the first and last may be short.
    """
    starts = _week_starts(title) if period is Period.WEEK else _month_starts(title, _MONTHS[period])
    ends = [*(s - 1 for s in starts[1:]), day_number(title.end)]
    return tuple(Stretch(i, s, e) for i, (s, e) in enumerate(zip(starts, ends, strict=True), 1))


def _month_starts(title: Title, step: int) -> list[int]:
    """The year is one stretch; what is left of it after its last month closed (月止) belongs to that month."""
    first, last = (day.year * 12 + day.month - 1 for day in (title.start, title.end))
    if title.month_end is not None and title.start.day > title.month_end:
        first += 1  # 12月26日起的考评年，第一个月是一月
    later = range(first + step, last + 1, step) if step < _MONTHS[Period.YEAR] else ()
    return [day_number(title.start), *(day_number(_month_start(month, title.month_end)) for month in later)]


def _month_start(month: int, month_end: int | None) -> date:
    """The first day of a month counted from year 0; with 月止 the day after the month before closed."""
    if month_end is None:
        return date(month // 12, month % 12 + 1, 1)
    before = month - 1
    return date(before // 12, before % 12 + 1, month_end) + timedelta(days=1)


def _week_starts(title: Title) -> list[int]:
    first, last = day_number(title.start), day_number(title.end)
    monday = first + (7 - title.start.weekday()) % 7
    return [first, *range(monday if monday > first else first + 7, last + 1, 7)]
