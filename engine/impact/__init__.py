"""What a change of rules does to the units: both rule sets on the same ledgers, and the difference split.

Inside: ``effect`` the types · ``dated`` a rule set moved to the ledgers' year · ``split`` one
change at a time · ``edges`` who stands near an edge · ``retro`` results already reported.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from engine.checks import Checked
from engine.compare import Comparison, Kind, Move, sides
from engine.compare.match import UNITS
from engine.compare.meaning import meaning
from engine.impact import dated
from engine.impact.edges import edges
from engine.impact.effect import Edge, Impact, Retro, Revised, Share, Standing, UnitEffect
from engine.impact.retro import retro
from engine.impact.split import Check, Scores, Split
from engine.ledger import Ledgers
from engine.result import Figure, Result, Uncounted, Unit
from engine.rulebook import Absent, RuleBook
from engine.scoring import TIED, Outcome, score
from engine.source import Cell, Problem, Rejected

__all__ = ["Check", "Edge", "Impact", "Means", "Retro", "Revised", "Share", "Standing", "UnitEffect", "measured"]

_YEAR = re.compile(r"\s*([12][0-9]{3})")
_OTHER_YEAR, _ALIAS, _UNREAD, _LACKING = "D14", "N07", "N02", "N03"


@dataclass(frozen=True, slots=True)
class Means:
    """What the floors above lend: a document checked, ledgers read by a book, scored; and who is told of progress."""

    check: Check
    read: Callable[[RuleBook], Ledgers]
    score: Callable[[RuleBook, Ledgers], Result]
    step: Callable[[int, int], None]


def measured(comparison: Comparison, old: Checked, new: Checked, means: Means) -> Impact:
    """Both rule sets on the same ledgers. Raises :class:`Rejected` where one of them cannot read these at all."""
    names = _names(comparison, (old.book, new.book))
    known = acquainted(old.book, names), acquainted(new.book, names)
    year, (first, second) = _read(*known, means)
    books = dated.dated(known[0], year), dated.dated(known[1], year)
    results = means.score(books[0], first), means.score(books[1], second)
    shares, quiet, lost = _split(comparison, old, results, names, means)
    return Impact(
        *results, (old.book.title, new.book.title), tuple(_told((old.book, new.book), books, (first, second))),
        (_refused(results[0]), _refused(results[1])),
        tuple(_standing(u) for u in results[1].units if u.name not in names.values()),
        tuple(_standing(u) for u in results[0].units if u.name not in names),
        tuple(_units(results, names, shares)), tuple(shares), tuple(quiet), tuple(lost),
        tuple(edges(results[1])), retro(*results, (old.book.title, new.book.title), names),
    )  # fmt: skip


# ---- ledgers ----------------------------------------------------------------------------------


def _read(old: RuleBook, new: RuleBook, means: Means) -> tuple[int, tuple[Ledgers, Ledgers]]:
    """The year the ledgers are of, and what each edition, moved to it, reads in them."""
    second = means.read(new)
    years = dict.fromkeys([new.title.year, old.title.year, _written_year(second, new) or new.title.year])
    year = next((one for one in years if _of_year(means.read(dated.dated(new, one)))), new.title.year)
    second = second if year == new.title.year else means.read(dated.dated(new, year))
    first = means.read(dated.dated(old, year))
    problems = [
        replace(p, context=f"{p.context}（按{side}的细则读台账时）")
        for side, ledgers in zip(sides(old.title, new.title), (first, second), strict=True) for p in ledgers.blocking
    ]  # fmt: skip
    if problems:
        raise Rejected(second.blocking if Rejected(problems).unreadable else problems)
    return year, (first, second)


def _of_year(ledgers: Ledgers) -> bool:
    """Whether the year they were read for is not what keeps most rows out."""
    refused = sum(map(len, ledgers.bad.values()))
    strange = any(problem.code == _OTHER_YEAR for problem in ledgers.faulty)
    return not strange or 2 * refused <= sum(ledgers.rows_read.values())


def _written_year(ledgers: Ledgers, book: RuleBook) -> int | None:
    """The year that most of the rows begin their dates with."""
    columns = (raw.text[book.ledgers[name].dated] for name, raw in ledgers.raw.items())
    found = Counter(int(match[1]) for column in columns for text in column if (match := _YEAR.match(text)))
    return max(found, key=lambda year: (found[year], year), default=None)


def _told(
    own: tuple[RuleBook, RuleBook], moved: tuple[RuleBook, RuleBook], ledgers: tuple[Ledgers, Ledgers]
) -> list[str]:
    """Whose dates were moved, and what of the ledgers only one edition reads."""
    said = [text for a, b in zip(own, moved, strict=True) if (text := dated.told(a.title, b.title))]
    one, other = ([p for p in each.notices if p.code in (_UNREAD, _LACKING)] for each in ledgers)
    called = sides(own[0].title, own[1].title)
    for side, mine, others in ((called[0], one, other), (called[1], other, one)):
        known = {_plainly(problem) for problem in others}
        said += [f"{side}的细则：{text}" for p in mine if (text := _plainly(p)) not in known]
    for side, a, b, read in zip(called, own, moved, ledgers, strict=True):
        said += [f"{side}的细则：{text}" for text in _called(a, b, read)]
    return list(dict.fromkeys(said))


def _called(own: RuleBook, moved: RuleBook, ledgers: Ledgers) -> Iterator[str]:
    """The units that the ledgers call by the name which only the other edition has."""
    used = [problem.detail for problem in ledgers.notices if problem.code == _ALIAS]
    for before, after in zip(own.roster.units, moved.roster.units, strict=True):
        if before.aliases != after.aliases and any(f"“{after.aliases[-1]}”" in detail for detail in used):
            yield f"台账里的“{after.aliases[-1]}”记在“{after.name}”名下"


def _plainly(problem: Problem) -> str:
    """A notice with the ledger it is about."""
    sheet = problem.place.sheet if isinstance(problem.place, Cell) else ""
    return f"台账“{sheet}”{problem.detail}" if sheet else problem.detail


def _refused(result: Result) -> tuple[Uncounted, ...]:
    """The rows an edition would not take: those with faults, not those it leaves out by its own rules."""
    left = {(entry.ledger, entry.row) for entry in result.outcome.left}
    return tuple(row for row in result.uncounted if (row.ledger, row.row) not in left)


# ---- units ------------------------------------------------------------------------------------


def _names(comparison: Comparison, books: tuple[RuleBook, RuleBook]) -> dict[str, str]:
    """Old name → new name of every unit that both know: the same name, a declared one, or a change of name found."""
    later = {alias: unit.name for unit in books[1].roster.units for alias in (*unit.aliases, unit.name)}
    found = {
        edit.at[2]: edit.to[2] for change in comparison.changes if change.kind is Kind.RENAMED
        for edit in change.edits if isinstance(edit, Move) and edit.at[:2] == UNITS and len(edit.at) == len(UNITS) + 1
    }  # fmt: skip
    for unit in books[0].roster.units:
        known = next((later[name] for name in (unit.name, *unit.aliases) if name in later), None)
        if known is not None:
            found.setdefault(unit.name, known)
    return found


def acquainted(book: RuleBook, names: Mapping[str, str]) -> RuleBook:
    """An edition that knows its units by the other edition's names too."""
    others = {a: b for pair in names.items() for a, b in (pair, pair[::-1]) if a != b}
    taken = {name for unit in book.roster.units for name in (unit.name, *unit.aliases)}
    fresh = {
        unit.name: others[unit.name] for unit in book.roster.units if others.get(unit.name, unit.name) not in taken
    }
    if not fresh:
        return book
    units = tuple(
        replace(unit, aliases=(*unit.aliases, fresh[unit.name])) if unit.name in fresh else unit
        for unit in book.roster.units
    )
    return replace(book, roster=replace(book.roster, units=units))


