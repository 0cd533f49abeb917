"""A few rows in plain Python: the expressions of a plan over supposed situations, without a dataframe library.

Stands in for Narwhals (:mod:`engine.lazy`) where a rule book is asked what it would say of some
dozens of invented rows. It knows only what expressions are made of; what the rules mean is said
once, above. Nulls behave as in every SQL: an operation with one gives one, 且 and 或 are
three-valued.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any


class Few:
    """One column: ``values``, one a row; ``name`` once it is kept."""

    def __init__(self, values: Sequence[Any], name: str = "") -> None:
        self.values, self.name = values, name

    def _with(self, other: Any, operation: Callable[[Any, Any], Any]) -> Few:
        pairs = zip(self.values, _cells(other, len(self.values)), strict=True)
        return Few([None if a is None or b is None else operation(a, b) for a, b in pairs])

    def __add__(self, other: Any) -> Few:
        return self._with(other, operator.add)

    def __sub__(self, other: Any) -> Few:
        return self._with(other, operator.sub)

    def __mul__(self, other: Any) -> Few:
        return self._with(other, operator.mul)

    def __floordiv__(self, other: Any) -> Few:
        return self._with(other, lambda a, b: a // b if b else None)

    def __mod__(self, other: Any) -> Few:
        return self._with(other, lambda a, b: a % b if b else None)

    def __neg__(self) -> Few:
        return self._with(-1, operator.mul)

    def __invert__(self) -> Few:
        return Few([None if v is None else not v for v in self.values])

    def __and__(self, other: Any) -> Few:
        return Few([_both(a, b) for a, b in zip(self.values, _cells(other, len(self.values)), strict=True)])

    def __or__(self, other: Any) -> Few:
        return ~(~self & ~Few(_cells(other, len(self.values))))

    def __lt__(self, other: Any) -> Few:
        return self._with(other, operator.lt)

    def __le__(self, other: Any) -> Few:
        return self._with(other, operator.le)

    def __gt__(self, other: Any) -> Few:
        return self._with(other, operator.gt)

    def __ge__(self, other: Any) -> Few:
        return self._with(other, operator.ge)

    def __eq__(self, other: object) -> Few:  # type: ignore[override]
        return self._with(other, operator.eq)

    def __ne__(self, other: object) -> Few:  # type: ignore[override]
        return self._with(other, operator.ne)

    __hash__ = None  # type: ignore[assignment]

    def is_null(self) -> Few:
        """Where there is no value."""
        return Few([v is None for v in self.values])

    def fill_null(self, value: Any) -> Few:
        """The value, or another where there is none."""
        return Few([value if v is None else v for v in self.values])

    def is_in(self, choices: Sequence[Any]) -> Few:
        """Whether it is one of some values."""
        return (
            self._with(None, operator.eq)
            if not choices
            else Few([None if v is None else v in choices for v in self.values])
        )

    def cast(self, _: Any) -> Few:
        """Truth values as 1 and 0; numbers are whole already."""
        return Few([int(v) if isinstance(v, bool) else v for v in self.values])

    def alias(self, name: str) -> Few:
        """The column under a name, to be kept."""
        return Few(self.values, name)


def _cells(value: Any, size: int) -> Sequence[Any]:
    """The values of a column, or one value (which nobody may know: see :mod:`engine.lazy`) in every row."""
    return value.values if isinstance(value, Few) else [value] * size


def _both(a: bool | None, b: bool | None) -> bool | None:
    if a is False or b is False:
        return False
    return None if a is None or b is None else bool(a and b)


class _When:
    """when … then … otherwise; a condition that is unknown does not hold."""

    def __init__(self, condition: Few) -> None:
        self.condition = condition

    def then(self, value: Any) -> _Then:
        """What it is where the condition holds."""
        return _Then(self.condition, value)


class _Then(Few):
    """No value where the condition does not hold, until ``otherwise`` says one."""

    def __init__(self, condition: Few, value: Any) -> None:
        self.condition, self.value = condition, value
        super().__init__(_chosen(condition, value, None))

    def otherwise(self, value: Any) -> Few:
        """What it is elsewhere."""
        return Few(_chosen(self.condition, self.value, value))


def _chosen(condition: Few, yes: Any, no: Any) -> list[Any]:
    size = len(condition.values)
    cells = zip(condition.values, _cells(yes, size), _cells(no, size), strict=True)
    return [a if held else b for held, a, b in cells]


class Rows:
    """A table of a few rows; also what makes expressions over it (see :mod:`engine.lazy`)."""

    Boolean = Int8 = Int64 = None  # numbers are whole already

    def __init__(self, columns: Mapping[str, Sequence[Any]], otherwise: Any) -> None:
        self.columns, self.otherwise = dict(columns), otherwise
        self.size = len(next(iter(columns.values())))

    def col(self, name: str) -> Few:
        """A column by name; what is not among the rows is ``otherwise``."""
        return Few(self.columns[name]) if name in self.columns else self.otherwise

    def lit(self, value: Any, _: Any = None) -> Few:
        """A constant."""
        return Few([value] * self.size)

    def when(self, condition: Any) -> Any:
        """The beginning of when … then … otherwise; on a condition that nobody knows it is as unknown."""
        return _When(condition) if isinstance(condition, Few) else condition

    def max_horizontal(self, *columns: Any) -> Any:
        """The largest of several, row by row; what has no value is passed over."""
        return self._across(max, columns)

    def min_horizontal(self, *columns: Any) -> Any:
        """The smallest of several, row by row."""
        return self._across(min, columns)

    def _across(self, pick: Callable[[list[Any]], Any], columns: Sequence[Few]) -> Few:
        rows = zip(*(_cells(column, self.size) for column in columns), strict=True)
        kept = ([v for v in row if v is not None] for row in rows)
        return Few([pick(values) if values else None for values in kept])

    def with_columns(self, *columns: Few) -> Rows:
        """The rows with more columns."""
        self.columns |= {column.name: column.values for column in columns}
        return self
