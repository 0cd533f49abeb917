"""Groups of edits as changes: what kind, what it is called, where it stands, what was and is written there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.checks import Checked
from engine.compare.change import Change, Edit, Kind, Match, Move, Path, Put, Side
from engine.compare.differences import differences
from engine.compare.group import ITEMS, SKETCHES, TABLES, groups
from engine.compare.match import CLAUSES, UNITS, Matched, matched, text
from engine.compare.tree import find
from engine.compare.words import pieces
from engine.document import Node
from engine.rulebook import RuleBook

_TEXT = {"原文", "试写", "不计算", "说明", "问题", "理由", "条款", "曾用", "豁免", "待核对"}
_TITLES = {"名称", "文号", "印发", "替代", "状态"}
_FACE = "文面"  # what every document shows alike: words only
_ORDER = ("细则", "条文", "口径", *ITEMS, "考评", "单位", "台账", "通报", _FACE, "豁免", "待核对")
_MOST = 1_000


def built(old: Checked, new: Checked) -> list[Change]:
    """The changes that make one file the other, numbered in the order of the clauses."""
    first, second = old.doc.root, new.doc.root
    known = matched(first, second)
    edits = differences(first, second, known)
    maker = _Maker(old, new, known)
    found = [maker.change(key, own) for key, own in groups(first, second, edits, known).items()]
    found.sort(key=maker.order)
    return [replace(change, number=number) for number, change in enumerate(found, start=1)]


@dataclass(frozen=True, slots=True)
class _Maker:
    old: Checked
    new: Checked
    matched: Matched

    def change(self, key: Path, edits: list[Edit]) -> Change:
        """A group of edits as one change; numbered later."""
        kind, banded = _kind(edits), _banded(key, edits)
        names = any(isinstance(edit, Move) for edit in edits)
        main = [edit for edit in edits if edit.at[: len(key)] == key] if names else edits
        at = key[:-1] if banded else key
        to = key if key == SKETCHES else main[0].to[: len(at)]
        one_sided = kind in (Kind.ADDED, Kind.REMOVED) and not banded
        match = None if one_sided else self.matched.how.get(key, Match.NAME)
        old = self._side(self.old, at, [(e.at, e.old if isinstance(e, Put) else None) for e in main], named=names)
        new = self._side(self.new, to, [(e.to, e.new if isinstance(e, Put) else None) for e in main], named=names)
        note = _note(key, kind, banded=banded)
        words, unverified = self._words(key, main), self._unverified(edits)
        return Change(0, kind, _title(key, to), note, match, old, new, tuple(edits), words, unverified)

    def _side(self, checked: Checked, path: Path, values: list[tuple[Path, Node | None]], *, named: bool) -> Side:
        """One file's side: an entry that changed names stands where its name does; else what is written there."""
        root = checked.doc.root
        own = list(dict.fromkeys(place[:2] for place, _ in values)) if path == SKETCHES else [path]
        entry = find(root, own[0])
        there = [(place, node) for place, node in values if node is not None]
        if (named or path[:1] == CLAUSES) and entry is not None:
            there = [(own[0], entry)]
        if not there:
            return Side(path, None, None, _cited(root, own))
        said = (
            "、".join(clause for _, clause in own)
            if path == SKETCHES
            else "；".join(_said(path, *one) for one in there)
        )
        return Side(path, there[0][1].key or there[0][1].span, path[-1] if named else said, _cited(root, own))

    def _words(self, key: Path, edits: list[Edit]) -> tuple[tuple[str, str], ...]:
        """The pieces of a changed clause."""
        if key[:1] != CLAUSES or key == SKETCHES:
            return ()
        first, second = find(self.old.doc.root, key), find(self.new.doc.root, edits[0].to[:2])
        if first is None or second is None or text(first) == text(second):
            return ()
        return tuple(pieces(text(first), text(second)))

    def _unverified(self, edits: list[Edit]) -> bool:
        """Whether what changed, or a part of it, has not been compared with the paper."""
        return any(_under(edit.at, self.old.book) or _under(edit.to, self.new.book) for edit in edits)

    def order(self, change: Change) -> tuple[int, int, int]:
        """The order of the clauses; the head of the file before them, what no clause says behind."""
        path = change.new.path
        clauses = [*self.new.book.clauses, *(c for c in self.old.book.clauses if c not in self.new.book.clauses)]
        cited = [clauses.index(c) for c in (*change.new.clauses, *change.old.clauses) if c in clauses]
        first = -1 if path[0] == _ORDER[0] else min(cited, default=_MOST)
        place = change.new.place or change.old.place
        return first, _ORDER.index(path[0]), place.line if place else 0


