"""一组里一行接一行：排一次序走一遍，和逐组的窗口算出来一样。"""

from __future__ import annotations

from random import Random
from types import SimpleNamespace
from typing import Any

import narwhals as nw
import polars as pl
import pytest

from engine.scoring.along import BEFORE, HIGHEST, PLACE, SUM, along
from engine.scoring.table import DAY, ROW, UNIT, Table

KEYS, ORDER = ["编号", UNIT], [DAY, "~降", ROW]
STEPS = {"高": (HIGHEST, "~升"), "前": (BEFORE, "高"), "位": (PLACE, ROW), "和": (SUM, "~值")}
BOUNDS = {"编号": (0, 2**40), UNIT: (0, 96_000), DAY: (0, 20_000), ROW: (0, 2**24)}
WORKED = {"~升": (-1, 26), "~降": (-26, 1)}


def rows(seed: int) -> pl.DataFrame:
    """几百行，编号、单位、日期都常常相同。"""
    random = Random(seed)
    high = [random.randint(-1, 26) for _ in range(300)]
    return pl.DataFrame(
        {
            "编号": [random.choice((0, 7, 2**39, 2**40)) for _ in high],
            UNIT: [random.choice((0, 1, 47, 96_000)) for _ in high],
            DAY: [random.choice((0, 19_800, 19_801, 20_000)) for _ in high],
            "~升": high,
            "~降": [-value for value in high],
            "~值": [random.choice((-(2**61), 2**61, 0, 5)) if random.random() < 0.1 else value for value in high],
            ROW: random.sample(range(2**24), len(high)),
        }
    )


def walked(frame: pl.DataFrame, bounds: dict[str, tuple[int, int]]) -> pl.DataFrame:
    """走一遍以后的各行。"""
    study: Any = SimpleNamespace(bounds=lambda _: bounds, height=lambda _: frame.height)
    table = Table("试", nw.from_native(frame.lazy()), 1, 1)
    along(study, table, KEYS, ORDER, STEPS, WORKED)
    assert table.frame is not None
    found: pl.DataFrame = nw.to_native(table.frame).collect()
    return found.select(*frame.columns, *STEPS).sort(ROW)


def windows(frame: pl.DataFrame) -> pl.DataFrame:
    """逐组的窗口。"""
    ordered = frame.sort(ORDER)
    first = ordered.with_columns(
        pl.col("~升").cum_max().over(KEYS).alias("高"),
        pl.int_range(1, pl.len() + 1).over(KEYS).alias("位"),
        pl.col("~值").cum_sum().over(KEYS).alias("和"),
    )
    return first.with_columns(pl.col("高").shift().over(KEYS).fill_null(-1).alias("前")).select(
        *frame.columns, *STEPS
    ).sort(ROW)  # fmt: skip


@pytest.mark.parametrize("bounds", [BOUNDS, {UNIT: BOUNDS[UNIT]}, {}], ids=["都知道", "知道一个", "都不知道"])
def test_one_pass_is_the_windows(bounds: dict[str, tuple[int, int]]) -> None:
    """数放得进一个整数的并成一列排，放不进的各是一列：结果一样，原来的列也还在。"""
    for seed in range(10):
        frame = rows(seed)
        assert walked(frame, bounds).equals(windows(frame)), seed
