"""What a comparison finds: one difference, with its places in both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.source import Span


@dataclass(frozen=True, slots=True)
class Finding:
    """A difference. ``what`` is 字句, 数, 表格, 单位, 题头 or 没有录入; ``where`` its place in the document, if any."""

    what: str
    about: str
    detail: str
    where: str = ""
    place: Span | None = None

    def as_json(self) -> dict[str, Any]:
        """The difference as plain values."""
        rules = {"文件": self.place.source.name, "行": self.place.line} if self.place is not None else {}
        return {"类": self.what, "条款": self.about, "说明": self.detail, "原件": self.where, "规则": rules}
