"""同一份计算放到 Spark 上，和本机一格不差：每个单位每期的每个数、每一处毛病、每一行未计、校验值。

Spark 在这里是 Sail 的 Spark Connect 服务，和测试在同一个进程里，不要 Java。没有装 [spark] 的部件就跳过；
``make test-spark`` 装好再跑，跳过就是不合格。
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from engine import bulk, scoring
from engine import lazy as nw
from engine.bulk.spark import OnSpark
from engine.ledger.sheets import read
from engine.pipeline import Options, load_rules
from engine.rulebook import Kind, RuleBook
from engine.scoring import Backend, Known, OnPolars, Sums, carried_out
from engine.scoring.table import PERIOD, ROW, SOURCE, UNIT
from engine.source import Rejected
from engine.trial import run
from random_ledgers import ledgers, write_parquet
from test_bulk import write_offices
from test_clauses import CASES, FILES, TEXTS

if os.environ.get("XIZE_SPARK") not in ("must", "all"):
    for part in ("pyspark.sql", "pysail.spark"):
        pytest.importorskip(part, reason="没有装 [spark] 的部件；make test-spark 会装")

Scored = tuple[RuleBook, dict[str, pl.DataFrame], int]


@pytest.fixture(scope="module")
def spark() -> Iterator[OnSpark]:
    """A session on a Spark Connect server of our own."""
    from pysail.spark import SparkConnectServer

    server = SparkConnectServer(ip="127.0.0.1", port=0)
    server.start(background=True)
    try:
        with OnSpark(f"sc://127.0.0.1:{server.listening_address[1]}") as backend:
            yield backend
    finally:
        server.stop()


def alike(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows in an order of their own, whole numbers of one width."""
    frame = frame.with_columns(pl.selectors.integer().cast(pl.Int64)).select(sorted(frame.columns))
    return frame.sort([name for name in (ROW, SOURCE, UNIT, PERIOD, "行") if name in frame.columns])


def assert_same(here: Sums, there: Sums) -> None:
    """Every table, every mark, every row not counted."""
    assert there.columns.keys() == here.columns.keys()
    for name, frame in here.frames.items():
        assert alike(there.frames[name]).equals(alike(frame)), name
    for found, expected in zip(marks(there), marks(here), strict=True):
        assert [why for why, _ in found] == [why for why, _ in expected]
        assert all(alike(rows).equals(alike(others)) for (_, rows), (_, others) in zip(found, expected, strict=True))
    assert there.left.keys() == here.left.keys()
    assert all(alike(there.left[name]).equals(alike(rows)) for name, rows in here.left.items())


def marks(sums: Sums) -> list[list[tuple[str, pl.DataFrame]]]:
    """What was singled out, and why."""
    kinds = (sums.faults, sums.stray, sums.lacking)
    return [[(f"{mark.table} {mark.reason} {mark.columns}", rows) for mark, rows in kind] for kind in kinds]


def assert_same_run(spark: OnSpark, book: RuleBook, folder: Path, by: str | None, options: Options) -> None:
    """A folder of Parquet ledgers scored here and there."""
    intake = bulk.take(book, folder, by)
    here = bulk.score_intake(book, intake, by, options, full=True)
    there = bulk.score_intake(book, intake, by, options, full=True, backend=spark)
    assert_same(here.sums, there.sums)
    assert there.digest == here.digest
    assert alike(there.uncounted).equals(alike(here.uncounted))
    assert there.scores.equals(here.scores)


def test_the_example_year(book_2024: RuleBook, spark: OnSpark, root: Path, tmp_path: Path) -> None:
    """编造的一年。"""
    for name, table in read(root / "examples" / "2024.xlsx", book_2024.ledgers).tables.items():
        table.text.write_parquet(tmp_path / f"{name}.parquet")
    assert_same_run(spark, book_2024, tmp_path, None, Options())


@pytest.mark.parametrize(("seed", "as_of"), [(3, date(2024, 8, 15)), (11, date(2025, 2, 1))])
def test_random_ledgers(book_2024: RuleBook, spark: OnSpark, tmp_path: Path, seed: int, as_of: date) -> None:
    """随机的台账，年中和次年。"""
    write_parquet(ledgers(seed), tmp_path)
    assert_same_run(spark, book_2024, tmp_path, None, Options(as_of=as_of))


