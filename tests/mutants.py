"""Every number, comparison and flag of a rule file changed, one at a time, and whether anybody notices.

A mutant is noticed by `xize check` (an error, a new warning or notice), by a worked case of tests/cases whose
figures come out otherwise, or where a workbook without a sheet is told otherwise. Cases that ask for the same day
are scored together on one plan, those that meet on units of their own (the roster is repeated); a case that differs
there is run once more as it stands, and that decides. Cases that change the roster need a rule book of their own and
are asked last, of what nobody else noticed. Cases under another reading (另取) are left out: they say what the
alternatives do, and those are not changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

from engine import checks, pipeline, schema
from engine.document import Document, Steps
from engine.ledger import Sheets, taken
from engine.number import show
from engine.rulebook import Kind, Roster, RuleBook, Unit
from engine.source import Rejected, errors
from engine.trial import Case, Failure, Ran, batches, failures, of_all, run, trial
from engine.trial.case import Kind as Claimed

SECTIONS = ("细则", "单位", "台账", "计分", "指标", "考评", "结果")
QUIET = {"序号", "说明", "条款", "曾用", "名称", "文号", "替代", "编号", "提示", "处置"}  # words for people, or names

# ---- mutants --------------------------------------------------------------------------------

OPERATORS = {"≥": ">", ">": "≥", "≤": "<", "<": "≤", "=": "≠", "≠": "=", "且": "或", "或": "且", "×": "÷", "÷": "×"}
WORDS = {
    "高者先": "低者先", "低者先": "高者先", "早者先": "晚者先", "晚者先": "早者先", "是": "否", "否": "是",
    "并列": "并列不跳号", "计到截至": "不计", "计入": "报错", "四舍五入": "舍去", "年": "季", "季": "月", "月": "季",
}  # fmt: skip
BY_KEY = {
    "缺": {"待定": "按零计"},
    "只计": {"最高": "累加"},
    "空": {"不适用": "0", "无": "待定", "待定": "无", "无需": "不反馈"},
}
VERBS = {"最早": "最晚", "最低": "最高", "合计": "最高", "加": "减", "减": "加", "种数": "计次"}
DROPPED = {"补差", "否则", "唯一", "应有", "期后", "可缺", "范围", "取整", "至多", "当", "裁定", "每"}

# What nobody notices, and why nothing is wrong with that. `make mutate` holds the list to what is so.
_UNREAD = "没有一项读这一列，空着是什么意思只印在空白台账的说明里"
_UNTIL = "历时只问有没有时间；空着怎样算由「未至」定"
SURVIVORS = {
    "单位.列.季度任务.空: 不适用 ⇒ 0": "季度任务只作除数，除以 0 也是不适用",
    "台账.采用.列.标题.空: 无 ⇒ 待定": _UNREAD,
    "台账.报送.列.标题.空: 无 ⇒ 待定": _UNREAD,
    "台账.失实.列.信息编号.空: 无 ⇒ 待定": _UNREAD,
    "台账.裁定.列.依据.空: 无 ⇒ 待定": "依据只跟在裁定后面印出，空着就不印",
    "台账.约稿.列.无故.空: 待定 ⇒ 无": "是否列空着，条件都是“不知道”，写无、写待定一样",
    "指标.机制扣分.合计: 合计 ⇒ 最高": "一个单位只有一行机制考评（唯一），合计就是最高",
    "考评.得分.0: 项目合计 ⇒ （换到下一个之后）": "先加后减和先减后加一样",
    "考评.得分.2: 保底 ⇒ （换到下一个之后）": "归零就是 0，正是保底的数，哪个在前都一样",
    "台账.突发.列.电话报告时间.空: 无 ⇒ 待定": _UNTIL,
    "台账.突发.列.书面报告时间.空: 无 ⇒ 待定": _UNTIL,
}

_INTERVAL = re.compile(r"([\[(])(.*), (.*)([\])])")


@dataclass(frozen=True)
class Mutant:
    """One change: where, what it was, what it is, and the document after it."""

    path: Steps
    old: str
    new: str
    doc: Document

    def __str__(self) -> str:
        return f"{'.'.join(map(str, self.path))}: {self.old} ⇒ {self.new}"


def mutants(doc: Document) -> Iterator[Mutant]:
    """Every mutant of the sections that compute."""
    for section in SECTIONS:
        yield from _below(doc, (section,))


def _below(doc: Document, path: Steps) -> Iterator[Mutant]:
    value = doc.get(path)
    if isinstance(value, dict):
        yield from _of_mapping(doc, path, value)
        for key in value:
            if key not in QUIET:
                yield from _below(doc, (*path, key))
    elif isinstance(value, list):
        yield from _of_list(doc, path, value)
        for index in range(len(value)):
            yield from _below(doc, (*path, index))
    elif isinstance(value, str):
        for new in _of_text(path, value):
            yield Mutant(path, value, new, doc.replace(path, new, path))


def _of_text(path: Steps, text: str) -> Iterator[str]:
    """A number one larger or smaller, an operator turned, a word for its opposite, a word of a list left out."""
    for match in re.finditer(r"(?<![\w.])\d+(?:\.\d+)?", text):
        if path[0] != "细则" or path[-1] == "年度":
            yield from (text[: match.start()] + other + text[match.end() :] for other in _near(match[0]))
    if path[-1] in ("公式", "当", "适用"):
        for match in re.finditer(r"[≥>≤<=≠×÷]|(?<= )[且或](?= )", text):
            yield text[: match.start()] + OPERATORS[match[0]] + text[match.end() :]
        for group in re.finditer(r"（([^（）]*、[^（）]*)）", text):
            words = group[1].split("、")
            for left in range(len(words)):
                kept = "、".join(word for at, word in enumerate(words) if at != left)
                yield text[: group.start(1)] + kept + text[group.end(1) :]
    turned = BY_KEY.get(str(path[-1]), {}).get(text) or WORDS.get(text)
    if turned and "列" not in path[-2:] and path[-1] != "取":
        yield turned


def _of_list(doc: Document, path: Steps, value: list[Any]) -> Iterator[Mutant]:
    """One entry left out; two steps of 得分 in the other order."""
    if path[0] in ("单位",) or "列" in path or path[-1] in ("选项", "示"):
        return
    for index, entry in enumerate(value if len(value) > 1 else ()):
        yield Mutant((*path, index), _short(entry), "（删去）", doc.remove((*path, index)))
    if path[-1] in ("得分", "名次"):
        for index in range(len(value) - 1):
            swapped = [*value[:index], value[index + 1], value[index], *value[index + 2 :]]
            yield Mutant((*path, index), _short(value[index]), "（换到下一个之后）", doc.replace(path, swapped, path))


def _of_mapping(doc: Document, path: Steps, value: dict[str, Any]) -> Iterator[Mutant]:
    """A band's edge moved or its bracket turned; a verb for another; an optional key left out."""
    for key, entry in value.items():
        for new in _of_key(path, key):
            renamed = {new if k == key else k: v for k, v in value.items()}
            if len(renamed) == len(value):
                yield Mutant((*path, key), key, new, doc.replace(path, renamed, path))
        if key in DROPPED and (*path, key) != ("考评", "每"):  # which is 年 where nothing is written
            yield Mutant((*path, key), _short(entry), "（删去）", doc.remove((*path, key)))


