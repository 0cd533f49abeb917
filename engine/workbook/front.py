"""说明 (what this workbook is and what went in), 未计 (rows left out), 口径 (readings taken)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from engine.calendar import day_number
from engine.result import Result
from engine.rulebook import Reading
from engine.workbook.content import Content, Link
from engine.workbook.drill import key_cells
from engine.workbook.page import Head, Line, Page

_HOW_TO_READ = (
    ("数", "都是数，可以排序、筛选。除不尽的前面有“约”，如 约13.33；准确值（40/3）在“明细”的说明里，计分用准确值。"),
    ("比率", "写成百分数，至多一位小数，舍入过的前面有“约”。判断档次用准确值，不用这里看到的。"),
    ("没有值的格", "写明原因：“待定”是还不能认定，“未到期”是考评期还没有结束，“不适用”“无”是本来就没有。不等于 0。"),
    ("查原因", "点名次表里的单位名，到“明细”里看它每一分的由来；再按“台账行”到“记录”或台账里找原记录。"),
)
_LEDGERS = (
    Head("台账", "text", 16), Head("读入行数", width=10), Head("计入行数", width=10), Head("未计行数", width=10),
    Head("文件", "text", 40), Head("sha256", "text", 68),
)  # fmt: skip
_UNCOUNTED = (
    Head("台账", "center", 9), Head("文件", "text", 28), Head("行", "center", 8), Head("原因", "text", 60),
    Head("内容", "text", 70),
)  # fmt: skip
_READINGS = (
    Head("编号", "center", 8), Head("条款", "text", 16), Head("问题", "text", 50), Head("采取", "text", 22),
    Head("备选", "text", 26), Head("理由", "text", 50), Head("待裁定", "center", 9),
)  # fmt: skip


def warnings(result: Result) -> list[str]:
    """What every reader of a ranking must see first: a rule file that is not the final one, results that may change."""
    mark = result.book.title.mark
    found = [f"【{mark}】本表不能作为正式结果。"] if mark else []
    if result.provisional:
        found.append(f"【暂定】{'；'.join(_reasons(result))}。名次和得分还会变。")
    return found


def _reasons(result: Result) -> Iterator[str]:
    if result.as_of < day_number(result.book.title.end):
        yield f"截至 {result.as_json_date()}，考评期到 {result.book.title.end} 才结束"
    if result.skipped:
        yield "台账里有填写有误的行没有计入，见“未计”"


@cache
def engine_version() -> str:
    """The version of this program; asked once, since the library keeps something each time it is."""
    try:
        return version("xize")
    except PackageNotFoundError:
        return "未安装，直接从源文件运行"


def write_guide(page: Page, result: Result, sheets: Sequence[tuple[str, str]]) -> None:
    """The front page; ``sheets``: name and what is in it."""
    page.on_one_page()
    for name, text in _facts(result):
        page.pair(name, text)
    page.heading("台账")
    page.table(_LEDGERS, (Line(cells) for cells in _ledgers(result)), frozen=None)
    page.heading("各工作表")
    for name, text in sheets:
        page.pair(Link(name, name, 0), text)
    page.heading("怎样读")
    for name, text in _HOW_TO_READ:
        page.pair(name, text)


def _facts(result: Result) -> Iterator[tuple[str, str]]:
    title, readings = result.book.title, result.book.readings.values()
    undecided = sum(r.undecided for r in readings)
    changed = "、".join(f"{r.name} 取“{r.chosen}”" for r in readings if r.chosen != r.taken)
    taken = f"本次改取：{changed}" if changed else "都按细则文件所写"
    yield "细则", f"{title.name}（{title.year}年度，文号：{title.number}）"
    yield "细则文件", result.book.source.name
    yield "sha256", result.book.digest
    yield "截至", result.as_json_date()
    yield "结果", "；".join(_reasons(result)) + "，是暂定结果" if result.provisional else "考评期已结束，记录都已读入"
    yield "单位", f"{len(result.units)} 个"
    yield "口径", f"{len(readings)} 项，其中待裁定 {undecided} 项；{taken}"
    yield "程序", f"细则引擎 {engine_version()}"


def _ledgers(result: Result) -> Iterator[list[Content]]:
    """Rows read = rows counted + rows left out, ledger by ledger."""
    left = Counter(u.ledger for u in result.uncounted)
    for file, digest, read in result.files:
        for ledger, rows in read.items():
            yield [ledger, rows, rows - left[ledger], left[ledger], file, digest]


def write_uncounted(page: Page, result: Result) -> None:
    """Every row that was read and not counted, with its words."""
    if not result.uncounted:
        page.say("没有：读到的每一行都计入了。")
    words = {name: raw.records(u.row for u in result.uncounted if u.ledger == name)
             for name, raw in result.ledgers.raw.items()}  # fmt: skip
    lines = (
        Line([u.ledger, u.file, u.row, u.reason, _words(result, words, u.ledger, u.row)]) for u in result.uncounted
    )
    page.table(_UNCOUNTED, lines, searched=True)


def _words(result: Result, words: dict[str, dict[int, dict[str, str]]], ledger: str, row: int) -> str:
    found = words[ledger].get(row, {})
    return key_cells(found, result.book.ledgers[ledger], with_unit=True)


def write_readings(page: Page, result: Result) -> None:
    """What was unclear in the text, and how it was read in this run."""
    page.table(_READINGS, (Line(_reading(r)) for r in result.book.readings.values()), frozen=1)


def _reading(reading: Reading) -> list[Content]:
    changed = f"（本次改取；细则文件取“{reading.taken}”）" if reading.chosen != reading.taken else ""
    return [
        reading.name, "；".join(reading.clauses), reading.question, reading.chosen + changed,
        "；".join(reading.alternatives), reading.reason, "待裁定" if reading.undecided else "",
    ]  # fmt: skip
