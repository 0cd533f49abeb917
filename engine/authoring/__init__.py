"""Next year's rule file, begun from this year's: the staff's own text, changed only where the year says so.

``edits`` small changes to a text · ``year`` the head of the file · ``verify`` what has to be compared with
the new document · ``waivers`` what nobody has let stand yet · ``roster`` the units after a filled-in sheet.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine.authoring.edits import Page, applied
from engine.authoring.roster import Moves, moves, rewritten
from engine.authoring.verify import listed, to_verify
from engine.authoring.waivers import suspended
from engine.authoring.year import ADDED, CHANGED, head
from engine.document import Document
from engine.ledger.quotas import Entry
from engine.rulebook import RuleBook
from engine.source import Problem, Rejected

__all__ = ["Draft", "Moves", "draft"]


@dataclass(frozen=True, slots=True)
class Draft:
    """The text of the new file, the keys of 细则 that changed, and what became of the units.

    ``suspended``: whether there were 豁免; ``remarks``: lines whose comment names the old year.
    """

    text: str
    head: tuple[str, ...]
    moves: Moves | None
    suspended: bool
    remarks: tuple[int, ...]


def draft(doc: Document, book: RuleBook, year: int, entries: Sequence[Entry] | None = None, sheet: str = "") -> Draft:
    """The file of ``book`` begun anew for ``year``; ``entries`` are the units of the workbook called ``sheet``.

    Raises :class:`Rejected` (R25) for a year that is not later, or a file that is one pair of brackets.
    """
    page = Page(doc)
    if year <= book.title.year or page.flow(doc.root):
        raise Rejected([_refused(book, year)])
    edits = [*head(page, book.title, year), *suspended(page), *listed(page, to_verify(book, sheet))]
    if entries is not None:
        edits += rewritten(page, book.roster, entries)
    text = applied(page.text, edits)
    moved = moves(book.roster, entries) if entries is not None else None
    keys = tuple(key for key in CHANGED if key in book.title.places or key in ADDED)
    return Draft(text, keys, moved, bool(book.waivers), _remarks(text, book.title.year))


def _refused(book: RuleBook, year: int) -> Problem:
    title = book.title
    if year <= title.year:
        detail = f"要开始的是 {year} 年，这份文件是 {title.year} 年的。"
        return Problem("R25", detail, title.places.get("年度", title.place), f"写 {title.year + 1} 或以后的年度。")
    return Problem("R25", "整个文件写在一对花括号里，没法逐处改。", title.place, "先改成一行一项的写法。")


def _remarks(text: str, year: int) -> tuple[int, ...]:
    """Lines whose comment names the old year."""
    pattern = re.compile(rf"(?:^|\s)#.*{year}")
    return tuple(number for number, line in enumerate(text.split("\n"), 1) if pattern.search(line))
