"""YAML events → nodes, with every limit kept before anything is built on top. The only file that imports ``yaml``.

The pure Python parser gives events one by one and does not recurse, so depth and
size are counted as they come; no constructor, no alias and no tag is ever run.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field, replace

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)  # fmt: skip

from engine.document.node import Node, Value
from engine.document.scan import DEEPEST
from engine.document.stumble import reword
from engine.document.text import hidden
from engine.source import Problem, Source, Span

MOST_NODES = 200_000
MOST_FAULTS = 1_000
"""Nobody reads more; the parser is stopped there."""

Problems = list[Problem]


@dataclass(slots=True)
class _Frame:
    """A collection being filled: ``key`` waits for its value; ``seen`` are keys as they compare."""

    mapping: bool
    span: Span
    flow: bool
    key: tuple[str, Span] | None = None
    parts: dict[str, Node] = field(default_factory=dict)
    items: list[Node] = field(default_factory=list)
    seen: dict[str, Span] = field(default_factory=dict)


class _TooMuch(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Composed:
    """The tree of a text (``None``: there is none), the faults in it, and what the parser stumbled over."""

    root: Node | None
    faults: tuple[Problem, ...]
    stumble: Problem | None = None


def compose(letters: str, source: Source, suspects: tuple[Problem, ...]) -> Composed:
    """Read a text event by event; ``suspects`` are faults to tell if the parser stumbles near them."""
    builder = _Builder(source)
    try:
        for event in yaml.parse(letters, Loader=yaml.SafeLoader):
            builder.take(event)
    except _TooMuch as limit:
        return Composed(None, (*builder.problems, limit.problem))
    except yaml.MarkedYAMLError as error:
        said = f"{error.context or ''} {error.problem or ''}"
        at, began = (_mark(source, mark) for mark in (error.problem_mark, error.context_mark))
        stumble = reword(said, at or began or Span(source, 1, 0, 0), began, suspects)
        return Composed(None, tuple(builder.problems), stumble)
    except (yaml.YAMLError, ValueError, IndexError, OverflowError):
        # An escape such as "\\UFFFFFFFF" makes the scanner itself fail, and it gives no mark.
        line = next((number for number, line in enumerate(source.lines, 1) if "\\U" in line), 1)
        stumble = reword("", Span(source, line, 0, len(source.lines[line - 1])), None, suspects)
        return Composed(None, tuple(builder.problems), stumble)
    return Composed(builder.root, tuple(builder.problems))


def _mark(source: Source, mark: yaml.Mark | None) -> Span | None:
    return Span(source, mark.line + 1, mark.column, mark.column + 1) if mark else None


class _Builder:
    """Takes events in order; ``root`` is the whole when they end."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: Problems = []
        self.root: Node | None = None
        self._frames: list[_Frame] = []
        self._count = 0
        self._documents = 0

    def take(self, event: Event) -> None:
        if isinstance(event, NodeEvent):
            self._refuse_magic(event)
            self._node(event)
        elif isinstance(event, CollectionEndEvent):
            self._close(event)
        elif isinstance(event, DocumentStartEvent):
            self._start(event)
        if len(self.problems) > MOST_FAULTS:
            raise _TooMuch(self.problems.pop())

    def _start(self, event: DocumentStartEvent) -> None:
        self._documents += 1
        if self._documents > 1:
            detail = "“---”把一个文件分成了几份，一个文件只写一份规则。"
            raise _TooMuch(Problem("Y14", detail, self._span(event), "删去这一行，或者分成两个文件。"))
        if event.version or event.tags:
            self._fault("Y14", event, "“%”开头的行是 YAML 的指令，规则文件里不用。", "删去这一行。")

    def _refuse_magic(self, event: NodeEvent) -> None:
        tag = getattr(event, "tag", None)
        if isinstance(event, AliasEvent):
            what, repair = f"“*{event.anchor}”是 YAML 的引用", "把值原样写在这里"
        elif event.anchor is not None:
            what, repair = f"“&{event.anchor}”是 YAML 的锚", "删去它"
        elif tag is not None:
            what, repair = f"“{_short(tag)}”是 YAML 的类型标记", "删去它"
        else:
            return
        self._fault("Y14", event, f"{what}，规则文件里不用。", f"{repair}；是文字的加半角引号。")

    def _node(self, event: NodeEvent) -> None:
        self._count += 1
        if self._count > MOST_NODES:
            detail = f"文件里的值超过 {MOST_NODES} 个。"
            raise _TooMuch(Problem("Y15", detail, self._span(event), "核对是否选错了文件。"))
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            if len(self._frames) >= DEEPEST:
                detail = f"一层套一层，超过 {DEEPEST} 层。"
                raise _TooMuch(Problem("Y15", detail, self._span(event), "看看是不是有括号没有关上。"))
            mapping = isinstance(event, MappingStartEvent)
            self._frames.append(_Frame(mapping, self._span(event), bool(event.flow_style)))
        else:
            self._put(self._scalar(event))

    def _scalar(self, event: NodeEvent) -> Node:
        if not isinstance(event, ScalarEvent):
            return Node(None, self._span(event))
        value: Value = event.value
        if event.style is None:
            value = value or None
            self._on_one_line(event)
        self._no_hidden_escape(event)
        return Node(value, self._span(event), quoted=event.style in ("'", '"'))

    def _on_one_line(self, event: ScalarEvent) -> None:
        line, _, last, _ = _ends(event)
        if line == last:
            return
        place = self._line_span(line + 1)
        detail = f"这一行接在第 {line} 行的值后面，会连成一个值。"
        hint = "是另一项的，和上一项左边对齐并写成“键: 值”（列表里补上逗号）；是一段长文字的，用“键: >-”起头。"
        self.problems.append(Problem("Y16", detail, place, hint))

    def _no_hidden_escape(self, event: ScalarEvent) -> None:
        """An escape in double quotes can write what :func:`hidden` refuses in the open."""
        unseen = [char for char in event.value if hidden(char)] if event.style == '"' else []
        if unseen:
            detail = f"双引号里的反斜杠写法写出了看不见的字符 U+{ord(unseen[0]):04X}。"
            self._fault("Y04", event, detail, "删去它，或者改用单引号 ' '。")

    def _put(self, node: Node) -> None:
        if not self._frames:
            self.root = node
            return
        frame = self._frames[-1]
        if not frame.mapping:
            frame.items.append(node)
        elif frame.key is None:
            frame.key = self._key(node, frame)
        else:
            name, span = frame.key
            place = span if node.value is None else node.span
            frame.parts[name] = replace(node, key=span, span=place)
            frame.key = None

    def _key(self, node: Node, frame: _Frame) -> tuple[str, Span]:
        if not isinstance(node.value, str) or node.value == "<<":
            self.problems.append(_bad_key(node))
            return f"\0{len(frame.seen)}", node.span
        same = unicodedata.normalize("NFKC", node.value)
        if same in frame.seen:
            self.problems.append(_twice(node, frame.seen[same]))
        frame.seen.setdefault(same, node.span)
        return node.value, node.span

    def _close(self, event: Event) -> None:
        frame = self._frames.pop()
        span = frame.span
        _, _, last, end = _ends(event)
        if frame.flow and last == span.line:
            span = replace(span, end=end)
        elif not frame.flow:
            span = _first_place(frame) or span
        if frame.mapping:
            self._put(Node({key: part.value for key, part in frame.parts.items()}, span, parts=frame.parts))
        else:
            self._put(Node([item.value for item in frame.items], span, parts=frame.items))

    def _span(self, event: Event) -> Span:
        line, start, last, end = _ends(event)
        if line == last:
            return Span(self.source, line, start, end)
        return replace(self._line_span(line), start=start)

    def _line_span(self, line: int) -> Span:
        text = self.source.lines[min(line, len(self.source.lines)) - 1]
        return Span(self.source, line, len(text) - len(text.lstrip()), len(text.rstrip()))

    def _fault(self, code: str, event: Event, detail: str, hint: str) -> None:
        self.problems.append(Problem(code, detail, self._span(event), hint))


