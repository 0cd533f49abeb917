"""The journey on one page: rule file and ledgers in, results out.

    text → document → rule book → checked        (rules)
    workbook → raw tables → typed frames         (records)
    rule book + frames → scored frames → result  (score)

Everything that can go wrong on the way is gathered and raised once, as :class:`Rejected`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from engine.calendar import day_number
from engine.rulebook import Gather, Item, RuleBook, Scaled
from engine.source import Cell, Problem, Rejected, errors
from engine.suggest import asked
from engine.telling import as_bytes

if TYPE_CHECKING:
    from engine.checks import Checked
    from engine.compare import Comparison
    from engine.document import Document, Steps, Value
    from engine.impact import Impact
    from engine.ledger import Ledgers
    from engine.result import Result, Uncounted
    from engine.scoring import Outcome


@dataclass(frozen=True, slots=True)
class Options:
    """How to run: ``as_of`` (default: the rule year's last day), readings chosen, faulty rows skipped, scaling."""

    as_of: date | None = None
    readings: Mapping[str, str] | None = None
    skip_bad: bool = False
    scale_to: Fraction | None = None


Units = Mapping[str, Mapping[str, str]]
"""Lines of the roster as written: unit → column → text."""


# ---- rules --------------------------------------------------------------------------------


def load_rules(path: Path, readings: Mapping[str, str] | None = None) -> RuleBook:
    """A rule file, checked. Raises :class:`Rejected` with every fault found."""
    return checked(path, readings).book


def checked(path: Path, readings: Mapping[str, str] | None = None) -> Checked:
    """A rule file with the proof that it is good. Raises :class:`Rejected` with every fault found."""
    return _checked(_document(path), readings)


def _checked(doc: Document, readings: Mapping[str, str] | None = None, base: Checked | None = None) -> Checked:
    """A document of the right shape as a rule book without faults; from ``base`` what the readings leave alone."""
    from engine import schema
    from engine.checks import faults
    from engine.reader import patched

    doc, touched = patched(doc, readings or {})
    problems = errors(schema.problems(doc, touched)) if touched else []
    if problems:
        raise Rejected(problems)
    checked = _studied(doc, readings, base)
    problems = faults(checked.book, checked.study, checked.study.stale)
    if problems:
        raise Rejected(problems)
    return checked


def _studied(doc: Document, readings: Mapping[str, str] | None = None, base: Checked | None = None) -> Checked:
    """A document of the right shape as a rule book that can be computed, whatever may be doubted about it."""
    from engine.checks import Checked
    from engine.reader import read
    from engine.scoring import check, dry

    book = read(doc, readings, (base.doc, base.book) if base else None)
    study = dry(book, day_number(book.title.end), base.study if base else None)
    problems = check(study)
    if problems:
        raise Rejected(problems)
    return Checked(doc, book, study)


def taking(base: Checked, readings: Mapping[str, str], units: Units | None = None) -> Checked:
    """The same file by other readings, some lines of the roster changed or added.

    What they leave alone is not built again. Raises :class:`Rejected`.
    """
    if not readings and not units:
        return base
    return _checked(_with_units(base.doc, units or {}), readings, base)


def _with_units(doc: Document, units: Units) -> Document:
    """The document with these lines of the roster changed or, where a unit is new, added at the end."""
    roster = ("单位", "名单")
    for name, values in units.items():
        known = _mapping(doc, roster).get(name)
        line = {**(known if isinstance(known, dict) else {}), **values}
        doc = doc.replace((*roster, name), line, (*roster, name) if known is not None else roster)
    return doc


def _mapping(doc: Document, path: Steps) -> Mapping[str, Value]:
    value = doc.get(path)
    return value if isinstance(value, dict) else {}


def check_rules(path: Path) -> tuple[RuleBook, int, list[Problem]]:
    """A rule file with every alternative reading tried too: the book, how many alternatives, warnings and notices.

    Raises :class:`Rejected` for errors.
    """
    return check_document(_document(path))


def check_document(doc: Document) -> tuple[RuleBook, int, list[Problem]]:
    """The same of a document of the right shape (:func:`shaped`)."""
    from engine.checks import read_names

    base = _checked(doc)
    book = base.book
    problems: list[Problem] = []
    also_read: set[str] = set()
    tried = [(r.name, name) for r in book.readings.values() for name in r.alternatives]
    for reading, name in tried:
        try:
            also_read |= read_names(_checked(doc, {reading: name}, base).study)
        except Rejected as rejected:
            problems += [_under(p, reading, name) for p in rejected.problems]
    if problems:
        raise Rejected(problems)
    return book, len(tried), _told(base, also_read)


def _told(checked: Checked, also_read: set[str]) -> list[Problem]:
    """Warnings and notices about a good rule file, those that somebody waived (豁免) left out."""
    from engine.checks import problems, waivers

    found = problems(checked.book, checked.study, also_read)
    return list(waivers.applied(found, checked.book.waivers.values(), waivers.definitions(checked.doc.value)))


def _document(path: Path) -> Document:
    from engine.document import load

    return shaped(load(path))


def shaped(doc: Document) -> Document:
    """The document, if it has the shape of a rule file. Raises :class:`Rejected`."""
    from engine import schema

    problems = schema.problems(doc)
    if errors(problems):
        raise Rejected(problems)
    return doc


def _under(problem: Problem, reading: str, name: str) -> Problem:
    return replace(problem, context=f"{problem.context}（口径 {reading} 取“{name}”时）")


# ---- two editions --------------------------------------------------------------------------


def compare(old: Path, new: Path) -> Comparison:
    """What changed from one rule file to another. Raises :class:`Rejected` with the faults of both."""
    return _compared(*_editions(old, new))


def contrast(
    old: Path, new: Path, records: Path, as_of: date | None = None, step: Callable[[int, int], None] | None = None
) -> tuple[Comparison, Impact]:
    """What changed, and what it does to the units of these ledgers; ``step`` is told how far it has got.

    Both rule files are dated onto the ledgers' year; rows that one of them refuses are left out there and told.
    Raises :class:`Rejected`.
    """
    from engine import impact
    from engine.ledger import intake

    first, second = _editions(old, new)
    comparison = _compared(first, second)
    means = impact.Means(
        lambda doc, base: _studied(doc, None, base),
        lambda book: intake(book, records, used_by(book)),
        lambda book, ledgers: _scored(book, ledgers, counted_to(book, as_of), None, skip_bad=True),
        step or (lambda done, whole: None),
    )  # fmt: skip
    return comparison, impact.measured(comparison, first, second, means)


def _compared(old: Checked, new: Checked) -> Comparison:
    from engine import compare as comparing

    return comparing.changes(old, new, lambda doc, base: _studied(doc, None, base))


def _editions(old: Path, new: Path) -> tuple[Checked, Checked]:
    editions: list[Checked] = []
    problems: list[Problem] = []
    for path in (old, new):
        try:
            editions.append(_checked(_document(path)))
        except Rejected as rejected:
            problems += rejected.problems
    if problems:
        raise Rejected(problems)
    first, second = editions
    return first, second


# ---- scoring ------------------------------------------------------------------------------


def score(rules: Path, records: Path, options: Options | None = None) -> Result:
    """Score ledgers by a rule file. Raises :class:`Rejected`."""
    chosen = options or Options()
    return score_by(load_rules(rules, chosen.readings), records, chosen)


def score_by(book: RuleBook, records: Path, options: Options | None = None) -> Result:
    """Score ledgers by a rule book already read (its readings are those it was read with). Raises :class:`Rejected`."""
    from engine.ledger import intake

    return score_ledgers(book, intake(book, records, used_by(book)), options)


def score_ledgers(
    book: RuleBook, ledgers: Ledgers, options: Options | None = None, base: Result | None = None
) -> Result:
    """Score ledgers already taken in by this rule book. Raises :class:`Rejected`.

    ``base`` came of the same options by a book that this one is an alternative of: what neither
    changed nor asks for something changed is not computed again.
    """
    chosen = options or Options()
    book = scaled_to(book, chosen.scale_to)
    as_of = counted_to(book, chosen.as_of)
    if ledgers.blocking or (ledgers.faulty and not chosen.skip_bad):
        raise Rejected([*ledgers.problems, *ledgers.notices])
    before = base.outcome if base is not None and base.ledgers is ledgers and not base.skipped else None
    return _scored(book, ledgers, as_of, before, skip_bad=chosen.skip_bad)


def read_alike(book: RuleBook, other: RuleBook) -> bool:
    """Whether two alternatives of one rule file read the same ledgers as the same records."""
    if book.title is not other.title or book.roster is not other.roster or book.ledgers.keys() != other.ledgers.keys():
        return False
    return all(book.ledgers[name] is other.ledgers[name] for name in book.ledgers)


def _scored(book: RuleBook, ledgers: Ledgers, as_of: int, base: Outcome | None, *, skip_bad: bool) -> Result:
    """Score; rows that prove faulty only now are told, or left out and the rest scored again."""
    from engine import refusals, scoring

    frames, bad = dict(ledgers.frames), {name: dict(rows) for name, rows in ledgers.bad.items()}
    while True:
        outcome = scoring.score(book, frames, as_of, base)
        unsettled = refusals.of_units(book, outcome)
        if unsettled:
            raise Rejected(unsettled)
        if not outcome.faults:
            return _result(book, ledgers, as_of, outcome, bad)
        if not skip_bad:
            raise Rejected([*refusals.of_rows(ledgers, outcome.faults), *ledgers.notices])
        base = None  # of other frames now
        for fault in outcome.faults:
            bad[fault.ledger].setdefault(fault.row, fault.reason)
        for name in {f.ledger for f in outcome.faults}:
            frames[name] = frames[name].filter(~frames[name]["行"].is_in(list(bad[name])))


def _result(
    book: RuleBook, ledgers: Ledgers, as_of: int, outcome: Outcome, bad: Mapping[str, Mapping[int, str]]
) -> Result:
    from engine.result import Result

    skipped = [_uncounted(ledgers, name, row, reason) for name, rows in bad.items() for row, reason in rows.items()]
    left = [_uncounted(ledgers, entry.ledger, entry.row, entry.reason) for entry in outcome.left]
    order = list(book.ledgers)
    rows = sorted([*skipped, *left], key=lambda u: (order.index(u.ledger), u.row))
    files = tuple((name, digest, dict(read)) for name, digest, read in ledgers.files)
    return Result(book, as_of, outcome, files, tuple(rows), bool(skipped), ledgers)


def _uncounted(ledgers: Ledgers, ledger: str, row: int, reason: str) -> Uncounted:
    from engine.result import Uncounted

    return Uncounted(ledger, ledgers.raw[ledger].file, row, reason)


def counted_to(book: RuleBook, asked: date | None) -> int:
    """The as-of day: the one asked for, else the last of the appraisal. Raises :class:`Rejected`."""
    day = asked or book.title.end
    if day < book.title.start:
        detail = f"截至日 {day} 早于考评期的第一天 {book.title.start}。"
        raise Rejected([Problem("R18", detail, book.title.place, "换一个截至日，或换对应年度的细则文件。")])
    return day_number(day)


def scaled_to(book: RuleBook, to: Fraction | None) -> RuleBook:
    """--scale-to: every 折算 goes to this figure, for every unit. Raises :class:`Rejected` where there is none."""
    if to is None:
        return book
    items = {n: i for n, i in book.items.items() if isinstance(i.mechanism, Scaled)}
    if not items:
        raise Rejected([Problem("R17", "结果里没有「折算」，不知道怎样折算。", book.title.place,
                                "在「结果」里加一项：折算: 得分，到: 5。")])  # fmt: skip
    return replace(book, items={**book.items, **{n: _scaled_item(i, to) for n, i in items.items()}})


def _scaled_item(item: Item, to: Fraction) -> Item:
    assert isinstance(item.mechanism, Scaled)
    return replace(item, mechanism=replace(item.mechanism, to=to))


def used_by(book: RuleBook) -> dict[str, list[str]]:
    """Ledger, or 台账.列, → the items that read it (for “missing” messages)."""
    found: dict[str, list[str]] = {}
    for item in book.items.values():
        if item.ledger in book.ledgers and item.ledger is not None:
            found.setdefault(item.ledger, []).append(item.name)
        if isinstance(item.mechanism, Gather) and item.mechanism.ledger:
            source = item.mechanism
            found.setdefault(source.ledger or "", []).append(item.name)
            found.setdefault(f"{source.ledger}.{source.column}", []).append(item.name)
    return found


def unit_named(book: RuleBook, name: str) -> str:
    """The printed name a name or alias means. Raises :class:`Rejected` with the nearest names."""
    names = {alias: unit.name for unit in book.roster.units for alias in (unit.name, *unit.aliases)}
    if name in names:
        return names[name]
    hint = asked(name, names, "单位名要和细则「单位」里写的一字不差。")
    raise Rejected([Problem("R19", f"名录里没有“{name}”。", book.roster.place, hint)])


def new_workbook(path: Path) -> Path:
    """A place for a new .xlsx (:func:`new_file`)."""
    return new_file(path, "空白台账.xlsx")


def new_file(path: Path, like: str) -> Path:
    """A place for a new file of the kind of ``like``; what is there may be somebody's and is never written over."""
    suffix, place = Path(like).suffix, Cell(str(path), path.name or str(path))
    hint = "换一个文件名，或先移走它。" if path.exists() else f"文件名以 {suffix} 结尾。"
    if path.is_dir():
        raise Rejected([Problem("F03", f"“{path}”是文件夹。", place, f"写出文件名，如 {path / like}。")])
    if path.exists():
        what = "填好的记录" if suffix == ".xlsx" else "别人写的东西"
        raise Rejected([Problem("F03", f"“{path}”已经存在，里面可能有{what}，没有动它。", place, hint)])
    if path.suffix.lower() != suffix:
        raise Rejected([Problem("F03", f"“{path.name}”不是 {suffix} 文件名。", place, hint)])
    return path


# ---- files for people ---------------------------------------------------------------------


def write_results(result: Result, folder: Path) -> tuple[Path, ...]:
    """scores.json and 成绩.xlsx of one run in a folder, both or neither, never over what was read.

    Raises :class:`Rejected`.
    """
    from engine.saving import apart, held
    from engine.workbook import scores

    files = {"scores.json": as_bytes(result.as_json()), "成绩.xlsx": scores(result)}
    apart([folder / name for name in files], map(Path, (result.book.source.name, *(name for name, *_ in result.files))))
    with held(folder) as desk:
        return desk.put(files)
