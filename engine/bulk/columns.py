"""One column of a Parquet ledger as whole numbers, without Python looking at a cell.

Words, units, 是否 and days say few different things: their texts are found in one list each.
What is not found at once (an alias, blanks at the ends, a date in another writing, a fault)
becomes :data:`DOUBT` and is judged text by text as in every ledger (:func:`settle`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from engine.ledger.cells import BLANKS, INVISIBLE, MOST_NUMBER, Fault
from engine.ledger.records import MOST_WRONG, judge_of
from engine.ledger.sheets import as_text
from engine.rulebook import Field, Kind, Roster, Title

DOUBT = -1
_NUMBER_DOUBT = -(2**62)
_PLAIN = r"^-?[0-9]{1,15}(\.[0-9]{1,%d})?$"
_MINUTE = 60_000_000  # microseconds
_TEXTUAL = (pl.String, pl.Categorical, pl.Enum, pl.Null)


@dataclass(frozen=True, slots=True)
class Judged:
    """A column after every doubtful text was judged: its values, and why which rows are refused."""

    values: pl.Series
    faults: dict[str, Fault]
    doubtful: pl.DataFrame  # 行 and the text (``文``) of the refused rows
    endless: bool = False  # more different faults than are worth telling


def doubt(f: Field) -> int:
    """What stands for a cell not read yet."""
    return _NUMBER_DOUBT if f.kind is Kind.NUMBER else DOUBT


def coded(f: Field, dtype: pl.DataType, roster: Roster, title: Title) -> pl.Expr:
    """A column as the plan takes it, doubtful cells marked. Not for TEXT."""
    raw = pl.col(f.name)
    if f.kind in (Kind.WORD, Kind.UNIT, Kind.FLAG) and isinstance(dtype, _TEXTUAL):
        words = {Kind.UNIT: [unit.name for unit in roster.units], Kind.FLAG: ["否", "是"]}.get(f.kind, f.options)
        value = _place_in(raw, words)
    elif f.kind is Kind.DAY and isinstance(dtype, _TEXTUAL):
        first = title.start - dt.timedelta(days=1)
        days = [title.start + dt.timedelta(days=n) for n in range((title.end - title.start).days + 1)]
        value = _place_in(raw, [day.isoformat() for day in days]).cast(pl.Int64) + (
            (first - dt.date(1970, 1, 1)).days + 1
        )
    else:
        value = _typed(f, raw, dtype)
    return _blank_as_said(f, raw, value, dtype, roster).alias(f.name)


def _place_in(raw: pl.Expr, words: Sequence[str]) -> pl.Expr:
    """The position of a text in a list; null where it is not there."""
    at = raw.cast(pl.Enum(list(words)), strict=False).to_physical()
    return at.cast(pl.Int8 if len(words) < 2**7 else pl.Int64)


def _typed(f: Field, raw: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Days, moments, numbers and 是否 as Parquet types them; null where the text has to be judged."""
    if f.kind is Kind.FLAG and dtype == pl.Boolean:
        return raw.cast(pl.Int8)
    if f.kind is Kind.DAY and dtype == pl.Date:
        return raw.to_physical().cast(pl.Int64)
    if f.kind is Kind.MOMENT:
        return _minutes(raw, dtype)
    if f.kind is Kind.NUMBER:
        return _scaled(f, raw, dtype)
    return pl.lit(None, pl.Int64)


