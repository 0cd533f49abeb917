"""What is kept of an office beside its results: what they were made from, so that nothing is done twice.

记录.json says the key (rules, ledgers, program, options), the summary's entry, and the SHA-256 of every file
written. It is written last: a run that was killed before is done again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from engine.batch.offices import Office
from engine.pipeline import Options
from engine.saving import held
from engine.workbook.front import engine_version

RECORD = "记录.json"
_ROOT = Path(__file__).parents[2]


def key_of(office: Office, options: Options) -> str:
    """What the results of an office depend on, as one digest; empty where a file cannot be read."""
    files = {str(path): digest_of(path) for path in office.files}
    if office.problems or not all(files.values()):
        return ""
    asked = [office.name, str(options.as_of or ""), options.skip_bad, program()]
    return hashlib.sha256(json.dumps([asked, files], ensure_ascii=False).encode()).hexdigest()


@cache
def program() -> str:
    """This program: its version, and the digest of its own files."""
    found = hashlib.sha256()
    for path in sorted([*(_ROOT / "engine").rglob("*.py"), *(_ROOT / "schema").glob("*.json")]):
        found.update(path.relative_to(_ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return f"{engine_version()} {found.hexdigest()}"


def known(folder: Path, key: str) -> dict[str, Any] | None:
    """The entry of an office that was done from the same key without an error and whose files are as written."""
    kept = _kept(folder)
    entry: dict[str, Any] | None = kept.get("结果")
    if not key or kept.get("键") != key or entry is None or entry.get("退出码") != 0:
        return None
    whole = all(digest_of(folder / name) == digest for name, digest in kept.get("文件", {}).items())
    return entry if whole else None


def keep(folder: Path, key: str, entry: Mapping[str, Any], written: Mapping[str, str]) -> None:
    """Say that an office is done. Raises :class:`Rejected`."""
    record = {"键": key, "结果": entry, "文件": dict(sorted(written.items()))}
    put(folder, {RECORD: (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode()})


def cleared(folder: Path, written: Collection[str]) -> list[str]:
    """Take away what an earlier run wrote and this one did not; what somebody has changed since stays, and is named."""
    left = []
    for name, digest in _kept(folder).get("文件", {}).items():
        path = folder / name
        if name in written or not path.exists():
            continue
        if digest_of(path) != digest:
            left.append(name)
            continue
        with suppress(OSError):
            path.unlink()
            path.parent.rmdir()  # if nothing else is in it
    return left


def gone(out: Path, names: Collection[str]) -> tuple[str, ...]:
    """The offices done in an earlier run that are not among these."""
    done = (path.parent.relative_to(out).as_posix() for path in out.rglob(RECORD))
    return tuple(sorted(name for name in done if name not in names))


def put(folder: Path, files: Mapping[str, bytes], instead: Iterable[str] = ()) -> dict[str, str]:
    """Write files of an office; those of ``instead`` that are not among them go. Raises :class:`Rejected`."""
    with held(folder) as desk:
        for name in set(instead) - set(files):
            (folder / name).unlink(missing_ok=True)
        desk.put(files)
    return {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}


def digest_of(path: Path) -> str:
    """A file's SHA-256, empty where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _kept(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
