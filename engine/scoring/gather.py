"""Many rows to one: 合计 计次 种数 最高 最低 平均 最早 最晚 — one mechanism, eight verbs."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine import column as col
from engine import lazy as nw
from engine.column import Column, Misfit
from engine.evaluate import unknown_name
from engine.rulebook import Absent, Collect, Gather, Item, Kind, Ledger
from engine.scoring.study import Study, finer
from engine.scoring.table import DAY, ENDED, HELD, ROW, UNIT, Lazy, Table
from engine.scoring.tables import as_days, undated
from engine.source import Problem, Rejected

_TIMES = ("最早", "最晚")
_COUNTS = ("计次", "种数")
_VALUE, _COUNT, _PENDING = "~值", "~次", "~待"


@dataclass(frozen=True, slots=True)
class Source:
    """What is gathered: the table, the column (``None``: rows are counted) and which rows (``keep``)."""

    table: Table
    value: Column | None
    keep: nw.Expr | None


def gather(study: Study, table: Table, item: Item, mechanism: Gather) -> Column:
    """On 单位×期: the unit's rows in the period. On a ledger: the source's rows with equal 同."""
    source = _source(study, table, item, mechanism)
    if table.period is not None:
        return _onto_periods(study, table, item, mechanism, source)
    return _onto_rows(study, table, mechanism, source)


def _source(study: Study, table: Table, item: Item, mechanism: Gather) -> Source:
    origin, column = _origin(study, table, mechanism)
    study.settle(origin)
    value = study.column(origin, column) if column is not None else None
    keep: nw.Expr | None = None
    if item.when is not None:
        held = f"{HELD}{item.name}"
        origin.then_with(study.condition(origin, item.when).expr.alias(held))
        keep = nw.col(held)
        if origin.ledger and table.period is not None:
            study.pending.append(study.mark(origin, keep.is_null(), item.name, item))
    if origin.period is not None:
        ended = nw.col(ENDED)
        keep = ended if keep is None else keep & ended
    if mechanism.verb not in _COUNTS:
        value = _checked(mechanism, value)
    return Source(origin, value, keep)


def _origin(study: Study, table: Table, mechanism: Gather) -> tuple[Table, str | None]:
    """The table and column meant: 台账.列, an account, a ledger (计次), a column by its name, or one of our own."""
    if mechanism.ledger is not None:
        return study.table(mechanism.ledger), mechanism.column
    assert mechanism.column is not None
    name = study.real(mechanism.column)
    entry = study.entries.get(name)
    if entry is None and table.ledger and study.find(table, name) is not None:
        return table, name
    if entry is None:
        raise Rejected([unknown_name(name, study.place(), study.entries)])
    if isinstance(entry, Item) and isinstance(entry.mechanism, Collect):
        study.built(name)
        return study.table(name), "分"
    return study.table(study.home(entry)), name


def _checked(mechanism: Gather, value: Column | None) -> Column:
    if value is None:
        raise Misfit(f"「{mechanism.verb}」要写明是哪一列")
    value = col.exact(value)
    if mechanism.verb in _TIMES:
        as_days(value)
    elif value.kind is Kind.RATIO:
        raise Misfit(f"“{mechanism.column}”是商，先取整才能「{mechanism.verb}」")
    elif value.kind is not Kind.NUMBER:
        value = col.as_number(value)
    return value


# ---- onto units × periods -----------------------------------------------------------------


def _onto_periods(study: Study, table: Table, item: Item, mechanism: Gather, source: Source) -> Column:
    origin = source.table
    assert table.period is not None
    if not origin.has_unit:
        raise Rejected([Problem("R15", f"台账“{origin.name}”的记录不知道归哪个单位。", study.place(),
                                "在台账里写一个类为“单位”的列，或写「衔接」。")])  # fmt: skip
    if origin.period is not None and not finer(origin.period, table.period):
        raise Misfit(f"“{mechanism.column}”不比“每{table.period.value}”细，不能再合起来")
    spot, here = _spot(study, origin, item, table), study.spot(table, table.period)
    gathered = _grouped(origin, mechanism, source, [spot])
    if gathered is not None:
        gathered = gathered.rename({spot: here}) if spot != here else gathered
    column = _joined(table, mechanism, source, gathered, (here,), item.name)
    return _expected(study, table, item, origin, column)


def _spot(study: Study, origin: Table, item: Item, table: Table) -> str:
    """Of which unit and period a source row is; by the gathered column's own 归期 if it has one."""
    assert table.period is not None
    entry = study.entries.get(item.mechanism.column or "") if isinstance(item.mechanism, Gather) else None
    dated = entry.dated if isinstance(entry, Item) and entry.ledger == origin.name else None
    if dated is None:
        return study.spot(origin, table.period)
    number = study.number_of(table.period, as_days(study.column(origin, dated)))
    undated(study, origin, dated, entry)
    name, times = f"~位{table.period.value}", len(study.stretches[table.period])
    origin.then_with((nw.col(UNIT) if times == 1 else nw.col(UNIT) * times + number).alias(name))
    return name


