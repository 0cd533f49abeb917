"""xize bulletin: 通报, 明细单 and lists as Word documents, from templates that staff may change."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from engine.commands.parser import command
from engine.commands.values import day, reading_argument, readings
from engine.telling import OK, Progress, print_problems


def add(commands: Any) -> None:
    """The command and its arguments."""
    parser = command(commands, "bulletin", "通报", "写通报、明细单、清单（Word 文档）", _run)
    parser.add_argument("rules", nargs="?", type=Path, metavar="细则.yaml")
    parser.add_argument(
        "records", nargs="?", type=Path, metavar="台账", help="一个 .xlsx，或装着各台账 CSV/Parquet 的文件夹"
    )
    parser.add_argument("--kind", metavar="种类", help="细则「通报」里的名字；不写就列出有哪几种")
    parser.add_argument("--period", metavar="期", help="2024-05、2024Q2 或 2024；不写就列出各期和截至日")
    parser.add_argument(
        "-o", dest="output", type=Path, metavar="文件夹", help="写到哪里；不写是 out，重做的写在记录旁边"
    )
    parser.add_argument("--format", choices=("docx", "md", "html"), default="docx", metavar="格式",
                        help="docx（Word）、md（粘贴的文字）或 html（每个数点开看算法）；不写是 docx")  # fmt: skip
    parser.add_argument("--template", type=Path, metavar="模板.docx", help="用这个模板；不写先用 templates/本单位 里的")
    parser.add_argument("--number", default="", metavar="文号", help="发文字号，如 某政办〔2024〕15号；不写留空")
    parser.add_argument("--date", type=day, metavar="日期", help="成文日期；不写留空，从不用今天")
    parser.add_argument("--note", default="", metavar="附注", help="如 此件公开发布，不写括号；不写照细则的「文面」")
    parser.add_argument("--unit", default="", metavar="单位", help="明细单只写这一个单位")
    parser.add_argument("--as-of", type=day, metavar="日期", help="截至日；不写是这一期的最后一天")
    reading_argument(parser)
    parser.add_argument("--skip-bad", action="store_true", help="有错的行不计，文书上标“暂定”")
    parser.add_argument("--draft-rules", action="store_true", help="示意的细则也写，文书上印明")
    parser.add_argument("--replay", type=Path, metavar="记录.json", help="照记录重做一遍，一个字节不差；不写细则和台账")


def _run(arguments: argparse.Namespace) -> int:
    from engine import publish
    from engine.pipeline import Options, load_rules

    if arguments.replay is not None:
        _told_again(publish.replayed(arguments.replay, arguments.output))
        return OK
    folder = arguments.output or Path("out")
    if arguments.rules is None:
        arguments.parser.error("缺少参数：细则.yaml")
    book = load_rules(arguments.rules, readings(arguments))
    if not arguments.kind or not arguments.period:
        _list(book, arguments.kind, folder)
        return OK
    if arguments.records is None:
        arguments.parser.error("缺少参数：台账")
    if arguments.unit:
        _refuse_unit(book, arguments)
    order = publish.Order(
        arguments.rules, arguments.records, arguments.kind, arguments.period, arguments.template, arguments.number,
        arguments.date, arguments.unit, arguments.draft_rules,
        Options(arguments.as_of, readings(arguments), arguments.skip_bad), f".{arguments.format}", arguments.note,
    )  # fmt: skip
    edition = publish.prepared(order, book)
    print_problems(edition.result.ledgers.notices)
    print(f"模板：{edition.template}", file=sys.stderr)
    _warn(arguments.rules)
    total = len(edition.names)
    with Progress(f"正在写 {total} 份文书") as progress:
        release = publish.released(edition, folder, lambda done: progress.told(done, total))
    for text in (*(f"写出：{path}" for path in release.paths), *release.changes):
        print(text)
    return OK


def _refuse_unit(book: Any, arguments: argparse.Namespace) -> None:
    """Only a kind that has a paper for each unit can be asked for one."""
    from engine.bulletin import SLIP, kind_named

    if kind_named(book, arguments.kind).template != SLIP:
        slips = "、".join(b.name for b in book.bulletins.values() if b.template == SLIP) or "没有"
        arguments.parser.error(f"“{arguments.kind}”是一份写全部单位的，不能加 --unit；一个单位一份的有：{slips}")


def _told_again(replay: Any) -> None:
    """Of each document made again: where it is, and whether there is one that somebody has worked on."""
    for one in replay.documents:
        if one.edited is not None:
            print(f"没有动：{one.edited}（和记录里的不一样，最后存于 {one.saved}；里面可能有您改的字）")
        print(f"写出：{one.path}（和当时一个字节不差）" if one.written else f"没有动：{one.path}（和当时一个字节不差）")


def _warn(rules: Path) -> None:
    """How many warnings the rule file has: a 通报 goes out under it."""
    from engine.pipeline import check_rules
    from engine.source import Severity

    count = sum(problem.severity is Severity.WARNING for problem in check_rules(rules)[2])
    if count:
        print(f"规则文件有警告 {count} 处：发出以前运行 xize check {rules} 看一遍。", file=sys.stderr)


def _list(book: Any, kind: str | None, folder: Path) -> None:
    """The kinds, each with the next issue due: the first without a record in the folder; or all issues of one kind."""
    from engine.bulletin import ENDING, issues, kind_named

    for bulletin in [kind_named(book, kind)] if kind else book.bulletins.values():
        clauses = f"（{'；'.join(bulletin.clauses)}）" if bulletin.clauses else ""
        print(f"{bulletin.name}　每{bulletin.issued.value}一次，通报每{bulletin.period.value}的数{clauses}")
        coming = list(issues(book, bulletin))
        left = [issue for issue in coming if not (folder / f"{issue.name}{ENDING}").exists()]
        for issue in coming if kind else left[:1]:
            state = "" if issue in left else "　已写过"
            due = "　下一期" if left and issue is left[0] else state
            print(f"  --kind {bulletin.name} --period {issue.code}　截至 {issue.as_of}{due}")
