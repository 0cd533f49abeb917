"""What one cell of a ledger means: text → value, or the fault and how to repair it.

Nothing is corrected by guess: a cell is taken as it is written or refused. Values
are whole numbers, as the frames hold them: days and minutes since 1970-01-01,
numbers times ``10**decimals``, positions in the options or in the roster.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from engine.rulebook import Field, Kind, Roster

MOST_NUMBER = 10**15
BLANKS = " \u3000\n"
INVISIBLE = r"[\p{Cf}\p{Cc}\p{Zl}\p{Zp}\p{Zs}--[ \u3000\n\t]]"
"""Characters nobody sees in a cell (a polars pattern); ordinary blanks and line breaks are not among them."""

_EPOCH = dt.date(1970, 1, 1).toordinal()
_DATE = (r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|\.(\d{1,2})\.(\d{1,2})|/(\d{1,2})/(\d{1,2})"
         r"|年(\d{1,2})月(\d{1,2})日)")  # fmt: skip
_CLOCK = r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2}))?|时(?P<minute_word>\d{1,2})分)"
_WHEN = re.compile(rf"(?P<date>{_DATE})(?:(?:[ \u3000]+|T|(?<=日)){_CLOCK})?", re.ASCII)
_NUMBER = re.compile(r"(-?)(\d{1,15})(?:\.(\d{1,9}))?(%?)", re.ASCII)
_SERIAL = re.compile(r"[3-6]\d{4}(\.\d+)?", re.ASCII)
_MEANT = dict.fromkeys(["√", "✓", "☑", "Y", "YES", "TRUE", "1", "有", "对"], "是") | dict.fromkeys(
    ["×", "✗", "☒", "X", "N", "NO", "FALSE", "0", "无", "没有"], "否"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a cell is refused. With ``among``, the hint is the nearest of these words (found when told)."""

    code: str
    detail: str
    hint: str = ""
    text: str = ""
    among: tuple[str, ...] = ()

    def advice(self) -> str:
        """What to do about it."""
        if self.hint or not self.among:
            return self.hint
        return (_choose_word if self.code == "D21" else _choose_unit)(self.text, self.among)


Reader = Callable[[str], int | bool | Fault]


def reader(field: Field, roster: Roster) -> Reader:
    """The function that reads a cell of this column; a TEXT stays as it is, so its reader has nothing to say."""
    if field.kind is Kind.UNIT:
        return _among(field.name, unit_numbers(roster), "D22", "不在名录")
    if field.kind is Kind.WORD:
        return _among(field.name, {word: at for at, word in enumerate(field.options)}, "D21", "不在选项里")
    if field.kind is Kind.NUMBER:
        return lambda text: number(text, field.decimals)
    simple: dict[Kind, Reader] = {Kind.DAY: day, Kind.MOMENT: moment, Kind.FLAG: flag, Kind.TEXT: len}
    return simple[field.kind]


def unit_numbers(roster: Roster) -> dict[str, int]:
    """Every name and alias of the units → the unit's position."""
    return {name: at for at, unit in enumerate(roster.units) for name in (unit.name, *unit.aliases)}


def _among(name: str, known: Mapping[str, int], code: str, complaint: str) -> Reader:
    words = tuple(known)

    def read(text: str) -> int | Fault:
        found = known.get(text)
        return Fault(code, f"{name}{said(text)}{complaint}。", "", text, words) if found is None else found

    return read


def closest(text: str, among: Collection[str]) -> str:
    """The word most like ``text``, compared without blanks and width; nothing when none is like it.

    >>> closest("大浦镇", ["大埔镇", "凤山镇"])
    '大埔镇'
    """
    folded = {fold(word): word for word in reversed(list(among))}
    near = get_close_matches(fold(text[:60]), list(folded), n=1, cutoff=0.5)
    return folded[near[0]] if near else ""


def _choose_unit(text: str, among: Collection[str]) -> str:
    word = closest(text, among)
    return f"是否“{word}”？" if word else "照名录里的全称填写；改过名的单位，在细则的名单里写别名。"


def _choose_word(text: str, among: Collection[str]) -> str:
    # The options are shown whole: the nearest may be the wrong one (国家级采用 is no 市级采用).
    meant = next((f"是否“{word}”？" for word in among if fold(word) == fold(text)), "")
    return f"{meant}可以填：{'、'.join(among)}。都不是的，先报请怎样算，再写进细则。"


def said(text: str) -> str:
    """The user's own text in quotes, cut when long.

    >>> said("大浦镇")
    '“大浦镇”'
    """
    return f"“{text[:40].replace(chr(10), '⏎')}{'…' if len(text) > 40 else ''}”"


def unseen(char: str) -> bool:
    """Whether nobody sees this character: the same ones as :data:`INVISIBLE`.

    >>> unseen("\\u200b"), unseen(" ")
    (True, False)
    """
    return unicodedata.category(char) in ("Cf", "Cc", "Zl", "Zp", "Zs") and char not in " \u3000\n\t"


def fold(text: str) -> str:
    """A text without width, blanks and invisible characters: for comparing and suggesting only.

    >>> fold("水利局 (含移民局)") == fold("水利局（含移民局）")
    True
    """
    if text.isascii() and text.isprintable():
        return text.replace(" ", "").casefold()
    return "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c)[0] not in "CZ").casefold()


