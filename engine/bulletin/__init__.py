"""通报: what a rule file declares under 通报, filled with results, as texts for a template. It computes no score.

:mod:`engine.bulletin.issue` says which one (kind, period, as-of day), :mod:`engine.bulletin.content` fills it,
:mod:`engine.bulletin.calculations` says how its figures came about,
:mod:`engine.bulletin.names` lists the names a template may use, :mod:`engine.bulletin.release` reads the finished
document again, :mod:`engine.bulletin.record` keeps what it was made from.
"""

from __future__ import annotations

from engine.bulletin.asked import Wording, untimely, unwritten
from engine.bulletin.blocks import blocks_of, missing, unmentioned, wanted
from engine.bulletin.calculations import opened
from engine.bulletin.changes import changes
from engine.bulletin.content import content, marks
from engine.bulletin.issue import Issue, issue_of, issues, kind_named
from engine.bulletin.names import PAGE, RULING, SHAPES, SLIP, shape_of
from engine.bulletin.record import ENDING, record
from engine.bulletin.release import differences
from engine.bulletin.slips import slips

__all__ = [
    "ENDING",
    "PAGE",
    "RULING",
    "SHAPES",
    "SLIP",
    "Issue",
    "Wording",
    "blocks_of",
    "changes",
    "content",
    "differences",
    "issue_of",
    "issues",
    "kind_named",
    "marks",
    "missing",
    "opened",
    "record",
    "shape_of",
    "slips",
    "unmentioned",
    "untimely",
    "unwritten",
    "wanted",
]  # fmt: skip