def _of_key(path: Steps, key: str) -> Iterator[str]:
    match = _INTERVAL.fullmatch(key)
    if match:
        first, low, high, last = match.groups()
        if "∞" not in low:
            yield from (f"{turned}{low}, {high}{last}" for turned in "([" if turned != first)
            yield from (f"{first}{other}, {high}{last}" for other in _moved(low))
        if "∞" not in high:
            yield from (f"{first}{low}, {high}{turned}" for turned in ")]" if turned != last)
            yield from (f"{first}{low}, {other}{last}" for other in _moved(high))
    elif key[:1].isdigit():
        yield from _moved(key)
    elif key in VERBS and path[0] in ("计分", "指标", "考评") and len(path) > 1:
        yield VERBS[key]


def _moved(text: str) -> Iterator[str]:
    """A text with its first number one larger, one smaller."""
    match = re.search(r"\d+(?:\.\d+)?", text)
    if match:
        yield from (text[: match.start()] + other + text[match.end() :] for other in _near(match[0]))


def _near(number: str) -> Iterator[str]:
    """One larger and, where that is no minus, one smaller."""
    value = Fraction(number)
    yield from (show(other) for other in (value + 1, value - 1) if other >= 0)


def _short(value: Any) -> str:
    """An entry in a few words: a step of 得分 by its name."""
    if isinstance(value, dict) and "编号" in value:
        return str(value["编号"])
    return value if isinstance(value, str) else re.sub(r"['\"{}\[\] ]", "", str(value))


