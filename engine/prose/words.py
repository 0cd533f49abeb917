"""Numbers and cells in the words a 细则 prints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from engine.number import show
from engine.phrases import flattened, shown
from engine.rulebook import ABSENT_WORDS, CountOnly, Gather, Item, Ledger, Lookup, Row, RuleBook


@dataclass(frozen=True, slots=True)
class Roles:
    """Which items take points off, and which give them (扣2分, 得2分); the ledgers, to know what a column is."""

    taken: frozenset[str]
    given: frozenset[str]
    ledgers: Mapping[str, Ledger]

    @classmethod
    def of(cls, book: RuleBook) -> Roles:
        """What the parts and the steps of 得分 do with each item."""
        taken, given = set[str](), set[str]()
        for part in book.appraisal.parts.values():
            {"扣": taken, "得": given}.get(part.moved, set[str]()).update(part.by)
        for step in book.appraisal.steps:
            {"减": taken, "加": given}.get(step.verb, set[str]()).update(step.names)
        for names in (taken, given):
            _deepen(names, book)
        return cls(frozenset(taken), frozenset(given), book.ledgers)

    def points(self, name: str, value: Fraction) -> str:
        """A number of an item in its role."""
        if name in self.taken:
            return f"扣{show(value)}分"
        return f"得{show(value)}分" if name in self.given else show(value)


def _deepen(names: set[str], book: RuleBook) -> None:
    """With an item come those whose figures it merely passes on: what it adds up, counts, or takes from a table."""
    waiting = list(names)
    while waiting:
        item = book.items.get(waiting.pop())
        found = set(_passed_on(item)) - names if item is not None else set()
        names |= found
        waiting += found


def _passed_on(item: Item) -> Iterator[str]:
    match item.mechanism:
        case Gather(verb="合计", column=str() as column):
            yield column
        case CountOnly(value=value):
            yield value
        case Lookup(table=table, options=()):
            yield from (path[-1].result for path in flattened(table) if isinstance(path[-1].result, str))


def quoted(names: Iterable[str]) -> str:
    """“甲”“乙”."""
    return "".join(f"“{name}”" for name in names)


def cell(item: Item, row: Row, roles: Roles) -> str:
    """A cell of the table of an item; a time or a share with its unit, a column by its name."""
    if isinstance(row.result, Fraction):
        return roles.points(item.name, row.result) if row.measure == "数" else shown(row.result, row.measure)
    words = item.mechanism.options if isinstance(item.mechanism, Lookup) else ()
    result = str(row.result)
    return result if words or result in ("是", "否", *ABSENT_WORDS.values()) else f"取“{result}”"
