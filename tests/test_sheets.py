"""Ledger files are read as they are written, or refused in words; no file can hang, crash or flood the program."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.ledger import delimited, survey
from engine.ledger.sheets import RawTable, Sheets, read
from engine.source import Rejected, render
from small_book import ADOPTED, GOOD_ADOPTED, both, moment, write_csv, write_parquet, write_xlsx

NAMES = ("采用", "突发")


def _codes(sheets: Sheets) -> list[str]:
    return [problem.code for problem in sheets.problems]


def _only(sheets: Sheets, name: str = "采用") -> RawTable:
    assert sheets.problems == []
    return sheets.tables[name]


# ---- what is read -----------------------------------------------------------------------


@pytest.mark.parametrize("write", [
    lambda at, rows: write_xlsx(at / "台账.xlsx", rows),
    lambda at, rows: write_csv(at / "台账", rows),
    lambda at, rows: write_csv(at / "台账", rows, "utf-8-sig"),
    lambda at, rows: write_csv(at / "台账", rows, "gb18030"),
    lambda at, rows: write_parquet(at / "台账", rows),
], ids=["xlsx", "csv", "csv-bom", "csv-gb18030", "parquet"])  # fmt: skip
def test_every_form_reads_the_same(write: Callable[[Path, Any], Path], tmp_path: Path) -> None:
    """The same records give the same texts and row numbers whatever form they are kept in."""
    title = '题,"引"\n续'
    table = _only(read(write(tmp_path, both([(*GOOD_ADOPTED[:4], title), GOOD_ADOPTED])), NAMES))
    assert table.text.rows() == [(*GOOD_ADOPTED[:4], title), GOOD_ADOPTED]
    assert table.text.columns == list(ADOPTED)
    assert table.rows[0] == 2


def test_csv_rows_are_the_lines_people_see(tmp_path: Path) -> None:
    """A record is numbered by the physical line it begins on; blank lines are no records."""
    path = write_csv(tmp_path / "账", {"采用": [["编号", "题"], ["1", "a\nb"], ["", ""], ["2", "c"]]})
    (path / "采用.csv").write_bytes((path / "采用.csv").read_bytes() + b"\r\n  \r\n3,d")
    assert _only(read(path, NAMES)).rows.to_list() == [2, 5, 8]


def test_excel_cells_become_the_text_that_was_typed(tmp_path: Path) -> None:
    """Dates are ISO, times lose Excel's stray microseconds, 1006.0 is 1006, TRUE stays TRUE for the check to refuse."""
    cells = [dt.date(2024, 3, 5), moment(2024, 3, 5, 20, 5), 1006, 62.5, True, 0.1 + 0.2, 1e-7]
    path = write_xlsx(tmp_path / "a.xlsx", {"采用": [list("abcdefg"), cells]})
    expected = ("2024-03-05", "2024-03-05 20:05", "1006", "62.5", "TRUE", "0.3", "0.0000001")
    assert _only(read(path, NAMES)).text.row(0) == expected


def test_midnight_is_a_time_where_the_cell_shows_hours(tmp_path: Path) -> None:
    """A bare date and a midnight are the same number in Excel; the cell's own format tells them apart."""
    path = write_xlsx(tmp_path / "a.xlsx", {"采用": [["a", "b"], [dt.date(2024, 3, 5), moment(2024, 3, 5)]]})
    assert _only(read(path, NAMES)).text.row(0) == ("2024-03-05", "2024-03-05 00:00")


def test_rows_keep_their_excel_numbers(tmp_path: Path) -> None:
    """Blank rows and rows that are only formatted are skipped without shifting the numbers of the others."""
    path = write_xlsx(tmp_path / "a.xlsx", {"采用": [["a"], [""], ["x"], [" "], ["y"]]})
    assert _only(read(path, NAMES)).rows.to_list() == [3, 5]


def test_parquet_types_become_the_same_texts(tmp_path: Path) -> None:
    """Dates, times, whole numbers and nothing are written as an Excel cell would be."""
    frame = pl.DataFrame({"d": [dt.date(2024, 3, 5), None], "t": [moment(2024, 3, 5, 8, 30, 0, 4), None],
                          "n": [1006, None], "f": [62.5, 3.0], "b": [True, None], "s": ["x", None]})  # fmt: skip
    frame.write_parquet(tmp_path / "采用.parquet")
    assert _only(read(tmp_path, NAMES)).text.rows() == [
        ("2024-03-05", "2024-03-05 08:30", "1006", "62.5", "TRUE", "x"), ("", "", "", "3", "", "")]  # fmt: skip


