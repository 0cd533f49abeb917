"""A rule book of two small ledgers, made by hand, and ways to write records down for it in every form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import xlsxwriter

from engine.rulebook import Absent, Field, Kind, Ledger, Roster, Title, Unit
from engine.source import Source, Span

PLACE = Span(Source("rules.yaml", ("",)), 1, 0, 0)
NAMES = ("大埔镇", "凤山镇", "县教育局", "县水利局（含水库移民局）")

ADOPTED = ("信息编号", "单位", "采用日期", "渠道", "标题")
EVENTS = ("事件编号", "单位", "发生时间", "书面报告时间", "次数", "无故", "后果")
GOOD_ADOPTED = ("2024-001", "大埔镇", "2024-03-05", "县内刊物", "一则信息")
GOOD_EVENT = ("T-1", "凤山镇", "2024-03-05 08:30", "", "62.5", "否", "")


def column(name: str, kind: Kind, **more: Any) -> Field:
    """A field without a place of its own."""
    return Field(name, kind, PLACE, **more)


def ledger(name: str, dated: str, *fields: Field, **more: Any) -> Ledger:
    """A ledger of these fields."""
    return Ledger(name, PLACE, dated, {f.name: f for f in fields}, **more)


def book(*, late: bool = False, optional: bool = False) -> Any:
    """采用 and 突发, four units; ``late`` and ``optional`` are about 突发."""
    adopted = ledger(
        "采用", "采用日期",
        column("信息编号", Kind.TEXT), column("单位", Kind.UNIT), column("采用日期", Kind.DAY),
        column("渠道", Kind.WORD, options=("县内刊物", "市级采用")), column("标题", Kind.TEXT, blank=Absent.NONE),
        alike=("单位", "渠道", "标题"),
    )  # fmt: skip
    events = ledger(
        "突发", "发生时间",
        column("事件编号", Kind.TEXT), column("单位", Kind.UNIT), column("发生时间", Kind.MOMENT),
        column("书面报告时间", Kind.MOMENT, blank=Absent.NONE), column("次数", Kind.NUMBER),
        column("无故", Kind.FLAG, blank=Absent.PENDING),
        column("后果", Kind.WORD, options=("无", "不良影响"), blank="无"),
        unique=("事件编号", "单位"), late=late, optional=optional,
    )  # fmt: skip
    aliases = {"县教育局": ("教育局",)}
    units = tuple(Unit(name, PLACE, aliases.get(name, ()), {}) for name in NAMES)
    first, last = dt.date(2024, 1, 1), dt.date(2024, 12, 31)
    title = Title("某县细则", 2024, "", first, first, "", first, last, None, "", PLACE)
    return SimpleNamespace(
        items={}, ledgers={"采用": adopted, "突发": events}, roster=Roster({}, units, None, PLACE), title=title
    )


def moment(year: int, *parts: int) -> dt.datetime:
    """A time without a zone, as Excel and Parquet keep it."""
    return dt.datetime(year, *parts)  # noqa: DTZ001


def write_csv(folder: Path, sheets: Mapping[str, Iterable[Sequence[str]]], encoding: str = "utf-8") -> Path:
    """A folder with one CSV per ledger; the first row of each is its header."""
    folder.mkdir(exist_ok=True)
    for name, rows in sheets.items():
        quoted = [",".join(quote(cell) for cell in row) for row in rows]
        (folder / f"{name}.csv").write_bytes("".join(f"{line}\r\n" for line in quoted).encode(encoding))
    return folder


def quote(cell: str) -> str:
    """A CSV cell, quoted where it must be."""
    return '"' + cell.replace('"', '""') + '"' if set(cell) & set(',"\n\r') else cell


def write_parquet(folder: Path, sheets: Mapping[str, Iterable[Sequence[str]]]) -> Path:
    """A folder with one Parquet file of texts per ledger."""
    folder.mkdir(exist_ok=True)
    for name, rows in sheets.items():
        header, *body = rows
        pl.DataFrame(body, schema=dict.fromkeys(header, pl.String), orient="row").write_parquet(
            folder / f"{name}.parquet"
        )
    return folder


def write_xlsx(path: Path, sheets: Mapping[str, Iterable[Sequence[Any]]]) -> Path:
    """A workbook; dates and times become Excel's, numbers numbers, the rest text."""
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as workbook:
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for r, row in enumerate(rows):
                for c, cell in enumerate(row):
                    style = moment if isinstance(cell, dt.datetime) else day if isinstance(cell, dt.date) else None
                    (sheet.write_string if isinstance(cell, str) and cell else sheet.write)(r, c, cell, style)
    return path


def both(adopted: Iterable[Sequence[Any]] = (), events: Iterable[Sequence[Any]] = ()) -> dict[str, list[Sequence[Any]]]:
    """The two ledgers with their headers and these records."""
    return {"采用": [ADOPTED, *adopted], "突发": [EVENTS, *events]}
