"""更正通报：和上一次写的比，哪个单位变了、为什么：哪一行记录新计入、不再计入、改过，或者口径换了。"""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from python_calamine import load_workbook

from engine.pipeline import Options
from engine.publish import Order, Release, prepared, released

Rows = list[list[str]]


@pytest.fixture(scope="module")
def rows(root: Path) -> dict[str, Rows]:
    """The made-up year, sheet by sheet, up to May."""
    book = load_workbook(str(root / "examples" / "2024.xlsx"))
    return {name: [[str(cell) for cell in row] for row in book.get_sheet_by_name(name).to_python()]
            for name in book.sheet_names}  # fmt: skip


Again = Callable[..., Release]


@pytest.fixture
def again(root: Path, tmp_path: Path, rows: dict[str, Rows]) -> Again:
    """The progress for May written once as the ledgers are, then again after a change of the adoptions."""

    def write(change: Callable[[Rows], Rows] = list, **readings: str) -> Release:
        ledgers = tmp_path / "台账"
        ledgers.mkdir(exist_ok=True)
        for name, table in rows.items():
            with (ledgers / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows(change([*map(list, table)]) if name == "采用" else table)
        options = Options(readings=readings)
        order = Order(root / "rules/2024.yaml", ledgers, "季度进度", "2024-05", options=options, form=".md")
        return released(prepared(order), tmp_path / "out", lambda done: None)

    assert write().changes == ()
    return write


def line(release: Release, unit: str) -> str:
    """What is said of a unit."""
    return next(text for text in release.changes if text.startswith(f"{unit}："))


def at(table: Rows, number: str, unit: str) -> int:
    """Where the adoption of an information by a unit stands."""
    return next(i for i, row in enumerate(table) if number in row and unit in row)


def test_a_row_that_came(again: Again) -> None:
    """补录一条：说是新计入哪一行；后面的行挪了位置，不算改过；写成底稿，旧记录留着。"""

    def more(table: Rows) -> Rows:
        row = list(table[at(table, "2024-183", "大埔镇")])
        new = [{"2024-183": "2024-999"}.get(cell, cell) for cell in row]
        return [table[0], new, *table[1:]]

    release = again(more)
    assert release.changes[0] == "和上一次写的比，改过的有：台账。"
    told = line(release, "大埔镇")
    assert "季度采用分由30改为50" in told
    assert "因为新计入采用第2行（2024-999，" in told
    assert "不再计入" not in told
    assert "改了" not in told
    (draft,) = (path for path in release.paths if path.suffix == ".txt")
    text = draft.read_text(encoding="utf-8")
    assert text.splitlines()[-1] in release.changes
    assert "底稿" in text


def test_a_row_that_went(again: Again) -> None:
    """删去一条：说是不再计入哪一行；名次跟着变的别的单位，说本单位的记录没有变。"""
    release = again(lambda table: [row for i, row in enumerate(table) if i != at(table, "2024-183", "大埔镇")])
    assert "因为不再计入采用第316行（2024-183，" in line(release, "大埔镇")
    others = [text for text in release.changes[1:] if not text.startswith("大埔镇")]
    assert others
    assert all(text.endswith("本单位计入的记录没有变，是随别的单位变的。") for text in others)


def test_a_row_that_was_changed(again: Again) -> None:
    """同一条改了渠道：说改了哪一行，不说成一删一加。"""

    def other(table: Rows) -> Rows:
        row = table[at(table, "2024-183", "大埔镇")]
        row[row.index("市级采用")] = "上报信息"
        return table

    told = line(again(other), "大埔镇")
    assert "因为改了采用第316行（2024-183，" in told
    assert "新计入" not in told


def test_a_reading_that_was_changed(again: Again) -> None:
    """台账没有动，换了口径：说是哪个口径，由什么改为什么。"""
    release = again(A01="单列")
    assert "口径（A01由“" in release.changes[0]
    assert len(release.changes) > 1
    assert all("”改为“单列”）改过。" in text for text in release.changes[1:])
