"""What a finished paper must hold: every block of its content, unless its template says that it leaves one out.

A template says so in a comment that staff can write in Word: ``{# 不印：附注、抄送 #}``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from engine.bulletin.names import RULING
from engine.paper import Reading
from engine.source import Passage, Problem, Severity
from engine.suggest import asked

BLOCKS: Mapping[str, Sequence[str]] = {
    "通报": ("标志", "文号", "标题", "标注", "主送", "导语", "概况", "情况", "文字", "附件目录", "落款", "日期", "附注",
           "分组", "清单", "口径", "抄送", "印发"),
    "清单": ("标题", "标注", "名单", "口径", "落款", "日期"),
    "明细单": ("标题", "标注", "单位", "得分", "名次", "指标", "项目", "扣分", "计入", "未计", "其他情况"),
    RULING: ("标题", "标注", "说明", "口径", "其余", "落款"),
}  # fmt: skip
"""By the name of a template: the blocks (names of :mod:`engine.bulletin.names`) that it prints where there are any."""
_ALWAYS = "标注"  # 示意、暂定: nobody may leave them out
_ALSO = {"标题": "标题行"}  # printed by another name
_INNER = (
    "题",
    "段",
    "采取",
    "理由",
    "备选",
    "行",
    "名",
    "值",
)  # of a block of several parts, what is looked for; rows are looked up on their own
_PRINTED = re.compile(r"\{\{([^{}]*)\}\}|\{%\w*\s*for\s+\w+\s+in\s+([^{}]*)%\}")
_LEFT_OUT = re.compile(r"\{#\w*\s*不印[：:]([^#{}]*)#\}")
_BETWEEN = re.compile(r"[、，,；;\s]+")
_SHOWN = 24


def blocks_of(template: str) -> Sequence[str]:
    """The blocks of a template by its name; an unknown one is a 通报."""
    return BLOCKS.get(template, BLOCKS["通报"])


def wanted(template: Reading, blocks: Collection[str]) -> list[str]:
    """The blocks that a template does not leave out on purpose."""
    gone = _left_out(template)
    return [block for block in blocks if block not in gone or block == _ALWAYS]


def _left_out(template: Reading) -> list[str]:
    return [name for names in _LEFT_OUT.findall(template.text) for name in _BETWEEN.split(names) if name]


def missing(name: str, context: Mapping[str, Any], reading: Reading, blocks: Sequence[str]) -> Iterator[Problem]:
    """The blocks that the content has and the finished paper has not, or not whole (B10).

    Blocks of the same words (标志 and 落款 often are) stand once for each.
    """
    printed = _squeezed(reading.text)
    alike: dict[str, list[str]] = {}
    for block in blocks:
        for text in dict.fromkeys(map(_squeezed, _texts(context.get(block, ())))):
            alike.setdefault(text, []).append(block)
    lost: dict[str, list[str]] = {}
    for text, holders in alike.items():
        single = [block for block in holders if isinstance(context[block], str)]
        if printed.count(text) < max(1, len(single)):
            lost.setdefault("、".join(single or holders), []).append(text)
    for which, texts in lost.items():
        yield Problem(
            "B10", f"文书里没有“{which}”{_told(which, texts)}。", Passage(name, f"应有“{which}”处"), _hint(which)
        )


def _told(which: str, texts: Sequence[str]) -> str:
    shown = texts[0].rstrip("。") if len(texts[0]) <= _SHOWN else f"{texts[0][:_SHOWN]}……"
    if "、" in which:
        return f"，或者少了其中的一处：都是“{shown}”"
    return f"：{shown}" + (f"（共{len(texts)}处）" if len(texts) > 1 else "")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from [value] if value.strip() else []
    elif isinstance(value, Mapping):
        yield from (text for key in _INNER for text in _texts(value.get(key, ())))
    else:
        yield from (text for inner in value for text in _texts(inner))


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _hint(block: str) -> str:
    one, *others = block.split("、")
    which = "（或者其中别的名字）" if others else ""
    return f"照原来的模板补上印“{block}”的标签；有意不印的，在模板里单写一段 {{# 不印：{one} #}}{which}。"


def unmentioned(path: str, template: Reading, blocks: Collection[str]) -> Iterator[Problem]:
    """Blocks that no tag of a template prints (T09, a warning); names after 不印 that are none (T02)."""
    gone = _left_out(template)
    for name in dict.fromkeys(gone):
        if name == _ALWAYS:
            hint = f"去掉这里的“{_ALWAYS}”，在模板里印出它。"
            yield Problem("T04", f"“{_ALWAYS}”（示意、暂定……）不能不印。", Passage(path, "不印", name), hint)
        elif name not in blocks:
            hint = asked(name, list(blocks), f"可写：{'、'.join(blocks)}。")
            yield Problem("T02", f"“不印”里写的“{name}”不是一个部分。", Passage(path, "不印", name), hint)
    used = set(
        re.findall(r"\w+", " ".join(shown or gone_through for shown, gone_through in _PRINTED.findall(template.text)))
    )
    for block in wanted(template, blocks):
        if used.isdisjoint({block, _ALSO.get(block, block)}):
            detail = f"模板里没有印“{block}”的标签：有这部分内容的通报，写的时候会停下来。"
            yield Problem("T09", detail, Passage(path, f"应有“{block}”处"), _hint(block), severity=Severity.WARNING)
