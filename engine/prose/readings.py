"""口径: what the text leaves open, the reading taken and why, and what another reading would change."""

from __future__ import annotations

from collections.abc import Iterator

from engine.document import Document, Value
from engine.rulebook import Reading


def reading(entry: Reading, doc: Document) -> Iterator[str]:
    """A question with its answer; the other readings as changes to the file's own values."""
    undecided = "，待裁定" if entry.undecided else ""
    colon = "" if entry.question.endswith("？") else "："
    yield f"- **口径 {entry.name}**{undecided}　{entry.question}{colon}取“{entry.chosen}”。理由：{entry.reason}。"
    for name in entry.alternatives:
        changes = doc.get(("口径", entry.name, "备选", name))
        yield f"  - 备选“{name}”：{'；'.join(_changes(changes))}"


def _changes(value: Value) -> Iterator[str]:
    for path, new in value.items() if isinstance(value, dict) else ():
        yield f"`{path}` {'删去' if new == '删去' else f'改为 {plain(new)}'}"


def plain(value: Value) -> str:
    """A value on one line, as the file writes it.

    >>> plain({"小数": "2", "同": ["单位", "季"]})
    '{小数: 2, 同: [单位, 季]}'
    """
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {plain(part)}' for key, part in value.items())}}}"
    return f"[{', '.join(map(plain, value))}]" if isinstance(value, list) else value or ""
