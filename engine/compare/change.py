"""What a comparison says: changes, each one thing a person would call one change.

A change is made of edits of the file's values. Edits speak of both files at once, so that
a comparison can be turned round (:meth:`Change.mirrored`) without being made again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, TypeVar

from engine.document import Node
from engine.rulebook import RuleBook, Title
from engine.source import Span

Path = tuple[str, ...]
"""Keys from the top; a step of 得分 by its 编号."""


class Kind(Enum):
    """What happened."""

    ADDED = "新增"
    REMOVED = "删除"
    VALUE = "改值"
    MOVED = "移动"
    RENAMED = "改名"
    WORDS = "仅文字"


class Match(Enum):
    """How the two sides were found to be the same thing; ``None`` of it for what is on one side only."""

    NAME = "编号"
    DECLARED = "曾用"
    CONTENT = "内容"
    PLACE = "位置"


class Direction(Enum):
    """What it means for a unit that behaves the same under both."""

    TIGHTER = "收紧"
    LOOSER = "放宽"
    BOTH = "有宽有紧"
    NEUTRAL = "中性"
    UNKNOWN = "未判"


class Proof(Enum):
    """What the direction rests on."""

    SHOWN = "举例"
    SAME = "同义"
    APART = "不涉得分"
    CELLS = "逐格"
    UNCHECKED = "未检查"


T = TypeVar("T", Kind, Direction)
_TURNED: dict[Any, Any] = {
    Kind.ADDED: Kind.REMOVED, Kind.REMOVED: Kind.ADDED,
    Direction.TIGHTER: Direction.LOOSER, Direction.LOOSER: Direction.TIGHTER,
}  # fmt: skip


# ---- edits ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Put:
    """``old`` at ``at`` (in the old file's names) becomes ``new`` at ``to`` (in the new one's).

    ``None``: nothing stands there. ``order``: only for entries of an ordered list, the names
    before it in the old and in the new file, nearest first.
    """

    at: Path
    to: Path
    old: Node | None
    new: Node | None
    order: tuple[Path, Path] | None = None

    def mirrored(self) -> Put:
        """The same edit, from new to old."""
        return Put(self.to, self.at, self.new, self.old, self.order and (self.order[1], self.order[0]))


@dataclass(frozen=True, slots=True)
class Move:
    """An entry gets another name, or another place in an ordered list, whatever it holds."""

    at: Path
    to: Path
    order: tuple[Path, Path] | None = None

    def mirrored(self) -> Move:
        """The same edit, from new to old."""
        return Move(self.to, self.at, self.order and (self.order[1], self.order[0]))


Edit = Put | Move


# ---- verdicts ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Witness:
    """A situation that the two rule sets see differently.

    ``words`` tells it as staff would; ``rows`` are (台账, its cells); ``old`` and ``new`` the
    figures that differ, by name, exact text (得分 first; 处置 as they are printed).
    """

    words: str
    rows: tuple[tuple[str, Mapping[str, str]], ...]
    old: Mapping[str, str]
    new: Mapping[str, str]
    direction: Direction

    def mirrored(self) -> Witness:
        """Seen from new to old."""
        return replace(self, old=self.new, new=self.old, direction=_turned(self.direction))

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        rows = [{"台账": ledger, **cells} for ledger, cells in self.rows]
        return {"场景": self.words, "记录": rows, "旧": dict(self.old), "新": dict(self.new),
                "方向": self.direction.value}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verdict:
    """Which way a change goes and why one may say so. ``along``: numbers of changes it was judged together with."""

    direction: Direction
    proof: Proof
    words: str
    witnesses: tuple[Witness, ...] = ()
    along: tuple[int, ...] = ()

    def mirrored(self) -> Verdict:
        """Seen from new to old."""
        witnesses = tuple(
            sorted((w.mirrored() for w in self.witnesses), key=lambda w: w.direction is not Direction.LOOSER)
        )
        return replace(self, direction=_turned(self.direction), witnesses=witnesses)


# ---- changes ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Side:
    """One file's side of a change: where, what is written there (``None``: nothing), the clauses it carries out."""

    path: Path
    place: Span | None
    text: str | None
    clauses: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        where = None if self.place is None else f"{self.place.source.name}:{self.place.line}"
        return {"路径": ".".join(self.path), "位置": where, "值": self.text, "条款": list(self.clauses)}


@dataclass(frozen=True, slots=True)
class Change:
    """One change. ``title`` names what changed, ``note`` says more of how (插入一档 …).

    ``words``: for changed text, the pieces (同、删、增) with their text. ``unverified``: one side is under 待核对.
    """

    number: int
    kind: Kind
    title: str
    note: str
    match: Match | None
    old: Side
    new: Side
    edits: tuple[Edit, ...]
    words: tuple[tuple[str, str], ...] = ()
    unverified: bool = False
    verdict: Verdict | None = None

    def mirrored(self) -> Change:
        """The same change, from new to old."""
        return replace(
            self, kind=_turned(self.kind), old=self.new, new=self.old,
            edits=tuple(edit.mirrored() for edit in self.edits),
            words=tuple((_OTHER_PIECE.get(piece, piece), text) for piece, text in self.words),
            note=_OTHER_NOTE.get(self.note, self.note),
            verdict=self.verdict and self.verdict.mirrored(),
        )  # fmt: skip

    @property
    def direction(self) -> Direction:
        """Which way it goes; 未判 as long as nobody evaluated it."""
        return self.verdict.direction if self.verdict else Direction.UNKNOWN

    def as_json(self) -> dict[str, Any]:
        """The change as plain values: an entry of 更改."""
        verdict = self.verdict
        return {
            "编号": self.number,
            "类别": self.kind.value,
            "名称": self.title,
            "说明": self.note,
            "认定": self.match.value if self.match else None,
            "旧": self.old.as_json(),
            "新": self.new.as_json(),
            **({"文字": [list(piece) for piece in self.words]} if self.words else {}),
            "待核对": self.unverified,
            "方向": self.direction.value,
            "证明": verdict.proof.value if verdict else None,
            "理由": verdict.words if verdict else None,
            "例": [witness.as_json() for witness in verdict.witnesses] if verdict else [],
            "同判": list(verdict.along) if verdict else [],
        }


_OTHER_PIECE = {"删": "增", "增": "删"}
_OTHER_NOTE = {"插入一档": "并去一档", "并去一档": "插入一档"}


def _turned(value: T) -> T:
    found: T = _TURNED.get(value, value)
    return found


def sides(old: Title, new: Title, form: str = "{}年") -> tuple[str, str]:
    """What the two editions are called beside each other: by their years or, of one year, 旧 and 新."""
    return ("旧", "新") if old.year == new.year else (form.format(old.year), form.format(new.year))


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two rule books and the changes that make one the other, in the order of the clauses."""

    old: RuleBook
    new: RuleBook
    changes: tuple[Change, ...]

    def mirrored(self) -> Comparison:
        """The comparison from new to old."""
        return Comparison(self.new, self.old, tuple(change.mirrored() for change in self.changes))

    def as_json(self) -> dict[str, Any]:
        """Both files, and 更改, the one list."""
        return {
            "旧": _title(self.old), "新": _title(self.new), "更改": [change.as_json() for change in self.changes],
        }  # fmt: skip


def _title(book: RuleBook) -> dict[str, Any]:
    title, file = book.title, book.source.name
    known = {"名称": title.name, "年度": title.year, "文号": title.number, "文件": file, "sha256": book.digest}
    return {**known, "状态": title.mark} if title.mark else known
