"""What can be asked of the program: one file a command. Messages on stderr, results on stdout."""

from __future__ import annotations

import argparse

from engine.commands import (
    batch,
    bulletin,
    check,
    diff,
    explain,
    new_year,
    readings,
    roster,
    score,
    show,
    template,
    test,
    whatif,
)  # fmt: skip
from engine.commands.parser import root

COMMANDS = (
    check, template, score, explain, bulletin, readings, whatif, test, diff, batch, show, new_year, roster,
)  # fmt: skip


def parser() -> argparse.ArgumentParser:
    """The whole command line: every command of :data:`COMMANDS`, in that order."""
    whole, group = root("细则引擎：按写成 YAML 的考评细则给各单位计分，每一分都说得出来由。")
    for command in COMMANDS:
        command.add(group)
    return whole
