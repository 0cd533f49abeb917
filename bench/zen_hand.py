"""The 2024 scoring with GoRules' zen-engine: its rules for one record and one unit, loop_hand's loops around them.

A rules engine decides one record at a time and knows no ledger: sorting, running maxima, sharing, sums and ranks stay
Python. In its favour the records of a county go in at once (the table in loop mode, the rest compiled `map`
expressions): called record by record it takes twenty times as long.
"""

from __future__ import annotations

import json

import zen

import loop_hand
from loop_hand import Figures, Rows, Tables
from notice import CHANNELS, POINTS

opened, loaded, saved = loop_hand.opened, loop_hand.loaded, loop_hand.saved


def band(points: str, quota: str, step: int) -> str:
    """三（二）1 and 2 as an expression: five steps of points, less one for each edge that is missed."""
    edges = "".join(f"4 * {points} >= {edge} * {quota} ? {(edge + 1) * step} : " for edge in (4, 3, 2, 1))
    return f"({edges}{points} > 0 ? {step} : 0)"


EXPRESSIONS = {
    "awards": "#[0] == '县领导' ? (#[1] ? 40 : 0) : (#[2] ? 100 : 0)",
    "lost": "2 * (#[0] != '按时' or #[1] in ['不合格', '抄袭', '雷同', '重复'] ? 1 : 0)"
    " + (#[2] == '不及时' ? 1 : #[2] == '不反馈' ? 5 : 0)",
    "mechanism": "#[0] ? 0 : 20 - 5 * ((#[1] ? 1 : 0) + (#[2] ? 1 : 0) + (#[3] ? 1 : 0) + (#[4] ? 1 : 0))",
    "delay": "#[0] > 2880 ? 3 : #[1] or #[0] <= 120 ? 0 : #[0] <= 720 ? 1 : 2",
    "year": band("#[1]", "#[0]", 4),
    "quarterly": " + ".join(band(f"(4 * #[{at}])", "#[0]", 2) for at in (2, 3, 4, 5)),
    # year part, quarterly part, lost, mechanism or −1, late, missed, zero
    "score": "#[6] or #[4] >= 2 ? 0 : #[3] < 0 ? -1"
    " : max([0, #[0] + #[1] + 20 - min([20, #[2]]) + #[3] - 30 * #[4] - 50 * #[5]])",
}


def table() -> str:
    """三（二）6 as a decision table over a list of records."""
    rules = [
        {"_id": f"{way}{channel}", "way": f'"{way}"', "channel": f'"{channel}"', "points": str(points)}
        for way, row in POINTS.items()
        for channel, points in zip(CHANNELS, row, strict=False)
    ]
    content = {
        "hitPolicy": "first",
        "inputs": [{"id": name, "name": name, "field": name} for name in ("way", "channel")],
        "outputs": [{"id": "points", "name": "points", "field": "points"}],
        "rules": rules,
        "passThrough": False,
        "inputField": "rows",
        "outputPath": "rows",
        "executionMode": "loop",
    }
    nodes = [("in", "inputNode", {}), ("table", "decisionTableNode", content), ("out", "outputNode", {})]
    edges = [("in", "table"), ("table", "out")]
    return json.dumps(
        {
            "nodes": [{"id": name, "name": name, "type": kind, "content": inside} for name, kind, inside in nodes],
            "edges": [{"id": a + b, "type": "edge", "sourceId": a, "targetId": b} for a, b in edges],
        }
    )


class Decisions(loop_hand.Notice):
    """The notice as zen's rules."""

    def __init__(self) -> None:
        self.table = zen.ZenEngine().create_decision(table())
        self.rules = {name: zen.compile_expression(f"map(rows, {text})") for name, text in EXPRESSIONS.items()}

    def all(self, rule: str, rows: Rows) -> list[int]:
        """A rule over all records."""
        return [int(value) for value in self.rules[rule].evaluate({"rows": rows})] if rows else []

    def points(self, rows: Rows) -> list[int]:
        """三（二）6 table."""
        given = {"rows": [{"way": way, "channel": channel} for way, channel in rows]}
        return [int(row["points"]) for row in self.table.evaluate(given)["result"]["rows"]] if rows else []

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
        points = [[one["quota"], sum(one["quarters"]), *one["quarters"]] for one in figures]
        years, quarterly = self.all("year", points), self.all("quarterly", points)
        given = [
            [
                *parts,
                one["lost"],
                -1 if one["mechanism"] is None else one["mechanism"],
                one["late"],
                one["missed"],
                one["zero"],
            ]
            for *parts, one in zip(years, quarterly, figures, strict=True)
        ]
        return [
            (
                *(year, quarter, 20 - min(20, one["lost"]), one["mechanism"], -30 * one["late"] - 50 * one["missed"]),
                *(one["zero"] or one["late"] >= 2, None if score < 0 else score),
            )
            for year, quarter, one, score in zip(years, quarterly, figures, self.all("score", given), strict=True)
        ]


def scored(tables: Tables) -> Rows:
    """COLUMNS for every unit of every county."""
    return loop_hand.scored(tables, Decisions())
