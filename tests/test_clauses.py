"""Each mechanism of the rule language on a rule file of its own, at the edges (tests/clauses/*.yaml).

Above the line ``---`` of a file stands a whole rule file, below it the cases (:mod:`situations`).
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.pipeline import load_rules
from engine.rulebook import RuleBook
from situations import Case, Scored, differences, read, score

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


def test_every_mechanism_has_its_cases(root: Path) -> None:
    """Every mechanism the schema knows is used by a rule file here, and every rule file has three cases or more."""
    defs = json.loads((root / "schema" / "rulebook.json").read_text(encoding="utf-8"))["$defs"]
    sections = ("计分项", "指标项", "结果项", "考评项目", "得分步")
    words = {word for name in sections for one in defs[name]["oneOf"] for word in one["required"]}
    used = {key for rules, _ in TEXTS.values() for key in keys(yaml.load(rules, yaml.BaseLoader))}
    assert words <= used
    assert all(sum(case.file == path.stem for case in CASES) >= 3 for path in FILES)


def keys(value: Any) -> set[str]:
    """Every key of a document, however deep."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return (set(value) if isinstance(value, dict) else set()).union(*map(keys, inner))
