"""Ledger names as sheet names: each ledger is a sheet of one workbook.

Signs that Excel forbids ([ ] : * ? / \\ and ') cannot stand in a name at all: the schema refuses them.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.checks.subject import Subject
from engine.rulebook import COMPANIONS
from engine.source import Problem

LONGEST = 31
_OF_EXCEL = "history"


def sheet_names(subject: Subject) -> Iterator[Problem]:
    """What Excel refuses as the name of a sheet, and names that other sheets of the blank workbook have."""
    seen: dict[str, str] = {}
    for name, ledger in subject.book.ledgers.items():
        twin = seen.setdefault(name.lower(), name)
        why = _why_not(name) if twin == name else f"Excel 的工作表名不分大小写，它和“{twin}”是同一个名字"
        if why:
            yield Problem("R171", f"台账“{name}”：{why}。", ledger.place, "给台账换一个名字。", f"「{name}」")


def _why_not(name: str) -> str:
    length = len(name.encode("utf-16-le")) // 2
    if length > LONGEST:
        return f"有 {length} 个字，Excel 的工作表名最多 {LONGEST} 个字"
    if name in COMPANIONS:
        return "这个名字留给空白台账里的另一张表"
    return "这个名字 Excel 留着自己用" if name.lower() == _OF_EXCEL else ""
