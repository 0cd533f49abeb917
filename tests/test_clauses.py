"""Each mechanism of the rule language on a rule file of its own, at the edges (tests/clauses/*.yaml).

Above the line ``---`` of a file stands a whole rule file, below it the cases (:mod:`situations`).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import pytest
from situations import Case, Scored, differences, read, score

from engine.pipeline import load_rules
from engine.rulebook import RuleBook

FILES = sorted((Path(__file__).parent / "clauses").glob("*.yaml"))
TEXTS = {path.stem: path.read_text(encoding="utf-8").split("\n---\n") for path in FILES}
CASES = [case for path in FILES for case in read(path, TEXTS[path.stem][1])]
Run = Callable[[Case], Scored]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Scores one case; a rule file is read once for all its cases."""
    rules = tmp_path_factory.mktemp("rules")

    @functools.cache
    def book(file: str, readings: tuple[tuple[str, str], ...]) -> RuleBook:
        path = rules / f"{file}.yaml"
        path.write_text(TEXTS[file][0] + "\n", encoding="utf-8")
        return load_rules(path, dict(readings))

    return lambda case: score(book(case.file, case.readings), tmp_path_factory.mktemp("records"), [case])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_clause(case: Case, run: Run) -> None:
    """Every figure, uncounted row and fault of the case is what its author worked out by hand."""
    found = differences(case, run(case))
    assert not found, "\n".join([case.expected.get("说明", ""), *found])
