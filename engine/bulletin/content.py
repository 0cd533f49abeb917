"""One issue as the texts a template prints (:mod:`engine.bulletin.names`). Nothing here is computed on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from engine.bulletin.asked import Wording, blank_number
from engine.bulletin.doubts import doubtful
from engine.bulletin.figures import Figures, Placed
from engine.bulletin.issue import Issue
from engine.bulletin.sentences import listed_sentences, outcome_sentences, overview, top_sentences
from engine.bulletin.totals import column_total, rows_of
from engine.bulletin.words import BLANK_DATE, NOTHING, cell, chinese, full_date, percent, points, short_date
from engine.explanation import near
from engine.result import Result, figure
from engine.rulebook import Annex
from engine.scoring.table import UNIT

_FIXED_HEADINGS = 2  # 一、二 stand in the template; the wording blocks go on from there


def content(result: Result, issue: Issue, wording: Wording) -> dict[str, Any]:
    """The texts of one bulletin. Raises :class:`Rejected` (B06) where totals do not reconcile."""
    figures, bulletin = Figures(result, issue), issue.bulletin
    doubts = doubtful(result.book, bulletin)
    tables = [_table(figures, name, placed) for name, placed in figures.groups.items()]
    annexes = [_annex(figures, name, annex) for name, annex in bulletin.annexes.items()]
    names = [t["题"] for t in tables] + [a["题"] for a in annexes] + (["待裁定的口径"] if doubts else [])
    numbers = [str(i) for i in range(1, len(names) + 1)]
    for number, annex in zip(numbers, [*tables, *annexes], strict=False):
        annex["序"] = number
    texts = {name: filled(paragraphs, figures) for name, paragraphs in bulletin.texts.items()}
    lead = texts.pop("导语", [f"根据《{result.book.title.name}》，现将{issue.period}{bulletin.name}通报如下。"])
    return {
        **head(figures, wording, [*marks(result), *unfinished(figures), *_doubt_mark(len(doubts))]),
        "导语": "".join(lead),
        "概况": overview(figures),
        "情况": [*top_sentences(figures), *listed_sentences(figures), *outcome_sentences(figures)],
        "文字": [{"序": chinese(i), "题": name, "段": paragraphs}
               for i, (name, paragraphs) in enumerate(texts.items(), _FIXED_HEADINGS + 1)],
        "附件目录": [{"序": n, "名": name} for n, name in zip(numbers, names, strict=True)],
        "一个附件": len(names) == 1,
        "分组": tables,
        "清单": annexes,
        "口径": {"序": numbers[-1] if doubts else "", "有": bool(doubts), "行": [
            {"编号": r.name, "条款": "；".join(r.clauses), "问题": r.question, "采取": r.chosen} for r in doubts]},
        "名单": [_listing(figures, name) for name in bulletin.lists],
    }  # fmt: skip


# ---- what every document has ----------------------------------------------------------------


def head(figures: Figures, wording: Wording, notes: Sequence[str]) -> dict[str, Any]:
    """文面, title, period: the names that every kind of document has."""
    book, issue = figures.result.book, figures.issue
    paper, bulletin = book.letterhead, issue.bulletin
    lines = filled(bulletin.heading or ("关于{期}" + bulletin.name + "的通报",), figures)
    day = wording.day
    return {
        "标志": paper.masthead,
        "文号": wording.number or blank_number(paper.number, (day or issue.as_of).year),
        "标题行": lines,
        "标题": "".join(lines),
        "主送": paper.addressee,
        "细则": book.title.name,
        "年度": str(book.title.year),
        "期": issue.period,
        "本期": issue.sent_for,
        "截至": as_of(figures),
        "标注": list(notes),
        "落款": paper.signature,
        "日期": full_date(day) if day else BLANK_DATE,
        "附注": wording.note or paper.note,
        "抄送": list(paper.copies),
        "印发": paper.printer,
    }


def as_of(figures: Figures) -> str:
    """The as-of day in full."""
    return full_date(date.fromisoformat(figures.result.as_json_date()))


def filled(paragraphs: Sequence[str], figures: Figures) -> list[str]:
    """The words of the rule file with {期} {年度} {截至} {细则} put in."""
    day = date.fromisoformat(figures.result.as_json_date())
    title = figures.result.book.title
    known = {"期": figures.issue.period, "本期": figures.issue.sent_for, "年度": str(title.year), "细则": title.name,
             "截至": short_date(day) if day.year == title.year else full_date(day)}  # fmt: skip
    found = []
    for paragraph in paragraphs:
        text = paragraph
        for name, value in known.items():
            text = text.replace(f"{{{name}}}", value)
        found.append(text)
    return found


def marks(result: Result) -> list[str]:
    """What must be seen first: 示意, 暂定, readings switched by hand."""
    title, found = result.book.title, []
    if title.mark:
        found.append(title.mark)
    if result.skipped:
        found.append("暂定：台账里有错误的记录尚未改正，没有计入。")
    switched = [f"{r.name}取“{r.chosen}”" for r in result.book.readings.values() if r.chosen != r.taken]
    if switched:
        found.append(f"本件换用了口径：{'、'.join(switched)}。")
    return found


def unfinished(figures: Figures) -> list[str]:
    """That the as-of day asked for comes before the last day of the issue."""
    early = date.fromisoformat(figures.result.as_json_date()) < figures.issue.as_of
    return [f"{figures.issue.sent_for}还没有结束，数只到{as_of(figures)}。"] if early else []


def _doubt_mark(doubts: int) -> list[str]:
    return [f"本件涉及的{doubts}处口径尚待裁定，本次怎样理解附在后面。"] if doubts else []


# ---- tables -----------------------------------------------------------------------------------


def _table(figures: Figures, name: str, placed: Sequence[Placed]) -> dict[str, Any]:
    """One group: units in order, the columns declared, a line of totals."""
    bulletin = figures.issue.bulletin
    totals = [
        points(column_total(figures, c).parts[name], bulletin.decimals) if c in bulletin.totals else ""
        for c in bulletin.columns
    ]
    return {
        "题": f"{name}单位{bulletin.name}表" if name else f"{bulletin.name}表",
        "名": name,
        "单位数": str(len(placed)),
        "列": list(bulletin.columns),
        "行": [row(figures, p) for p in placed],
        "合计": totals,
        "有合计": bool(bulletin.totals),
        "注": _footnote(figures),
        "图": _chart(figures, name, placed),
    }


def _chart(figures: Figures, name: str, placed: Sequence[Placed]) -> dict[str, Any]:
    """Bars of what the units are ordered by first, as printed (a rate in hundredths); none where there is no order."""
    key = figures.issue.bulletin.order[0][0] if figures.issue.bulletin.order else ""
    bars = [(p.unit.name, figures.text(p.unit, key).removesuffix("%")) for p in placed
            if key and isinstance(figures.value(p.unit, key), Fraction)]  # fmt: skip
    title, measure = f"{name}单位{key}", f"{key}（%）" if key and figures.rate(key) else key
    return {
        "记号": f"〔图：{title}〕", "题": f"{name}单位{measure}", "量": measure,
        "名": [who for who, _ in bars], "值": [value for _, value in bars],
    }  # fmt: skip


def row(figures: Figures, placed: Placed) -> dict[str, Any]:
    """One unit's line."""
    issue = figures.issue
    return {
        "号": str(placed.unit.number + 1),
        "名次": placed.text,
        "单位": placed.unit.name,
        "格": [figures.text(placed.unit, name) for name in issue.bulletin.columns],
        "说明": "；".join(near(placed.unit, issue.bulletin.period, issue.shown.number)),
    }


