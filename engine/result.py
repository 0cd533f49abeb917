"""Scored frames → what people ask for: per unit, exact values with their states. A view; it computes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from engine.calendar import from_day_number, period_name, stretches
from engine.column import Column
from engine.number import show
from engine.rulebook import (
    ABSENT_WORDS,
    Absent,
    Consequence,
    Formula,
    Item,
    Kind,
    Lookup,
    Period,
    Rank,
    RuleBook,
    Scaled,
)  # fmt: skip
from engine.rulebook import Unit as Member
from engine.scoring import SCORE, TIED, Outcome
from engine.scoring.table import ABSENT, DECIDED, OVER, PERIOD, ROW, SOURCE, UNIT

if TYPE_CHECKING:
    import polars as pl

    from engine.ledger import Ledgers

Figure = Fraction | bool | str | date | datetime | Absent
Cells = Mapping[str, Any]


def figure(cells: Cells, name: str, column: Column) -> Figure:
    """One cell as an exact value, or the reason why there is none."""
    reason = cells.get(name + ABSENT) if column.absent is not None else 0
    if reason:
        return Absent(reason)
    raw = cells[name]
    return Absent.PENDING if raw is None else _READ.get(column.kind, _as_it_is)(raw, cells, name, column)


def _as_it_is(raw: Any, cells: Cells, name: str, column: Column) -> Figure:
    found: Figure = raw
    return found


_READ: dict[Kind, Callable[[Any, Cells, str, Column], Figure]] = {
    Kind.RATIO: lambda raw, cells, name, column: Fraction(raw, cells[name + OVER]),
    Kind.NUMBER: lambda raw, cells, name, column: Fraction(raw, column.den),
    Kind.WORD: lambda raw, cells, name, column: column.options[raw],
    Kind.UNIT: lambda raw, cells, name, column: column.options[raw],
    Kind.DAY: lambda raw, cells, name, column: from_day_number(raw),
    Kind.MOMENT: lambda raw, cells, name, column: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=raw),
}


def shown(value: Figure) -> str | None:
    """The exact text of a value; ``None`` where there is none.

    >>> shown(Fraction(40, 3)), shown(Absent.PENDING)
    ('40/3', None)
    """
    match value:
        case Absent():
            return None
        case bool():
            return "是" if value else "否"
        case Fraction():
            return show(value)
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M")
        case date():
            return value.isoformat()
    return value


@dataclass(frozen=True, slots=True)
class Uncounted:
    """A ledger row that was read and not counted: file, row number, why."""

    ledger: str
    file: str
    row: int
    reason: str


@dataclass(frozen=True)
class Result:
    """All results of one run.

    ``files``: (name, sha256, {ledger: rows read}); ``skipped``: rows with errors were left out.
    """

    book: RuleBook
    as_of: int
    outcome: Outcome
    files: tuple[tuple[str, str, Mapping[str, int]], ...]
    uncounted: tuple[Uncounted, ...]
    skipped: bool
    ledgers: Ledgers

    @property
    def provisional(self) -> bool:
        """暂定: the year has not ended, or rows with errors were skipped."""
        return self.skipped or self.as_of < stretches(self.book.title, Period.YEAR)[-1].end

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """Every unit, in the roster's order."""
        return tuple(Unit(self, number) for number in range(len(self.book.roster.units)))

    @cached_property
    def cells(self) -> dict[tuple[str, int, int], Cells]:
        """(table, unit, period) → the row, for the 单位×期 tables."""
        found: dict[tuple[str, int, int], Cells] = {}
        for period in Period:
            frame = self.outcome.frames.get(period.value)
            if frame is not None:
                for row in frame.iter_rows(named=True):
                    found[period.value, row[UNIT], row[PERIOD]] = row
        return found

    @cached_property
    def _by_unit(self) -> dict[str, dict[int, list[dict[str, Any]]]]:
        return {}

    def unit_rows(self, table: str, unit: int) -> list[dict[str, Any]]:
        """A unit's scored rows of a ledger or account, in file order; none where the ledger is no unit's.

        Shared between callers: not to be changed.
        """
        if UNIT not in self.outcome.frames[table].columns:
            return []
        if table not in self._by_unit:
            found: dict[int, list[dict[str, Any]]] = {}
            for row in self.rows(table).iter_rows(named=True):
                found.setdefault(row[UNIT], []).append(row)
            self._by_unit[table] = found
        return self._by_unit[table].get(unit, [])

    def started(self, period: Period) -> list[int]:
        """The numbers of the periods that have begun."""
        return [s.number for s in stretches(self.book.title, period) if s.start <= self.as_of]

    def overlapping(self, wanted: Period, period: Period, number: int) -> list[int]:
        """The numbers of the ``wanted`` periods that share days with a period: the one it lies in, or those in it."""
        one = stretches(self.book.title, period)[number - 1]
        found = [s for s in stretches(self.book.title, wanted) if s.start <= one.end and s.end >= one.start]
        return [s.number for s in found if s.start <= self.as_of or s is found[0]]

    def rows(self, table: str) -> pl.DataFrame:
        """The scored rows of a ledger or account, in file order; a row that stands for several units in theirs."""
        frame = self.outcome.frames[table]
        return frame.sort(name for name in (ROW, SOURCE, UNIT) if name in frame.columns)

    def as_json_date(self) -> str:
        """The as-of date."""
        return from_day_number(self.as_of).isoformat()

    def as_json(self) -> dict[str, Any]:
        """The result as DESIGN §5 lays it out: every figure an exact string."""
        title = self.book.title
        return {
            "规则": {"年度": title.year, "名称": title.name, "文件": self.book.source.name, "sha256": self.book.digest,
                     **({"状态": title.mark} if title.mark else {})},
            "台账": [self._file_json(*file) for file in self.files],
            "截至": self.as_json_date(),
            "暂定": self.provisional,
            "口径": {r.name: r.chosen for r in self.book.readings.values()},
            "单位": [unit.as_json() for unit in self.units],
            "未计": [{"台账": u.ledger, "文件": u.file, "行": u.row, "原因": u.reason} for u in self.uncounted],
        }  # fmt: skip

    def _file_json(self, name: str, digest: str, read: Mapping[str, int]) -> dict[str, Any]:
        left = [u.ledger for u in self.uncounted]
        counted = {ledger: rows - left.count(ledger) for ledger, rows in read.items()}
        return {"文件": name, "sha256": digest, "记录数": dict(read), "计入数": counted}


