"""What a 细则 is, as frozen values. No logic: :mod:`engine.reader` makes them, the floors above read them.

Each item keeps its place in the YAML (``place``) and the clauses it carries out
(``clauses``), so that any figure computed from it can say both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, IntEnum
from fractions import Fraction

from engine.formula import Expression
from engine.source import Source, Span

MARKS = {
    "示意": "示意，未经原文核对",
    "节录": "节录，部分原文未见",
    "草案": "草案，尚未印发",
    "废止": "已废止",
}
"""状态 → what every output made from such a rule file says on its face."""

SKETCH = "示意"  # the 状态 of a rule file some of whose values nobody has compared with the paper
COMPANIONS = ("说明", "选项", "填写示例")  # sheets of a ledger workbook that hold no records


class Kind(Enum):
    """What a column holds. The value is the word of the rule language."""

    TEXT = "文本"
    DAY = "日期"
    MOMENT = "时间"
    NUMBER = "数"
    FLAG = "是否"
    UNIT = "单位"
    WORD = "选项"
    RATIO = "商"


class Absent(IntEnum):
    """Why a cell has no value (0: it has one). The heaviest reason wins."""

    NONE = 1
    INAPPLICABLE = 2
    PENDING = 3
    NOT_DUE = 4


ABSENT_WORDS = {
    Absent.NONE: "无",
    Absent.INAPPLICABLE: "不适用",
    Absent.PENDING: "待定",
    Absent.NOT_DUE: "未到期",
}


class Period(Enum):
    """The grains of time a measure may be taken at, coarse to fine."""

    YEAR = "年"
    HALF = "半年"
    QUARTER = "季"
    MONTH = "月"
    WEEK = "周"


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a ledger or an attribute of the units.

    ``blank`` is what an empty cell means: ``None`` – not allowed; an
    :class:`Absent`; or the text of a value. ``decimals`` scales a NUMBER:
    it is stored as ``value × 10**decimals``. ``measure`` is its unit of measure.
    ``together`` (可兼) are groups of options that one record may meet at once; of those,
    one of ``first`` (先) is written down, the earlier the sooner.
    """

    name: str
    kind: Kind
    place: Span
    options: tuple[str, ...] = ()
    blank: Absent | str | None = None
    measure: str = "数"
    decimals: int = 2
    together: tuple[tuple[str, ...], ...] = ()
    first: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit on the roster; ``values`` are its attributes (``None``: blank)."""

    name: str
    place: Span
    aliases: tuple[str, ...]
    values: Mapping[str, Fraction | str | None]


@dataclass(frozen=True, slots=True)
class Roster:
    """The units in printing order; ``classified_by`` names the attribute that groups them.

    ``totals``: attribute → the total printed under it (合计), with its place.
    """

    fields: Mapping[str, Field]
    units: tuple[Unit, ...]
    classified_by: str | None
    place: Span
    totals: Mapping[str, tuple[Fraction, Span]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Link:
    """衔接: rows take ``take`` from the rows of ``ledger`` with equal ``same``, not later than ``until``."""

    ledger: str
    same: tuple[str, ...]
    take: tuple[str, ...]
    until: str | None
    place: Span


@dataclass(frozen=True, slots=True)
class Expected:
    """应有: each unit must have a row; ``missing`` is 待定, 报错 or 按零计."""

    missing: str
    place: Span


@dataclass(frozen=True, slots=True)
class Ledger:
    """A ledger: its columns, the column that dates a row, and how rows reach units.

    ``late``: rows dated after the year still count in it (期后: 计入).
    ``optional``: the ledger may be missing. ``alike``: rows equal in these columns
    are told as suspected duplicates.
    """

    name: str
    place: Span
    dated: str
    fields: Mapping[str, Field]
    unique: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()
    expected: Expected | None = None
    link: Link | None = None
    optional: bool = False
    late: bool = False


# ---- mechanisms: one word of the language, one type -------------------------------------


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of numbers; ``None`` bounds are open to infinity. Times are in minutes."""

    text: str
    low: Fraction | None
    low_closed: bool
    high: Fraction | None
    high_closed: bool
    measure: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table level. ``label`` is the key as written, ``interval`` what it means if it reads as one.

    ``result`` is the next level, or the cell: a number (with ``measure``), a word,
    是/否, or a column's name (``str``). ``place`` is where the result stands, ``key`` where the label does.
    """

    label: str
    interval: Interval | None
    result: Table | Fraction | str
    place: Span
    key: Span
    measure: str = "数"


@dataclass(frozen=True, slots=True)
class Table:
    """One level of a lookup table, in the order written."""

    rows: tuple[Row, ...]
    place: Span


@dataclass(frozen=True, slots=True)
class Lookup:
    """查表: the one cell the keys fall in; ``options`` when cells are words."""

    keys: tuple[str, ...]
    table: Table
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PerTime:
    """按次: Σ count × points."""

    points: Mapping[str, Fraction]
    places: Mapping[str, Span]


@dataclass(frozen=True, slots=True)
class Formula:
    """公式: one expression."""

    expression: Expression


@dataclass(frozen=True, slots=True)
class Elapsed:
    """历时: from ``start`` to the earliest of ``ends``; ``open_end`` is 计到截至, 待定 or 不计.

    In minutes; with ``workdays`` in working days after the first day (细则.休息日 and 上班日).
    """

    start: str
    ends: tuple[str, ...]
    open_end: str
    workdays: bool = False


@dataclass(frozen=True, slots=True)
class AsNumber:
    """取数: the whole number written in a text column; 无 where it is blank, an error where it is other text."""

    column: str


@dataclass(frozen=True, slots=True)
class Clock:
    """取时: one ``part`` of a date or time: 月 (1–12), 日 (1–31), 星期 (1 Monday – 7) or 时刻 (since midnight)."""

    column: str
    part: str


@dataclass(frozen=True, slots=True)
class CountOnly:
    """只计: which rows of a group (equal ``same``) count: ``which`` is 最高, 累加, 最高n or 最先n.

    ``rise``: each row carries the rise of the running maximum (补差).
    ``by``: decide “highest” by this column. ``cap``: a number or a column (累加 only).
    """

    which: str
    value: str
    same: tuple[str, ...]
    n: int = 1
    rise: bool = False
    by: str | None = None
    cap: Fraction | str | None = None


@dataclass(frozen=True, slots=True)
class Sequence:
    """次序: 1, 2, 3 … in the group by date."""

    by: str
    same: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Running:
    """累计: running sum by date (rows) or over the year's periods."""

    value: str
    same: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Carry:
    """结转: own value plus what earlier periods of the year had above ``quota``."""

    value: str
    quota: str


