"""The command line: xize check · template · score · explain. Messages on stderr, results on stdout."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from engine.number import exact
from engine.source import Problem, Rejected, errors

OK, FAULTY, USAGE, UNREADABLE = 0, 1, 2, 3

_WORDS = {
    "usage: ": "用法：", "positional arguments": "参数", "options": "选项",
    "show this help message and exit": "显示这份说明",
    "the following arguments are required: %s": "缺少参数：%s",
    "unrecognized arguments: %s": "不认识的参数：%s",
    "expected one argument": "后面要跟一个值",
    "expected at least one argument": "后面至少要跟一个值",
    "argument %(argument_name)s: %(message)s": "参数 %(argument_name)s：%(message)s",
    "invalid choice: %(value)r (choose from %(choices)s)": "没有“%(value)s”（可选：%(choices)s）",
    "not allowed with argument %s": "不能和 %s 一起用",
    "%(prog)s: error: %(message)s\n": "%(message)s\n",
    "ambiguous option: %(option)s could match %(matches)s": "“%(option)s”不明确，可能是：%(matches)s",
    "ignored explicit argument %r": "“%s”后面不能跟值",
    "invalid %(type)s value: %(value)r": "“%(value)s”读不懂",
}  # fmt: skip


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code (0 done, 1 faulty input, 2 wrong usage, 3 unreadable file)."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Callable[..., None] | None = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
    arguments = _parser().parse_args(argv)
    try:
        code: int = arguments.run(arguments)
    except Rejected as rejected:
        return _reject(rejected, as_json=getattr(arguments, "json", False))
    except BrokenPipeError:
        sys.stderr.close()
        return OK
    return code


def _reject(rejected: Rejected, *, as_json: bool) -> int:
    from engine.telling import print_problems

    print_problems(rejected.problems)
    if as_json:
        _print_json({"问题": [p.as_json() for p in rejected.problems]})
    return UNREADABLE if rejected.unreadable else FAULTY


def _print_json(value: dict[str, Any]) -> None:
    """UTF-8 whatever the console's encoding is: the object is for programs."""
    text = json.dumps(value, ensure_ascii=False, indent=1) + "\n"
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(text)
    else:
        sys.stdout.flush()
        buffer.write(text.encode())
        buffer.flush()


# ---- commands -----------------------------------------------------------------------------


def _check(arguments: argparse.Namespace) -> int:
    from engine.pipeline import check_rules
    from engine.telling import print_problems

    problems: list[Problem] = []
    for path in arguments.rules:
        try:
            book, alternatives, told = check_rules(path)
        except Rejected as rejected:
            problems += rejected.problems
        else:
            words = (
                f"{path}：没有错误。{len(book.clauses)} 条条文，{len(book.items)} 项，{len(book.roster.units)} 个单位，"
            )
            words += f"{len(book.readings)} 个口径（{alternatives} 种备选都试过）。"
            print(words, file=sys.stderr if arguments.json else sys.stdout)
            problems += told
    if problems:
        print_problems(problems)
    if arguments.json:
        _print_json({"问题": [p.as_json() for p in problems]})
    return _code(problems)


def _code(problems: Sequence[Problem]) -> int:
    return (UNREADABLE if Rejected(problems).unreadable else FAULTY) if errors(problems) else OK


def _template(arguments: argparse.Namespace) -> int:
    from engine import pipeline
    from engine.ledger.blank import write_blank

    write_blank(pipeline.load_rules(arguments.rules), pipeline.new_workbook(arguments.output))
    print(f"空白台账写在 {arguments.output}。")
    return OK


def _score(arguments: argparse.Namespace) -> int:
    from engine import pipeline
    from engine.telling import print_problems
    from engine.terminal import print_result

    result = pipeline.score(arguments.rules, arguments.records, _options(arguments))
    print_problems(result.ledgers.notices)
    if arguments.output is not None:
        written = pipeline.write_results(result, arguments.output)
        print(f"写出：{'、'.join(map(str, written))}", file=sys.stderr)
    if arguments.json:
        _print_json(result.as_json())
    else:
        print_result(result)
    return OK


def _explain(arguments: argparse.Namespace) -> int:
    from engine import pipeline
    from engine.explanation import explain
    from engine.terminal import print_story

    result = pipeline.score(arguments.rules, arguments.records, _options(arguments))
    story = explain(result, pipeline.unit_named(result.book, arguments.unit))
    if arguments.json:
        _print_json(story.as_json())
    else:
        print_story(story)
    return OK


