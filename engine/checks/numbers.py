"""The numbers of the rules against the numbers of the text they cite, both ways."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from engine.checks.clauses import computing
from engine.checks.printed import ANY, POINTS, SHARE, TIME, TIMES, Key, Printed, keys, kind, meets, printed
from engine.checks.subject import CLAUSE, COUNTS, Entry, Subject, told
from engine.formula import Atom, Expression
from engine.phrases import shown
from engine.rulebook import Clause, CountOnly, Formula, Gather, Item, Lookup, Part, PerTime, RuleBook, Scaled, Table
from engine.source import Problem, Severity, Span


@dataclass(frozen=True, slots=True)
class Used:
    """A number a rule uses, where it stands, and the ways in which the text may print it."""

    keys: tuple[Key, ...]
    text: str
    place: Span


def _number(value: Fraction, what: str, place: Span, *others: Fraction, measure: str = "数") -> Used:
    return Used(tuple((v, what) for v in (value, *others)), shown(value, measure), place)


# ---- what a rule uses -----------------------------------------------------------------------


def used(subject: Subject, entry: Entry) -> Iterator[Used]:
    """The numbers of an entry that the text must have: 0 and 100% need not be printed, nor “at least one”."""
    for number in _used(subject, entry):
        if number.keys[0][0]:
            yield number


def _used(subject: Subject, entry: Entry) -> Iterator[Used]:
    if isinstance(entry, Part):
        yield from _of_part(subject, entry)
        return
    if isinstance(entry, Item):
        yield from _of_item(subject, entry)
    elif entry.number is not None:
        yield _number(entry.number, POINTS, entry.place)
    if entry.when is not None:
        yield from _of_expression(subject, entry.when)


def _of_part(subject: Subject, part: Part) -> Iterator[Used]:
    """Its marks, in one period or in all of them together (每季10分，共40分)."""
    if part.full is not None:
        place = part.places.get("满分", part.place)
        yield _number(part.full, POINTS, place, part.full * subject.times(part))
    for key, value in (("封顶", part.cap), ("保底", part.floor)):
        if key in part.places and value is not None:
            yield _number(value, POINTS, part.places[key])


def _of_item(subject: Subject, item: Item) -> Iterator[Used]:
    match item.mechanism:
        case Lookup(table=table):
            yield from _of_table(table)
        case PerTime(points=points, places=places):
            yield from (_number(value, POINTS, places[name]) for name, value in points.items())
        case Formula(expression=expression):
            yield from _of_expression(subject, expression)
        case CountOnly(cap=Fraction() as cap):
            yield _number(cap, POINTS, item.place)
        case CountOnly(n=n) if n > 1:
            yield _number(Fraction(n), TIMES, item.place)
        case Scaled(to=Fraction() as to):
            yield _number(to, POINTS, item.place)


def _of_table(table: Table) -> Iterator[Used]:
    for row in table.rows:
        if row.interval is not None:
            edges = {edge for edge in (row.interval.low, row.interval.high) if edge is not None}
            measure = row.interval.measure
            whole = {Fraction(1)} if kind(measure) == SHARE else set()
            yield from (_number(e, kind(measure), row.key, measure=measure) for e in sorted(edges - whole))
        if isinstance(row.result, Table):
            yield from _of_table(row.result)
        elif isinstance(row.result, Fraction):
            yield _number(row.result, kind(row.measure) or POINTS, row.place, measure=row.measure)


def _of_expression(subject: Subject, expression: Expression) -> Iterator[Used]:
    """Thresholds; 1 says “at least one”, and the full marks are everywhere known."""
    known = {Fraction(1), subject.book.appraisal.full}
    for atom in expression.atoms:
        what = measured(subject, expression, atom)
        if atom.kind == "number" and (atom.number not in known or what == TIME):
            yield _number(atom.number, what, atom.span, measure=atom.measure)


def measured(subject: Subject, expression: Expression, atom: Atom) -> str:
    """What a number of an expression numbers."""
    return kind(atom.measure) or (TIMES if _counts(subject, expression) else ANY)


def _counts(subject: Subject, expression: Expression) -> bool:
    """Whether everything named in an expression is a number of times."""
    items = [subject.book.items.get(atom.text) for atom in expression.names]
    return all(
        item is not None and isinstance(item.mechanism, Gather) and item.mechanism.verb in COUNTS for item in items
    )


# ---- numbers that are not in the text -------------------------------------------------------


def unprinted(subject: Subject) -> Iterator[Problem]:
    """A number that none of the cited clauses prints: mistyped, or cited from the wrong clause.

    A clause quoted in pieces (原文 is a list) does not claim to print every number; what a
    reading (口径) of the clause, or the entry's own 说明, mentions is accounted for.
    """
    for entry in entries(subject.book):
        cited = [subject.book.clauses[name] for name in entry.clauses if name in subject.book.clauses]
        if not cited or any(len(clause.texts) > 1 for clause in cited):
            continue
        known = keys(text for clause in cited for text in clause.texts) | _accounted(subject.book, entry)
        odd: dict[str, Used] = {}
        for number in used(subject, entry):
            if not any(meets(key, known) for key in number.keys):
                odd.setdefault(number.text, number)
        if odd:
            yield _unprinted(entry, list(odd.values()))


def entries(book: RuleBook) -> tuple[Entry, ...]:
    """Whatever computes something."""
    return (*book.items.values(), *book.appraisal.parts.values(), *book.appraisal.steps)


def _accounted(book: RuleBook, entry: Entry) -> set[Key]:
    note = entry.note if isinstance(entry, Item) else ""
    return keys([note]) | _in_readings(book, entry.clauses)


def _in_readings(book: RuleBook, names: Iterable[str]) -> set[Key]:
    """The numbers that readings of these clauses speak of."""
    about = [r for r in book.readings.values() if not set(r.clauses).isdisjoint(names)]
    return keys(text for r in about for text in (r.question, r.taken, r.reason))


def _unprinted(entry: Entry, odd: list[Used]) -> Problem:
    numbers = "、".join(number.text for number in odd)
    detail = f"「{entry.name}」用到的 {numbers}，在它引用的条款（{'；'.join(entry.clauses)}）的原文里没有。"
    hint = "核对数字和「条款」；原文没有、按口径定的数，记一条「口径」，或写在这一项的「说明」里。"
    notes = [(number.text, number.place) for number in odd[1:]]
    about = (*(f"{CLAUSE}{name}" for name in entry.clauses), *(number.text for number in odd))
    return told("R161", entry, odd[0].place, detail, hint, Severity.WARNING, notes, about)


# ---- numbers of the text that nothing uses --------------------------------------------------


def unused_numbers(subject: Subject) -> Iterator[Problem]:
    """A number the text prints and no item citing the clause uses: a part of the clause left out."""
    book = subject.book
    citing = computing(book)
    for name, clause in book.clauses.items():
        users = [entry for entry in entries(book) if entry.name in citing.get(name, ())]
        if clause.excused or not users:
            continue
        known = _uses(subject, users)
        odd = [(text, number) for text in clause.texts for number in printed(text) if _open(number, known)]
        if odd:
            yield _left_over(clause, odd)


def _open(number: Printed, known: set[Key]) -> bool:
    """Whether a printed number still wants a use; “每1个”“至少1名”“加分1次” say no quantity."""
    value, what = number.key
    return value != 0 and (value != 1 or what in (POINTS, TIME)) and not meets(number.key, known)


def _uses(subject: Subject, entries: list[Entry]) -> set[Key]:
    """What the entries use, the marks of the parts they move, the words they tell apart, and quotas all units share."""
    book = subject.book
    names = {entry.name for entry in entries}
    moved = [part for part in book.appraisal.parts.values() if not names.isdisjoint(part.by)]
    found = {key for entry in (*entries, *moved) for number in used(subject, entry) for key in number.keys}
    found |= keys(text for entry in entries for text in _words(entry))
    return found | _whole(book) | _shared(subject, names)


def _words(entry: Entry) -> Iterator[str]:
    if isinstance(entry, Item):
        yield entry.note
        if isinstance(entry.mechanism, Lookup):
            yield from _labels(entry.mechanism.table)
    if not isinstance(entry, Part) and entry.when is not None:
        yield from (atom.text for atom in entry.when.atoms if atom.kind != "number")


def _labels(table: Table) -> Iterator[str]:
    for row in table.rows:
        yield row.label
        if isinstance(row.result, Table):
            yield from _labels(row.result)


def _whole(book: RuleBook) -> set[Key]:
    return set() if book.appraisal.full is None else {(book.appraisal.full, ANY)}


def _shared(subject: Subject, names: set[str]) -> set[Key]:
    """Attributes the entries read that are the same for every unit (每月不少于2条)."""
    read = {asked for name in names for asked in subject.study.asked.get(name, ())}
    found: set[Key] = set()
    for field in subject.book.roster.fields.keys() & read:
        values = {unit.values.get(field) for unit in subject.book.roster.units}
        if len(values) == 1:
            found |= {(value, ANY) for value in values if isinstance(value, Fraction)}
    return found


def _left_over(clause: Clause, odd: list[tuple[str, Printed]]) -> Problem:
    numbers = "、".join(dict.fromkeys(number.text for _, number in odd))
    detail = f"条文“{clause.name}”原文里的 {numbers}，引用它的各项都没有用到。"
    hint = "补上落实它的项，或核对数字；确实不用计算的，写在引用它的一项的「说明」里。"
    text, number = odd[0]
    about = (f"{CLAUSE}{clause.name}", *(n.text for _, n in odd))
    return Problem("R162", detail, where(clause, text, number), hint, clause.name, Severity.WARNING, about=about)


def where(clause: Clause, text: str, number: Printed) -> Span:
    """The number in the file, if the clause stands there on one line."""
    source = clause.place.source
    for line in range(clause.place.line, len(source.lines) + 1):
        at = source.lines[line - 1].find(text)
        if at >= 0:
            return Span(source, line, at + number.start, at + number.end)
    return clause.place
