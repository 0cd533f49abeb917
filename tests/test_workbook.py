"""成绩.xlsx says what the result says, read back by another library."""

from __future__ import annotations

import datetime as dt
import io
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.cell.cell import Cell as Read
from openpyxl.worksheet.worksheet import Worksheet as Sheet

import engine.workbook.page as pages
from engine.number import show, show_rounded
from engine.pipeline import Options, score
from engine.result import Result
from engine.rulebook import ABSENT_WORDS, Absent
from engine.saving import save
from engine.source import Rejected
from engine.workbook import scores
from engine.workbook.content import LONGEST_TEXT, Rate, held
from engine.workbook.page import Book, Head, Line
from engine.workbook.styles import sheet_name

Row = dict[str, Any]
EVIL = ("=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "http://x.cn", "<r>粗</r>", "<b>&amp;", "\x01\t",
        "_x0041_")  # fmt: skip


@pytest.fixture(scope="module")
def result(root: Path) -> Result:
    """The made-up year 2024."""
    return score(root / "rules/2024.yaml", root / "examples/2024.xlsx")


@pytest.fixture(scope="module")
def unfinished(root: Path) -> openpyxl.Workbook:
    """The workbook of the same year as it stood in August, one reading changed, the rule file marked 示意."""
    options = Options(as_of=dt.date(2024, 8, 15), readings={"A02": "取高"})
    result = score(root / "rules/2024.yaml", root / "examples/2024.xlsx", options)
    book = replace(result.book, title=replace(result.book.title, status="示意"))
    return read(scores(replace(result, book=book)))


@pytest.fixture(scope="module")
def data(result: Result) -> bytes:
    """The workbook of the year."""
    return scores(result)


@pytest.fixture(scope="module")
def workbook(data: bytes) -> openpyxl.Workbook:
    """The workbook as the other library reads it."""
    return read(data)


def read(data: bytes) -> openpyxl.Workbook:
    """The bytes as a workbook."""
    return openpyxl.load_workbook(io.BytesIO(data))


def seen(cell: Read) -> str:
    """What a reader sees in a cell: the number with the digits its format shows."""
    if cell.value is None or isinstance(cell.value, str):
        return cell.value or ""
    form = re.fullmatch(r'("约")?0(?:\.(0+))?(%)?', cell.number_format)
    assert form is not None, cell.number_format
    about, digits, sign = form.groups("")
    number = Decimal(repr(cell.value)) * (100 if sign else 1)
    return f"{about.strip(chr(34))}{number.quantize(Decimal(1).scaleb(-len(digits)), ROUND_HALF_UP)}{sign}"


def table(sheet: Sheet, key: str = "单位") -> list[Row]:
    """The rows under the header row (the one that holds ``key``), as they are seen."""
    rows = list(sheet.iter_rows())
    top = next(i for i, row in enumerate(rows) if any(cell.value == key for cell in row))
    names = [str(cell.value) for cell in rows[top]]
    return [dict(zip(names, map(seen, row), strict=True)) for row in rows[top + 1 :]]


def words(sheet: Sheet) -> str:
    """Everything written on a sheet."""
    return "\n".join(seen(cell) for row in sheet.iter_rows() for cell in row)


def say(unit: Row, name: str, value: str | None) -> str:
    """A figure of the JSON as a sheet shows it."""
    if value is None:
        return str(unit["无值"].get(name, "待定"))
    if not re.fullmatch(r"-?[0-9.]+(?:/[0-9]+)?", value):
        return value
    rate = name.endswith("完成率")
    figure = Fraction(value) * (100 if rate else 1)
    exact = show(figure)
    fits = len(exact.partition(".")[2]) <= 1 if rate else "/" not in exact
    text = exact if fits and "/" not in exact else f"约{show_rounded(figure, 1 if rate else 2)}"
    return f"{text}%" if rate else text


# ---- the figures ----------------------------------------------------------------------------


