"""``make bench``: the table of ratios of one run.

Every contender scores the same made-up counties (workload.py) under the 2024 rules, each measurement in a process of
its own, contenders in turns, so that a slow moment of the machine hits all of them; the least of several runs counts.
Scores are the same or the run fails: the digest of what each of them wrote (digest.py) is compared. Two things are
measured of each: the whole process from Parquet to written scores, and scoring alone, of ledgers read and coded
before. A contender stops where it would need over a minute or 8 GiB, going by its size before, and the table says so.

``python bench/table.py [SIZES…] [--only NAME…] [--rounds N] [--into FILE.md]``: the last writes the tables between the
marks ``<!-- bench -->`` and ``<!-- /bench -->`` of a file. Progress is told on stderr.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.util
import json
import os
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from measure import ROOT, XIZE, Failed, Taken, once

HERE = Path(__file__).parent
PLACE = ROOT / "out" / "bench"
SIZES = (1_000, 100_000, 1_000_000, 10_000_000)
ROUNDS = {1_000: 7, 100_000: 5, 1_000_000: 3}  # of whole processes; once for what is larger
PATIENCE = 60.0  # seconds
ROOM = 8_192  # MiB
MARKS = ("<!-- bench -->\n", "<!-- /bench -->\n")


@dataclass(frozen=True, slots=True)
class Contender:
    """Who competes. ``module``: in this folder, with the function that scores; ``needs``: a library it must have."""

    name: str
    module: str
    needs: str
    flags: tuple[str, ...] | None = None  # of `xize score`, for the engine

    def whole(self, folder: Path, out: Path) -> list[str | Path]:
        """From Parquet to written scores."""
        if self.flags is None:
            return [sys.executable, HERE / "contend.py", "whole", self.module, folder, out]
        rules = ROOT / "rules" / "2024.yaml"
        return [XIZE, "score", rules, folder, "--by", "县", "--engine", "polars", *self.flags, "-o", out.parent]

    def alone(self, folder: Path, times: int) -> list[str | Path]:
        """Scoring what is in memory."""
        return [sys.executable, HERE / "contend.py", "alone", self.module, folder, str(times)]


YARDSTICK = Contender("Polars, by hand", "polars_hand", "polars")
CONTENDERS = (
    YARDSTICK,
    Contender("xize", "xize_bulk", "engine.bulk", ()),
    Contender("xize, every column", "xize_bulk:explained", "engine.bulk", ("--explain",)),
    Contender("numpy, by hand", "numpy_hand", "numpy"),
    Contender("DuckDB SQL, by hand", "duckdb_hand", "duckdb"),
    Contender("OpenFisca ¹", "openfisca_hand", "openfisca_core"),
    Contender("plain Python loop", "loop_hand", "polars"),
    Contender("simpleeval per record", "simpleeval_hand", "simpleeval"),
    Contender("zen-engine ²", "zen_hand", "zen"),
)
NOTES = """\
Seconds, and × the Polars query written and tuned by hand. Each figure is the least of several runs in processes of
their own, contenders in turns; all wrote the same scores (SHA-256 over 县, 单位, 得分, 名次, 并列, 总名次). A record is
an adoption; 1,000,000 are 2,000 counties of 48 units, with 批示, 约稿, 突发, 机制 and 失实 in proportion.

“–”: not run, it would have taken over {patience:.0f} s or {room} GiB going by the sizes before.

¹ Given running maxima, shares, counts and completion days ready-made, unmeasured.

