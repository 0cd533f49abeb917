"""A line of numbers cut at every edge, into points and the open stretches between them. Exact throughout."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from engine.phrases import shown
from engine.rulebook import Interval

_FINEST = 6  # decimals tried for a value that reads well


@dataclass(frozen=True, slots=True)
class Domain:
    """The values a key can take: from ``low`` to ``high`` (``None``: without end), in ``step`` (``None``: any).

    ``sure``: from here on a value is certain to be possible; below it, only as far as bounds can tell.
    ``free``: nothing is known of the ends, so that only what lies between two bands can be a gap.
    """

    low: Fraction | None = Fraction(0)
    high: Fraction | None = None
    step: Fraction | None = None
    sure: Fraction | None = Fraction(0)
    free: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """A point (``low`` is ``high``) or the open stretch between two edges."""

    low: Fraction | None
    high: Fraction | None

    @property
    def point(self) -> bool:
        """Whether it is a single value."""
        return self.low is not None and self.low == self.high

    def middle(self) -> Fraction:
        """A value in it; every value of a piece lies in the same bands."""
        low, high = _closed_off(self, Fraction(1))
        return (low + high) / 2


def _closed_off(piece: Piece, unit: Fraction) -> tuple[Fraction, Fraction]:
    """Its ends; an open end is taken one unit beyond the first value shown."""
    if piece.low is not None and piece.high is not None:
        return piece.low, piece.high
    if piece.low is not None:
        return piece.low, piece.low + 2 * unit
    high = unit if piece.high is None else piece.high
    return high - 2 * unit, high


def contains(stretch: Interval, value: Fraction) -> bool:
    """Whether a value lies in an interval."""
    above = stretch.low is None or value > stretch.low or (stretch.low_closed and value == stretch.low)
    below = stretch.high is None or value < stretch.high or (stretch.high_closed and value == stretch.high)
    return above and below


def empty(stretch: Interval) -> bool:
    """Whether no number at all lies in an interval: ``(75%, 50%]``, ``(2, 2]``."""
    if stretch.low is None or stretch.high is None:
        return False
    return stretch.low > stretch.high or (
        stretch.low == stretch.high and not (stretch.low_closed and stretch.high_closed)
    )


def cut(stretches: Iterable[Interval], domain: Domain) -> list[Piece]:
    """The pieces of a domain, from low to high; no interval covers only a part of one."""
    ends = [edge for stretch in stretches for edge in (stretch.low, stretch.high)]
    edges = sorted({edge for edge in (*ends, domain.low, domain.high, domain.sure) if edge is not None})
    opens = itertools.pairwise([None, *edges, None])
    points = [Piece(edge, edge) for edge in edges]
    pieces = [piece for pair in itertools.zip_longest((Piece(*p) for p in opens), points) for piece in pair if piece]
    return [piece for piece in pieces if _within(domain, piece.middle())]


def _within(domain: Domain, value: Fraction) -> bool:
    return (domain.low is None or value >= domain.low) and (domain.high is None or value <= domain.high)


# ---- a value to show ------------------------------------------------------------------------


def example(pieces: Iterable[Piece], domain: Domain, measure: str) -> Fraction | None:
    """A value of the pieces that can occur and reads well; ``None`` if none can occur."""
    found = [
        value
        for piece in sorted(pieces, key=lambda p: p.point)
        if (value := _value(piece, domain, measure)) is not None
    ]
    return found[0] if found else None


def _value(piece: Piece, domain: Domain, measure: str) -> Fraction | None:
    if piece.point and piece.low is not None:
        return piece.low if domain.step is None or (piece.low / domain.step).denominator == 1 else None
    unit = Fraction(1, 100) if measure == "比率" else Fraction(1)
    low, high = _closed_off(piece, unit)
    high = min(high, 2 * low) if low > 0 else high  # not a value far beyond what anybody will see
    for size in _sizes(unit, domain.step):
        down = math.floor((low + high) / 2 / size) * size
        for value in (down, down + size):
            if low < value < high:
                return value
    return (low + high) / 2 if domain.step is None else None


def _sizes(unit: Fraction, step: Fraction | None) -> Iterator[Fraction]:
    """From round to fine: whole units, tenths …; at last the step itself."""
    for places in range(_FINEST + 1):
        size = unit / 10**places
        if step is None or (size / step).denominator == 1:
            yield size
    if step is not None:
        yield step


def stretch_text(pieces: list[Piece], measure: str) -> str:
    """Neighbouring pieces as one stretch: ``在 [70%, 75%) 时``, ``恰好75%时``."""
    first = pieces[0]
    if len(pieces) == 1 and first.point and first.low is not None:
        return f"恰好{shown(first.low, measure)}时"
    return f"在 {interval_text(pieces, measure)} 时"


def interval_text(pieces: list[Piece], measure: str) -> str:
    """Neighbouring pieces as a rule file writes them: ``[70%, 75%)``."""
    first, last = pieces[0], pieces[-1]
    low = "-∞" if first.low is None else shown(first.low, measure)
    high = "+∞" if last.high is None else shown(last.high, measure)
    return f"{'[' if first.point else '('}{low}, {high}{']' if last.point else ')'}"
