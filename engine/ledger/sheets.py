"""Ledger files → tables of text, each row with the number its user sees.

One workbook with a sheet per ledger, or a folder with one CSV or Parquet file per
ledger. Nothing is judged here but whether a file can be read: what cells mean is
:mod:`engine.ledger`'s work.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

import polars as pl

from engine.ledger import delimited, xlsx
from engine.ledger.survey import MOST_COLUMNS, RESAVE, Address, letter, unreadable
from engine.rulebook import COMPANIONS
from engine.source import Cell, Problem, Rejected, Severity

MOST_BYTES = 128 << 20
MOST_RECORDS = 3_000_000
NO_LEDGER = "不是台账的，不必理会。"


@dataclass(frozen=True, slots=True)
class Flaw:
    """Cells of one column that are not plain text as typed.

    ``kind`` is 公式, 错误值, 合并, 长数字, 格数 (wrong number of cells in the row),
    数字 or 日期 (stored as such); ``note`` a range or a count.
    """

    kind: str
    column: str
    rows: tuple[int, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class RawTable:
    """One ledger as written: every named column as text (blank is ``""``), in the file's order.

    ``rows`` numbers the records as their user sees them: Excel's row, the CSV line
    a record begins on, and in Parquet as if the names stood in row 1. ``letters``
    gives a column's letter in a sheet and is empty for the other forms.
    """

    ledger: str
    file: str
    sheet: str
    text: pl.DataFrame
    rows: pl.Series
    letters: Mapping[str, str] = field(default_factory=dict)
    flaws: tuple[Flaw, ...] = ()

    def cell(self, row: int | None, column: str = "", text: str = "") -> Cell:
        """The place of a cell as its user finds it; row 1 is the header."""
        return Cell(self.file, self.sheet, row, self.letters.get(column, column), text)

    def records(self, rows: Iterable[int]) -> dict[int, dict[str, str]]:
        """The texts of the records with these row numbers, for display."""
        wanted = self.text.with_columns(self.rows.alias("\0")).filter(pl.col("\0").is_in(sorted(set(rows))))
        return {int(record.pop("\0")): record for record in wanted.to_dicts()}


@dataclass(slots=True)
class Sheets:
    """The ledgers found, the files read with their SHA-256, and what was wrong on the way."""

    tables: dict[str, RawTable] = field(default_factory=dict)
    files: list[tuple[str, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notices: list[Problem] = field(default_factory=list)

    def note(self, code: str, detail: str, place: Cell, hint: str = "") -> None:
        """Add something to be told that stops nothing."""
        self.notices.append(Problem(code, detail, place, hint, severity=Severity.NOTICE))


def read(path: Path, names: Collection[str]) -> Sheets:
    """The ledgers called ``names`` from a workbook or a folder.

    A file that cannot be read is a problem with an F code; the others are still read.
    """
    sheets = Sheets()
    try:
        if path.is_dir():
            _read_folder(path, names, sheets)
        else:
            _read_book(path, names, sheets)
    except Rejected as rejected:
        sheets.problems.extend(rejected.problems)
    return sheets


def _bytes(path: Path, sheets: Sheets) -> bytes:
    file = str(path)
    try:
        if path.stat().st_size > MOST_BYTES:
            raise unreadable("F14", file, f"文件超过 {MOST_BYTES >> 20} MB。", "分成几份，或另存为 Parquet。")
        data = path.read_bytes()
    except FileNotFoundError:
        raise unreadable("F01", file, "没有这个文件或文件夹。", "看看名字和所在的文件夹。") from None
    except OSError as error:
        raise unreadable(
            "F02", file, f"系统不让读：{error.strerror}。", "看看是否被别的程序占用，有没有权限。"
        ) from None
    sheets.files.append((file, hashlib.sha256(data).hexdigest()))
    return data


# ---- a workbook -------------------------------------------------------------------------


def _read_book(path: Path, names: Collection[str], sheets: Sheets) -> None:
    suffix, file = path.suffix.lower(), str(path)
    if path.exists() and suffix not in (".xlsx", ".xlsm"):
        hint = "CSV、Parquet 每张台账一个文件，放在一个文件夹里，写文件夹的名字。" if suffix in _READERS else RESAVE
        raise unreadable("F11", file, f"台账是一个 .xlsx 工作簿或一个文件夹，不能是“{suffix or path.name}”。", hint)
    book = xlsx.read_workbook(_bytes(path, sheets), file, names)
    for grid in book.grids:
        sheets.tables[grid.name] = _from_grid(grid, file, sheets)
    for other in book.others:
        if other not in COMPANIONS:
            place = Cell(file, other)
            sheets.note("N01", f"工作表“{other}”没有读。", place, _is_it(other, names, sheets.tables))


def _is_it(name: str, names: Collection[str], found: Collection[str]) -> str:
    near = get_close_matches(name, [n for n in names if n not in found], n=1, cutoff=0.4)
    return f"如果它就是台账“{near[0]}”，请改名为“{near[0]}”。" if near else NO_LEDGER


def _from_grid(grid: xlsx.Grid, file: str, sheets: Sheets) -> RawTable:
    header = [name.strip(" \u3000") for name in grid.rows[0]] if grid.rows else []
    place = Cell(file, grid.name)
    columns = _columns(header, [letter(n) for n in range(1, len(header) + 1)], file, grid.name, sheets)
    width = len(header)
    body = [[*row, *[""] * (width - len(row))] for row in grid.rows[1:]]
    frame = pl.DataFrame({name: [row[at] for row in body] for name, at in columns.items()},
                         schema=dict.fromkeys(columns, pl.String))  # fmt: skip
    frame, rows = _drop_blank(frame, pl.Series("行", range(2, len(body) + 2), dtype=pl.Int64))
    _tell_hidden(grid, set(rows.to_list()), place, sheets)
    letters = {name: letter(at + 1) for name, at in columns.items()}
    by_number = {at + 1: name for name, at in columns.items()}
    return RawTable(grid.name, file, grid.name, frame, rows, letters, _flaws(grid, by_number, set(rows.to_list())))


def _columns(header: list[str], places: list[str], file: str, sheet: str, sheets: Sheets) -> dict[str, int]:
    """Name → position of the named columns; a name that stands twice is a fault, and only its first is kept."""
    columns: dict[str, int] = {}
    for at, name in enumerate(header):
        if name in columns:
            detail = f"列名“{name}”出现了两次（{places[columns[name]]} 和 {places[at]}），不知道用哪一列。"
            sheets.problems.append(
                Problem("D03", detail, Cell(file, sheet, 1, places[at], name), "留下一列，另一列改名或删去。")
            )
        elif name:
            columns[name] = at
    return columns


def _drop_blank(frame: pl.DataFrame, rows: pl.Series) -> tuple[pl.DataFrame, pl.Series]:
    if not frame.width:
        return frame, rows.clear()
    used = frame.select(pl.any_horizontal(pl.all().str.strip_chars(" \u3000\n") != "")).to_series()
    return frame.filter(used), rows.filter(used)


def _flaws(grid: xlsx.Grid, names: Mapping[int, str], kept: set[int]) -> tuple[Flaw, ...]:
    kinds = {"公式": grid.survey.formulas, "错误值": grid.survey.errors, "长数字": grid.long,
             "数字": grid.numbers, "日期": grid.dates}  # fmt: skip
    found = [_by_column(kind, addresses, names, grid, kept) for kind, addresses in kinds.items()]
    return tuple(flaw for flaws in found for flaw in flaws) + tuple(_merged(grid, names, kept))


def _by_column(kind: str, addresses: list[Address], names: Mapping[int, str], grid: xlsx.Grid, kept: set[int]
               ) -> list[Flaw]:  # fmt: skip
    rows: dict[str, list[int]] = {}
    for row, column in addresses:
        # By its text a row with nothing but a formula or an error is blank: its fault must not go with it.
        if column in names and row > 1 and (row in kept or kind in ("公式", "错误值")):
            rows.setdefault(names[column], []).append(row)
    return [Flaw(kind, column, tuple(numbers)) for column, numbers in rows.items()]


def _merged(grid: xlsx.Grid, names: Mapping[int, str], kept: set[int]) -> Iterable[Flaw]:
    for top, left, bottom, right in grid.survey.merged:
        rows = tuple(row for row in kept if top <= row <= bottom)
        name = next((names[column] for column in range(left, min(right, MOST_COLUMNS) + 1) if column in names), None)
        if rows and name:
            yield Flaw("合并", name, tuple(sorted(rows)), f"{letter(left)}{top}:{letter(right)}{bottom}")


def _tell_hidden(grid: xlsx.Grid, kept: set[int], place: Cell, sheets: Sheets) -> None:
    rows = [row for row in grid.survey.hidden_rows if row in kept]
    columns = [letter(n) for n in grid.survey.hidden_columns if n <= grid.survey.last_column]
    hint = "不该计的请删去；只是筛选留下的，不必理会。"
    if grid.hidden:
        sheets.note("N05", f"工作表“{grid.name}”是隐藏的，照样读入。", place, hint)
    if rows:
        shown = "、".join(map(str, rows[:5])) + ("……" if len(rows) > 5 else "")
        sheets.note("N05", f"有 {len(rows)} 行隐藏着（第 {shown} 行），照样读入。", place, hint)
    if columns:
        sheets.note("N05", f"{'、'.join(columns[:5])} 列隐藏着，照样读入。", place, hint)


# ---- a folder ---------------------------------------------------------------------------


def _read_folder(folder: Path, names: Collection[str], sheets: Sheets) -> None:
    files = [entry for entry in _entries(folder) if entry.is_file() and not entry.name.startswith((".", "~$"))]
    ledgers = [entry for entry in files if entry.suffix.lower() in _READERS and entry.stem in names]
    for entry in ledgers:
        try:
            _read_file(entry, sheets)
        except Rejected as rejected:
            sheets.problems.extend(rejected.problems)
    for entry in files:
        if entry not in ledgers:
            _tell_other(entry, names, sheets)


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise unreadable("F02", str(folder), f"系统不让读：{error.strerror}。", "看看有没有权限。") from None


def _read_file(path: Path, sheets: Sheets) -> None:
    if path.stem in sheets.tables:
        other = sheets.tables[path.stem].sheet
        raise unreadable("F18", str(path), f"“{other}”和“{path.name}”是同一张台账。", "留下一个。")
    sheets.tables[path.stem] = _READERS[path.suffix.lower()](path, sheets)


def _tell_other(path: Path, names: Collection[str], sheets: Sheets) -> None:
    hint = _is_it(path.stem, names, sheets.tables) if path.suffix.lower() in _READERS else NO_LEDGER
    if path.suffix.lower() == ".xlsx":
        hint = "文件夹里只读 CSV 和 Parquet；台账在工作簿里时，直接写这个工作簿的名字。"
    sheets.note("N01", f"文件“{path.name}”没有读。", Cell(str(path), path.name), hint)


def _read_csv(path: Path, sheets: Sheets) -> RawTable:
    file, place = str(path), Cell(str(path), path.name)
    utf8, gb18030 = delimited.as_utf8(_bytes(path, sheets), file)
    if gb18030:
        sheets.note("N10", "不是 UTF-8，按 GB18030 读。", place, "看看中文是否正常；以后另存为“CSV UTF-8”更稳妥。")
    parsed = delimited.parse(utf8, file)
    header = [name.strip(" \u3000") for name in parsed.header]
    columns = _columns(header, [f"第{n}列" for n in range(1, len(header) + 1)], file, path.name, sheets)
    frame = parsed.cells.select(pl.col(str(at)).alias(name) for name, at in columns.items())
    first = next(iter(columns), "")
    flaws = (Flaw("格数", first, tuple(lines), f"{n}/{len(header)}") for n, lines in parsed.ragged.items())
    return RawTable(path.stem, file, path.name, frame, parsed.rows, flaws=tuple(flaws))


def _read_parquet(path: Path, sheets: Sheets) -> RawTable:
    file = str(path)
    data = _bytes(path, sheets)
    try:
        plan = pl.scan_parquet(io.BytesIO(data))
        if plan.select(pl.len()).collect().item() > MOST_RECORDS:
            raise unreadable("F14", file, f"记录多于 {MOST_RECORDS} 条。", "分成几次算。")
        frame = plan.collect()
        texts = frame.select(pl.col(pl.String))
        if sum(int(column.str.len_bytes().cast(pl.Int64).sum()) for column in texts) > 2 * MOST_BYTES:
            raise unreadable("F14", file, f"文字多于 {2 * MOST_BYTES >> 20} MB。", "分成几次算。")
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise unreadable("F19", file, "不是 Parquet 文件，或者已损坏。", "重新导出，或另存为 CSV。") from error
    sheets.problems.extend(_odd_types(frame, file, path.name))
    rows = pl.int_range(2, frame.height + 2, dtype=pl.Int64, eager=True).alias("行")
    text, rows = _drop_blank(frame.select(as_text(name, dtype) for name, dtype in frame.schema.items()), rows)
    return RawTable(path.stem, file, path.name, text, rows)


def _odd_types(frame: pl.DataFrame, file: str, sheet: str) -> Iterable[Problem]:
    for name, dtype in frame.schema.items():
        zoned = isinstance(dtype, pl.Datetime) and dtype.time_zone is not None
        if dtype.is_nested() or dtype == pl.Binary or zoned:
            detail = f"列“{name}”存的（{dtype}）不是文本、数、日期或时间，读不成台账的一列。"
            yield Problem(
                "D25", detail, Cell(file, sheet, 1, name), "改成文本、整数、日期，或不带时区的时间（北京时间）。"
            )


def as_text(name: str, dtype: pl.DataType) -> pl.Expr:
    """A column in the same texts an Excel cell gives; types that cannot be are blank (and told)."""
    column = pl.col(name)
    if dtype.is_nested() or dtype == pl.Binary:
        return pl.lit("").alias(name)
    if isinstance(dtype, pl.Datetime):
        second = (column.cast(pl.Datetime("us")) + pl.duration(milliseconds=500)).dt.truncate("1s")
        short, long = second.dt.strftime("%Y-%m-%d %H:%M"), second.dt.strftime("%Y-%m-%d %H:%M:%S")
        text = pl.when(second.dt.second() == 0).then(short).otherwise(long)
    elif dtype == pl.Boolean:
        text = column.cast(pl.String).str.to_uppercase()
    elif dtype.is_float():
        text = column.cast(pl.String).str.strip_suffix(".0")
    else:
        text = column.cast(pl.String)
    return text.fill_null("").str.replace_all("\r\n", "\n", literal=True).alias(name)


_READERS = {".csv": _read_csv, ".parquet": _read_parquet}
