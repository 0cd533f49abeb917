"""A cursor into a rule file: a value with its place and the path that names it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from engine.document import Document
from engine.source import Problem, Span

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """The value at ``path``; ``problems`` is shared by all nodes of one reading."""

    doc: Document
    path: Path
    value: Any
    problems: list[Problem] = field(repr=False)

    @property
    def place(self) -> Span:
        """Where the value stands."""
        return self.doc.at(self.path)

    @property
    def key_place(self) -> Span:
        """Where the key stands."""
        return self.doc.key_at(self.path)

    @property
    def name(self) -> str:
        """The key (编号) of this value."""
        return str(self.path[-1])

    @property
    def text(self) -> str:
        """A scalar as written."""
        return self.value if isinstance(self.value, str) else ""

    def __contains__(self, key: str) -> bool:
        return isinstance(self.value, dict) and key in self.value

    def __getitem__(self, key: str | int) -> Node:
        return Node(self.doc, (*self.path, key), self.value[key], self.problems)

    def get(self, key: str) -> Node:
        """The value under a key; an empty one if there is none."""
        value = self.value.get(key) if isinstance(self.value, dict) else None
        return Node(self.doc, (*self.path, key), value, self.problems)

    def text_at(self, key: str, default: str = "") -> str:
        """The scalar under a key."""
        return self.get(key).text or default

    def items(self) -> Iterator[Node]:
        """The entries of a mapping or list, in order."""
        keys: Any = range(len(self.value)) if isinstance(self.value, list) else (self.value or {})
        for key in keys:
            yield self[key]

    def texts(self) -> tuple[str, ...]:
        """A scalar or a list of scalars, as a tuple."""
        if isinstance(self.value, list):
            return tuple(str(v) for v in self.value)
        return (self.text,) if self.text else ()

    def places(self) -> dict[str, Span]:
        """Where the value of each key stands."""
        return {entry.name: entry.place for entry in self.items()}

    def fault(self, code: str, detail: str, hint: str = "", *, at_key: bool = False) -> None:
        """Report a problem here."""
        place = self.key_place if at_key else self.place
        self.problems.append(Problem(code, detail, place, hint, context=self.context))

    @property
    def context(self) -> str:
        """Clause and item, for messages: ``三（二）2「季度任务扣分」``."""
        for length in (n for n in (3, 2) if n <= len(self.path)):
            value: Any = self.doc.value
            for key in self.path[:length]:
                value = value[key] if isinstance(value, dict) and key in value else None
            if isinstance(value, dict) and isinstance(value.get("条款"), str):
                return f"{value['条款']}「{self.path[length - 1]}」"
        return f"「{self.path[1]}」" if len(self.path) > 1 else ""
