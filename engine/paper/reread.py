"""A finished .docx opened again and read as people read it: paragraphs and tables, in order."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What stands in a document: its paragraphs outside tables, its tables as rows of cell texts."""

    paragraphs: tuple[str, ...]
    tables: tuple[Rows, ...]


def reread(data: bytes) -> Reading:
    """The texts of a .docx, body only."""
    from docx import Document

    document = Document(io.BytesIO(data))
    return Reading(tuple(p.text for p in document.paragraphs), tuple(map(_rows, document.tables)))


def _rows(table: Any) -> Rows:
    """Cell by cell as they stand in the file: the library's own way looks every cell up in the grid."""
    return tuple(tuple("\n".join(p.text for p in cell.p_lst) for cell in row.tc_lst) for row in table._tbl.tr_lst)
