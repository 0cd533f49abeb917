"""The lines of a rule file cut into pieces, as a person sees them: keys, values, list entries.

This is not a YAML parser. It only tells quoted text, comments and ``|`` blocks
from what is written bare, so that :mod:`engine.slips` can look for the slips of
a Chinese keyboard where they matter and nowhere else. A slip usually ruins the
structure *after* it; cutting line by line keeps the blame on the right line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from engine.source import Problem, Source, Span

BLANK = " \t"
WIDE_BLANK = "\u3000"
DEEPEST = 40
"""Levels of nesting a rule file may have; far more than anybody reads."""

_STOP = re.compile(r":(?=[ \t]|$)|(?<=[ \t])#")
_STOP_FLOW = re.compile(r":(?=[ \t,\[\]{}]|$)|(?<=[ \t])#|[,\[\]{}]")
_BLOCK = re.compile(r"[|>][+\-0-9]{0,2}[ \t]*(?:#.*)?$")
_DASH = re.compile(r"-(?: +|$)")
_ENDS = {'"': re.compile(r'(?:[^"\\]|\\.)*+"'), "'": re.compile(r"(?:[^']|'')*+'")}
_BOUND = r"[-－−]?[0-9０-９.．]+[ ]?(?:%|％|分钟|小时|天|次)?"
_INTERVAL = re.compile(rf"([\[(（［])\s?{_BOUND}\s?[,，]\s?(?:{_BOUND}|[+＋]?∞)\s?([)）\]］])")


@dataclass(frozen=True, slots=True)
class Piece:
    """A bare stretch of one line.

    ``role``: ``key`` · ``value`` (after a key) · ``item`` (of a list) · ``bare``
    (in ``{}`` without a colon) · ``lone`` (a line of its own) · ``clash`` (a second
    key where a value stands). ``flow``: the bracket it stands in, or "".
    """

    text: str
    role: str
    flow: str
    span: Span


@dataclass
class Scanner:
    """Cuts a :class:`Source`; ``pieces`` and ``faults`` grow line by line."""

    source: Source
    pieces: list[Piece] = field(default_factory=list)
    faults: list[Problem] = field(default_factory=list)
    _number: int = 0
    _text: str = ""
    _at: int = 0
    _indent: int = 0
    _role: str = "lone"
    _parent: int = 0
    _open: list[tuple[str, Span, int]] = field(default_factory=list)
    _block: int | None = None

    def run(self) -> Scanner:
        """Cut every line."""
        for number, text in enumerate(self.source.lines, 1):
            self._line(number, text)
            if len(self._open) > DEEPEST:
                detail = f"括号套了 {DEEPEST} 层以上。"
                self.faults.append(Problem("Y15", detail, self._open[0][1], "看看是不是有括号没有关上。"))
                break
        return self

    def _line(self, number: int, text: str) -> None:
        indent = len(text) - len(text.lstrip(BLANK + WIDE_BLANK))
        self._number, self._text, self._at, self._indent = number, text, indent, indent
        if self._in_block(indent):
            self._tabs(len(text))
            return
        self._close_forgotten(indent)
        if not self._open:
            self._role = "lone"
            self._dashes()
        while self._skip_blanks() and len(self._open) <= DEEPEST:
            self._token(text[self._at])
        self._tabs(self._at)

    def _in_block(self, indent: int) -> bool:
        if self._block is None or (indent < len(self._text) and indent <= self._block):
            self._block = None
            return False
        return True

    def _close_forgotten(self, indent: int) -> None:
        """A bracket still open when the text is back at its indentation was never closed."""
        if not self._open or not self._ahead() or self._ahead() in "]}],#" or indent > self._open[0][2]:
            return
        bracket, place, _ = self._open[0]
        closer = "]" if bracket == "[" else "}"
        detail = f"这里的“{bracket}”到第 {self._number} 行还没有关上。"
        self.faults.append(Problem("Y18", detail, place, f"在这一组的末尾加“{closer}”；写成几行的，后面几行要多缩进。"))
        self._open.clear()

    def _dashes(self) -> None:
        self._parent = self._at
        while match := _DASH.match(self._text, self._at):
            self._parent, self._role = self._at, "item"
            self._at = match.end()

    def _ahead(self, by: int = 0) -> str:
        return self._text[max(0, self._at + by) : self._at + by + 1]

    def _skip_blanks(self) -> bool:
        while self._at < len(self._text) and self._text[self._at] in BLANK:
            self._at += 1
        return self._at < len(self._text) and self._text[self._at] != "#"

    def _token(self, char: str) -> None:
        if char in "\"'":
            self._quoted(char)
        elif self._interval() or self._bracket(char) or self._sign(char):
            return
        elif char in "|>" and not self._open and _BLOCK.match(self._text, self._at):
            self._block, self._at = self._parent, len(self._text)
        else:
            self._bare()

    def _sign(self, char: str) -> bool:
        ahead = self._ahead(1)
        if char == ":" and (not ahead or ahead in BLANK or self._open):
            self._role = "value"
        elif not (char == "," and self._open):
            return False
        else:
            self._role = self._inner()
        self._at += 1
        return True

    def _bracket(self, char: str) -> bool:
        if char in "[{":
            self._open.append((char, self._span(self._at, self._at + 1), self._indent))
            self._role = self._inner()
        elif char in "]}" and self._open:
            self._open.pop()
            self._role = "after"
        else:
            return False
        self._at += 1
        return True

    def _inner(self) -> str:
        return "item" if self._open[-1][0] == "[" else "bare"

    def _interval(self) -> bool:
        """An interval written without quotes: YAML would take its brackets and comma for a list."""
        match = _INTERVAL.match(self._text, self._at)
        if match is None or not self._breaks(match):
            return False
        if self._ahead(-1) not in "“‘":  # in Chinese quotes it is those that are wrong
            detail = f"区间 {match.group()} 没有加引号，方括号和逗号会被当成列表。"
            hint = f'区间要加引号：写成 "{match.group()}"'
            self.faults.append(Problem("Y18", detail, self._span(*match.span()), hint))
        self._at = match.end()
        self._role = "after"
        return True

    def _breaks(self, match: re.Match[str]) -> bool:
        opener, closer = match.groups()
        if opener != "[":
            return bool(self._open)
        listed = closer == "]" and not re.search("[%％∞分小天次]", match.group())
        return not listed or self._text[match.end() : match.end() + 1] in (":", "：")

    def _quoted(self, quote: str) -> None:
        start = self._at
        match = _ENDS[quote].match(self._text, start + 1)
        if match:
            self._at = match.end()
            self._after_quote(start)
            return
        detail = f"引号 {quote} 在这一行里没有配对。"
        hint = f"在文字末尾补上 {quote}；一行写不下的文字用“键: >-”起头，另起几行缩进着写。"
        self._spoilt("Y17", detail, hint, start)

    def _after_quote(self, start: int) -> None:
        self._skip_blanks()
        char, ahead = self._ahead(), self._ahead(1)
        if char in ("", "#") or (self._open and char in ",]}:") or (char == ":" and ahead in ("", *BLANK)):
            return
        if char in "：:":
            name = "中文冒号“：”，YAML 只认半角冒号" if char == "：" else "冒号，它后面少了空格"
            code = "Y07" if char == "：" else "Y08"
            self._spoilt(code, f"引号后面是{name}。", "改成半角冒号加一个空格“: ”。", self._at, self._at + 1)
        else:
            detail = f"引号只括住了前一部分，后面还有“{self._text[self._at : self._at + 12].strip()}”。"
            self._spoilt("Y17", detail, "把整个值括在一对引号里；值本身有引号的，外面用单引号 ' '。", start)

    def _spoilt(self, code: str, detail: str, hint: str, start: int, end: int | None = None) -> None:
        """A fault after which the rest of the line cannot be judged."""
        span = self._span(start, len(self._text.rstrip()) if end is None else end)
        self.faults.append(Problem(code, detail, span, hint))
        self._at = len(self._text)

    def _bare(self) -> None:
        start = self._at
        stop = (_STOP_FLOW if self._open else _STOP).search(self._text, start + 1)
        end = stop.start() if stop else len(self._text)
        text = self._text[start:end].rstrip(BLANK)
        self._at = end
        role = self._role
        if stop and stop.group() == ":":
            role = "clash" if role in ("value", "after") else "key"
            self._parent = start if not self._open else self._parent
        flow = self._open[-1][0] if self._open else ""
        self.pieces.append(Piece(text, role, flow, self._span(start, start + len(text))))

    def _tabs(self, end: int) -> None:
        at = self._text.find("\t", 0, end)
        if at >= 0:
            hint = "改成空格；每深一层缩进两个空格。"
            self.faults.append(Problem("Y05", f"第 {at + 1} 个字符是制表符（Tab）。", self._span(at, at + 1), hint))

    def _span(self, start: int, end: int) -> Span:
        return Span(self.source, self._number, start, end)
