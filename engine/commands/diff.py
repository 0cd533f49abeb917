"""xize diff: what changed from one rule file to another, and which way."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.commands.parser import command
from engine.telling import FAULTY, OK, as_bytes, print_bytes

if TYPE_CHECKING:
    from engine.compare import Comparison

FAIL_ON = ("收紧", "放宽", "有宽有紧", "未判", "新增", "删除", "改值", "移动", "改名", "仅文字", "任何")
_ANY = FAIL_ON[-1]


def add(commands: Any) -> None:
    """The command and its arguments."""
    parser = command(commands, "diff", "对照", "两份细则有什么不同，对单位是收紧还是放宽", _run)
    parser.add_argument("old", type=Path, metavar="旧细则.yaml")
    parser.add_argument("new", type=Path, metavar="新细则.yaml")
    parser.add_argument("--format", choices=list(FORMATS), default="text", help="写成什么（默认 text）")
    parser.add_argument("-o", dest="output", type=Path, metavar="文件", help="写到文件里，不写到屏幕上")
    parser.add_argument("--fail-on", choices=FAIL_ON, action="append", default=[], metavar="什么",
                        help=f"有这样的更改时退出码为 1，可写多次：{'、'.join(FAIL_ON)}")  # fmt: skip


def _run(arguments: argparse.Namespace) -> int:
    from engine import pipeline
    from engine.saving import save

    comparison = pipeline.compare(arguments.old, arguments.new)
    on_screen = arguments.output is None
    written = FORMATS[arguments.format](comparison, on_screen and sys.stdout.isatty())
    if not on_screen:
        save(arguments.output, written.encode() if isinstance(written, str) else written)
    elif isinstance(written, str):
        print(written, end="")
    else:
        print_bytes(written)
    return FAULTY if _hit(comparison, arguments.fail_on) else OK


def _hit(comparison: Comparison, wanted: list[str]) -> bool:
    found = {word for c in comparison.changes for word in (c.kind.value, c.direction.value, _ANY)}
    return not found.isdisjoint(wanted)


def _text(comparison: Comparison, colour: bool) -> str:
    from engine.compare.text import lines

    return "".join(f"{line}\n" for line in lines(comparison, colour=colour))


def _json(comparison: Comparison, _: bool) -> bytes:
    from engine.compare.summary import summary

    return as_bytes({**comparison.as_json(), **summary(comparison).as_json()})


FORMATS: Mapping[str, Callable[[Comparison, bool], str | bytes]] = {"text": _text, "json": _json}
"""How a comparison may be written: (comparison, in colours?) → text for a console, or a file's bytes."""
