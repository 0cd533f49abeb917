"""The rule file told back as the text of a 细则: clause by clause the words printed, then how they are computed.

For whoever knows the policy and reads no YAML. Nothing computes here and nothing is left out. Inside:
``mechanisms`` one sentence form a mechanism · ``words`` numbers and bands as printed · ``appraisal`` parts
and steps · ``registers`` units, ledgers, bulletins · ``readings`` 口径 · ``markdown`` tables and lists.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.document import Document
from engine.prose import appraisal, mechanisms, readings, registers
from engine.prose.markdown import listed, quoted
from engine.prose.words import Roles
from engine.rulebook import Bulletin, Clause, Item, Part, RuleBook, Title

__all__ = ["rendered"]

Entry = Item | Part | Bulletin


def rendered(doc: Document, book: RuleBook) -> str:
    """The whole as Markdown; ``doc`` is the document ``book`` was read from."""
    return "\n".join(_squeezed(_lines(doc, book))) + "\n"


def _lines(doc: Document, book: RuleBook) -> Iterator[str]:
    roles = Roles.of(book)
    yield from _title(book.title)
    for clause in book.clauses.values():
        yield from ("", f"## {clause.name}", "")
        yield from _clause(clause, doc, book, roles)
    yield from ("", "## 得分", "", *appraisal.steps(book.appraisal))
    yield from ("", "## 单位", "", *registers.units(book.roster))
    yield from ("", "## 台账", "")
    for ledger in book.ledgers.values():
        yield from registers.ledger(ledger)
    yield from _remainder(book)


def _title(title: Title) -> Iterator[str]:
    yield from (f"# {title.marked(title.name)}", "")
    month = f"每月截止到 {title.month_end} 日" if title.month_end else ""
    known = {"文号": title.number, "印发": str(title.issued) if "印发" in title.places else "", "替代": title.replaces}
    yield f"{title.year} 年度，考评 {title.start} 至 {title.end}，{title.effective} 起施行。{month}"
    yield from listed(f"{key}：{text}" for key, text in known.items() if text)


def _clause(clause: Clause, doc: Document, book: RuleBook, roles: Roles) -> Iterator[str]:
    yield from quoted(clause.printed)
    if clause.excused:
        yield from ("", f"不计算：{clause.excused}。")
    for entry in _entries(book):
        if clause.name in entry.clauses:
            yield ""
            yield from _told(entry, book, roles) if entry.clauses[0] == clause.name else [_elsewhere(entry)]
    for step in book.appraisal.steps:
        if clause.name in step.clauses:
            yield from ("", f"**{step.name}**　见“得分”。")
    yield ""
    for reading in book.readings.values():
        if clause.name in reading.clauses[:1]:
            yield from readings.reading(reading, doc)
        elif clause.name in reading.clauses:
            yield f"- **口径 {reading.name}**　见 {reading.clauses[0]}。"


def _entries(book: RuleBook) -> Iterable[Entry]:
    return (*book.appraisal.parts.values(), *book.items.values(), *book.bulletins.values())


def _told(entry: Entry, book: RuleBook, roles: Roles) -> Iterable[str]:
    if isinstance(entry, Item):
        return mechanisms.told(entry, roles)
    return [appraisal.part(entry, book.appraisal) if isinstance(entry, Part) else registers.bulletin(entry)]


def _elsewhere(entry: Entry) -> str:
    return f"**{entry.name}**　见 {entry.clauses[0]}。"


def _remainder(book: RuleBook) -> Iterator[str]:
    """What hangs on no clause: bulletins without one, findings let stand, what is not compared yet."""
    for entry in book.bulletins.values():
        if not entry.clauses:
            yield from ("", registers.bulletin(entry))
    if book.waivers:
        yield from ("", "## 豁免", "")
        yield from (f"- {w.name}：{w.code}，{w.reason}（{w.who}，{w.day}）" for w in book.waivers.values())
    if book.unverified:
        yield from ("", "## 待核对", "")
        yield from (f"- {name}：{one.look}" for name, one in book.unverified.items())


def _squeezed(lines: Iterable[str]) -> Iterator[str]:
    """Never two blank lines in a row; the ``>`` that ends a quotation goes."""
    before = ""
    for line in lines:
        text = "" if line == ">" else line
        if text or before:
            yield text
        before = text
