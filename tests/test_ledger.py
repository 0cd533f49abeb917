"""Records come in typed or are refused at their cell, with the user's own text and the repair."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from engine.ledger import Ledgers, intake
from engine.source import Problem, render
from small_book import (
    ADOPTED,
    EVENTS,
    GOOD_ADOPTED,
    GOOD_EVENT,
    NAMES,
    book,
    both,
    moment,
    write_csv,
    write_parquet,
    write_xlsx,
)


def _days(*date: int) -> int:
    return (dt.date(*date) - dt.date(1970, 1, 1)).days


def _with(row: tuple[str, ...], header: tuple[str, ...], **cells: Any) -> tuple[Any, ...]:
    return tuple(cells.get(name, cell) for name, cell in zip(header, row, strict=True))


def adopted(**cells: Any) -> tuple[Any, ...]:
    """A sound record of 采用 but for these cells."""
    return _with(GOOD_ADOPTED, ADOPTED, **cells)


def event(**cells: Any) -> tuple[Any, ...]:
    """A sound record of 突发 but for these cells."""
    return _with(GOOD_EVENT, EVENTS, **cells)


@pytest.fixture
def take(tmp_path: Path) -> Any:
    """Reads records of the two ledgers from a workbook made for the test."""

    def run(rows: Any = (), events: Any = (), rules: Any = None) -> Ledgers:
        return intake(rules or book(), write_xlsx(tmp_path / "台账.xlsx", both(rows, events)))

    return run


def _one(ledgers: Ledgers) -> Problem:
    assert len(ledgers.problems) == 1, [render(p) for p in ledgers.problems]
    return ledgers.problems[0]


# ---- values -----------------------------------------------------------------------------


def test_every_kind_becomes_its_value(take: Any) -> None:
    """Texts stay, days and minutes count from 1970, numbers are scaled, words and units are positions."""
    ledgers = take([GOOD_ADOPTED], [GOOD_EVENT])
    assert ledgers.problems == []
    assert ledgers.frames["采用"].rows() == [(2, "2024-001", 0, _days(2024, 3, 5), 0, "一则信息")]
    minute = _days(2024, 3, 5) * 1440 + 510
    assert ledgers.frames["突发"].rows() == [(2, "T-1", 1, minute, None, 6250, False, 0)]
    assert ledgers.frames["突发"].schema == {
        "行": pl.Int64, "事件编号": pl.String, "单位": pl.Int64, "发生时间": pl.Int64, "书面报告时间": pl.Int64,
        "次数": pl.Int64, "无故": pl.Boolean, "后果": pl.Int64}  # fmt: skip


@pytest.mark.parametrize("text", [
    dt.date(2024, 3, 5), "2024-03-05", "2024-3-5", "2024.3.5", "2024/3/5", "2024年3月5日", "2024-03-05 00:00",
    moment(2024, 3, 5),
])  # fmt: skip
def test_dates_people_write(text: Any, take: Any) -> None:
    """Every usual way to write a day gives that day."""
    assert take([adopted(采用日期=text)]).frames["采用"]["采用日期"].to_list() == [_days(2024, 3, 5)]


@pytest.mark.parametrize("text", [
    moment(2024, 3, 5, 8, 30), "2024-03-05 8:30", "2024-03-05 08:30", "2024-03-05T08:30", "2024年3月5日8时30分",
    "2024年3月5日 8时30分", "2024.3.5 8:30", "2024/3/5 08:30:00",
])  # fmt: skip
def test_times_people_write(text: Any, take: Any) -> None:
    """Every usual way to write a time gives that minute."""
    assert take(events=[event(发生时间=text)]).frames["突发"]["发生时间"].to_list() == [_days(2024, 3, 5) * 1440 + 510]


def test_midnight_is_a_time(take: Any) -> None:
    """00:00 in a cell that shows hours is a time, not a missing one."""
    assert take(events=[event(发生时间=moment(2024, 3, 5))]).frames["突发"]["发生时间"].to_list() == [
        _days(2024, 3, 5) * 1440
    ]


@pytest.mark.parametrize(
    ("text", "value"), [("62.5", 6250), (62.5, 6250), ("50%", 50), ("-3", -300), ("0", 0), (7, 700)]
)
def test_numbers_are_exact(text: Any, value: int, take: Any) -> None:
    """Numbers are whole numbers of hundredths, never floats."""
    assert take(events=[event(次数=text)]).frames["突发"]["次数"].to_list() == [value]


def test_aliases_are_taken_and_told(take: Any) -> None:
    """A declared alias means its unit, and the user hears which rows used it."""
    ledgers = take([adopted(单位="教育局")])
    assert ledgers.frames["采用"]["单位"].to_list() == [NAMES.index("县教育局")]
    assert [n.detail for n in ledgers.notices] == ["“教育局”是“县教育局”的别名，1 行（第 2 行）记在“县教育局”名下。"]


def test_blanks_at_the_ends_are_trimmed_and_told(take: Any) -> None:
    """Ordinary spaces around a cell change nothing, and are counted."""
    ledgers = take([adopted(单位=" 大埔镇\u3000")])
    assert ledgers.frames["采用"].height == 1
    assert [(n.code, n.detail) for n in ledgers.notices] == [("N04", "“单位”列有 1 格两端有空格，已去掉（第 2 行）。")]


# ---- faults of a cell -------------------------------------------------------------------


@pytest.mark.parametrize(("cells", "code", "detail", "hint"), [
    ({"单位": "大浦镇"}, "D22", "单位“大浦镇”不在名录。", "是否“大埔镇”？"),
    ({"单位": "县水利局(含水库移民局)"}, "D22", "不在名录。", "是否“县水利局（含水库移民局）”？"),
    ({"单位": "大埔\u200b镇"}, "D11", "“大埔\u200b镇”里有看不见的字符 U+200B。", "重新输入"),
    ({"信息编号": "2024\u00a0001"}, "D11", "U+00A0", "重新输入"),
    ({"渠道": "市级"}, "D21", "渠道“市级”不在选项里。", "可以填：县内刊物、市级采用。"),
    ({"渠道": "报纸"}, "D21", "渠道“报纸”不在选项里。", "可以填：县内刊物、市级采用。"),
    ({"信息编号": ""}, "D10", "“信息编号”不能空。", "照原件补上"),
    ({"采用日期": ""}, "D10", "“采用日期”不能空。", "照原件补上"),
    ({"采用日期": "2024-02-30"}, "D13", "“2024-02-30”：2024年2月没有30日。", "核对日期。"),
    ({"采用日期": "2024-13-01"}, "D13", "2024年没有13月", "核对日期。"),
    ({"采用日期": 45356}, "D12", "“45356”不是认得出的日期。", "Excel 的日期序号"),
    ({"采用日期": "２０２４-３-５"}, "D12", "不是认得出的日期", "用半角数字和符号：2024-3-5。"),
    ({"采用日期": "3月5日"}, "D12", "“3月5日”不是认得出的日期。", "年、月、日都要写全"),
    ({"采用日期": moment(2024, 3, 5, 8, 30)}, "D12", "“2024-03-05 08:30”带着时间", "只写日期：2024-03-05。"),
    ({"采用日期": "2023-12-31"}, "D14", "“2023-12-31”不在 2024-01-01 至 2024-12-31 之内。", "核对年份"),
    ({"采用日期": "2025-01-01"}, "D14", "不在 2024-01-01 至 2024-12-31 之内", "核对年份"),
])  # fmt: skip
def test_a_wrong_cell_is_told_exactly(cells: dict[str, Any], code: str, detail: str, hint: str, take: Any) -> None:
    """Each fault names its cell, the user's own text, what is wrong, and what to do; its row is left out."""
    ledgers = take([adopted(), adopted(**cells)])
    problem = _one(ledgers)
    letter = "ABCDE"[ADOPTED.index(next(iter(cells)))]
    assert (problem.code, str(problem.place)) == (code, f"采用!{letter}3")
    assert detail in problem.detail
    assert hint in problem.hint
    assert ledgers.frames["采用"]["行"].to_list() == [2]
    assert list(ledgers.bad["采用"]) == [3]


