"""“再得n分就到某档，可少扣m分” is exact: n points more bring the unit there, an eighth of a point less does not."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import pytest

from engine.explanation import Reason, explain
from engine.pipeline import load_rules
from engine.result import Result
from engine.rulebook import Period, RuleBook
from made_rows import row, scored, year
from random_ledgers import Row

COIN = Fraction(1, 8)  # every edge of every quota of 2024 is a multiple of it
HINT = re.compile(r"“(.+?)”再得(任何|多于[\d./]+|[\d./]+)分就到“(.+?)”，可少扣(\d+)分")
# period → the unit's quota, the deduction by bands, a day on which points count there
ASKED = {
    Period.YEAR: ("年度任务", "年度任务扣分", "2024-11-05"),
    Period.QUARTER: ("季度任务", "季度任务扣分", "2024-02-06"),
}
# of the quota: nothing, a quarter and the like just reached and just missed, all of it
SHARES = [Fraction(n, 16) for n in (0, 1, 3, 4, 5, 7, 8, 9, 11, 12, 13, 15, 16, 17)]
Band = tuple[Fraction, str, re.Match[str] | None]


@pytest.fixture(scope="module")
def coins(root: Path, tmp_path_factory: pytest.TempPathFactory) -> RuleBook:
    """The 2024 rules with 简讯 worth 1/8 and 封面 worth 1, so that any such number of points can be paid out."""
    text = (root / "rules" / "2024.yaml").read_text(encoding="utf-8")
    for mode, was, now in (("简讯信息", 5, "0.125"), ("封面信息", 10, "1")):
        text, times = re.subn(rf"^( +{mode}: +\{{县内刊物: ){was}\}}", rf"\g<1>{now}}}", text, flags=re.MULTILINE)
        assert times == 1
    path = tmp_path_factory.mktemp("coins") / "2024.yaml"
    path.write_text(text, encoding="utf-8")
    return load_rules(path)


def paid(unit: str, points: Fraction, day: str, mark: str) -> list[Row]:
    """Adoptions of the unit worth just so many points."""
    fifteens, rest = divmod(points, 15)
    ones, rest = divmod(rest, 1)
    modes = ["单条采用"] * int(fifteens) + ["封面信息"] * int(ones) + ["简讯信息"] * int(rest / COIN)
    return [row("采用", f"{mark}{unit}{n}", unit, day, "县内刊物", mode) for n, mode in enumerate(modes)]


def standing(book: RuleBook, quota: str) -> list[Row]:
    """Every unit has one of the shares of its quota, in the first quarter."""
    found = []
    for n, unit in enumerate(book.roster.units):
        full = unit.values[quota]
        assert isinstance(full, Fraction)
        found += paid(unit.name, full * SHARES[n % len(SHARES)] // COIN * COIN, "2024-02-05", "甲")
    return found


@pytest.mark.parametrize("period", ASKED)
def test_the_distance_to_the_next_band_is_exact(coins: RuleBook, period: Period) -> None:
    """加上所说的分数，果然到了那一档、少扣那么多；少加0.125分，就还在原来那一档。全年、季度都是。"""
    quota, item, day = ASKED[period]
    start = standing(coins, quota)
    before = bands(scored(coins, year(采用=start)), item, period)
    needs = {name: needed(hint[2]) for name, (_, _, hint) in before.items() if hint}
    just = [r for name, need in needs.items() for r in paid(name, need, day, "乙")]
    short = [r for name, need in needs.items() for r in paid(name, need - COIN, day, "乙")]
    reached = bands(scored(coins, year(采用=start + just)), item, period)
    missed = bands(scored(coins, year(采用=start + short)), item, period)
    for name, (lost, band, hint) in before.items():
        if hint is None:
            assert (lost, band) == (0, "100%（含）以上")
        else:
            assert reached[name][:2] == (lost - Fraction(hint[4]), hint[3])
            assert missed[name][:2] == (lost, band)
    assert {band for _, band, _ in before.values()} == {"0%", *(hint[3] for _, _, hint in before.values() if hint)}


def needed(text: str) -> Fraction:
    """The points of a sentence, in coins: 任何 and 多于 take one more."""
    if text == "任何":
        return COIN
    return Fraction(text.removeprefix("多于")) + (COIN if text.startswith("多于") else 0)


def bands(result: Result, item: str, period: Period) -> dict[str, Band]:
    """Unit → marks lost, band taken, and the sentence on the next one, in the year or the first quarter."""
    found: dict[str, Band] = {}
    for unit in result.units:
        told = first(explain(result, unit.name).reasons, item)
        assert told is not None
        band = re.search(r"落在“(.+?)”", told.text)
        assert band is not None
        assert isinstance(told.value, Fraction)
        assert told.value == unit.figure(item, period)
        hints = [HINT.fullmatch(hint) for hint in told.hints]
        assert None not in hints, told.hints
        found[unit.name] = (told.value, band[1], hints[0] if hints else None)
    return found


def first(reasons: tuple[Reason, ...], name: str) -> Reason | None:
    """The first reason of a name in a tree."""
    for reason in reasons:
        found = reason if reason.name == name else first(reason.children, name)
        if found is not None:
            return found
    return None
