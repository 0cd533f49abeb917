"""What every test may ask for: the repository's folders and the 2024 rule book, read once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from engine.pipeline import load_rules
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