@dataclass(frozen=True)
class Unit:
    """One unit's results: every figure is read from the frames when asked."""

    result: Result
    number: int

    @property
    def member(self) -> Member:
        """Its line on the roster."""
        return self.book.roster.units[self.number]

    @property
    def name(self) -> str:
        """Its printed name."""
        return self.member.name

    @property
    def book(self) -> RuleBook:
        """The rules it was scored by."""
        return self.result.book

    @property
    def group(self) -> str | None:
        """Its class (类别)."""
        by = self.book.roster.classified_by
        return str(self.book.roster.units[self.number].values[by]) if by else None

    @property
    def period(self) -> Period:
        """The appraisal's period."""
        return self.book.appraisal.period

    def figure(self, name: str, period: Period | None = None, number: int = 1) -> Figure:
        """A named column of the unit in one period (by default the appraisal's first)."""
        table = (period or self.period).value
        column = self.result.outcome.columns[table][self._real(name)]
        return figure(self.result.cells[table, self.number, number], self._real(name), column)

    def _real(self, name: str) -> str:
        return self.book.appraisal.steps[-1].name if name == SCORE else name

    def series(self, name: str, period: Period) -> dict[str, Figure]:
        """A column over the periods that have begun."""
        return {str(n): self.figure(name, period, n) for n in self.result.started(period)}

    def spread(self, name: str, period: Period) -> Figure | dict[str, Figure]:
        """A year's figure as it is, a finer one by period number."""
        return self.figure(name, period) if period is Period.YEAR else self.series(name, period)

    @property
    def score(self) -> Figure | dict[str, Figure]:
        """得分."""
        return self.spread(SCORE, self.period)

    @property
    def contributions(self) -> dict[str, Figure | dict[str, Figure]]:
        """What each part, and each later 加 or 减, adds to 得分."""
        found: dict[str, Figure | dict[str, Figure]] = {}
        for step in self.book.appraisal.steps:
            if step.verb == "加":
                found |= {name: self.spread(name, self.period) for name in step.names}
            elif step.verb == "减":
                minus = {n: self.spread(n, self.period) for n in step.names}
                label = {n: step.name if len(minus) == 1 else n for n in minus}
                found |= {label[n]: _negated(v) for n, v in minus.items()}
        return found

    @property
    def measures(self) -> dict[str, Figure | dict[str, Figure]]:
        """Every 指标."""
        items = [i for i in self.book.items.values() if i.section == "指标" and i.period is not None]
        return {i.name: self.spread(i.name, i.period) for i in items if i.period is not None}

    @property
    def vetoes(self) -> list[str]:
        """The 归零 conditions that hold."""
        names = [n for s in self.book.appraisal.steps if s.verb == "归零" for n in s.names]
        return [n for n in names if self._holds(n)]

    def _holds(self, name: str) -> bool:
        return bool(self.held(name, self.period))

    def held(self, name: str, period: Period) -> list[int]:
        """The numbers of the periods in which a condition holds."""
        return [n for n in self.result.started(period) if self.figure(name, period, n) is True]

    @property
    def ranks(self) -> dict[str, Any]:
        """Each 名次 item: the rank, or ``None``; and 并列 for the first of them."""
        found: dict[str, Any] = {}
        for item in _items(self.book, Rank):
            assert item.period is not None
            found[item.name] = _number(self.spread(item.name, item.period))
            found.setdefault(TIED, self._tied(item))
        return found

    def _tied(self, item: Item) -> Any:
        assert item.period is not None
        tied = self.spread(f"{item.name}{TIED}", item.period)
        return {k: v is True for k, v in tied.items()} if isinstance(tied, dict) else tied is True

    @property
    def consequences(self) -> list[str]:
        """处置 that apply to the unit: （拟） until a decision is recorded."""
        return [text for item in _items(self.book, Consequence) for text in self._words(item, notice=False)]

    @property
    def notices(self) -> list[str]:
        """提示 that apply to the unit or to its ledger rows."""
        return [text for item in _items(self.book, Consequence) for text in self._words(item, notice=True)]

    def _words(self, item: Item, *, notice: bool) -> list[str]:
        assert isinstance(item.mechanism, Consequence)
        if item.mechanism.notice is not notice:
            return []
        if item.ledger is not None:
            rows = [row for row in self.ledger_rows(item.ledger) if row[item.name] is True]
            return [f"{text}（{item.ledger}第{row[ROW]}行）" for row in rows for text in item.mechanism.texts]
        assert item.period is not None
        held = self.held(item.name, item.period)
        whole = item.period is Period.YEAR
        when = "" if whole else f"（{'、'.join(period_name(item.period, number) for number in held)}）"
        return [f"{text}{when}{self._decided(item)}" for text in item.mechanism.texts] if held else []

    def _decided(self, item: Item) -> str:
        """（拟）, or the words of the decision."""
        assert isinstance(item.mechanism, Consequence)
        decision = item.mechanism.decision
        if decision is None:
            return ""
        columns = self.result.outcome.columns[decision.ledger]
        mark = f"{DECIDED}{item.name}"
        rows = [row for row in self.ledger_rows(decision.ledger) if row[mark] is True]
        said = ["，".join(t for n in decision.show if (t := shown(figure(row, n, columns[n])))) for row in rows]
        return f"（裁定：{'；'.join(said)}）" if said else "（拟）"

    def ledger_rows(self, ledger: str) -> list[dict[str, Any]]:
        """The unit's rows of a ledger or account, in file order."""
        return self.result.unit_rows(ledger, self.number)

    @property
    def pending(self) -> list[str]:
        """待定: ledgers that should have a row and have none; rows that cannot be judged yet."""
        lacking = [f"{ledger}：没有{self.name}的记录，待考评" for ledger, unit in self.result.outcome.lacking
                   if unit == self.number]  # fmt: skip
        waiting = [w for w in self.result.outcome.waiting if w.unit == self.number]
        return lacking + [
            f"{w.ledger}第{w.row}行{self._identity(w.ledger, w.row)}：尚不能认定，暂未计入“{w.item}”" for w in waiting
        ]

    def _identity(self, ledger: str, row: int) -> str:
        """The row's number in the office's own words: its first text column."""
        texts = [f.name for f in self.book.ledgers[ledger].fields.values() if f.kind is Kind.TEXT]
        found = [r[texts[0]] for r in self.ledger_rows(ledger) if r[ROW] == row] if texts else []
        return f"（{found[0]}）" if found and found[0] else ""

    @property
    def scaled(self) -> dict[str, Figure]:
        """折算 results, where there is a figure to go to."""
        found = {}
        for item in _items(self.book, Scaled):
            assert isinstance(item.mechanism, Scaled)
            to = item.mechanism.to
            if not isinstance(to, str) or self.book.roster.units[self.number].values.get(to) is not None:
                found[item.name] = self.figure(item.name, item.period)
        return found

    @property
    def conclusions(self) -> dict[str, Figure | dict[str, Figure]]:
        """The other 结果: words and figures that move no score (查表, 公式)."""
        items = [i for m in (Lookup, Formula) for i in _items(self.book, m) if i.section == "结果"]
        return {i.name: self.spread(i.name, i.period) for i in items if i.period is not None}

    def as_json(self) -> dict[str, Any]:
        """The unit's part of the result."""
        figures = {SCORE: self.score, **self.contributions, **self.measures, **self.scaled, **self.conclusions}
        reasons = {n: ABSENT_WORDS[v] for n, v in figures.items() if isinstance(v, Absent)}
        return {
            "单位": self.name,
            "类别": self.group,
            SCORE: _json(self.score),
            **self.ranks,
            "项目": {n: _json(v) for n, v in self.contributions.items()},
            "指标": {n: _json(v) for n, v in self.measures.items()},
            **{n: _json(v) for n, v in self.scaled.items()},
            **({"结果": {n: _json(v) for n, v in self.conclusions.items()}} if self.conclusions else {}),
            "归零": self.vetoes,
            "处置": self.consequences,
            "提示": self.notices,
            "待定": self.pending,
            "无值": reasons,
        }


def _items(book: RuleBook, mechanism: type) -> list[Item]:
    """The 结果 of one kind."""
    return [i for i in book.items.values() if i.section == "结果" and isinstance(i.mechanism, mechanism)]


def _negated(value: Figure | dict[str, Figure]) -> Figure | dict[str, Figure]:
    if isinstance(value, dict):
        return {k: v for k, v in ((k, _negated(v)) for k, v in value.items()) if not isinstance(v, dict)}
    return -value if isinstance(value, Fraction) and not isinstance(value, bool) else value


def _number(value: Figure | dict[str, Figure]) -> Any:
    if isinstance(value, dict):
        return {k: _number(v) for k, v in value.items()}
    return int(value) if isinstance(value, Fraction) else None


def _json(value: Figure | dict[str, Figure]) -> Any:
    return {k: shown(v) for k, v in value.items()} if isinstance(value, dict) else shown(value)
