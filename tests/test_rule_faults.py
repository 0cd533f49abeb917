"""Every fault of meaning in a rule file is found, at its line, before any record is seen."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from engine import check
from engine.codes import EXPRESSION, PROOFS, RULES
from engine.pipeline import Options, load_rules, score_by, unit_named
from engine.source import Problem, Rejected, Span, errors, render
from test_document import marked, place_of

FILES = sorted((Path(__file__).parent / "faults").glob("[RE]*.yaml"))
GOOD = """\
细则: {名称: 某局信息考评办法, 年度: 2024, 起止: 2024-01-01 至 2024-12-31}
条文:
  一: {原文: 年度任务完成率在50%（含）以上的，扣5分；不到50%的，扣10分。}
口径:
  甲1:
    条款: 一
    问题: 漏报怎样算
    采取: 不算
    理由: 原文没有说
    备选:
      算: {指标.漏报次数.当: 上报 = 漏报}
      也算: {指标.漏报次数.当: 上报 = 漏报}
单位:
  分类: 系列
  列: {系列: [甲类, 乙类], 年度任务: {类: 采用分, 空: 不适用}}
  名单:
    一科: {系列: 甲类, 年度任务: 10}
    二科: {系列: 乙类, 年度任务: 20, 别名: [老二科]}
台账:
  采用:
    归期: 采用日期
    列:
      编号: 文本
      单位: 单位
      采用日期: 日期
      刊物: [县级, 市级]
      上报: {类: [按时, 漏报], 空: 按时}
计分:
  分值: {条款: 一, 台账: 采用, 查表: 刊物, 表: {县级: 1, 市级: 2}}
  采用分: {条款: 一, 收: [分值]}
指标:
  年度采用分: {条款: 一, 每: 年, 合计: 采用分}
  完成率: {条款: 一, 每: 年, 公式: 年度采用分 ÷ 年度任务}
  漏报次数: {条款: 一, 每: 年, 计次: 采用, 当: 上报 = 漏报}
  任务扣分:
    条款: 一
    每: 年
    查表: 完成率
    表: {"[100%, +∞)": 0, "[50%, 100%)": 5, "[0%, 50%)": 10}
考评:
  满分: 20
  项目:
    采用任务: {条款: 一, 满分: 20, 扣: 任务扣分}
  得分:
    - {编号: 合计得分, 加: 采用任务}
结果:
  名次: {条款: 一, 名次: [{得分: 高者先}], 同分: 并列}
通报:
  季报: {条款: 一, 每: 年, 列: [年度采用分], 名单: {零采用: 年度采用分 = 0}}
