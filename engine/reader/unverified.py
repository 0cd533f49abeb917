"""待核对: the places of a rule file that nobody has compared with the paper yet, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from engine.reader.node import Node
from engine.rulebook import SKETCH, RuleBook, Unverified
from engine.source import Problem
from engine.suggest import asked


def unverified(node: Node, *, patched: bool) -> dict[str, Unverified]:
    """Every line of 待核对 by its path; a path that leads nowhere is a fault.

    ``patched``: readings have changed the document, and a path may have gone with them.
    """
    found = {}
    for entry in node.items():
        path, keys = _followed(node.doc.value, entry.name)
        rest = entry.name.removeprefix(".".join(path)).removeprefix(".")
        if rest and not patched:
            where = f"「{'.'.join(path)}」里" if path else "文件里"
            hint = asked(rest.partition(".")[0], keys, f"可选：{'、'.join(keys)}。" if keys else "写到上一级就够了。")
            entry.fault("R21", f"{where}没有“{rest}”。", hint, at_key=True)
        found[entry.name] = Unverified(path, entry.text, entry.key_place)
    return found


def covers(unverified: Iterable[Unverified], path: tuple[str, ...]) -> bool:
    """Whether one of them stands for the value at ``path``."""
    return any(path[: len(one.path)] == one.path for one in unverified)


def _followed(value: Any, dotted: str) -> tuple[tuple[str, ...], list[str]]:
    """The keys that a dotted path follows as far as it goes, and the keys there are at its end.

    A key that itself holds a dot is taken whole; a step of a list is named by its 编号.
    """
    path: tuple[str, ...] = ()
    while True:
        inner = _inner(value)
        key = max((k for k in inner if dotted == k or dotted.startswith(f"{k}.")), key=len, default=None)
        if key is None:
            return path, list(inner)
        value, path, dotted = inner[key], (*path, key), dotted[len(key) + 1 :]


def _inner(value: Any) -> Mapping[str, Any]:
    if isinstance(value, list):
        return {step["编号"]: step for step in value if isinstance(step, dict) and "编号" in step}
    return value if isinstance(value, dict) else {}


def unwarranted(book: RuleBook) -> Iterator[Problem]:
    """A rule file that would pass for the real thing: 待核对 without 示意, or 试写 without 待核对."""
    if book.unverified and book.title.status != SKETCH:
        first = next(iter(book.unverified.values()))
        detail = f"还有 {len(book.unverified)} 处没有核对，「细则」的状态却不是“{SKETCH}”，成绩会被当成正式的。"
        hint = f"在「细则」里写 状态: {SKETCH}；都核对过了，就删去「待核对」。"
        yield Problem("R22", detail, book.title.places.get("状态", first.place), hint)
    for clause in book.clauses.values():
        if clause.sketched and not covers(book.unverified.values(), ("条文", clause.name)):
            hint = f"把「试写」换成原文，写作 原文: …；还没有原文的，在「待核对」里写 条文.{clause.name}: 全文。"
            yield Problem("R23", f"条文“{clause.name}”是试写的，不是原文。", clause.place, hint, clause.name)
