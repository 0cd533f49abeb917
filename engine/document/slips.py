"""The slips of a Chinese keyboard in a rule file, each named with its repair.

YAML takes most of them without a word: ``年份：2024`` is a sentence to it,
``[甲，乙]`` one name, a full-width space at the margin a key. Full-width
punctuation inside Chinese text is right and stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from engine.document.scan import BLANK, WIDE_BLANK, Piece, Scanner
from engine.source import Problem, Source, Span

_WIDE = str.maketrans("０１２３４５６７８９％．－−—–＋，", "0123456789%.----+,")
_NUMBER = re.compile(r"[+\-]?[0-9][0-9,]*(?:\.[0-9]+)?%?")
_KEY_WIDE = re.compile(r"([^\s：:]{1,40})[ \u3000]*：")
_KEY_TIGHT = re.compile(r"(?![0-9]+:[0-9])([^\s：:]{1,40}):(?=[^\s/])")
_KEY_SPACE = re.compile(r"[^\s：:]{1,40}[:：](\u3000+)")
_TWO_IN_ONE = re.compile(r"，\s*[^\s，。；：、（）]{1,12}：")
_BRACKETED = re.compile(r"（[^（）]*）|“[^“”]*”|《[^《》]*》")
_QUOTES = "“”＂‘’＇「」『』"
_DASHES = "－−—–•·"
_AMISS = re.compile(rf"[０-９％．＋，：＃［］｛｝\u3000{_QUOTES}{_DASHES}]|:\S|^-")
"""What a bare piece must hold for any check below to have something to say."""
_COLON = "改成半角冒号加一个空格“: ”"

# A fault of these kinds changes how YAML reads the lines around it.
_BREAKING = frozenset({"Y05", "Y06", "Y07", "Y08", "Y09", "Y11", "Y12", "Y17", "Y18", "Y20", "Y22"})


@dataclass(frozen=True, slots=True)
class Slips:
    """What was found: ``problems``; ``suspects``, faults only if YAML stumbles near them; and the text
    with spoilt lines made harmless (same line numbers), so that other faults can still be looked for.
    """

    problems: tuple[Problem, ...]
    suspects: tuple[Problem, ...]
    mended: str
    broken: frozenset[int]


def find(source: Source) -> Slips:
    """Every slip in a text.

    >>> [(p.code, p.detail) for p in find(Source("a.yaml", ("年份：2024",))).problems]
    [('Y07', '“年份”后面是中文冒号“：”，YAML 只认半角冒号。')]
    """
    scanner = Scanner(source).run()
    problems = [*scanner.faults, *_margins(source)]
    pieces = [piece for piece in scanner.pieces if piece.role == "bare" or _AMISS.search(piece.text)]
    problems += [fault for piece in pieces if (fault := _first(piece, _CHECKS))]
    suspects = [fault for piece in pieces if (fault := _first(piece, _DOUBTS))]
    problems = _once(problems)
    spoilt = {p.place.line: p for p in reversed(problems) if isinstance(p.place, Span) and p.code in _BREAKING}
    mended = "\n".join(_mend(line, spoilt.get(number)) for number, line in enumerate(source.lines, 1))
    return Slips(tuple(problems), tuple(suspects), mended, frozenset(spoilt))


def repair(text: str) -> str:
    """What to change in a value that was typed with full-width signs, or "" if that is not its trouble.

    >>> repair("１０")
    '“１０”是全角的，改成半角：10。'
    >>> repair("甲")
    ''
    """
    if len(text) > 1 and text[0] in _QUOTES and text[-1] in _QUOTES:
        return f'去掉中文引号，写成 {text[1:-1]}；要加引号的用半角引号 " "。'
    plain = text.translate(_WIDE)
    if plain != text and _NUMBER.fullmatch(plain):
        return f"“{text}”是全角的，改成半角：{plain}。"
    if match := _KEY_WIDE.match(text):
        return f"“{match[1]}”后面是中文冒号，{_COLON}。"
    if match := _KEY_TIGHT.match(text):
        return f"“{match[1]}:”后面少一个空格，{_COLON}。"
    if "，" in text:
        return "里面有中文逗号“，”：分开几项的用半角逗号“, ”，表达式里并列的词用顿号“、”。"
    return ""


def _once(problems: list[Problem]) -> list[Problem]:
    """Without what another fault on the same line already explains."""
    told = {(p.code, p.place.line) for p in problems if isinstance(p.place, Span)}
    lesser = {"Y18": "Y12"}  # a bracket “never closed” because its partner is full-width
    return [p for p in problems if not (isinstance(p.place, Span) and (lesser.get(p.code), p.place.line) in told)]


def _first(piece: Piece, checks: tuple[Callable[[Piece], Problem | None], ...]) -> Problem | None:
    return next((fault for check in checks if (fault := check(piece))), None)


def _margins(source: Source) -> list[Problem]:
    """U+3000 at the head of a line: YAML takes it for the first letter of a key."""
    found = []
    for number, line in enumerate(source.lines, 1):
        head = line[: len(line) - len(line.lstrip(BLANK + WIDE_BLANK))]
        if WIDE_BLANK in head:
            at = head.index(WIDE_BLANK)
            place = Span(source, number, at, len(head))
            found.append(Problem("Y06", "行首有全角空格（U+3000）。", place, "缩进只用半角空格，每深一层两个。"))
    return found


def _mend(line: str, fault: Problem | None) -> str:
    if fault is None:
        return line
    if fault.code in ("Y05", "Y06"):
        return line.replace("\t", " ").replace(WIDE_BLANK, " ")
    match = re.match(r"( *)([^\s：:\[\]{}\"']{1,40})：[ \t]*([^#]?)", line)
    return f"{match[1]}{match[2]}:{' 0' if match[3] else ''}" if match else ""


# ---- one slip, one function -------------------------------------------------------------


def _wide_space(piece: Piece) -> Problem | None:
    text = piece.text
    if match := _KEY_SPACE.match(text):
        return _at(piece, "Y06", "冒号后面是全角空格（U+3000）。", "改成一个半角空格。", *match.span(1))
    for at in (0, len(text) - 1, text.find(WIDE_BLANK + "#")):
        if at >= 0 and text[at] == WIDE_BLANK and len(text.strip(WIDE_BLANK)):
            return _at(piece, "Y06", "这里有全角空格（U+3000），YAML 会当成文字。", "改成半角空格。", at, at + 1)
    return None


def _wide_number(piece: Piece) -> Problem | None:
    plain = piece.text.translate(_WIDE)
    if plain == piece.text or not _NUMBER.fullmatch(plain) or (piece.flow == "[" and "," in plain):
        return None
    detail = f"“{piece.text}”里有全角的数字或符号，不会当成数。"
    return _at(piece, "Y10", detail, f"改成半角：{plain}（确实要当文字的，加半角引号）。")


def _sharp(piece: Piece) -> Problem | None:
    match = re.search(r"(?:^|[ \u3000])(＃)", piece.text)
    if match is None:
        return None
    detail = "注释的“＃”是全角的，后面的话会当成内容。"
    return _at(piece, "Y11", detail, "改成半角“#”，前面留一个空格。", *match.span(1))


def _dash(piece: Piece) -> Problem | None:
    head = piece.text[:1]
    if piece.flow or piece.role not in ("lone", "key") or piece.text in ("---", "...", "-"):
        return None
    if head in _DASHES:
        detail = f"列表项开头的“{head}”不是半角减号。"
        return _at(piece, "Y11", detail, "改成半角“- ”（减号加空格）。", 0, 1)
    if re.match(r"-[^\s\-0-9.]", piece.text):
        return _at(piece, "Y11", "列表项的“-”后面少一个空格。", "写成“- ”（减号加空格）。", 0, 1)
    return None


def _wide_bracket(piece: Piece) -> Problem | None:
    text = piece.text
    if text[:1] in ("［", "｛"):
        at = 0
    elif piece.flow and text[-1:] in ("］", "｝") and not re.search("[［｛]", text):
        at = len(text) - 1
    else:
        return None
    detail = f"“{text[at]}”是全角括号，YAML 只认半角的 [ ] {{ }}。"
    return _at(piece, "Y12", detail, "改成半角括号（确实是文字的，加半角引号）。", at, at + 1)


def _wide_quote(piece: Piece) -> Problem | None:
    text = piece.text
    whole = len(text) > 1 and text[0] in _QUOTES and text[-1] in _QUOTES
    inner = text[1:-1] if whole else ""
    value = whole and re.fullmatch(r"[0-9０-９.．%％]+|[\[(（［].*[)）\]］]", inner)
    torn = bool(piece.flow) and text.count("“") > text.count("”")
    if not (value or torn or (whole and piece.role == "key") or text[:1] == "＂"):
        return None
    at = text.rindex("“") if torn else 0
    return _at(piece, "Y22", "中文引号不起引号的作用。", '改成半角引号 " "，或者去掉。', at, at + 1)


def _wide_colon(piece: Piece) -> Problem | None:
    if (
        piece.role == "bare"
        or (piece.role == "lone" and not piece.flow)
        or (piece.role == "key" and "：" in piece.text)
    ):
        return _colon(piece)
    return None


def _colon(piece: Piece) -> Problem | None:
    if match := _KEY_WIDE.match(piece.text):
        detail = f"“{match[1]}”后面是中文冒号“：”，YAML 只认半角冒号。"
        hint = f"{_COLON}；如果整行是一段文字，写到上一行的冒号后面，或者加半角引号。"
        return _at(piece, "Y07", detail, hint, match.end() - 1, match.end())
    if match := _KEY_TIGHT.match(piece.text):
        detail = f"“{match[1]}:”的冒号后面少一个空格，整段会当成一个词。"
        return _at(piece, "Y08", detail, f"{_COLON}；如果是一段文字，加半角引号。", match.end() - 1, match.end())
    return None


def _comma(piece: Piece) -> Problem | None:
    if piece.flow == "[" and piece.role == "item":
        at = _BRACKETED.sub(lambda match: "_" * len(match.group()), piece.text).find("，")
        hint = "分开几项的用半角逗号“, ”；逗号是文字的一部分的，给这一项加半角引号。"
    elif piece.role == "clash":
        at, hint = piece.text.find("，"), "分开几项的用半角逗号“, ”，每一项写成“键: 值”。"
    elif piece.flow == "{" and piece.role == "value" and (match := _TWO_IN_ONE.search(piece.text)):
        at, hint = match.start(), "是两项的，用半角逗号“, ”和半角冒号“: ”分开；是一段文字的，加半角引号。"
    else:
        return None
    return _at(piece, "Y09", "这里是中文逗号“，”，YAML 不会在这里分开。", hint, at, at + 1) if at >= 0 else None


def _no_colon(piece: Piece) -> Problem | None:
    if piece.role != "bare":
        return None
    hint = "花括号里每一项写成“键: 值”；只列名字的用方括号 [ ]。"
    return _at(piece, "Y20", f"花括号里的“{piece.text}”没有值。", hint)


_CHECKS = (
    _wide_space, _wide_colon, _comma, _sharp, _dash, _wide_bracket, _wide_quote, _wide_number, _no_colon,
)  # fmt: skip
_DOUBTS = (_colon,)


def _at(piece: Piece, code: str, detail: str, hint: str, *part: int) -> Problem:
    start, end = part or (0, len(piece.text))
    place = replace(piece.span, start=piece.span.start + start, end=piece.span.start + end)
    return Problem(code, detail, place, hint)
