"""The 2024 scoring as a Polars query tuned by hand: lazy, every key one packed integer, two sorts of plain integers.

Nothing here is general: 渠道, 方式 and 单位 are known lists, item numbers become codes, and where the order of rows
matters everything a row needs is packed into the integer that is sorted: no column is gathered by another's order.
"""

from __future__ import annotations

from pathlib import Path

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

Tables = dict[str, pl.LazyFrame]
COUNTY_CODES, ITEM_CODES = pl.Categories("县"), pl.Categories("信息编号")
# one integer holds 县 16 bits, 信息编号 27, 单位 6, day 9, a rise's points in fives 3, 渠道 above the county 1
ITEM, MEMBER, DAY = 2**27, 2**6, 2**9
AWARDS = (40, 60, 100)  # of an endorsement; 60 is what 100 adds to 40
# what an entry of an account is worth: code 0..6 fives of points, then awards shared by 1..20 units
WORTH = [5 * n * UNIT for n in range(7)] + [award * UNIT // n for award in AWARDS for n in range(1, MOST + 1)]


def opened(folder: Path) -> Tables:
    """Scans of the ledgers with only the columns that count, as integer codes."""
    scan = {
        name: pl.scan_parquet(folder / f"{name}.parquet") for name in ("采用", "批示", "约稿", "突发", "机制", "失实")
    }
    county = pl.col("县").cast(pl.Categorical(COUNTY_CODES))
    office = county.to_physical().cast(pl.Int64)
    unit = office * len(UNITS) + coded("单位", UNITS)
    item = office * ITEM + pl.col("信息编号").cast(pl.Categorical(ITEM_CODES)).to_physical()
    adopted = scan["采用"].select(
        (item * MEMBER + coded("单位", UNITS)).alias("pair"),
        day("采用日期").alias("day"),
        (coded("方式", WAYS) * 4 + coded("渠道", CHANNELS)).alias("cell"),
    )
    waited = pl.min_horizontal("电话报告时间", "书面报告时间")
    return {
        "县": scan["采用"].select(county).unique(),
        "采用": adopted,
        "批示": scan["批示"].select(
            item.alias("item"), (pl.col("级别") == COUNTY_LEADER).alias("county"), day("批示日期").alias("day")
        ),
        "约稿": scan["约稿"].select(unit.alias("unit"), pl.col("上报", "质量", "反馈")),
        "突发": scan["突发"].select(
            unit.alias("unit"),
            (waited.fill_null(END) - pl.col("发生时间")).dt.total_minutes().alias("minutes"),
            waited.is_null().alias("open"),
            pl.col("后果").fill_null(HARMLESS).ne(HARMLESS).alias("harm"),
        ),
        "机制": scan["机制"].filter(pl.col("考评日期") <= LAST_DAY).select(unit.alias("unit"), "机制不健全", *FAULTS),
        "失实": scan["失实"].filter(pl.col("查实日期") <= LAST_DAY).select(unit.alias("unit")).unique(),
    }


def loaded(tables: Tables) -> Tables:
    """The same tables, in memory."""
    return {name: frame.lazy() for name, frame in zip(tables, pl.collect_all(tables.values()), strict=True)}


def coded(column: str, values: tuple[str, ...]) -> pl.Expr:
    """A column of known words as its place in the list."""
    return pl.col(column).cast(pl.Enum(values)).to_physical().cast(pl.Int64)


def day(column: str) -> pl.Expr:
    """Days from the first of January."""
    return pl.col(column).cast(pl.Int64) - FIRST_DAY.toordinal() + 719_163


def looked_up(place: pl.Expr, values: list[int] | tuple[int, ...]) -> pl.Expr:
    """The value at a place of a list."""
    return pl.lit(pl.Series(values, dtype=pl.Int64)).gather(place)


def scored(tables: Tables) -> pl.DataFrame:
    """COLUMNS for every unit of every county."""
    account = totals(pl.concat([rises(tables["采用"]), awards(tables["采用"], tables["批示"])]))
    grid = tables["县"].join(pl.LazyFrame({"u": range(len(UNITS))}), how="cross")
    units = grid.with_columns(unit=pl.col("县").to_physical().cast(pl.Int64) * len(UNITS) + pl.col("u"))
    for part in (account, commission(tables["约稿"]), mechanism(tables["机制"]), emergency(tables["突发"])):
        units = units.join(part, on="unit", how="left", maintain_order="none")
    units = units.join(tables["失实"].with_columns(untrue=True), on="unit", how="left", maintain_order="none")
    return ranked(judged(units)).collect()


def saved(scores: pl.DataFrame, path: Path) -> None:
    """The scores as Parquet."""
    scores.write_parquet(path)


# 采用分 ------------------------------------------------------------


def rises(adopted: pl.LazyFrame) -> pl.LazyFrame:
    """Account entries of 采用: what each record adds to the highest of its item and unit so far (补差)."""
    fives = looked_up(pl.col("cell"), [points // 5 for points in CELLS])
    packed = (pl.col("pair") * DAY + pl.col("day")) * 8 + fives
    # rows of an item and unit lie together, by date: a running maximum with the pair in front never falls back to a
    # smaller pair, so that one pass over all rows gives every pair's own
    pair = pl.col("packed") // (DAY * 8)
    highest = (pair * 8 + (pl.col("packed") & 7)).cum_max() & 7
    return (
        adopted.select(packed.sort().alias("packed"))
        .with_columns(pair.alias("pair"), highest.alias("highest"))
        .with_columns(
            rise=pl.col("highest")
            - pl.when(pl.col("pair") == pl.col("pair").shift()).then(pl.col("highest").shift()).otherwise(0)
        )
        .filter(pl.col("rise") > 0)
        .select(entry(pl.col("pair"), pl.col("packed") // 8 & (DAY - 1), pl.col("rise")))
    )


def entry(pair: pl.Expr, on: pl.Expr, code: pl.Expr) -> pl.Expr:
    """An account entry as one integer: unit, day, code of its worth."""
    unit = pair // (MEMBER * ITEM) * len(UNITS) + (pair & (MEMBER - 1))
    return ((unit * DAY + on) * 128 + code).alias("entry")


def awards(adopted: pl.LazyFrame, endorsed: pl.LazyFrame) -> pl.LazyFrame:
    """Account entries of 批示: 40 or 100 once per item, each rise on its day, shared by the units of the item."""
    by_item = endorsed.group_by("item").agg(
        low=pl.col("day").filter(pl.col("county")).min(), high=pl.col("day").filter(~pl.col("county")).min()
    )
    shares = adopted.with_columns(item=pl.col("pair") // MEMBER).join(by_item, on="item", how="semi")
    pairs = shares.group_by("pair", "item").agg(
        journal=(pl.col("cell") % 4 == CHANNELS.index(JOURNAL)).any(),
        above=(pl.col("cell") % 4 != CHANNELS.index(JOURNAL)).any(),
    )
    items = pairs.group_by("item").agg(pl.len().cast(pl.Int64).alias("n"), pl.col("journal", "above").any())
    low, high, n = pl.col("low"), pl.col("high"), pl.col("n")
    granted = items.join(by_item, on="item").select(
        "item", "n", low=pl.when("journal").then(low), high=pl.when("above").then(high)
    )
    first = granted.filter(low.is_not_null() & ((low < high) | high.is_null()))
    second = granted.filter(high.is_not_null())
    rest = pl.when(low < high).then(1).otherwise(2)
    rows = pl.concat(
        [
            first.select("item", day=low, code=6 + n),
            second.select("item", day=high, code=6 + MOST * rest.fill_null(2) + n),
        ]
    )
    return rows.join(pairs.select("item", "pair"), on="item").select(
        entry(pl.col("pair"), pl.col("day"), pl.col("code"))
    )


def totals(entries: pl.LazyFrame) -> pl.LazyFrame:
    """Per unit the points of each quarter and the day the running total reaches the year's quota."""
    unit, on = pl.col("entry") // (128 * DAY), pl.col("entry") // 128 & (DAY - 1)
    # the running total is over all units; what it stood at before a unit's first entry is carried along
    before = pl.when(pl.col("unit") != pl.col("unit").shift(fill_value=-1)).then(pl.col("sum") - pl.col("worth"))
    reached = pl.col("sum") - pl.col("before") >= looked_up(pl.col("unit") % len(UNITS), [q * UNIT for q in QUOTAS])
    bounds = [*QUARTERS, DAY]
    return (
        entries.select(pl.col("entry").sort())
        .select(unit=unit, day=on, worth=looked_up(pl.col("entry") & 127, WORTH))
        .with_columns(sum=pl.col("worth").cum_sum())
        .with_columns(before=before.forward_fill())
        .with_columns(
            pl.when(reached).then("day").alias("done"),
            *(
                pl.when(pl.col("day").is_between(bounds[q], bounds[q + 1] - 1))
                .then("worth")
                .otherwise(0)
                .alias(f"q{q}")
                for q in range(4)
            ),
        )
        .group_by("unit")
        .agg(pl.col("q0", "q1", "q2", "q3").sum(), pl.col("done").min())
    )


# 约稿, 机制, 突发 ------------------------------------------------------------


def commission(asked: pl.LazyFrame) -> pl.LazyFrame:
    """What is lost per unit, before the cap."""
    poor = pl.col("上报").ne(ON_TIME) | pl.col("质量").is_in(POOR).fill_null(False)
    answer = pl.col("反馈").eq(SLOW).fill_null(False).cast(pl.Int64) + 5 * pl.col("反馈").eq(SILENT).fill_null(False)
    return asked.group_by("unit").agg(lost=(2 * poor.cast(pl.Int64) + answer).sum())


def mechanism(assessed: pl.LazyFrame) -> pl.LazyFrame:
    """The part of 20."""
    faults = pl.sum_horizontal(pl.col(name).cast(pl.Int64) for name in FAULTS)
    return assessed.select("unit", mechanism=pl.when("机制不健全").then(0).otherwise(20 - 5 * faults))


def emergency(events: pl.LazyFrame) -> pl.LazyFrame:
    """Counts per unit, and whether an effect or a concealed event zeroes it."""
    wait = pl.col("minutes")
    closed = ~pl.col("open")
    return events.group_by("unit").agg(
        late=(closed & (wait > 120) & (wait <= 720)).sum().cast(pl.Int64),
        missed=(closed & (wait > 720) & (wait <= 2880)).sum().cast(pl.Int64),
        zero=((wait > 2880) | pl.col("harm")).any(),
    )


# 得分和名次 ------------------------------------------------------------


def part(points: pl.Expr, quota: pl.Expr, step: int) -> pl.Expr:
    """Five steps of points less one for each edge that is missed; the rate is compared without dividing."""
    missed = [points * 4 < quota * edge for edge in (4, 3, 2, 1)]
    return step * (5 - pl.sum_horizontal(m.cast(pl.Int64) for m in (*missed, points == 0)))


def judged(units: pl.LazyFrame) -> pl.LazyFrame:
    """The parts and the score."""
    quota = looked_up(pl.col("u"), [quota * UNIT for quota in QUOTAS])
    quarters = [pl.col(f"q{q}") for q in range(4)]
    zero = pl.col("untrue") | pl.col("zero") | (pl.col("late") >= 2)
    total = pl.sum_horizontal("年度采用任务", "季度采用任务", "约稿", "突发事件") + pl.col("工作机制")
    return (
        units.with_columns(pl.col("q0", "q1", "q2", "q3", "lost", "late", "missed").fill_null(0))
        .with_columns(pl.col("untrue", "zero").fill_null(False))
        .with_columns(year=pl.sum_horizontal(quarters))
        .with_columns(
            part(pl.col("year"), quota, 4).alias("年度采用任务"),
            pl.sum_horizontal(part(4 * points, quota, 2) for points in quarters).alias("季度采用任务"),
            (20 - pl.min_horizontal("lost", 20)).alias("约稿"),
            pl.col("mechanism").alias("工作机制"),
            (-30 * pl.col("late") - 50 * pl.col("missed")).alias("突发事件"),
            zero.alias("归零"),
        )
        .with_columns(pl.when("归零").then(0).otherwise(total.clip(lower_bound=0)).alias("得分"))
    )


def ranked(units: pl.LazyFrame) -> pl.LazyFrame:
    """Ranks by score, then the day the quota was reached; both in one integer, blank where there is no score."""
    key = ((100 - pl.col("得分")) * DAY + pl.col("done").fill_null(DAY - 1)).alias("key")
    series = (pl.col("unit") // len(UNITS) * 2 + looked_up(pl.col("u"), SECOND)).alias("series")
    names = looked_up_name(pl.col("u")).alias("单位")
    done = (pl.lit(FIRST_DAY) + pl.duration(days="done")).alias("任务完成日")
    points = {f"q{q}": f"{name}季采用分" for q, name in enumerate("一二三四")}
    return (
        units.with_columns(key, series, names, done)
        .with_columns(
            pl.col("key").rank("min").over("series").cast(pl.Int64).alias("名次"),
            pl.col("key").rank("min").over("县").cast(pl.Int64).alias("总名次"),
            pl.when(pl.col("key").is_not_null()).then(pl.len().over("series", "key") > 1).alias("名次并列"),
        )
        .rename({"year": "年度采用分", **points})
        .select(pl.col("县").cast(pl.String), pl.col(COLUMNS[1:]))
    )


def looked_up_name(place: pl.Expr) -> pl.Expr:
    """The name of a unit."""
    return pl.lit(pl.Series(UNITS, dtype=pl.Enum(UNITS))).gather(place).cast(pl.String)
