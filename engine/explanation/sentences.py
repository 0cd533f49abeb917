"""One sentence per mechanism, read from the frames and the definitions; nothing is computed again."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from engine.column import COUNT, Column
from engine.explanation.story import said
from engine.formula import Expression
from engine.number import show, show_percent
from engine.phrases import condition, flattened, label
from engine.result import Cells, Figure, figure
from engine.rulebook import (
    Absent,
    Across,
    AsNumber,
    Before,
    Carry,
    Clock,
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
    RuleBook,
    Running,
    Scaled,
    Sequence,
    Streak,
)  # fmt: skip
from engine.rulebook import Unit as Member
from engine.scoring import WORKDAYS
from engine.scoring.table import CELL, OPEN


@dataclass(frozen=True)
class Scene:
    """One row of one frame, seen from a unit: names give figures."""

    book: RuleBook
    member: Member
    cells: Cells
    columns: dict[str, Column]

    def figure(self, name: str) -> Figure:
        """The figure a name has here (from this row, else from the unit's attributes)."""
        if name in self.columns and name in self.cells:
            return figure(self.cells, name, self.columns[name])
        if name in self.columns or name not in self.book.roster.fields:
            return Absent.NONE
        value = self.member.values.get(name)
        return Absent.NONE if value is None else value

    def words(self, name: str) -> str:
        """The figure as a sentence says it: rates as percents, times in hours and minutes."""
        value = self.figure(name)
        column = self.columns.get(name)
        if isinstance(value, Fraction) and column is not None:
            if column.measure == "比率":
                return f"{show(value)}（{show_percent(value)}）" if column.kind is Kind.RATIO else show_percent(value)
            if column.measure == "时长":
                return _duration(value, at_least=self.cells.get(name + OPEN) is True, in_days=self._in_days(name))
            if column.measure == WORKDAYS:
                waiting = "未见记录，至截至日已有" if self.cells.get(name + OPEN) is True else ""
                return f"{waiting}{show(value)}个{WORKDAYS}"
        return said(value)

    def _in_days(self, name: str) -> bool:
        """Whether a duration is one between dates."""
        item = self.book.items.get(name)
        start = self.columns.get(item.mechanism.start) if item and isinstance(item.mechanism, Elapsed) else None
        return start is not None and start.kind is Kind.DAY


def _duration(minutes: Fraction, *, at_least: bool, in_days: bool) -> str:
    """Minutes as 小时 and 分钟; between dates as 天."""
    hours, rest = divmod(int(minutes), 60)
    text = (f"{hours}小时" if hours else "") + (f"{rest}分钟" if rest or not hours else "")
    text = f"{hours // 24}天" if in_days else text
    return f"未见记录，至截至日末已有{text}" if at_least else text


def sentence(item: Item, scene: Scene) -> str:
    """How an item came to its figure."""
    text = _SENTENCES[type(item.mechanism)](item, item.mechanism, scene)
    if item.rounding is not None:
        text += f"，{item.rounding.way}到{item.rounding.decimals}位小数"
    return text


def _lookup(item: Item, mechanism: Lookup, scene: Scene) -> str:
    keys = "，".join(f"{key} {scene.words(key)}" for key in mechanism.keys)
    cell = chosen_cell(item, scene)
    where = " × ".join(map(label, cell)) if cell else ""
    waiting = any(scene.cells.get(key + OPEN) is True for key in mechanism.keys)
    if waiting and scene.figure(item.name) is Absent.PENDING:
        return f"{keys}，还会变长，{item.name}待定"
    band = f"，落在“{where}”" if cell and (cell[-1].interval is not None or len(cell) != len(mechanism.keys)) else ""
    return f"{keys}{band} → {scene.words(item.name)}"


def chosen_cell(item: Item, scene: Scene) -> tuple[Row, ...]:
    """The rows of the table, level by level, that the keys fell in."""
    assert isinstance(item.mechanism, Lookup)
    number = scene.cells.get(f"{CELL}{item.name}")
    cells = list(flattened(item.mechanism.table))
    return cells[number] if number is not None else ()


def _per_time(item: Item, mechanism: PerTime, scene: Scene) -> str:
    terms = [f"{name} {scene.words(name)} × {show(points)}" for name, points in mechanism.points.items()]
    return f"{' ＋ '.join(terms)} ＝ {scene.words(item.name)}"


def _formula(item: Item, mechanism: Formula, scene: Scene) -> str:
    if isinstance(mechanism.expression.tree, ast.Compare | ast.BoolOp | ast.UnaryOp):
        return _judged(mechanism.expression, scene.figure(item.name), scene)
    return f"{filled(mechanism.expression, scene)} ＝ {scene.words(item.name)}"


def _judged(expression: Expression, value: Figure, scene: Scene) -> str:
    """“上报不是按时”成立（上报 迟报）: a condition, whether it holds, and each of its names with its figure."""
    names = dict.fromkeys(atom.text for atom in expression.names if _is_figure(atom.text, scene))
    facts = "，".join(f"{name} {scene.words(name)}" for name in names)
    verdict = ("成立" if value else "不成立") if isinstance(value, bool) else said(value)
    return f"“{condition(expression.text)}”{verdict}（{facts}）"


def _is_figure(name: str, scene: Scene) -> bool:
    return name in scene.columns or name in scene.book.roster.fields


def filled(expression: Expression, scene: Scene) -> str:
    """The expression as written, each name followed by its figure."""
    text, base = expression.text, expression.span.start
    for atom in reversed(expression.atoms):
        if atom.kind == "name" and _is_figure(atom.text, scene):
            end = atom.span.end - base
            text = f"{text[:end]} {scene.words(atom.text)}{text[end:]}"
    return text


def _elapsed(item: Item, mechanism: Elapsed, scene: Scene) -> str:
    ends = "、".join(f"{name} {scene.words(name)}" for name in mechanism.ends)
    return f"{mechanism.start} {scene.words(mechanism.start)} 起，{ends}，历时 {scene.words(item.name)}"


def _as_number(item: Item, mechanism: AsNumber, scene: Scene) -> str:
    return f"{mechanism.column}“{scene.words(mechanism.column)}” → {scene.words(item.name)}"


def _clock(item: Item, mechanism: Clock, scene: Scene) -> str:
    return f"{mechanism.column} {scene.words(mechanism.column)} 的{mechanism.part} → {scene.words(item.name)}"


def _count_only(item: Item, mechanism: CountOnly, scene: Scene) -> str:
    worth, counted = scene.figure(mechanism.value), scene.figure(item.name)
    if not isinstance(worth, Fraction) or not isinstance(counted, Fraction):
        return f"{mechanism.value} {said(worth)}，计 {said(counted)}"
    if counted == worth:
        return f"计 {show(counted)} 分"
    rule = f"同{'、'.join(mechanism.same)}只计{mechanism.which}"
    if counted == 0:
        return f"{rule}：这一条值 {show(worth)}，已计过不低于它的分，不再计"
    return f"{rule}：这一条值 {show(worth)}，已计 {show(worth - counted)}，补差 {show(counted)}"


def _sequence(item: Item, mechanism: Sequence, scene: Scene) -> str:
    return f"同{'、'.join(mechanism.same)}的第 {scene.words(item.name)} 次"


def _running(item: Item, mechanism: Running, scene: Scene) -> str:
    return f"到此累计 {scene.words(item.name)}"


def _carry(item: Item, mechanism: Carry, scene: Scene) -> str:
    return f"{mechanism.value} {scene.words(mechanism.value)}，连同以前各期结转共 {scene.words(item.name)}"


def _gather(item: Item, mechanism: Gather, scene: Scene) -> str:
    source = ".".join(part for part in (mechanism.ledger, mechanism.column) if part)
    only = f"（{condition(item.when.text)}）" if item.when is not None else ""
    return f"{mechanism.verb} {source}{only} ＝ {scene.words(item.name)}"


def _across(item: Item, mechanism: Across, scene: Scene) -> str:
    where = "全部单位" if mechanism.within == "全部" else f"{mechanism.within}相同的单位"
    only = f"（{condition(item.when.text)}）" if item.when is not None else ""
    return f"{where}{only}的{mechanism.column or '个数'}{mechanism.verb} ＝ {scene.words(item.name)}"


def _before(item: Item, mechanism: Before, scene: Scene) -> str:
    return f"上一期的{mechanism.value} ＝ {scene.words(item.name)}"


def _streak(item: Item, mechanism: Streak, scene: Scene) -> str:
    return f"{mechanism.value} {scene.words(mechanism.value)}，到此连续 {scene.words(item.name)} 次"


def _rank(item: Item, mechanism: Rank, scene: Scene) -> str:
    keys = "，".join(f"{name} {scene.words(name)}" for name, _ in mechanism.keys)
    where = f"{mechanism.within}相同的单位里" if mechanism.within else "全部单位里"
    return f"{where}依次比较 {keys}，第 {scene.words(item.name)}"


def _scaled(item: Item, mechanism: Scaled, scene: Scene) -> str:
    full = scene.book.appraisal.full or Fraction(1)
    to = show(mechanism.to) if isinstance(mechanism.to, Fraction) else scene.words(mechanism.to)
    return f"{mechanism.value} {scene.words(mechanism.value)} × {to} ÷ {show(full)} ＝ {scene.words(item.name)}"


def _consequence(item: Item, mechanism: Consequence, scene: Scene) -> str:
    when = filled(item.when, scene) if item.when is not None else ""
    return f"{when}：{'、'.join(mechanism.texts)}"


_SENTENCES: dict[type, Callable[[Item, Any, Scene], str]] = {
    Lookup: _lookup,
    PerTime: _per_time,
    Formula: _formula,
    Elapsed: _elapsed,
    AsNumber: _as_number,
    Clock: _clock,
    CountOnly: _count_only,
    Sequence: _sequence,
    Running: _running,
    Carry: _carry,
    Gather: _gather,
    Across: _across,
    Before: _before,
    Streak: _streak,
    Rank: _rank,
    Scaled: _scaled,
    Consequence: _consequence,
}


# ---- how far the next band is ---------------------------------------------------------------


def distances(item: Item, scene: Scene, deducted: bool) -> tuple[str, ...]:
    """“再得3.5分可少扣2分”: to the bands next to the one taken, above and below.

    ``deducted``: the figure is taken off the score, so that less is better.
    """
    cell = chosen_cell(item, scene) if isinstance(item.mechanism, Lookup) else ()
    if not cell or cell[-1].interval is None:
        return ()
    assert isinstance(item.mechanism, Lookup)
    siblings = [path[-1] for path in flattened(item.mechanism.table) if path[:-1] == cell[:-1]]
    ladder = sorted((r for r in siblings if r.interval is not None), key=_bottom)
    at = ladder.index(cell[-1])
    key = item.mechanism.keys[len(cell) - 1]
    if key in scene.book.items and isinstance(scene.book.items[key].mechanism, Rank):
        return ()  # a place is not gained by points alone: it depends on the others
    texts = [_upward(key, cell[-1], ladder[at + 1], scene, deducted)] if at + 1 < len(ladder) else []
    return tuple(t for t in texts if t)


def _bottom(row: Row) -> tuple[Fraction, bool]:
    assert row.interval is not None
    low = row.interval.low
    return (Fraction(-(10**18)) if low is None else low, not row.interval.low_closed)


def _upward(key: str, here: Row, above: Row, scene: Scene, deducted: bool) -> str:
    assert above.interval is not None
    edge, value = above.interval.low, scene.figure(key)
    if edge is None or not isinstance(value, Fraction):
        return ""
    name, need = _needed(key, edge, value, scene)
    if above.interval.measure == COUNT:
        more = f"再多{show(need if above.interval.low_closed else need + 1)}"
    else:
        least = f"{show(need)}" if above.interval.low_closed else (f"多于{show(need)}" if need else "任何")
        more = f"再得{least}分"
    gain = _gain(here, above, deducted)
    return f"“{name}”{more}就到“{label(above)}”，{gain}" if gain else ""


def _needed(key: str, edge: Fraction, value: Fraction, scene: Scene) -> tuple[str, Fraction]:
    """The shortfall; for a rate X ÷ Y in terms of X."""
    item = scene.book.items.get(key)
    if item is not None and isinstance(item.mechanism, Formula) and item.rounding is None:
        top, bottom = quotient(item.mechanism.expression)
        x, y = scene.figure(top), scene.figure(bottom)
        if isinstance(x, Fraction) and isinstance(y, Fraction):
            return top, edge * y - x
    return key, edge - value


def quotient(expression: Expression) -> tuple[str, str]:
    """X and Y of a bare X ÷ Y; two empty texts for anything else."""
    tree = expression.tree
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Div):
        sides = [expression.atom(s).text for s in (tree.left, tree.right) if isinstance(s, ast.Name)]
        if len(sides) == 2:
            return sides[0], sides[1]
    return "", ""


def _gain(here: Row, above: Row, deducted: bool) -> str:
    if not isinstance(here.result, Fraction) or not isinstance(above.result, Fraction):
        return f"得“{above.result}”" if isinstance(above.result, str) else ""
    change = above.result - here.result
    if change == 0:
        return ""
    better = (change < 0) if deducted else (change > 0)
    verb = {(True, True): "可少扣", (True, False): "要多扣", (False, True): "可多得", (False, False): "要少得"}
    return f"{verb[deducted, better]}{show(abs(change))}分"
