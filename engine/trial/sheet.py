"""A workbook of cases → cases: ledgers with a column 算例, and a sheet 应为 with one expected figure a row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from engine.ledger import RawTable, Sheets
from engine.ledger.blank import CASE, CLAIM_COLUMNS, CLAIMS
from engine.ledger.sheets import read as read_sheets
from engine.rulebook import RuleBook
from engine.source import Cell, Problem, Rejected
from engine.trial.case import Case, Claim, Kind, Line, Readings
from engine.trial.reading import LISTS

_PERIOD = re.compile(r"(.+?)\s*第([1-9][0-9]?)(?:期|季|季度|月|周|半年)")
_ROW = re.compile(r"(\S+?)第([0-9]+)行")
_AS_OF, _READINGS, _NOTHING = "截至", "口径", "无"
_FLAWS = {
    "公式": ("这一格是公式，不是写下的内容。", "改成公式得出的内容：复制，再“选择性粘贴—数值”。"),
    "错误值": ("这一格是错误值，如 #N/A。", "改成应填的内容。"),
    "合并": ("这几格合并了，只有左上角一格有内容。", "取消合并，每格都填上。"),
}


@dataclass(slots=True)
class _Draft:
    """A case while its rows are gathered."""

    place: Cell
    note: str = ""
    as_of: date | None = None
    readings: Readings = ()
    claims: list[Claim] = field(default_factory=list)
    lines: dict[str, list[Line]] = field(default_factory=dict)


def cases_in(book: RuleBook, path: Path) -> list[Case]:
    """The cases of a workbook. Raises :class:`Rejected` with every fault found."""
    sheets = read_sheets(path, [*book.ledgers, CLAIMS])
    problems = [*sheets.problems, *_flawed(sheets)]
    claims = sheets.tables.get(CLAIMS)
    missing = [name for name in CLAIM_COLUMNS[:4] if claims is not None and name not in claims.text.columns]
    if (claims is None or missing) and not problems:
        what = f"“{CLAIMS}”缺少“{'、'.join(missing)}”列" if missing else f"没有工作表“{CLAIMS}”"
        hint = "用 xize template … --cases 生成空白算例。"
        problems.append(Problem("C01", f"{what}，不知道应当得出什么。", Cell(str(path), path.name), hint))
    if claims is None or problems:
        raise Rejected(problems)
    drafts = _drafts(claims, problems)
    for name, table in sheets.tables.items():
        if name in book.ledgers:
            _add_lines(book, name, table, drafts, problems)
    if problems:
        raise Rejected(problems)
    return [_case(name, draft) for name, draft in drafts.items()]


def _flawed(sheets: Sheets) -> Iterator[Problem]:
    """Formulas, error values and merged cells are told before anything is made of them."""
    for table in sheets.tables.values():
        for flaw in table.flaws:
            if flaw.kind in _FLAWS:
                detail, hint = _FLAWS[flaw.kind]
                yield Problem("C01", detail, table.cell(flaw.rows[0], flaw.column), hint)


def _drafts(table: RawTable, problems: list[Problem]) -> dict[str, _Draft]:
    drafts: dict[str, _Draft] = {}
    for row, words in table.records(table.rows.to_list()).items():
        cells = {name: words.get(name, "").strip() for name in CLAIM_COLUMNS}
        place = table.cell(row, CLAIMS, cells[CLAIMS])
        if not cells[CASE] or not cells["项"]:
            name = "项" if cells[CASE] else CASE
            problems.append(Problem("C01", f"“{name}”空着。", table.cell(row, name), "一行写一个算例的一项。"))
            continue
        draft = drafts.setdefault(cells[CASE], _Draft(table.cell(row, CASE, cells[CASE])))
        draft.note = "\n".join(text for text in (draft.note, cells["说明"]) if text)
        _take(draft, cells, place, problems)
    return drafts


def _take(draft: _Draft, cells: Mapping[str, str], place: Cell, problems: list[Problem]) -> None:
    """One row of 应为: how to run the case, or a figure that must come out."""
    name, wanted = cells["项"], cells[CLAIMS]
    try:
        if name == _AS_OF:
            draft.as_of = date.fromisoformat(wanted)
        elif name == _READINGS:
            reading, _, taken = wanted.replace("＝", "=").partition("=")
            draft.readings = (*draft.readings, (reading.strip(), taken.strip()))
        else:
            draft.claims.append(_claim(cells["单位"], name, wanted, place))
    except ValueError:
        problems.append(Problem("C01", f"“{wanted}”读不懂。", place, "日期写作 2024-06-30，行写作 批示第2行。"))


def _claim(unit: str, name: str, wanted: str, place: Cell) -> Claim:
    listed = tuple(text.strip() for text in re.split("[；;]", wanted) if text.strip() and text.strip() != _NOTHING)
    if name == Kind.UNCOUNTED.value:
        return Claim(Kind.UNCOUNTED, "", "", None, tuple(_row(text) for text in listed), place)
    if name == Kind.FAULTS.value:
        return Claim(Kind.FAULTS, "", "", None, listed, place)
    if name in LISTS:
        return Claim(Kind.LIST, unit, name, None, listed, place)
    match = _PERIOD.fullmatch(name)
    name, number = (match[1], int(match[2])) if match else (name, None)
    part = re.fullmatch(r"项目[ 　:：]*(.+)", name)
    kind = Kind.PART if part else Kind.FIGURE
    return Claim(kind, unit, part[1] if part else name, number, wanted, place)


def _row(text: str) -> str:
    match = _ROW.fullmatch(text)
    if match is None:
        raise ValueError(text)
    return f"{match[1]} {match[2]}"


def _add_lines(
    book: RuleBook, ledger: str, table: RawTable, drafts: dict[str, _Draft], problems: list[Problem]
) -> None:
    fields = book.ledgers[ledger].fields
    for row, words in table.records(table.rows.to_list()).items():
        name = words.get(CASE, "").strip()
        if name not in drafts:
            detail = f"算例“{name}”在“{CLAIMS}”里没有一行。" if name else "这一行没有写是哪个算例的。"
            problems.append(Problem("C01", detail, table.cell(row, CASE, name), f"“{CASE}”列写“{CLAIMS}”里的名字。"))
        else:
            cells = {column: words.get(column, "").strip() for column in fields}
            drafts[name].lines.setdefault(ledger, []).append(Line(cells, row, table.cell(row)))


def _case(name: str, draft: _Draft) -> Case:
    lines = {ledger: tuple(rows) for ledger, rows in draft.lines.items()}
    kinds = {claim.kind for claim in draft.claims}
    if not kinds & {Kind.UNCOUNTED, Kind.FAULTS}:
        draft.claims.append(Claim(Kind.UNCOUNTED, "", "", None, (), draft.place))
    return Case(name, draft.place, draft.note, lines, tuple(draft.claims), draft.as_of, draft.readings)
