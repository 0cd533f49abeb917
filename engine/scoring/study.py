"""The interpreter's memory: tables built on demand, names resolved from coarse to fine.

``column(table, name)`` is the whole ordering: an item is built when a name first asks
for it, so items come in the order of what they mention; a name that asks for itself
is a cycle, a name that nobody defines is a fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine import lazy as nw
from engine.calendar import Stretch, stretches
from engine.column import Column, Misfit
from engine.evaluate import evaluate, is_condition, unknown_name
from engine.formula import Expression
from engine.rulebook import Collect, Item, Kind, Part, Period, RuleBook, Step, Title
from engine.scoring.table import DAY, MARK, OFFICE, PERIOD, ROW, SPOT, UNIT, Lazy, Table, stored_names
from engine.source import Problem, Rejected, Span

if TYPE_CHECKING:
    import polars as pl

Entry = Item | Part | Step
Builder = Callable[["Study", str], None]


LEDGER = "台账 "  # marks a ledger among the names that were asked for
_PERIODS = {period.value: period for period in Period}
SCORE = "得分"  # the language's name for the last step of 考评.得分


class Skip(Exception):
    """A name that this item needs has a fault already told."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Rows of a table singled out by a Boolean column of it: why, by which entry, over which columns.

    ``maker`` is what was being built then, and singles them out again when built again.
    """

    table: str
    column: str
    reason: str
    entry: Entry | None
    columns: tuple[str, ...]
    maker: str


@dataclass(frozen=True, slots=True)
class Gone:
    """Rows taken out of a ledger's table, so that nothing counts them: their ``#行``, and why."""

    ledger: str
    frame: Lazy | None
    reason: str


