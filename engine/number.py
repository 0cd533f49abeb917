"""Exact numbers as text: reading, rounding and showing. No float anywhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NoReturn

NUMBER = r"[0-9]{1,15}(?:\.[0-9]{1,9})?"  # not \d: full-width digits are refused, never read
_EXACT = re.compile(rf"-?{NUMBER}")


def exact(text: str) -> Fraction:
    """The number a plain decimal text means.

    Raises ValueError for anything else (``1e3``, ``１２``, ``1_000``, ``.5``).

    >>> exact("62.5")
    Fraction(125, 2)
    """
    if not _EXACT.fullmatch(text):
        raise ValueError(text)
    return Fraction(text)


def show(value: Fraction) -> str:
    """The exact text of a number: a decimal where it ends within six places, else a fraction.

    >>> show(Fraction(125, 2)), show(Fraction(40, 3)), show(Fraction(-30))
    ('62.5', '40/3', '-30')
    """
    for places in range(7):
        if 10**places % value.denominator == 0:
            return _decimal(value, places)
    return f"{value.numerator}/{value.denominator}"


def show_rounded(value: Fraction, places: int) -> str:
    """四舍五入 to ``places`` for display, trailing zeros kept.

    >>> show_rounded(Fraction(5, 2), 0), show_rounded(Fraction(2, 3), 2)
    ('3', '0.67')
    """
    return _decimal(round_half_up(value, places), places)


def show_percent(value: Fraction) -> str:
    """A rate for people: one decimal at most, 四舍五入.

    >>> show_percent(Fraction(13, 12)), show_percent(Fraction(3, 4))
    ('108.3%', '75%')
    """
    return show(round_half_up(value * 100, 1)) + "%"


def round_half_up(value: Fraction, places: int) -> Fraction:
    """Round half away from zero (四舍五入), unlike Python's ``round``.

    >>> round_half_up(Fraction(-5, 2), 0)
    Fraction(-3, 1)
    """
    scale = 10**places
    scaled = abs(value) * scale
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Fraction(whole if value >= 0 else -whole, scale)


def _decimal(value: Fraction, places: int) -> str:
    scaled = value * 10**places
    digits = f"{abs(scaled.numerator):0{places + 1}d}"
    sign = "-" if value < 0 else ""
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)


class OneOfMany(Exception):
    """A number that differs between variants was asked for as if it were one."""


class Varied(Fraction):
    """A number that is another one in each variant: ``values`` in their order, kept in the column ``name``.

    It stands in a rule book where a number stands, and only a literal (:func:`engine.column.number`) may
    be made of it; whoever reckons with it raises :class:`OneOfMany`.
    """

    __slots__ = ("name", "values")
    name: str
    values: tuple[Fraction, ...]

    def __new__(cls, name: str, values: Sequence[Fraction]) -> Varied:
        """A number in the place of several."""
        self = super().__new__(cls, 1)
        self.name, self.values = name, tuple(values)
        return self

    def _asked(self, *_: Any) -> NoReturn:
        raise OneOfMany(self.name)

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _asked
    __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __neg__ = __abs__ = __int__ = __trunc__ = _asked
    __hash__ = _asked
    numerator = denominator = property(_asked)

    def __bool__(self) -> bool:
        """It is written, whatever it is."""
        return True