def _ends(event: Event) -> tuple[int, int, int, int]:
    """First line, its column, last line, its column; lines from 1. The parser marks every event."""
    start, end = event.start_mark, event.end_mark
    if start is None or end is None:
        return 1, 0, 1, 0
    return start.line + 1, start.column, end.line + 1, end.column


def _short(tag: str) -> str:
    return "!" + tag.removeprefix("tag:yaml.org,2002:").lstrip("!")


def _first_place(frame: _Frame) -> Span | None:
    parts = list(frame.parts.values()) if frame.mapping else frame.items
    return (parts[0].key or parts[0].span) if parts else None


def _bad_key(node: Node) -> Problem:
    if node.value == "<<":
        return Problem("Y14", "“<<”是 YAML 的合并键，规则文件不用合并。", node.span, "把要合并的内容原样写出来。")
    if node.value is None:
        return Problem("Y21", "冒号前面没有键。", node.span, "写成“键: 值”。")
    return Problem("Y18", "键不能是列表或映射。", node.span, "区间或者带括号的键，要加半角引号。")


def _twice(node: Node, first: Span) -> Problem:
    same = "" if _written(first) == _written(node.span) else "（全角、半角视为相同）"
    detail = f"键“{node.value}”在第 {first.line} 行已经写过{same}，后写的会盖掉先写的。"
    return Problem("Y13", detail, node.span, "删去一处，或者改名。", notes=(("先写的在这里", first),))


def _written(span: Span) -> str:
    return span.source.lines[span.line - 1][span.start : span.end]