class Study:
    """One scoring (or, without frames, one check) of a rule book."""

    def __init__(self, book: RuleBook, as_of: int, make_table: Callable[[Study, str], Table], build: Builder) -> None:
        self.book, self.as_of = book, as_of
        self.tables: dict[str, Table] = {}
        self.problems: list[Problem] = []
        self.gone: list[Gone] = []
        self.faulty: list[Mark] = []
        self.pending: list[Mark] = []
        self.lacking: list[Mark] = []
        self.marked = 0  # columns made for them
        self.ready: dict[str, tuple[Lazy, pl.DataFrame]] = {}  # of an alternative: tables taken over, with their rows
        self._make_table, self._build = make_table, build
        self.offices = 0  # scored in one plan, each with the whole roster; 0: the one there is, and nothing says so
        self.latest: Mapping[str, int] = {}  # ledger → its last day, where it is known before the plan is
        self.private: Mapping[tuple[str, str], int] = {}  # (ledger, text column) → see engine.scoring.lean.Known
        self.keep: Callable[[Lazy], Lazy] = nw.checkpoint  # how rows that several tables read are computed once
        self.deepest = 0  # steps of a table's plan before its rows are computed; 0: any number
        self.last_row = 0  # the largest row number of any ledger; 0: not known
        self.stale: frozenset[str] | None = None  # of an alternative: what its change reaches
        self.asked: dict[str, set[str]] = {}  # entry or ledger → what it asked for
        self._building: list[str] = []
        self._failed: set[str] = set()
        self.stretches = _Stretches(book.title)
        self.entries: dict[str, Entry] = {
            **book.items, **book.appraisal.parts, **{s.name: s for s in book.appraisal.steps},
        }  # fmt: skip

    @property
    def marks(self) -> tuple[list[Mark], list[Mark], list[Mark]]:
        """Every list of rows singled out."""
        return self.faulty, self.pending, self.lacking

    # ---- tables ---------------------------------------------------------------------------

    def table(self, name: str) -> Table:
        """The table of a ledger, an account or a period (年 季 …), made on first use."""
        key = f"{LEDGER}{name}"
        self._note(key)
        if name not in self.tables and _is_account(self.entries.get(name)) and name not in self._building:
            self.built(name)  # so that its faults are told as its own, and once
        if name not in self.tables:
            with _Once(self, key):
                self.tables[name] = self._make_table(self, name)
                self.tables[name].keep, self.tables[name].deepest = self.keep, self.deepest
        return self.tables[name]

    def home(self, entry: Entry) -> str:
        """The table an entry is a column of."""
        if isinstance(entry, Item):
            if _is_account(entry):
                return entry.name
            if entry.ledger is not None:
                return entry.ledger
            assert entry.period is not None, entry.name
            return entry.period.value
        return self.book.appraisal.period.value

    def settle(self, table: Table) -> None:
        """Take out the rows that 否则: 未计 lists, before anything counts the table's rows."""
        if table.settled or table.settling:
            return
        table.settling = True
        for item in self.book.items.values():
            if item.uncounted and item.ledger == table.name:
                self.built(item.name)
        table.settled = True

    def ended(self, period: Period) -> list[int]:
        """The numbers of the periods that have ended on the as-of date."""
        return [s.number for s in self.stretches[period] if s.end <= self.as_of]

    def label(self, table: Table, period: Period) -> str:
        """The column that says in which period a row lies; rows after the year lie in its last period."""
        if table.period is period:
            return PERIOD
        name = f"#{period.value}"
        if name not in table.columns:
            number = self.number_of(period, nw.col(DAY))
            table.add(name, Column(Kind.NUMBER, number, low=1, high=len(self.stretches[period])))
        return name

    def number_of(self, period: Period, day: nw.Expr) -> nw.Expr:
        """Which period of the year a day lies in, counted from 1."""
        later = [(day >= stretch.start).cast(nw.Int64) for stretch in self.stretches[period][1:]]
        return nw.total([nw.lit(1, nw.Int64), *later])

    def spot(self, table: Table, period: Period) -> str:
        """The column that numbers unit and period together: where a row lies on the table of the period.

        One whole number is grouped and joined by much faster than two.
        """
        times = len(self.stretches[period])
        if times == 1:
            return UNIT
        name = f"{SPOT}{period.value}"
        if name not in table.spots:
            table.then_with((nw.col(UNIT) * times + nw.col(self.label(table, period))).alias(name))
            table.spots = table.spots | {name}
        return name

    # ---- names ----------------------------------------------------------------------------

    def real(self, name: str) -> str:
        """得分 is another name of the last step."""
        steps = self.book.appraisal.steps
        return steps[-1].name if name == SCORE and steps else name

    def column(self, table: Table, name: str, span: Span | None = None) -> Column:
        """The column a name means on a table. Raises :class:`Rejected` if there is none."""
        found = self.find(table, name)
        if found is None:
            where = span or self.place()
            raise Rejected([unknown_name(name, where, self.visible(table))])
        return found

    def find(self, table: Table, name: str) -> Column | None:
        """As :meth:`column`, ``None`` for a name nobody defines."""
        name = self.real(name)
        self._note(name)
        if name in table.columns:
            return table.columns[name]
        if name == "单位" and table.has_unit:
            return Column(Kind.UNIT, self._own_unit(), options=tuple(u.name for u in self.book.roster.units))
        entry = self.entries.get(name)
        if entry is not None and not _is_account(entry):
            return self._entry_column(table, entry)
        if name in self.book.roster.fields and table.has_unit:
            return self._bring(table, self.table(Period.YEAR.value), name)
        return self._number(table, self._period_named(table, name))

    def _period_named(self, table: Table, name: str) -> Period | None:
        """年 半年 季 月 周, where the rule file gives the word no meaning of its own."""
        ledger = self.book.ledgers.get(table.name)
        if name in self.entries or name in self.book.roster.fields or (ledger and name in ledger.fields):
            return None
        return _PERIODS.get(name)

    def _number(self, table: Table, period: Period | None) -> Column | None:
        """Which period of the year a row lies in, 1 2 3 …; none on a table of longer ones."""
        if period is None or not (table.period in (None, period) or finer(table.period, period)):
            return None
        number = Column(Kind.NUMBER, nw.col(self.label(table, period)), low=1, high=len(self.stretches[period]))
        return table.add(period.value, number)

    def _own_unit(self) -> nw.Expr:
        """The unit's position in the roster."""
        return nw.col(UNIT) % len(self.book.roster.units) if self.offices else nw.col(UNIT)

    def unit_of(self, position: nw.Expr) -> nw.Expr:
        """The unit's number among those of all offices, from its position in the roster."""
        return nw.col(OFFICE) * len(self.book.roster.units) + position if self.offices else position

    def _entry_column(self, table: Table, entry: Entry) -> Column:
        home = self.table(self.home(entry))
        self.built(entry.name)
        if entry.name in table.columns:  # also parts, which stand on two tables
            return table.columns[entry.name]
        if not self._coarser(home, table):
            raise Rejected([_too_fine(entry.name, home, table, self.place())])
        return self._bring(table, home, entry.name)

    def _coarser(self, home: Table, table: Table) -> bool:
        if home.period is None or not table.has_unit:
            return False
        if table.period is None:
            return True
        return finer(table.period, home.period)

    def _bring(self, table: Table, home: Table, name: str) -> Column:
        """Join a coarser column onto a table: by unit, and by the period the row lies in."""
        assert home.period is not None
        source = home.columns[name]
        if table is home:
            return source
        names, spot = stored_names(name, source), self.spot(home, home.period)
        here = self.spot(table, home.period)
        rows = home.base if name in self.book.roster.fields and spot == UNIT else home.fork()
        table.join(None if rows is None else rows.select(nw.col(spot).alias(here), *names), (here,))
        table.columns[name] = source
        return source

    def keys(self, table: Table, names: Iterable[str]) -> list[str]:
        """The physical columns that keep the rows of a 同 list together, each office's apart."""
        found = self.physical(table, names)
        return found if {UNIT, *(name for _, name in self.private)} & set(found) else [*self.apart, *found]

    def bounds(self, table: Table) -> dict[str, tuple[int, int]]:
        """Physical columns of a ledger or account → what their values, which are never missing, lie between."""
        fields = [f for ledger in self.book.ledgers.values() for f in ledger.fields.values()]
        found = {} if self._dated_apart(table) else {DAY: (0, self.as_of)}
        if table.has_unit and all(f.blank is None for f in fields if f.kind is Kind.UNIT):
            found[UNIT] = (0, len(self.book.roster.units) * max(self.offices, 1) - 1)
        if self.last_row:
            found[ROW] = (0, self.last_row)
        return found | {
            name: (0, most) for (ledger, name), most in self.private.items() if ledger == table.name and most
        }

    def _dated_apart(self, table: Table) -> bool:
        """Whether an account has points dated otherwise than their ledger (归期), perhaps after the as-of date."""
        account = self.book.items.get(table.name)
        columns = account.mechanism.columns if account is not None and isinstance(account.mechanism, Collect) else ()
        return any(self.book.items[name].dated is not None for name in columns)

    def height(self, table: Table) -> int:
        """The most rows a table can have."""
        return table.total * max(self.offices, 1)

    @property
    def apart(self) -> list[str]:
        """What keeps the rows of different offices apart, where nothing else does."""
        return [OFFICE] if self.offices else []

    def physical(self, table: Table, names: Iterable[str]) -> list[str]:
        """The physical columns of some names; 年 半年 季 月 周 日 are the row's own labels."""
        found = []
        for name in names:
            period = self._period_named(table, name)
            if period is not None:
                found.append(self.label(table, period))
            elif name == "日" and name not in table.columns:
                found.append(DAY)
            elif (name == "单位" and name not in table.columns and table.has_unit) or (
                self.offices and name == table.own_unit
            ):
                found.append(UNIT)
            else:
                self.column(table, name)
                found.append(name)
        return found

    def visible(self, table: Table) -> list[str]:
        """Names to suggest."""
        return [*(n for n in table.columns if n[0] != "#"), *self.entries, SCORE, *self.book.roster.fields]

    def condition(self, table: Table, expression: Expression) -> Column:
        """A condition over a table's rows."""
        return is_condition(expression, lambda name: self.find(table, name), self.visible(table))

    def value(self, table: Table, expression: Expression) -> Column:
        """An expression over a table's rows."""
        return evaluate(expression, lambda name: self.find(table, name), self.visible(table))

    def mark(
        self, table: Table, condition: nw.Expr, reason: str, entry: Entry | None = None, columns: tuple[str, ...] = ()
    ) -> Mark:
        """Single out the rows that hold; they are read from the scored table, so a row taken out is never told."""
        self.marked += 1
        name = f"{MARK}{self.marked}"
        table.then_with(condition.alias(name))
        return Mark(table.name, name, reason, entry, columns, self._building[-1] if self._building else "")

    # ---- building -------------------------------------------------------------------------

    def built(self, name: str) -> None:
        """Build an entry unless it is there. Raises :class:`Skip` if it has a fault."""
        self._note(name)
        if name in self._failed:
            raise Skip
        entry = self.entries[name]
        if self._stands(entry):
            return
        with _Once(self, name):
            try:
                self._build(self, name)
            except Rejected as rejected:
                self._fail(name, [p if p.context else replace(p, context=context(entry)) for p in rejected.problems])
            except Misfit as misfit:
                detail = f"“{name}”：{misfit}。"
                self._fail(name, [Problem("R14", detail, entry.place, misfit.hint, context(entry))])
            except Skip:
                self._fail(name, [])

    def _stands(self, entry: Entry) -> bool:
        """Whether an entry is built already."""
        if _is_account(entry):
            return entry.name in self.tables
        home = self.table(self.home(entry))
        if isinstance(entry, Item) and entry.uncounted and not home.settling and not home.settled:
            self.settle(home)
        return entry.name in home.columns

    def _fail(self, name: str, problems: list[Problem]) -> None:
        self.problems += problems
        self._failed.add(name)
        raise Skip

    def _note(self, name: str) -> None:
        if self._building:
            self.asked.setdefault(self._building[-1], set()).add(name)

    def place(self) -> Span:
        """The entry being built, for messages."""
        for name in (key.removeprefix(LEDGER) for key in reversed(self._building)):
            if name in self.entries:  # an account's table is the account itself
                return self.entries[name].place
        return self.book.title.place

    def enter(self, key: str) -> None:
        """Begin building; a key already begun is a cycle."""
        if key in self._building:
            loop = [k for k in self._building[self._building.index(key) :] if not k.startswith(LEDGER)]
            detail = f"{' → '.join(f'“{k}”' for k in [*loop, loop[0] if loop else key])}：算这一项要先算它自己。"
            raise Rejected([Problem("R12", detail, self.place(), "去掉圈里的一处引用。")])
        self._building.append(key)

    def leave(self) -> None:
        """End building."""
        self._building.pop()


