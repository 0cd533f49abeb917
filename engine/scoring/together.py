"""Figures that are gathered from the same rows under the same keys: one grouping and one join for all of them."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from engine import lazy as nw
from engine.column import Column
from engine.rulebook import Absent
from engine.scoring.table import Lazy, Table

COUNTS = ("计次", "种数")
DIFFERENT = "种数"
VALUE, COUNT, PENDING = "~值", "~次", "~待"
_REDUCERS = {"最高": "max", "最低": "min", "最早": "min", "最晚": "max"}


@dataclass(frozen=True, slots=True)
class Figure:
    """What is gathered: how (``verb``), which column (none: rows are counted), of which rows (``keep``; none: all).

    It is found in columns that begin with VALUE, COUNT and PENDING and end in ``name``.
    """

    name: str
    verb: str
    value: Column | None
    keep: nw.Expr | None

    def prepared(self) -> list[nw.Expr]:
        """Working columns, blank in rows that are not kept."""
        made = {}
        if self.value is not None:
            made[VALUE] = self.value.expr
            if self.value.absent is not None:
                made[PENDING] = (self.value.absent >= int(Absent.PENDING)).cast(nw.Int64)
        if self.keep is not None:
            made = {kind: nw.when(self.keep).then(expr) for kind, expr in made.items()}
            if self.verb in COUNTS:
                made[COUNT] = self.keep.cast(nw.Int64)
        return [expr.alias(kind + self.name) for kind, expr in made.items()]

    def reduced(self) -> list[nw.Expr]:
        """What becomes of them in a group."""
        value, count = nw.col(VALUE + self.name), COUNT + self.name
        if self.verb in COUNTS:
            rows = nw.len().cast(nw.Int64) if self.keep is None else nw.col(count).sum()
            return [rows.alias(count)]
        made = [getattr(value, _REDUCERS.get(self.verb, "sum"))().alias(VALUE + self.name)]
        made.append(value.count().cast(nw.Int64).alias(count))
        if self.value is not None and self.value.absent is not None:
            made.append(nw.col(PENDING + self.name).max().alias(PENDING + self.name))
        return made


@dataclass
class Together:
    """Figures of one table's rows by equal ``keys``, which the receiving table calls ``names``.

    ``met``: the receiving table, where only the rows whose keys it has are worth grouping.
    """

    origin: Table
    keys: Sequence[str]
    names: Sequence[str]
    met: Table | None
    figures: list[Figure] = field(default_factory=list)

    def rows(self) -> Lazy:
        """One row for each group."""
        rows, figures = self._kept(), self.figures
        if len(figures) == 1:  # the rows it does not keep are not there any more
            figures = [replace(figures[0], keep=None)]
        prepared = [expr for figure in figures for expr in figure.prepared()]
        rows = rows.with_columns(*prepared) if prepared else rows
        if figures[0].verb == DIFFERENT:
            value = VALUE + figures[0].name
            rows = rows.select(*self.keys, value).filter(~nw.col(value).is_null()).unique()
        grouped = rows.group_by(*self.keys).agg(*(expr for figure in figures for expr in figure.reduced()))
        renamed = {key: name for key, name in zip(self.keys, self.names, strict=True) if key != name}
        return grouped.rename(renamed) if renamed else grouped

    def _kept(self) -> Lazy:
        """The rows that some figure keeps."""
        rows = self.origin.fork()
        mine = None if self.met is None else self.met.select(*self.names)
        assert rows is not None
        if mine is not None:
            rows = rows.join(mine.unique(), on=list(self.keys), how="semi")
        keeps = [figure.keep for figure in self.figures if figure.keep is not None]
        if len(keeps) == len(self.figures):
            rows = rows.filter(functools.reduce(lambda a, b: a | b, keeps))
        return rows
