"""What is wrong with a template, as the child process tells it: plain values that fit through a pipe."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Fault(Exception):
    """One fault: a code of :mod:`engine.codes`, the part of the document (正文, 页脚 …), the tag or text as written."""

    code: str
    detail: str
    hint: str
    where: str = ""
    text: str = ""

    def as_json(self) -> dict[str, str]:
        """The fault for the pipe."""
        return asdict(self)
