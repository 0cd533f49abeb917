"""What is asked of one issue, held against the rule file: its as-of day, 发文字号 and 成文日期."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from engine.bulletin.issue import Issue
from engine.bulletin.words import full_date
from engine.rulebook import RuleBook
from engine.scoring import SCORE
from engine.source import Problem, Typed

_YEAR, _NUMBER = "{年}", "{号}"


@dataclass(frozen=True, slots=True)
class Wording:
    """What is typed for one issue: 发文字号, 成文日期 (without: left blank), 附注 (without: that of 文面)."""

    number: str = ""
    day: date | None = None
    note: str = ""


def blank_number(form: str, year: int) -> str:
    """A 发文字号 still to be given.

    >>> blank_number("某政办〔{年}〕{号}号", 2024)
    '某政办〔2024〕　号'
    """
    return form.replace(_YEAR, str(year)).replace(_NUMBER, "　")


def unwritten(book: RuleBook, wording: Wording, as_of: date) -> Iterator[Problem]:
    """A 发文字号 of another form than 文面 says, or of another year; a 成文日期 before the as-of day (B08)."""
    form, day = book.letterhead.number, wording.day
    year = (day or as_of).year
    typed = Typed("--number", wording.number)
    given = _year_of(form, wording.number)
    if form and wording.number and given is None:
        example = form.replace(_YEAR, str(year)).replace(_NUMBER, "15")
        detail = f"“{wording.number}”不是完整的发文字号，细则「文面」里写的样子是 {example}。"
        hint = f"写作 --number {example}（括号是六角的〔〕）；还没有编号的，不写 --number。"
        yield Problem("B08", detail, typed, hint)
    elif given is not None and day is not None and given != day.year:
        detail = f"文号“{wording.number}”是{given}年的，成文日期是{full_date(day)}。"
        yield Problem("B08", detail, typed, "核对 --number 和 --date。")
    if day is not None and day < as_of:
        detail = f"成文日期{full_date(day)}在截至日{full_date(as_of)}之前，那时还没有这些数。"
        place = Typed("--date", day.isoformat())
        yield Problem("B08", detail, place, f"--date 写{full_date(as_of)}或以后的一天；还没有定的，不写 --date。")


def _year_of(form: str, number: str) -> int | None:
    """The year in a 发文字号; ``None`` where it is not of the form."""
    pattern = re.escape(form).replace(re.escape(_YEAR), "([0-9]{4})").replace(re.escape(_NUMBER), "[1-9][0-9]*")
    match = re.fullmatch(pattern, number) if form and number else None
    return int(match[1]) if match else None


def untimely(book: RuleBook, issue: Issue, as_of: date) -> Iterator[Problem]:
    """A result asked for before its period has ended: there is no 得分 yet, and no order by it (B09)."""
    bulletin = issue.bulletin
    if as_of >= issue.as_of or SCORE not in {*bulletin.columns, *(name for name, _ in bulletin.order)}:
        return
    progress = [b.name for b in book.bulletins.values() if b.template == bulletin.template and SCORE not in b.columns]
    detail = (
        f"“{bulletin.name}”列的是{SCORE}，截至{full_date(as_of)}，{issue.period}还没有结束，{SCORE}和名次都还没有。"
    )
    hint = f"去掉 --as-of，或写 {issue.as_of}、以后的一天"
    hint += f"；要发进度，用 --kind {'、'.join(progress)}。" if progress else "。"
    yield Problem("B09", detail, Typed("--as-of", as_of.isoformat()), hint)