def _score(unit: Unit) -> Figure:
    """得分; the sum where there are several a year, the heaviest reason where one of them has none."""
    score = unit.score
    if not isinstance(score, dict):
        return score
    figures = list(score.values())
    numbers = [value for value in figures if isinstance(value, Fraction)]
    if len(numbers) == len(figures) > 0:
        return sum(numbers, Fraction(0))
    return max((value for value in figures if isinstance(value, Absent)), default=Absent.NOT_DUE)


def _standing(unit: Unit) -> Standing:
    ranks = {name: place for name, place in unit.ranks.items() if name != TIED and not isinstance(place, dict)}
    return Standing(unit.name, _score(unit), ranks)


def _units(results: tuple[Result, Result], names: Mapping[str, str], shares: Sequence[Share]) -> Iterator[UnitEffect]:
    """The units that both know, in the new roster's order."""
    earlier = {names[unit.name]: unit for unit in results[0].units if unit.name in names}
    for unit in results[1].units:
        if unit.name in earlier:
            yield _unit(earlier[unit.name], unit, shares)


def _unit(old: Unit, new: Unit, shares: Sequence[Share]) -> UnitEffect:
    before, after = _standing(old), _standing(new)
    difference = None
    if isinstance(before.score, Fraction) and isinstance(after.score, Fraction):
        difference = after.score - before.score
    parts = {share.number: share.effects[new.name] for share in shares if new.name in share.effects}
    rest = None if difference is None else difference - sum(parts.values(), Fraction(0))
    return UnitEffect(new.group or "", before, after, difference, parts, rest)