def test_every_unit_score_rank_and_part_is_that_of_the_result(result: Result, workbook: openpyxl.Workbook) -> None:
    """名次表里每个单位的名次、并列、得分、各项目与 --json 的结果逐字相同；单位一个不少。"""
    units = {unit["单位"]: unit for unit in result.as_json()["单位"]}
    found = [(row, "名次") for name in ("一类", "二类") for row in table(workbook[name])]
    assert sorted(row["单位"] for row, _ in found) == sorted(units)
    for row, rank in found + [(row, "总名次") for row in table(workbook["总名次"])]:
        unit = units[row["单位"]]
        assert row["得分"] == say(unit, "得分", unit["得分"])
        assert (row["名次"], row["总名次"]) == tuple(str(unit[n] or "待定") for n in ("名次", "总名次"))
        assert rank == "总名次" or row["并列"] == ("并列" if unit["并列"] else "")
        assert {n: row[n] for n in unit["项目"]} == {n: say(unit, n, v) for n, v in unit["项目"].items()}
        assert (row["归零"], row["处置"], row["待定"]) == (
            "、".join(unit["归零"]), "；".join(unit["处置"]), "；".join(unit["待定"])
        )  # fmt: skip


def test_rankings_run_from_first_to_last(workbook: openpyxl.Workbook) -> None:
    """名次从小到大，没有名次的排在最后。"""
    for name, rank in (("一类", "名次"), ("二类", "名次"), ("总名次", "总名次")):
        places = [int(row[rank]) if row[rank].isdigit() else 999 for row in table(workbook[name])]
        assert places == sorted(places)


def test_every_measure_is_that_of_the_result(result: Result, workbook: openpyxl.Workbook) -> None:
    """“指标”“各季”“各月”里的每个数与 --json 的结果相同。"""
    units = {unit["单位"]: unit for unit in result.as_json()["单位"]}
    for row in table(workbook["指标"]):
        unit = units[row["单位"]]
        whole = {n: v for n, v in unit["指标"].items() if not isinstance(v, dict)}
        assert {n: row[n] for n in whole} == {n: say(unit, n, v) for n, v in whole.items()}
    for name in ("各季", "各月"):
        for unit, measure, values in spread(workbook[name]):
            if measure in units[unit]["指标"]:
                expected = units[unit]["指标"][measure].values()
                assert values == [say(units[unit], measure, v) for v in expected]


def spread(sheet: Sheet) -> Iterator[tuple[str, str, list[str]]]:
    """Unit, measure and its figures period by period, from a sheet with two header rows."""
    rows = list(sheet.iter_rows())
    top = next(i for i, row in enumerate(rows) if row[0].value == "单位")
    starts = [i for i, cell in enumerate(rows[top - 1]) if cell.value]
    for row in rows[top + 1 :]:
        for start, end in zip(starts, [*starts[1:], len(row)], strict=True):
            yield str(row[0].value), str(rows[top - 1][start].value), [seen(c) for c in row[start:end]]


def test_every_figure_is_a_number(workbook: openpyxl.Workbook) -> None:
    """除不尽的也是数，能排序：580/3 看到“约193.33”，29/27 看到“约107.4%”，都靠右；准确值在明细的说明里。"""
    sheet = workbook["一类"]
    cells = {seen(cell): cell for row in sheet.iter_rows() for cell in row}
    for text, value in (("约193.33", 580 / 3), ("约107.4%", 29 / 27), ("98", 98), ("75%", 0.75)):
        if text in cells:
            assert cells[text].data_type == "n"
            assert cells[text].value == pytest.approx(value, rel=1e-14)
            assert cells[text].alignment.horizontal == "right"
    assert {"约193.33", "约107.4%", "98"} <= set(cells)
    assert "580/3" in words(workbook["明细"])


def test_a_rounding_makes_nothing_whole() -> None:
    """差一点不到100%的，不会看成100%；恰好的没有“约”字。"""
    seen_as = [held(Rate(Fraction(n, 2000))) for n in (1999, 2000, 1500)]
    assert [v.text for v in seen_as if not isinstance(v, str)] == ["约99.95%", "100%", "75%"]
    assert held(Fraction(299999, 100000 * 3)) == (Decimal("0.999996666666667"), '"约"0.000000', "约0.999997")


def test_a_missing_value_says_why(workbook: openpyxl.Workbook, unfinished: openpyxl.Workbook) -> None:
    """没有值的格写原因（待定、未到期、无），不是 0，也不空着。"""
    pending = next(row for row in table(workbook["二类"]) if row["得分"] == "待定")
    assert (pending["名次"], pending["总名次"], pending["工作机制"]) == ("待定", "待定", "待定")
    rows = table(unfinished["总名次"])
    assert {row["得分"] for row in rows} <= set(ABSENT_WORDS.values()) - {ABSENT_WORDS[Absent.NONE]}


