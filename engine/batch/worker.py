"""The child process of :mod:`engine.batch.crew`: does one office after another, and answers with its entry."""

from __future__ import annotations

import json
import signal
import sys

from engine.batch.crew import Job


def main() -> None:
    """Jobs on stdin, entries on stdout, one line each."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started it ends it
    out = sys.stdout.buffer
    sys.stdout = sys.stderr  # what a library prints is no answer
    for line in sys.stdin.buffer:
        out.write(json.dumps(Job.read(line).done()).encode() + b"\n")
        out.flush()


if __name__ == "__main__":
    main()
