"""Templates, bulletins and worked cases that must be told about, as :mod:`bad_inputs` has ledgers and commands.

The press takes a second to start, so a template has as many faults as can be told at once, and is pressed once.
"""

from __future__ import annotations

import functools
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import docx
import openpyxl

from bad_inputs import RULES, Try, said
from engine.bulletin import Wording, differences, issue_of, kind_named, unmentioned, untimely, unwritten
from engine.bulletin.totals import Total, _reconciled
from engine.checks import Checked
from engine.document import parse
from engine.ledger.blank import CASE, CLAIM_COLUMNS, CLAIMS
from engine.paper import Reading, check, press, render
from engine.paper import reread as reread_paper
from engine.paper.shelf import template_named
from engine.pipeline import _checked
from engine.publish import Order, prepared, replayed
from engine.publish.files import digest
from engine.rulebook import RuleBook
from engine.source import Problem, Rejected
from engine.trial import cases_of, read, trial
from small_book import write_xlsx

# ---- templates ----------------------------------------------------------------------------

SHAPE = {"标题": "", "单位": {"名": "", "得分": ""}, "名单": [""], "分组": [{"名": "", "行": [{"单位": ""}]}]}
FOREIGN = b'<Relationships><Relationship Id="r" Type="x/attachedTemplate" Target="http://x/" TargetMode="External"/>'


def template(*body: str, header: str = "", footer: str = "", title: str = "") -> Path:
    """A .docx of these paragraphs."""
    document = docx.Document()
    for text in body:
        document.add_paragraph(text)
    document.sections[0].header.paragraphs[0].text = header
    document.sections[0].footer.paragraphs[0].text = footer
    document.core_properties.title = title
    document.save("通报.docx")
    return Path("通报.docx")


@functools.cache
def wrong_tags() -> list[Problem]:
    """Names that are not there, tags that cannot be read, and things no template may do, in one template."""
    return check(
        template("{{ 标提 }}和{{ 单位.得份 }}", "{% for 行 in 名单 %}{{ 行.名 }}{% endfor %}", "{{ 成绩表 }}",
                 header="{% for 组 in 分组 %}{{ 组.名 }}", footer="{{ 单位．得分 }}", title="{{ 标题|百分笔 }}"),
        SHAPE,
    )  # fmt: skip


@functools.cache
def half_tags() -> list[Problem]:
    """Tags that lack a brace, or have a full-width one."""
    return check(
        template("｛｛ 标题 ｝｝", "得分{{ 单位.得分 }", "如下：", "共{{ 标题", header="{{ 单位.得分 + 1 }}",
                 footer="{% 如果 暂定 %}暂定{% endif %}", title="{% set 名 = 标题 %}"),
        SHAPE,
    )  # fmt: skip


