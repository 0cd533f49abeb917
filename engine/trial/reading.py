"""A file of cases → cases: the YAML that staff write (``schema/cases.json``), every value with its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from engine import schema
from engine.document import Document, Steps, load
from engine.number import exact
from engine.source import Place, Problem, Rejected, errors
from engine.trial.case import Case, Claim, Kind, Line, Members, Readings

FIRST_ROW = 2
SUFFIXES = (".yaml", ".yml", ".xlsx")
LISTS = ("归零", "处置", "提示", "待定")


def files_of(paths: Iterable[Path]) -> list[Path]:
    """The files themselves; for a folder, those in it. Raises :class:`Rejected` where a folder holds none."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(p for p in path.rglob("*") if p.suffix in SUFFIXES and not p.name.startswith(("~$", ".")))
        if path.is_dir() and not inside:
            detail = f"文件夹“{path}”里没有 .yaml 或 .xlsx 文件。"
            raise Rejected([Problem("F01", detail, None, "写出算例文件，或装着它们的文件夹。")])
        found += inside if path.is_dir() else [path]
    return found


def read_file(path: Path) -> list[Case]:
    """The cases of a YAML file. Raises :class:`Rejected` with every fault found."""
    return read(load(path))


def read(doc: Document) -> list[Case]:
    """The cases of a document; another reading (另取) of a case comes as a case of its own, after it."""
    problems = errors(schema.problems(doc, shape=schema.CASES))
    if problems:
        raise Rejected(problems)
    value: Any = doc.value
    found = [case for at, entry in enumerate(value["用例"]) for case in _entry(doc, ("用例", at), entry)]
    twice = [case for n, case in enumerate(found) if any(case.name == other.name for other in found[:n])]
    if twice:
        raise Rejected(Problem("C03", f"“{c.name}”写了不止一次。", c.place, "一个文件里的算例各起各的名。")
                       for c in twice)  # fmt: skip
    return found


def _entry(doc: Document, path: Steps, entry: Any) -> Iterator[Case]:
    lines = _ledgers(doc, path, entry)
    base = Case(
        entry["名"], doc.at((*path, "名")), entry.get("说明", ""), lines, tuple(_claims(doc, path, entry, whole=True)),
        date.fromisoformat(entry["截至"]) if "截至" in entry else None, _readings(entry),
        exact(entry["折到"]) if "折到" in entry else None, entry.get("单独") == "是", entry.get("待确认") != "是",
        members=_members(entry),
    )  # fmt: skip
    yield base
    for at, other in enumerate(entry.get("另取") or ()):
        where = (*path, "另取", at)
        label = "、".join(f"{name}取{taken}" for name, taken in other["口径"].items())
        yield replace(
            base, name=f"{base.name}·{label}", place=doc.at(where), note=other.get("说明", base.note),
            lines={**lines, **_ledgers(doc, where, other)} if "台账" in other else lines,
            claims=tuple(_claims(doc, where, other, whole=False)), readings=_readings(other), of=base.name,
            confirmed=base.confirmed and other.get("待确认") != "是",
            members=_members(other) if "单位" in other else base.members,
        )  # fmt: skip


def _ledgers(doc: Document, path: Steps, entry: Any) -> dict[str, tuple[Line, ...]]:
    ledgers = (entry.get("台账") or {}).items()
    return {ledger: tuple(_lines(doc, (*path, "台账", ledger), rows)) for ledger, rows in ledgers}


def _members(entry: Any) -> Members:
    return tuple((name, tuple(values.items())) for name, values in (entry.get("单位") or {}).items())


def _readings(entry: Any) -> Readings:
    return tuple((entry.get("口径") or {}).items())


def _lines(doc: Document, path: Steps, rows: Any) -> Iterator[Line]:
    for at, row in enumerate(rows):
        cells = row if isinstance(row, dict) else tuple(cell or "" for cell in row)
        yield Line(cells, FIRST_ROW + at, doc.at((*path, at)))


def _claims(doc: Document, path: Steps, entry: Any, *, whole: bool) -> Iterator[Claim]:
    """``whole``: what is left out must be told in full (another reading of a case need not tell it again)."""
    for unit, figures in (entry.get("应为") or {}).items():
        for name, wanted in figures.items():
            yield from _figures(doc, (*path, "应为", unit, name), unit, name, wanted)
    for column, wanted in (entry.get("行") or {}).items():
        yield Claim(Kind.COLUMN, "", column, None, tuple(wanted), doc.at((*path, "行", column)))
    left = entry.get("未计") or {}
    if (whole or "未计" in entry) and "错误" not in entry:
        rows = tuple(f"{ledger} {row}" for ledger, numbers in left.items() for row in numbers)
        yield Claim(Kind.UNCOUNTED, "", "", None, rows, doc.at((*path, "未计")))
    for kind in (Kind.FAULTS, Kind.NOTICES, Kind.COSTING, Kind.CITED):
        if kind.value in entry:
            yield Claim(kind, "", "", None, tuple(entry[kind.value]), doc.at((*path, kind.value)))


def _figures(doc: Document, path: Steps, unit: str, name: str, wanted: Any) -> Iterator[Claim]:
    place: Place = doc.at(path)
    if name in LISTS:
        yield Claim(Kind.LIST, unit, name, None, tuple(wanted), place)
    elif name == Kind.PART.value:
        for part, one in wanted.items():
            yield from _by_period(doc, (*path, part), Kind.PART, unit, part, one)
    else:
        yield from _by_period(doc, path, Kind.FIGURE, unit, name, wanted)


def _by_period(doc: Document, path: Steps, kind: Kind, unit: str, name: str, wanted: Any) -> Iterator[Claim]:
    if isinstance(wanted, dict):
        for number, one in wanted.items():
            yield Claim(kind, unit, name, int(number), one, doc.at((*path, number)))
    else:
        yield Claim(kind, unit, name, None, wanted, doc.at(path))
