"""Where tables come from: a ledger's rows, 衔接, an account (收), and units × periods."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from engine import lazy as nw
from engine.column import Column, Misfit, aligned
from engine.rulebook import Absent, Collect, Field, Item, Kind, Ledger, Link, Period
from engine.scoring.study import Gone, Study
from engine.scoring.table import DAY, ROW, SOURCE, UNIT, Lazy, Table, stored_column
from engine.source import Problem, Rejected

# What is assumed of data on a dry run, to see that numbers stay within 64 bits.
ASSUMED_ROWS = 200
ASSUMED_NUMBER = 10_000

Frames = Mapping[str, Lazy]
Bounds = Mapping[tuple[str, str], int]
MakeTable = Callable[[Study, str], Table]


def table_maker(
    frames: Frames | None, rows: Mapping[str, tuple[int, int]], bounds: Bounds, roster: Callable[[Period], Lazy] | None
) -> MakeTable:
    """How a study makes its tables.

    ``frames``: ledger → typed rows (``None``: dry run); ``rows``: ledger → (most rows of one unit, all rows);
    ``bounds``: (ledger, number column) → largest absolute stored value; ``roster``:
    period → the complete units × periods frame with attributes.
    """

    def make(study: Study, name: str) -> Table:
        periods = {p.value: p for p in Period}
        if name in study.book.ledgers:
            frame = frames[name] if frames is not None else None
            return _ledger(
                study, study.book.ledgers[name], frame, rows.get(name, (ASSUMED_ROWS, ASSUMED_ROWS * 50)), bounds
            )
        if name in periods:
            return _period(study, periods[name], roster(periods[name]) if roster is not None else None)
        item = study.book.items.get(name)
        if item is not None and isinstance(item.mechanism, Collect):
            return _account(study, item, item.mechanism)
        known = "、".join(study.book.ledgers)
        raise Rejected([Problem("R05", f"没有“{name}”这张台账。", study.place(), f"可选：{known}。")])

    return make


# ---- a ledger -----------------------------------------------------------------------------


def _ledger(study: Study, ledger: Ledger, frame: Lazy | None, rows: tuple[int, int], bounds: Bounds) -> Table:
    table = Table(ledger.name, frame, *rows, ledger=True, size=rows[1])
    if frame is not None:
        table.frame = frame.rename({"行": ROW})
    for spec in ledger.fields.values():
        most = bounds.get((ledger.name, spec.name), ASSUMED_NUMBER * 10**spec.decimals)
        table.columns[spec.name] = field_column(spec, most, study)
        _store_absence(table, spec)
    dated = ledger.fields[ledger.dated]
    day = nw.col(dated.name) if dated.kind is Kind.DAY else nw.col(dated.name) // 1440
    table.then_with(day.alias(DAY))
    if dated.blank is not None or study.latest.get(ledger.name, study.as_of + 1) > study.as_of:
        late = table.select(ROW, where=nw.col(DAY) > study.as_of)
        study.gone.append(Gone(ledger.name, late, f"{dated.name}在截至日之后"))
        table.filter(nw.col(DAY) <= study.as_of)
    _give_units(study, ledger, table)
    return table


def field_column(spec: Field, most: int, study: Study) -> Column:
    """A ledger column or unit attribute as stored by the reader."""
    options = tuple(u.name for u in study.book.roster.units) if spec.kind is Kind.UNIT else spec.options
    den = 10**spec.decimals if spec.kind is Kind.NUMBER else 1
    plain = Column(spec.kind, nw.col(spec.name), den, measure=spec.measure, low=-most, high=most, options=options)
    pending_flag = spec.kind is Kind.FLAG and spec.blank is Absent.PENDING
    if not isinstance(spec.blank, Absent) or pending_flag:
        return plain
    return stored_column(spec.name, replace(plain, absent=nw.lit(0)))


def _store_absence(table: Table, spec: Field) -> None:
    if isinstance(spec.blank, Absent) and not (spec.kind is Kind.FLAG and spec.blank is Absent.PENDING):
        code = nw.lit(int(spec.blank), nw.Int8)
        absent = nw.when(nw.col(spec.name).is_null()).then(code).otherwise(nw.lit(0, nw.Int8))
        table.then_with(absent.alias(f"{spec.name}?"))


def _give_units(study: Study, ledger: Ledger, table: Table) -> None:
    own = [f.name for f in ledger.fields.values() if f.kind is Kind.UNIT]
    if ledger.link is not None:
        _link(study, ledger, ledger.link, table)
    elif own:
        table.then_with(study.unit_of(nw.col(own[0])).alias(UNIT))
        table.has_unit, table.own_unit = True, own[0]


def _link(study: Study, ledger: Ledger, link: Link, table: Table) -> None:
    """衔接: each row once for every distinct 取 among the other ledger's rows with equal 同."""
    other = study.table(link.ledger)
    study.settle(other)
    same = study.keys(other, link.same)
    take = study.physical(other, link.take)
    study.keys(table, link.same)
    source = _until(study, link, table, other, same, take)
    if table.frame is not None and source is not None:
        source = study.keep(source)
        missing = table.frame.join(source.select(*same).unique(), on=same, how="anti").select(ROW)
        where = "、".join(link.same)
        reason = f"按“{where}”在{link.ledger}台账里（截至日及以前）找不到{'、'.join(link.take)}"
        study.gone.append(Gone(ledger.name, missing, reason))
        keys = [*same, ROW] if link.until else same
        table.frame, table.costly = table.frame.join(source, on=keys, how="inner"), True
    for name, physical in zip(link.take, take, strict=True):
        if physical != UNIT:
            table.columns[name] = stored_column(name, other.columns[name])
    table.has_unit = UNIT in take or any(study.column(other, n).kind is Kind.UNIT for n in link.take)
    if table.has_unit and UNIT not in take:
        unit = next(n for n in link.take if study.column(other, n).kind is Kind.UNIT)
        table.then_with(study.unit_of(nw.col(unit)).alias(UNIT))
    if table.frame is not None:  # a dry run assumes the same of every ledger
        table.rows, table.total = table.total, table.total * len(study.book.roster.units)


