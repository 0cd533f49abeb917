"""The expression language: policy spelling → a checked tree. Nothing is computed here.

``采用分 ÷ 年度任务 ≥ 75% 且 迟报次数 < 2`` is cut into tokens by our own tokenizer;
every name, number and word becomes a placeholder ``n0, n1 …``, so Python's parser
sees ASCII only, guesses no number, folds no name, and every token keeps its place.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from engine.number import NUMBER, exact
from engine.source import Problem, Rejected, Span

LONGEST = 500
DEEPEST = 30
FUNCTIONS = {"取大": "larger", "取小": "smaller", "个数": "count_true"}
_SPLIT = "拆成几项，各起一个名字。"
COUNTERS = ("次", "条", "篇", "件", "个", "份", "期")  # all count things one by one
UNITS = {"%": ("比率", Fraction(1, 100)), "分钟": ("时长", Fraction(1)), "小时": ("时长", Fraction(60)),
         "天": ("时长", Fraction(1440)), "个工作日": ("工作日", Fraction(1)), "工作日": ("工作日", Fraction(1)),
         **{word: ("次", Fraction(1)) for word in COUNTERS}}  # fmt: skip

_OPERATORS = {
    "＋": "+", "+": "+", "－": "-", "−": "-", "-": "-", "×": "*", "*": "*", "÷": "/", "/": "/",
    "≥": ">=", ">=": ">=", "≤": "<=", "<=": "<=", "＞": ">", ">": ">", "＜": "<", "<": "<",
    "＝": "==", "=": "==", "≠": "!=", "（": "(", "(": "(", "）": ")", ")": ")", "、": ",",
}  # fmt: skip
KEYWORDS = {"且": " and ", "或": " or ", "非": " not ", "在": " in "}
_ALLOWED = (
    ast.Expression, ast.Name, ast.Load, ast.UnaryOp, ast.USub, ast.Not, ast.BinOp, ast.Add, ast.Sub, ast.Mult,
    ast.Div, ast.BoolOp, ast.And, ast.Or, ast.Compare, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE,
    ast.In, ast.Call, ast.Tuple,
)  # fmt: skip

_TOKEN = re.compile(
    r"(?P<space>[ \u3000]+)"
    r"|(?P<day>[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日|[0-9]{4}-[0-9]{2}-[0-9]{2})(?![\w.-])"
    rf"|(?P<number>{NUMBER})(?P<unit>%|％|分钟|小时|天|个?工作日|[次条篇件个份期])?(?![\w.])"
    r"|[‘'](?P<quoted>[^‘’']*)[’']"
    r"|(?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)?)"
    r"|(?P<operator>>=|<=|[＋+－−\-×*÷/≥≤＞>＜<＝=≠（(）)、])"
)


@dataclass(frozen=True, slots=True)
class Atom:
    """A leaf of the tree: a ``name``, a ``word`` in quotes, a ``number`` with its measure, or a ``day``.

    A day's ``number`` counts from 1970-01-01.
    """

    kind: str
    text: str
    span: Span
    number: Fraction = Fraction(0)
    measure: str = ""


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression: the text as written, its tree over placeholders, and their atoms."""

    text: str
    span: Span
    tree: ast.expr
    atoms: tuple[Atom, ...]

    def atom(self, node: ast.Name) -> Atom:
        """The leaf behind a placeholder of the tree."""
        return self.atoms[int(node.id[1:])]

    @property
    def names(self) -> tuple[Atom, ...]:
        """Every bare name in every branch (columns and option words alike)."""
        return tuple(atom for atom in self.atoms if atom.kind == "name")


def parse(text: str, span: Span) -> Expression:
    """Read one expression.

    ``span`` is where ``text`` stands in its file; errors point inside it.
    Raises :class:`Rejected` with every fault found. Source: DESIGN §3 “Expressions”.
    """
    if len(text) > LONGEST:
        raise Rejected([Problem("E04", f"表达式有 {len(text)} 个字，最多 {LONGEST} 个字。", span, _SPLIT)])
    atoms: list[Atom] = []
    pieces = [_translate(match, atoms, span) for match in _tokens(text, span)]
    tree = _tree("".join(pieces), text, span)
    return Expression(text, span, tree, tuple(atoms))


def _tokens(text: str, span: Span) -> Iterator[re.Match[str]]:
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            place = Span(span.source, span.line, span.start + at, span.start + at + 1)
            raise Rejected([Problem("E01", f"“{text[at]}”不能写在表达式里。", place, _hint(text[at]))])
        yield match
        at = match.end()


def _hint(char: str) -> str:
    return {
        "；": "一个表达式只写一件事，去掉分号。", ";": "一个表达式只写一件事，去掉分号。",
        "，": "并列的词用顿号“、”隔开。", ",": "并列的词用顿号“、”隔开。",
        "“": "词用单引号‘ ’括起，或者不加引号。", '"': "词用单引号‘ ’括起，或者不加引号。",
        "!": "“不等于”写作 ≠。", "#": "说明写在「说明」里，不写在表达式里。",
    }.get(char, "可以用：＋ － × ÷ ≥ ≤ ＞ ＜ ＝ ≠ 且 或 非 在（甲、乙） （ ） 75% 2小时 3次。")  # fmt: skip


def _translate(match: re.Match[str], atoms: list[Atom], span: Span) -> str:
    place = Span(span.source, span.line, span.start + match.start(), span.start + match.end())
    text = match.group()
    if match["space"]:
        return " "
    if match["operator"]:
        return _OPERATORS[text]
    if match["name"] in KEYWORDS:
        return KEYWORDS[text]
    if match["name"] in FUNCTIONS:
        return f" {FUNCTIONS[text]}"
    atoms.append(_atom(match, text, place))
    return f" n{len(atoms) - 1} "


def _atom(match: re.Match[str], text: str, place: Span) -> Atom:
    if match["day"]:
        return Atom("day", text, place, Fraction(_day(text, place)))
    if match["number"]:
        measure, factor = UNITS[(match["unit"] or "").replace("％", "%")] if match["unit"] else ("数", Fraction(1))
        return Atom("number", text, place, exact(match["number"]) * factor, measure)
    if match["quoted"] is not None:
        return Atom("word", match["quoted"], place)
    return Atom("name", text, place)


def _day(text: str, place: Span) -> int:
    try:
        return (date(*map(int, re.findall("[0-9]+", text))) - date(1970, 1, 1)).days
    except ValueError:
        raise Rejected([Problem("E02", f"没有“{text}”这一天。", place, "核对年月日。")]) from None


def _tree(source: str, text: str, span: Span) -> ast.expr:
    try:
        tree = ast.parse(source.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        hint = "括号要成对；运算符两边都要有内容；“且 或 非 在”两边要空格。"
        raise Rejected([Problem("E02", f"“{text}”读不通。", span, hint)]) from None
    for node in ast.walk(tree):
        if not isinstance(node, _ALLOWED) or (isinstance(node, ast.Call) and not _known(node)):
            raise Rejected([Problem("E03", f"“{text}”里有表达式不允许的写法。", span, _hint(""))])
    if _depth(tree) > DEEPEST:
        raise Rejected([Problem("E04", f"括号套得太深（最多 {DEEPEST} 层）。", span, _SPLIT)])
    return tree.body


def _known(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS.values() and not node.keywords


def _depth(tree: ast.AST) -> int:
    depth, layer = 0, [tree]
    while layer:
        depth, layer = depth + 1, [child for node in layer for child in ast.iter_child_nodes(node)]
    return depth
