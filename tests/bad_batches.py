"""Folders of offices, and runs broken off, that must be told about, as :mod:`bad_inputs` has ledgers and commands."""

from __future__ import annotations

import errno
from collections.abc import Callable
from functools import partial
from pathlib import Path

import test_batch
from bad_inputs import Try, said
from engine.__main__ import _broken_off
from engine.batch.office import _Course, _editions, _ledgers
from engine.batch.offices import offices
from engine.saving import held
from engine.source import Problem


def parted(*make: Callable[[Path], None]) -> list[Problem]:
    """What is said of the office 县 when its records are parted among its rule files."""
    top = Path()
    test_batch.rules(top / "细则.yaml", 2024, 1)
    for step in make:
        step(top)
    office = next(office for office in offices(top, Path("out")) if office.name == "县")
    return said(lambda: _ledgers(office, _editions(office.rules), _Course()))


def empty(top: Path) -> None:
    """Two years' rule files, and no record."""
    test_batch.rules(top / "上年.yaml", 2023, 1)
    test_batch.ledgers(top / "县")


def at_once() -> list[Problem]:
    """Two runs into one folder."""

    def second() -> None:
        with held(Path("out")), held(Path("out"), patience=0):
            raise AssertionError

    return said(second)


BAD: list[tuple[str, str, Try]] = [
    ("F04", "两次运行写同一个文件夹", at_once),
    ("F05", "屏幕输出转到了满的磁盘上", lambda: [_broken_off(OSError(errno.ENOSPC, "No space left on device"))]),
    ("F05", "网络盘断了", lambda: [_broken_off(OSError(errno.EIO, "Input/output error", "台账.xlsx"))]),
    ("F05", "内存不够", lambda: [_broken_off(MemoryError())]),
    ("D41", "记录都不在细则的年度里", partial(parted, test_batch.outside)),
    ("D41", "没有一条记录，细则有两份", partial(parted, empty)),
    ("D41", "工作簿里没有一张台账", partial(parted, test_batch.no_ledger)),
    ("D22", "两份细则的名录上都没有", partial(parted, test_batch.on_no_roster)),
    ("D41", "这一年的细则没有这张台账", partial(parted, test_batch.of_another_ledger)),
    ("D42", "年中换了细则，旧的没有写到哪一天", partial(parted, test_batch.partly_overlapping)),
    ("D42", "同一年有两份细则", partial(parted, test_batch.overlapping)),
    ("D43", "台账旁边有一本副本", partial(parted, test_batch.twice)),
]
