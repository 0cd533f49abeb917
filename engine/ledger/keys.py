"""Texts that tie records together (同 唯一 衔接): writings that only look alike, and numbers that lead nowhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import polars as pl

from engine.ledger.cells import Fault, closest, fold, said
from engine.ledger.records import Findings
from engine.rulebook import Field, Gather, Kind, RuleBook

_SHOWN = 5

Found = Mapping[str, Findings]
Frames = Mapping[str, pl.DataFrame]


def tying(book: RuleBook) -> dict[str, list[str]]:
    """Text column that ties records together → every ledger that has one of its name."""
    pairs: dict[tuple[str, str], None] = {}
    for name, ledger in book.ledgers.items():
        pairs |= dict.fromkeys((column, name) for column in ledger.unique)
        if ledger.link is not None:
            pairs |= dict.fromkeys((column, at) for column in ledger.link.same for at in (name, ledger.link.ledger))
    for item in book.items.values():
        source = item.mechanism.ledger if isinstance(item.mechanism, Gather) else None
        ledgers = {item.ledger, source} - {None}
        pairs |= dict.fromkeys(
            (c, str(at)) for c in getattr(item.mechanism, "same", ()) for at in sorted(map(str, ledgers))
        )
    tied = dict.fromkeys(
        column for column, name in pairs if name in book.ledgers and column in book.ledgers[name].fields
    )
    return {c: [name for name, ledger in book.ledgers.items() if _is_text(ledger.fields.get(c))] for c in tied}


def _is_text(spec: Field | None) -> bool:
    return spec is not None and spec.kind is Kind.TEXT


def refuse_alike(book: RuleBook, frames: Frames, found: Found) -> None:
    """Refuse rows whose number differs from another only by width, case or blanks; the commonest writing stands."""
    for column, ledgers in tying(book).items():
        held = [name for name in ledgers if name in found]
        count: Counter[str] = Counter()
        for name in held:
            count.update(frames[name][column].drop_nulls().to_list())
        for text, usual in _unusual(count):
            for name in held:
                _refuse(frames[name], column, text, usual, found[name])


def _unusual(count: Counter[str]) -> Iterator[tuple[str, str]]:
    """Every writing that folds to the same as a commoner one, with that one."""
    alike: dict[str, list[str]] = {}
    for text in count:
        alike.setdefault(fold(text), []).append(text)
    for texts in alike.values():
        usual, *others = sorted(texts, key=lambda text: (-count[text], not text.isascii(), text))
        yield from ((text, usual) for text in others)


def _refuse(frame: pl.DataFrame, column: str, text: str, usual: str, findings: Findings) -> None:
    rows = frame["行"].filter(frame[column] == text).to_list()
    detail = f"{column}{said(text)}和{said(usual)}只差全角半角、大小写或空格，不会当作同一个。"
    hint = f"是同一个的，改成{said(usual)}；确是两个的，把其中一个编成别的。"
    findings.refuse_all(column, rows, [text] * len(rows), lambda _: Fault("D28", detail, hint))


def tell_unlinked(book: RuleBook, frames: Frames, found: Found) -> None:
    """衔接: tell records whose number the other ledger does not have; they reach no unit."""
    for name, ledger in book.ledgers.items():
        if ledger.link is None or name not in found or ledger.link.ledger not in found:
            continue
        there = found[ledger.link.ledger]
        if there.blocking or there.bad:  # what cannot be read there yet is not lost
            continue
        same, other = list(ledger.link.same), frames[ledger.link.ledger]
        lost = (
            found[name]
            .sound(frames[name])
            .drop_nulls(same)
            .join(other.drop_nulls(same), on=same, how="anti")
            .sort("行")
        )
        if not lost.height:
            continue
        rows = "；".join(_lost(row, same, other) for row in lost.head(_SHOWN).iter_rows(named=True))
        more = "……" if lost.height > _SHOWN else ""
        detail = f"有 {lost.height} 行的{'、'.join(same)}在台账“{ledger.link.ledger}”里没有：{rows}{more}。"
        hint = f"核对编号；还没有记的，先记到“{ledger.link.ledger}”里。不改的，这几行归不到单位，列在未计里。"
        found[name].note("N13", detail, lost["行"][0], same[0], hint)


def _lost(row: Mapping[str, object], same: list[str], other: pl.DataFrame) -> str:
    text = "、".join(said(str(row[column])) for column in same)
    near = ""
    if len(same) == 1 and isinstance(row[same[0]], str):
        near = closest(str(row[same[0]]), other[same[0]].drop_nulls().unique().sort().to_list())
    return f"第 {row['行']} 行{text}" + (f"（是否{said(near)}？）" if near else "")
