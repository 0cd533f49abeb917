"""The records of one ledger: what is no record, cells that cannot be read, days of another year, repetitions.

Work is done on whole columns. Python looks at each *different* text once, and at
the cells that are refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial

import polars as pl

from engine.ledger import cells
from engine.ledger.cells import BLANKS, INVISIBLE, Fault
from engine.ledger.sheets import Flaw, RawTable
from engine.rulebook import Field, Kind, Ledger, Roster, Title
from engine.source import Problem, Severity

MOST_SHOWN = 200
FEW = 5  # cells with the same fault that are still told one by one
FIRST_SHOWN = 20
MOST_WRONG = 10_000
TYPES: Mapping[Kind, type[pl.DataType]] = {
    Kind.TEXT: pl.String, Kind.FLAG: pl.Boolean, Kind.DAY: pl.Int64, Kind.MOMENT: pl.Int64,
    Kind.NUMBER: pl.Int64, Kind.WORD: pl.Int64, Kind.UNIT: pl.Int64,
}  # fmt: skip
_TOTAL = r"^(合计|小计|总计|共计|总数|合计数)[:：]?$"
_FLAWS = {
    "公式": ("D06", "是公式，读到的可能是旧结果。", "选中后“复制—选择性粘贴—数值”，再核对。"),
    "错误值": ("D07", "是错误值（如 #N/A），不是内容。", "改成应填的内容；没有内容就清空。"),
    "合并": ("D08", "是合并的单元格，只有左上角一格有内容。", "取消合并，每一行都填写。"),
    "长数字": ("D24", "是超过 15 位的数字，Excel 已把末几位改成 0。", "把这一列设为文本，照原件重填。"),
}


@dataclass(slots=True)
class Findings:
    """What is found in one ledger; the first reason of a row is the one shown under 未计."""

    table: RawTable
    blocking: list[Problem] = field(default_factory=list)
    faulty: list[Problem] = field(default_factory=list)
    notices: list[Problem] = field(default_factory=list)
    bad: dict[int, str] = field(default_factory=dict)

    def refuse(self, column: str, row: int, text: str, fault: Fault) -> None:
        """One cell is at fault, and its row with it."""
        self.bad.setdefault(row, f"「{column}」{fault.detail}")
        place = self.table.cell(row, column, text)
        self.faulty.append(Problem(fault.code, fault.detail, place, fault.advice()))

    def refuse_all(self, column: str, rows: Sequence[int], texts: Sequence[str], judge: cells.Reader) -> None:
        """Many cells of a column: all are refused, the same text told once; beyond 200 texts the first 20 are told."""
        alike: dict[str, list[int]] = {}
        for row, text in zip(rows, texts, strict=True):
            alike.setdefault(text, []).append(row)
        told = list(alike.items())
        shown = told if len(told) <= MOST_SHOWN else told[:FIRST_SHOWN]
        for text, where in shown:
            fault = judge(text)
            assert isinstance(fault, Fault)
            self._refuse_alike(column, where, text, fault)
        if rest := [row for _, where in told[len(shown) :] for row in where]:
            self.bad = dict.fromkeys(rest, f"「{column}」填写有误") | self.bad
            detail = f"这一列还有 {len(rest)} 处错误，从第 {min(rest)} 行到第 {max(rest)} 行，不一一列出。"
            place = self.table.cell(min(rest), column)
            self.faulty.append(Problem("D26", detail, place, "先改前面列出的，多半是同一个原因。"))

    def _refuse_alike(self, column: str, rows: Sequence[int], text: str, fault: Fault) -> None:
        """The same text in several cells: told at the first, with where the others are."""
        if len(rows) <= FEW:
            for row in rows:
                self.refuse(column, row, text, fault)
            return
        first, *others = rows
        letter = self.table.letters.get(column, "")
        where = " ".join(f"{letter}{row}" for row in others[:MOST_SHOWN])
        more = " ……" if len(others) > MOST_SHOWN else ""
        also = f"同样的还有 {len(others)} 格：{where if letter else f'第 {where} 行'}{more}。"
        self.bad = dict.fromkeys(rows, f"「{column}」{fault.detail}") | self.bad
        self.refuse(column, first, text, replace(fault, detail=f"{fault.detail}\n{also}"))

    def refuse_rows(self, column: str, rows: Sequence[int], fault: Fault) -> None:
        """The same fault in many rows."""
        self.refuse_all(column, rows, [""] * len(rows), lambda _: fault)

    def block(self, code: str, detail: str, column: str = "", hint: str = "") -> None:
        """The ledger as a whole is at fault, at its header."""
        self.blocking.append(Problem(code, detail, self.table.cell(1, column, column), hint))

    def note(self, code: str, detail: str, row: int = 1, column: str = "", hint: str = "") -> None:
        """Something to be told that stops nothing."""
        place = self.table.cell(row, column)
        self.notices.append(Problem(code, detail, place, hint, severity=Severity.NOTICE))

    def sound(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows of a typed frame that are not refused so far."""
        return frame.filter(~pl.col("行").is_in(list(self.bad))) if self.bad else frame