def test_records_show_the_text_of_a_row(tmp_path: Path) -> None:
    """Any record can be shown again by the number of its row."""
    table = _only(read(write_xlsx(tmp_path / "a.xlsx", both([GOOD_ADOPTED])), NAMES))
    assert table.records([2]) == {2: dict(zip(ADOPTED, GOOD_ADOPTED, strict=True))}
    assert str(table.cell(2, "单位")) == "采用!B2"


def test_files_are_named_with_their_digest(tmp_path: Path) -> None:
    """Every file read is listed with the SHA-256 of its bytes."""
    path = write_xlsx(tmp_path / "a.xlsx", both())
    assert read(path, NAMES).files == [(str(path), hashlib.sha256(path.read_bytes()).hexdigest())]


def test_what_is_not_read_is_told(tmp_path: Path) -> None:
    """A sheet that is no ledger is told, with the ledger it may be meant for; our own helper sheets are not."""
    path = write_xlsx(tmp_path / "a.xlsx", {"采用台账": [["a"]], "说明": [["b"]], "突发": [["c"]]})
    notices = read(path, NAMES).notices
    assert [(n.code, n.hint) for n in notices] == [("N01", "如果它就是台账“采用”，请改名为“采用”。")]


def test_hidden_rows_and_sheets_are_told(tmp_path: Path) -> None:
    """Hidden content is read like the rest, and said to be."""
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        book.add_worksheet("表")
        sheet = book.add_worksheet("采用")
        sheet.hide()
        for row, text in enumerate(("a", "x", "y")):
            sheet.write_string(row, 0, text)
        sheet.set_row(2, None, None, {"hidden": True})
    sheets = read(tmp_path / "a.xlsx", NAMES)
    assert _only(sheets).text.rows() == [("x",), ("y",)]
    told = [n.detail for n in sheets.notices if n.code == "N05"]
    assert told == ["工作表“采用”是隐藏的，照样读入。", "有 1 行隐藏着（第 3 行），照样读入。"]


def test_gb18030_is_said(tmp_path: Path) -> None:
    """A file that is not UTF-8 is read as GB18030, strictly, and the user hears it."""
    assert [n.code for n in read(write_csv(tmp_path / "账", both(), "gb18030"), NAMES).notices] == ["N10", "N10"]


# ---- what is refused --------------------------------------------------------------------


def _xlsx(change: Callable[[dict[str, bytes]], None], path: Path) -> Path:
    """A sound workbook whose parts have been tampered with."""
    write_xlsx(path, both([GOOD_ADOPTED]))
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    change(parts)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return path


SHEET = "xl/worksheets/sheet1.xml"


def _cells(xml: str) -> Callable[[dict[str, bytes]], None]:
    def change(parts: dict[str, bytes]) -> None:
        parts[SHEET] = parts[SHEET].replace(b"</sheetData>", xml.encode() + b"</sheetData>")

    return change


def _instead(old: bytes, new: bytes) -> Callable[[dict[str, bytes]], None]:
    def change(parts: dict[str, bytes]) -> None:
        assert old in parts[SHEET]
        parts[SHEET] = parts[SHEET].replace(old, new, 1)

    return change


