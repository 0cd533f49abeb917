"""Ledgers as written → typed frames; every refused row with its cell, its text and the repair.

All faults are gathered in one pass. A frame holds ``行`` (the row number its user
sees) and one column per field: TEXT as String, FLAG as Boolean, the rest as Int64
(see :mod:`engine.ledger.cells`). Rows with a fault are not in the frame but under ``bad``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import polars as pl

from engine.ledger import keys, records
from engine.ledger.cells import BLANKS, closest, said
from engine.ledger.records import TYPES, Findings
from engine.ledger.sheets import NO_LEDGER, RawTable, Sheets, read
from engine.rulebook import ABSENT_WORDS, Field, Ledger, RuleBook
from engine.source import Cell, Problem, Severity

__all__ = ["Ledgers", "RawTable", "Sheets", "intake", "taken"]

_NO_ONE: Mapping[str, Sequence[str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Ledgers:
    """What came in.

    ``frames`` hold the sound rows, typed; ``raw`` the texts as written; ``bad`` row →
    reason for every refused row; ``blocking`` are faults of a whole file, ledger or
    column, ``faulty`` those of single rows (which may be left out, with their reasons).
    For each ledger ``rows_read`` = rows in its frame + rows under ``bad``.
    """

    frames: Mapping[str, pl.DataFrame]
    raw: Mapping[str, RawTable]
    rows_read: Mapping[str, int]
    bad: Mapping[str, Mapping[int, str]]
    blocking: list[Problem]
    faulty: list[Problem]
    notices: list[Problem]
    files: list[tuple[str, str, dict[str, int]]]

    @property
    def problems(self) -> list[Problem]:
        """Every fault: whole files and ledgers first, then rows."""
        return self.blocking + self.faulty

    def cell(self, ledger: str, row: int, column: str = "", text: str = "") -> Cell:
        """The place of a ledger's cell as its user finds it."""
        return self.raw[ledger].cell(row, column, text)


def intake(book: RuleBook, path: Path, used_by: Mapping[str, Sequence[str]] = _NO_ONE) -> Ledgers:
    """Read every ledger of ``book`` from a workbook or folder and check each cell.

    ``used_by`` names, for a ledger or ``台账.列``, the items that read it; a missing
    one is told with them. Faults are in the result, never raised.
    """
    return taken(book, read(path, book.ledgers), path, used_by)


def taken(book: RuleBook, sheets: Sheets, path: Path, used_by: Mapping[str, Sequence[str]] = _NO_ONE) -> Ledgers:
    """Like :func:`intake`, of tables already read; ``path`` is where a missing one should have been."""
    blocking, notices = list(sheets.problems), list(sheets.notices)
    faulty: list[Problem] = []
    # Where a file could not be read, its ledgers are not missing: one fault is told, not two.
    unread = any(problem.code.startswith("F") for problem in blocking)
    frames = {name: _empty(ledger) for name, ledger in book.ledgers.items()}
    bad: dict[str, dict[int, str]] = {name: {} for name in frames}
    rows_read = dict.fromkeys(frames, 0)
    if not sheets.tables and not unread and any(not ledger.optional for ledger in book.ledgers.values()):
        blocking.append(_no_ledger(book, path, notices))
        unread, notices = True, [n for n in notices if n.hint != NO_LEDGER]
    found: dict[str, Findings] = {}
    for name, ledger in book.ledgers.items():
        if name in sheets.tables:
            found[name] = Findings(_filled(ledger, sheets.tables[name]))
            frames[name] = _typed(ledger, book, sheets.tables[name].text.columns, found[name], used_by)
        elif not unread:
            (notices if ledger.optional else blocking).append(_missing_ledger(ledger, path, used_by))
    keys.refuse_alike(book, frames, found)
    keys.tell_unlinked(book, frames, found)
    for name, findings in found.items():
        frames[name] = findings.sound(frames[name])
        bad[name] = dict(sorted(findings.bad.items()))
        rows_read[name] = len(set(findings.table.rows.to_list()) | findings.bad.keys())
        blocking += findings.blocking
        faulty += findings.faulty
        notices += findings.notices
    raw = {name: findings.table for name, findings in found.items()}
    return Ledgers(frames, raw, rows_read, bad, blocking, faulty, notices, _files(sheets, rows_read))


def _filled(ledger: Ledger, table: RawTable) -> RawTable:
    """The table with a blank column for every field that is not there."""
    missing = [pl.lit("").alias(name) for name in ledger.fields if name not in table.text.columns]
    return replace(table, text=table.text.with_columns(missing)) if missing and table.text.width else table


def _files(sheets: Sheets, rows_read: Mapping[str, int]) -> list[tuple[str, str, dict[str, int]]]:
    held = {name: {ledger: rows_read[ledger] for ledger, t in sheets.tables.items() if t.file == name}
            for name, _ in sheets.files}  # fmt: skip
    return [(name, digest, held[name]) for name, digest in sheets.files]


