"""A new year begun: the old file and perhaps a workbook of quotas in, a file that passes check out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from engine import pipeline
from engine.authoring import Draft, draft
from engine.authoring.roster import LIST
from engine.document import Document, load, parse
from engine.ledger.quotas import Entry, read_quotas
from engine.rulebook import RuleBook
from engine.saving import free, save
from engine.source import Cell, Place, Problem, Rejected, Span

_BOM = b"\xef\xbb\xbf"


def begin(old: Path, year: int, new: Path | None = None, quotas: Path | None = None
          ) -> tuple[Path, Draft, RuleBook, list[Problem]]:  # fmt: skip
    """Write the file of ``year``; where it is, what was changed, its book, and what is to be told of the workbook.

    Raises :class:`Rejected` with every fault of the old file, the workbook, and the file they would make;
    what is there already is never written over.
    """
    doc, book = load(old), pipeline.load_rules(old)
    entries, told = read_quotas(book, quotas) if quotas is not None else (None, [])
    made = draft(doc, book, year, entries, quotas.name if quotas is not None else "")
    target = free(new or old.with_name(_renamed(old, book.title.year, year)))
    data = _as_before(old.read_bytes(), made.text)
    try:
        fresh = pipeline.shaped(parse(data, target.as_posix()))
        found, _, noticed = pipeline.check_document(fresh)
    except Rejected as rejected:
        fresh = parse(data, target.as_posix())
        raise Rejected(_in_cells(rejected.problems, _cells(fresh, entries or ()))) from None
    save(target, data)
    moved = _in_cells(noticed, _cells(fresh, entries or ()))
    return target, made, found, [*told, *(p for p in moved if isinstance(p.place, Cell))]


def _renamed(old: Path, before: int, year: int) -> str:
    name = old.name.replace(str(before), str(year))
    return name if name != old.name else f"{year}{old.suffix}"


def _as_before(data: bytes, text: str) -> bytes:
    """The bytes as the old file's editor writes them: its line ends, its BOM."""
    lines = text.replace("\n", "\r\n") if b"\r\n" in data else text
    return (_BOM if data.startswith(_BOM) else b"") + lines.encode()


# ---- faults of units, told at the cells they came from ------------------------------------


def _cells(doc: Document, entries: Iterable[Entry]) -> Mapping[int, Cell]:
    """Line of the new file → the cell of the workbook it was written from."""
    return {doc.key_at((*LIST, entry.name)).line: entry.place for entry in entries}


def _in_cells(problems: Iterable[Problem], cells: Mapping[int, Cell]) -> list[Problem]:
    return [
        replace(p, place=p.place and _at(p.place, cells), notes=tuple((text, _at(at, cells)) for text, at in p.notes))
        for p in problems
    ]


def _at(place: Place, cells: Mapping[int, Cell]) -> Place:
    return cells.get(place.line, place) if isinstance(place, Span) else place
