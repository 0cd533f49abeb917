"""Every clause of the text is carried out by something, or excused."""

from __future__ import annotations

from collections.abc import Iterator

from engine.checks.subject import CLAUSE, Entry, Subject
from engine.rulebook import RuleBook
from engine.source import Problem, Severity


def computing(book: RuleBook) -> dict[str, list[str]]:
    """Clause → the names of the items, parts and steps that cite it (考评 itself included)."""
    entries: tuple[Entry, ...] = (*book.items.values(), *book.appraisal.parts.values(), *book.appraisal.steps)
    found: dict[str, list[str]] = {name: ["考评"] for name in book.appraisal.clauses}
    for entry in entries:
        for name in entry.clauses:
            found.setdefault(name, []).append(entry.name)
    return found


def clauses(subject: Subject) -> Iterator[Problem]:
    """A clause nobody cites was perhaps forgotten; one that is excused and computed all the same contradicts itself."""
    book = subject.book
    citing = computing(book)
    told = {name for reading in book.readings.values() for name in reading.clauses}
    told |= {name for bulletin in book.bulletins.values() for name in bulletin.clauses}
    for name, clause in book.clauses.items():
        if not clause.excused and name not in citing and name not in told:
            detail = f"条文“{name}”没有一项引用，也没有写为什么不计算。"
            hint = "补上落实它的项；不计分的条文，在它下面写「不计算: 理由」。"
            yield Problem("R151", detail, clause.place, hint, name, Severity.WARNING, about=(f"{CLAUSE}{name}",))
        if clause.excused and name in citing:
            users = "、".join(f"「{user}」" for user in citing[name])
            detail = f"条文“{name}”写了不计算（{clause.excused}），{users}却引用它来计算。"
            hint = "删去「不计算」，或改那一项的「条款」。"
            about = (f"{CLAUSE}{name}", *citing[name])
            yield Problem("R152", detail, clause.place, hint, name, Severity.WARNING, about=about)
