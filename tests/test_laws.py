"""Laws that hold whatever the ledgers say: the order and form of rows, whose rows move whose score, sums, bytes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import random_ledgers
from draws import law, plain, rngs, seeds
from engine.explanation import Reason, explain
from engine.pipeline import score_by
from engine.result import Result, figure
from engine.rulebook import Absent, Period, RuleBook
from engine.scoring import SCORE
from engine.scoring.table import ROW
from made_rows import assessed, figures, joined, named, row, rows, scored, year
from oracle import DATE_COLUMN
from random_ledgers import Ledgers

RANKS = ("名次", "并列", "总名次")


# ---- the form of the ledgers ------------------------------------------------------------------


@law(2)
@given(seed=seeds, rng=rngs)
def test_the_order_of_rows_says_nothing(book_2024: RuleBook, seed: int, rng: Random) -> None:
    """行的先后不影响任何结果：打乱后，每个单位的每个数、名次、处置、待定都不变。"""
    data = {ledger: rng.sample(records, len(records)) for ledger, records in random_ledgers.ledgers(seed).items()}
    result = scored(book_2024, data)
    assert figures(result) == figures(plain(seed))
    assert sorted((u.ledger, u.reason) for u in result.uncounted) == sorted(
        (u.ledger, u.reason) for u in plain(seed).uncounted
    )


@pytest.mark.parametrize("seed", [10])
def test_workbook_csv_and_parquet_are_the_same(book_2024: RuleBook, seed: int) -> None:
    """同样的记录，写成工作簿、CSV、Parquet，除文件名外结果一字不差，行号也一样。"""
    data = random_ledgers.ledgers(seed)
    assert form_free(scored(book_2024, data, "xlsx")) == form_free(plain(seed))
    assert form_free(scored(book_2024, data, "parquet")) == form_free(plain(seed))


def form_free(result: Result) -> dict[str, Any]:
    """The JSON without what names a file; read and counted rows summed over the files."""
    found = result.as_json()
    files = found.pop("台账")
    sums = {key: {k: n for file in files for k, n in file[key].items()} for key in ("记录数", "计入数")}
    return {**found, **sums, "未计": [{k: v for k, v in u.items() if k != "文件"} for u in found["未计"]]}


# ---- whose rows move whose score ---------------------------------------------------------------


def of_unit(unit: str, rng: Random) -> Ledgers:
    """Rows of one unit alone in every ledger that has a 单位, its items shared with nobody."""
    day = f"2024-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
    return year(
        采用=rows("采用", *(f"本{n} {unit} {day} 区级采用 单条采用" for n in range(rng.randint(1, 12)))),
        批示=rows("批示", f"本0 市领导 {day}"),
        约稿=rows("约稿", *(f"本{n} {unit} {day} 漏报 不合格 不反馈 是" for n in range(rng.randint(1, 5)))),
        突发=rows("突发", f"本 {unit} 一般 {day}+08:00 {day}+{rng.choice(('08:05', '10:01', '21:00'))}"),
        失实=rows("失实", f"{unit} {day} 越级") if rng.random() < 0.3 else [],
        裁定=rows("裁定", f"{unit} 取消评优 同意 {day}"),
    )


@law(2)
@given(seed=seeds, rng=rngs)
def test_a_unit_is_not_moved_by_anothers_rows(book_2024: RuleBook, seed: int, rng: Random) -> None:
    """给一个单位增加采用、批示、约稿、突发、失实的记录，再删去它的机制考评：除名次外，别的单位一个数也不变。"""
    unit = rng.choice(book_2024.roster.units).name
    data = joined(random_ledgers.ledgers(seed), of_unit(unit, rng))
    data["机制"] = [record for record in data["机制"] if record["单位"] != unit]
    before, after = figures(plain(seed), *RANKS), figures(scored(book_2024, data), *RANKS)
    assert before.pop(unit) != after.pop(unit)
    assert before == after


@law(2)
@given(seed=st.sampled_from((5, 14, 49)), rng=rngs)
def test_only_sharers_of_an_instructed_item_are_moved(book_2024: RuleBook, seed: int, rng: Random) -> None:
    """删去一个单位的全部采用：只有与它同得一条批示的单位会变（平分的份数少了一份）。"""
    data = random_ledgers.ledgers(seed)
    instructed = {record["信息编号"] for record in data["批示"]}
    unit = rng.choice(sorted({r["单位"] for r in data["采用"] if r["信息编号"] in instructed}))
    items = {r["信息编号"] for r in data["采用"] if r["单位"] == unit} & instructed
    sharers = {r["单位"] for r in data["采用"] if r["信息编号"] in items}
    data["采用"] = [record for record in data["采用"] if record["单位"] != unit]
    before, after = figures(plain(seed), *RANKS), figures(scored(book_2024, data), *RANKS)
    assert {name for name in before if before[name] != after[name]} <= sharers | {unit}


VETOES = {
    "失实归零": ("失实", "{} 2024-05-06 越级"),
    "迟报归零": (
        "突发",
        "零1 {} 一般 2024-05-06+08:00 2024-05-06+10:01",
        "零2 {} 一般 2024-05-07+08:00 2024-05-07+11:00",
    ),
    "瞒报归零": ("突发", "零1 {} 一般 2024-05-06+08:00 - 2024-05-08+08:01"),
    "后果归零": ("突发", "零1 {} 一般 2024-05-06+08:00 2024-05-06+08:05 2024-05-06+08:30 不良影响"),
}


@law(2)
@given(seed=seeds, rng=rngs)
def test_zeroing_comes_last_and_wins(book_2024: RuleBook, seed: int, rng: Random) -> None:
    """“单位信息工作年度绩效考核分为0”：不论其余得多少，也不论机制是否待定，得分都是0，照样排名；采用分照列。"""
    data = random_ledgers.ledgers(seed)
    units = rng.sample([u.name for u in book_2024.roster.units], 2 * len(VETOES))
    for unit, (ledger, *lines) in zip(units, [*VETOES.values()] * 2, strict=True):
        data[ledger] += rows(ledger, *(line.format(unit) for line in lines))
    pending = units[: len(VETOES)]
    data["机制"] = [record for record in data["机制"] if record["单位"] not in pending]
    result = scored(book_2024, data)
    for unit, veto in zip(units, [*VETOES] * 2, strict=True):
        got, before = named(result, unit).as_json(), named(plain(seed), unit).as_json()
        assert veto in got["归零"]
        assert (got["得分"], got["名次"] is None, got["总名次"] is None) == ("0", False, False)
        assert got["指标"]["年度采用分"] == before["指标"]["年度采用分"]
        assert (got["项目"]["工作机制"] is None) == (unit in pending or before["项目"]["工作机制"] is None)


@law(2)
@given(seed=seeds, day=st.dates(date(2024, 1, 15), date(2025, 2, 5)))
def test_as_of_is_what_was_known_that_day(book_2024: RuleBook, seed: int, day: date) -> None:
    """截至某日＝只有该日及以前的记录时，截至同一日：此后的记录只列在未计，不露一点痕迹。"""
    data = random_ledgers.ledgers(seed)
    known = {k: [r for r in v if r[DATE_COLUMN[k]][:10] <= day.isoformat()] for k, v in data.items()}
    now, then = scored(book_2024, data, as_of=day), scored(book_2024, {**year(), **known}, as_of=day)
    assert figures(now) == figures(then)
    assert now.provisional == then.provisional == (day < date(2024, 12, 31))
    later = len(now.uncounted) - len(then.uncounted)
    assert later == sum(map(len, data.values())) - sum(map(len, known.values()))


# ---- more adoptions are never worse --------------------------------------------------------------


@law(2)
@given(seed=seeds, rng=rngs)
def test_more_adoptions_never_cost_points(book_2024: RuleBook, seed: int, rng: Random) -> None:
    """多被采用一条（或原有一条此后又被采用），各季各年的采用分、完成率、得分都不会降低。"""
    data = random_ledgers.ledgers(seed)
    instructed = {record["信息编号"] for record in data["批示"]}
    for unit in book_2024.roster.units:
        own = [r for r in data["采用"] if r["单位"] == unit.name and r["信息编号"] not in instructed]
        day, item = f"2024-{rng.randint(1, 12):02}-15", f"增{unit.name}"
        if own and rng.random() < 0.5:
            item = rng.choice(own)["信息编号"]
            day = max(r["采用日期"] for r in own if r["信息编号"] == item)
        channel = rng.choice(random_ledgers.CHANNELS)
        data["采用"].append(row("采用", item, unit.name, day, channel, rng.choice(("单条采用", "综合采用（2个单位）"))))
    for before, after in zip(plain(seed).units, scored(book_2024, data).units, strict=True):
        for name in (SCORE, "年度采用分", "年度完成率"):
            assert not_less(after.figure(name), before.figure(name)), (before.name, name)
        for quarter in range(1, 5):
            assert not_less(*(u.figure("季度采用分", Period.QUARTER, quarter) for u in (after, before)))


def not_less(after: Any, before: Any) -> bool:
    """Whether a figure did not fall; what waits goes on waiting."""
    return after is before if isinstance(before, Absent) else after >= before


def test_a_back_dated_adoption_moves_points_to_the_earlier_quarter(book_2024: RuleBook) -> None:
    """补登较早的一次采用，分改记在前一季：年度采用分不降，后一季的完成情况却可能变差（A10 补差的已知代价）。"""
    unit = "县委宣传部"  # 季度任务 12.5
    once = rows("采用", f"A1 {unit} 2024-05-06 县内刊物 单条采用")
    filled = rows("采用", f"A2 {unit} 2024-02-01 县内刊物 单条采用")
    late = rows("采用", f"A1 {unit} 2024-03-05 县内刊物 单条采用")
    mechanism = assessed(book_2024)
    before = named(scored(book_2024, year(采用=once + filled, 机制=mechanism)), unit)
    after = named(scored(book_2024, year(采用=once + filled + late, 机制=mechanism)), unit)
    assert before.figure("年度采用分") == after.figure("年度采用分") == 30
    assert (before.score, after.score) == (72, 62)


# ---- the explanation adds up ----------------------------------------------------------------------


@law(2)
@given(seed=seeds)
def test_the_explanation_re_adds_to_the_score(seed: int) -> None:
    """把解释里各项的得失重新加一遍，就是得分；各季加起来就是全年；每项＝满分－扣分，不低于0。"""
    for unit in plain(seed).units:
        story = explain(plain(seed), unit.name)
        assert added_up(story.reasons) == (None if isinstance(unit.score, Absent) else unit.score), unit.name
        for reason in story.reasons:
            part = unit.book.appraisal.parts.get(reason.name)
            if part is not None and not isinstance(reason.value, Absent):
                quarters = reason.children if part.period is Period.QUARTER else (reason,)
                assert reason.value == sum((q.value for q in quarters), Fraction(0))
                assert all(q.value == max(part.floor, part.full - values(q.children)) for q in quarters)


def added_up(reasons: tuple[Reason, ...]) -> Fraction | None:
    """得分 from the reasons alone, in their order."""
    total: Fraction | None = Fraction(0)
    for reason in reasons:
        if reason.name == "归零":
            total = Fraction(0) if reason.children else total
        elif reason.name == "保底":
            total = None if total is None else max(total, Fraction(0))
        else:
            total = None if total is None or isinstance(reason.value, Absent) else total + reason.value
    return total


def values(reasons: tuple[Reason, ...]) -> Fraction:
    """The sum of some reasons' values."""
    return sum((r.value for r in reasons if isinstance(r.value, Fraction)), Fraction(0))


