"""xize score: scores and ranks."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from engine.commands.parser import command
from engine.commands.values import options, scoring_arguments
from engine.telling import OK, print_json, print_problems


def add(commands: Any) -> None:
    """The command and its arguments."""
    parser = command(commands, "score", "评分", "计分、排名", _run)
    scoring_arguments(parser)
    parser.add_argument("-o", dest="output", type=Path, metavar="文件夹", help="另写 scores.json 和 成绩.xlsx")


def _run(arguments: argparse.Namespace) -> int:
    from engine import pipeline
    from engine.terminal import print_result

    result = pipeline.score(arguments.rules, arguments.records, options(arguments))
    print_problems(result.ledgers.notices)
    if arguments.output is not None:
        written = pipeline.write_results(result, arguments.output)
        print(f"写出：{'、'.join(map(str, written))}", file=sys.stderr)
    if arguments.json:
        print_json(result.as_json())
    else:
        print_result(result)
    return OK
