"""Whether a limit itself counts: 超过、以上、不足、（含） of the text against ≥ ＞ and the brackets of the rules.

At a limit only one thing can differ between text and rule: whether the limit goes with the
smaller values (超过2次: two do not count) or with the larger (75%（含）以上: 75% counts).
以下 alone is left open: beside “75%以上” it cannot mean what it says by itself.
"""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from engine.checks.conditions import number_sides
from engine.checks.numbers import entries, measured, where
from engine.checks.printed import ANY, Key, Printed, kind, quantities
from engine.checks.subject import CLAUSE, Entry, Subject, told
from engine.formula import Expression
from engine.phrases import shown
from engine.rulebook import Clause, Formula, Interval, Item, Lookup, Part, Table
from engine.source import Problem, Severity, Span

SMALLER, LARGER = "小", "大"
_IN, _OUT = r"[（(]含(?:本数)?[）)]", r"[（(]不含(?:本数)?[）)]"
_TO = r"[—–－~～至到-]"

# What stands before a number, and after it, and with which side its limit then goes.
_BEFORE = (
    (re.compile(r"(?:超过|超出|多于|大于|高于|逾|至多|最多)$"), SMALLER),
    (re.compile(r"(?:少于|低于|小于|不足|不满|不到|未满|未达|达到|达|满|至少|最少)$"), LARGER),
)
_AFTER = (
    (re.compile(rf"(?:{_OUT}及?以上|及?以上{_OUT}|{_IN}及?以下|以下{_IN}|及以下|以内|之内|内|以外|之外)"), SMALLER),
    (re.compile(rf"(?:{_OUT}及?以下|以下{_OUT}|{_IN}?及?以上)"), LARGER),
)
_FROM = ((re.compile(rf"{_OUT}{_TO}"), SMALLER), (re.compile(rf"{_IN}{_TO}"), LARGER))
_UPTO = ((re.compile(_IN), SMALLER), (re.compile(_OUT), LARGER))
_RANGE = re.compile(rf"{_TO}$")


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of a rule: the number, the side it goes with, the words that say so, and where they stand."""

    key: Key
    side: str
    text: str
    number: str
    place: Span


# ---- what the text says ---------------------------------------------------------------------


Said = tuple[Printed, str, str]


@functools.lru_cache(maxsize=1024)
def spoken(text: str) -> tuple[Said, ...]:
    """(number, side, the words) of every number of which the text says whether it counts.

    >>> [(words, side) for _, side, words in spoken("75%（含）以上的不扣，50%（含）—75%（不含）；超过2次的扣5分")]
    [('75%（含）以上', '大'), ('50%（含）—', '大'), ('75%（不含）', '大'), ('超过2次', '小')]
    """
    return tuple(_spoken(text))


def _spoken(text: str) -> Iterator[Said]:
    for number in quantities(text):
        before, after = text[: number.start], text[number.end :]
        ahead = (*_FROM, *_AFTER, *(_UPTO if _RANGE.search(before) else ()))
        hits = [(m, side) for pattern, side in ahead if (m := pattern.match(after))]
        hits = hits or [(m, side) for pattern, side in _BEFORE if (m := pattern.search(before))]
        if hits:
            match, side = hits[0]
            words = match[0] + number.text if match.re.pattern.endswith("$") else number.text + match[0]
            yield number, side, words


# ---- what a rule says -----------------------------------------------------------------------


def limits_of(subject: Subject, entry: Entry) -> Iterator[Limit]:
    """The limits of an entry's bands and comparisons."""
    if isinstance(entry, Item):
        if isinstance(entry.mechanism, Lookup):
            yield from _of_table(entry.mechanism.table)
        if isinstance(entry.mechanism, Formula):
            yield from _of_expression(subject, entry.mechanism.expression)
    for expression in (entry.when, entry.applies if isinstance(entry, Part) else None):
        if expression is not None:
            yield from _of_expression(subject, expression)


def _of_table(table: Table) -> Iterator[Limit]:
    for row in table.rows:
        if row.interval is not None and row.interval.low != row.interval.high:
            for value, side in _ends(row.interval):
                number = shown(value, row.interval.measure)
                yield Limit((value, kind(row.interval.measure)), side, row.label, number, row.key)
        if isinstance(row.result, Table):
            yield from _of_table(row.result)


def _ends(stretch: Interval) -> Iterator[tuple[Fraction, str]]:
    if stretch.low is not None:
        yield stretch.low, LARGER if stretch.low_closed else SMALLER
    if stretch.high is not None:
        yield stretch.high, SMALLER if stretch.high_closed else LARGER


_SIDES: dict[type[ast.cmpop], str] = {ast.GtE: LARGER, ast.Lt: LARGER, ast.Gt: SMALLER, ast.LtE: SMALLER}


def _of_expression(subject: Subject, expression: Expression) -> Iterator[Limit]:
    for node in ast.walk(expression.tree):
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            for number, operator in number_sides(expression, node):
                if operator in _SIDES:
                    key = number.number, measured(subject, expression, number)
                    shown_number = shown(number.number, number.measure)
                    yield Limit(key, _SIDES[operator], expression.text, shown_number, number.span)


# ---- the two against each other ---------------------------------------------------------------


def edges(subject: Subject) -> Iterator[Problem]:
    """A limit that the text puts on one side and a rule that cites it on the other."""
    for entry in entries(subject.book):
        cited = [subject.book.clauses[name] for name in entry.clauses if name in subject.book.clauses]
        words = [(clause, text, *said) for clause in cited for text in clause.texts for said in spoken(text)]
        seen: set[Key] = set()
        for limit in limits_of(subject, entry) if words else ():
            said = [w for w in words if _same(w[2].key, limit.key)]
            agreed = limit.side in {side for *_, side, _ in said}
            if said and not agreed and limit.key not in seen and limit.side not in _explained(subject, entry, limit):
                seen.add(limit.key)
                yield _told(entry, limit, said[0])


def _same(one: Key, other: Key) -> bool:
    return one[0] == other[0] and (one[1] == other[1] or ANY in (one[1], other[1]))


def _explained(subject: Subject, entry: Entry, limit: Limit) -> set[str]:
    """The side that a reading (口径) of a cited clause, or the entry's own 说明, puts the limit on in so many words."""
    about = [r for r in subject.book.readings.values() if not set(r.clauses).isdisjoint(entry.clauses)]
    texts = [text for r in about for text in (r.taken, r.reason)] + ([entry.note] if isinstance(entry, Item) else [])
    return {side for text in texts for number, side, _ in spoken(text) if _same(number.key, limit.key)}


def _told(entry: Entry, limit: Limit, said: tuple[Clause, str, Printed, str, str]) -> Problem:
    clause, text, number, side, words = said
    detail = (
        f"恰好{limit.number}时：原文“{words}”，和比它{side}的一样算；"
        f"「{entry.name}」写的“{limit.text}”，和比它{limit.side}的一样算。"
    )
    hint = "照原文改 ≥、＞，或区间的方括号、圆括号；原文另有所指的，记一条「口径」，写明“几以上”“超过几”。"
    notes = [(f"原文“{words}”", where(clause, text, number))]
    about = (f"{CLAUSE}{clause.name}", limit.number)
    return told("R163", entry, limit.place, detail, hint, Severity.WARNING, notes, about=about)
