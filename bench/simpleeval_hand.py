"""The 2024 scoring with simpleeval: each formula parsed once and evaluated record by record, loop_hand's loops around.

This is what a rule file with plain expressions costs when they are evaluated for one record after another.
"""

from __future__ import annotations

from simpleeval import SimpleEval

import loop_hand
from loop_hand import PRINTED, Figures, Rows, Tables
from notice import POOR, SILENT, SLOW

opened, loaded, saved = loop_hand.opened, loop_hand.loaded, loop_hand.saved


def band(points: str, step: int) -> str:
    """三（二）1 and 2 as an expression: five steps of points, less one for each edge that is missed."""
    edges = "".join(f"{(edge + 1) * step} if 4 * {points} >= {edge} * 任务 else " for edge in (4, 3, 2, 1))
    return f"({edges}{step} if {points} > 0 else 0)"


FORMULAS = {
    "points": "查表(方式, 渠道)",
    "awards": "(40 if 县内刊物 else 0) if 级别 == '县领导' else (100 if 上报采用 else 0)",
    "lost": "(2 if 上报 != '按时' or 质量 in 不合要求 else 0) + (1 if 反馈 == 不及时 else 5 if 反馈 == 不反馈 else 0)",
    "mechanism": "0 if 不健全 else 20 - 5 * (领导不重视 + 激励不完善 + 未安排专人 + 业务不正常)",
    "delay": "3 if 分钟 > 2880 else 0 if 未报 or 分钟 <= 120 else 1 if 分钟 <= 720 else 2",
    "year": band("年度采用分", 4),
    "quarterly": " + ".join(band(f"(4 * {name}季)", 2) for name in "一二三四"),
    "score": "0 if 归零 or 迟报 >= 2 else"
    " 取大(0, 年度分 + 季度分 + 20 - 取小(20, 约稿扣分) + 机制 - 30 * 迟报 - 50 * 漏报)",
}
NAMES = {
    "points": ("方式", "渠道"),
    "awards": ("级别", "县内刊物", "上报采用"),
    "lost": ("上报", "质量", "反馈"),
    "mechanism": ("不健全", "领导不重视", "激励不完善", "未安排专人", "业务不正常"),
    "delay": ("分钟", "未报"),
    "year": ("任务", "年度采用分"),
    "quarterly": ("任务", "一季", "二季", "三季", "四季"),
    "score": ("年度分", "季度分", "约稿扣分", "机制", "迟报", "漏报", "归零"),
}


class Formulas(loop_hand.Notice):
    """The notice as expressions."""

    def __init__(self) -> None:
        functions = {"查表": lambda way, channel: PRINTED[way, channel], "取大": max, "取小": min}
        self.evaluator = SimpleEval(functions=functions)
        self.trees = {name: self.evaluator.parse(text) for name, text in FORMULAS.items()}

    def all(self, rule: str, rows: Rows) -> list[int]:
        """A formula over all records."""
        evaluate, text, tree, names = self.evaluator, FORMULAS[rule], self.trees[rule], NAMES[rule]
        known = {"不合要求": POOR, "不及时": SLOW, "不反馈": SILENT}
        results = []
        for row in rows:
            evaluate.names = dict(zip(names, row, strict=True)) | known
            results.append(evaluate.eval(text, previously_parsed=tree))
        return results

    def points(self, rows: Rows) -> list[int]:
        """三（二）6 table."""
        return self.all("points", rows)

    def awards(self, rows: Rows) -> list[int]:
        """三（二）6."""
        return self.all("awards", rows)

    def lost(self, rows: Rows) -> list[int]:
        """三（二）3."""
        return self.all("lost", rows)

    def mechanism(self, rows: Rows) -> list[int]:
        """三（二）4."""
        return self.all("mechanism", rows)

    def delay(self, rows: Rows) -> list[int]:
        """三（二）8."""
        return self.all("delay", rows)

    def unit(self, figures: list[Figures]) -> Rows:
        """三（一）."""
        years = self.all("year", [(one["quota"], sum(one["quarters"])) for one in figures])
        quarterly = self.all("quarterly", [(one["quota"], *one["quarters"]) for one in figures])
        return [
            self.one(year, quarter, figure) for year, quarter, figure in zip(years, quarterly, figures, strict=True)
        ]

    def one(self, year: int, quarter: int, figure: Figures) -> loop_hand.Parts:
        """A unit's parts."""
        lost, mechanism, late, missed = (figure[name] for name in ("lost", "mechanism", "late", "missed"))
        zeroed = figure["zero"] or late >= 2
        given = (year, quarter, lost, mechanism, late, missed, zeroed)
        score = None if mechanism is None and not zeroed else self.all("score", [given])[0]
        return loop_hand.Parts(year, quarter, 20 - min(20, lost), mechanism, -30 * late - 50 * missed, zeroed, score)


def scored(tables: Tables) -> Rows:
    """COLUMNS for every unit of every county."""
    return loop_hand.scored(tables, Formulas())