def test_many_offices(book_2024: RuleBook, spark: OnSpark, tmp_path: Path) -> None:
    """八家一次算完。"""
    write_offices(tmp_path)
    assert_same_run(spark, book_2024, tmp_path, "县", Options())


# The same on Sail too (run with XIZE_SPARK=all), but its optimiser takes two minutes to plan it.
SLOW = () if os.environ.get("XIZE_SPARK") == "all" else ("取时",)


@pytest.mark.parametrize("path", [path for path in FILES if path.stem not in SLOW], ids=lambda path: path.stem)
def test_every_mechanism(spark: OnSpark, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """每一种算法，用 tests/clauses 里的规则和记录：工作日、周、商的排名、范围、连续……"""
    rules = tmp_path / path.name
    rules.write_text(TEXTS[path.stem][0] + "\n", encoding="utf-8")
    book = load_rules(rules)
    for given in taken_in(book, path.stem, monkeypatch):
        try:
            here = carried(*given, OnPolars())
        except Rejected:
            continue  # that the rule file cannot take these rows is said before anything is computed
        assert_same(here, carried(*given, spark))


def taken_in(book: RuleBook, name: str, monkeypatch: pytest.MonkeyPatch) -> list[Scored]:
    """What the cases of a file that take the readings as they stand were scored from, for each as-of day the most."""
    seen: list[Scored] = []
    real = scoring.score

    def score(book: RuleBook, frames: Mapping[str, pl.DataFrame], as_of: int, base: Any = None) -> Any:
        seen.append((book, dict(frames), as_of))
        return real(book, frames, as_of, base)

    with monkeypatch.context() as patch:
        patch.setattr(scoring, "score", score)
        run(book, [case for case in CASES if case.file == name and not case.readings])
    most = sorted(seen, key=lambda given: sum(frame.height for frame in given[1].values()))
    return list({given[2]: given for given in most}.values())


def carried(book: RuleBook, frames: Mapping[str, pl.DataFrame], as_of: int, backend: Backend) -> Sums:
    """All tables of these rows."""
    fields = [(n, f) for n in frames for f in book.ledgers[n].fields.values() if f.kind is Kind.NUMBER]
    bounds = {(n, f.name): int(frames[n][f.name].abs().max() or 0) for n, f in fields}
    rows = {name: (frame.height, frame.height) for name, frame in frames.items()}
    study = scoring.plan(book, frames, as_of, Known(rows, bounds, {}), backend)
    return carried_out(study, list(study.tables), backend)


def test_what_is_wrong_is_told(tmp_path: Path) -> None:
    """连不上的、只装了 Connect 部件却写别的地址的、算到一半停了的：说清楚，不留下文件。"""
    for master, told in (("sc://127.0.0.1:1", "连不上 127.0.0.1:1。"), ("spark://127.0.0.1:1", "只能用 sc:// 的地址")):
        with pytest.raises(Rejected) as rejected, OnSpark(master, tmp_path):
            pass
        assert told in rejected.value.problems[0].detail
        assert rejected.value.unreadable
    assert list(tmp_path.iterdir()) == []


def test_a_failure_on_the_way_is_told(spark: OnSpark, tmp_path: Path) -> None:
    """一个不是数的文字要当作数。"""
    frame = spark.lazy(pl.DataFrame({"数": [1]}))
    with pytest.raises(Rejected) as rejected, OnSpark(spark.master, tmp_path) as other:
        other.collect([other.lazy(pl.DataFrame({"数": ["一"]})).with_columns(nw.col("数").cast(nw.Int64))])
    assert "Spark 没有算完" in rejected.value.problems[0].detail
    assert list(tmp_path.iterdir()) == []
    assert spark.collect([frame])[0].rows() == [(1,)]


def test_a_folder_that_is_not_shared(spark: OnSpark, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Spark 那一边读不到我们写的文件，有的服务就当作没有一行：先试一行，不让所有单位都得零分。"""
    monkeypatch.setattr(pl.DataFrame, "write_parquet", lambda *_: None)
    with pytest.raises(Rejected) as rejected, OnSpark(spark.master, tmp_path):
        pass
    assert "F20" in rejected.value.problems[0].code
    assert list(tmp_path.iterdir()) == []


def test_every_mechanism_is_there() -> None:
    """每个文件都有照口径本来的取法算的例子。"""
    assert {case.file for case in CASES if not case.readings} == set(chain(TEXTS))
