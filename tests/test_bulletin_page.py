"""通报的网页：一个文件、不上网，表里每个数点开都有它的算法，写错一个数就不放行。"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from engine import publish
from engine.bulletin import PAGE, differences, shape_of
from engine.paper import Reading, check, render, reread
from engine.publish import Order, prepared, released, replayed
from engine.source import Rejected

pytestmark = pytest.mark.usefixtures("once")
MONTH = ("季度进度", "2024-05")


@pytest.fixture(scope="module")
def edition(root: Path) -> publish.Edition:
    """The progress of the second quarter as sent out for May, as a page."""
    return prepared(Order(root / "rules/2024.yaml", root / "examples/2024.xlsx", *MONTH, form=PAGE))


@pytest.fixture(scope="module")
def page(edition: publish.Edition) -> str:
    """Its text."""
    ((_, data),) = edition.documents()
    return data.decode()


def calculation(page: str, title: str) -> str:
    """The lines of the calculation with that title."""
    panels = [lines for _, lines in reread(page.encode()).panels if title in lines]
    assert len(panels) == 1
    return "\n".join(panels[0])


class Tags(HTMLParser):
    """Every tag with its attributes."""

    def __init__(self, text: str) -> None:
        """Reads at once."""
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep it."""
        self.tags.append((tag, dict(attrs)))


def test_it_is_one_file(page: str) -> None:
    """不引用别的文件，没有程序；每个链接都指到页面里有的地方，编号没有重复。"""
    tags = Tags(page).tags
    assert not {"script", "link", "img", "iframe", "object", "base"} & {tag for tag, _ in tags}
    assert not re.search(r"https?:|url\(|@import", page)
    numbers = [given["id"] for _, given in tags if "id" in given]
    links = {str(given["href"]) for _, given in tags if "href" in given} - {"#close"}
    assert len(set(numbers)) == len(numbers)
    assert links <= {f"#{number}" for number in numbers}


def test_every_figure_opens_its_calculation(page: str) -> None:
    """两张成绩表：每个名次、每个数、每个合计都点得开，标题就是那个单位的那个数；清单每行也点得开。"""
    read = reread(page.encode())
    titles = {number: lines[1] for number, lines in read.panels}
    for table, links in zip(read.tables[:2], read.links[:2], strict=True):
        heads, *rows = table
        assert len(rows) in (15, 35)
        for cells, led in zip(rows, links[1:], strict=True):
            for head, cell, target in list(zip(heads, cells, led, strict=True)):
                if head != "单位" and cell:
                    assert titles[target].endswith(f"　{cell}")
                    assert head in titles[target]
                    assert cells[1] in titles[target]
    assert all(titles[row[0]] for row in read.links[2][1:])


def test_a_calculation_names_clause_line_and_rows(page: str) -> None:
    """大埔镇的季度完成率：除式、条款、规则文件的行、计入的每一行记录和它怎样计分。"""
    told = calculation(page, "大埔镇　季度完成率　66.7%")
    assert "季度采用分 30 ÷ 季度任务 45 ＝ 2/3" in told
    assert re.search(r"条款 三（二）2，2024\.yaml 第\d+行", told)
    assert "采用 第237、289、304、316行" in told
    assert "台账“采用”第316行：2024-183" in told
    assert "计 20 分 条款 三（二）6表" in told
    assert "与他人并列" in calculation(page, "大埔镇　名次　3")
    assert "「单位」里写的：季度任务 45" in calculation(page, "大埔镇　季度任务　45")


def test_the_yearly_result_opens_too(root: Path, tmp_path: Path) -> None:
    """得分点开是一步一步；照记录重做，一个字节不差。"""
    order = Order(root / "rules/2024.yaml", root / "examples/2024.xlsx", "年度考评结果", "2024", form=PAGE)
    paper, record = released(prepared(order), tmp_path / "甲", lambda done: None).paths
    (again,) = replayed(record, tmp_path / "乙").documents
    assert again.path.read_bytes() == paper.read_bytes()
    read = reread(paper.read_bytes())
    told = next(lines for _, lines in read.panels if lines[1].startswith("县教育局　得分　"))
    assert len([line for line in told if "满分" in line]) >= 3
    assert any("第1季度" in line for line in told)


def test_what_must_be_seen_first_is_on_the_page(root: Path, tmp_path: Path) -> None:
    """示意的细则，网页正文前面也印明。"""
    from engine.ledger.blank import write_blank
    from engine.pipeline import load_rules

    rules = root / "rules" / "2023.yaml"
    write_blank(load_rules(rules), tmp_path / "空白.xlsx")
    made = prepared(Order(rules, tmp_path / "空白.xlsx", "年度进度", "2023Q1", draft=True, form=PAGE))
    ((_, data),) = made.documents()
    assert "（示意，未经原文核对）" in reread(data).paragraphs