def _minutes(raw: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    when = raw
    if isinstance(dtype, _TEXTUAL):
        when = raw.cast(pl.String).str.to_datetime("%Y-%m-%d %H:%M", time_unit="us", strict=False)
    elif not isinstance(dtype, pl.Datetime):
        return pl.lit(None, pl.Int64)
    ticks = when.cast(pl.Datetime("us")).to_physical()
    return pl.when(ticks % _MINUTE == 0).then(ticks // _MINUTE)


def _scaled(f: Field, raw: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    scale = 10**f.decimals
    if dtype.is_integer():
        return pl.when(raw.cast(pl.Int64).is_between(-MOST_NUMBER // scale, MOST_NUMBER // scale)).then(
            raw.cast(pl.Int64) * scale
        )
    text = raw.cast(pl.String)
    plain = text.str.contains(_PLAIN % f.decimals) if f.decimals else text.str.contains(r"^-?[0-9]{1,15}$")
    exact = pl.when(plain).then(text).cast(pl.Decimal(38, f.decimals), strict=False)
    value = (exact * scale).cast(pl.Int64, strict=False)
    return pl.when(value.abs() <= MOST_NUMBER).then(value)


def _blank_as_said(f: Field, raw: pl.Expr, value: pl.Expr, dtype: pl.DataType, roster: Roster) -> pl.Expr:
    """A blank cell is what the rule file says (空); without that it is doubtful, and told as blank."""
    if f.blank is None:
        return value.fill_null(doubt(f))
    blank = raw.is_null() | (raw.cast(pl.String) == "") if isinstance(dtype, _TEXTUAL) else raw.is_null()
    said = judge_of(f, roster)(f.blank) if isinstance(f.blank, str) else None
    if isinstance(said, Fault):
        return value.fill_null(doubt(f))
    return pl.when(blank).then(pl.lit(None if said is None else int(said))).otherwise(value.fill_null(doubt(f)))


def plain(f: Field, dtype: pl.DataType) -> pl.Expr:
    """A TEXT column: whole numbers stay, texts are told apart by Polars' own numbers for them."""
    if dtype.is_integer():
        return pl.col(f.name).cast(pl.Int64)
    text = pl.col(f.name) if isinstance(dtype, _TEXTUAL) else as_text(f.name, dtype)
    return text.cast(pl.Categorical).alias(f.name)


def trimmed(f: Field, values: pl.Series) -> pl.Series:
    """Without blanks at both ends; a blank text is what the rule file says (空), or none."""
    words = values.unique().cast(pl.String).drop_nulls()
    if not (words.str.strip_chars(BLANKS) != words).any() and not (words == "").any() and f.blank is None:
        return values
    text = values.cast(pl.String).str.strip_chars(BLANKS).replace({"": None})
    said = f.blank if isinstance(f.blank, str) else None
    return (text if said is None else text.fill_null(said)).cast(pl.Categorical)


def unread(f: Field, frame: pl.DataFrame) -> pl.DataFrame:
    """The rows (行) whose text (文) is missing where it must not be, or holds characters nobody sees."""
    words = frame[f.name].unique().cast(pl.String).drop_nulls()
    unseen = words.filter(words.str.contains(INVISIBLE)).to_list()
    if not unseen and (f.blank is not None or not frame[f.name].null_count()):
        return pl.DataFrame(schema={"行": pl.Int64, "文": pl.String})
    text = frame.select("行", pl.col(f.name).cast(pl.String).alias("文"))
    missing = pl.col("文").is_null() if f.blank is None else pl.lit(value=False)
    return text.filter(missing | pl.col("文").is_in(unseen)).with_columns(pl.col("文").fill_null(""))


# ---- what was doubtful --------------------------------------------------------------------


def settle(f: Field, values: pl.Series, text: pl.Series, rows: pl.Series, roster: Roster) -> Judged:
    """The doubtful cells judged by their texts, each different one once."""
    doubtful = (values == doubt(f)).fill_null(value=False)
    asked = text.filter(doubtful)
    known, faults = _judged(f, asked.unique(), roster)
    found = asked.replace_strict(list(known), list(known.values()), default=doubt(f), return_dtype=pl.Int64)
    settled = values.cast(pl.Int64).scatter(doubtful.arg_true(), found).cast(values.dtype)
    refused = (settled == doubt(f)).fill_null(value=False)
    places = pl.DataFrame({"行": rows.filter(refused), "文": text.filter(refused)})
    return Judged(settled, faults, places, len(faults) >= MOST_WRONG)


def _judged(f: Field, texts: pl.Series, roster: Roster) -> tuple[dict[str, int | None], dict[str, Fault]]:
    judge = judge_of(f, roster)
    known: dict[str, int | None] = {}
    faults: dict[str, Fault] = {}
    for text in texts.sort():
        plain = text.strip(BLANKS)
        if plain == "" and f.blank is not None and not isinstance(f.blank, str):
            known[text] = None
            continue
        value = judge(plain or f.blank) if isinstance(f.blank, str) else judge(plain)
        if not isinstance(value, Fault):
            known[text] = int(value)
        elif len(faults) < MOST_WRONG:
            faults[text] = value
    return known, faults


def texts_of(scan: pl.LazyFrame, f: Field, dtype: pl.DataType) -> pl.Series:
    """A whole column as its user would see it."""
    return scan.select(as_text(f.name, dtype)).collect().to_series()
