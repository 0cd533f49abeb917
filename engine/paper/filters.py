"""The words after the bar, ``{{ 值|百分比 }}``: the only things a template can do to a text.

They take exact texts (``62.5``, ``40/3``, ``2024-05-31``) and leave any other text (待定, —) as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fractions import Fraction

from engine.number import NUMBER, round_half_up, show, show_rounded

_EXACT = re.compile(rf"-?(?:{NUMBER}|[0-9]+/[1-9][0-9]*)")
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")


def points(text: str) -> str:
    """分: at most two decimals, 四舍五入.

    >>> points("62.5"), points("40/3"), points("待定")
    ('62.5', '13.33', '待定')
    """
    value = _value(text)
    return text if value is None else show(round_half_up(value, 2))


def percent(text: str, places: int = 1) -> str:
    """百分比: so many decimals at most, 四舍五入.

    >>> percent("13/12"), percent("3/4")
    ('108.3%', '75%')
    """
    value = _value(text)
    return text if value is None else show(round_half_up(value * 100, places)) + "%"


def rounded(text: str, places: int = 0) -> str:
    """四舍五入（位数）: half away from zero, trailing zeros kept.

    >>> rounded("2.5"), rounded("40/3", 2)
    ('3', '13.33')
    """
    value = _value(text)
    return text if value is None else show_rounded(value, places)


def day(text: str) -> str:
    """日期: 2024年5月31日, no leading zeros (GB/T 9704-2012, 7.3.5).

    >>> day("2024-05-31")
    '2024年5月31日'
    """
    match = _DAY.fullmatch(text)
    return "{}年{}月{}日".format(*(int(n) for n in match.groups())) if match else text


def listed(texts: Sequence[str], between: str = "、") -> str:
    """顿号: the texts of a list, one after the other.

    >>> listed(["甲", "乙"])
    '甲、乙'
    """
    return between.join(texts)


FILTERS: dict[str, Callable[..., str]] = {
    "分": points, "百分比": percent, "四舍五入": rounded, "日期": day, "顿号": listed,
}  # fmt: skip


def _value(text: str) -> Fraction | None:
    return Fraction(text) if _EXACT.fullmatch(text) else None
