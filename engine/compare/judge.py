"""Which way each change goes: made alone in the old file and evaluated, not guessed.

A change that the old file cannot take alone is made together with the fewest others it needs.
What cannot reach 得分 or a 处置 is told from what the entries ask for; the rest is tried on small situations.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

from engine import schema
from engine.checks import Checked
from engine.compare.cells import same_cells
from engine.compare.change import Change, Direction, Kind, Proof, Put, Verdict
from engine.compare.match import CLAUSES, DECLARED, UNITS, mentions
from engine.compare.meaning import FULL, ROSTER, TITLE, changed, meaning, scaled, upstream
from engine.compare.rehearsal import Rehearsal
from engine.compare.situations import Declared, Situation, joined, situations
from engine.compare.tree import Clash, edited, find
from engine.compare.witness import judged_by
from engine.document import Document
from engine.rulebook import Consequence, Rank, RuleBook, Unit
from engine.rulebook import Kind as Holds
from engine.scoring import behind
from engine.scoring.study import LEDGER
from engine.scoring.variant import reached
from engine.source import Problem, Rejected, errors

Check = Callable[[Document, Checked], Checked]
"""A patched document of a checked one → the patched one checked. Raises :class:`Rejected`."""

_QUOTED = re.compile(r"[“「]([^”」]+)[”」]")
NEW = "新"
_COMPUTED = ("细则", "单位", "台账", "计分", "指标", "考评", "结果")
_TRIES = 60
_MOST_MADE, _MOST_PLAYED = 300, 60  # what is tried at all
_PROFILES = 12


def judged(changes: Sequence[Change], old: Checked, new: Checked, check: Check) -> list[Change]:
    """The changes with their verdicts."""
    judge = _Judge(changes, old, new, check)
    return [_with(change, judge.verdict(change)) for change in changes]


def _with(change: Change, verdict: Verdict) -> Change:
    """A change with its verdict; one that leaves the model as it was is a change of words."""
    same = verdict == _SAME and change.kind is Kind.VALUE and change.old.path[0] != _COMPUTED[0]
    return replace(change, verdict=verdict, kind=Kind.WORDS if same else change.kind)


_WORDS_ONLY = Verdict(Direction.NEUTRAL, Proof.APART, "不进入计算")
_RENAMED = Verdict(Direction.NEUTRAL, Proof.SAME, "只换了名字或位置，提到它的地方跟着改")
_SAME = Verdict(Direction.NEUTRAL, Proof.SAME, "前后算法相同")
_CELLS = Verdict(Direction.NEUTRAL, Proof.CELLS, "逐格比较，每一格都相同")
_ROSTER = Verdict(Direction.NEUTRAL, Proof.APART, "名单增减，别的单位得分不变")
_YEAR = Verdict(Direction.NEUTRAL, Proof.UNCHECKED, "只换了考评期的起止，没有试")
_TOO_MANY = Verdict(Direction.UNKNOWN, Proof.UNCHECKED, "两份差得太多，没有逐处试")
_STUCK = Verdict(Direction.UNKNOWN, Proof.UNCHECKED, "和别的更改分不开，没有单独试")


@dataclass
class _Judge:
    changes: Sequence[Change]
    old: Checked
    new: Checked
    check: Check
    rehearsed: dict[tuple[frozenset[str], bool], tuple[list[Situation], Rehearsal]] = field(default_factory=dict)

    made: int = 0
    played: int = 0

    def verdict(self, change: Change) -> Verdict:
        """Which way one change goes."""
        paths = {path[0] for edit in change.edits for path in (edit.at, edit.to)}
        if change.kind is Kind.WORDS or paths.isdisjoint(_COMPUTED):
            return _WORDS_ONLY
        if change.kind is Kind.RENAMED or change.old.path[:1] == CLAUSES:
            return _RENAMED
        if change.old.path[: len(UNITS)] == UNITS:
            return self._unit(change)
        return self._tried(change)

    def _tried(self, change: Change) -> Verdict:
        """The verdict on a change that may move figures."""
        if self._strangers or self.made > _MOST_MADE or self.played > _MOST_PLAYED:
            return _TOO_MANY
        found = self._patched(change)
        if found is None:
            return _STUCK
        patched, along = found
        try:
            verdict = self._compared(patched)
        except Rejected:  # a bound that only rows can break
            return _STUCK
        return replace(verdict, along=tuple(sorted(other.number for other in along)))

    @cached_property
    def _strangers(self) -> bool:
        """Whether most items of the old file are not in the new one: two offices' rules, not two editions."""
        old, new = self.old.book.items, self.new.book.items
        return 2 * len(old.keys() & new.keys()) < len(old)

    # ---- alone, or with what it needs -----------------------------------------------------------

    def _patched(self, change: Change) -> tuple[Checked, list[Change]] | None:
        """The old file with a change and the fewest others it needs; ``None`` if no such set was found."""
        group = [change]
        patched = self._made(group)
        while not isinstance(patched, Checked):
            more = self._linked(group, patched)
            if not more:
                return None
            group += more
            patched = self._made(group)
        for other in [one for _ in range(2) for one in group[:0:-1]][:_TRIES]:
            rest = [one for one in group if one is not other]
            smaller = self._made(rest) if other in group else None
            if isinstance(smaller, Checked):
                group, patched = rest, smaller
        return patched, group[1:]

    def _made(self, group: Sequence[Change]) -> Checked | set[str]:
        """The old file with some changes; or the names that what is wrong with it is about."""
        self.made += 1
        try:
            doc = self.old.doc.rooted(edited(self.old.doc.root, [edit for one in group for edit in one.edits]))
        except Clash:
            return set()
        touched = {path for one in group for edit in one.edits for path in (edit.at[:2], edit.to[:2])}
        problems = errors(schema.problems(doc, [path for path in sorted(touched) if find(doc.root, path) is not None]))
        try:
            return _named(problems) if problems else self.check(doc, self.old)
        except Rejected as rejected:
            return _named(rejected.problems)

    def _linked(self, group: Sequence[Change], wanted: set[str]) -> list[Change]:
        """Other changes that have to do with what is wrong, else with the group, else of the same section."""
        left = [one for one in self.changes if one.kind is not Kind.WORDS and one not in group]
        words = set().union(*(self._words[one.number] for one in group))
        sections = {one.new.path[:1] for one in group}
        about = [one for one in left if self._words[one.number] & wanted & words]
        about = about or [one for one in left if self._words[one.number] & words]
        return about or [one for one in left if one.new.path[:1] in sections]

    @cached_property
    def _words(self) -> dict[int, set[str]]:
        return {one.number: _stirred(one) for one in self.changes}

    # ---- evaluation ------------------------------------------------------------------------------

    def _compared(self, patched: Checked) -> Verdict:
        names = changed(self.old.book, patched.book)
        if not names:
            return _SAME
        if FULL in names and _same_order(self.old.book, patched.book):
            names = names - {FULL} | scaled(patched.book)
        if all(self._same_cells(name, patched) for name in names):
            return _CELLS
        apart = self._apart(names, patched)
        if apart:
            return Verdict(Direction.NEUTRAL, Proof.APART, apart)
        ledgers = frozenset(upstream(self.old.study, names) | upstream(patched.study, names))
        if names == {TITLE}:
            return _YEAR
        for rich in (False, True):
            tried, before = self._rehearsed(ledgers, rich=rich)
            self.played += 1
            verdict = judged_by(tried, before, before.of(patched.book))
            if verdict.proof is not Proof.UNCHECKED:
                break
        return verdict

    def _same_cells(self, name: str, patched: Checked) -> bool:
        """Whether an entry is a table that finds the same in every cell, and nothing else of it changed."""
        old, new = (one.book.items.get(name) for one in (self.old, patched))
        if old is None or new is None or not same_cells(old, new):
            return False
        return bool(meaning(replace(old, mechanism=new.mechanism)) == meaning(new))

    def _apart(self, names: set[str], patched: Checked) -> str:
        """Why no score and no consequence can be different; empty if one may."""
        both = (self.old, patched)
        readers = {name: found for name in names if (found := self._readers(name, patched)) is not None}
        names = (names - readers.keys()).union(*readers.values())
        if not names:
            return "得分和处置都不用这一列"
        moved = set().union(*(reached(names, one.study) for one in both))
        ends = {step.name for one in both for step in one.book.appraisal.steps[-1:]}
        items = [item for one in both for item in one.book.items.values()]
        ends |= {item.name for item in items if isinstance(item.mechanism, Consequence)}
        if moved & ends or names & {TITLE, ROSTER, FULL}:
            return ""
        ranks = [item.name for item in items if isinstance(item.mechanism, Rank) and item.name in moved]
        return f"得分和处置不变，{'、'.join(dict.fromkeys(ranks))}的先后可能变" if ranks else "得分和处置都不经过它"

    def _readers(self, name: str, patched: Checked) -> set[str] | None:
        """Who asks for the columns of a ledger or of the roster that changed; ``None`` if more of it changed."""
        before, after = (_fields(one.book, name) for one in (self.old, patched))
        if before is None or after is None or before[1] != after[1]:
            return None
        columns = {n for n in before[0].keys() | after[0].keys() if before[0].get(n) != after[0].get(n)}
        return {reader for one in (self.old, patched) for reader, asked in one.study.asked.items()
                if (name == ROSTER or name in asked) and asked & columns}  # fmt: skip

    def _rehearsed(self, ledgers: frozenset[str], *, rich: bool) -> tuple[list[Situation], Rehearsal]:
        """Situations of some ledgers under the old book; ``rich``: of a unit that does well besides."""
        if (ledgers, rich) not in self.rehearsed:
            books = (self.old.book, self.new.book)
            names = dict.fromkeys(name for book in books for name in book.ledgers if name in ledgers)
            tried = situations(books, names, self._profiles)
            if rich:
                tried = [self._best, *(richer for one in tried if (richer := joined(self._best, one)) is not None)]
            self.rehearsed[ledgers, rich] = tried, Rehearsal(self.old.book, tried)
        return self.rehearsed[ledgers, rich]

    @cached_property
    def _best(self) -> Situation:
        """The fewest rows with which the unit with the least to do scores best."""
        source = Declared((self.old.book, self.new.book))
        unit = self._profiles[0]
        tried = [Situation(unit, rows) for name in self.old.book.ledgers for rows in source.amounts(name)]
        played = Rehearsal(self.old.book, [Situation(unit, ()), *tried]).played
        worth = {i: one.scores[0] for i, one in played.items() if isinstance(one.scores[0], Fraction)}
        best = max(worth, key=lambda i: (worth[i], -len(tried[i - 1].entries) if i else 0), default=0)
        return tried[best - 1] if best else Situation(unit, ())

    @cached_property
    def _profiles(self) -> list[str]:
        """Units with attributes of their own, the one with the least to do first."""
        counted = [f.name for f in self.old.book.roster.fields.values() if f.kind is Holds.NUMBER and f.decimals]
        found: dict[tuple[object, ...], Unit] = {}
        for unit in self.old.book.roster.units:
            found.setdefault(tuple(unit.values.get(name) for name in counted), unit)
        known = [(values, unit) for values, unit in found.items() if None not in values] or list(found.items())
        return [unit.name for _, unit in sorted(known, key=lambda pair: str(pair[0]) if not counted else pair[0])][
            :_PROFILES
        ]

    # ---- units -------------------------------------------------------------------------------------

    def _unit(self, change: Change) -> Verdict:
        """A unit that came, went or got other attributes, under the old rules."""
        puts = [edit for edit in change.edits if isinstance(edit, Put) and len(edit.at) > len(UNITS) + 1]
        if not puts:
            return _ROSTER
        if all(edit.at[-1] in DECLARED for edit in puts):
            return _RENAMED
        old, new = self._units[change.old.path[-1]], self._units[NEW + change.new.path[-1]]
        asked = {name for name, known in self.old.study.asked.items() if known & {edit.at[-1] for edit in puts}}
        if not behind(self.old.study, asked):
            return Verdict(Direction.NEUTRAL, Proof.APART, "得分和处置都不经过它")
        names = sorted(upstream(self.old.study, behind(self.old.study, asked)))
        source = Declared((self.old.book,))
        tried = [(), *(rows for name in names if name in source.fields for rows in source.amounts(name))]
        tried.sort(key=len)
        first, second = ([Situation(name, rows) for rows in tried] for name in (old.name, NEW + new.name))
        units = {old.name: old, NEW + new.name: new}
        both = [Rehearsal(self.old.book, one, units) for one in (first, second)]
        return judged_by(first, *both)

    @cached_property
    def _units(self) -> dict[str, Unit]:
        """The units of the old file by name; those of the new one with a mark before it."""
        found = {unit.name: unit for unit in self.old.book.roster.units}
        return found | {NEW + unit.name: unit for unit in self.new.book.roster.units}


