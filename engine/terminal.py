"""Results and explanations on a terminal. Words and bars only; nothing is computed here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from engine.explanation.story import Reason, Record, Story, said
from engine.number import show_percent
from engine.readings.outlook import CONSEQUENCES, POINTS, RANKS
from engine.result import Figure, Result, Unit
from engine.rulebook import Absent, Bulletin, Kind, Period
from engine.scoring import SCORE, TIED
from engine.source import display_width
from engine.whatif import lines

if TYPE_CHECKING:
    from engine.column import Column
    from engine.readings import Outlook, Survey
    from engine.whatif import Report

_BAR = 10
_MANY = 5  # units
_LISTED = 12  # rows
_VARIANTS = 40  # lines
_NARROW = 100  # below this many columns the bar is left out
_PIPED = 140  # where there is no terminal to ask


def _console(*, stderr: bool = False) -> Console:
    console = Console(stderr=stderr, highlight=False, soft_wrap=stderr)
    return console if console.is_terminal else Console(stderr=stderr, highlight=False, soft_wrap=stderr, width=_PIPED)


# ---- score --------------------------------------------------------------------------------


def print_result(result: Result) -> None:
    """A table per class, then what was not counted, what waits, and the readings used."""
    console = _console()
    console.print(Text(_headline(result), style="bold"))
    if result.units and isinstance(result.units[0].score, dict | Absent) and not _any_score(result):
        for bulletin in _progress(result):
            _print_groups(console, result, lambda units, title, b=bulletin: _progress_table(result, b, units, title))
    else:
        _print_groups(console, result, lambda units, title: _ranking(units, title, console.width >= _NARROW))
    _print_uncounted(console, result)
    _print_remarks(console, result)
    _print_readings(console, result)


def print_bulk(summary: Mapping[str, Any]) -> None:
    """A run over many offices, from its summary (汇总.json): how many, what was not counted and why, the digest."""
    console, rules = _console(), summary["规则"]
    state = f"　{rules['状态']}" if "状态" in rules else ""
    provisional = "　暂定" if summary["暂定"] else ""
    head = f"{rules['名称']}　{rules['年度']} 年度{state}　截至 {summary['截至']}{provisional}"
    console.print(Text(head, style="bold"), soft_wrap=True)
    console.print(f"{summary['各家']} 家，{summary['单位']} 个单位。")
    for reason, units in summary["没有得分"].items():
        console.print(f"  没有得分：{reason} {units} 个单位")
    rows = summary["记录"]
    read, counted = (sum(ledger[key] for ledger in rows.values()) for key in ("读入", "计入"))
    console.print(f"读入 {read} 行，计入 {counted} 行，未计 {read - counted} 行。")
    for name, ledger in rows.items():
        for reason, number in ledger["未计"].items():
            console.print(Text(f"  未计 {name} {number} 行：{reason}"), soft_wrap=True)
    console.print(f"校验值 {summary['校验值']}", soft_wrap=True)


def _headline(result: Result) -> str:
    title = result.book.title
    state = "　暂定" if result.provisional else ""
    return f"{title.name}　{title.marked(f'{title.year} 年度')}　截至 {result.as_json_date()}{state}"


def _any_score(result: Result) -> bool:
    return any(isinstance(u.score, Fraction | dict) for u in result.units)


def _print_groups(console: Console, result: Result, make: object) -> None:
    groups: dict[str | None, list[Unit]] = {}
    for unit in result.units:
        groups.setdefault(unit.group, []).append(unit)
    for name, units in groups.items():
        assert callable(make)
        console.print(make(units, name or ""))


def _ranking(units: list[Unit], title: str, bars: bool) -> Table:
    """名次 单位 得分 项目… 折算 完成率, in the order of the first rank item. No figure is ever cut short."""
    ordered = sorted(units, key=_first_rank)
    scaled = list(dict.fromkeys(name for unit in units for name in unit.scaled))
    names = ["名次", "单位", SCORE, *units[0].contributions, *scaled]
    rows = [_row(unit, scaled) for unit in ordered]
    rates = _yearly_rates(units[0]) if bars else []
    table = Table(title=title, title_justify="left", header_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    for name, cells in zip(names, zip(*rows, strict=True), strict=True):
        least = max(map(display_width, cells))
        table.add_column(name, justify="left" if name == "单位" else "right", min_width=least)
    for name in rates:
        table.add_column(name, no_wrap=True)
    for unit, row in zip(ordered, rows, strict=True):
        table.add_row(*map(escape, row), *(_bar(unit.figure(name)) for name in rates))
    return table


def _row(unit: Unit, scaled: list[str]) -> list[str]:
    figures = [*unit.contributions.values(), *(unit.scaled.get(name, Absent.INAPPLICABLE) for name in scaled)]
    return [_place(unit), unit.name, _cell(unit.score), *map(_cell, figures)]


def _yearly_rates(unit: Unit) -> list[str]:
    """The year's completion rates: 商 of one measure over 年."""
    columns: dict[str, Column] = dict(unit.result.outcome.columns.get(Period.YEAR.value, {}))
    named = [i.name for i in unit.book.items.values() if i.section == "指标" and i.period is Period.YEAR]
    return [n for n in named if n in columns and columns[n].measure == "比率"][:2]