def _footnote(figures: Figures) -> str:
    bulletin = figures.issue.bulletin
    keys = "、".join(name for name, _ in bulletin.order)
    basis = f"名次依次按{keys}排列，完全相同的并列；" if keys else ""
    rounding = f"分数至多保留{bulletin.decimals}位小数，百分比至多保留{bulletin.percent_decimals}位小数，四舍五入"
    return f"注：{basis}{rounding}，比较用未舍入的数。“{NOTHING}”表示没有。"


def _listing(figures: Figures, name: str) -> dict[str, Any]:
    """The units on one list (名单), in the order of their groups."""
    found = [p for placed in figures.groups.values() for p in placed if figures.on_list(p.unit, name)]
    share = Fraction(len(found), len(figures.result.units))
    return {
        "名": name,
        "个数": str(len(found)),
        "占比": percent(share, figures.issue.bulletin.percent_decimals),
        "列": list(figures.issue.bulletin.columns),
        "行": [row(figures, p) for p in found],
    }


def _annex(figures: Figures, name: str, annex: Annex) -> dict[str, Any]:
    """The counted rows of a ledger in the period the bulletin is sent for."""
    result, bulletin = figures.result, figures.issue.bulletin
    columns = result.outcome.columns[annex.ledger]
    rows = rows_of(result, annex.ledger, figures.issue.issued)
    units = result.book.roster.units

    def text(cells: Mapping[str, Any], column: str) -> str:
        if column not in columns:  # 单位, of a ledger that reaches units through another
            return str(units[cells[UNIT]].name)
        return cell(figure(cells, column, columns[column]), bulletin.decimals, bulletin.percent_decimals,
                    rate=columns[column].measure == "比率")  # fmt: skip

    lines = [{"序": str(i), "格": [text(cells, c) for c in annex.columns]} for i, cells in enumerate(rows, 1)]
    return {"题": name, "列": list(annex.columns), "行": lines}