@dataclass(frozen=True, slots=True)
class Gather:
    """合计 计次 种数 最高 最低 平均 最早 最晚: many rows to one.

    ``ledger`` is a ledger or an account; ``column`` its column (``None`` for 计次),
    or, with ``ledger`` empty, a finer 单位×期 column. ``same`` and ``until`` only on
    ledgers. ``at_most`` bounds a count that will be a divisor.
    """

    verb: str
    ledger: str | None
    column: str | None
    same: tuple[str, ...] = ()
    until: str | None = None
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class Across:
    """合计 计次 最高 … with 范围: a 单位×期 column over the units of one period.

    ``within`` is an attribute (units equal in it) or 全部; ``column`` is ``None`` where the units are counted.
    """

    verb: str
    column: str | None
    within: str


@dataclass(frozen=True, slots=True)
class Before:
    """上期: what a 单位×期 column was in the period before; 无 in the year's first."""

    value: str


@dataclass(frozen=True, slots=True)
class Streak:
    """连续: how many periods, or rows by date with equal ``same``, ``value`` has held in a row up to this one."""

    value: str
    same: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Collect:
    """收: an account of dated points gathered from columns of ledgers; ``carry`` are columns kept (带)."""

    columns: tuple[str, ...]
    carry: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rank:
    """名次: order by ``keys`` (column, direction) within ``within``; ``dense``: 并列不跳号."""

    keys: tuple[tuple[str, str], ...]
    within: str | None
    dense: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """裁定: rows of ``ledger`` (of the same unit, meeting ``when``) that turn 拟 into fact, shown with ``show``."""

    ledger: str
    when: Expression
    show: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Consequence:
    """处置 or (``notice``) 提示: words that apply where the item's 当 holds; they move no score."""

    texts: tuple[str, ...]
    decision: Decision | None
    notice: bool = False


