"""Whoever changes a number, a comparison or a flag of the 2024 rules is told by the check or by a worked case.

Here a fair sample: every sixteenth mutant, in the order of the file. ``make mutate`` asks about every one.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import pipeline
from mutants import SURVIVORS, Watch, every, mutants
from test_cases import CASES

STEP, SHARES = 16, 4


@pytest.fixture(scope="module")
def watch(root: Path) -> Watch:
    """rules/2024.yaml with its checks and its cases."""
    return Watch(pipeline._document(root / "rules" / "2024.yaml"), CASES)


def test_every_section_that_computes_is_changed(watch: Watch) -> None:
    """每一节都改到：分值、档边、括号、任务、次数、比较、是否、先后、条件，六百处左右；没有人察觉的不超过百分之二。"""
    found = [str(mutant) for mutant in every(watch.doc)]
    assert len(found) == len(set(found))
    assert 100 * len(SURVIVORS) <= 2 * len(found)
    assert set(SURVIVORS) <= set(found)
    for change in (
        "计分.采用分值.表.单条采用.市级采用: 20 ⇒ 21", "指标.年度任务扣分.表.[75%, 100%): [75%, 100%) ⇒ (75%, 100%)",
        "指标.迟报归零.公式: 迟报次数 ≥ 2 ⇒ 迟报次数 > 2", "计分.采用计分.补差: 是 ⇒ 否",
        "结果.名次.名次.1.任务完成日: 早者先 ⇒ 晚者先", "考评.得分.2.保底: 0 ⇒ 1",
    ):  # fmt: skip
        assert change in found


@pytest.mark.parametrize("share", range(SHARES))
def test_a_change_is_noticed(watch: Watch, share: int) -> None:
    """改动细则的一处，校验有话说，或者有一个算例算出来的和该得的不一样。"""
    chosen = list(every(watch.doc))[::STEP][share::SHARES]
    assert len(chosen) >= 9
    assert [name for mutant in chosen if (name := str(mutant)) not in SURVIVORS and not watch.noticed(mutant)] == []


def test_a_change_that_changes_nothing_is_not_noticed(watch: Watch) -> None:
    """没有改动的细则，谁也不该有话说：不然上面的都不算数。"""
    mutant = next(mutants(watch.doc))
    same = type(mutant)(mutant.path, mutant.old, mutant.old, watch.doc)
    assert watch.noticed(same) == ""
