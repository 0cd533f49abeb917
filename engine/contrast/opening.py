"""The paragraph that opens the annex: whom it lifts, whom it lowers, and how the sum comes about."""

from __future__ import annotations

from engine.contrast.lines import signed
from engine.impact import Impact
from engine.number import show


def effect(impact: Impact) -> str:
    """One paragraph of what it does to the units."""
    scored = impact.scored
    if not scored:
        return f"截至{impact.new.as_json_date()}，年度没有结束，还没有得分可比；已经到期的各期见“追溯”。"
    up, down = ([u for u in scored if (u.difference or 0) * sign > 0] for sign in (1, -1))
    same = len(scored) - len(up) - len(down)
    unsettled = len(impact.units) - len(scored)
    said = [
        f"同一份台账，截至{impact.new.as_json_date()}：{len(up)}家升、{len(down)}家降、{same}家不变",
        *[f"{unsettled}家得分待定，不比"] * bool(unsettled),
        *[f"新增{len(impact.came)}家、撤销{len(impact.went)}家，不比"] * bool(impact.came or impact.went),
    ]
    whole, alone, rest = (
        signed(show(figure)) for figure in (impact.total, impact.total - impact.interaction, impact.interaction)
    )
    sums = f"各单位合计{whole}分，其中各处单独改动之和{alone}分，改动之间的交互{rest}分。"
    return f"{'；'.join(said)}。{sums}"
