"""The report as a 修订对照表 in Word: finished texts for ``templates/修订对照表.docx``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine import paper
from engine.contrast.grids import Grid
from engine.contrast.lines import CAME, GONE, KEPT, Line, Piece, Remark
from engine.contrast.report import Listing, Report

Values = dict[str, object]
_BRACES = re.compile(r"(?<=\{)(?=[{%#])|(?<=[}%#])(?=\})")
_LONGEST = 70
_BOOKKEEPING = ("口径", "通报", "豁免", "待核对")
NAME = "修订对照表"
_PIECES = [{"文": "一段文字", "同": "没有变（用在 if 里）", "删": "删去的", "增": "新加的"}]
_CELL = {"旧": "旧的值", "新": "新的值", "变": "有没有变（用在 if 里）"}
SHAPE: paper.Shape = {
    "题名": "标题", "标题行": ["标题的一行"], "标注": ["示意、暂定的一句"], "总述": ["开头的一段"],
    "旧称": "旧的一份", "新称": "新的一份",
    "条款": [
        {"旧名": "原条款", "新名": "新条款", "旧": _PIECES, "新": _PIECES,
         "变化": [{"题": "哪里变了", "句": ["一句"]}]},
    ],
    "有表格": "有没有计分表（用在 if 里）",
    "表格": [{"题": "表的名字", "首": "表头第一格", "列": ["列名"], "行": [{"名": "行名", "格": [_CELL]}]}],
    "有影响": "有没有带台账（用在 if 里）", "影响": ["一段"],
    "影响表": [{"题": "表的名字", "说明": ["一句"], "列": ["列名"], "行": [{"格": ["一格"]}]}],
}  # fmt: skip
"""The names its template may use."""


def word(report: Report, template: Path) -> bytes:
    """The document. Raises :class:`engine.source.Rejected` for what is wrong with the template."""
    return paper.render(template, {name: _printable(value) for name, value in context(report).items()})


def _printable(value: Any) -> Any:
    """Braces of a rule file set apart, since two of them mean a tag to a template."""
    if isinstance(value, str):
        return _BRACES.sub(" ", value)
    if isinstance(value, dict):
        return {name: _printable(part) for name, part in value.items()}
    return [_printable(part) for part in value] if isinstance(value, list) else value


def context(report: Report) -> paper.Context:
    """What the template may show."""
    first, second = report.sides
    told = [line for line in report.lines if any(map(_of_interest, line.remarks))]
    return {
        "题名": report.title, "标题行": [report.title], "标注": report.marks,
        "总述": [report.opening, report.counted], "旧称": first, "新称": second,
        "条款": [_line(line) for line in told],
        "有表格": bool(report.grids), "表格": [_grid(grid) for grid in report.grids],
        "有影响": report.impact is not None, "影响": report.effect,
        "影响表": [_listing(listing) for listing in report.listings],
    }  # fmt: skip


def _line(line: Line) -> Values:
    return {
        "旧名": line.old_name or "（无）", "新名": line.new_name or "（删去）",
        "旧": _pieces(line.old), "新": _pieces(line.new),
        "变化": [_remark(remark) for remark in line.remarks if _of_interest(remark)],
    }  # fmt: skip


def _pieces(pieces: Sequence[Piece]) -> list[Mapping[str, object]]:
    return [{"文": text, **{kind: kind == mark for kind in (KEPT, GONE, CAME)}} for mark, text in pieces]


def _of_interest(remark: Remark) -> bool:
    """Whether a meeting asks for it: the bookkeeping of the rule file (口径 …) is for the other outputs."""
    return remark.section not in _BOOKKEEPING


def _remark(remark: Remark) -> Values:
    return {"题": f"{remark.headline}{'（待核对）' if remark.unverified else ''}",
            "句": [text for text in (_brief(remark), *remark.cases, remark.impact) if text]}  # fmt: skip


def _brief(remark: Remark) -> str:
    """The values, if they are short enough to be read out."""
    old, new = (text if len(text) <= _LONGEST else f"{text[:_LONGEST]}……" for text in (remark.old, remark.new))
    return replace(remark, old=old, new=new).values


def _grid(grid: Grid) -> Values:
    return {
        "题": grid.title, "首": grid.heads[0], "列": list(grid.heads[1:]),
        "行": [
            {"名": label, "格": [{"旧": cell.old, "新": cell.new, "变": cell.changed} for cell in cells]}
            for label, cells in grid.rows
        ],
    }  # fmt: skip


def _listing(listing: Listing) -> Values:
    notes = list(listing.notes) if listing.rows else [*listing.notes, listing.empty]
    return {"题": listing.title, "说明": notes, "列": list(listing.heads),
            "行": [{"格": list(cells)} for cells in listing.rows]}  # fmt: skip
