"""rules/2024.yaml against the notice itself: word for word, cell for cell, and nothing left out."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import pytest

from engine.explanation.sentences import flattened
from engine.rulebook import Lookup, RuleBook

NOTICE = (Path(__file__).parent / "2024-notice.txt").read_text(encoding="utf-8")
BODY = NOTICE[NOTICE.index("一、考核指标") : NOTICE.rindex("抄送：")]

# Headings and table cells stand in the notice without being sentences of a clause.
NOT_A_CLAUSE = re.compile(
    r"[一二三四五]、\S{2,5}|计扣分标准：|附件|系列|序号|单位|年度信息采用任务（分）|季度信息采用任务（分）|[一二]类"
    r"|[\d.]+|县内刊物|上报信息|市级采用|区级采用|单条采用|综合采用（.+）|附件：柳城县各单位政务信息采用任务表"
)


def lines(text: str) -> list[str]:
    """The printed lines without blanks around them."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def test_every_quoted_clause_is_verbatim(book_2024: RuleBook) -> None:
    """条文的每一句原文，通知里一字不差地有。"""
    quoted = [text for clause in book_2024.clauses.values() for text in clause.texts]
    assert quoted
    assert [text for text in quoted if text not in NOTICE] == []


def test_every_sentence_of_the_notice_is_quoted(book_2024: RuleBook) -> None:
    """细则正文的每一行，不是标题、不是表格，就一定录在某一条条文里。"""
    quoted = "\n".join(text for clause in book_2024.clauses.values() for text in clause.texts)
    names = {unit.name for unit in book_2024.roster.units}
    rest = [re.sub(r"^(（[一二]）|\d\.)", "", line) for line in lines(BODY)]
    unquoted = [line for line in rest if line not in quoted and line not in names and not NOT_A_CLAUSE.fullmatch(line)]
    assert unquoted == []


def test_every_clause_is_computed_or_excused(book_2024: RuleBook) -> None:
    """每一条条文，要么有一项引用它，要么写明为什么不计算。"""
    book = book_2024
    citing = [*book.items.values(), *book.appraisal.parts.values(), *book.appraisal.steps, *book.readings.values(),
              *book.bulletins.values()]  # fmt: skip
    cited = {name for entry in citing for name in entry.clauses} | {"三（一）"}  # 考评.满分 carries it
    assert {n for n, clause in book.clauses.items() if n not in cited and not clause.excused} == set()
    assert {n for n, clause in book.clauses.items() if clause.excused and n in cited - {"五（二）"}} == set()


def annex() -> list[tuple[str, int, str, Fraction, Fraction]]:
    """(系列, 序号, 单位, 年度任务, 季度任务) as printed."""
    found, series = [], ""
    cells = lines(BODY[BODY.rindex("季度信息采用任务（分）") :])[1:]
    while cells:
        if cells[0] in ("一类", "二类"):
            series = cells.pop(0)
            continue
        number, name, year, quarter = cells[:4]
        found.append((series, int(number), name, Fraction(year), Fraction(quarter)))
        del cells[:4]
    return found


def test_the_annex_is_copied_line_for_line(book_2024: RuleBook) -> None:
    """附件四十八个单位：系列、序号、名称、年度任务、季度任务，逐行相同。"""
    printed = annex()
    ours = [(u.values["系列"], u.values["序号"], u.name, u.values["年度任务"], u.values["季度任务"])
            for u in book_2024.roster.units]  # fmt: skip
    assert len(printed) == 48
    assert ours == printed
    assert sum(row[3] for row in printed) == 7640
    assert all(4 * quarter == year for *_, year, quarter in printed)


def score_table() -> dict[tuple[str, str], Fraction]:
    """(方式, 渠道) → points, from the printed table and its footnote."""
    text = NOTICE[NOTICE.index("采用信息计分标准（分/条）：") : NOTICE.index("县本级刊物，简讯信息")]
    cells = lines(text)[1:]
    channels, cells = cells[:4], cells[4:]
    found = {(row[0], c): Fraction(p) for row in zip(*[iter(cells)] * 5, strict=True)
             for c, p in zip(channels, row[1:], strict=True)}  # fmt: skip
    footnote = re.search(r"简讯信息计(\d+)分/条，封面信息计(\d+)分/条", NOTICE)
    assert footnote is not None
    return found | {("简讯信息", "县内刊物"): Fraction(footnote[1]), ("封面信息", "县内刊物"): Fraction(footnote[2])}


def test_the_score_table_is_copied_cell_for_cell(book_2024: RuleBook) -> None:
    """采用信息计分标准：每一格相同，没有印的格子一个也不多。"""
    table = book_2024.items["采用分值"].mechanism
    assert isinstance(table, Lookup)
    ours = {tuple(row.label for row in path): path[-1].result for path in flattened(table.table)}
    assert ours == score_table()


@pytest.mark.parametrize(("name", "clause"), [("年度任务扣分", "三（二）1"), ("季度任务扣分", "三（二）2")])
def test_the_bands_deduct_what_the_clause_prints(book_2024: RuleBook, name: str, clause: str) -> None:
    """两套档次：扣分数和原文依次所印的相同。"""
    table = book_2024.items[name].mechanism
    assert isinstance(table, Lookup)
    ours = [path[-1].result for path in flattened(table.table)]
    printed = [Fraction(n) for n in re.findall(r"扣(\d+)分", "".join(book_2024.clauses[clause].texts))]
    assert ours == [0, *printed]


def test_every_number_of_the_clauses_is_in_the_rule_file(root: Path, book_2024: RuleBook) -> None:
    """原文里印的每一个分数、次数、时限、百分比，都写在条文之外的规则里。"""
    text = (root / "rules" / "2024.yaml").read_text(encoding="utf-8")
    rules = text[text.index("\n单位:") :]
    written = set(re.findall(r"\d+(?:\.\d+)?", rules))
    printed = {
        number
        for name, clause in book_2024.clauses.items()
        if name.startswith("三") and name != "三（二）7"
        for sentence in clause.texts
        for number in re.findall(r"\d+(?:\.\d+)?", sentence)
    }
    # “每完成1个季度”“至少1名信息员”“加分1次”：说的是逐个、逐次，不是另一个数
    assert printed - written - {"1"} == set()
