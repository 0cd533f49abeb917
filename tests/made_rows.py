"""Ledger rows written by hand or by seed, put on disk and scored: what the laws and explanations are tried on."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

import random_ledgers
from engine.pipeline import Options, score_by
from engine.result import Result, Unit
from engine.rulebook import RuleBook
from engine.scoring.table import ROW
from random_ledgers import COLUMNS, Ledgers, Row

SHEETS = {"csv": random_ledgers.write_csv, "parquet": random_ledgers.write_parquet}


def row(ledger: str, *cells: str) -> Row:
    """One record; cells left out at the end are blank.

    >>> row("失实", "大埔镇", "2024-05-06", "越级")["信息编号"]
    ''
    """
    return dict(zip(COLUMNS[ledger], [*cells, *[""] * (len(COLUMNS[ledger]) - len(cells))], strict=True))


def rows(ledger: str, *lines: str) -> list[Row]:
    """Records of one ledger, the cells of each parted by blanks; ``+`` joins day and time, ``-`` is a blank cell."""
    cells = [[("" if c == "-" else c.replace("+", " ")) for c in line.split()] for line in lines]
    return [row(ledger, *c) for c in cells]


def year(**given: list[Row]) -> Ledgers:
    """All ledgers, the others empty."""
    return {ledger: list(given.get(ledger, ())) for ledger in COLUMNS}


def assessed(book: RuleBook, *but: str) -> list[Row]:
    """机制 without a fault for every unit, those named excepted."""
    names = [unit.name for unit in book.roster.units if unit.name not in but]
    return [row("机制", name, "2024-12-20", *["否"] * 5) for name in names]


def joined(data: Ledgers, more: Ledgers) -> Ledgers:
    """Both sets of ledgers, the second one's rows after the first one's."""
    return {ledger: [*data.get(ledger, ()), *more.get(ledger, ())] for ledger in COLUMNS}


def scored(book: RuleBook, data: Ledgers, kind: str = "csv", **options: Any) -> Result:
    """The ledgers written as files of a kind and scored; the files do not outlive the call."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        if kind == "xlsx":
            random_ledgers.write_xlsx(data, place / "台账.xlsx")
            place /= "台账.xlsx"
        else:
            SHEETS[kind](data, place)
        return score_by(book, place, Options(**options))


def named(result: Result, name: str) -> Unit:
    """One unit of a result."""
    return next(unit for unit in result.units if unit.name == name)


def figures(result: Result, *but: str) -> dict[str, dict[str, Any]]:
    """Unit → its part of the JSON without the keys named; row numbers are blotted out, lists of remarks sorted."""
    return {unit.name: {k: _blotted(v) for k, v in unit.as_json().items() if k not in but} for unit in result.units}


def _blotted(value: Any) -> Any:
    return sorted(re.sub(r"第\d+行", "某行", text) for text in value) if isinstance(value, list) else value


def counted(result: Result) -> dict[str, set[int]]:
    """Ledger → the row numbers that were scored."""
    return {ledger: set(result.rows(ledger)[ROW].to_list()) for ledger in result.book.ledgers}


def left_out(result: Result) -> dict[str, list[int]]:
    """Ledger → the row numbers under 未计."""
    return {ledger: [u.row for u in result.uncounted if u.ledger == ledger] for ledger in result.book.ledgers}
