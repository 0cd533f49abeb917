"""What came out against what was expected, and the branch of the explanation that leads to the figure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import zip_longest
from typing import Any

from engine.explanation import Story, explain, said
from engine.number import exact
from engine.result import Figure, Result, Unit, figure
from engine.rulebook import Absent, Period, RuleBook
from engine.scoring import SCORE
from engine.scoring.table import ROW, UNIT
from engine.source import Place, Problem
from engine.suggest import asked
from engine.trial.branch import branch_of, cited, costing, row_told
from engine.trial.case import Case, Claim, Kind
from engine.trial.run import Ran, said_fault

_NO_FAULT = "没有错误"
_LISTS = {"归零": "vetoes", "处置": "consequences", "提示": "notices", "待定": "pending"}


@dataclass(frozen=True, slots=True)
class Failure:
    """A claim that does not hold: what came instead, and why; ``odd``: the claim itself is written wrong."""

    case: Case
    what: str
    wanted: str
    got: str
    place: Place
    branch: tuple[str, ...] = ()
    odd: str = ""
    hint: str = "按由来一步步核对：算例写错了改算例，规则文件写错了改规则文件。"

    @property
    def problem(self) -> Problem:
        """The failure as a fault at the expected figure."""
        if self.odd:
            return Problem("C02", self.odd, self.place, self.hint, self.case.title)
        note = f"\n算例的说明：{self.case.note.strip()}" if self.case.note else ""
        lines = [f"{self.what}：应为 {self.wanted}，得出 {self.got}{note}", *self.branch]
        return Problem("C10", "\n".join(lines), self.place, self.hint, self.case.title)

    def as_json(self) -> dict[str, Any]:
        """The failure as plain values."""
        return {"算例": self.case.name, "项": self.what, "应为": self.wanted, "得出": self.got,
                "由来": list(self.branch), **self.problem.as_json()}  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """A case beside what came of it."""

    case: Case
    ran: Ran

    @property
    def result(self) -> Result:
        assert self.ran.result is not None
        return self.ran.result

    @cached_property
    def units(self) -> dict[str, Unit]:
        """Every name and alias → the unit."""
        return {name: unit for unit in self.result.units for name in (unit.name, *unit.member.aliases)}

    @cached_property
    def stories(self) -> dict[str, Story]:
        """The explanation of every unit the case expects something of."""
        return {name: explain(self.result, self.units[name].name) for name in self.case.units if name in self.units}


def failures(case: Case, ran: Ran) -> list[Failure]:
    """Every claim of the case that does not hold."""
    if ran.result is None or case.refused:
        return _refused(case, ran)
    seen = Seen(case, ran)
    return [failure for claim in case.claims for failure in _CHECKS[claim.kind](claim, seen)]


def _refused(case: Case, ran: Ran) -> list[Failure]:
    """Faults against those that were expected; a fault of no row is told once."""
    odd = [p for p in ran.problems if p.code == "C02" and p.place is not None]
    if odd:
        return [_odd(case, "台账", p.place, p.detail, p.hint) for p in odd if p.place]
    told = [said_fault(problem) for problem in ran.problems]
    got = [fault for n, fault in enumerate(told) if "行" in fault or fault not in told[:n]]
    claim = next((c for c in case.claims if c.kind is Kind.FAULTS), None)
    if claim is not None and got == list(claim.wanted):
        return []
    branch = tuple(f"{p.code} {p.headline}：{p.detail}{p.hint}" for p in ran.problems)
    wanted, place = (_listed(claim.wanted), claim.place) if claim else (_NO_FAULT, case.place)
    hint = f"改算例的台账；本来就该报错的，写上 错误: {_listed(got)}。" if got else "改算例的「错误」或台账。"
    return [Failure(case, "错误", wanted, _listed(got) if got else _NO_FAULT, place, branch, hint=hint)]


def _odd(case: Case, what: str, place: Place, detail: str, hint: str) -> Failure:
    """Something of the case that is written wrong."""
    return Failure(case, what, "", "", place, odd=detail, hint=hint)


def _listed(texts: Any) -> str:
    return f"[{', '.join(texts)}]" if isinstance(texts, list | tuple) else str(texts)


# ---- figures of a unit ----------------------------------------------------------------------


def _figure(claim: Claim, seen: Seen) -> Iterator[Failure]:
    unit = seen.units.get(claim.unit)
    if unit is None:
        yield _strange_unit(claim, seen)
        return
    columns = seen.result.outcome.columns
    whole = claim.number is None and claim.name in columns[unit.period.value]
    period = unit.period if whole else grain(seen.result.book, claim.name, unit.period)
    if claim.name != SCORE and claim.name not in columns[period.value]:
        yield _strange(claim, seen, f"没有“{claim.name}”这一项。", [SCORE, *_names(seen.result.book)])
        return
    yield from _at(claim, seen, unit, period, lambda number: unit.figure(claim.name, period, number))


def _part(claim: Claim, seen: Seen) -> Iterator[Failure]:
    unit = seen.units.get(claim.unit)
    if unit is None:
        yield _strange_unit(claim, seen)
        return
    value = unit.contributions.get(claim.name)
    if value is None:
        yield _strange(claim, seen, f"没有“{claim.name}”这个项目。", list(unit.contributions))
        return
    if not isinstance(value, dict):
        yield from _at(claim, seen, unit, unit.period, lambda _: value)
    else:
        yield from _at(claim, seen, unit, unit.period, lambda number: value.get(str(number), Absent.NOT_DUE))


def _at(claim: Claim, seen: Seen, unit: Unit, period: Period, get: Callable[[int], Figure]) -> Iterator[Failure]:
    """The figure of one period; a figure there are several of must say which."""
    if claim.number is None and period is not Period.YEAR:
        detail = f"“{claim.name}”每{period.value}一个数，要写明第几{period.value}。"
        yield _odd(seen.case, claim.words, claim.place, detail, f"写成 {claim.name}: {{1: …, 2: …}}。")
    elif claim.number is not None and (period.value, unit.number, claim.number) not in seen.result.cells:
        detail = f"“{claim.name}”没有第 {claim.number} {period.value}的数。"
        yield _odd(seen.case, claim.words, claim.place, detail, "期从 1 数起；一年一个数的不写第几期。")
    else:
        value = get(claim.number or 1)
        if not agree(value, str(claim.wanted)):
            branch = branch_of(seen.stories[claim.unit], claim.name)
            yield Failure(seen.case, claim.words, str(claim.wanted), said(value), claim.place, branch)


def grain(book: RuleBook, name: str, otherwise: Period) -> Period:
    """The period a figure is taken at."""
    entry = book.appraisal.parts.get(name) or book.items.get(name)
    return (entry.period if entry is not None else None) or otherwise


def _names(book: RuleBook) -> list[str]:
    """Every figure a unit has."""
    items = [item.name for item in book.items.values() if item.period is not None]
    return [*items, *book.appraisal.parts, *(step.name for step in book.appraisal.steps)]


def agree(value: Figure, wanted: str) -> bool:
    """Whether a figure is what was written: exactly, in whatever way the number was written.

    >>> agree(Fraction(3, 4), "75%"), agree(Fraction(40, 3), "40/3"), agree(Fraction(40, 3), "13.33")
    (True, True, False)
    """
    if said(value) == wanted:
        return True
    return isinstance(value, Fraction) and not isinstance(value, bool) and value == _number(wanted)


def _number(text: str) -> Fraction | None:
    match = re.fullmatch(r"([^/%]+)(?:/([^/%]+))?(%?)", text)
    try:
        top, bottom = (exact(match[1]), exact(match[2] or "1")) if match else (Fraction(0), Fraction(0))
    except ValueError:
        return None
    return top / bottom / (100 if match and match[3] else 1) if bottom else None


def _list(claim: Claim, seen: Seen) -> Iterator[Failure]:
    """A list of remarks; each may be written by its first words."""
    unit = seen.units.get(claim.unit)
    if unit is None:
        yield _strange_unit(claim, seen)
        return
    have = getattr(unit, _LISTS[claim.name])
    if not all(a is not None and b is not None and a.startswith(b) for a, b in zip_longest(have, claim.wanted)):
        yield Failure(seen.case, claim.words, _listed(claim.wanted), _listed(have), claim.place,
                      branch_of(seen.stories[claim.unit], claim.name))  # fmt: skip


def _strange_unit(claim: Claim, seen: Seen) -> Failure:
    return _strange(claim, seen, f"名录里没有“{claim.unit}”。", list(seen.units), claim.unit)


def _strange(claim: Claim, seen: Seen, detail: str, known: list[str], word: str = "") -> Failure:
    hint = asked(word or claim.name, known, f"可选：{'、'.join(known[:12])}{'……' if len(known) > 12 else ''}。")
    return _odd(seen.case, claim.words, claim.place, detail, hint)


# ---- rows -----------------------------------------------------------------------------------


def _column(claim: Claim, seen: Seen) -> Iterator[Failure]:
    table, _, name = claim.name.partition(".")
    columns = seen.result.outcome.columns
    if table not in columns or name not in columns[table]:
        known = [f"{t}.{n}" for t in columns for n in columns[t]]
        yield _strange(claim, seen, f"没有“{claim.name}”这一列。", known)
        return
    rows = list(rows_of(seen.result, seen.case, seen.ran, table))
    got = column_of(seen.result, seen.case, seen.ran, table, name)
    if len(got) != len(claim.wanted) or not all(agree(g, w) for g, w in zip(got, claim.wanted, strict=True)):
        branch = tuple(row_told(seen.result, table, name, row) for row in rows)
        yield Failure(
            seen.case, claim.name, _listed(claim.wanted), _listed([said(g) for g in got]), claim.place, branch
        )


def column_of(result: Result, case: Case, ran: Ran, table: str, name: str) -> list[Figure]:
    """A column over the rows that are the case's."""
    column = result.outcome.columns[table][name]
    return [figure(row, name, column) for row in rows_of(result, case, ran, table)]


