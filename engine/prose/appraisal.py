"""考评: the parts, then the steps of 得分, in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from engine.number import show
from engine.prose.words import quoted
from engine.rulebook import Appraisal, Part, Step

_MOVED = {"扣": "从满分里扣{}", "得": "得{}", "按比例": "满分 × {}"}


def part(entry: Part, appraisal: Appraisal) -> str:
    """One 项目."""
    full = "" if entry.full is None else f"满分 {show(entry.full)} 分；"
    each = "" if entry.period is appraisal.period else f"每{entry.period.value}一次，"
    moved = _MOVED[entry.moved].format(quoted(entry.by))
    applies = f"；“{entry.applies.text}”的单位才适用" if entry.applies is not None else ""
    instead = "，不适用的给满分" if entry.inapplicable_full else ""
    when = f"；“{entry.when.text}”不成立的得 0 分" if entry.when is not None else ""
    return f"**{entry.name}**（项目）　{each}{full}{moved}{_limits(entry)}{applies}{instead}{when}。"


def _limits(entry: Part) -> str:
    low = "" if entry.floor is None else f"，不低于 {show(entry.floor)} 分"
    high = "，不封顶" if entry.cap is None else f"，不高于 {show(entry.cap)} 分"
    return low + high


def steps(appraisal: Appraisal) -> Iterator[str]:
    """得分, step by step."""
    full = "" if appraisal.full is None else f"，满分 {show(appraisal.full)} 分"
    yield f"每{appraisal.period.value}考评一次{full}。自上而下，一步一步算："
    yield ""
    for number, step in enumerate(appraisal.steps, 1):
        clauses = f"〔{'；'.join(step.clauses)}〕" if step.clauses else ""
        when = f"（“{step.when.text}”时）" if step.when is not None else ""
        yield f"{number}. **{step.name}**　{_step(step)}{when}{clauses}"


def _step(step: Step) -> str:
    if step.rounding is not None:
        return f"{step.rounding.way}到 {step.rounding.decimals} 位小数"
    number = show(step.number or Fraction(0))
    return {
        "加": f"加{quoted(step.names)}",
        "减": f"减{quoted(step.names)}",
        "归零": f"{quoted(step.names)}有一个“是”，得 0 分",
        "保底": f"低于 {number} 分的，算 {number} 分",
        "封顶": f"高于 {number} 分的，算 {number} 分",
        "折到": f"按满分折算到 {number} 分",
    }[step.verb]
