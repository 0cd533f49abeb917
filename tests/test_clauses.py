"""Each mechanism of the rule language on a rule file of its own, at the edges (tests/clauses/*.yaml).

Above the line ``---`` of a file stands a whole rule file, below it the cases (``schema/cases.json``).
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.document import parse
from engine.pipeline import load_rules
from engine.rulebook import RuleBook
from engine.source import render
from engine.trial import Case, Ran, failures, read
from engine.trial import run as scored

FILES = sorted((Path(__file__).parent / "clauses").glob("*.yaml"))
TEXTS = {path.stem: path.read_text(encoding="utf-8").split("\n---\n") for path in FILES}
CASES = [case for path in FILES for case in read(parse(TEXTS[path.stem][1].encode(), path.stem))]
Run = Callable[[Case], Ran]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Scores one case; a rule file is read once for all its cases."""
    rules = tmp_path_factory.mktemp("rules")

    @functools.cache
    def book(file: str, readings: tuple[tuple[str, str], ...]) -> RuleBook:
        path = rules / f"{file}.yaml"
        path.write_text(TEXTS[file][0] + "\n", encoding="utf-8")
        return load_rules(path, dict(readings))

    return lambda case: scored(book(case.file, case.readings), [case])


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.file}::{case.name}")
def test_clause(case: Case, run: Run) -> None:
    """Every figure, uncounted row and fault of the case is what its author worked out by hand."""
    assert [render(failure.problem) for failure in failures(case, run(case))] == []


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
