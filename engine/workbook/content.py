"""What a cell of the workbook holds: a number where there is one, with the digits that are its own; else text."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from typing import NamedTuple

from engine.number import round_half_up, show, show_rounded
from engine.result import Figure, shown
from engine.rulebook import ABSENT_WORDS, Absent

LONGEST_TEXT = 32_767
"""Excel's limit for one cell, in UTF-16 units."""
_MOST_DIGITS = 15
_ABOUT = "约"
_CUT = "…（太长，以下未列）"


@dataclass(frozen=True, slots=True)
class Rate:
    """A figure that people read as a percentage."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Link:
    """A text that leads to a row (from 0) of another sheet."""

    text: str
    sheet: str
    row: int


Content = Figure | Rate | Link | int


class Number(NamedTuple):
    """A number in a cell: what is stored, Excel's format for it, and what people see."""

    value: Decimal
    form: str
    text: str


def held(content: Content) -> Number | str:
    """What stands in the cell: a number with just its digits shown, or a text.

    Excel keeps 15 digits; what has more, or does not end, is shown rounded with “约” before it: it still sorts and
    adds up, and its exact value stands in the explanation.

    >>> [getattr(held(v), "text", held(v)) for v in (Fraction(125, 2), Fraction(40, 3), Rate(Fraction(17, 18)))]
    ['62.5', '约13.33', '约94.4%']
    >>> held(Absent.PENDING), held(Rate(Fraction(3, 4)))
    ('待定', Number(value=Decimal('0.75'), form='0%', text='75%'))
    """
    match content:
        case Absent():
            return ABSENT_WORDS[content]
        case Rate():
            return _number(content.value, 1, 2)
        case Link():
            return cut(content.text)
        case int() | Fraction() if not isinstance(content, bool):
            return _number(Fraction(content), 2)
    return cut(shown(content) or "")


def _number(value: Fraction, most: int, shift: int = 0) -> Number:
    """As it is where Excel can hold it; else with ``most`` decimals. ``shift``: 2 for hundredths with a % behind."""
    exact = show(value * 10**shift)
    ends = "/" not in exact and len(exact.lstrip("-").replace(".", "").strip("0")) <= _MOST_DIGITS
    if ends and (not shift or len(exact.partition(".")[2]) <= most):
        return _formatted(Decimal(exact).scaleb(-shift), exact, "", shift)
    return _formatted(_nearest(value), _rounded(value * 10**shift, most), _ABOUT, shift)


def _formatted(value: Decimal, digits: str, before: str, shift: int) -> Number:
    places, sign = len(digits.partition(".")[2]), "%" if shift else ""
    form = f"0.{'0' * places}" if places else "0"
    return Number(value, f'"{before}"{form}{sign}' if before else f"{form}{sign}", f"{before}{digits}{sign}")


def _nearest(value: Fraction) -> Decimal:
    """The 15 digits that Excel keeps."""
    return Context(prec=_MOST_DIGITS).divide(Decimal(value.numerator), Decimal(value.denominator))


def _rounded(value: Fraction, most: int) -> str:
    """So many decimals; more where the rounding would make a whole number of it."""
    for places in range(most, _MOST_DIGITS):
        if round_half_up(value, places).denominator > 1:
            return show_rounded(value, places)
    return show_rounded(value, most)


def cut(text: str) -> str:
    """The text; one that is too long for a cell ends in words that say so."""
    if len(text) <= LONGEST_TEXT // 2 or len(text.encode("utf-16-le", "surrogatepass")) // 2 <= LONGEST_TEXT:
        return text
    return text[: LONGEST_TEXT // 2 - len(_CUT)] + _CUT