def _expected(study: Study, table: Table, item: Item, origin: Table, column: Column) -> Column:
    """应有: units without any row of the ledger – 待定, an error, or as gathered (按零计)."""
    ledger = study.book.ledgers.get(origin.name)
    if not isinstance(ledger, Ledger) or ledger.expected is None or ledger.expected.missing == "按零计":
        return column
    if origin.frame is not None and table.frame is not None:
        have = origin.select(UNIT)
        assert have is not None
        table.join(have.unique().with_columns(nw.lit(1, nw.Int64).alias("~有")), (UNIT,))
    missing = study.mark(table, nw.col("~有").is_null(), ledger.expected.missing, item, (origin.name,))
    study.lacking.append(missing)
    if table.frame is not None:
        table.frame = table.frame.drop("~有")
    pending = nw.when(nw.col(missing.column)).then(nw.lit(int(Absent.PENDING), nw.Int8)).otherwise(nw.lit(0, nw.Int8))
    absent = pending if column.absent is None else nw.max_horizontal(pending, column.absent)
    return replace(column, expr=nw.when(~nw.col(missing.column)).then(column.expr), absent=absent)


# ---- onto rows ----------------------------------------------------------------------------


def _onto_rows(study: Study, table: Table, mechanism: Gather, source: Source) -> Column:
    """同 on a ledger: the source's rows with equal keys, 止于 this row's date if asked."""
    keys = study.keys(table, mechanism.same)
    theirs = study.keys(source.table, mechanism.same)
    if keys != theirs:
        raise Misfit(f"「同」的列在“{source.table.name}”和“{table.name}”里不一致")
    if mechanism.until is not None:
        source, keys = _not_later(study, table, mechanism, source, keys), [ROW, *keys]
    elif source.table.size > table.size:  # most of its groups are nobody's here
        source = _met(table, source, keys)
    gathered = _grouped(source.table, mechanism, source, keys)
    name = f"~聚{len(table.columns)}"
    column = _joined(table, mechanism, source, gathered, keys, name)
    return _bounded_count(study, table, mechanism, column)


def _not_later(study: Study, table: Table, mechanism: Gather, source: Source, keys: list[str]) -> Source:
    """The source rows dated not later than each of our rows, under our row's number."""
    assert mechanism.until is not None
    until = as_days(study.column(table, mechanism.until))
    theirs = source.table
    if table.frame is None or theirs.frame is None:
        return source
    mine = table.frame.select(ROW, *keys, until.alias("~止")).unique()
    rows = theirs.frame.rename({ROW: "~源行"}).join(mine, on=keys, how="inner").filter(nw.col(DAY) <= nw.col("~止"))
    return replace(source, table=replace(theirs, frame=rows))


def _met(table: Table, source: Source, keys: list[str]) -> Source:
    """The source rows whose keys some row of ours has."""
    theirs, mine = source.table.fork(), table.select(*keys)
    if theirs is None or mine is None:
        return source
    return replace(source, table=replace(source.table, frame=theirs.join(mine.unique(), on=keys, how="semi")))


