"""Situations scored by a rule book: all at once, each with a unit of its own, by the engine itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from engine.calendar import day_number, stretches
from engine.compare.situations import QUARTERS, Declared, Entry, Situation, Value
from engine.ledger.cells import Fault, reader
from engine.result import Figure, figure
from engine.rulebook import Consequence, Field, Item, Kind, Period, Roster, RuleBook, Unit
from engine.scoring import Outcome, score
from engine.scoring.table import ABSENT, OVER, PERIOD, ROW, UNIT

if TYPE_CHECKING:
    import polars as pl

_ITEMS = 100  # items of one situation, at most
_MIDDLE = 14  # the day of a quarter on which a row falls
_MORNING = 8 * 60
_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Played:
    """What a book says of one situation: 得分 by period, and the 处置 and 提示 that apply."""

    scores: tuple[Figure, ...]
    consequences: frozenset[str]


class Rehearsal:
    """A book's outcome over situations; those it cannot take (an option or a cell it does not have) are left out."""

    def __init__(self, book: RuleBook, tried: Sequence[Situation], units: Mapping[str, Unit] | None = None) -> None:
        self.lent = {unit.name: unit for unit in book.roster.units} if units is None else units
        self.source, self.tried = book, tried
        self.book = _narrowed(book, _roster(book, [self.lent[situation.unit] for situation in tried]))
        self.sheets = _Sheets(self.book, tried)
        self.frames = self.sheets.frames()
        self._take(score(self.book, self.frames, day_number(book.title.end)))

    def of(self, book: RuleBook) -> Rehearsal:
        """The same situations under another book; from this one what the other leaves alone."""
        old = self.source
        if (old.title, old.roster, old.ledgers) != (book.title, book.roster, book.ledgers):
            return Rehearsal(book, self.tried, {**self.lent, **{unit.name: unit for unit in book.roster.units}})
        other = copy(self)
        other.source, other.book = book, _narrowed(book, self.book.roster)
        other._take(score(other.book, self.frames, day_number(book.title.end), self.outcome))
        return other

    def _take(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.refused = self.sheets.refused | {self.sheets.rows[fault.row] for fault in self.outcome.faults}
        self.refused |= {unit for _, unit, _ in self.outcome.stray}
        scores, held = self.figures(self.book.appraisal.steps[-1].name), self._held(len(self.tried))
        taken = [number for number in range(len(self.tried)) if number not in self.refused]
        self.played = {number: Played(scores[number], frozenset(held[number])) for number in taken}

    @property
    def measures(self) -> list[str]:
        """The 指标 and 项目 of the appraisal's period."""
        period = self.book.appraisal.period
        items = [i.name for i in self.book.items.values() if i.period is period and i.section == "指标"]
        return [*items, *self.book.appraisal.parts]

    def figures(self, name: str) -> list[tuple[Figure, ...]]:
        """A column of the appraisal's period, unit by unit, over its periods."""
        found: list[tuple[Figure, ...]] = [()] * len(self.book.roster.units)
        for unit, value in self._read(name, self._frame):
            found[unit] += (value,)
        return found

    def figures_of(self, name: str, number: int) -> tuple[Figure, ...]:
        """The same of one situation."""
        return tuple(value for _, value in self._read(name, self._frame.filter(self._frame[UNIT] == number)))

    def is_rate(self, name: str) -> bool:
        """Whether a column is a quotient, to be shown in percent."""
        return self.outcome.columns[self.book.appraisal.period.value][name].kind is Kind.RATIO

    @property
    def _frame(self) -> pl.DataFrame:
        return self.outcome.frames[self.book.appraisal.period.value]

    def _read(self, name: str, frame: pl.DataFrame) -> Iterator[tuple[int, Figure]]:
        column = self.outcome.columns[self.book.appraisal.period.value][name]
        stored = [key for key in (name, name + OVER, name + ABSENT) if key in frame.columns]
        for row in frame.sort(UNIT, PERIOD).select(UNIT, *stored).iter_rows(named=True):
            yield row[UNIT], figure(row, name, column)

    def _held(self, size: int) -> list[set[str]]:
        held: list[set[str]] = [set() for _ in range(size + 1)]
        for item in self.book.items.values():
            if isinstance(item.mechanism, Consequence):
                frame = self.outcome.frames[item.ledger or (item.period or Period.YEAR).value]
                for unit in frame.filter(frame[item.name].fill_null(value=False))[UNIT].to_list():
                    held[unit] |= {
                        f"{'提示：' if item.mechanism.notice else ''}{text}" for text in item.mechanism.texts
                    }
        return held


def _roster(book: RuleBook, units: list[Unit]) -> Roster:
    """A unit for every situation, and one that shares items with all of them."""
    named = [replace(unit, name=f"{number}", aliases=()) for number, unit in enumerate([*units, units[0]])]
    return replace(book.roster, units=tuple(named))


def _narrowed(book: RuleBook, roster: Roster) -> RuleBook:
    """Only what moves 得分 and 处置: no ranks, no bulletins."""
    items = {name: item for name, item in book.items.items() if _counts(item)}
    return replace(book, roster=roster, items=items, bulletins={})


def _counts(item: Item) -> bool:
    return item.section != "结果" or isinstance(item.mechanism, Consequence)


class _Sheets:
    """Situations as typed ledger frames."""

    def __init__(self, book: RuleBook, tried: Sequence[Situation]) -> None:
        self.book, self.starts = book, [s.start for s in stretches(book.title, Period.QUARTER)]
        self.readers = {name: {f.name: reader(f, book.roster) for f in ledger.fields.values()}
                        for name, ledger in book.ledgers.items()}  # fmt: skip
        self.columns: dict[str, dict[str, list[Any]]] = {
            name: {ROW_: [], **{f: [] for f in ledger.fields}} for name, ledger in book.ledgers.items()
        }
        self.refused: set[int] = set()
        self.rows: dict[int, int] = {}
        self.companion = len(tried)
        usual = self._usual()
        for number, situation in enumerate(tried):
            present = situation.ledgers
            missing = [entry for name, entry in usual.items() if name not in present]
            for entry in (*situation.entries, *missing):
                self._add(number, entry)

    def _usual(self) -> dict[str, Entry]:
        """A row without anything amiss of every ledger in which each unit must have one."""
        source = Declared((self.book,))
        return {name: source.variants(name, 0)[0] for name, ledger in self.book.ledgers.items() if ledger.expected}

    def _add(self, number: int, entry: Entry) -> None:
        ledger = self.book.ledgers.get(entry.ledger)
        cells = dict(entry.cells)
        if ledger is None or any(name not in ledger.fields and value is not None for name, value in cells.items()):
            self.refused.add(number)
            return
        day = self.starts[min(entry.quarter * len(self.starts) // QUARTERS, len(self.starts) - 1)] + _MIDDLE
        typed = {f.name: self._typed(number, entry, f, cells.get(f.name), day, dated=f.name == ledger.dated)
                 for f in ledger.fields.values()}  # fmt: skip
        if any(isinstance(value, Fault) for value in typed.values()):
            self.refused.add(number)
            return
        row = len(self.rows) + 1
        self.rows[row] = number
        for name, value in {ROW_: row, **typed}.items():
            self.columns[entry.ledger][name].append(value)

    def _typed(self, number: int, entry: Entry, field: Field, value: Value, day: int, *, dated: bool) -> Any:
        """One cell as the ledger's reader would have it."""
        if field.kind is Kind.UNIT:
            return number if entry.own else self.companion
        if field.kind is Kind.TEXT:
            return field.blank if isinstance(field.blank, str) else str(number * _ITEMS + entry.item + 1)
        if field.kind in (Kind.DAY, Kind.MOMENT):
            later = 0 if dated or field.kind is Kind.DAY else value
            minutes = None if later is None else day * _DAY + _MORNING + int(later)
            return day if field.kind is Kind.DAY else minutes
        text = value if value is not None else field.blank
        if isinstance(text, str):
            return self.readers[entry.ledger][field.name](text)
        return None if field.blank is not None else Fault("D10", "")

    def frames(self) -> dict[str, pl.DataFrame]:
        """The ledgers as :func:`engine.scoring.score` wants them."""
        import polars as pl

        from engine.ledger.records import TYPES

        frames = {}
        for name, ledger in self.book.ledgers.items():
            types = [(f.name, TYPES[f.kind]) for f in ledger.fields.values()]
            frames[name] = pl.DataFrame(self.columns[name], [(ROW_, pl.Int64), *types])
        return frames


ROW_ = ROW.removeprefix("#")
