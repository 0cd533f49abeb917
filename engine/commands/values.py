"""Values typed on the command line, and the arguments that several commands share."""

from __future__ import annotations

import argparse
import re
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from engine.number import exact
from engine.source import Problem, Rejected, Typed

if TYPE_CHECKING:
    from engine.pipeline import Options

_DAY = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})-|\.([0-9]{1,2})\.|/([0-9]{1,2})/|年([0-9]{1,2})月)([0-9]{1,2})日?")


def rules_argument(parser: argparse.ArgumentParser) -> None:
    """The rule file."""
    parser.add_argument("rules", type=Path, metavar="细则.yaml")


def scoring_arguments(parser: argparse.ArgumentParser) -> None:
    """A rule file, its ledgers, and how to run them: what :func:`options` reads."""
    rules_argument(parser)
    parser.add_argument("records", type=Path, metavar="台账", help="一个 .xlsx，或装着各台账 CSV/Parquet 的文件夹")
    parser.add_argument("--as-of", type=day, metavar="日期", help="截至日，如 2024-06-30；不写就是考评年度最后一天")
    reading_argument(parser)
    parser.add_argument("--skip-bad", action="store_true", help="有错的行不计（列在未计里），结果标“暂定”")
    parser.add_argument("--scale-to", type=number, metavar="分", help="折算到多少分")
    json_argument(parser, "结果")


def reading_argument(parser: argparse.ArgumentParser) -> None:
    """--reading, any number of times: what :func:`readings` reads."""
    parser.add_argument("--reading", type=reading, action="append", default=[], metavar="编号=取法",
                        help="换一种口径，可写多次")  # fmt: skip


def json_argument(parser: argparse.ArgumentParser, what: str) -> None:
    """--json: one object on stdout."""
    parser.add_argument("--json", action="store_true", help=f"{what}写成一个 JSON 对象")


def options(arguments: argparse.Namespace) -> Options:
    """How to run, of :func:`scoring_arguments`. Raises :class:`Rejected`."""
    from engine.pipeline import Options

    return Options(arguments.as_of, readings(arguments), arguments.skip_bad, arguments.scale_to)


def readings(arguments: argparse.Namespace) -> dict[str, str]:
    """口径 → 取法. Raises :class:`Rejected` where one is given twice."""
    chosen = dict(arguments.reading)
    if len(chosen) < len(arguments.reading):
        names = [name for name, _ in arguments.reading]
        twice = next(name for name in names if names.count(name) > 1)
        raise Rejected([Problem("R08", f"口径 {twice} 写了两种取法，只能取一种。", None, "去掉一个 --reading。")])
    return chosen


_TYPED = {"R06": "reading", "R08": "reading", "R18": "as_of", "R19": "unit", "B01": "kind", "B02": "period"}
"""Faults of a value on the command line → the argument it was given for."""


def as_typed(problem: Problem, arguments: argparse.Namespace) -> Problem:
    """The fault at what was typed, where it tells of just that; else as it is."""
    name = _TYPED.get(problem.code, "")
    value = getattr(arguments, name, None) or []
    pairs = [(reading, f"{reading}={way}") for reading, way in value] if name == "reading" else [(str(value),) * 2]
    texts = [text for said, text in pairs if said in problem.detail]
    if not value or not texts:
        return problem
    return replace(problem, place=Typed(f"--{name.replace('_', '-')}", " ".join(texts)))


def day(text: str) -> date:
    """A date as staff write it.

    >>> day("2024年6月30日")
    datetime.date(2024, 6, 30)
    """
    match = _DAY.fullmatch(text)
    if match is None:
        raise argparse.ArgumentTypeError(f"“{text}”不是日期，写作 2024-06-30")
    year, *months, monthday = match.groups()
    try:
        return date(int(year), int(next(filter(None, months))), int(monthday))
    except ValueError:
        raise argparse.ArgumentTypeError(f"没有“{text}”这一天") from None


def year(text: str) -> int:
    """A year of four digits.

    >>> year("2025")
    2025
    """
    if not re.fullmatch(r"(?:19|20)[0-9]{2}", text):
        raise argparse.ArgumentTypeError(f"“{text}”不是年度，写四位数，如 2025")
    return int(text)


def count(text: str) -> int:
    """A whole number from 1.

    >>> count("4")
    4
    """
    if not re.fullmatch(r"[1-9][0-9]{0,3}", text):
        raise argparse.ArgumentTypeError(f"“{text}”不行，写 1、2、3……")
    return int(text)


def reading(text: str) -> tuple[str, str]:
    """编号=取法.

    >>> reading("A01=考评分")
    ('A01', '考评分')
    """
    name, mark, value = text.partition("=")
    if not (name and mark and value):
        raise argparse.ArgumentTypeError(f"“{text}”读不懂，写作 A01=考评分")
    return name.strip(), value.strip()


def number(text: str) -> Fraction:
    """A number above 0, exact.

    >>> number("2.5")
    Fraction(5, 2)
    """
    try:
        found = exact(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}”不是一个数，写作 5 或 2.5") from None
    if found <= 0:
        raise argparse.ArgumentTypeError(f"“{text}”不行，要折算到的分要大于 0")
    return found
