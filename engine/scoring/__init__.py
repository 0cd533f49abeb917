"""Rule book + ledgers → scored frames. One mechanism, one function: :data:`MECHANISMS` lists them."""

from __future__ import annotations

from collections import abc
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from engine import column as col
from engine import lazy as nw
from engine.column import Column
from engine.rulebook import (
    Absent,
    Across,
    AsNumber,
    Before,
    Bulletin,
    Carry,
    Clock,
    Collect,
    Consequence,
    CountOnly,
    Elapsed,
    Formula,
    Gather,
    Item,
    Kind,
    Lookup,
    Part,
    PerTime,
    Rank,
    RuleBook,
    Running,
    Scaled,
    Sequence,
    Streak,
)  # fmt: skip
from engine.scoring.across import across
from engine.scoring.appraisal import build_part, build_step
from engine.scoring.clock import clock
from engine.scoring.elapsed import WORKDAYS, elapsed
from engine.scoring.gather import gather
from engine.scoring.groups import before, carry, count_only, running, sequence, streak
from engine.scoring.lean import Backend, Known, OnPolars, Sums, carried_out
from engine.scoring.lean import plan as lean_plan
from engine.scoring.outcome import TIED, consequence, rank, scaled
from engine.scoring.rows import as_number, formula, lookup, per_time
from engine.scoring.run import Fault, Outcome, run
from engine.scoring.study import LEDGER, SCORE, Gone, Skip, Study
from engine.scoring.supposed import behind, supposed_scores
from engine.scoring.table import LISTED, ROW, Table
from engine.scoring.tables import MakeTable, table_maker
from engine.scoring.variant import take_over
from engine.source import Problem, Rejected
from engine.suggest import asked

__all__ = [
    "SCORE",
    "TIED",
    "WORKDAYS",
    "Backend",
    "Fault",
    "Known",
    "OnPolars",
    "Outcome",
    "Study",
    "Sums",
    "behind",
    "carried_out",
    "check",
    "dry",
    "listed",
    "plan",
    "score",
    "study_of",
    "study_over",
    "supposed",
]  # fmt: skip

MECHANISMS: dict[type, Callable[[Study, Table, Item, Any], Column]] = {
    Lookup: lookup,
    PerTime: per_time,
    Formula: formula,
    Elapsed: elapsed,
    AsNumber: as_number,
    Clock: clock,
    CountOnly: count_only,
    Sequence: sequence,
    Running: running,
    Carry: carry,
    Gather: gather,
    Across: across,
    Before: before,
    Streak: streak,
    Rank: rank,
    Consequence: consequence,
    Scaled: scaled,
}
# These read the item's 当 themselves; for the others a row that fails it is worth nothing.
_OWN_CONDITION = (Gather, Across, CountOnly, Sequence, Rank, Consequence)


def study_of(book: RuleBook, as_of: int, frames: Any = None, **data: Any) -> Study:
    """Build every item of a rule book, over ``frames`` or, without them, dry.

    ``data``: ``rows``, ``bounds`` and ``roster`` as :func:`engine.scoring.tables.table_maker`
    takes them, ``base`` as :func:`engine.scoring.run.run` does, ``offices``, ``private``, ``latest``, ``last_row``,
    ``keep`` and ``deepest`` as a :class:`Study` holds them. The study's ``problems`` are the faults of the rule book.
    """
    rows, bounds, roster = data.get("rows", {}), data.get("bounds", {}), data.get("roster")
    study = Study(book, as_of, table_maker(frames, rows, bounds, roster), _build)
    study.offices, study.private = data.get("offices", 0), data.get("private", {})
    study.latest, study.last_row = data.get("latest", {}), data.get("last_row", 0)
    study.keep, study.deepest = data.get("keep", nw.checkpoint), data.get("deepest", 0)
    base: Outcome | None = data.get("base")
    if base is not None:
        take_over(study, base.study, base.frames)
    return _built(study)


def study_over(book: RuleBook, as_of: int, make_table: MakeTable) -> Study:
    """A study in which nothing is built yet, over tables that somebody else makes."""
    return Study(book, as_of, make_table, _build)


def supposed(study: Study, given: Mapping[str, abc.Sequence[int]]) -> list[Fraction | None]:
    """得分 in supposed situations (:func:`engine.scoring.supposed.supposed_scores`); ``study`` is a dry one."""
    return supposed_scores(study, given, _build)


def _built(study: Study) -> Study:
    book = study.book
    names = [*book.ledgers, *study.entries]
    if study.stale is not None:
        names = [name for name in names if not study.stale.isdisjoint((name, f"{LEDGER}{name}"))]
    for name in names:
        try:
            study.table(name) if name in book.ledgers else study.built(name)
        except Skip:
            continue
        except Rejected as rejected:
            study.problems += rejected.problems
    for ledger in book.ledgers:
        if ledger in study.tables:  # not one that has a fault
            study.settle(study.tables[ledger])
    return study


def score(book: RuleBook, frames: Any, as_of: int, base: Outcome | None = None) -> Outcome:
    """Score typed ledger frames as of a day number (:func:`engine.scoring.run.run`).

    Raises :class:`Rejected` for faults of the rule book.
    """
    return run(book, frames, as_of, _with_lists, base)


def plan(book: RuleBook, frames: Mapping[str, Any], as_of: int, known: Known, backend: Backend) -> Study:
    """The plan of a rule book over typed ledgers, to be carried out by :func:`carried_out` on the same backend."""
    return lean_plan(book, frames, as_of, known, backend, study_of)


def listed(bulletin: str, name: str) -> str:
    """The column that says whether a unit is on a bulletin's list (名单), on the table of its period."""
    return f"{LISTED}{bulletin}.{name}"


