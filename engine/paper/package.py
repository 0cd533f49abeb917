"""A .docx as a zip: opened only if it is harmless, closed so that the same parts give the same bytes."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from engine.paper.web import page_faults
from engine.source import Passage, Problem, Rejected

MOST_BYTES = 20 * 2**20
MOST_UNPACKED = 60 * 2**20
_MOST_PARTS = 500
_FIXED = (1980, 1, 1, 0, 0, 0)  # the first date a zip can hold
_MACHINERY = ("vbaProject", "/activeX/", "/embeddings/oleObject")
_FOREIGN = b'TargetMode="External"'
_LINK = b"/hyperlink"


def opened(path: Path) -> tuple[str, bytes]:
    """The template's shown name and bytes. Raises :class:`Rejected` (F01, F02, F14, T01, T06)."""
    name = str(path)
    try:
        if path.stat().st_size > MOST_BYTES:
            raise Rejected([Problem("F14", f"“{path.name}”超过 20 MB。", Passage(name), "去掉里面的大图片。")])
        data = path.read_bytes()
    except FileNotFoundError:
        raise Rejected([Problem("F01", f"没有“{path}”。", Passage(name), "看看文件名和文件夹。")]) from None
    except OSError:
        hint = "它是文件夹。" if path.is_dir() else "看看文件的权限，关掉正打开着它的程序。"
        raise Rejected([Problem("F02", f"打不开“{path}”。", Passage(name), hint)]) from None
    problems = plain_faults(name, data) if plain_ending(name) else faults(name, data)
    if problems:
        raise Rejected(problems)
    return name, data


def plain_ending(name: str) -> str:
    """The ending of a template that is text (Markdown, a web page); empty for a Word document."""
    return next((ending for ending in (".md", ".html") if name.lower().endswith(ending)), "")


def plain_faults(name: str, data: bytes) -> list[Problem]:
    """What makes a text no template: it is not UTF-8, or a web page that reaches out of itself."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return [Problem("T01", "它不是 UTF-8 编码的文本。", Passage(name), "用记事本打开，另存为 UTF-8。")]
    faults = page_faults(text) if plain_ending(name) == ".html" else ()
    return [_harmful(name, f"{words}。", "删去它；网页不引用别的文件，也不带程序。") for words in dict.fromkeys(faults)]


def faults(name: str, data: bytes) -> list[Problem]:
    """What makes a file no template: not a .docx, packed too tight, with machinery or foreign parts inside."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if sum(e.file_size for e in entries) > MOST_UNPACKED or len(entries) > _MOST_PARTS:
                return [_harmful(name, "解开以后太大。", "去掉里面的大图片，另存一份。")]
            if "word/document.xml" not in {e.filename for e in entries}:
                return [_not_word(name)]
            return [problem for e in entries for problem in _harm(name, e.filename, archive.read(e))]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError):
        return [_not_word(name)]


def _not_word(name: str) -> Problem:
    hint = "在 Word 或 WPS 里打开，另存为“Word 文档（*.docx）”，不加密码。"
    return Problem("T01", "它不是 .docx 文档（.doc、.wps、加了密码的都读不了）。", Passage(name), hint)


def _harm(name: str, part: str, content: bytes) -> list[Problem]:
    if any(word in part for word in _MACHINERY):
        return [_harmful(name, "里面有宏或控件。", "另存为不带宏的 .docx。")]
    if part.endswith((".xml", ".rels")) and (b"<!DOCTYPE" in content or b"<!ENTITY" in content):
        return [_harmful(name, "里面有正常的 Word 文档没有的东西（实体声明），可能有害。", "在 Word 里另存一份。")]
    if part.endswith(".rels"):
        links = (piece for piece in content.split(b"<Relationship ") if _FOREIGN in piece)
        if any(_LINK not in piece for piece in links):
            return [_harmful(name, "里面引用了文件以外的内容（外部模板、图片）。", "把图片存进文档，断开外部链接。")]
    return []


def _harmful(name: str, detail: str, hint: str) -> Problem:
    return Problem("T06", detail, Passage(name), hint)


def settled(data: bytes) -> bytes:
    """The same parts in the same order without the hour they were packed in."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as new,
    ):
        for entry in old.infolist():
            new.writestr(zipfile.ZipInfo(entry.filename, _FIXED), old.read(entry), zipfile.ZIP_DEFLATED)
    return out.getvalue()