def _under(path: Path, book: RuleBook) -> bool:
    known = [entry.path for entry in book.unverified.values()]
    return any(path[: len(own)] == own or own[: len(path)] == path for own in known)


# ---- kind ---------------------------------------------------------------------------------------


def _kind(edits: Sequence[Edit]) -> Kind:
    moves = [edit for edit in edits if isinstance(edit, Move)]
    if moves:
        renamed = moves[0].at[-1] != moves[0].to[-1] and moves[0].at[:1] != CLAUSES
        return Kind.RENAMED if renamed else Kind.MOVED
    puts = [edit for edit in edits if isinstance(edit, Put)]
    came, went = [p for p in puts if p.old is None], [p for p in puts if p.new is None]
    if all(_is_text(put.at) for put in puts):
        return Kind.WORDS
    if len(came) + len(went) < len(puts) or len(came) == len(went) or (puts[0].at[0] == "口径" and len(puts[0].at) > 2):
        return Kind.VALUE
    return Kind.ADDED if len(came) > len(went) else Kind.REMOVED


def _is_text(path: Path) -> bool:
    return path[0] == _FACE or path[-1] in (_TITLES if path[0] == _ORDER[0] else _TEXT)


def _banded(key: Path, edits: Sequence[Edit]) -> bool:
    return key[0] in ITEMS and "表" in key[2:] and len(edits) > 1


def _note(key: Path, kind: Kind, *, banded: bool) -> str:
    if key == SKETCHES:
        return "试写换成原文，一字未改"
    if banded:
        return {Kind.ADDED: "插入一档", Kind.REMOVED: "并去一档"}.get(kind, "改界")
    return "换了算法" if key[0] in ITEMS and len(key) == 2 and kind is Kind.VALUE else ""


# ---- names and values ---------------------------------------------------------------------------


def _title(key: Path, to: Path) -> str:
    """What changed, as staff would call it, in the new file's names.

    >>> _title(("指标", "季度任务扣分", "表", "0%"), ("指标", "季度任务扣分", "表", "0%"))
    '指标「季度任务扣分」0%'
    """
    section, *names = to
    if key == SKETCHES or not names:
        return section
    if section in ("条文", "口径", "细则"):
        return f"{section} {names[0]}"
    if key[:2] == UNITS or key[:2] in (("考评", "项目"), ("考评", "得分")):
        section, names = ("单位" if key[:2] == UNITS else f"考评{names[0]}"), names[1:]
    rest = [name for name in names[1:] if name not in TABLES]
    return f"{section}「{names[0]}」{'·'.join(rest)}" if names else section


def _said(key: Path, path: Path, node: Node) -> str:
    """The value, with its name where the change holds several; of a clause its words."""
    if key[:1] == CLAUSES:
        return text(node)
    label = "·".join(path[len(key) :])
    return f"{label}: {flow(node.value)}" if label else flow(node.value)


def flow(value: Any) -> str:
    """A value as it could be written in one line.

    >>> flow({"满分": "20", "扣": ["甲", "乙"]})
    '{满分: 20, 扣: [甲, 乙]}'
    """
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}: {flow(part)}' for name, part in value.items())}}}"
    return f"[{', '.join(map(flow, value))}]" if isinstance(value, list) else str("" if value is None else value)


def _cited(root: Node, paths: Sequence[Path]) -> tuple[str, ...]:
    """The clauses that entries carry out."""
    return tuple(dict.fromkeys(clause for path in paths for clause in _clauses(root, path)))


def _clauses(root: Node, path: Path) -> tuple[str, ...]:
    """The clauses that the entry at a path, or the nearest above it, carries out."""
    if path[:1] == CLAUSES:
        return path[1:2]
    for entry in _upward(root, path):
        cited = entry.value.get("条款") if isinstance(entry.value, dict) else None
        if isinstance(cited, str):
            return tuple(part.strip() for part in cited.split("；"))
    return ()


def _upward(root: Node, path: Path) -> Iterator[Node]:
    for length in range(len(path), 1, -1):
        node = find(root, path[:length])
        if node is not None:
            yield node
