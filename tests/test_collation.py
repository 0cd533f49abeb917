"""规则文件对照正式文件：一字一数都比，一处不放过；该不管的（空白、全角半角、题头）不吵人。"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

import docx
import pytest

from engine.checks import Checked, Subject
from engine.collation import Collation, Finding, collate
from engine.paper.original import Original, Piece, read_original
from engine.pipeline import check_rules, checked
from engine.source import Rejected

HERE = Path(__file__).parent
NOTICE = (HERE / "2024-notice.txt").read_text(encoding="utf-8")
NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
MARKS = re.compile(r"^[0-9](?=\.[^0-9])", re.MULTILINE)  # 1. 2. at the head of a clause: its key says the same


@pytest.fixture(scope="module")
def rules(root: Path) -> Checked:
    """rules/2024.yaml with its dry run."""
    return checked(root / "rules" / "2024.yaml")


def compare(rules: Checked, original: Original) -> Collation:
    """The rule file against a document."""
    return collate(rules.doc, Subject(rules.book, rules.study), original)


def against(rules: Checked, text: str) -> Collation:
    """The rule file against a plain text."""
    lines = enumerate(text.splitlines(), 1)
    return compare(rules, Original("通知", tuple(Piece(line, f"第 {n} 行") for n, line in lines if line.strip())))


def kinds(found: Iterable[Finding]) -> list[tuple[str, str]]:
    """What kind of difference, about which clause."""
    return [(finding.what, finding.about) for finding in found]


# ---- the same -----------------------------------------------------------------------------


def test_2024_is_the_notice(rules: Checked) -> None:
    """2024 年的规则文件和通知：没有一处不一样；48 个单位三栏、计分表十六格都比过。"""
    found = against(rules, NOTICE)
    assert found.findings == ()
    assert found.wording.loose == []
    assert found.grids.same == {"单位": 144, "采用分值": 16}
    assert list(found.uncomputed) == ["一", "二", "五（二）", "附件"]


def test_headings_and_the_letter_are_no_clauses(rules: Checked) -> None:
    """标题、表头不用录入；题头、落款、抄送在正文以外。两样都数得出来，没有一行不见了。"""
    rest = against(rules, NOTICE).rest
    assert {"二、考核对象", "（二）计扣分标准：", "年度信息采用任务（分）"} <= {p.text.strip() for p in rest.headings}
    outside = "".join(piece.text for piece in rest.outside)
    assert all(word in outside for word in ("（此件公开发布）".translate({0xFF08: "(", 0xFF09: ")"}), "抄送：", "印发"))


@pytest.mark.parametrize(
    ("written", "typed"),
    [("75%（含）以上但", "75％(含)以上但"), ("每次扣2分。", "每次 扣 2 分 。"), ("约稿通知后，", "约稿通知\n后，"),
     ("50%（含）—75%（不含）", "50%（含）-75%（不含）")],
    ids=["全角百分号半角括号", "中间有空格", "断成两行", "横线"],
)  # fmt: skip
def test_what_makes_no_difference(rules: Checked, written: str, typed: str) -> None:
    """空白、换行、全角半角、横线的写法不算不一样；不全一样的，说一声。"""
    found = against(rules, NOTICE.replace(written, typed))
    assert found.findings == ()
    assert bool(found.wording.loose) == (not any(blank in typed for blank in " \n"))


# ---- not the same ---------------------------------------------------------------------------


def test_no_number_changes_unseen(rules: Checked) -> None:
    """通知里的数，任取一个改大一，都查得出来：条文、计分表、任务表、题头的日期。"""
    marks = {match.start() for match in MARKS.finditer(NOTICE)}
    places = [match for match in NUMBER.finditer(NOTICE) if match.start() not in marks]
    unseen = []
    for match in (*places[::4], *places[:40:3]):
        text = f"{NOTICE[: match.start()]}{int(float(match[0])) + 1}{NOTICE[match.end() :]}"
        if not against(rules, text).findings:
            unseen.append((NOTICE[: match.start()].count("\n") + 1, match[0]))
    assert len(places) > 240
    assert unseen == []


def test_a_changed_figure_is_told_three_ways(rules: Checked) -> None:
    """原件“扣6分”、规则“扣4分”：字句不同，原件的6没有用到，规则的4原件没有；行号两边都有。"""
    found = against(rules, NOTICE.replace("扣4分", "扣6分", 1)).findings
    assert kinds(found) == [("字句", "三（二）1"), ("数", "三（二）1「年度任务扣分」"), ("数", "三（二）1")]
    assert "原件是“6分”，规则文件是“4分”" in found[0].detail
    assert found[0].where == "第 22 行"
    assert found[0].place is not None


@pytest.mark.parametrize(
    ("before", "after", "what", "words"),
    [
        ("\t15\n\t15\n\t20\n\t30", "\t15\n\t15\n\t25\n\t30", "表格", "单条采用 × 市级采用：原件是 25，规则文件是 20"),
        ("\t县教育局\n\t250\n", "\t县教育局\n\t260\n", "单位", "“县教育局”年度任务：原件是 260，规则文件是 250"),
        ("\t县教育局\n\t250\n\t62.5\n", "\t县教育局\n\t—\n\t—\n", "单位", "季度任务：原件是 空着，规则文件是 62.5"),
        ("\t县统计局\n", "\t县统计调查局\n", "单位", "“县统计局”：规则文件有，原件没有"),
        ("\t12.5\n\n\n抄送", "\t12.5\n\n\t\n\t49\n\t县数据局\n\t50\n\t12.5\n\n\n抄送", "单位", "“县数据局”：原件有"),
        ("\t1\n\t大埔镇\n", "\t0\n\t县城关镇\n\t50\n\t12.5\n\n\t1\n\t大埔镇\n", "单位", "“县城关镇”：原件有"),
        ("\t2\n\t凤山镇\n", "\t0\n\t县城关镇\n\t50\n\t12.5\n\n\t2\n\t凤山镇\n", "单位", "“县城关镇”：原件有"),
        ("抄送：", "各单位另完成调研信息4篇\n抄送：", "没有录入", "调研信息4篇"),
        ("二类\n\n二类", "一类", "单位", "“县农业农村局”在原件的“一类”里，规则文件不是"),
        ("8.突发", "9.报送积极的，每次加3分。\n8.突发", "没有录入", "报送积极的，每次加3分。"),
        ("超过20分的按20分扣除。", "", "字句", "原件是“（没有）”，规则文件是“超过20分的按20分扣除。”"),
        ("2024年6月28日　", "2024年7月1日　", "题头", "原件写着 2024年7月1日"),
        ("〔2023〕7号", "〔2023〕8号", "题头", "「替代」“柳城政办〔2023〕7号”，原件里没有"),
        ("按时按质完成信息约稿的，得20分；", "", "字句", "原件里没有找到"),
    ],
    ids=["计分表一格", "任务一格", "任务空着", "单位改名", "最后多一个单位", "最前多一个单位", "中间多一个单位",
         "附件后面还有数", "换了系列", "多一条", "少一句", "印发日", "文号", "少一条"],
)  # fmt: skip
def test_differences(rules: Checked, before: str, after: str, what: str, words: str) -> None:
    """每一种不一样，说得出是什么、在哪里。"""
    assert before in NOTICE
    found = against(rules, NOTICE.replace(before, after, 1)).findings
    assert any(finding.what == what and words in finding.detail for finding in found), found


def test_no_table_of_units(rules: Checked) -> None:
    """附件是另一个文件的：说一句没有比，不说四十八遍。"""
    (finding,) = against(rules, NOTICE[: NOTICE.rindex("\n附件\n")]).findings
    assert "48 个单位没有比" in finding.detail


# ---- forms of documents -----------------------------------------------------------------------


def rows_of(text: str, width: int, first: str, last: str) -> list[list[str]]:
    """A table of the notice, in which every cell is a line, as rows."""
    cells = [line.strip() for line in text[text.index(first) : text.index(last)].splitlines() if line.strip()]
    return [cells[at : at + width] for at in range(0, len(cells), width)]


def tables() -> tuple[list[list[str]], list[list[str]]]:
    """The table of points and the table of units as printed: 系列 stands once for all its rows."""
    points = rows_of(NOTICE, 5, "\t单条采用", "\t县本级刊物")
    units = rows_of(re.sub(r"一类|二类", "", NOTICE[NOTICE.rindex("季度信息采用任务（分）") :]), 4, "\t1\n", "抄送")
    series = {"1": "一类", "15": "二类"}
    head = ["", "县内刊物", "上报信息", "市级采用", "区级采用"]
    return [head, *points], [["系列", "序号", "单位", "年度", "季度"], *([series.get(u[0], ""), *u] for u in units)]


def around() -> tuple[str, str, str]:
    """The text before, between and behind the two tables."""
    first, second = NOTICE.index("\n\t\n\t县内刊物"), NOTICE.index("\t县本级刊物")
    third = NOTICE.rindex("系列")
    return NOTICE[:first], NOTICE[second:third], NOTICE[NOTICE.rindex("抄送") :]


def as_word(path: Path) -> Path:
    """The notice with real tables, 系列 merged downwards."""
    document, parts, grids = docx.Document(), around(), tables()
    for part, grid in zip(parts, (*grids, []), strict=True):
        for line in part.splitlines():
            document.add_paragraph(line)
        if grid:
            table = document.add_table(len(grid), len(grid[0]))
            for r, row in enumerate(grid):
                for c, cell in enumerate(row):
                    table.cell(r, c).text = cell
            if grid[0][0]:
                table.cell(1, 0).merge(table.cell(14, 0))
                table.cell(15, 0).merge(table.cell(48, 0))
    document.save(str(path))
    return path


def as_markdown(path: Path) -> Path:
    """The notice as Markdown: headings, tables in bars."""
    text = ""
    for part, grid in zip(around(), (*tables(), []), strict=True):
        text += (
            re.sub(r"^(三、|五、)", r"## \1", re.sub(r"^([0-9])\.", r"\1\\.", part, flags=re.M), flags=re.M) + "\n\n"
        )
        rule = [["---"] * len(grid[0])] if grid else []
        text += "".join(f"| {' | '.join(row)} |\n" for row in (*grid[:1], *rule, *grid[1:])) + "\n"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("make", [as_word, as_markdown])
def test_word_and_markdown(rules: Checked, tmp_path: Path, make: object) -> None:
    """同一份通知，Word 的表格（系列合并着）、Markdown 的表格，都和纯文本一样比得出、没有不一样。"""
    assert callable(make)
    path = make(tmp_path / ("通知.docx" if make is as_word else "通知.md"))
    found = compare(rules, read_original(path))
    assert found.findings == ()
    assert found.grids.same == {"单位": 144, "采用分值": 16}


def test_word_says_where(rules: Checked, tmp_path: Path) -> None:
    """Word 里的不一样，说第几张表第几行第几格。"""
    path = as_word(tmp_path / "通知.docx")
    document = docx.Document(str(path))
    document.tables[0].cell(1, 3).text = "25"
    document.save(str(path))
    (finding,) = compare(rules, read_original(path)).findings
    assert finding.where == "表 1 第 2 行第 4 格"


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [("没有.docx", None, "F01"), ("通知.pdf", b"%PDF", "F02"), ("通知.docx", b"PK", "F02"), ("通知.txt", b" \n", "F02"),
     ("通知.txt", b"\xff\xff\xff", "F16")],
    ids=["没有这个文件", "PDF", "坏的Word", "空的", "乱码"],
)  # fmt: skip
def test_documents_that_cannot_be_read(tmp_path: Path, name: str, data: bytes | None, code: str) -> None:
    """读不了的原件：说出来，说怎样办。"""
    path = tmp_path / name
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(Rejected) as raised:
        read_original(path)
    assert [p.code for p in raised.value.problems] == [code]


def test_gbk_is_read(rules: Checked, tmp_path: Path) -> None:
    """记事本存的 GBK 也认。"""
    path = tmp_path / "通知.txt"
    path.write_bytes(NOTICE.encode("gb18030"))
    assert compare(rules, read_original(path)).findings == ()


def test_a_finding_somebody_let_stand(rules: Checked, tmp_path: Path) -> None:
    """豁免了的数（原文里有、规则没有用），对照时也不再说；没有豁免的照说。"""
    text = (HERE.parent / "rules" / "2024.yaml").read_text(encoding="utf-8").replace("加分1次", "加分3次")
    path = tmp_path / "rules.yaml"
    path.write_text(text, encoding="utf-8")
    notice = NOTICE.replace("加分1次", "加分3次")
    found = against(checked(path), notice).findings
    assert [finding.what for finding in found] == ["数"]
    (mark,) = (re.search("指纹: ([0-9a-f]{8})", p.hint) for p in check_rules(path)[2] if p.code == "R162")
    assert mark is not None
    waiver = f"豁免:\n  甲: {{发现: R162, 指纹: {mark[1]}, 理由: 试, 姓名: 张三, 日期: 2024-01-01}}\n"
    path.write_text(text + waiver, encoding="utf-8")
    assert against(checked(path), notice).findings == ()


def test_json_holds_everything(rules: Checked) -> None:
    """给程序用的：每一处不一样，和没有比的每一行。"""
    value = json.loads(json.dumps(against(rules, NOTICE.replace("扣4分", "扣6分", 1)).as_json(), ensure_ascii=False))
    assert [one["类"] for one in value["不一样"]] == ["字句", "数", "数"]
    assert value["不一样"][0]["规则"]["行"] > 0
    assert len(value["标题和表头"]) > 10
