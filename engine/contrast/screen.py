"""The impact on a terminal: aligned columns, whatever width a Chinese character has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.contrast.report import Listing, Report
from engine.source import display_width

_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"
_UP, _DOWN = "\x1b[32m", "\x1b[31m"
_WIDEST = 44


def screen(report: Report, *, colour: bool) -> Iterator[str]:
    """The impact as lines; nothing without records."""
    if report.impact is None:
        return
    state = "（暂定）" if report.impact.provisional else ""
    yield from ("", _bold(f"对各单位的影响{state}", colour), *report.effect)
    for listing in report.listings:
        yield from ("", _bold(listing.title, colour), *listing.notes)
        yield from _table(listing, colour) if listing.rows else (listing.empty,)


def _bold(text: str, colour: bool) -> str:
    return f"{_BOLD}{text}{_PLAIN}" if colour else text


def _table(listing: Listing, colour: bool) -> Iterator[str]:
    rows = [listing.heads, *listing.rows]
    widths = [min(_WIDEST, max(map(display_width, cells))) for cells in zip(*rows, strict=True)]
    for number, row in enumerate(rows):
        line = "  ".join(_padded(text, width) for text, width in zip(row, widths, strict=True)).rstrip()
        yield f"  {_painted(line, row) if colour and number else line}"


def _padded(text: str, width: int) -> str:
    return text + " " * (width - display_width(text))


def _painted(line: str, row: Sequence[str]) -> str:
    """Green where a difference is above nothing, red where it is below."""
    sign = next((cell[0] for cell in row if cell[:1] in ("+", "-") and cell[1:2].isdigit()), "")
    return f"{_UP if sign == '+' else _DOWN}{line}{_PLAIN}" if sign else line
