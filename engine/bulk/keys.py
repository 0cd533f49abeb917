"""Texts of which only equality is asked, as whole numbers: the same text of one office, the same number."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping

import polars as pl

from engine.bulk.files import Source
from engine.bulk.texts import alike
from engine.rulebook import Kind, RuleBook
from engine.scoring.table import OFFICE

_MOST = 2**32  # so many different texts


def number(
    book: RuleBook, frames: MutableMapping[str, pl.DataFrame], sources: Mapping[str, Source], offices: tuple[str, ...]
) -> dict[tuple[str, str], int]:
    """Put a number for every text of :func:`engine.bulk.texts.alike` in its place; other texts become texts.

    A name means the same in every ledger (衔接, 同), so its texts are numbered together. With many offices the
    number holds the office too, so that two offices never share one. Returns (ledger, name) → the largest
    number, 0 where some rows have none.
    """
    largest: dict[tuple[str, str], int] = {}
    same = alike(book)
    fields = [f for ledger in book.ledgers.values() for f in ledger.fields.values() if f.kind is Kind.TEXT]
    for name in dict.fromkeys(f.name for f in fields):
        where = [ledger for ledger in frames if name in book.ledgers[ledger].fields]
        where = [ledger for ledger in where if book.ledgers[ledger].fields[name].kind is Kind.TEXT]
        whole = all(_whole(frames[ledger][name]) for ledger in where if ledger in sources)
        for ledger in where:
            value = pl.col(name).cast(pl.String)
            if name in same:
                text = value if frames[ledger][name].dtype.is_integer() else pl.col(name)
                value = (pl.col(name) if whole else text.cast(pl.Categorical).to_physical()).cast(pl.Int64)
                value = pl.col(OFFICE) * _MOST + value if offices else value
            frames[ledger] = frames[ledger].with_columns(value.alias(name))
            if name in same:
                column = frames[ledger][name]
                largest[ledger, name] = 0 if column.null_count() else int(str(column.max() or 0))
    return largest


def _whole(values: pl.Series) -> bool:
    """Whether a text column holds whole numbers that can stand for themselves."""
    return values.dtype.is_integer() and bool(values.is_between(0, _MOST - 1).fill_null(value=True).all())
