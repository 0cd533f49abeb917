"""A web page of one file: offline, nothing fetched, everything that is folded opens when it is printed.

Built as a tree and written by the standard library, so that no text can be taken for markup.
"""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, tostring

_STYLE = """
:root{color-scheme:light}
body{font:16px/1.7 "Noto Sans CJK SC","Source Han Sans SC","Microsoft YaHei","PingFang SC",SimSun,sans-serif;
 color:#111;background:#fff;max-width:1180px;margin:0 auto;padding:24px}
h1{text-align:center;font-size:26px;margin:.4em 0}h2{font-size:20px;border-bottom:2px solid #111;margin-top:2em}
h3{font-size:17px;margin:1.4em 0 .4em}
.mark{text-align:center;font-weight:bold;color:#b42318}.small{font-size:13px;color:#444}
table{border-collapse:collapse;width:100%;margin:.6em 0 1.2em}
th,td{border:1px solid #666;padding:5px 8px;vertical-align:top;text-align:left}
th{background:#eee;text-align:center}thead{display:table-header-group}
.law td{width:33.3%}.law b{display:block}
.plain td{vertical-align:middle}
del{text-decoration:line-through;color:#b42318}ins{font-weight:bold;text-decoration:underline;color:#0b5cad}
td.changed{background:#e4e4e4}td.changed ins,td.changed del{display:inline-block;margin:0 2px}
details{margin:.25em 0;border-left:3px solid #bbb;padding-left:8px}summary{cursor:pointer}
details p{margin:.15em 0;font-size:14px}.impact{font-weight:bold}
svg{max-width:100%;height:auto;display:block;margin:.6em 0}
.wide{overflow-x:auto}
@media print{body{max-width:none;padding:0;font-size:12px}tr,svg{break-inside:avoid}h2,h3{break-after:avoid}
 del,ins,.mark{color:#000}@page{size:A4 landscape;margin:14mm}}
"""
_OPENED = "addEventListener('beforeprint',()=>document.querySelectorAll('details').forEach(d=>d.open=true))"


def document(title: str) -> tuple[Element, Element]:
    """An empty page: the whole, and its body, which takes the contents."""
    html = Element("html", {"lang": "zh-CN"})
    head = SubElement(html, "head")
    SubElement(head, "meta", {"charset": "utf-8"})
    SubElement(head, "meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"})
    add(head, "title", title)
    add(head, "style", _STYLE)
    add(head, "script", _OPENED)
    body = SubElement(html, "body")
    add(body, "h1", title)
    return html, body


def written(html: Element) -> bytes:
    """The page, UTF-8."""
    data: bytes = tostring(html, encoding="utf-8", method="html")
    return b"<!DOCTYPE html>\n" + data + b"\n"


def add(parent: Element, tag: str, text: str, kind: str = "") -> Element:
    """A new element with its text."""
    found = SubElement(parent, tag, {"class": kind} if kind else {})
    found.text = text
    return found


def table(body: Element, heads: Iterable[str], kind: str) -> Element:
    """A table with its head; what comes back takes the rows."""
    whole = SubElement(SubElement(body, "div", {"class": "wide"}), "table", {"class": kind})
    head = SubElement(SubElement(whole, "thead"), "tr")
    for text in heads:
        add(head, "th", text)
    return SubElement(whole, "tbody")
