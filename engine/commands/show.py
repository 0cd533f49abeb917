"""xize show: the rule file as the text of a 细则, or held against the official document."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.commands.parser import command
from engine.commands.values import json_argument, rules_argument
from engine.telling import FAULTY, OK, print_json

if TYPE_CHECKING:
    from engine.checks import Checked

_ENDING = "给了 --document 时，没有不一样的地方，退出码是 0；有不一样的，是 1。"


def add(commands: Any) -> None:
    """The command and its arguments."""
    words = "把细则文件写成给人看的文字；给了原件，就逐条逐数比对"
    parser = command(commands, "show", "展示", words, _run)
    parser.epilog = _ENDING
    rules_argument(parser)
    parser.add_argument("-o", dest="output", type=Path, metavar="文字.md", help="文字写到哪里；不写就写在屏幕上")
    parser.add_argument(
        "--document", type=Path, metavar="原件", help="正式文件的 .docx、.txt 或 .md；列出和它不一样的地方"
    )
    json_argument(parser, "比对的结果")


def _run(arguments: argparse.Namespace) -> int:
    from engine import pipeline

    if arguments.json and arguments.document is None:
        arguments.parser.error("--json 要和 --document 一起用。")
    found = pipeline.checked(arguments.rules)
    if arguments.output is not None or arguments.document is None:
        _render(found, arguments.output)
    return _collate(found, arguments.document, as_json=arguments.json) if arguments.document is not None else OK


def _render(found: Checked, output: Path | None) -> None:
    from engine.prose import rendered

    text = rendered(found.doc, found.book)
    if output is None:
        print(text, end="")
        return
    from engine.saving import free, save

    save(free(output), text.encode())
    print(f"文字写在 {output}。", file=sys.stderr)


def _collate(found: Checked, document: Path, *, as_json: bool) -> int:
    from engine.checks import Subject
    from engine.collation import collate
    from engine.collation.report import report
    from engine.paper.original import read_original

    compared = collate(found.doc, Subject(found.book, found.study), read_original(document))
    if as_json:
        print_json(compared.as_json())
    else:
        print("\n".join(report(compared)))
    return FAULTY if compared.findings else OK
