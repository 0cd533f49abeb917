"""通报: what stands on paper is what was computed, laid out by GB/T 9704-2012, and a wrong paper never leaves."""

from __future__ import annotations

import datetime as dt
import importlib.util
import io
import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from python_calamine import load_workbook

from engine import publish
from engine.bulletin import SHAPES, content, differences, issue_of, issues, kind_named
from engine.bulletin.asked import Wording
from engine.bulletin.figures import Figures
from engine.ledger.blank import write_blank
from engine.paper import render, reread
from engine.paper.shelf import template_named
from engine.pipeline import Options, load_rules
from engine.publish import Order, prepared, released, replayed
from engine.rulebook import RuleBook
from engine.source import Rejected

RULES, LEDGERS = Path("rules/2024.yaml"), Path("examples/2024.xlsx")
pytestmark = pytest.mark.usefixtures("once")
DAY = dt.date(2024, 6, 5)


@pytest.fixture(autouse=True)
def in_the_repository(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands are run where the rule files are."""
    monkeypatch.chdir(root)


@pytest.fixture(scope="module")
def edition(root: Path) -> publish.Edition:
    """The progress of the second quarter as sent out for May."""
    order = Order(root / RULES, root / LEDGERS, "季度进度", "2024-05", number="柳城政办〔2024〕15号", day=DAY)
    return prepared(order)


@pytest.fixture(scope="module")
def document(edition: publish.Edition) -> bytes:
    """The same on paper."""
    ((_, data),) = edition.documents()
    return data


def refused(make: Callable[[], object]) -> list[str]:
    """The codes and details of a refusal."""
    with pytest.raises(Rejected) as caught:
        make()
    return [f"{p.code} {p.detail}{p.hint}" for p in caught.value.problems]


# ---- which issue ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "typed", "as_of", "period"),
    [
        ("季度进度", "2024-05", "2024-05-31", "2024年第二季度"),
        ("季度进度", "2024年5月", "2024-05-31", "2024年第二季度"),
        ("季度进度", "2024-12", "2024-12-31", "2024年第四季度"),
        ("年度进度", "2024Q2", "2024-06-30", "2024年"),
        ("年度进度", "2024年第3季度", "2024-09-30", "2024年"),
        ("年度考评结果", "2024", "2024-12-31", "2024年"),
    ],
)
def test_periods(book_2024: RuleBook, kind: str, typed: str, as_of: str, period: str) -> None:
    """期怎样写、截至哪一天、通报哪一期的数。"""
    issue = issue_of(book_2024, kind_named(book_2024, kind), typed)
    assert (str(issue.as_of), issue.period) == (as_of, period)


def test_wrong_kinds_and_periods_are_told(book_2024: RuleBook) -> None:
    """种类、期写错：说有哪些；一个月的期不能用在每季一次的通报上。"""
    assert "是不是想写“季度进度”" in refused(lambda: kind_named(book_2024, "季度进展"))[0]
    monthly = kind_named(book_2024, "季度进度")
    for typed in ("2024Q2", "2024-13", "2023-05", "五月"):
        assert "写作 2024-01 到 2024-12" in refused(lambda typed=typed: issue_of(book_2024, monthly, typed))[0]
    assert [len(list(issues(book_2024, b))) for b in book_2024.bulletins.values()] == [12, 4, 1, 12, 4]


def asked(root: Path, kind: str, period: str, as_of: str = "", **typed: Any) -> list[str]:
    """What asking for this issue brings."""
    day = dt.date.fromisoformat(as_of) if as_of else None
    order = Order(root / RULES, root / LEDGERS, kind, period, options=Options(as_of=day), **typed)
    return refused(lambda: prepared(order))


def test_no_result_before_the_year_is_over(root: Path) -> None:
    """年度考评结果：年末前一天不写，说改写哪一种；进度可以提前看，正文前面印明数只到哪一天。"""
    (told,) = asked(root, "年度考评结果", "2024", "2024-12-30")
    assert told.startswith("B09")
    assert "2024年还没有结束" in told
    assert "--kind 季度进度、年度进度。" in told
    order = Order(root / RULES, root / LEDGERS, "季度进度", "2024-05", options=Options(as_of=dt.date(2024, 5, 20)))
    (page,) = prepared(order).contexts
    assert "2024年5月还没有结束，数只到2024年5月20日。" in page["标注"]


def test_number_and_day_are_checked(root: Path) -> None:
    """文号要像细则「文面」里写的那样，年份和成文日期相同；成文日期不早于截至日，恰好那一天可以。"""
    for wrong in ("15", "〔2024〕15号", "柳城政办[2024]15号", "柳城政办〔2024〕号", "柳城政办〔2024〕015号"):
        (told,) = asked(root, "季度进度", "2024-05", number=wrong)
        assert told.startswith("B08")
        assert "--number 柳城政办〔2024〕15号" in told
    (told,) = asked(root, "季度进度", "2024-05", number="柳城政办〔2023〕15号", day=DAY)
    assert "是2023年的，成文日期是2024年6月5日" in told
    (told,) = asked(root, "季度进度", "2024-05", day=dt.date(2024, 5, 30))
    assert "成文日期2024年5月30日在截至日2024年5月31日之前" in told
    last = Order(root / RULES, root / LEDGERS, "季度进度", "2024-05", day=dt.date(2024, 5, 31))
    assert prepared(last).contexts[0]["文号"] == "柳城政办〔2024〕　号"


# ---- what it says -----------------------------------------------------------------------------


def numbers(sentence: str, unit: str) -> list[Fraction]:
    """Every number before a unit word in a sentence."""
    return [Fraction(n) for n in re.findall(rf"([0-9.]+){unit}", sentence)]


def test_totals_reconcile(edition: publish.Edition) -> None:
    """各组加起来等于合计，各渠道加起来等于采用数，完成加未完成等于单位数；合计等于各行之和。"""
    (page,) = edition.contexts
    sums = re.findall(r"(\w+)合计([0-9.]+)分（其中一类([0-9.]+)分、二类([0-9.]+)分）", page["概况"][0])
    assert [name for name, *_ in sums] == ["月度采用分", "季度采用分", "季度任务"]
    for name, whole, first, second in sums:
        assert Fraction(whole) == Fraction(first) + Fraction(second)
        column = page["分组"][0]["列"].index(name)
        for table, part in zip(page["分组"], (first, second), strict=True):
            assert sum(Fraction(row["格"][column]) for row in table["行"]) == Fraction(part)
            assert table["合计"][column] == part
    for sentence in page["概况"][1:]:
        for clause in sentence.split("；"):
            whole, *parts = numbers(clause, "(?:条次|件次)")
            assert whole == sum(parts)
    done = next(s for s in page["情况"] if s.startswith("完成任务"))
    assert sum(numbers(done, "个")) == 48
    assert sum(numbers(done, "%")) == 100


def test_places_are_shared(edition: publish.Edition) -> None:
    """完成率和采用分都相同的并列，下一名跳号；前三名里并列的都点名。"""
    (page,) = edition.contexts
    places = [row["名次"] for row in page["分组"][0]["行"]]
    assert places == ["1", "2", "3", "3", "3", "3", "3", "8", "8", "10", "10", "10", "10", "14"]
    top = page["情况"][0]
    assert [row["单位"] in top for row in page["分组"][0]["行"]] == [int(p) <= 3 for p in places]
    assert "并列第三" in top


def test_zero_adoption_is_named(edition: publish.Edition) -> None:
    """零采用的逐个点名，和成绩里季度采用分为零的一致。"""
    (page,) = edition.contexts
    figures = Figures(edition.result, edition.issue)
    zero = [u.name for u in edition.result.units if figures.value(u, "季度采用分") == 0]
    said = next(s for s in page["情况"] if s.startswith("零采用"))
    assert zero
    assert all(name in said for name in zero)
    assert f"零采用的{len(zero)}个" in said


def test_later_records_are_no_news(edition: publish.Edition) -> None:
    """截至5月31日：清单里没有6月的采用，也没有4月的（只列本月）。"""
    (page,) = edition.contexts
    (listing,) = page["清单"]
    day = listing["列"].index("采用日期")
    assert {row["格"][day].partition("月")[0] for row in listing["行"]} == {"5"}


def test_the_yearly_result_ranks_as_scored(root: Path) -> None:
    """年度结果的名次与评分的名次一致；待定的不排名，归零的点名。"""
    edition = prepared(Order(root / RULES, root / LEDGERS, "年度考评结果", "2024"))
    (page,) = edition.contexts
    printed = {row["单位"]: row["名次"] for table in page["分组"] for row in table["行"]}
    assert printed == {u.name: str(u.ranks["名次"] or "—") for u in edition.result.units}
    assert printed["县委统战部"] == "—"
    assert any(s.startswith("归零：") and "县供销社" in s for s in page["情况"])
    assert page["日期"] == "　　年　月　日"
    assert page["文号"] == "柳城政办〔2024〕　号"


def test_what_must_be_seen_first(root: Path) -> None:
    """换用的口径、略去的错行、待裁定的口径，都印在正文前面。"""
    order = Order(root / RULES, root / LEDGERS, "年度进度", "2024Q1", options=Options(readings={"A03": "累加"}))
    (page,) = prepared(order).contexts
    assert any("A03取“累加”" in mark for mark in page["标注"])
    assert any("待裁定" in mark for mark in page["标注"])
    assert page["口径"]["行"]


def test_draft_rules_send_nothing(root: Path, tmp_path: Path) -> None:
    """示意的细则：拒绝；写明要用的，印在正文前面。"""
    rules, ledgers = root / "rules" / "2023.yaml", tmp_path / "空白.xlsx"
    write_blank(load_rules(rules), ledgers)
    assert refused(lambda: prepared(Order(rules, ledgers, "年度进度", "2023Q1")))[0].startswith("B03")
    edition = prepared(Order(rules, ledgers, "年度进度", "2023Q1", draft=True))
    ((_, data),) = edition.documents()
    assert "（示意，未经原文核对）" in reread(data).paragraphs


@pytest.mark.parametrize(
    ("rules", "kind"), [("lianyungang", "月度通报"), ("zhonglou", "季度结果"), ("tiantai", "年度结果")]
)
def test_other_rules_other_names(root: Path, tmp_path: Path, rules: str, kind: str) -> None:
    """别的地方的细则，同一个模板：单位、列、名单都是它自己的；没有写文面也能出，没有一个字是柳城的。"""
    path, ledgers = root / "tests" / "rulesets" / rules / "rules.yaml", tmp_path / "空白.xlsx"
    book = load_rules(path)
    write_blank(book, ledgers)
    *_, last = issues(book, kind_named(book, kind))
    ((_, data),) = prepared(Order(path, ledgers, kind, last.code, draft=True)).documents()
    read = reread(data)
    named = {cell for table in read.tables for row in table for cell in row}
    assert {unit.name for unit in book.roster.units} <= named
    assert not re.search("柳城|大埔|^：", "\n".join(read.paragraphs), re.MULTILINE)


def test_every_name_is_there(edition: publish.Edition) -> None:
    """写给模板用的名字，和说明里列的一个不多、一个不少。"""
    (page,) = edition.contexts
    assert page.keys() == SHAPES["通报"].keys()
    assert page["分组"][0].keys() == SHAPES["通报"]["分组"][0].keys()  # type: ignore[index]
    assert page["名单"][0].keys() == SHAPES["通报"]["名单"][0].keys()  # type: ignore[index]


# ---- how it looks ------------------------------------------------------------------------------


def test_the_page_is_measured(document: bytes) -> None:
    """A4，天头37、订口28、版心156×225毫米；行距28.95磅；奇偶页码；表头重复，行不断页；版记在版心末行。"""
    paper = Document(io.BytesIO(document))
    section = paper.sections[0]
    edges = [section.page_width, section.left_margin, section.right_margin]
    width, left, right = (round(edge.mm) for edge in edges if edge is not None)
    edges = [section.page_height, section.top_margin, section.bottom_margin]
    height, top, bottom = (round(edge.mm) for edge in edges if edge is not None)
    assert (width, height, top, left) == (210, 297, 37, 28)
    assert (width - left - right, height - top - bottom) == (156, 225)
    assert paper.settings.odd_and_even_pages_header_footer
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        assert "PAGE" in "".join(footer._element.itertext())
        assert footer._element.find(f".//{qn('w:ind')}").get(qn(f"w:{side}Chars")) == "87"
    body = next(p for p in paper.paragraphs if p.text.startswith("根据《"))
    assert body.paragraph_format.line_spacing is not None
    assert body.paragraph_format.line_spacing.pt == pytest.approx(28.95)
    assert (body.runs[0].font.size.pt, body.runs[0].font.name) == (16, "仿宋_GB2312")
    heads = paper.element.body.findall(f".//{qn('w:tblHeader')}")
    assert len(heads) == len(paper.tables) - 1  # 版记没有表头
    assert len(paper.element.body.findall(f".//{qn('w:cantSplit')}")) == sum(len(t.rows) for t in paper.tables) - 2
    assert paper.element.body.find(f".//{qn('w:tblpPr')}").get(qn("w:tblpYSpec")) == "bottom"


def test_the_parts_of_an_official_paper(document: bytes) -> None:
    """红头、文号、标题、主送、一二三、附件、落款、附注，依次都在；名字、数字没有丢。"""
    text = "\n".join(reread(document).paragraphs)
    order = [
        "柳城县人民政府办公室", "柳城政办〔2024〕15号", "关于2024年5月全县",
        "各乡镇人民政府、华侨管理区，全县各有关单位：", "一、总体情况", "二、", "三、工作要求", "附件：1.",
        "2024年6月5日", "附件1", "附件2",
    ]  # fmt: skip
    places = [text.find(words) for words in order]
    assert -1 not in places
    assert places == sorted(places)
    assert not re.search(r"[{}｛｝]|公开", text)


def test_made_public_when_asked(root: Path) -> None:
    """此件公开发布：写了才印，跟在成文日期后面。"""
    order = Order(root / RULES, root / LEDGERS, "季度进度", "2024-05", note="此件公开发布", form=".html")
    ((_, data),) = prepared(order).documents()
    assert "（此件公开发布）" in reread(data).paragraphs


def made_templates(root: Path) -> ModuleType:
    """The script that makes the templates."""
    spec = importlib.util.spec_from_file_location("make_templates", root / "templates" / "make_templates.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PRINTED = (".docx", ".html")


def test_templates_are_what_the_script_makes(root: Path) -> None:
    """随程序的模板就是脚本写的，一个字节不差；每一个都查得过。"""
    script = made_templates(root)
    shipped = {path.name: path.read_bytes() for path in (root / "templates").iterdir() if path.suffix in PRINTED}
    assert shipped == {name: make() for name, make in script.TEMPLATES.items()}
    assert [publish.check_template(root / "templates" / name) for name in shipped] == [[]] * len(shipped)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="没有 LibreOffice")
def test_a_template_saved_by_libreoffice_still_works(root: Path, tmp_path: Path) -> None:
    """模板在 LibreOffice 里另存一遍，照样查得过，写出来的数一个不差。"""
    home = f"-env:UserInstallation={(tmp_path / 'home').as_uri()}"
    command = ["soffice", home, "--headless", "--convert-to", "docx:MS Word 2007 XML", "--outdir", str(tmp_path)]
    subprocess.run([*command, str(root / "templates" / "通报.docx")], capture_output=True, timeout=90, check=False)
    saved = tmp_path / "通报.docx"
    if not saved.exists():
        pytest.skip("LibreOffice 没有装 Writer")
    assert publish.check_template(saved) == []
    edition = prepared(Order(root / RULES, root / LEDGERS, "季度进度", "2024-05", template=saved))
    ((_, data),) = edition.documents()
    assert len(reread(data).tables) == 5


def test_the_chart_can_be_edited(edition: publish.Edition, document: bytes) -> None:
    """每个系列一张柱形图：单位按名次、数照印的，带着自己的工作簿，Word 里可以改。"""
    (page,) = edition.contexts
    drawn = reread(document).charts
    assert [chart.title for chart in drawn] == ["一类单位季度完成率（%）", "二类单位季度完成率（%）"]
    for chart, table in zip(drawn, page["分组"], strict=True):
        printed = [(row["单位"], row["格"][3].removesuffix("%")) for row in table["行"]]
        assert list(zip(chart.names, chart.values, strict=True)) == printed
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        books = [load_workbook(io.BytesIO(archive.read(name))) for name in archive.namelist() if "embeddings" in name]
        assert not any("〔图" in archive.read("word/document.xml").decode() for _ in books)
    for book, chart in zip(books, drawn, strict=True):
        head, *rows = book.get_sheet_by_index(0).to_python()
        assert head[1] == chart.measure
        assert [(row[0], row[1]) for row in rows] == [
            (n, float(v)) for n, v in zip(chart.names, chart.values, strict=True)
        ]


def test_a_workbook_has_its_own_way_with_decimals(root: Path) -> None:
    """146.7 在工作簿里存成 146.69999999999999，是同一个数：第四季度的图照样放行。"""
    ((_, data),) = prepared(Order(root / RULES, root / LEDGERS, "季度进度", "2024-12")).documents()
    assert "146.7" in reread(data).charts[1].values


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("word/charts/chart1.xml", b"<c:v>66.7</c:v>", b"<c:v>67.7</c:v>"),
        ("word/charts/chart2.xml", "<c:v>县委宣传部</c:v>".encode(), "<c:v>县委组织部</c:v>".encode()),
        ("word/document.xml", b"<c:chart ", b"<c:nothing "),
        ("word/embeddings/chart1.xlsx", b"", b""),
    ],
    ids=["改一个数", "换单位", "少一张图", "工作簿不同"],
)
def test_a_wrong_chart_never_leaves(
    edition: publish.Edition, document: bytes, part: str, old: bytes, new: bytes
) -> None:
    """图也再读一遍：一个数、一个单位、背后的工作簿不同，或者少了图，都说出来。"""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(document)) as before, zipfile.ZipFile(out, "w") as after:
        other = before.read("word/embeddings/chart2.xlsx")
        for name in before.namelist():
            data = before.read(name)
            if name == part:
                data = data.replace(old, new, 1) if old else other
            after.writestr(name, data)
    (page,) = edition.contexts
    problems = differences("通报", page, reread(out.getvalue()), reread(edition.template.read_bytes()))
    assert [p.detail for p in problems] == ["图里的单位、数和成绩对不上，或者少了图。"]


def test_an_office_may_have_a_chart_of_its_own(root: Path, document: bytes, tmp_path: Path) -> None:
    """自己的模板里本来就有图：留着，不当成绩核对。"""
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        text = archive.read("word/document.xml").decode()
        own = tmp_path / "通报.docx"
        with zipfile.ZipFile(own, "w") as copy:
            for name in archive.namelist():
                marked = text.replace("附件：", "〔图〕{{ 标题 }}：", 1)
                copy.writestr(name, marked if name == "word/document.xml" else archive.read(name))
    template = reread(own.read_bytes())
    assert len(template.charts) == 2
    context = {"标题": "甲"}
    assert differences("通报", context, reread(render(own, context)), template) == []


# ---- a wrong paper never leaves --------------------------------------------------------------------


def altered(document: bytes, change: Callable[[Any], None]) -> bytes:
    """The document after somebody's hand."""
    paper, out = Document(io.BytesIO(document)), io.BytesIO()
    change(paper)
    paper.save(out)
    return out.getvalue()


def type_in(cell: Any, text: str) -> None:
    """Another text in a cell."""
    cell.paragraphs[0].runs[0].text = text


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda d: type_in(d.tables[0].rows[3].cells[2], "21"), "表1第4行"),
        (lambda d: type_in(d.tables[0].rows[3].cells[0], "4"), "应为：3｜"),
        (lambda d: type_in(d.tables[1].rows[1].cells[1], "县委组织部"), "对不上"),
        (lambda d: d.tables[0]._tbl.remove(d.tables[0].rows[5]._tr), "没有“六塘镇”"),
        (lambda d: type_in(d.tables[0].rows[-1].cells[2], "146"), "合计"),
        (lambda d: d.paragraphs[-4].add_run("共采用999条"), "999"),
        (lambda d: type_in(d.tables[0].rows[0].cells[3], "季度任务"), "对不上"),
    ],
    ids=["改一个数", "改名次", "换单位", "少一行", "改合计", "正文添一个数", "换列名"],
)
def test_reading_again_finds_it(
    edition: publish.Edition, document: bytes, change: Callable[[Any], None], told: str
) -> None:
    """写好的文书再读一遍：数、名次、单位、合计、列名有一处不同就说出在哪里。"""
    blank = reread(edition.template.read_bytes())
    (page,) = edition.contexts
    assert differences("通报", page, reread(document), blank) == []
    problems = differences("通报", page, reread(altered(document, change)), blank)
    assert problems
    assert told in "\n".join(f"{p.place}{p.detail}" for p in problems)


