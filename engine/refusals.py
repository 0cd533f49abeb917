"""Faults that only scoring can see, as problems: a row no table has a cell for, a unit in no band, a missing row."""

from __future__ import annotations

from engine.explanation.sentences import Scene
from engine.ledger import Ledgers
from engine.result import Cells
from engine.rulebook import Lookup, Period, RuleBook
from engine.scoring import Fault, Outcome
from engine.scoring.table import PERIOD, UNIT
from engine.source import Problem

_SHOWN, _EACH = 8, 20


def of_rows(ledgers: Ledgers, faults: tuple[Fault, ...]) -> list[Problem]:
    """Faulty ledger rows; of one kind the first twenty each, the rest in one line."""
    kinds: dict[tuple[str, str], list[Fault]] = {}
    for fault in faults:
        kinds.setdefault((fault.ledger, fault.reason), []).append(fault)
    found = []
    for (ledger, reason), alike in kinds.items():
        found += [_of_row(ledgers, fault) for fault in alike[:_EACH]]
        if len(alike) > _EACH:
            detail = f"{reason}：这样的还有 {len(alike) - _EACH} 行（从第 {alike[_EACH].row} 行起）。"
            found.append(Problem("D90", detail, ledgers.cell(ledger, alike[_EACH].row), "先改前面的，再看。"))
    return found


def _of_row(ledgers: Ledgers, fault: Fault) -> Problem:
    """A faulty ledger row, at its cell, with the row's own words."""
    texts = ledgers.raw[fault.ledger].records([fault.row])[fault.row]
    columns = [c for c in fault.columns if c in texts]
    words = "，".join(f"{c}“{texts[c]}”" for c in columns)
    last = columns[-1] if columns else ""
    place = ledgers.cell(fault.ledger, fault.row, last, texts.get(last, ""))
    detail = f"{fault.reason}{f'（{words}）' if words else ''}。"
    return Problem("D90", detail, place, "核对这一行；确实如此的，先在细则文件里写明怎样计分。", context=fault.context)


def of_units(book: RuleBook, outcome: Outcome) -> list[Problem]:
    """Whole units that cannot be scored: one problem per table they fall out of, one per ledger they lack."""
    found = [_stray(book, outcome, name) for name in dict.fromkeys(item for item, *_ in outcome.stray)]
    for ledger in dict.fromkeys(name for name, _ in outcome.lacking):
        expected = book.ledgers[ledger].expected
        if expected is not None and expected.missing == "报错":
            names = [book.roster.units[unit].name for name, unit in outcome.lacking if name == ledger]
            detail = f"{ledger}台账里没有这 {len(names)} 个单位的记录：{'、'.join(names)}。"
            found.append(Problem("D91", detail, expected.place, "每个单位补上一行。"))
    return found


def _stray(book: RuleBook, outcome: Outcome, name: str) -> Problem:
    item = book.items[name]
    assert isinstance(item.mechanism, Lookup)
    assert item.period is not None
    rows = {(row[UNIT], row[PERIOD]): row for row in outcome.frames[item.period.value].iter_rows(named=True)}
    where = [(unit, number) for found, unit, number in outcome.stray if found == name]
    told = [_said(book, outcome, name, rows[place]) for place in where[:_SHOWN]]
    more = f"……共 {len(where)} 处" if len(where) > _SHOWN else ""
    detail = f"没有落在“{name}”的任何一格：{'；'.join(told)}{more}。"
    context = f"{'；'.join(item.clauses)}「{name}」"
    hint = "核对这些数；数没有错的，把表补全：相邻两档的界限要接上。"
    return Problem("D92", detail, item.place, hint, context)


def _said(book: RuleBook, outcome: Outcome, name: str, row: Cells) -> str:
    item = book.items[name]
    assert isinstance(item.mechanism, Lookup)
    assert item.period is not None
    scene = Scene(book, book.roster.units[row[UNIT]], row, dict(outcome.columns[item.period.value]))
    when = "" if item.period is Period.YEAR else f"第{row[PERIOD]}{item.period.value}"
    figures = "，".join(f"{key} {scene.words(key)}" for key in item.mechanism.keys)
    return f"{scene.member.name}{when}（{figures}）"
