"""Proofs about a rule book before any record is seen. A theme a file; every check a small function.

``bands`` values between two bands or in two · ``words`` options twice or left out ·
``direction`` better work worth less · ``marks`` full marks, caps, floors · ``quotas``
quarters against the year · ``unused`` names nobody reads · ``conditions`` always or never
true · ``dates`` · ``clauses`` text nobody carries out · ``numbers`` rules against the text
they cite · ``edges`` whether a limit itself counts · ``sheets`` ledger names Excel refuses ·
``loopholes`` worse that scores better · ``unverified`` what is not compared with the paper
yet · ``waivers`` findings that somebody lets stand.
What is wrong for certain is an error; what may be meant, a warning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from engine.checks.bands import bands
from engine.checks.clauses import clauses
from engine.checks.conditions import conditions
from engine.checks.dates import dates
from engine.checks.direction import direction, negative_deductions
from engine.checks.edges import edges
from engine.checks.loopholes import loopholes
from engine.checks.marks import full_marks, limits, worst_steps
from engine.checks.numbers import unprinted, unused_numbers
from engine.checks.quotas import numbering, quotas, totals
from engine.checks.sheets import sheet_names
from engine.checks.subject import Subject
from engine.checks.unused import read_names, unused
from engine.checks.unverified import unverified
from engine.checks.words import both_apply, missing_cells, words
from engine.document import Document
from engine.rulebook import RuleBook
from engine.scoring import Study
from engine.source import Problem, errors

__all__ = ["CHECKS", "PROOFS", "Checked", "Subject", "faults", "problems", "read_names"]

Check = Callable[[Subject], Iterator[Problem]]


@dataclass(frozen=True, slots=True)
class Checked:
    """A rule file found good: the document, its book, and the dry run that proved it."""

    doc: Document
    book: RuleBook
    study: Study


PROOFS: tuple[Check, ...] = (bands, words, direction, negative_deductions, full_marks, limits, dates, sheet_names)
"""The checks that can find an error; they also look at what an alternative reading changes."""

CHECKS: tuple[Check, ...] = (
    *PROOFS, missing_cells, both_apply, worst_steps, quotas, totals, numbering, unused, conditions, clauses, unprinted,
    unused_numbers, edges, unverified, lambda subject: loopholes(subject.study),
)  # fmt: skip


def problems(book: RuleBook, study: Study, also_read: Iterable[str] = ()) -> list[Problem]:
    """Everything the checks find. ``study``: the dry run of ``book``, itself without faults.

    ``also_read``: names that alternative readings read (:func:`read_names` of each).
    """
    subject = Subject(book, study, read=read_names(study) | frozenset(also_read))
    return [problem for check in CHECKS for problem in check(subject)]


def faults(book: RuleBook, study: Study, names: frozenset[str] | None = None) -> list[Problem]:
    """Only the errors; with ``names`` (what an alternative's change reaches), only of those."""
    subject = Subject(book, study, names=names)
    return errors(problem for check in PROOFS for problem in check(subject))
