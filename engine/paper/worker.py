"""The child process of :mod:`engine.paper.press`: reads one job, checks the template, fills it once a context."""

from __future__ import annotations

import base64
import json
import sys
from typing import Any

MEMORY = 600 * 2**20
SECONDS = 8
"""Processor seconds a document."""


def main() -> None:
    """Run the job on stdin; answers on stdout, one line each, the check's first."""
    out = sys.stdout.buffer
    sys.stdout = sys.stderr  # what a library prints is no answer
    job = json.loads(sys.stdin.buffer.read())
    from engine.paper.faults import Fault
    from engine.paper.text import Text
    from engine.paper.typeset import Typeset

    _limit()
    template = base64.b64decode(job["template"])
    sheet = Text(template, job["plain"]) if job["plain"] else Typeset(template)

    def answer(value: dict[str, Any]) -> None:
        out.write(json.dumps(value).encode() + b"\n")
        out.flush()

    try:
        faults = sheet.faults(job["shape"])
        answer({"faults": [fault.as_json() for fault in faults]})
        for context in () if faults else job["contexts"]:
            _limit()
            answer({"document": base64.b64encode(sheet.filled(context)).decode()})
    except Fault as fault:
        answer({"faults": [fault.as_json()]})


def _limit() -> None:
    """Little memory, no file written, few processor seconds from now; nothing where the system has no such limits."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + SECONDS
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CPU, until)):
        hard = resource.getrlimit(what)[1]
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


if __name__ == "__main__":
    main()
