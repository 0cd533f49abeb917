"""xize template: the blank ledger workbook."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from engine.commands.parser import command
from engine.commands.values import rules_argument
from engine.telling import OK


def add(commands: Any) -> None:
    """The command and its arguments."""
    parser = command(commands, "template", "模板", "生成空白台账工作簿", _run)
    rules_argument(parser)
    parser.add_argument("-o", dest="output", type=Path, required=True, metavar="文件.xlsx", help="写到哪里")


def _run(arguments: argparse.Namespace) -> int:
    from engine import pipeline
    from engine.ledger.blank import write_blank

    write_blank(pipeline.load_rules(arguments.rules), pipeline.new_workbook(arguments.output))
    print(f"空白台账写在 {arguments.output}。")
    return OK
