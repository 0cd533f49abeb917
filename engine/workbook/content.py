"""What a cell of the workbook holds: the exact value, a number where Excel can show just its digits, else text."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from engine.number import show, show_percent
from engine.result import Figure, shown
from engine.rulebook import ABSENT_WORDS, Absent

LONGEST_TEXT = 32_767
"""Excel's limit for one cell, in UTF-16 units."""
_MOST_DIGITS = 15
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


def held(content: Content) -> int | Decimal | str:
    """What stands in the cell: a number with all digits to be shown, or a text.

    Excel keeps 15 digits; what has more, or does not end, is written out as text.

    >>> held(Fraction(125, 2)), held(Fraction(40, 3)), held(Absent.PENDING), held(Rate(Fraction(17, 18)))
    (Decimal('62.5'), '40/3', '待定', '94.4%（17/18）')
    """
    match content:
        case Absent():
            return ABSENT_WORDS[content]
        case Rate():
            return percent(content.value)
        case Link():
            return cut(content.text)
        case int() | Fraction() if not isinstance(content, bool):
            return _number(content)
    return cut(shown(content) or "")


def percent(rate: Fraction) -> str:
    """The percentage, with the exact quotient beside it where one decimal does not say it all.

    >>> percent(Fraction(3, 4)), percent(Fraction(17, 16))
    ('75%', '106.3%（17/16）')
    """
    text = show_percent(rate)
    return text if Fraction(text.removesuffix("%")) == rate * 100 else f"{text}（{show_fraction(rate)}）"


def show_fraction(value: Fraction) -> str:
    """Numerator over denominator."""
    return f"{value.numerator}/{value.denominator}"


def _number(value: Fraction | int) -> int | Decimal | str:
    if value.denominator == 1 and abs(value.numerator) < 10**_MOST_DIGITS:
        return value.numerator
    text = show(Fraction(value))
    digits = text.lstrip("-").replace(".", "").lstrip("0")
    return Decimal(text) if "/" not in text and len(digits) <= _MOST_DIGITS else text


def places(number: int | Decimal) -> int:
    """How many digits stand behind the point.

    >>> places(Decimal("62.50")), places(3)
    (2, 0)
    """
    if isinstance(number, int):
        return 0
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    return -exponent


def cut(text: str) -> str:
    """The text; one that is too long for a cell ends in words that say so."""
    if len(text) <= LONGEST_TEXT // 2 or len(text.encode("utf-16-le", "surrogatepass")) // 2 <= LONGEST_TEXT:
        return text
    return text[: LONGEST_TEXT // 2 - len(_CUT)] + _CUT
