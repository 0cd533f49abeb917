"""The digest of written scores: ``python bench/digest.py SCORES.parquet``.

SHA-256 over the lines ``县,单位,得分,名次,并列,总名次``, sorted by their bytes, a line feed after each: the same
whatever the order of rows, and the definition of `engine/bulk/figures.py`. All figures of 2024 are whole numbers;
a flag is 是 or 否; what is not there is empty.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import polars as pl

from notice import DIGEST


def digest(path: Path) -> str:
    """The digest of a file."""
    frame = pl.read_parquet(path, columns=list(DIGEST))
    lines = frame.select(pl.concat_str([text(frame[name]) for name in DIGEST], separator=",")).to_series().sort()
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def text(column: pl.Series) -> pl.Series:
    """A column as texts."""
    if column.dtype.is_float():
        raise TypeError(f"{column.name}：小数不能精确地写成文字")
    if column.dtype == pl.Boolean:
        return column.replace_strict([True, False], ["是", "否"], default="", return_dtype=pl.String)
    return column.cast(pl.String).fill_null("")


if __name__ == "__main__":
    print(digest(Path(sys.argv[1])))