def _until(study: Study, link: Link, table: Table, other: Table, same: list[str], take: list[str]) -> Lazy | None:
    if other.frame is None:
        return None
    if link.until is None:
        rows = other.select(*same, *take)
        assert rows is not None
        if other.size > table.size and table.frame is not None:  # most of them are nobody's here
            rows = rows.join(table.frame.select(*same).unique(), on=same, how="semi")
        return rows.unique()
    day = study.column(table, link.until)
    assert table.frame is not None
    mine = table.frame.select(ROW, *same, as_days(day).alias("~止"))
    theirs = other.select(*same, *take, nw.col(DAY).alias("~日"))
    assert theirs is not None
    return (
        mine.join(theirs, on=same, how="inner")
        .filter(nw.col("~日") <= nw.col("~止"))
        .select(ROW, *same, *take)
        .unique()
    )


def as_days(column: Column) -> nw.Expr:
    """A date or time column as day numbers. Raises Misfit for anything else."""
    if column.kind not in (Kind.DAY, Kind.MOMENT):
        raise Misfit(f"这里要一个日期，而它是{column.kind.value}")
    return column.expr if column.kind is Kind.DAY else column.expr // 1440


# ---- an account ---------------------------------------------------------------------------


def _account(study: Study, item: Item, collect: Collect) -> Table:
    """收: dated points of several ledgers, one line each; its 分 carries the account's name as measure."""
    sources = [(name, *_source(study, name)) for name in collect.columns]
    values = aligned(*(replace(value, measure="数") for _, _, value in sources))
    carried = {name: study.column(sources[0][1], name) for name in collect.carry}
    frames = [
        frame
        for number, ((name, table, _), value) in enumerate(zip(sources, values, strict=True))
        if (frame := _lines(study, name, table, value, number, collect)) is not None
    ]
    lines = nw.concat(frames, how="vertical") if frames else None
    table = Table(item.name, lines, sum(t.rows for _, t, _ in sources), sum(t.total for _, t, _ in sources))
    table.ledger = table.has_unit = table.settled = table.costly = True
    table.size = sum(t.size for _, t, _ in sources)
    points = Column(
        Kind.NUMBER, nw.col("分"), values[0].den, measure=item.name, low=min(v.low for v in values),
        high=max(v.high for v in values),
    )  # fmt: skip
    table.columns |= {"分": points, "日期": Column(Kind.DAY, nw.col(DAY))}
    table.columns |= {name: stored_column(name, column) for name, column in carried.items()}
    return table


