"""One sentence form a mechanism, built from its definition alone: how a figure is computed, in plain words."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from engine.number import show
from engine.phrases import flattened, label
from engine.prose.markdown import listed, table
from engine.prose.words import Roles, cell, quoted
from engine.rulebook import (
    Across,
    AsNumber,
    Before,
    Carry,
    Clock,
    Collect,
    Consequence,
    CountOnly,
    Elapsed,
    Formula,
    Gather,
    Item,
    Kind,
    Lookup,
    PerTime,
    Rank,
    Row,
    Running,
    Scaled,
    Streak,
    Table,
)  # fmt: skip
from engine.rulebook import (
    Sequence as Ordinal,
)
from engine.scoring.across import EVERYBODY

_OPEN = {"计到截至": "都没有的，算到截至日末", "待定": "都没有的，待定", "不计": "都没有的，不计"}
_GATHERED = {"合计": "把{}加起来", "种数": "{}有几种不同的值", "最高": "{}最大的", "最低": "{}最小的",
             "平均": "{}的平均数", "最早": "{}最早的", "最晚": "{}最晚的"}  # fmt: skip


def told(item: Item, roles: Roles) -> Iterator[str]:
    """How an item is computed: a paragraph, then its table if it has one."""
    sentence = _SENTENCES[type(item.mechanism)](item, item.mechanism, roles)
    yield f"**{item.name}**（{_where(item)}）　{sentence}{_added(item)}。"
    if isinstance(item.mechanism, Lookup):
        yield from _cells(item, item.mechanism, roles)


def _where(item: Item) -> str:
    """What it is a figure of: a row of a ledger, a unit in a period, or an account of its own."""
    if item.period is not None:
        return f"每个单位每{item.period.value}"
    return f"“{item.ledger}”每一行" if item.ledger else "一本账"


def _added(item: Item) -> str:
    """What holds for any mechanism: condition, period, rounding, note."""
    parts = []
    if item.when is not None and not isinstance(item.mechanism, Consequence | Gather | Across):
        parts.append(f"只在“{item.when.text}”时计")
    if item.uncounted:
        parts.append("不成立的列在“未计”里")
    if item.dated:
        parts.append(f"按“{item.dated}”归期")
    if item.rounding is not None:
        parts.append(f"{item.rounding.way}到 {item.rounding.decimals} 位小数")
    if item.note:
        parts.append(f"说明：{item.note}")
    return "".join(f"；{part}" for part in parts)


# ---- a sentence a mechanism -----------------------------------------------------------------


def _lookup(item: Item, mechanism: Lookup, roles: Roles) -> str:
    blank = (
        "，“—”是没有印的格子，记录落上去是错误"
        if any("| — |" in line for line in _cells(item, mechanism, roles))
        else ""
    )
    return f"按{quoted(mechanism.keys)}查下表{blank}"


def _per_time(item: Item, mechanism: PerTime, roles: Roles) -> str:
    ledger = roles.ledgers.get(item.ledger or "")
    flags = {f.name for f in ledger.fields.values() if f.kind is Kind.FLAG} if ledger is not None else set()
    terms = (f"{name}{'的' if name in flags else '，每次'}{roles.points(item.name, points)}"
             for name, points in mechanism.points.items())  # fmt: skip
    return f"{'；'.join(terms)}；加在一起"


def _formula(item: Item, mechanism: Formula, roles: Roles) -> str:
    asked = isinstance(mechanism.expression.tree, ast.Compare | ast.BoolOp | ast.UnaryOp)
    return f"“{mechanism.expression.text}”是不是成立" if asked else f"＝ {mechanism.expression.text}"


def _elapsed(item: Item, mechanism: Elapsed, roles: Roles) -> str:
    first = "中最早的一个" if len(mechanism.ends) > 1 else ""
    length = "有几个工作日（当天不算）" if mechanism.workdays else "有多久"
    return f"从“{mechanism.start}”到{quoted(mechanism.ends)}{first}{length}；{_OPEN[mechanism.open_end]}"


def _as_number(item: Item, mechanism: AsNumber, roles: Roles) -> str:
    return f"“{mechanism.column}”里写的整数"


def _clock(item: Item, mechanism: Clock, roles: Roles) -> str:
    meant = {"月": "在哪个月", "日": "是几日", "星期": "是星期几（星期日是7）", "时刻": "在一天里的什么时刻"}
    return f"“{mechanism.column}”{meant[mechanism.part]}"


def _count_only(item: Item, mechanism: CountOnly, roles: Roles) -> str:
    group = f"{'、'.join(mechanism.same)}相同的"
    which = {"最高": "只计“{}”最高的一条", "最高n": "只计“{}”最高的 {} 条", "最先n": "只计“{}”最先的 {} 次",
             "累加": "“{}”都计，累加"}[mechanism.which].format(mechanism.value, mechanism.n)  # fmt: skip
    by = f"，高低看“{mechanism.by}”" if mechanism.by else ""
    rise = "，后来有更高的，只在那一天补差额" if mechanism.rise else ""
    cap = f"，最多 {mechanism.cap if isinstance(mechanism.cap, str) else show(mechanism.cap)}" if mechanism.cap else ""
    return f"{group}，{which}{by}{rise}{cap}"


def _ordinal(item: Item, mechanism: Ordinal, roles: Roles) -> str:
    return f"{'、'.join(mechanism.same)}相同的，按“{mechanism.by}”排是第几次"


def _running(item: Item, mechanism: Running, roles: Roles) -> str:
    same = f"，{'、'.join(mechanism.same)}相同的合在一起" if mechanism.same else ""
    return f"把“{mechanism.value}”从年初累加到这里{same}"


def _carry(item: Item, mechanism: Carry, roles: Roles) -> str:
    return f"本期的“{mechanism.value}”，加上以前各期超出“{mechanism.quota}”的部分"


def _gather(item: Item, mechanism: Gather, roles: Roles) -> str:
    only = f"里“{item.when.text}”的" if item.when is not None else ""
    if mechanism.verb == "计次":
        counted = f"“{mechanism.ledger}”{only}有几行"
    else:
        source = ".".join(part for part in (mechanism.ledger, mechanism.column) if part)
        counted = _GATHERED[mechanism.verb].format(f"“{source}”{only}")
    same = f"，只看{'、'.join(mechanism.same)}相同的" if mechanism.same else ""
    until = f"，只到“{mechanism.until}”为止" if mechanism.until else ""
    most = f"，最多 {mechanism.at_most}" if mechanism.at_most else ""
    return f"{counted}{same}{until}{most}"


def _across(item: Item, mechanism: Across, roles: Roles) -> str:
    where = "全部单位" if mechanism.within == EVERYBODY else f"“{mechanism.within}”相同的单位"
    only = f"里“{item.when.text}”的" if item.when is not None else ""
    if mechanism.column is None:
        return f"同一期{where}{only}有几个"
    return f"同一期{where}{only}，{_GATHERED[mechanism.verb].format(f'“{mechanism.column}”')}"


def _before(item: Item, mechanism: Before, roles: Roles) -> str:
    return f"上一期的“{mechanism.value}”；年内第一期没有上期，是“无”"


def _streak(item: Item, mechanism: Streak, roles: Roles) -> str:
    same = f"{'、'.join(mechanism.same)}相同的合在一起，" if mechanism.same else ""
    return f"{same}“{mechanism.value}”到这里为止连着成立了几次"


def _collect(item: Item, mechanism: Collect, roles: Roles) -> str:
    carried = f"，带上 {'、'.join(mechanism.carry)}" if mechanism.carry else ""
    return f"把{quoted(mechanism.columns)}各按自己的日期记在一起{carried}"


def _rank(item: Item, mechanism: Rank, roles: Roles) -> str:
    within = f"“{mechanism.within}”相同的排在一起" if mechanism.within else "全部单位一起排"
    tie = "同分并列，后面不跳号（1、2、2、3）" if mechanism.dense else "同分并列，后面跳号（1、2、2、4）"
    return f"{within}，先后看{order(mechanism.keys)}；{tie}"


def order(keys: Sequence[tuple[str, str]]) -> str:
    """得分（高者先），再看任务完成日（早者先）."""
    return "，再看".join(f"{name}（{way}）" for name, way in keys)


def _consequence(item: Item, mechanism: Consequence, roles: Roles) -> str:
    when = item.when.text if item.when is not None else "任何情形"
    text = f"“{when}”的，{'、'.join(mechanism.texts)}"
    if mechanism.notice:
        return f"{text}（只作提示，不影响得分）"
    if mechanism.decision is None:
        return f"{text}（拟）"
    decided = f"“{mechanism.decision.ledger}”里有“{mechanism.decision.when.text}”的才是事实"
    return f"{text}；{decided}，连同{'、'.join(mechanism.decision.show)}一起印，没有的印作“（拟）”"


def _scaled(item: Item, mechanism: Scaled, roles: Roles) -> str:
    to = mechanism.to if isinstance(mechanism.to, str) else f"{show(mechanism.to)}分"
    return f"{mechanism.value} × {to} ÷ 总分的满分"


_SENTENCES: dict[type, Callable[[Item, Any, Roles], str]] = {
    Lookup: _lookup,
    PerTime: _per_time,
    Formula: _formula,
    Elapsed: _elapsed,
    AsNumber: _as_number,
    Clock: _clock,
    CountOnly: _count_only,
    Ordinal: _ordinal,
    Running: _running,
    Carry: _carry,
    Gather: _gather,
    Across: _across,
    Before: _before,
    Streak: _streak,
    Collect: _collect,
    Rank: _rank,
    Consequence: _consequence,
    Scaled: _scaled,
}


# ---- tables ---------------------------------------------------------------------------------


def _cells(item: Item, mechanism: Lookup, roles: Roles) -> Iterator[str]:
    """Bands and words as a list; two keys of words as a printed table with the second key across."""
    across = _columns(mechanism.table)
    if across:
        rows = ([label(row), *_printed(item, row, across, roles)] for row in mechanism.table.rows)
        yield from table([f"{mechanism.keys[0]} ＼ {mechanism.keys[1]}", *across], rows)
        return
    yield from listed(
        f"{' × '.join(label(row) for row in path)}：{cell(item, path[-1], roles)}"
        for path in flattened(mechanism.table)
    )


def _columns(whole: Table) -> list[str]:
    """The labels of a second level of words, in the order they first stand; none if it is no such table."""
    inner = [row.result for row in whole.rows if isinstance(row.result, Table)]
    rows = [row for level in inner for row in level.rows]
    plain = len(inner) == len(whole.rows) and not any(isinstance(row.result, Table) for row in rows)
    return list(dict.fromkeys(label(row) for row in rows)) if plain and len(inner) > 1 else []


def _printed(item: Item, row: Row, across: Sequence[str], roles: Roles) -> Iterator[str]:
    assert isinstance(row.result, Table)
    by_label = {label(inner): cell(item, inner, roles) for inner in row.result.rows}
    yield from (by_label.get(label, "—") for label in across)