@pytest.mark.parametrize(("cells", "code"), [
    ({"发生时间": "2024-03-05"}, "D16"), ({"发生时间": dt.date(2024, 3, 5)}, "D16"),
    ({"发生时间": "2024-03-05 08:30:15"}, "D17"), ({"发生时间": "2024-03-05 24:00"}, "D15"),
    ({"发生时间": "2024-03-05 8：30"}, "D15"), ({"发生时间": "08:30"}, "D15"), ({"书面报告时间": "待补"}, "D15"),
    ({"次数": "1e3"}, "D18"), ({"次数": "1,000"}, "D18"), ({"次数": "１２"}, "D18"), ({"次数": "5分"}, "D18"),
    ({"次数": "0.125"}, "D19"), ({"次数": "99999999999999"}, "D19"), ({"无故": "√"}, "D20"), ({"无故": True}, "D20"),
    ({"后果": "不良"}, "D21"),
])  # fmt: skip
def test_what_looks_almost_right_is_refused(cells: dict[str, Any], code: str, take: Any) -> None:
    """Seconds, missing times, thousands marks, ticks and TRUE are never read as what they may mean."""
    assert _one(take(events=[event(**cells)])).code == code


def test_all_faults_come_at_once(take: Any) -> None:
    """Every wrong cell of every row and ledger is in the first answer."""
    wrong = adopted(信息编号="", 单位="大浦镇", 采用日期="x", 渠道="y")
    ledgers = take([wrong, adopted(), wrong], [event(次数="x")])
    assert len(ledgers.faulty) == 9
    assert [list(rows) for rows in ledgers.bad.values()] == [[2, 4], [2]]


