"""The roster as a sheet: the units with their attributes written out, filled in by staff, read back.

One row a unit: 单位, a column per attribute of the rule file, then 别名 (names apart by “、”)
and 曾用 – filled only where a unit of the rule file has a new name; nothing is guessed from likeness.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import xlsxwriter

from engine.ledger import Ledgers, intake
from engine.number import show
from engine.rulebook import Absent, Field, Kind, Ledger, Roster, RuleBook, Unit
from engine.saving import save
from engine.source import Cell, Problem, Rejected, display_width

SHEET, UNIT, ALIASES, FORMERLY = "任务表", "单位", "别名", "曾用"
_HEAD = {"bold": True, "border": 1, "align": "center", "font_name": "宋体", "font_size": 11}
_BODY = {"border": 1, "font_name": "宋体", "font_size": 11}
_NOTES = {
    ALIASES: "台账里也可以这样写的名字；几个之间用“、”隔开。",
    FORMERLY: "只在单位改名时填：「单位」写新名，这里写规则文件里的旧名。没有改名就空着。",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the sheet. ``formerly``: its name in the rule file, if another; ``values`` as those of a Unit."""

    name: str
    formerly: str
    aliases: tuple[str, ...]
    values: Mapping[str, Fraction | str | None]
    place: Cell


# ---- out --------------------------------------------------------------------------------


def write_quotas(book: RuleBook, path: Path) -> None:
    """The units of a rule file as a workbook of one sheet. Raises :class:`Rejected` (F03)."""
    memory = BytesIO()
    workbook = xlsxwriter.Workbook(memory, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True})
    workbook.set_properties({"title": f"{book.title.marked(book.title.name)}{SHEET}",
                             "created": dt.datetime.combine(book.title.start, dt.time())})  # fmt: skip
    sheet, head, body = workbook.add_worksheet(SHEET), workbook.add_format(_HEAD), workbook.add_format(_BODY)
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    if book.title.mark:
        sheet.set_header(f"&C&B{book.title.mark}")
    for column, name in enumerate((UNIT, *book.roster.fields, ALIASES, FORMERLY)):
        texts = [_cell(unit, name) for unit in book.roster.units]
        sheet.set_column(column, column, max(display_width(text) for text in (name, *texts, " " * 8)) + 3)
        sheet.write_string(0, column, name, head)
        if name in _NOTES:
            sheet.write_comment(0, column, _NOTES[name], {"author": ""})
        if options := _options(book.roster, name):
            sheet.data_validation(1, column, 1000, column, {"validate": "list", "source": list(options)})
        for row, (unit, text) in enumerate(zip(book.roster.units, texts, strict=True), 1):
            if isinstance(unit.values.get(name), Fraction) and "/" not in text:
                sheet.write_number(row, column, float(text), body)
            else:
                sheet.write_string(row, column, text, body)
    workbook.close()
    save(path, memory.getvalue())


def _cell(unit: Unit, name: str) -> str:
    special = {UNIT: unit.name, ALIASES: "、".join(unit.aliases)}
    value = unit.values.get(name)
    return special.get(name) or (show(value) if isinstance(value, Fraction) else value or "")


def _options(roster: Roster, name: str) -> tuple[str, ...]:
    return roster.fields[name].options if name in roster.fields else ()


# ---- in ---------------------------------------------------------------------------------


def read_quotas(book: RuleBook, path: Path) -> tuple[list[Entry], list[Problem]]:
    """The rows of a filled-in sheet, in its order, and notices. Raises :class:`Rejected`, every fault with its cell."""
    ledger = _as_ledger(book.roster)
    found = intake(replace(book, ledgers={SHEET: ledger}), path)
    if found.problems:
        raise Rejected([*found.problems, *found.notices])
    entries = [_entry(book.roster, ledger, found, row) for row in found.frames[SHEET].to_dicts()]
    problems = _strangers(book.roster, entries)
    if not entries:
        problems = [Problem("D10", "任务表里一个单位也没有。", Cell(str(path), SHEET), "一行写一个单位。")]
    if problems:
        raise Rejected(problems)
    return entries, found.notices


def _as_ledger(roster: Roster) -> Ledger:
    """The sheet as a ledger whose rows have no date."""
    place = roster.place
    extra = [Field(UNIT, Kind.TEXT, place), *roster.fields.values(),
             *(Field(name, Kind.TEXT, place, blank=Absent.NONE) for name in (ALIASES, FORMERLY))]  # fmt: skip
    return Ledger(SHEET, place, "", {f.name: f for f in extra}, unique=(UNIT,))


def _entry(roster: Roster, ledger: Ledger, found: Ledgers, row: Mapping[str, object]) -> Entry:
    number = int(str(row["行"]))
    values = {name: _value(field, row[name]) for name, field in roster.fields.items()}
    aliases = tuple(filter(None, (part.strip() for part in str(row[ALIASES] or "").split("、"))))
    name = str(row[UNIT])
    return Entry(name, str(row[FORMERLY] or ""), aliases, values, found.cell(ledger.name, number, UNIT, name))


def _value(field: Field, cell: object) -> Fraction | str | None:
    if cell is None or cell == "":
        return None
    if field.kind is Kind.NUMBER:
        return Fraction(int(str(cell)), 10**field.decimals)
    return field.options[int(str(cell))] if field.kind is Kind.WORD else str(cell)


def _strangers(roster: Roster, entries: list[Entry]) -> list[Problem]:
    """曾用 that names nobody, or a unit that is in the sheet under its old name as well."""
    known, present = {unit.name for unit in roster.units}, {entry.name for entry in entries}
    problems = []
    for entry in entries:
        old = entry.formerly
        if old and old not in known:
            hint = "写规则文件「单位」里的旧名；新设的单位，「曾用」空着。"
            problems.append(Problem("D22", f"「曾用」写的“{old}”不在规则文件的名单里。", entry.place, hint))
        elif old and (old in present or entry.name in known):
            detail = f"“{entry.name}”曾用“{old}”，可是两个都在名单里，不知道是改名还是两个单位。"
            problems.append(Problem("D23", detail, entry.place, "是改名的，删去另一行；不是的，清空「曾用」。"))
    return problems
