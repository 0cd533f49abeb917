"""The 2024 notice computed once more, slowly and in plain Python: the second opinion on the engine.

Nothing of `engine` and no rule file is read here. Tables are typed from the notice (tests/2024-notice.txt), readings
are the defaults of the design (A01 采用分, A02 叠加, A03 取高, A07 平分, A10 补差, D01 互斥, D03 待定, E05 首报 …).
Input is taken as clean: staff's faults are the engine's matter. All scores are `Fraction`, in 分.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from fractions import Fraction

Row = dict[str, str]
Ledgers = dict[str, list[Row]]
Account = list[tuple[date, Fraction]]  # dated points of one unit, in no order

YEAR_END = date(2024, 12, 31)
AFTER_AS_OF = "截至之后"
NO_PRECONDITION = "缺前提"

# 附件: 系列, 年度任务 in 分, units in printed order; the quarterly quota beside it is a quarter in all 48 rows.
ANNEX: tuple[tuple[str, int, str], ...] = (
    ("一类", 180, "大埔镇 凤山镇 东泉镇 冲脉镇 龙头镇 六塘镇 寨隆镇 沙埔镇 太平镇 古砦仫佬族乡 马山镇 社冲乡"),
    ("一类", 60, "柳华管理区 伏华管理区"),
    ("二类", 300, "县农业农村局 县市场监管局 县自然资源和规划局（含林业局） 县科技工贸信息化局 县人力资源社会保障局"),
    ("二类", 250, "县发展改革局 县卫生健康局 县教育局"),
    ("二类", 180, "县财政局 县文化体育广电旅游局 县统计局 县水利局（含水库移民局） 县住房城乡建设局 县交通运输局"),
    ("二类", 150, "县糖业发展服务中心 柳城县税务局 县公安局（含交通管理大队） 县乡村振兴局 县工业区管委会"),
    ("二类", 120, "县投资促进中心 县司法局 县应急局 县民政局"),
    ("二类", 100, "县行政审批局 县退役军人局 县城管执法局"),
    ("二类", 90, "县供销社 县医保局"),
    ("二类", 60, "县审计局 县征地拆迁和房屋征收补偿中心"),
    ("二类", 50, "县纪委监察 县委组织部 县委宣传部 县委统战部"),
)
UNITS = tuple(name for _, _, names in ANNEX for name in names.split())
SERIES = {name: series for series, _, names in ANNEX for name in names.split()}
YEAR_QUOTA = {name: Fraction(quota) for _, quota, names in ANNEX for name in names.split()}

CHANNELS = ("县内刊物", "上报信息", "市级采用", "区级采用")
# 三（二）6, the table: points by 方式, in the order of CHANNELS; the last two are printed for the county journal only.
POINTS: dict[str, tuple[int, ...]] = {
    "单条采用": (15, 15, 20, 30),
    "综合采用（选题单位）": (10, 10, 15, 20),
    "综合采用（2个单位）": (10, 10, 15, 20),
    "综合采用（3个及以上单位）": (5, 5, 10, 15),
    "简讯信息": (5,),
    "封面信息": (10,),
}
DATE_COLUMN = {
    "采用": "采用日期",
    "批示": "批示日期",
    "约稿": "通知日期",
    "突发": "发生时间",
    "机制": "考评日期",
    "失实": "查实日期",
    "报送": "报送日期",
    "裁定": "日期",
}


@dataclass(frozen=True, slots=True)
class UnitResult:
    """One unit's outcome. Keys of `parts` are the notice's five items; None is 'pending' or 'not due yet'."""

    score: Fraction | None
    parts: dict[str, Fraction | None]
    year_points: Fraction
    quarter_points: dict[int, Fraction]  # quarters begun by the as-of date
    month_points: dict[int, Fraction]  # months begun by the as-of date
    quarter_parts: dict[int, Fraction]  # quarters ended by the as-of date: 0..10
    year_rate: Fraction
    quarter_rates: dict[int, Fraction]
    done_on: date | None
    rank: int | None
    tied: bool
    overall_rank: int | None
    overall_tied: bool
    zeroed: frozenset[str]
    barred: bool  # 取消评优
    criticised: bool  # 通报批评
    accountable: bool  # 追究责任
    pending: frozenset[tuple[str, str]]  # ("机制", ""), ("突发", 事件编号), ("约稿", 约稿编号)


@dataclass(frozen=True, slots=True)
class Result:
    """All units in the annex's order, and the rows that were read but not counted: (ledger, index) → reason."""

    units: dict[str, UnitResult]
    uncounted: dict[tuple[str, int], str]