@pytest.mark.parametrize(("change", "code", "word"), [
    (_cells('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "F14", "XFD1048576"),
    (_cells('<row r="9"><c r="ZZZZ9"><v>1</v></c></row>'), "F12", "XML"),
    (_cells('<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>'), "F12", "XML"),
    (_cells('<row r="2"><c r="A2"><v>1</v></c></row>'), "F15", "重复"),
    (_cells('<row r="5"><c r="B5"><v>1</v></c><c r="A5"><v>1</v></c></row>'), "F15", "倒序"),
    (_cells('<row r="5"><c r="B7"><v>1</v></c></row>'), "F15", "倒序"),
    (_cells("<row>" + "<c/>" * 30_000 + "</row>"), "F14", "太多"),
    (_instead(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet'), "F15", "实体"),
    (_instead(b"</worksheet>", b""), "F12", "XML"),
    (lambda parts: parts.pop(SHEET), "F12", "采用"),
    (lambda parts: parts.pop("xl/workbook.xml"), "F12", "工作表"),
    (lambda parts: parts.update({"xl/sharedStrings.xml": b"<a>"}), "F12", "完整"),
    (lambda parts: parts.update({"xl/styles.xml": b"a" * (110 << 20)}), "F14", "80 MB"),
])  # fmt: skip
def test_no_hostile_workbook_gets_through(
    change: Any, code: str, word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bombs, absurd addresses, entities and broken parts are named and refused within seconds."""
    monkeypatch.setattr(survey, "MOST_ELEMENTS", 20_000)
    path = _xlsx(change, tmp_path / "a.xlsx")
    began = time.monotonic()
    problems = read(path, NAMES).problems
    assert [p.code for p in problems] == [code]
    assert word in problems[0].detail
    assert time.monotonic() - began < 10


def test_a_lying_archive_cannot_reach_the_reader(tmp_path: Path) -> None:
    """A part that inflates to more than its entry says fails its checksum here, before calamine sees it."""
    path = _xlsx(_cells(""), tmp_path / "a.xlsx")
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = (7).to_bytes(4, "little")
    path.write_bytes(data)
    assert set(_codes(read(path, NAMES))) <= {"F12"}


@pytest.mark.parametrize(("name", "data", "code"), [
    ("a.xlsx", b"", "F12"), ("a.xlsx", b"PK\x03\x04", "F12"), ("a.xlsx", b"a,b", "F12"),
    ("a.xlsx", b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "F13"),
    ("a.xlsx", b"\xd0\xcf\x11\xe0 Workbook", "F11"), ("a.xls", b"x", "F11"), ("a.csv", b"a,b", "F11"),
    ("a.xlsx", b"PK\x01\x02" * 6000, "F14"),
])  # fmt: skip
def test_files_that_are_no_workbook_are_named(name: str, data: bytes, code: str, tmp_path: Path) -> None:
    """Damaged, locked, renamed and old files each get their own sentence and repair."""
    (tmp_path / name).write_bytes(data)
    problems = read(tmp_path / name, NAMES).problems
    assert [p.code for p in problems] == [code]
    assert problems[0].hint


def test_a_missing_path_is_said(tmp_path: Path) -> None:
    """A name that does not exist is a fault of the file."""
    assert _codes(read(tmp_path / "没有.xlsx", NAMES)) == ["F01"]


def test_formulas_errors_and_merged_cells_are_reported_where_they_stand(tmp_path: Path) -> None:
    """A formula without a stored result and #N/A look blank to a value reader; here they keep their address."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "采用"
    for row in (["a", "b", "c"], ["x", "=1+1", "#N/A"], ["y", "", ""], ["z", "", ""]):
        sheet.append(row)
    sheet["C2"].data_type = "e"
    sheet.merge_cells("A3:A4")
    book.save(tmp_path / "a.xlsx")
    flaws = {(f.kind, f.column, f.rows, f.note) for f in _only(read(tmp_path / "a.xlsx", NAMES)).flaws}
    assert flaws == {("公式", "b", (2,), ""), ("错误值", "c", (2,), ""), ("合并", "a", (3,), "A3:A4")}


@pytest.mark.parametrize(("text", "word"), [
    ('a,b\n1,"x\n2,y\n', "第 2 行"), ('a,b\n1,大"埔\n2,凤"山\n', "第 2 行"), ('a,b\n1,"x"y\n', "第 2 行"),
    ('a,b\n1, "x"\n', "第 2 行"),
])  # fmt: skip
def test_a_wrong_quote_never_swallows_records(text: str, word: str, tmp_path: Path) -> None:
    """An unclosed, stray or half quote is refused with its line, where a lenient reader loses rows."""
    (tmp_path / "采用.csv").write_text(text, encoding="utf-8")
    problems = read(tmp_path, NAMES).problems
    assert [p.code for p in problems] == ["F17"]
    assert word in problems[0].detail


@pytest.mark.parametrize(
    "data",
    ["a,b".encode("utf-16"), b"a\0b", b"\xff\xff\xff", b"a\x80\xff"],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)}字节",
)
def test_an_unknown_encoding_is_not_guessed(data: bytes, tmp_path: Path) -> None:
    """What is neither UTF-8 nor GB18030 is refused with the way to save it."""
    (tmp_path / "采用.csv").write_bytes(data)
    assert _codes(read(tmp_path, NAMES)) == ["F16"]


def test_long_and_short_rows_are_faults_of_their_rows(tmp_path: Path) -> None:
    """A row with too many or too few cells keeps its number and is reported, never shifted or filled up."""
    (tmp_path / "采用.csv").write_text("a,b\n1,2,3\n4,5\n6\n", encoding="utf-8")
    table = _only(read(tmp_path, NAMES))
    assert [(f.kind, f.rows, f.note) for f in table.flaws] == [("格数", (2,), "3/2"), ("格数", (4,), "1/2")]
    assert table.rows.to_list() == [2, 3, 4]


def test_doubled_names_and_files_are_refused(tmp_path: Path) -> None:
    """Two columns of one name, or two files of one ledger, are never settled by taking one."""
    (tmp_path / "采用.csv").write_text("a,a\n1,2\n", encoding="utf-8")
    pl.DataFrame({"a": ["1"]}).write_parquet(tmp_path / "采用.parquet")
    assert _codes(read(tmp_path, NAMES)) == ["D03", "F18"]


def test_parquet_that_cannot_be_text_is_refused(tmp_path: Path) -> None:
    """Lists, bytes and times with a zone are told by column; a file that is no Parquet is told as such."""
    zoned = pl.Series([moment(2024, 1, 1)]).dt.replace_time_zone("Asia/Shanghai")
    pl.DataFrame({"l": [[1]], "z": zoned, "x": [b"1"]}).write_parquet(tmp_path / "采用.parquet")
    (tmp_path / "突发.parquet").write_bytes(b"PAR1 no PAR1")
    assert sorted(_codes(read(tmp_path, NAMES))) == ["D25", "D25", "D25", "F19"]


@given(st.lists(st.lists(st.text("a大,\"\n ；'", max_size=4), min_size=2, max_size=2), max_size=6))
def test_quoted_csv_is_read_as_the_standard_reader_does(rows: list[list[str]]) -> None:
    """For well-formed files our cutting and the standard library's agree on every cell."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([["a", "b"], *rows])
    parsed = delimited.parse(out.getvalue().encode(), "a.csv")
    expected = [row for row in csv.reader(io.StringIO(out.getvalue()), strict=True) if "".join(row).strip(" ,\n")]
    assert [list(row) for row in parsed.cells.rows() if "".join(row).strip(" ,\n")] == expected[1:]


@given(st.binary(max_size=200), st.sampled_from(["采用.csv", "采用.parquet", "a.xlsx"]))
def test_no_bytes_crash_the_reader(tmp_path_factory: Any, data: bytes, name: str) -> None:
    """Whatever the bytes, there is an answer in words."""
    folder = tmp_path_factory.mktemp("bytes")
    (folder / name).write_bytes(data)
    for problem in read(folder if name != "a.xlsx" else folder / name, NAMES).problems:
        assert render(problem)


@given(st.integers(0, 6000), st.binary(min_size=1, max_size=8))
@settings(max_examples=60)
def test_no_damaged_workbook_crashes_the_reader(tmp_path_factory: Any, at: int, noise: bytes) -> None:
    """A sound workbook with a few bytes overwritten is read or refused, never a traceback."""
    folder = tmp_path_factory.mktemp("noise")
    path = write_xlsx(folder / "a.xlsx", both([GOOD_ADOPTED]))
    data = bytearray(path.read_bytes())
    data[at : at + len(noise)] = noise
    path.write_bytes(data)
    assert isinstance(read(path, NAMES), Sheets)


def test_a_large_workbook_is_quick(tmp_path: Path) -> None:
    """Five thousand rows are read in well under a second."""
    path = write_xlsx(tmp_path / "a.xlsx", both([GOOD_ADOPTED] * 5000))
    began = time.monotonic()
    assert _only(read(path, NAMES)).text.height == 5000
    assert time.monotonic() - began < 1.5


def test_too_many_cells_are_refused_before_they_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """A CSV of nothing but commas is counted, not cut."""
    monkeypatch.setattr(delimited, "MOST_CELLS", 10)
    with pytest.raises(Rejected) as caught:
        delimited.parse(b"," * 11, "a.csv")
    assert caught.value.problems[0].code == "F14"
