"""The 2024 scoring as plain Python loops over tuples and dictionaries; shares are whole numbers of 1/UNIT points.

What the notice says of one record or one unit is in `Notice`, so that zen_hand and simpleeval_hand can put their own
formulas in its place; sorting, adding up and ranking stay these loops.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from notice import (
    COLUMNS,
    COUNTY_LEADER,
    END,
    FAULTS,
    FIRST_DAY,
    HARMLESS,
    JOURNAL,
    LAST_DAY,
    ON_TIME,
    POINTS,
    POOR,
    QUARTERS,
    QUOTAS,
    SECOND,
    SILENT,
    SLOW,
    UNIT,
    UNITS,
)  # fmt: skip
from oracle import CHANNELS

Rows = list[Any]
Tables = dict[str, dict[str, Rows]]  # county → ledger → rows
Account = list[tuple[int, int]]  # (day, worth in 1/UNIT points)
Figures = dict[str, Any]
NEVER = 999  # a day after all days
PRINTED = {
    (way, channel): points for way, row in POINTS.items() for channel, points in zip(CHANNELS, row, strict=False)
}
QUARTER = [sum(day >= first for first in QUARTERS) - 1 for day in range(366)]


class Parts(NamedTuple):
    """What a unit has, in the order of COLUMNS, and its score."""

    year: int
    quarterly: int
    asked: int
    mechanism: int | None
    urgent: int
    zeroed: bool
    score: int | None


class Notice:
    """The notice's formulas, each over all its records at once."""

    def points(self, rows: Rows) -> list[int]:
        """三（二）6 table: (方式, 渠道) → points."""
        return [PRINTED[row] for row in rows]

    def awards(self, rows: Rows) -> list[int]:
        """三（二）6: (级别, adopted in the county journal, adopted above) → 40, 100 or nothing."""
        return [
            (40 if journal else 0) if level == COUNTY_LEADER else (100 if above else 0)
            for level, journal, above in rows
        ]

    def lost(self, rows: Rows) -> list[int]:
        """三（二）3: (上报, 质量, 反馈) → points lost."""
        answers = {SLOW: 1, SILENT: 5}
        return [2 * (sent != ON_TIME or quality in POOR) + answers.get(answer, 0) for sent, quality, answer in rows]

    def mechanism(self, rows: Rows) -> list[int]:
        """三（二）4: 不健全 and the four → the part."""
        return [0 if unsound else 20 - 5 * sum(faults) for unsound, *faults in rows]

    def delay(self, rows: Rows) -> list[int]:
        """三（二）8: (minutes, not yet reported) → 0 in time, 1 迟报, 2 漏报, 3 瞒报; open ones are in time so far."""
        return [
            3 if minutes > 2880 else 0 if pending or minutes <= 120 else 1 + (minutes > 720)
            for minutes, pending in rows
        ]

    def unit(self, figures: list[Figures]) -> list[tuple[Any, ...]]:
        """三（一）: quota, points of the quarters, lost, mechanism, late, missed, zero → Parts."""
        return [unit_parts(**one) for one in figures]


def unit_parts(
    *, quota: int, quarters: list[int], lost: int, mechanism: int | None, late: int, missed: int, zero: bool
) -> tuple[Any, ...]:
    """One unit."""
    year = part(sum(quarters), quota, 4)
    quarterly = sum(part(4 * points, quota, 2) for points in quarters)
    asked, urgent = 20 - min(20, lost), -30 * late - 50 * missed
    zeroed = zero or late >= 2
    if zeroed:
        score: int | None = 0
    else:
        score = None if mechanism is None else max(0, year + quarterly + asked + mechanism + urgent)
    return year, quarterly, asked, mechanism, urgent, zeroed, score


def part(points: int, quota: int, step: int) -> int:
    """Five steps of points less one for each edge that is missed; the rate is compared without dividing."""
    if points >= quota:
        return 5 * step
    if points == 0:
        return 0
    return step * (4 - (4 * points < 3 * quota) - (2 * points < quota) - (4 * points < quota))


def opened(folder: Path) -> Tables:
    """The ledgers as tuples, county by county; days are counted from the first of January, waits in minutes."""
    scan = {
        name: pl.scan_parquet(folder / f"{name}.parquet") for name in ("采用", "批示", "约稿", "突发", "机制", "失实")
    }
    reported = pl.min_horizontal("电话报告时间", "书面报告时间")
    wait = (reported.fill_null(END) - pl.col("发生时间")).dt.total_minutes().alias("minutes")
    plans = {
        "采用": scan["采用"].select("县", "信息编号", "单位", day("采用日期"), "方式", "渠道"),
        "批示": scan["批示"].select("县", "信息编号", "级别", day("批示日期")),
        "约稿": scan["约稿"].select("县", "单位", "上报", "质量", "反馈"),
        "突发": scan["突发"].select(
            "县", "单位", wait, reported.is_null(), pl.col("后果").fill_null(HARMLESS).ne(HARMLESS)
        ),
        "机制": scan["机制"].filter(pl.col("考评日期") <= LAST_DAY).select("县", "单位", "机制不健全", *FAULTS),
        "失实": scan["失实"].filter(pl.col("查实日期") <= LAST_DAY).select("县", "单位"),
    }
    counties: Tables = defaultdict(lambda: {name: [] for name in plans})
    for name, plan in plans.items():
        for county, *row in plan.collect().iter_rows():
            counties[county][name].append(row)
    return counties


def loaded(tables: Tables) -> Tables:
    """They are in memory."""
    return tables


def day(column: str) -> pl.Expr:
    """Days from the first of January."""
    return pl.col(column).cast(pl.Int64) - FIRST_DAY.toordinal() + 719_163


