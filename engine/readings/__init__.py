"""口径: every alternative reading run against a ledger, and whom it would touch.

``outlook`` an alternative beside the run as it stands · ``page`` the list for the leader, as Markdown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from engine.checks import Checked
from engine.ledger import Ledgers, intake
from engine.pipeline import Options, checked, read_alike, score_ledgers, taking, used_by
from engine.readings.outlook import Outlook, Survey, changes
from engine.result import Result
from engine.rulebook import Reading, RuleBook
from engine.source import Cell, Problem, Rejected, errors

__all__ = ["Outlook", "Survey", "survey"]

_LACKING = ("D01", "D02")


def survey(rules: Path, records: Path, options: Options, tell: Callable[[int, int], None]) -> Survey:
    """Run every alternative on the ledgers; ``tell`` hears how many are done, and of how many.

    Raises :class:`Rejected` where the run as it stands has faults.
    """
    plain = checked(rules)
    chosen = dict(options.readings or {})
    base = taking(plain, chosen)
    ledgers = intake(base.book, records, used_by(base.book))
    result = score_ledgers(base.book, ledgers, options)
    asked = [(reading, name) for reading in base.book.readings.values() for name in _others(reading)]
    found = []
    for done, (reading, name) in enumerate(asked):
        tell(done, len(asked))
        found.append(_outlook(plain, result, ledgers, records, options, reading, name))
    return Survey(result, tuple(sorted(found, key=lambda outlook: outlook.weight, reverse=True)))


def _others(reading: Reading) -> Iterator[str]:
    """What could be taken instead of what is."""
    return (name for name in (reading.taken, *reading.alternatives) if name != reading.chosen)


def _outlook(
    plain: Checked, base: Result, ledgers: Ledgers, records: Path, options: Options, reading: Reading, name: str
) -> Outlook:
    try:
        book = taking(plain, {**(options.readings or {}), reading.name: name}).book
        other = ledgers if read_alike(book, base.book) else intake(book, records, used_by(book))
        lacking = _lacking(book, base.book, other)
        if lacking:
            return Outlook(reading, name, lacking=lacking)
        result = score_ledgers(book, other, options, base)
    except Rejected as rejected:
        return Outlook(reading, name, refused=_told(errors(rejected.problems)))
    return Outlook(reading, name, changes=changes(base, result))


def _lacking(book: RuleBook, base: RuleBook, ledgers: Ledgers) -> tuple[str, ...]:
    """Ledgers and columns that this book wants, the base does not, and the records do not have."""
    if not any(problem.code in _LACKING for problem in ledgers.blocking):
        return ()
    found = [name for name in book.ledgers if name not in base.ledgers and name not in ledgers.raw]
    for name, ledger in book.ledgers.items():
        known = base.ledgers[name].fields if name in base.ledgers else ledger.fields
        found += [f"{name}.{column}" for column in ledger.fields if column not in known]
    return tuple(found)


def _told(problems: list[Problem]) -> tuple[str, ...]:
    """Why it cannot run, each kind of fault once, with where and how often."""
    kinds: dict[str, list[Problem]] = {}
    for problem in problems:
        kinds.setdefault(problem.detail, []).append(problem)
    return tuple(_reason(detail, alike) for detail, alike in kinds.items())


def _reason(detail: str, alike: list[Problem]) -> str:
    place = alike[0].place
    where = f"（{place}{f'等 {len(alike)} 处' if len(alike) > 1 else ''}）" if isinstance(place, Cell) else ""
    return f"{detail}{where}"
