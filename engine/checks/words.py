"""Levels keyed by words: each option once, and what a table leaves out."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from fractions import Fraction

from engine.checks.subject import ABSENT, Level, Subject, levels, told
from engine.number import show
from engine.phrases import flattened
from engine.rulebook import Item, Kind, Lookup, Row, Table
from engine.scoring.rows import REST
from engine.source import Problem, Severity, Span

_MOST = 6  # groups of missing cells that are spelled out


def words(subject: Subject) -> Iterator[Problem]:
    """An option in two rows of a level, or an 其余 that nothing is left for: one of the rows is never meant."""
    for level in levels(subject):
        if not level.numeric:
            yield from _twice(level)
            yield from _nothing_left(subject, level)


def _twice(level: Level) -> Iterator[Problem]:
    seen: dict[str, Span] = {}
    for row in level.table.rows:
        for word in row.label.split("、"):
            if word in seen:
                detail = f"“{word}”在这一层里写了两次，落在它上面的记录不知道按哪一行算。"
                yield told("R104", level.item, row.key, detail, "只留一处。", notes=[("先前的一行", seen[word])])
            seen.setdefault(word, row.key)


def _nothing_left(subject: Subject, level: Level) -> Iterator[Problem]:
    rest = [row for row in level.table.rows if row.label == REST]
    options = _options(subject, level.item, level.key)
    if rest and options is not None and options <= _named(level.table):
        detail = f"“{level.key}”的选项（{'、'.join(sorted(options))}）前面都写了，没有一条记录会落在「{REST}」。"
        yield told("R105", level.item, rest[0].key, detail, f"删去「{REST}」，或核对前面各行写的选项。")


def _named(table: Table) -> set[str]:
    return {word for row in table.rows for word in row.label.split("、")}


def _options(subject: Subject, item: Item, key: str) -> set[str] | None:
    """The words a key can be; of an attribute, those that some unit has. ``None``: not a closed list."""
    column = subject.column(item, key)
    if column is None or column.kind in (Kind.TEXT, Kind.NUMBER, Kind.RATIO):
        return None
    if key in subject.book.roster.fields:
        return {value for u in subject.book.roster.units if isinstance(value := u.values.get(key), str)}
    return {"是", "否"} if column.kind is Kind.FLAG else set(column.options)


# ---- words that one record may meet at once ---------------------------------------------------


def both_apply(subject: Subject) -> Iterator[Problem]:
    """Two options that one record may meet (可兼), with different results, and nobody said which goes first (先)."""
    for level in levels(subject):
        ledger = subject.book.ledgers.get(level.item.ledger or "")
        spec = ledger.fields.get(level.key) if ledger is not None else None
        for group in spec.together if spec is not None else ():
            for pair in itertools.combinations(group, 2):
                if spec is not None and not set(pair) & set(spec.first):
                    yield from _differing(level, *pair)


def _differing(level: Level, one: str, other: str) -> Iterator[Problem]:
    rows = [_row_of(level.table, word) for word in (one, other)]
    cells = [_results(row) for row in rows]
    for inner in dict.fromkeys((*cells[0], *cells[1])):
        results = [found.get(inner, "没有这一格") for found in cells]
        row = rows[1] or rows[0]
        if results[0] != results[1] and row is not None:
            where = f"{'、'.join(inner)}：" if inner else ""
            detail = (
                f"一条记录可以既是“{one}”又是“{other}”，「{level.item.name}」却不一样："
                f"{where}按“{one}”是 {results[0]}，按“{other}”是 {results[1]}。"
            )
            hint = f"在「{level.key}」一列写「先」，说明兼有时登记哪一个，例如 先: [{one}]。"
            about = (str(level.item.ledger), one, other)
            yield told("R109", level.item, row.key, detail, hint, Severity.WARNING, about=about)
            return


def _row_of(table: Table, word: str) -> Row | None:
    named = [row for row in table.rows if word in row.label.split("、")]
    return next(iter([*named, *(row for row in table.rows if row.label == REST)]), None)


def _results(row: Row | None) -> dict[tuple[str, ...], str]:
    """Labels of the deeper levels → what the cell says."""
    if row is None:
        return {}
    paths = flattened(row.result) if isinstance(row.result, Table) else [(row,)]
    return {tuple(r.label for r in path if r is not row): _said(path[-1].result) for path in paths}


def _said(result: object) -> str:
    return show(result) if isinstance(result, Fraction) else str(result)


# ---- cells that are not there ---------------------------------------------------------------


def missing_cells(subject: Subject) -> Iterator[Problem]:
    """Combinations of options without a cell: a record there is an error, a unit there stops the run."""
    for item in subject.items():
        if isinstance(item.mechanism, Lookup):
            lacking = _grouped(_missing(subject, item, item.mechanism, item.mechanism.table, 0))
            if lacking:
                yield _told_missing(item, item.mechanism, lacking)


def _missing(
    subject: Subject, item: Item, lookup: Lookup, table: Table, depth: int
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """(the row labels above, the options lacking on this level)."""
    options = _options(subject, item, lookup.keys[depth])
    named = _named(table)
    if options is not None and REST not in named and (lacking := options - named - ABSENT):
        yield (), tuple(word for word in _ordered(subject, item, lookup.keys[depth]) if word in lacking)
    for row in table.rows:
        if isinstance(row.result, Table):
            for above, lacking_below in _missing(subject, item, lookup, row.result, depth + 1):
                yield (row.label, *above), lacking_below


def _ordered(subject: Subject, item: Item, key: str) -> tuple[str, ...]:
    column = subject.column(item, key)
    return column.options if column is not None and column.options else ("是", "否")


def _grouped(found: Iterator[tuple[tuple[str, ...], tuple[str, ...]]]) -> list[str]:
    """Rows that lack the same options, told together."""
    groups: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for above, lacking in found:
        groups.setdefault((above[:-1], lacking), []).extend(above[-1:])
    return [" × ".join(filter(None, [*above, "、".join(last), "、".join(lacking)]))
            for (above, lacking), last in groups.items()]  # fmt: skip


def _told_missing(item: Item, lookup: Lookup, lacking: list[str]) -> Problem:
    more = f"；等{len(lacking)}组" if len(lacking) > _MOST else ""
    cells = "；".join(lacking[:_MOST]) + more
    by_row = item.ledger is not None
    what = "记录落在上面就报错，不当零分" if by_row else "有单位落在上面，计分就会停下来"
    hint = "原文没有印的，不用改；漏写的，补上。" if by_row else "补上，或写「其余」。"
    severity = Severity.NOTICE if by_row else Severity.WARNING
    detail = f"没有写的：{cells}。{what}。"
    return told("R106", item, lookup.table.place, detail, hint, severity, about=lookup.keys)
