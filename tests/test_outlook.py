"""口径比较：每种备选在台账上算一遍，哪些单位会变；缺字段的、不能算的说清楚；写成清单给领导裁定。"""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

from engine.__main__ import main
from engine.ledger import intake
from engine.paper import reread
from engine.pipeline import Options, checked, read_alike, score_ledgers, taking, used_by
from engine.readings import Outlook, Survey, survey
from engine.readings.page import write
from engine.source import Rejected

# Among them a filter, a link, another date, another account, another part, a list of what waits, another rank.
TAKEN_OVER = [
    *(("A06", "不设前提"), ("A07", "按批示日的单位"), ("A10", "改前季"), ("A02", "取高"), ("A13", "平分")),
    *(("B03", "免扣"), ("E02", "采用分"), ("E08", "升级计入"), ("F03", "报送条数"), ("D01", "叠加")),
]


@pytest.fixture(scope="module")
def found(root: Path) -> Survey:
    """The made-up year."""
    return survey(root / "rules" / "2024.yaml", root / "examples" / "2024.xlsx", Options(), lambda done, all_: None)


def outlook(found: Survey, reading: str, name: str) -> Outlook:
    """One alternative."""
    return next(o for o in found.outlooks if (o.reading.name, o.name) == (reading, name))


def test_every_alternative_is_there(found: Survey) -> None:
    """52种备选都有交代：有变、没有变化、缺字段、不能运行。"""
    assert len(found.outlooks) == 52
    assert {o["状态"] for o in found.as_json()["备选"]} == {"有变", "不变", "缺字段，未运行", "不能运行"}


def test_an_alternative_is_what_score_says(root: Path, found: Survey) -> None:
    """A01取考评分：变的单位、从多少到多少，和 score --reading 算的一样。"""
    book, records = root / "rules" / "2024.yaml", root / "examples" / "2024.xlsx"
    ledgers = intake(checked(book).book, records)
    other = score_ledgers(checked(book, {"A01": "考评分"}).book, ledgers)
    moved = {
        o.name: (a.score, o.score) for a, o in zip(found.base.units, other.units, strict=True) if a.score != o.score
    }
    told = {c.unit: c for c in outlook(found, "A01", "考评分").changes if c.sort == "得分"}
    assert {unit: (Fraction(c.before), Fraction(c.after)) for unit, c in told.items()} == moved
    assert outlook(found, "A01", "考评分").moved == sum(abs(b - a) for a, b in moved.values())  # type: ignore[operator]


def test_those_that_matter_come_first(found: Survey) -> None:
    """得分、名次、处置变的单位多的在前，其次得分变动大的；没有变化的在后。"""
    weights = [o.weight for o in found.outlooks]
    assert weights == sorted(weights, reverse=True)
    assert found.outlooks[0].reading.name == "F01"
    assert not any(o.changes for o in found.outlooks[-10:])


def test_what_is_lacking_is_named(found: Survey) -> None:
    """缺字段的说缺哪一列、哪张台账；别的原因也照实说。"""
    assert outlook(found, "E04", "知悉").state == "缺字段，未运行（突发.知悉时间）"
    assert outlook(found, "B11", "撤销日冲回").lacking == ("撤销",)
    assert "机制台账里没有这 1 个单位的记录：县委统战部" in outlook(found, "D03", "报错").state
    assert outlook(found, "C01", "含2次").state == "今年没有变化"


def test_another_table_that_gives_the_same_is_no_change(found: Survey) -> None:
    """A09把“0%”一档写成“(-∞, 0%]”，扣的一样，不算变了档。"""
    assert [c for c in outlook(found, "A09", "层级").changes if c.sort == "档"] == []


@pytest.mark.parametrize("name", ["口径.md", "口径.docx"])
def test_the_list_for_the_leader(found: Survey, tmp_path: Path, name: str) -> None:
    """待裁定的每个口径一节：问题、条文原话、现在采取、换用的结果、裁定意见；没有备选的也列出；变的单位一个不漏。"""
    write(found, tmp_path / name)
    read = reread((tmp_path / name).read_bytes())
    text = read.text
    waiting = [r for r in found.base.book.readings.values() if r.undecided]
    assert all(f"{r.name}　{r.question}" in text for r in waiting)
    assert text.count("裁定意见：") == len(waiting) == 23
    assert "A17　综合稿的简讯、封面" in text
    assert "三（二）7：各政务信息任务考评单位应坚持目标导向" in text
    assert any(row[:2] == ("县统计局", "94→186") for table in read.tables for row in table)
    first = next(o for o in found.outlooks if o.reading.name == "F01")
    rows = next(t for t in read.tables if t[0][0] == "单位")
    assert {row[0] for row in rows[1:]} == set(first.units("得分", "名次", "处置"))
    assert len(rows) > 40


def test_the_command(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--reading 换了的口径作底；-o 写清单，已有的文件不动。"""
    page = tmp_path / "口径.md"
    asked = ["readings", str(root / "rules" / "2024.yaml"), str(root / "examples" / "2024.xlsx"), "-o", str(page)]
    assert main([*asked, "--reading", "A01=考评分", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    back = next(o for o in told["备选"] if (o["编号"], o["取"]) == ("A01", "采用分"))
    assert (told["口径"]["A01"], back["现在取"]) == ("考评分", "考评分")
    clash = next(o for o in told["备选"] if (o["编号"], o["取"]) == ("A02", "取高"))
    assert (clash["状态"], "不能同时采用" in clash["原因"][0]) == ("不能运行", True)
    assert page.read_text(encoding="utf-8").startswith("# 《柳城县政务信息上报工作考评细则》提请裁定的口径")
    assert main(asked) == 3


def test_frames_taken_over_give_what_a_whole_run_gives(root: Path) -> None:
    """只重算改动所及的，与从头算一遍，每个单位的每个数、每一行未计都一样。"""
    rules = checked(root / "rules" / "2024.yaml")
    ledgers = intake(rules.book, root / "examples" / "2024.xlsx", used_by(rules.book))
    base = score_ledgers(rules.book, ledgers)
    compared = 0
    for reading, name in TAKEN_OVER:
        book = taking(rules, {reading: name}).book
        try:
            whole = score_ledgers(book, ledgers).as_json()
        except Rejected:
            continue
        if read_alike(book, rules.book):
            assert score_ledgers(book, ledgers, base=base).as_json() == whole, reading
            compared += 1
    assert compared >= 9
