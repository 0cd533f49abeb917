"""Texts compared as a reader would: blanks and line ends, full and half width, kinds of dashes make no difference."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from engine.paper.original import Piece

_SAME = dict.fromkeys("—–―−~～﹣", "-") | dict.fromkeys("“”„＂", '"') | dict.fromkeys("‘’", "'") | {"〇": "0"}
_UNSEEN = ("Z", "C")
TOKEN = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:%|分钟|小时|天|[分次条篇件个份期])?|.")


def _folded(char: str) -> str:
    if unicodedata.category(char).startswith(_UNSEEN):
        return ""
    return _SAME.get(char) or unicodedata.normalize("NFKC", char)


def fold(text: str) -> str:
    """A text without blanks, in half width.

    >>> fold("完成率在75％（含） — 100%")
    '完成率在75%(含)-100%'
    """
    return "".join(map(_folded, text))


def bare(text: str) -> str:
    """A text without blanks, otherwise as written."""
    return "".join(char for char in text if not unicodedata.category(char).startswith(_UNSEEN))


def tokens(text: str) -> list[str]:
    """A folded text cut into numbers with their units, and single letters.

    >>> tokens("扣12分。")
    ['扣', '12分', '。']
    """
    return TOKEN.findall(text)


@dataclass(frozen=True, slots=True)
class Folded:
    """Pieces as one folded text; ``owners`` gives the piece and the letter in it behind each letter."""

    pieces: tuple[Piece, ...]
    text: str
    owners: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, pieces: Iterable[Piece]) -> Folded:
        """All pieces, one behind the other."""
        kept = tuple(pieces)
        letters = [
            (char, (number, at))
            for number, piece in enumerate(kept)
            for at, raw in enumerate(piece.text)
            for char in _folded(raw)
        ]
        return cls(kept, "".join(char for char, _ in letters), tuple(owner for _, owner in letters))

    def where(self, start: int) -> str:
        """The place of a letter."""
        return self.pieces[self.owners[start][0]].where

    def raw(self, start: int, end: int) -> str:
        """What is written behind a stretch of folded letters, blanks left out."""
        shown = (self.pieces[n].text[at] for n, at in dict.fromkeys(self.owners[start:end]))
        return "".join(shown)
