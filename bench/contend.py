"""One contender in a process of its own.

``python bench/contend.py whole NAME FOLDER OUT.parquet`` goes from Parquet ledgers to written scores;
``python bench/contend.py alone NAME FOLDER TIMES`` reads and codes the ledgers, then scores them TIMES times in memory
and prints the seconds of each (wall and CPU) as JSON. NAME is a module; ``NAME:function`` scores with another function.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from pathlib import Path
from typing import Any


def contender(name: str) -> tuple[Any, Any]:
    """Its module and its scoring function."""
    module, _, function = name.partition(":")
    found = importlib.import_module(module)
    return found, getattr(found, function or "scored")


def whole(name: str, folder: Path, out: Path) -> None:
    """From ledgers to written scores."""
    module, scored = contender(name)
    module.saved(scored(module.opened(folder)), out)


def alone(name: str, folder: Path, times: int) -> list[tuple[float, float]]:
    """Seconds of scoring what is in memory: (wall, CPU)."""
    module, scored = contender(name)
    tables = module.loaded(module.opened(folder))
    taken = []
    for _ in range(times):
        wall, cpu = time.perf_counter(), time.process_time()
        scored(tables)
        taken.append((time.perf_counter() - wall, time.process_time() - cpu))
    return taken


if __name__ == "__main__":
    how, name, folder, last = sys.argv[1:]
    if how == "whole":
        whole(name, Path(folder), Path(last))
    else:
        print(json.dumps(alone(name, Path(folder), int(last))))
