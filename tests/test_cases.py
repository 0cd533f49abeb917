"""Whole situations under a year's rules, worked out by hand (tests/cases/YEAR/*.yaml): 2024 from the notice.

2023 is an illustration (示意), not an official text; its cases only say that the file computes what it says.

The cases of a file that ask for the same day and readings speak of different units and are scored together, as the
48 units of a year are; where several units meet in one case (a shared item, a tie) they stand in that case.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.pipeline import load_rules
from engine.rulebook import RuleBook
from situations import Case, Scored, differences, read, score

FILES = sorted((Path(__file__).parent / "cases").glob("*/*.yaml"))
YEARS = {path.stem: path.parent.name for path in FILES}
CASES = [case for path in FILES for case in read(path, path.read_text(encoding="utf-8"))]
CLAUSES = ["三（一）1", "三（一）2", "三（一）3", *(f"三（二）{n}" for n in range(1, 9)), "三（二）6表", "四"]
Together = tuple[object, ...]
Run = Callable[[Case], Scored]


def together(case: Case) -> Together:
    """What cases scored together have in common; a case that must be refused stands alone."""
    alone = case.name if {"错误", "单独", "告知"} & set(case.expected) else ""
    return case.file, case.as_of, case.readings, case.scale_to, alone


GROUPS: dict[Together, list[Case]] = {}
for _case in CASES:
    GROUPS.setdefault(together(_case), []).append(_case)


@pytest.fixture(scope="module")
def run(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Scores the case's group, once."""

    @functools.cache
    def book(year: str, readings: tuple[tuple[str, str], ...]) -> RuleBook:
        return load_rules(root / "rules" / f"{year}.yaml", dict(readings))

    @functools.cache
    def scored(group: Together) -> Scored:
        cases = GROUPS[group]
        return score(book(YEARS[cases[0].file], cases[0].readings), tmp_path_factory.mktemp("records"), cases)

    return lambda case: scored(together(case))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case(case: Case, run: Run) -> None:
    """Every figure, uncounted row, fault and cited clause of the case is what the notice says."""
    group = GROUPS[together(case)]
    found = differences(case, run(case), group[: group.index(case)])
    assert not found, "\n".join([case.expected.get("说明", ""), *found])


def test_cases_scored_together_do_not_meet() -> None:
    """No two cases of a group speak of one unit, one item, one commission or one event."""
    for group in GROUPS.values():
        seen: dict[str, str] = {}
        for case in group:
            words = {word for rows in case.rows.values() for row in rows for word in row[:2] if not _plain(word)}
            for word in words | set(case.expected.get("应为", {})):
                assert seen.setdefault(word, case.name) == case.name, f"{case.id} 和 {seen[word]} 都有 {word}"


def _plain(word: str) -> bool:
    """A date or a word of the rules; not a number or name of something."""
    return word[:4].isdigit() or word.endswith("领导") or not word


def test_every_clause_has_its_case() -> None:
    """Each clause that computes something takes part in at least one case."""
    told = {
        clause
        for case in CASES
        if YEARS[case.file] == "2024"
        for key in ("条款", "另见")
        for clause in case.expected.get(key, ())
    }
    assert set(CLAUSES) <= told
