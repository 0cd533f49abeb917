"""The clauses of the rule file looked for in the document, word for word; where they differ, what stands instead."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from engine.collation.finding import Finding
from engine.collation.fold import Folded, bare, fold, tokens
from engine.paper.original import Piece
from engine.rulebook import Clause

LIKENESS = 0.6
_AROUND = 6  # tokens shown on both sides of a difference
_MARK = re.compile(r"^(?:[((]?[一二三四五六七八九十0-9]+[))、.．])+")


@dataclass(slots=True)
class Wording:
    """How the clauses stand in the document.

    ``taken`` are the letters some clause accounts for, ``words`` the document's own words for each
    clause, ``loose`` the clauses found only when width and dashes are not looked at.
    """

    text: Folded
    taken: set[int] = field(default_factory=set)
    words: dict[str, list[str]] = field(default_factory=dict)
    loose: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def worded(text: Folded, clauses: Iterable[Clause]) -> Wording:
    """Every text of every clause found: first those that stand there, then the nearest lines for the others."""
    result, missing, at = Wording(text), list[tuple[Clause, str]](), 0
    for clause in clauses:
        for words in clause.texts:
            start = _found(text.text, fold(words), at)
            if start < 0:
                missing.append((clause, words))
            else:
                at = start + len(fold(words))
                _take(result, clause, words, start)
    free = [_Side(result.text, start, tokens(result.text.text[start:end])) for start, end in lines(result)]
    for clause, words in missing:
        _nearest(result, clause, words, free)
    return result


def _found(text: str, words: str, at: int) -> int:
    """Where the words stand, if need be before the clause told last."""
    start = text.find(words, at)
    return start if start >= 0 else text.find(words)


def _take(result: Wording, clause: Clause, words: str, start: int) -> None:
    wanted = fold(words)
    end = start + len(wanted)
    if bare(result.text.raw(start, end)) != bare(words):
        result.loose.append(clause.name)
    result.words.setdefault(clause.name, []).append(result.text.raw(start, end))
    for match in re.finditer(re.escape(wanted), result.text.text):
        result.taken.update(range(match.start(), match.end()))


# ---- a clause that does not stand there word for word ---------------------------------------


def _nearest(result: Wording, clause: Clause, words: str, free: list[_Side]) -> None:
    here = Folded.of([Piece(words, "")])
    wanted = _Side(here, 0, tokens(here.text))
    there = _likest(wanted, free)
    if there is None:
        result.findings.append(Finding("字句", clause.name, f"原件里没有找到：“{words}”", "", clause.place))
        return
    free.remove(there)
    end = there.start + sum(map(len, there.tokens))
    result.taken.update(range(there.start, end))
    result.words.setdefault(clause.name, []).append(result.text.raw(there.start, end))
    where = result.text.where(there.start)
    result.findings += [
        Finding("字句", clause.name, detail, where, clause.place) for detail in _differences(there, wanted)
    ]


def _likest(wanted: _Side, free: list[_Side]) -> _Side | None:
    """The line most like a text, if any is like it at all."""
    best, found = LIKENESS, None
    matcher = difflib.SequenceMatcher(None, b=wanted.tokens, autojunk=False)
    for side in free:
        matcher.set_seq1(side.tokens)
        if matcher.real_quick_ratio() > best and matcher.quick_ratio() > best and (ratio := matcher.ratio()) > best:
            best, found = ratio, side
    return found


def lines(result: Wording) -> Iterator[tuple[int, int]]:
    """The stretches of letters that stand in one piece and that no clause has taken, without the mark of a clause."""
    owners, start = result.text.owners, 0
    for at in range(1, len(owners) + 1):
        here = at == len(owners) or owners[at][0] != owners[start][0] or (at in result.taken) != (start in result.taken)
        if here:
            if start not in result.taken:
                mark = _MARK.match(result.text.text[start:at])
                yield start + (mark.end() if mark else 0), at
            start = at


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the two texts: its letters from ``start`` on, cut into tokens."""

    text: Folded
    start: int
    tokens: list[str]

    def raw(self, first: int, last: int) -> str:
        """Some of its tokens as they are written."""
        at = self.start + sum(map(len, self.tokens[: max(first, 0)]))
        return self.text.raw(at, at + sum(map(len, self.tokens[max(first, 0) : last])))


def _differences(there: _Side, here: _Side) -> Iterator[str]:
    """Every stretch that is not the same, with the words around it."""
    matcher = difflib.SequenceMatcher(None, there.tokens, here.tokens, autojunk=False)
    for verb, a, b, c, d in matcher.get_opcodes():
        if verb != "equal":
            around = f"……{there.raw(a - _AROUND, a)}▢{there.raw(b, b + _AROUND)}……"
            printed, written = there.raw(a, b) or "（没有）", here.raw(c, d) or "（没有）"
            yield f"原件是“{printed}”，规则文件是“{written}”（{around}）"