def _first_rank(unit: Unit) -> tuple[bool, int]:
    ranks = [v for k, v in unit.ranks.items() if k != TIED]
    place = ranks[0] if ranks and isinstance(ranks[0], int) else None
    return (place is None, place or 0)


def _place(unit: Unit) -> str:
    ranks = unit.ranks
    if not ranks:
        return ""
    place = next(v for k, v in ranks.items() if k != TIED)
    if isinstance(place, dict):
        return "／".join("—" if v is None else str(v) for v in place.values())
    return "—" if place is None else f"{place}{'＝' if ranks[TIED] is True else ''}"


def _cell(value: Figure | dict[str, Figure]) -> str:
    return "／".join(said(v) for v in value.values()) if isinstance(value, dict) else said(value)


def _bar(value: Figure) -> Text:
    if not isinstance(value, Fraction):
        return Text(said(value))
    full = max(0, min(_BAR, int(value * _BAR)))
    colour = "green" if value >= 1 else "yellow" if value * 4 >= 3 else "red"
    return Text.assemble(("█" * full, colour), ("░" * (_BAR - full), "dim"), f" {show_percent(value):>7}")


def _print_uncounted(console: Console, result: Result) -> None:
    read = sum(rows for _, _, held in result.files for rows in held.values())
    console.print(f"读入 {read} 行，计入 {read - len(result.uncounted)} 行，未计 {len(result.uncounted)} 行。")
    reasons: dict[tuple[str, str], list[int]] = {}
    for row in result.uncounted:
        reasons.setdefault((row.ledger, row.reason), []).append(row.row)
    for (ledger, reason), rows in reasons.items():
        more = f" …… 共 {len(rows)} 行" if len(rows) > _LISTED else " 行"
        line = f"  未计 {ledger}第 {' '.join(map(str, rows[:_LISTED]))}{more}：{reason}"
        console.print(Text(line), soft_wrap=True)


def _print_remarks(console: Console, result: Result) -> None:
    """归零, 处置, 待定 and 提示 per unit; a ledger that most units still lack is told in one line."""
    lacking = [ledger for ledger, _ in result.outcome.lacking]
    common = {ledger for ledger in lacking if lacking.count(ledger) > _MANY}
    for ledger in sorted(common):
        console.print(Text(f"  待定：{lacking.count(ledger)} 个单位在{ledger}台账里还没有记录"))
    for unit in result.units:
        pending = [text for text in unit.pending if text.partition("：")[0] not in common]
        remarks = [*unit.vetoes, *unit.consequences, *pending, *unit.notices]
        if remarks:
            console.print(Text(f"  {unit.name}：{'；'.join(remarks)}"), soft_wrap=True)