def test_a_template_that_prints_the_wrong_figure(root: Path, tmp_path: Path) -> None:
    """自己的模板把名次和得分列写反了：停下来，什么也没有写出。"""
    path = tmp_path / "通报.docx"
    paper = Document(str(root / "templates" / "通报.docx"))
    type_in(paper.tables[0].rows[0].cells[0], "季度任务")
    paper.save(str(path))
    edition = prepared(Order(root / RULES, root / LEDGERS, "季度进度", "2024-05", template=path))
    assert refused(lambda: released(edition, tmp_path / "out", lambda done: None))[0].startswith("B05")
    assert not (tmp_path / "out").exists()


def test_an_office_has_its_own_template(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """「本单位」里的模板优先；没有的名字说出有哪些。"""
    shutil.copytree(root / "templates", tmp_path / "templates", ignore=shutil.ignore_patterns("*.py"))
    monkeypatch.setattr("engine.paper.shelf.templates_folder", lambda: tmp_path / "templates")
    assert template_named("通报.docx").parent.name == "templates"
    own = tmp_path / "templates" / "本单位" / "通报.docx"
    own.parent.mkdir()
    shutil.copy(root / "templates" / "通报.docx", own)
    assert template_named("通报.docx") == own
    assert "是不是想写“明细单.docx”" in refused(lambda: template_named("明细.docx"))[0]


def test_words_for_pasting(root: Path) -> None:
    """--format md：同样的文字、同样的表，竖线和星号照样印出；也再读一遍。"""
    order = Order(root / RULES, root / LEDGERS, "年度考评结果", "2024", form=".md")
    edition = prepared(order)
    ((name, data),) = edition.documents()
    (page,) = edition.contexts
    read = reread(data)
    assert name == "年度考评结果2024.md"
    assert read.tables[0][0] == ("名次", "单位", *page["分组"][0]["列"])
    assert [row[1] for row in read.tables[1][1:-1]] == [row["单位"] for row in page["分组"][1]["行"]]
    assert set(page["概况"]) | set(page["情况"]) <= set(read.paragraphs)
    wrong = data.replace("| 凤山镇 | 100 |".encode(), "| 凤山镇 | 99 |".encode())
    blank = reread(edition.template.read_bytes())
    assert differences(name, page, read, blank) == []
    assert [str(p.place) for p in differences(name, page, reread(wrong), blank)] == [f"{name} 表1第2行", f"{name} 表"]


# ---- records ---------------------------------------------------------------------------------


def test_made_again_byte_for_byte(root: Path, tmp_path: Path) -> None:
    """照记录重做，一个字节不差；台账改过就说是哪个文件，不重做。"""
    ledgers = tmp_path / "台账.xlsx"
    shutil.copy(root / LEDGERS, ledgers)
    order = Order(root / RULES, ledgers, "单位明细", "2024Q2", unit="县教育局", day=dt.date(2024, 7, 5))
    paper, record = released(prepared(order), tmp_path / "甲", lambda done: None).paths
    (again,) = replayed(record, tmp_path / "乙").documents
    assert again.path.read_bytes() == paper.read_bytes()
    kept = json.loads(record.read_text(encoding="utf-8"))
    assert kept["单位"]["县教育局"]["名次"]
    ledgers.write_bytes(ledgers.read_bytes() + b" ")
    assert "台账.xlsx" in refused(lambda: replayed(record, tmp_path / "丙"))[0]
    for text in ("{}", "[1]", "不是"):
        record.write_text(text, encoding="utf-8")
        assert refused(lambda: replayed(record, tmp_path / "丙"))[0].startswith("B07")
    assert not (tmp_path / "丙").exists()


def test_making_again_touches_nobodys_work(root: Path, tmp_path: Path) -> None:
    """照记录重做，写在记录旁边：一样的不动；改过字的不动，另写一份，说是哪一份、什么时候存的；没有了的照原名写。"""
    order = Order(root / RULES, root / LEDGERS, "零采用和临界单位", "2024-05", form=".md")
    paper, record = released(prepared(order), tmp_path, lambda done: None).paths
    (same,) = replayed(record).documents
    assert (same.path, same.written, same.edited) == (paper, False, None)
    printed = paper.read_bytes()
    paper.write_bytes(printed + "我加的话".encode())
    for written in (True, False):
        (again,) = replayed(record).documents
        assert (again.path.name, again.written) == ("零采用和临界单位2024-05.重做1.md", written)
        assert (again.edited, again.path.read_bytes()) == (paper, printed)
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", again.saved)
    assert paper.read_bytes() == printed + "我加的话".encode()
    paper.unlink()
    (fresh,) = replayed(record).documents
    assert (fresh.path, fresh.written) == (paper, True)


def test_written_again(root: Path, tmp_path: Path) -> None:
    """同一期再写：改过字的文档不动；成绩变了，逐个单位说由多少改为多少，旧记录留着。"""
    order = Order(root / RULES, root / LEDGERS, "年度进度", "2024Q4", form=".md")
    first = released(prepared(order), tmp_path, lambda done: None)
    assert released(prepared(order), tmp_path, lambda done: None).changes == ()
    other = replace(order, options=Options(readings={"A01": "单列"}))
    told = released(prepared(other), tmp_path, lambda done: None).changes
    assert told[0].startswith("和上一次写的比，改过的有：口径（A01由")
    assert all(re.search(r"^\S+：.+由.+改为.+。$", text) for text in told[1:])
    assert len(list(tmp_path.glob("*.记录*.json"))) == 2
    paper = first.paths[0]
    paper.write_text(paper.read_text(encoding="utf-8") + "我加的话", encoding="utf-8")
    assert "F03" in refused(lambda: released(prepared(order), tmp_path, lambda done: None))[0]
    assert paper.read_text(encoding="utf-8").endswith("我加的话")


def test_a_slip_has_every_row(root: Path) -> None:
    """明细单：该单位计入、未计的每一行都在，每一处扣分都有条款。"""
    edition = prepared(Order(root / RULES, root / LEDGERS, "单位明细", "2024Q4", unit="县教育局"))
    (page,) = edition.contexts
    unit = next(u for u in edition.result.units if u.name == "县教育局")
    rows = {(ledger, str(row["#行"])) for ledger in edition.result.book.ledgers for row in unit.ledger_rows(ledger)}
    assert {(r["台账"], r["行"]) for r in page["计入"]} == rows
    assert page["扣分"]
    assert all(r["条款"] for r in page["扣分"])
    ((name, data),) = edition.documents()
    assert name == "单位明细2024Q4-22县教育局.docx"
    assert len(reread(data).tables) >= 3


def test_a_slip_tells_what_was_not_counted(root: Path) -> None:
    """没有计入的批示，列在该单位的明细单里，写明为什么。"""
    edition = prepared(Order(root / RULES, root / LEDGERS, "单位明细", "2024Q4", unit="县住房城乡建设局"))
    (page,) = edition.contexts
    assert [(r["台账"], r["行"]) for r in page["未计"]] == [("批示", "10")]
    assert "县内刊物" in page["未计"][0]["说明"]


def test_content_is_the_same_twice(edition: publish.Edition) -> None:
    """同样的成绩，同样的文字。"""
    assert content(edition.result, edition.issue, Wording("柳城政办〔2024〕15号", DAY)) == edition.contexts[0]
