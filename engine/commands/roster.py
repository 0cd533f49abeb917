"""xize roster: the units and their quotas as a workbook, to be changed there and read back by new-year."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from engine.commands.parser import command
from engine.commands.values import rules_argument
from engine.telling import OK


def add(commands: Any) -> None:
    """The command and its arguments."""
    parser = command(commands, "roster", "任务表", "把单位和任务写成工作簿，改好了给 new-year 用", _run)
    rules_argument(parser)
    parser.add_argument("-o", dest="output", type=Path, required=True, metavar="任务表.xlsx", help="写到哪里")


def _run(arguments: argparse.Namespace) -> int:
    from engine import pipeline
    from engine.ledger.quotas import write_quotas

    book = pipeline.load_rules(arguments.rules)
    write_quotas(book, pipeline.new_workbook(arguments.output))
    print(f"{len(book.roster.units)} 个单位写在 {arguments.output}。")
    print("照新的附件改：一行一个单位，先后照附件；撤销的删去整行，新设的添一行；改了名的，「曾用」写旧名。")
    return OK