@dataclass(frozen=True, slots=True)
class Commission:
    """Clause 3 for one unit."""

    part: Fraction
    barred: bool
    pending: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Emergency:
    """Clause 8 for one unit: what it adds to the score (≤ 0), why it is zeroed, which events are still open."""

    part: Fraction
    zeroed: frozenset[str]
    pending: frozenset[tuple[str, str]]


def score(ledgers: Ledgers, as_of: date = YEAR_END, quotas: dict[str, Fraction] | None = None) -> Result:
    """Score all 48 units as of a day. `quotas` replaces yearly quotas (分) of some units, to reach edges."""
    seen, uncounted = split_by_date(ledgers, as_of)
    granted, refused = split_by_precondition(seen)
    uncounted |= refused
    accounts = merge(adoption_rises(seen["采用"]), instruction_rises(granted, seen["采用"]))
    quota = YEAR_QUOTA | (quotas or {})
    draft = {unit: unit_result(unit, seen, accounts[unit], quota[unit], as_of) for unit in UNITS}
    return Result(ranked(draft, decided_order(seen["裁定"])), uncounted)


# Which rows count ----------------------------------------------------------------------------------------------------


def day_of(ledger: str, row: Row) -> date:
    """The row's own day; an event is of the day it happened.

    >>> day_of("突发", {"发生时间": "2024-03-05 08:30"})
    datetime.date(2024, 3, 5)
    """
    return date.fromisoformat(row[DATE_COLUMN[ledger]][:10])


def split_by_date(ledgers: Ledgers, as_of: date) -> tuple[dict[str, list[tuple[int, Row]]], dict[tuple[str, int], str]]:
    """Rows up to the as-of day, each with its index in its ledger, and those after it."""
    seen: dict[str, list[tuple[int, Row]]] = {name: [] for name in DATE_COLUMN}
    uncounted = {}
    for name, rows in ledgers.items():
        for index, row in enumerate(rows):
            if day_of(name, row) <= as_of:
                seen[name].append((index, row))
            else:
                uncounted[name, index] = AFTER_AS_OF
    return seen, uncounted


def split_by_precondition(seen: dict[str, list[tuple[int, Row]]]) -> tuple[list[Row], dict[tuple[str, int], str]]:
    """Clause 6: 县领导 needs the item in 县内刊物, the others need it sent up or adopted above the county."""
    channels = defaultdict(set)
    for _, row in seen["采用"]:
        channels[row["信息编号"]].add(row["渠道"])
    granted, refused = [], {}
    for index, row in seen["批示"]:
        wanted = {"县内刊物"} if row["级别"] == "县领导" else {"上报信息", "市级采用", "区级采用"}
        if channels[row["信息编号"]] & wanted:
            granted.append(row)
        else:
            refused["批示", index] = NO_PRECONDITION
    return granted, refused


# 采用分 ---------------------------------------------------------------------------------------------------------------


def adoption_points(row: Row) -> int:
    """The printed cell.

    >>> adoption_points({"渠道": "市级采用", "方式": "综合采用（3个及以上单位）"})
    10
    """
    return POINTS[row["方式"]][CHANNELS.index(row["渠道"])]


def adoption_rises(rows: list[tuple[int, Row]]) -> dict[str, Account]:
    """同条信息只计最高分: per item and unit, each rise of the running maximum on the day it happens (补差)."""
    best: dict[tuple[str, str], int] = defaultdict(int)
    accounts: dict[str, Account] = defaultdict(list)
    for _, row in sorted(rows, key=lambda pair: pair[1]["采用日期"]):
        key = (row["信息编号"], row["单位"])
        rise = adoption_points(row) - best[key]
        if rise > 0:
            best[key] += rise
            accounts[row["单位"]].append((day_of("采用", row), Fraction(rise)))
    return accounts


def instruction_rises(granted: list[Row], adopted: list[tuple[int, Row]]) -> dict[str, Account]:
    """100 or 40 once per item, the higher one, shared exactly among all units the item has been adopted for."""
    sharers = defaultdict(set)
    for _, row in adopted:
        sharers[row["信息编号"]].add(row["单位"])
    best: dict[str, int] = defaultdict(int)
    accounts: dict[str, Account] = defaultdict(list)
    for row in sorted(granted, key=lambda row: row["批示日期"]):
        item = row["信息编号"]
        rise = (40 if row["级别"] == "县领导" else 100) - best[item]
        if rise > 0:
            best[item] += rise
            for unit in sharers[item]:
                accounts[unit].append((day_of("批示", row), Fraction(rise, len(sharers[item]))))
    return accounts