def _source(study: Study, name: str) -> tuple[Table, Column]:
    entry = study.entries.get(name)
    if not isinstance(entry, Item) or entry.ledger is None:
        detail = f"「收」里的“{name}”不是哪张台账上的一列分。"
        raise Rejected([Problem("R05", detail, study.place(), "「收」只写「计分」里写了台账的项。")])
    table = study.table(entry.ledger)
    study.settle(table)
    if not table.has_unit:
        hint = "在台账里写一个类为“单位”的列，或写「衔接」。"
        raise Rejected(
            [Problem("R15", f"台账“{table.name}”的记录不知道归哪个单位，不能收进账里。", study.place(), hint)]
        )
    return table, study.column(table, name)


def _lines(study: Study, name: str, table: Table, value: Column, number: int, collect: Collect) -> Lazy | None:
    entry = study.entries[name]
    dated = entry.dated if isinstance(entry, Item) else None
    day = DAY if dated is None else dated
    carried = study.physical(table, collect.carry)
    if dated is not None:
        as_days(study.column(table, dated))
        undated(study, table, dated, entry)
    return table.select(
        nw.col(UNIT), nw.col(day).alias(DAY), value.expr.alias("分"), nw.lit(number, nw.Int64).alias(SOURCE),
        nw.col(ROW), *study.apart, *carried, where=~value.expr.is_null() & ~nw.col(day).is_null(),
    )  # fmt: skip


def undated(study: Study, table: Table, dated: str, entry: object) -> None:
    """Rows whose own 归期 has no value cannot be put in any period: an error of the row."""
    if table.name in study.book.ledgers:
        nowhere = nw.col(dated).is_null()
        study.faulty.append(study.mark(table, nowhere, f"没有“{dated}”，不知道记在哪一天"))


# ---- units × periods ----------------------------------------------------------------------


def _period(study: Study, period: Period, frame: Lazy | None) -> Table:
    book = study.book
    cells = len(book.roster.units) * len(study.stretches[period])
    table = Table(
        period.value, frame, len(study.stretches[period]), cells, period=period, has_unit=True, settled=True, base=frame
    )
    for spec in book.roster.fields.values():
        table.columns[spec.name] = attribute_column(study, spec, attribute_values(study, spec))
    return table


def attribute_column(study: Study, spec: Field, values: Sequence[Fraction]) -> Column:
    """An attribute: its denominator and its possible values are those that the roster gives it."""
    column = field_column(spec, 0, study)
    if spec.kind is not Kind.NUMBER:
        return column
    den = math.lcm(1, *(v.denominator for v in values))
    scaled = [int(v * den) for v in values] or [0]
    divisors = frozenset(scaled)
    return replace(column, den=den, low=min(scaled), high=max(scaled), divisors=divisors)


def attribute_values(study: Study, spec: Field) -> list[Fraction]:
    """Every value the roster gives an attribute."""
    values = (unit.values.get(spec.name) for unit in study.book.roster.units)
    return [v for v in values if isinstance(v, Fraction)]
