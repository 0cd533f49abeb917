"""Everything a comparison has to say, as finished texts and tables; the other modules dress it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.compare import Comparison, sides
from engine.compare.summary import summary
from engine.contrast.grids import Grid, grids
from engine.contrast.lines import Line, lines, signed
from engine.contrast.opening import effect
from engine.explanation import said
from engine.impact import Edge, Impact, Revised, Share, UnitEffect
from engine.impact.edges import NEAR_COUNT, NEAR_RATE
from engine.number import show, show_percent
from engine.result import Figure, Uncounted
from engine.scoring import SCORE

_NAMED = 5
_FEW = 8


@dataclass(frozen=True, slots=True)
class Listing:
    """A table with its title, what is said above it, its heads and its rows; ``empty`` is said where there are none."""

    title: str
    notes: tuple[str, ...]
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: str = "没有。"


@dataclass(frozen=True)
class Report:
    """What every output shows, in this order. ``marks`` must stand on its face; no ``impact`` without records."""

    comparison: Comparison
    impact: Impact | None = None

    @property
    def title(self) -> str:
        """《…》修订对照表."""
        return f"《{self.comparison.new.title.name}》修订对照表"

    @property
    def sides(self) -> tuple[str, str]:
        """What the two columns are: year and document number."""
        titles = self.comparison.old.title, self.comparison.new.title
        a, b = (f"{side}（{title.number}）" for side, title in zip(sides(*titles), titles, strict=True))
        return a, b

    @property
    def marks(self) -> list[str]:
        """What is not the real thing."""
        titles = (self.comparison.old.title, self.comparison.new.title)
        found = [f"{side}的细则：{t.mark}" for side, t in zip(sides(*titles), titles, strict=True) if t.mark]
        return found + ["影响按台账试算，暂定"] * bool(self.impact and self.impact.provisional)

    @property
    def opening(self) -> str:
        """The paragraph that counts."""
        return summary(self.comparison).words

    @property
    def counted(self) -> str:
        """How it was counted."""
        return summary(self.comparison).rules

    @property
    def lines(self) -> list[Line]:
        """The 对照表 itself."""
        return lines(self.comparison, self.impact)

    @property
    def grids(self) -> list[Grid]:
        """Tables of points cell by cell."""
        return grids(self.comparison)

    @property
    def effect(self) -> list[str]:
        """What must be read before the tables of impact."""
        impact = self.impact
        if impact is None:
            return []
        files = "、".join(name for name, _, _ in impact.new.files)
        return [effect(impact), f"台账：{files}。", *(f"{text.rstrip('。')}。" for text in impact.told)]

    @property
    def listings(self) -> list[Listing]:
        """The tables of impact."""
        impact = self.impact
        if impact is None:
            return []
        scored = [_units(name, units, impact) for name, units in impact.groups.items()] + [_shares(impact)]
        return [*(scored if impact.scored else []), *_rest(impact)]


def _rest(impact: Impact) -> Iterator[Listing]:
    yield _retro(impact)
    yield _edges(impact)
    if impact.came or impact.went:
        yield _one_sided(impact)
    if any(impact.refused):
        yield _refused(impact)


# ---- units -------------------------------------------------------------------------------------


def _units(group: str, units: Sequence[UnitEffect], impact: Impact) -> Listing:
    """A class: winners and losers in a sentence, then every unit by its new place."""
    ranks = list(units[0].new.ranks)
    heads = ("单位", f"旧{SCORE}", f"新{SCORE}", "差", *(f"{name}（旧→新）" for name in ranks), "由哪几处改动")
    ordered = sorted(units, key=lambda unit: place_of(unit.new.ranks))
    rows = tuple(
        (unit.name, said(unit.old.score), said(unit.new.score), difference(unit),
         *(f"{_place(unit.old.ranks.get(name))}→{_place(unit.new.ranks.get(name))}" for name in ranks), _parts(unit))
        for unit in ordered
    )  # fmt: skip
    return Listing(f"{group}得分和名次" if group else "得分和名次", (_movers(units),), heads, rows)


def place_of(ranks: object) -> tuple[bool, int]:
    """For ordering: the first rank, those without one last."""
    first = next(iter(ranks.values()), None) if isinstance(ranks, dict) else None
    return (first is None, first or 0)


def difference(unit: UnitEffect) -> str:
    """The difference with its sign; — where there is none to say."""
    return "—" if unit.difference is None else signed(show(unit.difference))


def _place(rank: int | None) -> str:
    return "—" if rank is None else str(rank)


def _parts(unit: UnitEffect) -> str:
    parts = [f"第{number}处{signed(show(part))}" for number, part in unit.parts.items()]
    return "，".join([*parts, *([f"交互{signed(show(unit.interaction))}"] if unit.interaction else [])])


def _movers(units: Sequence[UnitEffect]) -> str:
    """“升9家：社冲乡+9、龙头镇+7……；降1家：…；不变4家。”"""
    scored = [u for u in units if u.difference is not None]
    up = sorted((u for u in scored if (u.difference or 0) > 0), key=lambda u: -(u.difference or 0))
    down = sorted((u for u in scored if (u.difference or 0) < 0), key=lambda u: u.difference or 0)
    said_ = [f"{word}{len(found)}家{_first(found)}" for word, found in (("升", up), ("降", down))]
    return f"{'；'.join(said_)}；不变{len(scored) - len(up) - len(down)}家。"


def _first(units: Sequence[UnitEffect]) -> str:
    if not units:
        return ""
    named = "、".join(f"{unit.name}{difference(unit)}" for unit in units[:_NAMED])
    return f"：{named}{'等' if len(units) > _NAMED else ''}"


# ---- split --------------------------------------------------------------------------------------


def _shares(impact: Impact) -> Listing:
    rows = [_share(share) for share in impact.shares]
    alone = impact.total - impact.interaction
    rows += [
        ("", "各处单独之和", "", "", signed(show(alone)), ""),
        ("", "改动之间的交互", "", "", signed(show(impact.interaction)), "几处改动一起才有、或者互相抵消的部分"),
        ("", "两年之差合计", "", "", signed(show(impact.total)), ""),
    ]
    notes = [
        "每处改动单独改进旧细则，同一份台账再算一遍；分不开的几处合在一起试。单独之和与两年之差相差的，就是改动之间的交互。"
    ]
    if impact.quiet:
        notes.append(f"其余{len(impact.quiet)}处改动单独试，对这份台账没有影响。")
    if impact.unsplit:
        notes.append(f"第{'、'.join(map(str, impact.unsplit))}处不能单独试，影响都在交互里。")
    return Listing("影响由哪几处改动而来", tuple(notes), ("更改编号", "改动", "升", "降", "合计", "单位"), tuple(rows))


def _share(share: Share) -> tuple[str, ...]:
    up, down = share.touched(1), share.touched(-1)
    given = f"（在第{'、'.join(map(str, share.given))}处之上）" if share.given else ""
    ordered = sorted(share.effects.items(), key=lambda pair: -abs(pair[1]))
    named = "、".join(f"{name}{signed(show(effect))}" for name, effect in ordered[:_NAMED])
    more = f"等{len(ordered)}家" if len(ordered) > _NAMED else ""
    apart = f"；{len(share.apart)}家得分未定" if share.apart else ""
    return (
        "＋".join(map(str, share.changes)), share.title + given, str(len(up)), str(len(down)),
        signed(show(share.total)), f"{named}{more}{apart}",
    )  # fmt: skip


# ---- periods that have ended ---------------------------------------------------------------------


def _retro(impact: Impact) -> Listing:
    found = impact.retro
    published = [row for row in found.rows if row.published]
    later = len(found.rows) - len(published)
    notes = [*found.force]
    if found.before:
        notes.append(
            f"新细则印发以前已经到期的有{'、'.join(found.before)}，通报时照的是旧细则；"
            f"改按新细则，{len(published)}项结果变了，{_scored(published)}。"
        )
    else:
        notes.append("新细则印发以前，没有已经到期的期，已经通报的结果都不变。")
    if found.after:
        notes.append(
            f"印发以后到期的（{'、'.join(found.after)}）两年算法有{later}项不同，首次通报就照新细则，不算改动已通报的结果。"
        )
    heads = ("期", "单位", "看什么", "完成情况（旧→新）", "档（旧→新）", "项目", "分（旧→新）")
    return Listing("追溯：已经通报的结果哪些会变", tuple(notes), heads, tuple(map(_revised, published)))


def _scored(rows: Sequence[Revised]) -> str:
    moved = sum(row.points[0] != row.points[1] for row in rows)
    return f"其中{moved}项的分也变" if moved else "分都不变"


def _revised(row: Revised) -> tuple[str, ...]:
    rate = _arrow(*(_rate(figure) if row.percent else said(figure) for figure in row.rate))
    points = _arrow(*map(said, row.points))
    return row.when, row.unit, row.key, rate, _arrow(*(band or "—" for band in row.bands)), row.item, points


def _arrow(old: str, new: str) -> str:
    return new if old == new else f"{old}→{new}"


def _rate(value: Figure) -> str:
    return show_percent(value) if isinstance(value, Fraction) else said(value)


# ---- edges, units of one side, rows left out -------------------------------------------------------


def _edges(impact: Impact) -> Listing:
    note = (
        f"按新细则，到期各期里离档界不超过{show(NEAR_RATE * 100)}个百分点"
        f"（不是百分数的，不超过{show(NEAR_COUNT)}）的单位："
        "条文或台账再动一点，档就会变。"
    )
    found: dict[tuple[str, ...], list[str]] = {}
    for edge in impact.edges:
        found.setdefault(_edge(edge), []).append(edge.unit)
    heads = ("期", "看什么", "现在（档界）", "距离", "界下 | 界上", "单位")
    rows = tuple((*row, "、".join(units)) for row, units in found.items())
    return Listing("临界：谁站在档的边上", (note,), heads, rows)


def _edge(edge: Edge) -> tuple[str, ...]:
    gap = f"{signed(show_percent(edge.gap).removesuffix('%'))}个百分点" if edge.rate else signed(show(edge.gap))
    value, border = (show_percent(n) if edge.rate else show(n) for n in (edge.value, edge.edge))
    return edge.when, edge.key, f"{value}（{border}）", gap if edge.gap else "恰好", f"{edge.below} | {edge.above}"


def _one_sided(impact: Impact) -> Listing:
    rows = [
        (one.name, kind, said(one.score))
        for kind, units in (("新增", impact.came), ("撤销", impact.went))
        for one in units
    ]
    return Listing("只有一年有的单位", ("没有另一年的分，不比。",), ("单位", "", SCORE), tuple(rows))


def _refused(impact: Impact) -> Listing:
    both = zip(sides(*impact.titles), impact.refused, strict=True)
    rows = [(side, *row) for side, left in both for row in _rows(left)]
    note = "这些行在另一年的细则下照计；这一年没有计，所以结果标“暂定”。"
    return Listing("哪年的细则收不下哪些行", (note,), ("细则", "台账", "行", "原因"), tuple(rows))


def _rows(rows: Sequence[Uncounted]) -> Iterator[tuple[str, str, str]]:
    """Rows of one ledger with one reason, together."""
    found: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        found.setdefault((row.ledger, row.reason), []).append(row.row)
    for (ledger, reason), numbers in found.items():
        more = f"……共{len(numbers)}行" if len(numbers) > _FEW else ""
        yield ledger, f"{'、'.join(map(str, numbers[:_FEW]))}{more}", reason
