"""Values with places, and copies of them with one part changed. Nothing here changes a value it is given."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from engine.source import Source, Span

Value = dict[str, "Value"] | list["Value"] | str | None
Steps = tuple[str | int, ...]
"""A path: keys and list indexes from the top."""


@dataclass(frozen=True, slots=True)
class Node:
    """A value, its place, the place of its key, and its parts by key or index."""

    value: Value
    span: Span
    key: Span | None = None
    quoted: bool = False
    parts: dict[str, Node] | list[Node] = field(default_factory=list)

    def holding(self, parts: dict[str, Node] | list[Node]) -> Node:
        """A mapping or list at the same place with other parts."""
        return _mapping(self, parts) if isinstance(parts, dict) else _list(self, parts)


@dataclass(frozen=True, slots=True)
class Document:
    """A file as read: ``value`` (dict, list, str; ``None`` where nothing is written) and its places.

    Treat ``value`` as frozen: patched copies share it. ``digest`` is the SHA-256 of the bytes.
    """

    source: Source
    digest: str
    root: Node = field(repr=False)

    @property
    def value(self) -> Value:
        """The whole file as plain values."""
        return self.root.value

    def get(self, path: Steps) -> Value:
        """The value at ``path``. Raises KeyError when there is none."""
        return _find(self.root, path).value

    def at(self, path: Steps) -> Span:
        """Where the value at ``path`` stands, its quotes included; else the nearest place above it."""
        return _nearest(self.root, path).span

    def text_at(self, path: Steps) -> Span:
        """Like :meth:`at` without the quotes, so that its ``start`` is the first letter of the text."""
        node = _nearest(self.root, path)
        shift = 1 if node.quoted else 0
        return replace(node.span, start=node.span.start + shift, end=node.span.end - shift)

    def key_at(self, path: Steps) -> Span:
        """Where the key of ``path`` stands; for a list entry, which has none, the entry; else the nearest above."""
        node = _nearest(self.root, path)
        return node.key or node.span

    def replace(self, path: Steps, value: Value, like: Steps) -> Document:
        """A copy with ``value``, as written at ``like``, put at ``path``; a new key goes last.

        The value keeps the places it has at ``like``; parts of it that are not there
        have the place of ``like``. Raises KeyError when ``path`` has no parent.
        """
        return self.rooted(_put(self.root, path, _graft(value, _find(self.root, like))))

    def insert(self, path: Steps, index: int, value: Value, like: Steps) -> Document:
        """A copy with ``value``, as written at ``like``, put into the list at ``path`` before ``index``.

        Raises KeyError when there is no list at ``path``.
        """
        found = _find(self.root, path)
        if not isinstance(found.parts, list) or not isinstance(found.value, list):
            raise KeyError(path)
        parts = list(found.parts)
        parts.insert(index, _graft(value, _find(self.root, like)))
        return self.rooted(_put(self.root, path, _list(found, parts)))

    def remove(self, path: Steps) -> Document:
        """A copy without the value at ``path``. Raises KeyError when there is none."""
        _find(self.root, path)
        parent = _find(self.root, path[:-1])
        step = path[-1]
        if isinstance(parent.parts, dict):
            rest = _mapping(parent, {key: part for key, part in parent.parts.items() if key != step})
        else:
            rest = _list(parent, [part for index, part in enumerate(parent.parts) if index != step])
        return self.rooted(_put(self.root, path[:-1], rest))

    def rooted(self, root: Node) -> Document:
        """A copy with other content; parts of it may have their places in other files."""
        return Document(self.source, self.digest, root)


def _child(node: Node, step: str | int) -> Node | None:
    if isinstance(node.parts, dict):
        return node.parts.get(step) if isinstance(step, str) else None
    return node.parts[step] if isinstance(step, int) and 0 <= step < len(node.parts) else None


def _find(node: Node, path: Steps) -> Node:
    for step in path:
        child = _child(node, step)
        if child is None:
            raise KeyError(path)
        node = child
    return node


def _nearest(node: Node, path: Steps) -> Node:
    for step in path:
        child = _child(node, step)
        if child is None:
            return node
        node = child
    return node


def _put(node: Node, path: Steps, new: Node) -> Node:
    if not path:
        return new
    step, rest = path[0], path[1:]
    child = _child(node, step)
    if child is None and (rest or not isinstance(step, str) or isinstance(node.value, list | str)):
        raise KeyError(path)
    put = _put(child, rest, new) if child is not None else new
    if isinstance(node.parts, list) and isinstance(step, int):
        return _list(node, [*node.parts[:step], put, *node.parts[step + 1 :]])
    return _mapping(node, {**(node.parts if isinstance(node.parts, dict) else {}), str(step): put})


def _list(node: Node, parts: list[Node]) -> Node:
    return Node([part.value for part in parts], node.span, node.key, False, parts)


def _mapping(node: Node, parts: dict[str, Node]) -> Node:
    return Node({key: part.value for key, part in parts.items()}, node.span, node.key, False, parts)


def _graft(value: Value, like: Node) -> Node:
    """``value`` with the places of ``like`` wherever the two agree in shape."""
    if value is like.value or (isinstance(value, str) and value == like.value):
        return like
    bare = Node(None, like.span, like.key)
    if isinstance(value, dict):
        known = like.parts if isinstance(like.parts, dict) else {}
        return _mapping(bare, {key: _graft(part, known.get(key, bare)) for key, part in value.items()})
    if isinstance(value, list):
        known_items = like.parts if isinstance(like.parts, list) else []
        pairs = zip(value, [*known_items, *[bare] * len(value)], strict=False)
        return _list(bare, [_graft(part, place) for part, place in pairs])
    return replace(bare, value=value)
