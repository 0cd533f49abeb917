"""单位, 台账 and 通报: who is appraised, what is recorded, what is told."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from engine.number import show
from engine.prose.markdown import listed, table
from engine.prose.mechanisms import order
from engine.prose.words import quoted
from engine.rulebook import ABSENT_WORDS, Absent, Bulletin, Field, Ledger, Roster, Unit


def units(roster: Roster) -> Iterator[str]:
    """The roster as the table of the annex."""
    aliased = any(unit.aliases for unit in roster.units)
    by = f"，按“{roster.classified_by}”分组" if roster.classified_by else ""
    yield f"共 {len(roster.units)} 个单位{by}。"
    filled = [name for name in roster.fields if any(unit.values.get(name) is not None for unit in roster.units)]
    rows = ([unit.name, *(_value(unit, name) for name in filled), *(["、".join(unit.aliases)] if aliased else [])]
            for unit in roster.units)  # fmt: skip
    yield from table(["单位", *filled, *(["别名"] if aliased else [])], rows)
    if roster.totals:
        yield f"印的合计：{'，'.join(f'{name} {show(total)}' for name, (total, _) in roster.totals.items())}。"
    yield from listed(f"{f.name}：{_kind(f)}{_blank(f)}" for f in roster.fields.values())


def _value(unit: Unit, name: str) -> str:
    value = unit.values.get(name)
    return show(value) if isinstance(value, Fraction) else value or "—"


def ledger(entry: Ledger) -> Iterator[str]:
    """What is recorded, a column a line."""
    rules = [f"按“{entry.dated}”归期"]
    rules += [f"{'、'.join(entry.unique)}合起来不能重复"] if entry.unique else []
    rules += [f"{'、'.join(entry.alike)}相同的提示一声"] if entry.alike else []
    rules += [f"每个单位应有一行，没有的{entry.expected.missing}"] if entry.expected else []
    rules += ["次年的日期仍算本年"] if entry.late else []
    rules += ["可以没有这张台账"] if entry.optional else []
    if entry.link is not None:
        until = f"，只看不晚于“{entry.link.until}”的" if entry.link.until else ""
        rules.append(
            f"经“{entry.link.ledger}”里{'、'.join(entry.link.same)}相同的行归到{'、'.join(entry.link.take)}{until}"
        )
    yield f"**{entry.name}**　{'；'.join(rules)}。"
    yield from listed(f"{f.name}：{_kind(f)}{_blank(f)}" for f in entry.fields.values())


def _kind(f: Field) -> str:
    if f.options:
        return "、".join(f.options)
    return f.kind.value if f.measure == "数" else f"{f.kind.value}（{f.measure}）"


def _blank(f: Field) -> str:
    if f.blank is None:
        return "，必填"
    return f"，空着＝{ABSENT_WORDS[f.blank] if isinstance(f.blank, Absent) else f.blank}"


def bulletin(entry: Bulletin) -> str:
    """One kind of 通报: it computes nothing."""
    grouped = f"，按“{entry.grouped_by}”分组" if entry.grouped_by else ""
    ordered = f"，先后看{order(entry.order)}" if entry.order else ""
    lists = "".join(f"；“{name}”点名：{when.text}" for name, when in entry.lists.items())
    columns = quoted(entry.columns)
    head = f"**{entry.name}**（通报）　每{entry.issued.value}发一次，报每{entry.period.value}的数"
    top = f"，点出前{entry.top}名" if entry.top else ""
    return f"{head}：列{columns}{grouped}{ordered}{top}{lists}。"