# ---- the difference split ----------------------------------------------------------------------


def _split(
    comparison: Comparison, old: Checked, results: tuple[Result, Result], names: Mapping[str, str], means: Means
) -> tuple[list[Share], list[int], list[int]]:
    """Nothing where nobody has a score yet."""
    first, _ = results
    if not any(isinstance(_score(unit), Fraction) for unit in first.units):
        return [], [], []

    play = _Play(old, first, names, means)
    changes = {change.number: change for change in comparison.changes}
    return Split(changes, old, means.check, play, means.step).shares()


@dataclass
class _Play:
    """A patched edition on the ledgers; only what the change reaches is computed, where it reads them as ``old``."""

    old: Checked
    result: Result
    names: Mapping[str, str]
    means: Means

    def __call__(self, patched: Checked) -> Scores:
        """得分 by unit, in the names of the new edition. Raises :class:`Rejected`."""
        result = self.result if patched is self.old else self._again(patched.book) or self._afresh(patched.book)
        return {self.names.get(unit.name, unit.name): _score(unit) for unit in result.units}

    def _again(self, book: RuleBook) -> Result | None:
        """``None`` where it is not that simple: other ledgers, units, dates, or rows with faults."""
        book = self._ready(book)
        if self.base.faults or not _reads_alike(book, self.result.book):
            return None
        if meaning(book.roster) != meaning(self.result.book.roster):
            return None
        own = self.result.book
        alike = replace(book, title=own.title, roster=own.roster, ledgers=own.ledgers)
        outcome = score(alike, self.result.ledgers.frames, self.result.as_of, self.base)
        return None if outcome.faults else replace(self.result, book=book, outcome=outcome)

    @cached_property
    def base(self) -> Outcome:
        """The old edition's run, kept to build on."""
        return score(self.result.book, self.result.ledgers.frames, self.result.as_of)

    def _ready(self, book: RuleBook) -> RuleBook:
        return dated.dated(acquainted(book, self.names), self.result.book.title.year)

    def _afresh(self, book: RuleBook) -> Result:
        book = self._ready(book)
        same = _reads_alike(book, self.result.book)
        return self.means.score(book, self.result.ledgers if same else self.means.read(book))


def _reads_alike(a: RuleBook, b: RuleBook) -> bool:
    """Whether two books read the same ledgers into the same frames."""
    units = [[(unit.name, unit.aliases) for unit in book.roster.units] for book in (a, b)]
    frame = [(book.title.start, book.title.end, book.title.effective) for book in (a, b)]
    return units[0] == units[1] and frame[0] == frame[1] and meaning(a.ledgers) == meaning(b.ledgers)
