"""The blank ledger workbook: made from the rule file, so that what is filled in can be read back.

A sheet per ledger with drop-downs, formats and notes, then 说明 (how to fill, in
words), 填写示例 (one filled row per ledger, apart, so that the ledgers start empty)
and 选项 (the lists behind the drop-downs). The same rule file gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from engine.rulebook import ABSENT_WORDS, Field, Kind, Ledger, RuleBook, Title
from engine.saving import save
from engine.source import display_width

_FONT = {"font_name": "宋体", "font_size": 11, "valign": "vcenter"}
_FORMATS: Mapping[str, Mapping[str, Any]] = {
    "required": {"bold": True, "bg_color": "#1F4E79", "font_color": "#FFFFFF", "border": 1, "align": "center"},
    "optional": {"bg_color": "#D9D9D9", "border": 1, "align": "center"},
    "文本": {"num_format": "@"},
    "日期": {"num_format": "yyyy-mm-dd"},
    "时间": {"num_format": "yyyy-mm-dd hh:mm"},
    "plain": {},
    "title": {"bold": True, "font_size": 16},
    "heading": {"bold": True, "font_size": 12},
    "body": {"text_wrap": True, "border": 1, "valign": "top"},
    "name": {"bold": True, "border": 1, "valign": "top"},
    "example": {"border": 1, "font_color": "#7F7F7F", "num_format": "@"},
}
_HOW = (
    "每张台账一个工作表，第一行是列名，不要改动、合并或在上面加标题；从第二行起，一行一条记录。",
    "蓝底列名必须填写；灰底列名可以空着，空着的意思见下表。没有记录的台账就让它空着，不要删去工作表。",
    "单位、选项和“是/否”从下拉框里选；单位写全称，不写简称。",
    "日期写成 2024-03-05，时间写成 2024-03-05 08:30（北京时间，到分）。编号列是文本，前面的 0 会保留。",
    "不写公式，不留合计行；从别的表复制时用“选择性粘贴—数值”。备注可以另加一列，程序不读。",
)
_WHAT = {
    Kind.TEXT: "文字",
    Kind.DAY: "日期，如 2024-03-05",
    Kind.MOMENT: "日期和时间，如 2024-03-05 08:30",
    Kind.NUMBER: "数，如 62.5 或 50%",
    Kind.FLAG: "是 或 否",
    Kind.UNIT: "名录里的单位全称",
}
_FIRST, _LAST = 1, 1_048_575
_GUIDE_WIDTHS = (18, 26, 8, 66, 18)
LONGEST_LIST = 255
"""Excel takes no longer list of words in a validation itself."""


CASE, CLAIMS = "算例", "应为"
"""In a workbook of worked cases: the first column of every ledger; the sheet of what must come out."""
CLAIM_COLUMNS = (CASE, "单位", "项", CLAIMS, "说明")
_CLAIM_HOW = (
    "一行一个应有的数。算例：起个名字，和台账各行第一列写的一样；一个算例可以有几行。",
    "项：得分、名次、各项目、各指标……；每季、每月各有一个数的，写“季度采用分 第2季”。",
    "项写“处置”“归零”“提示”“待定”的，几个之间用“；”隔开，没有写“无”。",
    "单位空着、项写“截至”“口径”的，是怎样算：如 2024-06-30，A03=累加。写“未计”“错误”的：如 批示第2行，D90 采用第3行。",
)


def write_blank(book: RuleBook, path: Path, *, cases: bool = False) -> None:
    """Write the workbook to ``path``; for worked cases each ledger has one column more, and there is a sheet 应为.

    Raises :class:`Rejected` (F03) when the file cannot be written.
    """
    memory = BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    workbook = xlsxwriter.Workbook(memory, options)
    workbook.set_properties(
        {
            "title": f"{book.title.marked(book.title.name)}台账",
            "created": dt.datetime.combine(book.title.start, dt.time()),
        }
    )
    formats = {name: workbook.add_format({**_FONT, **style}) for name, style in _FORMATS.items()}
    claims = workbook.add_worksheet(CLAIMS) if cases else None
    sheets = {name: workbook.add_worksheet(name) for name in book.ledgers}
    guide, sample, choices = (workbook.add_worksheet(name) for name in ("说明", "填写示例", "选项"))
    lists = _Lists(workbook, choices, formats)
    if claims is not None:
        _write_claims(claims, book, formats, lists)
    for ledger in book.ledgers.values():
        _write_ledger(sheets[ledger.name], ledger, book, formats, lists, lead=CASE if cases else "")
    _write_guide(guide, book, formats)
    _write_examples(sample, book, formats)
    for sheet in workbook.worksheets() if book.title.mark else ():
        sheet.set_header(f"&C&B{book.title.mark}")
    workbook.close()
    save(path, memory.getvalue())


def examples(book: RuleBook) -> dict[str, dict[str, str]]:
    """One filled row per ledger, as typed: ledger → column → text."""
    return {ledger.name: {f.name: _example(f, ledger, book) for f in ledger.fields.values()}
            for ledger in book.ledgers.values()}  # fmt: skip


def _example(f: Field, ledger: Ledger, book: RuleBook) -> str:
    later = 0 if f.name == ledger.dated else 15 * list(ledger.fields).index(f.name)
    day = min(book.title.opens + dt.timedelta(days=64), book.title.end)
    when = dt.datetime.combine(day, dt.time(8, 30)) + dt.timedelta(minutes=later)
    texts = {
        Kind.DAY: when.date().isoformat(),
        Kind.MOMENT: when.isoformat(" ", "minutes"),
        Kind.UNIT: book.roster.units[0].name,
        Kind.WORD: f.options[0] if f.options else "",
        Kind.FLAG: "否",
        Kind.NUMBER: "10",
        Kind.TEXT: f"{book.title.year}-001" if "编号" in f.name else f"（示例）{f.name}",
    }
    return texts[f.kind]


# ---- the lists behind the drop-downs ----------------------------------------------------


class _Lists:
    """Writes each list once, in its own column of 选项, under a name that validations refer to."""

    def __init__(self, workbook: xlsxwriter.Workbook, sheet: Worksheet, formats: Mapping[str, Format]) -> None:
        self._workbook, self._sheet, self._formats = workbook, sheet, formats
        self._names: dict[tuple[str, ...], str] = {}
        sheet.freeze_panes(1, 0)

    def source(self, title: str, words: tuple[str, ...]) -> str | list[str]:
        """What a validation takes as its source: the words themselves, or a name when they are too long."""
        if len(",".join(words)) <= LONGEST_LIST and not any("," in word for word in words):
            return list(words)
        if words not in self._names:
            self._names[words] = self._write(title, words)
        return f"={self._names[words]}"

    def _write(self, title: str, words: tuple[str, ...]) -> str:
        column = len(self._names)
        self._sheet.set_column(column, column, _width((title, *words)))
        self._sheet.write_string(0, column, title, self._formats["optional"])
        for row, word in enumerate(words, 1):
            self._sheet.write_string(row, column, word, self._formats["plain"])
        letter, name = xl_col_to_name(column), f"选项_{column + 1}"
        self._workbook.define_name(name, f"=选项!${letter}$2:${letter}${len(words) + 1}")
        return name


# ---- a ledger ---------------------------------------------------------------------------


def _write_ledger(
    sheet: Worksheet, ledger: Ledger, book: RuleBook, formats: Mapping[str, Format], lists: _Lists, lead: str
) -> None:
    _write_top(sheet)
    if lead:
        sheet.set_column(0, 0, 24, formats["文本"])
        sheet.write_string(0, 0, lead, formats["required"])
    for column, f in enumerate(ledger.fields.values(), 1 if lead else 0):
        sheet.set_column(column, column, _column_width(f, book), formats.get(f.kind.value, formats["plain"]))
        sheet.write_string(0, column, f.name, formats["optional" if f.blank else "required"])
        words = (("选填。" if f.blank else "必填。") + f"{_what(f)}。", *_blank_note(f), book.title.mark)
        note = "\n".join(filter(None, words))
        sheet.write_comment(0, column, note, {"x_scale": 2, "y_scale": 1.2, "author": ""})
        rule = _validation(f, f.name == ledger.dated, ledger, book, lists)
        if rule:
            sheet.data_validation(_FIRST, column, _LAST, column, {"ignore_blank": True, **rule})


def _write_top(sheet: Worksheet) -> None:
    sheet.freeze_panes(1, 0)
    sheet.set_row(0, 24)
    _fit_page(sheet)
    sheet.repeat_rows(0)


def _write_claims(sheet: Worksheet, book: RuleBook, formats: Mapping[str, Format], lists: _Lists) -> None:
    """The sheet of what must come out of each case."""
    _write_top(sheet)
    for column, (name, width) in enumerate(zip(CLAIM_COLUMNS, (24, 30, 24, 30, 60), strict=True)):
        sheet.set_column(column, column, width, formats["文本"])
        sheet.write_string(0, column, name, formats["optional" if name in ("单位", "说明") else "required"])
    sheet.write_comment(0, 2, "\n".join(_CLAIM_HOW), {"x_scale": 4, "y_scale": 3, "author": ""})
    units = tuple(unit.name for unit in book.roster.units)
    sheet.data_validation(_FIRST, 1, _LAST, 1, {"validate": "list", "ignore_blank": True,
                                                "source": lists.source("单位", units)})  # fmt: skip


def _validation(f: Field, dated: bool, ledger: Ledger, book: RuleBook, lists: _Lists) -> dict[str, Any]:
    words = _words(f, book)
    if words:
        return {"validate": "list", "source": lists.source(f.name, words),
                "error_title": "不在选项里", "error_message": f"“{f.name}”请从下拉框里选。"}  # fmt: skip
    if dated and f.kind in (Kind.DAY, Kind.MOMENT):
        return _year_rule(ledger, book.title)
    return {}


def _year_rule(ledger: Ledger, title: Title) -> dict[str, Any]:
    """A date outside the year brings a question, not a refusal: a date typed as text is read as well."""
    told = f"应在 {title.opens} {'以后' if ledger.late else f'至 {title.end}'}。"
    rule = {"validate": "date", "error_type": "warning", "error_title": "日期不在本年", "error_message": told}
    if ledger.late:
        return {**rule, "criteria": ">=", "value": title.opens}
    return {**rule, "criteria": "between", "minimum": title.opens, "maximum": title.end + dt.timedelta(days=1)}


def _words(f: Field, book: RuleBook) -> tuple[str, ...]:
    if f.kind is Kind.UNIT:
        return tuple(unit.name for unit in book.roster.units)
    return ("是", "否") if f.kind is Kind.FLAG else f.options


def _column_width(f: Field, book: RuleBook) -> float:
    least = {Kind.TEXT: 16 if "编号" in f.name else 36, Kind.DAY: 13, Kind.MOMENT: 18}.get(f.kind, 10)
    return max(least, min(36, _width((f.name, *_words(f, book)))))


def _width(texts: tuple[str, ...]) -> int:
    return max(display_width(text) for text in texts) + 3


# ---- words ------------------------------------------------------------------------------


def _what(f: Field) -> str:
    if f.kind is not Kind.WORD:
        return _WHAT[f.kind]
    sooner = f"；兼有几样的，先填{'、'.join(f.first)}" if f.first else ""
    return f"从中选一个：{'、'.join(f.options)}{sooner}"


def _blank_note(f: Field) -> tuple[str, ...]:
    if f.blank is None:
        return ()
    return (f"空着＝{f.blank if isinstance(f.blank, str) else ABSENT_WORDS[f.blank]}。",)


def _write_guide(sheet: Worksheet, book: RuleBook, formats: Mapping[str, Format]) -> None:
    sheet.hide_gridlines(2)
    for column, width in enumerate(_GUIDE_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.set_row(0, 30)
    sheet.write_string(0, 0, book.title.marked(book.title.name), formats["title"])
    sheet.write_string(
        1, 0, f"{book.title.year} 年台账，记 {book.title.opens} 至 {book.title.end} 的事。", formats["plain"]
    )
    sheet.write_string(3, 0, "怎样填写", formats["heading"])
    for row, line in enumerate(_HOW, 4):
        sheet.write_string(row, 0, f"{row - 3}. {line}", formats["plain"])
    row = 5 + len(_HOW)
    sheet.write_string(row, 0, "各列填什么", formats["heading"])
    _write_row(sheet, row + 1, ("台账", "列", "必填", "填什么", "空着的意思"), formats["optional"])
    lines = [_guide_line(ledger, f) for ledger in book.ledgers.values() for f in ledger.fields.values()]
    for at, texts in enumerate(lines, row + 2):
        lines_needed = max(-(-display_width(text) // width) for text, width in zip(texts, _GUIDE_WIDTHS, strict=True))
        sheet.set_row(at, 16 * lines_needed)
        _write_row(sheet, at, texts, formats["body"])
    _fit_page(sheet)


def _guide_line(ledger: Ledger, f: Field) -> tuple[str, ...]:
    notes = [_what(f)]
    if f.name == ledger.dated:
        notes.append("记录按它归期" + ("，次年的也算本年" if ledger.late else ""))
    if f.name in ledger.unique:
        notes.append(f"{'、'.join(ledger.unique)}相同的只能有一行")
    name = ledger.name + ("（可以没有）" if ledger.optional else "")
    return name, f.name, "" if f.blank else "必填", "；".join(notes) + "。", "".join(_blank_note(f))


def _write_row(sheet: Worksheet, row: int, texts: tuple[str, ...], style: Format) -> None:
    for column, text in enumerate(texts):
        sheet.write_string(row, column, text, style)


def _write_examples(sheet: Worksheet, book: RuleBook, formats: Mapping[str, Format]) -> None:
    most = max((len(ledger.fields) for ledger in book.ledgers.values()), default=1)
    sheet.set_column(0, most - 1, 22)
    words = book.title.marked("每张台账一行示例，只供参考，程序不读这一页。")
    sheet.write_string(0, 0, words, formats["heading"])
    row = 2
    for name, cells in examples(book).items():
        sheet.write_string(row, 0, name, formats["heading"])
        _write_row(sheet, row + 1, tuple(cells), formats["optional"])
        _write_row(sheet, row + 2, tuple(cells.values()), formats["example"])
        row += 4
    _fit_page(sheet)


def _fit_page(sheet: Worksheet) -> None:
    """A4, landscape, as wide as one page."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