@given(st.fractions() | st.decimals(allow_nan=False, allow_infinity=False, places=6).map(Fraction))
def test_a_number_cell_holds_every_digit(value: Fraction) -> None:
    """写得下的数，一位不多、一位不少；写不下、除不尽的前面有“约”，存的是最近的十五位。"""
    found = held(value)
    assert not isinstance(found, str)
    assert Decimal(f"{float(found.value):.15g}") == found.value
    if not found.text.startswith("约"):
        assert (found.text, Fraction(found.value)) == (show(value), value)
    else:
        assert abs(Fraction(found.value) - value) <= abs(value) / 10**14


# ---- what must be seen ------------------------------------------------------------------------


def test_a_provisional_result_says_so_on_every_ranking(
    workbook: openpyxl.Workbook, unfinished: openpyxl.Workbook
) -> None:
    """暂定的结果、标明状态的细则文件，每张名次表头上都写明；正式的不写。"""
    for name in ("说明", "一类", "二类", "总名次"):
        top = [seen(row[0]) for row in unfinished[name].iter_rows(max_row=4)]
        assert any("【暂定】截至 2024-08-15" in text for text in top)
        assert any("【示意，未经原文核对】" in text for text in top)
    assert "【" not in words(workbook["总名次"])


def test_the_front_page_balances_and_names_its_sources(result: Result, workbook: openpyxl.Workbook) -> None:
    """说明页：每张台账读入＝计入＋未计；细则文件和台账的 sha256、截至、引擎版本都在。"""
    rows = [row for row in table(workbook["说明"], "读入行数") if row["读入行数"].isdigit()]
    assert {row["台账"] for row in rows} == set(result.book.ledgers)
    for row in rows:
        assert int(row["读入行数"]) == int(row["计入行数"]) + int(row["未计行数"])
    text = words(workbook["说明"])
    assert all(part in text for part in (result.book.digest, result.files[0][1], "2024-12-31", "细则引擎"))


def test_every_row_left_out_is_listed(result: Result, workbook: openpyxl.Workbook) -> None:
    """未计的每一行都列出：台账、文件、行、原因。"""
    found = [(r["台账"], r["文件"], int(r["行"]), r["原因"]) for r in table(workbook["未计"], "原因")]
    assert found == [(u.ledger, u.file, u.row, u.reason) for u in result.uncounted]


def test_every_reading_is_listed(result: Result, workbook: openpyxl.Workbook) -> None:
    """口径页：每一项的编号、采取、备选、待裁定。"""
    rows = {row["编号"]: row for row in table(workbook["口径"], "编号")}
    for reading in result.book.readings.values():
        row = rows[reading.name]
        assert (row["采取"], row["备选"]) == (reading.chosen, "；".join(reading.alternatives))
        assert row["待裁定"] == ("待裁定" if reading.undecided else "")


def test_a_changed_reading_is_told(unfinished: openpyxl.Workbook) -> None:
    """改取的口径在说明页和口径页都写明。"""
    assert "A02 取“取高”" in words(unfinished["说明"])
    row = next(row for row in table(unfinished["口径"], "编号") if row["编号"] == "A02")
    assert row["采取"] == "取高（本次改取；细则文件取“叠加”）"


def test_records_hold_every_row_of_the_ledgers(result: Result, workbook: openpyxl.Workbook) -> None:
    """记录页里有台账的每一行（不涉及任何单位的除外，那些在未计里），写明计入与否。"""
    listed = {(row["台账"], int(row["行"])): row["计入"] for row in table(workbook["记录"])}
    left = {(u.ledger, u.row) for u in result.uncounted}
    every = {(name, row) for name, raw in result.ledgers.raw.items() for row in raw.rows.to_list()}
    assert every - left <= listed.keys() <= every
    assert all(listed[key] == ("未计" if key in left else "计入") for key in listed)


def test_a_unit_leads_to_its_reasons(workbook: openpyxl.Workbook) -> None:
    """点名次表里的单位名，到“明细”里这个单位的第一行；下面各层是 Excel 的分级显示。"""
    sheet, reasons = workbook["总名次"], workbook["明细"]
    links = [cell.hyperlink for row in sheet.iter_rows() for cell in row if cell.hyperlink]
    assert len(links) == 48
    for link in links:
        place, _, target = link.location.partition("!")
        row = int(target[1:])
        assert place == "'明细'"
        assert (reasons.cell(row, 1).value, reasons.cell(row, 2).value) == (sheet[link.ref].value, "得分")
        assert reasons.row_dimensions[row].outlineLevel == 0
        assert reasons.row_dimensions[row + 1].outlineLevel == 1


