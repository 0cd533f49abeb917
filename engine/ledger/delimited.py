"""A CSV text as RFC 4180 has it, cut into columns without a Python loop over its records.

Every line without quotes is split at commas; where the file has quotes, lines are
first joined into records by counting them, and each record must match the grammar
whole. A stray or unclosed quote is therefore refused, never read as a longer cell.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import polars as pl

from engine.ledger.survey import MOST_COLUMNS, unreadable

MOST_CELLS = 20_000_000
MOST_LINE = 1 << 20

RESAVE_CSV = "在 Excel 里另存为“CSV UTF-8（逗号分隔）”。"

_QUOTED = r'"(?:[^"]|"")*"'
_FIELD = rf'(?:{_QUOTED}|[^",]*)'
_RECORD = rf"^{_FIELD}(?:,{_FIELD})*$"
_BLANK = r"^[\s\u3000,]*$"


@dataclass(frozen=True, slots=True)
class Delimited:
    """``cells``: one String column per header position, named ``0``, ``1`` …; ``rows``: first line of each record.

    ``ragged``: the lines of records longer or shorter than the header, by their number of cells.
    """

    header: list[str]
    cells: pl.DataFrame
    rows: pl.Series
    ragged: dict[int, list[int]]


def as_utf8(data: bytes, file: str) -> tuple[bytes, bool]:
    """The text in UTF-8, and whether it was GB18030; nothing is guessed.

    UTF-8 (with or without BOM) is tried first, then GB18030, both strictly.
    Raises :class:`Rejected` (F16) for anything else.

    >>> as_utf8("单位".encode("gb18030"), "采用.csv")[0].decode(), as_utf8("单位".encode(), "采用.csv")[1]
    ('单位', False)
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data:
        raise unreadable("F16", file, "内容是 UTF-16 或者不是文本。", RESAVE_CSV)
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return _from_gb18030(data, file), True
    return data, False


def _from_gb18030(data: bytes, file: str) -> bytes:
    try:
        return data.decode("gb18030").encode("utf-8")
    except UnicodeError as error:
        raise unreadable("F16", file, "既不是 UTF-8 也不是 GB18030。", RESAVE_CSV) from error


def parse(utf8: bytes, file: str) -> Delimited:
    """Cut a CSV text into columns; wholly blank records are left out.

    Raises :class:`Rejected` (F17 quotes, F14 too many cells or columns, or a line too long).

    >>> parse('单位,标题\\n大埔镇,"一,二"\\n'.encode(), "采用.csv").cells.row(0)
    ('大埔镇', '一,二')
    """
    if utf8.count(b",") + utf8.count(b"\n") > MOST_CELLS:
        raise unreadable("F14", file, f"格数多于 {MOST_CELLS}。", "分成几次算，或另存为 Parquet。")
    quoted = b'"' in utf8
    lines = _lines(utf8, file)
    records = (_joined(lines) if quoted else lines).filter(~pl.col("record").str.contains(_BLANK))
    if quoted:
        _check_quotes(records, file)
    records = records.with_columns(_split(quoted).alias("cells")).drop("record")
    if not records.height:
        return Delimited([], pl.DataFrame(), pl.Series("行", [], dtype=pl.Int64), {})
    header = records["cells"][0].to_list()
    if len(header) > MOST_COLUMNS:
        raise unreadable("F14", file, f"表头有 {len(header)} 列，最多 {MOST_COLUMNS} 列。", "看看分隔符是否对。")
    return _columns([_unquote_text(name) for name in header], records[1:], quoted)


def _lines(utf8: bytes, file: str) -> pl.DataFrame:
    """The physical lines with their numbers, cut by polars rather than as Python strings."""
    lines = pl.read_lines(io.BytesIO(utf8), name="record", row_index_name="row", row_index_offset=1)
    long = lines.filter(pl.col("record").str.len_bytes() > MOST_LINE)
    if long.height:
        raise unreadable("F14", file, f"第 {long['row'][0]} 行有 {MOST_LINE >> 20} MB 以上。", "看看是不是文本台账。")
    return lines


def _joined(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines → records: a line begins a record when an even number of quotes stands before it."""
    quotes = pl.col("record").str.count_matches('"', literal=True).cast(pl.Int64)
    begins = ((quotes.cum_sum() - quotes) % 2 == 0).cum_sum().alias("number")
    grouped = lines.with_columns(begins).group_by("number", maintain_order=True)
    return grouped.agg(pl.col("row").first(), pl.col("record").str.join("\n")).select("row", "record")


def _check_quotes(records: pl.DataFrame, file: str) -> None:
    broken = records.filter(pl.col("record").str.contains('"', literal=True) & ~pl.col("record").str.contains(_RECORD))
    if broken.height:
        line, record = broken["row"][0], broken["record"][0].split("\n")[0]
        detail = f"第 {line} 行的英文双引号不成对或位置不对：{record[:40]}"
        hint = '含逗号、换行的内容整个用一对英文双引号括起，里面的双引号写两遍（""）；书名、引语用中文引号“”。'
        raise unreadable("F17", file, detail, hint)


def _split(quoted: bool) -> pl.Expr:
    if not quoted:
        return pl.col("record").str.split(",")
    return (
        pl.concat_str(pl.lit(","), pl.col("record")).str.extract_all(f",{_FIELD}").list.eval(pl.element().str.slice(1))
    )


def _columns(header: list[str], records: pl.DataFrame, quoted: bool) -> Delimited:
    width = len(header)
    cells = pl.col("cells").list
    columns = [_unquote(cells.get(at, null_on_oob=True), quoted).fill_null("").alias(str(at)) for at in range(width)]
    uneven = records.select(pl.col("row").cast(pl.Int64), cells.len().alias("count")).filter(pl.col("count") != width)
    ragged = dict(uneven.group_by("count", maintain_order=True).agg("row").iter_rows())
    rows = records["row"].cast(pl.Int64).alias("行")
    return Delimited(header, records.select(columns), rows, ragged)


def _unquote(cell: pl.Expr, quoted: bool) -> pl.Expr:
    if not quoted:
        return cell
    inner = cell.str.slice(1, cell.str.len_chars() - 2).str.replace_all('""', '"', literal=True)
    return pl.when(cell.str.starts_with('"')).then(inner).otherwise(cell)


def _unquote_text(cell: str) -> str:
    return cell[1:-1].replace('""', '"') if cell.startswith('"') else cell