"""

# (code, what stands in the good file, what is written instead)
FAULTS = [
    ("R01", "  完成率: {条款", "  采用任务: {条款: 一, 每: 年, 计次: 采用}\n  完成率: {条款"),
    ("R01", "  分值: {条款", "  上报: {条款: 一, 台账: 采用, 次序: 采用日期, 同: 编号}\n  分值: {条款"),
    ("R01", "  漏报次数: {", "  系列: {条款: 一, 每: 年, 计次: 采用}\n  漏报次数: {"),
    ("R03", "表: {县级: 1, 市级: 2}}", "表: {县级: {按时: 1}, 市级: 2}}"),
    ("R20", "表: {县级: 1, 市级: 2}}", "表: {县级: 1分, 市级: 2}}"),
    ("R20", "系列: 甲类, 年度任务: 10}", "系列: 甲类, 年度任务: 十分}"),
    ("R05", "分类: 系列", "分类: 年度任务"),
    ("R05", "一科: {系列: 甲类, 年度任务: 10}", "一科: {系列: 丙类, 年度任务: 10}"),
    ("R05", "一科: {系列: 甲类, 年度任务: 10}", "一科: {年度任务: 10}"),
    ("R05", "归期: 采用日期", "归期: 刊物"),
    ("R05", "空: 按时}", "空: 准时}"),
    ("R05", "刊物: [县级, 市级]", "刊物: {类: [县级, 市级], 可兼: [[县级, 省级]]}"),
    ("R05", "列: [年度采用分], 名单", "列: [年度采用], 名单"),
    ("R05", "收: [分值]", "收: [任务扣分]"),
    ("R07", "      算: {指标.漏报次数.当: 上报 = 漏报}", "      算: {指标.迟报次数.当: 上报 = 漏报}"),
    ("R07", "      算: {指标.漏报次数.当: 上报 = 漏报}", "      算: {考评.得分.合计得分: 采用任务}"),
    ("R07", "      算: {指标.漏报次数.当: 上报 = 漏报}", "      算: {考评.得分.合计得分.加.名: 采用任务}"),
    ("R09", "2024-01-01 至 2024-12-31", "2024-12-31 至 2024-01-01"),
    ("R09", "2024-01-01 至 2024-12-31", "2024-01-01 至 2024-02-30"),
    ("R10", "别名: [老二科]", "别名: [一科]"),
    ("R11", "  年度采用分: {条款: 一,", "  年度采用分: {条款: 二,"),
    ("R05", "漏报次数: {条款: 一, 每: 年, 计次: 采用, ", "漏报次数: {条款: 一, 每: 年, 计次: 采用, 范围: 全部, "),
    ("R14", "漏报次数: {条款: 一, 每: 年, 计次: 采用, 当: 上报 = 漏报", "漏报次数: {条款: 一, 每: 年, 连续: 完成率"),
    ("R14", "漏报次数: {条款: 一, 每: 年, 计次: 采用, 当: 上报 = 漏报", "漏报次数: {条款: 一, 每: 年, 上期: 完成率"),
    ("R14", "查表: 刊物, 表: {县级: 1, 市级: 2}}", "取时: 刊物, 部分: 日}"),
    ("R14", "查表: 刊物, 表: {县级: 1, 市级: 2}}", "取时: 采用日期, 部分: 时刻}"),
    ("R14", "计次: 采用, 当: 上报 = 漏报", "最高: 完成率, 范围: 片区"),
    ("R14", "查表: 刊物, 表: {县级: 1, 市级: 2}}", "历时: 采用日期, 至: 采用日期, 未至: 不计, 按: 工作日}"),
    ("R12", "公式: 年度采用分 ÷ 年度任务", "公式: 任务扣分 ÷ 年度任务"),
    ("R13", "公式: 年度采用分 ÷ 年度任务", "公式: 分值 ÷ 年度任务"),
    ("R14", "表: {县级: 1, 市级: 2}}", "表: {县级: 1, 省级: 2}}"),
    ("R14", '"[50%, 100%)": 5', '"[50分钟, 100分钟)": 5'),
    ("R14", "加: 采用任务}", "加: [采用任务, 年度采用分]}"),
    ("R14", "扣: 任务扣分}", "扣: 年度采用分}"),
    ("R15", "      单位: 单位\n", "      科室: 文本\n"),
    ("R21", "止: 2024-01-01 至 2024-12-31}", "止: 2024-01-01 至 2024-12-31, 状态: 示意}\n待核对: {计分.分植: 计分表}"),
    ("R22", "止: 2024-01-01 至 2024-12-31}", "止: 2024-01-01 至 2024-12-31}\n待核对: {单位.名单: 附件}"),
    ("R23", "一: {原文: ", "一: {试写: "),
    ("R24", "一: {原文: ", "一: {试写: 一句占位的话, 原文: "),
    ("E01", "当: 上报 = 漏报}\n  任务扣分", "当: 上报 = 漏报；}\n  任务扣分"),
    ("E02", "公式: 年度采用分 ÷ 年度任务", "公式: 年度采用分 ÷ （年度任务"),
    ("E03", "公式: 年度采用分 ÷ 年度任务", "公式: 年度采用分（年度任务）"),
    ("E04", "公式: 年度采用分 ÷ 年度任务", f"公式: 年度采用分 ÷ 年度任务{' ＋ 1' * 200}"),
    ("E05", "公式: 年度采用分 ÷ 年度任务", "公式: 年度采用分 × 年度任务"),
    ("E05", "零采用: 年度采用分 = 0", "零采用: 年度采用分 = 3次"),
    ("E06", "零采用: 年度采用分 = 0", "零采用: 年度采用分"),
    ("E07", "公式: 年度采用分 ÷ 年度任务", "公式: 年度采用份 ÷ 年度任务"),
    ("E07", "当: 上报 = 漏报}\n  任务扣分", "当: 上报 = 迟报}\n  任务扣分"),
]  # fmt: skip


def found(tmp_path: Path, text: str) -> list[Problem]:
    """The errors of a rule file with this text."""
    path = tmp_path / "办法.yaml"
    path.write_text(text, encoding="utf-8")
    return errors(check(path))


def test_the_good_file_has_no_fault(tmp_path: Path) -> None:
    """底本没有错误。"""
    assert [render(p) for p in found(tmp_path, GOOD)] == []


@pytest.mark.parametrize(("code", "good", "bad"), FAULTS, ids=[f"{c}-{i}" for i, (c, *_) in enumerate(FAULTS)])
def test_a_fault_is_found_where_it_is(tmp_path: Path, code: str, good: str, bad: str) -> None:
    """写错一处，报的就是这一类，指的就在这一处或用到它的那一项。"""
    assert GOOD.count(good) == 1, good
    problems = found(tmp_path, GOOD.replace(good, bad))
    assert code in {p.code for p in problems}, [render(p) for p in problems]
    for problem in problems:
        assert isinstance(problem.place, Span)
        assert problem.detail
        text = render(problem)
        assert "Traceback" not in text
        assert "办法.yaml 第" in text


def test_the_exact_word_is_marked(tmp_path: Path) -> None:
    """错的是“年度采用份”，划出来的就是这五个字，并建议“年度采用分”。"""
    problem = found(tmp_path, GOOD.replace("公式: 年度采用分 ÷", "公式: 年度采用份 ÷"))[0]
    assert isinstance(problem.place, Span)
    line = problem.place.source.lines[problem.place.line - 1]
    assert line[problem.place.start : problem.place.end] == "年度采用份"
    assert "年度采用分" in problem.hint


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_marked_line_and_no_other(path: Path) -> None:
    """tests/faults/ 里坏了的文件：行尾写着编号（#! R102）的，那一行正好报那一种；没有写的，什么也不报。"""
    assert Counter(map(place_of, check(path))) == marked(path)


