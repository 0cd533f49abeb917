"""The ledger rows behind a unit's figures: counted or not, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.explanation.sentences import Scene, sentence
from engine.explanation.story import Record
from engine.result import Unit
from engine.rulebook import Absent, Collect, Gather, Item, Kind, Ledger
from engine.scoring.table import HELD, ROW


def records(unit: Unit) -> tuple[Record, ...]:
    """Every row of every ledger that concerns the unit, in the rule file's order of ledgers."""
    return tuple(record for ledger in unit.book.ledgers.values() for record in _of_ledger(unit, ledger))


def _of_ledger(unit: Unit, ledger: Ledger) -> Iterator[Record]:
    raw = unit.result.ledgers.raw.get(ledger.name)
    if raw is None:
        return
    scored = {row[ROW]: row for row in unit.ledger_rows(ledger.name)}
    left = {u.row: u.reason for u in unit.result.uncounted if u.ledger == ledger.name}
    words = raw.records([*scored, *left])
    concerned = scored.keys() | {row for row in left if _concerns(unit, ledger, words[row])}
    for row in sorted(concerned):
        if row in scored:
            told = list(_notes(unit, ledger.name, scored[row]))
            notes = tuple(note for note, _ in told)
            clauses = tuple(dict.fromkeys(name for _, item in told for name in item.clauses))
            yield Record(ledger.name, raw.file, row, words[row], True, notes, clauses)
        else:
            yield Record(ledger.name, raw.file, row, words[row], False, (f"未计：{left[row]}",))


def _concerns(unit: Unit, ledger: Ledger, words: Mapping[str, str]) -> bool:
    """Whether an uncounted row is the unit's: by its own 单位, or through 衔接."""
    names = {unit.name, *unit.book.roster.units[unit.number].aliases}
    own = [f.name for f in ledger.fields.values() if f.kind is Kind.UNIT]
    if own:
        return words.get(own[0], "").strip() in names
    if ledger.link is None:
        return False
    raw = unit.result.ledgers.raw.get(ledger.link.ledger)
    mine = raw.records([r[ROW] for r in unit.ledger_rows(ledger.link.ledger)]).values() if raw is not None else ()
    return any(all(m.get(k) == words.get(k) for k in ledger.link.same) for m in mine)


def _notes(unit: Unit, ledger: str, cells: Mapping[str, Any]) -> Iterator[tuple[str, Item]]:
    """What each item made of the row: points, then the counts it went into."""
    scene = Scene(unit.book, unit.member, cells, dict(unit.result.outcome.columns[ledger]))
    for item in unit.book.items.values():
        if item.ledger == ledger and item.section == "计分" and _tells(item, scene):
            yield f"{item.name}：{sentence(item, scene)}", item
        elif isinstance(item.mechanism, Gather) and item.period is not None and item.mechanism.ledger == ledger:
            for note in _counted(item, cells.get(f"{HELD}{item.name}", True)):
                yield note, item


def _tells(item: Item, scene: Scene) -> bool:
    return not isinstance(item.mechanism, Collect) and scene.figure(item.name) is not Absent.NONE


def _counted(item: Item, held: bool | None) -> Iterator[str]:
    if held:
        yield f"计入“{item.name}”"
    elif held is None:
        yield f"待定：是否计入“{item.name}”还不能认定"


def sources(unit: Unit, item: Item, period: int) -> dict[str, tuple[int, ...]]:
    """Ledger → the row numbers that a gathered figure was made of, in one period."""
    assert isinstance(item.mechanism, Gather)
    assert item.period is not None
    name = origin(unit, item.mechanism)
    if name is None:
        return {}
    label = f"#{item.period.value}"
    rows = [r for r in unit.ledger_rows(name) if r.get(label, 1) == period and r.get(f"{HELD}{item.name}", True)]
    account = unit.book.items.get(name)
    if account is None or not isinstance(account.mechanism, Collect):
        return {name: tuple(r[ROW] for r in rows)}
    found: dict[str, list[int]] = {}
    for row in rows:
        source = unit.book.items[account.mechanism.columns[row["#来源"]]].ledger
        found.setdefault(str(source), []).append(row[ROW])
    return {ledger: tuple(sorted(numbers)) for ledger, numbers in found.items()}


def origin(unit: Unit, gather: Gather) -> str | None:
    """The ledger or account a figure is gathered from; ``None`` for a finer 单位×期 figure."""
    if gather.ledger is not None:
        return gather.ledger
    item = unit.book.items.get(gather.column or "")
    if item is None or item.period is not None:
        return None
    return item.name if isinstance(item.mechanism, Collect) else item.ledger
