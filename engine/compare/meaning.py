"""What a rule book computes, without how it is written: places, wording and spelling left out."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from engine.formula import Expression
from engine.rulebook import Interval, Row, RuleBook, Scaled
from engine.scoring import Study
from engine.scoring.study import LEDGER
from engine.source import Span

TITLE, ROSTER, FULL = "细则", "单位", "考评"
_WORDS = {"place", "places", "key", "note", "clauses"}


def computing(book: RuleBook) -> dict[str, Any]:
    """Everything that takes part in computing, by name: items, parts, steps, ledgers, and the frame of it all."""
    appraisal, title, roster = book.appraisal, book.title, book.roster
    order = tuple(step.name for step in appraisal.steps)
    return {
        **book.items, **appraisal.parts, **{step.name: step for step in appraisal.steps},
        **{f"{LEDGER}{name}": ledger for name, ledger in book.ledgers.items()},
        TITLE: (title.start, title.end, title.month_end), ROSTER: (roster.fields, roster.units, roster.classified_by),
        FULL: (appraisal.period, appraisal.full, order),
    }  # fmt: skip


def changed(old: RuleBook, new: RuleBook) -> set[str]:
    """The names whose meaning is not the same in both."""
    before, after = computing(old), computing(new)
    return {name for name in before.keys() | after.keys() if not _same(before.get(name), after.get(name))}


def _same(a: Any, b: Any) -> bool:
    return a is b or meaning(a) == meaning(b)


def meaning(value: Any) -> Any:  # noqa: PLR0911 - one kind of value, one line
    """A value of a rule book as plain values that are equal where two mean the same."""
    match value:
        case Span():
            return None
        case Expression():
            atoms = [
                (atom.kind, atom.number if atom.kind == "number" else atom.text, atom.measure) for atom in value.atoms
            ]
            return ast.dump(value.tree), atoms
        case Interval():
            return value.low, value.low_closed, value.high, value.high_closed, value.measure
        case Row() if value.interval is not None:
            return meaning(value.interval), meaning(value.result), value.measure
        case Mapping():
            return {name: meaning(part) for name, part in value.items()}
        case tuple() | list():
            return [meaning(part) for part in value]
    if is_dataclass(value):
        own = [f.name for f in fields(value) if f.name not in _WORDS]
        return type(value).__name__, [(name, meaning(getattr(value, name))) for name in own]
    return value


def upstream(study: Study, names: Iterable[str]) -> set[str]:
    """The ledgers from which figures flow into some entries."""
    front, seen = set(names), set[str]()
    while front:
        seen |= front
        front = {asked for name in front for asked in study.asked.get(name, ())} - seen
    known = {f"{LEDGER}{name}": name for name in study.book.ledgers}
    return {known[name] for name in seen if name in known}


def scaled(book: RuleBook) -> set[str]:
    """The items that look at the full marks of it all."""
    return {item.name for item in book.items.values() if isinstance(item.mechanism, Scaled)}
