"""Why a unit has its score: a view of the scored frames and the rule book (DESIGN §2, “Explanation is a view”)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from engine.calendar import period_name
from engine.explanation.records import records, sources
from engine.explanation.sentences import Scene, distances, filled, sentence
from engine.explanation.story import Reason, Record, Story, said
from engine.number import show
from engine.result import Figure, Result, Unit
from engine.rulebook import (
    Absent,
    Across,
    Before,
    Carry,
    Consequence,
    Formula,
    Gather,
    Item,
    Lookup,
    Part,
    Period,
    PerTime,
    Rank,
    Running,
    Scaled,
    Step,
    Streak,
)
from engine.scoring import SCORE, TIED
from engine.scoring.study import finer

__all__ = ["Reason", "Record", "Story", "explain", "near", "records", "said", "why"]


def explain(result: Result, name: str) -> Story:
    """The story of one unit (by its printed name). Raises KeyError if there is no such unit."""
    unit = next((u for u in result.units if u.name == name), None)
    if unit is None:
        raise KeyError(name)
    periods = result.started(unit.period)
    yearly = unit.period is Period.YEAR
    reasons = _reasons(unit, 1) if yearly else tuple(_whole(unit, number) for number in periods)
    return Story(unit, reasons, (*_ranks(unit, periods), *_scaled(unit, periods)), _outcomes(unit), records(unit))


def why(unit: Unit, name: str, period: Period, number: int) -> Reason:
    """How one figure of a unit came about: an item, a part, or the score (得分) and its steps."""
    if name in unit.book.items:
        return _item(unit, unit.book.items[name], period, number)
    part = unit.book.appraisal.parts.get(name)
    if part is not None:
        return _part(unit, part, number) if period is unit.period else _part_in(unit, part, number, part.name)
    value, place = unit.figure(name, period, number), unit.book.appraisal.place
    return Reason(name, value, f"{name} {said(value)}", (), place, children=_reasons(unit, number))


def near(unit: Unit, period: Period, number: int) -> tuple[str, ...]:
    """How far the next better band is, for every table by bands that the parts of a period rest on."""
    parts = [p for p in unit.book.appraisal.parts.values() if p.period is period]
    items = [(unit.book.items[name], p.moved == "扣") for p in parts for name in p.by if name in unit.book.items]
    tables = [(item, deducted) for item, deducted in items if isinstance(item.mechanism, Lookup)]
    scene = _scene(unit, period, number)
    return tuple(text for item, deducted in tables for text in distances(item, scene, deducted))


def _reasons(unit: Unit, number: int) -> tuple[Reason, ...]:
    """Step by step, how one period's score came about."""
    return tuple(reason for step in unit.book.appraisal.steps for reason in _step(unit, step, number))


def _whole(unit: Unit, number: int) -> Reason:
    """One period's score, where there are several a year."""
    value = unit.figure(SCORE, unit.period, number)
    name, place = period_name(unit.period, number), unit.book.appraisal.place
    return Reason(name, value, f"{SCORE} {said(value)}", (), place, children=_reasons(unit, number))


def _scene(unit: Unit, period: Period, number: int) -> Scene:
    cells = unit.result.cells[period.value, unit.number, number]
    return Scene(unit.book, unit.member, cells, dict(unit.result.outcome.columns[period.value]))


# ---- 得分, step by step ---------------------------------------------------------------------


def _step(unit: Unit, step: Step, number: int) -> Iterable[Reason]:
    value = unit.figure(step.name, unit.period, number)
    if step.verb in ("加", "减"):
        yield from (_operand(unit, name, step, number) for name in step.names)
        return
    before = _before(unit, step, number)
    if step.verb == "归零":
        yield _veto(unit, step, number)
    elif value != before:
        limit = f" {show(step.number)}" if step.number is not None else ""
        text = f"{step.verb}{limit}：{said(before)} → {said(value)}"
        yield Reason(step.name, value, text, step.clauses, step.place)


def _before(unit: Unit, step: Step, number: int) -> Figure:
    steps = unit.book.appraisal.steps
    at = steps.index(step)
    return unit.figure(steps[at - 1].name, unit.period, number) if at else Fraction(0)