def rows_of(result: Result, case: Case, ran: Ran, table: str) -> Iterator[dict[str, Any]]:
    """The scored rows of a ledger that are the case's, in file order; all rows of an account."""
    frame = result.rows(table)
    mine = ran.of(case, table)
    order = [ROW, UNIT] if UNIT in frame.columns else [ROW]
    for row in frame.sort(order).iter_rows(named=True):
        if table not in result.book.ledgers or row[ROW] in mine:
            yield row


def _uncounted(claim: Claim, seen: Seen) -> Iterator[Failure]:
    mine = {
        (name, number): line.number
        for (name, number), (case, line) in seen.ran.rows.items()
        if case.lines is seen.case.lines
    }
    left = [u for u in seen.result.uncounted if (u.ledger, u.row) in mine]
    got = [f"{u.ledger} {mine[u.ledger, u.row]}" for u in left]
    if sorted(got) != sorted(claim.wanted):
        branch = tuple(f"  {u.ledger}第{u.row}行：{u.reason}" for u in left)
        yield Failure(seen.case, claim.words, _listed(claim.wanted), _listed(got), claim.place, branch)


def _notices(claim: Claim, seen: Seen) -> Iterator[Failure]:
    got = [told for notice in seen.result.ledgers.notices if "行" in (told := said_fault(notice))]
    if got != list(claim.wanted):
        yield Failure(seen.case, claim.words, _listed(claim.wanted), _listed(got), claim.place)


