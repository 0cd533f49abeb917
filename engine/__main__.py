"""The program: takes what was written, runs one command, answers with an exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from engine.commands import parser
from engine.commands.values import as_typed
from engine.source import Problem, Rejected
from engine.telling import OK, code_of, print_json, print_problems


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code (0 done, 1 faulty input, 2 wrong usage, 3 unreadable file)."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Callable[..., None] | None = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
    arguments = parser().parse_args(argv)
    try:
        code: int = arguments.run(arguments)
    except Rejected as rejected:
        problems = [as_typed(problem, arguments) for problem in rejected.problems]
        return _reject(problems, as_json=getattr(arguments, "json", False))
    except BrokenPipeError:
        sys.stderr.close()
        return OK
    return code


def _reject(problems: Sequence[Problem], *, as_json: bool) -> int:
    print_problems(problems)
    if as_json:
        print_json({"问题": [p.as_json() for p in problems]})
    return code_of(problems)


if __name__ == "__main__":
    raise SystemExit(main())
