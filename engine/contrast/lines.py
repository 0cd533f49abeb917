"""A comparison as the lines of a 修订对照表: clause by clause, the old words, the new words, what it means.

Finished texts only; how they look is decided by :mod:`markdown`, :mod:`page` and :mod:`word`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from engine.compare import Change, Comparison, Kind
from engine.impact import Impact
from engine.number import show
from engine.rulebook import RuleBook
from engine.source import Span

KEPT, GONE, CAME = "同", "删", "增"
Piece = tuple[str, str]
"""A mark (同、删、增) and a text."""

_SECTIONS = {
    "细则": "名称、文号和日期", "单位": "单位和任务", "台账": "台账", "口径": "口径", "通报": "通报",
    "豁免": "豁免", "待核对": "待核对", "条文": "条文",
}  # fmt: skip
_OTHER = "其余"


@dataclass(frozen=True, slots=True)
class Remark:
    """One change in the third column: ``places`` are (which file, file:line), ``cases`` the witnesses in a sentence."""

    number: int
    section: str
    kind: str
    title: str
    old: str
    new: str
    direction: str
    why: str
    cases: tuple[str, ...]
    places: tuple[tuple[str, str], ...]
    impact: str
    unverified: bool

    @property
    def headline(self) -> str:
        """“18　指标「季度任务扣分」（改界）〔改值，放宽〕”; of mere words no direction."""
        way = f"，{self.direction}" if self.kind != Kind.WORDS.value else ""
        return f"{self.number}　{self.title}〔{self.kind}{way}〕"

    @property
    def values(self) -> str:
        """“30 → 40”; empty where the clause's own words say it."""
        if not self.old and not self.new:
            return ""
        return f"{self.old or '（无）'} → {self.new or '（删去）'}"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table: how the clause is called on both sides, its words, the changes under it."""

    old_name: str
    new_name: str
    old: tuple[Piece, ...]
    new: tuple[Piece, ...]
    remarks: list[Remark] = field(default_factory=list)


def lines(comparison: Comparison, impact: Impact | None = None) -> list[Line]:
    """Every change under the clause it belongs to, in the order of the comparison; what no clause says by section."""
    found: dict[tuple[str, str], Line] = {}
    for change in comparison.changes:
        names = _names(change, comparison)
        line = found.setdefault(names, _line(*names, comparison))
        if change.old.path[0] == _CLAUSES and change.words:
            kept = line.remarks
            line = found[names] = Line(*names, *_sides(change), kept)
        line.remarks.append(_remark(change, impact))
    return list(found.values())


_CLAUSES = "条文"


def _names(change: Change, comparison: Comparison) -> tuple[str, str]:
    """The clause a change stands under, in both files; one of them empty where only one has it."""
    old, new = (_first(side.clauses, book) for side, book in
                ((change.old, comparison.old), (change.new, comparison.new)))  # fmt: skip
    if len(change.old.clauses) > 1 and change.old.path[0] == _CLAUSES:
        return _SECTIONS[_CLAUSES], _SECTIONS[_CLAUSES]  # one change of many clauses
    moved = {
        c.old.path[1]: c.new.path[1] for c in comparison.changes if c.kind is Kind.MOVED and c.old.path[0] == _CLAUSES
    }
    if old and not new:
        new = moved.get(old, old if old in comparison.new.clauses else "")
    elif new and not old:
        back = {b: a for a, b in moved.items()}
        old = back.get(new, new if new in comparison.old.clauses else "")
    if old and new and old != new and moved.get(old) != new:
        return "", new  # what refers to another clause now stands under that
    if old or new:
        return old, new
    name = _SECTIONS.get(change.new.path[0], _OTHER)
    return name, name


def _first(clauses: tuple[str, ...], book: RuleBook) -> str:
    return next((name for name in clauses if name in book.clauses), "")


def _line(old: str, new: str, comparison: Comparison) -> Line:
    """A clause with its words as they are; no words where it is none."""
    return Line(old, new, _printed(old, comparison.old), _printed(new, comparison.new))


def _printed(name: str, book: RuleBook) -> tuple[Piece, ...]:
    clause = book.clauses.get(name)
    return tuple((KEPT, text) for text in clause.printed) if clause else ()


def _sides(change: Change) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """The pieces of a changed clause, side by side."""
    old, new = (tuple(p for p in change.words if p[0] in (KEPT, mark)) for mark in (GONE, CAME))
    return old, new


def _remark(change: Change, impact: Impact | None) -> Remark:
    own = change.old.path[0] == _CLAUSES
    verdict = change.verdict
    sides = (("旧", change.old.place), ("新", change.new.place))
    note = f"（{change.note}）" if change.note else ""
    return Remark(
        change.number, change.new.path[0], change.kind.value, f"{change.title}{note}",
        "" if own else change.old.text or "", "" if own else change.new.text or "",
        change.direction.value, verdict.words if verdict else "", tuple(_cases(change)),
        tuple((name, place(span)) for name, span in sides if span is not None),
        touched(change.number, impact), change.unverified,
    )  # fmt: skip


def place(span: Span) -> str:
    """``rules/2024.yaml:774``."""
    return f"{span.source.name}:{span.line}"


def _cases(change: Change) -> Iterator[str]:
    for witness in change.verdict.witnesses if change.verdict else ():
        yield f"{witness.direction.value}：{witness.words}：旧 {_figures(witness.old)}；新 {_figures(witness.new)}"


def _figures(figures: Mapping[str, str]) -> str:
    return "，".join(f"{name} {text}" for name, text in figures.items())


def touched(number: int, impact: Impact | None) -> str:
    """What a change alone does to the units of these ledgers."""
    if impact is None:
        return ""
    share = impact.share(number)
    if share is None:
        return ""
    if number != share.number:
        return f"影响见第{share.number}处（合在一起试）"
    up, down = len(share.touched(1)), len(share.touched(-1))
    counted = "、".join([f"{up}家升"] * bool(up) + [f"{down}家降"] * bool(down)) or "没有单位升降"
    apart = f"；{len(share.apart)}家得分未定，不比" if share.apart else ""
    return f"按这份台账单独试：{counted}，合计{signed(show(share.total))}分{apart}"


def signed(text: str) -> str:
    """A difference with its sign (a plain hyphen: fonts disagree how wide the true minus is).

    >>> signed("3"), signed("-3"), signed("0")
    ('+3', '-3', '0')
    """
    return text if text.startswith("-") or text == "0" else f"+{text}"
