"""Makes the shipped templates: 公文 by GB/T 9704-2012, measured. Staff change copies in Word or WPS, not this.

    python templates/make_templates.py [文件夹]

The measures (in brackets the clause): A4, 天头 37 mm, 订口 28 mm, 版心 156 × 225 mm (5.2.1); 22 lines of 28
characters (5.2.3): a line is 28.95 pt, and 3号 is set 0.25 pt narrower, since 28 × 16 pt is wider than 156 mm;
发文机关标志 35 mm under the top of the 版心 (7.2.4); red line 4 mm under 发文字号 (7.2.7); title 2号 (7.3.1);
版记 on the bottom line of the last page (7.4.1); page number 7 mm under the 版心, outside (7.5).
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from engine.paper.package import settled

SONG, FANG, HEI, KAI, TITLE = "宋体", "仿宋_GB2312", "黑体", "楷体_GB2312", "方正小标宋简体"
STAND_INS = {FANG: "仿宋", KAI: "楷体", TITLE: "小标宋;华文中宋;宋体", HEI: "SimHei", SONG: "SimSun"}
SIZE_1, SIZE_2, SIZE_3, SIZE_4, SMALL_4, SIZE_5 = 40, 22, 16, 14, 12, 10.5
LINE, NARROWER = 28.95, -5
CENTER, LEFT, RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.RIGHT
JUSTIFY = WD_ALIGN_PARAGRAPH.JUSTIFY
WIDTH, IMPRINT_WIDTH = 156, 150  # mm; LibreOffice drops a 版记 as wide as the 版心 out of its place
RED = RGBColor(0xFF, 0, 0)


# ---- small things -------------------------------------------------------------------------------


def element(name: str, **attributes: object) -> Any:
    """A w: element with w: attributes."""
    made = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), str(value))
    return made


def font(run: Any, name: str, size: float) -> Any:
    """Font and size of a run, for Chinese and Latin alike."""
    run.font.size, run.font.name = Pt(size), name
    properties = run._r.get_or_add_rPr()
    properties.rFonts.set(qn("w:eastAsia"), name)
    if size == SIZE_3:
        properties.append(element("spacing", val=NARROWER))
    return run


def write(
    paragraph: Any, text: str, name: str = FANG, size: float = SIZE_3, align: Any = LEFT, line: float | None = LINE
) -> Any:
    """A text in a paragraph; ``line`` is its exact height in points (``None``: as the text needs)."""
    font(paragraph.add_run(text), name, size)
    shape = paragraph.paragraph_format
    paragraph.alignment, shape.space_before, shape.space_after = align, Pt(0), Pt(0)
    shape.widow_control = False
    if line is None:
        shape.line_spacing_rule = WD_LINE_SPACING.SINGLE
    else:
        shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(line)
    return paragraph


def keep(paragraph: Any) -> Any:
    """On the same page as the next one."""
    paragraph.paragraph_format.keep_with_next = True
    return paragraph


def indent(paragraph: Any, first: float = 0, left: float = 0, right: float = 0) -> Any:
    """Indents in characters of 3号."""
    found = paragraph._p.get_or_add_pPr().get_or_add_ind()
    for key, characters in (("firstLine", first), ("left", left), ("right", right)):
        if characters:
            found.set(qn(f"w:{key}Chars"), str(int(characters * 100)))
            found.set(qn(f"w:{key}"), str(int(characters * 315)))
    return paragraph


class Sheet:
    """A document being written from top to bottom."""

    def __init__(self) -> None:
        self.document = Document()
        _page(self.document)
        _fonts(self.document)

    def line(self, text: str = "", *style: Any, **more: Any) -> Any:
        """A paragraph of its own."""
        return write(self.document.add_paragraph(), text, *style, **more)

    def body(self, text: str, name: str = FANG) -> Any:
        """A paragraph of the text: indented two characters."""
        return indent(self.line(text, name, SIZE_3, JUSTIFY), first=2)

    def tag(self, text: str) -> None:
        """A tag that takes its paragraph away."""
        self.line(f"{{%p {text} %}}")

    def table(
        self, heads: Sequence[str], cells: Sequence[str], loop: str, size: float = SMALL_4, left: Sequence[int] = ()
    ) -> Any:
        """A head that repeats and a row for each turn of ``loop``; rows do not split; ``left``: columns of prose."""
        table = self.document.add_table(1, len(heads))
        _borders(table)
        _padding(table)
        _set_width(table, WIDTH)
        for cell, text in zip(table.rows[0].cells, heads, strict=True):
            write(cell.paragraphs[0], text, HEI, size, CENTER, None)
            cell.vertical_alignment = 1
        _keep(table.rows[0], size, head=True)
        _tag_row(table, f"for {loop}")
        _text_row(table, cells, size, left)
        _tag_row(table, "endfor")
        return table

    def bytes(self, title: str = "{{ 标题 }}", author: str = "{{ 落款 }}") -> bytes:
        """The finished file: always the same bytes."""
        properties = self.document.core_properties
        properties.created = properties.modified = datetime(2024, 1, 1)  # noqa: DTZ001 – a day that stays
        properties.title, properties.author, properties.comments = title, author, ""
        out = io.BytesIO()
        self.document.save(out)
        return settled(out.getvalue())


# ---- page, fonts, tables ------------------------------------------------------------------------


def _close_margins(document: Any) -> None:
    """For papers that are worked with, not sent."""
    section = document.sections[0]
    section.top_margin, section.bottom_margin = Mm(15), Mm(15)
    section.left_margin, section.right_margin = Mm(20), Mm(18)
    section.footer_distance = Mm(8)


def _page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.header_distance, section.footer_distance = Mm(15), Mm(24.2)
    for grid in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(grid)
    document.settings.odd_and_even_pages_header_footer = True
    _number(section.footer.paragraphs[0], RIGHT)
    _number(section.even_page_footer.paragraphs[0], LEFT)


def _number(paragraph: Any, align: Any) -> None:
    """— 1 — in 4号 half-width 宋体, one character in from the outer edge."""
    write(paragraph, "— ", SONG, SIZE_4, align, None)
    for kind in ("begin", "instr", "end"):
        run = font(paragraph.add_run(), SONG, SIZE_4)
        if kind == "instr":
            code = element("instrText")
            code.text = "PAGE"
            run._r.append(code)
        else:
            run._r.append(element("fldChar", fldCharType=kind))
    font(paragraph.add_run(" —"), SONG, SIZE_4)
    indent(paragraph, **{"right" if align is RIGHT else "left": SIZE_4 / SIZE_3})


def _fonts(document: Any) -> None:
    """Fonts are named, not shipped; where one is missing the program is told which to take."""
    style = document.styles["Normal"]
    style.font.name, style.font.size = FANG, Pt(SIZE_3)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FANG)
    for part in document.part.package.parts:
        if part.partname == "/word/fontTable.xml":
            fonts = "".join(
                f'<w:font w:name="{name}"><w:altName w:val="{other}"/></w:font>' for name, other in STAND_INS.items()
            )
            head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
            part._blob = f'{head}<w:fonts xmlns:w="{space}">{fonts}</w:fonts>'.encode()


def _borders(table: Any, **lines: int) -> None:
    """Lines in eighths of a point; all thin where none is named."""
    found = element("tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        size = lines.get(side, 0) if lines else 4
        found.append(element(side, val="single" if size else "nil", sz=size, space=0, color="000000"))
    table._tbl.tblPr.append(found)


def _padding(table: Any, twips: int = 30) -> None:
    """A little air over and under the text of cells, so that two lines do not touch the rules."""
    found = element("tblCellMar")
    for side in ("top", "bottom"):
        found.append(element(side, w=twips, type="dxa"))
    table._tbl.tblPr.insert_element_before(found, "w:tblLook")


def _set_width(table: Any, millimetres: float) -> None:
    table.autofit = False
    table.alignment = 1  # centred
    for column in table.columns:
        column.width = int(Mm(millimetres) / len(table.columns))
        for cell in column.cells:
            cell.width = column.width


def _keep(row: Any, size: float, *, head: bool = False) -> None:
    properties = row._tr.get_or_add_trPr()
    properties.append(element("cantSplit"))
    properties.append(element("trHeight", val=int(size * 30), hRule="atLeast"))
    if head:
        properties.append(element("tblHeader"))


def _may_split(row: Any) -> None:
    properties = row._tr.get_or_add_trPr()
    properties.remove(properties.find(qn("w:cantSplit")))


def _tag_row(table: Any, text: str) -> None:
    cell = table.add_row().cells[0]
    write(cell.paragraphs[0], f"{{%tr {text} %}}", FANG, SMALL_4, LEFT, None)


def _text_row(table: Any, cells: Iterable[str], size: float, left: Sequence[int] = ()) -> None:
    row = table.add_row()
    _keep(row, size)
    for at, (cell, text) in enumerate(zip(row.cells, cells, strict=True)):
        written = write(cell.paragraphs[0], text, FANG, size, LEFT if at in left else CENTER, None)
        mark = element("rPr")  # of the end of the paragraph: an empty cell is no higher than the others
        mark.append(element("sz", val=int(size * 2)))
        written._p.get_or_add_pPr().append(mark)
        cell.vertical_alignment = 1


def _spread(table: Any, row: int, column: int, loop: str, text: str, name: str = FANG, size: float = SMALL_4) -> None:
    """Three cells that print one for each turn of ``loop``: a column for each figure."""
    for cell, words in zip(
        table.rows[row].cells[column : column + 3], (f"{{%tc for {loop} %}}", text, "{%tc endfor %}"), strict=True
    ):
        cell.paragraphs[0].clear()
        write(cell.paragraphs[0], words, name, size, CENTER, None)


# ---- parts of a 公文 ----------------------------------------------------------------------------


def head(sheet: Sheet) -> None:
    """发文机关标志, 发文字号, red line, title, marks, 主送机关."""
    sheet.tag("if 标志")
    masthead = sheet.line("{{ 标志 }}", TITLE, SIZE_1, CENTER, None)
    masthead.paragraph_format.space_before = Mm(30.6)
    masthead.runs[0].font.color.rgb = RED
    sheet.line()
    sheet.line()
    number = sheet.line("{{ 文号 }}", align=CENTER)
    border = element("pBdr")
    border.append(element("bottom", val="single", sz=12, space=8, color="FF0000"))
    number._p.get_or_add_pPr().insert_element_before(border, "w:shd", "w:spacing", "w:ind", "w:jc", "w:rPr")
    sheet.line()
    sheet.line()
    sheet.tag("endif")
    title(sheet)
    sheet.line()
    sheet.tag("if 主送")
    sheet.line("{{ 主送 }}：", align=JUSTIFY)
    sheet.tag("endif")


def title(sheet: Sheet, size: float = SIZE_2) -> None:
    """The title, its lines as the rule file has them; then what must be seen first."""
    sheet.tag("for 行 in 标题行")
    sheet.line("{{ 行 }}", TITLE, size, CENTER, size * 1.6)
    sheet.tag("endfor")
    sheet.tag("for 话 in 标注")
    sheet.line("（{{ 话 }}）", KAI, SIZE_4, CENTER, 24)
    sheet.tag("endfor")


def said(sheet: Sheet, names: str, before_end: str = "") -> None:
    """A paragraph for each sentence of a list; where ``before_end`` holds the last stays with what follows.

    So no page has a 落款 and nothing of the text.
    """
    sheet.tag(f"for 句 in {names}")
    if not before_end:
        sheet.body("{{ 句 }}")
        sheet.tag("endfor")
        return
    sheet.tag(f"if loop.last and {before_end}")
    keep(sheet.body("{{ 句 }}"))
    sheet.tag("else")
    sheet.body("{{ 句 }}")
    sheet.tag("endif")
    sheet.tag("endfor")


def close(sheet: Sheet) -> None:
    """附件说明, 署名, 成文日期, 附注."""
    sheet.tag("if 附件目录")
    keep(sheet.line())
    sheet.tag("for 件 in 附件目录")
    lead = "{% if loop.first %}附件：{% else %}　　　{% endif %}"
    number = "{% if 一个附件 %}{% else %}{{ 件.序 }}.{% endif %}"
    indent(keep(sheet.line(lead + number + "{{ 件.名 }}")), first=2)
    sheet.tag("endfor")
    sheet.tag("endif")
    keep(sheet.line())
    keep(sheet.line())
    indent(keep(sheet.line("{{ 落款 }}", align=RIGHT)), right=2.75)
    indent(sheet.line("{{ 日期 }}", align=RIGHT), right=4)
    sheet.tag("if 附注")
    indent(sheet.line("（{{ 附注 }}）"), first=2)
    sheet.tag("endif")


def annex(sheet: Sheet, number: str, name: str) -> None:
    """附件 on a new page: its number, a line left free, its title."""
    first = sheet.line(f"附件{{% if 一个附件 %}}{{% else %}}{{{{ {number} }}}}{{% endif %}}", HEI)
    first.paragraph_format.page_break_before = True
    sheet.line()
    sheet.line(name, TITLE, SIZE_2, CENTER, 35)


def ranking(sheet: Sheet) -> None:
    """A table for each group: 名次, 单位, a column for each figure, the totals."""
    sheet.tag("for 组 in 分组")
    annex(sheet, "组.序", "{{ 组.题 }}")
    sheet.line("（截至{{ 截至 }}）", KAI, SIZE_4, CENTER, 24)
    table = sheet.table(["名次", "单位", "", "", ""], ["{{ 行.名次 }}", "{{ 行.单位 }}", "", "", ""], "行 in 组.行")
    _spread(table, 0, 2, "名 in 组.列", "{{ 名 }}", HEI)
    _spread(table, 2, 2, "格 in 行.格", "{{ 格 }}")
    _tag_row(table, "if 组.有合计")
    _text_row(table, ["", "合计", "", "", ""], SMALL_4)
    _spread(table, 5, 2, "数 in 组.合计", "{{ 数 }}")
    _tag_row(table, "endif")
    sheet.line("{{ 组.注 }}", FANG, SIZE_5, LEFT, 16).paragraph_format.keep_together = True
    sheet.line("{{ 组.图.记号 }}", FANG, SIZE_5, CENTER, 16)
    sheet.tag("endfor")


def listings(sheet: Sheet) -> None:
    """The lists of ledger rows, and the readings awaiting a ruling."""
    sheet.tag("for 单 in 清单")
    annex(sheet, "单.序", "{{ 单.题 }}")
    table = sheet.table(["序号", "", "", ""], ["{{ 行.序 }}", "", "", ""], "行 in 单.行", SIZE_5)
    _spread(table, 0, 1, "名 in 单.列", "{{ 名 }}", HEI, SIZE_5)
    _spread(table, 2, 1, "格 in 行.格", "{{ 格 }}", FANG, SIZE_5)
    sheet.tag("endfor")
    sheet.tag("if 口径.有")
    annex(sheet, "口径.序", "待裁定的口径")
    doubts(sheet)
    sheet.tag("endif")


def doubts(sheet: Sheet) -> None:
    """The readings awaiting a ruling: what is asked, how it was read this time."""
    cells = ["{{ 行.编号 }}", "{{ 行.条款 }}", "{{ 行.问题 }}", "{{ 行.采取 }}"]
    sheet.table(["编号", "条款", "问题", "本次的理解"], cells, "行 in 口径.行", SIZE_5, (2, 3))


def imprint(sheet: Sheet) -> None:
    """版记 on the last lines of the last page: thick, thin, thick; 4号."""
    sheet.tag("if 印发")
    table = sheet.document.add_table(2, 1)
    _set_width(table, IMPRINT_WIDTH)
    _borders(table, top=8, insideH=6, bottom=8)
    place = {"vertAnchor": "margin", "horzAnchor": "margin", "tblpXSpec": "center", "tblpYSpec": "bottom"}
    table._tbl.tblPr.insert(0, element("tblpPr", **place))
    copies = table.cell(0, 0)
    write(copies.paragraphs[0], "{%p for 行 in 抄送 %}", FANG, SIZE_4, LEFT, None)
    words = "{% if loop.first %}抄送：{% else %}　　　{% endif %}{{ 行 }}"
    line = write(copies.add_paragraph(), words, FANG, SIZE_4, LEFT, None)
    line._p.get_or_add_pPr().append(element("ind", left=SIZE_4 * 20 * 4, hanging=SIZE_4 * 20 * 3, right=SIZE_4 * 20))
    write(copies.add_paragraph(), "{%p endfor %}", FANG, SIZE_4, LEFT, None)
    printed = write(table.cell(1, 0).paragraphs[0], "{{ 印发 }}\t{{ 日期 }}印发", FANG, SIZE_4, LEFT, None)
    indent(printed, left=SIZE_4 / SIZE_3, right=SIZE_4 / SIZE_3)
    printed.paragraph_format.tab_stops.add_tab_stop(Mm(IMPRINT_WIDTH - 9), 2)
    sheet.line("", FANG, 1, LEFT, 1)  # a table may not be the last thing of a document
    sheet.tag("endif")


# ---- the templates --------------------------------------------------------------------------------


def bulletin() -> bytes:
    """通报: 季度进度, 年度进度, 年度考评结果 and their like."""
    sheet = Sheet()
    head(sheet)
    sheet.body("{{ 导语 }}")
    keep(sheet.body("一、总体情况", HEI))
    said(sheet, "概况")
    keep(sheet.body("二、任务完成和排名情况", HEI))
    said(sheet, "情况", "not 文字")
    sheet.tag("for 块 in 文字")
    keep(sheet.body("{{ 块.序 }}、{{ 块.题 }}", HEI))
    said(sheet, "块.段", "块.段")
    sheet.tag("endfor")
    close(sheet)
    ranking(sheet)
    listings(sheet)
    imprint(sheet)
    return sheet.bytes()


def listing() -> bytes:
    """清单: a table for each list of the declaration, with what is missing to the next band."""
    sheet = Sheet()
    title(sheet)
    sheet.tag("for 单 in 名单")
    sheet.line()
    keep(sheet.body("{{ 单.名 }}（{{ 单.个数 }}个，占{{ 单.占比 }}）", HEI))
    sheet.tag("if 单.行")
    cells = ["{{ 行.名次 }}", "{{ 行.单位 }}", "", "", "", "{{ 行.说明 }}"]
    table = sheet.table(["名次", "单位", "", "", "", "说明"], cells, "行 in 单.行", SIZE_5, (5,))
    _spread(table, 0, 2, "名 in 单.列", "{{ 名 }}", HEI, SIZE_5)
    _spread(table, 2, 2, "格 in 行.格", "{{ 格 }}", FANG, SIZE_5)
    sheet.tag("endif")
    sheet.tag("endfor")
    sheet.line()
    sheet.tag("for 句 in 概况")
    sheet.tag("if loop.first")
    sheet.line("{{ 句 }}名次是本组内的进度名次。", FANG, SIZE_5, LEFT, 16)
    sheet.tag("endif")
    sheet.tag("endfor")
    sheet.tag("if 口径.有")
    sheet.body("待裁定的口径", HEI)
    doubts(sheet)
    sheet.tag("endif")
    keep(sheet.line())
    indent(keep(sheet.line("{{ 落款 }}", align=RIGHT)), right=2.75)
    indent(sheet.line("{{ 日期 }}", align=RIGHT), right=4)
    return sheet.bytes()


def slip() -> bytes:
    """明细单: one unit, everything counted and not counted, to be signed."""
    sheet = Sheet()
    _close_margins(sheet.document)
    title(sheet, SIZE_3)
    sheet.line("{{ 单位 }}{% if 类别 %}（{{ 类别 }}）{% endif %}　截至{{ 截至 }}", KAI, SMALL_4, CENTER, 20)
    for words in (
        "得分 {{ 得分 }}{% if 名次 %}　{{ 名次 }}{% endif %}",
        "{% for 项 in 指标 %}{% if loop.first %}{% else %}　{% endif %}{{ 项.名 }} {{ 项.值 }}{% endfor %}",
    ):
        sheet.line(words, FANG, SMALL_4, CENTER, 20)
    for heading, names, heads, cells in (
        ("各项得分", "项目", ["项目", "得分", "怎样得来", "条款"],
         ["{{ 行.名 }}", "{{ 行.得分 }}", "{{ 行.说明 }}", "{{ 行.条款 }}"]),
        ("扣分", "扣分", ["项目", "扣分", "为什么", "条款"],
         ["{{ 行.名 }}", "{{ 行.分 }}", "{{ 行.说明 }}", "{{ 行.条款 }}"]),
        ("计入的记录", "计入", ["台账", "行", "记录", "怎样计"],
         ["{{ 行.台账 }}", "{{ 行.行 }}", "{{ 行.内容 }}", "{{ 行.说明 }}"]),
        ("未计的记录", "未计", ["台账", "行", "记录", "为什么"],
         ["{{ 行.台账 }}", "{{ 行.行 }}", "{{ 行.内容 }}", "{{ 行.说明 }}"]),
    ):  # fmt: skip
        keep(sheet.line(heading, HEI, SMALL_4, LEFT, 20))
        sheet.tag(f"if {names}")
        _set_width(sheet.table(heads, cells, f"行 in {names}", 8, (2, 3) if heads[2] == "记录" else (2,)), 172)
        sheet.tag("else")
        sheet.line("没有。", FANG, SIZE_5, LEFT, 18)
        sheet.tag("endif")
    sheet.tag("for 句 in 其他情况")
    sheet.line("{{ 句 }}", FANG, SIZE_5, LEFT, 18)
    sheet.tag("endfor")
    sheet.line("核对意见：　　　　　　　　　　　　核对人：　　　　　　日期：", FANG, SMALL_4, LEFT, 24)
    return sheet.bytes()


def ruling() -> bytes:
    """待裁定的口径: question, clause, what is taken and why, what would change, room for a ruling."""
    sheet = Sheet()
    _close_margins(sheet.document)
    sheet.document.sections[0].top_margin = Mm(25)
    title(sheet)
    sheet.line()
    said(sheet, "说明")
    sheet.tag("for 项 in 口径")
    heading = keep(indent(sheet.line("{{ 项.序 }}. {{ 项.编号 }}　{{ 项.题 }}", HEI, SIZE_4, LEFT, 26), first=2))
    heading.paragraph_format.space_before = Pt(10)
    for loop, words in (("for 句 in 项.段", "条文　{{ 句 }}"), ("", "现在采取　{{ 项.采取 }}。理由：{{ 项.理由 }}")):
        if loop:
            sheet.tag(loop)
        _note(sheet, words, SMALL_4, 20)
        if loop:
            sheet.tag("endfor")
    sheet.tag("if 项.没有备选")
    _note(sheet, "规则文件里没有写备选，没有试算。", SMALL_4, 20)
    sheet.tag("endif")
    sheet.tag("for 另 in 项.备选")
    keep(_note(sheet, "换成　{{ 另.名 }}：{{ 另.结果 }}。", SMALL_4, 20))
    sheet.tag("if 另.有表")
    heads = ["单位", "得分", "名次", "处置"]
    table = sheet.table(heads, ["{{ 行.名 }}", *(f"{{{{ 行.{name} }}}}" for name in heads[1:])], "行 in 另.行", 9, (3,))
    _set_width(table, 172)
    sheet.tag("endif")
    sheet.tag("endfor")
    sign = sheet.line("裁定意见：　　　　　　　　　　　　签字：　　　　　　日期：", KAI, SMALL_4, LEFT, 30)
    sign.paragraph_format.space_after = Pt(6)
    sheet.tag("endfor")
    sheet.tag("if 其余")
    keep(indent(sheet.line("其余口径（不待裁定）", HEI, SIZE_4, LEFT, 30), first=2))
    names = ["编号", "问题", "采取", "换成", "结果"]
    cells = [f"{{{{ 行.{name} }}}}" for name in names]
    _set_width(sheet.table(["口径", "问题", "现在采取", "换成", "结果"], cells, "行 in 其余", 9, (1, 2, 3, 4)), 172)
    sheet.tag("endif")
    indent(sheet.line("{{ 落款 }}", align=RIGHT), right=2)
    return sheet.bytes()


# ---- 修订对照表: a working paper on A4 across ------------------------------------------------------

ACROSS = 257  # mm between its margins


def contrast() -> bytes:
    """修订对照表: clause beside clause, tables of points cell by cell, the impact on the units as an annex."""
    sheet = Sheet()
    _across(sheet.document)
    title(sheet)
    sheet.tag("for 句 in 总述")
    _note(sheet, "{{ 句 }}", SMALL_4, 22)
    sheet.tag("endfor")
    _laws(sheet)
    sheet.tag("if 有表格")
    _heading(sheet, "二、计分表逐格（有底纹的格改了：划去的是旧的，加粗并带下划线的是新的）")
    sheet.tag("for 表 in 表格")
    _heading(sheet, "{{ 表.题 }}", SIZE_5)
    _cells(sheet)
    sheet.tag("endfor")
    sheet.tag("endif")
    sheet.tag("if 有影响")
    annex_head = sheet.line("附件", HEI)
    annex_head.paragraph_format.page_break_before = True
    sheet.line("对各单位的影响", TITLE, SIZE_2, CENTER, 35)
    sheet.tag("for 句 in 影响")
    _note(sheet, "{{ 句 }}", SMALL_4, 22)
    sheet.tag("endfor")
    sheet.tag("for 表 in 影响表")
    _heading(sheet, "{{ 表.题 }}")
    sheet.tag("for 句 in 表.说明")
    _note(sheet, "{{ 句 }}", SIZE_5, 18)
    sheet.tag("endfor")
    sheet.tag("if 表.行")
    _listing(sheet)
    sheet.tag("endif")
    sheet.tag("endfor")
    sheet.tag("endif")
    return sheet.bytes("{{ 题名 }}", "")


def _across(document: Any) -> None:
    section = document.sections[0]
    section.orientation = 1
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.top_margin, section.bottom_margin = Mm(20), Mm(18)
    section.left_margin = section.right_margin = Mm(20)
    section.footer_distance = Mm(9)


def _note(sheet: Sheet, text: str, size: float, line: float) -> Any:
    paragraph = sheet.line(text, FANG, size, JUSTIFY, line)
    paragraph.paragraph_format.first_line_indent = Pt(2 * size)
    return paragraph


def _heading(sheet: Sheet, text: str, size: float = SMALL_4) -> None:
    paragraph = keep(sheet.line(text, HEI, size, LEFT, None))
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(8), Pt(3)


def _laws(sheet: Sheet) -> None:
    sheet.tag("if 条款")
    _heading(sheet, "一、条款对照（划去的是删去的文字，加粗并带下划线的是新加的文字）")
    heads = ["原条款（{{ 旧称 }}）", "修订后（{{ 新称 }}）", "变化与影响"]
    table = sheet.table(heads, ["", "", ""], "行 in 条款", SIZE_5)
    _set_width(table, ACROSS)
    for at, share in enumerate((0.28, 0.28, 0.44)):  # what changed takes more words than the clause
        for cell in table.columns[at].cells:
            cell.width = int(Mm(ACROSS * share))
    _may_split(table.rows[2])  # a clause with all its changes may be longer than a page
    first, second, third = table.rows[2].cells
    for cell, name, pieces in ((first, "行.旧名", "行.旧"), (second, "行.新名", "行.新")):
        cell.vertical_alignment = 0
        write(cell.paragraphs[0], f"{{{{ {name} }}}}", HEI, SIZE_5, LEFT, None)
        _pieces(cell.add_paragraph(), pieces)
    third.vertical_alignment = 0
    write(third.paragraphs[0], "{%p for 条 in 行.变化 %}", FANG, SIZE_5, LEFT, None)
    write(third.add_paragraph(), "{{ 条.题 }}", HEI, SIZE_5, LEFT, None)
    write(third.add_paragraph(), "{%p for 句 in 条.句 %}", FANG, SIZE_5, LEFT, None)
    write(third.add_paragraph(), "{{ 句 }}", FANG, SIZE_5, LEFT, None)
    write(third.add_paragraph(), "{%p endfor %}", FANG, SIZE_5, LEFT, None)
    write(third.add_paragraph(), "{%p endfor %}", FANG, SIZE_5, LEFT, None)
    sheet.tag("endif")


def _pieces(paragraph: Any, names: str) -> None:
    """A text piece by piece: what went struck through, what came bold and underlined."""
    parts = (
        (f"{{%r for 段 in {names} %}}", ""), ("{%r if 段.删 %}", ""), ("{{ 段.文 }}", "删"), ("{%r endif %}", ""),
        ("{%r if 段.增 %}", ""), ("{{ 段.文 }}", "增"), ("{%r endif %}", ""),
        ("{%r if 段.同 %}", ""), ("{{ 段.文 }}", ""), ("{%r endif %}", ""), ("{%r endfor %}", ""),
    )  # fmt: skip
    for text, mark in parts:
        _marked(paragraph, text, mark)


def _marked(paragraph: Any, text: str, mark: str) -> None:
    run = font(paragraph.add_run(text), FANG, SIZE_5)
    run.font.strike = True if mark == "删" else None
    run.font.bold = run.font.underline = True if mark == "增" else None


def _cells(sheet: Sheet) -> None:
    """A table of points: a column for each head; changed cells shaded, old and new in them."""
    table = sheet.table(["{{ 表.首 }}", *[""] * 7], ["{{ 行.名 }}", *[""] * 7], "行 in 表.行", SIZE_5)
    _set_width(table, ACROSS)
    _spread(table, 0, 1, "名 in 表.列", "{{ 名 }}", HEI, SIZE_5)
    head = table.rows[0]._tr
    for extra in head.findall(qn("w:tc"))[4:]:
        head.remove(extra)
    words = [
        "{%tc for 格 in 行.格 %}",
        "{%tc if 格.变 %}",
        "",
        "{%tc else %}",
        "{{ 格.新 }}",
        "{%tc endif %}",
        "{%tc endfor %}",
    ]
    for cell, text in zip(table.rows[2].cells[1:], words, strict=True):
        cell.paragraphs[0].clear()
        write(cell.paragraphs[0], text, FANG, SIZE_5, CENTER, None)
    changed = table.rows[2].cells[3]
    _marked(changed.paragraphs[0], "{{ 格.旧 }}", "删")
    _marked(changed.paragraphs[0], " ", "")
    _marked(changed.paragraphs[0], "{{ 格.新 }}", "增")
    shade = element("shd", val="clear", color="auto", fill="D9D9D9")
    changed._tc.get_or_add_tcPr().insert_element_before(shade, "w:noWrap", "w:tcMar", "w:textDirection", "w:vAlign")


def _listing(sheet: Sheet) -> None:
    table = sheet.table(["", "", ""], ["", "", ""], "行 in 表.行", SIZE_5)
    _set_width(table, ACROSS)
    _spread(table, 0, 0, "名 in 表.列", "{{ 名 }}", HEI, SIZE_5)
    _spread(table, 2, 0, "格 in 行.格", "{{ 格 }}", FANG, SIZE_5)


# ---- web pages: one file each, made of pages/*.html and the parts that several share ------------------

PAGES = Path(__file__).parent / "pages"
_PART = re.compile(r"^<!-- 放入 (\w+) -->\n", re.MULTILINE)


def page(name: str) -> bytes:
    """A page with its parts put in: a file that stands alone."""
    text = (PAGES / name).read_text(encoding="utf-8")
    return _PART.sub(lambda part: (PAGES / f"{part[1]}.part").read_text(encoding="utf-8"), text).encode()


TEMPLATES: dict[str, Callable[[], bytes]] = {
    "通报.docx": bulletin, "清单.docx": listing, "明细单.docx": slip, "修订对照表.docx": contrast,
    "待裁定的口径.docx": ruling, **{path.name: partial(page, path.name) for path in sorted(PAGES.glob("*.html"))},
}  # fmt: skip


def main(folder: Path) -> None:
    """Write every template into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in TEMPLATES.items():
        (folder / name).write_bytes(make())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
