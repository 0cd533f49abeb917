"""取时: the month, the day of the month, the weekday or the time of day of a date or time.

Whole-number arithmetic only, so that every backend says the same.
"""

from __future__ import annotations

from engine import lazy as nw
from engine.column import MINUTES, Column, Misfit
from engine.rulebook import Clock, Item, Kind
from engine.scoring.study import Study
from engine.scoring.table import Table

_THURSDAY = 3  # 1970-01-01, counted from Monday
_MARCH_YEAR_0 = 719_468  # days from 0000-03-01 to 1970-01-01: years that begin in March end in the leap day
_ERA, _CENTURY, _LEAP, _YEAR = 146_097, 36_524, 1_460, 365  # days of 400, 100, 4, 1 years, the last three cut short


def clock(study: Study, table: Table, item: Item, mechanism: Clock) -> Column:
    """取时; nothing where the date or time is blank, for the same reason."""
    source = study.column(table, mechanism.column)
    if source.kind not in (Kind.DAY, Kind.MOMENT):
        raise Misfit(f"“{mechanism.column}”不是日期或时间，取不出{mechanism.part}")
    if mechanism.part == "时刻":
        if source.kind is Kind.DAY:
            raise Misfit(f"“{mechanism.column}”只有日期，没有时刻", "台账里这一列的类改为 时间，或改取 月、日、星期。")
        return Column(Kind.NUMBER, source.expr % MINUTES, absent=source.absent, measure="时长", high=MINUTES - 1)
    day = source.expr if source.kind is Kind.DAY else source.expr // MINUTES
    if mechanism.part == "星期":
        return Column(Kind.NUMBER, (day + _THURSDAY) % 7 + 1, absent=source.absent, low=1, high=7)
    month, monthday = month_and_day(day)
    if mechanism.part == "月":
        return Column(Kind.NUMBER, month, absent=source.absent, low=1, high=12)
    return Column(Kind.NUMBER, monthday, absent=source.absent, low=1, high=31)


def month_and_day(day: nw.Expr) -> tuple[nw.Expr, nw.Expr]:
    """Days since 1970-01-01 → month and day of the month (Gregorian, from 0000-03-01 on)."""
    of_era = (day + _MARCH_YEAR_0) % _ERA
    year = (of_era - of_era // _LEAP + of_era // _CENTURY - of_era // (_ERA - 1)) // _YEAR
    of_year = of_era - (year * 365 + year // 4 - year // 100)
    since_march = (of_year * 5 + 2) // 153
    monthday = of_year - (since_march * 153 + 2) // 5 + 1
    return (since_march + 2) % 12 + 1, monthday
