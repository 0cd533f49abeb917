"""开始新的一年：旧文件的一字一句都留着，只改年度说了算的几处；任务表出去、改好、回来。"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from engine import check
from engine.authoring.begin import begin
from engine.document import load
from engine.ledger.quotas import SHEET, write_quotas
from engine.pipeline import load_rules
from engine.rulebook import RuleBook
from engine.source import Cell, Problem, Rejected, Severity

OLD = Path("rules/2024.yaml")
SMALL = """\
# 某局 2024 年的办法
细则:
  名称: 某局信息考评办法      # 全称
  年度: "2024"
  文号: 某办〔2024〕3号
  印发: 2024-02-29            # 闰日
  起止: 2024-01-01 至 2024-12-31
条文:
  一: {原文: 2024年3月1日起，每月不少于2条，完成的得20分。}
豁免:                         # 看过的
  甲: {发现: R151, 指纹: 0123abcd, 理由: 试行, 姓名: 张三, 日期: 2024-03-01}
单位:
  列: {系列: [甲类, 乙类], 任务: {类: 数, 空: 不适用}}
  名单:
    # 先是甲类
    一科: {系列: 甲类, 任务: 10}   # 老科室
    二科:
      系列: 乙类
      任务: 20
    # 新近成立
    三科: {任务: 30, 系列: 乙类, 别名: [丙科]}
台账:
  采用: {归期: 日期, 列: {单位: 单位, 日期: 日期}}
指标:
  条数: {条款: 一, 每: 年, 计次: 采用}
考评:
  项目: {采用: {条款: 一, 满分: 20, 得: 条数}}
  得分:
    - {编号: 总, 加: 采用}
"""


@pytest.fixture(autouse=True)
def _at_home(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A little rule file of 2024 in both ways of writing, with comments."""
    path = tmp_path / "某局2024.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


def differing(old: str, new: str) -> list[str]:
    """The lines that are not the same: “-…” only in the old text, then “+…” only in the new."""
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), n=0, lineterm="")
    return sorted((line for line in list(lines)[2:] if line[0] in "+-"), key=lambda line: "-+".index(line[0]))


# ---- the text ---------------------------------------------------------------------------


def test_only_what_the_year_says_changes(tmp_path: Path) -> None:
    """2024 年的文件：改的只有年度、印发、施行、替代、起止，添了状态和待核对；注释、排版、先后一字不动。"""
    target, *_ = begin(OLD, 2025, tmp_path / "2025.yaml")
    text = target.read_text(encoding="utf-8")
    head, section, _ = text.partition("\n\n待核对:")
    assert section
    assert differing(OLD.read_text(encoding="utf-8"), head) == [
        "-  年度: 2024",
        "-  印发: 2024-06-28",
        "-  施行: 2024-01-01",
        "-  替代: 柳城政办〔2023〕7号",
        "-  起止: 2024-01-01 至 2024-12-31",
        "+  年度: 2025",
        "+  # 印发: 待填",
        "+  施行: 2025-01-01",
        "+  替代: 柳城县政务信息上报工作考评细则（2024年，文号未印）",
        "+  起止: 2025-01-01 至 2025-12-31",
        "+  状态: 示意",
    ]


def test_the_new_file_passes_check(tmp_path: Path) -> None:
    """新文件没有错误，标明示意；每一条条文、口径、每一项、单位名单都列在待核对里。"""
    target, _, book, _ = begin(OLD, 2025, tmp_path / "2025.yaml")
    assert [p for p in check(target) if p.severity is Severity.ERROR] == []
    assert book.title.mark
    wanted = {f"条文.{n}" for n in book.clauses} | {f"口径.{n}" for n in book.readings} | {"单位.名单"}
    wanted |= {f"{i.section}.{i.name}" for i in book.items.values()}
    wanted |= {f"考评.项目.{n}" for n in book.appraisal.parts} | {f"通报.{n}" for n in book.bulletins}
    assert wanted <= set(book.unverified)
    assert "2024年1月1日" in book.unverified["条文.五（二）"].look


