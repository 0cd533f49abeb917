"""Which cases can be scored in one run: those that speak of different units and different items.

A year's ledgers hold 48 units that do not touch each other, so cases that share no unit
and no number come out the same together as alone, and a hundred cost a few runs. A case that
differs when run with others is run once more alone (:mod:`engine.trial`), and that decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from engine.rulebook import ABSENT_WORDS, Absent, CountOnly, Gather, Rank, RuleBook, Running
from engine.rulebook import Kind as Holds
from engine.rulebook import Sequence as Nth
from engine.scoring import TIED
from engine.trial.case import Case, Kind

Words = frozenset[tuple[str, str]]


def batches(book: RuleBook, cases: Sequence[Case]) -> list[list[Case]]:
    """The cases in runs: each run of one day and one scale, no two cases of it meeting."""
    keys, apart = _joining(book)
    runs: list[tuple[object, set[tuple[str, str]], list[Case]]] = []
    for case in cases:
        words = words_of(book, case, keys)
        alone = apart or case.apart or of_all(book, case)
        asked = (case.as_of, case.scale_to)
        found = None if alone else next((r for r in runs if r[0] == asked and r[1].isdisjoint(words)), None)
        if found is None:
            runs.append((None if alone else asked, set(words), [case]))
        else:
            found[1].update(words)
            found[2].append(case)
    return [together for _, _, together in runs]


def words_of(book: RuleBook, case: Case, keys: Mapping[str, list[str]]) -> Words:
    """The units and numbers a case speaks of."""
    aliases = {alias: unit.name for unit in book.roster.units for alias in unit.aliases}
    found = {("", unit) for unit in case.units}
    for name, lines in case.lines.items():
        if name not in book.ledgers:
            continue  # told when it is run
        order = list(book.ledgers[name].fields)
        for line in lines:
            cells = line.named(order)
            found |= {("", aliases.get(cells[key], cells[key])) for key in keys[name] if cells.get(key)}
    return frozenset(found)


def _joining(book: RuleBook) -> tuple[dict[str, list[str]], bool]:
    """Ledger → its columns that join rows to each other; and whether some rule joins rows by something else."""
    sames = [set(same) for same in _sames(book) if same]
    fields = [f for ledger in book.ledgers.values() for f in ledger.fields.values()]
    units = {f.name for f in fields if f.kind is Holds.UNIT}
    texts = {f.name for f in fields if f.kind is Holds.TEXT}.intersection(set().union(*sames))
    keys = {ledger.name: [name for name in ledger.fields if name in units | texts] for ledger in book.ledgers.values()}
    return keys, any(same.isdisjoint(units | texts) for same in sames)


def _sames(book: RuleBook) -> Iterator[tuple[str, ...]]:
    """The columns of everything that brings rows together."""
    for ledger in book.ledgers.values():
        yield ledger.unique
        if ledger.link is not None:
            yield ledger.link.same
    for item in book.items.values():
        if isinstance(item.mechanism, CountOnly | Gather | Nth | Running):
            yield item.mechanism.same


def of_all(book: RuleBook, case: Case) -> bool:
    """Whether the case asks for something that all units decide together (a rank), or that is not told per row."""
    ranks = {name for item in book.items.values() if isinstance(item.mechanism, Rank)
             for name in (item.name, f"{item.name}{TIED}")}  # fmt: skip
    pending = ABSENT_WORDS[Absent.PENDING]
    return any(
        (claim.name in ranks and claim.wanted != pending)
        or (claim.kind is Kind.COLUMN and claim.name.partition(".")[0] not in book.ledgers)
        for claim in case.claims
    )