def scored(tables: Tables, notice: Notice | None = None) -> Rows:
    """COLUMNS for every unit of every county."""
    notice = notice or Notice()
    return [row for county, ledgers in tables.items() for row in county_rows(county, ledgers, notice)]


def saved(scores: Rows, path: Path) -> None:
    """The scores as Parquet."""
    pl.DataFrame(scores, COLUMNS, orient="row", infer_schema_length=None).write_parquet(path)


def county_rows(county: str, ledgers: dict[str, Rows], notice: Notice) -> Rows:
    """COLUMNS for the units of a county."""
    accounts: dict[str, Account] = {unit: [] for unit in UNITS}
    adopt(ledgers["采用"], notice, accounts)
    endorse(ledgers, notice, accounts)
    standing = [account_of(account, quota) for account, quota in zip(accounts.values(), QUOTAS, strict=True)]
    figures = [
        one | {"quota": quota * UNIT, "quarters": quarters}
        for one, quota, (quarters, _) in zip(people(ledgers, notice), QUOTAS, standing, strict=True)
    ]
    parts = [Parts(*one) for one in notice.unit(figures)]
    days = [done for _, done in standing]
    keys = [
        None if one.score is None else (-one.score, NEVER if done is None else done)
        for one, done in zip(parts, days, strict=True)
    ]
    everyone = ranks(keys)
    series = [ranks([key if SECOND[at] == kind else None for at, key in enumerate(keys)]) for kind in (0, 1)]
    rows = []
    for at, one in enumerate(parts):
        (quarters, done), (rank, tied) = standing[at], series[SECOND[at]].get(keys[at], (None, None))
        finished = None if done is None else FIRST_DAY + timedelta(days=done)
        rows.append(
            (
                *(county, UNITS[at], one.score, rank, tied, everyone.get(keys[at], (None,))[0], *one[:-1]),
                *(sum(quarters), *quarters, finished),
            )
        )
    return rows


def adopt(rows: Rows, notice: Notice, accounts: dict[str, Account]) -> None:
    """What each adoption adds to the highest of its item and unit so far (补差), into the accounts."""
    best: dict[tuple[str, str], Account] = {}
    for (item, unit, on, _, _), points in zip(rows, notice.points([(row[3], row[4]) for row in rows]), strict=True):
        pair = item, unit
        if pair in best:
            best[pair].append((on, points))
        else:
            best[pair] = [(on, points)]
    for (_, unit), adoptions in best.items():
        if len(adoptions) > 1:
            adoptions.sort()
        highest = 0
        for on, points in adoptions:
            if points > highest:
                accounts[unit].append((on, (points - highest) * UNIT))
                highest = points


def endorse(ledgers: dict[str, Rows], notice: Notice, accounts: dict[str, Account]) -> None:
    """40 or 100 once per item, each rise on its day, shared by the units of the item, into the accounts."""
    sharers: dict[str, set[str]] = {item: set() for item, _, _ in ledgers["批示"]}
    channels: dict[str, set[bool]] = {item: set() for item in sharers}
    for item, unit, _, _, channel in ledgers["采用"]:
        if item in sharers:
            sharers[item].add(unit)
            channels[item].add(channel == JOURNAL)
    asked = [(level, True in channels[item], False in channels[item]) for item, level, _ in ledgers["批示"]]
    best = dict.fromkeys(sharers, 0)
    for on, award, item in sorted(
        (on, award, item) for (item, _, on), award in zip(ledgers["批示"], notice.awards(asked), strict=True)
    ):
        rise = award - best[item]
        if rise > 0:
            best[item] = award
            for unit in sharers[item]:
                accounts[unit].append((on, rise * UNIT // len(sharers[item])))


def account_of(account: Account, quota: int) -> tuple[list[int], int | None]:
    """The points of the four quarters, and the day at whose end the quota is reached."""
    quarters, running, done, target = [0, 0, 0, 0], 0, None, quota * UNIT
    account.sort()
    for on, worth in account:
        quarters[QUARTER[on]] += worth
        running += worth
        if done is None and running >= target:
            done = on
    return quarters, done


def people(ledgers: dict[str, Rows], notice: Notice) -> list[Figures]:
    """约稿, 机制, 突发, 失实 of each unit."""
    lost = dict.fromkeys(UNITS, 0)
    for row, points in zip(ledgers["约稿"], notice.lost([row[1:] for row in ledgers["约稿"]]), strict=True):
        lost[row[0]] += points
    parts = notice.mechanism([row[1:] for row in ledgers["机制"]])
    mechanism = {row[0]: part for row, part in zip(ledgers["机制"], parts, strict=True)}
    grave = {row[0] for row in ledgers["失实"]}
    late, missed = dict.fromkeys(UNITS, 0), dict.fromkeys(UNITS, 0)
    for row, kind in zip(ledgers["突发"], notice.delay([row[1:3] for row in ledgers["突发"]]), strict=True):
        late[row[0]] += kind == 1
        missed[row[0]] += kind == 2
        if kind == 3 or row[3]:
            grave.add(row[0])
    return [
        {
            "lost": lost[unit],
            "mechanism": mechanism.get(unit),
            "late": late[unit],
            "missed": missed[unit],
            "zero": unit in grave,
        }
        for unit in UNITS
    ]


def ranks(keys: list[Any]) -> dict[Any, tuple[int, bool]]:
    """Key → its rank, 1, 2, 2, 4, and whether it is shared."""
    known, place = {}, 1
    for key, group in groupby(sorted(key for key in keys if key is not None)):
        size = len(list(group))
        known[key] = place, size > 1
        place += size
    return known
