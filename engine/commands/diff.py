"""xize diff: what changed from one rule file to another, and which way."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.commands.parser import command
from engine.commands.values import day
from engine.telling import FAULTY, OK, Progress, as_bytes, print_bytes

if TYPE_CHECKING:
    from engine.compare import Comparison
    from engine.contrast.report import Report

FAIL_ON = ("收紧", "放宽", "有宽有紧", "未判", "新增", "删除", "改值", "移动", "改名", "仅文字", "任何")
_ANY = FAIL_ON[-1]


def add(commands: Any) -> None:
    """The command and its arguments."""
    parser = command(commands, "diff", "对照", "两份细则有什么不同，对单位是收紧还是放宽", _run)
    parser.add_argument("old", type=Path, metavar="旧细则.yaml")
    parser.add_argument("new", type=Path, metavar="新细则.yaml")
    parser.add_argument("--format", choices=list(FORMATS), default="text", help="写成什么（默认 text）")
    parser.add_argument("-o", dest="output", type=Path, metavar="文件", help="写到文件里，不写到屏幕上")
    parser.add_argument("--records", type=Path, metavar="台账", help="两份细则各算一遍这份台账，看对各单位的影响")
    parser.add_argument("--as-of", type=day, metavar="日期", help="和 --records 一起用：截至日，如 2024-06-30")
    parser.add_argument("--template", type=Path, metavar="模板.docx", help="写 Word 用的模板，不写就用随程序的")
    parser.add_argument("--fail-on", choices=FAIL_ON, action="append", default=[], metavar="什么",
                        help=f"有这样的更改时退出码为 1，可写多次：{'、'.join(FAIL_ON)}")  # fmt: skip


def _run(arguments: argparse.Namespace) -> int:
    from engine.saving import save

    if arguments.as_of is not None and arguments.records is None:
        arguments.parser.error("写了 --as-of，没有写 --records：没有台账，截至日没有用")
    if arguments.format == "docx" and arguments.output is None:
        arguments.parser.error("Word 文件不能写在屏幕上，加上 -o 文件名.docx")
    if arguments.output is not None:
        _placed(arguments)
    report = _report(arguments)
    written = FORMATS[arguments.format](report, arguments)
    if arguments.output is not None:
        save(arguments.output, written.encode() if isinstance(written, str) else written)
        print(f"写出：{arguments.output}", file=sys.stderr)
    elif isinstance(written, str):
        print(written, end="")
    else:
        print_bytes(written)
    return FAULTY if _hit(report.comparison, arguments.fail_on) else OK


def _placed(arguments: argparse.Namespace) -> None:
    """A file of the kind asked for, none of those that are read, and no paper that somebody may have edited.

    Raises :class:`Rejected`.
    """
    from engine.saving import apart, free

    path, suffix = arguments.output, SUFFIXES[arguments.format]
    if path.suffix.lower() != suffix:
        arguments.parser.error(f"--format {arguments.format} 写成 {suffix} 文件，“{path.name}”不是")
    apart([path], [arguments.old, arguments.new, arguments.records, arguments.template])
    if arguments.format in EDITED:
        free(path)


def _report(arguments: argparse.Namespace) -> Report:
    from engine import pipeline
    from engine.contrast.report import Report

    if arguments.records is None:
        with Progress("正在对照"):
            return Report(pipeline.compare(arguments.old, arguments.new))
    with Progress("正在对照，逐处试算") as progress:
        found = pipeline.contrast(arguments.old, arguments.new, arguments.records, arguments.as_of, progress.told)
    report = Report(*found)
    if report.impact is not None and report.impact.provisional:
        print("影响是暂定的：台账里有的行，其中一份细则收不下，逐行列在最后一张表。", file=sys.stderr)
    return report


def _hit(comparison: Comparison, wanted: list[str]) -> bool:
    found = {word for c in comparison.changes for word in (c.kind.value, c.direction.value, _ANY)}
    return not found.isdisjoint(wanted)


def _text(report: Report, arguments: argparse.Namespace) -> str:
    from engine.compare.text import lines
    from engine.contrast.screen import screen

    colour = arguments.output is None and sys.stdout.isatty()
    said = [*lines(report.comparison, colour=colour), *screen(report, colour=colour)]
    return "".join(f"{line}\n" for line in said)


def _json(report: Report, _: argparse.Namespace) -> bytes:
    from engine.compare.summary import summary

    value = {**report.comparison.as_json(), **summary(report.comparison).as_json()}
    if report.impact is not None:
        value["影响"] = report.impact.as_json()
    return as_bytes(value)


def _markdown(report: Report, _: argparse.Namespace) -> str:
    from engine.contrast.markdown import markdown

    return markdown(report)


def _page(report: Report, _: argparse.Namespace) -> bytes:
    from engine.contrast.page import page

    return page(report)


def _word(report: Report, arguments: argparse.Namespace) -> bytes:
    from engine.contrast.word import NAME, word
    from engine.paper.shelf import template_named

    return word(report, arguments.template or template_named(f"{NAME}.docx"))


EDITED = ("docx", "md")  # people write on in these
SUFFIXES = {"text": ".txt", "json": ".json", "md": ".md", "html": ".html", "docx": ".docx"}
FORMATS: Mapping[str, Callable[[Report, argparse.Namespace], str | bytes]] = {
    "text": _text, "json": _json, "md": _markdown, "html": _page, "docx": _word,
}  # fmt: skip
"""How a comparison may be written: (report, what was asked) → text for a console, or a file's bytes."""
