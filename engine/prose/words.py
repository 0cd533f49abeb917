"""Numbers, bands and cells in the words a 细则 prints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from engine.checks.line import shown
from engine.column import MINUTES
from engine.explanation.sentences import flattened
from engine.number import show
from engine.rulebook import ABSENT_WORDS, CountOnly, Gather, Interval, Item, Ledger, Lookup, Row, RuleBook


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


def span(interval: Interval) -> str:
    """A band as the text prints it: 75%（含）—100%（不含）."""
    low, high = (None if edge is None else _edge(edge, interval) for edge in (interval.low, interval.high))
    below, above = (("含" if closed else "不含") for closed in (interval.low_closed, interval.high_closed))
    if low is None or high is None:
        return f"{low}（{below}）以上" if low is not None else f"{high}（{above}）以下"
    return low if interval.low == interval.high else f"{low}（{below}）—{high}（{above}）"


def _edge(edge: Fraction, interval: Interval) -> str:
    """Days stay days where the rule says 天."""
    in_days = interval.measure == "时长" and "天" in interval.text and edge % MINUTES == 0
    return f"{show(edge / MINUTES)}天" if in_days else shown(edge, interval.measure)


def key(row: Row) -> str:
    """The label of a row of a table."""
    return row.label if row.interval is None else span(row.interval)


def cell(item: Item, row: Row, roles: Roles) -> str:
    """A cell of the table of an item; a time or a share with its unit, a column by its name."""
    if isinstance(row.result, Fraction):
        return roles.points(item.name, row.result) if row.measure == "数" else shown(row.result, row.measure)
    words = item.mechanism.options if isinstance(item.mechanism, Lookup) else ()
    result = str(row.result)
    return result if words or result in ("是", "否", *ABSENT_WORDS.values()) else f"取“{result}”"
