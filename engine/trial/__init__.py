"""算例: worked cases written by staff, run and compared; what no case touches.

``case`` what a case is · ``reading`` YAML → cases · ``together`` which of them run at once ·
``sheet`` a workbook → cases · ``run`` cases → scored frames · ``compare`` what came out against what was
expected · ``branch`` why · ``coverage`` what of the rule file they touch · ``edges`` its bands and thresholds ·
``probe`` what one row does · ``propose`` cases for the edges none stands at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine.checks import Checked
from engine.pipeline import taking
from engine.rulebook import RuleBook
from engine.source import Rejected
from engine.trial.case import Case, Members
from engine.trial.compare import Failure, failures
from engine.trial.coverage import Coverage, Touched
from engine.trial.edges import Edge, Side
from engine.trial.propose import Proposals, propose
from engine.trial.reading import files_of, read, read_file
from engine.trial.run import Ran, run
from engine.trial.sheet import cases_in
from engine.trial.together import batches, of_all

__all__ = [
    "Case",
    "Coverage",
    "Failure",
    "Proposals",
    "Ran",
    "Report",
    "cases_of",
    "failures",
    "files_of",
    "propose",
    "read",
    "run",
    "trial",
]


@dataclass(frozen=True)
class Report:
    """What came of the cases. ``failed``: the cases that do not hold or are not confirmed yet."""

    cases: tuple[Case, ...]
    failures: tuple[Failure, ...]
    unconfirmed: tuple[Case, ...]
    coverage: Coverage
    sides: frozenset[tuple[Edge, Side]]

    @property
    def passed(self) -> int:
        """How many cases hold and are confirmed."""
        failed = {(f.case.file, f.case.name) for f in self.failures} | {(c.file, c.name) for c in self.unconfirmed}
        return len(self.cases) - len(failed)

    def as_json(self) -> dict[str, Any]:
        """``xize test --json``."""
        return {
            "算例": len(self.cases),
            "通过": self.passed,
            "不符": [failure.as_json() for failure in self.failures],
            "待确认": [{"文件": case.file, "算例": case.name} for case in self.unconfirmed],
            "覆盖": self.coverage.as_json(),
        }


def cases_of(book: RuleBook, path: Path) -> list[Case]:
    """The cases of a YAML file or a workbook. Raises :class:`Rejected` with every fault found."""
    return cases_in(book, path) if path.suffix.lower() == ".xlsx" else read_file(path)


def trial(rules: Checked, cases: Sequence[Case], tell: Callable[[int, int], None] = lambda done, total: None) -> Report:
    """Run every case by the rule file and compare; ``tell`` hears how many are done.

    Raises :class:`Rejected` where a case asks for a reading that is not there.
    """
    touched = Touched(rules.book)
    found: list[Failure] = []
    for done, (case, ran, failed) in enumerate(_Bench(rules).run(cases), 1):
        found += failed
        touched.add(case, ran, passed=not failed)
        tell(done, len(cases))
    order = {id(case): n for n, case in enumerate(cases)}
    found.sort(key=lambda failure: order[id(failure.case)])
    waiting = tuple(case for case in cases if not case.confirmed)
    return Report(tuple(cases), tuple(found), waiting, touched.coverage(cases, rules), frozenset(touched.sides))


Settled = tuple[Case, Ran, list[Failure]]


class _Bench:
    """Runs cases: as many at once as do not meet; another reading of a case on the plan of the case itself."""

    def __init__(self, rules: Checked) -> None:
        self._rules = rules
        self._plans: dict[tuple[str, str], Ran] = {}
        self._rosters: dict[Members, Checked] = {}

    def run(self, cases: Sequence[Case]) -> Iterator[Settled]:
        """Every case with its run and what of it does not hold."""
        for readings in dict.fromkeys(case.readings for case in sorted(cases, key=lambda case: bool(case.readings))):
            asking = [case for case in cases if case.readings == readings]
            book = self._book(asking[:1])
            plans: dict[int, tuple[Ran, list[Case]]] = {}
            for case in asking:
                plan = self._plan(book, case)
                if plan is not None:
                    plans.setdefault(id(plan), (plan, []))[1].append(case)
            planned = {id(case) for _, of_plan in plans.values() for case in of_plan}
            for plan, of_plan in plans.values():
                again = [replace(case, readings=readings) for case in plan.cases]
                yield from self._settled(run(self._book(again), plan.cases, plan), of_plan)
            for batch in batches(book, [case for case in asking if id(case) not in planned]):
                together = run(self._book(batch), batch)
                self._plans |= {(case.file, case.name): together for case in batch}
                yield from self._settled(together, batch)

    def _book(self, cases: Sequence[Case]) -> RuleBook:
        """The rule book of cases of one set of readings, with the lines of the roster that any of them changes."""
        members = tuple(sorted({member for case in cases for member in case.members}))
        readings = dict(cases[0].readings)
        try:
            if members in self._rosters:  # with the very roster of the case itself, so that its plan can be used
                return taking(self._rosters[members], readings).book
            rules = taking(self._rules, readings, {name: dict(line) for name, line in members})
        except Rejected as rejected:
            where = ("这个算例", cases[0].place)
            raise Rejected(replace(p, notes=(*p.notes, where)) for p in rejected.problems) from None
        if not readings:
            self._rosters[members] = rules
        return rules.book

    def _plan(self, book: RuleBook, case: Case) -> Ran | None:
        """The run of the case this one is another reading of, if its cases stay apart under this reading too."""
        plan = self._plans.get((case.file, case.of))
        if plan is None or plan.result is None or case.refused or (of_all(book, case) and len(plan.cases) > 1):
            return None
        same = any(case.lines is one.lines and case.members == one.members for one in plan.cases)
        return plan if same and len(batches(book, plan.cases)) == 1 else None

    def _settled(self, together: Ran, cases: Sequence[Case]) -> Iterator[Settled]:
        """One that differs among others is run alone, and that decides."""
        for case in cases:
            ran, failed = together, failures(case, together)
            if failed and len(together.cases) > 1:
                ran = run(self._book([case]), [case])
                failed = failures(case, ran)
            yield case, ran, failed
