"""A text people wrote, a place in it, and a fault found there.

Everything above this floor speaks about faults with these types only: a fault is
a value (:class:`Problem`), faults are gathered and shown together, and the one
exception (:class:`Rejected`) carries them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from engine.codes import CODES


class Severity(Enum):
    """How much a fault weighs: an ERROR stops the run, the others are told."""

    ERROR = "错误"
    WARNING = "警告"
    NOTICE = "提示"


@dataclass(frozen=True, slots=True)
class Source:
    """A text file as read: its shown name and its lines without line ends."""

    name: str
    lines: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one line of a text: ``line`` from 1, columns from 0, in characters."""

    source: Source
    line: int
    start: int
    end: int

    def __str__(self) -> str:
        return f"{self.source.name} 第 {self.line} 行"


@dataclass(frozen=True, slots=True)
class Cell:
    """A place in a ledger: file, sheet, row number as the user sees it, column letter or name."""

    file: str
    sheet: str
    row: int | None = None
    column: str = ""
    text: str = ""

    def __str__(self) -> str:
        spot = f"{self.column}{self.row or ''}" if self.column.isascii() else f"第{self.row}行「{self.column}」"
        spot = spot if self.column or not self.row else f"第{self.row}行"
        return f"{self.sheet}!{spot}" if spot else self.sheet


@dataclass(frozen=True, slots=True)
class Passage:
    """A place in a Word document or a web page: file, part (正文, 页脚, a table …), the text there."""

    file: str
    where: str = ""
    text: str = ""

    def __str__(self) -> str:
        return f"{self.file} {self.where}{f'“{self.text}”' if self.text else ''}".strip()


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed on the command line: the option and its value."""

    option: str
    text: str

    def __str__(self) -> str:
        return f"命令行 {self.option} {self.text}"


Place = Span | Cell | Passage | Typed


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault, for people: what is wrong, where, why, and what to do.

    ``code`` is a key of :data:`engine.codes.CODES`; its sentence is the headline
    unless ``summary`` says it better. ``context`` names the clause and item; ``about``
    every entry of the rule file that the finding rests on.
    """

    code: str
    detail: str
    place: Place | None = None
    hint: str = ""
    context: str = ""
    severity: Severity = Severity.ERROR
    summary: str = ""
    notes: tuple[tuple[str, Place], ...] = ()
    about: tuple[str, ...] = ()

    @property
    def headline(self) -> str:
        return self.summary or CODES[self.code]

    def as_json(self) -> dict[str, object]:
        """The fault as plain values (``--json``)."""
        return {
            "编号": self.code,
            "轻重": self.severity.value,
            "概述": self.headline,
            **_place_json(self.place),
            "条款": self.context,
            "说明": self.detail,
            "建议": self.hint,
            "另见": [{"说明": text, **_place_json(place)} for text, place in self.notes],
        }


class Rejected(Exception):
    """The input cannot be used; ``problems`` says why, all at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("；".join(p.headline for p in self.problems))

    @property
    def unreadable(self) -> bool:
        """Whether a file could not be read at all (exit code 3 instead of 1)."""
        return any(p.code.startswith("F") for p in self.problems)

    @property
    def misused(self) -> bool:
        """Whether only what was typed on the command line is at fault (exit code 2)."""
        return all(isinstance(p.place, Typed) for p in errors(self.problems))


def errors(problems: Iterable[Problem]) -> list[Problem]:
    """Only the faults that stop a run."""
    return [p for p in problems if p.severity is Severity.ERROR]


def display_width(text: str) -> int:
    """Columns a text takes on a terminal: a Chinese character takes two.

    >>> display_width("ab大埔")
    6
    """
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def render(problem: Problem) -> str:
    """The fault as the user reads it, the exact part of the line marked."""
    lines = [f"{problem.severity.value} {problem.code}  {problem.headline}"]
    if problem.place is not None or problem.context:
        lines.append("  " + " · ".join(str(part) for part in (problem.place, problem.context) if part))
    if isinstance(problem.place, Span):
        lines += _excerpt(problem.place)
    lines += [f"  {line}" for line in problem.detail.splitlines()]
    for text, place in problem.notes:
        lines.append(f"  另见 {place}：{text}")
    if problem.hint:
        lines.append(f"  建议：{problem.hint}")
    return "\n".join(lines)


def _excerpt(span: Span, most: int = 96) -> list[str]:
    if not 1 <= span.line <= len(span.source.lines):
        return []
    text = span.source.lines[span.line - 1].replace("\t", " ")
    shift = max(0, span.start - most // 2)
    shown = text[shift : shift + most]
    lead = "…" if shift else ""
    gutter = f"    {span.line} | "
    before = " " * (len(gutter) + display_width(lead + shown[: span.start - shift]))
    marked = shown[span.start - shift : max(span.end, span.start + 1) - shift]
    return [gutter + lead + shown, before + "^" * max(1, display_width(marked))]


def _place_json(place: Place | None) -> dict[str, object]:
    match place:
        case Span():
            return {"文件": place.source.name, "行": place.line, "列": place.start + 1}
        case Cell():
            return {"文件": place.file, "台账": place.sheet, "行": place.row, "列": place.column, "原文": place.text}
        case Passage():
            return {"文件": place.file, "位置": place.where, "原文": place.text}
        case Typed():
            return {"参数": place.option, "原文": place.text}
    return {}
