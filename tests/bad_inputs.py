"""Inputs that must be told about, at least one for every fault of files, ledgers and commands.

Each works in the current folder, which is empty, and stands under the code it must bring; it gives everything said.
"""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import openpyxl
import polars as pl
import xlsxwriter

from engine import pipeline
from engine.authoring.begin import begin
from engine.bulk.spark import OnSpark
from engine.document import load, parse
from engine.ledger import delimited, intake
from engine.paper.original import read_original
from engine.reader import read
from engine.saving import save
from engine.source import Problem, Rejected
from small_book import ADOPTED, EVENTS, GOOD_ADOPTED, GOOD_EVENT, book, both, moment, write_csv, write_xlsx

Try = Callable[[], list[Problem]]
HERE = Path(__file__).parent
RULES = (HERE / "checks" / "good.yaml").read_text(encoding="utf-8")
SHEET = "xl/worksheets/sheet1.xml"


def said(run: Callable[[], Any]) -> list[Problem]:
    """What a run that is refused says."""
    try:
        run()
    except Rejected as rejected:
        return list(rejected.problems)
    return []


# ---- ledgers ----------------------------------------------------------------------------


def taken(path: Path, rules: Any = None, used_by: Mapping[str, list[str]] | None = None) -> list[Problem]:
    """What reading a workbook or folder of the two small ledgers says."""
    ledgers = intake(rules or book(), path, used_by or {})
    return [*ledgers.problems, *ledgers.notices]


def sheets(records: Mapping[str, Iterable[Sequence[Any]]], **more: Any) -> list[Problem]:
    """A workbook of these sheets."""
    return taken(write_xlsx(Path("台账.xlsx"), records), **more)


def adopted(*rows: Mapping[str, Any], **more: Any) -> list[Problem]:
    """Records of 采用, each sound but for some cells."""
    return sheets(both([_with(ADOPTED, GOOD_ADOPTED, row) for row in rows]), **more)


def event(*rows: Mapping[str, Any], **more: Any) -> list[Problem]:
    """Records of 突发, each sound but for some cells."""
    return sheets(both(events=[_with(EVENTS, GOOD_EVENT, row) for row in rows]), **more)


def endorsed(*numbers: str) -> list[Problem]:
    """批示 of 2024 to these 信息编号; 采用 has 2024-001 only."""
    rules = pipeline.load_rules(HERE.parent / "rules" / "2024.yaml")
    records = {name: [list(ledger.fields)] for name, ledger in rules.ledgers.items()}
    records["采用"].append(["2024-001", "大埔镇", "2024-03-05", "县内刊物", "单条采用", ""])
    records["批示"] += [[number, "县领导", f"2024-04-{day:02}"] for day, number in enumerate(numbers, 1)]
    return taken(write_csv(Path("台账"), records), rules)


def _with(header: Sequence[str], good: Sequence[Any], cells: Mapping[str, Any]) -> list[Any]:
    return [cells.get(name, cell) for name, cell in zip(header, good, strict=True)]


def bytes_of(name: str, data: bytes) -> list[Problem]:
    """A file of these bytes: a workbook, or one ledger of a folder."""
    if name.startswith("采用"):
        write_csv(Path("台账"), both())
        (Path("台账") / "采用.csv").unlink()
        (Path("台账") / name).write_bytes(data)
        return taken(Path("台账"))
    Path(name).write_bytes(data)
    return taken(Path(name))


def tampered(old: str, new: str) -> list[Problem]:
    """A sound workbook with a piece of its first sheet replaced."""
    path = write_xlsx(Path("台账.xlsx"), both([GOOD_ADOPTED]))
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    parts[SHEET] = parts[SHEET].replace(old.encode(), new.encode(), 1)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return taken(path)