def test_sheets_are_ready_to_read_and_print(workbook: openpyxl.Workbook) -> None:
    """表头冻结、每页重复，横向，一页宽；“记录”可筛选；先看到说明页。"""
    for name in ("一类", "总名次", "指标", "各季", "明细", "记录", "未计", "口径"):
        sheet = workbook[name]
        assert sheet.freeze_panes is not None
        assert sheet.print_title_rows
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.fitToWidth in (1, None)  # 1 when it is not written
        assert sheet.page_setup.fitToHeight == 0
    assert workbook["记录"].auto_filter.ref
    assert workbook.active is not None
    assert workbook.active.title == "说明"


# ---- data are data ------------------------------------------------------------------------------


def test_data_never_become_formulas_or_links(result: Result) -> None:
    """台账里以 = + - @ 开头的文字、网址、尖括号，原样是文字：没有公式，没有外部链接。"""
    raw = result.ledgers.raw["报送"]
    titles = pl.Series([EVIL[i % len(EVIL)] for i in range(raw.text.height)])
    changed = replace(raw, text=raw.text.with_columns(titles.alias("标题")))
    ledgers = replace(result.ledgers, raw={**result.ledgers.raw, "报送": changed})
    workbook = read(scores(replace(result, ledgers=ledgers)))
    cells = [cell for sheet in workbook for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert all(cell.hyperlink is None or cell.hyperlink.target is None for cell in cells)
    said = {row["内容"] for row in table(workbook["记录"]) if row["台账"] == "报送"}
    assert {f"标题 {text}" for text in EVIL if "\x01" not in text} <= said


@pytest.mark.parametrize("text", EVIL)
def test_a_cell_keeps_a_text_as_it_is(text: str) -> None:
    """一格文字写进去什么样，读出来就什么样。"""
    cell = one_cell(text)
    assert cell.data_type == "s"
    assert cell.value == text.replace("\x01", "_x0001_")  # as the format writes it; Excel shows the character


def one_cell(text: str) -> Read:
    """A workbook of one table with one text, read back."""
    book = Book("表", dt.date(2024, 1, 1))
    book.page("表").table([Head("列", "text")], [Line([text])])
    sheet = read(book.finish())["表"]
    return sheet["A2"]


def test_a_text_too_long_for_a_cell_says_that_it_is_cut() -> None:
    """超过一格所容的文字，截断处写明。"""
    assert one_cell("长" * LONGEST_TEXT).value == "长" * LONGEST_TEXT
    assert str(one_cell("长" * (LONGEST_TEXT + 1)).value).endswith("…（太长，以下未列）")


def test_lines_beyond_the_sheet_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """一张表放不下的行不会无声丢掉：写明还有多少行。"""
    monkeypatch.setattr(pages, "MOST_ROWS", 3)
    book = Book("表", dt.date(2024, 1, 1))
    book.page("表").table([Head("列")], (Line([n]) for n in range(5)))
    assert "还有 2 行没有列出" in words(read(book.finish())["表"])


@given(st.lists(st.text(max_size=40), max_size=12))
def test_any_class_name_gives_a_sheet(names: list[str]) -> None:
    """类别叫什么都能作工作表名：Excel 不许的字换掉，重名的编号。"""
    taken: list[str] = []
    for name in names:
        found = sheet_name(name, taken)
        taken.append(found.lower())
        assert 0 < len(found.encode("utf-16-le", "surrogatepass")) // 2 <= 31
        assert not set(found) & set("[]:*?/\\")
    assert len(set(taken)) == len(names)


def test_classes_with_odd_names_have_their_sheets(result: Result) -> None:
    """类别与别的工作表同名、带有斜杠或引号，照样各有一张表，单位名照样能点。"""
    roster = result.book.roster
    odd = {"一类": "说明", "二类": "县直/驻县'单位"}
    units = tuple(replace(u, values={**u.values, "系列": odd[str(u.values["系列"])]}) for u in roster.units)
    book = replace(result.book, roster=replace(roster, units=units))
    workbook = read(scores(replace(result, book=book)))
    assert {"说明2", "县直_驻县'单位"} <= set(workbook.sheetnames)


# ---- other rules ----------------------------------------------------------------------------------

QUARTERLY = """
细则: {名称: 某局信息评分细则, 年度: 2024, 起止: 2024-01-01 至 2024-12-31}
条文: {"1": {原文: 每篇一分，少于任务为不达标}}
单位: {列: {任务: 条}, 名单: {甲科: {任务: 1}, 乙科: {任务: 2}}}
台账: {采用: {归期: 采用日期, 列: {编号: 文本, 单位: 单位, 采用日期: 日期}}}
指标:
  采用篇数: {条款: "1", 每: 季, 种数: 采用.编号}
  完成率: {条款: "1", 每: 季, 公式: 采用篇数 ÷ 任务}
  采用分: {条款: "1", 每: 季, 按次: {采用篇数: 1}}
考评:
  每: 季
  项目: {采用: {条款: "1", 得: 采用分, 封顶: 不限}}
  得分: [{编号: 合计, 加: [采用]}]
结果:
  结论: {条款: "1", 查表: 完成率, 选项: [不达标, 达标], 表: {"[0%, 100%)": 不达标, "[100%, +∞)": 达标}}
  季度名次: {条款: "1", 名次: [{得分: 高者先}], 同分: 并列}
"""


def test_an_appraisal_by_quarters_is_ranked_quarter_by_quarter(tmp_path: Path) -> None:
    """按季考评、不分类的细则：一张名次表，逐季排名，结论也在。"""
    (tmp_path / "细则.yaml").write_text(QUARTERLY, encoding="utf-8")
    (tmp_path / "台账").mkdir()
    rows = "编号,单位,采用日期\n1,甲科,2024-02-01\n2,乙科,2024-05-01\n3,乙科,2024-05-02\n"
    (tmp_path / "台账" / "采用.csv").write_text(rows, encoding="utf-8")
    workbook = read(scores(score(tmp_path / "细则.yaml", tmp_path / "台账")))
    assert workbook.sheetnames == ["说明", "季度名次", "指标", "明细", "记录", "未计", "口径"]
    names = ("期", "季度名次", "并列", "单位", "得分", "结论", "完成率")
    found = [tuple(row[name] for name in names) for row in table(workbook["季度名次"])]
    assert found[:4] == [
        ("第1季度", "1", "", "甲科", "1", "达标", "100%"),
        ("第1季度", "2", "", "乙科", "0", "不达标", "0%"),
        ("第2季度", "1", "", "乙科", "2", "达标", "100%"),
        ("第2季度", "2", "", "甲科", "0", "不达标", "0%"),
    ]
    assert {row[2] for row in found[4:]} == {"并列"}


def test_a_rule_file_without_records_or_ranks_still_has_its_workbook(tmp_path: Path) -> None:
    """没有名次、没有记录的细则：单位按名录列出得分。"""
    (tmp_path / "细则.yaml").write_text(QUARTERLY.partition("结果:")[0], encoding="utf-8")
    (tmp_path / "台账").mkdir()
    (tmp_path / "台账" / "采用.csv").write_text("编号,单位,采用日期\n", encoding="utf-8")
    workbook = read(scores(score(tmp_path / "细则.yaml", tmp_path / "台账")))
    assert [row["单位"] for row in table(workbook["得分"])][:2] == ["甲科", "乙科"]
    assert "没有：读到的每一行都计入了。" in words(workbook["未计"])


def test_the_same_result_gives_the_same_bytes(data: bytes, root: Path) -> None:
    """同样的细则、同样的台账，文件逐字节相同。"""
    again = score(root / "rules/2024.yaml", root / "examples/2024.xlsx")
    assert scores(again) == data


# ---- the file -------------------------------------------------------------------------------------


def test_the_file_is_written_whole(data: bytes, tmp_path: Path) -> None:
    """写完才换上：旧文件被替换，旁边不留临时文件。"""
    target = tmp_path / "成绩.xlsx"
    target.write_bytes(b"old")
    save(target, data)
    assert target.read_bytes() == data
    assert list(tmp_path.iterdir()) == [target]


def test_a_target_that_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """写不进去（文件夹其实是文件、目标是文件夹、文件只读或正打开着）报 F03；旧文件原样还在，不留临时文件。"""
    (tmp_path / "夹").mkdir()
    locked = tmp_path / "成绩.xlsx"
    locked.write_bytes(b"old")
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != locked)
    for target in (locked / "成绩.xlsx", tmp_path / "夹", locked):
        with pytest.raises(Rejected) as told:
            save(target, b"new")
        assert [p.code for p in told.value.problems] == ["F03"]
        assert target.name in told.value.problems[0].detail
    assert locked.read_bytes() == b"old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["夹", "成绩.xlsx"]
