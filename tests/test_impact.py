"""两年对照的影响：同一份台账两份细则各算一遍，差一分也说得出来自哪处改动；各种输出都看得懂、打得开。"""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import pytest

from engine import pipeline
from engine.compare import Comparison, changes
from engine.contrast.markdown import markdown, plain
from engine.contrast.page import page
from engine.contrast.report import Report
from engine.contrast.screen import screen
from engine.contrast.word import NAME, SHAPE, context, word
from engine.impact import Impact
from engine.impact.dated import dated
from engine.paper import check, reread
from engine.paper.shelf import template_named
from engine.source import Rejected

TEMPLATE = template_named(f"{NAME}.docx")

HERE = Path(__file__).parent / "contrast"
OLD, NEW, RECORDS = HERE / "旧.yaml", HERE / "新.yaml", HERE / "台账"
GOLDEN = Path(__file__).parent / "golden" / "contrast.md"
Both = tuple[Comparison, Impact]
PROVISIONAL = "影响是暂定的：台账里有的行，其中一份细则收不下，逐行列在最后一张表。\n"


@pytest.fixture(scope="module")
def small() -> Both:
    """两份编造的小细则和一份小台账。"""
    return pipeline.contrast(OLD, NEW, RECORDS)


@pytest.fixture(scope="module")
def real(root: Path) -> Both:
    """2023（示意）和2024，示例台账；不判宽紧，只看影响。"""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "_compared", changes)
        return pipeline.contrast(root / "rules/2023.yaml", root / "rules/2024.yaml", root / "examples/2024.xlsx")


# ---- the law of the split -------------------------------------------------------------------------


def test_parts_and_interaction_make_the_difference(small: Both, real: Both) -> None:
    """每个单位：两年之差＝各处单独的影响之和＋交互，一分不差；合计也是。"""
    for impact in (small[1], real[1]):
        for unit in impact.scored:
            assert unit.interaction is not None
            assert unit.difference == unit.new.score - unit.old.score  # type: ignore[operator]
            assert unit.difference == sum(unit.parts.values()) + unit.interaction
        assert impact.total == sum((u.difference or 0 for u in impact.units), Fraction(0))
        assert impact.total == impact.interaction + sum(
            share.effects.get(unit.name, Fraction(0)) for share in impact.shares for unit in impact.scored
        )


def test_an_effect_only_two_changes_have_together(small: Both) -> None:
    """甲镇二、三季度：长篇20改30只到75%，原界80%够不着；单独改哪一处都没有分，两处一起才有，记在交互里。"""
    unit = next(u for u in small[1].units if u.name == "甲镇")
    assert unit.parts == {10: Fraction(3)}
    assert (unit.difference, unit.interaction) == (Fraction(9), Fraction(6))


def test_every_change_is_tried_once(real: Both) -> None:
    """每处改动要么有影响、要么没有、要么说明不能单独试，不重不漏。"""
    comparison, impact = real
    loud = [number for share in impact.shares for number in share.changes]
    assert sorted([*loud, *impact.quiet, *impact.unsplit]) == [change.number for change in comparison.changes]


def test_a_change_alone_is_the_old_file_with_that_change(real: Both, root: Path, tmp_path: Path) -> None:
    """只把县教育局的任务改成新的，手工改旧文件再算，和分解里写的一样。"""
    text = (root / "rules/2023.yaml").read_text(encoding="utf-8")
    old, new = (
        "序号: 22, 系列: 二类, 年度任务: 200, 季度任务: 50",
        "序号: 22, 系列: 二类, 年度任务: 250, 季度任务: 62.5",
    )
    assert text.count(old) == 1
    path = tmp_path / "2024.yaml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "_compared", changes)
        _, alone = pipeline.contrast(root / "rules/2023.yaml", path, root / "examples/2024.xlsx")
    share = next(s for s in real[1].shares if s.title == "单位「县教育局」")
    assert {u.name: u.difference for u in alone.units if u.difference} == dict(share.effects)


