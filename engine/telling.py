"""Faults on the terminal: every one on stderr, the most serious first, counted at the end."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from engine.source import Problem, Severity, render

# Written by hand: a library for colours takes longer to load than most faults take to find.
_COLOURS = {Severity.ERROR: "\x1b[1;31m", Severity.WARNING: "\x1b[1;33m", Severity.NOTICE: "\x1b[1;36m"}
_PLAIN = "\x1b[0m"


def print_problems(problems: Iterable[Problem]) -> None:
    """Tell every fault. Colours only where somebody looks."""
    ordered = sorted(problems, key=lambda p: list(Severity).index(p.severity))
    for problem in ordered:
        head, _, rest = render(problem).partition("\n")
        colour, plain = (_COLOURS[problem.severity], _PLAIN) if sys.stderr.isatty() else ("", "")
        print(f"{colour}{head}{plain}\n{rest}", file=sys.stderr)
    counts = {s: sum(p.severity is s for p in ordered) for s in Severity}
    if len(ordered) > 1:
        print("、".join(f"{s.value} {n} 处" for s, n in counts.items() if n), file=sys.stderr)