def edited(edit: Callable[[Any], None]) -> list[Problem]:
    """A sound workbook after an edit of 采用 in a program that keeps formulas."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "采用"
    for row in (ADOPTED, GOOD_ADOPTED, ("2024-002", *GOOD_ADOPTED[1:4], "又一则")):
        sheet.append(row)
    workbook.create_sheet("突发").append(EVENTS)
    edit(sheet)
    workbook.save(Path("台账.xlsx"))
    return taken(Path("台账.xlsx"))


def _error(sheet: Any) -> None:
    sheet["E2"] = "#N/A"
    sheet["E2"].data_type = "e"


def many(number: int) -> list[Problem]:
    """A column of dates of which none is one."""
    rows = [_with(ADOPTED, GOOD_ADOPTED, {"采用日期": f"第{n}期"}) for n in range(number)]
    return taken(write_csv(Path("台账"), both(rows)))


def two_files() -> list[Problem]:
    """采用 both as CSV and as Parquet."""
    folder = write_csv(Path("台账"), both())
    pl.DataFrame({"信息编号": ["1"]}).write_parquet(folder / "采用.parquet")
    return taken(folder)


def without_spark() -> list[Problem]:
    """--engine spark where the extra [spark] is not installed."""
    with patch.dict(sys.modules, {"pyspark": None, "pyspark.sql": None}):
        return said(lambda: OnSpark("sc://127.0.0.1:15002").__enter__())


def parquet_of(column: Any) -> list[Problem]:
    """采用 as Parquet with a column that is no text."""
    folder = write_csv(Path("台账"), both())
    (folder / "采用.csv").unlink()
    rows = {name: [cell] for name, cell in zip(ADOPTED, GOOD_ADOPTED, strict=True)}
    pl.DataFrame(rows | {"标题": column}).write_parquet(folder / "采用.parquet")
    return taken(folder)


def hidden() -> list[Problem]:
    """A hidden sheet with a hidden row and a hidden column."""
    with xlsxwriter.Workbook(str(Path("台账.xlsx"))) as workbook:
        for name, rows in both([GOOD_ADOPTED]).items():
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
            if name == "采用":
                sheet.set_row(1, None, None, {"hidden": True})
                sheet.set_column(4, 4, None, None, {"hidden": True})
            else:
                sheet.hide()
    return taken(Path("台账.xlsx"))


def too_many_cells() -> list[Problem]:
    """A CSV of nothing but commas."""
    return said(lambda: delimited.parse(b"," * (delimited.MOST_CELLS + 1), "采用.csv"))


# ---- a whole run ------------------------------------------------------------------------


HEADERS = {
    "采用": ("编号", "单位", "日期", "刊物", "类别"),
    "报告": ("单位", "发生", "报到"),
    "作风": ("单位", "日期", "态度不好", "不配合"),
    "表扬": ("单位", "日期"),
}


def scored(*edits: tuple[str, str], options: pipeline.Options | None = None, **rows: Any) -> list[Problem]:
    """What scoring by tests/checks/good.yaml, edited, says of these records."""
    path = Path("办法.yaml")
    path.write_text(_replaced(edits), encoding="utf-8")
    folder = write_csv(Path("台账"), {name: [header, *rows.get(name, ())] for name, header in HEADERS.items()})
    return said(lambda: pipeline.score(path, folder, options))


def _replaced(edits: Iterable[tuple[str, str]]) -> str:
    text = RULES
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


READINGS = """\
口径:
  甲1: {条款: 三, 问题: 漏报怎样算, 采取: 算, 理由: 字面, 备选: {不算: {指标.漏报次数.当: 时效 = 迟报}}}
  甲2: {条款: 三, 问题: 又问, 采取: 算, 理由: 字面, 备选: {全算: {指标.漏报次数.当: 时效 ≠ 及时}}}
"""


def chosen(readings: Mapping[str, str]) -> list[Problem]:
    """What choosing these readings says."""
    path = Path("办法.yaml")
    path.write_text(RULES.replace("单位:\n  分类", f"{READINGS}单位:\n  分类"), encoding="utf-8")
    return said(lambda: pipeline.load_rules(path, readings))


def unit_asked(name: str) -> list[Problem]:
    """What asking for a unit says."""
    path = Path("办法.yaml")
    path.write_text(RULES, encoding="utf-8")
    return said(lambda: pipeline.unit_named(pipeline.load_rules(path), name))


def unshaped(old: str, new: str) -> list[Problem]:
    """What the reader says where nobody asked the schema first."""
    return said(lambda: read(parse(RULES.replace(old, new, 1).encode(), "办法.yaml")))


def checked(*edits: tuple[str, str]) -> list[Problem]:
    """What checking the good file, edited, says."""
    path = Path("办法.yaml")
    path.write_text(_replaced(edits), encoding="utf-8")
    found: list[Problem] = []
    found += said(lambda: found.extend(pipeline.check_rules(path)[2]))
    return found


# ---- files ------------------------------------------------------------------------------


def unwritable() -> list[Problem]:
    """A folder's name taken by a file."""
    (Path("结果")).write_text("")
    return said(lambda: save(Path("结果") / "scores.json", b"{}"))


