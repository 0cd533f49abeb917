"""成批计分：许多家的台账一次算完，每一家都和单独计分一样；一行也不会悄悄丢掉。"""

from __future__ import annotations

import hashlib
from datetime import date
from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest

from engine import bulk
from engine.bulk import Bulk
from engine.pipeline import Options, score_by
from engine.result import Figure, Result, figure
from engine.rulebook import RuleBook
from engine.scoring.table import OFFICE, PERIOD, UNIT
from random_ledgers import DATES, TIMES, ledgers, write_parquet

SEEDS = range(8)
OFFICES = {f"编造{name}县": seed for seed, name in zip(SEEDS, "戊乙丙丁甲己庚辛", strict=True)}


def write_offices(folder: Path, by: str = "县") -> None:
    """每一家的台账接成一个文件，多一列写明是哪一家；日期、时间存成 Parquet 自己的类型。"""
    written: dict[str, list[pl.DataFrame]] = {}
    for name, seed in OFFICES.items():
        for ledger, rows in ledgers(seed).items():
            frame = pl.DataFrame(rows, schema=None if rows else {}, infer_schema_length=None)
            written.setdefault(ledger, []).append(frame.with_columns(pl.lit(name).alias(by)) if rows else frame)
    for ledger, frames in written.items():
        whole = pl.concat([frame for frame in frames if frame.height] or frames[:1], how="diagonal")
        dates = [pl.col(name).replace("", None).str.to_date() for name in DATES if name in whole.columns]
        times = [pl.col(name).replace("", None).str.to_datetime() for name in TIMES if name in whole.columns]
        whole.with_columns(*dates, *times).write_parquet(folder / f"{ledger}.parquet")


def cells(result: Result, table: str) -> dict[tuple[int, int, str], Figure]:
    """单独计分的每一格。"""
    columns = result.outcome.columns[table]
    names = [name for name in columns if name[0] not in "#~"]
    return {
        (unit, number, name): figure(row, name, columns[name])
        for (home, unit, number), row in result.cells.items() if home == table for name in names
    }  # fmt: skip


def bulk_cells(run: Bulk, table: str) -> dict[str, dict[tuple[int, int, str], Figure]]:
    """成批计分的每一格，逐家。"""
    columns = run.sums.columns[table]
    names = [name for name in columns if name[0] not in "#~"]
    found: dict[str, dict[tuple[int, int, str], Figure]] = {}
    units = len(run.book.roster.units)
    for row in run.sums.frames[table].iter_rows(named=True):
        office = run.intake.offices[row[OFFICE]] if run.by else ""
        for name in names:
            key = row[UNIT] % units, row[PERIOD], name
            found.setdefault(office, {})[key] = figure(row, name, columns[name])
    return found


@pytest.mark.parametrize("as_of", [None, date(2024, 8, 15), date(2025, 2, 1)])
def test_many_offices_in_one_plan_are_as_many_runs(book_2024: RuleBook, tmp_path: Path, as_of: date | None) -> None:
    """八家一次算完，每一家每个单位每季每年的每个数，和这一家单独计分的一样。"""
    options = Options(as_of=as_of)
    write_offices(tmp_path)
    run = bulk.score_intake(book_2024, bulk.take(book_2024, tmp_path, "县"), "县", options)
    together = {table: bulk_cells(run, table) for table in ("年", "季")}
    assert list(run.intake.offices) == sorted(OFFICES)
    left = 0
    for name, seed in OFFICES.items():
        alone = tmp_path / name
        alone.mkdir()
        write_parquet(ledgers(seed), alone)
        result = score_by(book_2024, alone, options)
        left += len(result.uncounted)
        for table, found in together.items():
            assert found[name] == cells(result, table), (name, table)
    assert run.uncounted.height == left


def test_one_office_of_many_records(book_2024: RuleBook, root: Path, tmp_path: Path) -> None:
    """不写 --by：一家的台账成批算，和平常一样。"""
    write_parquet(ledgers(3), tmp_path)
    run = bulk.score(root / "rules" / "2024.yaml", tmp_path)
    result = score_by(book_2024, tmp_path)
    assert bulk_cells(run, "年")[""] == cells(result, "年")
    assert [*run.scores["得分"]] == [None if not isinstance(u.score, Fraction) else u.score for u in result.units]
    assert run.scores["单位"].to_list() == [unit.name for unit in result.units]


def test_the_digest_is_what_it_says(tmp_path: Path, root: Path) -> None:
    """校验值是“县,单位,得分,名次,并列,总名次”各行排好序的 sha256，别的程序照样算得出。"""
    write_offices(tmp_path)
    run = bulk.score(root / "rules" / "2024.yaml", tmp_path, "县")
    columns = ("县", "单位", "得分", "名次", "名次并列", "总名次")
    yes = {None: "", True: "是", False: "否"}
    lines = sorted(
        ",".join(yes[cell] if isinstance(cell, bool) or cell is None else str(cell) for cell in row)
        for row in run.scores.select(columns).iter_rows()
    )
    assert run.digest == hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()
