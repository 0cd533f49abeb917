"""What is told a terminal or a program: faults on stderr, one JSON object on stdout, an exit code."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.source import Problem, Rejected, Severity, errors, render

OK, FAULTY, MISUSED, UNREADABLE = 0, 1, 2, 3

# Written by hand: a library for colours takes longer to load than most faults take to find.
_COLOURS = {Severity.ERROR: "\x1b[1;31m", Severity.WARNING: "\x1b[1;33m", Severity.NOTICE: "\x1b[1;36m"}
_PLAIN = "\x1b[0m"


def print_problems(problems: Iterable[Problem]) -> None:
    """Tell every fault, the most serious first, counted at the end. Colours only where somebody looks."""
    ordered = sorted(problems, key=lambda p: list(Severity).index(p.severity))
    for problem in ordered:
        head, _, rest = render(problem).partition("\n")
        colour, plain = (_COLOURS[problem.severity], _PLAIN) if sys.stderr.isatty() else ("", "")
        print(f"{colour}{head}{plain}\n{rest}", file=sys.stderr)
    counts = {s: sum(p.severity is s for p in ordered) for s in Severity}
    if len(ordered) > 1:
        print("、".join(f"{s.value} {n} 处" for s, n in counts.items() if n), file=sys.stderr)


def print_json(value: Mapping[str, Any]) -> None:
    """UTF-8 whatever the console's encoding is: the object is for programs."""
    print_bytes(as_bytes(value))


def as_bytes(value: Mapping[str, Any]) -> bytes:
    """An object as a JSON file holds it."""
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def print_bytes(data: bytes) -> None:
    """A file's bytes on stdout."""
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(data.decode())
    else:
        sys.stdout.flush()
        buffer.write(data)
        buffer.flush()


class Progress:
    """What a long run is doing, on stderr: counted on one line where somebody looks, said once where nobody does.

    Used as a context; :meth:`told` hears how many are done, and of how many.
    """

    def __init__(self, what: str) -> None:
        self._what, self._watched = what, sys.stderr.isatty()

    def __enter__(self) -> Progress:
        self._say(f"{self._what}……", end="" if self._watched else "\n")
        return self

    def told(self, done: int, total: int) -> None:
        """So many are done."""
        if self._watched:
            self._say(f"\r{self._what} {done}/{total}")

    def __exit__(self, *_: object) -> None:
        if self._watched:
            self._say("\r\x1b[K")

    @staticmethod
    def _say(text: str, end: str = "") -> None:
        print(text, end=end, file=sys.stderr, flush=True)


def code_of(problems: Sequence[Problem]) -> int:
    """The exit code for these problems.

    3 if a file cannot be read, 2 if only what was typed is at fault, 1 for other errors, 0 for warnings and notices.
    """
    if not errors(problems):
        return OK
    rejected = Rejected(problems)
    return UNREADABLE if rejected.unreadable else MISUSED if rejected.misused else FAULTY
