"""Pieces of Markdown: tables, quotations, lists. No meaning here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table, a blank line above and below it.

    >>> list(table(["单位", "任务"], [["大埔镇", "180"]]))
    ['', '| 单位 | 任务 |', '|---|---|', '| 大埔镇 | 180 |', '']
    """
    yield ""
    yield _row(header)
    yield "|" + "---|" * len(header)
    yield from map(_row, rows)
    yield ""


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '｜') for cell in cells)} |"


def quoted(texts: Iterable[str]) -> Iterator[str]:
    """Texts set off as words of the document."""
    for text in texts:
        yield f"> {text}"
        yield ">"


def listed(texts: Iterable[str]) -> Iterator[str]:
    """A list, a blank line above and below it."""
    yield ""
    yield from (f"- {text}" for text in texts)
    yield ""