def test_every_code_of_meaning_has_a_broken_file() -> None:
    """规则、证明、表达式的每一个编号都有一个坏文件；要靠命令行、台账或旧文件才有的，和结构先说的，除外。"""
    asked_for, by_schema = {"R06", "R08", "R17", "R18", "R19", "R25"}, {"R02", "R04"}
    shown = {code for path in FILES for _, code in marked(path)}
    assert set(RULES) | set(PROOFS) | set(EXPRESSION) == shown | asked_for | by_schema


def test_every_code_of_meaning_is_tried() -> None:
    """规则和表达式的每一个错误代码都有一个例子。"""
    here = {
        "R06",
        "R08",
        "R17",
        "R18",
        "R19",
        "R25",
        *(code for code in RULES if len(code) > 3),
    }  # R1xx, R2xx: test_checks  # below, they need an option or a run
    by_schema = {"R02", "R04"}  # the schema speaks first; the reader guards behind it
    assert set(RULES) | set(EXPRESSION) == {c for c, *_ in FAULTS} | here | by_schema


def loaded(tmp_path: Path, readings: dict[str, str] | None = None) -> None:
    path = tmp_path / "办法.yaml"
    path.write_text(GOOD, encoding="utf-8")
    load_rules(path, readings)


def test_unknown_reading_and_unknown_value(tmp_path: Path) -> None:
    """没有的口径、没有的取法，都说出有哪些。"""
    for readings, word in (({"甲2": "算"}, "甲1"), ({"甲1": "全算"}, "算")):
        with pytest.raises(Rejected) as caught:
            loaded(tmp_path, readings)
        assert caught.value.problems[0].code == "R06"
        assert word in caught.value.problems[0].hint


def test_two_readings_that_write_one_path(tmp_path: Path) -> None:
    """两个口径改同一处，不能一起取。"""
    again = "  甲2: {条款: 一, 问题: 又问, 采取: 不, 理由: 无, 备选: {要: {指标.漏报次数.当: 上报 = 按时}}}\n"
    text = GOOD.replace("单位:\n  分类", f"{again}单位:\n  分类")
    path = tmp_path / "办法.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Rejected) as caught:
        load_rules(path, {"甲1": "算", "甲2": "要"})
    assert caught.value.problems[0].code == "R08"


def test_faults_of_a_run(tmp_path: Path) -> None:
    """截至日早于考评期、没有写折算、没有这个单位。"""
    path = tmp_path / "办法.yaml"
    path.write_text(GOOD, encoding="utf-8")
    (tmp_path / "台账").mkdir()
    (tmp_path / "台账" / "采用.csv").write_text("编号,单位,采用日期,刊物,上报\n", encoding="utf-8")
    book = load_rules(path)
    from datetime import date
    from fractions import Fraction

    for code, options in (("R18", Options(as_of=date(2023, 12, 31))), ("R17", Options(scale_to=Fraction(5)))):
        with pytest.raises(Rejected) as caught:
            score_by(book, tmp_path / "台账", options)
        assert caught.value.problems[0].code == code
    with pytest.raises(Rejected) as caught:
        unit_named(book, "三科")
    assert caught.value.problems[0].code == "R19"
    assert unit_named(book, "老二科") == "二科"
