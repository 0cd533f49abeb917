"""Column widths of the tables that hold data: as wide as their longest text asks, the table as wide as it was drawn.

A template does not know how many columns a 通报 has, nor how long the names of its units are.
"""

from __future__ import annotations

from typing import Any

from docx.oxml.ns import qn

from engine.source import display_width

_LEAST = 4  # half-width characters


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
    needs = [max(_LEAST, *map(_width, cells)) for cells in zip(*whole, strict=True)]
    widths = _shares(total, needs)
    for column, width in zip(columns, widths, strict=True):
        column.set(qn("w:w"), str(width))
    for cells in whole:
        for cell, width in zip(cells, widths, strict=True):
            _set_width(cell, width)


def _width(cell: Any) -> int:
    """Columns of the longest line that a cell should not break; long prose may break."""
    lines = ["".join(t.text or "" for t in p.iter(qn("w:t"))) for p in cell.findall(qn("w:p"))]
    return min(max(map(display_width, lines), default=0) + 2, 44)


def _shares(total: int, needs: list[int]) -> list[int]:
    """Whole parts of ``total`` in proportion; what is left over goes to the last.

    >>> _shares(100, [1, 1, 1])
    [33, 33, 34]
    """
    shares = [total * need // sum(needs) for need in needs]
    return [*shares[:-1], shares[-1] + total - sum(shares)]


def _set_width(cell: Any, width: int) -> None:
    properties = cell.get_or_add_tcPr()
    properties.width = width * 635  # twentieths of a point to EMU