def written_before() -> list[Problem]:
    """A workbook somebody has filled in."""
    (Path("台账.xlsx")).write_bytes(b"")
    return said(lambda: pipeline.new_workbook(Path("台账.xlsx")))


def large() -> list[Problem]:
    """A rule file that is no rule file."""
    return said(lambda: parse(b"x" * 500_001, "办法.yaml"))


def begun(text: str, year: int) -> list[Problem]:
    """A new year from a rule file."""
    Path("办法.yaml").write_text(text, encoding="utf-8")
    return said(lambda: begin(Path("办法.yaml"), year))


def original(name: str, data: bytes) -> list[Problem]:
    """A file to hold the rules against."""
    Path(name).write_bytes(data)
    return said(lambda: read_original(Path(name)))


UNBOUND = '  折算率: {条款: 五, 每: 年, 查表: 折数, 表: {"[0, 100]": 1}}\n'
VETO = (
    ("加: [采用任务, 报告, 作风, 加分]}", "加: [采用任务, 报告, 作风, 加分]}\n    - {编号: 归零, 归零: 迟报归零}"),
    ("  表扬次数: {", "  迟报归零: {条款: 三, 每: 年, 公式: 迟报次数 ≥ 2次}\n  表扬次数: {"),
)
UNCOMPARED = "止: 2024-01-01 至 2024-12-31, 状态: 示意}\n待核对: {单位.名单: 附件}"
NUMBERED = (("列: {系列: [甲", "列: {序号: 数, 系列: [甲"), ("一科: {系列", "一科: {序号: 1, 系列"),
            ("二科: {系列", "二科: {序号: 2, 系列"), ("三科: {系列", "三科: {序号: 4, 系列"))  # fmt: skip
WAIVER = "豁免:\n  旧事: {发现: R131, 指纹: 0123abcd, 理由: 看过, 姓名: 某某, 日期: 2024-03-05}\n"
OLD_FORMAT = b"\xd0\xcf\x11\xe0"

