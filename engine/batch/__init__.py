"""A folder tree of rule files and ledgers scored whole: every office under the rules in force, none stopping another.

    folder tree → offices → those whose files have changed → each done in a child process → 汇总.json, 汇总.xlsx

``offices`` who there is · ``force`` which rule file holds for which record · ``office`` one office · ``keeping`` what
need not be done again · ``crew`` and ``worker`` the processes · ``summary`` what is told of all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.batch import keeping
from engine.batch.crew import Job, answers
from engine.batch.office import NOTICES, TROUBLE, Entry
from engine.batch.offices import SUMMARY, offices
from engine.batch.summary import summary, workbook
from engine.pipeline import Options
from engine.saving import held

__all__ = ["NOTICES", "TROUBLE", "Batch", "run"]

PATIENCE = 1.0
"""Seconds to wait for the folder: whoever is at it will be for long."""
Tell = Callable[[int, int], None]
"""Hears how many are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What came of a run: an entry an office, in the order of their names, and the files written.

    ``seconds``: how long each took that was done; the others needed not be done again. In no file: those say the
    same whenever they are made. ``gone``: offices of an earlier run that are no more; their results are left.
    """

    entries: tuple[Entry, ...]
    paths: tuple[Path, ...]
    seconds: Mapping[str, float]
    gone: tuple[str, ...]

    @property
    def failed(self) -> list[Entry]:
        """Those with an error."""
        return [entry for entry in self.entries if entry["退出码"]]


def run(top: Path, out: Path, options: Options, processes: int, tell: Tell, *, again: bool = False) -> Batch:
    """Do every office below ``top`` whose files, rules, options or program have changed, and those that failed.

    ``again`` does all. Raises :class:`engine.source.Rejected` where there is none, or the summary cannot be written.
    """
    found = offices(top, out)
    with held(out, patience=PATIENCE) as desk:
        made: list[Entry | None] = []
        jobs: list[Job] = []
        for office in found:
            key = keeping.key_of(office, options)
            made.append(None if again else keeping.known(out / office.name, key))
            if made[-1] is None:
                jobs.append(Job(office, out, options, key))
        places = [at for at, entry in enumerate(made) if entry is None]
        seconds = {}
        for done, answer in enumerate(answers(jobs, processes), 1):
            made[places[answer.at]] = answer.entry
            seconds[answer.entry["名称"]] = answer.seconds
            tell(done, len(jobs))
        every = tuple(entry for entry in made if entry is not None)
        paths = desk.put({SUMMARY: summary(every), "汇总.xlsx": workbook(every)})
    return Batch(every, paths, seconds, keeping.gone(out, {office.name for office in found}))
