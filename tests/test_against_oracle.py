"""The engine and the slow, independent oracle agree on every figure of random ledgers. Margin zero."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

import oracle
import random_ledgers
from engine.pipeline import Options, score_by
from engine.result import Unit
from engine.rulebook import Absent, Period, RuleBook

SEEDS = 200
CHUNK = 10


def written(ledgers: random_ledgers.Ledgers, folder: Path, seed: int) -> Path:
    """The ledgers on disk: mostly CSV, now and then a workbook or Parquet."""
    if seed % 20 == 7:
        path = folder / f"{seed}.xlsx"
        random_ledgers.write_xlsx(ledgers, path)
        return path
    place = folder / str(seed)
    place.mkdir()
    (random_ledgers.write_parquet if seed % 5 == 3 else random_ledgers.write_csv)(ledgers, place)
    return place


def value(figure: Any) -> Any:
    """A figure as the oracle says it: ``None`` where there is none."""
    return None if isinstance(figure, Absent) else figure


def values(series: dict[str, Any]) -> dict[int, Any]:
    """A series by period number."""
    return {int(number): value(figure) for number, figure in series.items()}


def as_oracle_says_it(unit: Unit) -> dict[str, Any]:
    """The engine's figures under the oracle's names."""
    quarters = values(unit.series("季度采用任务", Period.QUARTER))
    return {
        "score": value(unit.score),
        "year_points": unit.figure("年度采用分"),
        "quarter_points": values(unit.series("季度采用分", Period.QUARTER)),
        "month_points": values(unit.series("月度采用分", Period.MONTH)),
        "quarter_parts": {number: part for number, part in quarters.items() if part is not None},
        "year_rate": unit.figure("年度完成率"),
        "quarter_rates": values(unit.series("季度完成率", Period.QUARTER)),
        "done_on": value(unit.figure("任务完成日")),
        "rank": unit.ranks["名次"],
        "tied": unit.ranks["并列"],
        "overall_rank": unit.ranks["总名次"],
        "overall_tied": unit.figure("总名次并列") is True,
        "zeroed": frozenset(unit.vetoes),
        "barred": any("取消评优" in text for text in unit.consequences),
        "criticised": any("通报批评" in text for text in unit.consequences),
        "accountable": any("追究责任" in text for text in unit.consequences),
    }


def differences(book: RuleBook, seed: int, folder: Path) -> list[str]:
    """Every figure on which the two disagree."""
    ledgers, as_of = random_ledgers.ledgers(seed), random_ledgers.as_of_for(seed)
    expected = oracle.score(ledgers, as_of)
    result = score_by(book, written(ledgers, folder, seed), Options(as_of=as_of))
    found = []
    for unit in result.units:
        wanted = expected.units[unit.name]
        got = as_oracle_says_it(unit)
        if as_of >= date(2024, 12, 31):
            got["parts"] = {name: value(part) for name, part in unit.contributions.items()}
        found += [f"种子{seed} {unit.name} {name}：引擎 {figure}，对照 {getattr(wanted, name)}"
                  for name, figure in got.items() if figure != getattr(wanted, name)]  # fmt: skip
        found += [f"种子{seed} {unit.name} 待定：引擎 {unit.pending}，对照 {wanted.pending}"
                  for ledger, number in wanted.pending
                  if not any(ledger in text and number in text for text in unit.pending)]  # fmt: skip
        if len(unit.pending) != len(wanted.pending):
            found.append(f"种子{seed} {unit.name} 待定条数：引擎 {unit.pending}，对照 {wanted.pending}")
    left = {(row.ledger, row.row) for row in result.uncounted}
    records = {(ledger, first_row(result, ledger, index)) for ledger, index in expected.uncounted}
    if left != records:
        found.append(f"种子{seed} 未计：引擎 {left - records}，对照 {records - left}")
    return found


def first_row(result: Any, ledger: str, index: int) -> int:
    """The row number of the record at an index of the list of dicts."""
    return int(result.ledgers.raw[ledger].rows[index])


@pytest.mark.parametrize("start", range(0, SEEDS, CHUNK))
def test_random_ledgers_score_as_the_oracle_says(book_2024: RuleBook, start: int, tmp_path: Path) -> None:
    """得分、各项、采用分、完成率、完成日、名次、归零、处置、待定、未计：一处不差。"""
    found = [line for seed in range(start, start + CHUNK) for line in differences(book_2024, seed, tmp_path)]
    assert not found, "\n".join(found[:20])
