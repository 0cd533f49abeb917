"""A rule file as named entries within named entries: what a comparison walks and edits.

A mapping is in no order; of the lists only one whose entries carry 编号 has entries with
names, in an order. Everything else is a leaf, compared as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from engine.compare.change import Edit, Move, Path, Put
from engine.document import Node

NAME = "编号"


class Clash(Exception):
    """Edits that cannot be made without others: two entries would have one name, or an entry is gone."""


def entries(node: Node) -> dict[str, Node] | None:
    """The parts of a node by name; ``None`` for a leaf."""
    if isinstance(node.parts, dict):
        return node.parts
    names = [part.value[NAME] for part in node.parts if isinstance(part.value, dict) and NAME in part.value]
    named = len(set(map(str, names))) == len(node.parts) > 0
    return {str(name): part for name, part in zip(names, node.parts, strict=True)} if named else None


def ordered(node: Node) -> bool:
    """Whether the entries come in an order."""
    return isinstance(node.parts, list)


def find(node: Node, path: Path) -> Node | None:
    """What stands at a path; ``None`` if nothing does."""
    for name in path:
        child = (entries(node) or {}).get(name)
        if child is None:
            return None
        node = child
    return node


# ---- putting edits in --------------------------------------------------------------------------


def edited(root: Node, edits: Iterable[Edit]) -> Node:
    """A copy with edits made, all of them said in the names of ``root``. Raises :class:`Clash`.

    Values first, then what goes, then new names, then what comes: so that an entry may come
    where another one went. What no edit touches is the very same node.
    """
    edits = list(edits)
    puts = [edit for edit in edits if isinstance(edit, Put)]
    moves = [edit for edit in edits if isinstance(edit, Move)]
    for put in puts:
        if put.old is not None and put.new is not None:
            root = _at(root, put.at, put.new)
    for put in puts:
        if put.new is None:
            root = _at(root, put.at, None)
    for parent in sorted({move.at[:-1] for move in moves}, key=len, reverse=True):
        root = _renamed(root, parent, {m.at[-1]: m.to[-1] for m in moves if m.at[:-1] == parent})
    names = {move.at: move.to[-1] for move in moves}
    for put in puts:
        if put.old is None and put.new is not None:
            root = _added(root, _translated(put.at[:-1], names) + put.at[-1:], put.new)
    return _ordered(root, [edit for edit in edits if not (isinstance(edit, Put) and edit.new is None)], names)


def _translated(path: Path, names: Mapping[Path, str]) -> Path:
    """A path in old names as it reads once entries have their new ones."""
    return tuple(names.get(path[: at + 1], path[at]) for at in range(len(path)))


def _at(node: Node, path: Path, new: Node | None) -> Node:
    if not path and new is not None:
        return new
    parts = entries(node) or {}
    if path[0] not in parts:
        raise Clash
    rest = {name: part for name, part in parts.items() if name != path[0]}
    if len(path) == 1 and new is None:
        return _holding(node, rest)
    return _holding(node, {**parts, path[0]: _at(parts[path[0]], path[1:], new)})


def _holding(node: Node, parts: Mapping[str, Node]) -> Node:
    return node.holding(list(parts.values()) if ordered(node) else dict(parts))


def _renamed(root: Node, parent: Path, names: Mapping[str, str]) -> Node:
    node = find(root, parent)
    parts = entries(node) if node is not None else None
    if node is None or parts is None or not parts.keys() >= names.keys():
        raise Clash
    turned = {
        names.get(name, name): called(part, names.get(name), in_list=ordered(node)) for name, part in parts.items()
    }
    if len(turned) < len(parts):
        raise Clash
    return _at(root, parent, _holding(node, turned))


def called(node: Node, name: str | None, *, in_list: bool) -> Node:
    """An entry under another name; one of a list carries its name inside."""
    if name is None or not in_list or not isinstance(node.parts, dict):
        return node
    return node.holding({**node.parts, NAME: replace(node.parts[NAME], value=name)})


def _added(root: Node, path: Path, new: Node) -> Node:
    parent = find(root, path[:-1])
    if parent is None or path[-1] in (entries(parent) or {}) or not isinstance(parent.value, dict | list):
        raise Clash
    return _at(root, path[:-1], _holding(parent, {**(entries(parent) or {}), path[-1]: new}))


def _ordered(root: Node, edits: Sequence[Edit], names: Mapping[Path, str]) -> Node:
    """Entries of lists put behind the entry they follow in the new file, as far as it is there."""
    placed = [(edit, edit.order[1]) for edit in edits if edit.order is not None]
    for edit, earlier in sorted(placed, key=lambda pair: len(pair[1])):
        parent, name = _translated(edit.at[:-1], names), edit.to[-1]
        node = find(root, parent)
        parts = entries(node) if node is not None else None
        if node is None or parts is None or name not in parts:
            continue
        order = [other for other in parts if other != name]
        before = next((other for other in earlier if other in order), None)
        order.insert(order.index(before) + 1 if before is not None else 0, name)
        root = _at(root, parent, _holding(node, {other: parts[other] for other in order}))
    return root
