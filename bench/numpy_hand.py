"""The 2024 scoring in numpy, by hand: packed 64-bit keys, two sorts of plain integers, boundaries instead of groups."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from notice import (
    CELLS,
    CHANNELS,
    COLUMNS,
    COUNTY_LEADER,
    END,
    FAULTS,
    FIRST_DAY,
    HARMLESS,
    JOURNAL,
    LAST_DAY,
    MOST,
    ON_TIME,
    POOR,
    QUARTERS,
    QUOTAS,
    SECOND,
    SILENT,
    SLOW,
    UNIT,
    UNITS,
    WAYS,
)  # fmt: skip

Array = np.ndarray
N = len(UNITS)
COUNTY_CODES, ITEM_CODES = pl.Categories("县"), pl.Categories("信息编号")
ITEM, MEMBER, DAY = 2**27, 2**6, 2**9
AWARDS = (40, 60, 100)
WORTH = np.array([5 * n * UNIT for n in range(7)] + [award * UNIT // n for award in AWARDS for n in range(1, MOST + 1)])
OPEN = 2**40  # minutes until an event that is not reported and still open: it counts as nothing yet


@dataclass(frozen=True, slots=True)
class Tables:
    """The ledgers as arrays of codes; units are 48 × the county's code + the place in the annex."""

    counties: list[str]
    pair: Array  # 采用: item and unit
    day: Array
    fives: Array  # points in fives
    above: Array  # adopted above the county journal
    item: Array  # 批示
    leader: Array  # a county leader
    on: Array
    asked: Array  # 约稿: unit, and what is lost
    lost: Array
    event: Array  # 突发: unit, minutes to the first report, whether it did harm
    minutes: Array
    harm: Array
    assessed: Array  # 机制: unit, and the part of 20
    mechanism: Array
    untrue: Array  # 失实: unit


