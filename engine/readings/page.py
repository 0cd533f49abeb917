"""提请裁定的口径: what the office takes to its leader, in Word or Markdown, by a template of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.bulletin import RULING, blocks_of, missing, shape_of, wanted
from engine.paper import render_each, reread
from engine.paper.shelf import template_named
from engine.readings.outlook import CONSEQUENCES, POINTS, RANKS, Change, Outlook, Survey
from engine.rulebook import Reading, RuleBook
from engine.saving import save
from engine.source import Rejected

_NONE = "—"


def write(survey: Survey, path: Path) -> None:
    """Write the paper in the form that ``path`` ends in, read again before it leaves.

    Raises :class:`Rejected` (F03; what is wrong with the template; B10).
    """
    template = template_named(f"{RULING}{path.suffix.lower()}", survey.base.book.title.place)
    words = content(survey)
    (data,) = render_each(template, [words], shape_of(RULING, path.suffix.lower()))
    problems = list(missing(path.name, words, reread(data), wanted(reread(template.read_bytes()), blocks_of(RULING))))
    if problems:
        raise Rejected(problems)
    save(path, data)


def content(survey: Survey) -> dict[str, Any]:
    """Every reading that awaits a ruling, those that matter most first, then the others as rows of a table."""
    base, book = survey.base, survey.base.book
    waiting = [reading for reading in _by_weight(survey) if reading.undecided]
    state = "，暂定" if base.provisional else ""
    return {
        "标题": f"《{book.title.name}》提请裁定的口径",
        "标题行": [f"《{book.title.name}》", "提请裁定的口径"],
        "标注": [book.title.mark] if book.title.mark else [],
        "说明": [
            f"{book.title.year}年度，截至{base.as_json_date()}{state}。"
            f"口径共{len(book.readings)}个，其中{len(waiting)}个待裁定，影响大的在前。",
            "每个口径写明条文原话、现在采取的理解和理由，换成别的理解时哪些单位的得分、名次、处置会变。试算每次只换一个口径。",
        ],
        "口径": [_reading(survey, reading, number) for number, reading in enumerate(waiting, 1)],
        "其余": [_other(outlook) for outlook in survey.outlooks if not outlook.reading.undecided],
        "落款": book.letterhead.signature,
    }  # fmt: skip


def _by_weight(survey: Survey) -> list[Reading]:
    """The readings by the weightiest of their alternatives, then in the file's order."""
    names = list(dict.fromkeys(outlook.reading.name for outlook in survey.outlooks))
    rest = [name for name in survey.base.book.readings if name not in names]
    return [survey.base.book.readings[name] for name in (*names, *rest)]


def _reading(survey: Survey, reading: Reading, number: int) -> dict[str, Any]:
    outlooks = [outlook for outlook in survey.outlooks if outlook.reading.name == reading.name]
    return {
        "序": str(number),
        "编号": reading.name,
        "题": reading.question,
        "段": list(_clauses(survey.base.book, reading)),
        "采取": reading.chosen,
        "理由": reading.reason if reading.chosen == reading.taken else "（本次换用）",
        "备选": [_alternative(outlook) for outlook in outlooks],
        "没有备选": not outlooks,
    }


def _other(outlook: Outlook) -> dict[str, str]:
    reading = outlook.reading
    return {"编号": reading.name, "问题": reading.question, "采取": reading.chosen, "换成": outlook.name,
            "结果": outlook.state}  # fmt: skip


def _clauses(book: RuleBook, reading: Reading) -> Iterator[str]:
    """Each clause with its words."""
    for name in reading.clauses:
        words = "".join(book.clauses[name].printed) if name in book.clauses else ""
        yield f"{name}：{words}" if words else name


def _alternative(outlook: Outlook) -> dict[str, Any]:
    rows = list(_units(outlook))
    return {"名": outlook.name, "结果": outlook.state, "有表": bool(rows), "行": rows}


def _units(outlook: Outlook) -> Iterator[Mapping[str, str]]:
    """Every unit touched in 得分, rank or 处置, the most moved first."""
    told: dict[str, list[Change]] = {}
    for change in outlook.changes:
        if change.sort in (POINTS, RANKS, CONSEQUENCES):
            told.setdefault(change.unit, []).append(change)
    for unit in sorted(told, key=lambda unit: -max(abs(change.by) for change in told[unit])):
        columns = {sort: _words([c for c in told[unit] if c.sort == sort]) for sort in (POINTS, RANKS, CONSEQUENCES)}
        yield {"名": unit, **columns}


def _words(changes: Sequence[Change]) -> str:
    if len(changes) == 1 and changes[0].sort == changes[0].name:
        return f"{changes[0].before}→{changes[0].after}"
    return "，".join(change.words for change in changes) or _NONE
