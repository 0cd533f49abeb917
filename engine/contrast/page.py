"""The report as one HTML file: offline, nothing fetched, every change opens to its places and examples, prints well.

Built as a tree and written by the standard library, so that no text can be taken for markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from engine.contrast.grids import Grid
from engine.contrast.lines import CAME, GONE, Line, Piece, Remark
from engine.contrast.picture import picture
from engine.contrast.report import Listing, Report

_STYLE = """
:root{color-scheme:light}
body{font:16px/1.7 "Noto Sans CJK SC","Source Han Sans SC","Microsoft YaHei","PingFang SC",SimSun,sans-serif;
 color:#111;background:#fff;max-width:1180px;margin:0 auto;padding:24px}
h1{text-align:center;font-size:26px;margin:.4em 0}h2{font-size:20px;border-bottom:2px solid #111;margin-top:2em}
h3{font-size:17px;margin:1.4em 0 .4em}
.mark{text-align:center;font-weight:bold;color:#b42318}.small{font-size:13px;color:#444}
table{border-collapse:collapse;width:100%;margin:.6em 0 1.2em}
th,td{border:1px solid #666;padding:5px 8px;vertical-align:top;text-align:left}
th{background:#eee;text-align:center}thead{display:table-header-group}
.law td{width:33.3%}.law b{display:block}
.plain td{vertical-align:middle}
del{text-decoration:line-through;color:#b42318}ins{font-weight:bold;text-decoration:underline;color:#0b5cad}
td.changed{background:#e4e4e4}td.changed ins,td.changed del{display:inline-block;margin:0 2px}
details{margin:.25em 0;border-left:3px solid #bbb;padding-left:8px}summary{cursor:pointer}
details p{margin:.15em 0;font-size:14px}.impact{font-weight:bold}
svg{max-width:100%;height:auto;display:block;margin:.6em 0}
.wide{overflow-x:auto}
@media print{body{max-width:none;padding:0;font-size:12px}tr,svg{break-inside:avoid}h2,h3{break-after:avoid}
 del,ins,.mark{color:#000}@page{size:A4 landscape;margin:14mm}}
"""
_OPENED = "addEventListener('beforeprint',()=>document.querySelectorAll('details').forEach(d=>d.open=true))"


def page(report: Report) -> bytes:
    """The whole page, UTF-8."""
    html = Element("html", {"lang": "zh-CN"})
    head = SubElement(html, "head")
    SubElement(head, "meta", {"charset": "utf-8"})
    SubElement(head, "meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"})
    _add(head, "title", report.title)
    _add(head, "style", _STYLE)
    _add(head, "script", _OPENED)
    body = SubElement(html, "body")
    _add(body, "h1", report.title)
    for mark in report.marks:
        _add(body, "p", f"（{mark}）", "mark")
    _add(body, "p", report.opening)
    _add(body, "p", report.counted, "small")
    _law(body, report)
    _grids(body, report.grids)
    _impact(body, report)
    written: bytes = tostring(html, encoding="utf-8", method="html")
    return b"<!DOCTYPE html>\n" + written + b"\n"


def _add(parent: Element, tag: str, text: str, kind: str = "") -> Element:
    found = SubElement(parent, tag, {"class": kind} if kind else {})
    found.text = text
    return found


# ---- the 对照表 ------------------------------------------------------------------------------


def _law(body: Element, report: Report) -> None:
    if not report.lines:
        return
    _add(body, "h2", "一、条款对照")
    heads = (f"原条款　{report.sides[0]}", f"修订后　{report.sides[1]}", "变化与影响")
    rows = _table(body, heads, "law")
    for line in report.lines:
        row = SubElement(rows, "tr")
        _clause(row, line.old_name, line.old, "（无）")
        _clause(row, line.new_name, line.new, "（删去）")
        _remarks(SubElement(row, "td"), line)


def _table(body: Element, heads: Iterable[str], kind: str) -> Element:
    """A table with its head; what comes back takes the rows."""
    table = SubElement(SubElement(body, "div", {"class": "wide"}), "table", {"class": kind})
    head = SubElement(SubElement(table, "thead"), "tr")
    for text in heads:
        _add(head, "th", text)
    return SubElement(table, "tbody")


def _clause(row: Element, name: str, pieces: Sequence[Piece], nothing: str) -> None:
    cell = SubElement(row, "td")
    if not name:
        cell.text = nothing
        return
    _add(cell, "b", name)
    for mark, text in pieces:
        _add(cell, {GONE: "del", CAME: "ins"}.get(mark, "span"), text)


def _remarks(cell: Element, line: Line) -> None:
    for remark in line.remarks:
        if not remark.values and not remark.impact and not remark.cases:
            _add(cell, "p", remark.headline)
        else:
            _remark(cell, remark)


def _remark(cell: Element, remark: Remark) -> None:
    details = SubElement(cell, "details")
    summary = _add(details, "summary", remark.headline)
    if remark.impact:
        _add(summary, "span", f"　{remark.impact}", "impact")
    for text in (remark.values, remark.why, *remark.cases, "尚待和印发的原文核对" if remark.unverified else ""):
        if text:
            _add(details, "p", text)
    for name, place in remark.places:
        _add(details, "p", f"{name}：{place}", "small")


# ---- tables ------------------------------------------------------------------------------------


def _grids(body: Element, grids: Sequence[Grid]) -> None:
    if not grids:
        return
    _add(body, "h2", "二、计分表逐格")
    _add(body, "p", "有底色的格改了：划去的是旧的，带下划线的是新的。", "small")
    for grid in grids:
        _add(body, "h3", grid.title)
        rows = _table(body, grid.heads, "plain")
        for label, cells in grid.rows:
            row = SubElement(rows, "tr")
            _add(row, "td", label)
            for cell in cells:
                box = _add(row, "td", "" if cell.changed else cell.new, "changed" if cell.changed else "")
                if cell.changed:
                    _add(box, "del", cell.old)
                    _add(box, "ins", cell.new)


def _impact(body: Element, report: Report) -> None:
    if report.impact is None:
        return
    _add(body, "h2", "三、对各单位的影响")
    for text in report.effect:
        _add(body, "p", text)
    for name, units in report.impact.groups.items():
        drawn = picture(f"{name}：旧得分和新得分", units)
        if drawn is not None:
            _add(body, "h3", f"{name}：旧得分（圈）→ 新得分（点）")
            body.append(drawn)
    for listing in report.listings:
        _listing(body, listing)


def _listing(body: Element, listing: Listing) -> None:
    _add(body, "h3", listing.title)
    for note in listing.notes:
        _add(body, "p", note)
    if not listing.rows:
        _add(body, "p", listing.empty)
        return
    rows = _table(body, listing.heads, "plain")
    for cells in listing.rows:
        row = SubElement(rows, "tr")
        for text in cells:
            _add(row, "td", text)
