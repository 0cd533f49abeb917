"""xize show: the rule file as the text of a 细则, or held against the official document."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from engine.commands.parser import command
from engine.commands.values import rules_argument
from engine.telling import FAULTY, OK


def add(commands: Any) -> None:
    """The command and its arguments."""
    words = "把细则文件写成给人看的文字；给了原件，就逐条逐数比对"
    parser = command(commands, "show", "展示", words, _run)
    rules_argument(parser)
    parser.add_argument("-o", dest="output", type=Path, metavar="文件.md", help="文字写到哪里；不写就写在屏幕上")


def _run(arguments: argparse.Namespace) -> int:
    from engine import pipeline
    from engine.prose import rendered

    found = pipeline.checked(arguments.rules)
    print(rendered(found.doc, found.book), end="")
    return OK
