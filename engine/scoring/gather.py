"""Many rows to one: 合计 计次 种数 最高 最低 平均 最早 最晚 — one mechanism, eight verbs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine import column as col
from engine import lazy as nw
from engine.column import Column, Misfit
from engine.evaluate import unknown_name
from engine.rulebook import Absent, Collect, Gather, Item, Kind, Ledger
from engine.scoring.study import Study, finer
from engine.scoring.table import DAY, ENDED, HELD, ROW, UNIT, Table
from engine.scoring.tables import as_days, undated
from engine.scoring.together import COUNT, COUNTS, DIFFERENT, PENDING, VALUE, Figure, Together
from engine.source import Problem, Rejected

_TIMES = ("最早", "最晚")
_THERE = "~有"


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
    if mechanism.verb not in COUNTS:
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
    _ask(table, mechanism, source, Together(origin, (spot,), (here,), None), item.name)
    column = _joined(mechanism, source, (here,), item.name)
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
    name, times = f"~位{table.period.value}{dated}", len(study.stretches[table.period])
    origin.then_with((nw.col(UNIT) if times == 1 else nw.col(UNIT) * times + number).alias(name))
    return name


def _expected(study: Study, table: Table, item: Item, origin: Table, column: Column) -> Column:
    """应有: units without any row of the ledger – 待定, an error, or as gathered (按零计)."""
    ledger = study.book.ledgers.get(origin.name)
    if not isinstance(ledger, Ledger) or ledger.expected is None or ledger.expected.missing == "按零计":
        return column
    there, have = f"{_THERE}{item.name}", origin.select(UNIT)
    if have is not None:
        table.join(have.unique().with_columns(nw.lit(1, nw.Int64).alias(there)), (UNIT,))
    missing = study.mark(table, nw.col(there).is_null(), ledger.expected.missing, item, (origin.name,))
    study.lacking.append(missing)
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
    # where the source has more rows, most of its groups are nobody's here
    met = table if mechanism.until is None and source.table.size > table.size else None
    name = f"~聚{len(table.columns)}"
    _ask(table, mechanism, source, Together(source.table, keys, keys, met), name)
    column = _joined(mechanism, source, keys, name)
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
    return replace(source, table=replace(theirs, laid=rows))


def _bounded_count(study: Study, table: Table, mechanism: Gather, column: Column) -> Column:
    """至多: a count that may divide; rows above the bound are errors."""
    if mechanism.at_most is None:
        return column
    most = mechanism.at_most
    reason = f"{mechanism.verb}超过「至多 {most}」"
    study.faulty.append(study.mark(table, column.expr > most, reason, None, mechanism.same))
    return replace(column, high=most, divisors=frozenset(range(most + 1)))


# ---- the aggregation itself ---------------------------------------------------------------


def _ask(table: Table, mechanism: Gather, source: Source, together: Together, name: str) -> None:
    """Have a figure gathered before the receiving table is read, with those of the same rows under the same keys."""
    origin = source.table
    if table.dry or origin.dry:
        return
    origin.catch_up()
    own = name if mechanism.verb == DIFFERENT else ""
    what = (id(origin), tuple(together.keys), together.met is None, own)
    asked = table.join_later(what, together.names, together)
    assert isinstance(asked, Together)
    asked.figures.append(Figure(name, mechanism.verb, source.value, source.keep))


def _joined(mechanism: Gather, source: Source, keys: Sequence[str], name: str) -> Column:
    """The aggregate on the receiving table; rows that nothing fell on get 0 or 无."""
    count = nw.col(COUNT + name).fill_null(0)
    if mechanism.verb in COUNTS:
        return Column(Kind.NUMBER, count, measure=col.COUNT, high=source.table.most(keys))
    value = source.value
    assert value is not None
    found = nw.col(VALUE + name)
    if mechanism.verb == "合计":
        return _total(value, found.fill_null(0), source, name, source.table.most(keys))
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


def _total(value: Column, expr: nw.Expr, source: Source, name: str, rows: int) -> Column:
    absent = None
    if value.absent is not None and source.table.period is not None:
        waiting = nw.col(PENDING + name).fill_null(0) > 0
        absent = nw.when(waiting).then(nw.lit(int(Absent.PENDING), nw.Int8)).otherwise(nw.lit(0, nw.Int8))
        expr = nw.when(~waiting).then(expr)
    low, high = min(value.low, 0) * rows, max(value.high, 0) * rows
    return col.bounded(
        replace(value, expr=expr, absent=absent, low=low, high=high, constant=None, open=None, divisors=None)
    )
