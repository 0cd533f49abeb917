"""Column widths of the tables that hold data: as wide as their longest text asks, the table as wide as it was drawn.

A template does not know how many columns a 通报 has, nor how long the names of its units are. Where not all fits,
heads go on two lines first and long texts next, so that a date or a figure stays on one line.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Sequence
from typing import Any

from docx.oxml.ns import qn

_LEAST = 4  # half-width characters
_LATIN = 1.3  # where the font that is named is missing, digits are wider than half a character
_MARGINS = 240  # of a cell, left and right together, in twentieths of a point
_USUAL = 24  # half points


def fit(document: Any) -> None:
    """Set the widths of every table with a repeated head (other tables are layout, and stay)."""
    for table in document.element.body.iter(qn("w:tbl")):
        if table.find(f".//{qn('w:tblHeader')}") is not None:
            _fit(table)


def _fit(table: Any) -> None:
    grid = table.find(qn("w:tblGrid"))
    columns = grid.findall(qn("w:gridCol"))
    rows = [row.findall(qn("w:tc")) for row in table.findall(qn("w:tr"))]
    whole = [cells for cells in rows if len(cells) == len(columns)]
    if not whole or any(column.get(qn("w:w")) is None for column in columns):
        return
    total = sum(int(float(column.get(qn("w:w")))) for column in columns)
    half = _half_character(table)
    texts = [[_width(cell) for cell in cells] for cells in zip(*whole, strict=True)]
    needs = [_twips(max(column), half) for column in texts]
    least = [_twips(max(column[0] / 2 + 1, *column[1:], 0), half) for column in texts]
    widths = _shares(total, least, needs)
    for column, width in zip(columns, widths, strict=True):
        column.set(qn("w:w"), str(width))
    for cells in whole:
        for cell, width in zip(cells, widths, strict=True):
            _set_width(cell, width)


def _half_character(table: Any) -> int:
    """How wide a Latin letter is in this table: half its font size, in twentieths of a point."""
    size = table.find(f".//{qn('w:sz')}")
    return (int(size.get(qn("w:val"))) if size is not None else _USUAL) * 5


def _twips(characters: float, half: int) -> int:
    return int(max(_LEAST, characters) * half) + _MARGINS


def _width(cell: Any) -> float:
    """Half-width characters of the longest line of a cell."""
    return max((_long("".join(t.text or "" for t in p.iter(qn("w:t")))) for p in cell.findall(qn("w:p"))), default=0)


def _long(line: str) -> float:
    """Half-width characters of a line, with the quarter of a character that is set between Chinese and Latin.

    >>> _long("甲镇"), _long("月5月")
    (4.0, 6.3)
    """
    wide = [unicodedata.east_asian_width(letter) in "WFA" for letter in line]
    between = sum(one != other for one, other in itertools.pairwise(wide))
    return sum(2 if full else _LATIN for full in wide) + between / 2


def _shares(total: int, least: Sequence[int], needs: Sequence[int]) -> list[int]:
    """What each column gets: all it needs and the spare room in proportion; else the least it can do with (its head
    on two lines) and the rest shared evenly; where there is not even that, little ones first.

    >>> _shares(100, [10, 20, 20], [10, 20, 20]), _shares(100, [10, 15, 60], [10, 30, 80])
    ([20, 40, 40], [10, 30, 60])
    >>> _shares(100, [20, 20, 30], [20, 40, 80]), _shares(100, [10, 80, 80], [10, 80, 80])
    ([20, 40, 40], [10, 45, 45])
    """
    if sum(needs) <= total:
        shares = [total * need // sum(needs) for need in needs]
    else:
        room = sum(least) <= total
        floor, ceiling = (least, needs) if room else ([0] * len(least), least)
        filled = (
            [max(low, min(high, level)) for low, high in zip(floor, ceiling, strict=True)]
            for level in range(total, -1, -1)
        )
        shares = next(found for found in filled if sum(found) <= total)
    return [*shares[:-1], shares[-1] + total - sum(shares)]


def _set_width(cell: Any, width: int) -> None:
    properties = cell.get_or_add_tcPr()
    properties.width = width * 635  # twentieths of a point to EMU