def _operand(unit: Unit, name: str, step: Step, number: int) -> Reason:
    part = unit.book.appraisal.parts.get(name)
    if part is not None:
        return _part(unit, part, number)
    reason = _item(unit, unit.book.items[name], unit.period, number, deducted=step.verb == "减")
    value = -reason.value if step.verb == "减" and isinstance(reason.value, Fraction) else reason.value
    label = step.name if len(step.names) == 1 else name
    text = f"{step.verb} {said(reason.value)}" if reason.value != 0 else f"没有要{step.verb}的"
    return Reason(label, value, text, step.clauses, step.place, children=(reason,))


def _veto(unit: Unit, step: Step, number: int) -> Reason:
    held = [name for name in step.names if unit.figure(name, unit.period, number) is True]
    children = tuple(_item(unit, unit.book.items[name], unit.period, number) for name in held)
    text = f"{'、'.join(held)}：{SCORE}为 0" if held else f"{'、'.join(step.names)}：都没有发生"
    return Reason(step.name, bool(held), text, step.clauses, step.place, children=children)


# ---- parts ----------------------------------------------------------------------------------


def _part(unit: Unit, part: Part, number: int) -> Reason:
    value = unit.figure(part.name, unit.period, number)
    if part.period is unit.period:
        return _part_in(unit, part, number, part.name)
    numbers = unit.result.started(part.period)
    children = tuple(_part_in(unit, part, n, period_name(part.period, n)) for n in numbers)
    full = part.full * len(numbers) if part.full is not None else None
    added = " ＋ ".join(said(c.value) for c in children)
    text = (
        f"{added}，{said(value)}{_full(full)}"
        if isinstance(value, Absent)
        else f"{added} ＝ {said(value)}{_full(full)}"
    )
    return Reason(part.name, value, text, part.clauses, part.place, children=children)


def _part_in(unit: Unit, part: Part, number: int, label: str) -> Reason:
    value = unit.figure(part.name, part.period, number)
    children = tuple(
        _item(unit, unit.book.items[name], part.period, number, deducted=part.moved == "扣")
        for name in part.by
        if name in unit.book.items
    )
    text = _part_text(part, value, children)
    if part.when is not None and value == 0:
        text = f"要“{filled(part.when, _scene(unit, part.period, number))}”才得分；{text}"
    return Reason(label, value, text, part.clauses, part.place, children=children)


def _part_text(part: Part, value: Figure, children: tuple[Reason, ...]) -> str:
    moved = " ＋ ".join(f"{c.name} {said(c.value)}" for c in children)
    if value is Absent.NOT_DUE:
        return f"本期还没有结束，不计分，下面是到截至日的进度{_full(part.full)}"
    if isinstance(value, Absent):
        return f"{said(value)}，暂无得分{_full(part.full)}"
    text = {"扣": f"满分 {_plain(part.full)} − {moved}", "得": moved, "按比例": f"满分 {_plain(part.full)} × {moved}"}
    total = sum((c.value for c in children if isinstance(c.value, Fraction)), Fraction(0))
    if part.moved == "扣" and part.full is not None and part.floor is not None and part.full - total < part.floor:
        return f"{text['扣']}，扣到 {show(part.floor)} 为止，得 {said(value)}"
    if part.moved == "得" and part.cap is not None and total > part.cap:
        return f"{text['得']}，封顶 {show(part.cap)}，得 {said(value)}"
    return f"{text[part.moved]} ＝ {said(value)}"


def _plain(full: Fraction | None) -> str:
    return show(full) if full is not None else ""


def _full(full: Fraction | None) -> str:
    return f"（满分 {show(full)}）" if full is not None else ""


# ---- items ----------------------------------------------------------------------------------


def _item(unit: Unit, item: Item, period: Period, number: int, *, deducted: bool = False) -> Reason:
    """An item as it stands in one period, or in the longer one that this period lies in."""
    home = item.period or period
    at = unit.result.overlapping(home, period, number)[0]
    scene = _scene(unit, home, at)
    rows = sources(unit, item, at) if isinstance(item.mechanism, Gather) else None
    hints = distances(item, scene, deducted) if isinstance(item.mechanism, Lookup) else ()
    children = tuple(reason for name in _mentions(unit, item) for reason in _behind(unit, item, name, home, at))
    return Reason(
        item.name, unit.figure(item.name, home, at), sentence(item, scene), item.clauses, item.place, hints, rows,
        children,
    )  # fmt: skip


