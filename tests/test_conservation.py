"""No row is lost and none is counted twice: read = counted + listed under 未计, bad rows and all."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import random_ledgers
from draws import law, plain, rngs, seeds
from engine.rulebook import RuleBook
from engine.source import Cell, Rejected, errors
from made_rows import counted, figures, joined, left_out, rows, scored
from random_ledgers import COLUMNS, Ledgers

BAD: Ledgers = {
    "采用": rows(
        "采用",
        "K1 大浦镇 2024-03-05 县内刊物 单条采用",  # no such unit
        "K2 大埔镇 2024-02-30 县内刊物 单条采用",  # no such day
        "K3 大埔镇 2023-12-31 县内刊物 单条采用",  # another year
        "K4 大埔镇 2024-03-05 县内刊 单条采用",  # no such option
        "K5 大埔镇 2024-03-05 市级采用 简讯信息",  # a cell that is not printed
        "- 大埔镇 2024-03-05 县内刊物 单条采用",  # a required cell is blank
        "合计 - - - -",
    ),
    "批示": rows("批示", "K6 省领导 2024-05-06", "K7 县领导 2025-01-01"),
    "约稿": rows("约稿", "Y-1 大埔镇 2024-05-06 按时 合格 无需 也许"),
    "突发": rows(
        "突发",
        "E-1 大埔镇 一般 2024-05-06",  # a day without its time
        "E-2 大埔镇 一般 2024-05-06+08:00 2024-05-06+07:00",  # reported before it happened
    ),
    "机制": rows("机制", "大埔镇 2024-12-20 是 否 否 否 -"),
    "失实": rows("失实", "大埔镇 2024-12-20 失真"),
    "报送": rows("报送", "大埔镇 不详 B-1"),
    "裁定": rows("裁定", "大埔镇 同分 1 2024-12-31"),
}


def mixed(data: Ledgers, bad: Ledgers, rng: Random) -> tuple[Ledgers, dict[str, set[int]]]:
    """The bad rows strewn among the good ones, and where they came to stand (the first record is row 2)."""
    all_rows, places = joined(data, bad), {}
    for ledger, records in all_rows.items():
        rng.shuffle(records)
        places[ledger] = {n for n, record in enumerate(records, 2) if any(record is b for b in bad[ledger])}
    return all_rows, places


@law(2)
@given(seed=seeds, rng=rngs, as_of=st.sampled_from([date(2024, 6, 30), date(2024, 12, 31)]))
def test_no_row_is_lost(book_2024: RuleBook, seed: int, rng: Random, as_of: date) -> None:
    """读入＝计入＋未计，每张台账都是；同一行不会既计入又未计，也不会两次未计；有错的行一行不漏地列在未计。"""
    data, places = mixed(random_ledgers.ledgers(seed), BAD, rng)
    result = scored(book_2024, data, as_of=as_of, skip_bad=True)
    kept, left = counted(result), left_out(result)
    for ledger in COLUMNS:
        written = list(range(2, len(data[ledger]) + 2))
        assert sorted([*kept[ledger], *left[ledger]]) == written
        assert places[ledger] <= set(left[ledger])
    read = {ledger: n for _, _, held in result.files for ledger, n in held.items()}
    assert read == {ledger: len(data[ledger]) for ledger in COLUMNS}
    told = {k: n for file in result.as_json()["台账"] for k, n in file["计入数"].items()}
    assert told == {ledger: len(kept[ledger]) for ledger in COLUMNS}
    assert all(u.reason for u in result.uncounted)


@law(2)
@given(seed=seeds, rng=rngs)
def test_skipped_rows_are_as_if_never_written(book_2024: RuleBook, seed: int, rng: Random) -> None:
    """--skip-bad：有错的行不计，其余各行的结果与没有这些行时一模一样；结果标暂定。"""
    data, _ = mixed(random_ledgers.ledgers(seed), BAD, rng)
    result = scored(book_2024, data, skip_bad=True)
    assert figures(result) == figures(plain(seed))
    assert result.provisional
    assert not plain(seed).provisional


def test_every_bad_row_is_told_at_its_own_cell(book_2024: RuleBook) -> None:
    """不写 --skip-bad 就不计分；每一行错误都指到台账的那一格，一次说全。"""
    bad = {k: [r for r in v if r["信息编号"] != "K5"] if k == "采用" else v for k, v in BAD.items()}
    bad["突发"] = bad["突发"][:1]  # what only scoring can find is told when the cells are sound
    with pytest.raises(Rejected) as caught:
        scored(book_2024, bad)
    told = {(Path(p.place.file).stem, p.place.row) for p in errors(caught.value.problems) if isinstance(p.place, Cell)}
    assert told == {(ledger, n) for ledger, records in bad.items() for n in range(2, len(records) + 2)}
