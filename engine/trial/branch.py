"""The branch of the explanation that leads to a figure, and the clauses an explanation speaks of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from engine.explanation import Reason, Story, said
from engine.explanation.sentences import Scene, sentence
from engine.result import Result
from engine.scoring.table import ROW, UNIT
from engine.source import Span

_MOST = 24  # lines of a branch
_DEEP = 2  # levels told where the whole is asked for


def branch_of(story: Story, name: str) -> tuple[str, ...]:
    """The lines of the explanation that lead to a figure; the whole in short where it is 得分."""
    tops = (*story.reasons, *story.ranks, *story.outcomes)
    found = next((r for r in all_reasons(tops) if r.name == name), None)
    if found is not None:
        lines = list(_told(found, 0, _MOST))
    elif (item := story.unit.book.items.get(name)) is not None:
        lines = [f"  {item.name}　〔{'；'.join(item.clauses)}〕 {_where(item.place)}"]
    else:
        lines = [line for reason in tops for line in _told(reason, 0, _DEEP)]
    return ("由来：", *(lines[:_MOST] if len(lines) <= _MOST else [*lines[:_MOST], "  ……"]))


def _told(reason: Reason, depth: int, deepest: int) -> Iterator[str]:
    clauses = f"　〔{'；'.join(reason.clauses)}〕" if reason.clauses else ""
    yield f"{'  ' * (depth + 1)}{reason.name} {said(reason.value)}　{reason.text}{clauses} {_where(reason.place)}"
    for ledger, rows in (reason.rows or {}).items():
        if rows:
            yield f"{'  ' * (depth + 2)}{ledger}第 {' '.join(map(str, rows))} 行"
    if depth + 1 < deepest:
        for child in reason.children:
            yield from _told(child, depth + 1, deepest)


def _where(place: Span) -> str:
    return f"{place.source.name}:{place.line}"


def row_told(result: Result, table: str, name: str, row: Mapping[str, Any]) -> str:
    """How a column of one row came to its figure."""
    item = result.book.items.get(name)
    unit = result.units[row.get(UNIT) or 0]
    scene = Scene(result.book, unit.member, row, dict(result.outcome.columns[table]))
    where = f"  {table}第{row[ROW]}行{f' {unit.name}' if UNIT in row else ''}"
    if item is None or item.ledger is None:
        return f"{where}　{name} {scene.words(name)}"
    return f"{where}　{name}：{sentence(item, scene)}　〔{'；'.join(item.clauses)}〕 {_where(item.place)}"


# ---- clauses --------------------------------------------------------------------------------


def costing(story: Story) -> set[str]:
    """The clauses of the figures that took marks off: 扣 of a part, 减 and 归零 of a step, where not nothing."""
    appraisal = story.unit.book.appraisal
    names = {name for part in appraisal.parts.values() if part.moved == "扣" for name in part.by}
    names |= {name for step in appraisal.steps if step.verb in ("减", "归零") for name in step.names}
    return {clause for r in all_reasons(story.reasons) if r.name in names and _costs(r.value) for clause in r.clauses}


def _costs(value: object) -> bool:
    return value is True or (isinstance(value, Fraction) and value != 0)


def cited(story: Story) -> set[str]:
    """Every clause an explanation cites: of its reasons, its ranks, its notes on records."""
    clauses = {clause for reason in all_reasons((*story.reasons, *story.ranks)) for clause in reason.clauses}
    return clauses.union(*(record.clauses for record in story.records))


def all_reasons(reasons: tuple[Reason, ...]) -> Iterator[Reason]:
    """Reasons and all below them."""
    for reason in reasons:
        yield reason
        yield from all_reasons(reason.children)
