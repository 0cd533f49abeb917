"""The same plan on a real Spark cluster, held against Polars by digest: ``make bench-spark``.

A standalone master and two workers (one core each) are started on the loopback by pip's own ``spark-class``, used, and
stopped by their process numbers whatever happens. It needs Java 17 and all of pyspark, which does not go together
with the client of ``requirements-spark.lock``: the make target has an environment of its own, ``.venv-jvm/``.

    python bench/spark_standalone.py [RECORDS] [RUNS]
"""

from __future__ import annotations

import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from engine import bulk  # noqa: E402
from engine.bulk.spark import OnSpark  # noqa: E402
from engine.pipeline import Options, load_rules  # noqa: E402
from engine.scoring import Backend  # noqa: E402

WORKERS, CORES, MEMORY = 2, 1, "2g"
PATIENCE = 60  # seconds until a server listens
BY = "县"
SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "2g",
    "spark.executor.memory": "1500m",
    "spark.sql.shuffle.partitions": str(2 * WORKERS * CORES),
    "spark.sql.debug.maxToStringFields": "1",
}


def main(records: int, runs: int) -> int:
    """Print the times; 1 if the digests differ."""
    from workload import write

    folder = Path(tempfile.gettempdir()) / f"xize-bench-{records}"
    offices = write(records, folder)
    book = load_rules(HERE.parent / "rules" / "2024.yaml")
    begun = time.perf_counter()
    intake = bulk.take(book, folder, BY)
    told("taken in", begun, records)

    def scored(backend: Backend | None) -> str:
        return bulk.score_intake(book, intake, BY, Options(), backend=backend).digest

    print(f"{records} records of 采用 ({sum(map(len, intake.frames.values()))} rows in all), {offices} offices")
    here = timed("Polars", records, lambda: scored(None))
    with cluster() as master:
        begun = time.perf_counter()
        with OnSpark(master) as spark:
            told(f"session on {WORKERS} workers", begun)
            digests = [timed(f"Spark, run {n}", records, lambda: scored(spark)) for n in range(1, runs + 1)]
    cpu = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"all JVMs together: {cpu.ru_utime + cpu.ru_stime:.0f} s of CPU, the largest {cpu.ru_maxrss // 1024} MiB")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"digest {here}\nthis process: {memory} MiB at its most")
    print("the same on Spark" if {here} == set(digests) else f"NOT THE SAME on Spark: {digests}")
    return 0 if {here} == set(digests) else 1


def timed(what: str, records: int, work: Callable[[], str]) -> str:
    """The digest that comes of it, its time told."""
    begun = time.perf_counter()
    digest = work()
    told(what, begun, records)
    return digest


def told(what: str, begun: float, records: int = 0) -> None:
    """A line of the table: seconds and, of many records, microseconds each."""
    seconds = time.perf_counter() - begun
    each = f"{seconds / records * 1e6:10.1f} µs a record" if records else ""
    print(f"{what:24}{seconds:8.1f} s{each}", flush=True)


@contextmanager
def cluster() -> Iterator[str]:
    """A master and its workers on the loopback, and the address of the master."""
    spec = find_spec("pyspark")
    if spec is None or spec.origin is None or find_spec("py4j") is None:
        sys.exit("This needs all of pyspark: make bench-spark")
    home, port = Path(spec.origin).parent, _free_port()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="xize-cluster-")))
        (folder / "spark-defaults.conf").write_text("".join(f"{key} {value}\n" for key, value in SETTINGS.items()))
        os.environ |= {"SPARK_HOME": str(home), "SPARK_CONF_DIR": str(folder), "SPARK_LOCAL_IP": "127.0.0.1"}
        master = f"spark://127.0.0.1:{port}"
        begun = time.perf_counter()
        stack.enter_context(_server(home, folder, "master.Master", "--host", "127.0.0.1", "--port", str(port)))
        _listening(port)
        for number in range(WORKERS):
            place = ("--host", "127.0.0.1", "--work-dir", str(folder / str(number)))
            size = ("--cores", str(CORES), "--memory", MEMORY)
            stack.enter_context(_server(home, folder, "worker.Worker", *place, *size, master))
        _registered(folder)
        told("master and workers up", begun)
        yield master


@contextmanager
def _server(home: Path, folder: Path, name: str, *arguments: str) -> Iterator[None]:
    """One JVM (spark-class puts itself in its place, so that the process number is its own)."""
    command = [home / "bin" / "spark-class", f"org.apache.spark.deploy.{name}", "--webui-port", "0", *arguments]
    with (folder / f"{name}.log").open("a") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _listening(port: int) -> None:
    _until(lambda: _answers(port), "the master does not listen")


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def _registered(folder: Path) -> None:
    log = folder / "master.Master.log"
    _until(lambda: log.read_text().count("Registering worker") == WORKERS, "the workers do not come up")


def _until(done: Callable[[], bool], otherwise: str) -> None:
    end = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > end:
            sys.exit(otherwise)
        time.sleep(0.2)


if __name__ == "__main__":
    numbers = [int(text) for text in sys.argv[1:]]
    sys.exit(main(*numbers, *(1_000_000, 2)[len(numbers) :]))
