"""What can be proven of a rule book before any record: each finding at its place, with a value that shows it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from engine import checks, pipeline
from engine.__main__ import main
from engine.checks import Checked
from engine.codes import PROOFS
from engine.document import Document, Steps
from engine.number import show
from engine.pipeline import check_rules
from engine.source import Problem, Rejected, Severity, Span, render

HERE = Path(__file__).parent / "checks"
GOOD = (HERE / "good.yaml").read_text(encoding="utf-8")
ERROR, WARNING, NOTICE = Severity


class Edit(NamedTuple):
    """One edit of the good file, and what must then be said: code, weight, the words marked, words told."""

    code: str
    weight: Severity
    good: str
    bad: str
    marked: str
    told: str


def edits() -> list[Edit]:
    """tests/checks/edits.yaml."""
    entries = yaml.safe_load((HERE / "edits.yaml").read_text(encoding="utf-8"))
    return [Edit(e["发现"], Severity(e["轻重"]), *(str(e[key]) for key in ("原", "改", "指", "说"))) for e in entries]


EDITS = edits()


def told(tmp_path: Path, text: str) -> list[Problem]:
    """Everything that checking a file with this text says."""
    path = tmp_path / "办法.yaml"
    path.write_text(text, encoding="utf-8")
    try:
        return check_rules(path)[2]
    except Rejected as rejected:
        return list(rejected.problems)


def marked(problem: Problem) -> str:
    """The words of the file that a problem points at."""
    assert isinstance(problem.place, Span)
    return problem.place.source.lines[problem.place.line - 1][problem.place.start : problem.place.end]


def edited(edit: Edit) -> str:
    """The good file after an edit; a ledger that gets another name gets it where it is counted too."""
    assert GOOD.count(edit.good) == 1, edit.good
    text = GOOD.replace(edit.good, edit.bad)
    return text.replace("计次: 表扬}", f"计次: {edit.marked}}}") if edit.code == "R171" else text


def test_nothing_is_said_of_the_good_file(tmp_path: Path) -> None:
    """底本没有错误，没有警告，也没有提示。"""
    assert [render(p) for p in told(tmp_path, GOOD)] == []


@pytest.mark.parametrize("edit", EDITS, ids=[f"{e.code}-{i}" for i, e in enumerate(EDITS)])
def test_a_finding_stands_where_it_is(tmp_path: Path, edit: Edit) -> None:
    """改坏一处：报这一类、这样重、指着这几个字，举得出例子，说得出怎样改。"""
    problems = told(tmp_path, edited(edit))
    found = [p for p in problems if p.code == edit.code and edit.told in p.detail]
    assert found, [render(p) for p in problems]
    problem = found[0]
    assert problem.severity is edit.weight
    assert marked(problem).strip('"') == edit.marked.strip('"'), render(problem)
    assert problem.hint.endswith(("。", "？"))
    assert problem.detail.endswith("。")
    assert "「" in problem.context or problem.code in ("R151", "R152", "R162")


def test_every_proof_is_tried() -> None:
    """每一种发现都有一个例子。"""
    assert set(PROOFS) - {edit.code for edit in EDITS} == set()


def test_a_gap_reads_as_the_design_says(tmp_path: Path) -> None:
    """档次之间的空隙：条款、项、划出的区间、例子和改法，一样不少。"""
    (problem,) = told(tmp_path, GOOD.replace('"[50%, 100%)": 4', '"[50%, 95%)": 4'))
    line = 1 + GOOD[: GOOD.index('"[50%, 100%)"')].count("\n")
    assert render(problem).splitlines() == [
        "错误 R102  档次之间有空隙",
        f"  {problem.place} · 一「任务扣分」",
        f'    {line} |       "[50%, 95%)": 4',
        f"    {' ' * len(str(line))}         {'^' * 12}",
        "  季度完成率在 [95%, 100%) 时不落在任何一档，例如 97%。",
        "  建议：漏了“[95%, 100%)”这一档的，补上；上限写错了的，把“[50%, 95%)”的上限改为100%。",
    ]


def test_counts_are_whole(tmp_path: Path) -> None:
    """次数只取整数：[0, 2] 接 [3, +∞) 没有空隙；[0, 2] 接 [4, +∞) 空着 3。"""
    table = '  等级扣分: {条款: 三, 每: 年, 查表: 迟报次数, 表: {"[0, 2]": 0, "[3, +∞)": 5}}\n  表扬次数: {'
    text = GOOD.replace("  表扬次数: {", table)
    assert not [p for p in told(tmp_path, text) if p.code == "R102"]
    (gap,) = (p for p in told(tmp_path, text.replace('"[3, +∞)"', '"[4, +∞)"')) if p.code == "R102")
    assert "例如 3" in gap.detail


def test_values_filled_in_by_hand_have_no_known_ends(tmp_path: Path) -> None:
    """人填的数没有声明范围：两头之外不算空隙，中间的算。"""
    text = GOOD.replace("类别: [信息, 调研]}}", "类别: [信息, 调研], 比例: {类: 数, 空: 0}}}")
    table = '  系数: {条款: 二, 台账: 采用, 查表: 比例, 表: {"[0%, 50%)": 1, "[50%, 100%]": 2}}\n  历时: {'
    text = text.replace("  历时: {", table)
    assert not [p for p in told(tmp_path, text) if p.code == "R102"]
    (gap,) = (p for p in told(tmp_path, text.replace('"[50%, 100%]"', '"[60%, 100%]"')) if p.code == "R102")
    assert "例如 55%" in gap.detail


def test_which_of_two_words_goes_first_is_said(tmp_path: Path) -> None:
    """选题单位又是三个以上单位之一：说了先登记哪一个，或者两样的分相同，就不用再问；默认的一行也算。"""
    both = GOOD.replace("刊物: [县级, 市级]", "刊物: {类: [县级, 市级], 可兼: [[县级, 市级]]}")
    (found,) = (p for p in told(tmp_path, both) if p.code == "R109")
    assert "信息：按“县级”是 1，按“市级”是 2" in found.detail
    settled = both.replace("可兼: [[县级, 市级]]", "可兼: [[县级, 市级]], 先: [市级]")
    assert told(tmp_path, settled) == []
    same = both.replace("市级: {信息: 2, 调研: 4}", "市级: {信息: 1, 调研: 2}")
    assert "R109" not in {p.code for p in told(tmp_path, same)}
    rest = both.replace("市级: {信息: 2, 调研: 4}", "其余: {信息: 2, 调研: 4}")
    assert "R109" in {p.code for p in told(tmp_path, rest)}


def test_an_alternative_is_proven_too(tmp_path: Path) -> None:
    """备选改出来的空隙，也在校验时报，指着备选的那一行。"""
    reading = "口径:\n  甲1:\n    条款: 一\n    问题: 边上怎样算\n    采取: 含\n    理由: 原文\n    备选:\n"
    patch = '      不含: {指标.任务扣分.表: {"[100%, +∞)": 0, "(50%, 100%)": 4, "[0%, 50%)": 10}}\n'
    problems = told(tmp_path, GOOD.replace("单位:\n  分类", f"{reading}{patch}单位:\n  分类"))
    assert [(p.code, "口径 甲1 取“不含”时" in p.context) for p in problems] == [("R102", True)]
    assert marked(problems[0]) == '"[0%, 50%)"'


def test_a_number_by_reading_need_not_be_printed(tmp_path: Path) -> None:
    """原文没有的数，口径里说了的就不再提。"""
    text = GOOD.replace("按次: {迟报次数: 5, 漏报次数: 20}", "按次: {迟报次数: 5, 漏报次数: 20.5}")
    assert [p.code for p in told(tmp_path, text)] == ["R161"]
    reading = "口径:\n  甲1: {条款: 三, 问题: 漏报扣多少, 采取: 扣20.5分, 理由: 原文没有说}\n"
    assert told(tmp_path, text.replace("单位:\n  分类", f"{reading}单位:\n  分类")) == []


OTHERS = """细则: {名称: 试, 年度: 2024, 起止: 2024-01-01 至 2024-12-31}
条文: {一: {原文: 基础100分；迟报扣30分，漏报扣50分，迟报2次归零；扣得最少的加5分}}
单位: {列: {}, 名单: {甲: {}, 乙: {}}}
台账: {突发: {归期: 日期, 列: {单位: 单位, 日期: 日期, 时效: [及时, 迟报, 漏报]}}}
指标:
  迟报次数: {条款: 一, 每: 年, 计次: 突发, 当: 时效 = 迟报}
  漏报次数: {条款: 一, 每: 年, 计次: 突发, 当: 时效 = 漏报}
  扣分: {条款: 一, 每: 年, 按次: {迟报次数: 30, 漏报次数: 50}}
  迟报归零: {条款: 一, 每: 年, 公式: 迟报次数 ≥ 2}
  少扣: {条款: 一, 每: 年, OTHER}
  加分: {条款: 一, 每: 年, 查表: 少扣, 表: {"[0, 1]": 5, "(1, +∞)": 0}}
