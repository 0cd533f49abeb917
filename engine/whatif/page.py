"""The report as one web page: the curves, the variants, every unit, and what cannot stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element, SubElement

from engine.contrast.sheet import add, document, table, written
from engine.whatif import lines
from engine.whatif.curve import curves
from engine.whatif.report import Report

_CHARTS, _ROWS, _REASONS = 12, 400, 20
_SAID = "灰线是各单位，粗黑线是平均，变动最大的几个写出名字（指着一条线看是谁）。灰底的一段不成立，竖线是现在的值。"


def page(report: Report, unit: str | None = None) -> bytes:
    """The whole page, UTF-8."""
    title = report.book.title
    html, body = document(f"{title.name}：改一改会怎样")
    if title.mark:
        add(body, "p", f"（{title.mark}）", "mark")
    if report.base.provisional:
        add(body, "p", "（暂定）", "mark")
    add(body, "p", f"{title.year} 年度，截至 {report.base.as_json_date()}。试算，不是成绩。")
    for text in lines.opening(report):
        add(body, "p", text)
    _charts(body, report, unit)
    found = lines.rows(report, unit)
    add(body, "h2", "各变体")
    _filled(body, ("编号", *lines.heads(report, unit)), [
        (_numbers(row), *lines.values(report, row), *row.cells) for row in found[:_ROWS]
    ])  # fmt: skip
    if len(found) > _ROWS:
        add(body, "p", f"另有 {len(found) - _ROWS} 行没有列，全部在 --json 里。")
    for text in lines.refused(report)[:_REASONS]:
        add(body, "p", text, "small")
    _moved(body, report)
    add(body, "h2", "各单位")
    _filled(body, ("单位", "原样得分", "各变体得分", "原样名次", "各变体名次"), lines.ranges(report))
    return written(html)


def _moved(body: Element, report: Report) -> None:
    """Whom the one variant moves; of several, who crosses which limit."""
    if len(report.runs) == 1 and report.runs[0].standing is not None:
        add(body, "h2", "变动的单位")
        _filled(body, lines.MOVED_HEADS, lines.moved(report, report.runs[0]))
    crossings = lines.crossings(report)
    if crossings:
        add(body, "h2", "越过的档")
        body = SubElement(body, "details")
        add(body, "summary", f"{len(crossings)} 处。每一行：改到这个值的时候，和前一个值比，哪个单位换了档。")
        places = lines.heads(report, None)[: -len(lines.HEADS)]
        _filled(body, (*places, *lines.CROSSED_HEADS), crossings[:_ROWS])


def _numbers(row: lines.Row) -> str:
    first, last = row.runs[0].variant.number, row.runs[-1].variant.number
    return str(first) if first == last else f"{first}—{last}"


def _charts(body: Element, report: Report, unit: str | None) -> None:
    drawn = list(curves(report, unit))
    if not drawn:
        return
    add(body, "h2", "得分曲线")
    add(body, "p", _SAID, "small")
    for title, svg in drawn[:_CHARTS]:
        if title:
            add(body, "h3", title)
        body.append(svg)
    if len(drawn) > _CHARTS:
        add(body, "p", f"另有 {len(drawn) - _CHARTS} 张没有画。")


def _filled(body: Element, heads: Iterable[str], rows: Iterable[Sequence[str]]) -> None:
    inside = table(body, heads, "plain")
    for cells in rows:
        row = SubElement(inside, "tr")
        for text in cells:
            add(row, "td", text)
