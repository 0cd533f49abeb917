"""算例：工作人员写的算例怎样读、怎样算、不符时怎样说、哪里没有碰到、边界怎样提出来。"""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from engine.__main__ import main
from engine.checks import Checked
from engine.document import parse
from engine.pipeline import checked
from engine.source import Rejected, Span, render
from engine.trial import Report, read, trial
from engine.trial.edges import Side, edges_of
from engine.trial.together import batches

GOOD = """\
用例:
  - 名: 年度恰好25%
    说明: 15÷60：年扣12得8；一季得10；8 ＋ 10 ＋ 40
    台账:
      采用: [[C1, 县审计局, 2024-03-31, 县内刊物, 单条采用]]
      机制: [[县审计局, 2024-12-20, 否, 否, 否, 否, 否]]
    应为: {县审计局: {得分: 58, 年度完成率: 25%, 季度采用分: {1: 15}}}
"""


@pytest.fixture(scope="module")
def rules(root: Path) -> Checked:
    """rules/2024.yaml."""
    return checked(root / "rules" / "2024.yaml")


def ran(rules: Checked, text: str) -> Report:
    """What comes of the cases of a text."""
    return trial(rules, read(parse(text.encode(), "算例.yaml")))


def told(rules: Checked, text: str) -> str:
    """What is said of the only failure."""
    (failure,) = ran(rules, text).failures
    return render(failure.problem)


def test_a_case_that_holds(rules: Checked) -> None:
    """数写成 25%、0.25 都行，恰好相等才算对。"""
    assert ran(rules, GOOD).passed == 1
    assert ran(rules, GOOD.replace("25%,", "0.25,").replace("年度恰好25%", "四分之一")).passed == 1
    assert ran(rules, GOOD.replace("25%,", "25.01%,")).passed == 0


def test_a_failure_tells_line_expected_got_and_the_branch(rules: Checked) -> None:
    """不符的，说出哪一行、应为多少、得出多少，由来一层层到条款、规则行、台账行。"""
    text = told(rules, GOOD.replace("得分: 58", "年度任务扣分: 8"))
    assert "算例.yaml 第 7 行 · 算例「年度恰好25%」" in text
    assert "县审计局 年度任务扣分：应为 8，得出 12" in text
    assert "落在“25%（含）—50%（不含）” → 12　〔三（二）1〕" in text
    assert "采用第 2 行" in text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("县审计局: {得分", "县审记局: {得分"), "是不是想写“县审计局”"),
        (("得分: 58", "得份: 58"), "是不是想写“得分”"),
        (("{1: 15}", "15"), ""),
        (("采用: [[", "采纳: [["), "没有台账“采纳”"),
        (("单条采用]]", "单条采用, 标题, 多的]]"), "这一行有 7 格，台账“采用”只有 6 列"),
        (("县内刊物", "县级刊物"), "D21"),
    ],
)
def test_a_slip_in_a_case_is_told_at_its_line(rules: Checked, wrong: tuple[str, str], said: str) -> None:
    """单位、项、台账写错了，指出是哪一行，猜是哪一个。"""
    report = ran(rules, GOOD.replace(*wrong))
    shown = "\n".join(render(failure.problem) for failure in report.failures)
    assert report.passed == 0
    assert said in shown
    assert all(isinstance(failure.place, Span) for failure in report.failures)


def test_the_shape_of_a_file_is_checked() -> None:
    """键写错、日期写错，在读的时候就说，一次说完。"""
    with pytest.raises(Rejected) as caught:
        read(parse(GOOD.replace("说明:", "说名:").replace("应为:", "截至: 2024-2-30\n    应为:").encode(), "算例.yaml"))
    assert sorted(p.code for p in caught.value.problems) == ["S02", "S05"]


def test_two_cases_of_one_name_are_refused() -> None:
    """一个文件里两个算例同名，分不清，不读。"""
    with pytest.raises(Rejected) as caught:
        read(parse((GOOD + GOOD.removeprefix("用例:\n")).encode(), "算例.yaml"))
    assert {p.code for p in caught.value.problems} == {"C03"}


def test_cases_that_meet_are_run_apart(rules: Checked) -> None:
    """同一个单位、同一个信息编号的算例不合在一起算；不相干的合在一起；要名次的单独算。"""
    other = GOOD.removeprefix("用例:\n").replace("恰好25%", "另一")
    apart = read(parse((GOOD + other).encode(), "算例.yaml"))
    together = read(parse((GOOD + other.replace("县审计局", "大埔镇").replace("C1", "C2")).encode(), "算例.yaml"))
    ranked = other.replace("县审计局", "大埔镇").replace("C1", "C2").replace("得分: 58", "名次: 1")
    alone = read(parse((GOOD + ranked).encode(), "算例.yaml"))
    assert [len(batches(rules.book, cases)) for cases in (apart, together, alone)] == [2, 1, 2]
    assert ran(rules, GOOD + other).passed == 2


def test_a_case_may_change_the_roster(rules: Checked) -> None:
    """只在这个算例里改任务：15÷20 恰好75%。"""
    text = GOOD.replace("    台账:", "    单位: {县审计局: {年度任务: 20}}\n    台账:")
    assert ran(rules, text.replace("得分: 58, 年度完成率: 25%", "得分: 66, 年度完成率: 75%")).passed == 1


