"""Several variants of a rule book as one: where they differ in a number, the number is read from a column."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from fractions import Fraction
from typing import Any

from engine.formula import Atom, Expression
from engine.number import Varied
from engine.rulebook import Appraisal, Interval, Kind, Part, Roster, Row, RuleBook
from engine.source import Span

PARAMETER = "#参"


class Unlike(Exception):
    """The variants differ in more than numbers, so that no plan computes them together."""


class Merged:
    """``book`` stands for all of ``books`` at once (the first is what the others are variants of).

    ``numbers``: what differs. ``attributes``: column of the roster → unit (index) → its value in each book.
    Raises :class:`Unlike`.
    """

    def __init__(self, books: Sequence[RuleBook]) -> None:
        self.numbers: list[Varied] = []
        self.attributes: dict[str, dict[int, tuple[Any, ...]]] = {}
        first = books[0]
        self._alike(books)
        items = {name: self._one([book.items[name] for book in books]) for name in first.items}
        appraisal = self._one([book.appraisal for book in books])
        self._rosters(books)
        self.book = replace(first, items=items, appraisal=appraisal)

    def _alike(self, books: Sequence[RuleBook]) -> None:
        first = books[0]
        for book in books[1:]:
            ledgers = all(book.ledgers[name] is first.ledgers[name] for name in book.ledgers if name in first.ledgers)
            same = book.title is first.title and ledgers and list(book.ledgers) == list(first.ledgers)
            if not same or list(book.items) != list(first.items):
                raise Unlike

    def _one(self, values: Sequence[Any]) -> Any:
        """What stands for all of several values in one place."""
        first = values[0]
        if all(value is first for value in values) or isinstance(first, Span):
            return first
        if any(type(value) is not type(first) for value in values):
            raise Unlike
        if isinstance(first, Fraction):
            return self._number(values)
        if is_dataclass(first):
            return self._record(first, values)
        if isinstance(first, tuple | Mapping):
            return self._several(first, values)
        if any(value != first for value in values):
            raise Unlike
        return first

    def _several(self, first: Any, values: Sequence[Any]) -> Any:
        if isinstance(first, tuple):
            if any(len(value) != len(first) for value in values):
                raise Unlike
            return tuple(map(self._one, zip(*values, strict=True)))
        if any(list(value) != list(first) for value in values):
            raise Unlike
        return {key: self._one([value[key] for value in values]) for key in first}

    def _number(self, values: Sequence[Fraction]) -> Fraction:
        if all(value == values[0] for value in values):
            return values[0]
        known = next((n for n in self.numbers if n.values == tuple(values)), None)
        if known is None:
            known = Varied(f"{PARAMETER}{len(self.numbers)}", values)
            self.numbers.append(known)
        return known

    def _record(self, first: Any, values: Sequence[Any]) -> Any:
        if isinstance(first, Expression):
            return self._expression(first, values)
        spelt = _SPELT.get(type(first), frozenset())
        if isinstance(first, Row) and any(value.interval is None for value in values):
            spelt = frozenset()
        if isinstance(first, Atom) and first.kind != "number":
            spelt = frozenset()
        parts = {f.name: self._one([getattr(value, f.name) for value in values])
                 for f in fields(first) if f.name not in spelt}  # fmt: skip
        changed = {name: part for name, part in parts.items() if part is not getattr(first, name)}
        return replace(first, **changed) if changed else first

    def _expression(self, first: Expression, values: Sequence[Expression]) -> Expression:
        if all(value.text == first.text for value in values):
            return first
        shape = ast.dump(first.tree)
        if any(ast.dump(value.tree) != shape for value in values):
            raise Unlike
        return replace(first, atoms=self._one([value.atoms for value in values]))

    def _rosters(self, books: Sequence[RuleBook]) -> None:
        first = books[0].roster
        names = {name for book in books for name in other_attributes(first, book.roster)}
        for name in sorted(names):
            for number, lines in enumerate(zip(*(book.roster.units for book in books), strict=True)):
                values = tuple(unit.values.get(name) for unit in lines)
                if any(value != values[0] for value in values):
                    self.attributes.setdefault(name, {})[number] = values


def other_attributes(roster: Roster, other: Roster) -> frozenset[str]:
    """The columns of numbers that are other ones on another roster of the same units. Raises :class:`Unlike`."""
    if roster is other:
        return frozenset()
    if roster.fields != other.fields or roster.classified_by != other.classified_by:
        raise Unlike
    found: set[str] = set()
    for one, two in zip(roster.units, other.units, strict=False):
        if one is two:
            continue
        if (one.name, one.aliases) != (two.name, two.aliases):
            raise Unlike
        found |= {name for name in one.values if one.values[name] != two.values[name]}
    if len(roster.units) != len(other.units) or any(roster.fields[name].kind is not Kind.NUMBER for name in found):
        raise Unlike
    return frozenset(found)


# What is only how a number is written.
_SPELT: dict[type, frozenset[str]] = {
    Part: frozenset({"places"}), Appraisal: frozenset({"places"}),
    Row: frozenset({"label"}), Interval: frozenset({"text"}), Atom: frozenset({"text"}),
}  # fmt: skip