考评:
  项目: {基础: {条款: 一, 满分: 100, 扣: 扣分}}
  得分: [{编号: 总, 条款: 一, 加: [基础, 加分]}, {编号: 归零, 条款: 一, 归零: 迟报归零}]
"""


@pytest.mark.parametrize("other", ["名次: [{扣分: 低者先}], 同分: 并列", "最低: 扣分, 范围: 全部"])
def test_what_hangs_on_other_units_is_not_supposed(tmp_path: Path, other: str) -> None:
    """得分要看别的单位的，假设不出来：说没有查漏洞，不当作查过，也不中断。"""
    assert "R203" in {p.code for p in told(tmp_path, OTHERS.replace("OTHER", other))}
    assert "R203" not in {p.code for p in told(tmp_path, OTHERS.replace("OTHER", "公式: 扣分 ÷ 30"))}


# ---- the 2024 rules -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def base(root: Path) -> Checked:
    """rules/2024.yaml, read and proven."""
    return pipeline._checked(pipeline._document(root / "rules" / "2024.yaml"))


def test_what_is_said_of_2024(root: Path) -> None:
    """2024 年细则：没有错误；只有两次迟报重于两次漏报这一条要请示，和原文没有印的格子。"""
    found = check_rules(root / "rules" / "2024.yaml")[2]
    assert sorted((p.code, p.severity) for p in found if p.code != "R202") == [("R106", NOTICE), ("R201", WARNING)]


def test_warnings_stop_nothing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """只有警告和提示的，照样是“没有错误”，退出码 0。"""
    assert main(["check", str(root / "rules" / "2024.yaml")]) == 0
    told = capsys.readouterr()
    assert "没有错误" in told.out
    assert "警告 R201" in told.err


def test_proofs_are_quick(base: Checked) -> None:
    """2024 年细则全部证明（不算情形搜索）在 60 毫秒以内。"""
    subject = checks.Subject(base.book, base.study)
    spent = []
    for _ in range(5):
        begun = time.perf_counter()
        for check in checks.CHECKS[:-1]:
            list(check(subject))
        spent.append(time.perf_counter() - begun)
    assert min(spent) < 0.06


# ---- each number of 2024 changed, one at a time -------------------------------------------------


def bumped(text: str) -> str:
    """The text with its first number one larger."""
    return re.sub(r"\d+(?:\.\d+)?", lambda m: show(Fraction(m[0]) + 1), text, count=1)


def cells(path: Steps, table: Any) -> Iterator[tuple[Steps, str]]:
    """Every cell of a lookup table that is a number, with its path."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from cells((*path, key), value)
        elif re.match(r"\d", value):
            yield (*path, key), value


