"""An Excel workbook: the package opened within bounds, and its cells as texts.

Only parts that were inflated and looked through here are handed on, in a fresh
archive, to calamine; a name in the archive's list that lies about its size, or
stands there twice, cannot reach it.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from decimal import Decimal

import python_calamine as calamine

from engine.ledger.survey import RESAVE, SPLIT, Address, Survey, elements, shared_lengths, survey, unreadable

MOST_FILE = 60 << 20
MOST_INFLATED = 80 << 20
MOST_PARTS = 5_000
TRUSTED_INTEGER = 10**15

Value = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta

_HOUR_FORMATS = frozenset(map(str, (*range(18, 23), *range(32, 36), 45, 46, 47, 55, 56)))
_NOT_A_FORMAT = re.compile(r'"[^"]*"|\\.|\[[^\]hH]*\]')


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet's cells as texts from A1, and its survey.

    ``numbers``, ``dates`` are cells stored as such; ``long`` whole numbers so long
    that Excel has already replaced their last digits by zeros.
    """

    name: str
    hidden: bool
    rows: list[list[str]]
    survey: Survey
    numbers: list[Address]
    dates: list[Address]
    long: list[Address]


@dataclass(frozen=True, slots=True)
class Workbook:
    """The sheets wanted, and the names of those left alone."""

    grids: list[Grid]
    others: list[str]


def read_workbook(data: bytes, file: str, names: Collection[str]) -> Workbook:
    """The sheets called ``names`` in the bytes of an .xlsx.

    Raises :class:`Rejected` (codes F11–F15) when the file is not a sound workbook
    or is beyond the sizes above.
    """
    package = _open(data, file)
    sheets = _sheet_parts(package)
    wanted = [name for name in sheets if name in names]
    clocks = _clock_styles(package)
    lengths = shared_lengths(package.part("xl/sharedStrings.xml"), file)
    xml = {name: _sheet(package, sheets[name][0], name) for name in wanted}
    surveys = {name: survey(xml[name], clocks, lengths, file, name) for name in wanted}
    for name in ("[Content_Types].xml", "_rels/.rels"):
        package.part(name)
    values = _values(package, wanted)
    grids = [_grid(name, sheets[name][1], values[name], surveys[name]) for name in wanted]
    return Workbook(grids, [name for name in sheets if name not in wanted])


# ---- the package ------------------------------------------------------------------------


class _Package:
    """The parts asked for, inflated within bounds; ``checked`` keeps them under their own names."""

    def __init__(self, archive: zipfile.ZipFile, file: str) -> None:
        self.file = file
        self.checked: dict[str, bytes] = {}
        self._archive = archive
        self._members = {info.filename.lower(): info for info in archive.infolist()}
        self._room = MOST_INFLATED

    def part(self, name: str) -> bytes:
        """The part called ``name`` whatever its case; nothing when there is none."""
        info = self._members.get(name.lower())
        if info is None:
            return b""
        self._room -= info.file_size
        if self._room < 0:
            raise unreadable("F14", self.file, f"解开后超过 {MOST_INFLATED >> 20} MB。", SPLIT)
        data = self._inflate(info)
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data or b"\0" in data:
            detail = f"部件 {info.filename} 里有实体定义，或者不是 UTF-8；正常的工作簿没有这些。"
            raise unreadable("F15", self.file, detail, RESAVE)
        self.checked[info.filename] = data
        return data

    def _inflate(self, info: zipfile.ZipInfo) -> bytes:
        try:
            return self._archive.read(info)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
            raise unreadable("F12", self.file, "压缩包已损坏或不完整。", RESAVE) from error


