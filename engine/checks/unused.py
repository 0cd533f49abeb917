"""What is defined and never read: mostly a line somebody forgot to connect."""

from __future__ import annotations

from collections.abc import Iterator

from engine.checks.subject import ATTRIBUTE, Subject, told
from engine.rulebook import Collect, Item, Kind
from engine.scoring import Study
from engine.scoring.study import LEDGER
from engine.source import Problem, Severity


def read_names(study: Study) -> frozenset[str]:
    """Every name that some other entry, or a bulletin, reads."""
    asked = {name for reader, names in study.asked.items() for name in names if _own(name) != _own(reader)}
    bulletins = study.book.bulletins.values()
    shown = {name for b in bulletins for name in (*b.columns, *(key for key, _ in b.order), *b.totals)}
    listed = {a.text for b in bulletins for e in b.lists.values() for a in e.names}
    linked = {f"{LEDGER}{ledger.link.ledger}" for ledger in study.book.ledgers.values() if ledger.link is not None}
    return frozenset(asked | shown | listed | linked)


def _own(name: str) -> str:
    """An account's table is the account itself."""
    return name.removeprefix(LEDGER)


def unused(subject: Subject) -> Iterator[Problem]:
    """Items, parts, quotas and ledgers that nobody reads (alternatives of 口径 count as readers)."""
    yield from (_told(item) for item in subject.book.items.values() if not _is_read(subject, item))
    added = {name for step in subject.book.appraisal.steps for name in step.names}
    for part in subject.book.appraisal.parts.values():
        if part.name not in added and part.name not in subject.read:
            detail = f"项目「{part.name}」没有加进得分。"
            yield told("R131", part, part.place, detail, "在「得分」里加上它，或删去这一项。", Severity.WARNING)
    yield from _ledgers(subject)
    yield from _attributes(subject)


def _is_read(subject: Subject, item: Item) -> bool:
    """结果 is read by people; a row filter (否则: 未计) works by itself."""
    if item.section == "结果" or item.uncounted:
        return True
    return (f"{LEDGER}{item.name}" if isinstance(item.mechanism, Collect) else item.name) in subject.read


def _told(item: Item) -> Problem:
    what = "这本账没有谁读它" if isinstance(item.mechanism, Collect) else "没有哪一项用到它，通报也不列"
    hint = "接到该用它的地方；不再需要的删去。"
    return told("R131", item, item.place, f"「{item.name}」：{what}。", hint, Severity.WARNING)


def _ledgers(subject: Subject) -> Iterator[Problem]:
    for name, ledger in subject.book.ledgers.items():
        if f"{LEDGER}{name}" not in subject.read:
            detail = f"台账“{name}”要人填，却没有哪一项用到它。"
            yield Problem("R131", detail, ledger.place, "接到该用它的地方；不再需要的删去。", f"「{name}」",
                          Severity.WARNING, about=(name,))  # fmt: skip


def _attributes(subject: Subject) -> Iterator[Problem]:
    """Quotas only: an attribute without a measure (序号) may be there just to be printed."""
    for name, spec in subject.book.roster.fields.items():
        if spec.kind is Kind.NUMBER and spec.measure != "数" and name not in subject.read:
            detail = f"单位的“{name}”没有哪一项用到。"
            hint, about = "接到该用它的地方；不再需要的删去。", (f"{ATTRIBUTE}{name}",)
            yield Problem("R131", detail, spec.place, hint, f"「{name}」", Severity.WARNING, about=about)