@law(2)
@given(seed=seeds)
def test_the_rows_named_re_add_to_the_points(seed: int) -> None:
    """一个单位账上各笔之和就是年度采用分；解释里列出的行，逐行的计分加起来也是；各季、各月加起来也是。"""
    result = plain(seed)
    columns = result.outcome.columns
    for unit in result.units:
        points = unit.figure("年度采用分")
        lines = [figure(line, "分", columns["采用分"]["分"]) for line in unit.ledger_rows("采用分")]
        assert sum(lines, Fraction(0)) == points
        named_rows = next(iter(found(explain(result, unit.name).reasons, "年度采用分"))).rows or {}
        said = [
            figure(line, item, columns[ledger][item])
            for ledger, item in (("采用", "采用计分"), ("批示", "批示计分"))
            for line in unit.ledger_rows(ledger)
            if line[ROW] in named_rows.get(ledger, ())
        ]
        assert sum(said, Fraction(0)) == points
        for name, period in (("季度采用分", Period.QUARTER), ("月度采用分", Period.MONTH)):
            assert sum(unit.series(name, period).values(), Fraction(0)) == points


def found(reasons: tuple[Reason, ...], name: str) -> list[Reason]:
    """Every reason of a name in a tree."""
    return [r for reason in reasons for r in ([reason] if reason.name == name else []) + found(reason.children, name)]