def _no_fault(claim: Claim, seen: Seen) -> Iterator[Failure]:
    """Only asked where nothing was refused (:func:`_refused` answers the rest)."""
    yield Failure(seen.case, "错误", _listed(claim.wanted), _NO_FAULT, claim.place)


# ---- clauses --------------------------------------------------------------------------------


def _costing(claim: Claim, seen: Seen) -> Iterator[Failure]:
    got = sorted({clause for story in seen.stories.values() for clause in costing(story)})
    if got != sorted(claim.wanted):
        yield Failure(seen.case, "扣分的条款", _listed(sorted(claim.wanted)), _listed(got), claim.place)


def _cited(claim: Claim, seen: Seen) -> Iterator[Failure]:
    seen_clauses = {clause for story in seen.stories.values() for clause in cited(story)}
    if missing := sorted(set(claim.wanted) - seen_clauses):
        yield Failure(seen.case, "解释里引用的条款", _listed(claim.wanted), f"没有引用 {_listed(missing)}", claim.place)


_CHECKS: Mapping[Kind, Callable[[Claim, Seen], Iterator[Failure]]] = {
    Kind.FIGURE: _figure,
    Kind.PART: _part,
    Kind.LIST: _list,
    Kind.COLUMN: _column,
    Kind.UNCOUNTED: _uncounted,
    Kind.FAULTS: _no_fault,
    Kind.NOTICES: _notices,
    Kind.COSTING: _costing,
    Kind.CITED: _cited,
}
