# mypy: disable-error-code="comparison-overlap"
"""The oracle itself, proved on situations small enough to work out by hand; the arithmetic is in each docstring."""

from __future__ import annotations

import re
import runpy
import zipfile
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from oracle import AFTER_AS_OF, NO_PRECONDITION, POINTS, UNITS, YEAR_QUOTA, Ledgers, Row, UnitResult, score
from random_ledgers import as_of_for, ledgers

TOWN, OTHER, THIRD = "大埔镇", "凤山镇", "东泉镇"  # 一类, 180 a year, 45 a quarter
SMALL = "县应急局"  # 二类, 120 a year, 30 a quarter
LEDGERS = ("采用", "批示", "约稿", "突发", "机制", "失实", "报送")
FAULTS = ("机制不健全", "领导不重视", "激励和签发机制不完善", "未安排专人", "业务活动不正常")


def book(**rows: list[Row]) -> Ledgers:
    """All ledgers, empty but for those given."""
    return {name: [] for name in LEDGERS} | rows


def adopt(item: str, unit: str, day: str, channel: str = "县内刊物", mode: str = "单条采用") -> Row:
    return {"信息编号": item, "单位": unit, "采用日期": day, "渠道": channel, "方式": mode, "标题": ""}


def instruct(item: str, level: str, day: str) -> Row:
    return {"信息编号": item, "级别": level, "批示日期": day}


def ask(number: str, report: str = "按时", quality: str = "合格", feedback: str = "无需", cause: str = "否") -> Row:
    keys = ("约稿编号", "单位", "通知日期", "上报", "质量", "反馈", "无故")
    return dict(zip(keys, (number, TOWN, "2024-04-01", report, quality, feedback, cause), strict=True))


def event(number: str, happened: str, phone: str = "", written: str = "", effect: str = "") -> Row:
    keys = ("事件编号", "单位", "等级", "发生时间", "电话报告时间", "书面报告时间", "后果")
    return dict(zip(keys, (number, TOWN, "一般", happened, phone, written, effect), strict=True))


def assess(unit: str, *faults: str, day: str = "2024-12-20") -> Row:
    return {"单位": unit, "考评日期": day} | {fault: "是" if fault in faults else "否" for fault in FAULTS}


def decide(unit: str, order: str, day: str = "2025-01-10") -> Row:
    return {"单位": unit, "事项": "同分次序", "决定": order, "日期": day, "依据": ""}


def untrue(unit: str, day: str) -> Row:
    return {"单位": unit, "查实日期": day, "情形": "严重失实", "信息编号": ""}


def town(ledgers: Ledgers, as_of: date = date(2024, 12, 31)) -> UnitResult:
    return score(ledgers, as_of).units[TOWN]


def county(prefix: str, unit: str, *days: str) -> list[Row]:
    """A single adoption of 15 on each of the days."""
    return [adopt(f"{prefix}{number}", unit, day) for number, day in enumerate(days)]


def full_year(prefix: str, unit: str) -> list[Row]:
    """Three singles of 15 each quarter: 45 × 4 = 180, done on 20 October."""
    return county(prefix, unit, *(f"2024-{month:02}-{day}" for month in (1, 4, 7, 10) for day in (10, 15, 20)))


def test_the_annex_is_typed_right() -> None:
    """48 rows read from the notice's own text: name, yearly quota, and a quarter of it beside it."""
    text = (Path(__file__).parent / "2024-notice.txt").read_text(encoding="utf-8")
    annex = text[text.rindex("季度信息采用任务（分）") :]
    rows = re.findall(r"\n\s*([^\d\s]{3,})\s*\n\s*(\d+)\s*\n\s*([\d.]+)\s*(?=\n)", annex)
    assert [name for name, _, _ in rows] == list(UNITS)
    assert [Fraction(year) for _, year, _ in rows] == list(YEAR_QUOTA.values())
    assert all(4 * Fraction(quarter) == Fraction(year) for _, year, quarter in rows)


def test_the_points_table_is_typed_right() -> None:
    """Every printed cell, read from the notice's own text: four rows of four, and 简讯 5, 封面 10."""
    text = re.sub(r"\s+", " ", (Path(__file__).parent / "2024-notice.txt").read_text(encoding="utf-8"))
    for mode, row in POINTS.items():
        if len(row) == 4:
            assert f"{mode} {' '.join(map(str, row))} " in text
        else:
            assert f"{mode}计{row[0]}分/条" in text


