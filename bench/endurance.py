"""Ten thousand runs in one process: rule file read, ledgers taken in, scored, results written; does anything grow?

``python bench/endurance.py [runs]`` prints, at ten marks, how long a run takes, the memory in use, threads and open
files, and says at the end how much memory a run has added since the first tenth. Linux only: it reads /proc.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from engine.pipeline import score, write_results
from engine.source import Rejected

RULES = """
细则: {名称: 试行细则, 年度: 2024, 起止: 2024-01-01 至 2024-12-31}
条文: {"1": {原文: 每篇一分}}
单位: {列: {任务: 条}, 名单: {甲科: {任务: 1}, 乙科: {任务: 2}}}
台账: {采用: {归期: 日期, 列: {编号: 文本, 单位: 单位, 日期: 日期}}}
指标:
  篇数: {条款: "1", 每: 年, 计次: 采用}
  采用分: {条款: "1", 每: 年, 按次: {篇数: 1}}
考评: {每: 年, 项目: {采用: {条款: "1", 得: 采用分, 封顶: 不限}}, 得分: [{编号: 合计, 加: [采用]}]}
结果: {名次: {条款: "1", 名次: [{得分: 高者先}], 同分: 并列}}
通报: {年报: {条款: "1", 每: 年, 列: [篇数]}}
"""
RUNS = 10_000
PAGE = os.sysconf("SC_PAGE_SIZE")


def desk(folder: Path) -> tuple[Path, Path, Path]:
    """A rule file, ledgers of three records, and ledgers with a fault."""
    (folder / "细则.yaml").write_text(RULES, encoding="utf-8")
    for name, third in (("台账", "乙科"), ("错", "丙科")):
        (folder / name).mkdir()
        lines = f"编号,单位,日期\n1,甲科,2024-02-01\n2,乙科,2024-05-01\n3,{third},2024-05-02\n"
        (folder / name / "采用.csv").write_text(lines, encoding="utf-8")
    return folder / "细则.yaml", folder / "台账", folder / "错"


def runs(folder: Path) -> Iterator[None]:
    """One run after the other: scored and written; every tenth is refused for a faulty record."""
    rules, good, bad = desk(folder)
    number = 0
    while True:
        number += 1
        if number % 10:
            write_results(score(rules, good), folder / "结果")
        else:
            with suppress(Rejected):
                score(rules, bad)
                raise RuntimeError("a faulty record was not refused")
        yield


def memory() -> int:
    """Bytes of this process that are in memory now."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE


def files() -> int:
    """How many files are open."""
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208


def main(total: int) -> None:
    """Run and print."""
    marks: list[tuple[int, int]] = []
    with tempfile.TemporaryDirectory() as folder:
        every, begun = max(1, total // 10), time.perf_counter()
        print(f"{'runs':>7} {'ms/run':>8} {'MiB':>8} {'threads':>8} {'files':>6}")
        for number, _ in enumerate(runs(Path(folder)), 1):
            if number % every == 0:
                seconds, begun = time.perf_counter() - begun, time.perf_counter()
                marks.append((number, memory()))
                row = f"{seconds / every * 1000:8.1f} {memory() / 2**20:8.1f} {threading.active_count():8} {files():6}"
                print(f"{number:7} {row}", flush=True)
            if number == total:
                break
    (first, before), (last, after) = marks[0], marks[-1]
    print(f"since run {first}: {(after - before) / max(1, last - first):+.0f} bytes a run")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS)