def _print_readings(console: Console, result: Result) -> None:
    """The readings: those switched by hand in full, those awaiting a ruling by name; all of them are in --json."""
    readings = result.book.readings.values()
    switched = [f"{r.name} 取“{r.chosen}”（默认“{r.taken}”）" for r in readings if r.chosen != r.taken]
    if switched:
        console.print(Text(f"换用的口径：{'、'.join(switched)}", style="bold yellow"))
    waiting = [f"{r.name} {r.chosen}" for r in readings if r.undecided]
    if waiting:
        console.print(
            Text(f"口径共 {len(readings)} 个，其中 {len(waiting)} 个待裁定：{'、'.join(waiting)}", style="dim")
        )


# ---- progress before the year has ended ----------------------------------------------------


def _progress(result: Result) -> list[Bulletin]:
    """The bulletins that can be shown before there is a 得分: each ranks by its own declared basis."""
    return [b for b in result.book.bulletins.values() if SCORE not in (*b.columns, *(n for n, _ in b.order))]


def _progress_table(result: Result, bulletin: Bulletin, units: list[Unit], title: str) -> Table:
    number = result.started(bulletin.period)[-1]
    label = f"第 {number} {bulletin.period.value}" if bulletin.period is not Period.YEAR else "全年"
    table = Table(title=f"{title}　{bulletin.name}（{label}，进度，不是得分）", title_justify="left", box=SIMPLE_HEAD)
    table.add_column("单位", no_wrap=True)
    shown = [n for n in bulletin.columns if _reachable(units[0], n, bulletin)]
    for name in shown:
        table.add_column(name, justify="right", no_wrap=True)
    for unit in sorted(units, key=lambda u: [_order(u, n, d, bulletin.period, number) for n, d in bulletin.order]):
        table.add_row(escape(unit.name), *(_progress_cell(unit, n, bulletin.period, number) for n in shown))
    return table


def _reachable(unit: Unit, name: str, bulletin: Bulletin) -> bool:
    return name in unit.result.outcome.columns[bulletin.period.value]


def _progress_cell(unit: Unit, name: str, period: Period, number: int) -> Text:
    value = unit.figure(name, period, number)
    column = unit.result.outcome.columns[period.value][name]
    return _bar(value) if column.kind is Kind.RATIO else Text(said(value))


def _order(unit: Unit, name: str, direction: str, period: Period, number: int) -> tuple[bool, Fraction]:
    value = unit.figure(name, period, number)
    if not isinstance(value, Fraction):
        return (True, Fraction(0))
    return (False, value if direction in ("低者先", "早者先") else -value)


# ---- readings -----------------------------------------------------------------------------


def print_survey(survey: Survey) -> None:
    """Every alternative that changes something, the weightiest first, with the units most moved; then the rest."""
    console = _console()
    console.print(Text(f"{_headline(survey.base)}　换一种口径，哪些单位会变", style="bold"))
    for outlook in (o for o in survey.outlooks if o.changes):
        reading = outlook.reading
        waiting = ("　待裁定", "yellow") if reading.undecided else ""
        head = Text.assemble((f"{reading.name} {reading.chosen}→{outlook.name}", "bold"), f"　{outlook.state}", waiting)
        console.print(head, soft_wrap=True)
        console.print(Text(f"    {_most_moved(outlook)}", style="dim"), soft_wrap=True)
    same = [f"{o.reading.name} {o.name}" for o in survey.outlooks if o.ran and not o.changes]
    if same:
        console.print(Text(f"今年没有变化：{'、'.join(same)}"), soft_wrap=True)
    for outlook in (o for o in survey.outlooks if not o.ran):
        console.print(Text(f"{outlook.reading.name} {outlook.name}：{outlook.state}"), soft_wrap=True)


def _most_moved(outlook: Outlook) -> str:
    """The few units that matter most, each with its changes of 得分, rank, 处置; or of bands and measures."""
    heavy = [c for c in outlook.changes if c.sort in (POINTS, RANKS, CONSEQUENCES)] or list(outlook.changes)
    units = sorted(dict.fromkeys(c.unit for c in heavy), key=lambda u: -max(abs(c.by) for c in heavy if c.unit == u))
    told = [f"{unit} {'，'.join(c.words for c in heavy if c.unit == unit)}" for unit in units[:_MANY]]
    return "；".join(told) + (f"；……共 {len(units)} 个单位" if len(units) > _MANY else "")


