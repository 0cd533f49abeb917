"""“是不是想写…”: the known words nearest to one that is not known. Suggests, never corrects."""

from __future__ import annotations

from collections.abc import Iterable

MOST, LIKENESS = 3, 0.5


def nearest(word: str, known: Iterable[str]) -> list[str]:
    """At most three known words that this one begins or is part of, or else that are like it; the likest first.

    >>> nearest("采用份", ["采用分", "年度任务"])
    ['采用分']
    >>> nearest("县公安局", ["县财政局", "县公安局（含交通管理大队）"])
    ['县公安局（含交通管理大队）']
    """
    import difflib  # only a fault needs it

    words = list(dict.fromkeys(known))
    within = [w for w in words if len(word) > 1 and word in w]
    return within[:MOST] or difflib.get_close_matches(word, words, MOST, LIKENESS)


def asked(word: str, known: Iterable[str], otherwise: str) -> str:
    """The hint: 是不是想写…？, or ``otherwise`` if nothing is near."""
    found = nearest(word, known)
    return f"是不是想写{'、'.join(f'“{n}”' for n in found)}？" if found else otherwise