BAD: list[tuple[str, str, Try]] = [
    ("F01", "没有这个规则文件", lambda: said(lambda: load(Path("没有.yaml")))),
    ("F01", "没有这份台账", lambda: taken(Path("没有.xlsx"))),
    ("F02", "把文件夹当作规则文件", lambda: said(lambda: load(Path()))),
    ("F02", "把台账当作规则文件", lambda: said(lambda: load(write_xlsx(Path("台账.xlsx"), both())))),
    ("F02", "原件是PDF", partial(original, "通知.pdf", b"%PDF")),
    ("F02", "原件不是Word文档", partial(original, "通知.docx", b"PK")),
    ("F03", "文件夹的名字被一个文件占了", unwritable),
    ("F03", "已经有这个工作簿", written_before),
    ("F03", "写成了文件夹", lambda: said(lambda: pipeline.new_workbook(Path()))),
    ("F03", "不是.xlsx", lambda: said(lambda: pipeline.new_workbook(Path("空白.xls")))),
    ("F11", "旧格式只改了扩展名", lambda: bytes_of("台账.xlsx", OLD_FORMAT + b" Workbook")),
    ("F11", "给的是.xls", lambda: bytes_of("台账.xls", b"x")),
    ("F12", "内容不是工作簿", lambda: bytes_of("台账.xlsx", b"PK\x03\x04")),
    ("F12", "工作表的内容断了", partial(tampered, old="</worksheet>", new="")),
    ("F13", "设了打开密码", lambda: bytes_of("台账.xlsx", OLD_FORMAT + "EncryptedPackage".encode("utf-16-le"))),
    ("F14", "最远的一格", partial(tampered, old="</sheetData>",
                            new='<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')),
    ("F14", "满是逗号", too_many_cells),
    ("F15", "有实体声明", partial(tampered, old="<worksheet", new='<!DOCTYPE x [<!ENTITY a "b">]><worksheet')),
    ("F15", "行号重复", partial(tampered, old="</sheetData>", new='<row r="2"><c r="A2"/></row></sheetData>')),
    ("F16", "UTF-16", lambda: bytes_of("采用.csv", "编号,单位".encode("utf-16"))),
    ("F16", "两种编码都不是", lambda: bytes_of("采用.csv", b"\xff\xff\xff")),
    ("F17", "引号没有关上", lambda: bytes_of("采用.csv", '信息编号,单位\n1,"大埔镇\n2,凤山镇\n'.encode())),
    ("F18", "CSV和Parquet各一份", two_files),
    ("F19", "不是Parquet", lambda: bytes_of("采用.parquet", b"PAR1 no PAR1")),
    ("F20", "没有装Spark的部件", without_spark),
    ("Y01", "五十万字节以上", large),
    ("R02", "两种算法", partial(unshaped, old="计次: 表扬}", new="计次: 表扬, 合计: 采用分}")),
    ("R02", "项目又扣又得", partial(unshaped, old="得: 表扬加分,", new="得: 表扬加分, 扣: 报告扣分,")),
    ("R02", "扣而没有满分", partial(unshaped, old="满分: 20, 扣: 报告扣分", new="扣: 报告扣分")),
    ("R02", "得分一步做两件事", partial(unshaped, old="加: [采用任务,", new="保底: 0, 加: [采用任务,")),
    ("R04", "空着的格子", partial(unshaped, old="市级: {信息: 2, 调研: 4}", new="市级: {信息: 2, 调研: }")),
    ("R06", "没有这个口径", partial(chosen, readings={"甲3": "算"})),
    ("R06", "没有这种取法", partial(chosen, readings={"甲1": "全算"})),
    ("R08", "两个口径改一处", partial(chosen, readings={"甲1": "不算", "甲2": "全算"})),
    ("R17", "没有折算", partial(scored, options=pipeline.Options(scale_to=Fraction(5)))),
    ("R18", "截至日在上一年", partial(scored, options=pipeline.Options(as_of=date(2023, 12, 31)))),
    ("R19", "单位名不全", partial(unit_asked, name="三")),
    ("R25", "年度不比旧文件晚", partial(begun, RULES, 2024)),
    ("R123", "三科的序号跳了一个", partial(checked, *NUMBERED)),
    ("R201", "两次迟报重于两次漏报", partial(checked, *VETO)),
    ("R202", "指纹对不上", partial(checked, ("单位:\n  分类", f"{WAIVER}单位:\n  分类"))),
    ("R203", "得分还看任务", partial(checked, ("报告扣分: {条款: 三,", "报告扣分: {条款: 三, 当: 年度任务 > 50,"))),
    ("D01", "没有这张工作表", lambda: sheets({"采用": [ADOPTED]}, used_by={"突发": ["迟报次数", "瞒报次数"]})),
    ("D01", "一张台账也没有", lambda: sheets({"一类": [["名次", "单位"]], "二类": [["名次", "单位"]]})),
    ("D02", "少两列", lambda: sheets(both() | {"采用": [["信息编号", "单位名称", "渠道"]]},
                                  used_by={"采用.采用日期": ["首用日"]})),
    ("D03", "两列同名", lambda: sheets(both() | {"采用": [[*ADOPTED, "渠道"]]})),
    ("D04", "列名上面有标题", lambda: sheets(both() | {"采用": [["2024年台账"], ADOPTED, GOOD_ADOPTED]})),
    ("D04", "空的工作表", lambda: sheets(both() | {"采用": []})),
    ("D04", "用制表符分隔", lambda: bytes_of("采用.csv", "\t".join(ADOPTED).encode())),
    ("D05", "少一格", lambda: taken(write_csv(Path("台账"), both([GOOD_ADOPTED[:4]])))),
    ("D06", "写了公式", partial(edited, edit=lambda sheet: sheet.__setitem__("B2", '="大埔镇"'))),
    ("D07", "查不到的公式", partial(edited, edit=_error)),
    ("D08", "合并两行", partial(edited, edit=lambda sheet: sheet.merge_cells("D2:D3"))),
    ("D09", "合计", lambda: sheets(both([GOOD_ADOPTED, ("合 计", "", "", "1", "")]))),
    ("D10", "没有填单位", partial(adopted, {"单位": ""})),
    ("D10", "没有选渠道", partial(adopted, {"渠道": ""})),
    ("D11", "零宽空格", partial(adopted, {"单位": "大埔\u200b镇"})),
    ("D12", "没有年份", partial(adopted, {"采用日期": "3月5日"})),
    ("D12", "日期序号", partial(adopted, {"采用日期": 45356})),
    ("D12", "全角数字", partial(adopted, {"采用日期": "２０２４-３-５"})),
    ("D12", "带着时间", partial(adopted, {"采用日期": moment(2024, 3, 5, 8, 30)})),
    ("D13", "二月三十日", partial(adopted, {"采用日期": "2024-02-30"})),
    ("D13", "二十四世纪", partial(adopted, {"采用日期": "2404-03-05"})),
    ("D14", "上一年", partial(adopted, {"采用日期": "2023-12-31"})),
    ("D15", "没有日期", partial(event, {"发生时间": "08:30"})),
    ("D15", "二十四点", partial(event, {"发生时间": "2024-03-05 24:00"})),
    ("D16", "只有日期", partial(event, {"发生时间": "2024-03-05"})),
    ("D17", "写到了秒", partial(event, {"发生时间": "2024-03-05 08:30:15"})),
    ("D18", "带着单位", partial(event, {"次数": "5分"})),
    ("D18", "千分号", partial(event, {"次数": "1,000"})),
    ("D18", "全角", partial(event, {"次数": "１２"})),
    ("D19", "小数太多", partial(event, {"次数": "0.125"})),
    ("D19", "数太大", partial(event, {"次数": "99999999999999"})),
    ("D20", "打了勾", partial(event, {"无故": "√"})),
    ("D20", "别的字", partial(event, {"无故": "不详"})),
    ("D21", "词写得不全", partial(event, {"后果": "不良"})),
    ("D21", "别的词", partial(adopted, {"渠道": "报纸"})),
    ("D22", "错一个字", partial(adopted, {"单位": "大浦镇"})),
    ("D22", "半角括号", partial(adopted, {"单位": "县水利局(含水库移民局)"})),
    ("D22", "同样的错写了三行", partial(adopted, *[{"单位": "大浦镇", "信息编号": str(n)} for n in range(3)])),
    ("D23", "同一事件记了两次", partial(event, {}, {"次数": "1"})),
    ("D24", "二十位的编号", partial(adopted, {"信息编号": 20240305000123456789})),
    ("D25", "一列是列表", partial(parquet_of, column=[["甲"]])),
    ("D26", "一列错了三百格", partial(adopted, *[{"单位": f"某镇{n}"} for n in range(300)])),
    ("D27", "一列没有一格读得出", partial(many, 10_001)),
    ("D28", "编号有一个字是全角的", partial(event, {}, {"事件编号": "T-１", "次数": "1"})),
    ("D28", "批示的编号全是全角", partial(endorsed, "２０２４－００１", "2024-001")),
    ("D90", "落在没有印的格子", partial(scored, ("市级: {信息: 2, 调研: 4}", "市级: {信息: 2}"),
                               采用=[["1", "一科", "2024-03-05", "市级", "调研"]])),
    ("D91", "少一个单位的记录", partial(scored, ("{每: 年, 缺: 待定}", "{每: 年, 缺: 报错}"),
                               作风=[["一科", "2024-12-05", "否", "否"]])),
    ("D92", "任务填得比表上的大", partial(scored, ("  三科: {系列: 乙类}", "  三科: {系列: 乙类, 折数: 200}"),
                                ("列: {系列: [甲类, 乙类],", "列: {系列: [甲类, 乙类], 折数: {类: 数, 空: 0},"),
                                ("  表扬加分: {", f"{UNBOUND}  表扬加分: {{"))),
    ("N01", "多一张工作表", lambda: sheets({"采用台账": [["编号"]], **both()})),
    ("N02", "多一列", lambda: sheets(both() | {"采用": [[*ADOPTED, "备注"], [*GOOD_ADOPTED, "已核"]]})),
    ("N03", "没有选填的列", lambda: sheets(both() | {"采用": [ADOPTED[:4], GOOD_ADOPTED[:4]]})),
    ("N03", "没有可以没有的台账", lambda: sheets({"采用": [ADOPTED]}, rules=book(optional=True))),
    ("N04", "两端有空格", partial(adopted, {"单位": " 大埔镇\u3000"})),
    ("N05", "隐藏的工作表、行、列", hidden),
    ("N06", "编号填成了数", partial(adopted, {"信息编号": 1006})),
    ("N07", "写了别名", partial(adopted, {"单位": "教育局"})),
    ("N08", "标题相同编号不同", partial(adopted, {}, {"信息编号": "2024-002"})),
    ("N09", "一行记了两次", partial(adopted, {}, {})),
    ("N13", "批示的编号多打了一位", partial(endorsed, "2024-0011", "2024-001")),
    ("N13", "批示了没有记的几条", partial(endorsed, *(f"甲{n}" for n in range(6)))),
    ("N11", "附件还没有核对", partial(checked, ("止: 2024-01-01 至 2024-12-31}", UNCOMPARED))),
    ("N12", "都核对过了", partial(checked, ("止: 2024-01-01 至 2024-12-31}", UNCOMPARED.partition("\n")[0]))),
    ("N10", "GB18030", lambda: taken(write_csv(Path("台账"), both(), "gb18030"))),
]  # fmt: skip
