"""What the validator refuses, in the words of a rule file: one keyword, one function."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.document import Document, Steps, Value
from engine.document.slips import repair
from engine.source import Problem

LONGEST_SHOWN = 24
ALIKE = 0.5
"""How alike two words must be to ask “是不是想写…”: two-character words that share one."""

_TYPES: dict[type, str] = {dict: "一组“键: 值”", list: "列表"}
_YES_NO = {"yes": "是", "true": "是", "on": "是", "y": "是", "no": "否", "false": "否", "off": "否", "n": "否"}
_NUMBER_HINTS = (
    (r"-?0[0-9]+", "去掉前面的 0。"),
    (r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", "不用千位分隔符。"),
    (r"-?[0-9.]+%", "这里不写百分号。"),
    (r"\+[0-9.]+|-?\.[0-9]+|-?[0-9]+\.", "写成普通的小数，例如 0.5、62.5，正数前面不写 ＋。"),
    (r"-?[0-9.]+e[+\-]?[0-9]+|[+\-]?\.(nan|inf)|[0-9]+_[0-9_]+|0x[0-9a-f]+", "写成普通的数，例如 1000。"),
    (r"-?[0-9.]+ ?[\u4e00-\u9fff]{1,2}", "只写数，不写单位。"),
    (r"~|null", "没有内容的整项删去，不写“~”“null”。"),
    (r"[零一二两三四五六七八九十百千万]+", "用阿拉伯数字。"),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One refusal of the validator: the ``keyword`` that refused, what it asks (``operand``), and where.

    ``key``: it is a key that was refused, ``value`` its text.
    """

    keyword: str
    operand: Any
    value: Any
    schema: Mapping[str, Any]
    path: Steps
    key: bool
    doc: Document

    @property
    def title(self) -> str:
        """What is written at such a place, as a noun."""
        return str(self.schema.get("title", "别的内容"))

    @property
    def wanted(self) -> str:
        """The title with examples, or with the words to choose from."""
        shown = "、".join(map(_flow, self.schema.get("examples") or self.schema.get("enum", ())))
        return self.title + (f"，例如 {shown}" if shown else "")

    @property
    def known(self) -> list[str]:
        """Every key the place may have, whatever its mechanism."""
        keys = dict.fromkeys(
            [*self.schema.get("properties", {}), *self.schema.get("propertyNames", {}).get("enum", ())]
        )
        for rule in self.schema.get("allOf", ()):
            keys |= dict.fromkeys(rule["then"].get("properties", {}))
        return list(keys)

    @property
    def strange(self) -> list[str]:
        """The keys written there that it may not have."""
        return [key for key in self.value if key not in self.known]

    def tell(self, code: str, detail: str, hint: str) -> Problem:
        """The fault at the value's place."""
        return Problem(code, detail, self.doc.at(self.path), hint, _context(self.doc.value, self.path))

    def tell_key(self, code: str, detail: str, hint: str, key: str | int | None = None) -> Problem:
        """The fault at the place of the key of this value, or of ``key`` in it."""
        path = self.path if key is None else (*self.path, key)
        return Problem(code, detail, self.doc.key_at(path), hint, _context(self.doc.value, path))


def reword(fault: Fault) -> Iterator[Problem]:
    """The problems of one refusal; none where another refusal of the same place tells it better."""
    yield from _WORDS.get(fault.keyword, _unfit)(fault)


def repeated(items: list[Value]) -> list[int]:
    """Where a text stands that stood before.

    >>> repeated(["甲", "乙", "甲"])
    [2]
    """
    texts: set[str] = set()
    twice = []
    for index, item in enumerate(items):
        if isinstance(item, str) and item in texts:
            twice.append(index)
        elif isinstance(item, str):
            texts.add(item)
    return twice


def _type(fault: Fault) -> Iterator[Problem]:
    if fault.value is None:
        yield _nothing(fault)
        return
    text = fault.value if isinstance(fault.value, str) else None
    now = _TYPES[type(fault.value)] if text is None else f"文字“{_short(text)}”"
    slip = _unquoted(fault.value) if text is None else repair(text)
    detail = f"{_label(fault.path)}要写{fault.title}，现在是{now}。"
    yield fault.tell("S01", detail, slip or f"要写{fault.wanted}。")


def _nothing(fault: Fault) -> Problem:
    return fault.tell("S07", f"{_label(fault.path)}后面没有内容。", f"要写{fault.wanted}；用不着的整项删去。")


def _enum(fault: Fault) -> Iterator[Problem]:
    if fault.key:
        yield _unknown_key(fault, str(fault.value), fault.operand)
    elif fault.value is None:
        yield _nothing(fault)
    else:
        allowed, now = "、".join(fault.operand), _TYPES.get(type(fault.value)) or f"“{_short(str(fault.value))}”"
        hint = _meant(str(fault.value), fault.operand) or f"从 {allowed} 里选一个。"
        yield fault.tell("S03", f"{_label(fault.path)}不能写{now}，只能写：{allowed}。", hint)


def _pattern(fault: Fault) -> Iterator[Problem]:
    text = str(fault.value)
    hint = _number_hint(fault, text) or repair(text) or f"要写{fault.wanted}。"
    if fault.key:
        yield fault.tell_key("S05", f"键“{_short(text)}”不是{fault.title}。", hint, text)
    else:
        yield fault.tell("S05", f"{_label(fault.path)}要写{fault.title}，“{_short(text)}”不是。", hint)