def _open(data: bytes, file: str) -> _Package:
    if len(data) > MOST_FILE:
        raise unreadable("F14", file, f"文件有 {len(data) >> 20} MB，最多 {MOST_FILE >> 20} MB。", SPLIT)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise unreadable("F13", file, "打开它要密码。", "在 Excel 里去掉打开密码，另存后再试。")
        raise unreadable("F11", file, "内容是旧格式（.xls 或 .et），只是改了扩展名。", RESAVE)
    if data.count(b"PK\x01\x02") > MOST_PARTS:
        raise unreadable("F14", file, f"压缩包里的部件多于 {MOST_PARTS} 个。", RESAVE)
    try:
        return _Package(zipfile.ZipFile(io.BytesIO(data)), file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        detail = "内容不是 Excel 工作簿，或者文件已损坏、没有复制完整。"
        raise unreadable("F12", file, detail, RESAVE) from error


def _sheet_parts(package: _Package) -> dict[str, tuple[str, bool]]:
    """Sheet name → (its part, whether it is hidden)."""
    relations = package.part("xl/_rels/workbook.xml.rels")
    targets = {
        attributes.get("Id", ""): _inside(attributes.get("Target", ""))
        for _, attributes in elements(relations, {"Relationship"}, package.file)
    }
    found: dict[str, tuple[str, bool]] = {}
    for _, attributes in elements(package.part("xl/workbook.xml"), {"sheet"}, package.file):
        relation = next((value for key, value in attributes.items() if key.endswith(":id")), "")
        hidden = attributes.get("state", "visible") != "visible"
        found[attributes.get("name", "")] = (targets.get(relation, ""), hidden)
    if not found:
        raise unreadable("F12", package.file, "里面没有工作表。", RESAVE)
    return found


def _sheet(package: _Package, part: str, name: str) -> bytes:
    xml = package.part(part)
    if not xml:
        raise unreadable("F12", package.file, f"找不到工作表“{name}”的内容。", RESAVE)
    return xml


def _inside(target: str) -> str:
    return target[1:] if target.startswith("/") else f"xl/{target}"


def _clock_styles(package: _Package) -> frozenset[str]:
    """The style indexes (as written) whose number format shows hours: only they tell 00:00 from a bare date."""
    tags = {"numFmt", "cellStyleXfs", "cellXfs", "cellStyles", "xf"}
    hours, group, formats = set(_HOUR_FORMATS), "", list[str]()
    for tag, attributes in elements(package.part("xl/styles.xml"), tags, package.file):
        number = attributes.get("numFmtId", "0")
        if tag == "numFmt" and "h" in _NOT_A_FORMAT.sub("", attributes.get("formatCode", "")).lower():
            hours.add(number)
        elif tag == "xf" and group == "cellXfs":
            formats.append(number)
        elif tag not in ("numFmt", "xf"):
            group = tag
    return frozenset(str(index) for index, number in enumerate(formats) if number in hours)


# ---- values, through calamine -----------------------------------------------------------


class _Panic:
    """Lets a crash inside the Rust reader be answered like any other unreadable file."""

    def __init__(self, file: str) -> None:
        self._file = file

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        # The class of a Rust panic is not importable; its name is all that is promised.
        if kind is not None and (issubclass(kind, calamine.CalamineError) or kind.__name__ == "PanicException"):
            raise unreadable("F12", self._file, "工作簿内容不完整。", RESAVE) from error


def _values(package: _Package, sheets: list[str]) -> dict[str, list[list[Value]]]:
    fresh = io.BytesIO()
    with zipfile.ZipFile(fresh, "w", zipfile.ZIP_STORED) as archive:
        for name, part in package.checked.items():
            archive.writestr(name, part)
    with _Panic(package.file):
        fresh.seek(0)
        book = calamine.CalamineWorkbook.from_filelike(fresh)
        return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in sheets}


def _grid(name: str, hidden: bool, values: list[list[Value]], survey: Survey) -> Grid:
    rows = [[_TEXT[type(value)](value) for value in row] for row in values]
    odd = [(r, c, value) for r, row in enumerate(values, 1) for c, value in enumerate(row, 1) if type(value) is not str]
    for r, c, value in odd:
        if type(value) is dt.date and (r, c) in survey.clocks:
            rows[r - 1][c - 1] += " 00:00"
    numbers = [(r, c) for r, c, value in odd if isinstance(value, float)]
    long = [(r, c) for r, c in numbers if rows[r - 1][c - 1].isdecimal() and int(rows[r - 1][c - 1]) >= TRUSTED_INTEGER]
    dates = [(r, c) for r, c, value in odd if isinstance(value, dt.date)]
    return Grid(name, hidden, rows, survey, numbers, dates, long)


def _number(value: object) -> str:
    """The decimal text of an Excel number to 15 digits, all that Excel keeps of what is typed: 1006.0 → 1006."""
    text = format(value, ".15g")
    return format(Decimal(text), "f") if "e" in text else text


def _moment(value: object) -> str:
    """Rounded to the second first: Excel keeps 20:05 as 20:05:00.000004."""
    assert isinstance(value, dt.datetime)
    whole = (value + dt.timedelta(microseconds=500_000)).replace(microsecond=0)
    return whole.isoformat(" ", "seconds" if whole.second else "minutes")


_TEXT: dict[type, Callable[[object], str]] = {
    str: lambda text: str(text).replace("\r\n", "\n"),
    float: _number,
    int: str,
    bool: lambda value: "TRUE" if value else "FALSE",
    dt.date: str,
    dt.datetime: _moment,
    dt.time: str,
    dt.timedelta: str,
}
