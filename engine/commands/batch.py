"""xize batch: a folder tree of rule files and ledgers, scored whole."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.commands.parser import command
from engine.commands.values import count, day, json_argument
from engine.telling import FAULTY, OK, Progress, print_bytes

if TYPE_CHECKING:
    from engine.batch import Batch


def add(commands: Any) -> None:
    """The command and its arguments."""
    parser = command(commands, "batch", "批量", "一个文件夹里的各处台账，各按管它的细则计分，最后汇总", _run)
    parser.add_argument("top", type=Path, metavar="文件夹", help="一处一个文件夹，细则在各处或上面的文件夹里")
    parser.add_argument("-o", dest="output", type=Path, required=True, metavar="文件夹", help="写到哪里")
    parser.add_argument("--as-of", type=day, metavar="日期", help="截至日；不写就是各份细则考评年度的最后一天")
    parser.add_argument("--skip-bad", action="store_true", help="有错的行不计（列在未计里），结果标“暂定”")
    parser.add_argument("--jobs", type=count, metavar="几个", help="同时算几处；不写就是处理器有几核算几处")
    parser.add_argument("--again", action="store_true", help="没有变的也重新算")
    json_argument(parser, "汇总")


def _run(arguments: argparse.Namespace) -> int:
    from engine import batch
    from engine.pipeline import Options

    options = Options(arguments.as_of, None, arguments.skip_bad)
    processes = arguments.jobs or os.cpu_count() or 1
    with Progress("批量") as progress:
        found = batch.run(arguments.top, arguments.output, options, processes, progress.told, again=arguments.again)
    if arguments.json:
        print_bytes(found.paths[0].read_bytes())
    _tell(found, arguments.output)
    return FAULTY if found.failed else OK


def _tell(found: Batch, out: Path) -> None:
    """How many, and of those that failed why, on stderr."""
    from engine.batch import TROUBLE

    for entry in found.failed:
        print(f"没有算成　{entry['名称']}：{entry['问题'][0]}　全部见 {out / entry['名称'] / TROUBLE}", file=sys.stderr)
    done, failed = len(found.entries), len(found.failed)
    skipped = f"；其中没有变、跳过 {done - len(found.seconds)} 处" if len(found.seconds) < done else ""
    print(f"共 {done} 处：算成 {done - failed} 处，没有算成 {failed} 处{skipped}。{_slowest(found)}", file=sys.stderr)
    if found.gone:
        print(f"上次有、这次没有的，结果还留着：{'、'.join(found.gone)}", file=sys.stderr)
    print(f"写出：{'、'.join(map(str, found.paths))}", file=sys.stderr)


def _slowest(found: Batch, most: int = 3) -> str:
    slow = sorted(found.seconds.items(), key=lambda item: -item[1])[:most]
    return f"最慢的：{'、'.join(f'{name} {seconds:.1f} 秒' for name, seconds in slow)}。" if slow else ""
