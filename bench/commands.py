"""Whole-process times of every command, beside hand-written code in the same run: ``python bench/commands.py``.

Each figure is the median of several runs taken in turns. The yardsticks are a bare interpreter, and the straight-line
scoring of `tests/oracle.py` reading the same workbook.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from measure import ROOT, XIZE, Taken, once

TESTS = ROOT / "tests"
ROWS = 5_000
RUNS = 5
Command = list[str | Path]

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
    from random import Random

    sys.path.insert(0, str(TESTS))
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
    return {name: f"{seed}-{text}" if name.endswith("编号") and text else text for name, text in record.items()}


def commands(folder: Path, large: Path) -> dict[str, tuple[Command, str]]:
    """What is measured → the command, and what it is compared with."""
    rules, old, year = (ROOT / path for path in ("rules/2024.yaml", "rules/2023.yaml", "examples/2024.xlsx"))
    bare, county, big = "bare Python", "by hand: a county's year (xlsx, 1,130 rows)", f"by hand: {ROWS:,} rows (xlsx)"
    lines: dict[str, tuple[Command, str]] = {
        bare: ([sys.executable, "-c", "pass"], ""),
        "xize --help": ([XIZE, "--help"], bare),
        county: ([sys.executable, "-c", HAND_WRITTEN.format(tests=str(TESTS), path=str(year))], ""),
        "xize score: a county's year": ([XIZE, "score", rules, year], county),
        big: ([sys.executable, "-c", HAND_WRITTEN.format(tests=str(TESTS), path=str(large))], ""),
        f"xize score: {ROWS:,} rows": ([XIZE, "score", rules, large], big),
    }
    bulletin: Command = ["bulletin", rules, year, "--kind", "季度进度", "--period", "2024-05", "-o", folder / "通报"]
    others: dict[str, Command] = {
        "score -o (workbook, JSON)": ["score", rules, year, "-o", folder / "成绩"],
        "explain": ["explain", rules, year, "--unit", "县教育局"],
        "readings (52 alternatives)": ["readings", rules, year],
        "check": ["check", rules],
        "check, a Word template": ["check", ROOT / "templates" / "通报.docx"],
        "template": ["template", rules, "-o", folder / "空白台账.xlsx"],
        "test (4 cases)": ["test", rules, TESTS / "cases" / "2024" / "折算.yaml"],
        "diff": ["diff", old, rules],
        "diff --records --format html": [
            "diff",
            old,
            rules,
            "--records",
            year,
            "--format",
            "html",
            "-o",
            folder / "d.html",
        ],
        "bulletin (Word)": bulletin,
        "bulletin (HTML)": [*bulletin[:-1], folder / "网页", "--format", "html"],
        "show": ["show", rules],
        "new-year": ["new-year", "2025", "--from", rules, "-o", folder / "2025.yaml"],
        "roster": ["roster", rules, "-o", folder / "任务表.xlsx"],
    }
    return lines | {f"xize {name}": ([XIZE, *words], "") for name, words in others.items()}


def table(tell: Callable[[str], None], runs: int = RUNS) -> str:
    """Measure, and make a Markdown table."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        large = folder / f"{ROWS}.xlsx"
        once([sys.executable, __file__, "--workbook", large])  # apart: a parent's memory counts for its children
        lines = commands(folder, large)
        taken: dict[str, list[Taken]] = {name: [] for name in lines}
        for turn in range(runs):
            tell(f"commands, {turn + 1}/{runs}")
            (folder / str(turn)).mkdir()  # what was written before would be compared, or not be overwritten
            for name, (command, _) in commands(folder / str(turn), large).items():
                taken[name].append(once(command))
    middle = {name: statistics.median(run.wall for run in some) for name, some in taken.items()}
    text = f"| whole process, median of {runs} | seconds | CPU s | peak MiB | ratio |\n|---|---|---|---|---|\n"
    for name, (_, yardstick) in lines.items():
        ratio = f"{middle[name] / middle[yardstick]:.1f} × {yardstick.partition(':')[0]}" if yardstick else ""
        cpu = statistics.median(run.cpu for run in taken[name])
        peak = max(run.peak for run in taken[name])
        text += f"| {name} | {middle[name]:.2f} | {cpu:.2f} | {peak} | {ratio} |\n"
    return text


if __name__ == "__main__":
    if sys.argv[1:2] == ["--workbook"]:
        workbook(Path(sys.argv[2]), ROWS)
    else:
        print(table(lambda text: print(text, file=sys.stderr), int(sys.argv[1]) if sys.argv[1:] else RUNS))