def test_csv_faults_name_file_line_and_column(tmp_path: Path) -> None:
    """Without letters the cell is named by its line and its column's name."""
    ledgers = intake(book(), write_csv(tmp_path / "账", both([adopted(单位="大浦镇")])))
    assert str(_one(ledgers).place) == "采用.csv!第2行「单位」"


def test_many_faults_of_one_column_are_summed_up(take: Any) -> None:
    """Beyond two hundred the first twenty are shown and the rest counted; every row is known all the same."""
    ledgers = take([adopted(单位=f"某镇{n}") for n in range(300)])
    assert len(ledgers.problems) == 21
    assert ledgers.problems[-1].detail.startswith("这一列还有 280 处错误，从第 22 行到第 301 行")
    assert list(ledgers.bad["采用"]) == list(range(2, 302))


# ---- faults of a row or a sheet ---------------------------------------------------------


def test_a_total_row_is_no_record(take: Any) -> None:
    """A row of totals is named as such, not as a dozen wrong cells."""
    problem = _one(take([adopted(), ("合 计", "", "", "1", "")]))
    assert (problem.code, str(problem.place)) == ("D09", "采用!A3")


def test_repeated_keys_name_the_first_row(take: Any) -> None:
    """A record that repeats the 唯一 columns of an earlier one is refused, the earlier one stands."""
    ledgers = take(events=[event(), event(单位="大埔镇"), event(次数="1")])
    assert _one(ledgers).detail == "“事件编号”、“单位”与第 2 行相同，一件事只能记一行。"
    assert ledgers.frames["突发"]["行"].to_list() == [2, 3]


