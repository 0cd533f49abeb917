"""xize check: everything that can be said of a rule file before a record is seen."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from engine.commands.parser import command
from engine.commands.values import json_argument
from engine.source import Problem, Rejected
from engine.telling import code_of, print_json, print_problems


def add(commands: Any) -> None:
    """The command and its arguments."""
    parser = command(commands, "check", "校验", "检查细则文件和模板：不看台账就能说出的毛病", _run)
    parser.add_argument(
        "rules", nargs="+", type=Path, metavar="细则.yaml", help="细则文件，或通报的模板 .docx、.md、.html"
    )
    json_argument(parser, "问题")


def _run(arguments: argparse.Namespace) -> int:
    problems: list[Problem] = []
    for path in arguments.rules:
        problems += _checked(path, sys.stderr if arguments.json else sys.stdout)
    if problems:
        print_problems(problems)
    if arguments.json:
        print_json({"问题": [p.as_json() for p in problems]})
    return code_of(problems)


def _checked(path: Path, told_on: Any) -> list[Problem]:
    from engine.paper.shelf import FORMS

    if path.suffix.lower() in FORMS:
        return _template(path, told_on)
    from engine.pipeline import check_rules

    try:
        book, alternatives, told = check_rules(path)
    except Rejected as rejected:
        return list(rejected.problems)
    words = f"{book.title.marked(str(path))}：没有错误。{len(book.clauses)} 条条文，{len(book.items)} 项，"
    words += f"{len(book.roster.units)} 个单位，{len(book.readings)} 个口径（{alternatives} 种备选都试过）。"
    print(words, file=told_on)
    return told


def _template(path: Path, told_on: Any) -> list[Problem]:
    from engine.publish import check_template

    problems = check_template(path)
    if not problems:
        print(f"{path}：模板没有错误。", file=told_on)
    return problems
