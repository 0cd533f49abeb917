"""Figures of several periods in one story: months under a year, a quarter seen from its months, notices by month."""

from __future__ import annotations

import pytest

from engine.explanation import Reason, Story, explain
from engine.pipeline import load_rules, score_by

RULES = """\
细则: {名称: 按月, 年度: 2024, 起止: 2024-01-01 至 2024-12-31}
条文: {一: {原文: 每月2条，每少1条扣1分，连长篇都没有的季度，当季每月加倍}}
单位: {列: {}, 名单: {甲: {}}}
台账: {报送: {归期: 日期, 列: {单位: 单位, 日期: 日期, 体裁: [短篇, 长篇]}}}
指标:
  月条数: {条款: 一, 每: 月, 计次: 报送}
  季长篇: {条款: 一, 每: 季, 计次: 报送, 当: 体裁 = 长篇}
  倍数: {条款: 一, 每: 季, 查表: 季长篇, 表: {"0篇": 2, "[1篇, +∞)": 1}}
  月扣: {条款: 一, 每: 月, 公式: 取大（0、2条 － 月条数） × 倍数}
  扣分: {条款: 一, 每: 年, 合计: 月扣}
考评:
  项目:
    报送: {条款: 一, 满分: 100, 扣: 扣分, 当: 扣分 ＜ 38}
  得分: [{编号: 总, 条款: 一, 加: 报送}]
结果:
  提醒: {条款: 一, 每: 季, 当: 季长篇 = 0, 提示: 没有长篇}
"""
ROWS = "单位,日期,体裁\n甲,2024-02-05,短篇\n甲,2024-05-06,长篇\n甲,2024-05-07,短篇\n"


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """甲: 二月一条，五月两条，其中一条长篇。"""
    folder = tmp_path_factory.mktemp("按月")
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    (folder / "报送.csv").write_text(ROWS, encoding="utf-8")
    return explain(score_by(load_rules(folder / "rules.yaml"), folder), "甲")


def found(reasons: tuple[Reason, ...], name: str) -> list[Reason]:
    """Every reason of this name, in order."""
    return [r for reason in reasons for r in ([reason] if reason.name == name else found(reason.children, name))]


def test_a_year_put_together_from_months_names_them(story: Story) -> None:
    """全年扣分由各月合成：逐月列出扣了的月份；恰好2条的五月没有扣，不列。"""
    months = found(story.reasons, "月扣")
    assert [m.text.partition("：")[0] for m in months] == [f"{n}月" for n in range(1, 13) if n != 5]
    assert sum(int(str(m.value)) for m in months) == 5 * 2 + 4 * 1 + 6 * 2 + 6 * 2


def test_a_month_shows_its_own_quarter(story: Story) -> None:
    """二月看到的是一季度的倍数2，四月看到的是二季度的倍数1，不都是第一季度。"""
    months = {m.text.partition("月")[0]: m for m in found(story.reasons, "月扣")}
    shown = {n: [str(c.value) for c in m.children if c.name == "倍数"] for n, m in months.items()}
    assert (shown["2"], shown["4"], shown["7"]) == (["2"], ["1"], ["2"])


def test_a_notice_by_quarter_names_the_quarters(story: Story) -> None:
    """按季的提示写明是哪几个季度；解释里逐季列出条件。"""
    assert story.unit.notices == ["没有长篇（第1季度、第3季度、第4季度）"]
    assert [r.text.partition("，")[0] for r in story.outcomes] == ["第1季度", "第3季度", "第4季度"]
    assert story.unit.as_json()["提示"] == story.unit.notices


def test_a_gate_that_is_shut_is_told(story: Story) -> None:
    """扣分恰好38，不到门槛“小于38”：不得分，写明门槛和当时的数。"""
    part = story.reasons[0]
    assert (part.value, part.text) == (0, "要“扣分 38 ＜ 38”才得分；满分 100 − 扣分 38 ＝ 0")
