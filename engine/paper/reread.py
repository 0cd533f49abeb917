"""A finished document opened again and read as people read it: paragraphs and tables, in order."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.paper.web import START, read_page

if TYPE_CHECKING:
    from engine.paper.charts import Chart

Rows = tuple[tuple[str, ...], ...]
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_AROUND = (".header+xml", ".footer+xml")
_BAR = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True)
class Reading:
    """What stands in a document: its paragraphs outside tables, its tables as rows of cell texts; ``text`` all of it,
    headers, footers and text boxes too.

    A web page also has ``links``, where each cell leads (empty: nowhere), and ``panels``, number and lines of each
    part that can be led to.
    """

    paragraphs: tuple[str, ...]
    tables: tuple[Rows, ...]
    links: tuple[Rows, ...] = ()
    panels: tuple[tuple[str, tuple[str, ...]], ...] = ()
    charts: tuple[Chart, ...] = ()
    text: str = ""


def reread(data: bytes) -> Reading:
    """The texts of a .docx (body only), of a web page, or of Markdown."""
    if not data.startswith(b"PK"):
        text = data.decode("utf-8-sig")
        return _page(text) if text.lower().startswith(START) else _plain(text)
    from docx import Document

    from engine.paper.charts import charts_in

    document = Document(io.BytesIO(data))
    paragraphs, tables = tuple(p.text for p in document.paragraphs), tuple(map(_rows, document.tables))
    return Reading(paragraphs, tables, charts=tuple(charts_in(document)), text=_everything(document))


def _everything(document: Any) -> str:
    """Every paragraph wherever it stands, a line each."""
    roots = [document.element.body]
    roots += [part.element for part in document.part.package.iter_parts() if part.content_type.endswith(_AROUND)]
    paragraphs = (p for root in roots for p in root.iter(f"{_W}p"))
    return "\n".join("".join(t.text or "" for t in p.iter(f"{_W}t")) for p in paragraphs)


def _rows(table: Any) -> Rows:
    """Cell by cell as they stand in the file: the library's own way looks every cell up in the grid."""
    return tuple(tuple("\n".join(p.text for p in cell.p_lst) for cell in row.tc_lst) for row in table._tbl.tr_lst)


def _page(text: str) -> Reading:
    page = read_page(text)
    tables, links = (
        tuple(tuple(tuple(row) for row in table) for table in tables) for tables in (page.tables, page.links)
    )
    panels = tuple((panel.number, tuple(panel.lines)) for panel in page.panels)
    return Reading(tuple(page.paragraphs), tables, links, panels, text=_joined(page.paragraphs, tables))


def _plain(text: str) -> Reading:
    """Markdown: a table is a run of lines that begin with a bar; its second line is a rule."""
    paragraphs: list[str] = []
    tables: list[list[tuple[str, ...]]] = []
    before = ""
    for line in text.split("\n"):
        if line.startswith("|"):
            if not before.startswith("|"):
                tables.append([])
            tables[-1].append(tuple(_bare(cell.strip()) for cell in _BAR.split(line)[1:-1]))
        elif line.strip():
            paragraphs.append(_bare(line))
        before = line
    found = tuple((table[0], *table[2:]) for table in tables)
    return Reading(tuple(paragraphs), found, text=_joined(paragraphs, found))


def _joined(paragraphs: Sequence[str], tables: Sequence[Rows]) -> str:
    return "\n".join([*paragraphs, *(cell for table in tables for row in table for cell in row)])


def _bare(text: str) -> str:
    return re.sub(r"\\([\\`*_\[\]<>#|~])", r"\1", text)
