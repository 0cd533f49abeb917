"""Bytes people saved → the text they wrote: size, encoding, and letters nobody can see.

Nothing is repaired here. A text that passes has only line feeds for line ends,
and every character in it shows on paper.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from engine.source import Cell, Problem, Rejected, Source, Span

LARGEST = 500_000
"""Bytes of the largest rule file read: more than ten times the 2024 one, and seconds of work at worst."""

_SHOWN = frozenset("\n\r\t \u3000")
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u2800\u3164\uffa0\ufffd")
_NAMES = {
    "\u00a0": "不换行空格（多从网页、Word 粘贴而来）",
    "\u00ad": "软连字符",
    "\u200b": "零宽空格",
    "\u200c": "零宽不连字",
    "\u200d": "零宽连字",
    "\u2060": "零宽不换行",
    "\ufeff": "文件中间的 BOM 标记（零宽不换行空格）",
    "\ufffd": "乱码替换符（这里原来的字已经丢失）",
    "\r": "单独的回车（旧式换行）",
    "\u2028": "行分隔符",
    "\u2029": "段分隔符",
    "\x85": "下一行控制符",
}


_ZIP = b"PK\x03\x04"


def fetch(path: Path) -> bytes:
    """The bytes of a file, at most one more than :data:`LARGEST`.

    Raises :class:`Rejected` with F01 (no such file) or F02 (cannot be opened).
    """
    place = Cell(str(path), path.name or str(path))
    if not path.exists():
        raise Rejected([Problem("F01", f"找不到“{path}”。", place, "核对文件名和所在文件夹。")])
    if not path.is_file():
        raise Rejected([Problem("F02", f"“{path}”不是文件。", place, "写出规则文件本身，例如 rules/2024.yaml。")])
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError:
        hint = "核对文件名；看看文件是否正被别的程序占用、有没有读的权限。"
        raise Rejected([Problem("F02", f"打不开“{path}”。", place, hint)]) from None
    if data.startswith(_ZIP):
        detail = f"“{path}”是 Excel 工作簿（或压缩包），不是细则文件。"
        raise Rejected([Problem("F02", detail, place, "先写细则.yaml，后写台账.xlsx。")])
    return data


def decode(data: bytes, name: str) -> tuple[str, Source]:
    """UTF-8 bytes (a BOM in front is fine) as text with ``\\n`` line ends, and as a :class:`Source`.

    Raises :class:`Rejected` with Y01 (too large) or Y02 (another encoding).

    >>> decode("年度: 2024\\r\\n".encode(), "a.yaml")[1].lines
    ('年度: 2024', '')
    """
    if len(data) > LARGEST:
        detail = f"文件超过 {LARGEST // 1000} KB；规则文件是几十 KB 的文字。"
        raise Rejected([Problem("Y01", detail, _head(name), "核对是否选错了文件。")])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Rejected([_encoding(data, name, error.start)]) from None
    text = text.replace("\r\n", "\n")
    return text, Source(name, tuple(text.split("\n")))


def invisible(source: Source) -> list[Problem]:
    """Y04 for every line that holds a character nobody can see.

    >>> [p.detail for p in invisible(Source("a.yaml", ("年度:\\u00a02024",)))]
    ['第 4 个字符是 U+00A0 不换行空格（多从网页、Word 粘贴而来）。']
    """
    present = {char for line in source.lines for char in set(line) if hidden(char)}
    if not present:
        return []
    wanted = re.compile("[" + "".join(map(re.escape, sorted(present))) + "]")
    found = []
    for number, line in enumerate(source.lines, 1):
        if match := wanted.search(line):
            place = Span(source, number, match.start(), match.end())
            found.append(_unseen(match.group(), len(wanted.findall(line)), place))
    return found


def hidden(char: str) -> bool:
    """Whether a character shows nothing on paper (or a different thing on every machine)."""
    if char in _SHOWN:
        return char == "\r"
    code = ord(char)
    return (
        unicodedata.category(char) in {"Cc", "Cf", "Zs", "Zl", "Zp", "Cs"}
        or char in _BLANK
        or 0xFE00 <= code <= 0xFE0F
        or 0xE0100 <= code <= 0xE01EF
        or 0xFDD0 <= code <= 0xFDEF
        or code & 0xFFFE == 0xFFFE
    )


def _unseen(char: str, count: int, place: Span) -> Problem:
    name = _NAMES.get(char, "空白字符" if unicodedata.category(char) == "Zs" else "看不见的控制字符")
    more = f"本行这类字符共 {count} 个。" if count > 1 else ""
    detail = f"第 {place.start + 1} 个字符是 U+{ord(char):04X} {name}。{more}"
    return Problem("Y04", detail, place, "删去它；需要空格的地方打一个普通空格（半角）。")


def _encoding(data: bytes, name: str, at: int) -> Problem:
    for codec, label in _guesses(data):
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        line = data[:at].decode(codec, "ignore").count("\n") + 1
        source = Source(name, tuple(text.replace("\r\n", "\n").split("\n")))
        detail = f"文件像是 {label}编码，规则文件要用 UTF-8。"
        return Problem("Y02", detail, Span(source, line, 0, 0), _SAVE_AS)
    line = data[:at].count(b"\n") + 1
    detail = f"第 {at + 1} 个字节起不是文字，文件可能已损坏，或者不是文本文件。"
    return Problem("Y02", detail, Span(Source(name, ()), line, 0, 0), _SAVE_AS)


_SAVE_AS = "用记事本或 WPS 打开，另存为，编码选“UTF-8”。"


def _guesses(data: bytes) -> list[tuple[str, str]]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return [("utf-16", "UTF-16（记事本里叫 Unicode）")]
    if b"\0" in data[:400]:
        order = "utf-16-be" if data[:1] == b"\0" else "utf-16-le"
        return [(order, "UTF-16（记事本里叫 Unicode）")]
    return [("gb18030", "GBK/GB18030（记事本里叫 ANSI）")]


def _head(name: str) -> Span:
    return Span(Source(name, ()), 1, 0, 0)


def plain(text: str) -> str:
    """The text with every character nobody can see as a space: only for looking on after Y04."""
    return text.translate({ord(char): " " for char in set(text) if hidden(char)})
