"""The bounds that forbid an overflow are true: no value of a scored column lies outside them."""

from __future__ import annotations

from pathlib import Path

import pytest

import random_ledgers
from engine.column import LIMIT
from engine.pipeline import load_rules, score_by
from engine.rulebook import Kind

ROOT = Path(__file__).parent.parent
READINGS = [
    {},
    {"A09": "层级"},
    {"B02": "向后"},
    {"B05": "到百分位"},
    {"A13": "平分"},
    {"E02": "采用分"},
    {"A07": "保留两位"},
]


@pytest.mark.parametrize("number", range(len(READINGS)))
def test_every_value_lies_within_its_bounds(number: int, tmp_path: Path) -> None:
    """每一列数都在事先算出的上下界之内，所以不会悄悄溢出。"""
    book = load_rules(ROOT / "rules" / "2024.yaml", READINGS[number])
    for seed in (number, number + 40):
        folder = tmp_path / str(seed)
        folder.mkdir()
        random_ledgers.write_csv(random_ledgers.ledgers(seed), folder)
        outcome = score_by(book, folder).outcome
        outside = [
            (table, name, low, column.low, high, column.high)
            for table, columns in outcome.columns.items()
            for name, column in columns.items()
            if column.kind in (Kind.NUMBER, Kind.RATIO) and outcome.frames[table].height
            for values in [outcome.frames[table][name].drop_nulls()]
            if values.len()
            for low, high in [(values.min(), values.max())]
            if not column.low <= low <= high <= column.high <= LIMIT
        ]
        assert outside == []
