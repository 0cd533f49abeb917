"""Made-up ledgers for 2024, one set per seed, aimed at the places where two readings of the notice would part.

Quarter ends, shares among 1..20 units, second adoptions, totals that hit 25, 50, 75 and 100 % of a quota exactly or
miss them by one item, delays of just 2, 12 and 48 hours and a minute more, every zeroing, blanks where blanks may be,
ties with and without a decision, assessments that are missing or late, rows after the as-of date. All rows are clean:
nothing here is an error of data. The same seed gives the same rows on every machine.
"""

from __future__ import annotations

import csv
from datetime import date, datetime, timedelta
from fractions import Fraction
from math import ceil
from pathlib import Path
from random import Random
from typing import Any

import polars
import xlsxwriter

from oracle import SERIES, UNITS, YEAR_QUOTA, Ledgers, Row, UnitResult, score

COLUMNS: dict[str, tuple[str, ...]] = {
    "采用": ("信息编号", "单位", "采用日期", "渠道", "方式", "标题"),
    "批示": ("信息编号", "级别", "批示日期"),
    "约稿": ("约稿编号", "单位", "通知日期", "上报", "质量", "反馈", "无故"),
    "突发": ("事件编号", "单位", "等级", "发生时间", "电话报告时间", "书面报告时间", "后果"),
    "机制": (
        *("单位", "考评日期", "机制不健全", "领导不重视"),
        *("激励和签发机制不完善", "未安排专人", "业务活动不正常"),
    ),
    "失实": ("单位", "查实日期", "情形", "信息编号"),
    "报送": ("单位", "报送日期", "信息编号", "标题"),
    "裁定": ("单位", "事项", "决定", "日期", "依据"),
}
TIMES = ("发生时间", "电话报告时间", "书面报告时间")
DATES = ("采用日期", "批示日期", "通知日期", "考评日期", "查实日期", "报送日期", "日期")

CHANNELS = ("县内刊物", "县内刊物", "上报信息", "市级采用", "区级采用")
LEVELS = ("县领导", "县领导", "市领导", "自治区领导")
SHARERS = (1, 1, 1, 1, 2, 2, 3, 3, 4, 5, 6, 7, 8, 9, 12, 16, 16, 20)
# points → how a single unit gets just so many with one item
PIECES = {
    5: ("县内刊物", "简讯信息"),
    10: ("县内刊物", "封面信息"),
    15: ("上报信息", "单条采用"),
    20: ("市级采用", "单条采用"),
    30: ("区级采用", "单条采用"),
}
EDGE_DAYS = (
    *("2024-01-01", "2024-02-29", "2024-03-31", "2024-04-01", "2024-06-30", "2024-07-01", "2024-08-15"),
    *("2024-08-16", "2024-09-30", "2024-10-01", "2024-12-31"),
)
# 48 hours before the end of an as-of day, and a minute more and less; the end of an as-of day itself
EDGE_MOMENTS = (
    *("2024-12-30 00:00", "2024-12-29 23:59", "2024-12-30 00:01", "2024-12-31 23:59", "2024-01-01 00:00"),
    *("2024-06-29 00:00", "2024-06-28 23:59", "2024-08-14 00:00", "2024-08-13 23:59", "2024-06-30 23:00"),
)
WAITS = (0, 10, 20, 21, 60, 119, 120, 120, 121, 121, 300, 719, 720, 721, 1440, 2879, 2880, 2881, 9000)
MECHANISM_FAULTS = COLUMNS["机制"][2:]
ALWAYS = date(2026, 1, 1)


def as_of_for(seed: int) -> date:
    """A day to score the seed's ledgers as of: mostly the year's end.

    >>> as_of_for(0) == as_of_for(0)
    True
    """
    days = (date(2024, 6, 30), date(2024, 8, 15), date(2024, 3, 30), date(2025, 2, 1), date(2025, 2, 1))
    return Random(f"as-of {seed}").choice((*days, *[date(2024, 12, 31)] * 7))


def ledgers(seed: int) -> Ledgers:
    """All ledgers of the design for a seed; 裁定 only where somebody decided something. Values are text, as typed.

    >>> ledgers(7) == ledgers(7) != ledgers(8)
    True
    """
    return _Maker(Random(seed)).run()