def every(doc: Document) -> Iterator[Mutant]:
    """Every mutant that a careful hand might write."""
    return filter(fair, mutants(doc))


def fair(mutant: Mutant) -> bool:
    """Whether it is still a rule file in shape: what the schema refuses no careful hand would write."""
    depth = 1 if mutant.path[0] in ("细则", "考评") else 2
    return not errors(schema.problems(mutant.doc, [mutant.path[:depth]]))


# ---- worked cases on one plan -----------------------------------------------------------------


@dataclass(frozen=True)
class Run:
    """Cases scored together, the roster repeated for each batch that would meet another.

    ``cases``: (a case as it stands, as it is here); ``unchanged``: the book they hold by.
    """

    cases: tuple[tuple[Case, Case], ...]
    clones: int
    unchanged: RuleBook
    _rosters: dict[int, tuple[Roster, Roster]] = field(default_factory=dict)
    _alone: dict[int, Ran] = field(default_factory=dict)

    def unlike(self, book: RuleBook) -> str:
        """What comes out otherwise than the cases expect: the first of it."""
        ran = run(self._book(book), self._here, self._before)
        differing = (case for case, here in self.cases if failures(here, ran))
        alone = (failure for case in differing for failure in self._failures(case, book))
        return next((f"{failure.case.name}：{failure.what}" for failure in alone), "")

    def _failures(self, case: Case, book: RuleBook) -> list[Failure]:
        """What of a case does not hold when it is run alone."""
        if id(case) not in self._alone:
            self._alone[id(case)] = run(self.unchanged, [case])
        return failures(case, run(book, [case], self._alone[id(case)]))

    @cached_property
    def _before(self) -> Ran:
        return run(self._book(self.unchanged), self._here)

    @property
    def _here(self) -> list[Case]:
        return [here for _, here in self.cases]

    def _book(self, book: RuleBook) -> RuleBook:
        """The book with the units of every batch; the same roster gives the same."""
        if id(book.roster) not in self._rosters:
            units = [_clone(unit, number) for number in range(self.clones) for unit in book.roster.units]
            self._rosters[id(book.roster)] = book.roster, replace(book.roster, units=tuple(units))
        return replace(book, roster=self._rosters[id(book.roster)][1])


def _clone(unit: Unit, number: int) -> Unit:
    return replace(unit, name=_own(unit.name, number), aliases=tuple(_own(a, number) for a in unit.aliases))


def _own(name: str, number: int) -> str:
    return f"{name}#{number}" if number else name


def runs(book: RuleBook, cases: Iterable[Case]) -> list[Run]:
    """The cases in as few runs as can be: refusals, notices and ranks stand alone."""
    groups: dict[tuple[Any, ...], list[list[Case]]] = {}
    for batch in batches(book, [case for case in cases if not case.readings and not case.members]):
        first = batch[0]
        told = any(claim.kind in (Claimed.FAULTS, Claimed.NOTICES) for claim in first.claims)
        own = (first.file, first.name) if told or of_all(book, first) else ""
        groups.setdefault((first.as_of, first.scale_to, own), []).append(batch)
    return [
        Run(tuple((case, _renamed(book, case, n)) for n, batch in enumerate(found) for case in batch), len(found), book)
        for found in sorted(groups.values(), key=lambda found: -sum(map(len, found)))
    ]