def test_suspected_doubles_are_told_and_kept(take: Any) -> None:
    """Equal records and those alike in the declared columns stop nothing; blank columns are not alike."""
    ledgers = take([adopted(), adopted(), adopted(信息编号="2"), adopted(标题=""), adopted(标题="", 信息编号="3")])
    assert ledgers.frames["采用"].height == 5
    assert [(n.code, n.detail) for n in ledgers.notices] == [
        ("N09", "有 1 组记录每一列都相同：第 2、3 行。"),
        ("N08", "有 1 组记录的单位、渠道、标题相同：第 2、4 行。"),
    ]


def test_late_ledgers_take_next_year_but_not_the_last(take: Any) -> None:
    """期后: 计入 admits a finding of the next January; nothing admits one of the year before."""
    ledgers = take(
        events=[event(发生时间="2025-01-09 08:00"), event(发生时间="2023-12-31 23:59")], rules=book(late=True)
    )
    assert ledgers.frames["突发"]["行"].to_list() == [2]
    assert _one(ledgers).code == "D14"


def test_a_ledger_of_another_year_is_told_once(take: Any) -> None:
    """整本是上一年的台账：一句话说有几条、从哪行到哪行，不逐行列；每一行仍记着原因。只混进一行的，指着那一格。"""
    ledgers = take([adopted(信息编号=f"{n}", 采用日期=f"2023-{n:02}-01") for n in range(1, 10)])
    assert _one(ledgers).detail == (
        "有 9 条记录的采用日期都在 2023 年（从第 2 行到第 10 行），不在 2024-01-01 至 2024-12-31 之内。"
    )
    assert list(ledgers.bad["采用"]) == list(range(2, 11))
    mixed = take([adopted(), adopted(信息编号="2", 采用日期="2023-05-01"), adopted(信息编号="3")])
    assert _one(mixed).detail == "“2023-05-01”不在 2024-01-01 至 2024-12-31 之内。"


