"""One Parquet ledger: its columns as whole numbers, what is wrong in them counted and told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import polars as pl

from engine.bulk import columns, texts
from engine.bulk.files import Source
from engine.bulk.texts import looked_at
from engine.calendar import day_number
from engine.column import MINUTES
from engine.ledger.cells import Fault, said
from engine.ledger.records import FEW, TYPES, judge_of
from engine.rulebook import Field, Kind, RuleBook
from engine.scoring.table import OFFICE
from engine.source import Problem, Severity

if TYPE_CHECKING:
    from engine.bulk.intake import Intake


_WIDE = "[０-９Ａ-Ｚａ-ｚ－]"  # what an input method makes of numbers


class Reader:
    """The columns of one ledger, first all at once, then what was doubtful in them."""

    def __init__(self, book: RuleBook, source: Source, by: str | None, intake: Intake) -> None:
        self.book, self.source, self.by, self.intake = book, source, by, intake
        self.ledger = book.ledgers[source.ledger]

    def frame(self) -> pl.DataFrame:
        """The rows, typed; those at fault are told and refused, and still among them."""
        frame = self.source.scan().select(self._expressions()).collect()
        for f in self.ledger.fields.values():
            if f.name in self.source.schema and looked_at(self.book, f):
                frame = self._texts(frame, f) if f.kind is Kind.TEXT else self._settled(frame, f)
        flags = [f.name for f in self.ledger.fields.values() if f.kind is Kind.FLAG]
        frame = frame.with_columns(pl.col(flags).cast(pl.Boolean))
        self._check_offices(frame)
        self._check_year(frame)
        return frame

    def _expressions(self) -> list[pl.Expr]:
        wanted = [pl.col("行").cast(pl.Int64)]
        if self.by is not None:
            names = pl.col(self.by).cast(pl.Enum(list(self.intake.offices)), strict=False)
            wanted.append(names.to_physical().cast(pl.Int64).alias(OFFICE))
        return wanted + [self._expression(f) for f in self.ledger.fields.values()]

    def _expression(self, f: Field) -> pl.Expr:
        dtype = self.source.schema.get(f.name)
        if dtype is None or not looked_at(self.book, f):
            return pl.lit(None, TYPES[f.kind]).alias(f.name)
        if f.kind is Kind.TEXT:
            return columns.plain(f, dtype)
        return columns.coded(f, dtype, self.book.roster, self.book.title)

    def _settled(self, frame: pl.DataFrame, f: Field) -> pl.DataFrame:
        """The column with every doubtful cell judged, refused ones told."""
        if not (frame[f.name] == columns.doubt(f)).any():
            return frame
        text = columns.texts_of(self.source.scan(), f, self.source.schema[f.name])
        judged = columns.settle(f, frame[f.name], text, frame["行"], self.book.roster)
        if judged.doubtful.height:
            self._refuse(f.name, judged.doubtful, judged.faults)
        return frame.with_columns(judged.values)

    def _texts(self, frame: pl.DataFrame, f: Field) -> pl.DataFrame:
        """A text column: whole numbers as they are, else trimmed, and looked at once for each different text."""
        values = frame[f.name]
        if values.dtype.is_integer():
            odd = frame.select("行", pl.lit("").alias("文")).filter(values.is_null())
        else:
            values = columns.trimmed(f, values)
            frame = frame.with_columns(values)
            odd = columns.unread(f, frame)
            self._tell_wide(f, frame)
        if odd.height:
            judge = judge_of(f, self.book.roster)
            faults = {text: judge(text) for text in odd["文"].unique().sort()}
            self._refuse(f.name, odd, {text: fault for text, fault in faults.items() if isinstance(fault, Fault)})
        return frame

    def _tell_wide(self, f: Field, frame: pl.DataFrame) -> None:
        """Texts that tie records and are written in full width: here they are not held against the others."""
        if f.name not in texts.alike(self.book):
            return
        words = frame[f.name].unique().cast(pl.String).drop_nulls()
        wide = words.filter(words.str.contains(_WIDE)).to_list()
        if wide:
            row, text = frame.filter(pl.col(f.name).cast(pl.String).is_in(wide)).select("行", f.name).row(0)
            detail = f"“{f.name}”列里有全角的字母或数字，例如{said(text)}，和半角的不当作同一个；成批计分不逐个比对。"
            place = self.source.cell(row, f.name, text)
            hint = "是同一个的，改成一样的再算；只算这一家（不写 --by 和 --engine）时会逐个比对。"
            self.intake.notices.append(Problem("D28", detail, place, hint, severity=Severity.NOTICE))

    def _refuse(self, column: str, refused: pl.DataFrame, faults: Mapping[str, Fault]) -> None:
        """Rows refused for their texts: counted by text, the first few told."""
        reasons = {text: f"「{column}」{fault.detail}" for text, fault in faults.items()}
        reason = pl.col("文").replace_strict(list(reasons), list(reasons.values()), default=f"「{column}」填写有误")
        self.intake.refuse(self.ledger.name, refused.select("行", reason.alias("原因")))
        alike = refused.group_by("文").agg(pl.len().alias("数"), pl.col("行").min()).sort("行")
        for text, count, row in alike.head(FEW).iter_rows():
            fault = faults.get(text, Fault("D26", f"“{column}”列填写有误。"))
            more = f"\n同样的共 {count} 行。" if count > 1 else ""
            place = self.source.cell(row, column, text)
            self.intake.faulty.append(Problem(fault.code, f"{fault.detail}{more}", place, fault.advice()))
        if alike.height > FEW:
            rest = alike[FEW:]
            detail = f"“{column}”列还有 {rest['数'].sum()} 行读不出，不一一列出。"
            place = self.source.cell(rest["行"][0], column)
            self.intake.faulty.append(Problem("D26", detail, place, "先改前面列出的，多半是同一个原因。"))

    def _check_offices(self, frame: pl.DataFrame) -> None:
        if self.by is None or not frame[OFFICE].null_count():
            return
        rows = frame.filter(pl.col(OFFICE).is_null()).select("行", pl.lit("").alias("文"))
        self._refuse(self.by, rows, {"": Fault("D10", f"“{self.by}”不能空。", "写上是哪一家的记录。")})

    def _check_year(self, frame: pl.DataFrame) -> None:
        """As every ledger: no record of another year, unless 期后 lets later ones count."""
        ledger, title = self.ledger, self.book.title
        if not ledger.dated:
            return
        day = pl.col(ledger.dated)
        if ledger.fields[ledger.dated].kind is Kind.MOMENT:
            day = day // MINUTES
        dated = frame.filter(pl.col(ledger.dated) != columns.DOUBT).select("行", day.alias("日"))
        first, last = day_number(title.opens), day_number(title.end)
        self.intake.latest[ledger.name] = int(str(dated["日"].max() or first))
        if first <= int(str(dated["日"].min() or first)) and (ledger.late or self.intake.latest[ledger.name] <= last):
            return
        outside = dated.filter((pl.col("日") < first) | (pl.lit(not ledger.late) & (pl.col("日") > last)))
        rows = outside.select("行", pl.from_epoch(pl.col("日"), "d").cast(pl.String).alias("文"))
        hint = f"核对年份；不是 {title.year} 年的记录，记在那一年的台账里。"
        self._refuse(ledger.dated, rows, {
            text: Fault("D14", f"“{text}”不在 {title.opens} 至 {title.end} 之内。", hint)
            for text in rows["文"].unique().sort()
        })  # fmt: skip
