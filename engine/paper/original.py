"""An official document read as people read it: its lines and table cells in order, each with its place.

Plain text and Markdown line by line, .docx paragraph by paragraph and cell by cell. Nothing is judged here.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.source import Cell, Problem, Rejected

if TYPE_CHECKING:
    from docx.table import Table

MOST_BYTES = 20 << 20
MOST_UNPACKED = 60 << 20
MOST_LETTERS = 100_000  # many times the longest 细则
BLANK = "—"  # what a blank cell inside a row of a table is read as: it keeps its column
_DECORATION = re.compile(r"^\s*(?:#{1,6}\s+|>\s?|[-*+]\s+)|\*\*|\\(?=[.()#*_-])")
_RULE = re.compile(r"\|?[\s:|-]+\|[\s:|-]*")


@dataclass(frozen=True, slots=True)
class Piece:
    """A line, a paragraph or a cell that is not blank, and where it stands."""

    text: str
    where: str


@dataclass(frozen=True, slots=True)
class Original:
    """A document: its shown name and its pieces in order."""

    name: str
    pieces: tuple[Piece, ...]


def read_original(path: Path) -> Original:
    """Read a .txt, .md or .docx. Raises :class:`Rejected` (F01, F02, F14, F16)."""
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        hint = "另存为 .docx、.txt 或 .md；PDF 要先转成文字。"
        raise Rejected([_unread("F02", path, f"不会读“{path.suffix or path.name}”这种文件。", hint)])
    pieces = tuple(piece for piece in reader(path, _bytes(path)) if piece.text.strip())
    if sum(len(piece.text) for piece in pieces) > MOST_LETTERS:
        raise Rejected([_unread("F14", path, f"有 {MOST_LETTERS} 个字以上。", "只留考评细则的正文和附件。")])
    if not pieces:
        raise Rejected([_unread("F02", path, "里面没有文字。", "扫描的图片要先转成文字。")])
    return Original(str(path), pieces)


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise Rejected([_unread("F14", path, f"超过 {MOST_BYTES >> 20} MB。", "去掉里面的图片。")])
        return path.read_bytes()
    except FileNotFoundError:
        raise Rejected([_unread("F01", path, f"找不到“{path}”。", "核对文件名和所在文件夹。")]) from None
    except OSError:
        raise Rejected([_unread("F02", path, f"打不开“{path}”。", "看看权限，关掉正打开着它的程序。")]) from None


def _unread(code: str, path: Path, detail: str, hint: str) -> Problem:
    return Problem(code, detail, Cell(str(path), path.name), hint)


# ---- plain text and Markdown ----------------------------------------------------------------


def _decoded(path: Path, data: bytes) -> list[str]:
    for codec in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(codec).splitlines()
        except UnicodeDecodeError:
            continue
    raise Rejected([_unread("F16", path, "文字编码认不出。", "用记事本另存为 UTF-8。")])


def _text(path: Path, data: bytes) -> Iterator[Piece]:
    yield from (Piece(line, f"第 {number} 行") for number, line in enumerate(_decoded(path, data), 1))


def _markdown(path: Path, data: bytes) -> Iterator[Piece]:
    for number, line in enumerate(_decoded(path, data), 1):
        if line.lstrip().startswith("|"):
            if not _RULE.fullmatch(line.strip()):
                yield from _row(line.strip().strip("|").split("|"), f"第 {number} 行")
        else:
            yield Piece(_DECORATION.sub("", line), f"第 {number} 行")


def _row(cells: list[str], where: str) -> Iterator[Piece]:
    """The cells of a row; a blank one counts only where something stands before it."""
    seen = False
    for number, cell in enumerate(cells, 1):
        seen = seen or bool(cell.strip())
        yield Piece(cell if cell.strip() or not seen else BLANK, f"{where}第 {number} 格")


# ---- Word -----------------------------------------------------------------------------------


def _word(path: Path, data: bytes) -> Iterator[Piece]:
    import docx
    from docx.table import Table

    _harmless(path, data)
    try:
        document = docx.Document(io.BytesIO(data))
    except (ValueError, KeyError, OSError, SyntaxError) as error:
        raise Rejected([_not_word(path)]) from error
    paragraphs = tables = 0
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            tables += 1
            yield from _word_table(block, f"表 {tables} ")
        else:
            paragraphs += 1
            yield Piece(block.text, f"第 {paragraphs} 段")


def _word_table(table: Table, where: str) -> Iterator[Piece]:
    seen: set[object] = set()  # a merged cell stands in several rows and columns of the grid
    for number, row in enumerate(table.rows, 1):
        fresh = {cell._tc: cell.text for cell in row.cells if cell._tc not in seen}
        seen |= set(fresh)
        yield from _row(list(fresh.values()), f"{where}第 {number} 行")


def _harmless(path: Path, data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MOST_UNPACKED:
                raise Rejected([_unread("F14", path, "解开以后太大。", "去掉里面的图片，另存一份。")])
    except (zipfile.BadZipFile, NotImplementedError, OSError) as error:
        raise Rejected([_not_word(path)]) from error


def _not_word(path: Path) -> Problem:
    return _unread("F02", path, "它不是能读的 .docx 文档。", "在 Word 或 WPS 里打开，另存为“Word 文档（*.docx）”。")


_READERS: dict[str, Callable[[Path, bytes], Iterator[Piece]]] = {".txt": _text, ".md": _markdown, ".docx": _word}
