"""A made-up year of many counties as a folder of Parquet ledgers: ``python bench/workload.py N FOLDER``.

``N`` counts the records of 采用; a county has about 500 of them, so that 1,000,000 are 2,000 counties of the 48 units
of ``rules/2024.yaml``. The other ledgers follow in the proportions of a real year. All rows are clean. On purpose there
are items shared by up to 20 units, adopted again (higher, lower, on the same day, by one unit more), endorsed twice
over, before their adoption or without the precondition; quarter ends; delays of just 2, 12 and 48 hours and a minute
more; open events; units without any adoption; assessments that are missing or come after the year. Numbers of items
are a county's own: 2024-0001 means another item in each county.

Every draw is a fixed integer mixture of where it is drawn, so the same N gives the same rows everywhere.
"""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from oracle import UNITS, YEAR_QUOTA

PER_COUNTY = 500
CHUNK = 1_000  # counties made at once
CHANNELS = ("县内刊物", "上报信息", "市级采用", "区级采用")
WAYS = ("单条采用", "综合采用（选题单位）", "综合采用（2个单位）", "综合采用（3个及以上单位）", "简讯信息", "封面信息")
ALONE, CHOOSER, PAIR, MANY, BRIEF, COVER = WAYS
LEVELS = ("县领导", "市领导", "自治区领导")
YEAR = date(2024, 1, 1)
LAST_DAY = 365  # days are counted from 0, the first of January
EDGE_DAYS = (0, 90, 91, 181, 182, 273, 274, 365)
SIZES = (*[1] * 80, *[2] * 10, *[3] * 5, 4, 5, 7, 12, 19)
STEPS = (1, 5, 7, 11, 13, 17, 19, 23, 25, 29, 31, 35)  # none shares a factor with 48: the units of an item differ
WAITS = (*[0, 10, 20, 21, 60, 119, 120, 120] * 5, 121, 121, 300, 720, 721, 1440, 2880, 2881)
LATE_MOMENTS = (522_720, 522_719, 522_721, 525_599)  # minutes of the year: 48 h before its end, a minute more and less
FILLED = ("采用", "批示", "约稿", "突发", "机制", "失实")
Frame = pl.DataFrame
Table = pl.LazyFrame


