"""What a run over many offices has to say: faulty rows and units, counted, the first few named; rows not counted."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from engine.bulk.intake import Intake
from engine.ledger.records import FEW
from engine.rulebook import RuleBook
from engine.scoring import Sums
from engine.scoring.study import context
from engine.scoring.table import PERIOD, ROW, UNIT
from engine.source import Problem

_HINT = "核对这一行；确实如此的，先在细则文件里写明怎样计分。"


def of_rows(intake: Intake, sums: Sums) -> list[Problem]:
    """Ledger rows that cannot be scored: of one kind the first few, and how many there are."""
    found = []
    for mark, rows in sums.faults:
        numbers = rows[ROW].unique().sort()
        why = context(mark.entry) if mark.entry is not None else ""
        source = intake.folder.sources[mark.table]
        for row in numbers.head(FEW):
            place = source.cell(row, mark.columns[-1] if mark.columns else "")
            found.append(Problem("D90", f"{mark.reason}。", place, _HINT, why))
        if len(numbers) > FEW:
            detail = f"{mark.reason}：这样的共 {len(numbers)} 行，其余不一一列出。"
            found.append(Problem("D90", detail, source.cell(numbers[FEW]), "先改前面的，再看。", why))
    return found


def of_units(book: RuleBook, sums: Sums, offices: Sequence[str]) -> list[Problem]:
    """Units that fall in no cell of a table, or lack a row they must have."""
    found = []
    for mark, rows in sums.stray:
        assert mark.entry is not None
        names = "、".join(
            _named(book, offices, unit, number) for unit, number in rows.sort(UNIT, PERIOD).head(FEW).iter_rows()
        )
        detail = f"没有落在“{mark.entry.name}”的任何一格：{names}……共 {rows.height} 处。"
        hint = "核对这些数；数没有错的，把表补全：相邻两档的界限要接上。"
        found.append(Problem("D92", detail, mark.entry.place, hint, context(mark.entry)))
    for mark, rows in sums.lacking:
        expected = book.ledgers[mark.columns[0]].expected
        if expected is not None and expected.missing == "报错":
            names = "、".join(_named(book, offices, unit) for unit in rows[UNIT].unique().sort().head(FEW))
            detail = f"{mark.columns[0]}台账里没有这些单位的记录：{names}……共 {rows.height} 个。"
            found.append(Problem("D91", detail, expected.place, "每个单位补上一行。"))
    return list(dict.fromkeys(found))


def _named(book: RuleBook, offices: Sequence[str], unit: int, number: int | None = None) -> str:
    units = book.roster.units
    office = f"{offices[unit // len(units)]}·" if offices else ""
    return f"{office}{units[unit % len(units)].name}{f'（第{number}期）' if number is not None else ''}"


def uncounted(intake: Intake, sums: Sums) -> pl.DataFrame:
    """Every row read and not counted: 台账, 行 (through all its files), 原因."""
    schema = {"台账": pl.String, "行": pl.Int64, "原因": pl.String}
    rows = [(name, rows) for name in intake.frames for rows in (intake.bad.get(name), sums.left.get(name))]
    frames = [
        found.select(pl.lit(name).alias("台账"), pl.col("行").cast(pl.Int64), "原因")
        for name, found in rows
        if found is not None
    ]
    frames.insert(0, pl.DataFrame(schema=schema))
    return pl.concat(frames).unique(["台账", "行"], keep="first", maintain_order=True)
