"""A workbook in memory and its pages: tables with frozen, repeated headers, printed one page wide on A4.

Everything written goes through :meth:`Page.put`. A text is never a formula or an
address, whatever it begins with: data are data.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from engine.rulebook import Absent
from engine.workbook.content import Content, Link, held
from engine.workbook.styles import DEFAULT_HEIGHT, WRAPPED, Look, height, lines_needed, properties, sheet_name, span

MOST_ROWS = 1_000_000
"""Lines of one table; Excel's sheets end a little later."""
_DEEPEST = 7


@dataclass(frozen=True, slots=True)
class Head:
    """A column: its title, the style of its cells, and its width (``None``: as its contents need, up to ``most``).

    Widths are in Latin characters; a Chinese one takes two.
    """

    title: str
    style: str = "number"
    width: int | None = None
    most: int = 36


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table: ``level`` is its depth in Excel's outline, ``group`` marks a row that heads others."""

    cells: Sequence[Content]
    level: int = 0
    group: bool = False


class Book:
    """A workbook in memory; ``mark`` is printed above every page. The same calls give the same bytes."""

    def __init__(self, title: str, day: date, mark: str = "") -> None:
        self.title, self.mark = title, mark
        self._bytes = io.BytesIO()
        self._book = xlsxwriter.Workbook(self._bytes, {"in_memory": True})
        self._book.set_properties({"title": title, "created": datetime.combine(day, time())})
        self._formats: dict[Look, Format] = {}
        self._names: set[str] = set()

    def page(self, name: str) -> Page:
        """A new sheet; Excel's forbidden characters are replaced, and a name already taken gets a number."""
        name = sheet_name(name, self._names)
        self._names.add(name.lower())
        return Page(self, name, self._book.add_worksheet(name))

    def format(self, look: Look) -> Format:
        """The format of a look, made once."""
        found = self._formats.get(look)
        if found is None:
            found = self._formats[look] = self._book.add_format(properties(look))
        return found

    def finish(self) -> bytes:
        """The file."""
        self._book.close()
        return self._bytes.getvalue()


class Page:
    """A sheet, filled from the top: lines of words, then tables."""

    def __init__(self, book: Book, name: str, sheet: Worksheet) -> None:
        self.name, self.row = name, 0
        self._book, self._sheet = book, sheet
        sheet.set_default_row(DEFAULT_HEIGHT)
        sheet.outline_settings(True, False, True, False)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        if book.mark:
            sheet.set_header(f"&C&B{book.mark}")
        sheet.set_footer(f"&L{book.title.replace('&', '&&')}　{name.replace('&', '&&')}&R第 &P 页，共 &N 页")

    def say(self, text: str, style: str = "plain") -> None:
        """One line of words from the first column on."""
        self.put(self.row, 0, text, style)
        if style == "title":
            self._sheet.set_row(self.row, 28)
        self.row += 1

    def on_one_page(self) -> None:
        """Print all of it on one sheet of paper."""
        self._sheet.fit_to_pages(1, 1)

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
        if isinstance(content, Link):
            sheet = content.sheet.replace("'", "''")
            look = Look("jump" if style == "jump" else "link")
            self._sheet.write_url(row, column, f"internal:'{sheet}'!A{content.row + 1}", self._book.format(look), value)
        elif isinstance(value, str):
            self._text(row, column, value, self._book.format(Look(style, indent, absent=isinstance(content, Absent))))
        else:
            self._sheet.write_number(row, column, value.value, self._book.format(Look(style, indent, value.form)))

    def _text(self, row: int, column: int, text: str, shape: Format) -> None:
        # XlsxWriter takes a string from <r> to </r> for markup of its own and would write it unescaped;
        # in two pieces the same words are plain text.
        if text.startswith("<r>") and text.endswith("</r>"):
            self._sheet.write_rich_string(row, column, text[:1], self._book.format(Look("plain")), text[1:], shape)
        elif text:
            self._sheet.write_string(row, column, text, shape)
        else:
            self._sheet.write_blank(row, column, None, shape)

    # ---- tables -----------------------------------------------------------------------

    def table(
        self, heads: Sequence[Head], lines: Iterable[Line], *, frozen: int | None = 0, searched: bool = False
    ) -> None:
        """A table with one header row; the first ``frozen`` columns stay in sight, and the header, unless ``None``.

        ``searched`` adds Excel's filter.
        """
        top = self.row
        for column, head in enumerate(heads):
            self.put(top, column, head.title, "head")
        self.row += 1
        widths = [_width(head, widest, searched) for head, widest in zip(heads, self._fill(heads, lines), strict=True)]
        for column, width in enumerate(widths):
            self._sheet.set_column(column, column, width)
        titles = [lines_needed(h.title, w - 3 * searched) for h, w in zip(heads, widths, strict=True)]
        self._sheet.set_row(top, height(max(titles)))
        if frozen is not None:
            self._header(top, frozen)
        if searched and self.row > top + 1:
            self._sheet.autofilter(top, 0, self.row - 1, len(heads) - 1)

    def grouped_table(
        self, groups: Sequence[tuple[str, int]], heads: Sequence[Head], lines: Iterable[Line], *, frozen: int = 0
    ) -> None:
        """A table whose header has a row of groups (title, number of columns) above the columns' titles."""
        column = 0
        for title, columns in groups:
            if columns > 1:
                shape = self._book.format(Look("head"))
                self._sheet.merge_range(self.row, column, self.row, column + columns - 1, "", shape)
            self.put(self.row, column, title, "head")
            column += columns
        self.row += 1
        self.table(heads, lines, frozen=frozen)

    def _header(self, row: int, frozen: int) -> None:
        self._sheet.freeze_panes(row + 1, frozen)
        self._sheet.repeat_rows(0, row)

    def _fill(self, heads: Sequence[Head], lines: Iterable[Line]) -> list[int]:
        """Write the lines; how wide each column's contents are."""
        widths = [0] * len(heads)
        measured = [column for column, head in enumerate(heads) if head.width is None]
        rest = iter(lines)
        for line in islice(rest, MOST_ROWS):
            self._line(heads, line)
            for column in measured:
                widths[column] = max(widths[column], span(_text(line.cells[column])))
        self._left_out(rest)
        return widths

    def _line(self, heads: Sequence[Head], line: Line) -> None:
        needed = 1
        for column, (head, content) in enumerate(zip(heads, line.cells, strict=True)):
            style = f"{head.style} group" if line.group else head.style
            self.put(self.row, column, content, style, line.level if head.style == "tree" else 0)
            if head.width is not None and head.style in WRAPPED and isinstance(content, str) and content:
                needed = max(needed, lines_needed(content, head.width))
        if line.level or needed > 1:
            options = {"level": min(line.level, _DEEPEST)} if line.level else {}
            self._sheet.set_row(self.row, height(needed), None, options)
        self.row += 1

    def _left_out(self, rest: Iterator[Line]) -> None:
        """No line is dropped in silence."""
        if left := sum(1 for _ in rest):
            self.say(f"Excel 工作表放不下，还有 {left} 行没有列出；全部见 --json 的结果。", "warning")


def _text(content: Content) -> str:
    """What is seen in a cell."""
    value = held(content)
    return value if isinstance(value, str) else value.text


def _width(head: Head, widest: int, searched: bool) -> int:
    """As wide as the contents; a longer title wraps, a filter's arrow needs room."""
    title = span(head.title) + 3 * searched
    return head.width or max(min(widest + 3, head.most), min(title + 2, 9), 6)
