"""The numbers printed in a text: each with its unit, in digits or in Chinese."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from engine.formula import UNITS
from engine.number import NUMBER, exact

POINTS, TIMES, TIME, SHARE, ANY = "分", "次", "时", "率", ""

Key = tuple[Fraction, str]
"""A number (times in minutes, percents as fractions) and what it numbers; ``ANY``: nothing is said of that."""

# Not quantities: dates, document numbers, numbers of clauses, list marks.
_NAMES = re.compile(
    r"[0-9]{4}年(?:[0-9]{1,2}月)?(?:[0-9]{1,2}[日号])?|[0-9]{1,2}月(?:[0-9]{1,2}[日号])?|〔[0-9]{4}〕[0-9]*号?"
    r"|第[0-9]+[条款项章节]|（[0-9]+）|^[0-9]+[.．、](?![0-9])"
)
_DIGITS = re.compile(rf"(?P<number>{NUMBER})(?P<unit>%|％|分钟|小时|个?工作日|天|日|[分次条篇件个份期倍名项])?")
_CHINESE = re.compile(
    r"(?P<percent>百分之)(?P<share>[一二三四五六七八九十百]+)"
    r"|(?<![同第统唯])(?P<number>[一二两三四五六七八九十百]+)(?P<unit>分钟|个?小时|个?工作日|天|日|分(?!之)|[次条篇件个份期名项])"
)
_FIGURES = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"两": 2}


@dataclass(frozen=True, slots=True)
class Printed:
    """A number as it stands in a text: from ``start`` to ``end``, with the unit after it."""

    text: str
    start: int
    end: int
    unit: str
    key: Key


def printed(text: str) -> Iterator[Printed]:
    """The quantities of a text that are written in digits.

    >>> [p.text for p in printed("2024年1月起，完成率在75%（含）以上的，20分钟内报告，扣4分")]
    ['75%', '20分钟', '4分']
    """
    plain = _NAMES.sub(lambda m: " " * len(m[0]), text)
    for match in _DIGITS.finditer(plain):
        unit = (match["unit"] or "").replace("％", "%").replace("日", "天")
        yield Printed(match[0], match.start(), match.end(), unit, key(exact(match["number"]), unit))


def quantities(text: str) -> Iterator[Printed]:
    """The quantities of a text in digits, then those in Chinese (百分之七十五、两次).

    >>> [(p.text, p.key[1]) for p in quantities("扣4分，超过两次的")]
    [('4分', '分'), ('两次', '次')]
    """
    yield from printed(text)
    for match in _CHINESE.finditer(text):
        number = (Fraction(_value(match["share"]), 100), SHARE) if match["percent"] else _named(match)
        yield Printed(match[0], match.start(), match.end(), match["unit"] or "", number)


def _named(match: re.Match[str]) -> Key:
    return key(Fraction(_value(match["number"])), match["unit"].removeprefix("个").replace("日", "天"))


def key(value: Fraction, unit: str) -> Key:
    """A number with a unit as the key it is compared by.

    >>> key(Fraction(2), "小时") == key(Fraction(120), "分钟"), key(Fraction(2), "分") == key(Fraction(2), "次")
    (True, False)
    """
    measure, factor = UNITS.get(unit, (unit, Fraction(1)))
    return value * factor, kind(measure)


def kind(measure: str) -> str:
    """What a number with this measure or unit numbers."""
    known = {"时长": TIME, "比率": SHARE, "分": POINTS, "名": TIMES, "项": TIMES, "次": TIMES}
    return known.get(measure, ANY)


def meets(this: Key, known: set[Key]) -> bool:
    """Whether a number is among others: equal, and nothing said against its being the same."""
    value, what = this
    return (value, ANY) in known or any((value, k) in known for k in ((what,) if what else _KINDS))


_KINDS = (POINTS, TIMES, TIME, SHARE)


def keys(texts: Iterable[str]) -> set[Key]:
    """Every number of the texts, in digits or in Chinese (百分之七十五、两次)."""
    return set().union(*map(_keys, texts))


@functools.cache
def _keys(text: str) -> frozenset[Key]:
    return frozenset(p.key for p in quantities(text))


def _value(figures: str) -> int:
    """A number below a thousand in Chinese figures: 七十五 → 75."""
    total, last = 0, 0
    for char in figures:
        if char in _FIGURES:
            last = _FIGURES[char]
        else:
            total += (last or 1) * (100 if char == "百" else 10)
            last = 0
    return total + last
