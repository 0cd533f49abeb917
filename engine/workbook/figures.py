"""A unit's figures as cells: one period of them, rates as percentages, names of periods."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from engine.result import Figure, Result, Unit
from engine.rulebook import Absent, Consequence, Formula, Item, Period, Rank, RuleBook, Scaled
from engine.scoring import SCORE, TIED
from engine.workbook.content import Content, Rate

_ORDER = tuple(Period)


def at(value: Figure | dict[str, Figure], number: int) -> Figure:
    """A figure of one appraisal period: the whole where there is one, else that period's."""
    return value[str(number)] if isinstance(value, dict) else value


def is_rate(result: Result, name: str, period: Period) -> bool:
    """Whether a column is a 比率."""
    columns = result.outcome.columns.get(period.value, {})
    return name in columns and columns[name].measure == "比率"


def cell(unit: Unit, name: str, period: Period, number: int) -> Content:
    """A named figure of the unit: a column of the period, or an attribute such as its quota."""
    if name not in unit.result.outcome.columns[period.value] and name in unit.book.roster.fields:
        value = unit.book.roster.units[unit.number].values.get(name)
        return Absent.NONE if value is None else value
    return content(unit.result, name, period, unit.figure(name, period, number))


def content(result: Result, name: str, period: Period, value: Figure) -> Content:
    """A figure as it is, a 比率 as a percentage."""
    rate = isinstance(value, Fraction) and is_rate(result, name, period)
    return Rate(value) if rate and isinstance(value, Fraction) else value


def measures(book: RuleBook, period: Period) -> list[Item]:
    """The 指标 of a period, in the order written."""
    return [i for i in book.items.values() if i.section == "指标" and i.period is period]


def finer(book: RuleBook) -> list[Period]:
    """The periods shorter than the appraisal's that something is measured by, coarse to fine."""
    used = {i.period for i in book.items.values()} | {p.period for p in book.appraisal.parts.values()}
    return [p for p in _ORDER[_ORDER.index(book.appraisal.period) + 1 :] if p in used]


def ranks(book: RuleBook) -> list[tuple[Item, Rank]]:
    """The 名次 items of the appraisal's period."""
    found = [(i, i.mechanism) for i in book.items.values() if i.section == "结果" and i.period is book.appraisal.period]
    return [(item, mechanism) for item, mechanism in found if isinstance(mechanism, Rank)]


def verdicts(book: RuleBook) -> list[Item]:
    """Other 结果 of the appraisal's period, such as 考核结论."""
    apart = (Rank, Consequence, Scaled)
    found = [i for i in book.items.values() if i.section == "结果" and i.period is book.appraisal.period]
    return [item for item in found if not isinstance(item.mechanism, apart)]


def tied(unit: Unit, rank: Item, number: int) -> str:
    """并列 where the rank is shared."""
    return TIED if unit.figure(f"{rank.name}{TIED}", unit.period, number) is True else ""


def vetoes(unit: Unit, number: int) -> list[str]:
    """The 归零 conditions that hold in one appraisal period."""
    names = [n for s in unit.book.appraisal.steps if s.verb == "归零" for n in s.names]
    return [n for n in names if unit.figure(n, unit.period, number) is True]


def key_figures(result: Result) -> list[str]:
    """What a ranking shows beside the score: the rates and what they are made of, then what ranks are decided by."""
    book = result.book
    names = [n for i in measures(book, book.appraisal.period) for n in _made_of(result, i)]
    names += [name for _, rank in ranks(book) for name, _ in rank.keys if name != SCORE]
    return list(dict.fromkeys(names))


def _made_of(result: Result, item: Item) -> Iterator[str]:
    period = result.book.appraisal.period
    if is_rate(result, item.name, period) and isinstance(item.mechanism, Formula):
        known = result.outcome.columns[period.value].keys() | result.book.roster.fields.keys()
        yield from (atom.text for atom in item.mechanism.expression.names if atom.text in known)
        yield item.name