def changed_numbers(doc: Document) -> Iterator[tuple[Steps, Document]]:
    """The document with one deduction, one cell, one 满分 or one quota larger by one; one band's edge moved."""
    for name, item in [*doc.value["计分"].items(), *doc.value["指标"].items()]:
        section = "计分" if name in doc.value["计分"] else "指标"
        numbers = list(cells((section, name, "表"), item.get("表", {})))
        numbers += [((section, name, "按次", key), points) for key, points in item.get("按次", {}).items()]
        yield from ((path, doc.replace(path, bumped(text), path)) for path, text in numbers)
        for band in [key for key in item.get("表", {}) if re.match(r"[\[(]|\d", key)]:
            path = (section, name, "表")
            moved = {bumped(key) if key == band else key: value for key, value in item["表"].items()}
            yield (*path, band), doc.replace(path, moved, path)
    parts = [("考评", "项目", name, "满分") for name in doc.value["考评"]["项目"]]
    quotas = [("单位", "名单", name, key) for name in doc.value["单位"]["名单"] for key in ("年度任务", "季度任务")]
    for path in (*parts, *quotas[::12]):
        yield path, doc.replace(path, bumped(doc.get(path)), path)


def noticed(base: Checked, doc: Document) -> bool:
    """Whether checking a changed document says anything that checking the file itself does not."""
    try:
        changed = pipeline._checked(doc, {}, base)
    except Rejected:
        return True
    everything = frozenset(base.study.entries)
    before, after = (
        {p.detail for check in checks.CHECKS[:-1] for p in check(checks.Subject(c.book, c.study, read=everything))}
        for c in (base, changed)
    )
    return not after <= before


