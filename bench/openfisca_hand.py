"""The 2024 scoring in OpenFisca-Core: dated points are its persons, units are its groups, figures are its variables.

It has no running maximum, no distinct count across groups and no ranks. So in its favour, and unmeasured, `prepared`
writes beside the ledgers: each adoption with the points its item had before, each endorsement's award with its number
of sharers, counts of 约稿 and 突发 per unit, and 任务完成日. Ranks are numpy_hand's, and measured. Its numbers are
int32 and float32 unless told otherwise: `Whole` makes them int64; its sums go through float64, exact below 2**53,
which the points of a unit in 1/UNIT are.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from openfisca_core.entities import Entity, GroupEntity
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

import numpy_hand
import polars_hand
from notice import CELLS, POOR, QUARTERS, QUOTAS, SECOND, SILENT, SLOW, UNIT, UNITS

Array = np.ndarray
N = len(UNITS)
YEAR = "2024"
ENTRY = Entity("entry", "entries", "dated points", "")
OFFICE = GroupEntity("office", "offices", "a unit of a county", "", roles=[{"key": "point", "plural": "points"}])
COUNTS = ("unmet", "slow", "silent", "late", "missed", "grave", "untrue", "assessed", "unsound", "faults", "done")


@dataclass(frozen=True, slots=True)
class Tables:
    """What OpenFisca is given."""

    counties: list[str]
    unit: Array  # of each entry
    entries: dict[str, Array]
    offices: dict[str, Array]


class Whole(Variable):
    """A variable of whole numbers that do not fit int32."""

    def __init__(self, baseline_variable: Any = None) -> None:
        super().__init__(baseline_variable)
        self.dtype = np.int64


def system() -> TaxBenefitSystem:
    """Entities and variables."""
    made = TaxBenefitSystem([ENTRY, OFFICE])
    inputs = [(name, ENTRY) for name in ("day", "cell", "before", "award", "sharers")]
    inputs += [(name, OFFICE) for name in (*COUNTS, "quota")]
    for name, entity in inputs:
        made.add_variable(variable(name, entity, None))
    for name, (entity, formula) in FORMULAS.items():
        made.add_variable(variable(name, entity, formula))
    return made


def variable(name: str, entity: Any, formula: Any) -> type[Variable]:
    """A variable of a year."""
    said = {"value_type": int, "entity": entity, "definition_period": DateUnit.YEAR, "label": name}
    return type(name, (Whole,), said | ({"formula": formula} if formula else {}))


def worth(entry: Any, period: Any) -> Array:
    """An adoption adds what it is above the item's points before; an award is shared."""
    rise = np.maximum(np.array(CELLS)[entry("cell", period)] - entry("before", period), 0) * UNIT
    award = entry("award", period)
    return np.where(award > 0, award * UNIT // np.maximum(entry("sharers", period), 1), rise)


def quarter(number: int) -> Any:
    """The points of a quarter."""
    first, last = (*QUARTERS, 366)[number : number + 2]

    def formula(office: Any, period: Any) -> Array:
        day = office.members("day", period)
        return office.sum(office.members("worth", period) * ((day >= first) & (day < last)))

    return formula


def year_part(office: Any, period: Any) -> Array:
    """三（二）1."""
    return numpy_hand.part(office("year", period), office("quota", period), 4)


def quarter_part(office: Any, period: Any) -> Array:
    """三（二）2."""
    quota = office("quota", period)
    return sum(numpy_hand.part(4 * office(f"q{q}", period), quota, 2) for q in range(4))


def asked(office: Any, period: Any) -> Array:
    """三（二）3."""
    lost = 2 * office("unmet", period) + office("slow", period) + 5 * office("silent", period)
    return 20 - np.minimum(lost, 20)


def mechanism(office: Any, period: Any) -> Array:
    """三（二）4; −1 where there is no assessment."""
    part = np.where(office("unsound", period) > 0, 0, 20 - 5 * office("faults", period))
    return np.where(office("assessed", period) > 0, part, -1)


def urgent(office: Any, period: Any) -> Array:
    """三（二）8."""
    return -30 * office("late", period) - 50 * office("missed", period)


def zeroed(office: Any, period: Any) -> Array:
    """三（二）5, 8."""
    return (office("late", period) >= 2) | (office("grave", period) > 0) | (office("untrue", period) > 0)


def score(office: Any, period: Any) -> Array:
    """三（一）; −1 where a part that is needed is not there."""
    parts = [office(name, period) for name in ("year_part", "quarter_part", "asked", "mechanism", "urgent")]
    known = np.where(office("mechanism", period) < 0, -1, np.maximum(sum(parts), 0))
    return np.where(office("zeroed", period) > 0, 0, known)


FORMULAS: dict[str, tuple[Any, Any]] = {
    "worth": (ENTRY, worth),
    **{f"q{q}": (OFFICE, quarter(q)) for q in range(4)},
    "year": (OFFICE, lambda office, period: sum(office(f"q{q}", period) for q in range(4))),
    "year_part": (OFFICE, year_part),
    "quarter_part": (OFFICE, quarter_part),
    "asked": (OFFICE, asked),
    "mechanism": (OFFICE, mechanism),
    "urgent": (OFFICE, urgent),
    "zeroed": (OFFICE, zeroed),
    "score": (OFFICE, score),
}
COLUMN = {
    "得分": "score",
    "年度采用任务": "year_part",
    "季度采用任务": "quarter_part",
    "约稿": "asked",
    "工作机制": "mechanism",
    "突发事件": "urgent",
    "归零": "zeroed",
    "年度采用分": "year",
    **{f"{name}季采用分": f"q{q}" for q, name in enumerate("一二三四")},
}


def prepared(folder: Path) -> Path:
    """Write what OpenFisca cannot compute itself, once."""
    place = folder.with_name(f"{folder.name}-openfisca")
    if place.exists():
        return place
    tables = polars_hand.opened(folder)
    pair, day = pl.col("pair"), pl.col("day")
    fives = polars_hand.looked_up(pl.col("cell"), CELLS)
    before = fives.cum_max().shift(fill_value=0).over("pair", order_by=["day", fives])
    unit = pair // (polars_hand.MEMBER * polars_hand.ITEM) * N + (pair & (polars_hand.MEMBER - 1))
    code, entry = pl.col("entry") & 127, pl.col("entry") // 128
    award = polars_hand.looked_up((code - 7) // polars_hand.MOST, polars_hand.AWARDS)
    nothing = pl.lit(0, pl.Int64)
    adopted = tables["采用"].select(unit.alias("unit"), day, "cell", before.alias("before"))
    awards = polars_hand.awards(tables["采用"], tables["批示"]).select(
        (entry // polars_hand.DAY).alias("unit"),
        (entry & (polars_hand.DAY - 1)).alias("day"),
        award.alias("award"),
        ((code - 7) % polars_hand.MOST + 1).alias("sharers"),
    )
    # OpenFisca's sums end with the last group that has a member: an entry that is worth nothing gives it one
    last = tables["县"].select(unit=pl.len().cast(pl.Int64) * N - 1, day=nothing, before=pl.lit(max(CELLS), pl.Int64))
    entries = pl.concat([adopted, awards, last], how="diagonal").fill_null(0)
    place.mkdir()
    tables["县"].sort(pl.col("县").to_physical()).collect().write_parquet(place / "counties.parquet")
    entries.collect().write_parquet(place / "entries.parquet")
    offices(tables).collect().write_parquet(place / "offices.parquet")
    return place


def offices(tables: dict[str, pl.LazyFrame]) -> pl.LazyFrame:
    """COUNTS per unit."""
    poor = pl.col("上报").ne("按时") | pl.col("质量").is_in(POOR).fill_null(False)
    commissions = (
        tables["约稿"]
        .group_by("unit")
        .agg(unmet=poor.sum(), slow=pl.col("反馈").eq(SLOW).sum(), silent=pl.col("反馈").eq(SILENT).sum())
    )
    wait, closed = pl.col("minutes"), ~pl.col("open")
    events = (
        tables["突发"]
        .group_by("unit")
        .agg(
            late=(closed & (wait > 120) & (wait <= 720)).sum(),
            missed=(closed & (wait > 720) & (wait <= 2880)).sum(),
            grave=((wait > 2880) | pl.col("harm")).sum(),
        )
    )
    faults = pl.sum_horizontal(pl.col(name).cast(pl.Int64) for name in polars_hand.FAULTS)
    assessed = tables["机制"].select("unit", assessed=1, unsound=pl.col("机制不健全").cast(pl.Int64), faults=faults)
    account = polars_hand.totals(
        pl.concat([polars_hand.rises(tables["采用"]), polars_hand.awards(tables["采用"], tables["批示"])])
    )
    grid = tables["县"].select(unit=pl.int_range(pl.len() * N, dtype=pl.Int64))
    for part in (commissions, events, assessed, tables["失实"].with_columns(untrue=1), account.select("unit", "done")):
        grid = grid.join(part, on="unit", how="left")
    return grid.sort("unit").select(pl.col(COUNTS[:-1]).fill_null(0), pl.col("done").fill_null(-1))


def opened(folder: Path) -> Tables:
    """What was prepared, read."""
    place = prepared(folder)
    read = {name: pl.read_parquet(place / f"{name}.parquet") for name in ("counties", "entries", "offices")}
    arrays = {name: {column.name: column.to_numpy() for column in frame.iter_columns()} for name, frame in read.items()}
    unit = arrays["entries"].pop("unit")
    return Tables(read["counties"]["县"].cast(pl.String).to_list(), unit, arrays["entries"], arrays["offices"])


def loaded(tables: Tables) -> Tables:
    """They are in memory."""
    return tables


def scored(tables: Tables) -> dict[str, Array]:
    """COLUMNS as numpy_hand gives them."""
    units = len(tables.counties) * N
    place = np.arange(units)
    made = system()
    builder = SimulationBuilder()
    builder.create_entities(made)
    builder.declare_person_entity("entry", np.arange(len(tables.unit)))
    builder.declare_entity("office", place).members_entity_id = tables.unit
    simulation = builder.build(made)
    quota = np.tile(np.array(QUOTAS) * UNIT, len(tables.counties))
    for name, array in (*tables.entries.items(), *tables.offices.items(), ("quota", quota)):
        simulation.set_input(name, YEAR, array)
    figures = {name: simulation.calculate(variable, YEAR) for name, variable in COLUMN.items()}
    done = simulation.calculate("done", YEAR)
    day = np.where(done < 0, numpy_hand.DAY - 1, done)
    key = np.where(figures["得分"] < 0, -1, (100 - figures["得分"]) * numpy_hand.DAY + day)
    rank, tied = numpy_hand.ranks(place // N * 2 + np.array(SECOND)[place % N], key)
    overall, _ = numpy_hand.ranks(place // N, key)
    ranks = {"名次": rank, "名次并列": tied, "总名次": overall, "任务完成日": done, "县": np.array(tables.counties)}
    return figures | {"归零": figures["归零"] > 0} | ranks


saved = numpy_hand.saved


if __name__ == "__main__":
    prepared(Path(sys.argv[1]))
