"""Two texts word against word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

_TOKEN = re.compile(r"[0-9]+(?:\.[0-9]+)?%?|[A-Za-z]+|.", re.DOTALL)
_SHORTEST = 2  # an agreement shorter than this between two changes reads as chance


def pieces(old: str, new: str) -> Iterator[tuple[str, str]]:
    """What stayed (同), went (删) and came (增), in reading order; numbers are never cut.

    >>> list(pieces("得25分；", "得20分；"))
    [('同', '得'), ('删', '25'), ('增', '20'), ('同', '分；')]
    """
    first, second = _TOKEN.findall(old), _TOKEN.findall(new)
    start = (0, 0)
    for block in SequenceMatcher(None, first, second, autojunk=False).get_matching_blocks():
        apart = block.a > start[0] or block.b > start[1]
        last = block.a + block.size == len(first) and block.b + block.size == len(second)
        if apart and block.size < _SHORTEST and not last and start != (0, 0):
            continue
        gone, come = "".join(first[start[0] : block.a]), "".join(second[start[1] : block.b])
        same = "".join(first[block.a : block.a + block.size])
        yield from ((mark, text) for mark, text in (("删", gone), ("增", come), ("同", same)) if text)
        start = (block.a + block.size, block.b + block.size)
