"""Cases → ledgers in memory → scored frames. The same intake and the same scoring as any ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from engine.ledger import Ledgers, RawTable, Sheets, taken
from engine.pipeline import Options, read_alike, score_ledgers, used_by
from engine.result import Result
from engine.rulebook import RuleBook
from engine.source import Cell, Problem, Rejected, errors
from engine.suggest import asked
from engine.trial.case import Case, Line
from engine.trial.reading import FIRST_ROW

Numbers = Mapping[tuple[str, int], tuple[Case, Line]]


@dataclass(frozen=True)
class Ran:
    """Cases scored together: the result, or why there is none; ``rows``: (ledger, row number) → whose row it is."""

    cases: tuple[Case, ...]
    result: Result | None
    problems: tuple[Problem, ...]
    rows: Numbers

    def of(self, case: Case, ledger: str) -> dict[int, Line]:
        """Row number in this run → the case's row of a ledger."""
        return {
            number: line
            for (name, number), (whose, line) in self.rows.items()
            if name == ledger and whose.lines is case.lines
        }


def run(book: RuleBook, cases: Sequence[Case], base: Ran | None = None) -> Ran:
    """Score cases of one day, one scale and one set of readings as one year's ledgers.

    ``base``: what came of the same cases by a book that this one is an alternative of.
    """
    odd = [problem for case in cases for problem in _odd(book, case)]
    rows = _numbered(cases)
    if odd:
        return Ran(tuple(cases), None, tuple(odd), rows)
    before = base.result if base is not None and base.result and read_alike(book, base.result.book) else None
    ledgers = before.ledgers if before is not None else _ledgers(book, cases[0].file, rows)
    try:
        result = score_ledgers(book, ledgers, Options(cases[0].as_of, scale_to=cases[0].scale_to), before)
    except Rejected as rejected:
        return Ran(tuple(cases), None, tuple(errors(rejected.problems)), rows)
    return Ran(tuple(cases), result, (), rows)


def ledgers_of(book: RuleBook, cases: Sequence[Case]) -> Ledgers:
    """The ledgers that the rows of some cases are together."""
    return _ledgers(book, cases[0].file, _numbered(cases))


def _ledgers(book: RuleBook, file: str, rows: Numbers) -> Ledgers:
    tables = {ledger: _table(book, ledger, file, rows) for ledger in book.ledgers}
    sheets = Sheets({n: t for n, t in tables.items() if len(t.rows) or not book.ledgers[n].optional})
    return taken(book, sheets, Path(file), used_by(book))


def _numbered(cases: Sequence[Case]) -> Numbers:
    """Alone, rows keep the numbers they have in the case; together they are counted on."""
    lines = [(ledger, case, line) for case in cases for ledger, rows in case.lines.items() for line in rows]
    if len(cases) == 1:
        return {(ledger, line.number): (case, line) for ledger, case, line in lines}
    counts: dict[str, int] = {}
    found = {}
    for ledger, case, line in lines:
        counts[ledger] = counts.get(ledger, FIRST_ROW - 1) + 1
        found[ledger, counts[ledger]] = (case, line)
    return found


def _table(book: RuleBook, ledger: str, file: str, rows: Numbers) -> RawTable:
    mine = {number: line for (name, number), (_, line) in rows.items() if name == ledger}
    columns = list(book.ledgers[ledger].fields)
    text = pl.DataFrame([line.named(columns) for line in mine.values()], schema=dict.fromkeys(columns, pl.String))
    return RawTable(ledger, file, ledger, text, pl.Series("行", list(mine), dtype=pl.Int64))


def _odd(book: RuleBook, case: Case) -> Iterator[Problem]:
    """Ledgers and columns that are none of the rule file's."""
    for ledger, lines in case.lines.items():
        if ledger not in book.ledgers:
            hint = asked(ledger, book.ledgers, f"可选：{'、'.join(book.ledgers)}。")
            yield Problem("C02", f"没有台账“{ledger}”。", lines[0].place if lines else case.place, hint, case.title)
        else:
            yield from (p for line in lines for p in _odd_cells(list(book.ledgers[ledger].fields), ledger, case, line))


def _odd_cells(columns: list[str], ledger: str, case: Case, line: Line) -> Iterator[Problem]:
    if isinstance(line.cells, Mapping):
        for name in line.cells:
            if name not in columns:
                hint = asked(name, columns, f"可选：{'、'.join(columns)}。")
                yield Problem("C02", f"台账“{ledger}”没有“{name}”这一列。", line.place, hint, case.title)
    elif len(line.cells) > len(columns):
        detail = f"这一行有 {len(line.cells)} 格，台账“{ledger}”只有 {len(columns)} 列：{'、'.join(columns)}。"
        yield Problem("C02", detail, line.place, '删去多出的格；空着的写 ""。', case.title)


def said_fault(problem: Problem) -> str:
    """A fault as 错误 writes it: ``D90 采用第2行``; of no row only its code.

    >>> said_fault(Problem("D21", "不在选项里", Cell("算例.yaml", "采用", 2, "渠道")))
    'D21 采用第2行'
    """
    place = problem.place
    return f"{problem.code} {place.sheet}第{place.row}行" if isinstance(place, Cell) and place.row else problem.code
