"""Exact columns: what a name in a formula is bound to, and how two of them combine.

A column holds dataframe expressions, not data. A number column is Int64 over a
positive denominator known when the plan is built (``den``); a 商 keeps numerator and
denominator apart (``expr``, ``over``) and is compared by cross-multiplication. Bounds
travel along, so that an overflow is refused before anything runs (DESIGN §2).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from operator import add as plus
from operator import mul as times

from engine import lazy as nw
from engine.number import Varied
from engine.rulebook import Absent, Kind, Rounding

LIMIT = 2**62
PURE = "数"  # a bare number takes the measure it meets
COUNT = "次"
SHARE = "比率"
_ALIKE = "核对名字和数的单位；两种量要放在一起的，先另写一项，用「查表」或「按次」换成同一种。"
MINUTES = 1440  # of a day
_DIVISORS = 400  # more distinct divisors than this are not worth a common denominator


class Misfit(ValueError):
    """Two columns that do not fit together; the text says why, for people, and ``hint`` what to do."""

    def __init__(self, text: str, hint: str = "核对这里写的名字、数和算法。") -> None:
        super().__init__(text)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Column:
    """One named column, as expressions.

    ``expr``: NUMBER value×den as Int64; RATIO numerator; FLAG Boolean (null: 待定);
    WORD option index; DAY days and MOMENT minutes since 1970-01-01; TEXT text.
    ``absent``: Int8 :class:`Absent` code, 0 where valued; ``None``: always valued.
    ``open``: Boolean, true where a duration is only “at least” this long.
    ``divisors``: every value ``over`` (of a 商; else ``expr``) can take, if known; more than it takes does no harm.
    """

    kind: Kind
    expr: nw.Expr
    den: int = 1
    over: nw.Expr | None = None
    absent: nw.Expr | None = None
    open: nw.Expr | None = None
    measure: str = PURE
    low: int = 0
    high: int = 0
    over_high: int = 1
    options: tuple[str, ...] = ()
    divisors: frozenset[int] | None = None
    constant: Fraction | None = None

    @property
    def size(self) -> int:
        """The largest absolute numerator."""
        return max(abs(self.low), abs(self.high))


def number(value: Fraction, measure: str = PURE) -> Column:
    """A literal; one that differs between variants is read from its own column."""
    if isinstance(value, Varied):
        return _varied(value, measure)
    n = value.numerator
    return Column(
        Kind.NUMBER, nw.lit(n, nw.Int64), value.denominator, measure=measure, low=n, high=n, constant=value,
        divisors=frozenset({n}),
    )  # fmt: skip


def _varied(value: Varied, measure: str) -> Column:
    den = math.lcm(*(v.denominator for v in value.values))
    scaled = frozenset(int(v * den) for v in value.values)
    return Column(
        Kind.NUMBER, nw.col(value.name), den, measure=measure, low=min(scaled), high=max(scaled), divisors=scaled
    )


def bounded(column: Column) -> Column:
    """The column itself, if no value of it can overflow 64 bits.

    Raises Misfit otherwise.
    """
    if max(column.size, column.over_high) > LIMIT:
        raise Misfit("数可能超出64位整数能精确表示的范围：请减少参与平分的单位数上限（至多）或台账的小数位数")
    return column


def absences(*columns: Column) -> nw.Expr | None:
    """The heaviest reason among the columns; ``None`` if all are always valued."""
    reasons = [c.absent for c in columns if c.absent is not None]
    return (nw.max_horizontal(*reasons) if len(reasons) > 1 else reasons[0]) if reasons else None


def rescaled(column: Column, den: int) -> Column:
    """The same number over a multiple of its denominator."""
    factor = den // column.den
    if factor == 1:
        return column
    expr = column.expr * factor
    values = None if column.divisors is None else frozenset(d * factor for d in column.divisors)
    low, high = column.low * factor, column.high * factor
    return bounded(replace(column, expr=expr, den=den, low=low, high=high, divisors=values))


def aligned(*columns: Column) -> tuple[Column, ...]:
    """Number columns over one common denominator and one measure; a 商 of known divisors is one of them.

    Raises Misfit when measures mix or something is no number.
    """
    columns = tuple(map(exact, columns))
    for column in columns:
        _require_number(column)
    measure = common_measure(*columns)
    den = math.lcm(*(c.den for c in columns))
    return tuple(_measured(rescaled(c, den), measure) for c in columns)


def _measured(column: Column, measure: str) -> Column:
    return column if column.measure == measure else replace(column, measure=measure)


def common_measure(*columns: Column) -> str:
    """The one measure of the columns; bare numbers take what they meet."""
    found = list(dict.fromkeys(c.measure for c in columns if c.measure != PURE))
    if len(found) > 1:
        raise Misfit(f"“{found[0]}”和“{found[1]}”是两种量，不能相加减或比较", _ALIKE)
    return found[0] if found else PURE


def _require_number(column: Column) -> None:
    if column.kind is Kind.RATIO:
        raise Misfit("两个数相除得到的商不能合计：先写 取整")
    if column.kind is not Kind.NUMBER:
        raise Misfit(f"这里要一个数，而它是{column.kind.value}")


# ---- arithmetic ---------------------------------------------------------------------------


def add(a: Column, b: Column) -> Column:
    """a ＋ b: one measure, one denominator; with a 商 whose divisors nobody knows yet, again a 商."""
    a, b = exact(a), exact(b)
    if Kind.RATIO in (a.kind, b.kind):
        return _added(*_ratios(a, b))
    a, b = aligned(a, b)
    found = _number(a, a.expr + b.expr, a.low + b.low, a.high + b.high, a, b)
    return replace(found, divisors=_reached(a, b, plus))


def _ratios(*columns: Column) -> tuple[Column, ...]:
    """Numbers and 商 all as 商 of one measure."""
    measure = common_measure(*columns)
    return tuple(replace(_over(c), measure=measure) for c in columns)


def _over(column: Column) -> Column:
    if column.kind is Kind.RATIO:
        return column
    _require_number(column)
    over = nw.lit(column.den, nw.Int64)
    return replace(column, kind=Kind.RATIO, den=1, over=over, over_high=column.den, divisors=None, constant=None)


def _added(a: Column, b: Column) -> Column:
    assert a.over is not None
    assert b.over is not None
    high = a.size * b.over_high + b.size * a.over_high
    low = 0 if a.low >= 0 and b.low >= 0 else -high
    expr, over = a.expr * b.over + b.expr * a.over, a.over * b.over
    most = a.over_high * b.over_high
    return bounded(Column(Kind.RATIO, expr, 1, over, absences(a, b), measure=a.measure, low=low, high=high,
                          over_high=most))  # fmt: skip


def _further(operator: str, columns: Sequence[Column]) -> Column:
    """The one of several 商 that is ≥ (or ≤) the others."""
    found, *others = _ratios(*columns)
    for other in others:
        left, right = _crossed(found, other)
        taken = _COMPARE[operator](left, right)
        assert found.over is not None
        found = replace(
            found, expr=nw.when(taken).then(found.expr).otherwise(other.expr),
            over=nw.when(taken).then(found.over).otherwise(other.over), absent=absences(found, other), divisors=None,
            low=min(found.low, other.low), high=max(found.high, other.high),
            over_high=max(found.over_high, other.over_high),
        )  # fmt: skip
    return found


def _reached(a: Column, b: Column, combine: Callable[[int, int], int]) -> frozenset[int] | None:
    """Every value the two can make together, where those of both are known and few."""
    if a.divisors is None or b.divisors is None or len(a.divisors) * len(b.divisors) > _DIVISORS:
        return None
    return frozenset(combine(x, y) for x in a.divisors for y in b.divisors)


def subtract(a: Column, b: Column) -> Column:
    """a － b."""
    return add(a, negative(b))


def negative(a: Column) -> Column:
    """－a."""
    a = exact(a)
    if a.kind is Kind.RATIO:
        return replace(a, expr=-a.expr, low=-a.high, high=-a.low)
    (a,) = aligned(a)
    constant = None if a.constant is None else -a.constant
    values = None if a.divisors is None else frozenset(-d for d in a.divisors)
    return replace(a, expr=-a.expr, low=-a.high, high=-a.low, constant=constant, divisors=values)


def larger(*columns: Column) -> Column:
    """取大: the largest."""
    if Kind.RATIO in {exact(c).kind for c in columns}:
        return _further(">=", columns)
    cs = aligned(*columns)
    expr = nw.max_horizontal(*(c.expr for c in cs))
    return _number(cs[0], _valued(expr, *cs), max(c.low for c in cs), max(c.high for c in cs), *cs)


def smaller(*columns: Column) -> Column:
    """取小: the smallest."""
    if Kind.RATIO in {exact(c).kind for c in columns}:
        return _further("<=", columns)
    cs = aligned(*columns)
    expr = nw.min_horizontal(*(c.expr for c in cs))
    return _number(cs[0], _valued(expr, *cs), min(c.low for c in cs), min(c.high for c in cs), *cs)


def multiply(a: Column, b: Column) -> Column:
    """a × b: one of them a bare number, a count or a rate."""
    measure = _product_measure(a.measure, b.measure)
    if a.kind is Kind.RATIO or b.kind is Kind.RATIO:
        return _multiply_ratio(a, b, measure)
    _require_number(a)
    _require_number(b)
    corners = [x * y for x in (a.low, a.high) for y in (b.low, b.high)]
    whole = replace(a, den=a.den * b.den, measure=measure)
    found = _number(whole, a.expr * b.expr, min(corners), max(corners), a, b)
    return replace(found, divisors=_reached(a, b, times))


def _multiply_ratio(a: Column, b: Column, measure: str) -> Column:
    a, b = (a, b) if a.kind is Kind.RATIO else (b, a)
    known = a.divisors if b.kind is Kind.NUMBER else None
    den, b = b.den, _over(b)
    assert a.over is not None
    result = replace(
        a, expr=a.expr * b.expr, over=a.over * b.over, measure=measure, low=-a.size * b.size, high=a.size * b.size,
        over_high=a.over_high * b.over_high, absent=absences(a, b),
        divisors=frozenset(d * den for d in known) if known else None,
    )  # fmt: skip
    return bounded(result)


def _product_measure(a: str, b: str) -> str:
    for scalar in (SHARE, PURE, COUNT):
        if a == scalar:
            return b
        if b == scalar:
            return a
    raise Misfit(f"“{a}”不能乘“{b}”", _ALIKE)


def divide(a: Column, b: Column) -> Column:
    """a ÷ b: exact where the divisors are known when the plan is built, else a 商.

    Same measure gives a 比率, always kept as a 商. A divisor of 0 gives 不适用.
    """
    if Kind.RATIO in (a.kind, b.kind):
        return _divided(_over(a), _over(b))
    _require_number(a)
    _require_number(b)
    scalar = b.measure in (PURE, COUNT, SHARE)
    rate = not scalar and a.measure in (PURE, b.measure)
    if not rate and not scalar:
        raise Misfit(f"“{a.measure}”不能除以“{b.measure}”", _ALIKE)
    ratio = _ratio(a, b, SHARE if rate or a.measure == b.measure == COUNT else a.measure)
    return ratio if rate or b.divisors is None else settled(ratio)


def _divided(a: Column, b: Column) -> Column:
    """A 商 ÷ another: crosswise."""
    assert a.over is not None
    assert b.over is not None
    low, high = min(a.low, 0) * b.over_high, max(a.high, 0) * b.over_high
    top = bounded(Column(Kind.NUMBER, a.expr * b.over, absent=a.absent, measure=a.measure, low=low, high=high))
    low, high = min(b.low, 0) * a.over_high, max(b.high, 0) * a.over_high
    bottom = Column(Kind.NUMBER, b.expr * a.over, absent=b.absent, measure=b.measure, low=low, high=high)
    return divide(top, bounded(bottom))


def _ratio(a: Column, b: Column, measure: str) -> Column:
    shared = math.gcd(a.den, b.den)
    up, down = b.den // shared, a.den // shared
    sign = nw.lit(1, nw.Int64) if b.low >= 0 else nw.when(b.expr < 0).then(nw.lit(-1)).otherwise(nw.lit(1))
    zero = nw.when(b.expr == 0).then(nw.lit(int(Absent.INAPPLICABLE), nw.Int8)).otherwise(nw.lit(0, nw.Int8))
    absent: nw.Expr | None = zero
    if b.constant:
        absent = None
    elif b.absent is not None:
        absent = nw.max_horizontal(zero, b.absent)
    if a.absent is not None:
        absent = a.absent if absent is None else nw.max_horizontal(a.absent, absent)
    over = b.expr * down if b.low >= 0 else b.expr * down * sign
    return bounded(
        Column(
            Kind.RATIO, a.expr * up if b.low >= 0 else a.expr * up * sign, 1, over, absent, measure=measure,
            low=-a.size * up if b.low < 0 else a.low * up, high=a.size * up, over_high=b.size * down,
            divisors=frozenset(abs(d) * down for d in b.divisors if d) if b.divisors is not None else None,
        )
    )  # fmt: skip


def exact(column: Column) -> Column:
    """A 商 as a number where its divisors are known when the plan is built; anything else as it is."""
    return settled(column) if column.divisors is not None else column


def settled(ratio: Column) -> Column:
    """A 商 whose divisors are known, as a number over their least common multiple.

    Raises Misfit when they are not known: it must be rounded (取整) first.
    """
    if ratio.kind is not Kind.RATIO:
        return ratio
    assert ratio.over is not None
    if ratio.divisors is None or len(ratio.divisors) > _DIVISORS:
        raise Misfit("除数的取值事先不知道，商不能精确相加：先写 取整，或给作除数的计数写 至多")
    den = math.lcm(*ratio.divisors) if ratio.divisors else 1
    if den > LIMIT:
        raise Misfit("除数的取值太杂，公分母超出64位整数：先写 取整")
    positive = nw.when(ratio.over > 0).then(ratio.over).otherwise(nw.lit(1, nw.Int64))
    factor = nw.lit(den, nw.Int64) // positive
    steps = [den // d for d in ratio.divisors or (den,)]
    corners = [n * step for n in (ratio.low, ratio.high) for step in (min(steps), max(steps))]
    expr = _valued(ratio.expr * factor, ratio)
    return bounded(
        replace(
            ratio, kind=Kind.NUMBER, expr=expr, over=None, den=den, low=min(corners), high=max(corners), over_high=1,
            divisors=None,
        )
    )  # fmt: skip


def rounded(column: Column, rounding: Rounding) -> Column:
    """取整: the one place where a computed figure loses digits, because the rule file says so."""
    scale = 10**rounding.decimals
    bottom = nw.lit(column.den, nw.Int64) if column.over is None else column.over
    positive = nw.when(bottom > 0).then(bottom).otherwise(nw.lit(1, nw.Int64))
    most = column.size * scale * 2 + max(column.den, column.over_high)
    bounded(replace(column, low=-most, high=most))
    top = nw.when(column.expr < 0).then(-column.expr).otherwise(column.expr) * scale
    steps = {
        "四舍五入": (top * 2 + positive) // (positive * 2),
        "舍去": top // positive,
        "进一": (top + positive - 1) // positive,
    }
    whole = steps[rounding.way]
    signed = nw.when(column.expr < 0).then(-whole).otherwise(whole)
    size = column.size * scale // (column.den if column.over is None else 1) + 1
    low = -size if column.low < 0 else 0
    return Column(
        Kind.NUMBER, _valued(signed, column), scale, absent=column.absent, measure=column.measure, low=low, high=size
    )


def _number(like: Column, expr: nw.Expr, low: int, high: int, *sources: Column) -> Column:
    return bounded(
        Column(Kind.NUMBER, expr, like.den, absent=absences(*sources), measure=like.measure, low=low, high=high)
    )


def _valued(expr: nw.Expr, *sources: Column) -> nw.Expr:
    """No value where a source has none (max_horizontal and when/otherwise would skip it)."""
    absent = absences(*sources)
    return expr if absent is None else nw.when(absent == 0).then(expr)


# ---- comparison and logic -----------------------------------------------------------------

_COMPARE: dict[str, Callable[[nw.Expr, nw.Expr], nw.Expr]] = {
    ">=": lambda a, b: a >= b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    "<": lambda a, b: a < b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


def compare(operator: str, a: Column, b: Column) -> Column:
    """a ≥ b and the like: exact, by cross-multiplication; unknown (null) where 待定, false where 不适用."""
    left, right = _comparable(a, b)
    result = _COMPARE[operator](left, right)
    for column, unknown_if in ((a, operator in ("<", "<=")), (b, operator in (">", ">="))):
        if column.open is not None:
            doubtful = result if unknown_if else ~result
            result = nw.when(column.open & doubtful).then(nw.lit(None, nw.Boolean)).otherwise(result)
    return flag(known(result, absences(a, b)))


def _comparable(a: Column, b: Column) -> tuple[nw.Expr, nw.Expr]:
    if {a.kind, b.kind} <= {Kind.NUMBER, Kind.RATIO}:
        common_measure(*(c for c in (a, b) if c.constant != 0))
        return _crossed(a, b)
    if {a.kind, b.kind} == {Kind.DAY, Kind.MOMENT}:
        left, right = (c.expr if c.kind is Kind.DAY else c.expr // MINUTES for c in (a, b))
        return left, right
    if a.kind is not b.kind or a.options != b.options:
        raise Misfit(f"{a.kind.value}不能和{b.kind.value}比较")
    return a.expr, b.expr


def _crossed(a: Column, b: Column) -> tuple[nw.Expr, nw.Expr]:
    shared = math.gcd(a.den, b.den)
    a_den, b_den = a.den // shared, b.den // shared
    for size, den, over in ((a.size, b_den, b.over_high), (b.size, a_den, a.over_high)):
        if size * den * over > LIMIT:
            raise Misfit("比较时数可能超出64位整数能精确表示的范围")
    left, right = a.expr * b_den, b.expr * a_den
    return (left if b.over is None else left * b.over), (right if a.over is None else right * a.over)


def known(result: nw.Expr, absent: nw.Expr | None) -> nw.Expr:
    """A truth value: null where a reason is 待定 or 未到期, false where 无 or 不适用."""
    if absent is None:
        return result
    unknown = nw.when(absent >= int(Absent.PENDING)).then(nw.lit(None, nw.Boolean)).otherwise(nw.lit(False))
    return nw.when(absent == 0).then(result).otherwise(unknown)


def is_absent(column: Column, which: Absent) -> Column:
    """X ＝ 不适用 (无, 待定)."""
    if column.kind is Kind.FLAG and which is Absent.PENDING:
        return flag(column.expr.is_null())
    return flag(nw.lit(False) if column.absent is None else column.absent == int(which))


def among(column: Column, texts: tuple[str, ...]) -> Column:
    """X 在（甲、乙）; one text is X ＝ 甲."""
    if column.kind is Kind.TEXT:
        return flag(known(column.expr.is_in(list(texts)), column.absent))
    if column.kind is Kind.FLAG:
        return _flag_among(column, texts)
    codes = [option_code(column, text) for text in texts]
    return flag(known(column.expr.is_in(codes), column.absent))


def _flag_among(column: Column, texts: tuple[str, ...]) -> Column:
    if set(texts) - {"是", "否"}:
        raise Misfit("是否列只能与“是”“否”比较")
    return column if texts == ("是",) else inverted(column) if texts == ("否",) else flag(~column.expr.is_null())


def option_code(column: Column, text: str) -> int:
    """The index of an option word.

    Raises Misfit for a word that is not an option.
    """
    if text not in column.options:
        raise Misfit(f"“{text}”不是可选的词（可选：{'、'.join(column.options) or '无'}）")
    return column.options.index(text)


def flag(expr: nw.Expr) -> Column:
    """A 是否 column."""
    return Column(Kind.FLAG, expr, high=1)


def inverted(a: Column) -> Column:
    """非 a."""
    return flag(~_truth(a))


def both(*columns: Column) -> Column:
    """a 且 b, three-valued."""
    return flag(functools.reduce(lambda x, y: x & y, map(_truth, columns)))


def either(*columns: Column) -> Column:
    """a 或 b, three-valued."""
    return flag(functools.reduce(lambda x, y: x | y, map(_truth, columns)))


def count_true(*columns: Column) -> Column:
    """个数: how many hold; unknown ones make it 待定."""
    total = functools.reduce(add, (as_number(c) for c in columns))
    return replace(total, measure=COUNT)


def as_number(column: Column) -> Column:
    """A 是否 as 1/0 (null: 待定); a number as it is."""
    if column.kind is not Kind.FLAG:
        _require_number(column)
        return column
    pending = nw.when(column.expr.is_null()).then(nw.lit(int(Absent.PENDING), nw.Int8)).otherwise(nw.lit(0, nw.Int8))
    return Column(Kind.NUMBER, column.expr.cast(nw.Int64), absent=pending, measure=COUNT, high=1)


def _truth(column: Column) -> nw.Expr:
    if column.kind is not Kind.FLAG:
        raise Misfit(f"“且 或 非”两边要是条件，而它是{column.kind.value}")
    return column.expr
