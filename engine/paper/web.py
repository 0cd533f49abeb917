"""Web pages: what a template of one may not hold, and a finished one read as people read it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

START = "<!doctype html"
_ACTIVE = {
    "script", "iframe", "frame", "object", "embed", "applet", "link", "base", "form", "audio", "video", "source",
    "image", "use", "template",
}  # fmt: skip
_FETCHED = re.compile(r"url\s*\(|@import|expression\s*\(", re.IGNORECASE)
_BLOCKS = {"p", "li", "h1", "h2", "h3", "h4", "div", "section", "header", "footer", "summary", "caption", "body"}
_LOST = {"style", "title"}
_BLANK = " \t\r\n"  # 全角空格 are text


def page_faults(text: str) -> Iterator[str]:
    """What would make a page reach out of its own file, or do something by itself."""
    if not text.lstrip("\ufeff").lower().startswith(START):
        yield "第一行不是 <!DOCTYPE html>，不是网页"
    reader = _Forbidden()
    reader.feed(text)
    reader.close()
    yield from reader.found


class _Forbidden(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _ACTIVE:
            self.found.append(f"里面有 <{tag}>")
        for name, value in attrs:
            if _reaches_out(name, (value or "").strip()):
                self.found.append(f"<{tag}> 有 {name}=“{value}”，网页只能指到自己里面（#…）")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "style" and _FETCHED.search(data):
            self.found.append("样式里引用了文件以外的内容")


def _reaches_out(name: str, value: str) -> bool:
    if name in ("href", "xlink:href"):
        return not value.startswith("#")
    if name == "src":
        return not value.startswith("data:image/")
    return (
        name.startswith("on")
        or name in ("srcset", "action", "formaction", "background", "ping", "srcdoc", "data")
        or (name == "style" and bool(_FETCHED.search(value)))
        or (name == "http-equiv" and value.lower() == "refresh")
    )


# ---- read again -------------------------------------------------------------------------------


@dataclass(slots=True)
class Panel:
    """An element with a number of its own (``<section id=…>``): the texts in it."""

    number: str
    lines: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Page:
    """A page read: paragraphs and tables outside panels, the panels, and where each cell of the tables leads."""

    paragraphs: list[str] = field(default_factory=list)
    tables: list[list[list[str]]] = field(default_factory=list)
    links: list[list[list[str]]] = field(default_factory=list)
    panels: list[Panel] = field(default_factory=list)


def read_page(text: str) -> Page:
    """The page as it stands."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    reader.flush()
    return reader.page


class _Reader(HTMLParser):
    """Text gathers until a block or a cell begins or ends."""

    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self._text: list[str] = []
        self._panel: Panel | None = None
        self._cell = False

    def flush(self) -> None:
        """What has gathered becomes a paragraph of the page or of the panel."""
        text = "".join(self._text).strip(_BLANK)
        self._text = []
        if text:
            (self.page.paragraphs if self._panel is None else self._panel.lines).append(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and self._cell and self._panel is None:
            self.page.links[-1][-1][-1] = given.get("href", "").removeprefix("#")
        if tag not in _BLOCKS | {"table", "tr", "td", "th"}:
            return
        self.flush()
        if tag == "section" and "id" in given:
            self._panel = Panel(given["id"])
            self.page.panels.append(self._panel)
        if self._panel is None:
            self._opened(tag)

    def _opened(self, tag: str) -> None:
        tables, links = self.page.tables, self.page.links
        if tag == "table":
            tables.append([])
            links.append([])
        elif tag == "tr" and tables:
            tables[-1].append([])
            links[-1].append([])
        elif tag in ("td", "th") and tables and tables[-1]:
            tables[-1][-1].append("")
            links[-1][-1].append("")
            self._cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self._cell:
            self.page.tables[-1][-1][-1] = "".join(self._text).strip(_BLANK)
            self._text, self._cell = [], False
        elif tag in _BLOCKS | {"table", "tr", "td", "th"}:
            self.flush()
        if tag == "section":
            self._panel = None

    def handle_data(self, data: str) -> None:
        if self.cdata_elem not in _LOST and self.lasttag != "title":
            self._text.append(data)
