"""提请裁定的口径: what the office takes to its leader, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.readings.outlook import BANDS, OTHERS, Change, Outlook, Survey
from engine.rulebook import Reading
from engine.saving import save

_SHOWN = 10  # units of one alternative


def write(survey: Survey, path: Path) -> None:
    """Write the page. Raises :class:`Rejected` (F03)."""
    save(path, markdown(survey).encode())


def markdown(survey: Survey) -> str:
    """Every reading that awaits a ruling, those that matter most first, then the others in a table."""
    return "\n".join(_lines(survey)) + "\n"


def _lines(survey: Survey) -> Iterator[str]:
    base, title = survey.base, survey.base.book.title
    readings = list(base.book.readings.values())
    waiting = [reading for reading in _by_weight(survey) if reading.undecided]
    yield f"# {title.name}：提请裁定的口径"
    yield ""
    state = "，暂定" if base.provisional else ""
    yield f"{title.year} 年度，截至 {base.as_json_date()}{state}。"
    yield f"口径共 {len(readings)} 个，其中 {len(waiting)} 个待裁定。"
    yield "每个口径写明现在采取的一种，换用另一种时哪些单位的得分、名次、处置会变，影响大的在前。试算只换这一个口径。"
    for number, reading in enumerate(waiting, 1):
        yield ""
        yield from _reading(survey, reading, number)
    rest = [outlook for outlook in survey.outlooks if not outlook.reading.undecided]
    if rest:
        yield ""
        yield from _others(rest)


def _by_weight(survey: Survey) -> list[Reading]:
    """The readings by the weightiest of their alternatives, then in the file's order."""
    names = list(dict.fromkeys(outlook.reading.name for outlook in survey.outlooks))
    rest = [name for name in survey.base.book.readings if name not in names]
    return [survey.base.book.readings[name] for name in (*names, *rest)]


def _reading(survey: Survey, reading: Reading, number: int) -> Iterator[str]:
    yield f"## {number}. {reading.name}　{reading.question}"
    yield ""
    yield f"- 依据：{'；'.join(reading.clauses)}"
    yield f"- 现在采取：**{reading.chosen}**" + (f"。理由：{reading.reason}" if reading.chosen == reading.taken else "")
    outlooks = [outlook for outlook in survey.outlooks if outlook.reading.name == reading.name]
    if not outlooks:
        yield "- 规则文件里没有写备选，没有试算。"
    for outlook in outlooks:
        yield f"- 换成**{outlook.name}**：{outlook.state}。"
    for outlook in outlooks:
        yield from _units(outlook)
    yield ""
    yield "裁定意见：＿＿＿＿＿＿＿＿　　签字：＿＿＿＿　　日期：＿＿＿＿"


def _units(outlook: Outlook) -> Iterator[str]:
    """The units touched in 得分, rank or 处置, the most moved first."""
    told = {unit: [c for c in outlook.changes if c.unit == unit and c.sort not in (BANDS, OTHERS)]
            for unit in outlook.units()}  # fmt: skip
    order = sorted((unit for unit in told if told[unit]), key=lambda unit: -max(abs(c.by) for c in told[unit]))
    if not order:
        return
    yield ""
    yield f"| 换成“{outlook.name}” | 变动 |"
    yield "|---|---|"
    for unit in order[:_SHOWN]:
        yield f"| {unit} | {_words(told[unit])} |"
    if len(order) > _SHOWN:
        yield f"| 其余 {len(order) - _SHOWN} 个单位 | 见 `xize readings … --json` |"


def _words(changes: Sequence[Change]) -> str:
    return "，".join(change.words for change in changes)


def _others(rest: Sequence[Outlook]) -> Iterator[str]:
    yield "## 其余口径（不待裁定）"
    yield ""
    yield "| 口径 | 问题 | 现在采取 | 换成 | 结果 |"
    yield "|---|---|---|---|---|"
    for outlook in rest:
        reading = outlook.reading
        yield f"| {reading.name} | {reading.question} | {reading.chosen} | {outlook.name} | {outlook.state} |"
