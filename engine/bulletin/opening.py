"""A web page read again: every figure of its tables opens the calculation of that very figure, said as handed in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.bulletin.names import CALCULATED
from engine.paper import Reading
from engine.source import Passage, Problem

_HINT = "没有写出文书。核对模板里 href、id 的写法；用的是自己的模板时，先用原来的模板试一次。"
_DIGIT = re.compile(r"[0-9]")


def unopened(name: str, context: Mapping[str, Any], reading: Reading) -> Iterator[Problem]:
    """Where a page does not open what it shows (B05)."""
    panels = dict(reading.panels)
    for calculation in context[CALCULATED]:
        yield from _panel_faults(name, calculation, panels.get(calculation["号"]))
    titles = {calculation["号"]: calculation["题"] for calculation in context[CALCULATED]}
    columns = {column for table in context["分组"] for column in table["列"]}
    listed = [set(listing["列"]) for listing in context["清单"]]
    for number, (table, links) in enumerate(zip(reading.tables, reading.links, strict=True), 1):
        heads = table[0] if table else ()
        if not columns.isdisjoint(heads):
            opens = _figures_open
        elif any(names <= set(heads) for names in listed):
            opens = _row_opens
        else:
            continue
        for at, (cells, led) in enumerate(zip(table[1:], links[1:], strict=True), 2):
            if not opens(heads, cells, [titles.get(target, "") for target in led]):
                place = Passage(name, f"表{number}第{at}行")
                yield Problem("B05", f"这一行有数点不开它的算法：{'｜'.join(cells)}。", place, _HINT)


def _figures_open(heads: Sequence[str], cells: Sequence[str], titles: Sequence[str]) -> bool:
    """Every cell with a figure leads to that unit's (or the total's) calculation of that figure."""
    if len(cells) != len(heads) or "单位" not in heads:
        return False
    who = cells[heads.index("单位")]
    return all(
        title.endswith(f"{head}{who}　{cell}") if who == "合计" else title == f"{who}　{head}　{cell}"
        for head, cell, title in zip(heads, cells, titles, strict=True)
        if head not in ("单位", "说明") and _DIGIT.search(cell)
    )


def _row_opens(heads: Sequence[str], cells: Sequence[str], titles: Sequence[str]) -> bool:
    """A row of a ledger leads to what became of it."""
    return any(title.endswith(f"　{cell}") for cell, title in zip(cells[:1], titles, strict=False))


def _panel_faults(name: str, calculation: Mapping[str, Any], lines: Sequence[str] | None) -> Iterator[Problem]:
    title, where = calculation["题"], Passage(name, "算法")
    if lines is None:
        yield Problem("B05", f"没有“{title}”的算法。", where, _HINT)
        return
    said = "\n".join(lines)
    texts = [title, *(part for step in calculation["步"] for part in (step["说明"], step["条款"], step["处"]))]
    texts += [part for row in calculation["记录"] for part in (row["台账"], row["行"], row["说明"])]
    lost = next((text for text in texts if text not in said), None)
    if lost is not None:
        yield Problem("B05", f"“{title}”的算法里少了或改了：{lost}。", where, _HINT)