def test_undecided_readings_stay_undecided(tmp_path: Path, book_2024: RuleBook) -> None:
    """待裁定的口径，换了年度仍是待裁定。"""
    _, _, book, _ = begin(OLD, 2025, tmp_path / "2025.yaml")
    old = {r.name for r in book_2024.readings.values() if r.undecided}
    assert {r.name for r in book.readings.values() if r.undecided} == old


def test_a_year_may_follow_the_new_one(tmp_path: Path) -> None:
    """还是示意的文件也能开始下一年：待核对只有一节，没有一行重复。"""
    begin(OLD, 2025, tmp_path / "2025.yaml")
    target, _, book, _ = begin(tmp_path / "2025.yaml", 2026)
    assert target.name == "2026.yaml"
    assert book.title.year == 2026
    assert target.read_text(encoding="utf-8").count("\n待核对:") == 1


def test_quotes_comments_and_line_ends_stay(small: Path) -> None:
    """引号、注释、Windows 的换行照旧；印发成了注释；豁免整节成了注释，要重新看过。"""
    small.write_bytes(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())
    target, made, book, _ = begin(small, 2025)
    data = target.read_bytes()
    assert target.name == "某局2025.yaml"
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\n") == data.count(b"\r\n")
    text = data.decode("utf-8-sig").replace("\r\n", "\n")
    for line in ('  年度: "2025"', "  # 印发: 待填            # 闰日", "  文号: 未印", "  替代: 某办〔2024〕3号",
                 "# 豁免:                         # 看过的", "    # 新近成立"):  # fmt: skip
        assert f"\n{line}\n" in text, line
    assert book.waivers == {}
    assert made.suspended
    assert made.remarks[:1] == (1,)


def test_a_leap_day_is_the_last_of_february(small: Path) -> None:
    """闰年的考评期止于2月29日，下一年止于2月28日。"""
    small.write_text(SMALL.replace("2024-01-01 至 2024-12-31", "2023-03-01 至 2024-02-29"), encoding="utf-8")
    assert str(begin(small, 2025)[2].title.end) == "2025-02-28"


def test_one_line_of_brackets(small: Path) -> None:
    """「细则」写在一对花括号里：照样在括号里改，印发整项拿掉。"""
    lines = SMALL.splitlines()
    flow = "细则: {名称: 某局信息考评办法, 年度: 2024, 印发: 2024-02-29, 起止: 2024-01-01 至 2024-12-31}"
    small.write_text("\n".join([flow, *lines[7:]]) + "\n", encoding="utf-8")
    assert begin(small, 2025)[0].read_text(encoding="utf-8").splitlines()[0] == (
        "细则: {名称: 某局信息考评办法, 年度: 2025, 起止: 2025-01-01 至 2025-12-31, "
        "替代: 某局信息考评办法（2024年）, 状态: 示意}"
    )


@pytest.mark.parametrize("year", [2024, 2023])
def test_the_year_must_be_later(year: int, tmp_path: Path) -> None:
    """年度不比旧文件晚：是错误，什么也不写。"""
    with pytest.raises(Rejected) as raised:
        begin(OLD, year, tmp_path / "新.yaml")
    assert [p.code for p in raised.value.problems] == ["R25"]
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_over(small: Path) -> None:
    """要写的文件已经有了：不动它。"""
    there = small.with_name("某局2025.yaml")
    there.write_text("别人的", encoding="utf-8")
    with pytest.raises(Rejected) as raised:
        begin(small, 2025)
    assert [p.code for p in raised.value.problems] == ["F03"]
    assert there.read_text(encoding="utf-8") == "别人的"


# ---- quotas -----------------------------------------------------------------------------

Change = Callable[[Any, dict[str, int]], None]


def filled(rules: Path, change: Change | None = None) -> Path:
    """The sheet of a rule file, changed by staff: ``change`` gets the sheet and the row of each unit."""
    path = rules.with_name("任务表.xlsx")
    path.unlink(missing_ok=True)
    write_quotas(load_rules(rules), path)
    book = openpyxl.load_workbook(path)
    sheet = book[SHEET]
    if change is not None:
        change(sheet, {sheet.cell(row, 1).value: row for row in range(2, sheet.max_row + 1)})
        book.save(path)
    return path


