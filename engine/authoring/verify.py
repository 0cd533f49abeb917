"""What has to be compared with the new document: a line of 待核对 for every value that came from the old one."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator

from engine.authoring.edits import Edit, Page, scalar
from engine.rulebook import (
    Carry,
    Clause,
    Consequence,
    CountOnly,
    Elapsed,
    Formula,
    Item,
    Lookup,
    PerTime,
    Rank,
    Reading,
    RuleBook,
    Scaled,
)  # fmt: skip

HEADING = "待核对:                     # 路径（连同它下面的）: 查什么。核对好一处，删去一行；删完，再删「细则」的 状态"
_DATED = re.compile(r"[0-9]{4}年(?:[0-9]{1,2}月(?:[0-9]{1,2}日)?)?|〔[0-9]{4}〕(?:[0-9]+号)?")
_HEAD = {
    "名称": "新文件的名称", "文号": "新文件的文号；「印发」的日期也填上", "印发": "新文件印发的日期",
    "施行": "自哪一天起执行", "起止": "考评期的第一天和最后一天", "替代": "新文件停止执行的是哪一份",
    "月止": "每月截止到几日",
}  # fmt: skip
_ITEM = {
    Lookup: "表中每一格", PerTime: "每次几分", Formula: "怎样算", Elapsed: "从什么时候算到什么时候",
    CountOnly: "怎样只计", Carry: "怎样结转", Rank: "按什么排", Consequence: "什么情形、怎样处置", Scaled: "折算到几分",
}  # fmt: skip

Lines = Iterator[tuple[str, str]]


def to_verify(book: RuleBook, quotas: str = "") -> Lines:
    """(path, what to look up) for the whole file, section by section; ``quotas``: the workbook the units came from."""
    yield from ((f"细则.{key}", look) for key, look in _HEAD.items() if _kept(book, key))
    yield from ((f"条文.{clause.name}", _of_clause(clause)) for clause in book.clauses.values())
    yield from ((f"口径.{reading.name}", _of_reading(reading)) for reading in book.readings.values())
    yield "单位.列", "附件有哪几栏"
    fields = "、".join(book.roster.fields)
    yield "单位.名单", f"已照 {quotas} 录入，再逐行核对" if quotas else f"附件每一行：单位、{fields}"
    if book.roster.totals:
        yield "单位.合计", "附件的合计行"
    yield from ((f"台账.{name}", "要登记的和各列的选项变了没有") for name in book.ledgers)
    yield from ((f"{item.section}.{item.name}", _of_item(item)) for item in book.items.values())
    yield from _of_appraisal(book)
    yield from ((f"通报.{name}", "多久通报一次，列什么") for name in book.bulletins)


def _kept(book: RuleBook, key: str) -> bool:
    """Whether the new file has this entry: 替代 always, 印发 only as a comment."""
    return key == "替代" or (key in book.title.places and key != "印发")


def _of_clause(clause: Clause) -> str:
    days = dict.fromkeys(_DATED.findall("".join(clause.texts)))
    return "照新文件录入全文" + (f"；原来写着 {'、'.join(days)}" if days else "")


def _of_reading(reading: Reading) -> str:
    return f"新条文写明了没有；没有的，还取不取“{reading.taken}”" + ("（待裁定）" if reading.undecided else "")


def _of_item(item: Item) -> str:
    look = _ITEM.get(type(item.mechanism), "怎样算")
    if isinstance(item.mechanism, Lookup) and any(row.interval for row in item.mechanism.table.rows):
        look = "分几档，界限和分数"
    return f"{'；'.join(item.clauses)}：{look}"


def _of_appraisal(book: RuleBook) -> Lines:
    if book.appraisal.full is not None:
        yield "考评.满分", "总分的满分"
    for part in book.appraisal.parts.values():
        yield f"考评.项目.{part.name}", f"{'；'.join(part.clauses)}：满分，怎样得、怎样扣"
    yield "考评.得分", "有哪几步，先后"


def listed(page: Page, lines: Lines) -> Iterator[Edit]:
    """The lines added to 待核对, those that are there already left as they are; the section made if there is none."""
    node = page.node(("待核对",))
    known = set(node.value) if node is not None and isinstance(node.value, dict) else set()
    fresh = [(scalar(path), scalar(look)) for path, look in lines if path not in known]
    if node is not None and page.flow(node):
        at = page.stretch(node.span)[0] + 1
        yield Edit(at, at, "".join(f"{path}: {look}, " for path, look in fresh))
        return
    section = "".join(f"\n  {line}" for line in _grouped(fresh))
    if node is not None and node.key is not None:
        at = page.line_of(page.stretch(node.key)[0])[1]
        yield Edit(at, at, section)
        return
    body = len(page.text.rstrip())
    yield Edit(body, len(page.text), f"\n\n{HEADING}{section}\n")


def _grouped(lines: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The lines of the list, a comment above those of each section of the file."""
    for section, group in itertools.groupby(lines, lambda line: line[0].strip('"').partition(".")[0]):
        yield f"# ---- {section}"
        yield from (f"{path}: {look}" for path, look in group)
