"""Parquet ledgers of many offices → typed frames of whole numbers; every refused row with its reason.

What a cell means is said in :mod:`engine.ledger` and asked there; here only whole columns are
looked up. Free text that no rule reads is not read at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from engine.bulk import keys, texts
from engine.bulk.files import FIRST_ROW, Folder, find
from engine.bulk.reading import Reader
from engine.ledger.cells import fold, said
from engine.ledger.records import FEW, TYPES
from engine.rulebook import Kind, Ledger, RuleBook
from engine.scoring.table import OFFICE
from engine.source import Cell, Problem, Severity


@dataclass
class Intake:
    """What came in.

    ``frames``: ledger → rows as :func:`engine.scoring.plan` wants them; ``offices`` in the order of their
    numbers, none without a column that names them; ``bad``: ledger → refused rows (``行``, ``原因``).
    ``blocking`` faults are of a whole file or column, ``faulty`` of single rows.
    """

    folder: Folder
    offices: tuple[str, ...] = ()
    frames: dict[str, pl.DataFrame] = field(default_factory=dict)
    rows: dict[str, tuple[int, int]] = field(default_factory=dict)
    bounds: dict[tuple[str, str], int] = field(default_factory=dict)
    latest: dict[str, int] = field(default_factory=dict)
    private: Mapping[tuple[str, str], int] = field(default_factory=dict)
    bad: dict[str, pl.DataFrame] = field(default_factory=dict)
    blocking: list[Problem] = field(default_factory=list)
    faulty: list[Problem] = field(default_factory=list)
    notices: list[Problem] = field(default_factory=list)

    @property
    def last_row(self) -> int:
        """The largest row number."""
        return max((s.height + FIRST_ROW for s in self.folder.sources.values()), default=0)

    def read(self, ledger: str) -> int:
        """Rows read of a ledger: those in its frame and those refused."""
        source = self.folder.sources.get(ledger)
        return source.height if source else 0

    def refuse(self, ledger: str, rows: pl.DataFrame) -> None:
        """Take rows out, with their reasons; the first reason of a row stands."""
        before = self.bad.get(ledger)
        rows = rows.select(pl.col("行").cast(pl.Int64), "原因")
        self.bad[ledger] = (rows if before is None else pl.concat([before, rows])).unique("行", keep="first")


def take(book: RuleBook, folder: Path, by: str | None) -> Intake:
    """Every ledger of a rule book from a folder of Parquet files; ``by``: the column that names the office."""
    found = find(folder, book)
    intake = Intake(found, blocking=list(found.problems), notices=list(found.notices))
    for ledger in book.ledgers.values():
        _header(book, ledger, found, by, intake)
    if intake.blocking:
        return intake
    if by is not None:
        intake.offices = _offices(found, by)
        intake.blocking += _alike(by, intake.offices, folder)
        if not intake.offices:
            hint = "写上每一行是哪一家的记录；只算一家的，不写 --by，写 --engine polars。"
            place = Cell(str(folder), folder.name, None, by)
            intake.blocking.append(Problem("D10", f"没有一张台账的“{by}”列写着哪一家。", place, hint))
            return intake
    for ledger in book.ledgers.values():
        source = found.sources.get(ledger.name)
        intake.frames[ledger.name] = _empty(ledger, by) if source is None else Reader(book, source, by, intake).frame()
    largest = keys.number(book, intake.frames, found.sources, intake.offices)
    intake.private = largest if by is not None else {}
    for ledger in book.ledgers.values():
        _sound(ledger, intake)
    return intake


def _header(book: RuleBook, ledger: Ledger, found: Folder, by: str | None, intake: Intake) -> None:
    source = found.sources.get(ledger.name)
    if source is None:
        _missing_ledger(ledger, found, intake)
        return
    for f in ledger.fields.values():
        if f.name not in source.schema and texts.looked_at(book, f) and f.blank is None:
            place = Cell(str(source.paths[0]), source.paths[0].name, 1, f.name)
            intake.blocking.append(Problem("D02", f"缺少“{f.name}”列。", place, "补上这一列，或者把列名改对。"))
    if by is not None and by not in source.schema:
        place = Cell(str(source.paths[0]), source.paths[0].name, 1, by)
        hint = "每张台账都要有写明是哪一家的这一列；只算一家的，不写 --by。"
        intake.blocking.append(Problem("D02", f"缺少“{by}”列。", place, hint))


def _missing_ledger(ledger: Ledger, found: Folder, intake: Intake) -> None:
    if any(problem.code.startswith("F") for problem in found.problems):
        return  # one fault is told, not two
    place = Cell("", ledger.name)
    if ledger.optional:
        hint = f"有记录的，加一个“{ledger.name}.parquet”。"
        detail = f"没有台账“{ledger.name}”，按没有记录算。"
        intake.notices.append(Problem("N03", detail, place, hint, severity=Severity.NOTICE))
        return
    hint = f"加一个“{ledger.name}.parquet”，列是：{'、'.join(ledger.fields)}；没有记录的也要有这个文件。"
    intake.blocking.append(Problem("D01", f"没有台账“{ledger.name}”。", place, hint))


def _offices(found: Folder, by: str) -> tuple[str, ...]:
    """The names of the offices, in order."""
    names = [s.scan().select(pl.col(by).cast(pl.String)).unique() for s in found.sources.values()]
    known = pl.concat(pl.collect_all(names)).to_series().drop_nulls().unique().sort()
    return tuple(name for name in known if name)


def _alike(by: str, offices: Sequence[str], folder: Path) -> Iterator[Problem]:
    """Names of offices that only look alike: one of them is no office, and its records would be lost to the other."""
    first: dict[str, str] = {}
    for name in offices:
        other = first.setdefault(fold(name), name)
        if other != name:
            place = Cell(str(folder), folder.name, None, by, name)
            detail = f"{by}{said(name)}和{said(other)}只差全角半角、大小写或空格，会当作两家。"
            yield Problem("D28", detail, place, "改成一样的写法；确是两家的，名字要分得开。")


def _empty(ledger: Ledger, by: str | None) -> pl.DataFrame:
    schema: dict[str, type[pl.DataType]] = {
        "行": pl.Int64,
        **{name: TYPES[f.kind] for name, f in ledger.fields.items()},
    }
    return pl.DataFrame(schema=schema | ({OFFICE: pl.Int64} if by is not None else {}))


# ---- the sound rows ---------------------------------------------------------------------------


def _sound(ledger: Ledger, intake: Intake) -> None:
    """Without the refused rows; then what has to be known of the rest before they are scored."""
    frame = without(intake.frames[ledger.name], intake.bad.get(ledger.name))
    if ledger.unique:
        frame = _unique(ledger, frame, intake)
    intake.frames[ledger.name] = frame
    intake.rows[ledger.name] = _rows(ledger, frame)
    for f in ledger.fields.values():
        if f.kind is Kind.NUMBER:
            intake.bounds[ledger.name, f.name] = int(str(frame[f.name].abs().max() or 0))


def without(frame: pl.DataFrame, bad: pl.DataFrame | None) -> pl.DataFrame:
    """The rows that are not refused."""
    return frame if bad is None or not bad.height else frame.join(bad.select("行"), on="行", how="anti")


def _unique(ledger: Ledger, frame: pl.DataFrame, intake: Intake) -> pl.DataFrame:
    """A record that repeats an earlier one in the columns declared 唯一 is refused; the first one stands."""
    same = [*([OFFICE] if OFFICE in frame.columns else []), *ledger.unique]
    if frame.select(pl.struct(same).n_unique()).item() == frame.height:
        return frame
    keyed = frame.drop_nulls(ledger.unique).select("行", pl.col("行").first().over(same).alias("首"))
    repeated = keyed.filter(pl.col("行") != pl.col("首"))
    name = "、".join(f"“{column}”" for column in ledger.unique)
    source = intake.folder.sources[ledger.name]
    fault = f"{name}与前面的一行相同，一件事只能记一行"
    intake.refuse(ledger.name, repeated.select("行", pl.lit(fault).alias("原因")))
    for row, first in repeated.sort("行").head(FEW).iter_rows():
        path, number = source.at(first)
        detail = f"{name}与 {path.name} 第 {number} 行相同，一件事只能记一行。"
        hint = "删去多余的一行；确是两件事的，改正编号。"
        intake.faulty.append(Problem("D23", detail, source.cell(row, ledger.unique[0]), hint))
    if repeated.height > FEW:
        detail = f"这样的还有 {repeated.height - FEW} 行，不一一列出。"
        intake.faulty.append(Problem("D26", detail, source.cell(repeated["行"].sort()[FEW]), "先看前面列出的。"))
    return without(frame, intake.bad[ledger.name])


_FEW_ROWS = 2**16


def _rows(ledger: Ledger, frame: pl.DataFrame) -> tuple[int, int]:
    """(the most rows of one unit, of one office); of a unit not counted out where the office has few itself."""
    whole = frame.height
    if OFFICE in frame.columns and whole:
        whole = int(str(frame.group_by(OFFICE).len()["len"].max()))
    units = [f.name for f in ledger.fields.values() if f.kind is Kind.UNIT]
    if not units or whole <= _FEW_ROWS:
        return whole, whole
    apart = [*([OFFICE] if OFFICE in frame.columns else []), units[0]]
    return int(str(frame.group_by(apart).len()["len"].max())), whole
