"""A comparison as lines for people: first what differs, then what was the same, then what was not compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.collation import Collation, Finding
from engine.paper.original import Piece

_SHOWN = 200  # differences listed one by one
_NAMED = 4  # lines named as examples


def report(found: Collation) -> Iterator[str]:
    """The whole comparison."""
    yield f"{found.book.title.marked(found.book.source.name)} 对照 {found.original.name}"
    yield from _differences(found)
    yield from _same(found)
    yield from _besides(found)


def _differences(found: Collation) -> Iterator[str]:
    if not found.findings:
        yield "没有不一样的地方。"
        return
    yield f"不一样的 {len(found.findings)} 处："
    for number, finding in enumerate(found.findings[:_SHOWN], 1):
        places = [f"原件{finding.where.replace(' ', '')}" if finding.where else "",
                  f"规则文件第{finding.place.line}行" if finding.place else ""]  # fmt: skip
        head = "　".join(filter(None, (finding.what, finding.about, "，".join(filter(None, places)))))
        yield from (f"  {number}. {head}", f"     {finding.detail}")
    if len(found.findings) > _SHOWN:
        yield f"  ……还有 {len(found.findings) - _SHOWN} 处没有列出。"


def _same(found: Collation) -> Iterator[str]:
    clauses, missing = found.book.clauses, _at_fault(found.findings)
    whole = len(clauses) - len(missing)
    yield f"条文 {len(clauses)} 条，{whole} 条的每一段都在原件里，字句相同。"
    if found.wording.loose:
        names = "、".join(dict.fromkeys(found.wording.loose))
        yield f"只是全角半角、横线写法不同的：{names}。"
    yield "数按整条比，看有没有；哪个数用在哪里，要用算例（xize test）核对。"
    if found.grids.same:
        yield f"表格里相同的格：{'，'.join(f'{name} {count} 格' for name, count in found.grids.same.items())}。"


def _at_fault(findings: Sequence[Finding]) -> set[str]:
    return {finding.about for finding in findings if finding.what == "字句"}


def _besides(found: Collation) -> Iterator[str]:
    if found.uncomputed:
        excused = "；".join(f"{name}（{why}）" for name, why in found.uncomputed.items())
        yield f"录了而不参加计算的条文：{excused}。"
    if found.rest.headings:
        yield f"没有数的标题和表头，不用录入：{_named(found.rest.headings)}。"
    if found.rest.outside:
        yield f"正文前后的题头、落款、抄送，只核对了日期：{_named(found.rest.outside)}。"


def _named(pieces: Sequence[Piece]) -> str:
    some = (f"{piece.where.replace(' ', '')}“{_short(piece.text.strip())}”" for piece in pieces[:_NAMED])
    return f"{'；'.join(some)}{f' 等 {len(pieces)} 行' if len(pieces) > _NAMED else ''}"


def _short(text: str, most: int = 16) -> str:
    return text if len(text) <= most else text[:most] + "……"
