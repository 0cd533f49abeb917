"""Alternatives of one rule book: only what a change reaches is built again."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import replace
from typing import TYPE_CHECKING

from engine import lazy as nw
from engine.rulebook import Collect, Item, Period, RuleBook
from engine.scoring.outcome import TIED
from engine.scoring.study import LEDGER, Mark, Study
from engine.scoring.table import CELL, DECIDED, HELD, OWN, Table, stored_names

if TYPE_CHECKING:
    import polars as pl


def take_over(study: Study, base: Study, scored: Mapping[str, pl.DataFrame] | None = None) -> None:
    """Copy the tables of ``base`` into ``study``, without the columns that a change reaches.

    ``base`` is a dry study or, with the frames ``scored`` from it, one over the same ledgers.
    """
    stale = study.stale = frozenset(_stale(study.book, base, rows=scored is not None))
    for name, table in base.tables.items():
        if f"{LEDGER}{name}" in stale:
            continue
        columns = {n: c for n, c in table.columns.items() if n.removesuffix(TIED) not in stale}
        kept = replace(table, columns=columns)
        if scored is not None:
            rows = _needed(scored[name], kept, stale, base)
            kept.frame = nw.from_native(rows.lazy())
            study.ready[name] = kept.frame, rows
        study.tables[name] = kept
    study.asked = {name: set(asked) for name, asked in base.asked.items() if name not in stale}
    if scored is not None:
        for marks, others in zip(study.marks, base.marks, strict=True):
            marks += [mark for mark in others if _stands(mark, stale)]
        study.marked = base.marked


def stale_in(book: RuleBook, base: Study, attributes: Set[str]) -> frozenset[str]:
    """What variants reach that have the base's roster and title: other items, other ``attributes`` of units."""
    return frozenset(_stale(book, base, rows=True, attributes=attributes))


def _stale(book: RuleBook, base: Study, *, rows: bool, attributes: Set[str] = frozenset()) -> set[str]:
    """What a change reaches; with ``rows`` also every table whose rows another 未计 picks."""
    stale = reached(changed(base.book, book) | attributes, base)
    items = [item for item in (*base.book.items.values(), *book.items.values()) if item.uncounted]
    while rows:
        picked = {f"{LEDGER}{item.ledger}" for item in items if _picks_otherwise(item, book, base, stale)} - stale
        if not picked:
            break
        stale = reached(stale | picked, base)
    return stale


def _picks_otherwise(item: Item, book: RuleBook, base: Study, stale: Set[str]) -> bool:
    """Whether a 未计 may leave out other rows now: it is written otherwise, or what it asks has changed."""
    if item.name not in stale:
        return False
    old, new = (b.items.get(item.name) for b in (base.book, book))
    if old is None or new is None or old.uncounted != new.uncounted or old.when is None or new.when is None:
        return True
    return old.when.text != new.when.text or any(base.real(atom.text) in stale for atom in new.when.names)


def _needed(frame: pl.DataFrame, table: Table, stale: Set[str], base: Study) -> pl.DataFrame:
    """The scored rows without what stale columns are stored in and without what was only worked with."""
    stored = {physical for name, column in table.columns.items() for physical in stored_names(name, column)}
    stored |= {mark.column for marks in base.marks for mark in marks if _stands(mark, stale)}
    stored |= {f"{mark}{name}" for name in base.entries if name not in stale for mark in (HELD, CELL, DECIDED)}
    return frame.select(name for name in frame.columns if name in stored or name.startswith(OWN))


def _stands(mark: Mark, stale: Set[str]) -> bool:
    """Whether rows singled out in the base are singled out here by the same."""
    return mark.maker not in stale and f"{LEDGER}{mark.table}" not in stale


def changed(old: RuleBook, new: RuleBook) -> set[str]:
    """Entries and ledgers that are not the same object in both; everything, if the frame of it all changed."""
    parts = {name for book in (old, new) for name in (*book.appraisal.parts, *(s.name for s in book.appraisal.steps))}
    names, sheets = {*old.items, *new.items}, {*old.ledgers, *new.ledgers}
    if old.title is not new.title or old.roster is not new.roster:
        return names | parts | {f"{LEDGER}{name}" for name in (*sheets, *names, *(p.value for p in Period))}
    ledgers = {f"{LEDGER}{name}" for name in sheets if new.ledgers.get(name) is not old.ledgers.get(name)}
    items = {name for name in names if new.items.get(name) is not old.items.get(name)}
    if old.appraisal is not new.appraisal:
        items |= parts
    accounts = {f"{LEDGER}{n}" for n in items for book in (old, new) if _is_account(book.items.get(n))}
    return items | ledgers | accounts


def _is_account(entry: object) -> bool:
    """Whether an entry is a table of its own, which may bear the name of no ledger; a part may."""
    return isinstance(entry, Item) and isinstance(entry.mechanism, Collect)


def reached(changes: set[str], base: Study) -> set[str]:
    """The changes and everything that, directly or not, asked for one of them."""
    stale, grew = set(changes), True
    while grew:
        more = {name for name, asked in base.asked.items() if name not in stale and not asked.isdisjoint(stale)}
        grew = bool(more)
        stale |= more | {f"{LEDGER}{name}" for name in more if _is_account(base.entries.get(name))}
    return stale