# ---- the same again ----------------------------------------------------------------------------------


def test_same_input_same_bytes(book_2024: RuleBook, root: Path, tmp_path: Path) -> None:
    """同样的输入，同样的字节：再跑一遍，换一个进程、换一个散列种子，JSON 一个字节也不变。"""
    random_ledgers.write_csv(random_ledgers.ledgers(5), tmp_path)
    commands = (["score"], ["explain", "--unit", "县教育局"])
    running = [started(root, seed, *command, tmp_path) for seed, command in enumerate(commands, start=1)]
    assert as_bytes(book_2024, tmp_path) == tuple(process.communicate()[0] for process in running)


def as_bytes(book: RuleBook, folder: Path) -> tuple[bytes, bytes]:
    """What ``score --json`` and ``explain --json`` print."""
    result = score_by(book, folder)
    found = (result.as_json(), explain(result, "县教育局").as_json())
    scores, story = (f"{json.dumps(value, ensure_ascii=False, indent=1)}\n".encode() for value in found)
    return scores, story


def started(root: Path, hash_seed: int, command: str, *words: str | Path) -> subprocess.Popen[bytes]:
    """A command in an interpreter of its own."""
    *options, folder = map(str, words)
    full = [sys.executable, "-m", "engine", command, str(root / "rules" / "2024.yaml"), folder, *options, "--json"]
    environment = {**os.environ, "PYTHONHASHSEED": str(hash_seed), "PYTHONUTF8": "1"}
    return subprocess.Popen(full, cwd=root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
