"""bench/ 里手写的各家算的是同一件事：每一家在编造的几个县上和 oracle 一处不差。"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars
import pytest

import measure
import oracle
import table
import workload
from digest import digest
from notice import COLUMNS, DIGEST, UNIT

RECORDS = 1_300  # two counties, one with a record more than its share
LIBRARIES = {
    "polars_hand": "polars",
    "numpy_hand": "numpy",
    "duckdb_hand": "duckdb",
    "loop_hand": "polars",
    "openfisca_hand": "openfisca_core",
    "zen_hand": "zen",
    "simpleeval_hand": "simpleeval",
    "xize_bulk": "engine.bulk",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small workload."""
    place = tmp_path_factory.mktemp("bench") / "ledgers"
    assert workload.write(RECORDS, place) == 2
    return place


@pytest.fixture(scope="module")
def expected(folder: Path) -> list[tuple[Any, ...]]:
    """What the oracle says, county by county."""
    ledgers = {name: polars.read_parquet(folder / f"{name}.parquet") for name in oracle.DATE_COLUMN}
    rows = []
    for county in ledgers["采用"]["县"].unique().sort():
        own = {name: [typed(row) for row in frame.filter(县=county).drop("县").iter_rows(named=True)]
               for name, frame in ledgers.items()}  # fmt: skip
        rows += [(county, name, *outcome(unit)) for name, unit in oracle.score(own).units.items()]
    return sorted(rows)


def typed(row: dict[str, Any]) -> oracle.Row:
    """A record as staff type it."""
    return {name: as_text(value) for name, value in row.items()}


def as_text(value: Any) -> str:
    """A cell as staff type it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    return "" if value is None else str(value)


def outcome(unit: oracle.UnitResult) -> tuple[Any, ...]:
    """The oracle's figures in the order of COLUMNS, without the names."""
    parts = ("年度采用任务", "季度采用任务", "约稿", "工作机制", "突发事件")
    points = (unit.year_points, *(unit.quarter_points[quarter] for quarter in (1, 2, 3, 4)))
    return (
        *(unit.score, unit.rank, None if unit.rank is None else unit.tied, unit.overall_rank),
        *(unit.parts[part] for part in parts),
        *(bool(unit.zeroed), *(Fraction(p) * UNIT for p in points), unit.done_on),
    )


@pytest.mark.parametrize("name", LIBRARIES)
def test_every_contender_says_what_the_oracle_says(
    name: str, folder: Path, expected: list[tuple[Any, ...]], tmp_path: Path
) -> None:
    """得分、名次、并列、各项、采用分（精确到 1/232792560 分）、任务完成日：一处不差。"""
    if importlib.util.find_spec(LIBRARIES[name]) is None:
        pytest.skip(f"这里没有 {LIBRARIES[name]}（库由 make bench 安装）")
    contender = importlib.import_module(name)
    contender.saved(contender.scored(contender.loaded(contender.opened(folder))), tmp_path / "scores.parquet")
    columns = DIGEST if name == "xize_bulk" else COLUMNS  # the engine names some of its figures otherwise
    got = polars.read_parquet(tmp_path / "scores.parquet").select(columns)
    assert sorted(got.rows()) == [row[: len(columns)] for row in expected]


def test_the_workload_meets_what_it_should(expected: list[tuple[Any, ...]], folder: Path) -> None:
    """编造的台账里有平分、补差、并列、待定、归零、完不成和超额的单位，一条采用也没有的单位。"""
    column = {name: [row[at] for row in expected] for at, name in enumerate(COLUMNS)}
    assert polars.read_parquet(folder / "采用.parquet").height == RECORDS
    assert None in column["得分"]
    assert True in column["名次并列"]
    assert True in column["归零"]
    assert {0, 20} <= set(column["年度采用任务"])
    assert 0 in column["年度采用分"]
    assert any(points % UNIT for points in column["年度采用分"])
    assert {None, date(2024, 12, 31)} & set(column["任务完成日"])


def test_the_same_n_gives_the_same_ledgers(folder: Path, tmp_path: Path) -> None:
    """同样的条数，写出来的台账逐字节一样。"""
    workload.write(RECORDS, tmp_path / "again")
    for file in sorted(folder.iterdir()):
        assert file.read_bytes() == (tmp_path / "again" / file.name).read_bytes(), file.name


def test_the_tables_go_between_the_marks(tmp_path: Path) -> None:
    """表只写在两个记号之间，前后的字一个不动；没有记号的文件不写。"""
    page = tmp_path / "page.md"
    page.write_text(f"前\n{table.MARKS[0]}旧\n{table.MARKS[1]}后\n", encoding="utf-8")
    table.put("新", page)
    table.put("新", page)
    assert page.read_text(encoding="utf-8") == f"前\n{table.MARKS[0]}\n新\n{table.MARKS[1]}后\n"
    page.write_text("前\n", encoding="utf-8")
    with pytest.raises(measure.Failed):
        table.put("新", page)


def test_a_contender_stops_where_it_would_take_too_long() -> None:
    """照前两个条数的增长，下一个条数要用一分钟以上或内存太多的，不再量；手写的 Polars 一直量。"""
    slow, fast = table.CONTENDERS[-1], table.YARDSTICK
    results = {n: {c.name: table.Figures([measure.Taken(n / 1000, n / 1000, 90)]) for c in (slow, fast)}
               for n in (1_000, 10_000)}  # fmt: skip
    assert table.affordable(slow, 59_000, results)
    assert not table.affordable(slow, 61_000, results)
    assert table.affordable(fast, 61_000, results)
    results[100_000] = {fast.name: results[10_000][fast.name]}
    assert not table.affordable(slow, 200_000, results)


def test_the_digest_does_not_hang_on_order(tmp_path: Path) -> None:
    """校验值：按行的内容算，和行的先后无关；差一个名次就不同；没有数的是空的。"""
    rows = [("甲", "乙", 81, 1, True, None), ("甲", "丙", None, None, None, None)]
    turned, changed = rows[::-1], [("甲", "乙", 81, 2, True, None), rows[1]]
    digests = []
    for number, lines in enumerate((rows, turned, changed)):
        path = tmp_path / f"{number}.parquet"
        polars.DataFrame(lines, DIGEST, orient="row").write_parquet(path)
        digests.append(digest(path))
    assert digests[0] == digests[1] != digests[2]
    assert digests[0] == hashlib.sha256("甲,丙,,,,\n甲,乙,81,1,是,\n".encode()).hexdigest()
