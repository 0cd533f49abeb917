"""Column widths of the tables that hold data: as wide as their longest text asks, the table as wide as it was drawn.

A template does not know how many columns a 通报 has, nor how long the names of its units are.
"""

from __future__ import annotations

from typing import Any

from docx.oxml.ns import qn

from engine.source import display_width

_LEAST = 4  # half-width characters
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
    needs = [max(_LEAST, *map(_width, cells)) * half + _MARGINS for cells in zip(*whole, strict=True)]
    widths = _shares(total, needs)
    for column, width in zip(columns, widths, strict=True):
        column.set(qn("w:w"), str(width))
    for cells in whole:
        for cell, width in zip(cells, widths, strict=True):
            _set_width(cell, width)


def _half_character(table: Any) -> int:
    """How wide a Latin letter is in this table: half its font size, in twentieths of a point."""
    size = table.find(f".//{qn('w:sz')}")
    return (int(size.get(qn("w:val"))) if size is not None else _USUAL) * 5


def _width(cell: Any) -> int:
    """Columns of the longest line of a cell."""
    lines = ["".join(t.text or "" for t in p.iter(qn("w:t"))) for p in cell.findall(qn("w:p"))]
    return max(map(display_width, lines), default=0)


def _shares(total: int, needs: list[int]) -> list[int]:
    """What each column gets: all it needs where that is little, the rest shared evenly; room to spare in proportion.

    >>> _shares(100, [10, 80, 80]), _shares(100, [10, 20, 20])
    ([10, 45, 45], [20, 40, 40])
    """
    if sum(needs) <= total:
        shares = [total * need // sum(needs) for need in needs]
    else:
        level = next(level for level in range(total, -1, -1) if sum(min(n, level) for n in needs) <= total)
        shares = [min(need, level) for need in needs]
    return [*shares[:-1], shares[-1] + total - sum(shares)]


def _set_width(cell: Any, width: int) -> None:
    properties = cell.get_or_add_tcPr()
    properties.width = width * 635  # twentieths of a point to EMU