def test_the_same_file_twice(root: Path) -> None:
    """同一份细则对照自己：没有改动，没有影响，每个单位差0分。"""
    comparison, impact = pipeline.contrast(NEW, NEW, RECORDS)
    assert comparison.changes == ()
    assert impact.shares == ()
    assert impact.retro.rows == ()
    assert impact.told == ()
    assert impact.moved == []
    assert {unit.difference for unit in impact.scored} == {Fraction(0)}


# ---- what only one of them knows -------------------------------------------------------------------


def test_units_of_one_year_are_named_not_compared(small: Both) -> None:
    """新设、撤并的单位只列名，不算差；改了名的单位照样比。"""
    impact = small[1]
    assert [one.name for one in impact.came] == ["新设办"]
    assert [one.name for one in impact.went] == ["撤并办"]
    assert [(u.old.name, u.new.name) for u in impact.units if u.old.name != u.new.name] == [("丙站", "丙中心")]


def test_rows_one_edition_refuses(small: Both) -> None:
    """哪年的细则收不下哪些行，分开列出；结果标暂定。"""
    old, new = small[1].refused
    assert [(row.ledger, "新设办" in row.reason) for row in old] == [("采用", True)]
    assert [(row.ledger, "撤并办" in row.reason) for row in new] == [("采用", True)]
    assert small[1].provisional


def test_whose_dates_were_moved(small: Both, real: Both) -> None:
    """台账是2024年的：旧细则按2024年算，写明；缺的列、没有读的列也写明。"""
    assert small[1].told[0].startswith("2023年的细则按2024-01-01至2024-12-31算（原为2023-01-01至2023-12-31）")
    assert "2023年的细则：台账里的“丙中心”记在“丙站”名下" in small[1].told
    assert any("“刊物期号”列" in text for text in real[1].told)
    assert any("“信息编号”不在细则的台账里" in text for text in real[1].told)


def test_a_ledger_of_the_old_year(tmp_path: Path) -> None:
    """台账是2023年的：反过来把新细则移到2023年，算出来的差和原来一样。"""
    folder = tmp_path / "台账"
    folder.mkdir()
    for path in RECORDS.glob("*.csv"):
        (folder / path.name).write_text(path.read_text(encoding="utf-8").replace("2024-", "2023-"), encoding="utf-8")
    _, impact = pipeline.contrast(OLD, NEW, folder)
    assert impact.told[0].startswith("2024年的细则按2023-01-01至2023-12-31算")
    assert {u.name: u.difference for u in impact.units if u.difference} == {"甲镇": Fraction(9)}
    assert impact.retro.before == ()  # 印发日是2024年的，移到2023年就谈不上印发前


def test_leap_years() -> None:
    """考评年度止于二月末日的，移到闰年止于29日。"""
    book = pipeline.load_rules(NEW)
    assert dated(book, 2023).title.end == date(2023, 12, 31)
    assert dated(book, 2024) is book


def test_a_ledger_that_one_edition_needs_is_asked_for(tmp_path: Path) -> None:
    """缺一张旧细则要用的台账：停下，说明是按哪年的细则读的时候缺的。"""
    folder = tmp_path / "台账"
    folder.mkdir()
    (folder / "采用.csv").write_bytes((RECORDS / "采用.csv").read_bytes())
    with pytest.raises(Rejected) as caught:
        pipeline.contrast(OLD, NEW, folder)
    assert [(p.code, p.context) for p in caught.value.problems] == [
        ("D01", "（按2023年的细则读台账时）"), ("D01", "（按2024年的细则读台账时）")
    ]  # fmt: skip


def test_an_unreadable_file_is_told_once(tmp_path: Path) -> None:
    """台账打不开：说一次，不说是按哪年读的。"""
    with pytest.raises(Rejected) as caught:
        pipeline.contrast(OLD, NEW, tmp_path / "没有.xlsx")
    assert [(p.code, p.context) for p in caught.value.problems] == [("F01", "")]


