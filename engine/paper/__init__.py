"""A finished document from a .docx, .md or .html template that staff may edit: filled apart, checked, the same bytes.

The template is a stranger's program until proved harmless: it is opened, checked and filled in
a process of its own with little memory and little time (:mod:`engine.paper.press`), by a
template language that can show, list and choose, and nothing else (:mod:`engine.paper.tags`).
What goes in are finished texts (:data:`Context`): no figure is computed on paper.

Names in a template are Chinese: ``{{ 标题 }}``, ``{%p for 组 in 分组 %}`` (paragraphs),
``{%tr for 行 in 组.行 %}`` (table rows), ``{%tc for 格 in 行.格 %}`` (table cells).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from engine.paper.package import opened
from engine.paper.press import pressed
from engine.paper.reread import Reading, reread
from engine.source import Problem, Rejected

__all__ = ["Context", "Reading", "Shape", "check", "render", "render_each", "reread"]

Context = Mapping[str, "str | bool | Sequence[object] | Mapping[str, object]"]
"""What a template may show: names to finished texts, yes or no, lists and mappings of such."""

Shape = Mapping[str, object]
"""The names a template may use: name → what it is (a text), a mapping of names, or a list of one such."""


def render(template: Path, context: Context) -> bytes:
    """The document a template and a context make; the same two make the same bytes.

    Raises :class:`Rejected`: F01–F03 where the template cannot be read, T01–T09 for what is wrong with it,
    each with the tag it is about.
    """
    (document,) = render_each(template, [context])
    return document


def render_each(template: Path, contexts: Iterable[Context], shape: Shape | None = None) -> Iterator[bytes]:
    """One document a context, in one process, as they come, the template checked as by :func:`check` before the first.

    Raises as :func:`render`.
    """
    name, data = opened(template)
    yield from pressed(name, data, list(contexts), shape)


def check(template: Path, shape: Shape | None = None) -> list[Problem]:
    """What is wrong with a template before there is anything to print: tags, and names that ``shape`` has not."""
    try:
        name, data = opened(template)
        list(pressed(name, data, [], shape))
    except Rejected as rejected:
        return list(rejected.problems)
    return []
