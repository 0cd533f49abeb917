"""Situations written as data: the rows staff type, and the figures that must come out.

A case is a mapping: 名 (which edge), 说明 (the arithmetic), 截至, 口径, 折到 (how to run), 台账 (ledger → rows, cells
as typed, left out at the end where blank), then what must come of it:

- 应为: unit → figure → exact text, or the reason why there is none; a mapping where there is one per period
- 行: 台账.列 → its figure in each counted row, in file order
- 未计: ledger → the rows left out; 错误: 编号, ledger and row of every fault. Rows are numbered as in the file, from 2.
- 告知: the notices about the ledgers, as 编号 and the row they name
- 条款: the clauses that took marks off the units named; 另见: others that their explanation must cite

另取 is a list of {口径, 应为 …}: the same rows under another reading. 单独 keeps a case apart from its neighbours.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from itertools import zip_longest
from pathlib import Path
from typing import Any

import yaml

from engine import pipeline
from engine.explanation import Reason, Story, explain, said
from engine.result import Result, Unit, figure
from engine.rulebook import Period, RuleBook
from engine.scoring.table import ROW, UNIT
from engine.source import Cell, Rejected, errors

Rows = Mapping[str, list[list[str]]]
Data = Mapping[str, Any]
KEYS = {
    "名",
    "说明",
    "截至",
    "口径",
    "折到",
    "台账",
    "应为",
    "行",
    "未计",
    "错误",
    "告知",
    "条款",
    "另见",
    "另取",
    "单独",
}
LISTS = {"归零": "vetoes", "处置": "consequences", "提示": "notices", "待定": "pending"}


@dataclass(frozen=True)
class Case:
    """One case of a file; ``rows`` flattened, ``expected`` as written."""

    file: str
    name: str
    rows: Rows = field(hash=False)
    expected: Data = field(hash=False)
    as_of: str = ""
    readings: tuple[tuple[str, str], ...] = ()
    scale_to: str = ""

    @property
    def id(self) -> str:
        """How pytest names it."""
        return f"{self.file}::{self.name}"


def read(path: Path, text: str) -> Iterator[Case]:
    """The cases of a YAML text, every scalar as typed; other readings of a case come as cases of their own."""
    for entry in yaml.load(text, yaml.BaseLoader)["用例"]:
        unknown = entry.keys() - KEYS
        assert not unknown, f"{path.name}：{entry.get('名')} 里有不认识的键 {unknown}"
        rows = {ledger: list(_flat(rows)) for ledger, rows in (entry.get("台账") or {}).items()}
        case = Case(path.stem, entry["名"], rows, entry, entry.get("截至", ""), _readings(entry), entry.get("折到", ""))
        yield case
        for other in entry.get("另取", ()):
            chosen = _readings(other)
            label = "、".join(f"{key}取{value}" for key, value in chosen)
            yield replace(case, name=f"{case.name}·{label}", expected=other, readings=chosen)


def _readings(entry: Data) -> tuple[tuple[str, str], ...]:
    return tuple(entry.get("口径", {}).items())


def _flat(rows: Iterable[Any]) -> Iterator[list[str]]:
    """A list of rows may stand in place of a row (an alias to rows used often)."""
    for row in rows:
        if row and isinstance(row[0], list):
            yield from _flat(row)
        else:
            yield row


# ---- the run --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scored:
    """What came of some cases scored together: the result, or the faults as ``编号 台账第n行`` (of no row: once)."""

    result: Result | None
    faults: list[str]

    @classmethod
    def of(cls, rejected: Rejected) -> Scored:
        """A refused run."""
        told = [_told(p.code, p.place) for p in errors(rejected.problems)]
        return cls(None, [f for n, f in enumerate(told) if "行" in f or f not in told[:n]])


def score(book: RuleBook, folder: Path, cases: Sequence[Case]) -> Scored:
    """Write the cases' rows into one folder of CSV files and score it the way staff do."""
    write(book, folder, cases)
    first = cases[0]
    as_of = date.fromisoformat(first.as_of) if first.as_of else None
    scale = Fraction(first.scale_to) if first.scale_to else None
    try:
        return Scored(pipeline.score_by(book, folder, pipeline.Options(as_of, scale_to=scale)), [])
    except Rejected as rejected:
        return Scored.of(rejected)


def write(book: RuleBook, folder: Path, cases: Sequence[Case]) -> None:
    """The cases' rows as one folder of CSV files."""
    for ledger in book.ledgers.values():
        rows = [row for case in cases for row in case.rows.get(ledger.name, ())]
        if rows or not ledger.optional:
            _write(folder / f"{ledger.name}.csv", list(ledger.fields), rows)


