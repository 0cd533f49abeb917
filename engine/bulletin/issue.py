"""Which bulletin: a kind, the period it is issued for, the period its figures are of, and the as-of day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from engine.bulletin.words import chinese
from engine.calendar import Stretch, from_day_number, stretches
from engine.rulebook import Bulletin, Period, RuleBook
from engine.source import Problem, Rejected
from engine.suggest import asked

_FORMS = {
    Period.MONTH: (re.compile(r"([0-9]{4})(?:-|年)0?([0-9]{1,2})月?"), "{}-{:02d}"),
    Period.QUARTER: (re.compile(r"([0-9]{4})(?:[Qq]|年第?)([1-4])(?:季度?)?"), "{}Q{}"),
    Period.HALF: (re.compile(r"([0-9]{4})[Hh]([12])"), "{}H{}"),
    Period.WEEK: (re.compile(r"([0-9]{4})[Ww]([0-9]{1,2})"), "{}W{:02d}"),
    Period.YEAR: (re.compile(r"([0-9]{4})年?"), "{}"),
}


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue: ``issued`` is the period it is sent for, ``shown`` the one whose figures it shows."""

    bulletin: Bulletin
    year: int
    issued: Stretch
    shown: Stretch

    @property
    def as_of(self) -> date:
        """The last day of the period it is sent for."""
        return from_day_number(self.issued.end)

    @property
    def code(self) -> str:
        """The period as it is typed: 2024-05, 2024Q2, 2024."""
        number = self.as_of.month if self.bulletin.issued is Period.MONTH else self.issued.number
        return _FORMS[self.bulletin.issued][1].format(self.year, number)

    @property
    def period(self) -> str:
        """The period its figures are of, as people say it: 2024年第二季度."""
        return spoken(self.bulletin.period, self.year, self.shown)

    @property
    def sent_for(self) -> str:
        """The period it is sent for, as people say it: 2024年5月."""
        return spoken(self.bulletin.issued, self.year, self.issued)

    @property
    def name(self) -> str:
        """A file name without ending."""
        return f"{self.bulletin.name}{self.code}"


def spoken(period: Period, year: int, stretch: Stretch) -> str:
    """A period in words: 2024年, 2024年第二季度, 2024年5月."""
    month = from_day_number(stretch.end).month
    words = {
        Period.YEAR: "", Period.HALF: "上半年" if stretch.number == 1 else "下半年",
        Period.QUARTER: f"第{chinese(stretch.number)}季度", Period.MONTH: f"{month}月",
        Period.WEEK: f"第{stretch.number}周",
    }  # fmt: skip
    return f"{year}年{words[period]}"


def kind_named(book: RuleBook, name: str) -> Bulletin:
    """The kind of that name. Raises :class:`Rejected` (B01) with those there are."""
    if name in book.bulletins:
        return book.bulletins[name]
    known = list(book.bulletins)
    if not known:
        hint = "在细则文件里加上「通报」一节。"
        raise Rejected([Problem("B01", "这份细则没有写「通报」。", book.title.place, hint)])
    hint = asked(name, known, f"可写：{'、'.join(known)}。")
    raise Rejected([Problem("B01", f"「通报」里没有“{name}”。", book.bulletins[known[0]].place, hint)])


def issues(book: RuleBook, bulletin: Bulletin) -> Iterator[Issue]:
    """Every issue of a kind in the year, in order."""
    shown = stretches(book.title, bulletin.period)
    for stretch in stretches(book.title, bulletin.issued):
        holding = [s for s in shown if s.start <= stretch.end]
        yield Issue(bulletin, book.title.year, stretch, holding[-1])


def issue_of(book: RuleBook, bulletin: Bulletin, text: str) -> Issue:
    """The issue a typed period means. Raises :class:`Rejected` (B02)."""
    known = {issue.code: issue for issue in issues(book, bulletin)}
    form, code = _FORMS[bulletin.issued]
    match = form.fullmatch(text.strip())
    found = known.get(code.format(int(match[1]), *(int(n) for n in match.groups()[1:]))) if match else None
    if found is None:
        codes = list(known)
        written = codes[0] if len(codes) == 1 else f"{codes[0]} 到 {codes[-1]}"
        hint = f"“{bulletin.name}”每{bulletin.issued.value}发一次，写作 {written}。"
        raise Rejected([Problem("B02", f"“{text}”不是“{bulletin.name}”的一期。", bulletin.place, hint)])
    return found
