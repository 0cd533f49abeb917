"""Figures and days as a 公文 writes them. Text only."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction

from engine.number import round_half_up, show
from engine.result import Figure, shown
from engine.rulebook import ABSENT_WORDS, Absent

_DIGITS = "零一二三四五六七八九"
BLANK_DATE = "　　年　月　日"
NOTHING = "—"


def chinese(number: int) -> str:
    """A number from 1 to 99 for headings.

    >>> chinese(2), chinese(10), chinese(12), chinese(20), chinese(31)
    ('二', '十', '十二', '二十', '三十一')
    """
    tens, ones = divmod(number, 10)
    head = "" if not tens else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones or not tens else "")


def full_date(day: date) -> str:
    """2024年5月31日 (GB/T 9704-2012, 7.3.5: no leading zeros)."""
    return f"{day.year}年{day.month}月{day.day}日"


def short_date(day: date) -> str:
    """5月31日."""
    return f"{day.month}月{day.day}日"


def points(value: Fraction, decimals: int) -> str:
    """A figure, 四舍五入 to so many decimals at most.

    >>> points(Fraction(40, 3), 2), points(Fraction(120), 2)
    ('13.33', '120')
    """
    return show(round_half_up(value, decimals))


def percent(value: Fraction, decimals: int) -> str:
    """A rate; a rounding that would make it look whole keeps more decimals, so that 未完成 never reads 100%.

    >>> percent(Fraction(13, 12), 1), percent(Fraction(1999, 2000), 1), percent(Fraction(3, 4), 1)
    ('108.3%', '99.95%', '75%')
    """
    hundredfold = value * 100
    for places in range(decimals, decimals + 6):
        rounded = round_half_up(hundredfold, places)
        if rounded.denominator != 1 or rounded == hundredfold or rounded % 100:
            break
    return show(rounded) + "%"


def bracketed(text: str) -> str:
    """Brackets within brackets in the other form, so that both ends are found.

    >>> bracketed("通报批评（裁定：同意，办公会（拟定））")
    '通报批评（裁定：同意，办公会〔拟定〕）'
    """
    depth, found = 0, []
    for letter in text:
        depth += (letter == "（") - (letter == "）")
        inner = (letter == "（" and depth > 1) or (letter == "）" and depth > 0)
        found.append({"（": "〔", "）": "〕"}[letter] if inner else letter)
    return "".join(found)


def cell(value: Figure, decimals: int, percent_decimals: int, *, rate: bool) -> str:
    """A figure as a cell of a table holds it."""
    match value:
        case Absent():
            return NOTHING if value is Absent.NONE else ABSENT_WORDS[value]
        case Fraction() if not isinstance(value, bool):
            return percent(value, percent_decimals) if rate else points(value, decimals)
        case datetime():
            return shown(value) or NOTHING
        case date():
            return short_date(value)
    return shown(value) or NOTHING
