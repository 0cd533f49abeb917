"""Marks that must not be left: full-width braces, half a tag, characters that no document can hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from engine.paper.faults import Fault

_TAG = re.compile(r"\{\{[^{}｛｝]*\}\}|\{%[^{}｛｝]*%\}|\{#[^{}｛｝]*#\}")
_REST = re.compile(r"[%#％]?[{}｛｝]+[%#％]?")
_MIXED = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}|｛\s*[｛{％%]|[｝}％%]\s*｝|｛｛|｝｝")
_STYLE = re.compile(r"<style\b.*?</style>", re.DOTALL | re.IGNORECASE)
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_SHOWN = 30


def leftover(where: str, pieces: Iterable[str]) -> Iterator[Fault]:
    """Braces that are no tag, in texts as people read them (a tag lies within one): half a tag, a full-width one.

    Jinja takes some of them for text and others for the end of a later tag, and drops what stands between.
    """
    for line, rest in (both for piece in pieces for both in _lines(piece)):
        match = _REST.search(rest)
        if match:
            shown = line[max(0, match.start() - _SHOWN) : match.end() + _SHOWN].strip()
            wide = any(c in "｛｝％" for found in _REST.findall(rest) for c in found)
            detail = "有全角的花括号，标签认不出来。" if wide else "标签的花括号没有写全，或者多了。"
            yield Fault("T05", detail, "标签要用半角的 {{ }} 或 {% %}，写在一段里，两头的括号都写全。", where, shown)


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """Each line, and the same with its tags blanked out."""
    blanked = _TAG.sub(lambda tag: re.sub(r"[^\n]", "\0", tag.group()), text)
    return zip(text.split("\n"), blanked.split("\n"), strict=True)


def without_style(page: str) -> str:
    """A web page without its style sheets, which are full of braces."""
    return _STYLE.sub("", page)


def unprintable(value: Any, name: str = "") -> None:
    """Raises :class:`Fault` (T08) for a text that a document cannot hold, or that looks like a tag."""
    if isinstance(value, str):
        if _UNPRINTABLE.search(value):
            raise Fault("T08", f"“{name}”里有看不见的字符，文档里放不下。", "在台账或细则里删去它。", "", _clean(value))
        if _MIXED.search(value):
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
