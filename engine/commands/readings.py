"""xize readings: what each alternative reading would change on a ledger."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from engine.commands.parser import command
from engine.commands.values import options, scoring_arguments
from engine.telling import OK, Progress, print_json, print_problems


def add(commands: Any) -> None:
    """The command and its arguments."""
    parser = command(commands, "readings", "口径", "每一种备选口径都算一遍，看哪些单位会变", _run)
    scoring_arguments(parser)
    parser.add_argument("-o", dest="output", type=Path, metavar="文件.docx", help="另写提请裁定的清单（.docx 或 .md）")


def _run(arguments: argparse.Namespace) -> int:
    from engine import pipeline
    from engine.readings import survey
    from engine.terminal import print_survey

    if arguments.output is not None:
        like = "待裁定的口径.md" if arguments.output.suffix.lower() == ".md" else "待裁定的口径.docx"
        pipeline.new_file(arguments.output, like)

    with Progress("正在逐个试口径") as progress:
        found = survey(arguments.rules, arguments.records, options(arguments), progress.told)
    print_problems(found.base.ledgers.notices)
    if arguments.output is not None:
        from engine.readings.page import write

        write(found, arguments.output)
        print(f"写出：{arguments.output}", file=sys.stderr)
    if arguments.json:
        print_json(found.as_json())
    else:
        print_survey(found)
    return OK