def _with_lists(book: RuleBook, as_of: int, frames: Any, **data: Any) -> Study:
    """The study with a column more for every list of every bulletin; nothing is scored by them."""
    study = study_of(book, as_of, frames, **data)
    for bulletin in () if study.problems else book.bulletins.values():
        table = study.table(bulletin.period.value)
        for name, expression in bulletin.lists.items():
            table.add(listed(bulletin.name, name), study.condition(table, expression))
    return study


def check(study: Study) -> list[Problem]:
    """What can be said of a rule book before any record: names, cycles, measures, words, bounds."""
    with nw.unread():
        listed = [problem for bulletin in study.book.bulletins.values() for problem in _listed(study, bulletin)]
    return list(dict.fromkeys([*study.problems, *listed]))


def _listed(study: Study, bulletin: Bulletin) -> Iterator[Problem]:
    """A bulletin names only what there is."""
    known = {*study.entries, SCORE, *study.book.roster.fields}
    names = [*bulletin.columns, *(name for name, _ in bulletin.order), *filter(None, [bulletin.grouped_by])]
    for name in (*names, *bulletin.totals):
        if name not in known:
            hint = asked(name, known, "写一个指标、项目、结果或单位的列。")
            yield Problem("R05", f"「{bulletin.name}」里的“{name}”没有定义。", bulletin.place, hint)
    yield from _tallied(study, bulletin)
    for expression in bulletin.lists.values():
        mentioned = {atom.text for atom in expression.names}
        if study.stale is not None and SCORE not in mentioned and mentioned.isdisjoint(study.stale):
            continue  # as the base book says it, and that was found good
        try:
            study.condition(study.table(bulletin.period.value), expression)
        except Rejected as rejected:
            yield from rejected.problems
        except Skip:
            continue


def _tallied(study: Study, bulletin: Bulletin) -> Iterator[Problem]:
    """统计 and 附件 name ledgers, and columns of theirs."""
    wanted = [(t.ledger, [t.by] if t.by else []) for t in bulletin.tallies.values()]
    wanted += [(a.ledger, list(a.columns)) for a in bulletin.annexes.values()]
    for ledger, columns in wanted:
        if ledger not in study.book.ledgers:
            hint = asked(ledger, study.book.ledgers, "写一张台账的名字。")
            yield Problem("R05", f"「{bulletin.name}」里的台账“{ledger}”没有定义。", bulletin.place, hint)
            continue
        known = {*study.book.ledgers[ledger].fields, "单位"}
        known |= {item.name for item in study.book.items.values() if item.ledger == ledger}
        for name in columns:
            if name not in known:
                hint = asked(name, known, f"可写：{'、'.join(known)}。")
                yield Problem("R05", f"「{bulletin.name}」里的“{name}”不是台账“{ledger}”的列。", bulletin.place, hint)


def dry(book: RuleBook, as_of: int, base: Study | None = None) -> Study:
    """Every item of a rule book, built without data.

    ``base`` is a dry study of a book that this one is an alternative of: what neither
    changed nor asks for something changed is taken over, the rest is built anew.
    """
    with nw.unread():
        study = Study(book, as_of, table_maker(None, {}, {}, None), _build)
        if base is not None:
            take_over(study, base)
        return _built(study)


def _build(study: Study, name: str) -> None:
    entry = study.entries[name]
    if isinstance(entry, Part):
        build_part(study, entry)
    elif isinstance(entry, Item):
        _build_item(study, entry)
    else:
        build_step(study, entry)


def _build_item(study: Study, item: Item) -> None:
    if isinstance(item.mechanism, Collect):
        study.table(item.name)
        return
    table = study.table(study.home(item))
    column = MECHANISMS[type(item.mechanism)](study, table, item, item.mechanism)
    if item.rounding is not None:
        column = col.rounded(column, item.rounding)
    if item.when is not None and not isinstance(item.mechanism, _OWN_CONDITION):
        column = _where_it_holds(study, table, item, column)
    table.add(item.name, column)


def _unmet(item: Item) -> str:
    assert item.when is not None
    why = item.note or f"要“{item.when.text}”才计"
    return f"{why}（{'；'.join(item.clauses)}「{item.name}」）"


def _where_it_holds(study: Study, table: Table, item: Item, column: Column) -> Column:
    """当: elsewhere a number is 0 and anything else 不适用; or the row is 未计."""
    assert item.when is not None
    condition = study.condition(table, item.when).expr
    if item.uncounted:
        kept = f"~计{item.name}"
        table.then_with(condition.fill_null(False).alias(kept))
        study.gone.append(Gone(table.name, table.select(ROW, where=~nw.col(kept)), _unmet(item)))
        table.add(item.name, column)
        table.filter(nw.col(kept))
        return replace(table.columns.pop(item.name), expr=nw.col(item.name))
    if column.kind is Kind.NUMBER:
        expr = nw.when(condition).then(column.expr).otherwise(nw.when(~condition).then(nw.lit(0, nw.Int64)))
    else:
        expr = nw.when(condition).then(column.expr)
    other = 0 if column.kind is Kind.NUMBER else int(Absent.INAPPLICABLE)
    unknown = nw.when(condition.is_null()).then(nw.lit(int(Absent.PENDING), nw.Int8))
    reason = nw.when(~condition).then(nw.lit(other, nw.Int8)).otherwise(unknown.otherwise(nw.lit(0, nw.Int8)))
    absent = reason if column.absent is None else nw.when(condition).then(column.absent).otherwise(reason)
    divisors = None if column.divisors is None else column.divisors | {0}
    low, high = min(column.low, 0), max(column.high, 0)
    return replace(column, expr=expr, absent=absent, low=low, high=high, divisors=divisors, constant=None)
