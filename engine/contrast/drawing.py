"""The strokes of a picture: SVG elements, drawn as text."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

FONTS = "'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei','PingFang SC',SimHei,sans-serif"
LETTER = 7
"""Half a Chinese character of 14."""


def canvas(title: str, width: int, height: int) -> Element:
    """An empty picture with its title."""
    svg = Element("svg", {
        "xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {width} {height}", "role": "img",
        "width": str(width), "font-family": FONTS, "font-size": "14",
    })  # fmt: skip
    SubElement(svg, "title").text = title
    return svg


def line(svg: Element, x1: str, y1: int, x2: str, y2: int, colour: str, width: int) -> None:
    """A straight stroke."""
    SubElement(
        svg, "line", {"x1": x1, "y1": str(y1), "x2": x2, "y2": str(y2), "stroke": colour, "stroke-width": str(width)}
    )


def dot(svg: Element, x: str, y: int, *, filled: bool, colour: str = "#000") -> None:
    """A dot, or a ring."""
    fill = colour if filled else "#fff"
    SubElement(
        svg,
        "circle",
        {"cx": x, "cy": str(y), "r": "5", "fill": fill, "stroke": colour if filled else "#000", "stroke-width": "1.5"},
    )


def text(svg: Element, x: str, y: int, words: str, anchor: str, colour: str) -> None:
    """Words beside a point."""
    SubElement(svg, "text", {"x": x, "y": str(y), "text-anchor": anchor, "fill": colour}).text = words