def test_formulas_errors_and_merged_cells_are_refused(tmp_path: Path) -> None:
    """What Excel hides behind a value is refused in ledger columns, once per cell, and ignored elsewhere."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "采用"
    sheet.append([*ADOPTED, "季度"])
    for _ in range(4):
        sheet.append([*GOOD_ADOPTED, "=1+1"])
    sheet["B2"] = '="大埔镇"'
    sheet["E3"] = "#N/A"
    sheet["E3"].data_type = "e"
    sheet.merge_cells("D4:D5")
    workbook.create_sheet("突发").append(EVENTS)
    workbook.save(tmp_path / "a.xlsx")
    ledgers = intake(book(), tmp_path / "a.xlsx")
    found = {(p.code, str(p.place)) for p in ledgers.problems}
    assert found == {("D06", "采用!B2"), ("D07", "采用!E3"), ("D08", "采用!D4")}
    assert "D4:D5" in next(p.detail for p in ledgers.problems if p.code == "D08")
    assert list(ledgers.bad["采用"]) == [2, 3, 4, 5]
    assert ledgers.rows_read["采用"] == 4


def test_numbers_among_texts_are_told_or_refused(take: Any) -> None:
    """A number where text is due may have lost its leading zeros; beyond 15 digits it has lost its end."""
    ledgers = take([adopted(信息编号=1006), adopted(信息编号=202403050001234567)])
    assert ledgers.frames["采用"]["信息编号"].to_list() == ["1006"]
    assert _one(ledgers).code == "D24"
    assert [n.code for n in ledgers.notices] == ["N06"]


def test_rows_of_wrong_length_are_refused_alone(tmp_path: Path) -> None:
    """A shifted row brings one fault, not one for each cell that shifted."""
    folder = write_csv(tmp_path / "账", both([GOOD_ADOPTED[:4], GOOD_ADOPTED, (*GOOD_ADOPTED, "")]))
    ledgers = intake(book(), folder)
    assert [(p.code, p.detail) for p in ledgers.problems] == [
        ("D05", "这一行有 4 格，表头有 5 格。"), ("D05", "这一行有 6 格，表头有 5 格。")]  # fmt: skip
    assert (ledgers.rows_read["采用"], list(ledgers.bad["采用"])) == (3, [2, 4])


# ---- faults of a header or a file -------------------------------------------------------


def test_missing_columns_name_who_needs_them(tmp_path: Path) -> None:
    """A required column that is missing is a fault of the ledger; a name like it is pointed at."""
    path = write_xlsx(tmp_path / "a.xlsx", {"采用": [["信息编号", "单位名称", "渠道", "备注"]], "突发": [EVENTS]})
    ledgers = intake(book(), path, {"采用.采用日期": ["首用日"]})
    assert [p.detail for p in ledgers.blocking] == [
        "缺少“单位”列；有一列叫“单位名称”。", "缺少“采用日期”列，计算“首用日”要用。"]  # fmt: skip
    assert str(ledgers.blocking[0].place) == "采用!B1"
    assert [n.detail for n in ledgers.notices] == [
        "没有“标题”列，按每格都空着算（空着＝无）。", "列“备注”不在细则的台账里，没有读。"]  # fmt: skip


def test_a_misspelt_optional_column_is_not_read_as_blank(tmp_path: Path) -> None:
    """A report time under a slightly wrong name would make a report vanish: it is a fault."""
    header = [name.replace("书面报告时间", "书面报告时刻") for name in EVENTS]
    ledgers = intake(book(), write_xlsx(tmp_path / "a.xlsx", {"采用": [ADOPTED], "突发": [header, GOOD_EVENT]}))
    assert _one(ledgers).code == "D02"


@pytest.mark.parametrize(("rows", "hint"), [
    ([["2024年台账"], [*ADOPTED], [*GOOD_ADOPTED]], "列名要在第 1 行"), ([], "空白台账"), ([["甲", "乙"]], "空白台账"),
])  # fmt: skip
def test_a_sheet_without_header_says_so(rows: list[list[str]], hint: str, tmp_path: Path) -> None:
    """A title above the header, an empty sheet, another table: one sentence, not one per column."""
    problem = _one(intake(book(), write_xlsx(tmp_path / "a.xlsx", {"采用": rows, "突发": [EVENTS]})))
    assert problem.code == "D04"
    assert hint in problem.hint


def test_a_csv_of_other_separators_says_so(tmp_path: Path) -> None:
    """Tabs or semicolons for commas are named."""
    folder = write_csv(tmp_path / "账", both())
    (folder / "采用.csv").write_text("\t".join(ADOPTED), encoding="utf-8")
    assert "英文逗号" in _one(intake(book(), folder)).hint


def test_a_missing_ledger_names_the_items_that_need_it(tmp_path: Path) -> None:
    """A ledger that is not there is a fault with the rules that read it; an optional one is an empty frame."""
    path = write_xlsx(tmp_path / "a.xlsx", {"采用": [ADOPTED]})
    problem = _one(intake(book(), path, {"突发": ["迟报次数", "瞒报次数"]}))
    assert problem.detail == "没有台账“突发”，计算“迟报次数”“瞒报次数”要用。"
    ledgers = intake(book(optional=True), path)
    assert ledgers.problems == []
    assert ledgers.frames["突发"].schema["发生时间"] == pl.Int64


def test_an_unreadable_file_is_one_fault(tmp_path: Path) -> None:
    """When the workbook cannot be opened its ledgers are not also called missing."""
    (tmp_path / "a.xlsx").write_bytes(b"PK broken")
    ledgers = intake(book(), tmp_path / "a.xlsx")
    assert [p.code for p in ledgers.problems] == ["F12"]
    assert set(ledgers.frames) == {"采用", "突发"}


def test_files_say_what_was_read_from_them(tmp_path: Path) -> None:
    """Every file is listed with its digest and the records read from each ledger."""
    folder = write_csv(tmp_path / "账", both([GOOD_ADOPTED, adopted(单位="x")]))
    assert [(Path(name).name, held) for name, _, held in intake(book(), folder).files] == [
        ("突发.csv", {"突发": 0}), ("采用.csv", {"采用": 2})]  # fmt: skip


# ---- laws -------------------------------------------------------------------------------

_CELLS = {
    "信息编号": st.sampled_from(["1", "2024-002", "", "a\u200bb", " 3 "]),
    "单位": st.sampled_from([*NAMES, "教育局", "大浦镇", ""]),
    "采用日期": st.sampled_from(["2024-03-05", "2024年3月5日", "2023-01-01", "x", "2024-12-31"]),
    "渠道": st.sampled_from(["县内刊物", "市级采用", "报纸", ""]),
    "标题": st.sampled_from(["", "甲", '含"引号"', "含,逗号", "两\n行", "合计"]),
}
_ROWS = st.lists(st.tuples(*(_CELLS[name] for name in ADOPTED)), max_size=8)


@given(_ROWS)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_form_of_a_file_changes_nothing(tmp_path: Path, rows: list[tuple[str, ...]]) -> None:
    """xlsx, CSV and Parquet of the same records give equal frames, and every row is counted or refused."""
    rows = [row if any(cell.strip() for cell in row) else adopted() for row in rows]
    sheets = both(rows, [GOOD_EVENT])
    excel = intake(book(), write_xlsx(tmp_path / "a.xlsx", sheets))
    columnar = intake(book(), write_parquet(tmp_path / "列", sheets))
    text = intake(book(), write_csv(tmp_path / "文", sheets))
    assert_frame_equal(excel.frames["采用"], columnar.frames["采用"])
    assert_frame_equal(excel.frames["采用"].drop("行"), text.frames["采用"].drop("行"))
    for ledgers in (excel, columnar, text):
        assert ledgers.rows_read["采用"] == len(rows) == ledgers.frames["采用"].height + len(ledgers.bad["采用"])


@given(st.lists(st.datetimes(moment(2024, 1, 1), moment(2024, 12, 31)), min_size=30, max_size=30))
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_excel_keeps_every_minute(tmp_path: Path, times: list[dt.datetime]) -> None:
    """Whatever the minute, Excel's fraction of a day comes back as that minute."""
    minutes = [when.replace(second=0, microsecond=0) for when in times]
    rows = [event(事件编号=f"T{n}", 发生时间=when) for n, when in enumerate(minutes)]
    ledgers = intake(book(), write_xlsx(tmp_path / "a.xlsx", both(events=rows)))
    read = ledgers.frames["突发"]["发生时间"].to_list()
    assert read == [(when - moment(1970, 1, 1)) // dt.timedelta(minutes=1) for when in minutes]


def test_a_hundred_thousand_records_take_a_moment(tmp_path: Path) -> None:
    """Records are checked by columns: a large CSV costs well under a second per hundred thousand."""
    folder = write_csv(tmp_path / "账", both())
    line = ",".join(GOOD_ADOPTED)
    (folder / "采用.csv").write_text(",".join(ADOPTED) + f"\n{line}" * 100_000, encoding="utf-8")
    began = time.monotonic()
    assert intake(book(), folder).frames["采用"].height == 100_000
    assert time.monotonic() - began < 3


def test_the_same_mistake_in_many_rows_is_told_once(take: Any) -> None:
    """同一个写错的单位记了三十行：说一次，列出是哪些格；每一行都不计。"""
    result = take([adopted(单位="大浦镇", 信息编号=str(number)) for number in range(30)])
    told = [problem for problem in result.faulty if problem.code == "D22"]
    assert len(told) == 1
    assert "同样的还有 29 格" in told[0].detail
    assert "31" in told[0].detail
    assert len(result.bad["采用"]) == 30
    assert all("大浦镇" in reason and "同样" not in reason for reason in result.bad["采用"].values())
