"""xize new-year: next year's rule file, begun from this year's."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.commands.parser import command
from engine.commands.values import year
from engine.telling import OK, print_problems

if TYPE_CHECKING:
    from engine.authoring import Draft, Moves
    from engine.rulebook import RuleBook


def add(commands: Any) -> None:
    """The command and its arguments."""
    parser = command(commands, "new-year", "新年度", "从旧的细则文件开始新的一年；旧文件不动", _run)
    parser.add_argument("year", type=year, metavar="年度", help="四位数，如 2025")
    parser.add_argument("--from", dest="old", type=Path, required=True, metavar="细则.yaml", help="上一年的细则文件")
    parser.add_argument("--quotas", type=Path, metavar="任务表.xlsx", help="单位和任务照这个工作簿（用 roster 生成）")
    parser.add_argument("-o", dest="output", type=Path, metavar="新细则.yaml",
                        help="写到哪里；不写就在旧文件旁边，名字里的年度换成新的")  # fmt: skip


def _run(arguments: argparse.Namespace) -> int:
    from engine.authoring.begin import begin

    target, made, book, told = begin(arguments.old, arguments.year, arguments.output, arguments.quotas)
    print_problems(told)
    print("\n".join([*_done(arguments.old, target, made, book), *_next(target, made, arguments)]))
    return OK


def _done(old: Path, target: Path, made: Draft, book: RuleBook) -> Iterator[str]:
    yield book.title.marked(f"写出 {target}") + f"；{old} 没有动。"
    yield f"「细则」里改了：{'、'.join(made.head)}。"
    yield f"其余照抄，逐处列在文件末尾的「待核对」里，共 {len(book.unverified)} 处。"
    if made.moves is not None:
        yield from _moved(made.moves)
    if made.suspended:
        yield "「豁免」都改成了注释：新的一年要重新看过，再写。"
    if made.remarks:
        yield f"注释里还写着旧年度的，没有动：第 {'、'.join(map(str, made.remarks))} 行。"


def _moved(moves: Moves) -> Iterator[str]:
    told = {"新增": moves.new, "去掉": moves.gone, "改名": tuple(f"{a} → {b}" for a, b in moves.renamed),
            "改了任务或别的": moves.changed}  # fmt: skip
    yield from (f"单位{what} {len(names)} 个：{'、'.join(names)}。" for what, names in told.items() if names)
    for old, new in moves.alike:
        yield f"“{old}”没有了，新有“{new}”：是改了名的，在任务表“{new}”一行的「曾用」里填“{old}”，重做一遍。"
    if not any(told.values()):
        yield "单位和任务与旧文件一样。"


def _next(target: Path, made: Draft, arguments: argparse.Namespace) -> Iterator[str]:
    from engine.authoring.year import UNFILLED

    yield "接下来："
    steps = [
        "打开它，在「细则」里填新的名称、文号、印发日期"
        + (f"；“{UNFILLED}”去掉行首的井号，写上日期。" if UNFILLED in made.text else "。"),
        "「条文」照新文件逐条录入原文；分值、档次、次数、期限变了的，改在用它的那一项里。",
        "「口径」逐条看：新条文写明了的删去，还没有写明的照旧，新的疑问加一条。",
        *([] if arguments.quotas else [
            f"任务变了的，在「单位」里改；改得多的，先 xize roster {arguments.old} -o 任务表.xlsx，在表里改好，"
            "再用 new-year 加 --quotas 任务表.xlsx，另写一个文件。",
        ]),
        f"改几处，就运行一次 xize check {target}。核对好一处，删去「待核对」里的一行；删完了，再删「细则」的 状态。",
        f"拿到新文件的电子版：xize show {target} --document 文件.docx，逐条逐数比对。",
    ]  # fmt: skip
    yield from (f"  {number}. {step}" for number, step in enumerate(steps, 1))