def opened(folder: Path) -> Tables:
    """The ledgers read by Polars, words turned into codes."""
    scan = {
        name: pl.scan_parquet(folder / f"{name}.parquet") for name in ("采用", "批示", "约稿", "突发", "机制", "失实")
    }
    name = pl.col("县").cast(pl.Categorical(COUNTY_CODES))
    county = name.to_physical().cast(pl.Int64)
    unit = (county * N + coded("单位", UNITS)).alias("unit")
    item = county * ITEM + pl.col("信息编号").cast(pl.Categorical(ITEM_CODES)).to_physical()
    fives = pl.lit(pl.Series([points // 5 for points in CELLS])).gather(
        coded("方式", WAYS) * 4 + coded("渠道", CHANNELS)
    )
    first = pl.min_horizontal("电话报告时间", "书面报告时间")
    wait = (first.fill_null(END) - pl.col("发生时间")).dt.total_minutes()
    missed = pl.col("上报").ne(ON_TIME) | pl.col("质量").is_in(POOR).fill_null(False)
    answer = pl.col("反馈").eq(SLOW).fill_null(False).cast(pl.Int64) + 5 * pl.col("反馈").eq(SILENT).fill_null(False)
    faults = pl.sum_horizontal(pl.col(fault).cast(pl.Int64) for fault in FAULTS)
    plans = (
        scan["采用"].select(name.unique()).select(pl.col("县").cast(pl.String), code=pl.col("县").to_physical()),
        scan["采用"].select(
            (item * MEMBER + coded("单位", UNITS)).alias("pair"),
            day("采用日期"),
            fives.alias("fives"),
            (coded("渠道", CHANNELS) != CHANNELS.index(JOURNAL)).alias("above"),
        ),
        scan["批示"].select(item.alias("item"), pl.col("级别") == COUNTY_LEADER, day("批示日期")),
        scan["约稿"].select(unit, (2 * missed.cast(pl.Int64) + answer).alias("lost")),
        scan["突发"].select(
            unit,
            pl.when(first.is_null() & (wait <= 2880)).then(OPEN).otherwise(wait).alias("minutes"),
            pl.col("后果").fill_null(HARMLESS).ne(HARMLESS).alias("harm"),
        ),
        scan["机制"]
        .filter(pl.col("考评日期") <= LAST_DAY)
        .select(unit, pl.when("机制不健全").then(0).otherwise(20 - 5 * faults).alias("part")),
        scan["失实"].filter(pl.col("查实日期") <= LAST_DAY).select(unit),
    )
    counties, *ledgers = pl.collect_all(plans)
    arrays = [series.to_numpy() for frame in ledgers for series in frame.iter_columns()]
    return Tables(counties.sort("code")["县"].to_list(), *arrays)


def loaded(tables: Tables) -> Tables:
    """They are in memory."""
    return tables


def coded(column: str, values: tuple[str, ...]) -> pl.Expr:
    """A column of known words as its place in the list."""
    return pl.col(column).cast(pl.Enum(values)).to_physical().cast(pl.Int64)


def day(column: str) -> pl.Expr:
    """Days from the first of January."""
    return pl.col(column).cast(pl.Int64) - FIRST_DAY.toordinal() + 719_163


def scored(tables: Tables) -> dict[str, Array]:
    """COLUMNS as arrays, a unit after another; names as codes, a figure that is not there as −1."""
    units = len(tables.counties) * N
    adopted = in_order(tables)
    quarters, done = totals(np.concatenate([rises(adopted), awards(tables, adopted)]), units)
    parts = judged(tables, quarters, units)
    place = np.arange(units)
    key = np.where(parts["得分"] < 0, -1, (100 - parts["得分"]) * DAY + np.where(done < 0, DAY - 1, done))
    series = place // N * 2 + np.array(SECOND)[place % N]
    rank, tied = ranks(series, key)
    overall, _ = ranks(place // N, key)
    points = {f"{name}季采用分": quarters[:, q] for q, name in enumerate("一二三四")}
    return (
        parts
        | points
        | {"名次": rank, "名次并列": tied, "总名次": overall, "任务完成日": done, "县": np.array(tables.counties)}
    )


def saved(scores: dict[str, Array], path: Path) -> None:
    """The scores as Parquet."""
    counties = pl.Series(scores.pop("县"))
    place = pl.Series(np.arange(len(scores["得分"])))
    names = {"县": counties.gather(place // N), "单位": pl.Series(UNITS).gather(place % N)}
    frame = pl.DataFrame(names | {name: pl.Series(array) for name, array in scores.items()})
    absent = [
        pl.when(pl.col(name) >= 0).then(name).alias(name)
        for name in ("得分", "名次", "总名次", "工作机制", "任务完成日")
    ]
    date = pl.lit(FIRST_DAY) + pl.duration(days="任务完成日")
    tied = pl.when(pl.col("名次") >= 0).then("名次并列").alias("名次并列")
    frame.with_columns(*absent, tied).with_columns(date.alias("任务完成日")).select(COLUMNS).write_parquet(path)


# 采用分 ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Adopted:
    """采用 in order of item, unit and day; packed is ((pair, day), fives, above)."""

    packed: Array
    pair: Array
    fresh: Array  # the first row of its pair


def in_order(tables: Tables) -> Adopted:
    """One sort of plain integers."""
    packed = ((tables.pair * DAY + tables.day) * 8 + tables.fives) * 2 + tables.above
    packed.sort()
    pair = packed // (DAY * 16)
    fresh = np.ones(len(pair), bool)
    fresh[1:] = pair[1:] != pair[:-1]
    return Adopted(packed, pair, fresh)


def rises(adopted: Adopted) -> Array:
    """Account entries of 采用: what each record adds to the highest of its item and unit so far (补差)."""
    fives = adopted.packed >> 1 & 7
    # with the pair in front a running maximum over all rows is every pair's own
    highest = np.maximum.accumulate(adopted.pair * 8 + fives) & 7
    rise = highest.copy()
    rise[1:] -= np.where(adopted.fresh[1:], 0, highest[:-1])
    kept = rise > 0
    return entries(adopted.pair[kept], adopted.packed[kept] >> 4 & (DAY - 1), rise[kept])


def entries(pair: Array, day: Array, code: Array) -> Array:
    """Account entries as integers: unit, day, code of what it is worth."""
    unit = pair // (MEMBER * ITEM) * N + (pair & (MEMBER - 1))
    return (unit * DAY + day) * 128 + code


def awards(tables: Tables, adopted: Adopted) -> Array:
    """Account entries of 批示: 40 or 100 once per item, each rise on its day, shared by the units of the item."""
    items, place = np.unique(tables.item, return_inverse=True)
    low, high = (np.full(len(items), DAY) for _ in range(2))
    np.minimum.at(low, place[tables.leader], tables.on[tables.leader])
    np.minimum.at(high, place[~tables.leader], tables.on[~tables.leader])
    # an item's rows lie together: what is so within them is the difference of two running counts
    start, end = (np.searchsorted(adopted.pair, edge * MEMBER) for edge in (items, items + 1))
    seen_above, seen_pairs = running(adopted.packed & 1), running(adopted.fresh)
    above, sharers = (seen[end] - seen[start] for seen in (seen_above, seen_pairs))
    low[end - start == above] = DAY  # none in the county journal
    high[above == 0] = DAY
    owner = np.repeat(np.arange(len(items)), sharers)
    nth = np.arange(len(owner)) - running(sharers)[owner]
    pairs = adopted.pair[np.flatnonzero(adopted.fresh)[seen_pairs[start][owner] + nth]]
    rest = np.where(low < high, 1, 2)
    first, second = (low < high)[owner], (high < DAY)[owner]
    return np.concatenate(
        [
            entries(pairs[first], low[owner[first]], 6 + sharers[owner[first]]),
            entries(pairs[second], high[owner[second]], 6 + MOST * rest[owner[second]] + sharers[owner[second]]),
        ]
    )


def running(numbers: Array) -> Array:
    """The sums before each number, and of all."""
    sums = np.zeros(len(numbers) + 1, np.int64)
    np.cumsum(numbers, out=sums[1:])
    return sums


def marked(places: Array, size: int) -> Array:
    """Which places occur."""
    flags = np.zeros(size, bool)
    flags[places] = True
    return flags


def totals(account: Array, units: int) -> tuple[Array, Array]:
    """The points of each quarter per unit, and the day the running total reaches the year's quota (−1: never)."""
    account.sort()
    sums = running(WORTH[account & 127])
    # entries are in order of unit and day: a quarter's points are the difference of two running totals
    bounds = (np.arange(units)[:, None] * DAY + np.array([*QUARTERS, DAY])) * 128
    edges = sums[np.searchsorted(account, bounds)]
    quota = np.array(QUOTAS) * UNIT
    target = edges[:, 0] + quota[np.arange(units) % N]
    at = np.searchsorted(sums, target) - 1  # the entry after which the total stands at the quota or above
    inside = target <= edges[:, 4]
    done = np.full(units, -1)
    done[inside] = account[at[inside]] // 128 & (DAY - 1)
    return np.diff(edges, axis=1), done


# 得分和名次 ------------------------------------------------------------


def part(points: Array, quota: Array, step: int) -> Array:
    """Five steps of points less one for each edge that is missed; the rate is compared without dividing."""
    missed = sum((points * 4 < quota * edge).astype(np.int64) for edge in (4, 3, 2, 1))
    return step * (5 - missed - (points == 0))


def judged(tables: Tables, quarters: Array, units: int) -> dict[str, Array]:
    """The parts and the score; −1 where a part that is needed is not there."""
    quota = np.tile(np.array(QUOTAS) * UNIT, units // N)
    lost = np.bincount(tables.asked, tables.lost, units).astype(np.int64)
    wait = tables.minutes
    late = np.bincount(tables.event[(wait > 120) & (wait <= 720)], minlength=units)
    missed = np.bincount(tables.event[(wait > 720) & (wait <= 2880)], minlength=units)
    grave = tables.event[((wait > 2880) & (wait < OPEN)) | tables.harm]
    zero = marked(grave, units) | marked(tables.untrue, units) | (late >= 2)
    mechanism = np.full(units, -1)
    mechanism[tables.assessed] = tables.mechanism
    year = quarters.sum(axis=1)
    parts = {
        "年度采用分": year,
        "年度采用任务": part(year, quota, 4),
        "季度采用任务": sum(part(4 * quarters[:, q], quota, 2) for q in range(4)),
        "约稿": 20 - np.minimum(lost, 20),
        "工作机制": mechanism,
        "突发事件": -30 * late - 50 * missed,
    }
    total = sum(array for name, array in parts.items() if name != "年度采用分")
    score = np.where(zero, 0, np.where(mechanism < 0, -1, np.maximum(total, 0)))
    return parts | {"归零": zero, "得分": score}


def ranks(group: Array, key: Array) -> tuple[Array, Array]:
    """1, 2, 2, 4 within each group by key, and who is tied; −1 where there is no key."""
    packed = (group << 20 | np.maximum(key, 0)) * 2 + (key < 0)
    order = np.argsort(packed, kind="stable")
    sorted_key, sorted_group, none = packed[order], group[order], (key < 0)[order]
    place = np.arange(len(order))
    fresh, new_group = np.ones((2, len(order)), bool)
    fresh[1:] = sorted_key[1:] != sorted_key[:-1]
    new_group[1:] = sorted_group[1:] != sorted_group[:-1]
    # those without a key come somewhere in between and take no place
    counted = (~none).cumsum() - ~none
    rank = (
        1 + np.maximum.accumulate(np.where(fresh, counted, 0)) - np.maximum.accumulate(np.where(new_group, counted, 0))
    )
    starts = place[fresh]
    run = np.repeat(np.diff([*starts, len(order)]), np.diff([*starts, len(order)]))
    back = np.empty_like(order)
    back[order] = place
    return np.where(none, -1, rank)[back], ((run > 1) & ~none)[back]