# ---- what if ------------------------------------------------------------------------------


def print_whatif(report: Report, unit: str | None) -> None:
    """A line a variant (those that come to the same in one), the first and last ones where there are very many."""
    console = _console()
    console.print(Text(f"{_headline(report.base)}　试改{f'　{unit}' if unit else ''}", style="bold"), soft_wrap=True)
    for line in lines.opening(report):
        console.print(Text(line), soft_wrap=True)
    table = Table(header_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    for name in lines.heads(report, unit):
        table.add_column(name, overflow="fold")
    found = lines.rows(report, unit)
    half = _VARIANTS // 2
    for row in found if len(found) <= _VARIANTS else (*found[:half], *found[-half:]):
        table.add_row(*map(escape, (*lines.values(report, row), *row.cells)))
    console.print(table)
    for text in lines.refused(report)[:_MANY]:
        console.print(Text(f"  {text}"), soft_wrap=True)
    if len(report.runs) == 1 and unit is None:
        _print_moved(console, report)
    if len(found) > _VARIANTS:
        console.print(f"一共 {len(found)} 行，只列了头尾各 {half} 行；全部用 -o 文件.html、-o 文件.csv 或 --json 看。")


def _print_moved(console: Console, report: Report) -> None:
    """Whom the one variant moves."""
    (run,) = report.runs
    moved = [] if run.standing is None else lines.moved(report, run)
    if moved:
        table = Table(*lines.MOVED_HEADS, header_style="bold", box=SIMPLE_HEAD, pad_edge=False)
        for cells in moved:
            table.add_row(*map(escape, cells))
        console.print(table)


# ---- explain ------------------------------------------------------------------------------


def print_story(story: Story) -> None:
    """Why: each part, the band, how far the next one is, clause with its words, YAML line, ledger rows."""
    console = _console()
    unit = story.unit
    group = f"（{unit.group}）" if unit.group else ""
    console.print(Text(_headline(unit.result), style="bold"))
    tree = Tree(Text(f"{unit.name}{group}　{SCORE} {_cell(unit.score)}", style="bold"))
    for reason in (*story.reasons, *story.ranks, *story.outcomes):
        _grow(tree, reason)
    for heading, texts in (("处置", unit.consequences), ("待定", unit.pending), ("提示", unit.notices)):
        for text in texts:
            tree.add(Text(f"{heading}：{text}"))
    console.print(tree)
    _print_clauses(console, story)
    _print_records(console, story.records)


def _grow(tree: Tree, reason: Reason) -> None:
    line = Text.assemble((reason.name, "bold"), f"　{said(reason.value)}", ("　" + reason.text, ""))
    where = f"　〔{'；'.join(reason.clauses)}〕" if reason.clauses else ""
    line.append(f"{where} {reason.place.source.name}:{reason.place.line}", style="dim")
    branch = tree.add(line)
    for hint in reason.hints:
        branch.add(Text(hint, style="green"))
    for ledger, rows in (reason.rows or {}).items():
        if rows:
            branch.add(Text(f"{ledger}第 {' '.join(map(str, rows))} 行", style="dim"))
    for child in reason.children:
        _grow(branch, child)


def _print_clauses(console: Console, story: Story) -> None:
    cited = story.as_json()["条文"]
    console.print(Text("条文原文", style="bold"))
    for name, texts in cited.items():
        console.print(Text(f"  {name}　{''.join(texts)}"), soft_wrap=True)


def _print_records(console: Console, records: Iterable[Record]) -> None:
    console.print(Text("台账记录（逐行）", style="bold"))
    for record in records:
        words = "，".join(f"{k} {v}" for k, v in record.words.items() if v and k != "单位")
        style = "" if record.counted else "yellow"
        console.print(Text(f"  {record.ledger}第{record.row}行　{words}", style=style), soft_wrap=True)
        for note in record.notes:
            console.print(Text(f"      {note}", style="dim"), soft_wrap=True)
