"""What a bulletin says in prose: totals, who is first, who is on a list, what was decided. Finished sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from engine.bulletin.figures import Figures, Placed
from engine.bulletin.issue import spoken
from engine.bulletin.totals import column_total, ledger_total
from engine.bulletin.words import bracketed, chinese, percent, points
from engine.calendar import Stretch
from engine.number import round_half_up
from engine.result import Unit
from engine.rulebook import Tally
from engine.scoring import SCORE


def overview(figures: Figures) -> list[str]:
    """总体情况: how many units, the sums by group, the ledgers counted in this period and up to now."""
    issue, groups = figures.issue, figures.groups
    classes = [f"{name}{len(placed)}个" for name, placed in groups.items() if name]
    count = f"本次通报考评单位{len(figures.result.units)}个{_among(classes)}。"
    sums = [_sum(figures, name) for name in issue.bulletin.totals]
    return [count + "".join(sums), *(_tally(figures, n, t) for n, t in issue.bulletin.tallies.items())]


def _sum(figures: Figures, name: str) -> str:
    total, decimals, measure = column_total(figures, name), figures.issue.bulletin.decimals, figures.measure(name)
    parts = [f"{group}{points(value, decimals)}{measure}" for group, value in total.parts.items() if group]
    return f"{name}合计{points(total.whole, decimals)}{measure}{_among(parts)}。"


def _tally(figures: Figures, name: str, tally: Tally) -> str:
    """“采用：2024年5月60条次（县内刊物30、…）；2024年第二季度累计110条次（…）。”"""
    issue, bulletin = figures.issue, figures.issue.bulletin
    now = f"{spoken(bulletin.issued, issue.year, issue.issued)}{_counted(figures, name, tally, issue.issued)}"
    if bulletin.issued is bulletin.period:
        return f"{name}：{now}。"
    return f"{name}：{now}；{issue.period}累计{_counted(figures, name, tally, issue.shown)}。"


def _counted(figures: Figures, name: str, tally: Tally, stretch: Stretch) -> str:
    total = ledger_total(figures, name, tally, stretch)
    parts = [f"{option}{value}{tally.measure}" for option, value in total.parts.items() if value]
    return f"{total.whole}{tally.measure}{_among(parts)}"


def _among(parts: Sequence[str]) -> str:
    return f"（其中{'、'.join(parts)}）" if parts else ""


# ---- who --------------------------------------------------------------------------------------


def top_sentences(figures: Figures) -> Iterator[str]:
    """The first places of each group; a shared place names all who share it."""
    top = figures.issue.bulletin.top
    for group, placed in figures.groups.items() if top else ():
        first = [p for p in placed if p.place is not None and p.place <= top]
        if first:
            names = "、".join(f"{p.unit.name}（{_worth(figures, p)}）" for p in first)
            yield f"{group}单位前{chinese(top)}名：{names}。{_shared(first)}"


def _worth(figures: Figures, placed: Placed) -> str:
    name = figures.issue.bulletin.order[0][0]
    return f"{figures.text(placed.unit, name)}{figures.measure(name)}"


def _shared(placed: Sequence[Placed]) -> str:
    shared = dict.fromkeys(p.place for p in placed if p.tied)
    ties = [f"{'、'.join(p.unit.name for p in placed if p.place == place)}并列第{chinese(place)}"
            for place in shared if place is not None]  # fmt: skip
    return f"其中{'，'.join(ties)}。" if ties else ""


def listed_sentences(figures: Figures) -> Iterator[str]:
    """Each list (名单): how many, which share, who, and the rest, so that all add up to the number of units."""
    units, places = figures.result.units, figures.issue.bulletin.percent_decimals
    for name in figures.issue.bulletin.lists:
        said = {unit.number: figures.on_list(unit, name) for unit in units}
        on = [p.unit for placed in figures.groups.values() for p in placed if said[p.unit.number]]
        rest, unknown = (sum(value is state for value in said.values()) for state in (False, None))
        if not on:
            yield f"{name}：没有。"
            continue
        mine, others = _shares(len(on), rest, len(units), places)
        other = f"其余{rest}个，占{others}" if rest else ""
        unsaid = f"{unknown}个不能认定" if unknown else ""
        tail = f"；{'，'.join(filter(None, (other, unsaid)))}" if other or unsaid else ""
        yield f"{name}的{len(on)}个，占{mine}：{'、'.join(u.name for u in on)}{tail}。"


def _shares(part: int, rest: int, whole: int, places: int) -> tuple[str, str]:
    """Both shares; where the two are the whole, the other is what the rounded first leaves of 100%.

    >>> _shares(9, 39, 48, 1), _shares(2, 1, 3, 1)
    (('18.8%', '81.2%'), ('66.7%', '33.3%'))
    """
    mine = round_half_up(Fraction(part * 100, whole), places)
    others = 100 - mine if part + rest == whole else round_half_up(Fraction(rest * 100, whole), places)
    return percent(mine / 100, places), percent(others / 100, places)


def outcome_sentences(figures: Figures) -> Iterator[str]:
    """归零, 处置 and 待定, where the bulletin shows 得分."""
    if SCORE not in figures.issue.bulletin.columns:
        return
    units = figures.result.units
    outcome = figures.result.outcome
    waits = [*outcome.lacking, *((w.ledger, w.unit) for w in outcome.waiting)]
    told: Mapping[str, list[tuple[Unit, Sequence[str]]]] = {
        "归零": [(u, u.vetoes) for u in units], "处置": [(u, u.consequences) for u in units],
        "待定": [(u, [ledger for ledger, number in waits if number == u.number]) for u in units],
    }  # fmt: skip
    for word, found in told.items():
        texts = [_outcome(word, unit, list(dict.fromkeys(words))) for unit, words in found if words]
        if texts:
            yield f"{word}：{('；' if word == '处置' else '、').join(texts)}。"


def _outcome(word: str, unit: Unit, words: Sequence[str]) -> str:
    """“某镇取消评优资格（拟）、通报批评（拟）”; what is short stands in brackets."""
    if word == "处置":
        return f"{unit.name}{'、'.join(map(bracketed, words))}"
    return bracketed(f"{unit.name}（{'；'.join(words)}）")
