"""Bands of numbers: every value a key can take lies in exactly one of them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from engine.checks.line import Domain, Piece, contains, cut, empty, example, interval_text, stretch_text
from engine.checks.subject import Level, Subject, domain, levels, told
from engine.number import show
from engine.phrases import shown
from engine.rulebook import Interval, Row
from engine.source import Problem, Severity, Span

Held = tuple[tuple[Piece, tuple[int, ...]], ...]
"""Every piece of the domain, from low to high, with the numbers of the bands that hold it."""


@dataclass(frozen=True, slots=True)
class Scan:
    """One level of bands laid over what its key can be."""

    level: Level
    known: Domain
    held: Held

    def example(self, pieces: list[Piece]) -> Fraction | None:
        """A value of the pieces that can occur."""
        return example(pieces, self.known, self.level.measure)


def bands(subject: Subject) -> Iterator[Problem]:
    """Gaps, overlaps and empty bands: a figure in a gap stops the run, one in two bands gets the wrong of two marks."""
    for level in levels(subject):
        if level.bands:
            scan = _scan(subject, level)
            hollow = list(_hollow(scan))
            yield from hollow
            if not any(p.severity is Severity.ERROR for p in hollow):
                yield from _gaps(scan)
                yield from _overlaps(scan)


def _scan(subject: Subject, level: Level) -> Scan:
    known = domain(subject, level)
    return Scan(level, known, _held(tuple(stretch for _, stretch in level.bands), known))


@lru_cache(maxsize=256)
def _held(stretches: tuple[Interval, ...], known: Domain) -> Held:
    """Kept: most alternative readings leave a table and what its key can be as they are."""
    middles = ((piece, piece.middle()) for piece in cut(stretches, known))
    return tuple((piece, tuple(i for i, s in enumerate(stretches) if contains(s, value))) for piece, value in middles)


# ---- a band that holds nothing --------------------------------------------------------------


def _hollow(scan: Scan) -> Iterator[Problem]:
    level = scan.level
    for number, (row, stretch) in enumerate(level.bands):
        if empty(stretch):
            detail = f"“{row.label}”里一个数也没有：起点比终点大，或者起止相同而不含本数。"
            yield told("R103", level.item, row.key, detail, "核对这一档的上下限；写作 [下限, 上限)。")
        elif scan.example([piece for piece, held in scan.held if number in held]) is None:
            detail = f"“{level.key}”不会落在“{row.label}”：{_range(scan)}。"
            hint = "删去这一档，或核对它的上下限。"
            yield told("R103", level.item, row.key, detail, hint, Severity.WARNING, about=(row.label,))


def _range(scan: Scan) -> str:
    known, measure = scan.known, scan.level.measure
    low = "" if known.low is None else f"最小是{shown(known.low, measure)}"
    high = "" if known.high is None else f"最大是{shown(known.high, measure)}"
    whole = "只取整数" if known.step == 1 else ""
    return "，".join(text for text in (low, high, whole) if text)


# ---- gaps -----------------------------------------------------------------------------------


def _gaps(scan: Scan) -> Iterator[Problem]:
    groups = [(state, [piece for piece, _ in group]) for state, group in itertools.groupby(scan.held, _state(scan))]
    for place, ((held, sure), pieces) in enumerate(groups):
        at_end = place in (0, len(groups) - 1)
        value = None if held or (scan.known.free and at_end) else scan.example(pieces)
        if value is not None and (sure or value < 0):
            yield _gap(scan.level, pieces, value, sure=sure)


def _state(scan: Scan) -> Callable[[tuple[Piece, tuple[int, ...]]], tuple[bool, bool]]:
    """Whether a piece is held by a band, and whether its values are certain to be possible."""
    sure = scan.known.sure
    return lambda entry: (bool(entry[1]), sure is None or entry[0].middle() >= sure)


def _gap(level: Level, pieces: list[Piece], value: Fraction, *, sure: bool) -> Problem:
    where = stretch_text(pieces, level.measure)
    such = "" if where.startswith("恰好") else f"，例如 {shown(value, level.measure)}"
    below = next((r for r, s in level.bands if s.high is not None and s.high == pieces[0].low), None)
    above = next((r for r, s in level.bands if s.low is not None and s.low == pieces[-1].high), None)
    place = (below or above or level.bands[0][0]).key
    if sure:
        detail = f"{level.key}{where}不落在任何一档{such}。"
        return told("R102", level.item, place, detail, _repair(pieces, level.measure, below, above))
    detail = f"{level.key}可能小于0{such}，而没有一档管到它；真有这样的单位，计分会停下来。"
    hint = f"把“{above.label}”的下限改为 -∞，或另加一档。" if above is not None else "另加一档。"
    return told("R102", level.item, place, detail, hint, Severity.WARNING, about=(level.key, where))


def _repair(pieces: list[Piece], measure: str, below: Row | None, above: Row | None) -> str:
    low, high = pieces[0].low, pieces[-1].high
    if below is not None and above is not None and low is not None and high is not None:
        if low == high:
            return f"让“{below.label}”或“{above.label}”包含{shown(low, measure)}。"
        end = "（含）" if pieces[-1].point else ""
        missing = f"漏了“{interval_text(pieces, measure)}”这一档的，补上；"
        return f"{missing}上限写错了的，把“{below.label}”的上限改为{shown(high, measure)}{end}。"
    if below is not None:
        top = " +∞" if high is None else f"{shown(high, measure)}（含）"
        return f"把“{below.label}”的上限改为{top}，或另加一档。"
    bottom = f"{shown(low, measure)}（含）" if low is not None else "-∞"
    return f"把“{above.label}”的下限改为{bottom}，或另加一档。" if above is not None else "补上这一档。"


# ---- overlaps -------------------------------------------------------------------------------


def _overlaps(scan: Scan) -> Iterator[Problem]:
    numbered = enumerate(row for row, _ in scan.level.bands)
    for (i, first), (j, second) in itertools.combinations(numbered, 2):
        both = [piece for piece, held in scan.held if i in held and j in held]
        value = scan.example(both)
        if value is not None:
            yield _overlap(scan.level, first, second, both, value)


def _overlap(level: Level, first: Row, second: Row, both: list[Piece], value: Fraction) -> Problem:
    where = stretch_text(both, level.measure)
    such = "" if where.startswith("恰好") else f"，例如 {shown(value, level.measure)}"
    same = first.result == second.result
    outcome = "；两档的结果相同" if same else _outcomes(first, second)
    detail = f"{level.key}{where}既落在“{first.label}”又落在“{second.label}”{such}{outcome}。"
    hint = "上下限相接的两档，一档含本数，另一档不含；写作 [下限, 上限)。"
    notes: list[tuple[str, Span]] = [(f"“{first.label}”", first.key)]
    severity = Severity.WARNING if same else Severity.ERROR
    return told("R101", level.item, second.key, detail, hint, severity, notes, (first.label, second.label))


def _outcomes(first: Row, second: Row) -> str:
    results = [show(r.result) if isinstance(r.result, Fraction) else r.result for r in (first, second)]
    words = [r for r in results if isinstance(r, str)]
    return f"，一档是{words[0]}，一档是{words[1]}" if len(words) == 2 else ""