def test_full_marks() -> None:
    """20 + 4×10 + 20 + 20 − 0 = 100; the 12th adoption, on 20 October, brings 12×15 = 180."""
    result = town(book(采用=full_year("a", TOWN), 机制=[assess(TOWN)]))
    assert (result.score, result.done_on, result.year_rate) == (100, date(2024, 10, 20), 1)


def test_nothing_adopted() -> None:
    """0 + 0 + 20 + 20 = 40, and the task is never done."""
    result = town(book(机制=[assess(TOWN)]))
    assert (result.score, result.done_on, result.parts["年度采用任务"]) == (40, None, 0)


def test_no_assessment_is_pending() -> None:
    """机制 not assessed: no score and no rank; the others are ranked without the unit."""
    results = score(book(采用=full_year("a", TOWN), 机制=[assess(OTHER)])).units
    assert (results[TOWN].score, results[TOWN].rank, results[TOWN].pending) == (None, None, {("机制", "")})
    assert (results[OTHER].rank, results[OTHER].overall_rank) == (1, 1)


@pytest.mark.parametrize(
    ("quota", "year", "quarter"),
    [(60, 20, 10), (61, 16, 8), (80, 16, 8), (81, 12, 6), (120, 12, 6), (121, 8, 4), (240, 8, 4), (241, 4, 2)],
)
def test_bands_at_their_edges(quota: int, year: int, quarter: int) -> None:
    """60 points a year, 15 a quarter: 60/60 full, 60/80 just 75%, 60/120 just 50%, 60/240 just 25%; one more, less."""
    rows = county("a", TOWN, "2024-01-02", "2024-04-02", "2024-07-02", "2024-10-02")
    result = score(book(采用=rows), quotas={TOWN: Fraction(quota)}).units[TOWN]
    assert result.parts["年度采用任务"] == year
    assert set(result.quarter_parts.values()) == {quarter}


def test_quarter_boundaries() -> None:
    """31 March is in Q1, 1 April in Q2, 30 June in Q2, 1 July in Q3, 31 December in Q4: 15, 30, 15, 15."""
    days = ("2024-03-31", "2024-04-01", "2024-06-30", "2024-07-01", "2024-12-31")
    assert town(book(采用=county("a", TOWN, *days))).quarter_points == {1: 15, 2: 30, 3: 15, 4: 15}


def test_surplus_does_not_move_to_the_next_quarter() -> None:
    """12×15 = 180 all in Q1: the year is full (20), Q1 full (10), Q2..Q4 at rate 0 (0): 20 + 10 + 20 + 20 = 70."""
    rows = county("a", TOWN, *(f"2024-01-{day}" for day in range(10, 22)))
    result = town(book(采用=rows, 机制=[assess(TOWN)]))
    assert (result.score, result.quarter_parts) == (70, {1: 10, 2: 0, 3: 0, 4: 0})


def test_re_adoption_adds_only_the_difference() -> None:
    """15 in Q1, then 20 at the city in Q2 (+5), then 15 sent up in Q3 (+0), then 30 in Q4 (+10): 30 in all."""
    rows = [
        adopt("a", TOWN, "2024-03-31"),
        adopt("a", TOWN, "2024-04-01", "市级采用"),
        adopt("a", TOWN, "2024-07-01", "上报信息"),
        adopt("a", TOWN, "2024-12-31", "区级采用"),
    ]
    result = town(book(采用=rows[::-1]))
    assert (result.quarter_points, result.year_points) == ({1: 15, 2: 5, 3: 0, 4: 10}, 30)
    assert result.month_points[3] == 15


def test_two_channels_on_one_day() -> None:
    """15 and 30 for one item on the same day are 30 on that day, whatever the order of the rows."""
    rows = [adopt("a", TOWN, "2024-02-01"), adopt("a", TOWN, "2024-02-01", "区级采用")]
    assert town(book(采用=rows)).year_points == town(book(采用=rows[::-1])).year_points == 30


def test_each_unit_of_an_article_has_its_own_points() -> None:
    """市级采用 by three units: the choosing one 15, each other 10."""
    rows = [
        adopt("a", TOWN, "2024-02-01", "市级采用", "综合采用（选题单位）"),
        adopt("a", OTHER, "2024-02-01", "市级采用", "综合采用（3个及以上单位）"),
        adopt("a", THIRD, "2024-02-01", "市级采用", "综合采用（3个及以上单位）"),
    ]
    results = score(book(采用=rows)).units
    assert [results[unit].year_points for unit in (TOWN, OTHER, THIRD)] == [15, 10, 10]