def _same_order(old: RuleBook, new: RuleBook) -> bool:
    """Whether only the full marks of it all changed, which nothing but 折算 looks at."""
    steps = ([step.name for step in book.appraisal.steps] for book in (old, new))
    return len({tuple(names) for names in steps}) == 1 and old.appraisal.period is new.appraisal.period


def _fields(book: RuleBook, name: str) -> tuple[dict[str, Any], Any] | None:
    """The columns of a ledger or of the roster, and all else of it."""
    if name == ROSTER:
        return {n: meaning(f) for n, f in book.roster.fields.items()}, book.roster.classified_by
    ledger = book.ledgers.get(name.removeprefix(LEDGER)) if name.startswith(LEDGER) else None
    if ledger is None:
        return None
    return {n: meaning(f) for n, f in ledger.fields.items()}, meaning(replace(ledger, fields={}))


def _named(problems: Sequence[Problem]) -> set[str]:
    """What problems speak of."""
    return {word for problem in problems for word in _QUOTED.findall(f"{problem.context}{problem.detail}")}


def _stirred(change: Change) -> set[str]:
    """Names that stand on one side of a change only, or whose entry comes, goes or is called otherwise."""
    found: set[str] = set()
    for edit in change.edits:
        if isinstance(edit, Put):
            sides = [mentions(node.value) if node is not None else set() for node in (edit.old, edit.new)]
            found |= sides[0] ^ sides[1]
        if not isinstance(edit, Put) or edit.old is None or edit.new is None:
            found |= {edit.at[-1], edit.to[-1]}
    return found
