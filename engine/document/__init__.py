"""A YAML file read strictly: plain values, and the place of each.

Every scalar stays the text that was written (``010``, ``12:30``, ``yes`` are
text); what a place wants is judged by the schema of that place. Duplicate keys,
anchors, tags and everything else that could make a file mean something other
than what it shows are refused, and the slips of a Chinese keyboard are named
with their repair. Inside: ``text`` bytes to lines · ``scan`` lines to pieces ·
``slips`` faults in pieces · ``node`` values with places · ``stumble`` the
parser's complaints in Chinese · ``compose`` YAML events to nodes.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from engine.document import slips, text
from engine.document.compose import compose
from engine.document.node import Document, Node, Steps, Value
from engine.source import Problem, Rejected, Span

__all__ = ["Document", "Node", "Steps", "Value", "load", "parse"]

MOST_PROBLEMS = 200


def load(path: Path) -> Document:
    """Read a rule file. Raises :class:`Rejected` with every fault found (F01, F02, Y…)."""
    return parse(text.fetch(path), path.as_posix())


def parse(data: bytes, name: str) -> Document:
    """Read the bytes of a rule file called ``name``. Raises :class:`Rejected` with every fault found.

    >>> doc = parse("名单: {大埔镇: {年度任务: 180}}".encode(), "a.yaml")
    >>> doc.value
    {'名单': {'大埔镇': {'年度任务': '180'}}}
    >>> place = doc.at(("名单", "大埔镇", "年度任务"))
    >>> (place.line, place.start, place.end)
    (1, 17, 20)
    """
    letters, source = text.decode(data, name)
    unseen = text.invisible(source)
    found = slips.find(source)
    if any(problem.code == "Y15" for problem in found.problems):
        raise Rejected(_told([*unseen, *found.problems]))
    composed = compose(text.plain(found.mended if found.broken else letters), source, found.suspects)
    root = composed.root
    stumble = [composed.stumble] if composed.stumble and not found.broken and not unseen else []
    problems = [*unseen, *found.problems, *composed.faults, *stumble]
    if root is None and not problems:
        problems = [Problem("Y03", "文件里没有内容。", Span(source, 1, 0, 0), "核对文件是否保存成功。")]
    if problems or root is None:
        raise Rejected(_told(problems))
    return Document(source, hashlib.sha256(data).hexdigest(), root)


def _told(problems: list[Problem]) -> list[Problem]:
    """In order of place; a value joined from lines already at fault is not a second fault; not without end."""
    spoilt = {_place(p)[0] for p in problems if p.code != "Y16"}
    kept = [p for p in problems if p.code != "Y16" or not spoilt & {_place(p)[0], _place(p)[0] - 1}]
    kept.sort(key=_place)
    if len(kept) <= MOST_PROBLEMS:
        return kept
    last = kept[MOST_PROBLEMS]
    more = Problem("Y21", f"从这里起还有 {len(kept) - MOST_PROBLEMS} 处问题没有列出。", last.place, "先改好上面这些。")
    return [*kept[:MOST_PROBLEMS], more]


def _place(problem: Problem) -> tuple[int, int]:
    place = problem.place
    return (place.line, place.start) if isinstance(place, Span) else (0, 0)