def test_instruction_comes_on_top_and_rises() -> None:
    """15 in February, 40 in March, and in May the higher 100 adds 60: Q1 55, Q2 60; a second 市领导 adds nothing."""
    adopted = [adopt("a", TOWN, "2024-02-01"), adopt("a", TOWN, "2024-02-02", "上报信息")]
    given = [("县领导", "2024-03-01"), ("市领导", "2024-05-01"), ("自治区领导", "2024-06-01"), ("市领导", "2024-05-01")]
    result = town(book(采用=adopted, 批示=[instruct("a", *one) for one in given]))
    assert result.quarter_points == {1: 55, 2: 60, 3: 0, 4: 0}


def test_a_lower_instruction_later_adds_nothing() -> None:
    """100 in March, 40 in April: 15 + 100 in Q1, 0 in Q2."""
    adopted = [adopt("a", TOWN, "2024-02-01"), adopt("a", TOWN, "2024-02-02", "上报信息")]
    result = town(
        book(采用=adopted, 批示=[instruct("a", "县领导", "2024-04-01"), instruct("a", "市领导", "2024-03-01")])
    )
    assert result.quarter_points == {1: 115, 2: 0, 3: 0, 4: 0}


def shares_of_nine() -> Ledgers:
    """Nine articles in 县内刊物, each of three units (5 each) and instructed by the county (40/3 each)."""
    rows = [
        adopt(f"a{number}", unit, f"2024-{number + 1:02}-05", mode="综合采用（3个及以上单位）")
        for number in range(9)
        for unit in (SMALL, TOWN, OTHER)
    ]
    given = [instruct(f"a{number}", "县领导", f"2024-{number + 1:02}-06") for number in range(9)]
    return book(采用=rows, 批示=given)


def test_nine_shares_of_forty_thirds() -> None:
    """9 × 40/3 = 120 exactly, beside 9 × 5 = 45: 165 of a quota of 165 is full; of 166 it is not."""
    exact = score(shares_of_nine(), quotas={SMALL: Fraction(165)}).units[SMALL]
    short = score(shares_of_nine(), quotas={SMALL: Fraction(166)}).units[SMALL]
    assert (exact.year_points, exact.year_rate, exact.done_on) == (165, 1, date(2024, 9, 6))
    assert (short.parts["年度采用任务"], short.done_on) == (16, None)


def test_divisor_looks_at_the_as_of_date() -> None:
    """40 to one unit by 30 June; a second unit adopted in July makes it 20 each, in Q1 too."""
    rows = [adopt("a", TOWN, "2024-02-01"), adopt("a", OTHER, "2024-07-01", "市级采用")]
    ledgers = book(采用=rows, 批示=[instruct("a", "县领导", "2024-03-01")])
    june, december = score(ledgers, date(2024, 6, 30)), score(ledgers)
    assert (june.units[TOWN].quarter_points[1], december.units[TOWN].quarter_points[1]) == (55, 35)
    assert december.units[OTHER].quarter_points == {1: 20, 2: 0, 3: 20, 4: 0}


def test_precondition() -> None:
    """县领导 on an item only sent up, 市领导 on one only in 县内刊物, and an unknown item: none of the three counts."""
    adopted = [adopt("a", TOWN, "2024-02-01", "上报信息"), adopt("b", TOWN, "2024-02-01")]
    given = [instruct(*one, "2024-03-01") for one in (("a", "县领导"), ("b", "市领导"), ("c", "县领导"))]
    result = score(book(采用=adopted, 批示=given))
    assert result.units[TOWN].year_points == 30
    assert result.uncounted == {("批示", index): NO_PRECONDITION for index in range(3)}


def test_precondition_met_later() -> None:
    """县内刊物 in April fulfils a 批示 of March, and it counts in March: Q1 15 + 40, Q2 0 (15 again is no rise)."""
    adopted = [adopt("a", TOWN, "2024-02-01", "上报信息"), adopt("a", TOWN, "2024-04-01")]
    ledgers = book(采用=adopted, 批示=[instruct("a", "县领导", "2024-03-01")])
    assert town(ledgers).quarter_points == {1: 55, 2: 0, 3: 0, 4: 0}
    assert town(ledgers, date(2024, 3, 31)).quarter_points == {1: 15}