def repacked(part: str, content: bytes) -> list[Problem]:
    """A sound template with one part more, or another in its place."""
    with zipfile.ZipFile(template("好")) as old:
        parts = {name: old.read(name) for name in old.namelist()} | {part: content}
    with zipfile.ZipFile("通报.docx", "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in parts.items():
            new.writestr(name, data)
    return check(Path("通报.docx"))


def no_template(name: str, data: bytes) -> list[Problem]:
    """A file that is none."""
    Path(name).write_bytes(data)
    return check(Path(name))


def filled(text: str, context: Mapping[str, Any]) -> list[Problem]:
    """What filling a template of one paragraph says."""
    return said(lambda: render(template(text), context))


def too_slow() -> list[Problem]:
    """A template that takes longer than it may: nothing may take any time."""
    with patch.object(press, "SECONDS", 0):
        return filled("好", {})


# ---- bulletins ----------------------------------------------------------------------------


@functools.cache
def rules(*edits: tuple[str, str]) -> Checked:
    """tests/checks/good.yaml, edited, once."""
    text = RULES
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return _checked(parse(text.encode(), "办法.yaml"))


def of_book(ask: Callable[[RuleBook], object], *edits: tuple[str, str]) -> list[Problem]:
    """What asking this of a rule book says."""
    return said(lambda: ask(rules(*edits).book))


def draft() -> list[Problem]:
    """A rule file that is no official text."""
    Path("办法.yaml").write_text(RULES.replace("2024-12-31}", "2024-12-31, 状态: 示意}"), encoding="utf-8")
    return said(lambda: prepared(Order(Path("办法.yaml"), Path("台账.xlsx"), "年报", "2024")))


PAGE = {
    "标题": "关于2024年采用情况的通报",
    "分组": [{"名": "甲类", "列": ["采用分", "完成率"], "有合计": False, "合计": [], "图": {"值": []},
            "行": [{"名次": "1", "单位": "一科", "格": ["45", "112.5%"]},
                   {"名次": "2", "单位": "二科", "格": ["3", "7.5%"]}]}],
}  # fmt: skip


def reread(*rows: Sequence[str], text: str = "") -> list[Problem]:
    """A finished document of this table and this paragraph, against what it was made from."""
    heads = ("名次", "单位", "采用分", "完成率")
    made = Reading((PAGE["标题"], text), ((heads, *map(tuple, rows)),))
    blank = Reading(("{{ 标题 }}",), ((heads, ("{%tr for 行 in 分组 %}",)),))
    return differences("年报2024.docx", PAGE, made, blank)


def unsettled() -> list[Problem]:
    """Parts that do not make up the whole, which only a fault of the program could bring."""
    figures: Any = SimpleNamespace(issue=SimpleNamespace(bulletin=rules().book.bulletins["年报"]))
    return said(lambda: _reconciled(figures, "年度采用分", Total(Fraction(3), {"甲类": Fraction(2)})))


NEXT_YEAR = date(2025, 1, 6)


def number_and_day(book: RuleBook, number: str = "15", day: date = date(2024, 12, 1)) -> None:
    """What typing these says."""
    letterhead = replace(book.letterhead, number="县政办〔{年}〕{号}号")
    asked = unwritten(replace(book, letterhead=letterhead), Wording(number, day), date(2024, 12, 31))
    raise Rejected(list(asked))


def early(book: RuleBook) -> None:
    """A yearly result in autumn."""
    bulletin = replace(book.bulletins["年报"], columns=("得分",))
    raise Rejected(list(untimely(book, issue_of(book, bulletin, "2024"), date(2024, 9, 30))))


def lost() -> list[Problem]:
    """A paper that lacks blocks of its content."""
    context = {"导语": "根据《办法》，现将2024年采用情况通报如下。", "标志": "县政府办公室", "落款": "县政府办公室"}
    made = Reading((), (), text="县政府办公室\n一、总体情况")
    return differences("年报2024.docx", context, made, Reading((), ()), ("标志", "导语", "落款"))


def unmentioned_lead() -> list[Problem]:
    """A template without the tag of a block."""
    return list(unmentioned("通报.docx", reread_paper(template("{{ 标题 }}").read_bytes()), ("标题", "导语")))


def record(text: str, **files: bytes) -> list[Problem]:
    """What making documents again from a record says."""
    for name, data in files.items():
        Path(f"{name}.yaml").write_bytes(data)
    Path("年报2024.记录.json").write_text(text, encoding="utf-8")
    return said(lambda: replayed(Path("年报2024.记录.json"), Path("重做")))


ORDERED = dict.fromkeys(("细则", "台账", "种类", "期", "文号", "日期", "单位", "截至"), "")
ORDERED |= {"口径": {}, "略去错行": False, "示意": False}  # type: ignore[dict-item]
KEPT = {
    "程序": "1.0", "命令": ORDERED, "模板": {"文件": "通报.docx", "sha256": ""}, "文书": [],
    "细则": {"文件": "办法.yaml", "sha256": digest(b"a")}, "台账": [{"文件": "台账.xlsx", "sha256": digest(b"b")}],
}  # fmt: skip


# ---- worked cases --------------------------------------------------------------------------

CASES = """\
用例:
  - 名: 一篇调研
    说明: 市级调研一篇4分；态度不好扣15分，40 − 15 ＝ 25
    台账:
      采用: [[A1, 一科, 2024-03-05, 市级, 调研]]
      作风: [[一科, 2024-12-20, 是, 否]]
    应为: {一科: {年度采用分: 4, 项目: {作风: 25}}}
"""


def worked(*edits: tuple[str, str]) -> list[Problem]:
    """What the case above, edited, brings when it is run."""
    text = CASES
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    found: list[Problem] = []
    read_or_said = said(lambda: found.extend(
        failure.problem for failure in trial(rules(), read(parse(text.encode(), "算例.yaml"))).failures))  # fmt: skip
    return [*read_or_said, *found]


def workbook(
    claims: Sequence[Sequence[Any]] = (), adopted: Sequence[Sequence[Any]] = (), **sheets: Any
) -> list[Problem]:
    """What reading a workbook of cases says."""
    found = {CLAIMS: [CLAIM_COLUMNS, *claims], "采用": [(CASE, "编号", "单位", "日期", "刊物", "类别"), *adopted]}
    path = write_xlsx(Path("算例.xlsx"), {**found, **sheets})
    return said(lambda: cases_of(rules().book, path))


def clumsy() -> list[Problem]:
    """A workbook of cases after an edit in a program that keeps formulas."""
    workbook([CLAIM, CLAIM], [ROW])
    edited = openpyxl.load_workbook("算例.xlsx")
    edited[CLAIMS]["D2"] = "=35*2"
    edited[CLAIMS].merge_cells("B2:B3")
    edited.save("算例.xlsx")
    return said(lambda: cases_of(rules().book, Path("算例.xlsx")))


def no_cases() -> list[Problem]:
    """A workbook of records taken for one of cases."""
    path = write_xlsx(Path("台账.xlsx"), {"采用": [("编号", "单位", "日期", "刊物", "类别")]})
    return said(lambda: cases_of(rules().book, path))


CLAIM = ("市级一篇", "一科", "得分", "70", "")
ROW = ("市级一篇", "A1", "一科", "2024-03-05", "市级", "信息")

BAD: list[tuple[str, str, Try]] = [
    ("T01", "旧格式只改了扩展名", partial(no_template, "通报.docx", b"\xd0\xcf\x11\xe0")),
    ("T01", "文本模板按GB18030存", partial(no_template, "通报.md", "{{ 标题 }}".encode("gb18030"))),
    ("T01", "正文断了", partial(repacked, "word/document.xml", b"<a>")),
    ("T02", "名字写错，页眉、页脚、文档属性里也有错", wrong_tags),
    ("T03", "循环没有收尾，点是全角的", wrong_tags),
    ("T03", "不认识的标签", half_tags),
    ("T03", "把名单当文字印", partial(filled, "{{ 名单 }}", {"名单": ["一科"]})),
    ("T04", "不认识的处理", wrong_tags),
    ("T04", "算数、赋值", half_tags),
    ("T05", "全角花括号，少一半括号", half_tags),
    ("T06", "有宏", partial(repacked, "word/vbaProject.bin", b"1")),
    ("T06", "有实体声明", partial(repacked, "word/x.xml", b"<!DOCTYPE a>")),
    ("T06", "用着别处的模板", partial(repacked, "word/_rels/settings.xml.rels", FOREIGN)),
    ("T06", "解开后太大", partial(repacked, "a.bin", bytes(70 << 20))),
    ("T07", "时间用完了", too_slow),
    ("T09", "模板没有印导语", unmentioned_lead),
    ("T08", "标题里有看不见的字符", partial(filled, "{{ 标题 }}", {"标题": "一季\x0b度通报"})),
    ("T08", "标题里有花括号", partial(filled, "{{ 标题 }}", {"标题": "{{ 单位 }}通报"})),
    ("B01", "没有这一种", partial(of_book, lambda book: kind_named(book, "年抱"))),
    ("B01", "没有写通报", partial(of_book, lambda book: kind_named(book, "年报"), (RULES[RULES.index("通报:"):], ""))),
    ("B02", "一年一次的，写了月份", partial(of_book, lambda book: issue_of(book, book.bulletins["年报"], "2024-05"))),
    ("B03", "示意的细则", draft),
    ("B04", "模板名写错", partial(of_book, lambda book: template_named("通报书.docx", book.bulletins["年报"].place))),
    ("B05", "改了一个数，少了一行，正文多一个数",
     partial(reread, ("1", "一科", "46", "112.5%"), text="全年共采用999条。")),
    ("B06", "两组加起来少一分", unsettled),
    ("B08", "文号只写了序号，成文日期在截至日之前", partial(of_book, number_and_day)),
    ("B08", "文号是去年的", partial(of_book, partial(number_and_day, number="县政办〔2023〕15号", day=NEXT_YEAR))),
    ("B09", "年末以前写年度结果", partial(of_book, early)),
    ("B10", "模板丢了导语；红头和落款的字相同，丢了一处", lost),
    ("B07", "不是记录", partial(record, "[1]")),
    ("B07", "记录里少了东西", partial(record, "{}")),
    ("B07", "台账和细则后来改过", partial(record, json.dumps(KEPT, ensure_ascii=False))),
    ("C01", "把台账当作算例", no_cases),
    ("C01", "“应为”里少一列", partial(workbook, **{CLAIMS: [(CASE, "单位", "项")]})),
    ("C01", "写成公式，合并两行", clumsy),
    ("C01", "空着、读不懂、没有应为", partial(workbook, [
        CLAIM, ("", "一科", "得分", "70"), ("市级一篇", "", "", "70"), ("市级一篇", "", "截至", "六月底"),
        ("市级一篇", "", "未计", "采用二行")], [ROW, ("市级两篇", *ROW[1:]), ("", *ROW[1:])])),
    ("C02", "没有这张台账", partial(worked, ("作风: [[", "作凤: [["))),
    ("C02", "多写了格", partial(worked, ("市级, 调研]]", "市级, 调研, 标题]]"))),
    ("C02", "没有这一列", partial(worked, ("[[一科, 2024-12-20, 是, 否]]",
                                   "[{单位: 一科, 日期: 2024-12-20, 态度差: 是}]"))),
    ("C02", "没有这个单位", partial(worked, ("应为: {一科:", "应为: {十科:"))),
    ("C02", "没有这一项", partial(worked, ("年度采用分: 4", "年度采纳分: 4"))),
    ("C02", "没有这个项目", partial(worked, ("{作风: 25}", "{作凤: 25}"))),
    ("C02", "没有写第几季", partial(worked, ("年度采用分: 4", "季度采用分: 4"))),
    ("C02", "一年没有五季", partial(worked, ("年度采用分: 4", "季度采用分: {5: 4}"))),
    ("C03", "两个算例同名", partial(worked, ("用例:\n", CASES.replace("作风: 25", "作风: 20")))),
    ("C10", "算出来的不是这个数", partial(worked, ("年度采用分: 4", "年度采用分: 2"), ("作风: 25", "作风: 40"))),
    ("C10", "台账里有错", partial(worked, ("市级, 调研", "省级, 调研"))),
]  # fmt: skip