# ---- periods already reported ----------------------------------------------------------------------


def test_what_was_published_under_the_old_rules(small: Both) -> None:
    """6月28日印发：一季度已按旧细则通报，会变的逐项列；二季度6月30日才到期，不算已通报。"""
    _, impact = pipeline.contrast(OLD, NEW, RECORDS, date(2024, 6, 30))
    assert impact.scored == []
    assert (impact.retro.before, impact.retro.after) == (("第1季度",), ("第2季度",))
    assert [(r.unit, r.when, r.points) for r in impact.retro.rows if r.published] == [
        ("甲镇", "第1季度", (Fraction(5), Fraction(2))), ("乙局", "第1季度", (Fraction(0), Fraction(0)))
    ]  # fmt: skip
    assert "2024-01-01起停止执行" in impact.retro.force[0]
    assert [r for r in small[1].retro.rows if r.published] == [r for r in impact.retro.rows if r.published]


def test_who_stands_at_an_edge(small: Both) -> None:
    """恰好75%、恰好100%的单位列为临界；一分没有的不算。"""
    edges = {(e.unit, e.when, e.edge) for e in small[1].edges}
    assert ("甲镇", "第1季度", Fraction(3, 4)) in edges
    assert ("丙中心", "第1季度", Fraction(1)) in edges
    assert not any(unit == "乙局" and when == "第4季度" for unit, when, _ in edges)


# ---- outputs ---------------------------------------------------------------------------------------


def test_golden_markdown(small: Both, root: Path) -> None:
    """Markdown 全文与 tests/golden/contrast.md 一字不差（文件夹除外）；有意改动时设 UPDATE_GOLDEN=1 重写。"""
    text = re.sub(r"[^\s；：、]*/tests/", "tests/", markdown(Report(*small)))
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


