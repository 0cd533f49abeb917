"""Marks that must not be left: full-width braces, half a tag, characters that no document can hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.paper.faults import Fault

_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_REST = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}|｛\s*[｛{％%]|[｝}％%]\s*｝|｛｛|｝｝")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_SHOWN = 30


def leftover(where: str, source: str) -> Iterator[Fault]:
    """Half tags and full-width braces in the text of a template: they would be printed as they are."""
    for line in _TAG.sub("", source).split("\n"):
        text = re.sub(r"<[^>]+>", "", line)
        match = _REST.search(text)
        if match:
            shown = text[max(0, match.start() - _SHOWN) : match.end() + _SHOWN]
            wide = any(c in match.group() for c in "｛｝％")
            detail = "花括号是全角的，会照样印出来。" if wide else "标签没有写完，会照样印出来。"
            yield Fault("T05", detail, "标签要用半角的 {{ }} 或 {% %}，开头和结尾都要写。", where, shown.strip())


def unprintable(value: Any, name: str = "") -> None:
    """Raises :class:`Fault` (T08) for a text that a document cannot hold, or that looks like a tag."""
    if isinstance(value, str):
        if _UNPRINTABLE.search(value):
            raise Fault("T08", f"“{name}”里有看不见的字符，文档里放不下。", "在台账或细则里删去它。", "", _clean(value))
        if _REST.search(value):
            raise Fault(
                "T08",
                f"“{name}”里有 {{{{ 或 {{% 这样的记号，会和模板的标签混淆。",
                "改一改台账或细则里的原文。",
                "",
                value,
            )
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            unprintable(inner, str(key))
    elif isinstance(value, Sequence):
        for inner in value:
            unprintable(inner, name)


def _clean(text: str) -> str:
    return _UNPRINTABLE.sub("□", text)
