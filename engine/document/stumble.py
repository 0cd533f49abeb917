"""What the YAML parser stumbled over, said in Chinese, with the place a person should look at."""

from __future__ import annotations

from dataclasses import replace

from engine.source import Problem, Span

_QUOTE = '整个值加上半角引号 " "。'
_INDENT = "同一层的各行左边对齐；下一层多缩进两个空格；列表的“- ”也要对齐。"
_TAG = ("Y14", "“!”开头的是 YAML 的类型标记，规则文件里不用。", f"是文字的，{_QUOTE}")
_DIRECTIVE = ("Y14", "“%”开头的行是 YAML 的指令，规则文件里不用。", "删去这一行。")
_ITEMS = "各项之间用半角逗号“, ”"

# What the parser says (a part of it) → code, what is wrong, what to do. First fit wins.
_SAYINGS: tuple[tuple[str, tuple[str, str, str]], ...] = (
    ("while scanning an alias", ("Y14", "“*”开头的是 YAML 的引用，规则文件里不用。", f"是文字的，{_QUOTE}")),
    ("while scanning an anchor", ("Y14", "“&”开头的是 YAML 的锚，规则文件里不用。", f"是文字的，{_QUOTE}")),
    ("while scanning a tag", _TAG),
    ("while parsing a tag", _TAG),
    ("undefined tag handle", _TAG),
    ("directive", _DIRECTIVE),
    ("YAML document", _DIRECTIVE),
    ("tag handle", _DIRECTIVE),
    ("'<document start>'", ("Y19", "这里又从头开始了一段，和前面的内容接不上。", _INDENT)),
    ("document separator", ("Y14", "“---”把一个文件分成了几份，一个文件只写一份规则。", "删去这一行。")),
    ("scanning a block scalar", ("Y21", "“|”或“>”后面不能再写文字。", "文字从下一行起缩进着写。")),
    ("a quoted scalar", ("Y17", "这里的引号没有配对。", "在文字末尾补上引号。")),
    (
        "double-quoted scalar",
        ("Y17", "双引号里的反斜杠“\\”有特别意思，这里读不通。", "改用单引号 ' ' 括住。"),
    ),
    (
        "could not find expected ':'",
        ("Y21", "这一行没有半角冒号，不是“键: 值”。", "写成“键: 值”，半角冒号后面留一个空格。"),
    ),
    (
        "mapping values are not allowed",
        (
            "Y21",
            "这里又出现一个“: ”：一行里只能有一个，或者是上一行的值写到了这一行。",
            f"文字里有“: ”的，{_QUOTE}{_INDENT}",
        ),
    ),
    ("mapping keys are not allowed", ("Y21", "这里不能用“? ”。", f"是文字的，{_QUOTE}")),
    (
        "sequence entries are not allowed",
        ("Y19", "列表的“- ”不能和键写在同一行。", "“- ”另起一行，比键多缩进两个空格。"),
    ),
    ("cannot start any token", ("Y21", "值不能用 % @ ` 这类符号开头。", _QUOTE)),
    ("found ']'", ("Y18", "这里多了一个“]”，前面没有和它配对的“[”。", f"删去它；是文字的，{_QUOTE}")),
    ("found '}'", ("Y18", "这里多了一个“}”，前面没有和它配对的“{”。", f"删去它；是文字的，{_QUOTE}")),
    (
        "flow mapping",
        (
            "Y18",
            "花括号 { } 里的写法读不通：可能没有关上，或者少了逗号、冒号。",
            f"每一项写成“键: 值”，{_ITEMS}，最后用 }} 关上；文字里有半角逗号、问号的加半角引号。",
        ),
    ),
    (
        "flow sequence",
        (
            "Y18",
            "方括号 [ ] 里的写法读不通：可能没有关上，或者少了逗号。",
            f"{_ITEMS}，最后用 ] 关上；是区间的、文字里有半角逗号的加半角引号。",
        ),
    ),
    (
        "flow node",
        (
            "Y18",
            "括号里的写法读不通：逗号之间是空的，或者符号用错了。",
            f"补上内容或删去多余的逗号；文字里有括号、问号的，{_QUOTE}",
        ),
    ),
    ("unclosed '['", ("Y18", "有方括号或花括号没有关上。", "补上 ] 或 }。")),
    ("parsing a block", ("Y19", "这一行和前后各行没有对齐，或者前面的括号、引号多了少了。", _INDENT)),
)
_UNKNOWN = ("Y21", "这一行不合 YAML 的写法。", "核对这一行和上一行的冒号、引号、括号和缩进。")


def reword(said: str, at: Span, began: Span | None, suspects: tuple[Problem, ...]) -> Problem:
    """One Chinese fault for what the parser said.

    ``at`` is where it gave up, ``began`` where the thing it was reading began. A
    slip suspected on that line or the one before is the likelier cause and is told instead.
    """
    near = {line for span in (at, began) if span for line in (span.line, span.line - 1)}
    for suspect in suspects:
        if isinstance(suspect.place, Span) and suspect.place.line in near:
            return suspect
    code, detail, hint = next((saying for part, saying in _SAYINGS if part in said), _UNKNOWN)
    if began and began.line != at.line and _blames_beginning(said):
        return Problem(code, detail, began, hint, notes=(("到这里读不下去了", at),))
    return Problem(code, detail, _visible(at), hint)


def _blames_beginning(said: str) -> bool:
    return any(part in said for part in ("flow", "could not find expected ':'", "quoted scalar"))


def _visible(at: Span) -> Span:
    """The end of a file or an empty line shows nothing: go back to the last line with words."""
    lines = at.source.lines
    line = min(at.line, len(lines))
    while line > 1 and not lines[line - 1].strip():
        line -= 1
    return at if line == at.line else replace(at, line=line, start=0, end=len(lines[line - 1]))
