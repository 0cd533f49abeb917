"""Small changes to a text somebody wrote by hand: every other letter, comment and blank stays as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from engine.document import Document, Steps
from engine.document.node import Node
from engine.source import Span

_MARKED = re.compile(r"[:#{}\[\],&*!|>'\"%@`\n\t\\]|^[-?]|^\s|\s$")


@dataclass(frozen=True, slots=True)
class Edit:
    """The letters from ``start`` up to ``end`` of the whole text become ``text``."""

    start: int
    end: int
    text: str


def applied(text: str, edits: Iterable[Edit]) -> str:
    """The text after edits that do not overlap; those at one place in the order given.

    >>> applied("年度: 2024", [Edit(4, 8, "2025")])
    '年度: 2025'
    """
    pieces, at = [], 0
    for edit in sorted(edits, key=lambda e: e.start):
        pieces += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*pieces, text[at:]])


def scalar(text: str) -> str:
    """A text as YAML takes it: in double quotes where a mark would be misread.

    >>> scalar("大埔镇"), scalar("一: 二")
    ('大埔镇', '"一: 二"')
    """
    return json.dumps(text, ensure_ascii=False) if _MARKED.search(text) else text


class Page:
    """A document as one text, with the stretch of letters each of its values takes."""

    def __init__(self, doc: Document) -> None:
        self.doc = doc
        self.text = "\n".join(doc.source.lines)
        self._starts = [0, *accumulate(len(line) + 1 for line in doc.source.lines)]

    def stretch(self, span: Span) -> tuple[int, int]:
        """Where a place begins and ends in the whole text."""
        return self._starts[span.line - 1] + span.start, self._starts[span.line - 1] + span.end

    def start(self, line: int) -> int:
        """The first letter of a line, counted from 1."""
        return self._starts[line - 1]

    def line_of(self, at: int) -> tuple[int, int]:
        """The line around a letter: its first letter, and its line feed."""
        end = self.text.find("\n", at)
        return self.text.rfind("\n", 0, at) + 1, len(self.text) if end < 0 else end

    def node(self, path: Steps) -> Node | None:
        """The value at a path, if there is one."""
        node = self.doc.root
        for step in path:
            if not isinstance(node.parts, dict) or step not in node.parts:
                return None
            node = node.parts[str(step)]
        return node

    def flow(self, node: Node) -> bool:
        """Whether a mapping or list is written in brackets."""
        return isinstance(node.value, dict | list) and self.text[self.stretch(node.span)[0]] in "{["

    def end(self, node: Node) -> int:
        """Just behind a value; of one in brackets, behind the closing one, wherever it stands."""
        start, end = self.stretch(node.span)
        parts = list(node.parts.values()) if isinstance(node.parts, dict) else node.parts
        if not self.flow(node):
            return self.end(parts[-1]) if parts else end
        found = re.compile(r"(?:[\s,]|#[^\n]*\n)*[}\]]").match(self.text, self.end(parts[-1]) if parts else start + 1)
        return found.end() if found else end

    def set(self, path: Steps, text: str) -> Edit:
        """Another text for the scalar at ``path``; quotes around it stay."""
        return Edit(*self.stretch(self.doc.text_at(path)), text)

    def after(self, path: Steps, key: str, text: str) -> Edit:
        """A new ``key: text`` behind the entry at ``path``, written as that one is."""
        node, parent = self.node(path), self.node(path[:-1])
        assert node is not None
        assert node.key is not None
        assert parent is not None
        end = self.end(node)
        if self.flow(parent):
            return Edit(end, end, f", {key}: {text}")
        end = self.line_of(end)[1]
        return Edit(end, end, f"\n{' ' * node.key.start}{key}: {text}")

    def without(self, path: Steps) -> Edit:
        """The entry at ``path`` taken out of a mapping in brackets, with one of the commas beside it."""
        node = self.node(path)
        assert node is not None
        assert node.key is not None
        start, end = self.stretch(node.key)[0], self.end(node)
        if behind := re.compile(r"\s*,\s*").match(self.text, end):
            return Edit(start, behind.end(), "")
        return Edit(len(self.text[:start].rstrip().removesuffix(",").rstrip()), end, "")
