"""计分, 指标 and 结果: an entry of the file → an :class:`Item` with its one mechanism."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

from engine.formula import Expression, parse
from engine.reader.node import Node
from engine.reader.tables import quantity, table
from engine.rulebook import (
    Across,
    AsNumber,
    Before,
    Carry,
    Clock,
    Collect,
    Consequence,
    CountOnly,
    Decision,
    Elapsed,
    Formula,
    Gather,
    Item,
    Kind,
    Lookup,
    Mechanism,
    Period,
    PerTime,
    Rank,
    Rounding,
    Running,
    Scaled,
    Sequence,
    Streak,
)  # fmt: skip
from engine.source import Rejected

GATHERS = ("合计", "计次", "种数", "最高", "最低", "平均", "最早", "最晚")
_COUNTED = re.compile(r"(最高|最先)([0-9]{1,4})[项次]")


def expression(node: Node) -> Expression | None:
    """The expression written at a node; ``None`` (and a problem) if it cannot be read."""
    if not node.text:
        return None
    try:
        return parse(node.text, node.doc.text_at(node.path))
    except Rejected as rejected:
        node.problems.extend(rejected.problems)
        return None


def clauses(node: Node) -> tuple[str, ...]:
    """The clauses an entry names (条款: 甲；乙)."""
    return tuple(part.strip() for part in node.text_at("条款").split("；") if part.strip())


def rounding(node: Node) -> Rounding | None:
    """取整: {小数, 方式}."""
    return Rounding(int(node.text_at("小数", "0")), node.text_at("方式")) if node.value else None


def item(entry: Node, section: str, default: Period) -> Item | None:
    """One entry. ``default`` is the grain of 结果 items that name none."""
    mechanism = _mechanism(entry)
    if mechanism is None:
        return None
    ledger = entry.text_at("台账") or None
    period = Period(entry.text_at("每")) if "每" in entry else None
    if section == "结果" and ledger is None and period is None:
        period = default
    return Item(
        entry.name, section, entry.key_place, clauses(entry), mechanism, ledger, period,
        when=expression(entry.get("当")), uncounted=entry.text_at("否则") == "未计",
        dated=entry.text_at("归期") or None, rounding=rounding(entry.get("取整")), note=entry.text_at("说明"),
    )  # fmt: skip


def _mechanism(entry: Node) -> Mechanism | None:
    words = [word for word in _MAKERS if word in entry]
    if len(words) == 1:
        return _MAKERS[words[0]](entry)
    detail = f"“{entry.name}”写了两种算法：{'、'.join(words)}。" if words else f"“{entry.name}”没有写怎么算。"
    entry.fault("R02", detail, f"每一项恰好写一个：{'、'.join(_MAKERS)}。", at_key=True)
    return None


def _lookup(entry: Node) -> Lookup:
    keys = entry.get("查表").texts()
    return Lookup(keys, table(entry.get("表"), len(keys)), entry.get("选项").texts())


def _per_time(entry: Node) -> PerTime:
    nodes = {n.name: n for n in entry.get("按次").items()}
    return PerTime({k: _number(n) for k, n in nodes.items()}, {k: n.place for k, n in nodes.items()})


def _formula(entry: Node) -> Formula | None:
    parsed = expression(entry.get("公式"))
    return Formula(parsed) if parsed is not None else None


def _elapsed(entry: Node) -> Elapsed:
    return Elapsed(entry.text_at("历时"), entry.get("至").texts(), entry.text_at("未至", "待定"), "按" in entry)


def _count_only(entry: Node) -> CountOnly:
    which = entry.text_at("只计")
    counted = _COUNTED.fullmatch(which)
    cap = quantity(entry.text_at("封顶"))
    return CountOnly(
        f"{counted[1]}n" if counted else which, entry.text_at("值"), entry.get("同").texts(),
        n=int(counted[2]) if counted else 1, rise=entry.text_at("补差") == "是", by=entry.text_at("比") or None,
        cap=cap[0] if cap else entry.text_at("封顶") or None,
    )  # fmt: skip


def _gather(verb: str) -> Callable[[Node], Gather | Across]:
    def make(entry: Node) -> Gather | Across:
        if "范围" in entry:
            if verb == "计次" and entry.text_at(verb) != Kind.UNIT.value:
                entry.get(verb).fault("R05", "写了「范围」，数的是单位。", "写作 计次: 单位，哪些单位写在「当」里。")
            return Across(verb, None if verb == "计次" else entry.text_at(verb), entry.text_at("范围"))
        ledger, _, column = entry.text_at(verb).rpartition(".")
        if not ledger and verb == "计次":
            ledger, column = column, ""
        most = entry.text_at("至多")
        return Gather(
            verb, ledger or None, column or None, entry.get("同").texts(), entry.text_at("止于") or None,
            int(most) if most else None,
        )  # fmt: skip

    return make


def _rank(entry: Node) -> Rank:
    keys = ordering(entry.get("名次"))
    return Rank(keys, entry.text_at("范围") or None, entry.text_at("同分") == "并列不跳号")


def ordering(node: Node) -> tuple[tuple[str, str], ...]:
    """[{列: 高者先}, …] → ((列, 高者先), …)."""
    return tuple((pair.name, pair.text) for entry in node.items() for pair in entry.items())


def _consequence(entry: Node) -> Consequence:
    return Consequence(entry.get("处置").texts(), _decision(entry.get("裁定")))


def _decision(node: Node) -> Decision | None:
    when = expression(node.get("当")) if node.value else None
    return Decision(node.text_at("台账"), when, node.get("示").texts()) if when is not None else None


def _notice(entry: Node) -> Consequence:
    return Consequence(entry.get("提示").texts(), None, notice=True)


def _scaled(entry: Node) -> Scaled:
    number = quantity(entry.text_at("到"))
    return Scaled(entry.text_at("折算"), number[0] if number else entry.text_at("到"))


def _number(node: Node) -> Fraction:
    found = quantity(node.text)
    return found[0] if found else Fraction(0)


_MAKERS: dict[str, Callable[[Node], Mechanism | None]] = {
    "查表": _lookup,
    "按次": _per_time,
    "公式": _formula,
    "历时": _elapsed,
    "取数": lambda entry: AsNumber(entry.text_at("取数")),
    "取时": lambda entry: Clock(entry.text_at("取时"), entry.text_at("部分")),
    "只计": _count_only,
    "次序": lambda entry: Sequence(entry.text_at("次序"), entry.get("同").texts()),
    "累计": lambda entry: Running(entry.text_at("累计"), entry.get("同").texts()),
    "结转": lambda entry: Carry(entry.text_at("结转"), entry.text_at("任务")),
    "上期": lambda entry: Before(entry.text_at("上期")),
    "连续": lambda entry: Streak(entry.text_at("连续"), entry.get("同").texts()),
    **{verb: _gather(verb) for verb in GATHERS},
    "收": lambda entry: Collect(entry.get("收").texts(), entry.get("带").texts()),
    "名次": _rank,
    "处置": _consequence,
    "提示": _notice,
    "折算": _scaled,
}

MECHANISMS = frozenset(_MAKERS)
"""The word of every mechanism: an item has exactly one of them."""
