"""A folder tree → offices: each folder that holds ledgers, with the rule files nearest to it upward.

A folder holds ledgers if an .xlsx or CSV or Parquet files lie in it. Its rule files lie in it or in its ``rules``
folder, or in those of the nearest folder above, down from the top that was given.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.source import Cell, Problem, Rejected

SUMMARY = "汇总.json"
"""A folder with this file is what an earlier run wrote, and is not looked into."""
RULES = "rules"
HERE = "（本级）"
"""What the top folder is called when it holds ledgers itself."""
_BOOKS, _TABLES = (".xlsx", ".xlsm"), (".csv", ".parquet")
_UNREADABLE = (".xls", ".xlsb", ".et", ".ett", ".ods", ".zip", ".rar", ".7z")
"""Ledgers in other forms: passed over, an office would lose records in silence."""
_HEAD = 500_000  # bytes of a rule file, at most
_SPELT = (("细则", "utf-8"), ("细则", "gb18030"), ("：", "utf-8"))
_TITLE = re.compile(rb"^(?:\xef\xbb\xbf)?(?:%s|%s)[ \t]*(?::|%s)" % tuple(t.encode(c) for t, c in _SPELT), re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Office:
    """A folder with its ledgers (workbooks, or the folder itself) and the rule files that may hold for it.

    ``name`` is its path from the top; ``problems`` is why it cannot be looked at at all.
    """

    name: str
    ledgers: tuple[Path, ...] = ()
    rules: tuple[Path, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def files(self) -> list[Path]:
        """Every file it is made of."""
        return [*self.rules, *(file for path in self.ledgers for file in (_tables(path) if path.is_dir() else [path]))]


def offices(top: Path, out: Path) -> list[Office]:
    """Every office below ``top``, by name; ``out`` is left out. Raises :class:`Rejected` (F01, F03)."""
    if not top.is_dir():
        raise Rejected([Problem("F01", f"没有文件夹“{top}”。", _place(top), "写出装着各处台账和细则的文件夹。")])
    if top.resolve() == out.resolve():
        detail = f"结果不能就写在“{top}”里：那里是各处的台账。"
        raise Rejected([Problem("F03", detail, _place(top), "换一个文件夹，在它里面也可以，如 -o out。")])
    unread: list[Problem] = []
    found = [_office(top, folder) for folder in _folders(top, out, unread) if _ledgers(folder) or _others(folder)]
    found += [Office(p.place.file if isinstance(p.place, Cell) else "", problems=(p,)) for p in unread]
    if not found:
        hint = "一处一个文件夹，里面放 .xlsx 台账，或者 CSV、Parquet。"
        raise Rejected([Problem("F01", f"“{top}”里没有一处台账。", _place(top), hint)])
    return sorted(found, key=lambda office: office.name)


def _folders(top: Path, out: Path, unread: list[Problem]) -> Iterator[Path]:
    def refused(error: OSError) -> None:
        folder = Path(error.filename or top)
        name = folder.relative_to(top).as_posix()
        detail = f"打不开文件夹“{folder}”：{error.strerror}。"
        unread.append(Problem("F02", detail, Cell(name, folder.name), "看看有没有权限。"))

    for here, names, files in os.walk(top, onerror=refused):
        folder = Path(here)
        if folder.resolve() == out.resolve() or SUMMARY in files:
            names.clear()
            continue
        names[:] = sorted(name for name in names if not name.startswith(".") and name != RULES)
        yield folder


def _office(top: Path, folder: Path) -> Office:
    name = HERE if folder == top else folder.relative_to(top).as_posix()
    books, tables = _books(folder), _tables(folder)
    rules = _rules(top, folder)
    problems = []
    if not rules:
        detail = f"“{folder}”和它上面的文件夹（到“{top}”为止）里没有细则文件。"
        hint = f"把细则.yaml（里面有「细则」一节，存成 UTF-8）放在这里，或者上面某一级，或者那里的 {RULES} 文件夹里。"
        problems.append(Problem("F01", detail, _place(folder), hint))
    for other in _others(folder):
        detail = f"“{other.name}”不是程序读得出的台账，里面的记录没有读；这一处不能只算一半。"
        hint = "打开它，另存为 .xlsx；压缩的先解开；不是台账的，移走它。"
        problems.append(Problem("F11", detail, _place(other), hint))
    if books and tables:
        detail = f"“{folder}”里又有工作簿（{books[0].name}）又有 {tables[0].name}，说不清哪一个是台账。"
        problems.append(Problem("F18", detail, _place(folder), "留下一种；另一种移走，或者放进另一个文件夹。"))
    return Office(name, tuple(books or [folder]), rules, tuple(problems))


def _rules(top: Path, folder: Path) -> tuple[Path, ...]:
    """The rule files of the nearest folder upward that has any."""
    for here in (folder, *folder.parents):
        for shelf in (here, here / RULES):
            found = [path for path in _files(shelf, (".yaml", ".yml")) if _is_rules(path)]
            if found:
                return tuple(found)
        if here == top:
            break
    return ()


def _is_rules(path: Path) -> bool:
    """Whether there is a 细则 in it, be it in an encoding that will be refused; what cannot be opened may be one."""
    try:
        with path.open("rb") as file:
            return _TITLE.search(file.read(_HEAD)) is not None
    except OSError:
        return True


def _ledgers(folder: Path) -> list[Path]:
    return _books(folder) + _tables(folder)


def _others(folder: Path) -> list[Path]:
    return _files(folder, _UNREADABLE)


def _books(folder: Path) -> list[Path]:
    return _files(folder, _BOOKS)


def _tables(folder: Path) -> list[Path]:
    return _files(folder, _TABLES)


def _files(folder: Path, suffixes: Iterable[str]) -> list[Path]:
    """The files of these kinds right in a folder, by name; not those an office program keeps beside an open one."""
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return []  # not there, or told by the walk
    return [p for p in entries if p.suffix.lower() in suffixes and not p.name.startswith((".", "~$")) and p.is_file()]


def _place(path: Path) -> Cell:
    return Cell(str(path), path.name or str(path))
