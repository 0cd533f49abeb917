"""What a worked case is: rows of ledgers as typed, and what must come of them. Plain values, each with its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from fractions import Fraction
from itertools import zip_longest

from engine.source import Cell, Place, Span

Readings = tuple[tuple[str, str], ...]
Members = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


class Kind(Enum):
    """What a claim speaks of. The value is the key it is written under (a figure's is its own name)."""

    FIGURE = "应为"
    PART = "项目"
    LIST = "名单"
    COLUMN = "行"
    UNCOUNTED = "未计"
    FAULTS = "错误"
    NOTICES = "告知"
    COSTING = "条款"
    CITED = "另见"


@dataclass(frozen=True, slots=True)
class Line:
    """One ledger row of a case: cells by column, or in the ledger's order; ``number`` as its user counts rows."""

    cells: tuple[str, ...] | Mapping[str, str]
    number: int
    place: Place

    def named(self, columns: Iterable[str]) -> dict[str, str]:
        """The cells by column; a cell left out at the end is blank."""
        if isinstance(self.cells, Mapping):
            return {column: self.cells.get(column, "") for column in columns}
        return dict(zip_longest(columns, self.cells, fillvalue=""))


@dataclass(frozen=True, slots=True)
class Claim:
    """One figure that must come out: of ``unit`` (``""``: of the case), called ``name``, in period ``number``."""

    kind: Kind
    unit: str
    name: str
    number: int | None
    wanted: str | tuple[str, ...]
    place: Place

    @property
    def words(self) -> str:
        """Whose figure it is, for people."""
        when = f"第{self.number}期" if self.number is not None else ""
        what = "" if self.kind in (Kind.FIGURE, Kind.LIST, Kind.COLUMN) else f"{self.kind.value} "
        return " ".join(part for part in (self.unit, f"{what}{self.name}{when}".strip()) if part)


@dataclass(frozen=True)
class Case:
    """One case.

    ``members``: lines of the roster changed or added for it. ``of``: the case it is another reading of.
    ``confirmed``: its figures are somebody's, not the program's proposal.
    """

    name: str
    place: Span | Cell
    note: str
    lines: Mapping[str, tuple[Line, ...]] = field(hash=False)
    claims: tuple[Claim, ...]
    as_of: date | None = None
    readings: Readings = ()
    scale_to: Fraction | None = None
    alone: bool = False
    confirmed: bool = True
    of: str = ""
    members: Members = ()

    @property
    def file(self) -> str:
        """The file it stands in."""
        return self.place.source.name if isinstance(self.place, Span) else self.place.file

    @property
    def title(self) -> str:
        """What it is called in a message."""
        return f"算例「{self.name}」"

    @property
    def refused(self) -> bool:
        """Whether its rows must be refused."""
        return any(claim.kind is Kind.FAULTS for claim in self.claims)

    @property
    def apart(self) -> bool:
        """Whether it must be run by itself: it says so, or is told of rows by their number in the file."""
        return self.alone or any(claim.kind in (Kind.FAULTS, Kind.NOTICES) for claim in self.claims)

    @property
    def units(self) -> list[str]:
        """The units it expects something of, or changes."""
        return list(dict.fromkeys([*(c.unit for c in self.claims if c.unit), *(name for name, _ in self.members)]))
