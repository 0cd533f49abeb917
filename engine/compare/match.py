"""Which entry of one file is which of the other: by its 编号, by a name it declares, by content, by place.

Only entries that have names people gave them are matched; how sure one can be is said with
each change (认定).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from engine.compare.change import Match, Path
from engine.compare.tree import NAME, entries, find
from engine.document import Node

DECLARED = ("曾用", "别名")
CLAUSES, UNITS = ("条文",), ("单位", "名单")
_SECTIONS: tuple[Path, ...] = (
    CLAUSES, ("口径",), UNITS, ("单位", "列"), ("台账",), ("计分",), ("指标",), ("结果",), ("考评", "项目"),
    ("考评", "得分"), ("通报",),
)  # fmt: skip
_COLUMNS = "列"
# How alike two texts must be: to be taken for the same clause; to doubt that the same 编号 means the same clause.
_ALIKE, _UNLIKE = 0.6, 0.3
_ALMOST = 0.8
_TEXT = ("原文", "试写")
_OPTIONS = ("选项", "类")


@dataclass(frozen=True, slots=True)
class Matched:
    """What changed its name. ``names``: old path → old name → new name; ``how`` by old path of the entry.

    ``words``: every old name → the new one, wherever it stands.
    """

    names: dict[Path, dict[str, str]] = field(default_factory=dict)
    how: dict[Path, Match] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)

    def add(self, at: Path, found: Mapping[str, tuple[str, Match]]) -> None:
        """Entries of one mapping."""
        changed = {a: b for a, (b, _) in found.items() if a != b}
        if changed:
            self.names.setdefault(at, {}).update(changed)
            self.how.update({(*at, a): how for a, (b, how) in found.items() if a != b})
            self.words.update(changed)


def matched(old: Node, new: Node) -> Matched:
    """The entries of two files that are the same under two names."""
    found = Matched()
    for at in _SECTIONS:
        _match(found, old, new, at, at)
    ledgers = entries(find(old, ("台账",)) or old) or {}
    for ledger in ledgers:
        to = found.names.get(("台账",), {}).get(ledger, ledger)
        _match(found, old, new, ("台账", ledger, _COLUMNS), ("台账", to, _COLUMNS))
    return found


def _match(found: Matched, old: Node, new: Node, at: Path, to: Path) -> None:
    first, second = find(old, at), find(new, to)
    olds, news = (entries(node) or {} if node is not None else {} for node in (first, second))
    found.add(at, _of(at, olds, news))


def _of(at: Path, olds: Mapping[str, Node], news: Mapping[str, Node]) -> dict[str, tuple[str, Match]]:
    pool = _Pool(olds, news)
    pool.declared()
    if at == CLAUSES:
        pool.same_names(lambda a, b: similarity(a, b) >= _UNLIKE)
        pool.most_alike(_ALIKE)
        pool.same_names(lambda a, b: True)
        return pool.found
    pool.same_names(lambda a, b: True)
    if at == UNITS:
        pool.equal(lambda a, b: SequenceMatcher(None, a, b).ratio() >= _ALIKE)
    else:
        pool.equal(lambda a, b: True)
        pool.same_place()
    return pool.found


class _Pool:
    """Entries that have not found their other side yet."""

    def __init__(self, olds: Mapping[str, Node], news: Mapping[str, Node]) -> None:
        self.olds, self.news = olds, news
        self.found: dict[str, tuple[str, Match]] = {}

    @property
    def left(self) -> list[str]:
        """Old names without a new one."""
        return [name for name in self.olds if name not in self.found]

    @property
    def right(self) -> list[str]:
        """New names without an old one."""
        taken = {name for name, _ in self.found.values()}
        return [name for name in self.news if name not in taken]

    def declared(self) -> None:
        """A name that the other file says it once had (or that this file says it will have)."""
        for b in self.right:
            for a in self.left:
                if a != b and a not in self.news and (a in _said(self.news[b]) or b in _said(self.olds[a])):
                    self.found[a] = (b, Match.DECLARED)
                    break

    def same_names(self, agreed: Any) -> None:
        """The same name, if their contents do not speak against it."""
        right = set(self.right)
        self.found |= {a: (a, Match.NAME) for a in self.left if a in right and agreed(self.olds[a], self.news[a])}

    def equal(self, agreed: Any) -> None:
        """The same content, and no other entry has it."""
        olds, news = _by_content(self.left, self.olds), _by_content(self.right, self.news)
        for content, names in olds.items():
            others = news.get(content, [])
            if len(names) == len(others) == 1 and agreed(names[0], others[0]):
                self.found[names[0]] = (others[0], Match.CONTENT)

    def most_alike(self, least: float) -> None:
        """Pairs by how alike their texts are, the surest first."""
        pairs = [(similarity(self.olds[a], self.news[b]), a, b) for a in self.left for b in self.right]
        for ratio, a, b in sorted(pairs, key=lambda pair: -pair[0]):
            if ratio >= least and a in self.left and b in self.right:
                self.found[a] = (b, Match.NAME if a == b else Match.CONTENT)

    def same_place(self) -> None:
        """The only one that went and the only one that came between the same neighbours, and much alike."""
        gaps = dict(_gaps(self.news, set(self.right)))
        for neighbours, names in _gaps(self.olds, set(self.left)):
            others = gaps.get(tuple(self.found.get(n, (n,))[0] for n in neighbours), [])
            if len(names) == len(others) == 1 and _alike(self.olds[names[0]], self.news[others[0]]):
                self.found[names[0]] = (others[0], Match.PLACE)


def _gaps(nodes: Mapping[str, Node], loose: set[str]) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """The neighbours, and the loose entries between them."""
    before, names = "", list[str]()
    for name in (*nodes, ""):
        if name in loose:
            names.append(name)
        else:
            yield (before, name), names
            before, names = name, []


def _said(node: Node) -> tuple[str, ...]:
    value = node.value if isinstance(node.value, dict) else {}
    said = [value.get(key) for key in DECLARED]
    return tuple(str(name) for names in said if names for name in (names if isinstance(names, list) else [names]))


def _content(node: Node) -> str:
    value = node.value
    if isinstance(value, dict):
        value = {key: part for key, part in value.items() if key not in (*DECLARED, NAME)}
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _by_content(names: list[str], nodes: Mapping[str, Node]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(_content(nodes[name]), []).append(name)
    return found


def _alike(a: Node, b: Node) -> bool:
    """Nearly the same content; a lone word or number is content of nothing in particular."""
    return isinstance(a.value, dict) and SequenceMatcher(None, _content(a), _content(b)).ratio() >= _ALMOST


def text(node: Node) -> str:
    """The words of a clause."""
    value = node.value if isinstance(node.value, dict) else {}
    said = next((value[key] for key in _TEXT if value.get(key)), None)
    return "".join(map(str, said)) if isinstance(said, list) else str(said or "")


def similarity(a: Node, b: Node) -> float:
    """How alike two clauses are, from 0 to 1."""
    first, second = text(a), text(b)
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    return 1.0 if first == second else matcher.ratio() if matcher.quick_ratio() >= _UNLIKE else 0.0


# ---- names within texts -------------------------------------------------------------------------

_WORDS = (re.compile(r"[^\W\d][\w（）]*"), re.compile(r"[^\W\d]\w*"))


def renamed(value: Any, words: Mapping[str, str]) -> Iterator[Any]:
    """What a value says once names in it have changed: first with brackets as part of names, then without."""
    for pattern in _WORDS:
        yield _renamed(value, words, pattern)


def _renamed(value: Any, words: Mapping[str, str], pattern: re.Pattern[str]) -> Any:
    if isinstance(value, dict):
        return {_renamed(k, words, pattern): _renamed(v, words, pattern) for k, v in value.items()}
    if isinstance(value, list):
        return [_renamed(part, words, pattern) for part in value]
    return pattern.sub(lambda m: words.get(m[0], m[0]), value) if isinstance(value, str) else value


def mentions(value: Any) -> set[str]:
    """Every word of a value that could be a name."""
    if isinstance(value, dict):
        return set().union(*(mentions(part) for pair in value.items() for part in pair))
    if isinstance(value, list):
        return set().union(*map(mentions, value))
    return {word for pattern in _WORDS for word in pattern.findall(value)} if isinstance(value, str) else set()
