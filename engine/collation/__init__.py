"""A rule file held against the official document it was written from, word by word and number by number.

``fold`` what makes no difference · ``wording`` the clauses · ``grids`` tables and units · ``heading`` name,
number and dates · ``finding`` one difference. Nothing of the document is passed over: what neither a clause
nor a table nor the head accounts for is told as 没有录入, or, where it can say nothing about points, counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from engine.checks import Subject, waivers
from engine.checks.clauses import computing
from engine.checks.numbers import unprinted, unused_numbers
from engine.collation.finding import Finding
from engine.collation.fold import Folded
from engine.collation.grids import Grids, compared
from engine.collation.heading import heading
from engine.collation.rest import Rest, rest
from engine.collation.wording import Wording, worded
from engine.document import Document
from engine.paper.original import Original
from engine.rulebook import RuleBook
from engine.source import Span

__all__ = ["Collation", "Finding", "collate"]


@dataclass(frozen=True, slots=True)
class Collation:
    """What was compared and what differs; ``rest`` is what the document has besides."""

    original: Original
    book: RuleBook
    wording: Wording
    grids: Grids
    rest: Rest
    findings: tuple[Finding, ...]

    @property
    def uncomputed(self) -> dict[str, str]:
        """Clauses that stand in the rule file and move nothing → why."""
        computed = computing(self.book)
        told = {name: "只有口径或通报提到它" for name in self.book.clauses if name not in computed}
        return {name: self.book.clauses[name].excused or why for name, why in told.items()}

    def as_json(self) -> dict[str, Any]:
        """``xize show --document --json``."""
        return {
            "原件": self.original.name,
            "规则": self.book.source.name,
            "不一样": [finding.as_json() for finding in self.findings],
            "写法不同": self.wording.loose,
            "相同的格": self.grids.same,
            "标题和表头": [f"{piece.where} {piece.text.strip()}" for piece in self.rest.headings],
            "正文以外": [f"{piece.where} {piece.text.strip()}" for piece in self.rest.outside],
            "不计算": self.uncomputed,
        }


def collate(doc: Document, subject: Subject, original: Original) -> Collation:
    """Compare; ``doc`` is the rule file, ``subject`` the rule book read from it with its dry run."""
    book = subject.book
    wording = worded(Folded.of(original.pieces), book.clauses.values())
    grids = compared(original.pieces, book)
    besides = rest(wording, grids)
    findings = (
        *wording.findings,
        *_numbers(doc, subject, wording),
        *grids.findings,
        *heading(book.title, wording.text, besides),
        *besides.findings,
    )
    return Collation(original, book, wording, grids, besides, findings)


def _numbers(doc: Document, subject: Subject, wording: Wording) -> Iterator[Finding]:
    """The numbers of the rules against the document's own words for each clause, but for what was let stand."""
    book = subject.book
    clauses = {name: replace(clause, texts=tuple(wording.words.get(name, ()))) for name, clause in book.clauses.items()}
    there = replace(subject, book=replace(book, clauses=clauses))
    odd = (*unprinted(there), *unused_numbers(there))
    for problem in waivers.applied(odd, book.waivers.values(), waivers.definitions(doc.value)):
        if problem.code in {one.code for one in odd}:
            place = problem.place if isinstance(problem.place, Span) else None
            yield Finding("数", problem.context, problem.detail, "", place)