def _write(path: Path, names: list[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        for row in rows:
            assert len(row) <= len(names), f"{path.stem} 的这一行格子太多：{row}"
            writer.writerow([*row, *[""] * (len(names) - len(row))])


def _told(code: str, place: object) -> str:
    return f"{code} {Path(place.file).stem}第{place.row}行" if isinstance(place, Cell) and place.row else code


# ---- what came out, in the shape of what was expected -----------------------------------------


def differences(case: Case, scored: Scored, before: Sequence[Case] = ()) -> list[str]:
    """Every expectation of the case that does not hold, in words; ``before`` are the cases whose rows come first."""
    expected = case.expected
    if "错误" in expected or scored.result is None:
        return _unlike("错误", scored.faults, expected.get("错误", []))
    result = scored.result
    start = {ledger: 2 + sum(len(c.rows.get(ledger, ())) for c in before) for ledger in result.book.ledgers}
    found = []
    for name, wanted in expected.get("应为", {}).items():
        unit = next(u for u in result.units if u.name == name)
        found += [d for key, want in wanted.items() for d in _unlike(f"{name} {key}", _actual(unit, key, want), want)]
    for column, want in expected.get("行", {}).items():
        found += _unlike(column, list(_row_figures(case, result, column, start)), want)
    if "名" in expected or "未计" in expected:  # another reading of a case need not tell the rows left out again
        found += _unlike("未计", _left_out(case, result, start), expected.get("未计", {}))
    if "告知" in expected:
        told = [_told(notice.code, notice.place) for notice in result.ledgers.notices]
        found += _unlike("告知", [one for one in told if "行" in one], expected["告知"])
    return found + _unexplained(result, expected)


def _unlike(what: str, actual: object, wanted: object) -> list[str]:
    return [] if actual == wanted else [f"{what}：得出 {actual}，应为 {wanted}"]


def _actual(unit: Unit, key: str, wanted: Any) -> Any:
    if key in LISTS:
        pairs = zip_longest(getattr(unit, LISTS[key]), wanted)
        return [want if have and want and have.startswith(want) else have for have, want in pairs]
    if key == "项目":
        return {name: _said(unit.contributions[name]) for name in wanted}
    if isinstance(wanted, dict):
        return {number: said(unit.figure(key, _fine(unit, key), int(number))) for number in wanted}
    return said(unit.figure(key, Period.YEAR if _fine(unit, key) is Period.YEAR else None))


def _said(value: Any) -> Any:
    return {key: said(v) for key, v in value.items()} if isinstance(value, dict) else said(value)


def _fine(unit: Unit, name: str) -> Any:
    part = unit.book.appraisal.parts.get(name)
    if part is not None:
        return part.period
    return unit.book.items[name].period if name in unit.book.items else unit.period


def _row_figures(case: Case, result: Result, name: str, start: Mapping[str, int]) -> Iterator[str]:
    table, _, column = name.partition(".")
    frame = result.rows(table)
    order = [ROW, UNIT] if UNIT in frame.columns else [ROW]
    first = start.get(table, 0)
    for row in frame.sort(order).iter_rows(named=True):
        if table not in start or first <= row[ROW] < first + len(case.rows.get(table, ())):
            yield said(figure(row, column, result.outcome.columns[table][column]))


def _left_out(case: Case, result: Result, start: Mapping[str, int]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for u in result.uncounted:
        number = u.row - start[u.ledger] + 2
        if 2 <= number < 2 + len(case.rows.get(u.ledger, ())):
            found.setdefault(u.ledger, []).append(str(number))
    return found


# ---- the clauses an explanation cites -----------------------------------------------------------


def _unexplained(result: Result, expected: Data) -> list[str]:
    stories = [explain(result, unit) for unit in expected.get("应为", {})]
    found: list[str] = []
    if "条款" in expected:
        took = {clause for story in stories for clause in costing(story)}
        found += _unlike("扣分的条款", sorted(took), sorted(expected["条款"]))
    unseen = set(expected.get("另见", ())) - {clause for story in stories for clause in cited(story)}
    return found + ([f"解释里没有引用 {sorted(unseen)}"] if unseen else [])


def costing(story: Story) -> set[str]:
    """The clauses of the figures that took marks off: 扣 of a part, 减 and 归零 of a step, where not nothing."""
    appraisal = story.unit.book.appraisal
    names = {name for part in appraisal.parts.values() if part.moved == "扣" for name in part.by}
    names |= {name for step in appraisal.steps if step.verb in ("减", "归零") for name in step.names}
    return {clause for r in _all(story.reasons) if r.name in names and _costs(r.value) for clause in r.clauses}


def _costs(value: object) -> bool:
    return value is True or (isinstance(value, Fraction) and value != 0)


def cited(story: Story) -> set[str]:
    """Every clause an explanation cites: of its reasons, its ranks, its notes on records."""
    items = story.unit.book.items
    clauses = {clause for reason in _all((*story.reasons, *story.ranks)) for clause in reason.clauses}
    noted = {note.partition("：")[0] for record in story.records for note in record.notes}
    return clauses.union(*(items[name].clauses for name in noted if name in items))


def _all(reasons: Iterable[Reason]) -> Iterator[Reason]:
    for reason in reasons:
        yield reason
        yield from _all(reason.children)
