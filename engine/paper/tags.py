"""The language of templates: show, list, choose. Whatever else Jinja knows is refused before it runs.

Two walls: only the nodes of :data:`ALLOWED` compile at all, so no call, no arithmetic, no assignment,
no import is left; and what does compile runs in Jinja's immutable sandbox without globals.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2 import StrictUndefined, TemplateRuntimeError, TemplateSyntaxError, Undefined, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from engine.paper.filters import FILTERS

ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Const, nodes.For, nodes.If,
    nodes.CondExpr, nodes.Filter, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not,
)  # fmt: skip
_WHAT: dict[type, str] = {
    nodes.Call: "模板里不能调用函数",
    nodes.BinExpr: "模板里不能算数，数都是算好了交给模板的",
    nodes.UnaryExpr: "模板里不能算数，数都是算好了交给模板的",
    nodes.Concat: "模板里不用 ~，把两个标签写在一起就行",
    nodes.Assign: "模板里不能用 set",
    nodes.Getitem: "模板里不用方括号取值，用点号",
    nodes.Test: "模板里不用 is",
}
REFUSED = "T04 "


class Language(ImmutableSandboxedEnvironment):
    """Jinja cut down to :data:`ALLOWED`: what is not there raises :class:`TemplateSyntaxError` at its line."""

    def __init__(self, escape: Callable[[str], str] | None = None) -> None:
        """``escape`` makes values harmless in plain text; without it they are made so for XML."""
        super().__init__(
            autoescape=escape is None, undefined=StrictUndefined, finalize=_printing(escape),
            trim_blocks=escape is not None, lstrip_blocks=escape is not None,
        )  # fmt: skip
        self.globals.clear()
        self.tests.clear()
        self.filters = dict(FILTERS)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for node in _within(tree):
            self._admit(node)
        return tree

    def _admit(self, node: nodes.Node) -> None:
        if not isinstance(node, ALLOWED):
            kinds = (words for kind, words in _WHAT.items() if isinstance(node, kind))
            raise TemplateSyntaxError(REFUSED + next(kinds, "模板里不能用这种写法"), node.lineno)
        if isinstance(node, nodes.Filter) and node.name not in self.filters:
            words = f"没有“{node.name}”这种处理，能用的有：{'、'.join(self.filters)}"
            raise TemplateSyntaxError(REFUSED + words, node.lineno)
        if isinstance(node, nodes.For) and (node.recursive or not isinstance(node.target, nodes.Name)):
            raise TemplateSyntaxError(REFUSED + "循环只写成 for 一个名字 in 一个名单", node.lineno)
        if isinstance(node, nodes.Name) and node.name == "self":
            raise TemplateSyntaxError(REFUSED + "没有“self”这个名字", node.lineno)
        if isinstance(node, nodes.Getattr) and (
            node.attr.startswith("_") or not isinstance(node.node, nodes.Name | nodes.Getattr)
        ):
            raise TemplateSyntaxError(REFUSED + "点号前后都只能是名字", node.lineno)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Names of a mapping are looked up as such; nothing of Python's own is shown."""
        return False

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A name of a mapping, or of the loop; never a method of the value."""
        if isinstance(obj, dict):
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        if attribute in ("first", "last", "index") and type(obj).__name__ == "LoopContext":
            return getattr(obj, attribute)
        return self.undefined(obj=obj, name=attribute)


def _printing(escape: Callable[[str], str] | None) -> Callable[[Any], Any]:
    """What may be printed: a text, or the number of a turn of a loop."""

    def text(value: Any) -> Any:
        if isinstance(value, str):
            return escape(value) if escape is not None else value
        if isinstance(value, Undefined) or type(value) is int:
            return value
        raise TemplateRuntimeError(f"印的不是文字，{_said(value)}")

    return text


def _said(value: Any) -> str:
    """What stands there instead of a text, and how to print it."""
    if isinstance(value, bool):
        return "是“是”或“否”：写 {% if 名字 %}…{% endif %}"
    names = [name for name in value if isinstance(name, str)] if isinstance(value, list | dict) else []
    shown = f"（{'、'.join(names[:3])}{'……' if len(names) > 3 else ''}）" if names else ""
    if isinstance(value, dict):
        return f"是一组名字{shown}：用点号写明印哪一个"
    return f"是一个名单{shown}：用 for 逐个印，或者加 |顿号"


def _within(tree: nodes.Node) -> list[nodes.Node]:
    """Every node, without recursion: a template may be nested deeper than Python's stack."""
    found, waiting = [], [tree]
    while waiting:
        node = waiting.pop()
        found.append(node)
        waiting += node.iter_child_nodes()
    return found