# ---- rows and cells before their meaning ------------------------------------------------


def trimmed(ledger: Ledger, findings: Findings) -> pl.DataFrame:
    """The ledger's columns without blanks at both ends (told, with a count)."""
    text = findings.table.text
    columns = []
    for name in ledger.fields:
        written = text[name]
        plain = written.str.strip_chars(BLANKS)
        changed = findings.table.rows.filter((written != plain) & (plain != ""))
        if len(changed):
            detail = f"“{name}”列有 {len(changed)} 格两端有空格，已去掉（{_some(changed)}）。"
            findings.note("N04", detail, changed[0], name, "不用改。")
        columns.append(plain.alias(name))
    return pl.DataFrame(columns)


def _some(rows: Iterable[int], most: int = 5) -> str:
    numbers = [str(row) for row in rows]
    return f"第 {'、'.join(numbers[:most])}{'…' if len(numbers) > most else ''} 行"


def cells_to_judge(ledger: Ledger, findings: Findings) -> dict[str, pl.Series]:
    """Column → which of its cells are still to be read.

    Not those of a row that is no record (totals, too few or many cells), nor a cell
    refused for what it is in Excel, whatever it says.
    """
    _refuse_uneven(findings)
    _refuse_totals(findings)
    no_records = set(findings.bad)
    flawed = _refuse_flaws(ledger, no_records, findings)
    rows = findings.table.rows
    whole = ~rows.is_in(list(no_records))
    return {name: whole & ~rows.is_in(list(flawed.get(name, ()))) for name in ledger.fields}


def _refuse_totals(findings: Findings) -> None:
    """The word stands near the left edge, perhaps in a column of the user's own (序号), perhaps spread out (合 计)."""
    table = findings.table
    squeezed = pl.all().str.replace_all(r"[\s\u3000]", "")
    totals = table.text[:, :3].select(pl.any_horizontal(squeezed.str.contains(_TOTAL))).to_series()
    fault = Fault("D09", "这是合计行，不是一条记录。", "删去合计行；合计由程序算。")
    findings.refuse_rows(table.text.columns[0], table.rows.filter(totals).to_list(), fault)


def _refuse_uneven(findings: Findings) -> None:
    for flaw in findings.table.flaws:
        if flaw.kind == "格数":
            findings.refuse_rows(flaw.column, flaw.rows, _uneven(flaw))


def _uneven(flaw: Flaw) -> Fault:
    have, want = flaw.note.split("/")
    hint = "内容里有英文逗号的，整格用英文双引号括起；缺的格补上逗号。"
    return Fault("D05", f"这一行有 {have} 格，表头有 {want} 格。", hint)


def _refuse_flaws(ledger: Ledger, no_records: set[int], findings: Findings) -> dict[str, set[int]]:
    """Refuse formulas, errors, merged cells; tell numbers and dates among texts. Column → the rows refused."""
    found: dict[str, set[int]] = {}
    for flaw in findings.table.flaws:
        rows = [row for row in flaw.rows if row not in no_records]
        if flaw.column not in ledger.fields or not rows:
            continue
        free = ledger.fields[flaw.column].kind is Kind.TEXT
        if flaw.kind in _FLAWS and (free or flaw.kind != "长数字"):
            _refuse_flaw(flaw, rows, findings)
            found.setdefault(flaw.column, set()).update(rows)
        elif free and flaw.kind in ("数字", "日期"):
            detail = f"文本列“{flaw.column}”有 {len(rows)} 格是{flaw.kind}（{_some(rows)}），按显示的读。"
            hint = "看看前面的 0 有没有丢、编号有没有被改成日期；这一列宜设为文本。"
            findings.note("N06", detail, rows[0], flaw.column, hint)
    return found


def _refuse_flaw(flaw: Flaw, rows: list[int], findings: Findings) -> None:
    code, complaint, hint = _FLAWS[flaw.kind]
    fault = Fault(code, f"{flaw.note or '这一格'}{complaint}", hint)
    if flaw.kind == "合并":
        findings.refuse(flaw.column, rows[0], "", fault)
        findings.bad = dict.fromkeys(rows, f"「{flaw.column}」{fault.detail}") | findings.bad
    else:
        findings.refuse_rows(flaw.column, rows, fault)


