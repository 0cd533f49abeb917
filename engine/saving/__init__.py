"""Files are written whole or not at all, and files that belong together come of one run.

    held(folder)      this run alone writes in the folder; what a killed one left there is put in order first
    desk.put(files)   all are written beside their targets; a list says that they are; each takes its place

A run killed before its list stands has changed nothing, and its leavings (``.xize-…``) are cleared away by
the next. Once the list stands, the next run moves into place what had not been moved yet.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from engine.saving.lock import Busy, alone
from engine.source import Cell, Problem, Rejected

PATIENCE = 5.0
"""Seconds to wait for another run that is writing in the same folder."""
_LEFT = ".xize-*.tmp"
_LIST = ".xize-list"
REASONS = {
    errno.ENOSPC: "磁盘满了：腾出地方再运行。",
    errno.EDQUOT: "您在这个盘上的份额用完了：腾出地方再运行。",
    errno.EFBIG: "文件超过了系统许可的大小。",
    errno.EROFS: "这个盘只能读，不能写：换一个文件夹。",
}
"""What to do where the system says plainly why nothing can be written."""


def save(path: Path, data: bytes) -> None:
    """Write one file; what was there stays until the new one is whole. Folders are made if need be.

    Raises :class:`Rejected`: F03 when it cannot be written, F04 when another run is writing in the folder.
    """
    with held(path.parent, path) as desk:
        desk.put({path.name: data})


@contextmanager
def held(folder: Path, shown: Path | None = None, patience: float = PATIENCE) -> Iterator[Desk]:
    """Write in a folder alone; ``shown`` is what a fault of the folder is told of. Raises as :func:`save`."""
    with ExitStack() as stack:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            sure = stack.enter_context(alone(folder, patience))
        except Busy:
            detail, hint = f"另一次运行正在往“{folder}”里写。", "等它写完再运行；或者用 -o 换一个文件夹。"
            raise Rejected([Problem("F04", detail, Cell(str(folder), folder.name or str(folder)), hint)]) from None
        except OSError as error:
            raise _refused(shown or folder, error) from error
        desk = Desk(folder)
        if sure:
            desk.put_in_order()
        yield desk


@dataclass(frozen=True, slots=True)
class Desk:
    """A folder that only this run writes in (:func:`held`)."""

    folder: Path

    def put(self, files: Mapping[str, bytes]) -> tuple[Path, ...]:
        """Write these files, all of them or none. Raises :class:`Rejected` (F03); then what was there is there again.

        The process number in the names beside keeps two runs apart where the system has no locks.
        """
        beside = {name: self.folder / f".xize-{os.getpid()}-{n}.tmp" for n, name in enumerate(files)}
        before = {name: self._there(name) for name in files}
        try:
            for name, data in files.items():
                _write(beside[name], data, self.folder / name)
            if len(files) > 1:
                self._list(beside, before)
            self._move(beside, before)
            self._unlist()
        finally:
            for path in beside.values():
                _forget(path)
        return tuple(self.folder / name for name in files)

    def put_in_order(self) -> None:
        """Finish what a killed run had decided, and clear away what it had not. Raises :class:`Rejected` (F03)."""
        for name, (beside, digest) in self._listed().items():
            found = self.folder / Path(beside).name
            # What somebody has changed since is his, and stays.
            if found.exists() and _digest(self._there(Path(name).name)) == digest:
                _replace(found, self.folder / Path(name).name)
        self._unlist()
        for path in self.folder.glob(_LEFT):
            _forget(path)

    def _there(self, name: str) -> bytes | None:
        """What a file holds that is about to be replaced; ``None`` where there is none."""
        path = self.folder / name
        try:
            if not path.exists():
                return None
            if path.is_dir():
                raise IsADirectoryError
            if not os.access(path, os.W_OK):
                raise PermissionError
            with path.open("r+b") as file:  # refused where another program keeps it open
                return file.read()
        except OSError as error:
            raise _refused(path, error) from error

    def _list(self, beside: Mapping[str, Path], before: Mapping[str, bytes | None]) -> None:
        entries = {name: (path.name, _digest(before[name])) for name, path in beside.items()}
        path = self.folder / f".xize-{os.getpid()}-list.tmp"
        _write(path, json.dumps(entries, ensure_ascii=False).encode(), self.folder / next(iter(beside)))
        _replace(path, self.folder / _LIST)

    def _listed(self) -> dict[str, tuple[str, str]]:
        try:
            found: dict[str, tuple[str, str]] = json.loads((self.folder / _LIST).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found

    def _unlist(self) -> None:
        _forget(self.folder / _LIST)

    def _move(self, beside: Mapping[str, Path], before: Mapping[str, bytes | None]) -> None:
        """Each takes its place; where one cannot, those before it give theirs back."""
        moved: list[str] = []
        try:
            for name, path in beside.items():
                _replace(path, self.folder / name)
                moved.append(name)
        except Rejected:
            for name in moved:
                self._give_back(name, before[name])
            self._unlist()
            raise

    def _give_back(self, name: str, data: bytes | None) -> None:
        path = self.folder / name
        if data is None:
            _forget(path)
            return
        beside = self.folder / f".xize-{os.getpid()}-back.tmp"
        _write(beside, data, path)
        _replace(beside, path)


def apart(targets: Iterable[Path], read: Iterable[Path | None]) -> None:
    """What is read, or lies in a folder that is read, is never written over. Raises :class:`Rejected` (F03)."""
    sources = [file for path in read if path is not None for file in (path, *_within(path))]
    problems = [
        Problem(
            "F03", f"“{target}”正是要读的文件，没有动它。", Cell(str(target), target.name), "换一个文件名或文件夹。"
        )
        for target in targets
        if any(_same(target, source) for source in sources)
    ]
    if problems:
        raise Rejected(problems)


def free(path: Path) -> Path:
    """A place for a new file of somebody's own. Raises :class:`Rejected` (F03) where there is one already."""
    if path.exists():
        place, hint = Cell(str(path), path.name), "换一个文件名（-o），或先移走它。"
        raise Rejected([Problem("F03", f"“{path}”已经存在，没有动它。", place, hint)])
    return path


