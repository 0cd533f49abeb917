"""Which text columns are read, and which of them only to see whether two are the same."""

from __future__ import annotations

from collections.abc import Iterator

from engine.formula import Expression
from engine.rulebook import AsNumber, Consequence, Field, Formula, Gather, Kind, Lookup, RuleBook
from engine.scoring.study import Entry


def alike(book: RuleBook) -> frozenset[str]:
    """Text columns of which only equality is asked (同, 衔接, 种数, 唯一): a number stands for each text."""
    return _compared(book) - valued(book)


def valued(book: RuleBook) -> frozenset[str]:
    """Text columns whose words some rule reads."""
    names = {atom.text for expression in _expressions(book) for atom in expression.names}
    for item in book.items.values():
        if isinstance(item.mechanism, AsNumber):
            names.add(item.mechanism.column)
        elif isinstance(item.mechanism, Lookup):
            names |= set(item.mechanism.keys)
    return frozenset(names & _texts(book))


def looked_at(book: RuleBook, f: Field) -> bool:
    """Whether a column is looked at: all but free text that no rule reads."""
    return f.kind is not Kind.TEXT or f.name in alike(book) | valued(book)


def _texts(book: RuleBook) -> set[str]:
    return {f.name for ledger in book.ledgers.values() for f in ledger.fields.values() if f.kind is Kind.TEXT}


def _compared(book: RuleBook) -> frozenset[str]:
    names: set[str] = set()
    for ledger in book.ledgers.values():
        names |= set(ledger.unique)
        if ledger.link is not None:
            names |= {*ledger.link.same, *ledger.link.take}
    for item in book.items.values():
        names |= set(getattr(item.mechanism, "same", ()))
        names |= set(getattr(item.mechanism, "carry", ()))
        if isinstance(item.mechanism, Gather) and item.mechanism.column:
            names.add(item.mechanism.column)
    return frozenset(names & _texts(book))


def _expressions(book: RuleBook) -> Iterator[Expression]:
    """Every expression of a rule book."""
    entries: tuple[Entry, ...] = (*book.items.values(), *book.appraisal.parts.values(), *book.appraisal.steps)
    yield from (entry.when for entry in entries if entry.when is not None)
    for part in book.appraisal.parts.values():
        if part.applies is not None:
            yield part.applies
    for item in book.items.values():
        if isinstance(item.mechanism, Formula):
            yield item.mechanism.expression
        elif isinstance(item.mechanism, Consequence) and item.mechanism.decision is not None:
            yield item.mechanism.decision.when