class _Maker:
    """One draw: the random source, the units that matter in it, and the rows so far."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.small = rng.random() < 0.65
        self.units = rng.sample(UNITS, rng.randint(1, 7)) if self.small else list(UNITS)
        self.rows: Ledgers = {name: [] for name in COLUMNS}
        self.count = 0

    def run(self) -> Ledgers:
        for _ in range(self.rng.randint(0, 25) if self.small else self.rng.randint(30, 120)):
            self.article()
        if self.rng.random() < 0.6:
            self.tied_group()
        self.hit_quarters()
        self.hit_years()
        self.people()
        self.share_among_twenty_at_most()
        for name in self.rows:
            self.rng.shuffle(self.rows[name])
        if not self.rows["裁定"]:
            del self.rows["裁定"]
        return self.rows

    def share_among_twenty_at_most(self) -> None:
        """An instructed item adopted from more than 20 units is a fault of the row; clean ledgers hold none."""
        units: dict[str, set[str]] = {}
        for row in self.rows["采用"]:
            units.setdefault(row["信息编号"], set()).add(row["单位"])
        self.rows["批示"] = [row for row in self.rows["批示"] if len(units.get(row["信息编号"], ())) <= 20]

    # Small choices

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def number(self, letter: str) -> str:
        self.count += 1
        return f"{letter}{self.count:04}"

    def day(self) -> str:
        if self.chance(0.4):
            return self.rng.choice(EDGE_DAYS)
        return (date(2024, 1, 1) + timedelta(days=self.rng.randrange(366))).isoformat()

    def add(self, ledger: str, *values: str) -> None:
        row = dict(zip(COLUMNS[ledger], values, strict=True))
        if row not in self.rows[ledger] or ledger == "批示":
            self.rows[ledger].append(row)

    def points(self) -> dict[str, UnitResult]:
        """Where the units stand so far, whatever the date: items added for one unit alone add exactly to it."""
        return score(self.rows, ALWAYS).units

    # 采用 and 批示

    def article(self) -> None:
        """An item of some units, adopted once or again elsewhere (by some of them, or one more), maybe instructed."""
        item, sharers = self.number("X"), self.sharers()
        self.adopt(item, sharers, self.day())
        for _ in range(self.rng.choice((0, 0, 0, 1, 1, 2, 3))):
            some = self.rng.sample(sharers, self.rng.randint(1, len(sharers)))
            newcomer = [self.rng.choice(UNITS)] if self.chance(0.2) else []
            day = self.rows["采用"][-1]["采用日期"] if self.chance(0.15) else self.day()
            self.adopt(item, list(dict.fromkeys(some + newcomer)), day)
        if self.chance(0.35):
            for _ in range(self.rng.choice((1, 1, 2, 2, 3, 4))):
                self.add("批示", item, self.rng.choice(LEVELS), self.day())

    def sharers(self) -> list[str]:
        size = self.rng.choice(SHARERS)
        inside = self.rng.sample(self.units, min(size, len(self.units)))
        others = [unit for unit in UNITS if unit not in inside]
        return inside + self.rng.sample(others, size - len(inside))

    def adopt(self, item: str, sharers: list[str], day: str) -> None:
        channel = self.rng.choice(CHANNELS)
        for unit, mode in zip(sharers, self.modes(len(sharers), channel), strict=True):
            self.add("采用", item, unit, day, channel, mode, self.rng.choice(("", "关于编造事项的情况")))

    def modes(self, size: int, channel: str) -> list[str]:
        """方式 of each unit of an article: the chooser first, where there is one."""
        if size == 1:
            only_county = ("简讯信息", "封面信息") if channel == "县内刊物" else ()
            return [self.rng.choice(("单条采用", "单条采用", *only_county))]
        plain = "综合采用（2个单位）" if size == 2 else "综合采用（3个及以上单位）"
        return [self.rng.choice(("综合采用（选题单位）", plain)), *[plain] * (size - 1)]

    def fill(self, unit: str, points: int, days: list[str]) -> None:
        """Items of the unit alone for just so many points (a multiple of 5), on some of the days."""
        while points > 0:
            piece = self.rng.choice([size for size in PIECES if size <= points])
            self.add("采用", self.number("T"), unit, self.rng.choice(days), *PIECES[piece], "")
            points -= piece

    def days_of(self, quarter: int) -> list[str]:
        first, last = 3 * quarter - 2, 3 * quarter
        month = self.rng.randint(first, last)
        return [f"2024-{first:02}-01", f"2024-{month:02}-15", f"2024-{last:02}-{30 if quarter in (2, 3) else 31}"]

    def need(self, has: Fraction, quota: Fraction) -> int:
        """Points in fives still wanted to stand exactly on an edge of the quota, or one item beside it; or 0."""
        edges = [edge * quota / 4 - has for edge in (1, 2, 3, 4, 4, 4)]
        exact = [int(gap) for gap in edges if gap > 0 and gap % 5 == 0]
        near = [5 * ceil(gap / 5) for gap in edges if gap > 0]
        beside = [gap + 5 * self.rng.choice((-1, -1, 1)) for gap in exact]
        return self.rng.choice((exact or near or [0]) if self.chance(0.6) else (near + beside or [0]))

    def hit_quarters(self) -> None:
        for unit, result in self.points().items():
            for quarter, has in result.quarter_points.items():
                if unit in self.units and self.chance(0.5):
                    self.fill(unit, self.need(has, YEAR_QUOTA[unit] / 4), self.days_of(quarter))

    def hit_years(self) -> None:
        for unit, result in self.points().items():
            if unit in self.units and self.chance(0.4):
                self.fill(unit, self.need(result.year_points, YEAR_QUOTA[unit]), self.days_of(self.rng.randint(1, 4)))

    def tied_group(self) -> None:
        """Some units complete every quarter on the same days; some, none or all of the ties are decided."""
        series = self.rng.choice(("一类", "二类"))
        peers = [unit for unit in UNITS if SERIES[unit] == series or self.chance(0.1)]
        group = self.rng.sample(peers, self.rng.randint(2, 5))
        days = [self.rng.choice(self.days_of(quarter)) for quarter in (1, 2, 3, 4)]
        self.units += [unit for unit in group if unit not in self.units]
        standing = self.points()
        for unit in group:
            for quarter, has in standing[unit].quarter_points.items():
                self.fill(unit, 5 * ceil((YEAR_QUOTA[unit] / 4 - has) / 5), [days[quarter - 1]])
            self.assess(unit, [])
        for order, unit in zip(self.rng.sample((1, 2, 3, 9, 10), len(group)), group, strict=True):
            if self.chance(0.4):
                when = self.rng.choice(("2024-12-31", "2025-01-20", "2025-02-01", "2025-02-02"))
                self.add("裁定", unit, "同分次序", str(order), when, self.rng.choice(("", "主任办公会研究")))

    # The other ledgers

    def people(self) -> None:
        for unit in self.units:
            if self.chance(0.9):
                self.assess(unit, self.mechanism_faults())
            if self.chance(0.35):
                self.commissions(unit)
            if self.chance(0.3):
                self.events(unit)
            if self.chance(0.05):
                self.untrue(unit)
            if self.chance(0.3):
                self.add("报送", unit, self.day(), self.number("B"), self.rng.choice(("", "编造的报送标题")))
        for unit in UNITS if self.chance(0.5) else ():
            self.assess(unit, [])
        if self.chance(0.3):
            self.add("批示", "没有的编号", self.rng.choice(LEVELS), self.day())

    def assess(self, unit: str, faults: list[str]) -> None:
        if any(row["单位"] == unit for row in self.rows["机制"]):
            return
        day = self.rng.choice(("2024-12-20",) * 8 + ("2024-06-30", "2024-12-31", "2025-01-01", "2025-02-02"))
        self.add("机制", unit, day, *("是" if fault in faults else "否" for fault in MECHANISM_FAULTS))

    def mechanism_faults(self) -> list[str]:
        return self.rng.sample(MECHANISM_FAULTS, self.rng.choice((0, 0, 0, 1, 1, 2, 4, 5)))

    def commissions(self, unit: str) -> None:
        """One to twelve; some units are careless throughout, so that the cap and 超过2次 are met."""
        careless = self.chance(0.5)
        for _ in range(self.rng.choice((1, 2, 2, 3, 3, 4, 5, 10, 12))):
            report = self.rng.choice(("按时",) * (1 if careless else 6) + ("迟报", "漏报", "不报"))
            quality = self.rng.choice(("", "合格", "合格", "合格", "不合格", "抄袭", "雷同", "重复"))
            feedback = self.rng.choice(("", "无需", "无需", "及时", "不及时", "不反馈"))
            cause = self.rng.choice(("是", "是", "否", ""))
            number = self.rng.choice(("Y-共同", self.number("Y")))
            if not any(row["约稿编号"] == number and row["单位"] == unit for row in self.rows["约稿"]):
                self.add("约稿", number, unit, self.day(), report, quality, feedback, cause)

    def events(self, unit: str) -> None:
        """One to three, each reported by phone, in writing, both or not at all; sometimes all of them just late."""
        waits = self.rng.choice((WAITS, WAITS, WAITS, (121, 720), (721, 2880), (120, 121)))
        for number in (self.number("E"), self.number("E"), "E-共同")[-self.rng.randint(1, 3) :]:
            edge = f"{self.day()} {self.rng.randrange(24):02}:{self.rng.randrange(60):02}"
            happened = datetime.fromisoformat(self.rng.choice((edge, edge, self.rng.choice(EDGE_MOMENTS))))
            grade = self.rng.choice(("特别重大", "重大", "较大", "一般", "紧急敏感"))
            effect = self.rng.choice(("",) * 6 + ("无",) * 6 + ("不良影响", "市政府办书面通报批评"))
            moments = [_minute(happened), *self.reports(happened, self.rng.choice(waits))]
            self.add("突发", number, unit, grade, *moments, effect)

    def reports(self, happened: datetime, wait: int) -> tuple[str, str]:
        first = _minute(happened + timedelta(minutes=wait))
        second = _minute(happened + timedelta(minutes=wait + self.rng.choice((0, 1, 40, 3000))))
        both = ((first, second), (second, first))
        return self.rng.choice((*both, (first, ""), ("", first), ("", "")))

    def untrue(self, unit: str) -> None:
        kind = self.rng.choice(("严重失实", "未经核实", "越级", "乱报", "谎报"))
        day = self.rng.choice((self.day(), "2024-12-31", "2025-01-15", "2025-02-02"))
        self.add("失实", unit, day, kind, self.rng.choice(("", "X0001")))


def _minute(moment: datetime) -> str:
    return moment.isoformat(sep=" ", timespec="minutes")


# The same rows as files ----------------------------------------------------------------------------------------------


def write_csv(data: Ledgers, folder: Path) -> None:
    """One UTF-8 file per ledger, with its header even when it is empty."""
    for name, rows in data.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS[name])
            writer.writeheader()
            writer.writerows(rows)


def write_parquet(data: Ledgers, folder: Path) -> None:
    """One file per ledger, every column text."""
    for name, rows in data.items():
        columns = {column: [row[column] for row in rows] for column in COLUMNS[name]}
        frame = polars.DataFrame(columns, schema=dict.fromkeys(COLUMNS[name], polars.String))
        frame.write_parquet(folder / f"{name}.parquet")


def write_xlsx(data: Ledgers, path: Path) -> None:
    """One sheet per ledger, header in row 1; dates and times are Excel's own, all else is text, a blank is no cell."""
    with xlsxwriter.Workbook(path) as workbook:
        styles = {
            "date": workbook.add_format({"num_format": "yyyy-mm-dd"}),
            "time": workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        }
        for name, rows in data.items():
            sheet = workbook.add_worksheet(name)
            sheet.write_row(0, 0, COLUMNS[name])
            for index, row in enumerate(rows, start=1):
                _write_row(sheet, styles, index, row)


def _write_row(sheet: Any, styles: dict[str, Any], index: int, row: Row) -> None:
    for place, (column, text) in enumerate(row.items()):
        if text and column in DATES:
            sheet.write_datetime(index, place, date.fromisoformat(text), styles["date"])
        elif text and column in TIMES:
            sheet.write_datetime(index, place, datetime.fromisoformat(text), styles["time"])
        elif text:
            sheet.write_string(index, place, text)
