"""同一张表、同样的键的几个数，一次合起来，和一个一个合起来一样。"""

from __future__ import annotations

from fractions import Fraction

import narwhals as nw
import polars as pl

from engine import column as col
from engine.column import Column
from engine.rulebook import Kind
from engine.scoring.table import UNIT, Table
from engine.scoring.together import Figure, Together

ROWS = pl.DataFrame(
    {
        UNIT: [0, 0, 0, 1, 1, 2],
        "分": [5, None, 7, 2, 3, 4],
        "迟": [True, True, None, False, None, False],
        "种": [1, 1, 2, 1, 1, 1],
    }
)
POINTS = Column(Kind.NUMBER, nw.col("分"), absent=nw.when(nw.col("分").is_null()).then(3).otherwise(0), high=7)
LATE = nw.col("迟")
FIGURES = [
    Figure("次", "计次", None, None),
    Figure("迟次", "计次", None, LATE),
    Figure("和", "合计", POINTS, None),
    Figure("迟和", "合计", POINTS, LATE),
    Figure("低", "最低", POINTS, None),
    Figure("迟高", "最高", POINTS, LATE),
]
COLUMNS = ["~次次", "~次迟次", "~值和", "~待和", "~值迟和", "~次迟和", "~值低", "~值迟高"]


def table(name: str, frame: pl.DataFrame) -> Table:
    return Table(name, nw.from_native(frame.lazy()), 10, 10, has_unit=True)


def asked(receiver: Table, origin: Table, figure: Figure, *, apart: bool = False) -> Together:
    what = figure.name if apart else "一起"
    together = receiver.join_later(what, (UNIT,), Together(origin, (UNIT,), (UNIT,), None))
    assert isinstance(together, Together)
    together.figures.append(figure)
    return together


def read(units: Table) -> pl.DataFrame:
    """像计分时那样收上来。"""
    return pl.collect_all([nw.to_native(units.fork())])[0].sort(UNIT)


def gathered(figures: list[Figure], *, apart: bool) -> pl.DataFrame:
    units, origin = table("年", pl.DataFrame({UNIT: [0, 1, 2, 3]})), table("约稿", ROWS)
    for figure in figures:
        asked(units, origin, figure, apart=apart)
    return read(units)


def test_the_same_together_and_apart() -> None:
    """一起合和分开合一样；没有一行的单位由读的人按 0 算，所以先补 0。"""
    together, apart = (gathered(FIGURES, apart=apart).select(COLUMNS).fill_null(0) for apart in (False, True))
    assert together.equals(apart)
    assert together["~次次"].to_list() == [3, 2, 1, 0]
    assert together["~次迟次"].to_list() == [2, 0, 0, 0], "条件不明的一行不算迟"
    assert together["~值和"].to_list() == [12, 5, 4, 0]
    assert together["~值迟和"].to_list() == [5, 0, 0, 0]


def test_all_conditional() -> None:
    """都有条件的：不合任何一个条件的行不进来，结果一样。"""
    some = [figure for figure in FIGURES if figure.keep is not None]
    columns = ["~次迟次", "~值迟和", "~值迟高"]
    together, apart = (gathered(some, apart=apart).select(columns).fill_null(0) for apart in (False, True))
    assert together.equals(apart)


def test_columns_come_after_the_joins() -> None:
    """先写的列、后合的数：列要等合完才添，读的时候都在。"""
    units, origin = table("年", pl.DataFrame({UNIT: [0, 1, 2, 3]})), table("约稿", ROWS)
    first = asked(units, origin, FIGURES[0])
    units.add("次数", Column(Kind.NUMBER, nw.col("~次次").fill_null(0), measure=col.COUNT))
    assert asked(units, origin, FIGURES[1]) is first, "添列不算读"
    units.add("扣分", col.multiply(units.columns["次数"], col.number(Fraction(2))))
    rows = read(units)
    assert rows["扣分"].to_list() == [6, 4, 2, 0]
    assert asked(units, origin, FIGURES[2]) is not first, "读过以后另合一次"


def test_keys_made_meanwhile() -> None:
    """键是后添的列：前面等着的先合完。"""
    units, origin = table("季", pl.DataFrame({UNIT: [0, 1, 2]})), table("约稿", ROWS)
    asked(units, origin, FIGURES[0])
    units.then_with((nw.col(UNIT) * 0 + 1).alias("种"))
    units.join_later("种", ("种",), Together(origin, ("种",), ("种",), None, [Figure("同种", "计次", None, None)]))
    assert read(units)["~次同种"].to_list() == [5, 5, 5]
