"""口径: an alternative reading is a patch of the file's own values (LANGUAGE §7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.document import Document
from engine.source import Problem, Rejected
from engine.suggest import asked

DELETE = "删去"
AFTER = "之后"
Path = tuple[str | int, ...]


def patched(doc: Document, chosen: Mapping[str, str]) -> tuple[Document, tuple[Path, ...]]:
    """The document with the chosen alternatives put in, and the paths they touched.

    ``chosen``: reading id → name of an alternative (or the default's name). Raises
    :class:`Rejected` for unknown ids and names, and for two alternatives that write
    one path.
    """
    problems: list[Problem] = []
    written: dict[str, tuple[str, Any]] = {}
    touched: list[Path] = []
    for reading, name in chosen.items():
        changes = _changes(doc, reading, name, problems)
        for path in changes:
            other = _rival(path, changes[path], written)
            if other is not None:
                detail = f"口径 {other} 和 {reading} 都要改“{path}”，不能同时采用。"
                problems.append(Problem("R08", detail, doc.key_at(("口径", reading)), "一次只换其中一个。"))
            if path in written or other is not None:
                continue
            written[path] = (reading, changes[path])
            doc = _apply(doc, path, changes[path], ("口径", reading, "备选", name, path), problems)
            touched += [found for found in [resolve(doc, path)] if found is not None]
    if problems:
        raise Rejected(problems)
    return doc, tuple(touched)


def written(doc: Document, dotted: str, value: Any) -> tuple[Document, Path]:
    """The document with one value put at a path as a reading would put it, and the path. Raises :class:`Rejected`."""
    problems: list[Problem] = []
    path = resolve(doc, dotted)
    like = path if path is not None and _stands(doc, path) else (path or ("",))[:-1]
    found = _apply(doc, dotted, value, like, problems)
    if problems or path is None:
        raise Rejected(problems)
    return found, path


def _stands(doc: Document, path: Path) -> bool:
    try:
        doc.get(path)
    except KeyError:
        return False
    return True


def _rival(path: str, value: Any, written: Mapping[str, tuple[str, Any]]) -> str | None:
    """The reading that already writes this path, or a part or the whole of it, otherwise than we would."""
    for other, (reading, said) in written.items():
        if other == path and said != value:
            return reading
        if other.startswith(f"{path}.") or path.startswith(f"{other}."):
            return reading
    return None


def _changes(doc: Document, reading: str, name: str, problems: list[Problem]) -> Mapping[str, Any]:
    root: Any = doc.value
    readings = root.get("口径") or {}
    entry = readings.get(reading)
    if entry is None:
        hint = asked(reading, readings, f"可选：{'、'.join(readings)}。")
        problems.append(Problem("R06", f"没有口径“{reading}”。", doc.at(("口径",)), hint))
        return {}
    if name == entry.get("采取"):
        return {}
    alternatives = entry.get("备选") or {}
    if name not in alternatives:
        choices = "、".join([str(entry.get("采取")), *alternatives])
        detail = f"口径 {reading} 没有“{name}”这一取法。"
        problems.append(Problem("R06", detail, doc.key_at(("口径", reading)), f"可选：{choices}。"))
        return {}
    found: Mapping[str, Any] = alternatives[name] or {}
    return found


def _apply(doc: Document, dotted: str, value: Any, like: Path, problems: list[Problem]) -> Document:
    path = resolve(doc, dotted)
    if path is None:
        detail = f"备选要改“{dotted}”，可是文件里没有这条路径。"
        problems.append(Problem("R07", detail, doc.key_at(like), "路径写作 节.编号.键，前面各段都要已有。"))
        return doc
    parent = _value(doc, path[:-1])
    if isinstance(parent, list):
        return _apply_step(doc, path, value, like, problems)
    if value != DELETE:
        return doc.replace(path, value, like)
    if isinstance(parent, dict) and path[-1] in parent:
        return doc.remove(path)
    problems.append(Problem("R07", f"备选要删去“{dotted}”，可是文件里没有它。", doc.key_at(like)))
    return doc


def _apply_step(doc: Document, path: Path, value: Any, like: Path, problems: list[Problem]) -> Document:
    """Change, delete or insert one step of a list whose entries carry 编号."""
    steps: list[Any] = _value(doc, path[:-1])
    names = [step.get("编号") for step in steps]
    name = path[-1]
    if value != DELETE and not isinstance(value, dict):
        detail = f"备选要改步骤“{name}”，新值不是一步：要写成 {{加: …}} 这样的一步。"
        problems.append(Problem("R07", detail, doc.key_at(like), f"只改其中一个值，写 …得分.{name}.加 这样的路径。"))
        return doc
    if name in names:
        at = (*path[:-1], names.index(name))
        return doc.remove(at) if value == DELETE else doc.replace(at, {"编号": str(name), **value}, like)
    if value == DELETE:
        detail = f"备选要删去步骤“{name}”，可是得分里没有这一步。"
        problems.append(Problem("R07", detail, doc.key_at(like), "把这一步加回来，或者删去这个备选。"))
        return doc
    after = value.get(AFTER) if isinstance(value, dict) else None
    if after not in names:
        detail = f"新步骤“{name}”要写明放在哪一步「之后」，现在写的是“{after or '（没写）'}”。"
        problems.append(Problem("R07", detail, doc.key_at(like), f"可选：{'、'.join(map(str, names))}。"))
        return doc
    step = {"编号": name, **{k: v for k, v in value.items() if k != AFTER}}
    return doc.insert(path[:-1], names.index(after) + 1, step, like)


def resolve(doc: Document, dotted: str) -> Path | None:
    """The path a dotted text means; a key that itself holds a dot is matched whole. The last key may be new.

    A step of 得分 is named by its 编号.
    """
    value: Any = doc.value
    path: tuple[str | int, ...] = ()
    rest = dotted
    while rest:
        if isinstance(value, list):
            steps = {str(step.get("编号")): at for at, step in enumerate(value) if isinstance(step, dict)}
            inner = [name for name in steps if rest.startswith(f"{name}.")]
            if not inner:
                return (*path, rest)
            name = max(inner, key=len)
            value, path, rest = value[steps[name]], (*path, steps[name]), rest[len(name) + 1 :]
            continue
        keys = [k for k in value if rest == k or rest.startswith(f"{k}.")] if isinstance(value, dict) else []
        if not keys:
            return (*path, rest) if isinstance(value, dict) and path and ("." not in rest or len(path) > 2) else None
        key = max(keys, key=len)
        value, path, rest = value[key], (*path, key), rest[len(key) + 1 :]
    return path


def _value(doc: Document, path: Path) -> Any:
    value: Any = doc.value
    for key in path:
        value = value[key]
    return value
