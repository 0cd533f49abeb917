"""明细 (why each unit has its score, as an outline) and 记录 (every ledger row of each unit)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from engine.explanation import Reason, Record, Story
from engine.result import Result
from engine.rulebook import Kind, Ledger, Period
from engine.scoring import SCORE
from engine.workbook.content import Content
from engine.workbook.figures import content
from engine.workbook.page import Head, Line, Page

_REASONS = (
    Head("单位", "faint", 22), Head("项", "tree", 30), Head("值", "number", 16), Head("说明", "text", 56),
    Head("离下一档", "text", 30), Head("条款", "text", 13), Head("台账行", "text", 26), Head("细则文件行", "center", 8),
)  # fmt: skip
_RECORDS = (
    Head("单位", "text", 22), Head("台账", "center", 9), Head("行", "center", 8), Head("日期", "center", 17),
    Head("编号", "text", 13), Head("内容", "text", 60), Head("计入", "center", 8), Head("为什么", "text", 60),
    Head("文件", "text", 22),
)  # fmt: skip


def write_reasons(page: Page, stories: Sequence[Story]) -> dict[int, tuple[str, int]]:
    """The explanation trees, unit after unit; unit number → this sheet and the row its part begins in."""
    lines: list[Line] = []
    starts: dict[int, int] = {}
    for story in stories:
        starts[story.unit.number] = len(lines)
        lines += _of_unit(story)
    page.table(_REASONS, lines, frozen=2)
    first = page.row - len(lines)
    return {unit: (page.name, first + start) for unit, start in starts.items()}


def _of_unit(story: Story) -> Iterator[Line]:
    unit = story.unit
    score = unit.score
    value: Content = score if not isinstance(score, dict) else "各期见下"
    yield Line([unit.name, SCORE, value, unit.group or "", "", "", "", ""], group=True)
    for reason in (*story.reasons, *story.ranks):
        yield from _branch(unit.result, unit.name, reason, 1)
    told = [("归零", unit.vetoes), ("处置", unit.consequences), ("提示", unit.notices), ("待定", unit.pending)]
    for name, texts in told:
        for text in texts:
            yield Line([unit.name, name, "", text, "", "", "", ""], level=1)


def _branch(result: Result, unit: str, reason: Reason, depth: int) -> Iterator[Line]:
    """A reason, then what it came from, one level deeper."""
    cells: list[Content] = [
        unit, reason.name, _value(result, reason), reason.text, "；".join(reason.hints), "；".join(reason.clauses),
        _rows(reason), reason.place.line,
    ]  # fmt: skip
    yield Line(cells, level=depth)
    for child in reason.children:
        yield from _branch(result, unit, child, depth + 1)


def _value(result: Result, reason: Reason) -> Content:
    item = result.book.items.get(reason.name)
    period = item.period if item is not None else None
    return content(result, reason.name, period or Period.YEAR, reason.value)


def _rows(reason: Reason) -> str:
    """“采用：20, 36”: the ledger rows a figure was gathered from; at a space the line may break."""
    rows = reason.rows or {}
    return "；".join(f"{ledger}：{', '.join(map(str, numbers)) or '没有'}" for ledger, numbers in rows.items())


# ---- 记录 ----------------------------------------------------------------------------------


def write_records(page: Page, stories: Sequence[Story], ledgers: Mapping[str, Ledger]) -> None:
    """Every row of every ledger that concerns a unit, with Excel's filter."""
    lines = (Line(_record(story, record, ledgers[record.ledger])) for story in stories for record in story.records)
    page.table(_RECORDS, lines, frozen=1, searched=True)


def _record(story: Story, record: Record, ledger: Ledger) -> list[Content]:
    number = _numbered(ledger)
    words = dict(record.words)
    day, identity = words.pop(ledger.dated, ""), words.pop(number, "")
    counted = "计入" if record.counted else "未计"
    return [
        story.unit.name, record.ledger, record.row, day, identity, key_cells(words, ledger), counted,
        "；".join(note.removeprefix("未计：") for note in record.notes), record.file,
    ]  # fmt: skip


def _numbered(ledger: Ledger) -> str:
    """The column that identifies a row: the first text that must be filled in."""
    return next((f.name for f in ledger.fields.values() if f.kind is Kind.TEXT and f.blank is None), "")


def key_cells(words: Mapping[str, str], ledger: Ledger, *, with_unit: bool = False) -> str:
    """A row's words in one line, without blanks; the unit only when asked for."""
    fields = [f.name for f in ledger.fields.values() if with_unit or f.kind is not Kind.UNIT]
    names = [name for name in fields if words.get(name, "").strip()]
    return "，".join(f"{name} {words[name]}" for name in names)
