"""The press: templates are filled in a child process with little memory and little time, told what went wrong.

Both sides speak JSON, one line a message, so a template that takes the child over can lie but not reach further.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from engine.paper.package import MOST_BYTES, plain_ending
from engine.source import Passage, Problem, Rejected

SECONDS = 10
"""How long one document may take by the clock, the first one's start included."""
_ANSWER = MOST_BYTES * 2
_ROOT = Path(__file__).parents[2]


def pressed(
    name: str, template: bytes, contexts: Sequence[object], shape: Mapping[str, object] | None = None
) -> Iterator[bytes]:
    """The documents, one a context; without contexts the template is only checked. Raises :class:`Rejected`."""
    encoded = base64.b64encode(template).decode()
    job = {"template": encoded, "plain": plain_ending(name), "contexts": contexts, "shape": shape}
    with _child() as child:
        try:
            threading.Thread(target=_feed, args=(child.stdin, json.dumps(job).encode()), daemon=True).start()
            yield from _answers(name, child, len(contexts))
        finally:
            child.kill()


def _child() -> subprocess.Popen[bytes]:
    environment = {k: v for k, v in os.environ.items() if k in ("SYSTEMROOT", "PATH", "VIRTUAL_ENV", "TEMP", "TMP")}
    environment |= {"PYTHONPATH": str(_ROOT), "PYTHONHASHSEED": "0", "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-P", "-s", "-W", "ignore", "-m", "engine.paper.worker"]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=environment)


def _feed(pipe: IO[bytes] | None, job: bytes) -> None:
    assert pipe is not None
    try:
        pipe.write(job)
        pipe.close()
    except OSError:
        return  # the child is gone; what it said before, or that it said nothing, is told by _answers


def _answers(name: str, child: subprocess.Popen[bytes], documents: int) -> Iterator[bytes]:
    problems = _told(name, _answer(name, child))  # the checks come first
    if problems:
        raise Rejected(problems)
    for _ in range(documents):
        answer = _answer(name, child)
        problems = _told(name, answer)
        if problems:
            raise Rejected(problems)
        yield base64.b64decode(answer["document"])


def _answer(name: str, child: subprocess.Popen[bytes]) -> dict[str, Any]:
    timer = threading.Timer(SECONDS, child.kill)
    timer.start()
    try:
        assert child.stdout is not None
        line = child.stdout.readline(_ANSWER)
    finally:
        timer.cancel()
    if not line.endswith(b"\n"):
        raise Rejected([Problem("T07", "模板用的时间或内存超过限度，已经停下。", Passage(name),
                                "看看有没有一层套一层的循环；去掉大图片；或者从原来的模板重新改起。")])  # fmt: skip
    found: dict[str, Any] = json.loads(line)
    return found


def _told(name: str, answer: Mapping[str, Any]) -> list[Problem]:
    return [
        Problem(f["code"], f["detail"], Passage(name, f["where"], f["text"]), f["hint"])
        for f in answer.get("faults", ())
    ]