def _required(fault: Fault) -> Iterator[Problem]:
    for key in fault.operand:
        # A misspelt key is told as such, and not once more as a missing one.
        if key not in fault.value and not difflib.get_close_matches(key, fault.strange, 1, ALIKE):
            yield fault.tell_key("S04", f"{_label(fault.path)}少了“{key}”。", f"加上“{key}: …”。")


def _additional(fault: Fault) -> Iterator[Problem]:
    yield from (_unknown_key(fault, key, fault.known) for key in fault.strange)


def _one_of(fault: Fault) -> Iterator[Problem]:
    """No mechanism, or more than one; then the keys nobody knows."""
    if not isinstance(fault.value, dict):
        return  # told by its type
    words = [branch["required"][0] for branch in fault.operand]
    present = [word for word in words if word in fault.value]
    yield from _additional(fault)
    if present:
        detail = f"{_label(fault.path)}写了 {len(present)} 种算法：{'、'.join(present)}。一项只能有一种。"
        yield fault.tell_key("S06", detail, "只留一种；另一种分成另一项，起个名字。", present[1])
    elif not any(difflib.get_close_matches(key, words, 1, ALIKE) for key in fault.strange):
        hint = f"写这些里的一种：{'、'.join(words)}。"
        yield fault.tell_key("S06", f"{_label(fault.path)}没有写算法。", hint)


def _empty(fault: Fault) -> Iterator[Problem]:
    yield fault.tell("S07", f"{_label(fault.path)}里是空的。", f"要写{fault.wanted}；用不着的整项删去。")


def _too_many(fault: Fault) -> Iterator[Problem]:
    detail = f"{_label(fault.path)}里写了 {len(fault.value)} 项，这里只能写一项{fault.title}。"
    yield fault.tell("S05", detail, f"分开写，每项是{fault.wanted}。")


def _duplicate(fault: Fault) -> Iterator[Problem]:
    for index in repeated(fault.value):
        detail = f"“{_short(fault.value[index])}”在{_label(fault.path)}里写了不止一次。"
        yield fault.tell_key("S08", detail, "删去多余的一个。", index)


def _format(fault: Fault) -> Iterator[Problem]:
    if re.fullmatch(fault.schema["pattern"], str(fault.value)):
        yield fault.tell("S05", f"日历上没有“{fault.value}”这一天。", "核对年、月、日。")


def _unfit(fault: Fault) -> Iterator[Problem]:
    yield fault.tell("S05", f"{_label(fault.path)}要写{fault.title}。", f"要写{fault.wanted}。")


_WORDS: Mapping[str, Callable[[Fault], Iterator[Problem]]] = {
    "type": _type,
    "enum": _enum,
    "pattern": _pattern,
    "required": _required,
    "additionalProperties": _additional,
    "oneOf": _one_of,
    "minItems": _empty,
    "minProperties": _empty,
    "minLength": _empty,
    "maxProperties": _too_many,
    "uniqueItems": _duplicate,
    "format": _format,
}


def _unknown_key(fault: Fault, key: str, allowed: list[str]) -> Problem:
    hint = _meant(key, allowed) or f"这里可以写：{'、'.join(allowed)}。"
    return fault.tell_key("S02", f"{_label(fault.path)}里不认识“{_short(key)}”这个键。", hint, key)


# ---- words about a place ----------------------------------------------------------------


def _meant(text: str, allowed: list[str]) -> str:
    if _YES_NO.get(text.lower()) in allowed:
        return f"写成 {_YES_NO[text.lower()]}。"
    near = difflib.get_close_matches(text, allowed, 1, ALIKE)
    return f"是不是想写“{near[0]}”？" if near else ""


def _number_hint(fault: Fault, text: str) -> str:
    hints = _NUMBER_HINTS if "数" in fault.title else ()
    return next((hint for form, hint in hints if re.fullmatch(form, text, re.IGNORECASE)), "")


def _unquoted(value: object) -> str:
    """A hint for a list that looks like an interval without quotes."""
    if isinstance(value, list) and len(value) == 2 and all(re.match(r"-?[0-9]", str(part)) for part in value):
        return f'是区间的，要加引号：写成 "[{value[0]}, {value[1]}]"'
    return ""


def _flow(value: object) -> str:
    """A value as one writes it on one line of YAML.

    >>> _flow({"得分": ["高者先", "早者先"]})
    '{得分: [高者先, 早者先]}'
    """
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(part)}" for key, part in value.items()) + "}"
    return "[" + ", ".join(map(_flow, value)) + "]" if isinstance(value, list) else str(value)


def _label(path: Steps) -> str:
    """How a place is called: the key it belongs to.

    >>> _label(("计分", "采用分值", "台账")), _label(("单位", "列", "系列", 0)), _label(())
    ('「台账」', '「系列」第 1 项', '规则文件')
    """
    if not path:
        return "规则文件"
    if isinstance(path[-1], int):
        return f"{_label(path[:-1])}第 {path[-1] + 1} 项"
    return f"「{path[-1]}」"


def _context(value: Value, path: Steps) -> str:
    """The clause and the item a place lies in, e.g. ``三（二）6「批示计分」``."""
    clause = name = ""
    for step in path[:3]:
        value = value.get(str(step)) if isinstance(value, dict) else None
        if isinstance(value, dict) and isinstance(value.get("条款"), str):
            clause, name = str(value["条款"]), str(step)
    return f"{clause}「{name}」" if clause else " ".join(str(step) for step in path[:2])


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"
