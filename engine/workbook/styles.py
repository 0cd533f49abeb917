"""How cells look: fonts, borders, number formats, the room that words need, and names Excel allows for sheets."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

DEFAULT_HEIGHT = 18
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_LONGEST_NAME = 15
"""Excel allows 31 UTF-16 units; half of that is safe for every character, and a number may follow."""
_TALLEST = 409
_FONT = {"font_name": "宋体", "font_size": 11, "valign": "vcenter"}
_GRID = {"border": 1, "border_color": "#A6A6A6"}
_LINKED = {"font_color": "#0563C1", "underline": 1}
_STYLES: Mapping[str, Mapping[str, Any]] = {
    "plain": {},
    "title": {"bold": True, "font_size": 16, "font_name": "黑体"},
    "heading": {"bold": True, "font_size": 12},
    "warning": {"bold": True, "font_color": "#C00000"},
    "note": {"font_color": "#595959"},
    "jump": _LINKED,
    "head": {**_GRID, "bold": True, "bg_color": "#DCE6F1", "align": "center", "text_wrap": True},
    "text": {**_GRID, "align": "left", "text_wrap": True},
    "faint": {**_GRID, "align": "left", "text_wrap": True, "font_color": "#7F7F7F"},
    "tree": {**_GRID, "align": "left"},
    "number": {**_GRID, "align": "right", "indent": 1},
    "strong": {**_GRID, "align": "right", "indent": 1, "bold": True},
    "center": {**_GRID, "align": "center"},
    "link": {**_GRID, **_LINKED, "align": "left"},
}
_GROUP = {"bold": True, "bg_color": "#EDEDED", "font_color": "#000000"}
WRAPPED = frozenset(name for name, style in _STYLES.items() if style.get("text_wrap"))
"""Styles whose words go on in the next line."""


class Look(NamedTuple):
    """A style (“name”, or “name group” in a row that heads others), indented; ``form``: how a number is shown;
    ``absent``: a word stands where a figure is missing.
    """

    style: str
    indent: int = 0
    form: str = ""
    absent: bool = False


def properties(look: Look) -> dict[str, Any]:
    """The look in XlsxWriter's words; a number as its format says.

    >>> properties(Look("number", form="0.0"))["num_format"]
    '0.0'
    """
    name, _, group = look.style.partition(" ")
    found = {**_FONT, **_STYLES[name], **(_GROUP if group else {})}
    if look.indent:
        found["indent"] = look.indent
    if look.absent:
        found["font_color"] = "#7F7F7F"
    if look.form:
        found["num_format"] = look.form
    return found


def span(text: str) -> int:
    """Columns a text takes, a Chinese character two: between its characters and its UTF-8 bytes, so in C speed.

    >>> span("ab大埔")
    6
    """
    return (len(text) + len(text.encode("utf-8", "replace"))) // 2


def lines_needed(text: str, width: int) -> int:
    """Lines a text takes in a column of this width, rather one too many than too few.

    Widths count digits of Excel's own font; 宋体 is a twentieth wider, and a Chinese character does not split.

    >>> lines_needed("年度采用任务", 9), lines_needed("一\\n二", 40)
    (2, 2)
    """
    room = max(width * 19 // 20 - 1, 2)
    return sum(max(1, -(-span(line) // room)) for line in text.split("\n"))


def height(lines: int) -> int:
    """The height of a row of so many lines, in points.

    >>> height(1), height(2)
    (18, 33)
    """
    return min(3 + 15 * lines, _TALLEST)


def sheet_name(wanted: str, taken: Collection[str]) -> str:
    """A name Excel allows; ``taken`` are those in use, in lower case.

    >>> sheet_name("乡镇/街道", ()), sheet_name("说明", ("说明",))
    ('乡镇_街道', '说明2')
    """
    plain = _FORBIDDEN.sub("_", wanted).strip("'")[:_LONGEST_NAME] or "_"
    tries = (plain, *(f"{plain}{n}" for n in range(2, 1000)))
    return next(name for name in tries if name.lower() not in taken)