def test_day_of_completion_counts_instructions() -> None:
    """15 in January + 100 in March + 4×15 on 1 to 4 May = 175; 5 on the 9th makes 180: done on 9 May, not before."""
    rows = [adopt("a", TOWN, "2024-01-02", "上报信息"), *county("b", TOWN, *(f"2024-05-0{n}" for n in range(1, 5)))]
    rows.append(adopt("c", TOWN, "2024-05-09", mode="简讯信息"))
    result = town(book(采用=rows, 批示=[instruct("a", "自治区领导", "2024-03-01")]))
    assert (result.year_points, result.done_on) == (180, date(2024, 5, 9))


def test_commission_faults() -> None:
    """Late and copied −2 once, on time but 不合格 −2, 反馈 不及时 −1, 不反馈 −5, blanks nothing: 20 − 10 = 10."""
    rows = [
        ask("1", "迟报", "抄袭"),
        ask("2", quality="不合格"),
        ask("3", feedback="不及时"),
        ask("4", feedback="不反馈"),
        ask("5", quality="", feedback="", cause=""),
    ]
    result = town(book(约稿=rows))
    assert (result.parts["约稿"], result.pending) == (10, {("机制", "")})


def test_commission_stops_at_twenty() -> None:
    """Four times −2 and −5 is −28: the item is 0, the rest of the score is untouched: 0 + 0 + 0 + 20 = 20."""
    rows = [ask(str(number), "不报", "", "不反馈") for number in range(4)]
    result = town(book(约稿=rows, 机制=[assess(TOWN)]))
    assert (result.parts["约稿"], result.score) == (0, 20)


@pytest.mark.parametrize(("times", "barred"), [(2, False), (3, True)])
def test_more_than_twice_without_cause(times: int, barred: bool) -> None:
    """超过2次 is three or more, 迟报、漏报、不报 together; on time or with cause counts for nothing."""
    rows = [ask(f"x{n}", how, cause="是") for n, how in enumerate(("迟报", "漏报", "不报")[:times])]
    result = town(book(约稿=[*rows, ask("y", cause="是"), ask("z", "迟报")]))
    assert (result.barred, result.criticised, result.accountable) == (barred, barred, False)


def test_unjudged_cause_is_pending() -> None:
    """A late commission with 无故 blank loses 2, counts for nothing else and is listed."""
    result = town(book(约稿=[ask("7", "迟报", cause="")], 机制=[assess(TOWN)]))
    assert (result.parts["约稿"], result.score, result.pending) == (18, 38, {("约稿", "7")})


@pytest.mark.parametrize(
    ("faults", "part"), [((), 20), (FAULTS[1:2], 15), (FAULTS[1:], 0), (FAULTS[:1], 0), (FAULTS, 0)]
)
def test_mechanism(faults: tuple[str, ...], part: int) -> None:
    """20; −5 for one; 4×5 = −20 for all four; 不健全 −20 alone, and no more than that with the four beside it."""
    assert town(book(机制=[assess(TOWN, *faults)])).parts["工作机制"] == part


@pytest.mark.parametrize(
    ("written", "part", "zeroed"),
    [
        ("2024-03-05 10:00", 0, set()),
        ("2024-03-05 10:01", -30, set()),
        ("2024-03-05 20:00", -30, set()),
        ("2024-03-05 20:01", -50, set()),
        ("2024-03-07 08:00", -50, set()),
        ("2024-03-07 08:01", 0, {"瞒报归零"}),
    ],
)
def test_delays_at_their_edges(written: str, part: int, zeroed: set[str]) -> None:
    """From 08:00: just 2 h is not late, 12 h is late, 48 h is missed; one minute more is the next, then zero."""
    result = town(book(突发=[event("e", "2024-03-05 08:00", "", written)]))
    assert (result.parts["突发事件"], result.zeroed) == (part, zeroed)


def test_the_earlier_report_counts() -> None:
    """Written after 1 h, phone after 5 h, and the other way round: neither is late."""
    early, late = "2024-03-05 09:00", "2024-03-05 13:00"
    rows = [event("e", "2024-03-05 08:00", late, early), event("f", "2024-03-05 08:00", early, late)]
    assert town(book(突发=rows)).parts["突发事件"] == 0


