"""The readings awaiting a ruling that a bulletin rests on: those about a clause that any figure of it carries out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from engine.formula import Expression
from engine.rulebook import Bulletin, Item, Part, Reading, RuleBook, Step
from engine.scoring import SCORE

Entry = Item | Part | Step


def doubtful(book: RuleBook, bulletin: Bulletin) -> list[Reading]:
    """Those 待裁定, in the order written."""
    entries: dict[str, Entry] = {**book.items, **book.appraisal.parts, **{s.name: s for s in book.appraisal.steps}}
    clauses = {clause for name in _reached(book, entries, bulletin) for clause in entries[name].clauses}
    return [r for r in book.readings.values() if r.undecided and clauses & set(r.clauses)]


def _reached(book: RuleBook, entries: dict[str, Entry], bulletin: Bulletin) -> set[str]:
    """Every entry that the columns, the order and the lists of a bulletin are computed from."""
    waiting = [*bulletin.columns, *(name for name, _ in bulletin.order)]
    waiting += [atom.text for e in bulletin.lists.values() for atom in e.names]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name == SCORE:
            waiting += [step.name for step in book.appraisal.steps]
        elif name in entries and name not in found:
            found.add(name)
            waiting += _mentioned(entries[name])
    return found


def _mentioned(value: Any) -> Iterator[str]:
    """Every text in an entry that may be a name; 台账.列 names its column."""
    match value:
        case str():
            yield value.rpartition(".")[2]
        case Expression():
            yield from (atom.text for atom in value.names)
        case dict():
            for key, inner in value.items():
                yield from _mentioned(key)
                yield from _mentioned(inner)
        case tuple() | list():
            for inner in value:
                yield from _mentioned(inner)
        case _ if is_dataclass(value):
            for spec in fields(value):
                if spec.name not in ("place", "places", "clauses", "name", "section", "note"):
                    yield from _mentioned(getattr(value, spec.name))
