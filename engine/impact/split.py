"""The difference split over the changes: each made alone in the old rules, scored on the same ledgers.

A change that the old file cannot take alone is made with the fewest others it needs. Every
change belongs to one share at most: the effect of a share is what its changes add to those
that must be there before them. What all shares leave of the whole difference is the interaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from engine import schema
from engine.checks import Checked
from engine.compare import Change, Clash, Kind, Proof, applied
from engine.compare.change import Edit
from engine.compare.tree import find
from engine.document import Document
from engine.impact.effect import Share
from engine.result import Figure
from engine.source import Rejected, errors

Check = Callable[[Document, Checked], Checked]
Scores = Mapping[str, Figure]
"""得分 by unit, in the names of the new edition."""

_COMPUTED = ("细则", "单位", "台账", "计分", "指标", "考评")
_DATES = ("年度", "起止", "施行")  # both editions are dated onto the same year, whatever theirs is
Numbers = frozenset[int]


@dataclass(frozen=True, slots=True)
class Together:
    """``whole`` can be made; ``core`` is what is tried in it, over and above ``given``, which can be made too."""

    core: Numbers
    given: Numbers
    whole: Numbers


@dataclass
class Split:
    """Changes of ``old`` made and scored. ``play``: a rule book → its scores; ``step`` is called before each."""

    changes: Mapping[int, Change]
    old: Checked
    check: Check
    play: Callable[[Checked], Scores]
    step: Callable[[int, int], None]
    _made: dict[Numbers, Checked | None] = field(default_factory=dict)
    _scores: dict[Numbers, Scores] = field(default_factory=dict)

    def shares(self) -> tuple[list[Share], list[int], list[int]]:
        """The shares that touch a unit, the changes that touch none, those that could not be made."""
        together, lost = self._together()
        found = []
        for done, group in enumerate(together):
            self.step(done, len(together))
            try:
                share = self._share(group)
            except Rejected:  # these rules cannot read these ledgers
                lost += sorted(group.core)
                continue
            if share.effects or share.apart:
                found.append(share)
        loud = {number for share in found for number in share.changes}
        return found, [number for number in self.changes if number not in loud and number not in lost], sorted(lost)

    def _share(self, group: Together) -> Share:
        before, after = self._scored(group.given), self._scored(group.whole)
        effects = {name: b - a for name, a in before.items()
                   if isinstance(a, Fraction) and isinstance(b := after.get(name), Fraction)}  # fmt: skip
        apart = [name for name, a in before.items() if name in after and name not in effects and a != after[name]]
        core = sorted(group.core)
        given = sorted(number for number in group.given if _moves_scores(self.changes[number]))
        return Share(core[0], tuple(core), tuple(given), "；".join(self.changes[number].title for number in core),
                     {name: effect for name, effect in effects.items() if effect}, tuple(apart))  # fmt: skip

    # ---- what goes together ---------------------------------------------------------------------

    def _together(self) -> tuple[list[Together], list[int]]:
        """Every change that may move a score, in one group; and those that cannot be made."""
        numbers = [number for number, change in self.changes.items() if _moves_scores(change)]
        found = [Together(one, frozenset(), one) for n in numbers if self._possible(one := frozenset({n}))]
        settled = {number for group in found for number in group.core}
        lost = []
        for number in numbers:
            whole = frozenset[int]() if number in settled else self._least(number)
            if whole:
                given = whole & settled
                core = (whole - settled) & set(numbers)
                found.append(Together(core, given if self._possible(given) else frozenset(), whole))
                settled |= core
            elif number not in settled:
                lost.append(number)
        return sorted(found, key=lambda group: min(group.core)), lost

    def _least(self, number: int) -> Numbers:
        """The fewest changes found that can be made together with one; none if not even all can."""
        verdict = self.changes[number].verdict
        if verdict is not None and verdict.along and self._possible(known := frozenset({number, *verdict.along})):
            return known
        group = [number, *(n for n in self.changes if n != number)]
        size = len(group) // 2 if self._possible(group) else 0
        while size:
            start = 1
            while start < len(group):
                rest = group[:start] + group[start + size :]
                start, group = (start, rest) if self._possible(rest) else (start + size, group)
            size //= 2
        return frozenset(group) if self._possible(group) else frozenset()

    # ---- made and scored --------------------------------------------------------------------------

    def _possible(self, numbers: Iterable[int]) -> bool:
        return self._patched(frozenset(numbers)) is not None

    def _patched(self, numbers: Numbers) -> Checked | None:
        """The old file with some changes; ``None`` where they cannot stand without others."""
        if numbers not in self._made:
            self._made[numbers] = self._patch(numbers) if numbers else self.old
        return self._made[numbers]

    def _patch(self, numbers: Numbers) -> Checked | None:
        chosen = [self.changes[number] for number in sorted(numbers)]
        try:
            doc = applied(self.old.doc, chosen)
            touched = {path for one in chosen for edit in one.edits for path in _entries(edit)}
            there = [path for path in sorted(touched) if find(doc.root, path) is not None]
            return None if errors(schema.problems(doc, there)) else self.check(doc, self.old)
        except (Clash, Rejected):
            return None

    def _scored(self, numbers: Numbers) -> Scores:
        if numbers not in self._scores:
            patched = self._patched(numbers)
            assert patched is not None
            self._scores[numbers] = self.play(patched)
        return self._scores[numbers]


def _entries(edit: Edit) -> tuple[tuple[str, ...], ...]:
    return edit.at[:2], edit.to[:2]


def _moves_scores(change: Change) -> bool:
    """Whether a change may move a 得分: not one of words, nor one shown to be the same or apart from it."""
    computed = (edit.at for edit in change.edits if edit.at[0] in _COMPUTED and edit.at[-1] not in _DATES)
    if change.kind is Kind.WORDS or not any(computed):
        return False
    return change.verdict is None or change.verdict.proof not in (Proof.SAME, Proof.APART)
