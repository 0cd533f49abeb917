"""The names a template uses, held against the names there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jinja2 import nodes

from engine.suggest import asked

Unknown = tuple[int, str, str]
"""(line, the name as written, what to do)."""
_LOOP: Mapping[str, Any] = {"first": "", "last": "", "index": ""}


def unknown(tree: nodes.Template, shape: Mapping[str, Any]) -> Iterator[Unknown]:
    """Every name of a template that ``shape`` (:data:`engine.paper.Shape`) has not."""
    yield from _body(tree.body, shape)


def _body(parts: list[nodes.Node], scope: Mapping[str, Any]) -> Iterator[Unknown]:
    for part in parts:
        yield from _node(part, scope)


def _node(node: nodes.Node, scope: Mapping[str, Any]) -> Iterator[Unknown]:
    match node:
        case nodes.For():
            over, told = _meant(node.iter, scope)
            yield from told
            item = over[0] if isinstance(over, list) and over else None
            target = node.target.name if isinstance(node.target, nodes.Name) else ""
            yield from _body([*node.body, *([node.test] if node.test else [])], {**scope, target: item, "loop": _LOOP})
            yield from _body(node.else_, scope)
        case nodes.Name() | nodes.Getattr():
            yield from _meant(node, scope)[1]
        case _:
            yield from _body(list(node.iter_child_nodes()), scope)


def _meant(node: nodes.Node, scope: Mapping[str, Any]) -> tuple[Any, list[Unknown]]:
    """What a name stands for in the shape (``None``: not known), and the fault if it is not there."""
    if isinstance(node, nodes.Name):
        if node.name in scope:
            return scope[node.name], []
        return None, [(node.lineno, node.name, _hint(node.name, scope))]
    if isinstance(node, nodes.Getattr):
        inner, told = _meant(node.node, scope)
        if told or inner is None:
            return None, told
        if isinstance(inner, Mapping) and node.attr in inner:
            return inner[node.attr], []
        known = inner if isinstance(inner, Mapping) else {}
        return None, [(node.lineno, node.attr, _hint(node.attr, known))]
    return None, list(_node(node, scope))


def _hint(name: str, known: Mapping[str, Any]) -> str:
    names = [n for n in known if n != "loop"]
    return asked(
        name, names, f"能用的名字：{'、'.join(names)}。" if names else "这里没有更细的名字，去掉点号和后面的词。"
    )
