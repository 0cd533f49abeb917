"""细则 条文 口径 单位 台账 考评 通报: the sections that are not items."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction

from engine.formula import COUNTERS
from engine.number import exact
from engine.reader.items import clauses, expression, ordering, rounding
from engine.reader.node import Node
from engine.reader.tables import quantity
from engine.rulebook import (
    ABSENT_WORDS,
    Absent,
    Annex,
    Appraisal,
    Bulletin,
    Clause,
    Expected,
    Field,
    Kind,
    Ledger,
    Letterhead,
    Link,
    Part,
    Period,
    Reading,
    Roster,
    Step,
    Tally,
    Title,
    Unit,
    Waiver,
)  # fmt: skip
from engine.source import Span

_ABSENT = {word: absent for absent, word in ABSENT_WORDS.items()}
_KINDS = {k.value: k for k in (Kind.TEXT, Kind.DAY, Kind.MOMENT, Kind.NUMBER, Kind.FLAG, Kind.UNIT)}
_LONGEST_REST = 60  # days off in a row
_STEPS = ("加", "减", "保底", "封顶", "折到", "取整", "归零")


def title(node: Node) -> Title:
    """细则: dates are checked here; the year runs 起止, by default the calendar year."""
    year = int(node.text_at("年度", "0"))
    sound = len(node.problems)
    start, _, end = node.text_at("起止", f"{year}-01-01 至 {year}-12-31").partition("至")
    first, last = _date(node.get("起止"), start.strip()), _date(node.get("起止"), end.strip())
    if first > last and len(node.problems) == sound:
        node.get("起止").fault("R09", f"起止“{node.text_at('起止')}”前后颠倒。", "写作 起日 至 止日。")
    month_end = node.text_at("月止")
    issued, effective = (_date(node.get(key), node.text_at(key, str(first))) for key in ("印发", "施行"))
    return Title(
        node.text_at("名称"), year, node.text_at("文号"), issued, effective, node.text_at("替代"), first, last,
        int(month_end) if month_end else None, node.text_at("状态"), node.place,
        node.places(), _days(node.get("休息日")), _days(node.get("上班日")),
    )  # fmt: skip


def _days(node: Node) -> tuple[date, ...]:
    """Days and stretches of days (起 至 止), every one of them."""
    found: list[date] = []
    for text in node.texts():
        first, _, last = (part.strip() for part in text.partition("至"))
        begun, ended = _date(node, first), _date(node, last or first)
        if begun > ended or (ended - begun).days > _LONGEST_REST:
            node.fault("R09", f"“{text}”前后颠倒，或者太长。", "写作 起日 至 止日。")
            continue
        found += [begun + timedelta(days=n) for n in range((ended - begun).days + 1)]
    return tuple(sorted(set(found)))


def _date(node: Node, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        node.fault("R09", f"日历上没有“{text}”这一天。", "核对年、月、日；写作 2024-01-31。")
        return date(2000, 1, 1)


def clause(node: Node) -> Clause:
    """条文: 原文 is one text or a list of texts; 试写 keeps its place while it is not to hand."""
    sketched = "试写" in node
    if sketched and "原文" in node:
        node.get("试写").fault("R24", f"条文“{node.name}”有原文，也有试写。", "取得了原文，就删去「试写」。")
    return Clause(
        node.name, node.get("试写" if sketched else "原文").texts(), node.text_at("不计算"), node.key_place, sketched
    )


def reading(node: Node) -> Reading:
    """口径, with the default taken."""
    taken = node.text_at("采取")
    return Reading(
        node.name, node.key_place, clauses(node), node.text_at("问题"), taken, node.text_at("理由"),
        node.text_at("待裁定") == "是", tuple(n.name for n in node.get("备选").items()),
        taken,
    )  # fmt: skip


def field(node: Node) -> Field:
    """One column: a kind word, a list of options, or {类, 空, 小数}."""
    kind = node.get("类") if isinstance(node.value, dict) else node
    options = tuple(str(v) for v in kind.value) if isinstance(kind.value, list) else ()
    measure = "数"
    if options:
        found = Kind.WORD
    elif kind.text in _KINDS:
        found = _KINDS[kind.text]
    else:
        found, measure = Kind.NUMBER, "次" if kind.text in COUNTERS else kind.text
    decimals = int(node.get("小数").text or "2")
    together = tuple(_options_named(entry, options) for entry in node.get("可兼").items())
    first = _options_named(node.get("先"), options)
    spec = Field(node.name, found, node.key_place, options, _blank(node, options), measure, decimals, together, first)
    if isinstance(spec.blank, str) and not _fits(spec, spec.blank):
        node.get("空").fault(
            "R05", f"「空」写的“{spec.blank}”不是“{node.name}”能有的值。", "写一个选项、一个数，或 无、待定、不适用。"
        )
    return spec


def _options_named(node: Node, options: tuple[str, ...]) -> tuple[str, ...]:
    """Words that must be among the options of their column."""
    for word in node.texts():
        if word not in options:
            node.fault("R05", f"“{word}”不在这一列的选项里。", f"可选：{'、'.join(options) or '（没有）'}。")
    return node.texts()


def _fits(spec: Field, text: str) -> bool:
    """Whether a text is a value of a column."""
    if spec.kind is Kind.NUMBER:
        return quantity(text) is not None
    allowed = {Kind.WORD: spec.options, Kind.FLAG: ("是", "否")}
    return spec.kind is Kind.TEXT or text in allowed.get(spec.kind, ())


def _blank(node: Node, options: tuple[str, ...]) -> Absent | str | None:
    text = node.text_at("空") if isinstance(node.value, dict) else ""
    if not text:
        return None
    return text if text in options else _ABSENT.get(text, text)


def roster(node: Node, known: Mapping[str, Unit]) -> Roster:
    """单位: attributes, then one line a unit; lines read before are ``known``."""
    fields = {f.name: f for f in map(field, node.get("列").items())}
    units = tuple(known.get(entry.name) or _unit(entry, fields) for entry in node.get("名单").items())
    names: dict[str, str] = {}
    for entry, unit in zip(node.get("名单").items(), units, strict=True):
        for name in (unit.name, *unit.aliases):
            if name in names:
                entry.fault(
                    "R10", f"“{name}”已经是“{names[name]}”的名字或别名。", "改一个，名字和别名都不能重复。", at_key=True
                )
            names[name] = unit.name
    by = node.text_at("分类") or None
    if by is not None and (by not in fields or not fields[by].options):
        choices = "、".join(name for name, spec in fields.items() if spec.options)
        node.get("分类").fault("R05", f"“{by}”不是「列」里有固定选项的一列。", f"可选：{choices or '（没有）'}。")
        by = None
    return Roster(fields, units, by, node.key_place, dict(_totals(node.get("合计"), fields)))


def _totals(node: Node, fields: Mapping[str, Field]) -> Iterator[tuple[str, tuple[Fraction, Span]]]:
    """合计: the totals printed under the roster, each of a column of numbers."""
    for entry in node.items():
        if entry.name in fields and fields[entry.name].kind is Kind.NUMBER:
            yield entry.name, (exact(entry.text), entry.place)
        else:
            known = "、".join(f.name for f in fields.values() if f.kind is Kind.NUMBER)
            entry.fault("R05", f"“{entry.name}”不是「列」里的数，没有合计。", f"可选：{known or '没有'}。", at_key=True)


def _unit(entry: Node, fields: Mapping[str, Field]) -> Unit:
    for extra in entry.items():
        if extra.name not in fields and extra.name != "别名":
            extra.fault(
                "R05",
                f"“{extra.name}”没有在「单位 列」里声明。",
                f"可写：{'、'.join([*fields, '别名'])}。",
                at_key=True,
            )
    values = {name: _attribute(entry, spec) for name, spec in fields.items()}
    return Unit(entry.name, entry.key_place, entry.get("别名").texts(), values)


def _attribute(entry: Node, spec: Field) -> Fraction | str | None:
    node = entry.get(spec.name)
    text = node.text or (spec.blank if isinstance(spec.blank, str) else "")
    if not text:
        if spec.blank is None:
            entry.fault(
                "R05",
                f"“{entry.name}”没有写“{spec.name}”。",
                "补上；可以空着的列，在「列」里写 空: 不适用。",
                at_key=True,
            )
        return None
    if spec.kind is Kind.NUMBER:
        found = quantity(text)
        if found is None:
            node.fault("R20", f"“{spec.name}”要一个数，写的是“{text}”。", "写作 180 或 62.5。")
        return found[0] if found else None
    if spec.options and text not in spec.options:
        node.fault("R05", f"“{text}”不在“{spec.name}”的选项里。", f"可选：{'、'.join(spec.options)}。")
    return text


def ledger(node: Node) -> Ledger:
    """台账."""
    fields = {f.name: f for f in map(field, node.get("列").items())}
    _check_columns(node, fields)
    link = node.get("衔接")
    expected = node.get("应有")
    return Ledger(
        node.name, node.key_place, node.text_at("归期"), fields, node.get("唯一").texts(),
        node.get("疑似重复").texts(),
        Expected(expected.text_at("缺", "待定"), expected.key_place) if expected.value else None,
        Link(link.text_at("台账"), link.get("同").texts(), link.get("取").texts(), link.text_at("止于") or None,
             link.key_place) if link.value else None,
        node.text_at("可缺") == "是", node.text_at("期后") == "计入",
    )  # fmt: skip


def _check_columns(node: Node, fields: Mapping[str, Field]) -> None:
    if "行" in fields:
        node.get("列")["行"].fault("R05", "“行”留给行号用，列不能叫这个名字。", "换一个列名。", at_key=True)
    dated = node.text_at("归期")
    if dated not in fields or fields[dated].kind not in (Kind.DAY, Kind.MOMENT):
        days = [f.name for f in fields.values() if f.kind in (Kind.DAY, Kind.MOMENT)]
        hint = f"可选：{'、'.join(days)}。" if days else "先声明一个日期列。"
        node.get("归期").fault("R05", f"“{dated}”不是这张台账的日期列或时间列。", hint)
    for key in ("唯一", "疑似重复"):
        for name in node.get(key).texts():
            if name not in fields:
                node.get(key).fault("R05", f"「{key}」里的“{name}”不是这张台账的列。", f"可选：{'、'.join(fields)}。")


def appraisal(node: Node) -> Appraisal:
    """考评: 项目 (a mapping), then 得分 (the one ordered list)."""
    period = Period(node.text_at("每", "年"))
    parts = {p.name: p for p in (_part(entry, period) for entry in node.get("项目").items())}
    steps = tuple(_step(entry) for entry in node.get("得分").items())
    full = node.text_at("满分")
    return Appraisal(
        period, exact(full) if full else None, parts, steps, node.key_place, clauses(node), node.places()
    )  # fmt: skip


def _part(node: Node, period: Period) -> Part:
    moved = [w for w in ("扣", "得", "按比例") if w in node]
    if len(moved) != 1:
        detail = f"项目“{node.name}”要恰好写 扣、得、按比例 中的一个，写了 {len(moved)} 个。"
        node.fault("R02", detail, "从满分往下扣写「扣」，从零往上加写「得」。", at_key=True)
    word = moved[0] if moved else "得"
    full = _optional(node.get("满分"))
    if full is None and word != "得":
        hint = "写明「满分」，从它往下扣、按比例得。"
        node.fault("R02", f"项目“{node.name}”写了「{word}」就要写「满分」。", hint, at_key=True)
    cap = None if node.text_at("封顶") == "不限" else _optional(node.get("封顶")) or full
    floor = _optional(node.get("保底"))
    return Part(
        node.name, node.key_place, clauses(node), full, word, node.get(word).texts(),
        Period(node.text_at("每", period.value)), Fraction(0) if floor is None else floor, cap,
        applies=expression(node.get("适用")), when=expression(node.get("当")),
        inapplicable_full=node.text_at("不适用") == "满分", places=node.places(),
    )  # fmt: skip


def _optional(node: Node) -> Fraction | None:
    return exact(node.text) if node.text and node.text != "不限" else None


def _step(node: Node) -> Step:
    verbs = [w for w in _STEPS if w in node]
    name = node.text_at("编号", f"第{int(node.path[-1]) + 1}步")
    if len(verbs) != 1:
        node.fault("R02", f"得分的“{name}”要恰好写一件事，写了 {len(verbs)} 件。", f"可选：{'、'.join(_STEPS)}。")
        return Step(name, node.place, clauses(node), "加")
    verb = verbs[0]
    operand = node.get(verb)
    return Step(
        name, node.place, clauses(node), verb,
        names=operand.texts() if verb in ("加", "减", "归零") else (),
        number=exact(operand.text) if verb in ("保底", "封顶", "折到") else None,
        rounding=rounding(operand) if verb == "取整" else None, when=expression(node.get("当")),
    )  # fmt: skip


def waiver(node: Node) -> Waiver:
    """豁免: {发现, 指纹, 理由, 姓名, 日期}."""
    return Waiver(
        node.name, node.key_place, node.text_at("发现"), node.text_at("指纹"), node.text_at("理由"),
        node.text_at("姓名"), _date(node.get("日期"), node.text_at("日期")),
    )  # fmt: skip


def letterhead(node: Node) -> Letterhead:
    """文面."""
    return Letterhead(
        node.text_at("标志"), node.text_at("文号"), node.text_at("主送"), node.text_at("落款"), node.text_at("附注"),
        node.get("抄送").texts(), node.text_at("印发"),
    )  # fmt: skip


WORDS = ("期", "本期", "年度", "截至", "细则")
"""What the words of a bulletin may leave to the program, in braces."""


def bulletin(node: Node) -> Bulletin:
    """通报."""
    period = Period(node.text_at("每", "年"))
    lists = {n.name: parsed for n in node.get("名单").items() if (parsed := expression(n)) is not None}
    for words in (node.get("标题"), *node.get("文字").items()):
        _check_braces(words)
    return Bulletin(
        node.name, node.key_place, clauses(node), Period(node.text_at("发", period.value)), period,
        node.text_at("分组") or None, ordering(node.get("次序")), node.get("列").texts(), lists,
        node.text_at("模板", "通报"), node.get("标题").texts(), int(node.text_at("前", "0")), node.get("合计").texts(),
        int(node.text_at("小数", "2")), int(node.text_at("百分比小数", "1")),
        {n.name: Tally(n.text_at("台账"), n.text_at("按") or None, n.text_at("量", "条"))
         for n in node.get("统计").items()},
        {n.name: n.texts() for n in node.get("文字").items()},
        {n.name: Annex(n.text_at("台账"), n.get("列").texts()) for n in node.get("附件").items()},
    )  # fmt: skip


def _check_braces(node: Node) -> None:
    for name in re.findall(r"\{(.*?)\}", "".join(node.texts())):
        if name not in WORDS:
            node.fault("R05", f"“{{{name}}}”不是程序会填的。", f"可写：{'、'.join(f'{{{w}}}' for w in WORDS)}。")
