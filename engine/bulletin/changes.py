"""Two records of one issue held together: what a 更正通报 has to say, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Row = Sequence[str]
"""A counted ledger row as a record keeps it: ledger, row number, what it is called, digest of its words."""
_RULES = ("细则", "口径", "截至", "程序")  # what moves a figure though no row has changed
_SOURCES = ("细则", "台账", "口径", "截至", "模板", "程序")


def changes(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> Iterator[str]:
    """A sentence per unit whose place or figures changed, with the cause, after one that says which sources did.

    Nothing where nothing moved.

    >>> before = {"单位": {"甲镇": {"名次": "1"}}, "记录": {"甲镇": [["采用", "3", "一号", "x"]]}}
    >>> after = {"单位": {"甲镇": {"名次": "2"}}, "记录": {"甲镇": [["采用", "3", "一号", "y"]]}}
    >>> list(changes(before, {**after, "台账": []}))
    ['和上一次写的比，改过的有：台账。', '甲镇：名次由1改为2。因为改了采用第3行（一号）。']
    """
    if not earlier:
        return
    moved = list(_moved(earlier, later))
    if moved:
        yield f"和上一次写的比，改过的有：{'、'.join(_sources(earlier, later, _SOURCES)) or '没有'}。"
        yield from moved


def _sources(earlier: Mapping[str, Any], later: Mapping[str, Any], names: Sequence[str]) -> Iterator[str]:
    for name in names:
        before, after = earlier.get(name), later.get(name)
        if before != after:
            yield f"口径（{_readings(before, after)}）" if name == "口径" and before and after else name


def _readings(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return "，".join(f"{name}由“{before.get(name, '没有')}”改为“{after.get(name, '没有')}”" for name in names)


def _moved(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> Iterator[str]:
    before_units: Mapping[str, Mapping[str, str]] = earlier.get("单位", {})
    for unit, figures in later["单位"].items():
        before = before_units.get(unit)
        if before is None:
            yield f"{unit}：上一次没有。"
            continue
        texts = [f"{n}由{before.get(n, '没有')}改为{text}" for n, text in figures.items() if before.get(n) != text]
        if texts:
            yield f"{unit}：{'，'.join(texts)}。{_cause(unit, earlier, later)}"
    for unit in [name for name in before_units if name not in later["单位"]]:
        yield f"{unit}：这一次没有了。"


def _cause(unit: str, earlier: Mapping[str, Any], later: Mapping[str, Any]) -> str:
    """Its own rows first; then rules and readings; else other units' rows. Nothing of a record that kept no rows."""
    if "记录" not in earlier:
        return ""
    rows = list(_rows(earlier["记录"].get(unit, []), later["记录"].get(unit, [])))
    rules = list(_sources(earlier, later, _RULES))
    causes = [*rows, *([f"{'、'.join(rules)}改过"] if rules else [])]
    return f"因为{'；'.join(causes)}。" if causes else "本单位计入的记录没有变，是随别的单位变的。"


def _rows(before: Sequence[Row], after: Sequence[Row]) -> Iterator[str]:
    """Rows no longer counted, newly counted, or changed: the same by what they are called, else by their number."""
    gone, come = _less(before, after), _less(after, before)
    pairs = [(old, new) for same in (_called, _numbered) for old, new in _paired(gone, come, same)]
    for word, rows in (("新计入", come), ("不再计入", gone), ("改了", [new for _, new in pairs])):
        if rows:
            yield word + "、".join(f"{ledger}第{number}行（{called}）" for ledger, number, called, _ in rows)


def _less(rows: Sequence[Row], others: Sequence[Row]) -> list[Row]:
    """The rows whose words others do not have, each counted as often as it stands; where it stands does not matter."""
    left = [(ledger, digest) for ledger, _, _, digest in others]
    found = []
    for row in rows:
        if (row[0], row[3]) in left:
            left.remove((row[0], row[3]))
        else:
            found.append(row)
    return found


def _called(row: Row) -> tuple[str, str]:
    return row[0], row[2]


def _numbered(row: Row) -> tuple[str, str]:
    return row[0], row[1]


def _paired(gone: list[Row], come: list[Row], same: Any) -> Iterator[tuple[Row, Row]]:
    """Rows of both sides that are the same row, taken out of both."""
    for old in list(gone):
        new = next((row for row in come if same(row) == same(old)), None)
        if new is not None:
            gone.remove(old)
            come.remove(new)
            yield old, new
