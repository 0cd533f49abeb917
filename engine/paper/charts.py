"""Native bar charts in a finished .docx: a chart part with its own workbook, so that Word and WPS can edit it.

A chart is any mapping of a context that has a 记号: the paragraph of that text alone becomes the chart.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any
from xml.sax.saxutils import escape

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from lxml import etree

from engine.paper.package import settled

MARK = "记号"
_NAMESPACES = (
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_CHART = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NAMES = ("charts/chart{}.xml", "embeddings/chart{}.xlsx")
_MM = 36000  # EMU
_WIDTH, _HEAD, _BAR, _HIGHEST = 154, 12, 4, 215  # mm
_FONT = "仿宋_GB2312"


@dataclass(frozen=True, slots=True)
class Chart:
    """One series of bars: its title, what the figures are called, the name and the figure (a decimal) of each bar."""

    title: str
    measure: str
    names: tuple[str, ...]
    values: tuple[str, ...]


def charts_of(value: Any) -> Iterator[tuple[str, Chart]]:
    """(mark, chart) of every chart of a context."""
    if isinstance(value, Mapping):
        if MARK in value:
            yield value[MARK], Chart(value["题"], value["量"], tuple(value["名"]), tuple(value["值"]))
        else:
            yield from (found for inner in value.values() for found in charts_of(inner))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        yield from (found for inner in value for found in charts_of(inner))


# ---- put in -------------------------------------------------------------------------------------


def place(document: Any, context: Mapping[str, Any]) -> None:
    """Every paragraph that is the mark of a chart becomes that chart; one without bars goes."""
    charts = dict(charts_of(context))
    for paragraph in list(document.paragraphs):
        chart = charts.get(paragraph.text)
        if chart is None:
            continue
        for run in list(paragraph.runs):
            run._r.getparent().remove(run._r)
        if chart.values:
            _free_line(paragraph)
            paragraph.add_run()._r.append(_drawing(*_attached(document.part, chart), chart))
        else:
            paragraph._p.getparent().remove(paragraph._p)


def _free_line(paragraph: Any) -> None:
    """A line as high as what stands in it: an exact line height would cut the chart off."""
    paragraph.paragraph_format.line_spacing = 1.0


def _attached(owner: Any, chart: Chart) -> tuple[str, int]:
    """The chart and its workbook as parts of free names; the relationship of the chart, and its number."""
    taken = {str(part.partname) for part in owner.package.iter_parts()}
    number = next(n for n in count(1) if not {f"/word/{name.format(n)}" for name in _NAMES} & taken)
    drawn, sheet = (PackURI(f"/word/{name.format(number)}") for name in _NAMES)
    workbook = Part(sheet, _SHEET, _workbook(chart), owner.package)
    part = Part(drawn, _CHART, b"", owner.package)
    part._blob = _space(chart, part.relate_to(workbook, RELATIONSHIP_TYPE.PACKAGE))
    return owner.relate_to(part, RELATIONSHIP_TYPE.CHART), number


def _workbook(chart: Chart) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"created": datetime(1980, 1, 1)})  # noqa: DTZ001  no hour of the day may get in
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["", chart.measure])
    for row, (name, value) in enumerate(zip(chart.names, chart.values, strict=True), 1):
        sheet.write_string(row, 0, name)
        sheet.write_number(row, 1, float(value))
    book.close()
    return settled(out.getvalue())


def _space(chart: Chart, workbook: str) -> bytes:
    """The chart part; the order of its elements is the standard's (ECMA-376 Part 1, 21.2)."""
    last = len(chart.names) + 1
    names = "".join(f'<c:pt idx="{i}"><c:v>{escape(n)}</c:v></c:pt>' for i, n in enumerate(chart.names))
    values = "".join(f'<c:pt idx="{i}"><c:v>{v}</c:v></c:pt>' for i, v in enumerate(chart.values))
    points = f'<c:ptCount val="{last - 1}"/>'
    small = _text(900)
    return f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<c:chartSpace {_NAMESPACES}><c:roundedCorners val="0"/><c:chart>