def merge(*many: dict[str, Account]) -> dict[str, Account]:
    """One account per unit out of several."""
    return {unit: [entry for accounts in many for entry in accounts.get(unit, [])] for unit in UNITS}


def done_on(account: Account, quota: Fraction) -> date | None:
    """The first day at whose end the running total reaches the quota; points only ever come, so the first crossing."""
    running = Fraction(0)
    for day, points in sorted(account):
        running += points
        if running >= quota:
            return day
    return None


def total(account: Account, first: int = 1, last: int = 12) -> Fraction:
    """The points of the months first..last."""
    return sum((points for day, points in account if first <= day.month <= last), Fraction(0))


def begun(month: int, as_of: date) -> bool:
    """Whether the month of 2024 has begun by the end of the as-of day."""
    return date(2024, month, 1) <= as_of


def ended(quarter: int, as_of: date) -> bool:
    """Whether the quarter's last day is over by the end of the as-of day.

    >>> ended(2, date(2024, 6, 30)), ended(2, date(2024, 6, 29))
    (True, False)
    """
    return date(2024, 3 * quarter, 30 if quarter in (2, 3) else 31) <= as_of


def task_part(points: Fraction, quota: Fraction, full: int, step: int) -> Fraction:
    """三（二）1 and 2: one step less for each band of the completion rate, nothing left at rate 0.

    >>> [str(task_part(Fraction(p), Fraction(60), 20, 4)) for p in (60, 59, 45, 44, 30, 29, 15, 14, 0)]
    ['20', '16', '16', '12', '12', '8', '8', '4', '0']
    """
    rate = points / quota
    if rate >= 1:
        return Fraction(full)
    if rate == 0:
        return Fraction(0)
    steps = 1 + sum(rate < Fraction(edge, 4) for edge in (3, 2, 1))
    return Fraction(full - step * steps)


# 约稿, 机制, 突发 ------------------------------------------------------------------------------------------


def own(rows: list[tuple[int, Row]], unit: str) -> list[Row]:
    """The unit's rows of a ledger."""
    return [row for _, row in rows if row["单位"] == unit]


def commission(rows: list[Row]) -> Commission:
    """Clause 3: −2 once per commission late or faulty, feedback −1 or −5, at most −20; more than two without cause."""
    lost = 0
    without_cause = 0
    pending = set()
    for row in rows:
        missed = row["上报"] != "按时"
        if missed or row["质量"] in ("不合格", "抄袭", "雷同", "重复"):
            lost += 2
        lost += {"不及时": 1, "不反馈": 5}.get(row["反馈"], 0)
        without_cause += missed and row["无故"] == "是"
        if missed and row["无故"] == "":
            pending.add(("约稿", row["约稿编号"]))
    return Commission(Fraction(20 - min(20, lost)), without_cause > 2, frozenset(pending))


def mechanism_part(rows: list[Row]) -> Fraction | None:
    """Clause 4: 不健全 loses all 20 and nothing else, otherwise 5 for each of four; not assessed is None."""
    if not rows:
        return None
    (row,) = rows
    if row["机制不健全"] == "是":
        return Fraction(0)
    four = ("领导不重视", "激励和签发机制不完善", "未安排专人", "业务活动不正常")
    return Fraction(20 - 5 * sum(row[column] == "是" for column in four))


def delay(row: Row, as_of: date) -> tuple[timedelta, bool]:
    """Time from the event to its first report, and whether there is one; without, to the end of the as-of day."""
    happened = datetime.fromisoformat(row["发生时间"])
    reports = [datetime.fromisoformat(row[c]) for c in ("电话报告时间", "书面报告时间") if row[c]]
    midnight = datetime.combine(as_of + timedelta(days=1), time())
    return (min(reports) if reports else midnight) - happened, bool(reports)


