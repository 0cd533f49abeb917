"""xize test: worked cases written by staff, run and compared."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.commands.parser import command
from engine.commands.values import json_argument, rules_argument
from engine.telling import FAULTY, OK, Progress, print_json, print_problems

if TYPE_CHECKING:
    from engine.checks import Checked
    from engine.trial import Report

_HEAD = """# yaml-language-server: $schema=schema/cases.json
# 程序提出的边界算例：数是程序算出来的，还没有人核对，不算通过。
# 逐个照条文手算：对的，删去“待确认: 是”；不对的，就是规则文件写错了。
"""


def add(commands: Any) -> None:
    """The command and its arguments."""
    parser = command(commands, "test", "算例", "照算例逐个对数：台账里有这几行，应当得出这些数", _run)
    rules_argument(parser)
    parser.add_argument("cases", nargs="+", type=Path, metavar="算例", help="算例 .yaml 或 .xlsx，或装着它们的文件夹")
    parser.add_argument("--coverage", action="store_true", help="列出没有算例碰到的条款、项、格、口径")
    parser.add_argument(
        "--edges", action="store_true", help="提出还缺的边界算例（下、恰好、上），写到屏幕上或 -o 的文件"
    )
    parser.add_argument("-o", dest="output", type=Path, metavar="文件.yaml", help="和 --edges 一起用：写到哪里")
    json_argument(parser, "结果")


def _run(arguments: argparse.Namespace) -> int:
    from engine import pipeline
    from engine.trial import cases_of, files_of, trial

    if arguments.output is not None:
        pipeline.new_file(arguments.output, "边界算例.yaml")
    rules = pipeline.checked(arguments.rules)
    cases = [case for path in files_of(arguments.cases) for case in cases_of(rules.book, path)]
    with Progress("正在核对算例") as progress:
        report = trial(rules, cases, progress.told)
    print_problems([failure.problem for failure in report.failures])
    if arguments.edges:
        return _edges(arguments, rules, report)
    if arguments.json:
        print_json(report.as_json())
    else:
        _print(report, listed=arguments.coverage)
    return FAULTY if report.failures else OK


def _edges(arguments: argparse.Namespace, rules: Checked, report: Report) -> int:
    """The missing edge cases: to the file asked for, or to stdout."""
    from engine.trial import propose

    found = propose(rules, report.sides)
    text = f"{_HEAD}用例:\n{found.text}" if found.count else ""
    if arguments.output is not None and found.count:
        from engine.saving import save

        save(arguments.output, text.encode())
    elif not arguments.json:
        print(text, end="")
    where = f"，写在 {arguments.output}" if arguments.output is not None and found.count else ""
    print(f"提出 {found.count} 个边界算例{where}；核对以后删去“待确认: 是”。", file=sys.stderr)
    for edge, side in found.unreached:
        print(f"  提不出：{edge.key}{side.value}{edge.text}（{edge.place}）", file=sys.stderr)
    if arguments.json:
        print_json({**report.as_json(), "边界": text})
    return FAULTY if report.failures else OK


def _print(report: Report, *, listed: bool) -> None:
    failed = {(f.case.file, f.case.name) for f in report.failures}
    print(f"算例 {len(report.cases)} 个：通过 {report.passed}，不符 {len(failed)}，待确认 {len(report.unconfirmed)}。")
    for case in report.unconfirmed:
        print(f"  待确认　{case.name}（{case.place}）")
    missing = report.coverage.missing
    told = "，".join(f"{sort} {have}/{all_}" for sort, (have, all_) in report.coverage.counts.items())
    more = "" if listed or not missing else f"。还有 {len(missing)} 处没有算例碰到，加 --coverage 列出来"
    print(f"覆盖：{told}{more}。")
    for spot in missing if listed else ():
        print(f"  没有算例　{spot.sort} {spot.name}　{spot.place.source.name}:{spot.place.line}")
