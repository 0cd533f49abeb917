"""The blank workbook starts empty, guides the hand, and what is filled into it is read back."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from engine.ledger import intake
from engine.ledger.blank import examples, write_blank
from engine.rulebook import Unit
from engine.source import Rejected
from small_book import book


def test_the_blank_workbook_is_read_as_empty_ledgers(tmp_path: Path) -> None:
    """Nothing in it is a record, a fault, or worth a notice."""
    write_blank(book(), tmp_path / "a.xlsx")
    ledgers = intake(book(), tmp_path / "a.xlsx")
    assert (ledgers.problems, ledgers.notices) == ([], [])
    assert ledgers.rows_read == {"采用": 0, "突发": 0}


def test_the_example_rows_are_sound_records(tmp_path: Path) -> None:
    """The row shown under 填写示例, typed into its ledger, is accepted."""
    write_blank(book(), tmp_path / "a.xlsx")
    workbook = openpyxl.load_workbook(tmp_path / "a.xlsx")
    for name, cells in examples(book()).items():
        workbook[name].append(list(cells.values()))
    workbook.save(tmp_path / "b.xlsx")
    ledgers = intake(book(), tmp_path / "b.xlsx")
    assert (ledgers.problems, ledgers.notices) == ([], [])
    assert ledgers.rows_read == {"采用": 1, "突发": 1}


def test_the_examples_stand_apart(tmp_path: Path) -> None:
    """The sheet of examples shows each ledger's row; the guide says what blanks mean."""
    write_blank(book(), tmp_path / "a.xlsx")
    workbook = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert workbook.sheetnames == ["采用", "突发", "说明", "填写示例", "选项"]
    shown = [tuple(cell for cell in row if cell) for row in workbook["填写示例"].iter_rows(values_only=True)]
    assert tuple(examples(book())["突发"].values()) in shown
    guide = [row for row in workbook["说明"].iter_rows(values_only=True) if row[1] == "后果"]
    assert guide == [("突发", "后果", "", "从中选一个：无、不良影响。", "空着＝无。")]


def test_cells_have_lists_formats_and_notes(tmp_path: Path) -> None:
    """Words, units and 是/否 are chosen from lists, dates have a format and the year's bounds, headers a note."""
    write_blank(book(), tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["突发"]
    rules = {str(rule.sqref).split(":")[0]: rule for rule in sheet.data_validations.dataValidation}
    assert rules["B2"].formula1 == '"大埔镇,凤山镇,县教育局,县水利局（含水库移民局）"'
    assert rules["F2"].formula1 == '"是,否"'
    assert rules["G2"].formula1 == '"无,不良影响"'
    assert (rules["C2"].type, rules["C2"].errorStyle) == ("date", "warning")
    assert sheet.column_dimensions["A"].number_format == "@"
    assert sheet.column_dimensions["C"].number_format == "yyyy-mm-dd hh:mm"
    assert sheet.freeze_panes == "A2"
    assert sheet["A1"].comment.text == "必填。文字。"
    assert sheet["G1"].comment.text == "选填。从中选一个：无、不良影响。\n空着＝无。"
    assert sheet["A1"].fill.fgColor.rgb != sheet["G1"].fill.fgColor.rgb


def test_long_lists_go_through_a_name(tmp_path: Path) -> None:
    """Excel takes no list of more than 255 characters in the cell; it is kept on 选项 under a name, once."""
    rules = book()
    units = tuple(
        Unit(f"某某乡镇人民政府第{n}办公室", unit.place, (), {}) for n, unit in enumerate(rules.roster.units * 10)
    )
    object.__setattr__(rules.roster, "units", units)
    write_blank(rules, tmp_path / "a.xlsx")
    workbook = openpyxl.load_workbook(tmp_path / "a.xlsx")
    sources = {rule.formula1 for name in ("采用", "突发") for rule in workbook[name].data_validations.dataValidation}
    assert "选项_1" in sources
    assert workbook.defined_names["选项_1"].attr_text == "选项!$A$2:$A$41"
    assert [cell.value for cell in workbook["选项"]["A"]] == ["单位", *(unit.name for unit in units)]


def test_the_same_rules_give_the_same_bytes(tmp_path: Path) -> None:
    """Two runs write the same file, so that it can be compared and kept."""
    for name in ("a.xlsx", "b.xlsx"):
        write_blank(book(), tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """A folder that is really a file is answered in words."""
    (tmp_path / "文件").write_text("")
    with pytest.raises(Rejected) as caught:
        write_blank(book(), tmp_path / "文件" / "a.xlsx")
    assert caught.value.problems[0].code == "F03"