def _renamed(book: RuleBook, case: Case, number: int) -> Case:
    """The case with units and 编号 of its own; what explanations cite is not asked."""
    units = {name for unit in book.roster.units for name in (unit.name, *unit.aliases)}
    lines = {
        ledger: tuple(replace(line, cells=_renamed_row(book, ledger, line.cells, units, number)) for line in rows)
        for ledger, rows in case.lines.items()
    }
    claims = (c for c in case.claims if c.kind not in (Claimed.COSTING, Claimed.CITED))
    return replace(case, lines=lines, claims=tuple(replace(c, unit=c.unit and _own(c.unit, number)) for c in claims))


def _renamed_row(book: RuleBook, ledger: str, cells: Any, units: set[str], number: int) -> dict[str, str]:
    columns = [(f.name, f.kind is Kind.TEXT) for f in book.ledgers[ledger].fields.values()]
    row = cells if isinstance(cells, Mapping) else dict(zip((name for name, _ in columns), cells, strict=False))
    numbers = {name for name, is_text in columns if is_text and name.endswith("编号")}
    return {
        name: _own(cell, number) if cell and (cell in units or name in numbers) else cell for name, cell in row.items()
    }


# ---- who notices ------------------------------------------------------------------------------


class Watch:
    """A rule file with its checks and its worked cases, asked about mutants."""

    def __init__(self, doc: Document, cases: Sequence[Case]) -> None:
        self.doc, self._cases = doc, cases
        self._of_roster = [case for case in cases if case.members and not case.readings]
        self.base = pipeline._checked(doc)
        self._said = self._told(self.base)

    @cached_property
    def runs(self) -> list[Run]:
        """Every run, gone through once by the unchanged book."""
        made = runs(self.base.book, self._cases)
        wrong = [found for found in (run.unlike(self.base.book) for run in made) if found]
        assert not wrong, wrong  # else every mutant would seem to be noticed
        return made

    def noticed(self, mutant: Mutant) -> str:
        """Who notices a mutant, in a word; empty: nobody."""
        try:
            changed = pipeline._checked(mutant.doc, {}, self.base)
        except Rejected as rejected:
            return f"校验 {rejected.problems[0].code}"
        if new := self._told(changed) - self._said:
            return f"校验 {min(new)[0]}"
        for one in self.runs:
            if found := one.unlike(changed.book):
                return found
        return self._alternatives(changed) or self._by_roster(changed)

    def _told(self, checked: checks.Checked) -> set[tuple[str, str]]:
        """What checking says, and what reading a workbook without a sheet says."""
        everything = frozenset(self.base.study.entries)
        subject = checks.Subject(checked.book, checked.study, read=everything)
        missing = taken(checked.book, Sheets({}), Path("台账.xlsx"), {}).problems
        return {(p.code, p.detail) for p in (*missing, *(p for check in checks.CHECKS for p in check(subject)))}

    def _by_roster(self, changed: checks.Checked) -> str:
        """What the cases say that change the roster."""
        return next(
            (f"{failure.case.name}：{failure.what}" for failure in trial(changed, self._of_roster).failures), ""
        )

    def _alternatives(self, changed: checks.Checked) -> str:
        """What checking says when it tries the alternatives of 口径 too."""
        for reading in changed.book.readings.values():
            for name in reading.alternatives:
                try:
                    pipeline._checked(changed.doc, {reading.name: name}, changed)
                except Rejected as rejected:
                    return f"校验 {rejected.problems[0].code}（口径 {reading.name} 取“{name}”）"
        return ""


def main() -> int:
    """Every mutant of the 2024 rules: those that nobody notices, against the list; exit code 1 if they differ."""
    from test_cases import CASES

    doc = pipeline._document(Path(__file__).parent.parent / "rules" / "2024.yaml")
    found = list(every(doc))
    watch = Watch(doc, CASES)
    unnoticed = {str(mutant) for mutant in found if not watch.noticed(mutant)}
    for name in sorted(unnoticed | set(SURVIVORS)):
        known = SURVIVORS.get(name, "没有写明为什么") if name in unnoticed else "已经有人察觉，从 SURVIVORS 里删去"
        print(f"{name}\n    {known}")
    print(f"改动 {len(found)} 处，没有人察觉的 {len(unnoticed)} 处")
    return int(unnoticed != set(SURVIVORS))


if __name__ == "__main__":
    raise SystemExit(main())