@dataclass(frozen=True, slots=True)
class Scaled:
    """折算: ``value`` × ``to`` ÷ the appraisal's full marks; ``to`` is a number or an attribute."""

    value: str
    to: Fraction | str


Mechanism = (
    Lookup | PerTime | Formula | Elapsed | AsNumber | Clock | CountOnly | Sequence | Running | Carry
    | Gather | Across | Before | Streak | Collect | Rank | Consequence | Scaled
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rounding:
    """取整: ``way`` is 四舍五入 (half away from zero), 舍去 or 进一, to ``decimals`` places."""

    decimals: int
    way: str


@dataclass(frozen=True, slots=True)
class Item:
    """A named column: its place, clauses, grain (a ledger or a period) and its one mechanism.

    ``uncounted``: rows failing ``when`` are listed under 未计 instead of valued 0.
    ``dated``: the column that dates this item's values otherwise than its ledger.
    """

    name: str
    section: str
    place: Span
    clauses: tuple[str, ...]
    mechanism: Mechanism
    ledger: str | None = None
    period: Period | None = None
    when: Expression | None = None
    uncounted: bool = False
    dated: str | None = None
    rounding: Rounding | None = None
    note: str = ""


# ---- the appraisal and the rest ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Part:
    """项目: ``full`` marks a period; ``moved`` is 扣, 得 or 按比例 with ``by`` names; then clipped.

    ``cap`` ``None`` means 不限. ``applies`` false → 不适用; ``inapplicable_full``: then full marks instead.
    ``places``: where each key that is written (满分 封顶 …) has its value.
    """

    name: str
    place: Span
    clauses: tuple[str, ...]
    full: Fraction | None
    moved: str
    by: tuple[str, ...]
    period: Period
    floor: Fraction | None
    cap: Fraction | None
    applies: Expression | None = None
    when: Expression | None = None
    inapplicable_full: bool = False
    places: Mapping[str, Span] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """One line of 得分: ``verb`` is 加 减 保底 封顶 折到 取整 归零; ``names`` or ``number`` its operand."""

    name: str
    place: Span
    clauses: tuple[str, ...]
    verb: str
    names: tuple[str, ...] = ()
    number: Fraction | None = None
    rounding: Rounding | None = None
    when: Expression | None = None


@dataclass(frozen=True, slots=True)
class Appraisal:
    """考评: parts, then the steps that make 得分; ``full`` is the declared total, ``places`` as for a part."""

    period: Period
    full: Fraction | None
    parts: Mapping[str, Part]
    steps: tuple[Step, ...]
    place: Span
    clauses: tuple[str, ...] = ()
    places: Mapping[str, Span] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Clause:
    """条文: the words of the text, piece by piece; ``excused`` says why nothing computes it.

    ``sketched`` (试写): the text is not to hand, and ``texts`` only keep its place; compare
    ``texts``, but print :attr:`printed`.
    """

    name: str
    texts: tuple[str, ...]
    excused: str
    place: Span
    sketched: bool = False

    @property
    def printed(self) -> tuple[str, ...]:
        """The words as an output may show them: what is not the text says so itself."""
        return ("（试写，不是原文）", *self.texts) if self.sketched else self.texts


@dataclass(frozen=True, slots=True)
class Reading:
    """口径: a question the text leaves open, the reading taken, and alternatives as patches of this file."""

    name: str
    place: Span
    clauses: tuple[str, ...]
    question: str
    taken: str
    reason: str
    undecided: bool
    alternatives: tuple[str, ...]
    chosen: str


@dataclass(frozen=True, slots=True)
class Tally:
    """统计: the counted rows of ``ledger``, split ``by`` a column of options; ``measure`` follows the number."""

    ledger: str
    by: str | None
    measure: str


@dataclass(frozen=True, slots=True)
class Annex:
    """附件: the counted rows of ``ledger`` in the period, with these columns."""

    ledger: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Letterhead:
    """文面: what stands on every document (GB/T 9704-2012): 标志 文号 主送 落款 附注 抄送 印发; empty: not written.

    ``number`` is how a 发文字号 looks, with {年} and {号} in it.
    """

    masthead: str
    number: str
    addressee: str
    signature: str
    note: str
    copies: tuple[str, ...]
    printer: str


@dataclass(frozen=True, slots=True)
class Bulletin:
    """通报: what one kind of bulletin lists, and its words; it computes nothing.

    ``template`` names the file, ``top`` how many places are named in the text, ``totals`` the columns to be
    added up, ``decimals`` and ``percent_decimals`` the most that are printed. ``texts``: heading → paragraphs.
    """

    name: str
    place: Span
    clauses: tuple[str, ...]
    issued: Period
    period: Period
    grouped_by: str | None
    order: tuple[tuple[str, str], ...]
    columns: tuple[str, ...]
    lists: Mapping[str, Expression]
    template: str = "通报"
    heading: tuple[str, ...] = ()
    top: int = 0
    totals: tuple[str, ...] = ()
    decimals: int = 2
    percent_decimals: int = 1
    tallies: Mapping[str, Tally] = field(default_factory=dict)
    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    annexes: Mapping[str, Annex] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Waiver:
    """豁免: somebody looked at a finding of ``code`` and lets it stand, while its ``fingerprint`` is the same."""

    name: str
    place: Span
    code: str
    fingerprint: str
    reason: str
    who: str
    day: date


@dataclass(frozen=True, slots=True)
class Unverified:
    """待核对: nobody has compared what stands at ``path``, nor what is below it, with the paper yet.

    ``path`` is keys from the top (a step of 得分 by its 编号), ``look`` what to look up.
    """

    path: tuple[str, ...]
    look: str
    place: Span


@dataclass(frozen=True, slots=True)
class Title:
    """细则: name, year, document number, dates; ``month_end`` the day a month closes (``None``: natural).

    ``rest`` are the days off work, ``made_up`` the weekend days worked instead.
    """

    name: str
    year: int
    number: str
    issued: date
    effective: date
    replaces: str
    start: date
    end: date
    month_end: int | None
    status: str
    place: Span
    places: Mapping[str, Span] = field(default_factory=dict)
    rest: tuple[date, ...] = ()
    made_up: tuple[date, ...] = ()

    @property
    def opens(self) -> date:
        """The first day a record may bear."""
        return max(self.start, self.effective)

    @property
    def mark(self) -> str:
        """What every output must say on its face: “示意，未经原文核对”; empty for the real thing.

        An output writes it as it stands, on a line of its own or behind a text
        (:meth:`marked`), and no other words. What goes out in the office's name (a 通报) is
        refused while there is a mark, unless asked for by name, and then carries it too.
        """
        return MARKS.get(self.status, "")

    def marked(self, text: str) -> str:
        """A text with the mark in brackets behind it; the text alone for the real thing."""
        return f"{text}（{self.mark}）" if self.mark else text


@dataclass(frozen=True, slots=True)
class RuleBook:
    """A whole 细则. ``items`` in the order written; ``chosen`` are the readings taken, id → value."""

    source: Source
    digest: str
    title: Title
    clauses: Mapping[str, Clause]
    readings: Mapping[str, Reading]
    roster: Roster
    ledgers: Mapping[str, Ledger]
    items: Mapping[str, Item]
    appraisal: Appraisal
    bulletins: Mapping[str, Bulletin]
    letterhead: Letterhead
    waivers: Mapping[str, Waiver]
    unverified: Mapping[str, Unverified] = field(default_factory=dict)
