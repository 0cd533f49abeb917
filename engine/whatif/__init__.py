"""What if: many variants of one rule file on the same ledgers, computed together.

``request`` places and values asked for · ``variants`` each a rule file of its own, or why it cannot
stand · ``merge`` those that differ in numbers as one book · ``sweep`` that book computed, classes ×
variants · ``standing`` what each comes to · ``report`` what it means · ``page`` ``curve`` the picture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from engine.checks import Checked
from engine.column import Misfit
from engine.ledger import Ledgers, intake
from engine.number import OneOfMany
from engine.pipeline import Options, checked, read_alike, score_ledgers, taking, used_by
from engine.result import Result
from engine.scoring.study import Skip
from engine.source import Problem, Rejected, errors
from engine.whatif import request
from engine.whatif.merge import Merged, Unlike
from engine.whatif.report import Report, Run
from engine.whatif.request import Axis, Misuse
from engine.whatif.standing import Standing, of_result, of_sweep, wanted
from engine.whatif.sweep import Scored, Sweep
from engine.whatif.variants import Variant, Variants

__all__ = ["Axis", "Misuse", "Report", "Run", "compared", "whatif"]

_TOGETHER = 8  # fewer than this are not worth a plan of their own, when the whole has none
_EXACT = 5  # variants that cannot be scored, told in full

Tell = Callable[[int, int], None]


def whatif(rules: Path, records: Path, axes: Sequence[Axis], options: Options, tell: Tell) -> Report:
    """Every variant scored; ``tell`` hears how many steps are done, and of how many.

    Raises :class:`Misuse` for a place or value that cannot be meant, :class:`Rejected` where the run as it stands
    has faults.
    """
    base = taking(checked(rules), dict(options.readings or {}))
    asked = request.checked(base.doc, axes)
    ledgers = intake(base.book, records, used_by(base.book))
    return compared(base, score_ledgers(base.book, ledgers, options), records, asked, options, tell)


def compared(
    base: Checked, result: Result, records: Path, axes: Sequence[Axis], options: Options, tell: Tell
) -> Report:
    """Every variant beside a run of the rules as they stand; ``axes`` as :func:`request.checked` has them."""
    found = _Whatif(base, result, result.ledgers, records, options, axes, tell)
    return Report(result, tuple(axes), found.standing, tuple(found.runs()))


class _Whatif:
    def __init__(
        self, base: Checked, result: Result, ledgers: Ledgers, records: Path, options: Options,
        axes: Sequence[Axis], tell: Tell,
    ) -> None:  # fmt: skip
        self.base, self.result, self.ledgers, self.records = base, result, ledgers, records
        self.options, self.axes, self.tell = options, axes, tell
        self.standing = of_result(result)
        self.done, self.whole = 0, 1

    def runs(self) -> list[Run]:
        """Every variant with what it comes to, in the order of the grid."""
        self.whole = 2 * len(list(request.grid(self.axes)))
        variants = Variants(self.base, self.axes, self._step).all()
        found = {v.number: Run(v, None, _reasons(v.problems)) for v in variants if v.book is None}
        for alike in self._groups([v for v in variants if v.book is not None]):
            found |= {run.variant.number: run for run in self._together(alike)}
        return [found[v.number] for v in variants]

    def _step(self, steps: int = 1) -> None:
        self.done += steps
        self.tell(min(self.done, self.whole), self.whole)

    def _groups(self, variants: Sequence[Variant]) -> Iterator[list[Variant]]:
        """Variants that can only differ in numbers: those with the same words."""
        worded = [at for at, axis in enumerate(self.axes) if any(request.amount(v) is None for v in axis.values)]
        groups: dict[tuple[str, ...], list[Variant]] = {}
        for variant in variants:
            groups.setdefault(tuple(variant.values[at] for at in worded), []).append(variant)
        yield from groups.values()

    def _together(self, variants: Sequence[Variant]) -> Iterator[Run]:
        """In one plan if there is one; else in halves, and at last one by one."""
        if len(variants) < 2:
            yield from map(self._alone, variants)
            return
        try:
            yield from self._swept(variants)
        except Unlike:
            yield from map(self._alone, variants)
        except (Misfit, OneOfMany, Skip, Rejected):
            middle = len(variants) // 2
            halves = (variants[:middle], variants[middle:])
            for half in halves:
                yield from self._together(half) if len(half) >= _TOGETHER else map(self._alone, half)

    def _swept(self, variants: Sequence[Variant]) -> list[Run]:
        books = [v.book for v in variants if v.book is not None]
        if self.options.scale_to is not None or self.result.skipped:
            raise Unlike
        outcome = self.result.outcome
        scored = Scored(outcome.frames, outcome.columns, outcome.study)
        sweep = Sweep(scored, Merged([self.result.book, *books]), len(books) + 1, wanted(self.result.book))
        standings = of_sweep(sweep, self.standing, range(1, sweep.size))
        runs = [self._judged(sweep, n, v, s) for n, (v, s) in enumerate(zip(variants, standings, strict=True), 1)]
        self._step(len(variants))
        return runs

    def _judged(self, sweep: Sweep, scene: int, variant: Variant, standing: Standing) -> Run:
        """A variant that cannot be scored is run again by itself, so that it is told in full."""
        if scene not in sweep.faults:
            return Run(variant, standing)
        if sorted(sweep.faults).index(scene) < _EXACT:
            return self._alone(variant)
        return Run(variant, None, (f"{sweep.faults[scene]}。",), scorable=False)

    def _alone(self, variant: Variant) -> Run:
        assert variant.book is not None
        self._step()
        book = variant.book
        try:
            same = read_alike(book, self.base.book)
            ledgers = self.ledgers if same else intake(book, self.records, used_by(book))
            result = score_ledgers(book, ledgers, self.options, self.result if same else None)
        except Rejected as rejected:
            return Run(variant, None, _reasons(errors(rejected.problems)), scorable=False)
        return Run(replace(variant, book=result.book), of_result(result))


def _reasons(problems: Sequence[Problem]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{problem.code} {problem.context}{problem.detail}" for problem in problems))
