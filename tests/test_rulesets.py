"""Other governments' rules as configuration alone (tests/rulesets/*): nothing in the engine knows of them.

A folder is a rule set: ``rules.yaml``, ``cases.yaml`` (worked by hand) and ``next.yaml``, a made-up
next edition. Folders are found by themselves; each goes the whole way a county's own rules go. ``invented-*`` are short
rules of other fields, made up to try the language: they have no next edition, and fewer cases do.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest

from engine.document import parse
from engine.explanation import Reason, Story, explain
from engine.explanation.sentences import flattened
from engine.ledger import intake
from engine.ledger.blank import examples, write_blank
from engine.pipeline import check_rules, load_rules, score_by
from engine.result import Result
from engine.rulebook import Lookup, Part, RuleBook
from engine.scoring.table import ABSENT, CELL
from engine.source import Severity, render
from engine.trial import Case, Ran, failures, read
from engine.trial import run as score

FOLDERS = sorted(path.parent for path in (Path(__file__).parent / "rulesets").glob("*/rules.yaml"))
CASES = {folder.name: read(parse((folder / "cases.yaml").read_bytes(), folder.name)) for folder in FOLDERS}
Run = Callable[[Case], Ran]
INVENTED = [folder for folder in FOLDERS if folder.name.startswith("invented-")]
of_each = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
of_each_real = pytest.mark.parametrize(
    "folder", [folder for folder in FOLDERS if folder not in INVENTED], ids=lambda folder: folder.name
)


@functools.cache
def book(folder: Path, readings: tuple[tuple[str, str], ...] = ()) -> RuleBook:
    """A rule set's book by some readings, read once."""
    return load_rules(folder / "rules.yaml", dict(readings))


@pytest.fixture(scope="module")
def run() -> Run:
    """Scores a case, once."""

    @functools.cache
    def scored(case: Case) -> Ran:
        folder = Path(__file__).parent / "rulesets" / case.file
        return score(book(folder, case.readings), [case])

    return scored


def results(folder: Path, run: Run) -> Iterator[Result]:
    """What came of the cases that were scored by the readings as they stand."""
    found = (run(case).result for case in CASES[folder.name] if not case.readings)
    return (result for result in found if result is not None)


# ---- the rule files ---------------------------------------------------------------------------


@of_each
def test_the_rules_are_good(folder: Path) -> None:
    """校验没有错误，每种备选都装得上；有警告的，改好，或者在「豁免」里写明为什么认可。"""
    checked, tried, found = check_rules(folder / "rules.yaml")
    assert tried == sum(len(reading.alternatives) for reading in checked.readings.values())
    assert [f"{p.code} {p.detail}" for p in found if p.severity is Severity.WARNING] == []


@of_each_real
def test_the_next_edition_is_made_up_and_good(folder: Path) -> None:
    """下一版是编的，文件里写明“示意”；改动不多，照样没有错误和警告。"""
    checked, _, found = check_rules(folder / "next.yaml")
    assert checked.title.status == "示意"
    assert [f"{p.code} {p.detail}" for p in found if p.severity is Severity.WARNING] == []
    old, new = ((folder / name).read_text(encoding="utf-8").splitlines() for name in ("rules.yaml", "next.yaml"))
    assert 3 <= len(set(new) - set(old)) <= 40


# ---- the cases ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "case", [case for cases in CASES.values() for case in cases], ids=lambda case: f"{case.file}::{case.name}"
)
def test_case(case: Case, run: Run) -> None:
    """每一个数、每一行未计、每一处错误，都和照条文用手算的一样。"""
    assert [render(failure.problem) for failure in failures(case, run(case))] == []


@of_each
def test_the_cases_are_enough(folder: Path, run: Run) -> None:
    """算例不少于十二个（编造的五个），边界有名字（恰好……）；每种备选都试过；表里每一格都有记录落上去，每一项都不只一个值。"""
    cases = CASES[folder.name]
    least, edges = (5, 2) if folder in INVENTED else (12, 3)
    assert len([case for case in cases if not case.of]) >= least
    assert len([case for case in cases if "恰好" in case.name]) >= edges
    readings = book(folder).readings.values()
    tried = {chosen for case in cases for chosen in case.readings}
    assert {(r.name, name) for r in readings for name in r.alternatives} <= tried
    assert untouched(folder, run) == []


