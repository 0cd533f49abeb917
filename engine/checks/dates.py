"""The dates of a 细则, in the order they must have."""

from __future__ import annotations

from collections.abc import Iterator

from engine.checks.subject import Subject
from engine.source import Problem, Severity


def dates(subject: Subject) -> Iterator[Problem]:
    """In force before the appraisal begins, issued before it is over, within the year it names."""
    title = subject.book.title
    if title.effective > title.end:
        detail = f"施行日 {title.effective} 在考评期结束（{title.end}）之后，整个考评期都不适用。"
        yield _told(subject, "施行", detail, "核对「施行」和「起止」。", Severity.ERROR)
    elif title.effective > title.start:
        detail = f"施行日 {title.effective} 晚于考评期第一天 {title.start}，例如 {title.start} 的记录还没有细则可依。"
        yield _told(
            subject, "施行", detail, "核对「施行」和「起止」；追溯适用的，把「施行」写成起日。", Severity.WARNING
        )
    if title.issued > title.end:
        detail = f"印发日 {title.issued} 在考评期结束（{title.end}）之后。"
        yield _told(subject, "印发", detail, "核对「印发」和「起止」。", Severity.WARNING)
    if title.year not in (title.start.year, title.end.year):
        detail = f"年度写的是 {title.year}，考评期却是 {title.start} 至 {title.end}。"
        yield _told(subject, "年度", detail, "核对「年度」和「起止」。", Severity.WARNING)


def _told(subject: Subject, key: str, detail: str, hint: str, severity: Severity) -> Problem:
    title = subject.book.title
    return Problem("R141", detail, title.places.get(key, title.place), hint, "「细则」", severity, about=("细则", key))
