"""The program: takes what was written, runs one command, answers with an exit code."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress

from engine.commands import parser
from engine.commands.values import as_typed
from engine.source import Problem, Rejected
from engine.telling import OK, code_of, print_json, print_problems


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code.

    0 done, 1 faulty input, 2 wrong usage, 3 a file that cannot be read or written, 130 stopped by Ctrl-C.
    """
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Callable[..., None] | None = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
    arguments = parser().parse_args(argv)
    as_json = getattr(arguments, "json", False)
    try:
        code: int = arguments.run(arguments)
        sys.stdout.flush()
    except Rejected as rejected:
        return _reject([as_typed(problem, arguments) for problem in rejected.problems], as_json=as_json)
    except BrokenPipeError:
        sys.stderr.close()
        return OK
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # once is enough
        print("\n中断了；没有写完的文件不会留下半个。", file=sys.stderr)
        return STOPPED
    except (OSError, MemoryError) as error:
        _deafen()
        return _reject([_broken_off(error)], as_json=False)
    return code


STOPPED = 130  # as a shell says of what Ctrl-C ended


def _broken_off(error: OSError | MemoryError) -> Problem:
    """What the system refused where nobody expected it to: a full disk under stdout, no memory, a drive gone."""
    if isinstance(error, MemoryError):
        return Problem("F05", "内存不够。", None, "关掉别的程序再运行；台账很大的，另存为 Parquet。")
    from engine.saving import REASONS

    where = f"“{error.filename}”" if error.filename else "结果"
    hint = REASONS.get(error.errno or 0, "看看磁盘满没满、文件夹有没有权限、网络盘断没断，再运行。")
    return Problem("F05", f"{where}写不出或读不到：系统说“{error.strerror or error}”。", None, hint)


def _deafen() -> None:
    """What is still held back for a stdout that cannot be written is let go, so that the end is quiet."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _reject(problems: Sequence[Problem], *, as_json: bool) -> int:
    print_problems(problems)
    if as_json:
        print_json({"问题": [p.as_json() for p in problems]})
    return code_of(problems)


if __name__ == "__main__":
    raise SystemExit(main())