# ---- cells and their meaning ------------------------------------------------------------


def column(f: Field, text: pl.Series, to_judge: pl.Series, roster: Roster, findings: Findings) -> pl.Series:
    """A column typed; its cells that cannot be read are refused."""
    judge = judge_of(f, roster)
    values, faulty = _free_text(f, text) if f.kind is Kind.TEXT else _words(f, text, judge, findings)
    rows, refused = findings.table.rows, faulty & to_judge
    if refused.any():
        findings.refuse_all(f.name, rows.filter(refused).to_list(), text.filter(refused).to_list(), judge)
    if f.kind is Kind.UNIT:
        _tell_aliases(f, text, roster, findings)
    return values.alias(f.name)


def _words(f: Field, text: pl.Series, judge: cells.Reader, findings: Findings) -> tuple[pl.Series, pl.Series]:
    """Each different text is read once, then the column is looked up: a ledger says few different things."""
    known: dict[str, int | bool] = {}
    wrong = 0
    for word in text.unique():
        value = judge(word or f.blank) if isinstance(f.blank, str) else judge(word)
        if not isinstance(value, Fault):
            known[word] = value
        elif (wrong := wrong + 1) > MOST_WRONG:
            detail = f"“{f.name}”列有 {MOST_WRONG} 种以上读不出的写法，不一一列出。"
            findings.block("D27", detail, f.name, "看看是不是填错了列。")
            nothing = pl.repeat(None, len(text), dtype=TYPES[f.kind], eager=True)
            return nothing, pl.repeat(False, len(text), eager=True)
    values = text.replace_strict(list(known), list(known.values()), default=None, return_dtype=TYPES[f.kind])
    return values, ~text.is_in([*known, ""] if f.blank is not None else list(known))


def judge_of(f: Field, roster: Roster) -> cells.Reader:
    """What a cell of this column says, or its fault; a TEXT cell is only looked at when it is at fault."""
    read_cell = cells.reader(f, roster)

    def judge(text: str) -> int | bool | Fault:
        return (_unseen(text) or read_cell(text)) if text else _not_blank(f)

    return judge


def _free_text(f: Field, text: pl.Series) -> tuple[pl.Series, pl.Series]:
    blank = text == ""
    default = f.blank if isinstance(f.blank, str) else None
    values = pl.select(pl.when(blank).then(pl.lit(default, pl.String)).otherwise(text)).to_series()
    unseen = text.str.contains(INVISIBLE)
    return values, unseen | blank if f.blank is None else unseen


def _unseen(text: str) -> Fault | None:
    """The fault of a text with characters nobody sees."""
    found = [c for c in text if cells.unseen(c)]
    if not found:
        return None
    names = "、".join(dict.fromkeys(f"U+{ord(c):04X}" for c in found))
    return Fault("D11", f"{cells.said(text)}里有看不见的字符 {names}。", "整格删去重新输入，不要从网页或聊天里粘贴。")


def _not_blank(f: Field) -> Fault:
    choices = f"可以填：{'、'.join(f.options)}。" if f.options else "照原件补上；不知道的先核实。"
    return Fault("D10", f"“{f.name}”不能空。", choices)


def _tell_aliases(f: Field, text: pl.Series, roster: Roster, findings: Findings) -> None:
    full = {alias: unit.name for unit in roster.units for alias in unit.aliases}
    for alias in text.unique().sort():
        if alias in full:
            rows = findings.table.rows.filter(text == alias)
            detail = f"“{alias}”是“{full[alias]}”的别名，{len(rows)} 行（{_some(rows)}）记在“{full[alias]}”名下。"
            findings.note("N07", detail, rows[0], f.name, "不用改；改用全名，就不再提示。")


# ---- records against the year and each other --------------------------------------------


