"""Filling a template: docxtpl does the work inside the cut-down language, strictly, and nothing is lost on the way."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from docxtpl import DocxTemplate
from jinja2 import TemplateError, TemplateSyntaxError
from lxml import etree

from engine.paper import charts
from engine.paper.columns import fit
from engine.paper.faults import Fault
from engine.paper.marks import leftover, unprintable
from engine.paper.names import unknown
from engine.paper.package import MOST_BYTES, settled
from engine.paper.rows import keep_together
from engine.paper.tags import REFUSED, Language

_TAG = re.compile(r"\{[{%#].*?[}%#]\}")
_HINT = "照原来的模板核对这个标签：{{ 名字 }}，{% if 名字 %}…{% endif %}，{% for 行 in 名单 %}…{% endfor %}。"
_UNSEEN = "把这一处改对；看不出问题时，从原来的模板重新改起。"


class Typeset:
    """One template; :meth:`faults` first, then :meth:`filled` once a context."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def faults(self, shape: Mapping[str, Any] | None) -> list[Fault]:
        """What is wrong with the template: tags, leftovers, names that ``shape`` has not (``None``: not asked)."""
        try:
            sources = list(_sources(_Sheet(io.BytesIO(self._data))))
        except Exception:  # whatever a library says of a broken file, it cannot be read
            return [
                Fault("T01", "文档的内部结构坏了，读不出来。", "在 Word 里打开，另存一份；打不开的，用原来的模板。")
            ]
        return list(dict.fromkeys(fault for part in sources for fault in source_faults(*part, shape)))

    def filled(self, context: Mapping[str, Any]) -> bytes:
        """The finished document. Raises :class:`Fault`."""
        unprintable(context)
        sheet = _Sheet(io.BytesIO(self._data))
        try:
            sheet.render(dict(context), Language())
        except TemplateError as error:
            raise refusal(self.faults(context), error) from None
        except etree.XMLSyntaxError:
            raise Fault("T08", "填好的文档结构坏了，可能是标签跨了表格或段落。", _UNSEEN) from None
        fit(sheet.docx)
        keep_together(sheet.docx)
        charts.place(sheet.docx, context)
        out = io.BytesIO()
        sheet.save(out)
        data = settled(out.getvalue())
        if len(data) > MOST_BYTES:
            raise Fault("T07", "填好的文档超过 20 MB。", "去掉模板里的大图片。")
        return data


def refusal(faults: Sequence[Fault], error: TemplateError) -> Fault:
    """Why a template could not be filled: the first fault that it has against the very context, else what was said."""
    return faults[0] if faults else Fault("T03", f"{error.message}。", _HINT)


class _Sheet(DocxTemplate):  # type: ignore[misc]
    """docxtpl, strict: what is not well-formed is refused where the library would drop the rest without a word."""

    def fix_tables(self, xml: str) -> Any:
        etree.fromstring(xml)
        return super().fix_tables(xml)


def _sources(sheet: _Sheet) -> Iterator[tuple[str, list[str], str]]:
    """Every part that is filled: where, its paragraphs, its text for the template language, a line a paragraph."""
    sheet.init_docx()
    for where, xml in _parts(sheet):
        yield where, _paragraphs(xml), re.sub(r"<w:p([ >])", r"\n<w:p\1", sheet.patch_xml(xml))
    properties = sheet.docx.core_properties
    for name in ("author", "comments", "identifier", "language", "subject", "title"):
        text = str(getattr(properties, name) or "")
        yield "文档属性", [text], text


def _parts(sheet: _Sheet) -> Iterator[tuple[str, str]]:
    yield "正文", sheet.get_xml()
    for uri, where in ((sheet.HEADER_URI, "页眉"), (sheet.FOOTER_URI, "页脚")):
        for _, part in sheet.get_headers_footers(uri):
            yield where, sheet.get_part_xml(part)
    for part in sheet.docx.part.package.parts:
        if part.content_type.endswith(".footnotes+xml"):
            yield "脚注", part.blob.decode("utf-8")


def _paragraphs(xml: str) -> list[str]:
    """The texts of paragraphs, whatever runs they are split over."""
    return [html.unescape(re.sub(r"<[^>]+>", "", piece)) for piece in re.split(r"</?w:p(?=[ >])[^>]*>", xml)]


def source_faults(where: str, pieces: Iterable[str], source: str, shape: Mapping[str, Any] | None) -> Iterator[Fault]:
    """What is wrong with one part: half tags in its pieces, tags of its text that cannot be read, unknown names."""
    halves = list(leftover(where, pieces))
    if halves:
        yield from halves
        return
    lines = source.split("\n")
    try:
        tree = Language().parse(source)
    except TemplateSyntaxError as error:
        said = error.message or ""
        code, detail = ("T04", said.removeprefix(REFUSED)) if said.startswith(REFUSED) else ("T03", _plain(said))
        yield Fault(code, f"{detail}。", _HINT, where, _tags(lines, error.lineno))
        return
    except RecursionError:
        yield Fault("T04", "标签套得太深。", _HINT, where)
        return
    if shape is not None:
        for line, name, hint in unknown(tree, shape):
            yield Fault("T02", f"没有“{name}”这个名字。", hint, where, _tags(lines, line, name))


_SAID = (
    (r"Unexpected end of template.*'endfor'", "{% for %} 没有对应的 {% endfor %}"),
    (r"Unexpected end of template.*'endif'", "{% if %} 没有对应的 {% endif %}"),
    (
        r"(?:Encountered unknown tag|Unexpected end of) '?end(for|if)'?",
        "多了一个 {{% end{0} %}}，前面没有对应的 {{% {0} %}}",
    ),
    (r"Encountered unknown tag '(.+?)'", "没有“{0}”这种标签，只有 for 和 if"),
    (r"unexpected char '(.)'", "标签里有不该有的符号“{0}”，要用半角符号"),
)


def _plain(said: str) -> str:
    """What Jinja says of a tag, in Chinese."""
    for pattern, words in _SAID:
        match = re.search(pattern, said)
        if match:
            return words.format(*match.groups()) if match.groups() else words
    return "标签的写法不对，可能少了一半括号，或者多了、少了一个词"


def _tags(lines: list[str], line: int, name: str = "") -> str:
    """The tag of a line that holds ``name``; all of its tags where none does."""
    found = _TAG.findall(re.sub(r"<[^>]+>", "", lines[line - 1])) if 0 < line <= len(lines) else []
    whole = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
    return next((tag for tag in found if name and whole.search(tag)), " ".join(found))
