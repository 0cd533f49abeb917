"""A finished .docx opened again and read as people read it: paragraphs and tables, in order."""

from __future__ import annotations

import io
from dataclasses import dataclass

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
    tables = tuple(tuple(tuple(c.text for c in row.cells) for row in table.rows) for table in document.tables)
    return Reading(tuple(p.text for p in document.paragraphs), tables)
