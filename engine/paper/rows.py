"""Rows and lines that stay on one page: no page begins with the last row of a table, or with its note, alone."""

from __future__ import annotations

from typing import Any

from docx.oxml.ns import qn
from docx.text.parfmt import ParagraphFormat

_TOGETHER = 3


def keep_together(document: Any) -> None:
    """Keep the last rows of every table with a repeated head on one page, and with the line of text right under it."""
    for table in document.element.body.iter(qn("w:tbl")):
        if table.find(f".//{qn('w:tblHeader')}") is not None:
            rows = table.findall(qn("w:tr"))
            for row in rows[-_TOGETHER:] if _has_note(table) else rows[-_TOGETHER:-1]:
                for paragraph in row.iter(qn("w:p")):
                    ParagraphFormat(paragraph).keep_with_next = True


def _has_note(table: Any) -> bool:
    under = table.getnext()
    if under is None or under.tag != qn("w:p") or under.find(f".//{qn('w:pageBreakBefore')}") is not None:
        return False
    return any((text.text or "").strip() for text in under.iter(qn("w:t")))