def emergency(rows: list[Row], as_of: date) -> Emergency:
    """Clause 8: over 2 h 迟报 −30, over 12 h 漏报 −50, over 48 h 瞒报; two 迟报, one 瞒报 or an effect zeroes."""
    late = missed = concealed = 0
    pending = set()
    for row in rows:
        waited, reported = delay(row, as_of)
        if not reported and waited <= timedelta(hours=48):
            pending.add(("突发", row["事件编号"]))
        elif waited > timedelta(hours=48):
            concealed += 1
        elif waited > timedelta(hours=12):
            missed += 1
        elif waited > timedelta(hours=2):
            late += 1
    harmed = any(row["后果"] not in ("", "无") for row in rows)
    reasons = {"迟报归零": late >= 2, "瞒报归零": concealed >= 1, "后果归零": harmed}
    zeroed = frozenset(name for name, holds in reasons.items() if holds)
    return Emergency(Fraction(-30 * late - 50 * missed), zeroed, frozenset(pending))


# One unit ------------------------------------------------------------------------------------------------------------


def unit_result(
    unit: str, seen: dict[str, list[tuple[int, Row]]], account: Account, quota: Fraction, as_of: date
) -> UnitResult:
    """Everything about a unit but its ranks, which need the others."""
    year = total(account)
    quarters = {q: total(account, 3 * q - 2, 3 * q) for q in range(1, 5) if begun(3 * q - 2, as_of)}
    quarter_parts = {q: task_part(p, quota / 4, 10, 2) for q, p in quarters.items() if ended(q, as_of)}
    asked = commission(own(seen["约稿"], unit))
    mechanism = mechanism_part(own(seen["机制"], unit))
    urgent = emergency(own(seen["突发"], unit), as_of)
    untrue = frozenset({"失实归零"} if own(seen["失实"], unit) else ())
    zeroed = urgent.zeroed | untrue
    parts = {
        "年度采用任务": task_part(year, quota, 20, 4) if as_of >= YEAR_END else None,
        "季度采用任务": sum(quarter_parts.values(), Fraction(0)) if quarter_parts else None,
        "约稿": asked.part,
        "工作机制": mechanism,
        "突发事件": urgent.part,
    }
    return UnitResult(
        score=final_score(parts, bool(zeroed)) if as_of >= YEAR_END else None,
        parts=parts,
        year_points=year,
        quarter_points=quarters,
        month_points={m: total(account, m, m) for m in range(1, 13) if begun(m, as_of)},
        quarter_parts=quarter_parts,
        year_rate=year / quota,
        quarter_rates={q: points / (quota / 4) for q, points in quarters.items()},
        done_on=done_on(account, quota),
        rank=None,
        tied=False,
        overall_rank=None,
        overall_tied=False,
        zeroed=zeroed,
        barred=asked.barred,
        criticised=asked.barred,
        accountable=bool(zeroed & {"失实归零", "后果归零"}),
        pending=asked.pending | urgent.pending | ({("机制", "")} if mechanism is None else set()),
    )


def final_score(parts: dict[str, Fraction | None], zeroed: bool) -> Fraction | None:
    """The sum, not below 0; zeroing is last and needs no assessment; an item still pending leaves no score."""
    if zeroed:
        return Fraction(0)
    known = [part for part in parts.values() if part is not None]
    return max(Fraction(0), sum(known, Fraction(0))) if len(known) == len(parts) else None


# Ranks ---------------------------------------------------------------------------------------------------------------


def decided_order(rows: list[tuple[int, Row]]) -> dict[str, int]:
    """同分次序 as people decided it, per unit."""
    return {row["单位"]: int(row["决定"]) for _, row in rows if row["事项"] == "同分次序"}


def ranked(draft: dict[str, UnitResult], decided: dict[str, int]) -> dict[str, UnitResult]:
    """Clause 7: 得分, then the day the year's task was done, then the decision; 1, 2, 2, 4 among those with a score."""
    keys = {
        unit: (-result.score, result.done_on or date.max, decided.get(unit, 10**9))
        for unit, result in draft.items()
        if result.score is not None
    }
    return {unit: with_ranks(unit, result, keys) for unit, result in draft.items()}


def with_ranks(unit: str, result: UnitResult, keys: dict[str, tuple[Fraction, date, int]]) -> UnitResult:
    """The result with its rank in its 系列 and over all, or as it is where there is no score."""
    if unit not in keys:
        return result
    rivals = {name: key for name, key in keys.items() if name != unit}
    peers = [key for name, key in rivals.items() if SERIES[name] == SERIES[unit]]
    everyone = list(rivals.values())
    mine = keys[unit]
    return replace(
        result,
        rank=1 + sum(key < mine for key in peers),
        tied=mine in peers,
        overall_rank=1 + sum(key < mine for key in everyone),
        overall_tied=mine in everyone,
    )