def flag(text: str) -> bool | Fault:
    """是 or 否.

    >>> flag("是"), flag("√").advice()
    (True, '“√”改写为“是”。')
    """
    if text in ("是", "否"):
        return text == "是"
    word = _MEANT.get(text.upper())
    return Fault(
        "D20", f"{said(text)}不是“是”或“否”。", f"{said(text)}改写为“{word}”。" if word else "改写为“是”或“否”。"
    )


# ---- numbers ----------------------------------------------------------------------------


def number(text: str, decimals: int) -> int | Fault:
    """A plain decimal, or a percentage, times ``10**decimals``.

    >>> number("62.5", 2), number("50%", 2)
    (6250, 50)
    """
    found = _NUMBER.fullmatch(text)
    if not found:
        return Fault("D18", f"{said(text)}不是数。", _number_hint(text))
    sign, whole, fraction, percent = found.groups(default="")
    places = len(fraction) + (2 if percent else 0)
    digits = int(whole + fraction)
    if places > decimals:
        digits, rest = divmod(digits, 10 ** (places - decimals))
        if rest:
            return Fault("D19", f"{said(text)}的小数位数太多，最多 {decimals} 位。", "核对原件，写到允许的位数。")
    scale: int = 10 ** max(0, decimals - places)
    scaled = digits * scale
    if scaled > MOST_NUMBER:
        return Fault("D19", f"{said(text)}太大。", "核对位数。")
    return -scaled if sign else scaled


def _number_hint(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).replace(",", "").replace("−", "-")
    if _NUMBER.fullmatch(folded):
        return f"用半角数字，不写千分号：{folded}。"
    return "只写阿拉伯数字，如 62.5 或 50%，不写单位和说明。"


# ---- days and moments -------------------------------------------------------------------


def day(text: str) -> int | Fault:
    """Days since 1970-01-01.

    >>> day("2024年3月5日") == day("2024.3.5") == day("2024-03-05 00:00")
    True
    >>> day("2024-02-30").detail
    '“2024-02-30”：2024年2月没有30日。'
    """
    found = _WHEN.fullmatch(text)
    if not found:
        return Fault("D12", f"{said(text)}不是认得出的日期。", _when_hint(text, "2024-03-05"))
    if found["hour"] and _minutes(text, found) != 0:
        return Fault("D12", f"{said(text)}带着时间，这一列只要日期。", f"只写日期：{found['date']}。")
    return _ordinal(text, found)


def moment(text: str) -> int | Fault:
    """Minutes since 1970-01-01 00:00, Beijing time as written.

    >>> moment("2024-03-05T08:30") - moment("2024年3月5日8时30分")
    0
    >>> moment("2024-03-05").code
    'D16'
    """
    found = _WHEN.fullmatch(text)
    if not found:
        return Fault("D15", f"{said(text)}不是认得出的时间。", _when_hint(text, "2024-03-05 08:30"))
    if not found["hour"]:
        hint = "补上几时几分，如 2024-03-05 08:30；确是零点的，写 00:00 并让单元格显示时间。"
        return Fault("D16", f"{said(text)}只有日期，没有时间。", hint)
    date, minutes = _ordinal(text, found), _minutes(text, found)
    if isinstance(date, Fault):
        return date
    return minutes if isinstance(minutes, Fault) else date * 1440 + minutes


def _ordinal(text: str, found: re.Match[str]) -> int | Fault:
    year, month, date = (int(part) for part in found.groups()[1:10] if part)
    if not 1970 <= year <= 2199:
        return Fault("D13", f"{said(text)}的年份 {year} 不会有。", "核对年份。")
    try:
        return dt.date(year, month, date).toordinal() - _EPOCH
    except ValueError:
        missing = f"{year}年没有{month}月" if not 1 <= month <= 12 else f"{year}年{month}月没有{date}日"
        return Fault("D13", f"{said(text)}：{missing}。", "核对日期。")


def _minutes(text: str, found: re.Match[str]) -> int | Fault:
    hour, minute = int(found["hour"]), int(found["minute"] or found["minute_word"])
    if int(found["second"] or 0):
        return Fault("D17", f"{said(text)}写到了秒。", "时间只写到分，如 08:30；秒数怎样取舍，按本单位的规定定了再填。")
    if hour > 23 or minute > 59:
        hint = "午夜写作次日 00:00。" if hour == 24 else "时是 0—23，分是 0—59。"
        return Fault("D15", f"{said(text)}没有这个时刻。", hint)
    return hour * 60 + minute


def _when_hint(text: str, example: str) -> str:
    if _SERIAL.fullmatch(text):
        return f"这像是 Excel 的日期序号：把这一列的格式设为日期，看清是哪一天，再写成 {example}。"
    plain = re.sub("[—–−]+", "-", unicodedata.normalize("NFKC", text).replace("。", ".").strip())
    if plain != text and _WHEN.fullmatch(plain):
        return f"用半角数字和符号：{plain}。"
    return f"写成 {example}，年、月、日{'、时、分' if ':' in example else ''}都要写全。"
