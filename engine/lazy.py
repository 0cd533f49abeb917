"""Expressions over columns: Narwhals' over data, plain Python over a few rows, nothing at all on a dry run.

A dry run checks names, kinds, measures and bounds; nobody will ever read its expressions,
and building them is most of its cost. Inside :func:`unread` every expression is the one
object :data:`UNREAD`, which any operation on it gives back.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from narwhals import Boolean, Expr, Int8, Int64, LazyFrame, concat, from_native, to_native
    from narwhals.functions import When

__all__ = [
    "UNREAD",
    "Boolean",
    "Expr",
    "Int8",
    "Int64",
    "LazyFrame",
    "Unknown",
    "checkpoint",
    "col",
    "concat",
    "from_native",
    "len",
    "lit",
    "made_by",
    "max_horizontal",
    "min_horizontal",
    "nobody_reads",
    "to_native",
    "total",
    "unread",
    "when",
]  # fmt: skip


class Unknown(Exception):
    """Something was to be decided by an expression that nobody reads."""


class _Unread:
    """Stands for any expression: what is done to it gives it back."""

    def _same(self, *_: Any, **__: Any) -> _Unread:
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __floordiv__ = __rfloordiv__ = _same
    __mod__ = __neg__ = __invert__ = __and__ = __rand__ = __or__ = __ror__ = _same
    __lt__ = __le__ = __gt__ = __ge__ = __call__ = _same
    __eq__ = __ne__ = _same  # type: ignore[assignment]
    __hash__ = object.__hash__

    def __getattr__(self, name: str) -> _Unread:
        return self

    def __bool__(self) -> bool:
        raise Unknown


UNREAD: Any = _Unread()
# Who makes the expressions: UNREAD itself on a dry run, a few rows (engine.few), and otherwise Narwhals.
_maker: ContextVar[Any] = ContextVar("maker", default=None)


def _make() -> Any:
    """Narwhals is imported when data is to be read: a dry run never needs it."""
    maker = _maker.get()
    if maker is None:
        import narwhals

        return narwhals
    return maker


def __getattr__(name: str) -> Any:
    """The kinds of columns and the frames (``Int64``, ``concat`` …), as whoever makes the expressions has them."""
    if name not in __all__:
        raise AttributeError(name)
    return getattr(_make(), name)


@contextmanager
def made_by(maker: Any) -> Iterator[None]:
    """Within, expressions are made by ``maker``."""
    token = _maker.set(maker)
    try:
        yield
    finally:
        _maker.reset(token)


def unread() -> AbstractContextManager[None]:
    """A dry run: no expression is built."""
    return made_by(UNREAD)


def checkpoint(frame: LazyFrame[Any]) -> LazyFrame[Any]:
    """The same frame, computed once however many plans read it, where Polars can be told so.

    What Spark does instead is in :mod:`engine.bulk.spark`.
    """
    if not frame.implementation.is_polars():
        return frame
    made: LazyFrame[Any] = _make().from_native(_make().to_native(frame).cache())
    return made


def nobody_reads() -> bool:
    """Whether this is a dry run."""
    return _maker.get() is UNREAD


def col(name: str) -> Expr:
    """A column by name."""
    made: Expr = _make().col(name)
    return made


def lit(value: Any, dtype: Any = None) -> Expr:
    """A constant."""
    made: Expr = _make().lit(value, dtype)
    return made


def when(condition: Any) -> When:
    """The beginning of when … then … otherwise."""
    made: When = _make().when(condition)
    return made


def len() -> Expr:  # noqa: A001 - the name it has in Narwhals
    """How many rows."""
    made: Expr = _make().len()
    return made


def max_horizontal(*exprs: Any) -> Expr:
    """The largest of several columns, row by row."""
    made: Expr = _make().max_horizontal(*exprs)
    return made


def min_horizontal(*exprs: Any) -> Expr:
    """The smallest of several columns, row by row."""
    made: Expr = _make().min_horizontal(*exprs)
    return made


def total(terms: Sequence[Expr]) -> Expr:
    """All of them added (one at least), in pairs of pairs: some engines refuse an expression as deep as many are."""
    if terms[1:]:
        middle = builtins.len(terms) // 2
        return total(terms[:middle]) + total(terms[middle:])
    return terms[0]
