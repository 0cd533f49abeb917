"""The finished document read again before it may leave: every row and every number against what was to be printed.

The template may have moved or left out columns, so a row is looked up by what it says: under a heading that is
known its cell must be that figure of that unit, under any other heading it must be one of that unit's texts.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from engine.bulletin.blocks import missing, wanted
from engine.bulletin.names import CALCULATED
from engine.bulletin.opening import unopened
from engine.paper import Reading
from engine.source import Passage, Problem

Known = Mapping[str, str]
"""Heading → what stands under it, for one row."""
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?%?")
_LOOP = re.compile(r"\{%\w*\s*for\s+\w+\s+in\s+([\w.]+)")
_HINT = "没有写出文书。核对模板里的列名和标签；用的是自己的模板时，先用原来的模板试一次。"


def differences(
    name: str, context: Mapping[str, Any], reading: Reading, template: Reading, blocks: Collection[str] = ()
) -> list[Problem]:
    """Where a document says otherwise than its context (B05), or leaves out a block of ``blocks`` (B10) or a row.

    ``template`` is the template as it was read, tags and all.
    """
    opened = unopened(name, context, reading) if CALCULATED in _listed(template) else ()
    context = {key: value for key, value in context.items() if key != CALCULATED}  # its numbers belong to it alone
    known = list(_known(context))
    rows = [row for _, row in known]
    found, seen = [], set[int]()
    for number, table in enumerate(reading.tables, 1):
        found += list(_table_faults(name, f"表{number}", table, rows, seen))
    must = wanted(template, blocks)
    listed = {*_listed(template), *must}
    found += [_missing(name, row) for i, (key, row) in enumerate(known) if key in listed and i not in seen]
    found += missing(name, context, reading, must)
    found += list(_chart_faults(name, context, reading, template))
    return [*found, *_prose(name, context, reading, template), *opened]


def _listed(template: Reading) -> set[str]:
    """The lists of a context that a template goes through."""
    cells = (text for table in template.tables for row in table for text in row)
    found = _LOOP.findall("\n".join([*template.paragraphs, *cells]))
    return {name.partition(".")[0] for name in found}


def _known(context: Mapping[str, Any]) -> Iterator[tuple[str, Known]]:
    """(list, row) for every row that a document of this context may show."""
    for table in context.get("分组", ()):
        for row in table["行"]:
            yield "分组", {"名次": row["名次"], "单位": row["单位"], **_cells(table["列"], row["格"])}
        if table["有合计"]:
            yield "分组", {"单位": "合计", **_cells(table["列"], table["合计"])}
    for listing in context.get("名单", ()):
        for row in listing["行"]:
            cells = {**_cells(listing["列"], row["格"]), "说明": row["说明"]}
            yield "名单", {"名次": row["名次"], "单位": row["单位"], **cells}
    for listing in context.get("清单", ()):
        for row in listing["行"]:
            yield "清单", {"序": row["序"], **_cells(listing["列"], row["格"])}
    for key in ("项目", "扣分", "计入", "未计"):
        yield from ((key, row) for row in context.get(key, ()))
    doubts = context.get("口径", {})
    yield from (("口径", row) for row in doubts.get("行", ()))


def _cells(heads: Sequence[str], texts: Sequence[str]) -> dict[str, str]:
    return dict(zip(heads, texts, strict=True))


def _table_faults(
    name: str, where: str, table: tuple[tuple[str, ...], ...], rows: list[Known], seen: set[int]
) -> Iterator[Problem]:
    if len(table) < 2:
        return
    heads, *body = table
    matched = [[i for i, row in enumerate(rows) if _agrees(heads, cells, row)] for cells in body]
    seen.update(i for found in matched for i in found)
    if not any(matched) and not any(row.get("单位") in cells for cells in body for row in rows):
        return  # a table of the template's own
    for number, (cells, found) in enumerate(zip(body, matched, strict=True), 2):
        if not found:
            detail = f"这一行与成绩对不上：{'｜'.join(cells)}。{_expected(heads, cells, rows)}"
            yield Problem("B05", detail, Passage(name, f"{where}第{number}行"), _HINT)


def _agrees(heads: tuple[str, ...], cells: tuple[str, ...], row: Known) -> bool:
    texts = {*row.values(), ""}
    return any(cells) and all(
        text == row[head] if head in row else text in texts for head, text in zip(heads, cells, strict=False)
    )


def _expected(heads: tuple[str, ...], cells: tuple[str, ...], rows: list[Known]) -> str:
    for row in rows:
        if row.get("单位") in cells and any(head in row for head in heads):
            return f"应为：{'｜'.join(row.get(head, '') for head in heads)}。"
    return ""


def _missing(name: str, row: Known) -> Problem:
    who = row.get("单位") or f"{row.get('台账', '')}第{row.get('行', '')}行"
    return Problem("B05", f"文书里没有“{who}”应有的这一行：{'｜'.join(row.values())}。", Passage(name, "表"), _HINT)


def _chart_faults(name: str, context: Mapping[str, Any], reading: Reading, template: Reading) -> Iterator[Problem]:
    """Every chart the template asks for is there, with the same names and figures, its workbook too."""
    charts = [table["图"] for table in context.get("分组", ()) if table["图"]["值"]]
    wanted = [(c["题"], c["量"], tuple(c["名"]), tuple(c["值"])) for c in charts]
    drawn = [(c.title, c.measure, c.names, c.values) for c in reading.charts if c not in template.charts]
    if drawn != (wanted if any(".记号" in text for text in template.paragraphs) else []):
        yield Problem("B05", "图里的单位、数和成绩对不上，或者少了图。", Passage(name, "图"), _HINT)


def _prose(name: str, context: Mapping[str, Any], reading: Reading, template: Reading) -> Iterator[Problem]:
    """Every number of the text is one that was handed in, or one that the template itself has."""
    given = {number for text in [*_texts(context), *template.paragraphs] for number in _NUMBER.findall(text)}
    for number, paragraph in enumerate(reading.paragraphs, 1):
        strange = [n for n in _NUMBER.findall(paragraph) if n not in given and n not in {str(i) for i in range(1, 10)}]
        if strange:
            detail = f"成绩和模板里都没有这一段里的数：{'、'.join(strange)}。"
            yield Problem("B05", detail, Passage(name, f"第{number}段", paragraph[:40]), _HINT)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