def untouched(folder: Path, run: Run) -> list[str]:
    """The table cells that no case falls in, and the other items that have one value in all of them."""
    values: dict[str, set[object]] = {}
    for result in results(folder, run):
        for table, columns in result.outcome.columns.items():
            frame = result.outcome.frames[table]
            for name in columns:
                for key in {name, f"{name}{ABSENT}", f"{CELL}{name}"} & set(frame.columns):
                    values.setdefault(key, set()).update(frame[key].unique().to_list())
    found = []
    for item in book(folder).items.values():
        if isinstance(item.mechanism, Lookup):
            paths = list(flattened(item.mechanism.table))
            missed = [paths[n] for n in range(len(paths)) if n not in values[f"{CELL}{item.name}"]]
            found += [f"{item.name} {' × '.join(row.label for row in path)}" for path in missed]
        elif len(values.get(item.name, {1, 2}) | values.get(f"{item.name}{ABSENT}", set())) < 2:
            found.append(f"{item.name} 只有一个值")
    return found


# ---- the ledgers ----------------------------------------------------------------------------------


@of_each
def test_the_blank_workbook_is_read_back(folder: Path, tmp_path: Path) -> None:
    """空白台账读回来一行记录也没有，一处错误也没有；照填写示例填上一行，也没有错误。"""
    write_blank(book(folder), tmp_path / "空白台账.xlsx")
    blank = intake(book(folder), tmp_path / "空白台账.xlsx")
    assert (blank.problems, set(blank.rows_read.values())) == ([], {0})
    fill(book(folder), tmp_path, {name: [list(row.values())] for name, row in examples(book(folder)).items()})
    filled = intake(book(folder), tmp_path / "台账.xlsx")
    assert (filled.problems, set(filled.rows_read.values())) == ([], {1})


def fill(rules: RuleBook, folder: Path, rows: dict[str, list[list[str]]]) -> None:
    """Type rows into the blank workbook."""
    write_blank(rules, folder / "新台账.xlsx")
    workbook = openpyxl.load_workbook(folder / "新台账.xlsx")
    for ledger, records in rows.items():
        for cells in records:
            workbook[ledger].append(cells)
    workbook.save(folder / "台账.xlsx")


@of_each
def test_a_workbook_scores_as_a_folder_does(folder: Path, run: Run, tmp_path: Path) -> None:
    """同样的记录，写在工作簿里和写在 CSV 里，结果一样。"""
    sound = [case for case in CASES[folder.name] if not case.readings and not case.as_of and run(case).result]
    case = max(sound, key=lambda case: sum(map(len, case.lines.values())))
    columns = {name: list(ledger.fields) for name, ledger in book(folder).ledgers.items()}
    rows = {name: [list(line.named(columns[name]).values()) for line in lines] for name, lines in case.lines.items()}
    fill(book(folder), tmp_path, rows)
    expected = run(case).result
    assert expected is not None
    from_workbook = score_by(book(folder), tmp_path / "台账.xlsx").as_json()
    assert {k: v for k, v in from_workbook.items() if k in ("单位", "口径")} == {
        k: v for k, v in expected.as_json().items() if k in ("单位", "口径")
    }


# ---- the explanations ------------------------------------------------------------------------------


@of_each
def test_every_mark_lost_has_its_reason(folder: Path, run: Run) -> None:
    """每个项目少得的分，等于下面列出的各项扣分之和（扣到保底为止的除外），每一项都说得出条款。"""
    for result in results(folder, run):
        for unit in result.units:
            assert list(gaps(explain(result, unit.name))) == []


def gaps(story: Story) -> Iterator[str]:
    """Where the reasons of a story do not make up for what was lost."""
    for reason in walked(story.reasons):
        part = story.unit.book.appraisal.parts.get(reason.name)
        if part is not None and part.moved == "扣":
            split = part.period is not story.unit.period
            for line in reason.children if split else (reason,):
                yield from _gap(story, part, line)
        if reason.value not in (False, 0) and not reason.clauses and reason.children == ():
            yield f"{story.unit.name} {reason.name} 没有条款"


def _gap(story: Story, part: Part, line: Reason) -> Iterator[str]:
    if not isinstance(line.value, Fraction) or part.full is None:
        return
    taken = sum((child.value for child in line.children if isinstance(child.value, Fraction)), Fraction(0))
    left = part.full - taken
    if line.value not in (left, max(left, part.floor if part.floor is not None else left)) and part.when is None:
        yield f"{story.unit.name} {line.name} 得 {line.value}，满分 {part.full}，理由只扣 {taken}"


def walked(reasons: tuple[Reason, ...]) -> Iterator[Reason]:
    """Every reason of a story."""
    for reason in reasons:
        yield reason
        yield from walked(reason.children)
