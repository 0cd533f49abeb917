"""What-if, measured: a thousand variants of a county's year, and of many counties' ledgers.

``python bench/whatif.py [FOLDER COLUMN]`` prints one table. FOLDER holds Parquet ledgers of many offices, told apart by
COLUMN (``bench/workload.py`` makes one). The county's rows are whole processes; the many counties' rows time reading,
one run of the rules as they stand, making and checking the variants, and computing them (得分 of every unit in every
variant). CPU seconds stand beside, because a shared machine stretches the wall clock.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from engine import bulk, pipeline
from engine.scoring import SCORE, OnPolars, carried_out, plan
from engine.whatif.merge import Merged
from engine.whatif.request import checked, sweep
from engine.whatif.standing import wanted
from engine.whatif.sweep import Scored, Sweep
from engine.whatif.variants import Variants

ROOT = Path(__file__).parent.parent
RULES = ROOT / "rules" / "2024.yaml"
YEAR = ROOT / "examples" / "2024.xlsx"

SWEEPS = {
    "档的界限": ("指标.季度任务扣分.表.界限.75%=55%..94.96%/0.04%",),
    "档里的分": ("指标.季度任务扣分.表.[75%, 100%)=0..3.996/0.004",),
    "封顶": ("考评.项目.约稿.封顶=0..19.98/0.02",),
    "一个单位的任务": ("单位.名单.县教育局.年度任务=100..299.8/0.2",),
    "封顶 × 界限": ("考评.项目.约稿.封顶=1..20/1", "指标.季度任务扣分.表.界限.75%=55%..79.5%/0.5%"),
    "计分表（到逐条记录）": ("计分.采用分值.表.单条采用.市级采用=15..24.99/0.01",),
}


def county(texts: tuple[str, ...]) -> tuple[float, float]:
    """The whole process: wall and CPU seconds."""
    with tempfile.TemporaryFile() as nowhere:
        command = [str(Path(sys.executable).parent / "xize"), "whatif", str(RULES), str(YEAR)]
        began, before = time.perf_counter(), os.times()
        subprocess.run([*command, *(f"--sweep={text}" for text in texts)], check=True, stdout=nowhere, stderr=nowhere)
        after = os.times()
    spent = after.children_user - before.children_user + after.children_system - before.children_system
    return time.perf_counter() - began, spent


def counties(folder: Path, by: str) -> None:
    """Many offices at once: 得分 in every variant."""
    base = pipeline.checked(RULES)
    clock = _Clock()
    taken = bulk.take(base.book, folder, by)
    backend = OnPolars()
    study = plan(base.book, taken.frames, pipeline.counted_to(base.book, None), bulk.known(taken), backend)
    sums = carried_out(study, ("年", "季"), backend)
    units = sums.frames["年"].height
    print(f"\n{units} 个单位，{sum(f.height for f in taken.frames.values())} 行；读入并照原样算一遍 {clock.said()}")
    print("| 改什么 | 变体 | 做出并检查 | 计算 | 合计 |\n|---|---|---|---|---|")
    for name, texts in list(SWEEPS.items())[:-1]:
        axes = checked(base.doc, [sweep(text) for text in texts])
        whole, clock = _Clock(), _Clock()
        books = [v.book for v in Variants(base, axes, lambda: None).all() if v.book is not None]
        made, clock = clock.said(), _Clock()
        merged = Merged([base.book, *books])
        found = Sweep(Scored(sums.frames, sums.columns, study), merged, len(books) + 1, wanted(base.book)[:1])
        found.spread(base.book.appraisal.period.value, SCORE)
        print(f"| {name} | {len(books)} | {made} | {clock.said()} | {whole.said()} |", flush=True)


class _Clock:
    def __init__(self) -> None:
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def said(self) -> str:
        """Seconds since, and CPU seconds."""
        return f"{time.perf_counter() - self.wall:.2f} s（CPU {time.process_time() - self.cpu:.2f}）"


def main() -> None:
    """The table."""
    print(
        f"负载 {os.getloadavg()[0]:.1f}，{os.cpu_count()} 核\n\n| 一个县的一年，整个命令 | 秒 | CPU 秒 |\n|---|---|---|"
    )
    for name, texts in SWEEPS.items():
        wall, cpu = county(texts)
        print(f"| 1000 种{name} | {wall:.2f} | {cpu:.2f} |", flush=True)
    if len(sys.argv) > 2:
        counties(Path(sys.argv[1]), sys.argv[2])


if __name__ == "__main__":
    main()
