"""What was asked for, made ready: kind, period, result, template and the texts of each document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.paper.shelf import template_named
from engine.pipeline import Options, load_rules, score_by, unit_named
from engine.rulebook import RuleBook
from engine.source import Problem, Rejected

if TYPE_CHECKING:
    from engine.bulletin import Issue, Wording
    from engine.paper import Reading
    from engine.result import Result

_SAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f]')  # what no file name may hold


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for. ``number``, ``day``, ``note`` are typed for this issue; ``draft`` allows a 示意 rule book."""

    rules: Path
    records: Path
    kind: str
    period: str
    template: Path | None = None
    number: str = ""
    day: date | None = None
    unit: str = ""
    draft: bool = False
    options: Options = field(default_factory=Options)
    form: str = ".docx"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Edition:
    """An order that can be carried out: its issue and result, its template, and the texts of each document."""

    order: Order
    issue: Issue
    result: Result
    template: Path
    names: tuple[str, ...]
    contexts: tuple[Mapping[str, Any], ...]

    def documents(self) -> Iterator[tuple[str, bytes]]:
        """(file name, bytes) one after the other, each read again before it is handed out."""
        from engine.bulletin import blocks_of, differences, shape_of
        from engine.paper import render_each, reread

        shape = shape_of(self.issue.bulletin.template, self.template.suffix)
        made = render_each(self.template, self.contexts, shape)
        blank: Reading | None = None
        for name, context, data in zip(self.names, self.contexts, made, strict=True):
            blank = blank or reread(self.template.read_bytes())  # not before it was found harmless
            problems = differences(name, context, reread(data), blank, blocks_of(self.issue.bulletin.template))
            if problems:
                raise Rejected(problems)
            yield name, data


def prepared(order: Order, book: RuleBook | None = None) -> Edition:
    """Everything but the paper; ``book``: the rules, where they have been loaded. Raises :class:`Rejected`."""
    from engine.bulletin import PAGE, SLIP, Wording, issue_of, kind_named, opened, untimely, unwritten

    book = book or load_rules(order.rules, order.options.readings)
    _refuse_draft(book, allowed=order.draft)
    issue = issue_of(book, kind_named(book, order.kind), order.period)
    as_of = order.options.as_of or issue.as_of
    wording = Wording(order.number, order.day, order.note)
    problems = [*untimely(book, issue, as_of), *unwritten(book, wording, as_of)]
    if problems:
        raise Rejected(problems)
    template = order.template or template_named(f"{issue.bulletin.template}{order.form}", book.title.place)
    result = score_by(book, order.records, Options(as_of, order.options.readings, order.options.skip_bad))
    pages = _pages(result, issue, wording, order.unit)
    if template.suffix == PAGE and issue.bulletin.template != SLIP:
        pages = [(name, opened(result, issue, page)) for name, page in pages]
    names = tuple(f"{_SAFE.sub('_', name)}{template.suffix}" for name, _ in pages)
    return Edition(order, issue, result, template, names, tuple(page for _, page in pages))


def _pages(result: Result, issue: Issue, wording: Wording, unit: str) -> list[tuple[str, dict[str, Any]]]:
    from engine.bulletin import SLIP, content, slips

    if issue.bulletin.template != SLIP:
        return [(issue.name, content(result, issue, wording))]
    wanted = unit_named(result.book, unit) if unit else ""
    width = len(str(len(result.units)))
    return [(f"{issue.name}-{u.number + 1:0{width}d}{u.name}", page) for u, page in slips(result, issue, wording)
             if wanted in ("", u.name)]  # fmt: skip


def _refuse_draft(book: RuleBook, *, allowed: bool) -> None:
    title = book.title
    if title.mark and not allowed:
        detail = f"这份细则是“{title.mark}”，不能用来发通报。"
        hint = "核对后删去「状态」；只为看看样子，加 --draft-rules，每份文书上都会印明。"
        raise Rejected([Problem("B03", detail, title.places.get("状态", title.place), hint)])
