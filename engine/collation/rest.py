"""What the document has besides the clauses and the tables: headings, the letter around it, and what was left out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from engine.collation.finding import Finding
from engine.collation.fold import fold
from engine.collation.grids import Grids
from engine.collation.wording import Wording, lines
from engine.paper.original import Piece

_SAYS = re.compile(r"[0-9。;]")  # a line with a figure or a sentence says something
_NAMES = re.compile(r"[0-9]{4}年(?:[0-9]{1,2}月(?:[0-9]{1,2}日)?)?|〔[0-9]{4}〕[0-9]*号?")  # a day, a document
_DOTS = re.compile(r"[\W_]+")


@dataclass(slots=True)
class Rest:
    """``headings``: lines without a figure or a sentence; ``outside``: the letter before and behind the text."""

    headings: list[Piece] = field(default_factory=list)
    outside: list[Piece] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def rest(wording: Wording, grids: Grids) -> Rest:
    """Every stretch of the document that nothing accounts for, sorted by what it can be."""
    result, text = Rest(), wording.text
    taken = {text.owners[at][0] for at in wording.taken} | grids.taken
    first, last = min(taken, default=0), max(taken, default=len(text.pieces))
    for start, end in lines(wording):
        number = text.owners[min(start, end - 1)][0]
        piece, words = text.pieces[number], text.text[start:end]
        if number in grids.taken or not _DOTS.sub("", words):
            continue
        outside = number < first or number > last
        if outside and not re.search("[0-9]", _NAMES.sub("", words)):
            result.outside.append(piece)
        elif outside or _SAYS.search(words):
            detail = f"原件有，「条文」里没有：“{text.raw(start, end).strip()}”"
            result.findings.append(Finding("没有录入", "", detail, piece.where))
        elif fold(piece.text) not in {fold(p.text) for p in result.headings}:
            result.headings.append(piece)
    return result
