"""Quotas that must agree: four quarters make the year for every unit; the lines make the total printed under them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from engine.checks.subject import UNIT, Subject, quotient, told
from engine.number import show
from engine.rulebook import Gather, Item, Period, Unit
from engine.source import Problem, Severity

_SHOWN = 5  # units told by name


@dataclass(frozen=True, slots=True)
class Quota:
    """An attribute that divides a sum: its item, the attribute, the period, and what is summed."""

    item: Item
    attribute: str
    period: Period
    summed: tuple[str | None, str | None, str]


def quotas(subject: Subject) -> Iterator[Problem]:
    """Quotas for the same points: the short ones add up to the long one, or somebody mistyped one of them."""
    found = list(_quotas(subject))
    for one, other in itertools.permutations(found, 2):
        times, rest = divmod(len(subject.study.stretches[one.period]), len(subject.study.stretches[other.period]))
        if one.summed == other.summed and one.attribute != other.attribute and times > 1 and not rest:
            yield from _unequal(subject, one, other, times)


def totals(subject: Subject) -> Iterator[Problem]:
    """合计: what is printed under a column of the roster is what its lines come to, or a line is mistyped."""
    roster = subject.book.roster
    for name, (printed, place) in roster.totals.items():
        values = [v for unit in roster.units if isinstance(v := unit.values.get(name), Fraction)]
        if (total := sum(values, Fraction(0))) != printed:
            apart = f"相差 {show(abs(total - printed))}"
            detail = f"“{name}”逐行加起来是 {show(total)}，合计印的是 {show(printed)}，{apart}。"
            hint = "核对各行；原件就加错了的，照录。"
            yield Problem("R122", detail, place, hint, f"单位「{name}」", Severity.WARNING)


def numbering(subject: Subject) -> Iterator[Problem]:
    """A column that numbers the units 1, 2, 3 … has no gap, or a unit was lost on the way."""
    roster = subject.book.roster
    for name in roster.fields:
        values = [unit.values.get(name) for unit in roster.units]
        numbers = {int(v) for v in values if isinstance(v, Fraction) and v.denominator == 1}
        missing = sorted(set(range(1, max(numbers, default=0))) - numbers)
        if len(numbers) == len(values) > 2 and min(numbers) == 1 and 0 < len(missing) <= _SHOWN:
            detail = f"“{name}”从 1 排到 {max(numbers)}，中间没有 {'、'.join(map(str, missing))}。"
            hint = "漏了单位的，照原件补上；本来就不连着的，不用改。"
            yield Problem("R123", detail, roster.place, hint, f"单位「{name}」", Severity.WARNING)


def _quotas(subject: Subject) -> Iterator[Quota]:
    for item in subject.items():
        divided = quotient(item)
        source = subject.book.items.get(divided[0]) if divided else None
        if divided and source and isinstance(source.mechanism, Gather) and divided[1] in subject.book.roster.fields:
            when = source.when.text if source.when is not None else ""
            if item.period is not None:
                yield Quota(item, divided[1], item.period, (source.mechanism.ledger, source.mechanism.column, when))


def _unequal(subject: Subject, short: Quota, long: Quota, times: int) -> Iterator[Problem]:
    odd = [unit for unit in subject.book.roster.units if not _equal(unit, short, long, times)]
    if not odd:
        return
    named = "；".join(_said(unit, short, long, times) for unit in odd[:_SHOWN])
    more = f"；等{len(odd)}个单位" if len(odd) > _SHOWN else ""
    detail = f"{short.attribute} × {times} 应等于{long.attribute}：{named}{more}。"
    notes = [(unit.name, unit.place) for unit in odd[1:_SHOWN]]
    about = (short.attribute, long.attribute, *(f"{UNIT}{unit.name}" for unit in odd))
    yield told("R121", short.item, odd[0].place, detail, "核对这些单位的任务。", Severity.WARNING, notes, about)


def _equal(unit: Unit, short: Quota, long: Quota, times: int) -> bool:
    little, much = unit.values.get(short.attribute), unit.values.get(long.attribute)
    return little * times == much if isinstance(little, Fraction) else little == much


def _said(unit: Unit, short: Quota, long: Quota, times: int) -> str:
    little, much = (_text(unit.values.get(name)) for name in (short.attribute, long.attribute))
    return f"{unit.name} {little} × {times} ≠ {much}"


def _text(value: Fraction | str | None) -> str:
    return show(value) if isinstance(value, Fraction) else "（空）"
