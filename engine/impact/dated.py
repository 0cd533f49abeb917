"""A rule book dated onto another year: the ledgers' dates are facts and stay, the rules' dates give way."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import replace
from datetime import date

from engine.rulebook import RuleBook, Title


def dated(book: RuleBook, year: int) -> RuleBook:
    """The same rules for another 年度: 起止 and 施行 by as many whole years later or earlier."""
    title = book.title
    by = year - title.year
    if not by:
        return book
    start, end, effective = (_moved(day, by) for day in (title.start, title.end, title.effective))
    return replace(book, title=replace(title, year=year, start=start, end=end, effective=effective))


def _moved(day: date, years: int) -> date:
    """The same day of another year; the last of February stays the last.

    >>> _moved(date(2023, 2, 28), 1), _moved(date(2023, 12, 31), 1)
    (datetime.date(2024, 2, 29), datetime.date(2024, 12, 31))
    """
    year, last = day.year + years, monthrange(day.year, day.month)[1]
    longest = monthrange(year, day.month)[1]
    return date(year, day.month, longest if day.day == last else min(day.day, longest))


def told(title: Title, moved: Title) -> str:
    """What was done to the dates of an edition; empty if nothing."""
    if title.year == moved.year:
        return ""
    return (
        f"{title.year}年的细则按{moved.start}至{moved.end}算（原为{title.start}至{title.end}）："
        "台账的日期不动，只把细则的年度移到台账这一年，其余一字不改"
    )


def force(old: Title, new: Title) -> tuple[str, ...]:
    """Which edition held when, from their own dates: what was issued, since when it holds, until when the other did."""
    said = [f"《{t.name}》（{t.number}）{t.issued}印发，自{t.effective}起施行" for t in (old, new)]
    if old.number and old.number in new.replaces:
        said[0] += f"，{new.effective}起停止执行"
    if old.effective < new.effective < new.issued:
        said.append(
            f"{new.effective}至{new.issued}之前（不含当日），新细则还没有印发，通报只能照旧细则；"
            "新细则印发后追溯到施行之日，这一段已经通报的结果改按新细则算"
        )
    return tuple(f"{text}。" for text in said)