def _bounded_count(study: Study, table: Table, mechanism: Gather, column: Column) -> Column:
    """至多: a count that may divide; rows above the bound are errors."""
    if mechanism.at_most is None:
        return column
    most = mechanism.at_most
    reason = f"{mechanism.verb}超过「至多 {most}」"
    study.faulty.append(study.mark(table, column.expr > most, reason, None, mechanism.same))
    return replace(column, high=most, divisors=frozenset(range(most + 1)))


# ---- the aggregation itself ---------------------------------------------------------------


def _grouped(table: Table, mechanism: Gather, source: Source, keys: list[str]) -> Lazy | None:
    frame = table.fork()
    if frame is None:
        return None
    value = source.value
    kept = source.keep
    if value is not None:
        frame = frame.with_columns(value.expr.alias(_VALUE))
        if value.absent is not None:
            pending = (value.absent >= int(Absent.PENDING)).cast(nw.Int64)
            frame = frame.with_columns(pending.alias(_PENDING))
    if kept is not None:
        frame = frame.filter(kept)
    if mechanism.verb == "种数":
        frame = frame.select(*keys, _VALUE).filter(~nw.col(_VALUE).is_null()).unique()
    return frame.group_by(*keys).agg(*_aggregates(mechanism.verb, value))


def _aggregates(verb: str, value: Column | None) -> list[nw.Expr]:
    count = nw.len().cast(nw.Int64).alias(_COUNT)
    if verb in _COUNTS:
        return [count]
    reducers = {"最高": "max", "最低": "min", "最早": "min", "最晚": "max"}
    reduced = getattr(nw.col(_VALUE), reducers.get(verb, "sum"))().alias(_VALUE)
    counted = (nw.col(_VALUE).count().cast(nw.Int64)).alias(_COUNT)
    pending = [nw.col(_PENDING).max().alias(_PENDING)] if value is not None and value.absent is not None else []
    return [reduced, counted, *pending]


def _aggregated(verb: str, value: Column | None) -> list[str]:
    """The columns that :func:`_aggregates` yields."""
    if verb in _COUNTS:
        return [_COUNT]
    return [_VALUE, _COUNT] + ([_PENDING] if value is not None and value.absent is not None else [])


def _joined(
    table: Table, mechanism: Gather, source: Source, gathered: Lazy | None, keys: tuple[str, ...] | list[str], name: str
) -> Column:
    """The aggregate on the receiving table; rows that nothing fell on get 0 or 无."""
    mark = {kept: f"{kept}{name}" for kept in _aggregated(mechanism.verb, source.value)}
    if gathered is not None:
        table.join(gathered.rename(mark), keys)
    count = nw.col(mark[_COUNT]).fill_null(0)
    if mechanism.verb in _COUNTS:
        return Column(Kind.NUMBER, count, measure=col.COUNT, high=source.table.most(keys))
    value = source.value
    assert value is not None
    found = nw.col(mark[_VALUE])
    if mechanism.verb == "合计":
        return _total(value, found.fill_null(0), source, mark, source.table.most(keys))
    reason = nw.when(found.is_null() | (count == 0)).then(nw.lit(int(Absent.NONE), nw.Int8))
    plain = replace(value, expr=found, absent=reason.otherwise(nw.lit(0, nw.Int8)), constant=None, open=None)
    if mechanism.verb != "平均":
        return plain
    rows = source.table.most(keys)
    over = nw.when(count > 0).then(count * value.den)
    return col.bounded(
        replace(plain, kind=Kind.RATIO, over=over, den=1, over_high=rows * value.den, divisors=None,
                low=value.low * rows, high=value.high * rows)
    )  # fmt: skip


def _total(value: Column, expr: nw.Expr, source: Source, mark: dict[str, str], rows: int) -> Column:
    absent = None
    if value.absent is not None and source.table.period is not None:
        waiting = nw.col(mark[_PENDING]).fill_null(0) > 0
        absent = nw.when(waiting).then(nw.lit(int(Absent.PENDING), nw.Int8)).otherwise(nw.lit(0, nw.Int8))
        expr = nw.when(~waiting).then(expr)
    low, high = min(value.low, 0) * rows, max(value.high, 0) * rows
    return col.bounded(
        replace(value, expr=expr, absent=absent, low=low, high=high, constant=None, open=None, divisors=None)
    )
