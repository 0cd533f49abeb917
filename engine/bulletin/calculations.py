"""How every figure of the tables came about, for pages that can be opened: read from the explanation, nothing new.

A calculation has a number (号) that a template points to: ``u3-2`` the third unit's second column (0: its 名次),
``t1-2`` the second total of 附件1, ``l2-7`` the seventh row of 附件2, ``s1`` the first sentence of the 概况.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from engine.bulletin.figures import Figures, Placed
from engine.bulletin.issue import Issue
from engine.bulletin.names import CALCULATED
from engine.bulletin.slips import record_words
from engine.bulletin.totals import rows_of, tally_rows
from engine.bulletin.words import points
from engine.explanation import Reason, Record, records, said, why
from engine.result import Result, Unit
from engine.scoring.table import ROW, UNIT
from engine.source import Span

Rows = Mapping[tuple[str, int], Record]


def opened(result: Result, issue: Issue, page: Mapping[str, Any]) -> dict[str, Any]:
    """The texts of a bulletin (:func:`engine.bulletin.content.content`), and how every figure of its tables came."""
    return {**page, CALCULATED: calculations(Figures(result, issue), page)}


def calculations(figures: Figures, page: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One for every figure that the tables of ``page`` (see :func:`engine.bulletin.content.content`) show."""
    known = _Known(figures)
    return [*_of_units(known), *_of_totals(figures, page), *_of_sentences(known), *_of_listings(known, page)]


class _Known:
    """The ledger rows of each unit, read once."""

    def __init__(self, figures: Figures) -> None:
        self.figures = figures
        self.rows = cache(self._rows)

    def _rows(self, number: int) -> Rows:
        return {(r.ledger, r.row): r for r in records(self.figures.result.units[number])}


def _calculation(number: str, title: str, steps: Sequence[Mapping[str, str]], rows: Sequence[Record]) -> dict[str, Any]:
    return {"号": number, "题": title, "步": list(steps), "记录": [record_words(r) for r in rows]}


def _step(name: str, value: str, text: str, clauses: Sequence[str], place: Span, depth: int = 0) -> dict[str, str]:
    where = f"{Path(place.source.name).name} 第{place.line}行"
    return {"深": str(depth), "名": name, "值": value, "说明": text, "条款": "；".join(clauses), "处": where}


# ---- figures of units ---------------------------------------------------------------------------


def _of_units(known: _Known) -> Iterator[dict[str, Any]]:
    figures = known.figures
    for group, placed in figures.groups.items():
        for one in placed:
            yield _place(figures, group, one)
            for at, name in enumerate(figures.issue.bulletin.columns, 1):
                yield _figure(known, one.unit, at, name)


def _place(figures: Figures, group: str, placed: Placed) -> dict[str, Any]:
    unit, bulletin = placed.unit, figures.issue.bulletin
    keys = "，".join(f"{name} {figures.text(unit, name)}（{way}）" for name, way in bulletin.order)
    tied = "，与他人并列" if placed.tied else ""
    text = f"{group or '全部'}单位依次比较 {keys}：" + (f"第 {placed.text}{tied}" if placed.place else "不排名")
    step = _step("名次", placed.text, text, bulletin.clauses, bulletin.place)
    return _calculation(f"u{unit.number + 1}-0", f"{unit.name}　名次　{placed.text}", [step], [])


def _figure(known: _Known, unit: Unit, at: int, name: str) -> dict[str, Any]:
    text, period = known.figures.text(unit, name), known.figures.period(name)
    number, title = f"u{unit.number + 1}-{at}", f"{unit.name}　{name}　{text}"
    if period is None or name in unit.book.roster.fields:
        step = _step(name, text, f"「单位」里写的：{name} {text}", (), unit.member.place)
        return _calculation(number, title, [step], [])
    reason = why(unit, name, period, known.figures.number(period))
    rows = known.rows(unit.number)
    used = [rows[key] for key in dict.fromkeys(_used(reason)) if key in rows]
    return _calculation(number, title, list(_steps(reason, 0)), used)


def _steps(reason: Reason, depth: int) -> Iterator[dict[str, str]]:
    told = "；".join(
        f"{ledger} 第{'、'.join(map(str, rows))}行" for ledger, rows in (reason.rows or {}).items() if rows
    )
    text = f"{reason.text}（{told}）" if told else reason.text
    yield _step(reason.name, said(reason.value), text, reason.clauses, reason.place, depth)
    for child in reason.children:
        yield from _steps(child, depth + 1)


def _used(reason: Reason) -> Iterator[tuple[str, int]]:
    for ledger, rows in (reason.rows or {}).items():
        yield from ((ledger, row) for row in rows)
    for child in reason.children:
        yield from _used(child)


# ---- totals, sentences, rows ----------------------------------------------------------------------


def _of_totals(figures: Figures, page: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    bulletin = figures.issue.bulletin
    for table, placed in zip(page["分组"], figures.groups.values(), strict=True):
        for at, (name, total) in enumerate(zip(table["列"], table["合计"], strict=True), 1):
            if total:
                step = _step(name, total, f"{_sum(figures, placed, name)} ＝ {total}", (), bulletin.place)
                yield _calculation(f"t{table['序']}-{at}", f"{table['题']}　{name}合计　{total}", [step], [])


def _sum(figures: Figures, placed: Sequence[Placed], name: str) -> str:
    values = [(p.unit.name, figures.value(p.unit, name)) for p in placed]
    decimals = figures.issue.bulletin.decimals
    return " ＋ ".join(f"{who} {points(v, decimals)}" for who, v in values if isinstance(v, Fraction) and v) or "都没有"


def _of_sentences(known: _Known) -> Iterator[dict[str, Any]]:
    """概况: the sums are those of the tables; each count names the ledger rows it counted."""
    figures = known.figures
    bulletin = figures.issue.bulletin
    sums = [
        _step(f"{group}{name}合计", "", _sum(figures, placed, name), (), bulletin.place)
        for name in bulletin.totals
        for group, placed in figures.groups.items()
    ]
    units = f"「单位」里有{len(figures.result.units)}个"
    yield _calculation("s1", "总数", [_step("单位", "", units, (), figures.result.book.roster.place), *sums], [])
    for at, (name, tally) in enumerate(bulletin.tallies.items(), 2):
        periods = dict.fromkeys(
            [(figures.issue.sent_for, figures.issue.issued), (figures.issue.period, figures.issue.shown)]
        )
        steps = [
            _step(f"{said_for}　{option or name}", str(len(rows)),
                  f"{tally.ledger} 第{'、'.join(map(str, rows))}行" if rows else "没有", (), bulletin.place)
            for said_for, stretch in periods
            for option, rows in tally_rows(figures, tally, stretch).items()
            if rows or not option
        ]  # fmt: skip
        yield _calculation(f"s{at}", name, steps, [])


def _of_listings(known: _Known, page: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    figures = known.figures
    for listing, annex in zip(page["清单"], figures.issue.bulletin.annexes.values(), strict=True):
        rows = rows_of(figures.result, annex.ledger, figures.issue.issued)
        for line, row in zip(listing["行"], rows, strict=True):
            record = known.rows(row[UNIT])[annex.ledger, row[ROW]]
            title = f"{listing['题']}　{line['序']}"
            yield _calculation(f"l{listing['序']}-{line['序']}", title, [], [record])
