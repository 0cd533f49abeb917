"""The difference as a picture: a line a unit, from the old score (a ring) to the new one (a dot). SVG, drawn as text.

Shapes, not colours, tell old from new, so that it can be read in black and white.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from xml.etree.ElementTree import Element

from engine.contrast.drawing import LETTER, canvas, dot, line, text
from engine.contrast.report import difference, place_of
from engine.impact import UnitEffect
from engine.number import show, show_rounded
from engine.source import display_width

_ROW, _TOP, _BOTTOM = 24, 34, 30
_PLOT, _RIGHT, _GAP = 520, 150, 12
_TICKS = 5


def picture(title: str, units: Sequence[UnitEffect]) -> Element | None:
    """One class of units, the best first; ``None`` if nobody has both scores."""
    known = sorted((u for u in units if u.difference is not None), key=lambda u: place_of(u.new.ranks))
    return _Picture(title, known).drawn() if known else None


class _Picture:
    def __init__(self, title: str, units: Sequence[UnitEffect]) -> None:
        self.title, self.units = title, units
        scores = [s for u in units for s in (u.old.score, u.new.score) if isinstance(s, Fraction)]
        self.low, self.high = min([Fraction(0), *scores]), max([Fraction(1), *scores])
        self.left = LETTER * max(display_width(u.name) for u in units) + _GAP
        self.width, self.height = self.left + _PLOT + _RIGHT, _TOP + _ROW * len(units) + _BOTTOM

    def drawn(self) -> Element:
        """The svg element."""
        svg = canvas(self.title, self.width, self.height)
        self._scale(svg)
        for number, unit in enumerate(self.units):
            self._unit(svg, unit, _TOP + _ROW * number + _ROW // 2)
        return svg

    def _scale(self, svg: Element) -> None:
        """Whole ticks from the lowest to the highest, and what the marks mean."""
        bottom = _TOP + _ROW * len(self.units)
        for step in range(_TICKS + 1):
            value = self.low + (self.high - self.low) * step / _TICKS
            x = self._x(value)
            line(svg, x, _TOP, x, bottom, "#ddd", 1)
            text(svg, x, bottom + 18, show_rounded(value, 0), "middle", "#555")
        for left, words, filled in ((self.left, "旧", False), (self.left + 90, "新", True)):
            dot(svg, str(left + 6), _TOP - 16, filled=filled)
            text(svg, str(left + 18), _TOP - 11, words, "start", "#000")

    def _unit(self, svg: Element, unit: UnitEffect, y: int) -> None:
        old, new = (score if isinstance(score, Fraction) else Fraction(0) for score in (unit.old.score, unit.new.score))
        colour = "#1a7f37" if new > old else "#b42318" if new < old else "#555"
        text(svg, str(self.left - _GAP), y + 5, unit.name, "end", "#000")
        line(svg, self._x(old), y, self._x(new), y, colour, 3)
        dot(svg, self._x(old), y, filled=False)
        dot(svg, self._x(new), y, filled=True, colour=colour)
        words = f"{show(old)}→{show(new)}（{difference(unit)}）" if old != new else show(new)
        text(svg, str(self.left + _PLOT + _GAP), y + 5, words, "start", colour)

    def _x(self, value: Fraction) -> str:
        return show_rounded(self.left + _PLOT * (value - self.low) / (self.high - self.low), 1)
