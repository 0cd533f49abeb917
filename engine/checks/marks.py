"""Full marks: the worst step of a part, the sum of the parts, caps and floors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction

from engine.checks.direction import DEDUCTED, GAINED, passed_on
from engine.checks.subject import Subject, told
from engine.number import show
from engine.phrases import flattened
from engine.rulebook import Gather, Item, Kind, Lookup, Part, PerTime, Row
from engine.source import Problem, Severity, Span

Most = tuple[Fraction, Span]


def worst_steps(subject: Subject) -> Iterator[Problem]:
    """What a part can lose (or earn) at most is its full marks: else marks nobody can lose, or more than there are."""
    for part in subject.book.appraisal.parts.values():
        if part.full is None or part.moved not in (DEDUCTED, GAINED) or "封顶" in part.places or "保底" in part.places:
            continue
        most = [_most(subject, subject.book.items.get(name)) for name in part.by]
        known = [m for m in most if m is not None]
        total = sum((value for value, _ in known), Fraction(0))
        if len(known) == len(most) and total != part.full:
            yield _unequal(part, total, max(known, key=lambda m: m[0])[1], _behind(subject, part))


def _unequal(part: Part, total: Fraction, place: Span, about: Iterable[str]) -> Problem:
    full = show(part.full or Fraction(0))
    verb = "扣" if part.moved == DEDUCTED else "得"
    if total > (part.full or 0):
        rest = f"多出的 {show(total - (part.full or 0))} 分{verb}不到"
    else:
        gap = show((part.full or Fraction(0)) - total)
        rest = f"最差的也还有 {gap} 分" if verb == "扣" else f"最好的也差 {gap} 分"
    detail = f"「{part.name}」满分 {full}，最多能{verb} {show(total)}：{rest}。"
    notes = [(f"满分 {full}", part.places.get("满分", part.place))]
    hint = (
        "核对最重一档和「满分」；确实要这样的，写明「封顶」。"
        if verb == "得"
        else "核对最重一档和「满分」；确实要这样的，写明「保底」。"
    )
    return told("R111", part, place, detail, hint, Severity.WARNING, notes, about)


def _behind(subject: Subject, part: Part) -> Iterator[str]:
    """The items that move a part, and those whose figure they pass on."""
    front = [subject.book.items[name] for name in part.by if name in subject.book.items]
    while front:
        item = front.pop()
        yield item.name
        front += [subject.book.items[name] for name in passed_on(item) if name in subject.book.items]


def _most(subject: Subject, item: Item | None) -> Most | None:
    """The largest figure an item can have, and where it is written; ``None``: without bound, or not known."""
    if item is None or (item.when is not None and not isinstance(item.mechanism, Gather)):
        return None
    maker = _MOST.get(type(item.mechanism))
    return maker(subject, item) if maker is not None else None


def _most_cell(subject: Subject, item: Item) -> Most | None:
    assert isinstance(item.mechanism, Lookup)
    found = [_cell(subject, path[-1]) for path in flattened(item.mechanism.table)]
    known = [m for m in found if m is not None]
    return max(known, key=lambda m: m[0]) if known and len(known) == len(found) else None


def _cell(subject: Subject, row: Row) -> Most | None:
    if isinstance(row.result, Fraction):
        return row.result, row.place
    return _most(subject, subject.book.items.get(row.result)) if isinstance(row.result, str) else None


def _most_times(subject: Subject, item: Item) -> Most | None:
    """Flags count at most once; a count has no end."""
    assert isinstance(item.mechanism, PerTime)
    kinds = [subject.column(item, name) for name in item.mechanism.points]
    if any(column is None or column.kind is not Kind.FLAG for column in kinds):
        return None
    return sum(item.mechanism.points.values(), Fraction(0)), next(iter(item.mechanism.places.values()))


def _most_summed(subject: Subject, item: Item) -> Most | None:
    """A sum over a ledger in which each unit has its one expected row (应有)."""
    assert isinstance(item.mechanism, Gather)
    ledger = subject.book.ledgers.get(item.mechanism.ledger or "")
    source = subject.book.items.get(item.mechanism.column or "")
    if source is not None and ledger is None:
        ledger = subject.book.ledgers.get(source.ledger or "")
    expected = ledger is not None and ledger.expected is not None
    return _most(subject, source) if expected and item.mechanism.verb == "合计" else None


_MOST: dict[type, Callable[[Subject, Item], Most | None]] = {
    Lookup: _most_cell,
    PerTime: _most_times,
    Gather: _most_summed,
}


# ---- sums, caps, floors ---------------------------------------------------------------------


def full_marks(subject: Subject) -> Iterator[Problem]:
    """The parts, each as often as its period comes in the appraisal, make up 考评.满分."""
    appraisal = subject.book.appraisal
    parts = [part for part in appraisal.parts.values() if part.full is not None]
    total = sum((part.full * subject.times(part) for part in parts if part.full is not None), Fraction(0))
    if appraisal.full is None or not parts or total == appraisal.full:
        return
    terms = [f"{p.name} {show(p.full or Fraction(0))}{_times(subject.times(p))}" for p in parts]
    detail = f"{' ＋ '.join(terms)} ＝ {show(total)}，不是 {show(appraisal.full)}。"
    notes = [(f"「{p.name}」", p.places.get("满分", p.place)) for p in parts]
    place = appraisal.places.get("满分", appraisal.place)
    context = f"{'；'.join(appraisal.clauses)}「考评」"
    yield Problem("R112", detail, place, "核对各项的「满分」和总分的「满分」。", context, notes=tuple(notes))


def _times(times: int) -> str:
    return f"×{times}" if times > 1 else ""


def limits(subject: Subject) -> Iterator[Problem]:
    """A cap above the part's own full marks, a floor above its cap, a bonus of which nobody said where it ends."""
    for part in subject.book.appraisal.parts.values():
        if part.cap is not None and part.full is not None and part.cap > part.full:
            detail = f"「{part.name}」满分 {show(part.full)}，封顶却是 {show(part.cap)}，可以超过满分。"
            yield _limit(
                "R113", part, "封顶", detail, "核对「封顶」和「满分」；不写「封顶」就是封到满分。", Severity.WARNING
            )
        top = part.cap if part.cap is not None else part.full
        if top is not None and part.floor is not None and part.floor > top:
            detail = f"「{part.name}」保底 {show(part.floor)}，高于最多能有的 {show(top)}。"
            yield _limit("R114", part, "保底", detail, "核对「保底」。", Severity.ERROR)
        if part.moved == GAINED and part.cap is None and "封顶" not in part.places:
            detail = f"「{part.name}」是加分，没有写加到多少为止，现在按不封顶算。"
            yield _limit(
                "R115", part, "", detail, "写「封顶: 10」这样的数；确实不封顶，写「封顶: 不限」。", Severity.WARNING
            )


def _limit(code: str, part: Part, key: str, detail: str, hint: str, severity: Severity) -> Problem:
    return told(code, part, part.places.get(key, part.place), detail, hint, severity)