@pytest.mark.parametrize("form", [".md", PAGE])
@pytest.mark.parametrize(("kind", "period"), [("零采用和临界单位", "2024-05"), ("单位明细", "2024Q2")])
def test_lists_and_slips_in_other_forms(root: Path, kind: str, period: str, form: str) -> None:
    """清单和明细单也有文字和网页：和 Word 的一样多的表，清单网页上的数也点得开；写完都再读过。"""
    order = Order(root / "rules/2024.yaml", root / "examples/2024.xlsx", kind, period, form=form)
    unit = "县教育局" if kind == "单位明细" else ""
    paper, plain = (
        reread(data) for ending in (".docx", form)
        for _, data in prepared(replace(order, form=ending, unit=unit)).documents()
    )  # fmt: skip
    assert plain.tables == paper.tables
    assert bool(plain.panels) == (form == PAGE and not unit)


def test_shipped_templates_are_sound(root: Path) -> None:
    """随程序的文字和网页模板都查得过。"""
    found = [path for ending in ("md", "html") for path in sorted((root / "templates").glob(f"*.{ending}"))]
    assert [path.name for path in found if publish.check_template(path)] == []
    assert len(found) == 7


# ---- nothing slips through --------------------------------------------------------------------


def test_everything_is_escaped(root: Path, edition: publish.Edition) -> None:
    """单位叫 <b>&"甲：页面上照样是这几个字，不成标签。"""
    (context,) = edition.contexts
    table = context["分组"][0]
    odd = '<b>&"甲'
    row = {**table["行"][0], "单位": odd}
    changed = {**context, "标题行": [odd], "分组": [{**table, "行": [row]}]}
    data = render(root / "templates" / "通报.html", changed)
    read = reread(data)
    assert read.tables[0][1][1] == odd
    assert odd in read.paragraphs
    assert b"<b>&" not in data


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda p: p.replace('-2">30</a>', '-2">31</a>', 1), "表1"),
        (lambda p: p.replace("<td>大埔镇</td>", "<td>六塘镇</td>", 1), "表1"),
        (lambda p: p.replace('href="#u1-2"', 'href="#u2-2"', 1), "点不开"),
        (lambda p: p.replace('<a href="#u1-4">66.7%</a>', "66.7%", 1), "点不开"),
        (lambda p: p.replace("30 ÷ 季度任务 45", "31 ÷ 季度任务 45"), "算法里少了或改了"),
        (lambda p: p.replace('id="u1-3"', 'id="x1-3"'), "没有“大埔镇　季度任务　45”的算法"),
        (lambda p: re.sub(r"<tr id=\"r1\">.*?</tr>", "", p), "没有“大埔镇”"),
        (lambda p: p.replace('合计</td><td><a href="#t1-1">1', '合计</td><td><a href="#t1-1">2'), "合计"),
        (lambda p: p.replace("一、总体情况", "一、总体情况：采用999条"), "999"),
    ],
    ids=["改一个数", "换单位", "指到别人", "点不开", "改算法", "少一段算法", "少一行", "改合计", "正文添一个数"],
)
def test_reading_again_finds_it(edition: publish.Edition, page: str, change: Callable[[str], str], told: str) -> None:
    """改动一处，再读一遍就说出来。"""
    blank: Reading = reread(edition.template.read_bytes())
    (context,) = edition.contexts
    assert differences("通报", context, reread(page.encode()), blank) == []
    changed = change(page)
    assert changed != page
    problems = differences("通报", context, reread(changed.encode()), blank)
    assert told in "\n".join(f"{p.place}{p.detail}" for p in problems)


@pytest.mark.parametrize(
    "piece",
    [
        "<script>1</script>", '<img src="http://甲/乙.png">', '<link rel="stylesheet" href="甲.css">',
        '<a href="javascript:甲()">甲</a>', '<p onclick="甲()">甲</p>', "<style>p { background: url(甲.png); }</style>",
        '<iframe src="甲.html"></iframe>', '<a href="{{ 标题 }}">甲</a>',
    ],
)  # fmt: skip
def test_a_template_stays_in_its_file(root: Path, tmp_path: Path, piece: str) -> None:
    """网页模板里不许有程序，也不许引用别的文件。"""
    path = tmp_path / "通报.html"
    shutil.copy(root / "templates" / "通报.html", path)
    assert check(path, shape_of("通报", PAGE)) == []
    path.write_text(path.read_text(encoding="utf-8").replace("<footer>", f"{piece}<footer>"), encoding="utf-8")
    assert {p.code for p in check(path, shape_of("通报", PAGE))} == {"T06"}


def test_a_wrong_template_writes_nothing(root: Path, edition: publish.Edition, tmp_path: Path) -> None:
    """自己的模板把链接写错一位：停下来，什么也没有写出。"""
    path = tmp_path / "通报.html"
    text = (root / "templates" / "通报.html").read_text(encoding="utf-8")
    path.write_text(text.replace("#u{{ 行.号 }}-{{ loop.index }}", "#u{{ loop.index }}-{{ 行.号 }}"), encoding="utf-8")
    with pytest.raises(Rejected) as caught:
        released(replace(edition, template=path), tmp_path / "out", lambda done: None)
    assert caught.value.problems[0].code == "B05"
    assert not (tmp_path / "out").exists()