def _options(arguments: argparse.Namespace) -> Any:
    from engine.pipeline import Options

    readings = dict(arguments.reading)
    if len(readings) < len(arguments.reading):
        names = [name for name, _ in arguments.reading]
        twice = next(name for name in names if names.count(name) > 1)
        raise Rejected([Problem("R08", f"口径 {twice} 写了两种取法，只能取一种。", None, "去掉一个 --reading。")])
    return Options(arguments.as_of, readings, arguments.skip_bad, arguments.scale_to)


# ---- what may be written ------------------------------------------------------------------


class _Parser(argparse.ArgumentParser):
    """argparse in Chinese, without abbreviations; a wrong use tells how to ask for help."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> Any:
        """Wrong usage: exit code 2."""
        print(f"{message}\n{self.format_usage()}要看说明：{self.prog} --help", file=sys.stderr)
        raise SystemExit(USAGE)


def _parser() -> argparse.ArgumentParser:
    argparse._ = lambda text: _WORDS.get(text, text)  # type: ignore[attr-defined]
    parser = _Parser(prog="xize", description="细则引擎：按写成 YAML 的考评细则给各单位计分，每一分都说得出来由。")
    commands = parser.add_subparsers(title="命令", metavar="命令", required=True, parser_class=_Parser)
    check = _command(commands, "check", "校验", "检查细则文件：不看台账就能说出的毛病", _check)
    check.add_argument("rules", nargs="+", type=Path, metavar="细则.yaml")
    check.add_argument("--json", action="store_true", help="问题写成一个 JSON 对象")
    template = _command(commands, "template", "模板", "生成空白台账工作簿", _template)
    template.add_argument("rules", type=Path, metavar="细则.yaml")
    template.add_argument("-o", dest="output", type=Path, required=True, metavar="文件.xlsx", help="写到哪里")
    score = _command(commands, "score", "评分", "计分、排名", _score)
    _scoring_arguments(score)
    score.add_argument("-o", dest="output", type=Path, metavar="文件夹", help="另写 scores.json 和 成绩.xlsx")
    explain = _command(commands, "explain", "解释", "一个单位的每一分从哪里来", _explain)
    _scoring_arguments(explain)
    explain.add_argument("--unit", required=True, metavar="单位", help="单位全名或别名")
    return parser


def _command(
    commands: Any, name: str, alias: str, words: str, run: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, aliases=[alias], help=words, description=words)
    parser.set_defaults(run=run)
    return parser


def _scoring_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("rules", type=Path, metavar="细则.yaml")
    parser.add_argument("records", type=Path, metavar="台账", help="一个 .xlsx，或装着各台账 CSV/Parquet 的文件夹")
    parser.add_argument("--as-of", type=_day, metavar="日期", help="截至日，如 2024-06-30；不写就是考评年度最后一天")
    parser.add_argument("--reading", type=_reading, action="append", default=[], metavar="编号=取法",
                        help="换一种口径，可写多次")  # fmt: skip
    parser.add_argument("--skip-bad", action="store_true", help="有错的行不计（列在未计里），结果标“暂定”")
    parser.add_argument("--scale-to", type=_number, metavar="分", help="折算到多少分")
    parser.add_argument("--json", action="store_true", help="结果写成一个 JSON 对象")


_DAY = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})-|\.([0-9]{1,2})\.|/([0-9]{1,2})/|年([0-9]{1,2})月)([0-9]{1,2})日?")


def _day(text: str) -> date:
    match = _DAY.fullmatch(text)
    if match is None:
        raise argparse.ArgumentTypeError(f"“{text}”不是日期，写作 2024-06-30")
    year, *months, day = match.groups()
    try:
        return date(int(year), int(next(filter(None, months))), int(day))
    except ValueError:
        raise argparse.ArgumentTypeError(f"没有“{text}”这一天") from None


def _reading(text: str) -> tuple[str, str]:
    name, mark, value = text.partition("=")
    if not (name and mark and value):
        raise argparse.ArgumentTypeError(f"“{text}”读不懂，写作 A01=考评分")
    return name.strip(), value.strip()


def _number(text: str) -> Fraction:
    try:
        number = exact(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}”不是一个数，写作 5 或 2.5") from None
    if number <= 0:
        raise argparse.ArgumentTypeError(f"“{text}”不行，要折算到的分要大于 0")
    return number


if __name__ == "__main__":
    raise SystemExit(main())
