"""Runs that end badly, many runs, runs at the same time: nothing half written, nothing mixed, nothing grows.

``bench/endurance.py`` does the ten thousand runs; here are a few, and the deaths.
"""

from __future__ import annotations

import errno
import gc
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from engine import saving
from engine.__main__ import main
from engine.batch import run
from engine.pipeline import Options, score, write_results
from engine.saving import apart, held, save
from engine.saving.lock import NAME as LOCK
from engine.source import Rejected

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "bench"))
import endurance  # noqa: E402

posix = pytest.mark.skipif(sys.platform == "win32", reason="用的是 POSIX 的信号和限额")


@pytest.fixture
def desk(tmp_path: Path) -> tuple[Path, Path, Path]:
    """A small rule file, its ledgers, and ledgers with a fault."""
    return endurance.desk(tmp_path)


def codes(run: Callable[[], Any]) -> list[str]:
    """The codes of what a run is refused for."""
    with pytest.raises(Rejected) as told:
        run()
    return [problem.code for problem in told.value.problems]


def shown(folder: Path) -> list[str]:
    """The names in a folder."""
    return sorted(path.name for path in folder.iterdir())


# ---- many runs -------------------------------------------------------------------------------------


@posix
def test_many_runs_in_one_process_do_not_grow(tmp_path: Path) -> None:
    """一个进程里一遍遍算、写，热身以后：活着的对象、打开的文件不再多，内存不再长（一万遍见 bench/endurance.py）。"""
    runs = endurance.runs(tmp_path)

    def after(number: int) -> tuple[int, int, int]:
        for _ in range(number):
            next(runs)
        gc.collect()
        return len(gc.get_objects()), endurance.files(), endurance.memory()

    before, last = after(20), after(40)
    assert last[0] - before[0] < 60, "每一遍都留下对象"
    assert last[1] == before[1]
    assert last[2] - before[2] < 16 << 20


# ---- a set of files ---------------------------------------------------------------------------------


def sets(number: int) -> dict[str, bytes]:
    """Files that belong together."""
    return {name: f"{name} {number}".encode() * 1000 for name in ("甲.json", "乙.xlsx", "丙.docx")}


def number_of(folder: Path) -> set[str]:
    """Which runs the files in a folder come of."""
    return {path.read_bytes().decode()[-1] for path in folder.iterdir()}


class Killed(BaseException):
    """What a killed process does not even hear."""


