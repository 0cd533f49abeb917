"""Where the time of a run over many offices goes, step by step, beside the query written by hand.

``python bench/where.py FOLDER``: Markdown, seconds of the least of three runs in one process (wall and CPU). The steps
are the engine's own functions in the order `engine.bulk.score` calls them, then the plan without its marks. A second
table collects one figure of the plan with all it hangs on, and the same of the query by hand.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

import polars_hand
import xize_bulk
from engine import bulk, pipeline
from engine import lazy as nw
from engine.bulk import output
from engine.pipeline import Options, counted_to
from engine.scoring import OnPolars, Study, carried_out, plan

RUNS = 3
IMPORTS = """import time
wall, cpu = time.perf_counter(), time.process_time()
import {}
print(time.perf_counter() - wall, time.process_time() - cpu)
"""


def least(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """The least wall and CPU seconds of some runs, and what the last gave."""
    walls, cpus, made = [], [], None
    for _ in range(RUNS):
        wall, cpu = time.perf_counter(), time.process_time()
        made = work()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return min(walls), min(cpus), made


def line(name: str, work: Callable[[], Any]) -> Any:
    """Measure a step, print its line, give what it made."""
    wall, cpu, made = least(work)
    print(f"| {name} | {wall:.3f} | {cpu:.3f} |", flush=True)
    return made


def imports(name: str, modules: str) -> None:
    """What imports cost a fresh interpreter."""
    taken = []
    for _ in range(RUNS):
        code = IMPORTS.format(modules)
        run = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
        taken.append([float(word) for word in run.stdout.split()])
    wall, cpu = (min(column) for column in zip(*taken, strict=True))
    print(f"| {name} | {wall:.3f} | {cpu:.3f} |", flush=True)


def main(folder: Path) -> None:
    """Print the tables."""
    print(f"| {folder.name} records | wall s | CPU s |\n|---|---|---|")
    imports("import polars (the hand-written query too)", "polars")
    imports("import engine.bulk, with polars", "engine.bulk, engine.bulk.output")
    line("by hand: scan, codes", lambda: polars_hand.loaded(polars_hand.opened(folder)))
    tables = polars_hand.loaded(polars_hand.opened(folder))
    line("by hand: score", lambda: polars_hand.scored(tables))
    book = line("rule file read and checked", lambda: pipeline.load_rules(xize_bulk.RULES))
    intake = line("ledgers taken in: typed, coded, every cell judged", lambda: bulk.take(book, folder, xize_bulk.BY))
    as_of = counted_to(book, None)
    lazy = {name: pl.LazyFrame(schema=frame.schema) for name, frame in intake.frames.items()}
    empty = replace(intake, frames={name: frame.collect() for name, frame in lazy.items()})
    line("the plan made", lambda: planned(book, intake, as_of))
    line("the plan made and carried out over no rows", lambda: collected(planned(book, empty, as_of)))
    line("the plan made and carried out", lambda: collected(planned(book, intake, as_of)))
    line("— of it without marks (faulty rows, missing rows)", lambda: collected(unmarked(book, intake, as_of)))
    line("— and without the rows not counted", lambda: collected(ungone(book, intake, as_of)))
    run = bulk.score_intake(book, intake, xize_bulk.BY, Options())
    line("figures named", lambda: fresh(run).scores)
    line("digest", lambda: fresh(run).digest)
    with tempfile.TemporaryDirectory() as place:
        line("files written", lambda: output.write(run, Path(place)))
    line("every column of every table (plan, carried out)", lambda: xize_bulk.explained((book, intake)))
    figures(book, intake, as_of, tables)


def figures(book: Any, intake: Any, as_of: int, tables: polars_hand.Tables) -> None:
    """What single figures cost with all they hang on, CPU seconds: the engine's, and by hand."""
    study = planned(book, intake, as_of)
    for table in study.tables.values():
        table.fork()
    rises, awards = polars_hand.rises(tables["采用"]), polars_hand.awards(tables["采用"], tables["批示"])
    account = pl.concat([rises, awards])
    steps = {
        ("采用", "采用计分"): rises.collect,
        ("批示", "批示计分"): awards.collect,
        ("采用分", "累计采用分"): lambda: account.select(pl.col("entry").sort()).collect(),
        ("季", "季度采用分"): lambda: polars_hand.totals(account).collect(),
        ("年", "任务完成日"): lambda: polars_hand.totals(account).collect(),
        ("年", "总名次"): lambda: polars_hand.scored(tables),
    }
    print("\n| with all it hangs on | engine CPU s | by hand CPU s |\n|---|---|---|")
    for (table, name), by_hand in steps.items():
        frame = nw.to_native(study.tables[table].frame)
        summed = frame.select(pl.col(name).hash().sum())
        ours = least(lambda plan=summed: pl.collect_all([plan], engine="streaming"))[1]
        print(f"| {name} | {ours:.3f} | {least(by_hand)[1]:.3f} |", flush=True)


def planned(book: Any, intake: Any, as_of: int) -> Study:
    """The plan, over Polars."""
    return plan(book, intake.frames, as_of, bulk.known(intake), OnPolars())


def collected(study: Study) -> Any:
    """What an ordinary run collects."""
    return carried_out(study, bulk._wanted(study, full=False), OnPolars())


def unmarked(book: Any, intake: Any, as_of: int) -> Any:
    """The plan without its marks."""
    study = planned(book, intake, as_of)
    study.faulty.clear()
    study.lacking.clear()
    return study


def ungone(book: Any, intake: Any, as_of: int) -> Any:
    """The plan without its marks and without the list of rows not counted."""
    study = unmarked(book, intake, as_of)
    study.gone.clear()
    return study


def fresh(run: Any) -> Any:
    """The run without what it remembers."""
    return replace(run)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