def check_year(ledger: Ledger, title: Title, frame: pl.DataFrame, text: pl.DataFrame, findings: Findings) -> None:
    """A record dated before the year, or after it unless the ledger is 期后: 计入, is refused.

    A ledger without a dated column (a roster) has no year.
    """
    if not ledger.dated:
        return
    per_day = 1440 if ledger.fields[ledger.dated].kind is Kind.MOMENT else 1
    days = frame[ledger.dated] // per_day
    first, last = _days(title.opens), _days(title.end)
    outside = (days < first) if ledger.late else (days < first) | (days > last)
    outside = outside.fill_null(False) & ~frame["行"].is_in(list(findings.bad))
    years = pl.from_epoch(days, time_unit="d").dt.year()
    for year in years.filter(outside).unique().sort():
        there = outside & (years == year)
        rows, texts = frame["行"].filter(there).to_list(), text[ledger.dated].filter(there).to_list()
        if len(set(texts)) > FIRST_SHOWN or len(rows) == frame.height > 1:
            _refuse_year(ledger, title, year, rows, findings)
        else:
            findings.refuse_all(ledger.dated, rows, texts, partial(_of_another_year, ledger, title))


def _of_another_year(ledger: Ledger, title: Title, written: str) -> Fault:
    return Fault("D14", f"“{written}”不在 {title.opens} 至 {title.end} 之内。", _year_hint(ledger, title))


def _refuse_year(ledger: Ledger, title: Title, year: int, rows: Sequence[int], findings: Findings) -> None:
    """Records of many days of one other year, told once: most likely it is that year's ledger."""
    within = f"不在 {title.opens} 至 {title.end} 之内。"
    findings.bad = dict.fromkeys(rows, f"「{ledger.dated}」在 {year} 年，{within}") | findings.bad
    where = f"从第 {min(rows)} 行到第 {max(rows)} 行"
    detail = f"有 {len(rows)} 条记录的{ledger.dated}都在 {year} 年（{where}），{within}"
    hint = f"整本是 {year} 年台账的，用 {year} 年度的细则文件来算；混进来的，记到 {year} 年的台账里。"
    findings.faulty.append(Problem("D14", detail, findings.table.cell(min(rows), ledger.dated), hint))


def _year_hint(ledger: Ledger, title: Title) -> str:
    if ledger.late:
        return f"核对年份；{title.start} 以前的，记在上一年的台账里。"
    return f"核对年份；不是 {title.year} 年的记录，记在那一年的台账里。"


def _days(day: date) -> int:
    return (day - date(1970, 1, 1)) // timedelta(days=1)


def check_unique(ledger: Ledger, frame: pl.DataFrame, text: pl.DataFrame, findings: Findings) -> None:
    """A record that repeats an earlier one in the columns declared 唯一 is refused; the first one stands."""
    if not ledger.unique:
        return
    keyed = frame.drop_nulls(ledger.unique).with_columns(pl.col("行").first().over(ledger.unique).alias("首行"))
    repeated = keyed.filter(pl.col("行") != pl.col("首行"))
    firsts = iter(repeated["首行"])
    name = "、".join(f"“{column}”" for column in ledger.unique)

    def judge(_: str) -> Fault:
        return Fault(
            "D23", f"{name}与第 {next(firsts)} 行相同，一件事只能记一行。", "删去多余的一行；确是两件事的，改正编号。"
        )

    rows = repeated["行"].to_list()
    texts = text[ledger.unique[0]].filter(findings.table.rows.is_in(rows)).to_list()
    findings.refuse_all(ledger.unique[0], rows, texts, judge)


def tell_alike(ledger: Ledger, frame: pl.DataFrame, findings: Findings) -> None:
    """Tell records that are the same in every column, and those the rule file calls 疑似重复."""
    same = _groups(frame, list(ledger.fields))
    if same.height:
        shown = _shown(same)
        findings.note(
            "N09",
            f"有 {same.height} 组记录每一列都相同：{shown}。",
            same["行"][0][0],
            "",
            "重复录入的，删去多余的行；确是两次的，不用改。",
        )
    if not ledger.alike:
        return
    alike = _groups(frame.unique(list(ledger.fields), keep="first").drop_nulls(ledger.alike), list(ledger.alike))
    if alike.height:
        detail = f"有 {alike.height} 组记录的{'、'.join(ledger.alike)}相同：{_shown(alike)}。"
        findings.note(
            "N08", detail, alike["行"][0][0], "", "看看是不是同一件事记了两次，或者用了两个编号；确是两件的，不用改。"
        )


def _groups(frame: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Rows that are equal in ``keys``, as lists of row numbers, two or more each, by their first row."""
    repeated = frame.filter(pl.struct(keys).is_duplicated())
    return repeated.sort("行").group_by(keys, maintain_order=True).agg("行")


def _shown(groups: pl.DataFrame, most: int = 5) -> str:
    lists = ["、".join(map(str, rows)) for rows in groups["行"].head(most).list.head(8)]
    return "；".join(f"第 {rows} 行" for rows in lists) + ("……" if groups.height > most else "")
