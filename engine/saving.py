"""A file is written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from engine.source import Cell, Problem, Rejected


def save(path: Path, data: bytes) -> None:
    """Write beside the target, then take its place; what was there stays until then. Folders are made if need be.

    Raises :class:`Rejected` (F03) when the target cannot be written.
    """
    # The process number keeps two runs at once apart; a name of a killed run is written over.
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not os.access(path, os.W_OK):
            raise PermissionError("read-only")
        beside.write_bytes(data)
        beside.replace(path)
    except OSError as error:
        _forget(beside)
        raise Rejected([Problem("F03", f"写不进“{path}”。", Cell(str(path), path.name), _why(path))]) from error


def free(path: Path) -> Path:
    """A place for a new file of somebody's own. Raises :class:`Rejected` (F03) where there is one already."""
    if path.exists():
        raise Rejected(
            [
                Problem(
                    "F03",
                    f"“{path}”已经存在，没有动它。",
                    Cell(str(path), path.name),
                    "换一个文件名（-o），或先移走它。",
                )
            ]
        )
    return path


def _why(path: Path) -> str:
    if path.is_dir():
        return f"“{path}”是文件夹，要写出文件名。"
    blocked = next((p for p in path.parents if p.exists() and not p.is_dir()), None)
    if blocked is not None:
        return f"“{blocked}”是文件，这里要一个文件夹。"
    return "关掉正打开着它的 Excel，看看文件夹有没有权限、磁盘满没满。"


def _forget(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return  # The folder cannot be written at all: nothing was left in it.
