"""Which rule file is in force for a record, by its own date and unit; what cannot be said for certain is refused.

A rule file holds from the later of 起 and 施行 to 止. One that 替代 names, and whose days the other covers
altogether, is out of force. A record of a ledger with 期后: 计入 may also belong to a year that is over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import polars as pl

from engine.calendar import day_number, from_day_number
from engine.ledger.cells import BLANKS, reader, unit_numbers
from engine.ledger.sheets import RawTable, Sheets
from engine.rulebook import Kind, Ledger, RuleBook
from engine.source import Cell, Place, Problem
from engine.suggest import asked

_MINUTES = 24 * 60  # of a day
_SHOWN = 5  # rows
Places = tuple[int, ...]
"""Positions of rule files; a record with one is settled."""


class Choice(NamedTuple):
    """The rule files that may hold for a record: by its date, and those whose year it may come late for (期后)."""

    now: Places = ()
    late: Places = ()

    @property
    def every(self) -> Places:
        """All of them."""
        return tuple(sorted(self.now + self.late))

    def among(self, places: Collection[int]) -> Choice:
        """Of several, those that are also among these, if any."""
        found = Choice(*(tuple(at for at in some if at in places) for some in self))
        return found if len(self.every) > 1 and found.every else self


@dataclass(frozen=True)
class Edition:
    """A rule file with the days it holds (day numbers) and the name of its results."""

    book: RuleBook
    name: str

    @cached_property
    def days(self) -> tuple[int, int]:
        """The first and the last day a record may bear."""
        return day_number(self.book.title.opens), day_number(self.book.title.end)

    @cached_property
    def units(self) -> Mapping[str, int]:
        """Every name a unit may be written with."""
        return unit_numbers(self.book.roster)

    def __str__(self) -> str:
        return f"{Path(self.book.source.name).name}（{self.book.title.opens} 至 {self.book.title.end}）"


def editions(books: Iterable[RuleBook]) -> list[Edition]:
    """The rule files in force, by their days; called after the year, those of the same year after the file too."""
    found = list(books)
    years = [book.title.year for book in found]
    held = [b for b in found if not any(_replaced(b, other) for other in found)]
    return sorted(
        (Edition(b, str(b.title.year) if years.count(b.title.year) == 1 else f"{b.title.year}-{_stem(b)}")
         for b in held), key=lambda e: (e.days, e.name),
    )  # fmt: skip


def _stem(book: RuleBook) -> str:
    return Path(book.source.name).stem


def _replaced(book: RuleBook, other: RuleBook) -> bool:
    old, new = book.title, other.title
    named = bool(old.number) and old.number in new.replaces
    return book is not other and named and new.opens <= old.opens and new.end >= old.end


@dataclass(slots=True)
class Parted:
    """One workbook or folder parted: edition → its rows of each ledger; ``problems`` say what cannot be settled."""

    sheets: dict[int, Sheets] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def parted(held: Sequence[Edition], sheets: Sheets, path: Path) -> Parted:
    """Each record to the rule file in force for it.

    A record whose date is no date, or is of no rule file, goes to the nearest of those that hold for others, which
    refuses it. Records of a ledger without dates (a list) go to all of them.
    """
    choices = {name: _choices(held, name, table) for name, table in sheets.tables.items()}
    for name, table in sheets.tables.items():
        _follow_links(held, name, table, choices, sheets.tables)
    sole = sorted({c.every[0] for rows in choices.values() for c in rows if len(c.every) == 1})
    if not sole and len(held) == 1 and sheets.tables and not list(_dates(held, sheets)):
        sole = [0]  # nothing but lists, or nothing at all: there is only one to choose
    if not sole and not any(c.every for rows in choices.values() for c in rows):
        return Parted(problems=[_none_in_force(held, sheets, path)])
    settled = {name: [_settled(c, sole) for c in rows] for name, rows in choices.items()}
    problems = [p for name, table in sheets.tables.items() for p in _unsettled(held, sole, table, settled[name])]
    if problems:
        return Parted(problems=problems)
    nearest = {name: _nearest(held, sole, table, settled[name]) for name, table in sheets.tables.items()}
    return Parted({at: _of(held[at], at, at == sole[0], sheets, nearest) for at in sole})


def _choices(held: Sequence[Edition], name: str, table: RawTable) -> list[Choice]:
    """Row by row, the rule files that may hold for it by its date and, where there are several, by its unit."""
    found = [Choice()] * len(table.rows)
    for at, edition in enumerate(held):
        ledger = edition.book.ledgers.get(name)
        first, last = edition.days
        for row, day in enumerate(_days(ledger, edition, table)):
            if day is not None and first <= day <= last:
                found[row] = Choice((*found[row].now, at), found[row].late)
            elif day is not None and day > last and ledger is not None and ledger.late:
                found[row] = Choice(found[row].now, (*found[row].late, at))
    units = _units(held, name, table)
    return [choice.among([at for at in choice.every if unit in held[at].units])
            for choice, unit in zip(found, units, strict=True)]  # fmt: skip


def _days(ledger: Ledger | None, edition: Edition, table: RawTable) -> list[int | None]:
    if ledger is None or not ledger.dated or ledger.dated not in table.text.columns:
        return []
    column = ledger.fields[ledger.dated]
    read = reader(column, edition.book.roster)
    texts = table.text[ledger.dated].str.strip_chars(BLANKS)
    known = {text: value for text in texts.unique() if type(value := read(text)) is int}
    per_day = _MINUTES if column.kind is Kind.MOMENT else 1
    return [known[text] // per_day if text in known else None for text in texts]


def _units(held: Sequence[Edition], name: str, table: RawTable) -> list[str]:
    """The unit each row names, empty where the ledger has none."""
    ledgers = [e.book.ledgers[name] for e in held if name in e.book.ledgers]
    columns = [f.name for ledger in ledgers for f in ledger.fields.values() if f.kind is Kind.UNIT]
    column = next((c for c in columns if c in table.text.columns), None)
    return table.text[column].str.strip_chars(BLANKS).to_list() if column else [""] * len(table.rows)


def _follow_links(
    held: Sequence[Edition],
    name: str,
    table: RawTable,
    choices: dict[str, list[Choice]],
    tables: Mapping[str, RawTable],
) -> None:
    """A row that reaches its unit through another ledger (衔接) goes, of several rule files, where that row is."""
    links = [e.book.ledgers[name].link for e in held if name in e.book.ledgers]
    link = next((link for link in links if link is not None and link.ledger in tables), None)
    if link is None or all(len(c.every) <= 1 for c in choices[name]):
        return
    where: dict[tuple[str, ...], set[int]] = {}
    for key, choice in zip(_keys(tables[link.ledger], link.same), choices[link.ledger], strict=True):
        where.setdefault(key, set()).update(choice.every)
    keys = _keys(table, link.same)
    choices[name] = [choice.among(where.get(key, ())) for choice, key in zip(choices[name], keys, strict=True)]


def _keys(table: RawTable, columns: Sequence[str]) -> list[tuple[str, ...]]:
    found = [table.text[c].str.strip_chars(BLANKS).to_list() for c in columns if c in table.text.columns]
    return list(zip(*found, strict=True)) if found else [()] * len(table.rows)


def _settled(choice: Choice, sole: Sequence[int]) -> Places:
    """A record that may come late belongs to the one that the rest of its workbook belongs to, if that is one.

    Two rule files in force on one day are not settled so: the rest of the workbook says nothing of that day.
    """
    return (choice.among(sole) if len(sole) == 1 and len(choice.now) <= 1 else choice).every


def _nearest(held: Sequence[Edition], sole: Sequence[int], table: RawTable, settled: list[Places]) -> list[Places]:
    """The same, where no rule file holds for a record the one whose days are nearest: it refuses the record."""
    readers = [at for at in sole if table.ledger in held[at].book.ledgers]
    if not readers:
        return settled
    days = _days(held[readers[0]].book.ledgers[table.ledger], held[readers[0]], table) or [None] * len(settled)
    return [places or (min(readers, key=lambda at: _away(held[at], day)),)
            for places, day in zip(settled, days, strict=True)]  # fmt: skip


def _away(edition: Edition, day: int | None) -> int:
    first, last = edition.days
    return 0 if day is None else max(first - day, day - last, 0)


def _of(edition: Edition, at: int, first: bool, sheets: Sheets, settled: Mapping[str, list[Places]]) -> Sheets:
    """The part of the tables that one edition reads; the first also tells what is to be noticed of the files."""
    tables = {}
    for name, table in sheets.tables.items():
        ledger = edition.book.ledgers.get(name)
        if ledger is None:
            continue
        undated = not ledger.dated
        keep = [undated or at in places for places in settled[name]]
        tables[name] = table if all(keep) else _rows(table, keep, strays=first)
    return Sheets(tables, list(sheets.files), [], list(sheets.notices) if first else [])


def _rows(table: RawTable, keep: Sequence[bool], *, strays: bool) -> RawTable:
    """Some rows of a table; a flaw of a row that is otherwise blank goes with the ``strays``."""
    mask = pl.Series(keep, dtype=pl.Boolean)
    rows, every = table.rows.filter(mask), set(table.rows.to_list())
    kept = set(rows.to_list())
    flaws = (replace(f, rows=tuple(r for r in f.rows if r in kept or (strays and r not in every))) for f in table.flaws)
    return replace(table, text=table.text.filter(mask), rows=rows, flaws=tuple(f for f in flaws if f.rows))


# ---- what is told ---------------------------------------------------------------------------


def in_force(held: Iterable[Edition]) -> Iterator[tuple[str, Place]]:
    """The rule files, each with the days it holds."""
    return ((f"{e.book.title.name}，{e.book.title.opens} 至 {e.book.title.end}", e.book.title.place) for e in held)


def _none_in_force(held: Sequence[Edition], sheets: Sheets, path: Path) -> Problem:
    days = list(_dates(held, sheets))
    if days:
        said = f"记录的日期（{from_day_number(min(days))} 至 {from_day_number(max(days))}）没有一份细则管得着。"
        hint = "把那一年的细则文件放在一起；年份写错了的，改台账。"
    elif sheets.tables:
        said, hint = "没有一条写着日期的记录，说不清按哪一份细则算。", "填上记录；不该算的，移走它。"
    else:
        said, hint = "没有一张表是这些细则要的台账。", "看看工作表（文件）的名字；不是台账的，移走它。"
    return Problem("D41", f"“{path.name}”里{said}", Cell(str(path), path.name), hint, notes=tuple(in_force(held)))


def _dates(held: Sequence[Edition], sheets: Sheets) -> Iterator[int]:
    """Every day that a record bears."""
    for name, table in sheets.tables.items():
        for edition in held:
            yield from (day for day in _days(edition.book.ledgers.get(name), edition, table) if day is not None)


def _unsettled(
    held: Sequence[Edition], sole: Sequence[int], table: RawTable, settled: Sequence[Places]
) -> Iterator[Problem]:
    """The rows that more than one rule file may hold for, or none that reads such a ledger; those alike together."""
    units = _units(held, table.ledger, table)
    dated = any(e.book.ledgers[table.ledger].dated for e in held if table.ledger in e.book.ledgers)
    unread = dated and not any(table.ledger in held[at].book.ledgers for at in sole)
    alike: dict[tuple[Places, str], list[int]] = {}
    for row, places, unit in zip(table.rows, settled, units, strict=True):
        if len(places) > 1 or (unread and not places):
            nobody = unit if not any(unit in held[at].units for at in places) else ""
            alike.setdefault((places, nobody), []).append(row)
    for (places, unit), rows in alike.items():
        yield _doubt([held[at] for at in places] or held, places, table.cell(rows[0]), _said(rows), unit)


def _said(rows: Sequence[int]) -> str:
    if len(rows) == 1:
        return "这一行"
    shown = "、".join(map(str, rows[:_SHOWN])) + ("……" if len(rows) > _SHOWN else "")
    return f"第 {shown} 行，共 {len(rows)} 行"


def _doubt(which: Sequence[Edition], places: Places, place: Place, rows: str, unit: str) -> Problem:
    notes = tuple(in_force(which))
    if not places:
        return Problem(
            "D41", f"{rows}，没有一份细则管得着。", place, "改日期；或者把那一年的细则放在一起。", notes=notes
        )
    if unit:
        names = [name for edition in which for name in edition.units]
        hint = asked(unit, names, "单位名要和细则「单位」里写的一字不差。")
        return Problem("D22", f"{rows}：单位“{unit}”不在哪一份细则的名录上。", place, hint, notes=notes)
    return Problem(
        "D42", f"{rows}，{len(which)} 份细则都管得着：{'、'.join(map(str, which))}。", place,
        "改「起止」，让它们的日子不重叠（年中换的，旧的止在新的前一天）；整份停用的，移走，或者在新的里写「替代」。"
        "次年才登记的考评，两年的台账分成两本工作簿。", notes=notes,
    )  # fmt: skip
