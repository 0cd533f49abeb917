"""Whole situations under a year's rules, worked out by hand (tests/cases/YEAR/*.yaml): 2024 from the notice.

2023 is an illustration (示意), not an official text; its cases only say that the file computes what it says.
"""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from engine.checks import Checked
from engine.pipeline import checked
from engine.source import render
from engine.trial import Case, Report, trial
from engine.trial.case import Kind
from engine.trial.coverage import told_apart
from engine.trial.reading import read_file

FILES = sorted((Path(__file__).parent / "cases").glob("*/*.yaml"))
CASES = [case for path in FILES if path.parent.name == "2024" for case in read_file(path)]
CLAUSES = ["三（一）1", "三（一）2", "三（一）3", *(f"三（二）{n}" for n in range(1, 9)), "三（二）6表", "四"]


@functools.cache
def rules(year: str) -> Checked:
    """The rules the cases of a year are worked by."""
    return checked(Path(__file__).parent.parent / "rules" / f"{year}.yaml")


@pytest.fixture(params=FILES, ids=lambda path: f"{path.parent.name} {path.stem}")
def report(request: pytest.FixtureRequest) -> Report:
    """What came of one file."""
    return trial(rules(request.param.parent.name), read_file(request.param))


def test_every_case_holds(report: Report) -> None:
    """Every figure, uncounted row, fault and cited clause of the cases is what the notice says."""
    assert [render(failure.problem) for failure in report.failures] == []
    assert report.unconfirmed == ()


def test_there_are_enough() -> None:
    """不算另取的口径，算例不少于一百五十个。"""
    assert len([case for case in CASES if not case.of]) >= 150


def test_every_clause_has_its_case() -> None:
    """每一条要计算的条款，至少一个算例写明它扣分或被引用。"""
    told = {clause for case in CASES for clause in _clauses(case)}
    assert set(CLAUSES) <= told


def _clauses(case: Case) -> set[str]:
    return {clause for c in case.claims if c.kind in (Kind.COSTING, Kind.CITED) for clause in c.wanted}


def test_flipping_any_reading_changes_a_case() -> None:
    """换任何一种备选口径，至少有一个算例的数跟着变（两种口径下的数都由上面的测试核对过）。"""
    alternatives = {(r.name, name) for r in rules("2024").book.readings.values() for name in r.alternatives}
    assert alternatives - told_apart(CASES) == set()
