"""得分 along a sweep as a picture: every unit a grey line, those that move most drawn out and named. SVG, as text.

Dashes, not colours alone, tell the named ones apart, so that it can be read in black and white.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from xml.etree.ElementTree import Element, SubElement

from engine.contrast.drawing import LETTER, canvas, line, text
from engine.number import show, show_rounded
from engine.source import display_width
from engine.whatif.report import Report, Run
from engine.whatif.request import amount

_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM, _GAP = 760, 420, 52, 32, 60, 12
_TICKS, _NAMED, _APART = 5, 6, 17
_STROKES = (("#b42318", ""), ("#0b5cad", "9 4"), ("#1a7f37", "3 3"), ("#8250df", "12 3 3 3"), ("#9a6700", "6 2"),
            ("#0a7d85", "2 4"))  # fmt: skip

Point = tuple[Fraction, Fraction | None]


@dataclass(frozen=True, slots=True)
class Curve:
    """One unit's line: 得分 at each variant, ``None`` where there is none."""

    name: str
    points: tuple[Point, ...]

    @property
    def reach(self) -> Fraction:
        """How far it moves in all."""
        known = [y for _, y in self.points if y is not None]
        return max(known) - min(known) if known else Fraction(0)


def curves(report: Report, unit: str | None = None) -> Iterator[tuple[str, Element]]:
    """A picture for each combination of the other axes, with its title."""
    if not report.swept:
        return
    last = report.swept[-1]
    groups: dict[tuple[str, ...], list[Run]] = {}
    for run in report.runs:
        others = tuple(value for at, value in enumerate(run.variant.values) if at in report.swept[:-1])
        groups.setdefault(others, []).append(run)
    names = [report.axes[at].path for at in report.swept[:-1]]
    for others, runs in groups.items():
        title = "，".join(f"{name}＝{value}" for name, value in zip(names, others, strict=True))
        yield title, _Picture(report, last, runs, unit).drawn()


