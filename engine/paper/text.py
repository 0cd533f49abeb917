"""Templates that are plain text (Markdown, HTML): the same language and checks, values made harmless for the form."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

from jinja2 import TemplateError

from engine.paper.faults import Fault
from engine.paper.marks import unprintable, without_style
from engine.paper.tags import Language
from engine.paper.typeset import refusal, source_faults

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~])")


def escaped(text: str) -> str:
    """A value as Markdown shows it letter by letter, on one line.

    >>> escaped("甲|乙 *丙*")
    '甲\\\\|乙 \\\\*丙\\\\*'
    """
    return _SPECIAL.sub(r"\\\1", " ".join(text.split("\n")))


class Text:
    """One template of text; used as :class:`engine.paper.typeset.Typeset`."""

    def __init__(self, data: bytes, ending: str) -> None:
        """``ending``: .md or .html, the form that values are made harmless for."""
        self._source = data.decode("utf-8-sig")
        self._escape = html.escape if ending == ".html" else escaped

    def faults(self, shape: Mapping[str, Any] | None) -> list[Fault]:
        """What is wrong with the template."""
        pieces = [without_style(self._source)]
        return list(dict.fromkeys(source_faults("正文", pieces, self._source, shape)))

    def filled(self, context: Mapping[str, Any]) -> bytes:
        """The finished text as UTF-8. Raises :class:`Fault`."""
        unprintable(context)
        try:
            text = Language(self._escape).from_string(self._source).render(context)
        except TemplateError as error:
            raise refusal(self.faults(context), error) from None
        return (re.sub(r"\n{3,}", "\n\n", text).strip() + "\n").encode()
