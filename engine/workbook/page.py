"""A workbook in memory and its pages: tables with frozen, repeated headers, printed one page wide on A4.

Everything written goes through :meth:`Page.put`. A text is never a formula or an
address, whatever it begins with: data are data.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from engine.rulebook import Absent
from engine.source import display_width
from engine.workbook.content import Content, Link, held, places

MOST_ROWS = 1_000_000
"""Lines of one table; Excel's sheets end a little later."""
_DEEPEST = 7
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_FONT = {"font_name": "宋体", "font_size": 11, "valign": "vcenter"}
_GRID = {"border": 1, "border_color": "#A6A6A6"}
_STYLES: Mapping[str, Mapping[str, Any]] = {
    "plain": {},
    "title": {"bold": True, "font_size": 16, "font_name": "黑体"},
    "heading": {"bold": True, "font_size": 12},
    "warning": {"bold": True, "font_color": "#C00000"},
    "note": {"font_color": "#595959"},
    "head": {**_GRID, "bold": True, "bg_color": "#DCE6F1", "align": "center", "text_wrap": True},
    "text": {**_GRID, "align": "left", "text_wrap": True},
    "tree": {**_GRID, "align": "left"},
    "number": {**_GRID, "align": "right"},
    "center": {**_GRID, "align": "center"},
    "strong": {**_GRID, "align": "right", "bold": True},
    "group": {**_GRID, "bold": True, "bg_color": "#F2F2F2", "align": "left", "text_wrap": True},
    "jump": {"font_color": "#0563C1", "underline": 1},
    "link": {**_GRID, "font_color": "#0563C1", "underline": 1, "align": "left"},
}


@dataclass(frozen=True, slots=True)
class Head:
    """A column: its title, the style of its cells, and its width (``None``: as its contents need, up to ``most``).

    Widths are in Latin characters; a Chinese one takes two.
    """

    title: str
    style: str = "number"
    width: int | None = None
    most: int = 26


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table: ``level`` is its depth in Excel's outline, ``group`` marks a row that heads others."""

    cells: Sequence[Content]
    level: int = 0
    group: bool = False


class Book:
    """A workbook in memory. The same calls give the same bytes."""

    def __init__(self, title: str, day: date) -> None:
        self._bytes = io.BytesIO()
        self._book = xlsxwriter.Workbook(self._bytes, {"in_memory": True})
        self._book.set_properties({"title": title, "created": datetime.combine(day, time())})
        self._formats: dict[tuple[Any, ...], Format] = {}
        self._names: set[str] = set()
        self.title = title

    def page(self, name: str) -> Page:
        """A new sheet; Excel's forbidden characters are replaced, and a name already taken gets a number."""
        name = self._name(name)
        return Page(self, name, self._book.add_worksheet(name))

    def _name(self, wanted: str) -> str:
        plain = _FORBIDDEN.sub("_", wanted).strip("'")[:15] or "_"
        tries = (plain, *(f"{plain}{n}" for n in range(2, 1000)))
        name = next(n for n in tries if n.lower() not in self._names)
        self._names.add(name.lower())
        return name

    def format(self, style: str, **more: Any) -> Format:
        """The format of a style with changes, made once."""
        key = (style, *more.items())
        if key not in self._formats:
            self._formats[key] = self._book.add_format({**_FONT, **_STYLES[style], **more})
        return self._formats[key]

    def finish(self) -> bytes:
        """The file."""
        self._book.close()
        return self._bytes.getvalue()


