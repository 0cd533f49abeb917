"""Values, cells, bands and conditions in the words a 细则 prints, for people who read no formula."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from engine.column import COUNT, MINUTES
from engine.formula import COUNTERS
from engine.number import show
from engine.rulebook import Interval, Row, Table

_WORDS = (("≠", "不是"), ("＝", "是"), ("=", "是"))
_JOINED = (("且", "并且"), ("或", "或者"))


def shown(value: Fraction, measure: str) -> str:
    """A value with its unit.

    >>> shown(Fraction(3, 4), "比率"), shown(Fraction(120), "时长"), shown(Fraction(5, 2), "数")
    ('75%', '2小时', '2.5')
    """
    if measure == "比率":
        return f"{show(value * 100)}%"
    if measure == "时长":
        return f"{show(value / 60)}小时" if value and value % 60 == 0 else f"{show(value)}分钟"
    return show(value)


def flattened(table: Table) -> Iterator[tuple[Row, ...]]:
    """Every cell of a table as the path of rows to it, in the order written."""
    for row in table.rows:
        if isinstance(row.result, Table):
            yield from ((row, *rest) for rest in flattened(row.result))
        else:
            yield (row,)


def span(interval: Interval) -> str:
    """A band as the text prints it: 75%（含）—100%（不含）."""
    low, high = (None if edge is None else _edge(edge, interval) for edge in (interval.low, interval.high))
    below, above = (("含" if closed else "不含") for closed in (interval.low_closed, interval.high_closed))
    if low is None or high is None:
        return f"{low}（{below}）以上" if low is not None else f"{high}（{above}）以下"
    return low if interval.low == interval.high else f"{low}（{below}）—{high}（{above}）"


def _edge(edge: Fraction, interval: Interval) -> str:
    """Days stay days where the rule says 天; what is counted is called what the rule calls it."""
    in_days = interval.measure == "时长" and "天" in interval.text and edge % MINUTES == 0
    counter = next((word for word in COUNTERS if interval.measure == COUNT and word in interval.text), "")
    return f"{show(edge / MINUTES)}天" if in_days else f"{shown(edge, interval.measure)}{counter}"


def label(row: Row) -> str:
    """The key of a row of a table."""
    return row.label if row.interval is None else span(row.interval)


def condition(text: str) -> str:
    """A condition of the rule file without its signs of equality.

    >>> condition("无故 且 上报 ≠ 按时"), condition("季度完成率 ≥ 75% 或 渠道 = 县内刊物")
    ('无故，并且上报不是按时', '季度完成率 ≥ 75%，或者渠道是县内刊物')
    """
    for sign, word in _WORDS:
        text = re.sub(rf"\s*(?<![<>≥≤]){sign}\s*", word, text)
    for sign, word in _JOINED:
        text = re.sub(rf"\s+{sign}\s+", f"，{word}", text)
    return re.sub(r"\s+在\s*（", "属于（", text)
