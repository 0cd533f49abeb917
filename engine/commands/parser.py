"""argparse in Chinese: its own words, without abbreviations, a wrong command told with the nearest name."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any

from engine.suggest import asked, nearest
from engine.telling import MISUSED

_WORDS = {
    "usage: ": "用法：", "positional arguments": "参数", "options": "选项",
    "show this help message and exit": "显示这份说明",
    "the following arguments are required: %s": "缺少参数：%s",
    "expected one argument": "后面要跟一个值",
    "expected at least one argument": "后面至少要跟一个值",
    "argument %(argument_name)s: %(message)s": "参数 %(argument_name)s：%(message)s",
    "not allowed with argument %s": "不能和 %s 一起用",
    "ambiguous option: %(option)s could match %(matches)s": "“%(option)s”不明确，可能是：%(matches)s",
    "ignored explicit argument %r": "“%s”后面不能跟值",
    "invalid %(type)s value: %(value)r": "“%(value)s”读不懂",
    "one of the arguments %s is required": "要写其中一个：%s",
}  # fmt: skip


class Parser(argparse.ArgumentParser):
    """An argument parser that speaks Chinese; wrong usage tells how to ask for help and exits with 2."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> Any:
        """Wrong usage: exit code 2."""
        print(f"{message}\n{self.format_usage()}要看说明：{self.prog} --help", file=sys.stderr)
        raise SystemExit(MISUSED)

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse does; an option that the command does not have is told with the nearest one it has."""
        found, strange = self.parse_known_args(args, namespace)
        if strange:
            found.parser.unknown(strange)
        return found

    def unknown(self, strange: list[str]) -> Any:
        """Options or values too many: exit code 2."""
        known = [name for action in self._actions for name in action.option_strings]
        near = nearest(strange[0].partition("=")[0], known)[:1] if strange[0].startswith("-") else []
        hint = "".join(f"是不是想写 {name}？" for name in near)
        self.error(f"不认识的参数：{' '.join(strange)}。{hint}")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            names = [str(choice) for choice in action.choices]
            raise argparse.ArgumentError(
                action, f"没有“{value}”。{asked(str(value), names, '')}可选：{'、'.join(names)}"
            )


def root(description: str) -> tuple[Parser, Any]:
    """The parser of the program and the group its commands are added to (:func:`command`)."""
    argparse._ = lambda text: _WORDS.get(text, text)  # type: ignore[attr-defined]
    parser = Parser(prog="xize", description=description)
    return parser, parser.add_subparsers(title="命令", metavar="命令", required=True, parser_class=Parser)


def command(
    commands: Any, name: str, alias: str, words: str, run: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    """A command with its Chinese alias; ``run`` takes what was written and returns the exit code."""
    parser: argparse.ArgumentParser = commands.add_parser(name, aliases=[alias], help=words, description=words)
    parser.set_defaults(run=run, parser=parser)
    return parser