def _no_ledger(book: RuleBook, path: Path, notices: Sequence[Problem]) -> Problem:
    """Nothing in it is a ledger: most likely it is another file."""
    others = [n.place.sheet for n in notices if n.code == "N01" and isinstance(n.place, Cell)]
    held = f"，有的是：{'、'.join(others[:8])}{'等' if len(others) > 8 else ''}" if others else ""
    hint = (f"拿错了文件的（例如拿了写出的成绩），换成台账；没有拿错的，按台账取名：{'、'.join(book.ledgers)}，"
            "空白台账可用 template 命令写出。")  # fmt: skip
    return Problem("D01", f"“{path.name}”里一张台账也没有{held}。", Cell(str(path), path.name), hint)


def _missing_ledger(ledger: Ledger, path: Path, used_by: Mapping[str, Sequence[str]]) -> Problem:
    place = Cell(str(path), path.name)
    if ledger.optional:
        return Problem(
            "N03",
            f"没有台账“{ledger.name}”，按没有记录算。",
            place,
            f"有记录的，加一张“{ledger.name}”。",
            severity=Severity.NOTICE,
        )
    hint = f"加一张“{ledger.name}”，首行写列名：{'、'.join(ledger.fields)}；没有记录就只留这一行。"
    return Problem("D01", f"没有台账“{ledger.name}”{_needed_by(ledger.name, used_by)}。", place, hint)


def _needed_by(name: str, used_by: Mapping[str, Sequence[str]]) -> str:
    items = used_by.get(name, ())
    return f"，计算“{'”“'.join(items[:3])}”{'等' if len(items) > 3 else ''}要用" if items else ""


def _empty(ledger: Ledger) -> pl.DataFrame:
    return pl.DataFrame(schema={"行": pl.Int64} | {name: TYPES[f.kind] for name, f in ledger.fields.items()})


# ---- one ledger -------------------------------------------------------------------------


def _typed(
    ledger: Ledger, book: RuleBook, header: Sequence[str], findings: Findings, used_by: Mapping[str, Sequence[str]]
) -> pl.DataFrame:
    if not _header(ledger, header, findings, used_by):
        return _empty(ledger)
    text = records.trimmed(ledger, findings)
    to_judge = records.cells_to_judge(ledger, findings)
    columns = [records.column(f, text[name], to_judge[name], book.roster, findings)
               for name, f in ledger.fields.items()]  # fmt: skip
    frame = pl.DataFrame([findings.table.rows.alias("行"), *columns])
    records.check_year(ledger, book.title, frame, text, findings)
    records.check_unique(ledger, findings.sound(frame), text, findings)
    frame = findings.sound(frame)
    records.tell_alike(ledger, frame, findings)
    return frame


def _header(ledger: Ledger, have: Sequence[str], findings: Findings, used_by: Mapping[str, Sequence[str]]) -> bool:
    """Whether every column that may not be blank is there; ``have`` are the names in the file."""
    unknown = [name for name in have if name not in ledger.fields]
    missing = [name for name in ledger.fields if name not in have]
    if len(missing) == len(ledger.fields):
        detail = f"第 1 行不是列名；这张台账的列是：{'、'.join(ledger.fields)}。"
        findings.block("D04", detail, "", _header_hint(ledger, have, findings.table))
        return False
    told = {near for name in missing if (near := closest(name, unknown))}
    for name in missing:
        _tell_missing(ledger, name, closest(name, unknown), findings, used_by)
    for name in unknown:
        if name not in told:
            findings.note(
                "N02",
                f"列“{name}”不在细则的台账里，没有读。",
                1,
                name,
                "自己备注用的，不必理会；该读的，列名要和细则里一字不差。",
            )
    return all(ledger.fields[name].blank is not None for name in missing)


def _tell_missing(
    ledger: Ledger, name: str, near: str, findings: Findings, used_by: Mapping[str, Sequence[str]]
) -> None:
    """A missing column is a fault, unless it may be blank and no other name is like it: a slip would lose its cells."""
    f, reason = ledger.fields[name], _needed_by(f"{ledger.name}.{name}", used_by)
    if near:
        other = f"不是的，另加一列“{name}”" + ("，可以空着。" if f.blank else "。")
        findings.block(
            "D02", f"缺少“{name}”列{reason}；有一列叫“{near}”。", near, f"如果就是它，列名改为“{name}”；{other}"
        )
    elif f.blank is None:
        findings.block("D02", f"缺少“{name}”列{reason}。", "", f"在第 1 行加上列名“{name}”并填写。")
    else:
        findings.note(
            "N03", f"没有“{name}”列，按每格都空着算{_meaning(f)}。", hint=f"要填的，在第 1 行加上列名“{name}”。"
        )


def _header_hint(ledger: Ledger, have: Sequence[str], table: RawTable) -> str:
    below = table.text.head(5).rows()
    if any(cell.strip(BLANKS) in ledger.fields for row in below for cell in row):
        return "列名要在第 1 行：删去它上面的标题行。"
    if len(have) == 1 and any(mark in have[0] for mark in "\t;；，"):
        return "列与列之间要用英文逗号隔开。"
    return "可以用空白台账（template 命令）重新填。"


def _meaning(f: Field) -> str:
    if isinstance(f.blank, str):
        return f"（空着＝{said(f.blank)}）"
    return f"（空着＝{ABSENT_WORDS[f.blank]}）" if f.blank else ""