def test_a_wrong_number_is_noticed(base: Checked) -> None:
    """改动 2024 年细则的一个扣分、一条档边、一项满分、一个单位的任务，校验都有话说。

    只有计分表的格子例外：条文没有照录整张表，由 test_notice 逐格对照通知。
    """
    missed = {path[:2] for path, doc in changed_numbers(base.doc) if not noticed(base, doc)}
    assert missed == {("计分", "采用分值")}


# ---- 豁免 -----------------------------------------------------------------------------------

WARNED = [edit for edit in EDITS if edit.weight is WARNING]


def waived(text: str, *problems: Problem) -> str:
    """The text with a waiver of each finding, as its advice says to write it."""
    lines = ["豁免:"]
    for number, problem in enumerate(problems):
        mark = re.search(r"指纹: ([0-9a-f]{8})", problem.hint)
        assert mark, render(problem)
        lines.append(
            f"  认可{number}: {{发现: {problem.code}, 指纹: {mark[1]}, 理由: 看过, 姓名: 某某, 日期: 2024-03-05}}"
        )
    return "\n".join([*lines, text])


@pytest.mark.parametrize("edit", WARNED, ids=[f"{e.code}-{i}" for i, e in enumerate(WARNED)])
def test_a_waived_finding_is_silent_until_its_rule_changes(tmp_path: Path, edit: Edit) -> None:
    """认可了的不再提；文件别处挪动、加注释、改单位、改通报，仍旧认可。"""
    found = [p for p in told(tmp_path, edited(edit)) if p.severity is WARNING]
    text = waived(edited(edit), *found)
    assert [render(p) for p in told(tmp_path, text) if p.severity is WARNING] == []
    moved = text.replace("  名单:\n", "  名单:           # 照附件\n\n    零科: {系列: 甲类}\n")
    moved = moved.replace("  年报: {", "  又报: {条款: 总则, 每: 年, 列: [得分]}\n  年报: {")
    assert [render(p) for p in told(tmp_path, moved) if p.severity is WARNING] == []


@pytest.mark.parametrize(("code", "change"), [
    ("R111", ("\"[50%, 100%)\": 4", "\"[50%, 100%)\": 3")),      # 扣分表改了别的一档，最重一档还是 8
    ("R115", ("得: 表扬加分}", "得: 表扬加分, 每: 年}")),
    ("R121", ("季度任务: 25", "季度任务: 30")),
    ("R131", ("公式: 年度采用分 ÷ 年度任务", "公式: 年度采用分 ÷ 季度任务")),
    ("R141", ("印发: 2024-01-10", "印发: 2024-01-11")),
    ("R151", ("由办公室负责解释", "由办公室解释")),
    ("R161", ("迟报次数: 6", "迟报次数: 7")),
    ("R162", ("40分钟", "50分钟")),
    ("R163", ("原文: 超过2小时为迟报", "原文: 凡超过2小时为迟报")),
])  # fmt: skip
def test_a_waiver_falls_when_its_rule_changes(tmp_path: Path, code: str, change: tuple[str, str]) -> None:
    """所依据的规则改了一个字，豁免就失效：原来的发现又提出来，并说豁免对不上。"""
    edit = next(e for e in WARNED if e.code == code and change[0] in edited(e))
    text = waived(edited(edit), *(p for p in told(tmp_path, edited(edit)) if p.severity is WARNING))
    assert text.count(change[0]) == 1
    after = {p.code for p in told(tmp_path, text.replace(*change))}
    assert {"R202", code} <= after


def test_a_waiver_meets_one_finding_only(tmp_path: Path) -> None:
    """同一项里两处发现，认可一处，另一处还提。"""
    text = GOOD.replace("按次: {表扬次数: 5}}", "按次: {表扬次数: 5}, 当: 迟报次数 ≥ 0次 且 漏报次数 ≥ 0次}")
    first, second = (p for p in told(tmp_path, text) if p.code == "R132")
    assert [p.detail for p in told(tmp_path, waived(text, first))] == [second.detail]
