"""The 2024 scoring in DuckDB: the query is duckdb_hand.sql; here are the words turned into codes, and the constants."""

from __future__ import annotations

from pathlib import Path

import duckdb

from notice import CELLS, CHANNELS, COLUMNS, QUOTAS, SECOND, UNIT, UNITS, WAYS

ITEM = 2**26  # more than there are item numbers
SQL = Path(__file__).with_suffix(".sql")
VIEWS = """
CREATE VIEW 采用 AS SELECT
  (enum_code(县::county) * $item + enum_code(信息编号::item)) * 64 + enum_code(单位::office) AS pair,
  采用日期 - DATE '2024-01-01' AS day, enum_code(方式::way)::BIGINT * 4 + enum_code(渠道::channel)::BIGINT AS cell
  FROM 'ledgers/采用.parquet';
CREATE VIEW 批示 AS SELECT
  enum_code(县::county) * $item + enum_code(TRY_CAST(信息编号 AS item)) AS item, 级别 = '县领导' AS leader,
  批示日期 - DATE '2024-01-01' AS day FROM 'ledgers/批示.parquet';
CREATE VIEW 约稿 AS SELECT $unit AS unit, 上报 <> '按时' AS late,
  coalesce(质量 IN ('不合格', '抄袭', '雷同', '重复'), false) AS poor, 反馈 AS answer FROM 'ledgers/约稿.parquet';
CREATE VIEW 突发 AS SELECT $unit AS unit, least(电话报告时间, 书面报告时间) IS NULL AS open,
  datediff('minute', 发生时间, coalesce(least(电话报告时间, 书面报告时间), TIMESTAMP '2025-01-01')) AS minutes,
  coalesce(后果 <> '无', false) AS harm FROM 'ledgers/突发.parquet';
CREATE VIEW 机制 AS SELECT $unit AS unit, CASE WHEN 机制不健全 THEN 0 ELSE
  20 - 5 * (领导不重视::INT + 激励和签发机制不完善::INT + 未安排专人::INT + 业务活动不正常::INT) END AS mechanism
  FROM 'ledgers/机制.parquet' WHERE 考评日期 <= DATE '2024-12-31';
CREATE VIEW 失实 AS SELECT $unit AS unit FROM 'ledgers/失实.parquet' WHERE 查实日期 <= DATE '2024-12-31';
"""
MACRO = """
CREATE MACRO part(points, quota, step) AS step * (5 - (points * 4 < quota * 4)::INT - (points * 4 < quota * 3)::INT
  - (points * 4 < quota * 2)::INT - (points * 4 < quota)::INT - (points = 0)::INT);
CREATE MACRO county_name(code) AS enum_range(NULL::county)[code + 1];
"""


def opened(folder: Path) -> duckdb.DuckDBPyConnection:
    """A database with views of the ledgers, words as codes, and the constants of the notice."""
    database = duckdb.connect()
    adopted = f"'{folder / '采用.parquet'}'"
    for name, words in (("office", UNITS), ("way", WAYS), ("channel", CHANNELS)):
        database.execute(f"CREATE TYPE {name} AS ENUM {words}")
    database.execute(f"CREATE TYPE county AS ENUM (SELECT DISTINCT 县 FROM {adopted})")
    database.execute(f"CREATE TYPE item AS ENUM (SELECT DISTINCT 信息编号 FROM {adopted})")
    unit = "enum_code(县::county)::BIGINT * 48 + enum_code(单位::office)::BIGINT"
    database.execute(filled(VIEWS, {"ledgers/": f"{folder}/", "$item": f"{ITEM}::BIGINT", "$unit": unit}))
    database.execute("CREATE TABLE counties AS SELECT range AS county FROM range(len(enum_range(NULL::county)))")
    database.execute("CREATE TABLE office (u BIGINT, name VARCHAR, second BOOLEAN, quota BIGINT)")
    offices = [(u, UNITS[u], bool(SECOND[u]), QUOTAS[u] * UNIT) for u in range(len(UNITS))]
    database.executemany("INSERT INTO office VALUES (?, ?, ?, ?)", offices)
    database.execute(MACRO)
    return database


def loaded(database: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """The same, the coded ledgers in memory."""
    for name in ("采用", "批示", "约稿", "突发", "机制", "失实"):
        database.execute(f"CREATE TABLE kept AS FROM {name}; DROP VIEW {name}; ALTER TABLE kept RENAME TO {name}")
    return database


def scored(database: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """The table scores."""
    cells = "[" + ", ".join(map(str, CELLS)) + "]"
    constants = {"$unit": f"{UNIT}::BIGINT", "$item": f"{ITEM * 64}::BIGINT", "cells[": f"{cells}["}
    database.execute(filled(SQL.read_text(encoding="utf-8"), constants))
    return database


def filled(query: str, constants: dict[str, str]) -> str:
    """A query with its constants put in."""
    for name, value in constants.items():
        query = query.replace(name, value)
    return query


def saved(database: duckdb.DuckDBPyConnection, path: Path) -> None:
    """The scores as Parquet."""
    database.execute(f"COPY (SELECT {', '.join(COLUMNS)} FROM scores) TO '{path}' (FORMAT parquet)")
