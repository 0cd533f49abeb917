"""One run at a time in a folder: a lock of the system's, which ends with the process however it ends."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

NAME = ".xize-lock"
_PAUSE = 0.02  # seconds between two tries
_BUSY = (errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK)

if sys.platform == "win32":
    import msvcrt

    def _take(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


class Busy(Exception):
    """Another run has the folder."""


@contextmanager
def alone(folder: Path, patience: float) -> Iterator[bool]:
    """Hold a folder that is there; gives whether this system keeps such locks at all (some network drives do not).

    Raises :class:`Busy` when another run still has it after ``patience`` seconds, OSError when nothing can be written.
    """
    path = folder / NAME
    handle, sure = _held(path, time.monotonic() + patience)
    try:
        yield sure
    finally:
        try:
            if sys.platform != "win32":  # here the file is removed while it is held, there it cannot be
                _remove(path)
        finally:
            os.close(handle)
        if sys.platform == "win32":
            _remove(path)


def _remove(path: Path) -> None:
    with suppress(OSError):  # the folder is gone, or somebody has opened it meanwhile and removes it
        path.unlink(missing_ok=True)


def _held(path: Path, until: float) -> tuple[int, bool]:
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT)
        try:
            _take(handle)
        except OSError as error:
            if error.errno not in _BUSY:
                return handle, False
            os.close(handle)
            if time.monotonic() > until:
                raise Busy from None
            time.sleep(_PAUSE)
            continue
        if _still_there(handle, path):
            return handle, True
        os.close(handle)  # whoever had it has taken the file away with him


def _still_there(handle: int, path: Path) -> bool:
    try:
        return sys.platform == "win32" or os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False
