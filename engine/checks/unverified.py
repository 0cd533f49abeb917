"""How much of a rule file has still to be compared with the paper."""

from __future__ import annotations

from collections.abc import Iterator

from engine.checks.subject import Subject
from engine.rulebook import SKETCH
from engine.source import Problem, Severity

SHOWN = 3


def unverified(subject: Subject) -> Iterator[Problem]:
    """How many places 待核对 still lists, with the first few; or that none is left and 示意 may go."""
    title, left = subject.book.title, list(subject.book.unverified.values())
    if left:
        some = "；".join(f"{'.'.join(one.path)}（{one.look}）" for one in left[:SHOWN])
        more = " ……" if len(left) > SHOWN else "。"
        hint = "对着纸质原文逐处核对、改正；核对好一处，删去「待核对」里的那一行。"
        yield Problem("N11", f"还有 {len(left)} 处待核对：{some}{more}", left[0].place, hint, severity=Severity.NOTICE)
    elif title.status == SKETCH:
        detail, hint = "「待核对」里已经没有了。", f"核对完了，可以删去 状态: {SKETCH}。"
        yield Problem("N12", detail, title.places.get("状态", title.place), hint, severity=Severity.NOTICE)