² Records of a county at a time; sorting, sums and ranks are the plain loop's, as for simpleeval.
"""


@dataclass
class Figures:
    """What was measured of a contender at a size."""

    whole: list[Taken] = field(default_factory=list)
    alone: list[tuple[float, float]] = field(default_factory=list)  # wall and CPU seconds
    digest: str = ""

    @property
    def wall(self) -> float:
        """The least whole process."""
        return min(run.wall for run in self.whole)

    @property
    def cpu(self) -> float:
        """The least processor time of a whole process."""
        return min(run.cpu for run in self.whole)

    @property
    def peak(self) -> int:
        """The most memory, MiB."""
        return max(run.peak for run in self.whole)


Results = dict[int, dict[str, Figures]]


def tell(text: str) -> None:
    """Progress."""
    print(f"{dt.datetime.now():%H:%M:%S} {text}", file=sys.stderr, flush=True)  # noqa: DTZ005 - for a person


def there(library: str) -> bool:
    """Whether a library can be imported."""
    try:
        return importlib.util.find_spec(library) is not None
    except ModuleNotFoundError:
        return False


def measured(sizes: list[int], contenders: list[Contender], rounds: int | None) -> Results:
    """All sizes, the small ones first."""
    results: Results = {}
    for size in sorted(sizes):
        folder = PLACE / str(size)
        tell(f"{size} records: making the ledgers")
        once([sys.executable, HERE / "workload.py", str(size), folder])
        able = [c for c in contenders if affordable(c, size, results)]
        if any(c.module == "openfisca_hand" for c in able):
            once([sys.executable, HERE / "openfisca_hand.py", folder])
        results[size] = {c.name: Figures() for c in able}
        times = rounds or ROUNDS.get(size, 1)
        in_turns(size, able, times, results[size], whole)
        in_turns(size, able, max(1, min(2, times)), results[size], alone)
        compare(size, results[size])
    return results


def affordable(contender: Contender, size: int, results: Results) -> bool:
    """Whether a contender can be expected to finish in time and room, going by how it grew between the last sizes."""
    if contender is YARDSTICK:
        return True
    known = {n: figures[contender.name] for n, figures in results.items() if contender.name in figures}
    if known.keys() != results.keys():
        return False
    if len(known) < 2:
        return True
    (few, small), (many, large) = [*known.items()][-2:]
    grown = (size - many) / (many - few)
    seconds = large.wall + max(0.0, large.wall - small.wall) * grown
    peak = large.peak + max(0, large.peak - small.peak) * grown
    fine = seconds <= PATIENCE and peak <= ROOM
    if not fine:
        tell(f"{size} records: {contender.name} stops, it would take about {seconds:.0f} s and {peak:.0f} MiB")
    return fine


def in_turns(
    size: int, able: list[Contender], rounds: int, figures: dict[str, Figures], run: Callable[..., str]
) -> None:
    """Every contender once, then every one again."""
    for turn in range(rounds):
        for contender in able:
            said = run(contender, size, figures[contender.name])
            tell(f"{size} records, {run.__name__} {turn + 1}/{rounds}: {contender.name} {said}")


def whole(contender: Contender, size: int, figures: Figures) -> str:
    """A whole process; its scores' digest the first time."""
    out = PLACE / f"{size}-scores" / contender.module.replace(":", "-") / "scores.parquet"
    out.parent.mkdir(parents=True, exist_ok=True)
    figures.whole.append(once(contender.whole(PLACE / str(size), out)))
    if not figures.digest:
        figures.digest = once([sys.executable, HERE / "digest.py", out], keep=True).out.strip()
    return f"{figures.whole[-1].wall:.3f} s, {figures.whole[-1].peak} MiB, digest {figures.digest[:8]}"


def alone(contender: Contender, size: int, figures: Figures) -> str:
    """Scoring alone: several times in one process, fewer where it is slow."""
    times = 1 if figures.wall > PATIENCE / 6 else 2 if figures.wall > PATIENCE / 30 else 6
    figures.alone += json.loads(once(contender.alone(PLACE / str(size), times), keep=True).out)
    return f"{least(figures)[0]:.4f} s, CPU {least(figures)[1]:.4f} s"


def least(figures: Figures) -> list[float]:
    """The least wall and the least CPU seconds of scoring alone."""
    return [min(column) for column in zip(*figures.alone, strict=True)]


def compare(size: int, figures: dict[str, Figures]) -> None:
    """All digests are one. Raises Failed."""
    digests = {name: one.digest for name, one in figures.items()}
    if len(set(digests.values())) > 1:
        raise Failed(f"{size} records: scores differ: {digests}")
    tell(f"{size} records: the scores of all {len(digests)} are the same, {next(iter(digests.values()), '')}")


