"""The differences of two files: edits that make the one the other."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping

from engine.compare.change import Edit, Move, Path, Put
from engine.compare.match import Matched, renamed
from engine.compare.tree import called, entries, ordered
from engine.document import Node


def differences(old: Node, new: Node, known: Matched) -> list[Edit]:
    """The edits that make ``old`` ``new``, entries that changed names told as such."""
    return list(_differences(old, new, (), (), known))


def _differences(old: Node, new: Node, at: Path, to: Path, known: Matched) -> Iterator[Edit]:
    olds, news = entries(old), entries(new)
    if olds is None or news is None or ordered(old) != ordered(new):
        if old.value != new.value:
            yield Put(at, to, old, new)
        return
    pairs = _pairs(olds, news, known.names.get(at, {}), known.words)
    standing = _Standing(list(olds), list(news), pairs, in_order=ordered(old))
    for a, b in pairs.items():
        if a != b or a in standing.moved:
            yield Move((*at, a), (*to, b), standing.of(a, b))
        before = called(olds[a], b, in_list=a != b and ordered(old))
        yield from _differences(before, news[b], (*at, a), (*to, b), known)
    for a in (name for name in olds if name not in pairs):
        yield Put((*at, a), (*to, a), olds[a], None, standing.of(a, None))
    matched = set(pairs.values())
    for b in (name for name in news if name not in matched):
        yield Put((*at, b), (*to, b), None, news[b], standing.of(None, b))


def _pairs(
    olds: Mapping[str, Node], news: Mapping[str, Node], names: Mapping[str, str], words: Mapping[str, str]
) -> dict[str, str]:
    """Old name → new name of the entries on both sides; a name made of names that changed changes with them."""
    found = {a: b for a, b in names.items() if a in olds and b in news}
    for a in [name for name in olds if name not in news and name not in found] if words else ():
        for b in renamed(a, words):
            if b in news and b not in olds:
                found[a] = b
    taken = set(found.values())
    return {a: found.get(a, a) for a in olds if a in found or (a in news and a not in taken)}


class _Standing:
    """How the names of two mappings or lists stand to each other."""

    def __init__(self, olds: list[str], news: list[str], pairs: Mapping[str, str], *, in_order: bool) -> None:
        self.olds, self.news, self.in_order = olds, news, in_order
        back = {b: a for a, b in pairs.items()}
        first, second = [a for a in olds if a in pairs], [back[b] for b in news if b in back]
        blocks = difflib.SequenceMatcher(None, first, second, autojunk=False).get_matching_blocks()
        kept = {name for block in blocks for name in first[block.a : block.a + block.size]}
        self.moved = set(first) - kept if in_order else set()

    def of(self, a: str | None, b: str | None) -> tuple[Path, Path] | None:
        """The names before an entry in the old and in the new list, nearest first."""
        if not self.in_order:
            return None
        before = self.olds[: self.olds.index(a)] if a is not None else []
        after = self.news[: self.news.index(b)] if b is not None else []
        return tuple(reversed(before)), tuple(reversed(after))
