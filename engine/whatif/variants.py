"""Each variant is a rule file of its own: read and checked as one, or said why it cannot stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from engine import schema
from engine.calendar import day_number
from engine.checks import Checked, Subject, faults
from engine.checks.subject import domain, levels
from engine.document import Document
from engine.reader import read
from engine.rulebook import RuleBook
from engine.scoring import Study, check, dry
from engine.scoring.variant import changed, stale_in
from engine.source import Problem, Rejected, errors
from engine.whatif.merge import Unlike, other_attributes
from engine.whatif.request import Axis, applied, grid


@dataclass(frozen=True, slots=True)
class Variant:
    """One combination of values: for each axis which of its values; the book, or why there is none."""

    number: int
    at: tuple[int, ...]
    values: tuple[str, ...]
    book: RuleBook | None
    problems: tuple[Problem, ...] = ()


class Variants:
    """Makes the variants of a rule file found good; ``tell`` hears of each one made."""

    def __init__(self, base: Checked, axes: Sequence[Axis], tell: Callable[[], None]) -> None:
        self.base, self.axes, self.tell = base, axes, tell
        self._shapes: dict[tuple[int, str], list[Problem]] = {}
        self._docs: dict[tuple[int, ...], Document] = {(): base.doc}

    def all(self) -> list[Variant]:
        """Every variant, in the order of the grid."""
        whole = list(grid(self.axes))
        shared = self._domains_stand(whole)
        return [self._variant(number, at, shared=shared) for number, at in enumerate(whole, 1)]

    def _variant(self, number: int, at: tuple[int, ...], *, shared: bool) -> Variant:
        values = tuple(axis.values[n] for axis, n in zip(self.axes, at, strict=True))
        self.tell()
        try:
            return Variant(number, at, values, self._book(at, shared=shared))
        except Rejected as rejected:
            return Variant(number, at, values, None, tuple(errors(rejected.problems)))

    def _book(self, at: tuple[int, ...], *, shared: bool) -> RuleBook:
        """The book of a variant, without faults. Raises :class:`Rejected`."""
        book = read(self._document(at), None, (self.base.doc, self.base.book))
        found = self._faults(book) if shared else _studied(book, self.base)
        if found:
            raise Rejected(found)
        return book

    def _document(self, at: tuple[int, ...]) -> Document:
        """The patched document; of the combinations before it only the last is kept."""
        if at not in self._docs:
            before = self._document(at[:-1])
            axis, number = self.axes[len(at) - 1], at[-1]
            doc, path = applied(before, axis.path, axis.values[number])
            shape = (len(at) - 1, _skeleton(axis.values[number]))
            if shape not in self._shapes:
                self._shapes[shape] = errors(schema.problems(doc, (path,)))
            if self._shapes[shape]:
                raise Rejected(self._shapes[shape])
            self._docs = {key: kept for key, kept in self._docs.items() if len(key) < len(at)}
            self._docs[at] = doc
        return self._docs[at]

    def _faults(self, book: RuleBook) -> list[Problem]:
        """The errors of the items that are other ones, what their keys can be being what it is in the file."""
        other_attributes(self.base.book.roster, book.roster)
        names = changed(self.base.book, replace(book, roster=self.base.book.roster))
        return faults(book, self.base.study, frozenset(names))

    def _domains_stand(self, whole: Sequence[tuple[int, ...]]) -> bool:
        """Whether what the keys of bands can be is the same in the outermost variants as in the file."""
        outer = {
            at for at in whole if all(n in (0, len(axis.values) - 1) for axis, n in zip(self.axes, at, strict=True))
        }
        try:
            return all(self._domain_stands(at) for at in sorted(outer)[:_OUTER])
        except (Rejected, Unlike):
            return False

    def _domain_stands(self, at: tuple[int, ...]) -> bool:
        book = read(self._document(at), None, (self.base.doc, self.base.book))
        names = _reached(book, self.base)
        if book.items.keys() != self.base.book.items.keys():
            return False
        own, file = (Subject(book, study, names=names) for study in (_dried(book, self.base), self.base.study))
        return [domain(own, level) for level in levels(own)] == [domain(file, level) for level in levels(file)]


_OUTER = 16  # variants tried for it
_LONG = re.compile(r"(-?)([0-9]{3,}|[0-9]+(?=\.))(?:\.([0-9]+))?(\D*)")


def _skeleton(text: str) -> str:
    """What the shape of a rule file can depend on: of a long or broken number only its sign, its lengths, its unit.

    >>> _skeleton("16.25"), _skeleton("17.75"), _skeleton("9"), _skeleton("180")
    ('99.99', '99.99', '9', '999')
    """
    match = _LONG.fullmatch(text)
    if match is None:
        return text
    sign, whole, rest, unit = match.groups()
    short = "0" if whole.startswith("0") else "9" * min(len(whole), 16)
    return f"{sign}{short}{'.' + '9' * len(rest) if rest else ''}{unit}"


def _reached(book: RuleBook, base: Checked) -> frozenset[str]:
    """What a variant's change reaches. Raises :class:`Unlike` where its units are not the file's."""
    attributes = other_attributes(base.book.roster, book.roster)
    return stale_in(replace(book, roster=base.book.roster), base.study, attributes)


def _dried(book: RuleBook, base: Checked) -> Study:
    return dry(book, day_number(book.title.end), base.study)


def _studied(book: RuleBook, base: Checked) -> list[Problem]:
    """The errors of a variant by a dry run of its own."""
    study = _dried(book, base)
    return check(study) or faults(book, study, study.stale)
