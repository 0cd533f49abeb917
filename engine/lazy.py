"""Expressions over columns: Narwhals' over data, and nothing at all on a dry run.

A dry run checks names, kinds, measures and bounds; nobody will ever read its expressions,
and building them is most of its cost. Inside :func:`unread` every expression is the one
object :data:`UNREAD`, which any operation on it gives back.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import narwhals as nw
from narwhals import Boolean, Expr, Int8, Int64, LazyFrame, concat, from_native, to_native

if TYPE_CHECKING:
    from narwhals.functions import When

__all__ = [
    "UNREAD", "Boolean", "Expr", "Int8", "Int64", "LazyFrame", "col", "concat", "from_native", "len", "lit",
    "max_horizontal", "min_horizontal", "to_native", "unread", "when",
]  # fmt: skip


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


UNREAD: Any = _Unread()
_dry: ContextVar[bool] = ContextVar("dry", default=False)


@contextmanager
def unread() -> Iterator[None]:
    """A dry run: no expression is built."""
    token = _dry.set(True)
    try:
        yield
    finally:
        _dry.reset(token)


def col(name: str) -> Expr:
    """A column by name."""
    return UNREAD if _dry.get() else nw.col(name)


def lit(value: Any, dtype: Any = None) -> Expr:
    """A constant."""
    return UNREAD if _dry.get() else nw.lit(value, dtype)


def when(condition: Any) -> When:
    """The beginning of when … then … otherwise."""
    return UNREAD if _dry.get() else nw.when(condition)


def len() -> Expr:  # noqa: A001 - the name it has in Narwhals
    """How many rows."""
    return UNREAD if _dry.get() else nw.len()


def max_horizontal(*exprs: Any) -> Expr:
    """The largest of several columns, row by row."""
    return UNREAD if _dry.get() else nw.max_horizontal(*exprs)


def min_horizontal(*exprs: Any) -> Expr:
    """The smallest of several columns, row by row."""
    return UNREAD if _dry.get() else nw.min_horizontal(*exprs)
