"""What an explanation is made of: reasons in a tree, ledger records beside it. Plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.result import Figure, Unit, shown
from engine.rulebook import ABSENT_WORDS, Absent
from engine.source import Span


def said(value: Figure) -> str:
    """A value for a sentence; the reason where there is none.

    >>> said(Absent.PENDING)
    '待定'
    """
    return ABSENT_WORDS[value] if isinstance(value, Absent) else str(shown(value))


@dataclass(frozen=True, slots=True)
class Reason:
    """One figure: its sentence, clauses, YAML place, the ledger rows and the figures it came from."""

    name: str
    value: Figure
    text: str
    clauses: tuple[str, ...]
    place: Span
    hints: tuple[str, ...] = ()
    rows: Mapping[str, tuple[int, ...]] | None = None
    children: tuple[Reason, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The reason and all below it."""
        return {
            "名": self.name,
            "值": shown(self.value),
            **({"无值": said(self.value)} if isinstance(self.value, Absent) else {}),
            "说明": self.text,
            "提示": list(self.hints),
            "条款": list(self.clauses),
            "文件": self.place.source.name,
            "行": self.place.line,
            "记录": {ledger: list(rows) for ledger, rows in (self.rows or {}).items()},
            "由来": [child.as_json() for child in self.children],
        }


@dataclass(frozen=True, slots=True)
class Record:
    """One ledger row of the unit: where, its words, whether it counted and why."""

    ledger: str
    file: str
    row: int
    words: Mapping[str, str]
    counted: bool
    notes: tuple[str, ...]
    clauses: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The record as plain values."""
        return {
            "台账": self.ledger, "文件": self.file, "行": self.row, "内容": dict(self.words), "计入": self.counted,
            "说明": list(self.notes), "条款": list(self.clauses),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Story:
    """Why a unit has its score."""

    unit: Unit
    reasons: tuple[Reason, ...]
    ranks: tuple[Reason, ...]
    outcomes: tuple[Reason, ...]
    records: tuple[Record, ...]

    def as_json(self) -> dict[str, Any]:
        """``xize explain --json``."""
        title = self.unit.book.title
        clauses = {name: clause.printed for name, clause in self.unit.book.clauses.items()}
        cited = {c for reason in (*self.reasons, *self.ranks, *self.outcomes) for c in _cited(reason)}
        cited |= {c for record in self.records for c in record.clauses}
        return {
            **self.unit.as_json(),
            **({"状态": title.mark} if title.mark else {}),
            "截至": self.unit.result.as_json_date(),
            "暂定": self.unit.result.provisional,
            "口径": {r.name: r.chosen for r in self.unit.book.readings.values()},
            "理由": [reason.as_json() for reason in self.reasons],
            "排名": [reason.as_json() for reason in self.ranks],
            "处置理由": [reason.as_json() for reason in self.outcomes],
            "条文": {name: list(texts) for name, texts in clauses.items() if name in cited},
            "记录": [record.as_json() for record in self.records],
        }


def _cited(reason: Reason) -> set[str]:
    return set(reason.clauses).union(*(_cited(child) for child in reason.children))
