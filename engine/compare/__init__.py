"""Two rule files as models: what changed, found by 编号, then content, then place; and which way it goes.

Inside: ``change`` the types · ``tree`` a file as named entries, edits made · ``match`` which entry is which ·
``differences`` edits found · ``group`` edits → one change each · ``words`` texts word against word · ``build``
kind, title, places · ``situations`` what is worth trying · ``rehearsal`` situations scored · ``meaning`` what a book
computes · ``cells`` tables cell by cell · ``witness`` the smallest situation that differs · ``judge`` the verdicts ·
``summary`` counts · ``text`` the terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from engine.checks import Checked
from engine.compare.build import built, flow
from engine.compare.change import (
    Change,
    Comparison,
    Direction,
    Edit,
    Kind,
    Match,
    Move,
    Path,
    Proof,
    Put,
    Side,
    Verdict,
    Witness,
    sides,
)  # fmt: skip
from engine.compare.tree import Clash, edited
from engine.document import Document

__all__ = [
    "Change",
    "Clash",
    "Comparison",
    "Direction",
    "Edit",
    "Kind",
    "Match",
    "Move",
    "Path",
    "Proof",
    "Put",
    "Side",
    "Verdict",
    "Witness",
    "applied",
    "changes",
    "sides",
]  # fmt: skip


Check = Callable[[Document, Checked], Checked]
"""A patched document of a checked one → the patched one checked. Raises :class:`engine.source.Rejected`."""


def changes(old: Checked, new: Checked, check: Check | None = None) -> Comparison:
    """The changes that make one rule file the other; with ``check``, each with its verdict.

    The comparison is made from the earlier edition to the later one and turned round if it was
    asked the other way: so one way always is the mirror of the other.
    """
    if _rank(old) > _rank(new):
        return changes(new, old, check).mirrored()
    found = built(old, new)
    if check is not None and found:
        from engine.compare.judge import judged

        found = judged(found, old, new, check)
    return Comparison(old.book, new.book, tuple(found))


def _rank(checked: Checked) -> tuple[date, date, str]:
    title = checked.book.title
    return title.start, title.issued, flow(checked.doc.value)


def applied(doc: Document, changes: Iterable[Change]) -> Document:
    """The old file with some of the changes made. Raises :class:`Clash` where one needs another."""
    return doc.rooted(edited(doc.root, [edit for change in changes for edit in change.edits]))