def killed_at(step: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Write set 2, killed before its n-th step that the disk sees; whether there was such a step."""
    count = 0

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            nonlocal count
            count += 1
            if count >= step:
                raise Killed
            return real(*given, **named)

        return call

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", counted(Path.replace))
        patch.setattr(os, "fsync", counted(os.fsync))
        patch.setattr(Path, "unlink", counted(Path.unlink))  # a killed run cleans nothing up
        try:
            with held(folder) as desk:
                desk.put(sets(2))
        except Killed:
            return True
    return False


@posix
def test_killed_at_every_step_the_next_run_puts_it_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """在每一步被杀：每个文件不是旧的就是新的、都完整；下一次运行先把这一套补齐或者退回，临时文件清掉。"""
    seen = set()
    for step in range(1, 40):
        folder = tmp_path / str(step)
        folder.mkdir()
        with held(folder) as desk:
            desk.put(sets(1))
        was_killed = killed_at(step, folder, monkeypatch)
        for name in sets(1):
            assert (folder / name).read_bytes() in (sets(1)[name], sets(2)[name])
        leavings = [name for name in shown(folder) if name not in sets(1)]
        assert all(name.startswith(".xize-") for name in leavings)
        with held(folder):
            pass
        assert shown(folder) == sorted(sets(1))
        (whose,) = number_of(folder)
        seen.add(whose)
        if not was_killed:
            break
    assert seen == {"1", "2"}
    assert not was_killed


def test_what_somebody_changed_after_a_kill_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """被杀以后有人改了其中一个文件：下一次运行补齐时不盖掉它。"""
    with held(tmp_path) as desk:
        desk.put(sets(1))
    steps = iter(range(1, 40))
    while not (tmp_path / ".xize-list").exists():
        killed_at(next(steps), tmp_path, monkeypatch)
    (tmp_path / "丙.docx").write_bytes(b"edited")
    with held(tmp_path):
        pass
    assert (tmp_path / "丙.docx").read_bytes() == b"edited"
    assert (tmp_path / "甲.json").read_bytes() == sets(2)["甲.json"]


def test_one_that_cannot_be_replaced_keeps_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """一套里有一个换不上（在 Excel 里开着）：先换上的也换回来，一套还是旧的；说是哪一个。"""
    with held(tmp_path) as desk:
        desk.put(sets(1))
    real = Path.replace

    def refusing(self: Path, target: Path) -> Path:
        if target.name == "丙.docx":
            raise PermissionError(errno.EACCES, "in use")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", refusing)
    with pytest.raises(Rejected) as told, held(tmp_path) as desk:
        desk.put(sets(2))
    assert "丙.docx" in told.value.problems[0].detail
    assert number_of(tmp_path) == {"1"}
    assert shown(tmp_path) == sorted(sets(1))


# ---- killed ------------------------------------------------------------------------------------------


def commands(desk: tuple[Path, Path, Path], out: Path) -> list[list[str]]:
    """The commands that write sets of files: into an empty folder, then over what is there."""
    rules, records, _ = desk
    return [
        ["score", str(rules), str(records), "-o", str(out / "成绩")],
        ["bulletin", str(rules), str(records), "--kind", "年报", "--period", "2024", "--format", "md", "-o",
         str(out / "通报")],
        ["batch", str(rules.parent), "-o", str(out / "批量"), "--again", "--jobs", "1"],
    ]  # fmt: skip


def whole(path: Path) -> bool:
    """Whether a file is readable to its end."""
    if path.suffix == ".xlsx":
        return bool(openpyxl.load_workbook(path).sheetnames)
    return bool(json.loads(path.read_bytes()) if path.suffix == ".json" else path.read_text(encoding="utf-8"))


@posix
@pytest.mark.parametrize("which", range(3), ids=["score", "bulletin", "batch"])
def test_killed_at_any_moment(which: int, desk: tuple[Path, Path, Path], tmp_path: Path) -> None:
    """随便什么时候杀掉：看得见的文件个个完整；再运行一次，和从来没有被杀过一样，临时文件一个不留。"""
    clean, out = tmp_path / "净", tmp_path / "杀"
    begun = time.monotonic()
    ended = subprocess.run(program(commands(desk, clean)[which]), cwd=ROOT, capture_output=True, check=False)
    took = time.monotonic() - begun
    assert ended.returncode in (0, 1), ended.stderr
    moments = random.Random(which)
    for _ in range(2):
        child = subprocess.Popen(
            program(commands(desk, out)[which]), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(took * moments.uniform(0.6, 1))
        child.send_signal(signal.SIGKILL)
        child.wait()
        assert [str(path) for path in seen(out) if not whole(path)] == []
    time.sleep(0.3)  # children of a killed batch end with the office they are at
    subprocess.run(program(commands(desk, out)[which]), cwd=ROOT, capture_output=True, check=False)
    assert contents(out) == contents(clean)


def program(words: list[str]) -> list[str]:
    """The program in a process of its own."""
    return [sys.executable, "-m", "engine", *words]


def seen(folder: Path) -> list[Path]:
    """The files below a folder that people see."""
    return [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".xize-")]


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, the hidden ones too."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# ---- at the same time ----------------------------------------------------------------------------------


@posix
def test_two_runs_at_once_do_not_mix(tmp_path: Path) -> None:
    """两个程序同时往一个文件夹里写，一遍又一遍：每一刻的一套都是同一个程序的。"""
    work = (
        "import sys; from pathlib import Path; from engine.saving import held\n"
        "for n in range(40):\n"
        "    with held(Path(sys.argv[1])) as desk:\n"
        "        desk.put({f'{i}.txt': sys.argv[2].encode() * 9999 for i in range(4)})\n"
        "        print({p.read_bytes()[:1] for p in Path(sys.argv[1]).glob('*.txt')}.__len__())\n"
    )
    both = [
        subprocess.Popen([sys.executable, "-c", work, str(tmp_path), word], cwd=ROOT, stdout=subprocess.PIPE)
        for word in "甲乙"
    ]
    told = [child.communicate()[0].split() for child in both]
    assert [child.returncode for child in both] == [0, 0]
    assert told == [[b"1"] * 40] * 2
    assert len({path.read_bytes() for path in tmp_path.glob("*.txt")}) == 1
    assert shown(tmp_path) == [f"{i}.txt" for i in range(4)]


def test_a_folder_that_is_being_written_is_told(
    desk: tuple[Path, Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """一个批量正在写，另一个也往那里写：退出码3，说另一次运行正在写；原来的文件一个不动。"""
    monkeypatch.setattr("engine.batch.PATIENCE", 0)
    out = tmp_path / "结果"
    with held(out):
        assert main(["batch", str(desk[0].parent), "-o", str(out)]) == 3
    assert "错误 F04" in capsys.readouterr().err
    assert shown(out) == []


@posix
def test_the_lock_of_a_dead_run_holds_nobody(tmp_path: Path) -> None:
    """被杀的运行留下的锁文件不挡别人，也会被清掉。"""
    (tmp_path / LOCK).write_bytes(b"")
    save(tmp_path / "甲.json", b"{}")
    assert shown(tmp_path) == ["甲.json"]


def test_a_drive_without_locks_is_written_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """有的网络盘没有锁：照样整个写出，别人的临时文件不动。"""

    def without(handle: int) -> None:
        raise OSError(errno.ENOLCK, "no locks")

    monkeypatch.setattr(saving.lock, "_take", without)
    (tmp_path / ".xize-1-0.tmp").write_bytes(b"somebody's")
    save(tmp_path / "甲.json", b"{}")
    assert shown(tmp_path) == [".xize-1-0.tmp", "甲.json"]


# ---- disk full, unreadable ------------------------------------------------------------------------------


LIMITED = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300)); " \
          "from engine.__main__ import main; raise SystemExit(main(sys.argv[1:]))"  # fmt: skip


@posix
@pytest.mark.parametrize("which", range(3), ids=["score", "bulletin", "batch"])
def test_no_room_on_the_disk(which: int, desk: tuple[Path, Path, Path], tmp_path: Path) -> None:
    """写到一半没有地方了：中文说清楚，没有一个写了半截的文件，旧的还在，没有 Traceback。"""
    words = commands(desk, tmp_path / "结果")[which]
    ran = subprocess.run([sys.executable, "-c", LIMITED, *words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "Traceback" not in ran.stderr
    assert ran.returncode == 3
    assert "错误 F03  文件写不进去" in ran.stderr
    assert [str(path) for path in seen(tmp_path / "结果") if not whole(path)] == []
    assert list((tmp_path / "结果").rglob(".xize-*")) == []


def full(*_: Any) -> None:
    """No room."""
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_keeps_what_was_there(
    desk: tuple[Path, Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """磁盘满了：F03，说磁盘满了，上一次的一套原样还在。"""
    out = tmp_path / "结果"
    write_results(score(*desk[:2]), out)
    before = contents(out)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Rejected) as told:
        write_results(score(*desk[:2]), out)
    assert [(p.code, p.hint) for p in told.value.problems] == [("F03", "磁盘满了：腾出地方再运行。")]
    assert contents(out) == before


@posix
def test_a_full_disk_under_the_output(desk: tuple[Path, Path, Path]) -> None:
    """屏幕输出转到满了的盘上：退出码3，一句话，没有 Traceback。"""
    if not Path("/dev/full").exists():
        pytest.skip("没有 /dev/full")
    with Path("/dev/full").open("wb") as device:
        ran = subprocess.run(
            program(["score", *map(str, desk[:2])]),
            cwd=ROOT,
            stdout=device,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (ran.returncode, "Traceback" in ran.stderr) == (3, False)
    assert "错误 F05" in ran.stderr
    assert "磁盘满了" in ran.stderr


def deny(monkeypatch: pytest.MonkeyPatch, method: str, name: str) -> None:
    """Nobody may open what is called so (root may always, so rights alone prove nothing here)."""
    real = getattr(Path, method)

    def call(self: Path, *given: Any, **named: Any) -> Any:
        if self.name == name:
            raise PermissionError(errno.EACCES, "Permission denied", str(self))
        return real(self, *given, **named)

    monkeypatch.setattr(Path, method, call)


@pytest.mark.parametrize(("method", "name"), [("open", "采用.csv"), ("open", "细则.yaml"), ("iterdir", "台账")])
def test_what_may_not_be_read_is_told(
    method: str,
    name: str,
    desk: tuple[Path, Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """没有权限读的台账、细则、文件夹：退出码3，指名是哪一个，没有 Traceback。"""
    deny(monkeypatch, method, name)
    assert main(["score", *map(str, desk[:2])]) == 3
    told = capsys.readouterr().err
    assert "错误 F02  文件打不开" in told
    assert name in told


def test_a_county_that_may_not_be_read_stops_no_other(
    desk: tuple[Path, Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """批量：一个县的文件夹打不开，一个县的台账读不了，各自说出来；别的县照算。"""
    top = tmp_path / "省"
    for county in ("甲县", "乙县", "丙县"):
        (top / county).mkdir(parents=True)
        (top / county / "细则.yaml").write_bytes(desk[0].read_bytes())
        (top / county / "采用.csv").write_bytes((desk[1] / "采用.csv").read_bytes())
    (top / "乙县" / "采用.csv").rename(top / "乙县" / "采用.parquet")
    scandir = os.scandir

    def denied(path: Any) -> Any:
        if Path(path).name == "丙县":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", denied)
    deny(monkeypatch, "open", "采用.parquet")
    found = run(top, tmp_path / "out", Options(), 0, lambda done, total: None)
    assert {entry["名称"]: entry["问题"][0][:3] for entry in found.failed} == {"丙县": "F02", "乙县": "F02"}
    assert (tmp_path / "out" / "甲县" / "2024" / "scores.json").exists()


# ---- what is read is not written over -------------------------------------------------------------------


def test_a_ledger_is_never_written_over(
    desk: tuple[Path, Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """台账正好叫 成绩.xlsx，-o 又写它所在的文件夹：不写，说它是要读的文件；台账一个字节不动，scores.json 也不写。"""
    ledger = tmp_path / "我的" / "成绩.xlsx"
    ledger.parent.mkdir()
    book = openpyxl.Workbook()
    book.worksheets[0].title = "采用"
    book.worksheets[0].append(["编号", "单位", "日期"])
    book.save(ledger)
    before = ledger.read_bytes()
    assert main(["score", str(desk[0]), str(ledger), "-o", str(ledger.parent / ".." / "我的")]) == 3
    assert "成绩.xlsx”正是要读的文件，没有动它" in capsys.readouterr().err
    assert (ledger.read_bytes(), shown(ledger.parent)) == (before, ["成绩.xlsx"])


def test_nothing_in_a_folder_that_is_read_is_written_over(desk: tuple[Path, Path, Path], tmp_path: Path) -> None:
    """要读的文件、要读的文件夹里的文件、连到它们的链接，都不能写；旁边的可以。"""
    rules, records, _ = desk
    (tmp_path / "链接").symlink_to(rules)
    for target in (rules, records / "采用.csv", tmp_path / "链接"):
        assert codes(lambda target=target: apart([target], [rules, records, None])) == ["F03"]
    apart([tmp_path / "新.json", records / "成绩.xlsx"], [rules, records])