def draw(key: pl.Expr, salt: int, bound: int) -> pl.Expr:
    """A number below ``bound``, fixed by where it is drawn (``key``) and what for (``salt``)."""
    mixed = key.cast(pl.UInt64) + pl.lit(salt * 0x9E3779B97F4A7C15 % 2**64, pl.UInt64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 0x9E3779B97F4A7C15)):
        mixed = (mixed ^ (mixed // 2**shift)) * pl.lit(factor, pl.UInt64)
    return ((mixed // 2**33) % bound).cast(pl.Int64)


def choose(key: pl.Expr, salt: int, values: Any) -> pl.Expr:
    """One of the values."""
    return named(draw(key, salt, len(values)), values)


def named(number: pl.Expr, values: Any) -> pl.Expr:
    """The value at a place of a list."""
    return number.replace_strict(range(len(values)), list(values))


def chance(key: pl.Expr, salt: int, percent: int) -> pl.Expr:
    """Whether it happens."""
    return draw(key, salt, 100) < percent


def day_of_year(key: pl.Expr, salt: int) -> pl.Expr:
    """A day, every tenth on an edge of a quarter."""
    return pl.when(chance(key, salt, 10)).then(choose(key, salt + 1, EDGE_DAYS)).otherwise(draw(key, salt + 2, 366))


def as_date(day: pl.Expr) -> pl.Expr:
    """The date of a day of the year."""
    return pl.lit(YEAR) + pl.duration(days=day)


def as_moment(minute: pl.Expr) -> pl.Expr:
    """The moment of a minute of the year."""
    return pl.lit(datetime(2024, 1, 1)).cast(pl.Datetime("us")) + pl.duration(minutes=minute)  # noqa: DTZ001 - civil time


def padded(number: pl.Expr, digits: int) -> pl.Expr:
    """0001."""
    return number.cast(pl.String).str.zfill(digits)


COUNTY = (pl.lit("编造县") + padded(pl.col("c") + 1, 5)).alias("县")
ITEM = (pl.lit("2024-") + padded(pl.col("i") + 1, 4)).alias("信息编号")
UNIT = named(pl.col("u"), UNITS).alias("单位")
QUIET = draw(pl.col("c") * 48 + pl.col("u"), 90, 12) == 0  # this unit has no adoption all year


def spread(counties: range, each: int) -> Table:
    """``each`` numbers ``i`` for each county ``c``, with a key of their own."""
    frame = pl.LazyFrame({"c": counties}, schema={"c": pl.Int64})
    frame = frame.with_columns(i=pl.int_ranges(0, each)).explode("i")
    return frame.with_columns(key=pl.col("c") * 100_000 + pl.col("i"))


def items(counties: range, each: int) -> Table:
    """Items: who shares them, when and where they are first adopted. Units with a larger quota write more."""
    weighted = [index for index, unit in enumerate(UNITS) for _ in range(int(YEAR_QUOTA[unit]) // 10)]
    key = pl.col("key")
    return spread(counties, each).with_columns(
        size=choose(key, 1, SIZES),
        first=choose(key, 2, weighted),
        step=choose(key, 3, STEPS),
        day=day_of_year(key, 4),
        channel=choose(key, 7, (0, 0, 0, 0, 1, 1, 1, 2, 2, 3)),
        times=choose(key, 8, (1, 1, 1, 1, 1, 1, 1, 2, 2, 3)),
    )


def adoptions(counties: range, rows: list[int]) -> Frame:
    """采用: just so many records of each county, by date."""
    each = max(rows)
    again = pl.col("key") * 4 + pl.col("k")
    member = again * 32 + pl.col("j")
    gap = choose(again, 20, (0, 0, 1, 7, 30, 60, 90))
    events = (
        items(counties, each)
        .with_columns(k=pl.int_ranges(0, pl.col("times")))
        .explode("k")
        .with_columns(gap=pl.when(pl.col("k") > 0).then(gap).otherwise(0))
        .with_columns(
            d=(pl.col("day") + pl.col("gap")).clip(0, LAST_DAY),
            place=pl.when(pl.col("k") == 0)
            .then(pl.col("channel"))
            .when(pl.col("gap") == 0)
            .then((pl.col("channel") + 1) % 4)
            .otherwise(draw(again, 21, 4)),
            # one unit more takes up an item that was adopted before
            members=pl.col("size") + ((pl.col("k") > 0) & chance(again, 22, 15)).cast(pl.Int64),
        )
    )
    county_only = named(draw(member, 25, 10), (ALONE, ALONE, ALONE, ALONE, ALONE, ALONE, ALONE, BRIEF, BRIEF, COVER))
    shared = pl.when(pl.col("size") == 2).then(pl.lit(PAIR)).otherwise(pl.lit(MANY))
    way = (
        pl.when((pl.col("size") == 1) & (pl.col("place") == 0))
        .then(county_only)
        .when(pl.col("size") == 1)
        .then(pl.lit(ALONE))
        .when((pl.col("j") == 0) & chance(again, 26, 50))
        .then(pl.lit(CHOOSER))
        .otherwise(shared)
    )
    return (
        events.with_columns(j=pl.int_ranges(0, pl.col("members")))
        .explode("j")
        .filter((pl.col("k") == 0) | chance(member, 24, 80))
        .with_columns(u=(pl.col("first") + pl.col("j") * pl.col("step")) % 48)
        .filter(~QUIET)
        .unique(["key", "u", "d", "place"], keep="first", maintain_order=True)
        .with_columns(nth=pl.int_range(pl.len()).over("c"))
        .filter(pl.col("nth") < named(pl.col("c") - counties.start, rows))
        .sort("c", "d", "i", "u", "place")
        .select(
            COUNTY,
            ITEM,
            UNIT,
            as_date(pl.col("d")).alias("采用日期"),
            named(pl.col("place"), CHANNELS).alias("渠道"),
            way.alias("方式"),
            (pl.lit("编造事项") + padded(pl.col("key"), 9) + pl.lit("的情况和建议")).alias("标题"),
        )
        .collect()
    )


def endorsements(counties: range, each: int) -> Frame:
    """批示: of every sixth item, by one to three leaders; now and then without the precondition or any adoption."""
    again = pl.col("key") * 4 + pl.col("k")
    return (
        items(counties, each)
        .filter(chance(pl.col("key"), 30, 17))
        .with_columns(k=pl.int_ranges(0, choose(pl.col("key"), 31, (1, 1, 1, 2, 2, 3))))
        .explode("k")
        .with_columns(
            d=(pl.col("day") + choose(again, 32, (0, 1, 3, 10, 30, 90))).clip(0, LAST_DAY),
            i=pl.when(chance(again, 34, 1)).then(8_888).otherwise(pl.col("i")),
        )
        .sort("c", "d", "i", "k")
        .select(
            COUNTY,
            ITEM,
            pl.when(chance(again, 35, 10))
            .then(choose(again, 33, LEVELS))  # whatever was adopted where
            .when(pl.col("channel") == 0)
            .then(pl.lit(LEVELS[0]))
            .otherwise(choose(again, 36, (LEVELS[1], LEVELS[1], LEVELS[2])))
            .alias("级别"),
            as_date(pl.col("d")).alias("批示日期"),
        )
        .collect()
    )


def commissions(counties: range) -> Frame:
    """约稿: fifty calls of two units each; every fifth unit is careless, so that the cap and 超过2次 are met."""
    pair = pl.col("c") * 100_000 + pl.col("i") // 2
    key = pl.col("key")
    careless = draw(pl.col("c") * 48 + pl.col("u"), 40, 5) == 0
    late = pl.when(careless).then(draw(key, 41, 4)).otherwise(draw(key, 42, 40))
    faulty = ("合格", "合格", "合格", "不合格", "抄袭", "雷同", "重复", "合格", None, None)
    poor = pl.when(careless).then(draw(key, 44, 9)).otherwise(draw(key, 45, 3))
    return (
        spread(counties, 100)
        .with_columns(u=(draw(pair, 46, 12) * (1 + pl.col("i") % 4) + pl.col("i") % 2 * 17) % 48, d=draw(pair, 47, 366))
        .select(
            COUNTY,
            (pl.lit("约-") + padded(pl.col("i") // 2 + 1, 3)).alias("约稿编号"),
            UNIT,
            as_date(pl.col("d")).alias("通知日期"),
            named(late.clip(0, 4), ("迟报", "漏报", "不报", "按时", "按时")).alias("上报"),
            named(poor, faulty).alias("质量"),
            choose(key, 48, (None, "无需", "无需", "及时", "及时", "不及时", "不反馈")).alias("反馈"),
            choose(key, 49, (True, True, False, None)).alias("无故"),
        )
        .collect()
    )


def emergencies(counties: range) -> Frame:
    """突发: 24 a county; reported by phone, in writing, both or not at all; some at the end of the year stay open."""
    key = pl.col("key")
    first = pl.col("happened") + choose(key, 52, WAITS)
    second = first + choose(key, 53, (0, 1, 40, 3000))
    form = draw(key, 54, 50)  # 0 nobody reports, 1–19 phone first, 20–34 written first, 35–42 phone, 43–49 written
    phone = pl.when(form.is_between(1, 19) | form.is_between(35, 42)).then(first).when(form.is_between(20, 34))
    written = pl.when(form.is_between(20, 34) | (form >= 43)).then(first).when(form.is_between(1, 19))
    return (
        spread(counties, 24)
        .with_columns(u=draw(key, 50, 48), minute=day_of_year(key, 55) * 1440 + draw(key, 58, 1440))
        .with_columns(
            happened=pl.when(chance(key, 59, 8)).then(choose(key, 51, LATE_MOMENTS)).otherwise(pl.col("minute"))
        )
        .select(
            COUNTY,
            (pl.lit("突-") + padded(pl.col("i") + 1, 3)).alias("事件编号"),
            UNIT,
            choose(key, 56, ("特别重大", "重大", "较大", "一般", "紧急敏感")).alias("等级"),
            as_moment(pl.col("happened")).alias("发生时间"),
            as_moment(phone.then(second)).alias("电话报告时间"),
            as_moment(written.then(second)).alias("书面报告时间"),
            choose(key, 57, (*[None] * 40, *["无"] * 40, "不良影响", "市政府办书面通报批评")).alias("后果"),
        )
        .collect()
    )


def assessments(counties: range) -> Frame:
    """机制: one row per unit; of every hundred one is missing and one comes after the year."""
    key = pl.col("key")
    faults = ("领导不重视", "激励和签发机制不完善", "未安排专人", "业务活动不正常")
    return (
        spread(counties, 48)
        .filter(~chance(key, 60, 1))
        .with_columns(u=pl.col("i"))
        .select(
            COUNTY,
            UNIT,
            pl.when(chance(key, 61, 1)).then(pl.lit(date(2025, 1, 10))).otherwise(date(2024, 12, 20)).alias("考评日期"),
            chance(key, 62, 2).alias("机制不健全"),
            *(chance(key, 63 + place, 6).alias(name) for place, name in enumerate(faults)),
        )
        .collect()
    )


def untruths(counties: range) -> Frame:
    """失实: of every hundred units one; some are found out only after the year."""
    key = pl.col("key")
    when = pl.when(chance(key, 71, 20)).then(pl.lit(date(2025, 1, 15))).otherwise(as_date(draw(key, 72, 366)))
    return (
        spread(counties, 48)
        .filter(chance(key, 70, 1))
        .with_columns(u=pl.col("i"))
        .select(
            COUNTY,
            UNIT,
            when.alias("查实日期"),
            choose(key, 73, ("严重失实", "未经核实", "越级", "乱报", "谎报")).alias("情形"),
            choose(key, 74, (None, "2024-0001")).alias("信息编号"),
        )
        .collect()
    )


EMPTY = {
    "报送": {"县": pl.String, "单位": pl.String, "报送日期": pl.Date, "信息编号": pl.String, "标题": pl.String},
    "裁定": {
        "县": pl.String,
        "单位": pl.String,
        "事项": pl.String,
        "决定": pl.String,
        "日期": pl.Date,
        "依据": pl.String,
    },
}


def year(records: int, counties: range, of: int) -> dict[str, Frame]:
    """The ledgers of some of the ``of`` counties that share the records."""
    rows = [records // of + (county < records % of) for county in counties]
    return {
        "采用": adoptions(counties, rows),
        "批示": endorsements(counties, max(rows) // 2),
        "约稿": commissions(counties),
        "突发": emergencies(counties),
        "机制": assessments(counties),
        "失实": untruths(counties),
    }


def write(records: int, folder: Path) -> int:
    """Write the folder and say how many counties there are. Nothing is done where it was written before."""
    of = max(1, records // PER_COUNTY)
    if folder.exists():
        return of
    aside = folder.with_name(folder.name + ".part")
    aside.mkdir(parents=True, exist_ok=True)
    starts = range(0, of, CHUNK)
    for start in starts:
        for name, frame in year(records, range(start, min(start + CHUNK, of)), of).items():
            frame.write_parquet(aside / f"{name}.{start}.part")
        print(f"  编造 {records} 条采用记录：{min(start + CHUNK, of)}/{of} 县", file=sys.stderr)
    for name in FILLED:
        parts = [aside / f"{name}.{start}.part" for start in starts]
        pl.scan_parquet(parts).sink_parquet(aside / f"{name}.parquet")
        for part in parts:
            part.unlink()
    for name, schema in EMPTY.items():
        pl.DataFrame(schema=schema).write_parquet(aside / f"{name}.parquet")
    aside.rename(folder)
    return of


if __name__ == "__main__":
    print(write(int(sys.argv[1]), Path(sys.argv[2])))