def _behind(unit: Unit, item: Item, name: str, period: Period, number: int) -> Iterable[Reason]:
    """What an item mentions: one reason, or, for shorter periods put together, one for each that matters."""
    source = unit.book.items[name]
    if isinstance(item.mechanism, Before):
        if number > 1:
            before = _item(unit, source, period, number - 1)
            yield replace(before, text=f"{period_name(period, number - 1)}：{before.text}")
        return
    if source.period is None or not finer(source.period, period):
        yield _item(unit, source, period, number)
        return
    summed = isinstance(item.mechanism, Gather) and item.mechanism.verb == "合计"
    for at in unit.result.overlapping(source.period, period, number):
        reason = _item(unit, source, source.period, at)
        if not summed or reason.value not in (0, False):
            yield replace(reason, text=f"{period_name(source.period, at)}：{reason.text}")


def _mentions(unit: Unit, item: Item) -> list[str]:
    """The 单位×期 items an item is computed from, in the order mentioned."""
    match item.mechanism:
        case Lookup(keys=keys):
            names = list(keys)
        case PerTime(points=points):
            names = [*points]
        case Formula(expression=expression):
            names = [atom.text for atom in expression.names]
        case Scaled(value=value):
            names = [value]
        case Across(column=str(column)):
            names = [column]
        case Running(value=value) | Carry(value=value) | Before(value=value) | Streak(value=value):
            names = [value]
        case Rank(keys=ordered):
            names = [name for name, _ in ordered]
        case Gather(ledger=None, column=str(column)):
            names = [column]
        case _:
            names = []
    found = (unit.book.items.get(name) for name in dict.fromkeys(names))
    return [i.name for i in found if i is not None and i.period is not None]


# ---- 处置 ------------------------------------------------------------------------------------


def _outcomes(unit: Unit) -> tuple[Reason, ...]:
    """The 处置 and 提示 that hold for the unit: the condition with its figures, and what they came from."""
    return tuple(
        _outcome(unit, item, item.period, number)
        for item in unit.book.items.values()
        if isinstance(item.mechanism, Consequence) and item.period is not None
        for number in unit.held(item.name, item.period)
    )


def _outcome(unit: Unit, item: Item, period: Period, number: int) -> Reason:
    assert item.when is not None
    names = dict.fromkeys(atom.text for atom in item.when.names)
    found = [i for i in (unit.book.items.get(name) for name in names) if i is not None and i.period is not None]
    children = tuple(_item(unit, i, period, number) for i in found)
    text = sentence(item, _scene(unit, period, number))
    when = "" if period is Period.YEAR else f"{period_name(period, number)}，"
    return Reason(item.name, True, f"{when}{text}", item.clauses, item.place, children=children)


# ---- ranks ----------------------------------------------------------------------------------


def _ranks(unit: Unit, periods: list[int]) -> Iterable[Reason]:
    for item in unit.book.items.values():
        if isinstance(item.mechanism, Rank) and item.section == "结果":
            if item.period is unit.period:
                yield from (_rank(unit, item, item.mechanism, unit.period, number) for number in periods)
            elif item.period is Period.YEAR:
                yield _rank(unit, item, item.mechanism, item.period, 1)


def _rank(unit: Unit, item: Item, mechanism: Rank, period: Period, number: int) -> Reason:
    value = unit.figure(item.name, period, number)
    keys = "，".join(f"{name} {said(unit.figure(name, period, number))}" for name, _ in mechanism.keys)
    where = f"{unit.group}内" if mechanism.within else f"全部 {len(unit.book.roster.units)} 个单位"
    tied = "，与他人并列" if unit.figure(f"{item.name}{TIED}", period, number) is True else ""
    place = f"第 {said(value)}{tied}" if isinstance(value, Fraction) else f"不排名（{said(value)}）"
    return Reason(item.name, value, f"{where}{place}：依次比较 {keys}", item.clauses, item.place)


def _scaled(unit: Unit, periods: list[int]) -> Iterable[Reason]:
    """折算, where the unit has something to be scaled to."""
    items = [i for i in unit.book.items.values() if isinstance(i.mechanism, Scaled) and i.period is unit.period]
    reasons = (_item(unit, item, unit.period, number) for item in items for number in periods)
    return (reason for reason in reasons if reason.value is not Absent.INAPPLICABLE)
