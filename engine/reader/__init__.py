"""Document → :class:`RuleBook`. Chinese keys end here; above this floor there are attributes."""

from __future__ import annotations

from collections.abc import Mapping

from engine.document import Document
from engine.reader.items import item
from engine.reader.node import Node
from engine.reader.patches import patched
from engine.reader.sections import appraisal, bulletin, clause, ledger, reading, roster, title
from engine.rulebook import Item, Part, Period, RuleBook, Step
from engine.source import Problem, Rejected, Span

__all__ = ["read"]


def read(doc: Document, chosen: Mapping[str, str] | None = None) -> RuleBook:
    """The rule book a document means, under the chosen alternative readings (id → name).

    The document's shape has been checked (:mod:`engine.schema`). Raises
    :class:`Rejected` with every fault of meaning that shows without computing.
    """
    taken = dict(chosen or {})
    doc = patched(doc, taken)
    problems: list[Problem] = []
    root = Node(doc, (), doc.value, problems)
    default = Period(root.get("考评").text_at("每", "年"))
    items = [
        found
        for section in ("计分", "指标", "结果")
        for entry in root.get(section).items()
        if (found := item(entry, section, default)) is not None
    ]
    book = RuleBook(
        doc.source, doc.digest, title(root.get("细则")),
        {n.name: clause(n) for n in root.get("条文").items()},
        {n.name: reading(n, taken) for n in root.get("口径").items()},
        roster(root.get("单位")),
        {n.name: ledger(n) for n in root.get("台账").items()},
        {i.name: i for i in items},
        appraisal(root.get("考评")),
        {n.name: bulletin(n) for n in root.get("通报").items()},
    )  # fmt: skip
    problems += _repeated(items, book)
    problems += _uncited(items, book)
    if problems:
        raise Rejected(problems)
    return book


def _repeated(items: list[Item], book: RuleBook) -> list[Problem]:
    """One name, one definition: across 计分 指标 结果 项目 and the steps of 得分."""
    named: list[Item | Part | Step] = [*items, *book.appraisal.parts.values(), *book.appraisal.steps]
    seen: dict[str, Span] = {}
    problems = []
    for entry in named:
        if entry.name in seen:
            detail = f"“{entry.name}”定义了两次，表达式里就分不清是哪一个。"
            problems.append(Problem("R01", detail, entry.place, "改一个名字。", notes=(("先前定义", seen[entry.name]),)))
        seen.setdefault(entry.name, entry.place)
    return problems


def _uncited(items: list[Item], book: RuleBook) -> list[Problem]:
    """Every 条款 an entry cites is a key of 条文."""
    citing = [*items, *book.appraisal.parts.values(), *book.appraisal.steps, *book.readings.values(),
              *book.bulletins.values()]  # fmt: skip
    return [
        Problem("R11", f"“{entry.name}”引用的条款“{name}”不在「条文」里。", entry.place,
                "条款的写法要和「条文」的键一字不差；几条之间用“；”隔开。")
        for entry in citing
        for name in entry.clauses
        if name not in book.clauses
    ]  # fmt: skip