class Tags(HTMLParser):
    """The tags of a page, and every address in it."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: dict[str, int] = {}
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Counts; void tags are not kept open."""
        self.seen[tag] = self.seen.get(tag, 0) + 1
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "srcset", "action")]
        if tag not in ("meta",):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Every tag closes the last one open."""
        assert self.open.pop() == tag


def test_the_page_needs_nothing_else(small: Both) -> None:
    """网页只有一个文件：不引用任何地址，标签成对，每处改动可以展开，图按系列画。"""
    text = page(Report(*small)).decode()
    tags = Tags()
    tags.feed(text)
    assert tags.open == []
    assert tags.addresses == []
    assert "url(" not in text
    assert "@import" not in text
    assert tags.seen["details"] == len([c for c in small[0].changes if not c.title.startswith("条文")])
    assert tags.seen["svg"] == 1
    assert text.count("<circle") == 2 + 2 * len(small[1].scored)


def test_no_text_is_taken_for_markup(tmp_path: Path) -> None:
    """单位名里的 < > & | * 在网页和 Markdown 里都是字，不是标记。"""
    paths = []
    for path in (OLD, NEW):
        paths.append(tmp_path / path.name)
        paths[-1].write_text(path.read_text(encoding="utf-8").replace("甲镇", "甲<b>&*镇"), encoding="utf-8")
    folder = tmp_path / "台账"
    folder.mkdir()
    for path in RECORDS.glob("*.csv"):
        (folder / path.name).write_text(path.read_text(encoding="utf-8").replace("甲镇", "甲<b>&*镇"), encoding="utf-8")
    report = Report(*pipeline.contrast(*paths, folder))
    assert "甲&lt;b&gt;&amp;*镇" in page(report).decode()
    assert "<b>&" not in page(report).decode()
    assert plain("甲<b>&*镇") in markdown(report)
    assert "甲<b>&*镇" in "".join(
        "".join(row) for table in reread(word(report, TEMPLATE)).tables for row in map("".join, table)
    )


def shaded(document: bytes) -> list[str]:
    """The texts of the shaded cells of a document."""
    xml = zipfile.ZipFile(io.BytesIO(document)).read("word/document.xml").decode()
    cells = re.findall(r"<w:tc>.*?</w:tc>", xml, re.DOTALL)
    return ["".join(re.findall(r"<w:t[^>]*>([^<]*)</w:t>", cell)) for cell in cells if 'w:fill="D9D9D9"' in cell]


def test_the_word_file(small: Both) -> None:
    """对照表三列，按条文先后；改了的格有底纹，删的划去，加的加粗；附件是影响。"""
    document = word(Report(*small), TEMPLATE)
    read = reread(document)
    assert read.tables[0][0] == ("原条款（2023年（旧〔2023〕1号））", "修订后（2024年（新〔2024〕2号））", "变化与影响")
    assert [row[0].split("\n")[0] for row in read.tables[0][1:]] == ["名称、文号和日期", "一", "二", "单位和任务"]
    assert "20 30" in shaded(document)
    assert "10" not in shaded(document)
    xml = zipfile.ZipFile(io.BytesIO(document)).read("word/document.xml").decode()
    runs = re.findall(r"<w:r>.*?</w:r>", xml, re.DOTALL)
    assert {re.sub("<[^>]+>", "", r) for r in runs if "<w:strike/>" in r} >= {"80%", "20"}
    assert {re.sub("<[^>]+>", "", r) for r in runs if "<w:u " in r and "<w:b/>" in r} >= {
        "75%",
        "，其中长篇计30分",
        "30",
    }
    assert xml.count("<w:tblHeader/>") == len(read.tables)
    assert "附件" in read.paragraphs
    assert word(Report(*small), TEMPLATE) == document


def test_the_template_uses_known_names(small: Both, root: Path) -> None:
    """随程序的模板查得过。"""
    assert check(TEMPLATE, SHAPE) == []
    assert set(context(Report(*small))) >= {"题名", "标注", "总述", "条款", "表格", "影响", "影响表"}


def test_marks_on_the_face(real: Both) -> None:
    """2023年的示意和试算的暂定，每种输出的开头都写着。"""
    report = Report(*real)
    assert report.marks == ["2023年的细则：示意，未经原文核对", "影响按台账试算，暂定"]
    for text in (markdown(report), page(report).decode()):
        assert all(mark in text[:6000] for mark in report.marks)


def test_the_terminal_shows_every_unit(real: Both) -> None:
    """终端表里两年都有的单位一个不少。"""
    text = "\n".join(screen(Report(*real), colour=False))
    assert all(f"  {unit.name} " in text for unit in real[1].units)


# ---- the command -----------------------------------------------------------------------------------


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """The command as staff run it."""

    def made(*words: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "engine", "diff", *map(str, words)]
        return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=tmp_path, check=False)

    return made


def test_the_command(run: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path) -> None:
    """带台账写 JSON；写 Word 要有 -o；--as-of 要和 --records 一起用。"""
    done = run(OLD, NEW, "--records", RECORDS, "--format", "json")
    assert done.returncode == 0
    assert done.stderr == "正在对照，逐处试算……\n" + PROVISIONAL
    assert json.loads(done.stdout)["影响"]["合计"] == "9"
    assert run(OLD, NEW, "--format", "docx").returncode == 2
    assert run(OLD, NEW, "--as-of", "2024-06-30").returncode == 2
    assert run(OLD, NEW, "--format", "docx", "-o", "对照.docx").returncode == 0
    again = run(OLD, NEW, "--format", "docx", "-o", "对照.docx")  # perhaps edited by now
    assert (again.returncode, "“对照.docx”已经存在，没有动它" in again.stderr) == (3, True)
    assert "附件" not in reread((tmp_path / "对照.docx").read_bytes()).paragraphs
