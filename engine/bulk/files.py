"""Which Parquet files hold which ledger; a row of them found again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from engine.ledger.survey import unreadable
from engine.rulebook import RuleBook
from engine.source import Cell, Problem, Rejected, Severity

SUFFIX = ".parquet"
FIRST_ROW = 2  # as if the names of the columns stood in row 1


@dataclass(frozen=True, slots=True)
class Source:
    """A ledger's part files in order, how many rows each has, and their columns."""

    ledger: str
    paths: tuple[Path, ...]
    heights: tuple[int, ...]
    schema: Mapping[str, pl.DataType]

    @property
    def height(self) -> int:
        """All rows."""
        return sum(self.heights)

    def scan(self) -> pl.LazyFrame:
        """The rows, numbered through all files (``行``)."""
        return pl.scan_parquet(list(self.paths), row_index_name="行", row_index_offset=FIRST_ROW)

    def at(self, row: int) -> tuple[Path, int]:
        """The file a row stands in, and its number there."""
        for path, height in zip(self.paths, self.heights, strict=True):
            if row < height + FIRST_ROW:
                return path, row
            row -= height
        raise IndexError(row)

    def cell(self, row: int, column: str = "", text: str = "") -> Cell:
        """The place of a cell as its user finds it."""
        path, row = self.at(row)
        return Cell(str(path), path.name, row, column, text)


@dataclass(slots=True)
class Folder:
    """The ledgers found, the files with their SHA-256, and what was wrong on the way."""

    sources: dict[str, Source] = field(default_factory=dict)
    files: list[tuple[str, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notices: list[Problem] = field(default_factory=list)


def find(folder: Path, book: RuleBook) -> Folder:
    """The ledgers of a rule book in a folder: ``台账.parquet``, or a folder ``台账`` of part files.

    What cannot be read is a problem with an F code; the others are still read.
    """
    found = Folder()
    if not folder.is_dir():
        found.problems.append(_no_folder(folder))
        return found
    for name in book.ledgers:
        paths = _parts(folder, name)
        try:
            if len({path.parent for path in paths}) > 1:
                raise unreadable(
                    "F18", str(folder / name), f"“{name}{SUFFIX}”和“{name}”文件夹是同一张台账。", "留下一个。"
                )
            if paths:
                found.sources[name] = _source(name, paths, found)
        except Rejected as rejected:
            found.problems += rejected.problems
    _tell_others(folder, book, found)
    return found


def _no_folder(folder: Path) -> Problem:
    code, detail = ("F11", "不是文件夹。") if folder.exists() else ("F01", "没有这个文件夹。")
    hint = f"写装着各台账 {SUFFIX} 文件的文件夹。"
    return Problem(code, detail, Cell(str(folder), folder.name), hint)


def _parts(folder: Path, name: str) -> list[Path]:
    single = [path for path in (folder / f"{name}{SUFFIX}",) if path.is_file()]
    return single + sorted(path for path in (folder / name).glob(f"*{SUFFIX}") if path.is_file())


def _source(name: str, paths: Sequence[Path], found: Folder) -> Source:
    heights = []
    schema: Mapping[str, pl.DataType] = {}
    for path in paths:
        found.files.append((str(path), _digest(path)))
        try:
            plan = pl.scan_parquet(path)
            schema = schema or plan.collect_schema()
            heights.append(int(plan.select(pl.len()).collect().item()))
            if plan.collect_schema() != schema:
                hint = f"各个文件的列名、类型、先后要和“{paths[0].name}”的一样。"
                raise unreadable("F19", str(path), "列和同一台账的前一个文件不一样。", hint)
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
            raise unreadable("F19", str(path), "不是 Parquet 文件，或者已损坏。", "重新导出。") from error
    return Source(name, tuple(paths), tuple(heights), dict(schema))


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise unreadable("F02", str(path), f"系统不让读：{error.strerror}。", "看看有没有权限。") from None


def _tell_others(folder: Path, book: RuleBook, found: Folder) -> None:
    known = {part for source in found.sources.values() for part in (*source.paths, *(p.parent for p in source.paths))}
    for path in _entries(folder):
        if path not in known and not path.name.startswith("."):
            place = Cell(str(path), path.name)
            hint = f"成批计分只读 {SUFFIX} 文件：{'、'.join(book.ledgers)}。"
            found.notices.append(Problem("N01", f"“{path.name}”没有读。", place, hint, severity=Severity.NOTICE))


def _entries(folder: Path) -> Iterable[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise unreadable("F02", str(folder), f"系统不让读：{error.strerror}。", "看看有没有权限。") from None
