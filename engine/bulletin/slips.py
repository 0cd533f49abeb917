"""单位明细单: one page a unit, to be checked against the unit's own records. Read from the explanation, nothing new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from engine.bulletin.asked import Wording
from engine.bulletin.content import head, marks, unfinished
from engine.bulletin.figures import Figures
from engine.bulletin.issue import Issue
from engine.bulletin.words import bracketed, points
from engine.calendar import period_name
from engine.explanation import Reason, Record, Story, explain, said
from engine.result import Result, Unit
from engine.rulebook import Absent
from engine.scoring import TIED

_QUIET = ("单位",)
_OUTCOMES = ("计入“", "待定", "未计")
_LATE = "在截至日之后"  # the end of why such a row is not counted
_NO = "”不成立（"  # a condition of the row that does not hold
_NOTHING = "不加分，不扣分"


def slips(result: Result, issue: Issue, wording: Wording) -> Iterator[tuple[Unit, dict[str, Any]]]:
    """Each unit with the texts of its page."""
    figures = Figures(result, issue)
    top = head(figures, wording, [*marks(result), *unfinished(figures)])
    for unit in result.units:
        yield unit, {**top, **_page(figures, explain(result, unit.name))}


def _page(figures: Figures, story: Story) -> dict[str, Any]:
    unit, bulletin = story.unit, figures.issue.bulletin
    score = unit.score
    so_far = "到截至日　" if score is Absent.NOT_DUE else ""
    moved = [(whose, reason) for whose, reason in _all(story.reasons, _shorter(unit), so_far) if _took(unit, reason)]
    uncounted = [r for r in story.records if not r.counted]
    late = [r for r in uncounted if any(note.endswith(_LATE) for note in r.notes)]
    return {
        "单位": unit.name,
        "类别": unit.group or "",
        "得分": "、".join(map(said, score.values())) if isinstance(score, dict) else _score(figures, score),
        "名次": _rank(unit),
        "指标": [{"名": name, "值": figures.text(unit, name)} for name in bulletin.columns],
        "项目": [{"名": r.name, "得分": said(r.value), "说明": r.text, "条款": "；".join(r.clauses)}
               for r in story.reasons],
        "扣分": [{"名": f"{whose}{r.name}", "分": said(r.value), "说明": r.text, "条款": "；".join(r.clauses)}
               for whose, r in moved],
        "计入": [record_words(r) for r in story.records if r.counted],
        "未计": [record_words(r) for r in uncounted if r not in late],
        "其他情况": [*_later(late), *(f"{word}：{bracketed(text)}" for word, texts in (
            ("归零", unit.vetoes), ("处置", unit.consequences), ("待定", unit.pending), ("提示", unit.notices),
        ) for text in texts)],
    }  # fmt: skip


def _later(late: Sequence[Record]) -> list[str]:
    """The rows after the as-of day, counted: they belong to a later issue."""
    counts = Counter(record.ledger for record in late)
    told = "、".join(f"{ledger}{number}条" for ledger, number in counts.items())
    return [f"截至日以后的记录不在这一期：{told}。"] if told else []


def _score(figures: Figures, score: object) -> str:
    if isinstance(score, Fraction):
        return points(score, figures.issue.bulletin.decimals)
    return said(score) if isinstance(score, Absent) else str(score)


def _rank(unit: Unit) -> str:
    """Every 名次: “系列名次 3（并列）”."""
    ranks = unit.ranks
    tied = "（并列）" if ranks.get(TIED) is True else ""
    found = [f"{name} {value}" for name, value in ranks.items() if name != TIED and isinstance(value, int)]
    return "；".join([f"{found[0]}{tied}", *found[1:]]) if found else ""


def _all(reasons: Iterable[Reason], periods: Collection[str], whose: str = "") -> Iterator[tuple[str, Reason]]:
    """Every reason, with the shorter period it is of (“第1季度　”) where there is one."""
    for reason in reasons:
        yield whose, reason
        yield from _all(reason.children, periods, f"{reason.name}　" if reason.name in periods else whose)


def _shorter(unit: Unit) -> set[str]:
    """What the periods of the parts are called, where they are not of the whole."""
    periods = {part.period for part in unit.book.appraisal.parts.values()} - {unit.period}
    return {period_name(period, number) for period in periods for number in unit.result.started(period)}


def _took(unit: Unit, reason: Reason) -> bool:
    """Whether a reason is a deduction: named by a part's 扣 or a step's 减, and not nothing."""
    parts = (name for part in unit.book.appraisal.parts.values() if part.moved == "扣" for name in part.by)
    steps = (name for step in unit.book.appraisal.steps if step.verb == "减" for name in step.names)
    return reason.name in {*parts, *steps} and isinstance(reason.value, Fraction) and reason.value != 0


def record_words(record: Record) -> dict[str, str]:
    """A ledger row as a line of a table: where it is, its words, what it came to, by which clauses."""
    words = "，".join(text for name, text in record.words.items() if text and name not in _QUIET)
    return {
        "台账": record.ledger, "行": str(record.row), "内容": words, "说明": "；".join(_short(record.notes)),
        "条款": "；".join(record.clauses),
    }  # fmt: skip


def _short(notes: Sequence[str]) -> Iterator[str]:
    """What a row came to: of the steps of its points the last, then what it was counted in, or why not."""
    outcomes = [note for note in notes if note.startswith(_OUTCOMES)]
    steps = [note for note in notes if note not in outcomes]
    told = [note for note in steps if _NO not in note]
    yield from told[-1:]
    yield from outcomes or ([_NOTHING] if steps and not told else [])
