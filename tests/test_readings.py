"""Every alternative reading of the 2024 rules loads, runs and does something; what stops a run says why."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

import random_ledgers
from engine.checks import Checked
from engine.document import Document
from engine.pipeline import _checked, _document, check_rules
from engine.reader import patched
from engine.result import Result
from engine.rulebook import RuleBook
from engine.source import Cell, Rejected, errors
from made_rows import assessed, figures, named, row, rows, scored, year
from random_ledgers import Ledgers, Row

# These want something the ledgers of the year do not hold; the message must name it.
WANTING = {
    ("D03", "报错"): ("D91", "机制", "县委统战部"),
    ("E04", "知悉"): ("D02", "缺少“知悉时间”列"),
    ("B11", "撤销日冲回"): ("D01", "没有台账“撤销”", "冲回分"),
}
# These change no figure here: 国家级采用 is no option without it, every unit has its quota, 存续月数 is 12 if left out.
IDLE = {("A19", "视同区级"), ("B06", "满分"), ("B07", "按月折算")}
WHOLE, LEAD, PAIR, MANY = "单条采用", "综合采用（选题单位）", "综合采用（2个单位）", "综合采用（3个及以上单位）"
JJ, ZZ, XC, TZ, SJ, GX = "县纪委监察", "县委组织部", "县委宣传部", "县委统战部", "县审计局", "县供销社"
Flat = Mapping[tuple[str, ...], object]

ADOPTED = rows(
    "采用",
    f"A1 {JJ} 2024-02-05 县内刊物 {WHOLE} 甲",  # 15 in one quarter, 20 in the next: A10; more than the task: B02
    f"A1 {JJ} 2024-05-08 市级采用 {WHOLE} 甲",
    f"A2 {JJ} 2024-03-28 县内刊物 封面信息 甲",  # cover: A16; same title: A12; after the 25th: B12
    f"A3 {JJ} 2024-08-05 上报信息 {LEAD} 乙",  # of three units: A07, A13; another unit after the instruction
    f"A3 {ZZ} 2024-08-05 上报信息 {MANY} 乙",
    f"A3 {XC} 2024-09-30 上报信息 {MANY} 乙",
    f"A4 {SJ} 2024-04-10 县内刊物 {WHOLE} 丙",  # instructed in a later quarter than adopted: A08
    f"A4 {SJ} 2024-04-11 市级采用 {WHOLE} 丙",
    f"A5 {GX} 2024-01-10 县内刊物 {WHOLE} 丁",  # higher channel, fewer points: A09
    f"A5 {GX} 2024-01-12 市级采用 {MANY} 丁",
    f"A6 {GX} 2024-01-15 上报信息 {WHOLE} 戊",  # 县领导 without 县内刊物: A06
    *(f"B{n} {TZ} 2024-08-0{n} 区级采用 {WHOLE} 己{n}" for n in (1, 2)),  # 60 in the quarter: E02, E03
    *(f"D{n} {XC} 2024-07-0{n} 区级采用 {WHOLE} 辛{n}" for n in (1, 2, 3)),
    *(f"C{n} 县司法局 2024-0{3 * n - 2}-05 区级采用 {WHOLE} 庚{n}" for n in (1, 2, 3)),
)
INSTRUCTED = rows(
    "批示",
    "A3 市领导 2024-08-20",
    "A4 县领导 2024-07-10",  # 40, then 100: A03; twice 100: A05
    "A4 市领导 2024-07-20",
    "A4 市领导 2024-07-21",
    "A6 县领导 2024-02-01",
)
ASKED = rows(
    "约稿",
    f"Y1 {JJ} 2024-04-01 迟报 合格 无需 是",  # twice without reason: C01; on quality alone and both: C03, C04
    f"Y2 {JJ} 2024-04-02 漏报 不合格 无需 是",
    *(f"Y{n} {ZZ} 2024-05-0{n} {how} - 不反馈 是" for n, how in ((3, "迟报"), (4, "漏报"), (5, "不报"))),  # C02, C05
    *(f"Y{n} {TZ} 2024-05-{n} 按时 抄袭 不反馈" for n in range(10, 15)),
    f"Y20 {SJ} 2024-05-20 按时 合格 不及时",  # an odd number of marks: F07
)
HAPPENED = rows(
    "突发",
    f"E1 {SJ} 一般 2024-07-01+08:00 2024-07-01+10:00 2024-07-01+12:00",  # just two hours, written later: E05, E06
    f"E2 {XC} 一般 2024-07-01+08:00 2024-07-01+10:01",  # 迟报 and 漏报 once each: E08
    f"E3 {XC} 一般 2024-07-02+08:00 2024-07-02+20:01",
    f"E4 {TZ} 一般 2024-08-02+08:00 2024-08-03+20:00",
)


def rich(book: RuleBook) -> Ledgers:
    """A year in which nearly every reading matters."""
    ill = [row("机制", JJ, "2024-12-20", "是", "是", "否", "否", "否"), row("机制", ZZ, "2024-12-20", *"否否否否否")]
    unsound = [row("机制", XC, "2024-12-20", *"否否否否否"), row("机制", GX, "2024-12-20", *"否否否否否")]
    sent = {(r["单位"], r["信息编号"]) for r in ADOPTED}
    return year(
        采用=ADOPTED, 批示=INSTRUCTED, 约稿=ASKED, 突发=HAPPENED,
        机制=[*assessed(book, JJ, ZZ, XC, GX, TZ), *ill, *unsound],
        失实=rows("失实", f"{GX} 2024-05-06 越级"),
        报送=[row("报送", unit, "2024-01-02", item) for unit, item in sorted(sent)],
        裁定=rows("裁定", "大埔镇 同分次序 1 2024-12-31", "凤山镇 同分次序 2 2024-12-31"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def base(root: Path) -> Checked:
    """The rules as they stand, with their document."""
    return _checked(_document(root / "rules" / "2024.yaml"))


def alternatives(doc: Document) -> dict[tuple[str, str], Mapping[str, Any]]:
    """(reading, alternative) → what it changes."""
    readings: Any = doc.value
    return {(r, n): c for r, e in readings["口径"].items() for n, c in (e.get("备选") or {}).items()}


def test_all_52_alternatives_load(root: Path, base: Checked) -> None:
    """52种备选逐一装得上、查得过。"""
    assert len(alternatives(base.doc)) == 52
    book, tried, _ = check_rules(root / "rules" / "2024.yaml")
    assert (tried, len(book.readings)) == (52, 62)


def test_the_quick_check_is_the_full_check(base: Checked) -> None:
    """只重算改动所及的查法，与从头查一遍，得到的每张表、每一列（类型、分母、上下界、量纲）全同。"""
    for reading, name in alternatives(base.doc):
        chosen = {reading: name}
        assert columns(_checked(base.doc, chosen, base)) == columns(_checked(base.doc, chosen)), chosen


def columns(checked: Checked) -> dict[str, dict[str, tuple[object, ...]]]:
    """Table → column → what is known of it before any record."""
    return {
        table: {name: (c.kind, c.den, c.low, c.high, c.measure) for name, c in found.columns.items()}
        for table, found in checked.study.tables.items()
    }


@pytest.fixture(scope="module")
def default(base: Checked) -> Flat:
    """The rich year by the readings as they stand."""
    return flat(scored(base.book, rich(base.book), scale_to=Fraction(5)))


@pytest.mark.parametrize("letter", "ABCDEF")
def test_every_alternative_runs_and_matters(base: Checked, default: Flat, letter: str) -> None:
    """每种备选都在同一份台账上算一遍：能算的必有一个数与默认不同；不能算的清清楚楚说缺什么。"""
    idle, wanting = set(), {}
    for reading, name in alternatives(base.doc):
        if reading.startswith(letter):
            try:
                result = scored(_checked(base.doc, {reading: name}, base).book, rich(base.book), scale_to=Fraction(5))
            except Rejected as rejected:
                (problem,) = errors(rejected.problems)
                wanting[reading, name] = f"{problem.code} {problem.detail}"
                continue
            assert result.as_json()["口径"][reading] == name
            if not moved(default, flat(result)):
                idle.add((reading, name))
    assert idle == {key for key in IDLE if key[0].startswith(letter)}
    assert wanting.keys() == {key for key in WANTING if key[0].startswith(letter)}
    assert all(word in told for key, told in wanting.items() for word in WANTING[key])


def moved(before: Flat, after: Flat) -> bool:
    """Whether a figure that both have is another one; a figure added is not enough."""
    return any(after[key] != before[key] for key in after.keys() & before.keys())


def flat(result: Result) -> Flat:
    """(unit, figure …) → its text."""
    return {
        (unit, key, *inner): value
        for unit, entry in figures(result).items()
        for key, found in entry.items()
        for inner, value in ({(k,): v for k, v in found.items()} if isinstance(found, dict) else {(): found}).items()
    }


# ---- what is wanting, given ------------------------------------------------------------------------------


def test_knowing_time_counts_where_its_column_is_there(base: Checked, monkeypatch: pytest.MonkeyPatch) -> None:
    """E04 知悉：台账加上“知悉时间”列，就从知悉时起算。"""
    late = [{**r, "知悉时间": r["发生时间"][:10] + " 09:59"} for r in HAPPENED]
    monkeypatch.setitem(random_ledgers.COLUMNS, "突发", (*random_ledgers.COLUMNS["突发"], "知悉时间"))
    data = {**year(机制=assessed(base.book)), "突发": late}
    changed = scored(_checked(base.doc, {"E04": "知悉"}, base).book, data)
    assert named(changed, XC).as_json()["项目"]["突发事件"] == "-30"  # 2分钟及时；10小时2分钟迟报


def test_a_withdrawal_takes_the_points_back(base: Checked, monkeypatch: pytest.MonkeyPatch) -> None:
    """B11 撤销日冲回：加上“撤销”台账，撤销的信息在撤销日冲回已计的分。"""
    monkeypatch.setitem(random_ledgers.COLUMNS, "撤销", ("信息编号", "单位", "撤销日期"))
    gone: list[Row] = [{"信息编号": "A1", "单位": JJ, "撤销日期": "2024-10-08"}]
    book = _checked(base.doc, {"B11": "撤销日冲回"}, base).book
    found = named(scored(book, {**year(采用=ADOPTED), "撤销": gone}), JJ).as_json()["指标"]
    assert found["季度采用分"] == {"1": "25", "2": "5", "3": "10", "4": "-20"}
    assert (found["年度采用分"], found["季度任务扣分"]["4"]) == ("20", "10")


def test_points_may_fall_below_nothing(base: Checked) -> None:
    """E02 采用分：迟报漏报从采用分里扣，采用分成了负数，也落在最低一档，不会无档可落。"""
    data = year(突发=HAPPENED, 机制=assessed(base.book))
    unit = named(scored(_checked(base.doc, {"E02": "采用分"}, base).book, data), XC)
    assert unit.as_json()["指标"]["季度采用分"] == {"1": "0", "2": "0", "3": "-80", "4": "0"}
    assert (unit.figure("年度任务扣分"), unit.score) == (20, 40)


def test_a_national_adoption_is_an_error_unless_chosen(base: Checked) -> None:
    """A19：国家级采用不得静默记零，默认报错；取“视同区级”就按区级计分。"""
    data = year(采用=rows("采用", f"A1 {JJ} 2024-02-05 国家级采用 {WHOLE}"))
    with pytest.raises(Rejected) as caught:
        scored(base.book, data)
    (problem,) = errors(caught.value.problems)
    assert isinstance(problem.place, Cell)
    assert (problem.code, problem.place.row, problem.place.text) == ("D21", 2, "国家级采用")
    counted = scored(_checked(base.doc, {"A19": "视同区级"}, base).book, data)
    assert named(counted, JJ).figure("年度采用分") == 30


# ---- several at once ---------------------------------------------------------------------------------------


def rivals(one: Mapping[str, object], other: Mapping[str, object]) -> list[str]:
    """The paths that both write, and not with the same value."""
    return [path for path in one.keys() & other.keys() if one[path] != other[path]]


def test_two_alternatives_of_one_path_refuse(base: Checked) -> None:
    """两个备选要把同一个地方改成不同的样子，就不能同时采用：指出是哪两个、哪一处，先写哪个都一样。"""
    changes = alternatives(base.doc)
    pairs = [(a, b) for a, b in combinations(changes, 2) if a[0] != b[0]]
    conflicting = [(a, b) for a, b in pairs if rivals(changes[a], changes[b])]
    assert {(a[0], b[0]) for a, b in conflicting} >= {
        *(("A01", "A02"), ("A01", "E02"), ("A01", "B11"), ("A02", "E02"), ("A02", "B11"), ("E02", "B11")),
        *(("A06", "A19"), ("A10", "B01"), ("A10", "A12"), ("C01", "C02"), ("C03", "C04"), ("F01", "F03")),
    }
    for pair in conflicting:
        shared = rivals(changes[pair[0]], changes[pair[1]])
        for chosen in (pair, pair[::-1]):
            with pytest.raises(Rejected) as caught:
                patched(base.doc, dict(chosen))
            assert {p.code for p in caught.value.problems} == {"R08"}
            told = " ".join(p.detail for p in caught.value.problems)
            assert all(word in told for word in (*dict(pair), *shared))


def test_alternatives_together_are_the_same_in_any_order(base: Checked) -> None:
    """互不冲突的几个备选可以一起换，先写哪个都一样，口径一栏如实写明。"""
    chosen = {"A01": "考评分", "B02": "向后", "C04": "分计", "E06": "含本数", "F04": "全部"}
    data = rich(base.book)
    one = scored(_checked(base.doc, chosen).book, data)
    other = scored(_checked(base.doc, dict(reversed(chosen.items()))).book, data)
    assert figures(one) == figures(other)
    assert {k: v for k, v in one.as_json()["口径"].items() if k in chosen} == chosen


def test_choosing_the_default_changes_nothing(base: Checked) -> None:
    """把默认的取法写出来，与不写一样。"""
    chosen = {name: reading.taken for name, reading in base.book.readings.items()}
    checked = _checked(base.doc, chosen)
    assert checked.doc.value == base.doc.value
    assert columns(checked) == columns(base)
