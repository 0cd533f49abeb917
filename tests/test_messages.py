"""Every message of the catalogue, word for word as people read it: tests/golden/problems/, a file for each code.

After a change of wording: ``.venv/bin/python tests/test_messages.py`` writes the files again; read what changed.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import bad_batches
import bad_inputs
import bad_papers
import test_checks
import test_document
import test_rule_faults
from engine.codes import CODES
from engine.source import Problem, render

GOLDEN = Path(__file__).parent / "golden" / "problems"
BAD = [*bad_inputs.BAD, *bad_papers.BAD, *bad_batches.BAD]


def examples(code: str) -> Iterator[tuple[str, list[Problem]]]:
    """What was wrong with an input, and what was said of it."""
    for path in test_document.FAULTS:
        if path.name.startswith(code):
            yield path.name, test_document.faults_of(path.read_bytes(), path.name)
    for _, good, bad in (fault for fault in test_rule_faults.FAULTS if fault[0] == code):
        with _folder() as folder:
            yield _change(good, bad), test_rule_faults.found(folder, test_rule_faults.GOOD.replace(good, bad))
    for edit in (edit for edit in test_checks.EDITS if edit.code == code):
        with _folder() as folder:
            found = test_checks.told(folder, test_checks.edited(edit))
            yield _change(edit.good, edit.bad), [p for p in found if edit.told in p.detail]
    for _, what, run in (bad for bad in BAD if bad[0] == code):
        with _folder():
            yield what, run()


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """An empty folder to work in, so that no message names one of this machine."""
    with tempfile.TemporaryDirectory() as name, contextlib.chdir(name):
        yield Path()


def _change(good: str, bad: str) -> str:
    """An edit of a rule file in a few words."""
    old, new = (" ".join(text.split()) for text in (good, bad))
    short = [text if len(text) <= 48 else f"{text[:32]}……{text[-12:]}" for text in (old, new)]
    return f"{short[0]} ⇒ {short[1] or '（删去）'}"


def messages(code: str) -> str:
    """Every message of a code that the examples bring, each under what was wrong."""
    found = []
    for what, problems in examples(code):
        own = [render(problem) for problem in problems if problem.code == code]
        assert own, f"{code}：{what}：没有报出来"
        assert all(problem.hint for problem in problems), f"{code}：{what}：没有说怎样改"
        found.append("\n\n".join((f"〔{what}〕", *own)))
    return "\n\n".join(found) + "\n"


def test_every_code_has_its_messages() -> None:
    """目录里的每个编号都有存下的消息，没有一个多余。"""
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(CODES)
    assert {code for code, *_ in BAD} <= set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_messages_are_word_for_word(code: str) -> None:
    """每条消息和存下的一字不差：编号、位置、划出的原文、说明、建议。"""
    told = messages(code)
    assert told.startswith("〔")
    assert told == (GOLDEN / f"{code}.txt").read_text(encoding="utf-8")


if __name__ == "__main__":
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for old in GOLDEN.glob("*.txt"):
        old.unlink()
    for every in CODES:
        (GOLDEN / f"{every}.txt").write_text(messages(every), encoding="utf-8")