class _Stretches(dict[Period, tuple[Stretch, ...]]):
    """The year's periods, each kind cut when first asked for."""

    def __init__(self, title: Title) -> None:
        super().__init__()
        self.title = title

    def __missing__(self, period: Period) -> tuple[Stretch, ...]:
        self[period] = stretches(self.title, period)
        return self[period]


class _Once:
    """Marks a key as being built."""

    def __init__(self, study: Study, key: str) -> None:
        self.study, self.key = study, key

    def __enter__(self) -> None:
        self.study.enter(self.key)

    def __exit__(self, *_: object) -> None:
        self.study.leave()


def _is_account(entry: Entry | None) -> bool:
    """Whether an entry is an account (收): a table of its own, not a column."""
    return isinstance(entry, Item) and isinstance(entry.mechanism, Collect)


def context(entry: Entry) -> str:
    """Clause and name, for messages."""
    return f"{'；'.join(entry.clauses)}「{entry.name}」"


def _too_fine(name: str, home: Table, table: Table, place: Span) -> Problem:
    many = f"在台账「{home.name}」里每条记录各有一个" if home.period is None else f"每{home.name}各有一个"
    one = f"「{table.name}」的一条记录" if table.period is None else f"一个单位一{table.name}"
    return Problem(
        "R13", f"“{name}”{many}，这里{one}只要一个。", place, "先用 合计、计次、最高…… 合成一个，再写合成的那一项。"
    )


def finer(this: Period, that: Period) -> bool:
    """Whether each ``this`` lies in one ``that``: 月 in 季 in 半年 in 年; 周 only in 年."""
    order = list(Period)
    return order.index(this) > order.index(that) and (this is not Period.WEEK or that is Period.YEAR)


def last_minute(as_of: int) -> int:
    """The end of the as-of day, in minutes since 1970-01-01."""
    return (as_of + 1) * 1440
