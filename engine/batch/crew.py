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
from typing import IO, Any

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

    def done(self) -> Entry:
        """Do it here and now."""
        return attempted(self.office, self.out, self.options, self.key)

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
    """An answer to every job, as they are done; without processes in this one."""
    if not processes:
        for at, job in enumerate(jobs):
            begun = time.monotonic()
            yield Answer(at, job.done(), time.monotonic() - begun)
        return
    crew = _Crew(jobs, min(processes, len(jobs)))
    try:
        for _ in jobs:
            yield crew.next_answer()
    finally:
        crew.dismiss()


@dataclass(slots=True)
class _Crew:
    """A thread for each process, which starts its child and waits for it; ``answers`` come as jobs are done."""

    jobs: Sequence[Job]
    processes: int
    answers: queue.SimpleQueue[Answer] = field(default_factory=queue.SimpleQueue)
    _waiting: queue.SimpleQueue[int] = field(default_factory=queue.SimpleQueue)
    _threads: list[threading.Thread] = field(default_factory=list)
    _children: list[_Child] = field(default_factory=list)
    _dismissed: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        for at in range(len(self.jobs)):
            self._waiting.put(at)
        for _ in range(self.processes):
            self._threads.append(threading.Thread(target=self._serve))
            self._threads[-1].start()

    def next_answer(self) -> Answer:
        """The next answer; looked for again and again, since some systems hear no Ctrl-C while they wait."""
        while True:
            with suppress(queue.Empty):
                return self.answers.get(timeout=0.5)

    def dismiss(self) -> None:
        """No more jobs; a child that is killed leaves nothing half written."""
        self._dismissed.set()
        if not self._waiting.empty() or any(thread.is_alive() for thread in self._threads):
            for child in self._children:
                child.process.kill()
        for thread in self._threads:
            thread.join()

    def _serve(self) -> None:
        child: _Child | None = None
        with suppress(queue.Empty):
            while not self._dismissed.is_set():
                at = self._waiting.get_nowait()
                begun = time.monotonic()
                try:
                    if child is None or child.process.poll() is not None:
                        child = self._hired()
                    entry = child.answer(self.jobs[at])
                except OSError as error:
                    entry = _lost(self.jobs[at], f"开不了算“{self.jobs[at].office.name}”的进程（{error.strerror}）。")
                self.answers.put(Answer(at, entry, time.monotonic() - begun))
        if child is not None:
            child.end()

    def _hired(self) -> _Child:
        child = _Child.started(max(1, (os.cpu_count() or 1) // self.processes))
        self._children.append(child)
        return child


@dataclass(frozen=True, slots=True)
class _Child:
    """A process that does one job after another."""

    process: subprocess.Popen[bytes]
    ears: IO[bytes]
    mouth: IO[bytes]

    @classmethod
    def started(cls, threads: int) -> _Child:
        """A new one; ``threads`` is how many the dataframe library may use in it."""
        environment = os.environ | {"PYTHONPATH": str(_ROOT), "PYTHONUTF8": "1", "POLARS_MAX_THREADS": str(threads)}
        command = [sys.executable, "-P", "-s", "-m", "engine.batch.worker"]
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=environment)
        assert process.stdin is not None
        assert process.stdout is not None
        return cls(process, process.stdin, process.stdout)

    def answer(self, job: Job) -> Entry:
        """What it says of a job; where it says nothing, that. An office that cannot be looked at needs no child."""
        if job.office.problems:
            return job.done()
        line = b""
        with suppress(OSError):
            self.ears.write(job.line())
            self.ears.flush()
            line = self.mouth.readline()
        if line.endswith(b"\n"):
            found: dict[str, Any] = json.loads(line)
            return found
        self.process.kill()
        return _lost(job, f"算“{job.office.name}”的进程没有做完就停了（{self.end()}）。")

    def end(self) -> int:
        """Nothing more to do: it ends by itself when nobody speaks."""
        with suppress(OSError):
            self.ears.close()
        code = self.process.wait()
        self.mouth.close()
        return code


def _lost(job: Job, detail: str) -> Entry:
    hint = "内存不够的，少开几个（--jobs 1）再运行；还是这样，单独用 xize score 算它，看说什么。"
    return entry_of(job.office, [Problem("F05", detail, Cell(job.office.name, job.office.name), hint)])
