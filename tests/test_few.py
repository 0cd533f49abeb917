"""A few rows in plain Python give what a dataframe gives, and supposed situations score as records do."""

from __future__ import annotations

from importlib import import_module
from random import Random
from typing import Any

import narwhals as nw
import polars as pl
import pytest

from engine import lazy
from engine.few import Few, Rows
from engine.rulebook import RuleBook
from engine.scoring import dry, supposed

COLUMNS: dict[str, list[Any]] = {"甲": [3, -4, 0, None], "乙": [2, 5, None, 7], "丙": [True, False, None, True]}


def random_number(rng: Random, depth: int) -> str:
    """The source of a random number expression over 甲 and 乙."""
    if depth == 0:
        return rng.choice(["m.col('甲')", "m.col('乙')", "m.lit(3, nw.Int64)", "m.lit(-2, nw.Int64)"])
    a, b = random_number(rng, depth - 1), random_number(rng, depth - 1)
    condition = random_truth(rng, depth - 1)
    return rng.choice(
        [
            f"({a} + {b})", f"({a} - {b})", f"({a} * {b})", f"({a} // 3)", f"({a} % 4)", f"(-{a})",
            f"m.max_horizontal({a}, {b})", f"m.min_horizontal({a}, {b})", f"{a}.fill_null(9)",
            f"m.when({condition}).then({a}).otherwise({b})", f"m.when({condition}).then({a})",
            f"{condition}.cast(nw.Int64)",
        ]
    )  # fmt: skip


def random_truth(rng: Random, depth: int) -> str:
    """The source of a random condition."""
    if depth <= 0:
        return rng.choice(["m.col('丙')", "(m.col('甲') > 0)", "m.col('乙').is_null()"])
    a, b = random_number(rng, depth - 1), random_number(rng, depth - 1)
    p, q = random_truth(rng, depth - 1), random_truth(rng, depth - 1)
    return rng.choice(
        [
            f"({a} {rng.choice(['<', '<=', '>', '>=', '==', '!='])} {b})", f"({p} & {q})", f"({p} | {q})", f"(~{p})",
            f"{a}.is_null()", f"{p}.fill_null(False)", f"{a}.is_in([0, 3, 5])",
        ]
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(150))
def test_a_few_rows_are_as_a_dataframe(seed: int) -> None:
    """随机的列式：普通 Python 的几行和数据框算出来的一样，空值也一样。"""
    rng = Random(seed)
    source = random_number(rng, 3) if seed % 2 else random_truth(rng, 3)
    few = eval(source, {"m": Rows(COLUMNS, None), "nw": nw})  # our own generated text
    assert isinstance(few, Few)
    frame = nw.from_native(pl.DataFrame(COLUMNS)).with_columns(eval(source, {"m": nw, "nw": nw}).alias("值"))
    assert list(few.values) == frame.to_native()["值"].to_list(), source


def test_supposed_situations_score_as_the_notice_says(book_2024: RuleBook) -> None:
    """一次迟报扣30，两次归零；一次漏报扣50，一迟一漏剩20；一次瞒报归零。"""
    study = dry(book_2024, 20_088)
    scores = supposed(
        study, {"迟报次数": [0, 1, 2, 0, 1, 0], "漏报次数": [0, 0, 0, 1, 1, 0], "瞒报次数": [0, 0, 0, 0, 0, 1]}
    )
    assert scores == [100, 70, 0, 50, 20, 0]
    assert supposed(study, {"反馈不及时次数": [1, 0, 30], "不反馈次数": [0, 1, 0]}) == [99, 95, 80]


def test_what_nobody_reads_decides_nothing() -> None:
    """空跑时的式子谁也不读：拿它作判断就是错误，不会悄悄算出一个结果。"""
    with lazy.unread():
        column = lazy.col("甲") + 1
        assert column is lazy.UNREAD
        with pytest.raises(lazy.Unknown):
            bool(column > 3)
    assert lazy.col("甲") is not lazy.UNREAD


def test_what_cannot_be_supposed_is_said(book_2024: RuleBook, monkeypatch: pytest.MonkeyPatch) -> None:
    """得分假设不出来的，说“没有检查”，不当作没有漏洞。"""
    loopholes = import_module("engine.checks.loopholes")
    monkeypatch.setattr(loopholes, "supposed", lambda study, given: [None] * len(next(iter(given.values()))))
    told = list(loopholes.loopholes(dry(book_2024, 20_088)))
    assert {problem.code for problem in told} == {"R203"}