def test_two_late_reports_zero() -> None:
    """2 × −30 = −60 and two 迟报: the score is 0, with 机制 pending too, and the unit is ranked with it."""
    rows = [event(name, "2024-03-05 08:00", "2024-03-05 12:00") for name in "ef"]
    result = town(book(采用=full_year("a", TOWN), 突发=rows))
    assert (result.score, result.rank, result.zeroed) == (0, 1, {"迟报归零"})
    assert (result.parts["突发事件"], result.accountable) == (-60, False)


def test_one_late_and_one_missed_report() -> None:
    """−30 − 50 = −80 and no zeroing: 100 − 80 = 20."""
    rows = [event("e", "2024-03-05 08:00", "2024-03-05 12:00"), event("f", "2024-03-05 08:00", "2024-03-06 08:00")]
    result = town(book(采用=full_year("a", TOWN), 机制=[assess(TOWN)], 突发=rows))
    assert (result.score, result.parts["突发事件"], result.zeroed) == (20, -80, set())


def test_two_missed_reports_reach_the_floor() -> None:
    """90 − 2×50 is below 0: the score is 0 by the floor, not by zeroing (95 − 100 with one −5)."""
    rows = [event(name, "2024-03-05 08:00", "2024-03-06 08:00") for name in "ef"]
    result = town(book(采用=full_year("a", TOWN), 机制=[assess(TOWN, "未安排专人")], 突发=rows))
    assert (result.score, result.parts["突发事件"], result.zeroed) == (0, -100, set())


def test_event_without_report() -> None:
    """30 December 00:00 to the end of the 31st is just 48 h: open, nothing lost; 29 December 23:59 is more: zero."""
    still_open = town(book(突发=[event("e", "2024-12-30 00:00")], 机制=[assess(TOWN)]))
    concealed = town(book(突发=[event("e", "2024-12-29 23:59")], 机制=[assess(TOWN)]))
    assert (still_open.score, still_open.pending, still_open.zeroed) == (40, {("突发", "e")}, set())
    assert (concealed.score, concealed.pending, concealed.zeroed) == (0, set(), {"瞒报归零"})


def test_open_event_with_an_effect_and_a_report_after_the_as_of_day() -> None:
    """An effect zeroes even while the event is open; a report written down for after the as-of day is used as it is."""
    harmed = town(book(突发=[event("e", "2024-12-31 08:00", effect="不良影响")]))
    assert (harmed.score, harmed.zeroed, harmed.accountable) == (0, {"后果归零"}, True)
    later = town(book(突发=[event("e", "2024-06-30 20:00", "2024-07-01 09:00")]), date(2024, 6, 30))
    assert (later.parts["突发事件"], later.pending) == (-50, {("机制", "")})


def test_untrue_item_zeroes() -> None:
    """A 失实 found on 15 January 2025 zeroes the year from then on, not at year end; people answer for it."""
    ledgers = book(采用=full_year("a", TOWN), 机制=[assess(TOWN)], 失实=[untrue(TOWN, "2025-01-15")])
    before, after = score(ledgers), score(ledgers, date(2025, 2, 1))
    assert (before.units[TOWN].score, before.uncounted) == (100, {("失实", 0): AFTER_AS_OF})
    assert (after.units[TOWN].score, after.units[TOWN].accountable, after.uncounted) == (0, True, {})


def test_before_the_year_ends() -> None:
    """On 15 August: no score, no yearly part; Q1 full (10) and Q2 full (10), Q3 begun (45) but not scored."""
    ledgers = book(采用=full_year("a", TOWN), 机制=[assess(TOWN, day="2024-08-01")], 失实=[untrue(TOWN, "2024-08-15")])
    result = town(ledgers, date(2024, 8, 15))
    assert (result.score, result.rank, result.parts["年度采用任务"]) == (None, None, None)
    assert (result.parts["季度采用任务"], result.quarter_points) == (20, {1: 45, 2: 45, 3: 45})
    assert (set(result.month_points), result.zeroed) == (set(range(1, 9)), {"失实归零"})
    assert len(score(ledgers, date(2024, 8, 15)).uncounted) == 3


def test_first_weeks() -> None:
    """On 30 March no quarter is over: nothing is due; on the 31st it is (0 of 10); on 1 April the second has begun."""
    april = town(book(采用=county("a", TOWN, "2024-04-01")), date(2024, 4, 1))
    assert (april.quarter_points, april.quarter_rates[2]) == ({1: 0, 2: 15}, Fraction(1, 3))
    assert april.month_points == {1: 0, 2: 0, 3: 0, 4: 15}
    assert town(book(), date(2024, 3, 30)).parts["季度采用任务"] is None
    assert town(book(), date(2024, 3, 31)).parts["季度采用任务"] == 0


