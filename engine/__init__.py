"""细则引擎: a 细则 written as YAML, evaluated over a ledger, every point explained.

Five names do in a notebook what the command line does::

    from engine import score, explain
    result = score("rules/2024.yaml", "examples/2024.xlsx")
    result.units[0].score                 # Fraction(90, 1)
    explain(result, "县教育局").as_json()  # every figure with clause, YAML line, ledger rows

Figures are exact :class:`fractions.Fraction`, or an :class:`engine.rulebook.Absent`
that says why there is none. Faults are raised as :class:`Rejected`, all at once, each
with place, cause and repair. Heavy libraries are imported on first use.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.pipeline import Options
from engine.source import Problem, Rejected

if TYPE_CHECKING:
    from engine.explanation import Story
    from engine.result import Result

__all__ = ["Options", "Rejected", "check", "explain", "score"]


def check(rules: str | Path) -> list[Problem]:
    """Everything `xize check` says of a rule file, its alternative readings included (empty: nothing to say).

    Errors, which stop a run; or, of a file without errors, its warnings and notices: ``problem.severity`` says
    which, ``problem.as_json()`` is what ``--json`` prints. Never raises for what the file says.

    >>> [(problem.code, problem.severity.value) for problem in check("rules/2024.yaml")]
    [('R106', '提示'), ('R201', '警告')]
    """
    from engine.pipeline import check_rules

    try:
        return check_rules(Path(rules))[2]
    except Rejected as rejected:
        return list(rejected.problems)


def score(rules: str | Path, records: str | Path, options: Options | None = None) -> Result:
    """Score a workbook or a folder of ledgers by a rule file. Raises :class:`Rejected`.

    >>> result = score("rules/2024.yaml", "examples/2024.xlsx")
    >>> len(result.units), result.provisional
    (48, False)
    """
    from engine import pipeline

    return pipeline.score(Path(rules), Path(records), options)


def explain(result: Result, unit: str) -> Story:
    """Why a unit has its score: reasons in a tree, ledger records beside it. Raises :class:`Rejected`."""
    from engine.explanation import explain as tell
    from engine.pipeline import unit_named

    return tell(result, unit_named(result.book, unit))
