"""The expression language: policy spelling is read, everything else is refused at its place."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import narwhals as nw
import polars as pl
import pytest

from engine.column import Column, settled
from engine.evaluate import evaluate
from engine.formula import parse
from engine.rulebook import ABSENT_WORDS, Absent, Kind
from engine.source import Rejected, Source, Span


def span(text: str) -> Span:
    """A place for a text of its own."""
    return Span(Source("式.yaml", (text,)), 1, 0, len(text))


def refused(text: str) -> Any:
    """The problem that a text gives."""
    with pytest.raises(Rejected) as caught:
        evaluate(parse(text, span(text)), COLUMNS.get, COLUMNS)
    return caught.value.problems[0]


COLUMNS: dict[str, Column] = {
    "甲": Column(Kind.NUMBER, nw.col("甲"), 2, low=-10, high=10),
    "乙": Column(Kind.NUMBER, nw.col("乙"), 3, low=-10, high=10),
    "任务": Column(Kind.NUMBER, nw.col("任务"), measure="采用分", low=1, high=9, divisors=frozenset(range(1, 10))),
    "采用分": Column(Kind.NUMBER, nw.col("采用分"), 6, measure="采用分", high=100),
    "次数": Column(Kind.NUMBER, nw.col("次数"), measure="次", high=9),
    "渠道": Column(Kind.WORD, nw.col("渠道"), options=("县内刊物", "市级采用", "综合采用（2个单位）")),
    "无故": Column(Kind.FLAG, nw.col("无故")),
    "标题": Column(Kind.TEXT, nw.col("标题")),
}
ROWS: list[dict[str, Any]] = [
    {"甲": a, "乙": b, "任务": q, "采用分": p, "次数": n, "渠道": w, "无故": f, "标题": "题"}
    for a, b, q, p, n, w, f in [(-3, 4, 4, 18, 0, 0, True), (5, 0, 9, 54, 2, 1, False), (0, -7, 1, 5, 3, 2, None)]
]  # fmt: skip


def values(text: str) -> list[Any]:
    """What an expression yields on each row."""
    column = evaluate(parse(text, span(text)), COLUMNS.get, COLUMNS)
    column = settled(column) if column.kind is Kind.RATIO else column
    frame = nw.from_native(pl.DataFrame(ROWS)).with_columns(column.expr.alias("值"))
    cells = frame.to_native().get_column("值").to_list()
    return cells if column.kind is Kind.FLAG else [None if c is None else Fraction(c, column.den) for c in cells]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("采用分 ÷ 任务 ≥ 75%", [True, True, True]),
        ("采用分 ÷ 任务 ＝ 100%", [False, True, False]),
        ("次数 ≥ 2 且 次数 ≤ 2次", [False, True, False]),
        ("（次数 > 2 或 次数 = 0） 且 非 次数 = 3", [True, False, False]),
        ("0 ≤ 次数 < 3", [True, True, False]),
        ("渠道 = 市级采用", [False, True, False]),
        ("渠道 ≠ 市级采用", [True, False, True]),
        ("渠道 在 （县内刊物、市级采用）", [True, True, False]),
        ("渠道 = ‘综合采用（2个单位）’", [False, False, True]),
        ("渠道 ≥ 市级采用", [False, True, True]),
        ("无故 且 次数 = 0", [True, False, False]),
        ("无故 且 次数 = 3", [False, False, None]),
        ("无故 或 次数 = 3", [True, False, True]),
        ("无故 = 待定", [False, False, True]),
        ("取大（0、次数 － 1）", [Fraction(0), Fraction(1), Fraction(2)]),
        ("取小（甲、乙）", [Fraction(-3, 2), Fraction(0), Fraction(-7, 3)]),
        ("个数（次数 > 0、次数 > 2）", [Fraction(0), Fraction(1), Fraction(2)]),
        ("甲 × 2 ÷ 3 ＋ 乙", [Fraction(1, 3), Fraction(5, 3), Fraction(-7, 3)]),
        ("标题 = ‘题’", [True, True, True]),
    ],
)
def test_policy_spelling_means_what_it_says(text: str, expected: list[Any]) -> None:
    """≥ ≤ × ÷ 且 或 非 在 75% 全角括号：照字面算，分毫不差。"""
    assert values(text) == expected


ATTACKS = [
    "__import__('os').system('ls')", "甲.__class__", "甲.to_native()", "().__class__", "甲[0]", "[甲]",
    "{甲: 1}", "lambda: 1", "甲 if 乙 else 1", "甲 := 3", "甲 = 乙; 1", "甲\n乙", "甲 ** 9", "9**9**9",
    "甲 // 2", "甲 % 2", "甲 & 乙", "甲 | 乙", "甲 ^ 2", "~甲", "甲 << 9", "'a' * 9", "f'{甲}'", "1e400",
    "1_000", "0x10", "１２", ".5", "5.", "甲 # 5", "取大(*甲)", "取大（甲=1）", "rand()", "open('x')",
    "甲 is 乙", "not 甲", "甲 and 乙", "True", "None", "...", "甲 乙", "（甲", "甲）", "＋", "", "甲 ＋",
    "取大（）", "甲，乙", "“甲”", "甲；乙", "甲!", "甲≥≥乙", "\u200b甲", "甲\u00a0＋ 1",
]  # fmt: skip


@pytest.mark.parametrize("text", ATTACKS)
def test_anything_else_is_refused(text: str) -> None:
    """属性、下标、函数、赋值、位运算、幂、注释、科学计数……一律拒绝，并指出在哪里。"""
    problem = refused(text)
    assert problem.code.startswith("E")
    assert problem.place.line == 1
    assert problem.detail


@pytest.mark.parametrize(
    "text", ["甲 ＋ 没有的", "无故 或 没有的 > 1", "取大（0、没有的）", "次数 > 1 且 （次数 < 0 且 没有的 = 1）"]
)
def test_a_wrong_name_in_any_branch_is_found(text: str) -> None:
    """名字写错，不管在哪个分支，装载时就发现。"""
    problem = refused(text)
    assert problem.code == "E07"
    assert text[problem.place.start : problem.place.end] == "没有的"


@pytest.mark.parametrize(
    "text",
    ["采用分 ＋ 次数", "采用分 ≥ 75%", "次数 ≥ 2小时", "采用分 × 任务", "渠道 ＋ 1", "无故 ＋ 1", "次数 且 无故",
     "渠道 > 3", "采用分 ÷ 任务 ＋ 采用分"],
)  # fmt: skip
def test_two_kinds_of_quantity_do_not_mix(text: str) -> None:
    """采用分和次数不能相加，分数不能和百分比比，次数不能和小时比，词不能算术。"""
    assert refused(text).code in ("E05", "E06")


def test_deep_and_long_expressions_are_refused() -> None:
    """嵌套太深、写得太长，拒绝而不是崩溃。"""
    assert refused("取大（" * 60 + "甲" + "）" * 60).code in ("E02", "E04")
    assert refused(" － " * 160 + "甲").code in ("E02", "E04")
    assert refused("甲" + " ＋ 甲" * 400).code == "E04"


# ---- against plain fractions -----------------------------------------------------------------


def random_expression(rng: Random, depth: int) -> tuple[str, Any]:
    """A random arithmetic text and a function of a row that computes it with Fraction."""
    if depth == 0 or rng.random() < 0.2:
        if rng.random() < 0.4:
            literal = rng.choice(["0", "1", "2.5", "75%", "0.4"])
            number = Fraction(literal.rstrip("%")) / (100 if "%" in literal else 1)
            return literal.replace("75%", "0.75"), lambda row: number if "%" not in literal else Fraction(3, 4)
        name, den = rng.choice([("甲", 2), ("乙", 3)])
        return name, lambda row: Fraction(row[name], den)
    left, f = random_expression(rng, depth - 1)
    right, g = random_expression(rng, depth - 1)
    kind = rng.choice(["＋", "－", "×", "取大", "取小"])
    if kind == "取大":
        return f"取大（{left}、{right}）", lambda row: max(f(row), g(row))
    if kind == "取小":
        return f"取小（{left}、{right}）", lambda row: min(f(row), g(row))
    operations = {"＋": lambda a, b: a + b, "－": lambda a, b: a - b, "×": lambda a, b: a * b}
    return f"（{left} {kind} {right}）", lambda row: operations[kind](f(row), g(row))


@pytest.mark.parametrize("seed", range(60))
def test_columns_equal_plain_fractions(seed: int) -> None:
    """随机算式：列式的结果与逐行用分数算的一样；比较也一样。"""
    rng = Random(seed)
    text, exact = random_expression(rng, 3)
    other, bound = random_expression(rng, 2)
    assert values(text) == [exact(row) for row in ROWS]
    assert values(f"{text} ≥ {other}") == [exact(row) >= bound(row) for row in ROWS]


@pytest.mark.parametrize("absent", list(Absent))
def test_what_has_no_value_compares_false_or_unknown(absent: Absent) -> None:
    """无、不适用：比较为否；待定、未到期：不知道（既不是是，也不是否）。"""
    column = Column(Kind.NUMBER, nw.col("甲"), absent=nw.lit(int(absent), nw.Int8), high=9)
    text = "缺 ≥ 0"
    result = evaluate(parse(text, span(text)), {"缺": column}.get, ["缺"])
    frame = nw.from_native(pl.DataFrame({"甲": [1]})).select(result.expr.alias("值"))
    assert frame.to_native()["值"].to_list() == [None if absent >= Absent.PENDING else False]
    word = ABSENT_WORDS[absent]
    asked = f"缺 = {word}"
    told = evaluate(parse(asked, span(asked)), {"缺": column}.get, ["缺"])
    assert nw.from_native(pl.DataFrame({"甲": [1]})).select(told.expr.alias("值")).to_native()["值"].to_list() == [True]
