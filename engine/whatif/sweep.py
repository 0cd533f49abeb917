"""Many variants in one plan: a column that they leave alone is computed once, one that they reach once a *class*.

Rows of 单位×期 whose inputs are the same in every variant make a class; an item is evaluated over
classes × variants by the very functions that score (:mod:`engine.scoring`), and classes that answer
alike in every variant become one before the next item asks. What joins several rows (records, ranks)
is evaluated over rows × variants, their rows kept apart by unit numbers of their own and by ``apart``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import polars as pl

from engine import lazy as nw
from engine.column import Column
from engine.rulebook import Across, Before, Carry, Gather, Item, Lookup, Part, Period, Rank, Running, Step, Streak
from engine.scoring import study_over
from engine.scoring.outcome import TIED
from engine.scoring.study import LEDGER, Study
from engine.scoring.table import CELL, DAY, ENDED, OFFICE, OWN, PERIOD, UNIT, Table, stored_column, stored_names
from engine.scoring.tables import attribute_column, table_maker
from engine.scoring.variant import stale_in
from engine.whatif.classes import CODE, MOST, SCENE, Given, Spread, alike, matched, slices
from engine.whatif.merge import Merged, Unlike

_OTHERS = (Across, Before, Carry, Rank, Running, Streak)  # ask other rows of their own table
_PERIODS = frozenset(period.value for period in Period)


@dataclass(frozen=True, slots=True)
class Scored:
    """A run of the rules as they stand: the scored tables, what their columns mean, and what made them."""

    frames: Mapping[str, pl.DataFrame]
    columns: Mapping[str, Mapping[str, Column]]
    study: Study


@dataclass
class Sweep:
    """The variants of one plan over what the first of them came to (``base``); ``faults``: variant → why it fails.

    ``wanted``: (table, item) that :meth:`spread` will be asked for.
    """

    base: Scored
    merged: Merged
    size: int
    wanted: Sequence[tuple[str, str]]
    tell: Callable[[], None] = lambda: None
    faults: dict[int, str] = field(default_factory=dict)
    _done: dict[tuple[str, str], Spread] = field(default_factory=dict)
    _few: dict[tuple[str, str], Spread] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.book, self.study = self.merged.book, self.base.study
        self.stale = stale_in(self.book, self.study, set(self.merged.attributes))
        columns = {number.name: _scaled(number.values) for number in self.merged.numbers}
        self.needed = _behind(self.study, {self.study.real(name) for _, name in self.wanted})
        self.scenes = pl.DataFrame({SCENE: range(self.size), **columns}).cast(pl.Int64)

    def spread(self, table: str, name: str) -> Spread:
        """A column on the table of a period, in every variant. Raises :class:`Unlike` where there is no common plan."""
        name = self.study.real(name)
        if (table, name) not in self._done:
            made = self._made(table, name)
            self._done |= {(table, found): spread for found, spread in made.items()}
        return self._done[table, name]

    def _classes(self, table: str, name: str) -> Spread:
        """A column that another item asks, in as few classes as it has."""
        spread = self.spread(table, name)
        key = (table, self.study.real(name))
        if key not in self._few:
            self._few[key] = alike(spread, self.size)
        return self._few[key]

    def _made(self, table: str, name: str) -> dict[str, Spread]:
        if name in self.merged.attributes:
            return {name: self._attribute(table, name)}
        entry = self.study.entries[name]
        home = self._home(entry)
        if isinstance(entry, Part) and table == entry.period.value:
            return self._by_class(table, name)
        if table != home:
            return {name: self._brought(table, home, name)}
        if isinstance(entry, Part) and entry.period.value != home:
            return self._gathered(home, entry.period.value, name, (name,))
        mechanism = entry.mechanism if isinstance(entry, Item) else None
        if isinstance(mechanism, Gather):
            source = self._source(mechanism)
            return self._gathered(home, source, name, self._asked(name, source)) if source else self._recorded()
        return self._by_row(table, name) if isinstance(mechanism, _OTHERS) else self._by_class(table, name)

    def _home(self, entry: Any) -> str:
        home = self.study.home(entry)
        if home not in _PERIODS:
            raise Unlike
        return home

    def _source(self, mechanism: Gather) -> str | None:
        """The finer period that is gathered; ``None`` where records are."""
        if mechanism.ledger is not None or mechanism.column is None:
            return None
        entry = self.study.entries[self.study.real(mechanism.column)]
        home = entry.period.value if isinstance(entry, Part) else self.study.home(entry)
        return home if home in _PERIODS else None

    # ---- what an item asks ----------------------------------------------------------------

    def _asked(self, name: str, table: str) -> tuple[str, ...]:
        """The columns of a table that an item asks, whether they vary or not."""
        there = self.base.columns[table]
        asked = {self.study.real(n) for n in self.study.asked.get(name, ()) if not n.startswith(LEDGER)}
        return tuple(sorted(n for n in asked if n in there or n == "单位"))

    def _inputs(self, name: str, table: str) -> tuple[str, ...]:
        """What an item asks; a step of 得分 before it is built along with it, which makes no more classes."""
        found: dict[str, None] = {}
        for asked in self._asked(name, table):
            if isinstance(self.study.entries.get(asked), Step) and self._varies(asked):
                found |= dict.fromkeys(self._inputs(asked, table))
            else:
                found[asked] = None
        return tuple(found)

    def _varies(self, name: str) -> bool:
        return name.removesuffix(TIED) in self.stale

    def _given(self, table: str, names: Sequence[str]) -> Given:
        """What an item asks: columns as they are, and columns in every variant."""
        there = self.base.columns[table]
        plain = {name: there[name] for name in names if name in there and not self._varies(name)}
        spread = {name: self._classes(table, name) for name in names if self._varies(name)}
        rows = self.base.frames[table].select(
            *(physical for name, column in plain.items() for physical in stored_names(name, column)),
            *self._context(table, names), *(one.codes.alias(f"{CODE}{at}") for at, one in enumerate(spread.values())),
        )  # fmt: skip
        return Given(plain, spread, rows)

    def _context(self, table: str, names: Sequence[str]) -> list[pl.Expr]:
        """What an item may see without naming it: whether the period has ended; and 单位, if it names that."""
        ended = pl.col(PERIOD).is_in(self.study.ended(Period(table))).alias(ENDED)
        own = (pl.col(UNIT) % self._units).alias(UNIT)
        return [ended, own] if "单位" in names else [ended]

    # ---- how it is evaluated --------------------------------------------------------------

    def _by_class(self, table: str, name: str) -> dict[str, Spread]:
        given = self._given(table, self._inputs(name, table))
        classes = given.rows.unique(maintain_order=True).with_row_index(CODE)
        codes = matched(given.rows, classes, given.rows.columns)
        nowhere = (pl.lit(0, pl.Int64).alias(PERIOD), pl.lit(0, pl.Int64).alias(DAY))
        pieces = (
            {table: self._table(table, self._crossed(some, self.scenes, given).with_columns(nowhere), given.columns)}
            for some in slices(classes, self.size)
        )
        return self._evaluated(name, table, pieces, codes)

    def _gathered(self, home: str, source: str, name: str, asked: Sequence[str]) -> dict[str, Spread]:
        """A coarser figure from finer ones: rows of the coarser table over the same finer classes are one class.

        In whatever order: no verb asks which of the finer periods is which.
        """
        if "单位" in asked:
            raise Unlike
        given = self._given(source, asked)
        kinds = given.rows.unique(maintain_order=True).with_row_index("~种")
        rows = self.base.frames[source].select(UNIT, self._number(home).alias(PERIOD))
        rows = rows.with_columns(matched(given.rows, kinds, given.rows.columns, "~种").alias("~种"))
        lines = rows.group_by(UNIT, PERIOD, maintain_order=True).agg(pl.col("~种").sort())
        classes = lines.select("~种").unique(maintain_order=True).with_row_index(CODE)
        which = lines.with_columns(matched(lines, classes, ["~种"]))
        here = self.base.frames[home].select(UNIT, PERIOD)
        codes = here.join(which, on=[UNIT, PERIOD], how="left", maintain_order="left")[CODE]
        unit = (pl.col(CODE).cast(pl.Int64) + pl.col(SCENE) * classes.height).alias(UNIT)
        year, start = pl.lit(1, pl.Int64).alias(PERIOD), pl.lit(0, pl.Int64).alias(DAY)

        def tables(some: pl.DataFrame) -> dict[str, Table]:
            fine = some.explode("~种").join(kinds, on="~种", how="left").drop("~种")
            below = self._crossed(fine, self.scenes, given).with_columns(unit, start, year)
            whole = some.select(CODE).join(self.scenes, how="cross").with_columns(unit, year)
            return {home: self._table(home, whole, {}), source: self._table(source, below, given.columns)}

        return self._evaluated(name, home, map(tables, slices(classes, self.size * 4)), codes)

    def _by_row(self, table: str, name: str) -> dict[str, Spread]:
        """What asks other rows: every row is a class of its own."""
        given = self._given(table, self._asked(name, table))
        own = self.base.frames[table].select(UNIT, PERIOD, DAY, *self.study.apart)
        rows = given.rows.with_columns(own.get_columns()).with_row_index(CODE)

        pieces = (
            {table: self._table(table, self._apart(self._crossed(rows, scenes, given)), given.columns)}
            for scenes in self._chunks(rows.height)
        )
        return self._evaluated(name, table, pieces, rows[CODE], apart=True)

    def _recorded(self) -> dict[str, Spread]:
        """Everything wanted that is gathered from records, in one plan over records × variants."""
        items = [item for item in self.book.items.values() if self._from_records(item)]
        wanted = {
            table: [i.name for i in items if self.study.home(i) == table] for table in map(self.study.home, items)
        }
        parts: dict[str, list[pl.DataFrame]] = {table: [] for table in wanted}
        columns: dict[str, Column] = {}
        for scenes in self._chunks(self._widest()):
            study = self._built([i.name for i in items], partial(self._records, scenes), apart=True)
            columns = {i.name: study.tables[self.study.home(i)].columns[i.name] for i in items}
            stored = {table: [p for n in names for p in stored_names(n, columns[n])] for table, names in wanted.items()}
            for table, frame in self._collected(study, stored).items():
                parts[table].append(frame)
        for table, names in wanted.items():
            whole = pl.concat(parts[table]).sort(CODE, SCENE)
            codes = pl.Series(CODE, range(self.base.frames[table].height), dtype=pl.UInt32)
            for name in names:
                values = whole.select(CODE, SCENE, *stored_names(name, columns[name]))
                self._done[table, name] = Spread(codes, values, columns[name])
        return {}

    def _widest(self) -> int:
        """The rows of the largest ledger or account that something varying stands on."""
        frames = {name: frame for name, frame in self.base.frames.items() if name not in _PERIODS}
        varied = [n for n in frames if f"{LEDGER}{n}" in self.stale or any(map(self._varies, self.base.columns[n]))]
        return max((frames[name].height for name in varied), default=1)

    def _from_records(self, item: Item) -> bool:
        return (
            item.name in self.stale and item.name in self.needed and isinstance(item.mechanism, Gather)
            and self.study.home(item) in _PERIODS and self._source(item.mechanism) is None
        )  # fmt: skip

    def _records(self, scenes: pl.DataFrame, name: str) -> Table | None:
        """A table of the base with its rows once a variant; ``None``: one that the variants make otherwise."""
        if f"{LEDGER}{name}" in self.stale:
            return None
        frame = self.base.frames[name]
        columns = {n: c for n, c in self.base.columns[name].items() if not self._varies(n)}
        kept = {p for n, c in columns.items() for p in stored_names(n, c)}
        rows = frame.select(n for n in frame.columns if n in kept or n.startswith(OWN)).with_row_index(CODE)
        if name in _PERIODS:
            rows = rows.with_columns(self._context(name, ()))
            varied = {n: self._classes(name, n) for n in self.merged.attributes}
            given = Given({}, varied, frame)
            rows = rows.with_columns(one.codes.alias(f"{CODE}{at}") for at, one in enumerate(varied.values()))
            crossed = self._crossed(rows, scenes, given)
            columns |= {n: one.column for n, one in varied.items()}
        else:
            crossed = rows.join(scenes, how="cross")
        return self._table(name, self._apart(crossed), columns)

    def _built(self, names: Sequence[str], make: Callable[[str], Table | None], *, apart: bool) -> Study:
        """A study of the variants' own book in which some items are built over given tables.

        ``apart``: every variant is an office of its own there, as in a run of many offices.
        """
        dry = table_maker({}, {}, {}, None)

        def table(study: Study, name: str) -> Table:
            made = make(name)
            if made is None and name in self.book.ledgers:
                raise Unlike
            return dry(study, name) if made is None else made

        study = study_over(self.book, self.study.as_of, table)
        study.offices = self.size * max(self.study.offices, 1) if apart else 0
        for name in names:
            study.built(name)
        if study.problems:
            raise Unlike
        return study

    def _evaluated(
        self, name: str, table: str, pieces: Iterable[dict[str, Table]], codes: pl.Series, *, apart: bool = False
    ) -> dict[str, Spread]:
        frames, columns = [], {}
        for made in pieces:
            known = set(made[table].columns)
            study = self._built([name], partial(self._among, made), apart=apart)
            new = study.tables[table].columns
            columns = {n: new[n] for n in (name, f"{name}{TIED}") if n in new and n not in known}
            stored = [physical for n, c in columns.items() for physical in stored_names(n, c)]
            frames.append(self._collected(study, {table: stored})[table])
        whole = frames[0] if len(frames) == 1 else pl.concat(frames)
        whole = whole.sort(CODE, SCENE)
        cells = [f"{CELL}{name}"] if f"{CELL}{name}" in whole.columns else []
        return {
            n: Spread(codes, whole.select(CODE, SCENE, *stored_names(n, c), *(cells if n == name else [])), c)
            for n, c in columns.items()
        }

    def _among(self, made: Mapping[str, Table], name: str) -> Table:
        return made[name] if name in made else self._unread(name)

    def _unread(self, name: str) -> Table:
        """A table that is only looked at for what its columns are."""
        known = self.study.tables.get(name)
        if known is None:
            raise Unlike
        columns = {n: c for n, c in self.base.columns[name].items() if not self._varies(n)}
        return replace(known, laid=None, columns=columns)

    def _collected(self, study: Study, wanted: Mapping[str, Sequence[str]]) -> dict[str, pl.DataFrame]:
        """Columns of tables over classes (or rows) × variants; what cannot be scored is noted by variant."""
        marks = [m for m in study.faulty if study.tables[m.table].frame is not None]
        plans = [_lazy(study, table).select(CODE, SCENE, *names, *self._cells(study, table, names))
                 for table, names in wanted.items()]  # fmt: skip
        plans += [_lazy(study, mark.table).filter(pl.col(mark.column)).select(SCENE).unique() for mark in marks]
        found = pl.collect_all(plans)
        for mark, hit in zip(marks, found[len(wanted) :], strict=True):
            for scene in hit[SCENE]:
                self.faults.setdefault(scene, mark.reason)
        self.tell()
        return dict(zip(wanted, found, strict=False))

    def _cells(self, study: Study, table: str, names: Sequence[str]) -> list[str]:
        """Which cell of its table each item took."""
        asked = {f"{CELL}{name}" for name in names if isinstance(self._mechanism(name), Lookup)}
        return [name for name in _lazy(study, table).collect_schema().names() if name in asked] if asked else []

    def _mechanism(self, name: str) -> object:
        item = self.book.items.get(name)
        return item.mechanism if item is not None else None

    # ---- pieces ---------------------------------------------------------------------------

    def _chunks(self, rows: int) -> Iterator[pl.DataFrame]:
        step = max(1, MOST // max(rows, 1))
        return (self.scenes.slice(start, step) for start in range(0, self.size, step))

    def _crossed(self, rows: pl.DataFrame, scenes: pl.DataFrame, given: Given) -> pl.DataFrame:
        """Rows × variants, every column that varies looked up by its class."""
        crossed = rows.join(scenes, how="cross")
        for at, one in enumerate(given.spread.values()):
            place = crossed.select(pl.col(f"{CODE}{at}").cast(pl.Int64) * self.size + pl.col(SCENE)).to_series()
            found = one.values.select(pl.exclude(CODE, SCENE)).select(pl.all().gather(place))
            crossed = crossed.drop(f"{CODE}{at}").with_columns(found.get_columns())
        return crossed

    @property
    def _units(self) -> int:
        return len(self.book.roster.units)

    def _apart(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Every variant as an office of its own; where there are offices, all of them once a variant."""
        offices = max(self.study.offices, 1)
        office = pl.col(OFFICE) if self.study.offices else pl.lit(0, pl.Int64)
        frame = frame.with_columns((pl.col(SCENE) * offices + office).alias(OFFICE))
        if UNIT not in frame.columns:
            return frame
        return frame.with_columns(pl.col(UNIT) + pl.col(SCENE) * offices * self._units)

    def _table(self, name: str, frame: pl.DataFrame, columns: Mapping[str, Column]) -> Table:
        known = self.study.tables[name]
        lazy = nw.from_native(frame.lazy())
        return replace(known, laid=lazy, columns=dict(columns), settled=True, settling=False, costly=False,
                       spots=frozenset(), base=lazy)  # fmt: skip

    def _number(self, period: str) -> pl.Expr:
        """In which (coarser) period a row lies."""
        starts = self.study.stretches[Period(period)]
        return pl.sum_horizontal(pl.lit(1, pl.Int64), *((pl.col(DAY) >= s.start).cast(pl.Int64) for s in starts[1:]))

    def _brought(self, table: str, home: str, name: str) -> Spread:
        """A coarser column on a finer table: each row has the class of the coarser row that it lies in."""
        there = self.spread(home, name)
        rows = self.base.frames[home].select(UNIT, pl.col(PERIOD).alias("~期")).with_columns(there.codes.alias(CODE))
        mine = self.base.frames[table].select(UNIT, self._number(home).alias("~期"))
        return replace(there, codes=mine.join(rows, on=[UNIT, "~期"], how="left", maintain_order="left")[CODE])

    def _attribute(self, table: str, name: str) -> Spread:
        """A column of the roster that is another one for some units in some variants."""
        spec, units = self.book.roster.fields[name], self.book.roster.units
        varied = self.merged.attributes[name]
        values = [varied.get(at, (unit.values.get(name),) * self.size) for at, unit in enumerate(units)]
        column = attribute_column(self.study, spec, [v for line in values for v in line if v is not None])
        column = stored_column(name, column)
        cells = {name: [None if v is None else int(v * column.den) for line in values for v in line]}
        frame = pl.DataFrame(cells, schema={name: pl.Int64}).with_columns(
            (pl.int_range(pl.len()) // self.size).cast(pl.UInt32).alias(CODE),
            (pl.int_range(pl.len()) % self.size).cast(pl.Int64).alias(SCENE),
        )  # fmt: skip
        for physical in stored_names(name, column)[1:]:
            reason = pl.when(pl.col(name).is_null()).then(int(spec.blank)).otherwise(0).cast(pl.Int8)  # type: ignore[arg-type]
            frame = frame.with_columns(reason.alias(physical))
        codes = (self.base.frames[table][UNIT] % self._units).cast(pl.UInt32).alias(CODE)
        return Spread(codes, frame.select(CODE, SCENE, *stored_names(name, column)), column)


def _behind(study: Study, names: set[str]) -> set[str]:
    """The names and everything that they, directly or not, ask for."""
    needed, front = set[str](), names
    while front:
        needed |= front
        front = {asked for name in front for asked in study.asked.get(name, ())} - needed
    return needed


def _lazy(study: Study, table: str) -> pl.LazyFrame:
    rows = study.tables[table].frame
    assert rows is not None
    frame: pl.LazyFrame = nw.to_native(rows)
    return frame


def _scaled(values: Sequence[Any]) -> list[int]:
    """Numbers over their common denominator, as :func:`engine.column.number` reads them."""
    import math

    den = math.lcm(*(value.denominator for value in values))
    return [int(value * den) for value in values]
