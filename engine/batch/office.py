"""One office from its files to its results: each record under the rules in force, each rule file's results apart.

    rule files → editions in force; ledgers → parted among them → scored → OUT/<office>/<edition>/

Everything wrong stays with the office; what could be scored is written, what could not is told in 问题.txt.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine import pipeline
from engine.batch import keeping
from engine.batch.force import Edition, Parted, editions, in_force, parted
from engine.batch.offices import Office
from engine.ledger import sheets as reading
from engine.ledger import taken
from engine.ledger.sheets import Sheets
from engine.pipeline import Options
from engine.result import Result
from engine.rulebook import RuleBook
from engine.source import Cell, Problem, Rejected, Severity, errors, render
from engine.telling import code_of

TROUBLE, NOTICES = "问题.txt", "提示.txt"
Entry = dict[str, Any]
"""What the summary says of an office, in plain values."""


@dataclass(slots=True)
class _Course:
    """How far an office has come: what went wrong, what each edition brought, the files written (path → SHA-256)."""

    problems: list[Problem] = field(default_factory=list)
    results: list[Entry] = field(default_factory=list)
    written: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def done(office: Office, out: Path, options: Options, key: str) -> Entry:
    """Score an office and write what came of it; ``key`` is what it was made from.

    Raises :class:`Rejected` where nothing can be written.
    """
    course, folder = _Course(list(office.problems)), out / office.name
    held: list[Edition] = []
    try:
        if not course.problems:
            held = _editions(office.rules)
            _score(office, held, folder, options, course)
    except Rejected as rejected:
        course.problems += rejected.problems
    entry = entry_of(office, course.problems, course.results, course.notes)
    left = keeping.cleared(folder, {*course.written, TROUBLE, NOTICES})
    texts = _texts(office, held, course, left)
    course.written.update(keeping.put(folder, texts, (TROUBLE, NOTICES)))
    keeping.keep(folder, key, entry, course.written)
    return entry


def attempted(office: Office, out: Path, options: Options, key: str) -> Entry:
    """The same; an office that cannot even be told about in its own folder is told in the summary."""
    try:
        return done(office, out, options, key)
    except Rejected as rejected:
        return entry_of(office, rejected.problems)
    except Exception as error:  # a fault of the program's own stops this office only
        detail = f"程序出了错（{type(error).__name__}：{error}）。"
        hint = "这是程序的毛病：把这句话和这一处的台账、细则交给维护程序的人。"
        return entry_of(office, [Problem("F05", detail, Cell(office.name, office.name), hint)])


def _editions(rules: Sequence[Path]) -> list[Edition]:
    """The rule files in force. Raises :class:`Rejected` with the faults of all of them."""
    books: list[RuleBook] = []
    problems: list[Problem] = []
    for path in rules:
        try:
            books.append(_book(path, keeping.digest_of(path)))
        except Rejected as rejected:
            problems += rejected.problems
    if problems:
        raise Rejected(problems)
    return editions(books)


@functools.lru_cache(maxsize=16)
def _book(path: Path, digest: str) -> RuleBook:
    """A rule file, read once for all the offices it holds for."""
    return pipeline.load_rules(path)


def _score(office: Office, held: Sequence[Edition], folder: Path, options: Options, course: _Course) -> None:
    for at, (path, sheets) in sorted(_ledgers(office, held, course).items()):
        edition = held[at]
        if options.as_of is not None and edition.book.title.start > options.as_of:
            course.notes.append(f"{edition}还没有开始，没有算。")
            continue
        try:
            _score_edition(edition, sheets, path, folder, options, course)
        except Rejected as rejected:
            course.problems += rejected.problems


def _score_edition(
    edition: Edition, sheets: Sheets, path: Path, folder: Path, options: Options, course: _Course
) -> None:
    ledgers = taken(edition.book, sheets, path, pipeline.used_by(edition.book))
    result = pipeline.score_ledgers(edition.book, ledgers, options)
    written = pipeline.write_results(result, folder / edition.name)
    course.written |= {f"{edition.name}/{path.name}": keeping.digest_of(path) for path in written}
    course.results.append(_result(edition, result))
    course.problems += ledgers.notices


def _ledgers(office: Office, held: Sequence[Edition], course: _Course) -> dict[int, tuple[Path, Sheets]]:
    """Edition → the ledger it is scored on, and its part. Raises :class:`Rejected` where that cannot be said."""
    names = sorted({name for edition in held for name in edition.book.ledgers})
    found: dict[int, tuple[Path, Sheets]] = {}
    problems: list[Problem] = []
    for path, sheets in _with_records(office, names, course):
        parts = Parted(problems=sheets.problems) if sheets.problems else parted(held, sheets, path)
        problems += parts.problems
        for at, part in parts.sheets.items():
            if at in found:
                problems.append(_two(held[at], found[at][0], path))
            found.setdefault(at, (path, part))
    if problems:
        raise Rejected(problems)
    return found


def _with_records(office: Office, names: Sequence[str], course: _Course) -> Iterator[tuple[Path, Sheets]]:
    """The ledgers read; of several, one without a single record is only told."""
    for path in office.ledgers:
        sheets = reading.read(path, names)
        if len(office.ledgers) > 1 and not sheets.problems and not any(len(t.rows) for t in sheets.tables.values()):
            place, hint = Cell(str(path), path.name), "不是台账的，不必理会。"
            detail = f"“{path.name}”里没有一条台账的记录，没有用。"
            course.problems.append(Problem("N01", detail, place, hint, severity=Severity.NOTICE))
            continue
        yield path, sheets


def _two(edition: Edition, one: Path, other: Path) -> Problem:
    detail = f"“{one.name}”和“{other.name}”里都有归{edition}管的记录。"
    return Problem("D43", detail, Cell(str(other), other.name), "并成一本；是旧的、另存的，移走。")


# ---- what is told ---------------------------------------------------------------------------


def _result(edition: Edition, result: Result) -> Entry:
    title, read = result.book.title, sum(rows for *_, held in result.files for rows in held.values())
    return {
        "文件夹": edition.name, "年度": title.year,
        "细则": {"名称": title.name, "文件": result.book.source.name, "sha256": result.book.digest, "状态": title.mark},
        "台账": [{"文件": name, "sha256": digest} for name, digest, _ in result.files],
        "截至": result.as_json_date(), "暂定": result.provisional, "单位": len(result.units),
        "读入": read, "计入": read - len(result.uncounted), "未计": len(result.uncounted),
        "待定单位": sum(bool(unit.pending) for unit in result.units),
    }  # fmt: skip


def entry_of(
    office: Office, problems: Sequence[Problem], results: Sequence[Entry] = (), notes: Sequence[str] = ()
) -> Entry:
    """An office in the summary: its exit code, results, and the first of its errors."""
    wrong = errors(problems)
    return {
        "名称": office.name, "退出码": code_of(problems), "成绩": list(results), "错误": len(wrong),
        "问题": [_first(problem) for problem in wrong[:3]], "说明": list(notes),
    }  # fmt: skip


def _first(problem: Problem) -> str:
    """A problem in a line."""
    place = f"{problem.place}：" if problem.place is not None else ""
    return f"{problem.code} {place}{' '.join(problem.detail.split())}"


def _texts(office: Office, held: Iterable[Edition], course: _Course, left: Sequence[str]) -> dict[str, bytes]:
    """问题.txt where something is wrong, 提示.txt where something is only to be noticed."""
    wrong = bool(errors(course.problems))
    told = [render(p) for p in course.problems if not wrong or p.severity is Severity.ERROR]
    told += course.notes + [f"“{name}”写好以后又改过，没有动它；它不是这一次的结果。" for name in left]
    if not told:
        return {}
    rules = [f"  {text}（{place}）" for text, place in in_force(held)]
    head = [f"{office.name}：{'没有算成，或者没有全算成。' if wrong else '算成了，有几处请看一眼。'}"]
    head += ["管它的细则：", *rules] if rules else []
    return {TROUBLE if wrong else NOTICES: ("\n\n".join(["\n".join(head), *told]) + "\n").encode()}
