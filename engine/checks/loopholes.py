"""Loopholes: two situations, the second worse than the first, and the second scores better.

Searched, not guessed: the counts of one graded word (迟报、漏报、瞒报 …) run over small
numbers, everything else at its best, and the rule book itself says what each situation
scores. A situation is worse than another if it has one more occurrence, or one of its
occurrences is of a graver grade.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from engine.number import show
from engine.rulebook import Gather, Item, Kind
from engine.scoring import SCORE, Study, behind, supposed
from engine.source import Problem, Severity

MOST = 3  # occurrences of one grade that are tried
Situation = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Family:
    """Counts of the grades of one word column, from the mildest to the gravest."""

    column: str
    grades: tuple[str, ...]
    counts: tuple[Item, ...]


def loopholes(study: Study) -> Iterator[Problem]:
    """One problem per family and kind of worsening, with the smallest pair that shows it."""
    for family in families(study):
        grid = list(itertools.product(range(MOST + 1), repeat=len(family.counts)))
        given = {item.name: [cell[i] for cell in grid] for i, item in enumerate(family.counts)}
        scores = dict(zip(grid, supposed(study, given), strict=True))
        if all(score is None for score in scores.values()):
            yield _unchecked(family)
        elif _graver_first(scores, len(family.counts)):
            turned = Family(family.column, family.grades[::-1], family.counts[::-1])
            yield from _told(study, turned, {cell[::-1]: score for cell, score in scores.items()})
        else:
            yield from _told(study, family, scores)


def families(study: Study) -> Iterator[Family]:
    """Word columns of which at least two grades are counted (计次 … 当: 列 = 词)."""
    found: dict[tuple[str, str], dict[str, Item]] = {}
    for item in study.book.items.values():
        named = _counts_a_word(study, item)
        if named is not None:
            ledger, column, word = named
            found.setdefault((ledger, column), {})[word] = item
    for (ledger, column), counts in found.items():
        options = study.tables[ledger].columns[column].options
        graded = [option for option in options if option in counts]
        if len(graded) > 1:
            yield Family(column, tuple(graded), tuple(counts[option] for option in graded))


def _counts_a_word(study: Study, item: Item) -> tuple[str, str, str] | None:
    mechanism, when = item.mechanism, item.when
    if not isinstance(mechanism, Gather) or mechanism.verb != "计次" or when is None or mechanism.ledger is None:
        return None
    if item.period is not study.book.appraisal.period or not isinstance(when.tree, ast.Compare):
        return None
    sides = [when.tree.left, *when.tree.comparators]
    if len(sides) != 2 or not isinstance(when.tree.ops[0], ast.Eq) or not all(isinstance(s, ast.Name) for s in sides):
        return None
    column, word = (when.atom(side).text for side in sides if isinstance(side, ast.Name))
    known = study.tables[mechanism.ledger].columns.get(column)
    graded = known is not None and known.kind is Kind.WORD and word in known.options
    return (mechanism.ledger, column, word) if graded else None


def _graver_first(scores: dict[Situation, Fraction | None], grades: int) -> bool:
    """Whether one occurrence of the first grade costs more than one of the last: then the list runs downward."""
    first, last = (scores[tuple(int(i == at) for i in range(grades))] for at in (0, grades - 1))
    return first is not None and last is not None and first < last


def _told(study: Study, family: Family, scores: dict[Situation, Fraction | None]) -> Iterator[Problem]:
    kinds: dict[tuple[int | None, int], tuple[Situation, Situation]] = {}
    for milder in sorted(scores, key=lambda cell: (sum(cell), cell)):
        for kind, graver in _worse(milder):
            a, b = scores[milder], scores.get(graver)
            if a is not None and b is not None and b > a:
                kinds.setdefault(kind, (milder, graver))
    for (before, after), (milder, graver) in kinds.items():
        yield _problem(study, family, (milder, graver), (scores[milder], scores[graver]), (before, after))


def _worse(cell: Situation) -> Iterator[tuple[tuple[int | None, int], Situation]]:
    """One more occurrence, or one occurrence of a graver grade."""
    for at in range(len(cell)):
        yield (None, at), tuple(n + (i == at) for i, n in enumerate(cell))
        for graver in range(at + 1, len(cell)):
            if cell[at]:
                yield (at, graver), tuple(n - (i == at) + (i == graver) for i, n in enumerate(cell))


def _problem(
    study: Study,
    family: Family,
    cells: tuple[Situation, Situation],
    scores: tuple[Fraction | None, Fraction | None],
    kind: tuple[int | None, int],
) -> Problem:
    before, after = kind
    act = f"把一次{family.grades[before]}换成更重的" if before is not None else "再加一次"
    first, second = (show(s) if s is not None else "" for s in scores)
    gain = show((scores[1] or Fraction(0)) - (scores[0] or Fraction(0)))
    detail = (
        f"情形甲：{_words(family, cells[0])}，其余都好，{SCORE} {first}。\n"
        f"情形乙：{_words(family, cells[1])}（{act}{family.grades[after]}），其余都好，{SCORE} {second}。\n"
        f"乙比甲重，{SCORE}反而多 {gain}。"
    )
    item = family.counts[before if before is not None else after]
    hint = "请示这样算是不是本意；要改，就让重的也计入轻的（例如写进「当」），或改扣分、归零的门槛。"
    context = f"{'；'.join(item.clauses)}「{family.column}」"
    about = tuple(sorted(behind(study, {count.name for count in family.counts})))
    return Problem("R201", detail, item.place, hint, context, Severity.WARNING, about=about)


def _unchecked(family: Family) -> Problem:
    item = family.counts[0]
    detail = f"{'、'.join(family.grades)}：得分还取决于台账或任务里的数，假设不出来，没有检查。"
    context = f"{'；'.join(item.clauses)}「{family.column}」"
    return Problem("R203", detail, item.place, "没有检查不等于没有漏洞，请人工看一遍。", context, Severity.NOTICE)


def _words(family: Family, cell: Situation) -> str:
    told = [f"{grade}{count}次" for grade, count in zip(family.grades, cell, strict=True) if count]
    return "、".join(told) or f"没有{'、'.join(family.grades)}"
