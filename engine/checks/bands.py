"""Bands of numbers: every value a key can take lies in exactly one of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from fractions import Fraction

from engine.checks.line import Domain, Piece, contains, covered, cut, empty, example, shown, stretch_text
from engine.checks.subject import Level, Subject, domain, levels, told
from engine.number import show
from engine.rulebook import Interval, Row
from engine.source import Problem, Severity, Span


def bands(subject: Subject) -> Iterator[Problem]:
    """Gaps, overlaps and empty bands: a figure in a gap stops the run, one in two bands gets the wrong of two marks."""
    for level in levels(subject):
        if level.bands:
            known = domain(subject, level)
            hollow = list(_hollow(level, known))
            yield from hollow
            if not any(p.severity is Severity.ERROR for p in hollow):
                yield from _gaps(level, known)
                yield from _overlaps(level, known)


# ---- a band that holds nothing --------------------------------------------------------------


def _hollow(level: Level, known: Domain) -> Iterator[Problem]:
    for row, stretch in level.bands:
        if empty(stretch):
            detail = f"“{row.label}”里一个数也没有：起点比终点大，或者起止相同而不含本数。"
            yield told("R103", level.item, row.key, detail, "核对这一档的上下限；写作 [下限, 上限)。")
        elif example(_pieces(stretch, known), known, level.measure) is None:
            detail = f"“{level.key}”不会落在“{row.label}”：{_range(level, known)}。"
            yield told("R103", level.item, row.key, detail, "删去这一档，或核对它的上下限。", Severity.WARNING)


def _pieces(stretch: Interval, known: Domain) -> list[Piece]:
    return [piece for piece in cut([stretch], known) if contains(stretch, piece.middle())]


def _range(level: Level, known: Domain) -> str:
    low = "" if known.low is None else f"最小是{shown(known.low, level.measure)}"
    high = "" if known.high is None else f"最大是{shown(known.high, level.measure)}"
    whole = "只取整数" if known.step == 1 else ""
    return "，".join(text for text in (low, high, whole) if text)


# ---- gaps -----------------------------------------------------------------------------------


def _gaps(level: Level, known: Domain) -> Iterator[Problem]:
    stretches = [stretch for _, stretch in level.bands]
    groups = [
        (state, list(group))
        for state, group in itertools.groupby(cut(stretches, known), key=lambda p: _state(p, stretches, known))
    ]
    for place, ((held, sure), pieces) in enumerate(groups):
        at_end = place in (0, len(groups) - 1)
        value = example(pieces, known, level.measure)
        if held or value is None or (known.free and at_end) or (not sure and value >= 0):
            continue
        yield _gap(level, pieces, value, sure=sure)


def _state(piece: Piece, stretches: list[Interval], known: Domain) -> tuple[bool, bool]:
    return covered(piece, stretches) > 0, known.sure is None or piece.middle() >= known.sure


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
    return told("R102", level.item, place, detail, hint, Severity.WARNING)


def _repair(pieces: list[Piece], measure: str, below: Row | None, above: Row | None) -> str:
    low, high = pieces[0].low, pieces[-1].high
    if below is not None and above is not None and low is not None and high is not None:
        if low == high:
            return f"让“{below.label}”或“{above.label}”包含{shown(low, measure)}。"
        end = "（含）" if pieces[-1].point else ""
        return f"把“{below.label}”的上限改为{shown(high, measure)}{end}。"
    if below is not None:
        return f"把“{below.label}”的上限改为 +∞，或另加一档。"
    bottom = f"{shown(low, measure)}（含）" if low is not None else "-∞"
    return f"把“{above.label}”的下限改为{bottom}，或另加一档。" if above is not None else "补上这一档。"


# ---- overlaps -------------------------------------------------------------------------------


def _overlaps(level: Level, known: Domain) -> Iterator[Problem]:
    for (first, one), (second, other) in itertools.combinations(level.bands, 2):
        both = [p for p in cut([one, other], known) if covered(p, [one, other]) == 2]
        value = example(both, known, level.measure)
        if value is not None:
            yield _overlap(level, first, second, both, value)


def _overlap(level: Level, first: Row, second: Row, both: list[Piece], value: Fraction) -> Problem:
    where = stretch_text(both, level.measure)
    such = "" if where.startswith("恰好") else f"，例如 {shown(value, level.measure)}"
    same = first.result == second.result
    outcome = "；两档的结果相同" if same else _outcomes(first, second)
    detail = f"{level.key}{where}既落在“{first.label}”又落在“{second.label}”{such}{outcome}。"
    hint = "上下限相接的两档，一档含本数，另一档不含；写作 [下限, 上限)。"
    notes: list[tuple[str, Span]] = [(f"“{first.label}”", first.key)]
    return told("R101", level.item, second.key, detail, hint, Severity.WARNING if same else Severity.ERROR, notes)


def _outcomes(first: Row, second: Row) -> str:
    results = [show(r.result) if isinstance(r.result, Fraction) else r.result for r in (first, second)]
    words = [r for r in results if isinstance(r, str)]
    return f"，一档是{words[0]}，一档是{words[1]}" if len(words) == 2 else ""