class Page:
    """A sheet, filled from the top: lines of words, then a table."""

    def __init__(self, book: Book, name: str, sheet: Worksheet) -> None:
        self.name, self.row = name, 0
        self._book, self._sheet = book, sheet
        sheet.outline_settings(True, False, True, False)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer(f"&L{book.title.replace('&', '&&')}  {name.replace('&', '&&')}&R第 &P 页，共 &N 页")

    def say(self, text: str, style: str = "plain") -> None:
        """One line of words from the first column on."""
        self.put(self.row, 0, text, style)
        self._sheet.set_row(self.row, 28 if style == "title" else 18)
        self.row += 1

    def heading(self, text: str) -> None:
        """A heading, with an empty line above."""
        self.row += 1
        self.say(text, "heading")

    def pair(self, name: Content, text: str) -> None:
        """A word in the first column and what is to be said about it beside it."""
        self.put(self.row, 0, name, "jump" if isinstance(name, Link) else "note")
        self.put(self.row, 1, text, "plain")
        self.row += 1

    def put(self, row: int, column: int, content: Content, style: str, indent: int = 0) -> None:
        """One cell, exactly."""
        value = held(content)
        more: dict[str, Any] = {"indent": indent} if indent else {}
        if isinstance(content, Link):
            address = f"internal:'{content.sheet.replace(chr(39), chr(39) * 2)}'!A{content.row + 1}"
            shape = self._book.format("jump" if style == "jump" else "link")
            self._sheet.write_url(row, column, address, shape, str(value))
        elif isinstance(value, Decimal):
            digits = places(value)
            shape = self._book.format(style, num_format=f"0.{'0' * digits}" if digits else "0", **more)
            self._sheet.write_number(row, column, value, shape)
        else:
            if isinstance(content, Absent):
                more["font_color"] = "#7F7F7F"
            self._text(row, column, value, self._book.format(style, **more))

    def _text(self, row: int, column: int, text: str, shape: Format) -> None:
        # XlsxWriter takes a string from <r> to </r> for markup of its own and would write it unescaped;
        # in two pieces the same words are plain text.
        if text.startswith("<r>") and text.endswith("</r>"):
            self._sheet.write_rich_string(row, column, text[:1], text[1:], shape)
        elif text:
            self._sheet.write_string(row, column, text, shape)
        else:
            self._sheet.write_blank(row, column, None, shape)

    # ---- tables -----------------------------------------------------------------------

    def table(self, heads: Sequence[Head], lines: Iterable[Line], *, frozen: int | None = 0,
              searched: bool = False) -> None:  # fmt: skip
        """A table with one header row; the first ``frozen`` columns stay in sight, and the header, unless ``None``.

        ``searched`` adds Excel's filter.
        """
        for column, head in enumerate(heads):
            self.put(self.row, column, head.title, "head")
        if frozen is not None:
            self._header(self.row, frozen)
        self.row += 1
        first = self.row
        widths = self._fill(heads, lines)
        for column, head in enumerate(heads):
            self._sheet.set_column(column, column, head.width or _width(head, widths[column], searched))
        if searched and self.row > first:
            self._sheet.autofilter(first - 1, 0, self.row - 1, len(heads) - 1)

    def grouped_table(self, groups: Sequence[tuple[str, int]], heads: Sequence[Head], lines: Iterable[Line], *,
                      frozen: int = 0) -> None:  # fmt: skip
        """A table whose header has a row of groups (title, number of columns) above the columns' titles."""
        above, column = self.row, 0
        for title, span in groups:
            if span > 1:
                self._sheet.merge_range(above, column, above, column + span - 1, "", self._book.format("head"))
            self.put(above, column, title, "head")
            column += span
        self.row += 1
        self.table(heads, lines, frozen=frozen)
        self._header(above, frozen, 2)

    def _header(self, row: int, frozen: int, rows: int = 1) -> None:
        self._sheet.freeze_panes(row + rows, frozen)
        self._sheet.repeat_rows(0, row + rows - 1)

    def _fill(self, heads: Sequence[Head], lines: Iterable[Line]) -> list[int]:
        """Write the lines; how wide each column's contents are."""
        widths = [0] * len(heads)
        rest = iter(lines)
        for line in islice(rest, MOST_ROWS):
            if line.level:
                self._sheet.set_row(self.row, None, None, {"level": min(line.level, _DEEPEST)})
            for column, (head, content) in enumerate(zip(heads, line.cells, strict=True)):
                style = "group" if line.group and not isinstance(content, Link) else head.style
                self.put(self.row, column, content, style, line.level if head.style == "tree" else 0)
                if head.width is None:
                    widths[column] = max(widths[column], display_width(str(held(content))))
            self.row += 1
        self._left_out(rest)
        return widths

    def _left_out(self, rest: Iterator[Line]) -> None:
        """No line is dropped in silence."""
        if left := sum(1 for _ in rest):
            self.say(f"Excel 工作表放不下，还有 {left} 行没有列出；全部见 --json 的结果。", "warning")


def _width(head: Head, widest: int, searched: bool) -> float:
    """As wide as the contents; a longer title wraps, a filter's arrow needs room."""
    title = display_width(head.title) + (3 if searched else 0)
    return max(min(widest + 2, head.most), min(title + 2, 11), 6)