<c:title><c:tx><c:rich><a:bodyPr/><a:p><a:pPr><a:defRPr b="0"/></a:pPr><a:r><a:rPr lang="zh-CN" sz="1200" b="0">
<a:latin typeface="{_FONT}"/><a:ea typeface="{_FONT}"/></a:rPr><a:t>{escape(chart.title)}</a:t></a:r></a:p>
</c:rich></c:tx>
<c:overlay val="0"/></c:title><c:autoTitleDeleted val="0"/><c:plotArea>{_layout(chart)}
<c:barChart><c:barDir val="bar"/><c:grouping val="clustered"/><c:varyColors val="0"/>
<c:ser><c:idx val="0"/><c:order val="0"/>
<c:tx><c:strRef><c:f>Sheet1!$B$1</c:f><c:strCache><c:ptCount val="1"/><c:pt idx="0">
<c:v>{escape(chart.measure)}</c:v></c:pt></c:strCache></c:strRef></c:tx>
<c:spPr><a:solidFill><a:srgbClr val="7F7F7F"/></a:solidFill></c:spPr><c:invertIfNegative val="0"/>
<c:dLbls><c:numFmt formatCode="General" sourceLinked="0"/><c:spPr><a:noFill/></c:spPr>{small}<c:dLblPos val="outEnd"/>
<c:showLegendKey val="0"/><c:showVal val="1"/><c:showCatName val="0"/><c:showSerName val="0"/><c:showPercent val="0"/>
<c:showBubbleSize val="0"/></c:dLbls>
<c:cat><c:strRef><c:f>Sheet1!$A$2:$A${last}</c:f><c:strCache>{points}{names}</c:strCache></c:strRef></c:cat>
<c:val><c:numRef><c:f>Sheet1!$B$2:$B${last}</c:f><c:numCache><c:formatCode>General</c:formatCode>{points}{values}</c:numCache>
</c:numRef></c:val></c:ser><c:gapWidth val="40"/><c:axId val="1"/><c:axId val="2"/></c:barChart>
<c:catAx><c:axId val="1"/><c:scaling><c:orientation val="maxMin"/></c:scaling><c:delete val="0"/><c:axPos val="l"/>
<c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="low"/>{small}<c:crossAx val="2"/>
<c:crosses val="autoZero"/><c:tickLblSkip val="1"/></c:catAx>
<c:valAx><c:axId val="2"/><c:scaling><c:orientation val="minMax"/><c:min val="0"/></c:scaling><c:delete val="1"/>
<c:axPos val="t"/><c:numFmt formatCode="General" sourceLinked="0"/>
<c:crossAx val="1"/><c:crosses val="autoZero"/></c:valAx>
</c:plotArea><c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart>
<c:spPr><a:ln><a:noFill/></a:ln></c:spPr>
<c:externalData r:id="{workbook}"><c:autoUpdate val="0"/></c:externalData></c:chartSpace>""".encode()


def _layout(chart: Chart) -> str:
    """The bars under the title, with room on the right for the figure of the longest."""
    top = _HEAD * 100 // _height(chart)
    places = (("x", 1), ("y", top), ("w", 92), ("h", 98 - top))
    edges = '<c:layoutTarget val="outer"/><c:xMode val="edge"/><c:yMode val="edge"/>'
    parts = "".join(f'<c:{name} val="{hundredths / 100}"/>' for name, hundredths in places)
    return f"<c:layout><c:manualLayout>{edges}{parts}</c:manualLayout></c:layout>"


def _height(chart: Chart) -> int:
    return min(_HEAD + _BAR * len(chart.names), _HIGHEST)


def _text(size: int) -> str:
    font = f'<a:latin typeface="{_FONT}"/><a:ea typeface="{_FONT}"/>'
    return f'<c:txPr><a:bodyPr/><a:p><a:pPr><a:defRPr sz="{size}">{font}</a:defRPr></a:pPr></a:p></c:txPr>'


def _drawing(relation: str, number: int, chart: Chart) -> Any:
    wide = _WIDTH * _MM
    high = _height(chart) * _MM
    title = escape(chart.title, {'"': "&quot;"})
    return parse_xml(
        '<w:drawing xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
        'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
        f'{_NAMESPACES}><wp:inline><wp:extent cx="{wide}" cy="{high}"/><wp:docPr id="{900 + number}" '
        f'name="图{number}" descr="{title}"/><wp:cNvGraphicFramePr/><a:graphic><a:graphicData '
        'uri="http://schemas.openxmlformats.org/drawingml/2006/chart">'
        f'<c:chart r:id="{relation}"/></a:graphicData></a:graphic></wp:inline></w:drawing>'
    )


# ---- read again -----------------------------------------------------------------------------------


def charts_in(document: Any) -> Iterator[Chart]:
    """The charts of a document in the order they stand, as drawn; values that its workbook has otherwise are spoilt."""
    for shown in document.element.body.iter(f"{_C}chart"):
        part = document.part.related_parts[shown.get(qn("r:id"))]
        root = etree.fromstring(part.blob)
        title, measure, names, values = (
            tuple(piece.text or "" for at in root.iter(f"{_C}{tag}") for piece in at.iter(*inside))
            for tag, inside in (
                ("title", ("{*}t",)), ("tx", (f"{_C}v",)), ("cat", (f"{_C}v",)), ("val", (f"{_C}v",)),
            )
        )  # fmt: skip
        known = [_numbers(found.blob) for found in part.related_parts.values() if found.content_type == _SHEET]
        if known != [_floats(values)]:
            values = (*values, "与图中的工作簿不同")
        yield Chart("".join(title), "".join(measure), names, values)


def _numbers(workbook: bytes) -> tuple[float, ...]:
    """The figures of the second column of a chart's workbook; none of a file of another make."""
    try:
        with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
            text = archive.read("xl/worksheets/sheet1.xml").decode()
    except (zipfile.BadZipFile, KeyError, ValueError):
        return ()
    return _floats(re.findall(r'<c r="B(?!1")\d+"[^>]*><v>([^<]*)</v>', text))


def _floats(texts: Sequence[str]) -> tuple[float, ...]:
    """Figures as a workbook holds them: 146.7 is written 146.69999999999999 there."""
    try:
        return tuple(map(float, texts))
    except ValueError:
        return ()
