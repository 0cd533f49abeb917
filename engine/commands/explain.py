"""xize explain: why a unit has its score."""

from __future__ import annotations

import argparse
from typing import Any

from engine.commands.parser import command
from engine.commands.values import options, scoring_arguments
from engine.telling import OK, print_json


def add(commands: Any) -> None:
    """The command and its arguments."""
    parser = command(commands, "explain", "解释", "一个单位的每一分从哪里来", _run)
    scoring_arguments(parser)
    parser.add_argument("--unit", required=True, metavar="单位", help="单位全名或别名")


def _run(arguments: argparse.Namespace) -> int:
    from engine import pipeline
    from engine.explanation import explain
    from engine.terminal import print_story

    chosen = options(arguments)
    book = pipeline.load_rules(arguments.rules, chosen.readings)
    unit = pipeline.unit_named(book, arguments.unit)
    story = explain(pipeline.score_by(book, arguments.records, chosen), unit)
    if arguments.json:
        print_json(story.as_json())
    else:
        print_story(story)
    return OK
