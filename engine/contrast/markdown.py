"""The report as Markdown: readable as plain text, tables by the common extension."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from engine.contrast.grids import Cell, Grid
from engine.contrast.lines import CAME, GONE, Line, Piece, Remark
from engine.contrast.report import Listing, Report

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")


def markdown(report: Report) -> str:
    """The whole report; ends with a line break."""
    return "\n".join(_whole(report)).rstrip("\n") + "\n"


def _whole(report: Report) -> Iterator[str]:
    yield from _paragraphs([f"# {plain(report.title)}", *(f"**（{plain(mark)}）**" for mark in report.marks)])
    yield from _paragraphs([plain(report.opening), plain(report.counted)])
    if report.lines:
        yield from _paragraphs(["## 一、条款对照"])
        heads = (f"原条款 {report.sides[0]}", f"修订后 {report.sides[1]}", "变化与影响")
        yield from _table(heads, [_line(line) for line in report.lines])
    if report.grids:
        yield from _paragraphs(["## 二、计分表逐格", "改了的格写作 ~~旧~~ **新**。"])
        for grid in report.grids:
            yield from _paragraphs([f"### {plain(grid.title)}"])
            yield from _table(grid.heads, _grid(grid))
    if report.effect:
        yield from _paragraphs(["## 三、对各单位的影响", *map(plain, report.effect)])
        for listing in report.listings:
            yield from _listing(listing)


def _paragraphs(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from (text, "")


def _listing(listing: Listing) -> Iterator[str]:
    yield from _paragraphs([f"### {plain(listing.title)}", *map(plain, listing.notes)])
    if listing.rows:
        yield from _table(listing.heads, [tuple(map(plain, row)) for row in listing.rows])
    else:
        yield from _paragraphs([listing.empty])


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield _row(map(plain, heads))
    yield _row("---" for _ in heads)
    yield from map(_row, rows)
    yield ""


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _line(line: Line) -> tuple[str, str, str]:
    old = f"**{plain(line.old_name)}** {_pieces(line.old)}" if line.old_name else "（无）"
    new = f"**{plain(line.new_name)}** {_pieces(line.new)}" if line.new_name else "（删去）"
    return old, new, "<br>".join(map(_remark, line.remarks))


def _pieces(pieces: Iterable[Piece]) -> str:
    marks = {GONE: "~~", CAME: "**"}
    return "".join(f"{(m := marks.get(mark, ''))}{plain(text)}{m}" for mark, text in pieces)


def _remark(remark: Remark) -> str:
    places = "；".join(f"{name} {place}" for name, place in remark.places)
    unverified = "待核对" if remark.unverified else ""
    said = [remark.headline, remark.values, remark.why, *remark.cases, remark.impact, unverified, places]
    return "<br>".join(plain(text) for text in said if text)


def _grid(grid: Grid) -> Iterator[tuple[str, ...]]:
    for label, cells in grid.rows:
        yield (plain(label), *map(_cell, cells))


def _cell(cell: Cell) -> str:
    return f"~~{plain(cell.old)}~~ **{plain(cell.new)}**" if cell.changed else plain(cell.new)


def plain(text: str) -> str:
    r"""A text that Markdown shows as it is, on one line.

    >>> plain("[75%, 100%)|*")
    '\\[75%, 100%)\\|\\*'
    """
    return _SPECIAL.sub(r"\\\1", " ".join(text.split("\n")))
