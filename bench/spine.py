"""Whole-process times of the everyday commands, beside hand-written code in the same run.

``make bench`` prints one table. Every row is the median of several runs taken in turn, so
that a slow moment of the machine hits all of them; the last column is the ratio to the row's
yardstick: a bare interpreter, or the straight-line scoring of ``tests/oracle.py`` reading the
same workbook. Figures are to be read as ratios.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random

ROOT = Path(__file__).parent.parent
TESTS = ROOT / "tests"
XIZE = Path(sys.executable).parent / "xize"
ROWS = 5_000
RUNS = 7

sys.path.insert(0, str(TESTS))

HAND_WRITTEN = """
import sys
sys.path.insert(0, {tests!r})
import python_calamine, oracle
book = python_calamine.CalamineWorkbook.from_path({path!r})
def text(cell):
    return str(cell)[:16].removesuffix(" 00:00") if hasattr(cell, "year") else str(cell)
ledgers = {{}}
for name in set(book.sheet_names) & set(oracle.DATE_COLUMN):
    head, *rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    ledgers[name] = [dict(zip(head, map(text, row))) for row in rows]
for unit in oracle.score(ledgers).units.values():
    print(unit.score, unit.rank)
"""


def workbook(path: Path, rows: int) -> None:
    """A clean year with at least ``rows`` records: random ledgers laid on top of each other under new numbers."""
    import random_ledgers

    merged: random_ledgers.Ledgers = {name: [] for name in random_ledgers.COLUMNS if name != "裁定"}
    seed = 0
    while sum(map(len, merged.values())) < rows:
        seed += 1
        for name, records in random_ledgers.ledgers(seed).items():
            if name in ("机制", "裁定") and (merged.get(name) or name == "裁定"):
                continue
            merged[name] += [renumbered(record, seed) for record in records]
    Random(0).shuffle(merged["采用"])
    random_ledgers.write_xlsx(merged, path)


def renumbered(record: dict[str, str], seed: int) -> dict[str, str]:
    """The record under numbers of its own."""
    return {k: f"{seed}-{v}" if k.endswith("编号") and v else v for k, v in record.items()}


def once(command: list[str]) -> tuple[float, int]:
    """Wall seconds and peak memory (MiB) of one run of a command."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return time.perf_counter() - start, usage.ru_maxrss // 1024


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        year = Path(folder) / "5000.xlsx"
        workbook(year, ROWS)
        commands = {
            "空的 Python": ([sys.executable, "-c", "pass"], None),
            "xize --help": ([str(XIZE), "--help"], "空的 Python"),
            "xize check rules/2024.yaml": ([str(XIZE), "check", "rules/2024.yaml"], "空的 Python"),
            "手写计分，编造的一年": (hand_written(ROOT / "examples" / "2024.xlsx"), None),
            "xize score，编造的一年": (scored(ROOT / "examples" / "2024.xlsx"), "手写计分，编造的一年"),
            f"手写计分，{ROWS} 行": (hand_written(year), None),
            f"xize score，{ROWS} 行": (scored(year), f"手写计分，{ROWS} 行"),
        }
        taken: dict[str, list[tuple[float, int]]] = {name: [] for name in commands}
        for _ in range(RUNS):
            for name, (command, _) in commands.items():
                taken[name].append(once(command))
    report(taken, {name: yardstick for name, (_, yardstick) in commands.items()})


def hand_written(path: Path) -> list[str]:
    """The straight-line script."""
    return [sys.executable, "-c", HAND_WRITTEN.format(tests=str(TESTS), path=str(path))]


def scored(path: Path) -> list[str]:
    """xize score."""
    return [str(XIZE), "score", "rules/2024.yaml", str(path)]


def report(taken: dict[str, list[tuple[float, int]]], yardsticks: dict[str, str | None]) -> None:
    """A Markdown table."""
    print(f"{platform.python_implementation()} {platform.python_version()}，{os.cpu_count()} 核，各 {RUNS} 次取中位数")
    print("| 做什么 | 秒 | 最大内存 MiB | 比值 |\n|---|---|---|---|")
    middle = {name: statistics.median(t for t, _ in runs) for name, runs in taken.items()}
    for name, runs in taken.items():
        yardstick = yardsticks[name]
        ratio = f"{middle[name] / middle[yardstick]:.1f} × {yardstick}" if yardstick else ""
        print(f"| {name} | {middle[name]:.2f} | {max(m for _, m in runs)} | {ratio} |")


if __name__ == "__main__":
    main()