# Tables --------------------------------------------------------------------------------------------------------------


def tables(results: Results, contenders: list[Contender]) -> str:
    """Markdown: whole processes, scoring alone, processor time and memory."""
    heads = [f"{size:,} records" for size in results]
    parts = [
        ("whole process, Parquet to written scores", lambda one, base: timed(one.wall, base.wall)),
        ("the same, peak MiB", lambda one, base: f"{one.peak} ({one.peak / base.peak:.2f} ×)"),
        ("the same, CPU seconds", lambda one, base: timed(one.cpu, base.cpu)),
        ("scoring alone", lambda one, base: timed(least(one)[0], least(base)[0])),
        ("the same, CPU seconds", lambda one, base: timed(least(one)[1], least(base)[1])),
    ]
    text = ""
    for title, cell in parts:
        text += f"| {title} | {' | '.join(heads)} |\n|---{'|---' * len(heads)}|\n"
        for contender in contenders:
            cells = []
            for figures in results.values():
                one = figures.get(contender.name)
                cells.append(cell(one, figures[YARDSTICK.name]) if one else "–")
            text += f"| {contender.name} | {' | '.join(cells)} |\n"
        text += "\n"
    return text


def timed(seconds: float, base: float) -> str:
    """Seconds, and the ratio to the yardstick's."""
    return f"{seconds:.{4 if seconds < 0.1 else 2}f} ({seconds / base:.2f} ×)"


def surroundings() -> str:
    """Date, machine and versions."""
    names = ("polars", "narwhals", "numpy", "duckdb", "OpenFisca-Core", "zen-engine", "simpleeval")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"Measured with `make bench` on {dt.date.today():%Y-%m-%d}: {os.cpu_count()} cores, {memory:.0f} GiB, "  # noqa: DTZ011
        f"{platform.python_implementation()} {platform.python_version()}, "
        f"{', '.join(f'{name} {installed(name)}' for name in names)}.\n\n"
    )


def installed(name: str) -> str:
    """A package's version."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "(not installed)"


def put(text: str, path: Path) -> None:
    """Write the tables between the marks of a Markdown file. Raises Failed."""
    before, after = around(path)
    path.write_text(f"{before}{MARKS[0]}\n{text}\n{MARKS[1]}{after}", encoding="utf-8")


def around(path: Path) -> tuple[str, str]:
    """What stands before and after the marks. Raises Failed."""
    before, first, rest = path.read_text(encoding="utf-8").partition(MARKS[0])
    _, last, after = rest.partition(MARKS[1])
    if not (first and last):
        raise Failed(f"{path}: the marks {' and '.join(mark.strip() for mark in MARKS)} are not there")
    return before, after


def main() -> int:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", nargs="*", type=int, metavar="SIZE", help=f"records of 采用 (default {SIZES})")
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="MODULE", help="only these (the yardstick always runs)"
    )
    parser.add_argument("--rounds", type=int, help="whole processes of each")
    parser.add_argument("--no-commands", action="store_true", help="without the times of the commands")
    parser.add_argument("--into", type=Path, metavar="FILE.md", help="write the tables between the marks of this file")
    chosen = parser.parse_args()
    wanted = [c for c in CONTENDERS if not chosen.only or c is YARDSTICK or c.module.partition(":")[0] in chosen.only]
    contenders = [c for c in wanted if there(c.needs)]
    for missing in (c for c in wanted if c not in contenders):
        tell(f"{missing.name} does not compete: {missing.needs} is not there")
    try:
        if chosen.into:
            around(chosen.into)  # before hours of measuring
        results = measured(chosen.sizes or list(SIZES), contenders, chosen.rounds)
        text = surroundings() + NOTES.format(patience=PATIENCE, room=ROOM // 1024) + "\n" + tables(results, contenders)
        if not chosen.no_commands:
            import commands

            text += commands.table(tell, chosen.rounds or commands.RUNS)
        print(text)
        if chosen.into:
            put(text, chosen.into)
    except Failed as failed:
        print(failed, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
