"""The shape of a rule file: ``schema/rulebook.json`` held against a document, every fault in Chinese.

The same JSON Schema serves the editors (completion and hover in VS Code). An
item's sub-schema is chosen by its mechanism word, so a fault is always told
against the one shape that was meant. The only file that imports ``jsonschema``,
and only when a document is checked.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.document import Document, Steps, Value
from engine.document.slips import repair
from engine.source import Problem, Span

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

MOST_PROBLEMS = 200
LONGEST_SHOWN = 24

_TYPES = {dict: "一组“键: 值”", list: "列表"}
_YES_NO = {"yes": "是", "true": "是", "on": "是", "y": "是", "no": "否", "false": "否", "off": "否", "n": "否"}
_NUMBER_HINTS = (
    (r"-?0[0-9]+", "去掉前面的 0。"),
    (r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", "不用千位分隔符。"),
    (r"-?[0-9.]+%", "这里不写百分号。"),
    (r"\+[0-9.]+|-?\.[0-9]+|-?[0-9]+\.", "写成普通的小数，例如 0.5、62.5，正数前面不写 ＋。"),
    (r"-?[0-9.]+e[+\-]?[0-9]+|[+\-]?\.(nan|inf)|[0-9]+_[0-9_]+|0x[0-9a-f]+", "写成普通的数，例如 1000。"),
    (r"-?[0-9.]+ ?[\u4e00-\u9fff]{1,2}", "只写数，不写单位。"),
    (r"[零一二两三四五六七八九十百千万]+", "用阿拉伯数字。"),
)


def schema_file() -> Path:
    """Where the JSON Schema is: ``schema/`` beside ``engine/`` in the project, ``engine/data/`` when installed."""
    packed = Path(__file__).with_name("data") / "rulebook.json"
    return packed if packed.exists() else Path(__file__).parent.parent / "schema" / "rulebook.json"


def problems(doc: Document, only: Iterable[Steps] | None = None) -> list[Problem]:
    """Every fault in the shape of a rule file, in order of place.

    ``only``: paths that were changed (a reading's patches); then just the items
    they lie in are looked at, which is what makes sixty alternatives cheap.
    """
    value, cut = (doc.value, set[Steps]()) if only is None else _part(doc.value, only)
    found = [error for error in _validator().iter_errors(value) if not _left_out(error, cut)]
    unclear = {tuple(error.absolute_path) for error in found if error.validator == "oneOf"}
    told = {
        (problem.code, problem.place, problem.detail): problem
        for error in found
        if not _explained(error, unclear)
        for problem in _reword(error, doc)
    }
    return sorted(told.values(), key=_line)[:MOST_PROBLEMS]


def _part(value: Value, paths: Iterable[Steps]) -> tuple[Value, set[Steps]]:
    """Only the items that ``paths`` lie in (the whole section where the item is gone), and where things are left out."""
    part: dict[str, Value] = {}
    cut: set[Steps] = {()}
    for path in paths:
        section = value.get(str(path[0])) if isinstance(value, dict) else None
        name = str(path[1]) if len(path) > 1 else ""
        known = part.setdefault(str(path[0]), {})
        if not isinstance(section, dict) or name not in section:
            part[str(path[0])] = section
            cut.discard((path[0],))
        elif isinstance(known, dict) and known is not section:
            known[name] = section[name]
            cut.add((path[0],))
    return part, cut


def _left_out(error: ValidationError, cut: set[Steps]) -> bool:
    """Whether something is only missing because :func:`_part` left it out."""
    return error.validator == "required" and tuple(error.absolute_path) in cut


def _explained(error: ValidationError, unclear: set[Steps]) -> bool:
    """Which keys belong to an item is not known as long as its mechanism is not."""
    about_keys = error.validator in ("required", "additionalProperties") or _names_a_key(error)
    return about_keys and tuple(error.absolute_path) in unclear


def _line(problem: Problem) -> tuple[int, int]:
    return (problem.place.line, problem.place.start) if isinstance(problem.place, Span) else (0, 0)


# ---- the validator ----------------------------------------------------------------------


@lru_cache(maxsize=1)
def _validator() -> Validator:
    from jsonschema import Draft202012Validator, FormatChecker  # noqa: PLC0415 - a slow import, not always needed
    from jsonschema.validators import extend  # noqa: PLC0415
    from referencing import Registry  # noqa: PLC0415

    schema = json.loads(schema_file().read_text(encoding="utf-8"))
    strict = extend(Draft202012Validator, {"pattern": _whole_pattern, "uniqueItems": _unique_texts})
    # An empty registry: a reference to anywhere else is refused, never fetched.
    return strict(schema, registry=Registry(), format_checker=FormatChecker(["date"]))


def _whole_pattern(_: Validator, pattern: str, instance: object, __: object) -> Iterator[ValidationError]:
    """``^…$`` over the whole text: Python's ``$`` would let a line feed at the end pass."""
    from jsonschema import ValidationError  # noqa: PLC0415

    if isinstance(instance, str) and not re.fullmatch(pattern, instance.replace("\n", "\v")):
        yield ValidationError(pattern)


def _unique_texts(_: Validator, wanted: bool, instance: object, __: object) -> Iterator[ValidationError]:
    """Only texts are compared, by a set: comparing anything with anything is slow without end."""
    from jsonschema import ValidationError  # noqa: PLC0415

    if wanted and isinstance(instance, list) and _repeated(instance):
        yield ValidationError("repeated")


def _repeated(items: list[Value]) -> list[int]:
    texts: set[str] = set()
    twice = []
    for index, item in enumerate(items):
        if isinstance(item, str) and item in texts:
            twice.append(index)
        elif isinstance(item, str):
            texts.add(item)
    return twice


# ---- each keyword's fault in words ------------------------------------------------------


def _reword(error: ValidationError, doc: Document) -> Iterator[Problem]:
    yield from _WORDS.get(str(error.validator), _unfit)(error, doc)


def _problem(code: str, doc: Document, path: Steps, detail: str, hint: str, key: bool = False) -> Problem:
    place = doc.key_at(path) if key else doc.at(path)
    return Problem(code, detail, place, hint, _context(doc.value, path))


def _type(error: ValidationError, doc: Document) -> Iterator[Problem]:
    path, value = tuple(error.absolute_path), error.instance
    if value is None:
        yield _problem("S07", doc, path, f"{_label(path)}后面没有内容。", f"要写{_wanted(error)}；用不着的整项删去。")
        return
    now = _TYPES.get(type(value)) or f"文字“{_short(str(value))}”"
    slip = repair(value) if isinstance(value, str) else _unquoted(value)
    detail = f"{_label(path)}要写{_title(error)}，现在是{now}。"
    yield _problem("S01", doc, path, detail, slip or f"要写{_wanted(error)}。")


def _enum(error: ValidationError, doc: Document) -> Iterator[Problem]:
    path, allowed = tuple(error.absolute_path), [str(word) for word in error.validator_value]
    if _names_a_key(error):
        yield _unknown_key(doc, path, str(error.instance), allowed)
        return
    if error.instance is None:
        return  # an empty place is told once, by its type
    text = _short(str(error.instance)) if isinstance(error.instance, str) else _TYPES[type(error.instance)]
    detail = f"{_label(path)}不能写“{text}”，只能写：{'、'.join(allowed)}。"
    yield _problem("S03", doc, path, detail, _meant(str(error.instance), allowed) or f"从 {'、'.join(allowed)} 里选一个。")


def _pattern(error: ValidationError, doc: Document) -> Iterator[Problem]:
    path, text = tuple(error.absolute_path), str(error.instance)
    is_key = _names_a_key(error)
    name = f"“{_short(text)}”"
    detail = f"键{name}不是{_title(error)}。" if is_key else f"{_label(path)}要写{_title(error)}，{name}不是。"
    hint = repair(text) or _number_hint(error, text) or f"要写{_wanted(error)}。"
    yield _problem("S05", doc, (*path, text) if is_key else path, detail, hint, is_key)


def _required(error: ValidationError, doc: Document) -> Iterator[Problem]:
    path = tuple(error.absolute_path)
    missing = [key for key in error.validator_value if key not in error.instance]
    for key in missing:
        near = difflib.get_close_matches(key, [k for k in error.instance if k not in _known(error.schema)], 1, 0.5)
        hint = f"“{near[0]}”是不是想写“{key}”？" if near else f"加上“{key}: …”。"
        yield _problem("S04", doc, path, f"{_label(path)}少了“{key}”。", hint, key=True)


def _additional(error: ValidationError, doc: Document) -> Iterator[Problem]:
    allowed = list(error.schema.get("properties", {}))
    for key in error.instance:
        if key not in allowed:
            yield _unknown_key(doc, tuple(error.absolute_path), key, allowed)


def _one_of(error: ValidationError, doc: Document) -> Iterator[Problem]:
    """No mechanism, or more than one; then the keys nobody knows."""
    path = tuple(error.absolute_path)
    if not isinstance(error.instance, dict):
        return  # told by its type
    words = [branch["required"][0] for branch in error.validator_value]
    present = [word for word in words if word in error.instance]
    known = _known(error.schema)
    strange = [key for key in error.instance if key not in known]
    yield from (_unknown_key(doc, path, key, known) for key in strange)
    if present:
        detail = f"{_label(path)}写了 {len(present)} 种算法：{'、'.join(present)}。一项只能有一种。"
        yield _problem("S06", doc, (*path, present[1]), detail, "只留一种；另一种分成另一项，起个名字。", key=True)
    elif not any(difflib.get_close_matches(key, words, 1, 0.5) for key in strange):
        detail = f"{_label(path)}没有写算法。"
        yield _problem("S06", doc, path, detail, f"写这些里的一种：{'、'.join(words)}。", key=True)


def _empty(error: ValidationError, doc: Document) -> Iterator[Problem]:
    path = tuple(error.absolute_path)
    yield _problem("S07", doc, path, f"{_label(path)}里是空的。", f"要写{_wanted(error)}；用不着的整项删去。")


def _too_many(error: ValidationError, doc: Document) -> Iterator[Problem]:
    path = tuple(error.absolute_path)
    detail = f"{_label(path)}里写了 {len(error.instance)} 项，这里只能写一项{_title(error)}。"
    yield _problem("S05", doc, path, detail, f"分开写，例如 {_examples(error)}。")


def _duplicate(error: ValidationError, doc: Document) -> Iterator[Problem]:
    path = tuple(error.absolute_path)
    for index in _repeated(error.instance):
        detail = f"“{_short(error.instance[index])}”在{_label(path)}里写了不止一次。"
        yield _problem("S08", doc, (*path, index), detail, "删去多余的一个。")


def _format(error: ValidationError, doc: Document) -> Iterator[Problem]:
    if re.fullmatch(error.schema["pattern"], str(error.instance)):
        detail = f"日历上没有“{error.instance}”这一天。"
        yield _problem("S05", doc, tuple(error.absolute_path), detail, "核对年、月、日。")


def _unfit(error: ValidationError, doc: Document) -> Iterator[Problem]:
    path = tuple(error.absolute_path)
    yield _problem("S05", doc, path, f"{_label(path)}要写{_title(error)}。", f"要写{_wanted(error)}。")


_WORDS: Mapping[str, Callable[[ValidationError, Document], Iterator[Problem]]] = {
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


def _unknown_key(doc: Document, path: Steps, key: str, allowed: Iterable[str]) -> Problem:
    words = list(allowed)
    hint = _meant(key, words) or f"这里可以写：{'、'.join(words)}。"
    return _problem("S02", doc, (*path, key), f"{_label(path)}里不认识“{_short(key)}”这个键。", hint, key=True)


# ---- words about a place ----------------------------------------------------------------


def _meant(text: str, allowed: list[str]) -> str:
    if _YES_NO.get(text.lower()) in allowed:
        return f"写成 {_YES_NO[text.lower()]}。"
    near = difflib.get_close_matches(text, allowed, 1, 0.5)
    return f"是不是想写“{near[0]}”？" if near else ""


def _number_hint(error: ValidationError, text: str) -> str:
    if "数" not in _title(error):
        return ""
    return next((hint for form, hint in _NUMBER_HINTS if re.fullmatch(form, text, re.IGNORECASE)), "")


def _unquoted(value: object) -> str:
    """A hint for a list that looks like an interval without quotes."""
    if isinstance(value, list) and len(value) == 2 and all(re.match(r"-?[0-9]", str(part)) for part in value):
        return f'是区间的，要加引号：写成 "[{value[0]}, {value[1]}]"'
    return ""


def _known(schema: Mapping[str, Any]) -> list[str]:
    """Every key an item may have, whatever its mechanism."""
    keys = dict.fromkeys(schema.get("properties", {}))
    for rule in schema.get("allOf", ()):
        keys |= dict.fromkeys(rule["then"].get("properties", {}))
    return list(keys)


def _names_a_key(error: ValidationError) -> bool:
    return "propertyNames" in error.schema_path


def _title(error: ValidationError) -> str:
    return str(error.schema.get("title", "别的内容"))


def _examples(error: ValidationError) -> str:
    return "、".join(error.schema.get("examples", ()))


def _wanted(error: ValidationError) -> str:
    shown = _examples(error) or "、".join(error.schema.get("enum", ()))
    return _title(error) + (f"，例如 {shown}" if shown else "")


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
