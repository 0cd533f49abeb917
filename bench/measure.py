"""A command run once in a process of its own: wall and CPU seconds, peak memory. Nothing heavy is imported here, since
a child's peak counts what its parent held when it was started."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
XIZE = Path(sys.executable).parent / "xize"


@dataclass(frozen=True, slots=True)
class Taken:
    """One run."""

    wall: float
    cpu: float
    peak: int  # MiB
    out: str = ""


class Failed(Exception):
    """A command that did not do what it should; the text is what it said."""


def once(command: Sequence[str | Path], *, keep: bool = False) -> Taken:
    """Run a command in the repository's folder; ``keep`` what it prints. Raises Failed."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [str(word) for word in command],
        stdout=subprocess.PIPE if keep else subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    )
    out = process.stdout.read() if process.stdout else ""
    said = process.stderr.read() if process.stderr else ""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - start
    if process.returncode:
        raise Failed(f"{' '.join(map(str, command))}\n{said[-2000:]}")
    return Taken(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024, out)
