"""The report as one HTML file: offline, nothing fetched, every change opens to its places and examples, prints well.

Built as a tree and written by the standard library, so that no text can be taken for markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement

from engine.contrast.grids import Grid
from engine.contrast.lines import CAME, GONE, Line, Piece, Remark
from engine.contrast.picture import picture
from engine.contrast.report import Listing, Report
from engine.contrast.sheet import add, document, table, written


def page(report: Report) -> bytes:
    """The whole page, UTF-8."""
    html, body = document(report.title)
    for mark in report.marks:
        add(body, "p", f"（{mark}）", "mark")
    add(body, "p", report.opening)
    add(body, "p", report.counted, "small")
    _law(body, report)
    _grids(body, report.grids)
    _impact(body, report)
    return written(html)


# ---- the 对照表 ------------------------------------------------------------------------------


def _law(body: Element, report: Report) -> None:
    if not report.lines:
        return
    add(body, "h2", "一、条款对照")
    heads = (f"原条款　{report.sides[0]}", f"修订后　{report.sides[1]}", "变化与影响")
    rows = table(body, heads, "law")
    for line in report.lines:
        row = SubElement(rows, "tr")
        _clause(row, line.old_name, line.old, "（无）")
        _clause(row, line.new_name, line.new, "（删去）")
        _remarks(SubElement(row, "td"), line)


def _clause(row: Element, name: str, pieces: Sequence[Piece], nothing: str) -> None:
    cell = SubElement(row, "td")
    if not name:
        cell.text = nothing
        return
    add(cell, "b", name)
    for mark, text in pieces:
        add(cell, {GONE: "del", CAME: "ins"}.get(mark, "span"), text)


def _remarks(cell: Element, line: Line) -> None:
    for remark in line.remarks:
        if not remark.values and not remark.impact and not remark.cases:
            add(cell, "p", remark.headline)
        else:
            _remark(cell, remark)


def _remark(cell: Element, remark: Remark) -> None:
    details = SubElement(cell, "details")
    summary = add(details, "summary", remark.headline)
    if remark.impact:
        add(summary, "span", f"　{remark.impact}", "impact")
    for text in (remark.values, remark.why, *remark.cases, "尚待和印发的原文核对" if remark.unverified else ""):
        if text:
            add(details, "p", text)
    for name, place in remark.places:
        add(details, "p", f"{name}：{place}", "small")


# ---- tables ------------------------------------------------------------------------------------


def _grids(body: Element, grids: Sequence[Grid]) -> None:
    if not grids:
        return
    add(body, "h2", "二、计分表逐格")
    add(body, "p", "有底色的格改了：划去的是旧的，带下划线的是新的。", "small")
    for grid in grids:
        add(body, "h3", grid.title)
        rows = table(body, grid.heads, "plain")
        for label, cells in grid.rows:
            row = SubElement(rows, "tr")
            add(row, "td", label)
            for cell in cells:
                box = add(row, "td", "" if cell.changed else cell.new, "changed" if cell.changed else "")
                if cell.changed:
                    add(box, "del", cell.old)
                    add(box, "ins", cell.new)


def _impact(body: Element, report: Report) -> None:
    if report.impact is None:
        return
    add(body, "h2", "三、对各单位的影响")
    for text in report.effect:
        add(body, "p", text)
    for name, units in report.impact.groups.items():
        drawn = picture(f"{name}：旧得分和新得分", units)
        if drawn is not None:
            add(body, "h3", f"{name}：旧得分（圈）→ 新得分（点）")
            body.append(drawn)
    for listing in report.listings:
        _listing(body, listing)


def _listing(body: Element, listing: Listing) -> None:
    add(body, "h3", listing.title)
    for note in listing.notes:
        add(body, "p", note)
    if not listing.rows:
        add(body, "p", listing.empty)
        return
    rows = table(body, listing.heads, "plain")
    for cells in listing.rows:
        row = SubElement(rows, "tr")
        for text in cells:
            add(row, "td", text)
