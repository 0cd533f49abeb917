"""The report in words and rows, for the terminal and the page alike; variants that come to the same are one line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.number import show, show_rounded
from engine.rulebook import Absent
from engine.whatif.report import Crossing, Move, Report, Run, place, told
from engine.whatif.request import Axis

HEADS = ("得分合计", "平均", "得分升／降", "名次变", "档变", "变动最大", "比前一个，越档的")
UNIT_HEADS = ("得分", "名次", "越过的档")
MOVED_HEADS = ("单位", "得分", "名次")
CROSSED_HEADS = ("单位", "项", "从", "到")
_CROSSED = 2


@dataclass(frozen=True, slots=True)
class Row:
    """One line: the runs it stands for, and its cells."""

    runs: tuple[Run, ...]
    cells: tuple[str, ...]


def heads(report: Report, unit: str | None) -> tuple[str, ...]:
    """The heads of the table; a place by its last two words, the whole of it stands in the opening."""
    places = [".".join(report.axes[at].path.split(".")[-2:]) for at in _columns(report)]
    return (*places, *(HEADS if unit is None else UNIT_HEADS))


def _columns(report: Report) -> tuple[int, ...]:
    return report.swept or tuple(range(len(report.axes)))


def opening(report: Report) -> list[str]:
    """How many variants, what is set in all of them, what they are compared with."""
    standing, runs = [run for run in report.runs if run.standing is not None], report.runs
    changed = [f"{axis.path}（现在{axis.now or '没有写'}）{_asked(axis)}" for axis in report.axes]
    lines = [*changed, f"变体 {len(runs)} 个，算出 {len(standing)} 个；和规则文件原样比。"]
    mean = report.mean(report.standing)
    if mean is not None:
        lines.append(f"原样：得分合计 {show(report.sum(report.standing))}，平均 {show_rounded(mean, 2)}。")
    return lines


def _asked(axis: Axis) -> str:
    if not axis.swept:
        return f"改成 {axis.values[0]}"
    return f"从 {axis.values[0]} 到 {axis.values[-1]}，{len(axis.values)} 个值"


def rows(report: Report, unit: str | None = None) -> list[Row]:
    """The variants in their order; neighbours along the last axis that come to the same are one row."""
    found: list[Row] = []
    for run in report.runs:
        cells = _unit_cells(report, run, unit) if unit is not None else _cells(report, run)
        if found and _follows(report, found[-1], run) and found[-1].cells[:-1] == cells[:-1] and not cells[-1]:
            found[-1] = Row((*found[-1].runs, run), found[-1].cells)
        else:
            found.append(Row((run,), cells))
    return found


def _follows(report: Report, row: Row, run: Run) -> bool:
    return report.neighbour(run) is row.runs[-1]


def values(report: Report, row: Row) -> tuple[str, ...]:
    """The values of the row's variants: one, or from the first to the last."""
    first, last = row.runs[0].variant.values, row.runs[-1].variant.values
    return tuple(first[at] if first[at] == last[at] else f"{first[at]} … {last[at]}" for at in _columns(report))


def _cells(report: Report, run: Run) -> tuple[str, ...]:
    if run.standing is None:
        return (run.state, *[""] * (len(HEADS) - 3), _codes(run), "")
    moves, mean = report.moves(run), report.mean(run.standing)
    up, down = (sum((move.by > 0) is way and move.by != 0 for move in moves) for way in (True, False))
    return (
        show(report.sum(run.standing)), "" if mean is None else show_rounded(mean, 2), f"{up}／{down}",
        str(sum(bool(move.places) for move in moves)), str(report.bands(run)), _farthest(moves),
        crossed(report.crossings(run)),
    )  # fmt: skip


def _codes(run: Run) -> str:
    return "、".join(dict.fromkeys(reason.partition(" ")[0] for reason in run.reasons))


def refused(report: Report) -> list[str]:
    """Why variants cannot stand or be scored: of those in one row the first, in full."""
    return [f"{'，'.join(values(report, row))}　{row.runs[0].state}：{''.join(row.runs[0].reasons)}"
            for row in rows(report) if row.runs[0].standing is None]  # fmt: skip


def _farthest(moves: Sequence[Move]) -> str:
    """The unit moved farthest, and how many as far."""
    if not moves:
        return "无人变动"
    first = moves[0]
    alike = [move for move in moves if abs(move.by) == abs(first.by)]
    more = f"等 {len(alike)} 个单位" if len(alike) > 1 else ""
    if first.before == first.after:
        name, before, after = first.places[0]
        return f"{first.unit}{more} {name} {_placed(before)}→{_placed(after)}"
    return f"{first.unit}{more} {told(first.before)}→{told(first.after)}"


def _placed(value: int | None) -> str:
    found = place(value)
    return "无" if found is None else str(found)


def crossed(crossings: Sequence[Crossing]) -> str:
    """Who crosses a limit, the first few by name."""
    names = list(dict.fromkeys(crossing.unit for crossing in crossings))
    more = f"等 {len(names)} 个单位" if len(names) > _CROSSED else ""
    return "、".join(names[:_CROSSED]) + more


def crossings(report: Report) -> list[tuple[str, ...]]:
    """Every limit crossed from one variant to the next: the value, who, where, from, to."""
    return [
        (*(run.variant.values[at] for at in _columns(report)), c.unit, c.name, c.before, c.after)
        for run in report.runs
        for c in report.crossings(run)
    ]


def moved(report: Report, run: Run) -> list[tuple[str, ...]]:
    """Everybody whom one variant moves, the farthest first."""
    return [(move.unit, _change(told(move.before), told(move.after)),
             "，".join(f"{name} {_placed(one)}→{_placed(two)}" for name, one, two in move.places))
            for move in report.moves(run)]  # fmt: skip


def _change(before: str, after: str) -> str:
    return before if before == after else f"{before}→{after}"


def _unit_cells(report: Report, run: Run, unit: str) -> tuple[str, ...]:
    if run.standing is None:
        return (run.state, _codes(run), "")
    at = report.units.index(unit)
    scores = [told(line[at]) for line in run.standing.scores.values()]
    places = [f"{name} {_placed(number)}" for name, number in report.places(run.standing, at).items()]
    mine = [c for c in report.crossings(run) if c.unit == unit]
    return "／".join(scores), "，".join(places), "；".join(f"{c.name} {c.before}→{c.after}" for c in mine)


def ranges(report: Report) -> list[tuple[str, ...]]:
    """Every unit: 得分 as it stands, the lowest and highest of all variants, its first place likewise."""
    found = []
    for at, name in enumerate(report.units):
        standings = [run.standing for run in report.runs if run.standing is not None]
        scores = [s for standing in standings for s in (line[at] for line in standing.scores.values())
                  if isinstance(s, Fraction)]  # fmt: skip
        places = [p for standing in standings for p in _first_place(standing.ranks, at)]
        base = "／".join(told(line[at]) for line in report.standing.scores.values())
        before = "".join(str(p) for p in _first_place(report.standing.ranks, at))
        found.append((name, base, _span(scores), before, f"{min(places)}—{max(places)}" if places else "无"))
    return sorted(found, key=lambda row: int(row[3] or len(found) + 1))


def _span(scores: Sequence[Fraction]) -> str:
    if not scores:
        return "无"
    low, high = min(scores), max(scores)
    return show(low) if low == high else f"{show(low)}—{show(high)}"


def _first_place(ranks: object, at: int) -> Iterator[int]:
    assert isinstance(ranks, dict)
    for line in list(ranks.values())[:1]:
        if line[at] is not None and not isinstance(line[at], Absent):
            yield line[at]