def put(sheet: Any, row: int, **cells: Any) -> None:
    """Cells by the name of their column."""
    head = {cell.value: cell.column for cell in sheet[1]}
    for name, value in cells.items():
        sheet.cell(row, head[name]).value = value


def roster(path: Path) -> str:
    """The lines of 名单."""
    text = path.read_text(encoding="utf-8")
    return text[text.index("  名单:\n") : text.index("\n台账:")]


def test_out_and_in_again_changes_nothing(tmp_path: Path, small: Path) -> None:
    """任务表写出去、原样读回来：名单一字不变；2024 年的 48 个单位和小文件都是。"""
    rules = tmp_path / "2024.yaml"
    rules.write_bytes(OLD.read_bytes())
    for old in (rules, small):
        sheet = filled(old)
        plain = begin(old, 2025, tmp_path / "甲.yaml")[0]
        again, made, *_ = begin(old, 2025, tmp_path / "乙.yaml", sheet)
        assert roster(plain) == roster(again) == roster(old)
        assert made.moves is not None
        assert not any((made.moves.new, made.moves.gone, made.moves.renamed, made.moves.changed))
        plain.unlink()
        again.unlink()


def test_changes_of_the_sheet_reach_only_their_units(small: Path) -> None:
    """改了任务、清空任务、改名、撤销、新设、换先后：只动那几个单位，注释跟着单位走；改名的旧名成了别名。"""

    def change(sheet: Any, rows: dict[str, int]) -> None:
        put(sheet, rows["一科"], 任务=12.5)
        put(sheet, rows["三科"], 单位="综合科", 曾用="三科", 任务=None)
        sheet.delete_rows(rows["二科"])
        put(sheet, sheet.max_row + 1, 单位="五科", 系列="甲类", 任务=5, 别名="戊科、伍科")

    target, made, book, _ = begin(small, 2025, None, filled(small, change))
    assert roster(target).splitlines() == [
        "  名单:",
        "    # 先是甲类",
        "    一科: {系列: 甲类, 任务: 12.5}   # 老科室",
        "    # 新近成立",
        "    综合科: {系列: 乙类, 别名: [丙科, 三科]}",
        "    五科: {系列: 甲类, 任务: 5, 别名: [戊科, 伍科]}",
    ]
    assert made.moves is not None
    assert (made.moves.new, made.moves.gone) == (("五科",), ("二科",))
    assert (made.moves.renamed, made.moves.changed) == ((("三科", "综合科"),), ("一科", "综合科"))
    assert [unit.name for unit in book.roster.units] == ["一科", "综合科", "五科"]


def test_a_name_changed_without_the_former_one_is_asked_about(small: Path) -> None:
    """改了单位名而没有填「曾用」：照写成一个撤销、一个新设，同时问是不是改名，不替人定。"""

    def change(sheet: Any, rows: dict[str, int]) -> None:
        put(sheet, rows["一科"], 单位="办公室")

    _, made, *_ = begin(small, 2025, None, filled(small, change))
    assert made.moves is not None
    assert (made.moves.new, made.moves.gone, made.moves.renamed) == (("办公室",), ("一科",), ())
    assert made.moves.alike == (("一科", "办公室"),)


def test_a_unit_written_over_several_lines(small: Path) -> None:
    """一项一行写的单位：改值、删项、添别名，都在自己的几行里。"""

    def change(sheet: Any, rows: dict[str, int]) -> None:
        put(sheet, rows["二科"], 系列="甲类", 任务=None, 别名="乙科")

    target, *_ = begin(small, 2025, None, filled(small, change))
    assert "    二科:\n      系列: 甲类\n      别名: [乙科]\n    # 新近成立\n" in roster(target)


def test_the_order_of_the_sheet_is_the_order_of_the_file(small: Path) -> None:
    """新附件换了先后，名单也换；单位上面的注释跟着走。"""

    def change(sheet: Any, rows: dict[str, int]) -> None:
        for column, value in enumerate([cell.value for cell in sheet[rows["三科"]]], 1):
            sheet.cell(5, column).value, sheet.cell(rows["三科"], column).value = value, None
        sheet.move_range("A2:F2", rows=4)

    names = list(load(begin(small, 2025, None, filled(small, change))[0]).get(("单位", "名单")) or ())
    assert names == ["二科", "三科", "一科"]


