"""Alternatives of one rule book: only what a change reaches is built again."""

from __future__ import annotations

from dataclasses import replace

from engine.rulebook import Period, RuleBook
from engine.scoring.outcome import TIED
from engine.scoring.study import LEDGER, Study


def take_over(study: Study, base: Study) -> None:
    """Copy the dry tables of ``base`` into ``study``, without the columns that a change reaches."""
    stale = study.stale = frozenset(_reached(study, base))
    for name, table in base.tables.items():
        if f"{LEDGER}{name}" in stale:
            continue
        columns = {n: c for n, c in table.columns.items() if n.removesuffix(TIED) not in stale}
        study.tables[name] = replace(table, columns=columns)
    study.asked = {name: set(asked) for name, asked in base.asked.items() if name not in stale}


def _reached(study: Study, base: Study) -> set[str]:
    """What differs and what it reaches; where 否则: 未计 takes rows out of a ledger, all of that ledger."""
    stale = reached(changed(base.book, study.book), base)
    emptied = {i.ledger for b in (base.book, study.book) for i in b.items.values() if i.uncounted and i.name in stale}
    return reached(stale | {f"{LEDGER}{name}" for name in emptied}, base) if emptied else stale


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
    accounts = {f"{LEDGER}{n}" for n in items}
    return items | ledgers | accounts


def reached(changes: set[str], base: Study) -> set[str]:
    """The changes and everything that, directly or not, asked for one of them."""
    stale, grew = set(changes), True
    while grew:
        more = {name for name, asked in base.asked.items() if name not in stale and not asked.isdisjoint(stale)}
        grew = bool(more)
        stale |= more | {f"{LEDGER}{name}" for name in more}
    return stale