def _within(path: Path) -> list[Path]:
    try:
        return list(path.iterdir()) if path.is_dir() else []
    except OSError:
        return []  # that it cannot be read is told by whoever reads it


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return one.resolve() == other.resolve()


def _write(beside: Path, data: bytes, target: Path) -> None:
    """All of it, and on the disk."""
    try:
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        _forget(beside)
        raise _refused(target, error) from error


def _replace(beside: Path, target: Path) -> None:
    try:
        beside.replace(target)
    except OSError as error:
        raise _refused(target, error) from error


def _refused(path: Path, error: OSError) -> Rejected:
    return Rejected([Problem("F03", f"写不进“{path}”。", Cell(str(path), path.name or str(path)), _why(path, error))])


def _why(path: Path, error: OSError) -> str:
    if error.errno in REASONS:
        return REASONS[error.errno]
    if isinstance(error, IsADirectoryError):
        return f"“{path}”是文件夹，要写出文件名。"
    blocked = next((p for p in (path, *path.parents) if p.exists() and not p.is_dir()), None)
    if blocked is not None and isinstance(error, FileExistsError | FileNotFoundError | NotADirectoryError):
        return f"“{blocked}”是文件，这里要一个文件夹。"
    return "关掉正打开着它的 Excel，看看文件夹有没有权限、磁盘满没满。"


def _digest(data: bytes | None) -> str:
    return hashlib.sha256(data).hexdigest() if data is not None else ""


def _forget(path: Path) -> None:
    with suppress(OSError):  # the folder cannot be written at all: nothing was left in it
        path.unlink(missing_ok=True)
