"""Document → :class:`RuleBook`. Chinese keys end here; above this floor there are attributes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from engine.document import Document
from engine.reader.items import item
from engine.reader.node import Node
from engine.reader.patches import patched, resolve, written
from engine.reader.sections import appraisal, bulletin, clause, ledger, letterhead, reading, roster, title, waiver
from engine.reader.unverified import unverified, unwarranted
from engine.rulebook import Bulletin, Item, Ledger, Part, Period, Reading, RuleBook, Step, Unit
from engine.source import Problem, Rejected, Span

__all__ = ["Base", "patched", "read", "resolve", "written"]

T = TypeVar("T")


Base = tuple[Document, RuleBook]


def read(doc: Document, chosen: Mapping[str, str] | None = None, base: Base | None = None) -> RuleBook:
    """The rule book a document means; ``chosen`` are the readings it was patched with (:func:`patched`).

    The document's shape has been checked (:mod:`engine.schema`). ``base`` is a document and
    its book; what the alternatives leave untouched is taken over from it as the same object,
    so that a caller can see by identity what changed. Raises :class:`Rejected` with every
    fault of meaning that shows without computing.
    """
    taken = dict(chosen or {})
    problems: list[Problem] = []
    root = Node(doc, (), doc.value, problems)
    kept = _Kept(base)
    default = Period(root.get("考评").text_at("每", "年"))
    items = [
        found
        for section in ("计分", "指标", "结果")
        for entry in root.get(section).items()
        if (found := kept.item(entry) or item(entry, section, default)) is not None
    ]
    book = RuleBook(
        doc.source, doc.digest,
        kept.section(root.get("细则"), title, lambda b: b.title),
        kept.section(root.get("条文"), lambda node: _named(node, clause), lambda b: b.clauses),
        _chosen(kept.section(root.get("口径"), lambda node: _named(node, reading), lambda b: b.readings), taken),
        kept.section(root.get("单位"), lambda node: roster(node, kept.units(node)), lambda b: b.roster),
        {n.name: kept.ledger(n) or ledger(n) for n in root.get("台账").items()},
        {i.name: i for i in items},
        kept.section(root.get("考评"), appraisal, lambda b: b.appraisal),
        kept.section(root.get("通报"), lambda node: _named(node, bulletin), lambda b: b.bulletins),
        letterhead(root.get("文面")),
        _named(root.get("豁免"), waiver),
        kept.section(root.get("待核对"), lambda node: unverified(node, patched=bool(taken)), lambda b: b.unverified),
    )  # fmt: skip
    problems += unwarranted(book)
    problems += _repeated(items, book)
    problems += _clashing(items, book)
    problems += _uncited(items, book)
    if problems:
        raise Rejected(problems)
    return book


def _named(node: Node, make: Callable[[Node], T]) -> dict[str, T]:
    """Every entry of a section by its name."""
    return {entry.name: make(entry) for entry in node.items()}


def _chosen(readings: Mapping[str, Reading], taken: Mapping[str, str]) -> dict[str, Reading]:
    """The readings, each with the value taken in this run."""
    return {name: replace(r, chosen=taken[name]) if name in taken else r for name, r in readings.items()}


class _Kept:
    """What a patched document left alone: the very values of the base document."""

    def __init__(self, base: Base | None) -> None:
        self.value: Any = base[0].value if base else {}
        self.book = base[1] if base else None

    def _same(self, node: Node) -> bool:
        value = self.value
        for key in node.path:
            value = value.get(key) if isinstance(value, dict) else None
        return value is not None and value is node.value

    def item(self, node: Node) -> Item | None:
        """The base's item, if its entry was not touched."""
        return self.book.items.get(node.name) if self.book and self._same(node) else None

    def ledger(self, node: Node) -> Ledger | None:
        """The base's ledger, if its entry was not touched."""
        return self.book.ledgers.get(node.name) if self.book and self._same(node) else None

    def units(self, node: Node) -> dict[str, Unit]:
        """The base's units whose lines were not touched, if the columns of the roster were not either."""
        if self.book is None or not self._same(node.get("列")):
            return {}
        known = {unit.name: unit for unit in self.book.roster.units}
        return {line.name: known[line.name] for line in node.get("名单").items() if self._same(line)}

    def section(self, node: Node, make: Callable[[Node], T], of: Callable[[RuleBook], T]) -> T:
        """The base's section, if it was not touched; else made anew."""
        return of(self.book) if self.book and self._same(node) else make(node)


def _repeated(items: list[Item], book: RuleBook) -> list[Problem]:
    """One name, one definition: across 计分 指标 结果 项目 and the steps of 得分."""
    named: list[Item | Part | Step] = [*items, *book.appraisal.parts.values(), *book.appraisal.steps]
    seen: dict[str, Span] = {}
    problems = []
    for entry in named:
        if entry.name in seen:
            detail = f"“{entry.name}”定义了两次，表达式里就分不清是哪一个。"
            problems.append(
                Problem("R01", detail, entry.place, "改一个名字。", notes=(("先前定义", seen[entry.name]),))
            )
        seen.setdefault(entry.name, entry.place)
    return problems


def _clashing(items: list[Item], book: RuleBook) -> list[Problem]:
    """An item is no namesake of a column of its own ledger, nor of a unit attribute."""
    problems = []
    for entry in items:
        ledger_of = book.ledgers.get(entry.ledger or "")
        fields = ledger_of.fields if ledger_of is not None else {}
        where = "台账" if entry.name in fields else "单位" if entry.name in book.roster.fields else ""
        if where:
            detail = f"“{entry.name}”已经是{where}的一列，表达式里就分不清是哪一个。"
            problems.append(Problem("R01", detail, entry.place, "改一个名字。"))
    return problems


def _uncited(items: list[Item], book: RuleBook) -> list[Problem]:
    """Every 条款 an entry cites is a key of 条文."""
    parts, steps = book.appraisal.parts.values(), book.appraisal.steps
    citing: list[Item | Part | Step | Reading | Bulletin] = [*items, *parts, *steps]
    citing += [*book.readings.values(), *book.bulletins.values()]
    cited = [(entry.name, entry.place, entry.clauses) for entry in citing]
    return [
        Problem("R11", f"“{entry}”引用的条款“{name}”不在「条文」里。", place,
                "条款的写法要和「条文」的键一字不差；几条之间用“；”隔开。")
        for entry, place, names in [*cited, ("考评", book.appraisal.place, book.appraisal.clauses)]
        for name in names
        if name not in book.clauses
    ]  # fmt: skip