class _Picture:
    def __init__(self, report: Report, axis: int, runs: Sequence[Run], unit: str | None) -> None:
        self.path, self.now, self.runs = report.axes[axis].path, report.axes[axis].now, runs
        self.words = [run.variant.values[axis] for run in runs]
        self.places = _places(self.words)
        self.lines = [Curve(name, tuple(self._points(at))) for at, name in enumerate(report.units)]
        moving = sorted((c for c in self.lines if c.reach), key=lambda c: -c.reach)[:_NAMED]
        self.named = [c for c in self.lines if c.name == unit] if unit is not None else moving
        self.mean = Curve("平均", tuple((x, None if run.standing is None else report.mean(run.standing))
                                      for x, run in zip(self.places, runs, strict=True)))  # fmt: skip
        shown = [*(c for c in self.lines if c.reach), *self.named, self.mean]
        scores = [y for c in shown for _, y in c.points if y is not None] or [Fraction(0)]
        self.low, self.high = min(scores), max(*scores, min(scores) + 1)
        widest = max(display_width(f"{c.name} 100→100") for c in (*self.named, self.mean))
        self.width, self.height = _LEFT + _WIDTH + _GAP * 2 + LETTER * widest, _TOP + _HEIGHT + _BOTTOM

    def _points(self, unit: int) -> Iterator[Point]:
        """得分 of the appraisal's first period."""
        for x, run in zip(self.places, self.runs, strict=True):
            score = None if run.standing is None else next(iter(run.standing.scores.values()))[unit]
            yield x, score if isinstance(score, Fraction) else None

    def drawn(self) -> Element:
        """The svg element."""
        svg = canvas(f"得分随“{self.path}”的变化", self.width, self.height)
        self._refused(svg)
        self._scales(svg)
        self._present(svg)
        for curve in self.lines:
            if all(y is None or self.low <= y <= self.high for _, y in curve.points):
                self._line(svg, curve, "#bbb", "", 1)
        self._line(svg, self.mean, "#000", "", 3)
        for curve, (colour, dashes) in zip(self.named, _STROKES, strict=False):
            self._line(svg, curve, colour, dashes, 2)
        self._names(svg)
        return svg

    def _refused(self, svg: Element) -> None:
        """Where a variant cannot stand, the ground is grey."""
        half = Fraction(_WIDTH, max(len(self.runs) - 1, 1) * 2)
        for x, run in zip(self.places, self.runs, strict=True):
            if run.standing is None:
                left, right = max(x * _WIDTH - half, Fraction(0)), min(x * _WIDTH + half, Fraction(_WIDTH))
                box = {"x": _shown(_LEFT + left), "y": str(_TOP), "width": _shown(right - left), "height": str(_HEIGHT)}
                SubElement(svg, "rect", {**box, "fill": "#f1f1f1"})

    def _present(self, svg: Element) -> None:
        """What the file says now, where it lies within the sweep."""
        if self.now in self.words:
            x = _shown(_LEFT + self.places[self.words.index(self.now)] * _WIDTH)
            line(svg, x, _TOP, x, _TOP + _HEIGHT, "#8a8a8a", 2)
            text(svg, x, _TOP - 8, f"现在 {self.now}", "middle", "#555")

    def _scales(self, svg: Element) -> None:
        bottom = _TOP + _HEIGHT
        for step in range(_TICKS + 1):
            value = self.low + (self.high - self.low) * step / _TICKS
            y = round(self._y(value))
            line(svg, str(_LEFT), y, str(_LEFT + _WIDTH), y, "#e4e4e4", 1)
            text(svg, str(_LEFT - 6), y + 5, show_rounded(value, 1).removesuffix(".0"), "end", "#555")
        for at in sorted({round(Fraction(len(self.words) - 1, _TICKS) * n) for n in range(_TICKS + 1)}):
            x = _shown(_LEFT + self.places[at] * _WIDTH)
            line(svg, x, bottom, x, bottom + 5, "#555", 1)
            text(svg, x, bottom + 20, self.words[at], "middle", "#555")
        text(svg, str(_LEFT + _WIDTH // 2), bottom + 44, self.path, "middle", "#000")
        text(svg, str(_LEFT - 6), _TOP - 14, "得分", "end", "#000")

    def _line(self, svg: Element, curve: Curve, colour: str, dashes: str, width: int) -> None:
        """The line, broken where there is no 得分; its name shows where somebody points at it."""
        group = SubElement(svg, "g", {"fill": "none", "stroke": colour, "stroke-width": str(width),
                                      **({"stroke-dasharray": dashes} if dashes else {})})  # fmt: skip
        SubElement(group, "title").text = curve.name
        for stretch in _unbroken(curve.points):
            path = " ".join(f"{_shown(_LEFT + x * _WIDTH)},{_shown(self._y(y))}" for x, y in stretch)
            if len(stretch) == 1:
                x, y = path.split(",")
                SubElement(group, "circle", {"cx": x, "cy": y, "r": "2", "fill": colour})
            else:
                SubElement(group, "polyline", {"points": path})

    def _names(self, svg: Element) -> None:
        """The names at the right end, from the highest down, never on top of each other."""
        told = [(c, colour) for c, (colour, _) in zip(self.named, _STROKES, strict=False)] + [(self.mean, "#000")]
        ends = [(self._y(known[-1]), known, c.name, colour) for c, colour in told
                if (known := [y for _, y in c.points if y is not None])]  # fmt: skip
        floor = Fraction(_TOP)
        for y, known, name, colour in sorted(ends, key=lambda end: (end[0], end[2])):
            floor = max(floor, y)
            first, last = (show_rounded(v, 1).removesuffix(".0") for v in (known[0], known[-1]))
            change = first if first == last else f"{first}→{last}"
            text(svg, str(_LEFT + _WIDTH + _GAP), round(floor) + 5, f"{name} {change}", "start", colour)
            floor += _APART

    def _y(self, value: Fraction) -> Fraction:
        return _TOP + _HEIGHT * (self.high - value) / (self.high - self.low)


def _places(words: Sequence[str]) -> list[Fraction]:
    """From 0 to 1: by the numbers, or evenly where they are words."""
    numbers = [found[0] for word in words if (found := amount(word)) is not None]
    if len(numbers) < len(words) or len(set(numbers)) < 2:
        return [Fraction(at, max(len(words) - 1, 1)) for at in range(len(words))]
    low, high = min(numbers), max(numbers)
    return [(number - low) / (high - low) for number in numbers]


def _unbroken(points: Sequence[Point]) -> Iterator[list[tuple[Fraction, Fraction]]]:
    """The stretches of points that have a value; of points in a row at one height only the ends."""
    stretch: list[tuple[Fraction, Fraction]] = []
    for x, y in points:
        if y is None:
            if stretch:
                yield stretch
            stretch = []
            continue
        if len(stretch) > 1 and stretch[-1][1] == stretch[-2][1] == y:
            stretch[-1] = (x, y)
        else:
            stretch.append((x, y))
    if stretch:
        yield stretch


def _shown(value: Fraction) -> str:
    return show(Fraction(round(value * 10), 10))
