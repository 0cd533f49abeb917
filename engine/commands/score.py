"""xize score: scores and ranks."""

from __future__ import annotations

import argparse
import sys
import time
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.commands.parser import command
from engine.commands.values import options, scoring_arguments
from engine.telling import OK, print_json, print_problems

if TYPE_CHECKING:
    from engine.scoring import Backend


def add(commands: Any) -> None:
    """The command and its arguments."""
    parser = command(commands, "score", "评分", "计分、排名", _run)
    scoring_arguments(parser)
    parser.add_argument("-o", dest="output", type=Path, metavar="文件夹",
                        help="另写 scores.json 和 成绩.xlsx（成批计分另写的是 Parquet 和汇总）")  # fmt: skip
    bulk = parser.add_argument_group("成批计分", "台账是装着 Parquet 文件的文件夹，行数可以很多")
    bulk.add_argument("--by", metavar="列", help="每张台账里写明是哪一家的列（如 县）；每一家都有细则里的全部单位")
    bulk.add_argument("--engine", choices=["polars", "spark"],
                      help="用什么算：polars 是本机，spark 是集群；写了就是成批计分，没有 --by 的只算一家")  # fmt: skip
    bulk.add_argument(
        "--master", metavar="地址", help="和 --engine spark 一起用：sc://主机:端口、spark://主机:端口、local[2]"
    )
    bulk.add_argument("--shared", type=Path, metavar="文件夹",
                      help="和 --engine spark 一起用：每台机器都读得到、写得进的文件夹；都在本机的不用写")  # fmt: skip
    bulk.add_argument("--explain", action="store_true", help="另写每张台账的每条记录和每季每月的数（要 -o）")
    parser.set_defaults(wrong=parser.error)


def _run(arguments: argparse.Namespace) -> int:
    _check_spark(arguments)
    if arguments.by is not None or arguments.engine is not None:
        return _bulk(arguments)
    if arguments.explain:
        arguments.wrong("--explain 和 --by 或 --engine 一起用；要看一个单位的每一分，用 explain 命令。")
    from engine import pipeline
    from engine.terminal import print_result

    result = pipeline.score(arguments.rules, arguments.records, options(arguments))
    print_problems(result.ledgers.notices)
    if arguments.output is not None:
        written = pipeline.write_results(result, arguments.output)
        print(f"写出：{'、'.join(map(str, written))}", file=sys.stderr)
    if arguments.json:
        print_json(result.as_json())
    else:
        print_result(result)
    return OK


def _check_spark(arguments: argparse.Namespace) -> None:
    """--engine spark and --master go together."""
    if arguments.engine != "spark":
        if arguments.master is not None or arguments.shared is not None:
            arguments.wrong("--master 和 --shared 只和 --engine spark 一起用。")
        return
    from engine.bulk.spark import is_master

    if arguments.master is None:
        arguments.wrong("--engine spark 还要写 --master 地址，如 sc://主机:15002。")
    if not is_master(arguments.master):
        arguments.wrong(f"--master“{arguments.master}”不像地址：写 sc://主机:端口、spark://主机:端口 或 local[2]。")


def _backend(arguments: argparse.Namespace) -> AbstractContextManager[Backend | None]:
    """What carries the plan out."""
    from engine.bulk.spark import OnSpark

    return OnSpark(arguments.master, arguments.shared) if arguments.engine == "spark" else nullcontext()


def _bulk(arguments: argparse.Namespace) -> int:
    """Many offices, or many records, at once."""
    if arguments.explain and arguments.output is None:
        arguments.wrong("--explain 把每条记录写成文件，要写 -o 文件夹。")
    from engine import bulk
    from engine.bulk import output
    from engine.terminal import print_bulk

    begun = time.monotonic()
    with _backend(arguments) as backend:
        run = bulk.score(
            arguments.rules,
            arguments.records,
            arguments.by,
            options(arguments),
            full=arguments.explain,
            backend=backend,
        )
    print_problems(run.intake.notices)
    if arguments.output is not None:
        written = output.write(run, arguments.output, full=arguments.explain)
        print(f"写出：{'、'.join(map(str, written))}", file=sys.stderr)
    if arguments.json:
        print_json(output.summary(run))
    else:
        print_bulk(output.summary(run))
    print(f"用时 {time.monotonic() - begun:.1f} 秒", file=sys.stderr)
    return OK
