"""“是不是想写…”: the known words nearest to one that is not known. Suggests, never corrects."""

from __future__ import annotations

from collections.abc import Iterable

MOST, LIKENESS = 3, 0.5


def nearest(word: str, known: Iterable[str]) -> list[str]:
    """At most three known words like this one, or containing it; the likest first.

    >>> nearest("采用份", ["采用分", "年度任务"])
    ['采用分']
    """
    import difflib  # only a fault needs it

    words = list(dict.fromkeys(known))
    like = difflib.get_close_matches(word, words, MOST, LIKENESS)
    return like or [w for w in words if word and word in w][:MOST]


def asked(word: str, known: Iterable[str], otherwise: str) -> str:
    """The hint: 是不是想写…？, or ``otherwise`` if nothing is near."""
    found = nearest(word, known)
    return f"是不是想写{'、'.join(f'“{n}”' for n in found)}？" if found else otherwise
