"""Cases of a test's own, run by the product's runner (:mod:`engine.trial`); the format is ``schema/cases.json``.

Where a test wants one case at a time: :func:`read` a text, :func:`score` some cases, tell the :func:`differences`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine import trial
from engine.document import parse
from engine.result import Result
from engine.rulebook import RuleBook
from engine.trial.case import Readings

Data = Mapping[str, Any]


@dataclass(frozen=True)
class Case:
    """One case of a file; ``rows`` and ``expected`` as written."""

    file: str
    case: trial.Case = field(hash=False, compare=False)
    rows: Mapping[str, list[list[str]]] = field(hash=False)
    expected: Data = field(hash=False)
    name: str
    as_of: str = ""
    readings: Readings = ()

    @property
    def id(self) -> str:
        """How pytest names it."""
        return f"{self.file}::{self.name}"


@dataclass(frozen=True)
class Scored:
    """What came of some cases scored together: the result, or the faults."""

    result: Result | None
    ran: trial.Ran


def read(path: Path, text: str) -> Iterator[Case]:
    """The cases of a YAML text; other readings of a case come as cases of their own."""
    doc = parse(text.encode(), path.name)
    value: Any = doc.value
    written = [(entry, one) for entry in value["用例"] for one in (entry, *entry.get("另取", ()))]
    for (entry, one), case in zip(written, trial.read(doc), strict=True):
        rows = entry.get("台账") or {}
        yield Case(path.stem, case, rows, one, case.name, entry.get("截至", ""), case.readings)


def score(book: RuleBook, _: Path, cases: Sequence[Case]) -> Scored:
    """Score the cases' rows together."""
    ran = trial.run(book, [case.case for case in cases])
    return Scored(ran.result, ran)


def differences(case: Case, scored: Scored) -> list[str]:
    """Every expectation of the case that does not hold, in words."""
    return ["\n".join([f.problem.detail, f.got]) for f in trial.failures(case.case, scored.ran)]
