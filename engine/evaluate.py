"""Expressions over columns: a locked-down simpleeval walks the parsed tree.

The tree comes from :mod:`engine.formula`, already checked node by node; its names
are bound to :class:`engine.column.Column`, so the walk yields a lazy column and
visits both sides of everything: a wrong name anywhere is found before any record.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import replace
from fractions import Fraction
from typing import Any

from simpleeval import SimpleEval

from engine import column as col
from engine import lazy as nw
from engine.column import Column, Misfit
from engine.formula import KEYWORDS, Atom, Expression
from engine.rulebook import ABSENT_WORDS, Absent, Kind
from engine.source import Problem, Rejected, Span
from engine.suggest import asked

_COMPARE = {ast.GtE: ">=", ast.Gt: ">", ast.LtE: "<=", ast.Lt: "<", ast.Eq: "==", ast.NotEq: "!="}
_ABSENT = {word: absent for absent, word in ABSENT_WORDS.items()}

Lookup = Callable[[str], Column | None]


def evaluate(expression: Expression, lookup: Lookup, known: Iterable[str] = ()) -> Column:
    """The column an expression yields; ``lookup`` binds names (``None``: no such name).

    ``known`` are the names to suggest from. Raises :class:`Rejected` at the exact word.
    """
    walker = _Walker(expression, lookup, tuple(known))
    try:
        return walker.column(expression.tree)
    except Misfit as misfit:
        detail = f"“{expression.text}”：{misfit}。"
        raise Rejected([Problem("E05", detail, expression.span, misfit.hint)]) from None


def is_condition(expression: Expression, lookup: Lookup, known: Iterable[str] = ()) -> Column:
    """As :func:`evaluate`, and the result must be a condition (是/否)."""
    result = evaluate(expression, lookup, known)
    if result.kind is not Kind.FLAG:
        detail = f"“{expression.text}”算出来是{result.kind.value}，这里要一个条件（成立或不成立）。"
        raise Rejected([Problem("E06", detail, expression.span, "写成比较，例如 “次数 > 2”。")])
    return result


_LOCKED = SimpleEval(
    operators={
        ast.Add: col.add, ast.Sub: col.subtract, ast.Mult: col.multiply, ast.Div: col.divide,
        ast.USub: col.negative, ast.Not: col.inverted,
    },
    functions={"larger": col.larger, "smaller": col.smaller, "count_true": col.count_true},
    names={},
)  # fmt: skip


class _Walker(SimpleEval):  # type: ignore[misc]
    """One walk of one expression. Words (options) stay atoms until the column beside them is known."""

    def __init__(self, expression: Expression, lookup: Lookup, known: tuple[str, ...]) -> None:
        # SimpleEval checks its operators and functions once, in _LOCKED; a walk borrows them.
        self.operators, self.functions = _LOCKED.operators, _LOCKED.functions
        self.expression, self.lookup, self.known = expression, lookup, known
        self.nodes: dict[type, Callable[..., Any]] = {
            ast.Name: self._name, ast.UnaryOp: self._unary, ast.BinOp: self._binary, ast.BoolOp: self._logic,
            ast.Compare: self._compare, ast.Call: self._call,
        }  # fmt: skip

    def column(self, node: ast.expr) -> Column:
        """The column of a sub-tree."""
        handler = self.nodes.get(type(node))
        if handler is None:
            raise Misfit("这里不能写一串词，只有“在（…）”后面可以")
        result: Column = handler(node)
        return result

    def _name(self, node: ast.Name) -> Column:
        atom = self.expression.atom(node)
        if atom.kind == "number":
            return col.number(atom.number, atom.measure)
        if atom.kind == "day":
            return Column(Kind.DAY, nw.lit(int(atom.number), nw.Int64))
        if atom.text in ("是", "否"):
            return col.flag(nw.lit(atom.text == "是"))
        found = self.lookup(atom.text) if atom.kind == "name" else None
        if found is None:
            raise Rejected([unknown_name(atom.text, atom.span, self.known)])
        return found

    def _unary(self, node: ast.UnaryOp) -> Column:
        result: Column = self.operators[type(node.op)](self.column(node.operand))
        return result

    def _binary(self, node: ast.BinOp) -> Column:
        result: Column = self.operators[type(node.op)](self.column(node.left), self.column(node.right))
        return result

    def _logic(self, node: ast.BoolOp) -> Column:
        return (col.both if isinstance(node.op, ast.And) else col.either)(*map(self.column, node.values))

    def _call(self, node: ast.Call) -> Column:
        assert isinstance(node.func, ast.Name)
        if not node.args:
            raise Misfit("函数的括号里要有内容，用顿号隔开")
        result: Column = self.functions[node.func.id](*map(self.column, node.args))
        return result

    def _compare(self, node: ast.Compare) -> Column:
        sides = [node.left, *node.comparators]
        steps = zip(node.ops, sides, sides[1:], strict=False)
        return col.both(*(self._step(op, left, right) for op, left, right in steps))

    def _step(self, op: ast.cmpop, left: ast.expr, right: ast.expr) -> Column:
        if isinstance(op, ast.In):
            words = right.elts if isinstance(right, ast.Tuple) else [right]
            return col.among(self.column(left), tuple(self._word(w) for w in words))
        if isinstance(op, ast.Eq | ast.NotEq):
            for this, that in ((left, right), (right, left)):
                if (equal := self._equals_word(this, that)) is not None:
                    return equal if isinstance(op, ast.Eq) else col.inverted(equal)
        return col.compare(_COMPARE[type(op)], *self._ordered(left, right))

    def _ordered(self, left: ast.expr, right: ast.expr) -> tuple[Column, Column]:
        """Both sides as columns; an option word takes the rank it has in the column beside it."""
        for this, that, flip in ((left, right, False), (right, left, True)):
            column = self._word_column(this)
            if column is not None and (atom := self._atom(that)) and atom.text in column.options:
                rank = col.number(Fraction(column.options.index(atom.text)))
                word = Column(Kind.WORD, rank.expr, options=column.options)
                return (word, column) if flip else (column, word)
        return self.column(left), self.column(right)

    def _equals_word(self, this: ast.expr, that: ast.expr) -> Column | None:
        atom = self._atom(that)
        if atom is None or atom.kind in ("number", "day"):
            return None
        column = self._word_column(this)
        if column is not None and (atom.text in column.options or atom.kind == "word"):
            return col.among(column, (atom.text,))
        if atom.text in _ABSENT and atom.kind == "name":
            return col.is_absent(self.column(this), Absent(_ABSENT[atom.text]))
        if column is not None and self.lookup(atom.text) is None:
            raise Rejected([unknown_name(atom.text, atom.span, column.options, "选项")])
        return None

    def _word_column(self, node: ast.expr) -> Column | None:
        atom = self._atom(node)
        column = self.lookup(atom.text) if atom is not None and atom.kind == "name" else None
        if column is None or column.kind not in (Kind.WORD, Kind.UNIT, Kind.TEXT, Kind.FLAG):
            return None
        return replace(column, options=("是", "否")) if column.kind is Kind.FLAG else column

    def _word(self, node: ast.expr) -> str:
        atom = self._atom(node)
        if atom is None or atom.kind in ("number", "day"):
            raise Misfit("“在（…）”的括号里只写词，用顿号隔开")
        return atom.text

    def _atom(self, node: ast.expr) -> Atom | None:
        return self.expression.atom(node) if isinstance(node, ast.Name) else None


def unknown_name(text: str, span: Span, known: Iterable[str], what: str = "名字") -> Problem:
    """The fault “no such name”, with the nearest ones suggested."""
    hint = asked(text, known, "先定义这一项，或者改成已有的名字。")
    if any(word in text[1:-1] for word in KEYWORDS):
        hint = f"“{'、'.join(KEYWORDS)}”两边要空格，例如“甲 且 乙 ≥ 1”。{hint}"
    return Problem("E07", f"“{text}”不是这里看得到的{what}。", span, hint)
