"""The opening paragraph: what changed, counted by rules that are printed with the counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.compare.change import Change, Comparison, Direction, Kind, Path, sides
from engine.compare.group import ITEMS
from engine.compare.match import CLAUSES, UNITS
from engine.number import exact
from engine.rulebook import RuleBook

_PARTS, _STEPS = ("考评", "项目"), ("考评", "得分")
RULES = (
    "计数口径：一处更改，是一格分值、一档界限、一个期限、一个单位、一条条文或一条口径的变动，"
    "插入一档、改一个名字各算一处。"
    "“保留”的条文文字相同（移动、试写换成原文的也算保留），“保留”的算法项一处也没有改；"
    "“提高”“降低”只数新旧都是一个数的改值，只看数的大小；"
    "“收紧”“放宽”看同样的情形下单位的得分和处置，由程序算出来。"
)


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts by name, and the paragraph that says them."""

    counts: Mapping[str, Mapping[str, int]]
    words: str
    rules: str = RULES

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "总述": self.words,
            "计数": {name: dict(part) for name, part in self.counts.items()},
            "计数口径": self.rules,
        }


def summary(comparison: Comparison) -> Summary:
    """The counts of a comparison."""
    changes = comparison.changes
    counts = {
        "更改": _count(change.kind.value for change in changes),
        "方向": _count(change.direction.value for change in changes if change.kind is not Kind.WORDS),
        "条文": _entries(changes, CLAUSES, len(comparison.old.clauses), len(comparison.new.clauses)),
        "算法项": _entries(changes, (), _items(comparison.old), _items(comparison.new)),
        "单位": _entries(changes, UNITS, len(comparison.old.roster.units), len(comparison.new.roster.units)),
        "数": _count(way for change in changes if (way := _way(change))),
    }
    return Summary(counts, _words(comparison, counts))


def _count(words: Iterable[str]) -> dict[str, int]:
    return dict(Counter(words))


def _items(book: RuleBook) -> int:
    return len(book.items) + len(book.appraisal.parts) + len(book.appraisal.steps)


def _entry(path: Path) -> Path:
    """The entry of the file that a path lies in."""
    return path[:3] if path[:2] in (UNITS, _PARTS, _STEPS) else path[:2]


def _entries(changes: Iterable[Change], section: Path, olds: int, news: int) -> dict[str, int]:
    """How many entries stayed as they were, changed, came and went; ``()``: those that compute."""
    own = [c for c in changes if _within(_entry(c.new.path), section) and not _kept(c)]
    came = {_entry(c.new.path) for c in own if c.kind is Kind.ADDED and _whole(c)}
    went = {_entry(c.old.path) for c in own if c.kind is Kind.REMOVED and _whole(c)}
    touched = {_entry(c.new.path) for c in own} - came - went
    return {"保留": olds - len(went) - len(touched), "改动": len(touched), "新增": len(came), "删除": len(went),
            "旧": olds, "新": news}  # fmt: skip


def _kept(change: Change) -> bool:
    """Changes that leave a clause's words as they were."""
    return change.new.path[:1] == CLAUSES and change.kind in (Kind.WORDS, Kind.MOVED) and not change.words


def _within(entry: Path, section: Path) -> bool:
    if section:
        return entry[: len(section)] == section
    return entry[0] in ITEMS or entry[:2] in (_PARTS, _STEPS)


def _whole(change: Change) -> bool:
    return len(_entry(change.new.path)) == len(change.new.path)


def _way(change: Change) -> str:
    """提高 or 降低, where both sides are one number."""
    if change.kind is not Kind.VALUE or not _within(_entry(change.new.path), ()):
        return ""
    try:
        old, new = exact(change.old.text or ""), exact(change.new.text or "")
    except ValueError:
        return ""
    return "提高" if new > old else "降低"


def _words(comparison: Comparison, counts: Mapping[str, Mapping[str, int]]) -> str:
    old, new = comparison.old.title, comparison.new.title
    if not comparison.changes:
        return "两份细则没有差别。"
    before, after = sides(old, new, "{}年度")
    kinds = _listed(counts["更改"], [kind.value for kind in Kind])
    ways = _listed(counts["方向"], [way.value for way in Direction])
    numbers = _listed(counts["数"], ["提高", "降低"])
    return (
        f"{after}的细则与{before}的相比，共 {len(comparison.changes)} 处更改：{kinds}。"
        f"对单位：{ways or '没有影响'}{f'；数值{numbers}' if numbers else ''}。"
        f"条文{_stayed(counts['条文'])}；算法项{_stayed(counts['算法项'])}；单位{_stayed(counts['单位'])}。"
    )


def _listed(counts: Mapping[str, int], names: Iterable[str]) -> str:
    return "、".join(f"{name} {counts[name]} 处" for name in names if counts.get(name))


def _stayed(counts: Mapping[str, int]) -> str:
    told = "、".join(f"{name} {counts[name]}" for name in ("保留", "改动", "新增", "删除") if counts[name])
    return (
        f"由 {counts['旧']} 变为 {counts['新']}（{told}）"
        if counts["旧"] != counts["新"]
        else f" {counts['新']}（{told}）"
    )