def test_what_no_case_touches_is_listed(rules: Checked) -> None:
    """只有一个算例：没有落上去的格、没有用到的项、没有试过的口径，一一列出，带规则文件的行。"""
    coverage = ran(rules, GOOD).coverage
    missing = {(spot.sort, spot.name): spot.place.line for spot in coverage.missing}
    assert ("格", "年度任务扣分「[25%, 50%)」") not in missing
    assert missing["格", "年度任务扣分「[50%, 75%)」"] > 700
    assert {("条款", "三（二）5"), ("项", "失实归零"), ("口径", "A03 取“累加”")} <= missing.keys()
    assert coverage.counts["口径"] == (0, 52)


def test_an_unconfirmed_case_proves_nothing(rules: Checked) -> None:
    """待确认的算例不算通过，也不算碰到。"""
    report = ran(rules, GOOD.replace("    说明:", "    待确认: 是\n    说明:"))
    assert (report.passed, len(report.unconfirmed), report.failures) == (0, 1, ())
    assert report.coverage.counts["格"][0] == 0


def test_edges_of_the_rules(rules: Checked) -> None:
    """档的每一条界限、条件里的每一个门槛，都是一条边。"""
    found = {(edge.key, edge.text) for edge in edges_of(rules.book)}
    assert {("年度完成率", "75%"), ("首报历时", "2小时"), ("迟报次数", "2"), ("约稿扣分", "20")} <= found
    assert {("无故未报次数", "2"), ("电话历时", "电话时限")} <= found


def test_the_cases_of_2024_stand_on_every_edge_that_can_be(root: Path, tmp_path: Path) -> None:
    """提出的边界算例读得回、算得出、各站在自己那一边；核对以前一个也不算通过。"""
    (tmp_path / "一.yaml").write_text(GOOD, encoding="utf-8")
    book, out = str(root / "rules" / "2024.yaml"), tmp_path / "边.yaml"
    assert main(["test", book, str(tmp_path / "一.yaml"), "--edges", "-o", str(out)]) == 0
    report = trial(checked(Path(book)), read(parse(out.read_bytes(), "边.yaml")))
    names = {case.name for case in report.cases}
    assert {f"季度完成率{side.value}75%" for side in Side} <= names
    assert {"迟报次数恰好2", "约稿扣分差一点到20", "首报历时刚过48小时", "电话历时恰好电话时限（10分钟）"} <= names
    assert (report.failures, report.passed, len(report.unconfirmed)) == ((), 0, len(report.cases))
    assert main(["test", book, str(tmp_path / "一.yaml"), "--edges", "-o", str(out)]) == 3  # not written over


# ---- the workbook -------------------------------------------------------------------------------------------


@pytest.fixture
def workbook(root: Path, tmp_path: Path) -> Path:
    """A workbook of cases, filled in."""
    path = tmp_path / "算例.xlsx"
    assert main(["template", str(root / "rules" / "2024.yaml"), "--cases", "-o", str(path)]) == 0
    book = openpyxl.load_workbook(path)
    book["采用"].append(["恰好25%", "A1", "县审计局", "2024-03-31", "县内刊物", "单条采用"])
    book["机制"].append(["恰好25%", "县审计局", "2024-12-20", *["否"] * 5])
    book["采用"].append(["没有用在县内刊物", "A1", "县审计局", "2024-01-10", "上报信息", "单条采用"])
    book["批示"].append(["没有用在县内刊物", "A1", "县领导", "2024-01-20"])
    for row in (
        ["恰好25%", "县审计局", "得分", "58"],
        ["恰好25%", "县审计局", "季度采用分 第1季", "15", "三月末"],
        ["恰好25%", "县审计局", "处置", "无"],
        ["没有用在县内刊物", "县审计局", "年度采用分", "15"],
        ["没有用在县内刊物", None, "未计", "批示第2行"],
    ):
        book["应为"].append(row)
    book.save(path)
    return path


def test_cases_may_be_a_workbook(root: Path, workbook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """工作簿里的算例：台账多一列“算例”，“应为”一行一个数；行号就是工作表的行号。"""
    assert main(["test", str(root / "rules" / "2024.yaml"), str(workbook), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["通过"] == 2


def test_a_failure_in_a_workbook_tells_its_cell(root: Path, workbook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """不符的，指出“应为”的哪一格。"""
    book = openpyxl.load_workbook(workbook)
    book["应为"]["D2"].value = "59"
    book["应为"].append(["没有这个", "县审计局", "得分", "1"])
    book["采用"].append(["写错了名", "A9", "县审计局", "2024-01-10", "上报信息", "单条采用"])
    book.save(workbook)
    assert main(["test", str(root / "rules" / "2024.yaml"), str(workbook)]) == 1
    assert "采用!A4" in capsys.readouterr().err
    book["采用"].delete_rows(4)
    book.save(workbook)
    assert main(["test", str(root / "rules" / "2024.yaml"), str(workbook)]) == 1
    said = capsys.readouterr().err
    assert "应为!D2" in said
    assert "县审计局 得分：应为 59，得出 58" in said


def test_a_ledger_is_no_workbook_of_cases(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """拿台账当算例：说没有“应为”。"""
    assert main(["test", str(root / "rules" / "2024.yaml"), str(root / "examples" / "2024.xlsx")]) == 1
    assert "没有工作表“应为”" in capsys.readouterr().err