def faults(rules: Path, change: Change) -> list[Problem]:
    """What is told of a sheet that cannot be taken."""
    with pytest.raises(Rejected) as raised:
        begin(rules, 2025, None, filled(rules, change))
    assert not rules.with_name("某局2025.yaml").exists()
    return list(raised.value.problems)


@pytest.mark.parametrize(
    ("cells", "code", "cell"),
    [
        ({"任务": "十条"}, "D18", "C2"),
        ({"系列": "丙类"}, "D21", "B2"),
        ({"系列": None}, "D10", "B2"),
        ({"单位": "二科"}, "D23", "A3"),
        ({"单位": "一，科"}, "S05", "A2"),
        ({"单位": "丙科"}, "R10", "A4"),
        ({"曾用": "九科"}, "D22", "A2"),
        ({"单位": "新科", "曾用": "二科"}, "D23", "A2"),
    ],
    ids=["任务不是数", "没有这一类", "必填的空着", "一个单位两行", "名字里有逗号", "是别人的别名", "曾用没有这个单位",
         "旧名也还在"],
)  # fmt: skip
def test_every_fault_has_its_cell(small: Path, cells: dict[str, Any], code: str, cell: str) -> None:
    """任务表填错：指到哪一格，什么也不写。"""
    (problem,) = faults(small, lambda sheet, rows: put(sheet, rows["一科"], **cells))
    assert isinstance(problem.place, Cell)
    assert (problem.code, f"{problem.place.column}{problem.place.row}") == (code, cell)


def test_a_missing_column_and_an_empty_sheet(small: Path) -> None:
    """少一列，或一个单位也没有：说出来。"""

    def lose(sheet: Any, _: dict[str, int]) -> None:
        sheet["B1"].value = "类别"

    assert "D02" in {p.code for p in faults(small, lose)}
    assert {p.code for p in faults(small, lambda sheet, _: sheet.delete_rows(2, 9))} == {"D10"}


def test_quarters_that_do_not_make_the_year_are_told_at_their_cell(tmp_path: Path) -> None:
    """季度任务×4 不等于年度任务：照写，但指着那一格提醒。"""
    rules = tmp_path / "2024.yaml"
    rules.write_bytes(OLD.read_bytes())
    sheet = filled(rules, lambda s, rows: put(s, rows["县统计局"], 季度任务=44))
    target, _, book, told = begin(rules, 2025, None, sheet)
    (problem,) = told
    assert (problem.code, str(problem.place)) == ("R121", "任务表!A26")
    assert "县统计局 44 × 4 ≠ 180" in problem.detail
    assert target.exists()
    assert book.unverified["单位.名单"].look == "已照 任务表.xlsx 录入，再逐行核对"


def test_units_in_one_pair_of_brackets(tmp_path: Path) -> None:
    """名单写在一行花括号里：照样读写；没有属性的单位也能添上。"""
    old = tmp_path / "某局2024.yaml"
    start, end = SMALL.index("  名单:\n"), SMALL.index("台账:")
    old.write_text(
        SMALL[:start] + "  名单: {一科: {系列: 甲类}, 二科: {系列: 乙类, 任务: 3}}\n" + SMALL[end:], encoding="utf-8"
    )
    sheet = filled(old)
    assert roster_line(begin(old, 2025, tmp_path / "甲.yaml", sheet)[0]) == roster_line(old)

    def change(rows_of: Any, rows: dict[str, int]) -> None:
        put(rows_of, rows["一科"], 任务=8)
        put(rows_of, rows["二科"], 任务=None)
        put(rows_of, 4, 单位="三科", 系列="甲类")

    new = begin(old, 2025, tmp_path / "乙.yaml", filled(old, change))[0]
    assert roster_line(new) == "  名单: {一科: {系列: 甲类, 任务: 8}, 二科: {系列: 乙类}, 三科: {系列: 甲类}}"


def roster_line(path: Path) -> str:
    """The line of 名单."""
    return next(line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("  名单:"))