def test_ranks_by_day_of_completion_within_the_series() -> None:
    """100, 100 and 40 among towns, the second done a day later; an office with 40 is first in its own series."""
    second = full_year("b", OTHER)
    second[-1] = second[-1] | {"采用日期": "2024-10-21"}
    assessed = [assess(unit) for unit in (TOWN, OTHER, THIRD, SMALL)]
    results = score(book(采用=full_year("a", TOWN) + second, 机制=assessed)).units
    assert [results[unit].rank for unit in (TOWN, OTHER, THIRD, SMALL)] == [1, 2, 3, 1]
    assert [results[unit].overall_rank for unit in (TOWN, OTHER, THIRD, SMALL)] == [1, 2, 3, 3]
    assert (results[SMALL].tied, results[SMALL].overall_tied) == (False, True)


def tie(*decisions: Row) -> list[tuple[int | None, bool]]:
    """Three towns with 100 done on one day and an office with 40: (rank, tied) of each town."""
    units = (TOWN, OTHER, THIRD)
    rows = [row for number, unit in enumerate(units) for row in full_year(f"{number}-", unit)]
    assessed = [assess(unit) for unit in (*units, "沙埔镇")]
    results = score(book(采用=rows, 机制=assessed, 裁定=list(decisions)), date(2025, 1, 31)).units
    return [(results[unit].rank, results[unit].tied) for unit in (*units, "沙埔镇")]


def test_ties_and_decisions() -> None:
    """1, 1, 1, 4; with a decision for the third alone 2, 2, 1, 4; with decisions for all three 3, 1, 2, 4."""
    assert tie() == [(1, True), (1, True), (1, True), (4, False)]
    assert tie(decide(THIRD, "1")) == [(2, True), (2, True), (1, False), (4, False)]
    chosen = (decide(TOWN, "3"), decide(OTHER, "1"), decide(THIRD, "2"))
    assert tie(*chosen) == [(3, False), (1, False), (2, False), (4, False)]


def test_decision_does_not_beat_score_or_day() -> None:
    """A 1 for 沙埔镇 with 40 leaves it behind the three with 100; a decision after the as-of day is not yet one."""
    assert tie(decide("沙埔镇", "1"))[3] == (4, False)
    assert tie(decide(TOWN, "1", "2025-02-01")) == tie()


def test_rows_after_the_as_of_day_are_listed() -> None:
    """Every later row, whatever its ledger, is under uncounted and moves nothing."""
    late = (date(2024, 3, 1) + timedelta(days=1)).isoformat()
    ledgers = book(
        采用=[adopt("a", TOWN, "2024-03-01"), adopt("b", TOWN, late)],
        批示=[instruct("a", "县领导", late)],
        突发=[event("e", f"{late} 00:00")],
        报送=[{"单位": TOWN, "报送日期": late, "信息编号": "b", "标题": ""}],
    )
    result = score(ledgers, date(2024, 3, 1))
    assert result.units[TOWN].year_points == 15
    assert set(result.uncounted) == {("采用", 1), ("批示", 0), ("突发", 0), ("报送", 0)}


@pytest.mark.parametrize("seed", range(8))
def test_points_shown_are_points_given(seed: int) -> None:
    """On drawn ledgers: quarters add up to the year, months too, a score lies in 0..100, no row is uncounted twice."""
    result = score(ledgers(seed), as_of_for(seed))
    for unit in result.units.values():
        assert unit.year_points == sum(unit.quarter_points.values()) == sum(unit.month_points.values())
        assert unit.score is None or 0 <= unit.score <= 100
        assert unit.score is None or unit.zeroed or unit.score == max(0, sum(p for p in unit.parts.values() if p))


def test_the_example_year_is_reproducible_and_current(tmp_path: Path) -> None:
    """examples/make_2024.py writes the same bytes twice, and what it writes is what examples/2024.xlsx holds."""
    folder = Path(__file__).parents[1] / "examples"
    write = runpy.run_path(str(folder / "make_2024.py"))["write"]
    first, second = tmp_path / "1.xlsx", tmp_path / "2.xlsx"
    write(first)
    write(second)
    assert first.read_bytes() == second.read_bytes()
    assert parts_of(first) == parts_of(folder / "2024.xlsx")


def parts_of(path: Path) -> dict[str, bytes]:
    """The workbook's parts, decompressed: compression itself may differ between machines."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
