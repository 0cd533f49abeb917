"""汇总.json and 汇总.xlsx: every office with what came of it. The same entries give the same bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date

from engine.batch.office import TROUBLE, Entry
from engine.workbook.page import Book, Head, Line

_HEADS = (
    Head("名称", "text", 26), Head("结果", "center", 10), Head("年度", "center", 8), Head("细则", "text", 40),
    Head("截至", "center", 13), Head("暂定", "center", 7), Head("单位", width=8), Head("待定单位", width=8),
    Head("读入", width=9), Head("计入", width=9), Head("未计", width=8), Head("在哪里，为什么", "text", 60),
)  # fmt: skip
_BEFORE = date(2000, 1, 1)  # a day for a workbook in which nothing has one


def summary(entries: Sequence[Entry]) -> bytes:
    """汇总.json."""
    totals = {"处": len(entries), "没有算成": sum(bool(e["退出码"]) for e in entries)}
    return (json.dumps({"合计": totals, "各处": list(entries)}, ensure_ascii=False, indent=1) + "\n").encode()


def workbook(entries: Sequence[Entry]) -> bytes:
    """汇总.xlsx: a line for every result, and for every office without one."""
    days = [date.fromisoformat(result["截至"]) for entry in entries for result in entry["成绩"]]
    book = Book("汇总", max(days, default=_BEFORE))
    page = book.page("汇总")
    failed = sum(bool(entry["退出码"]) for entry in entries)
    page.say("各处考评成绩汇总", "title")
    page.say(
        f"共 {len(entries)} 处，没有算成或没有全算成 {failed} 处。各处的得分、名次只在本处之内，这里不合在一起。",
        "note",
    )
    page.table(_HEADS, (line for entry in entries for line in _lines(entry)), frozen=1, searched=True)
    return book.finish()


def _lines(entry: Entry) -> Iterator[Line]:
    name = entry["名称"]
    for result in entry["成绩"]:
        rules = result["细则"]
        said = f"{rules['名称']}（{rules['状态']}）" if rules["状态"] else rules["名称"]
        yield Line([
            name, "算成", str(result["年度"]), said, result["截至"], "是" if result["暂定"] else "", result["单位"],
            result["待定单位"], result["读入"], result["计入"], result["未计"], f"{name}/{result['文件夹']}",
        ])  # fmt: skip
    if entry["退出码"] or not entry["成绩"]:
        several = f"……共 {entry['错误']} 处，" if entry["错误"] > 1 else ""
        more = f"　{several}见 {name}/{TROUBLE}" if entry["错误"] else ""
        why = "；".join([*entry["问题"][:1], *entry["说明"]]) + more
        yield Line([name, "没有算成" if entry["退出码"] else "没有算", *[""] * 9, why])
