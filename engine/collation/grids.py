"""Tables of the document against tables and units of the rule file, cell by cell.

A table is read as its cells in order, one behind the other, so that it does not matter whether it
came as a table, as Markdown, or as a plain text with a cell on every line.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from engine.collation.finding import Finding
from engine.collation.fold import fold
from engine.number import exact, show
from engine.paper.original import Piece
from engine.phrases import flattened
from engine.rulebook import Item, Kind, Lookup, Roster, Row, RuleBook, Unit

_NUMBER = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,9})?")
_NOTHING = ("-", "--", "/", "\\", "无")

Value = Fraction | None


@dataclass(slots=True)
class Grids:
    """What the tables came to: the pieces they account for, how many cells are the same, the differences."""

    taken: set[int] = field(default_factory=set)
    same: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def count(self, name: str, cells: int) -> None:
        """Cells of a table that agree."""
        self.same[name] = self.same.get(name, 0) + cells


class Cells:
    """The pieces as cells."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.pieces = pieces
        self.texts = [fold(piece.text) for piece in pieces]

    def under(self, words: Collection[str]) -> list[str]:
        """For each cell the last of these words at or above it; nothing above the first."""
        return list(itertools.accumulate(self.texts, lambda last, text: text if text in words else last, initial=""))[
            1:
        ]

    def number(self, at: int) -> bool:
        """Whether a cell holds a number, or says that there is none."""
        return 0 <= at < len(self.texts) and bool(_NUMBER.fullmatch(self.texts[at]) or self.texts[at] in _NOTHING)

    def value(self, at: int) -> Value:
        """The number of a cell."""
        return exact(self.texts[at]) if _NUMBER.fullmatch(self.texts[at]) else None

    def numbers(self, at: int) -> list[int]:
        """The cells with numbers from here on, up to the first without."""
        found = []
        while self.number(at):
            found.append(at)
            at += 1
        return found


def compared(pieces: Sequence[Piece], book: RuleBook) -> Grids:
    """The units, then every lookup table whose labels stand in cells of their own."""
    cells, grids = Cells(pieces), Grids()
    _units(cells, book.roster, grids)
    for item in book.items.values():
        if isinstance(item.mechanism, Lookup):
            _lookup(cells, item, item.mechanism, grids)
    return grids


# ---- a table of points ----------------------------------------------------------------------


def _lookup(cells: Cells, item: Item, mechanism: Lookup, grids: Grids) -> None:
    """Rows whose label is followed by numbers, one for each label of the second key (one, if there is none)."""
    paths = {tuple(fold(row.label) for row in path): path[-1] for path in flattened(mechanism.table)}
    if any(not isinstance(row.result, Fraction) for row in paths.values()) or len(mechanism.keys) > 2:
        return
    labels = {path[0] for path in paths}
    rows = [
        at for at, text in enumerate(cells.texts) if text in labels and at not in grids.taken and cells.number(at + 1)
    ]
    if len(rows) < 2:
        return
    header = _header(cells, rows[0], {path[1] for path in paths if len(path) > 1})
    for at in rows:
        _compare_row(cells, item, paths, header, at, grids)
    grids.taken.update(header)


def _header(cells: Cells, first: int, labels: set[str]) -> list[int]:
    """The cells above the first row that name the columns."""
    found = [at for at in range(first) if cells.texts[at] in labels]
    return found[-len(labels) :] if labels else []


def _compare_row(
    cells: Cells, item: Item, paths: Mapping[tuple[str, ...], Row], header: Sequence[int], at: int, grids: Grids
) -> None:
    label, numbers = cells.texts[at], cells.numbers(at + 1)
    keys: list[tuple[str, ...]] = [(label, cells.texts[column]) for column in header] or [(label,)]
    if len(numbers) != len(keys):
        detail = (
            f"「{item.name}」“{cells.pieces[at].text.strip()}”一行，原件有 {len(numbers)} 格数，表头有 {len(keys)} 栏"
        )
        grids.findings.append(Finding("表格", _clause(item), detail, cells.pieces[at].where, item.place))
    grids.taken.update([at, *numbers])
    for key, number in zip(keys, numbers, strict=False):
        row, printed = paths.get(key), cells.value(number)
        written = row.result if row is not None and isinstance(row.result, Fraction) else None
        if written == printed:
            grids.count(item.name, 1)
            continue
        detail = f"「{item.name}」{' × '.join(key)}：原件是 {_said(printed)}，规则文件是 {_said(written)}"
        place = row.place if row is not None else item.place
        grids.findings.append(Finding("表格", _clause(item), detail, cells.pieces[number].where, place))


def _clause(item: Item) -> str:
    return "；".join(item.clauses)


def _said(value: Fraction | str | None) -> str:
    return "空着" if value is None else show(value) if isinstance(value, Fraction) else value


# ---- the units ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Line:
    """A unit in the document: its cell, the cells with its numbers, those before its name first, and its 系列."""

    at: int
    name: str
    numbers: tuple[int, ...]
    series: str


