"""Two records of one issue held together: what a 更正通报 would have to say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def changes(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> Iterator[str]:
    """A sentence per unit whose place or figures changed, after one that says which sources did; nothing if none.

    >>> before = {"单位": {"甲镇": {"名次": "1", "采用分": "30"}}, "细则": {"sha256": "a"}}
    >>> after = {"单位": {"甲镇": {"名次": "2", "采用分": "30"}}, "细则": {"sha256": "b"}}
    >>> list(changes(before, after))
    ['和上一次写的比，改过的有：细则。', '甲镇：名次由1改为2。']
    """
    if not earlier:
        return
    moved = list(_moved(earlier.get("单位", {}), later["单位"]))
    sources = [key for key in ("细则", "台账", "口径", "截至", "模板", "程序") if earlier.get(key) != later.get(key)]
    if moved:
        yield f"和上一次写的比，改过的有：{'、'.join(sources) or '没有'}。"
        yield from moved


def _moved(earlier: Mapping[str, Mapping[str, str]], later: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    for unit, figures in later.items():
        before = earlier.get(unit)
        if before is None:
            yield f"{unit}：上一次没有。"
            continue
        texts = [f"{n}由{before.get(n, '没有')}改为{text}" for n, text in figures.items() if before.get(n) != text]
        if texts:
            yield f"{unit}：{'，'.join(texts)}。"
    for unit in [name for name in earlier if name not in later]:
        yield f"{unit}：这一次没有了。"
