"""The scored tables of all offices with the names people know, and the digest of the scores."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import polars as pl

from engine.column import Column
from engine.result import figure, shown
from engine.rulebook import ABSENT_WORDS, Kind, Rank, RuleBook
from engine.scoring import SCORE, TIED
from engine.scoring.table import ABSENT, OFFICE, OVER, PERIOD, UNIT

if TYPE_CHECKING:
    from engine.bulk import Bulk

REASON = "无值"


def scored(book: RuleBook, columns: Mapping[str, Column]) -> list[str]:
    """The columns of a table that the rule file names, in its order: 指标, 项目, the steps, 结果."""
    steps = [step.name for step in book.appraisal.steps]
    names = [*book.items, *book.appraisal.parts, *steps]
    tied = [f"{name}{TIED}" for name in names]
    return [name for pair in zip(names, tied, strict=True) for name in pair if name in columns]


def named(run: Bulk, table: str, names: Sequence[str]) -> pl.DataFrame:
    """A table of units with the names of offices and units, its figures exact.

    A number is whole, or has its denominator beside it (``名÷``); a word is its text, a day a date; where a column
    may be without a value, ``名无值`` says why. The last step is called 得分.
    """
    columns = run.sums.columns[table]
    frame = run.sums.frames[table].sort(UNIT, PERIOD)
    last = run.book.appraisal.steps[-1].name
    cells = [expr for name in names for expr in figure_of(name, columns[name], SCORE if name == last else name)]
    return frame.select(*whose(run, table), *cells)


def whose(run: Bulk, table: str) -> list[pl.Expr]:
    """县 (if there are offices), 单位 and, on tables finer than the appraisal, 期."""
    units = [unit.name for unit in run.book.roster.units]
    found = [pl.lit(pl.Series(units)).gather(pl.col(UNIT) % len(units)).alias("单位")]
    if run.by is not None:
        offices = pl.Series(list(run.intake.offices), dtype=pl.String)
        found.insert(0, pl.lit(offices).gather(pl.col(OFFICE)).alias(run.by))
    return found if table == run.table else [*found, pl.col(PERIOD).alias("期")]


def figure_of(name: str, column: Column, called: str = "") -> list[pl.Expr]:
    """The columns that say a figure exactly (:func:`named`)."""
    called = called or name
    found = [_readable(_valued(name, column), column).alias(called)]
    if column.over is not None:
        found.append(pl.col(name + OVER).alias(f"{called}÷"))
    elif column.kind is Kind.NUMBER and column.den != 1:
        found.append(pl.lit(column.den, pl.Int64).alias(f"{called}÷"))
    if column.absent is not None:
        words = {int(absent): word for absent, word in ABSENT_WORDS.items()}
        reason = pl.col(name + ABSENT).replace_strict(list(words), list(words.values()), default=None)
        found.append(reason.cast(pl.Enum(list(words.values()))).alias(f"{called}{REASON}"))
    return found


def _valued(name: str, column: Column) -> pl.Expr:
    value = pl.col(name)
    return value if column.absent is None else pl.when(pl.col(name + ABSENT) == 0).then(value)


def _readable(value: pl.Expr, column: Column) -> pl.Expr:
    if column.kind in (Kind.WORD, Kind.UNIT):
        return value.replace_strict(range(len(column.options)), column.options, default=None)
    if column.kind is Kind.DAY:
        return pl.from_epoch(value, "d")
    if column.kind is Kind.MOMENT:
        return pl.from_epoch(value * 60, "s")
    return value


# ---- the digest -------------------------------------------------------------------------------


def digest(run: Bulk) -> str:
    """SHA-256 over the lines ``县,单位,得分,名次,并列,总名次,…``, sorted by their bytes, a line feed after each.

    县 is left out where there is one office. After 得分 come the 名次 of the rule file in its order, the first with
    its 并列. Figures are the exact texts of scores.json (``62.5``, ``40/3``), 是 or 否, empty without a value.
    """
    names = _digested(run.book, run.columns)
    frame = run.sums.frames[run.table]
    cells = [*whose(run, run.table), *(_text(frame, name, run.columns[name]) for name in names)]
    lines = frame.select(pl.concat_str(cells, separator=",")).to_series().sort()
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def _digested(book: RuleBook, columns: Mapping[str, Column]) -> list[str]:
    ranks = [item.name for item in book.items.values() if isinstance(item.mechanism, Rank)]
    names = [book.appraisal.steps[-1].name, *ranks[:1], *(f"{name}{TIED}" for name in ranks[:1]), *ranks[1:]]
    return [name for name in names if name in columns]


def _text(frame: pl.DataFrame, name: str, column: Column) -> pl.Expr:
    """A figure's exact text; each different one is written once."""
    if column.kind is Kind.NUMBER and column.den == 1:
        return _valued(name, column).cast(pl.String).fill_null("")
    marks = ((OVER, column.over), (ABSENT, column.absent))
    stored = [name, *(name + mark for mark, expr in marks if expr is not None)]
    distinct = frame.select(stored).unique()
    words = [shown(figure(row, name, column)) or "" for row in distinct.iter_rows(named=True)]
    found = frame.select(stored).join(
        distinct.with_columns(pl.Series("文", words, dtype=pl.String)), on=stored, how="left", nulls_equal=True,
        maintain_order="left",
    )  # fmt: skip
    return pl.lit(found["文"])