def _units(cells: Cells, roster: Roster, grids: Grids) -> None:
    known = {fold(unit.name): unit for unit in roster.units}
    lines = _lines(cells, known, _options(roster))
    found = {known[line.name].name for line in lines if line.name in known}
    gone = [unit for unit in roster.units if unit.name not in found]
    if len(gone) == len(known):
        detail = f"原件里没有单位表，名单的 {len(known)} 个单位没有比（附件是另一个文件的，再比一次）"
        grids.findings.append(Finding("单位", "", detail, "", roster.place))
        return
    for unit in gone:
        grids.findings.append(Finding("单位", "", f"“{unit.name}”：规则文件有，原件没有", "", unit.place))
    columns = _columns(cells, lines, known, roster)
    for line in lines:
        grids.taken.update([line.at, *line.numbers])
        if line.name in known:
            _compare_unit(cells, line, known[line.name], columns, grids)
        else:
            detail = f"“{cells.pieces[line.at].text.strip()}”：原件有，规则文件没有"
            grids.findings.append(Finding("单位", "", detail, cells.pieces[line.at].where, roster.place))


def _options(roster: Roster) -> dict[str, str]:
    """Words of the units' attributes (系列) → the attribute."""
    return {fold(word): name for name, f in roster.fields.items() for word in f.options}


def _lines(cells: Cells, known: Mapping[str, Unit], options: Mapping[str, str]) -> list[_Line]:
    """The rows of the table of units: every name, known or not, with the numbers around it."""
    texts = cells.texts
    places = [at for at, text in enumerate(texts) if text in known and (cells.number(at - 1) or cells.number(at + 1))]
    if not places:
        return []
    usual = _usual(cells, places)
    first, before = _top(cells, places[0], usual, options)
    last = _bottom(cells, places[-1], options)
    passed = (set(texts[:first]) - set(known)) | set(options)  # a head printed again on the next page
    names = [at for at in range(first, last + 1) if not cells.number(at) and texts[at] not in passed]
    most = max(usual - before, 0) or len(cells.numbers(places[-1] + 1))
    series = cells.under(options)
    return [_line(cells, at, nxt, before, most, series) for at, nxt in zip(names, [*names[1:], None], strict=True)]


def _usual(cells: Cells, places: Sequence[int]) -> int:
    """How many numbers a unit has, as most have."""
    gaps = Counter(sum(map(cells.number, range(a, b))) for a, b in itertools.pairwise(places))
    return gaps.most_common(1)[0][0] if gaps else 0


def _top(cells: Cells, first: int, usual: int, options: Mapping[str, str]) -> tuple[int, int]:
    """The first name of the table, and how many numbers stand before a name.

    Above a name stand its own numbers (序号); as many as a whole unit has mean that another unit is above it.
    """
    while True:
        at, count = first - 1, 0
        while cells.number(at) or (at >= 0 and cells.texts[at] in options):
            count += cells.number(at)
            at -= 1
        if at < 0 or not usual or count < usual:
            return first, count
        first = at


def _bottom(cells: Cells, last: int, options: Mapping[str, str]) -> int:
    """The last name of the table: below the last known unit, names that numbers follow are units too."""
    while True:
        at = last + 1 + len(cells.numbers(last + 1))
        if at < len(cells.texts) and cells.texts[at] in options:
            at += 1 + len(cells.numbers(at + 1))
        if not (at < len(cells.texts) and cells.numbers(at + 1)):
            return last
        last = at


def _after(cells: Cells, at: int, following: int | None, before: int) -> list[int]:
    """The numbers behind a name that are its own: those just before the next name belong to that one."""
    if following is None:
        return cells.numbers(at + 1)
    between = [n for n in range(at + 1, following) if cells.number(n)]
    return between[: len(between) - before]


def _line(cells: Cells, at: int, following: int | None, before: int, most: int, series: Sequence[str]) -> _Line:
    behind = _after(cells, at, following, before)
    behind = behind if following is not None else behind[:most]
    ahead = [n for n in range(at - before, at) if cells.number(n)]
    return _Line(at, cells.texts[at], (*ahead, *behind), series[(behind or [at])[-1]])


def _columns(cells: Cells, lines: Sequence[_Line], known: Mapping[str, Unit], roster: Roster) -> list[str | None]:
    """For each column of numbers the attribute that most units agree on."""
    width = Counter(len(line.numbers) for line in lines).most_common(1)[0][0]
    numeric = [name for name, f in roster.fields.items() if f.kind is Kind.NUMBER]
    full = [line for line in lines if line.name in known and len(line.numbers) == width]
    found: list[str | None] = []
    for column in range(width):
        agree = {name: sum(cells.value(line.numbers[column]) == known[line.name].values.get(name) for line in full)
                 for name in numeric if name not in found}  # fmt: skip
        best = max(agree, key=lambda name: agree[name], default=None)
        found.append(best if best is not None and 2 * agree[best] >= len(full) else None)
    return found


def _compare_unit(cells: Cells, line: _Line, unit: Unit, columns: Sequence[str | None], grids: Grids) -> None:
    where = cells.pieces[line.at].where
    if len(line.numbers) != len(columns):
        detail = f"“{unit.name}”一行，原件有 {len(line.numbers)} 格数，别的单位有 {len(columns)} 格"
        grids.findings.append(Finding("单位", "", detail, where, unit.place))
    for name, number in zip(columns, line.numbers, strict=False):
        printed, written = cells.value(number), unit.values.get(name or "")
        if name is None or printed == written:
            grids.count("单位", 1)
            continue
        detail = f"“{unit.name}”{name}：原件是 {_said(printed)}，规则文件是 {_said(written)}"
        grids.findings.append(Finding("单位", "", detail, cells.pieces[number].where, unit.place))
    if line.series and line.series not in {fold(str(value)) for value in unit.values.values()}:
        detail = f"“{unit.name}”在原件的“{line.series}”里，规则文件不是"
        grids.findings.append(Finding("单位", "", detail, where, unit.place))
