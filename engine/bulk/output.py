"""What a run over many offices writes: the scores, the rows not counted, a summary; on request every record."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from engine.bulk import Bulk, figures
from engine.bulk.files import FIRST_ROW, Source
from engine.calendar import from_day_number
from engine.rulebook import Kind
from engine.saving import apart, held
from engine.scoring import SCORE
from engine.scoring.table import OFFICE, ROW, UNIT
from engine.telling import as_bytes

SCORES, UNCOUNTED, SUMMARY = "scores.parquet", "未计.parquet", "汇总.json"


def write(run: Bulk, folder: Path, *, full: bool = False) -> tuple[Path, ...]:
    """The files in a folder, all of them or none. Raises :class:`Rejected`.

    ``full``: also a file for each other table, named as it is (季.parquet, 采用.parquet …).
    """
    tables: dict[str, Callable[[], pl.DataFrame]] = {SCORES: lambda: run.scores, UNCOUNTED: lambda: uncounted(run)}
    if full:
        others = [name for name in run.sums.frames if name != run.table]
        tables |= {f"{name}.parquet": _maker(run, name) for name in others}
    files = {name: _parquet(make()) for name, make in tables.items()}
    files[SUMMARY] = as_bytes(summary(run))
    apart([folder / name for name in files], [Path(name) for name, _ in run.intake.folder.files])
    with held(folder) as desk:
        return desk.put(files)


def _parquet(frame: pl.DataFrame) -> bytes:
    whole = io.BytesIO()
    frame.write_parquet(whole)
    return whole.getvalue()


def _maker(run: Bulk, name: str) -> Callable[[], pl.DataFrame]:
    if name in run.book.ledgers or name in run.book.items:
        return lambda: records(run, name)
    return lambda: figures.named(run, name, figures.scored(run.book, run.sums.columns[name]))


def uncounted(run: Bulk) -> pl.DataFrame:
    """台账, 文件, 行 (as its user finds it), 原因."""
    frames = [_placed(run.intake.folder.sources[name], rows) for (name,), rows in
              run.uncounted.group_by("台账", maintain_order=True)]  # fmt: skip
    empty = pl.DataFrame(schema={"台账": pl.String, "文件": pl.String, "行": pl.Int64, "原因": pl.String})
    return pl.concat([empty, *frames])


def _placed(source: Source, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows numbered through all files as file and row."""
    starts = [sum(source.heights[:at]) for at in range(len(source.heights))]
    files = pl.DataFrame({"起": [start + FIRST_ROW for start in starts], "文件": [str(path) for path in source.paths]})
    placed = rows.sort("行").join_asof(files, left_on="行", right_on="起")
    return placed.select("台账", "文件", (pl.col("行") - pl.col("起") + FIRST_ROW).alias("行"), "原因")


def records(run: Bulk, name: str) -> pl.DataFrame:
    """The scored rows of a ledger or account, every column the rules made; texts as they were written."""
    frame, columns = run.sums.frames[name].sort(ROW), run.sums.columns[name]
    fields = run.book.ledgers[name].fields if name in run.book.ledgers else {}
    texts = [f.name for f in fields.values() if f.kind is Kind.TEXT]
    own = {f.name for f in fields.values() if f.kind is Kind.UNIT and UNIT in frame.columns}
    names = [n for n, c in columns.items() if n in frame.columns and n[0] not in "#~" and c.kind is not Kind.TEXT]
    names = [n for n in names if n not in own]
    cells = [expr for n in names for expr in figures.figure_of(n, columns[n])]
    whose = figures.whose(run, run.table) if UNIT in frame.columns else _office(run)
    found = frame.select(pl.col(ROW).alias("行"), *whose, *cells)
    source = run.intake.folder.sources.get(name)
    if source is None or not texts:
        return found
    there = [text for text in texts if text in source.schema]
    written = source.scan().select(pl.col("行").cast(pl.Int64), *there).collect()
    return found.join(written, on="行", how="left", maintain_order="left")


def _office(run: Bulk) -> list[pl.Expr]:
    offices = pl.Series(list(run.intake.offices), dtype=pl.String)
    return [pl.lit(offices).gather(pl.col(OFFICE)).alias(run.by)] if run.by else []


def summary(run: Bulk) -> dict[str, Any]:
    """The run in one object: what was read, what was not counted and why, the digest."""
    title = run.book.title
    return {
        "规则": {"年度": title.year, "名称": title.name, "文件": run.book.source.name, "sha256": run.book.digest,
                 **({"状态": title.mark} if title.mark else {})},
        "台账": [{"文件": name, "sha256": digest} for name, digest in run.intake.folder.files],
        "截至": from_day_number(run.as_of).isoformat(),
        "暂定": run.provisional,
        "口径": {r.name: r.chosen for r in run.book.readings.values()},
        "各家": len(run.intake.offices) if run.by else 1,
        "单位": run.sums.frames[run.table].height,
        "没有得分": withheld(run),
        "记录": {name: _rows(run, name) for name in run.intake.folder.sources},
        "校验值": run.digest,
    }  # fmt: skip


def withheld(run: Bulk) -> dict[str, int]:
    """How many units have no score, by the reason."""
    last = run.book.appraisal.steps[-1].name
    name = f"{SCORE}{figures.REASON}"
    if run.columns[last].absent is None:
        return {}
    counts = run.scores[name].drop_nulls().value_counts().sort(name)
    return {str(reason): int(n) for reason, n in counts.iter_rows()}


def _rows(run: Bulk, name: str) -> dict[str, Any]:
    left = run.uncounted.filter(pl.col("台账") == name)
    reasons = left.group_by("原因", maintain_order=True).len()
    read = run.intake.read(name)
    return {"读入": read, "计入": read - left.height, "未计": dict(reasons.iter_rows())}
