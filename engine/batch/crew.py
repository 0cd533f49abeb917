"""Offices done by several processes, each in a child of its own: one that dies takes nothing with it but its office.

Both sides speak JSON, one line a message. A child ends when nobody listens any more.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from engine.batch.office import Entry, attempted, entry_of
from engine.batch.offices import Office
from engine.pipeline import Options
from engine.source import Cell, Problem

_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Job:
    """An office to be done: where its results go, how to run, what it is made from (:mod:`engine.batch.keeping`)."""

    office: Office
    out: Path
    options: Options
    key: str

    def line(self) -> bytes:
        """The job as a message."""
        office, options = self.office, self.options
        value = {
            "office": [office.name, [str(p) for p in office.ledgers], [str(p) for p in office.rules]],
            "out": str(self.out), "as_of": options.as_of and options.as_of.isoformat(), "skip_bad": options.skip_bad,
            "key": self.key,
        }  # fmt: skip
        return json.dumps(value).encode() + b"\n"

    @classmethod
    def read(cls, line: bytes) -> Job:
        """The message as a job."""
        value = json.loads(line)
        name, ledgers, rules = value["office"]
        as_of = date.fromisoformat(value["as_of"]) if value["as_of"] else None
        office = Office(name, tuple(map(Path, ledgers)), tuple(map(Path, rules)))
        return cls(office, Path(value["out"]), Options(as_of, None, value["skip_bad"]), value["key"])


@dataclass(frozen=True, slots=True)
class Answer:
    """A job by its position, its entry in the summary, and how long it took."""

    at: int
    entry: Entry
    seconds: float


def answers(jobs: Sequence[Job], processes: int) -> Iterator[Answer]:
    """An answer to every job, as they are done."""
    crew = _Crew(jobs, min(processes, len(jobs)))
    try:
        for _ in jobs:
            yield crew.answers.get()
    finally:
        crew.dismiss()


@dataclass(slots=True)
class _Crew:
    """The children, a thread for each; ``answers`` come as jobs are done."""

    jobs: Sequence[Job]
    processes: int
    answers: queue.SimpleQueue[Answer] = field(default_factory=queue.SimpleQueue)
    _waiting: queue.SimpleQueue[int] = field(default_factory=queue.SimpleQueue)
    _children: list[subprocess.Popen[bytes]] = field(default_factory=list)
    _dismissed: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        for at in range(len(self.jobs)):
            self._waiting.put(at)
        for _ in range(self.processes):
            threading.Thread(target=self._serve, daemon=True).start()

    def dismiss(self) -> None:
        """No more jobs; a child that is killed leaves nothing half written."""
        self._dismissed.set()
        for child in self._children:
            child.kill()
            child.wait()

    def _serve(self) -> None:
        child: subprocess.Popen[bytes] | None = None
        with suppress(queue.Empty):
            while not self._dismissed.is_set():
                at = self._waiting.get_nowait()
                begun = time.monotonic()
                child = child if child is not None and child.poll() is None else self._child()
                entry = _answer(child, self.jobs[at])
                self.answers.put(Answer(at, entry, time.monotonic() - begun))
        if child is not None:
            _end(child)

    def _child(self) -> subprocess.Popen[bytes]:
        threads = max(1, (os.cpu_count() or 1) // self.processes)
        environment = os.environ | {"PYTHONPATH": str(_ROOT), "PYTHONUTF8": "1", "POLARS_MAX_THREADS": str(threads)}
        command = [sys.executable, "-P", "-s", "-m", "engine.batch.worker"]
        child = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
        )
        self._children.append(child)
        return child


def _answer(child: subprocess.Popen[bytes], job: Job) -> Entry:
    """What the child says; where it says nothing, that. An office that cannot be looked at needs no child."""
    if job.office.problems:
        return attempted(job.office, job.out, job.options, job.key)
    assert child.stdin is not None
    assert child.stdout is not None
    line = b""
    with suppress(OSError):
        child.stdin.write(job.line())
        child.stdin.flush()
        line = child.stdout.readline()
    if line.endswith(b"\n"):
        found: dict[str, Any] = json.loads(line)
        return found
    child.kill()
    hint = "内存不够的，少开几个（--jobs 1）再运行；还是这样，单独用 xize score 算它，看说什么。"
    detail = f"算“{job.office.name}”的进程没有做完就停了（{child.wait()}）。"
    return entry_of(job.office, [Problem("F05", detail, Cell(job.office.name, job.office.name), hint)])


def _end(child: subprocess.Popen[bytes]) -> None:
    """Nothing more to do: it ends by itself when nobody speaks."""
    assert child.stdin is not None
    assert child.stdout is not None
    with suppress(OSError):
        child.stdin.close()
    child.stdout.close()
    child.wait()
