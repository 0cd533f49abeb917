"""Conditions that decide nothing: they always hold, or never."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from fractions import Fraction

from engine.checks.subject import Subject, told
from engine.column import Column
from engine.formula import Atom, Expression
from engine.number import show
from engine.rulebook import Formula, Gather, Item, Kind
from engine.source import Problem, Severity

_TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.GtE: ast.LtE,
    ast.Gt: ast.Lt,
    ast.Lt: ast.Gt,
    ast.LtE: ast.GtE,
    ast.Eq: ast.Eq,
    ast.NotEq: ast.NotEq,
}


def conditions(subject: Subject) -> Iterator[Problem]:
    """A comparison with a number that the figure can never fall below: 次数 ≥ 0 always holds, 完成率 < 0 never."""
    for item in subject.items():
        for expression in _expressions(item):
            for node in ast.walk(expression.tree):
                if isinstance(node, ast.Compare) and len(node.ops) == 1:
                    yield from _idle(subject, item, expression, node)


def _expressions(item: Item) -> list[Expression]:
    formula = [item.mechanism.expression] if isinstance(item.mechanism, Formula) else []
    # 当 of a gathering item speaks of the rows gathered, not of this table
    return formula + ([item.when] if item.when is not None and not isinstance(item.mechanism, Gather) else [])


def _idle(subject: Subject, item: Item, expression: Expression, node: ast.Compare) -> Iterator[Problem]:
    for left, right, operator in _sides(expression, node):
        column = subject.column(item, left.text) if left.kind == "name" else None
        low = _lowest(column) if column is not None else None
        verdict = _verdict(operator, low, right.number) if low is not None else ""
        if low is not None and verdict:
            least = show(low)
            detail = f"“{expression.text}”：{left.text}最小是 {least}，这个条件{verdict}，例如 {least} 时。"
            about = (expression.text, left.text, right.text)
            yield told("R132", item, right.span, detail, "核对这个门槛。", Severity.WARNING, about=about)


def _verdict(operator: type[ast.cmpop], low: Fraction, number: Fraction) -> str:
    """What a comparison comes to for every figure from ``low`` up; empty: it depends."""
    always = {ast.GtE: number <= low, ast.Gt: number < low, ast.NotEq: number < low}
    never = {ast.Lt: number <= low, ast.LtE: number < low, ast.Eq: number < low}
    return "总是成立" if always.get(operator) else "从不成立" if never.get(operator) else ""


def number_sides(expression: Expression, node: ast.Compare) -> Iterator[tuple[Atom, type[ast.cmpop]]]:
    """The number a comparison compares with, and how something stands to it: 2 < 次数 is 次数 > 2."""
    left, right, operator = node.left, node.comparators[0], type(node.ops[0])
    for side, turned in ((right, operator), (left, _TURNED.get(operator))):
        if isinstance(side, ast.Name) and turned is not None and expression.atom(side).kind == "number":
            yield expression.atom(side), turned


def _sides(expression: Expression, node: ast.Compare) -> Iterator[tuple[Atom, Atom, type[ast.cmpop]]]:
    """(what is compared, the number, how), where both sides are a single word."""
    atoms = [expression.atom(side) for side in (node.left, *node.comparators) if isinstance(side, ast.Name)]
    if len(atoms) > 1:
        yield from ((other, number, how) for number, how in number_sides(expression, node)
                    for other in atoms if other is not number)  # fmt: skip


def _lowest(column: Column) -> Fraction | None:
    """The bound of the dry run, where it is one: no figure is below it."""
    if column.kind is Kind.NUMBER:
        return Fraction(column.low, column.den)
    return Fraction(0) if column.kind is Kind.RATIO and column.low >= 0 else None
