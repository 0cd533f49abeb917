"""Ledger names as sheet names: each ledger is a sheet of one workbook."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.checks.subject import Subject
from engine.ledger.sheets import COMPANIONS
from engine.source import Problem

LONGEST = 31
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")


def sheet_names(subject: Subject) -> Iterator[Problem]:
    """What Excel refuses as the name of a sheet, and names that other sheets of the blank workbook have."""
    seen: dict[str, str] = {}
    for name, ledger in subject.book.ledgers.items():
        why = _why_not(name)
        if name.lower() in seen:
            why = f"Excel 的工作表名不分大小写，它和“{seen[name.lower()]}”是同一个名字"
        seen.setdefault(name.lower(), name)
        if why:
            detail = f"台账“{name}”：{why}。"
            yield Problem("R171", detail, ledger.place, "给台账换一个名字。", f"「{name}」")


def _why_not(name: str) -> str:
    length = len(name.encode("utf-16-le")) // 2
    if length > LONGEST:
        return f"有 {length} 个字，Excel 的工作表名最多 {LONGEST} 个字"
    if found := _FORBIDDEN.search(name):
        return f"里面有“{found[0]}”，Excel 的工作表名不能有 [ ] : * ? / \\"
    if name.startswith("'") or name.endswith("'"):
        return "前后有撇号，Excel 的工作表名不能这样"
    if name in COMPANIONS or name.lower() == "history":
        return "这个名字留给空白台账里的另一张表" if name in COMPANIONS else "这个名字 Excel 留着自己用"
    return ""
