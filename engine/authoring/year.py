"""The head of next year's file: what follows from the year alone, and what is left to fill in."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date

from engine.authoring.edits import Edit, Page, scalar
from engine.rulebook import SKETCH, Title

UNFILLED = "# 印发: 待填"
UNPRINTED = "未印"  # 文号 of a document that has none


CHANGED = ("年度", "起止", "施行", "替代", "文号", "印发", "状态")
ADDED = ("替代", "状态")  # written whether the old file has them or not


def shifted(day: date, years: int) -> date:
    """The same day another year; the last of February stays the last.

    >>> shifted(date(2024, 2, 29), 1), shifted(date(2023, 2, 28), 1)
    (datetime.date(2025, 2, 28), datetime.date(2024, 2, 29))
    """
    year, last = day.year + years, calendar.monthrange(day.year, day.month)[1]
    return date(year, day.month, calendar.monthrange(year, day.month)[1] if day.day == last else day.day)


def succeeded(title: Title) -> str:
    """What the new document replaces: the number of the old one, or its name where none was printed."""
    if title.number and title.number != UNPRINTED:
        return title.number
    return f"{title.name}（{title.year}年{f'，文号{UNPRINTED}' if title.number else ''}）"


def head(page: Page, title: Title, year: int) -> Iterator[Edit]:
    """年度 起止 施行 a year on, 替代 the old document, 文号 and 印发 to be filled in, 状态 示意."""
    by = year - title.year
    days = {"年度": str(year), "起止": f"{shifted(title.start, by)} 至 {shifted(title.end, by)}",
            "施行": str(shifted(title.effective, by)), "文号": UNPRINTED}  # fmt: skip
    yield from (page.set(("细则", key), text) for key, text in days.items() if key in title.places)
    if "印发" in title.places:
        yield _unfilled(page)
    for key, text in zip(ADDED, (scalar(succeeded(title)), SKETCH), strict=True):
        yield page.set(("细则", key), text) if key in title.places else page.after(("细则", "起止"), key, text)


def _unfilled(page: Page) -> Edit:
    """印发 kept as a comment: no day is made up that could pass for the real one."""
    parent, node = page.node(("细则",)), page.node(("细则", "印发"))
    assert parent is not None
    assert node is not None
    assert node.key is not None
    if page.flow(parent):
        return page.without(("细则", "印发"))
    return Edit(page.stretch(node.key)[0], page.end(node), UNFILLED)
