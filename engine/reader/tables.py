"""Lookup tables: nested levels keyed by words or intervals, and their cells."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache

from engine.formula import UNITS
from engine.number import NUMBER, exact
from engine.reader.node import Node
from engine.rulebook import Interval, Row, Table

_QUANTITY = re.compile(rf"(-?{NUMBER})({'|'.join(UNITS)})?")
_BRACKETS = re.compile(r"([\[(])\s*([^,，]+?)\s*,\s*([^,，]+?)\s*([\])])")
_WORDS = re.compile(r"(.+?)（(含|不含)）\s*[—～~-]+\s*(.+?)（(含|不含)）")
_INFINITE = ("+∞", "∞", "＋∞")


@lru_cache(maxsize=4096)
def quantity(text: str) -> tuple[Fraction, str] | None:
    """A number with its measure: times in minutes, percents as fractions. ``None`` if it is not one.

    >>> quantity("2小时"), quantity("75%")
    ((Fraction(120, 1), '时长'), (Fraction(3, 4), '比率'))
    """
    match = _QUANTITY.fullmatch(text.strip())
    if match is None:
        return None
    measure, factor = UNITS[match[2]] if match[2] else ("数", Fraction(1))
    return exact(match[1]) * factor, measure


def interval(text: str) -> Interval | None:
    """What a key means as a stretch of numbers; ``None`` if it does not read as one.

    ``[75%, 100%)`` and ``75%（含）—100%（不含）`` are the same interval.

    >>> interval("[75%, 100%)") == interval("[75%, 100%)")
    True
    >>> interval("0%").low_closed
    True
    """
    if (point := quantity(text)) is not None:
        return Interval(text, point[0], True, point[0], True, point[1])
    if match := _BRACKETS.fullmatch(text):
        return _between(text, match[2], match[1] == "[", match[3], match[4] == "]")
    if match := _WORDS.fullmatch(text):
        return _between(text, match[1], match[2] == "含", match[3], match[4] == "含")
    return None


def _between(text: str, low: str, low_closed: bool, high: str, high_closed: bool) -> Interval | None:
    bottom = None if low in ("-∞", "－∞") else quantity(low)
    top = None if high in _INFINITE else quantity(high)
    if (bottom is None and "∞" not in low) or (top is None and high not in _INFINITE):
        return None
    measures = {m for q in (bottom, top) if q is not None and q[0] != 0 for m in (q[1],)} or {"数"}
    if len(measures) > 1:
        return None
    return Interval(
        text, bottom and bottom[0], low_closed, top and top[0], high_closed, measures.pop()
    )  # fmt: skip


def table(node: Node, depth: int) -> Table:
    """A table of at most ``depth`` levels; a value may stand early (it holds for all deeper keys)."""
    return Table(tuple(_row(entry, depth) for entry in node.items()), node.key_place)


def _row(entry: Node, depth: int) -> Row:
    label = entry.name
    if isinstance(entry.value, dict):
        if depth <= 1:
            entry.fault(
                "R03", f"「查表」写了几列，表就有几层；“{label}”下面多了一层。", "在「查表」里补一列，或减去一层。"
            )
        return Row(label, interval(label), table(entry, depth - 1), entry.key_place, entry.key_place)
    if entry.value is None:
        entry.fault("R04", f"“{label}”这一格空着。", "没有印的格子整个不写；要记零分就写 0。", at_key=True)
    found = quantity(entry.text)
    if found is None and entry.text[:1].isdigit():
        entry.fault("R20", f"“{entry.text}”不是一个数。", "只写数，如 15 或 62.5；时间写 10分钟、2小时。")
    result, measure = found if found is not None else (entry.text, "数")
    return Row(label, interval(label), result, entry.place, entry.key_place, measure)
