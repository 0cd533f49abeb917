"""What every test may ask for: the repository's folders and the 2024 rule book, read once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from engine.pipeline import load_rules, score_by
from engine.rulebook import RuleBook

ROOT = Path(__file__).parent.parent

# How long an example takes says something of the machine, not of the engine: bench/ measures.
settings.register_profile("quiet", deadline=None)
settings.load_profile("quiet")


def pytest_make_parametrize_id(val: object) -> str | None:
    """Names of cases that are the same in every worker: functions and bytes say what they are, not where."""
    if isinstance(val, bytes):
        return f"{len(val)}字节"
    return str(getattr(val, "__name__", "函数")) if callable(val) else None


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def book_2024() -> RuleBook:
    """rules/2024.yaml, checked."""
    return load_rules(ROOT / "rules" / "2024.yaml")


@pytest.fixture(scope="module")
def once() -> Iterator[None]:
    """A rule file is read once, ledgers are scored once for each date and reading: only the paper is at stake here."""
    known: dict[str, Any] = {}

    def remembered(work: Callable[..., Any]) -> Callable[..., Any]:
        def get(*given: Any) -> Any:
            names = [g.source.name + str(g.readings) if isinstance(g, RuleBook) else str(g) for g in given]
            key = f"{work.__name__}{names}"
            return known[key] if key in known else known.setdefault(key, work(*given))

        return get

    with pytest.MonkeyPatch.context() as patch:
        for work in (load_rules, score_by):
            patch.setattr(f"engine.publish.edition.{work.__name__}", remembered(work))
        yield
