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
    parser.add_argument("--cases", action="store_true", help="写算例用的：台账多一列“算例”，另有一张“应为”")


def _run(arguments: argparse.Namespace) -> int:
    from engine import pipeline
    from engine.ledger.blank import write_blank

    book = pipeline.load_rules(arguments.rules)
    write_blank(book, pipeline.new_workbook(arguments.output), cases=arguments.cases)
    print(f"{'空白算例' if arguments.cases else '空白台账'}写在 {arguments.output}。")
    return OK
