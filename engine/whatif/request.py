"""What is asked: places in the rule file and the values they are to take.

``路径=值`` one · ``路径=从..到/步`` many, exactly · ``路径=甲|乙`` words · ``….表.界限.75%`` the limit of two bands.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.document import Document, Value
from engine.formula import UNITS
from engine.number import NUMBER, exact, show
from engine.reader import resolve, written
from engine.reader.tables import interval, quantity
from engine.source import Problem, Rejected
from engine.suggest import asked

MOST = 100_000
"""Variants of one run."""
EDGE = "界限"
_TABLE = "表"
_UNIT = "|".join(sorted(UNITS, key=len, reverse=True))
_RANGE = re.compile(
    rf"\s*(-?{NUMBER})\s*({_UNIT})?\s*(?:\.\.|…|~|～)\s*(-?{NUMBER})\s*({_UNIT})?\s*[/／]\s*({NUMBER})\s*({_UNIT})?\s*"
)
_AMOUNT = re.compile(rf"-?{NUMBER}(?:{_UNIT})?")
_LIKE = "写作 路径=从..到/步，如 考评.项目.约稿.满分=10..20/1；或几个值 路径=甲|乙。"


class Misuse(Exception):
    """The request cannot be understood; the text says why, for people."""


@dataclass(frozen=True, slots=True)
class Axis:
    """A place (as typed) and the values it is to take, one after another; one value: it is set.

    ``now`` is what the file says there, once that is known; empty where nothing is written.
    """

    path: str
    values: tuple[str, ...]
    now: str = ""

    @property
    def swept(self) -> bool:
        """Whether there is more than one value."""
        return len(self.values) > 1


def setting(text: str) -> Axis:
    """路径=值.

    >>> setting("考评.项目.约稿.封顶=15")
    Axis(path='考评.项目.约稿.封顶', values=('15',), now='')
    """
    path, value = _split(text, "写作 路径=值，如 考评.项目.约稿.封顶=15。")
    return Axis(path, (value,))


def sweep(text: str) -> Axis:
    """路径=从..到/步 (exact; the end is the last value not beyond it), or 路径=甲|乙.

    >>> sweep("考评.项目.约稿.满分=18..20/0.5").values
    ('18', '18.5', '19', '19.5', '20')
    """
    path, said = _split(text, _LIKE)
    if "|" in said or "｜" in said:
        values = [value.strip() for value in re.split("[|｜]", said)]
        if not all(values) or len(set(values)) < len(values):
            raise Misuse(f"“{text}”里有空着的或重复的值。{_LIKE}")
        return Axis(path, tuple(values))
    match = _RANGE.fullmatch(said)
    if match is None:
        raise Misuse(f"“{text}”读不懂。{_LIKE}")
    return Axis(path, _steps(text, match))


def _split(text: str, like: str) -> tuple[str, str]:
    path, mark, value = (part.strip() for part in text.replace("＝", "=", 1).partition("="))
    if not (path and mark and value):
        raise Misuse(f"“{text}”读不懂。{like}")
    return path, value


def _steps(text: str, match: re.Match[str]) -> tuple[str, ...]:
    low, low_unit, high, high_unit, step, step_unit = match.groups()
    units = {unit for unit in (low_unit, high_unit, step_unit) if unit}
    if len(units) > 1:
        raise Misuse(f"“{text}”里写了几种单位：{'、'.join(sorted(units))}，要统一成一种。")
    start, end, by = exact(low), exact(high), exact(step)
    if by == 0:
        raise Misuse(f"“{text}”的步是0，走不到头。")
    count = int(abs(end - start) / by) + 1
    if count > MOST:
        raise Misuse(f"“{text}”有 {count} 个值，一次最多算 {MOST} 个变体。把步放大，或把范围缩小。")
    unit, way = "".join(units), 1 if end >= start else -1
    return tuple(f"{show(start + way * by * n)}{unit}" for n in range(count))


def grid(axes: Sequence[Axis]) -> Iterator[tuple[int, ...]]:
    """Every combination, the last axis fastest: for each axis which of its values."""
    return itertools.product(*(range(len(axis.values)) for axis in axes))


def checked(doc: Document, axes: Sequence[Axis]) -> tuple[Axis, ...]:
    """The axes with their places as the file writes them. Raises :class:`Misuse`."""
    if not axes:
        raise Misuse("没有写要改什么。用 --set 路径=值 改一处，用 --sweep 路径=从..到/步 从小到大各算一遍。")
    found = tuple(Axis(path := _path(doc, axis.path), axis.values, _now(doc, path)) for axis in axes)
    for one, other in itertools.combinations([axis.path for axis in found], 2):
        if one == other or one.startswith(f"{other}.") or other.startswith(f"{one}."):
            raise Misuse(f"“{one}”和“{other}”改的是同一处，只写一个。")
    count = math.prod(len(axis.values) for axis in found)
    if count > MOST:
        each = " × ".join(str(len(axis.values)) for axis in found if axis.swept)
        raise Misuse(f"一共 {each} ＝ {count} 个变体，一次最多算 {MOST} 个。把步放大，或少扫一处。")
    return found


def _now(doc: Document, dotted: str) -> str:
    edge, path = _edge(doc, dotted), resolve(doc, dotted)
    if edge is not None:
        return edge[1]
    value = doc.get(path) if path is not None and _stands(doc, path) else None
    return value if isinstance(value, str) else ""


def applied(doc: Document, path: str, value: str) -> tuple[Document, tuple[str | int, ...]]:
    """The document with a value at a place, and the place. Raises :class:`Rejected` where it cannot be put there."""
    table = _edge(doc, path)
    if table is None:
        return written(doc, path, value)
    place, edge = table
    return doc.replace(place, _moved(doc, place, doc.get(place), edge, value), place), place


# ---- places ---------------------------------------------------------------------------------


def _path(doc: Document, dotted: str) -> str:
    """The place meant, an alias of a unit as its printed name. Raises :class:`Misuse`, with the nearest places."""
    dotted = _printed(doc, dotted)
    head, mark, edge = dotted.rpartition(f".{EDGE}.")
    if mark:
        return _with_edge(doc, dotted, head, edge)
    path = resolve(doc, dotted)
    if path is None or not _stands(doc, path):
        near = asked(dotted, _likely(doc, dotted), "")
        if path is None or near:
            raise Misuse(f"规则文件里没有“{dotted}”。{near or '路径从「节」写起，如 考评.项目.约稿.封顶。'}")
    elif not isinstance(doc.get(path), str | None):
        inner = [".".join((dotted, key)) for key in _keys(doc.get(path))]
        raise Misuse(f"“{dotted}”不是一个值，下面还有{len(inner)}项。再往下写一级，如“{inner[0]}”。" if inner else
                     f"“{dotted}”不是一个值。")  # fmt: skip
    return dotted


def _printed(doc: Document, dotted: str) -> str:
    roster = _mapping(_mapping(doc.value, "单位"), "名单")
    for name, line in roster.items():
        for alias in _aliases(line):
            start = f"单位.名单.{alias}."
            if dotted.startswith(start):
                return f"单位.名单.{name}.{dotted.removeprefix(start)}"
    return dotted


def _aliases(line: Value) -> list[str]:
    said = line.get("别名") if isinstance(line, dict) else None
    return [said] if isinstance(said, str) else [str(name) for name in said or ()]


def _mapping(value: Value, key: str) -> dict[str, Value]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def _stands(doc: Document, path: tuple[str | int, ...]) -> bool:
    try:
        doc.get(path)
    except KeyError:
        return False
    return True


def _likely(doc: Document, dotted: str) -> list[str]:
    """Places that end as was typed, or else all those that begin alike."""
    places = list(_leaves(doc.value, ()))
    tail = [place for place in places if place.endswith(f".{dotted}")]
    parent, _, last = dotted.rpartition(".")
    beside = [place for place in places if place.rpartition(".")[0] == parent]
    near = [place for place in beside if asked(last, [place.rpartition(".")[2]], "")]
    inside = [place for place in places if all(part in place.split(".") for part in dotted.split("."))]
    return tail or near or inside or ([] if beside else places)


def _leaves(value: Value, path: tuple[str, ...]) -> Iterator[str]:
    if isinstance(value, dict):
        for key, part in value.items():
            if path or key in ("计分", "指标", "考评", "结果", "单位", "台账"):
                yield from _leaves(part, (*path, key))
    elif isinstance(value, list):
        for part in value:
            if isinstance(part, dict) and "编号" in part:
                yield from _leaves(part, (*path, str(part["编号"])))
    elif path:
        yield ".".join(path)


def _keys(value: Value) -> list[str]:
    return list(value) if isinstance(value, dict) else [str(part.get("编号", "")) for part in value or () if
                                                        isinstance(part, dict)]  # fmt: skip


# ---- a limit between two bands ----------------------------------------------------------------


def _with_edge(doc: Document, dotted: str, head: str, edge: str) -> str:
    path = resolve(doc, head)
    edges = list(dict.fromkeys(_edges(doc.get(path)))) if path is not None and _stands(doc, path) else []
    if not edges:
        raise Misuse(f"“{head}”不是一张按区间分档的表，没有「{EDGE}」。写作 指标.季度任务扣分.{_TABLE}.{EDGE}.75%。")
    if quantity(edge) not in [quantity(text) for text in edges]:
        raise Misuse(f"“{head}”里没有“{edge}”这个界限。可选：{'、'.join(edges)}。")
    return dotted


def _edge(doc: Document, dotted: str) -> tuple[tuple[str | int, ...], str] | None:
    head, mark, edge = dotted.rpartition(f".{EDGE}.")
    path = resolve(doc, head) if mark else None
    return None if path is None else (path, edge)


def _edges(table: Value) -> Iterator[str]:
    """The finite limits of the bands of a table, as written."""
    for label, cell in table.items() if isinstance(table, dict) else ():
        if interval(label) is not None:
            yield from _AMOUNT.findall(label)
        yield from _edges(cell)


def _moved(doc: Document, place: tuple[str | int, ...], table: Value, edge: str, to: str) -> Value:
    """A table with one limit moved: where it ends a band, and where it begins the next."""
    if not isinstance(table, dict):
        return table
    found: dict[str, Value] = {}
    for label, cell in table.items():
        new = _relabelled(label, edge, to) if interval(label) is not None else label
        if new in found:
            detail = f"界限“{edge}”移到“{to}”，就有两档都是“{new}”。"
            raise Rejected([Problem("R101", detail, doc.key_at(place), "移到别的档没有用的数。")])
        found[new] = _moved(doc, place, cell, edge, to)
    return found


def _relabelled(label: str, edge: str, to: str) -> str:
    return _AMOUNT.sub(lambda match: to if quantity(match.group()) == quantity(edge) else match.group(), label)


def amount(text: str) -> tuple[Fraction, str] | None:
    """A value that is a number, with its measure."""
    return quantity(text)
