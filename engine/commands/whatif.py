"""xize whatif: many variants of the rules on the same ledgers."""

from __future__ import annotations

import argparse
import csv
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.commands.parser import command
from engine.commands.values import options, scoring_arguments
from engine.telling import FAULTY, OK, Progress, print_json, print_problems

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.whatif import Axis, Report


def add(commands: Any) -> None:
    """The command and its arguments."""
    parser = command(commands, "whatif", "试改", "规则里的一个数改一改会怎样：很多种改法一起算", _run)
    scoring_arguments(parser)
    parser.add_argument("--set", action="append", default=[], dest="settings", metavar="路径=值",
                        help="改一处，如 考评.项目.约稿.封顶=15；可写多次，合成一个变体")  # fmt: skip
    parser.add_argument("--sweep", action="append", default=[], dest="sweeps", metavar="路径=从..到/步",
                        help="从小到大各算一遍，如 …封顶=10..20/1，或 路径=甲|乙；可写多次，逐个搭配")  # fmt: skip
    parser.add_argument("--unit", metavar="单位", help="只看一个单位")
    parser.add_argument("-o", dest="output", type=Path, metavar="文件", help="另写 .html（有曲线图）或 .csv")


def _run(arguments: argparse.Namespace) -> int:
    from engine.pipeline import load_rules, new_file, unit_named
    from engine.whatif import Misuse, whatif

    if arguments.output is not None:
        if arguments.output.suffix.lower() not in _FORMATS:
            arguments.parser.error(f"-o 写成 {'、'.join(_FORMATS)} 文件，“{arguments.output.name}”不是")
        new_file(arguments.output, f"试改{arguments.output.suffix.lower()}")
    unit = None if arguments.unit is None else unit_named(load_rules(arguments.rules), arguments.unit)
    try:
        axes = _axes(arguments)
        with Progress("正在试算") as progress:
            report = whatif(arguments.rules, arguments.records, axes, options(arguments), progress.told)
    except Misuse as misuse:
        arguments.parser.error(str(misuse))
    print_problems(report.base.ledgers.notices)
    _written(report, unit, arguments)
    return OK if any(run.standing is not None for run in report.runs) else FAULTY


def _axes(arguments: argparse.Namespace) -> list[Axis]:
    from engine.whatif.request import setting, sweep

    return [*map(setting, arguments.settings), *map(sweep, arguments.sweeps)]


def _written(report: Report, unit: str | None, arguments: argparse.Namespace) -> None:
    from engine.saving import save
    from engine.terminal import print_whatif

    if arguments.output is not None:
        save(arguments.output, _FORMATS[arguments.output.suffix.lower()](report, unit))
        print(f"写出：{arguments.output}", file=sys.stderr)
    if arguments.json:
        print_json(report.as_json(unit))
    else:
        print_whatif(report, unit)


def _page(report: Report, unit: str | None) -> bytes:
    from engine.whatif.page import page

    return page(report, unit)


def _lines(report: Report, unit: str | None) -> bytes:
    """A line a variant and unit; with the mark by which Excel knows UTF-8."""
    from engine.whatif.report import told

    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    places = report.places(report.standing, 0)
    lines.writerow(["编号", *(axis.path for axis in report.axes), "状态", "单位", "得分", *places])
    for run in report.runs:
        head = [run.variant.number, *run.variant.values, run.state]
        if run.standing is None:
            lines.writerow([*head, "", "；".join(run.reasons)])
            continue
        for at, name in enumerate(report.units):
            if unit in (None, name):
                scores = "／".join(told(line[at]) for line in run.standing.scores.values())
                lines.writerow([*head, name, scores, *report.places(run.standing, at).values()])
    return text.getvalue().encode("utf-8-sig")


_FORMATS: dict[str, Callable[[Report, str | None], bytes]] = {".html": _page, ".csv": _lines}
