"""A sheet of an Excel workbook, streamed once as XML: what a reader of values cannot see.

A reader of cell values cannot tell ``#N/A`` or a formula without a stored result
from a blank cell, is silent about hidden rows and merged cells, and may ask for
all memory when one cell stands at XFD1048576. Here those are found, or refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import PurePath
from xml.parsers import expat

from engine.source import Cell, Problem, Rejected

MOST_ELEMENTS = 4_000_000
MOST_ROWS, MOST_COLUMNS, MOST_AREA = 100_000, 200, 600_000
MOST_CHARACTERS = 20_000_000
RESAVE = "用 Excel 或 WPS 打开，另存为“Excel 工作簿（*.xlsx）”再试。"
SPLIT = "把台账另存为 CSV 或 Parquet，每张台账一个文件，放在一个文件夹里再读。"

Address = tuple[int, int]
"""Row and column of a cell, both from 1."""


@dataclass(slots=True)
class Survey:
    """What streaming a sheet shows besides its values.

    ``errors`` are cells holding ``#N/A`` and the like, ``clocks`` cells whose number
    format shows hours, ``merged`` ranges as (top, left, bottom, right).
    """

    formulas: list[Address] = field(default_factory=list)
    errors: list[Address] = field(default_factory=list)
    clocks: set[Address] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    last_row: int = 0
    last_column: int = 0


def unreadable(code: str, file: str, detail: str, hint: str) -> Rejected:
    """A whole file that cannot be used, as the exception to raise."""
    return Rejected([Problem(code, detail, Cell(file, PurePath(file).name), hint)])


def letter(column: int) -> str:
    """The letter of a column counted from 1.

    >>> letter(1), letter(28)
    ('A', 'AB')
    """
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def elements(xml: bytes, tags: Collection[str], file: str) -> list[tuple[str, dict[str, str]]]:
    """The start tags called ``tags`` (without prefix) with their attributes, in order; nothing for no part."""
    found: list[tuple[str, dict[str, str]]] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if (local := tag.rpartition(":")[2]) in tags:
            found.append((local, attributes))

    if xml:
        _parse(xml, start, file)
    return found


def _parse(
    xml: bytes,
    start: Callable[[str, dict[str, str]], None],
    file: str,
    characters: Callable[[str], None] | None = None,
) -> None:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.CharacterDataHandler = characters
    try:
        parser.Parse(xml, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise unreadable("F12", file, "工作簿内部的 XML 不完整。", RESAVE) from error


def shared_lengths(xml: bytes, file: str) -> dict[str, int]:
    """Length of each shared text by its index (as written): a cell costs only its index, but is read as the whole."""
    lengths: list[int] = []

    def start(tag: str, _: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "si":
            lengths.append(0)

    def characters(text: str) -> None:
        if lengths:
            lengths[-1] += len(text)

    if xml:
        _parse(xml, start, file, characters)
    return {str(index): length for index, length in enumerate(lengths) if length}


def survey(xml: bytes, clocks: frozenset[str], lengths: Mapping[str, int], file: str, sheet: str) -> Survey:
    """Stream one sheet's XML.

    ``clocks`` are the style indexes whose number format shows hours, ``lengths`` those
    of the shared texts. Raises :class:`Rejected` (F12 broken XML, F14 too large, F15
    rows or cells out of order).
    """
    watch = _Watch(clocks, lengths, file, sheet)
    _parse(xml, watch.start, file, watch.characters)
    watch.finish()
    return watch.survey


class _Watch:
    """Follows the tags of one sheet; knows the cell it is in, and refuses what no office program writes."""

    def __init__(self, clocks: frozenset[str], lengths: Mapping[str, int], file: str, sheet: str) -> None:
        self.survey = Survey()
        self._lengths, self._shared, self._characters = lengths, False, 0
        self._clocks, self._file, self._sheet = clocks, file, sheet
        self._row = self._column = self._elements = 0
        self._hidden = False
        self._on = {"c": self._cell, "v": self._value, "is": self._value, "f": self._formula, "row": self._new_row,
                    "mergeCell": self._merge, "col": self._columns}  # fmt: skip

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if self._elements > MOST_ELEMENTS:
            detail = "工作表里的单元格（包括只有格式的空格）太多。"
            raise self._refuse("F14", detail, f"删去多余的空行空列后保存；或者{SPLIT}")
        handle = self._on.get(tag) or self._on.get(tag.rpartition(":")[2])
        if handle:
            handle(attributes)

    def characters(self, text: str) -> None:
        """Counts what the cells will hold once their shared texts are put in."""
        if self._shared:
            self._characters += self._lengths.get(text, 0)
            if self._characters > MOST_CHARACTERS:
                raise self._refuse("F14", f"各格的文字合起来多于 {MOST_CHARACTERS} 字。", SPLIT)

    def finish(self) -> None:
        """Refuse a used area larger than any ledger: the reader of values would fill it all."""
        rows, columns = self.survey.last_row, self.survey.last_column
        if rows > MOST_ROWS or columns > MOST_COLUMNS or rows * columns > MOST_AREA:
            most = f"最多 {MOST_ROWS} 行、{MOST_COLUMNS} 列，共 {MOST_AREA} 格"
            detail = f"有内容的区域一直到 {letter(columns)}{rows}；{most}。"
            raise self._refuse("F14", detail, f"删去远处误填的单元格后保存；真有这么多记录时，{SPLIT}")

    def _new_row(self, attributes: dict[str, str]) -> None:
        row = _whole(attributes.get("r", "")) if "r" in attributes else self._row + 1
        if row <= self._row:
            raise self._disorder(row)
        self._row, self._column = row, 0
        self._hidden = attributes.get("hidden") in ("1", "true")

    def _cell(self, attributes: dict[str, str]) -> None:
        row, column = _address(attributes["r"]) if "r" in attributes else (self._row, self._column + 1)
        if row != self._row or column <= self._column:
            raise self._disorder(row)
        self._column = column
        kind = attributes.get("t")
        self._shared = kind == "s"
        if kind == "e":
            self.survey.errors.append((row, column))
        if attributes.get("s") in self._clocks:
            self.survey.clocks.add((row, column))

    def _disorder(self, row: int) -> Rejected:
        return self._refuse("F15", f"第 {row} 行附近的行号或单元格重复、倒序，不知道以哪个为准。", RESAVE)

    def _value(self, _: dict[str, str]) -> None:
        survey = self.survey
        if self._hidden and (not survey.hidden_rows or survey.hidden_rows[-1] != self._row):
            survey.hidden_rows.append(self._row)
        survey.last_row = self._row
        survey.last_column = max(survey.last_column, self._column)

    def _formula(self, attributes: dict[str, str]) -> None:
        self.survey.formulas.append((self._row, self._column))
        self._value(attributes)

    def _merge(self, attributes: dict[str, str]) -> None:
        first, _, last = attributes.get("ref", "").partition(":")
        self.survey.merged.append((*_address(first), *_address(last or first)))

    def _columns(self, attributes: dict[str, str]) -> None:
        if attributes.get("hidden") in ("1", "true"):
            first, last = _whole(attributes.get("min", "")), _whole(attributes.get("max", ""))
            self.survey.hidden_columns.extend(range(first, min(last, MOST_COLUMNS) + 1))

    def _refuse(self, code: str, detail: str, hint: str) -> Rejected:
        return unreadable(code, self._file, f"工作表“{self._sheet}”：{detail}", hint)


def _address(reference: str) -> Address:
    letters = reference.rstrip("0123456789")
    return _whole(reference[len(letters) :]), _column(letters)


@lru_cache(maxsize=512)
def _column(letters: str) -> int:
    if not re.fullmatch("[A-Z]{1,3}", letters):
        raise ValueError(letters)
    number = 0
    for char in letters:
        number = number * 26 + ord(char) - 64
    return number


def _whole(digits: str) -> int:
    if not digits.isdecimal() or len(digits) > 7:
        raise ValueError(digits)
    return int(digits)
