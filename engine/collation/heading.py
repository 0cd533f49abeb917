"""名称, 文号 and dates of the rule file against the document; days in the letter that are none of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from engine.collation.finding import Finding
from engine.collation.fold import Folded, fold
from engine.collation.rest import Rest
from engine.rulebook import Title

_DAY = re.compile(r"([0-9]{4})(?:年|-|\.|/)([0-9]{1,2})(?:月|-|\.|/)([0-9]{1,2})日?")
_BRACKETED = re.compile(r"〔[0-9]{4}〕")


def heading(title: Title, text: Folded, rest: Rest) -> Iterator[Finding]:
    """What the head of the rule file says and the document does not, and days of the letter that it does not say."""
    words = {"名称": title.name, "替代": title.replaces}
    if _BRACKETED.search(title.number):
        words["文号"] = title.number
    for key, value in words.items():
        if value and fold(value) not in text.text:
            yield Finding("题头", "细则", f"「{key}」“{value}”，原件里没有", "", title.places.get(key))
    printed = {day for match in _DAY.finditer(text.text) if (day := _day(match))}
    days = {"印发": title.issued, "施行": title.effective}
    for key, day in days.items():
        if key in title.places and day not in printed:
            yield Finding("题头", "细则", f"「{key}」{day}，原件里没有这一天", "", title.places[key])
    for piece in rest.outside:
        for match in _DAY.finditer(fold(piece.text)):
            if _day(match) not in days.values():
                detail = f"原件写着 {match[0]}，不是「细则」里的印发日、施行日"
                yield Finding("题头", "细则", detail, piece.where, title.place)


def _day(match: re.Match[str]) -> date | None:
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
