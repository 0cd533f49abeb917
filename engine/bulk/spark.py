"""The same plan carried out by Spark: by Spark Connect (``sc://``) or a JVM master (``spark://``, ``local[2]``).

Everything goes through Parquet files in one folder that this process and every worker can read: the typed ledgers are
laid down there, a table that others read is kept there, and what was asked for is read back from there. Whole
numbers are Int64 on the way, so that nothing hangs on how a server widens smaller ones.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import socket
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar

import polars as pl
from polars import selectors

from engine import lazy as nw
from engine.scoring.table import Lazy
from engine.source import Problem, Rejected

_PLAN = "#案"  # to which of several plans a row belongs
_FILE_ROWS = 2**20
_PATIENCE = 5  # seconds for a server to take a call
_MASTER = re.compile(r"sc://.+|spark://.+|local(\[(\d+|\*)\])?|yarn|k8s://.+")
_HOST = re.compile(r"(?:sc|spark)://([^;/]+)")
_INSTALL = "在程序的文件夹里运行 .venv/bin/python -m pip install --require-hashes -r requirements-spark.lock"


def is_master(text: str) -> bool:
    """Whether a text can be the address of a master."""
    return _MASTER.fullmatch(text) is not None


class OnSpark:
    """A session on a master, used as a context: nothing of it stays behind.

    ``shared``: a folder that every worker reads and writes under the same name (default: the temporary folder of this
    machine). Whatever Spark refuses is raised as :class:`Rejected` (F20).
    """

    # Optimisers write one step into the next, and copy what it names several times: deep plans take minutes to plan.
    deepest: ClassVar[int] = 4

    def __init__(self, master: str, shared: Path | None = None) -> None:
        self.master, self._shared = master, shared

    def __enter__(self) -> OnSpark:
        self._session = _session(self.master)
        self._folder = Path(tempfile.mkdtemp(prefix="xize-", dir=self._shared)).resolve()
        self._laid = 0
        try:
            self._check_shared()
        except BaseException as error:
            self.__exit__(type(error), error, error.__traceback__)
            raise
        return self

    def _check_shared(self) -> None:
        """Whether the other side reads what we write, and we what it writes; some servers take no file for no row."""
        laid = pl.DataFrame({"试": [1]})
        if not self.collect([self.lazy(laid)])[0].equals(laid):
            hint = "用 --shared 写一个每台机器都读得到、写得进、名字也一样的文件夹。"
            raise _refused(self.master, f"Spark 那一边读不到本机的 {self._folder.parent}。", hint)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        with suppress(Exception):  # it is over either way
            self._session.stop()
        if error is not None and _of_spark(error):
            hint = "看看集群的日志；各台机器要读得到、写得进同一个文件夹（--shared）。"
            raise _refused(self.master, f"Spark 没有算完：{_first_line(error)}", hint) from error

    def lazy(self, rows: pl.DataFrame) -> Lazy:
        """Rows laid down in files."""
        folder = self._place()
        folder.mkdir()
        rows = rows.with_columns(selectors.integer().cast(pl.Int64))
        for number in range(rows.height // _FILE_ROWS + 1):
            rows.slice(number * _FILE_ROWS, _FILE_ROWS).write_parquet(folder / f"{number}.parquet")
        return self._read(folder, self._session.read)

    def keep(self, frame: Lazy) -> Lazy:
        """A frame computed now, and read from its files by whatever is made of it."""
        folder, schema = self._written(frame)
        return self._read(folder, self._session.read.schema(schema))

    def collect(self, plans: Sequence[Lazy]) -> list[pl.DataFrame]:
        """What comes of each plan; those with the same columns are one job."""
        found: dict[int, pl.DataFrame] = {}
        names = [tuple(plan.collect_schema().names()) for plan in plans]
        for _, numbers in groupby(sorted(range(len(plans)), key=names.__getitem__), key=names.__getitem__):
            found |= self._together(plans, list(numbers))
        return [found[number] for number in range(len(plans))]

    def _together(self, plans: Sequence[Lazy], numbers: Sequence[int]) -> dict[int, pl.DataFrame]:
        marked = [plans[number].with_columns(nw.lit(number, nw.Int64).alias(_PLAN)) for number in numbers]
        frame = nw.concat(marked, how="vertical") if marked[1:] else marked[0]
        folder, _ = self._written(frame)
        files = sorted(folder.glob("*.parquet"))
        rows = pl.read_parquet(files) if files else pl.DataFrame(schema=_widened(frame).collect_schema().to_polars())
        return {number: rows.filter(pl.col(_PLAN) == number).drop(_PLAN) for number in numbers}

    def _written(self, frame: Lazy) -> tuple[Path, Any]:
        """The folder a frame was written into, and its columns; a server may write no file where there is no row."""
        folder, native = self._place(), nw.to_native(_widened(frame))
        native.write.parquet(folder.as_uri())
        return folder, native.schema

    @staticmethod
    def _read(folder: Path, reader: Any) -> Lazy:
        rows: Lazy = nw.from_native(reader.parquet(folder.as_uri()))
        return rows

    def _place(self) -> Path:
        self._laid += 1
        return self._folder / str(self._laid)


def _widened(frame: Lazy) -> Lazy:
    schema = frame.collect_schema()
    return frame.select(*(nw.col(n).cast(nw.Int64) if t.is_integer() else nw.col(n) for n, t in schema.items()))


# ---- the session, and what can be wrong with it ---------------------------------------------


def _session(master: str) -> Any:
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        hint = f"{_INSTALL}。不用 Spark 的，去掉 --engine spark。"
        raise _refused(master, f"没有装 Spark 的部件（{error.name or error}）。", hint) from None
    if master.startswith("sc://"):
        _reached(master)
        return _begun(master, SparkSession.builder.remote(master).create)
    _equipped(master)
    _reached(master)
    builder = SparkSession.builder.master(master).appName("xize").config("spark.ui.showConsoleProgress", "false")
    # Whole numbers that overflow are an error, never a wrong number.
    session = _begun(master, builder.config("spark.sql.ansi.enabled", "true").getOrCreate)
    session.sparkContext.setLogLevel("ERROR")
    return session


def _begun(master: str, begin: Callable[[], Any]) -> Any:
    try:
        return begin()
    except Exception as error:  # whatever the server or the JVM says
        raise _refused(master, f"连不上 {master}：{_first_line(error)}", "核对地址；看看 Spark 起来没有。") from error


def _equipped(master: str) -> None:
    """Masters of a JVM cluster need all of pyspark, and Java."""
    if importlib.util.find_spec("py4j") is None:
        hint = "另备一个 Python 环境，装本程序和完整的 pyspark（要 Java 17）；或者用 sc:// 的地址。"
        raise _refused(master, "这里装的只是 Spark Connect 的部件，只能用 sc:// 的地址。", hint)
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java") is None and not (home and (Path(home) / "bin" / "java").exists()):
        raise _refused(master, "没有找到 Java。", "装 Java 17，或者把 JAVA_HOME 写成它的文件夹。")


def _reached(master: str) -> None:
    """Whether somebody listens; Spark itself would try again for minutes."""
    found = _HOST.match(master)
    for host, _, port in (address.rpartition(":") for address in (found[1].split(",") if found else [])):
        try:
            socket.create_connection((host.strip("[]"), int(port)), _PATIENCE).close()
        except (OSError, ValueError):
            continue
        return
    if found:
        hint = "核对地址和端口（写作 sc://主机:端口 或 spark://主机:端口）；看看 Spark 起来没有。"
        raise _refused(master, f"连不上 {found[1]}。", hint)


def _refused(master: str, detail: str, hint: str) -> Rejected:
    return Rejected([Problem("F20", f"--master {master}：{detail}", hint=hint)])


def _of_spark(error: BaseException) -> bool:
    return type(error).__module__.partition(".")[0] in ("pyspark", "py4j", "grpc")


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
