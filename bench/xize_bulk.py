"""The engine itself, in the shape of the hand-written contenders: rules and ledgers read, scored, written.

What a whole process of it takes is measured with the real command, `xize score … --by 县 --engine polars -o …`.
"""

from __future__ import annotations

from pathlib import Path

from engine import bulk, pipeline
from engine.bulk import Bulk, output
from engine.bulk.intake import Intake
from engine.pipeline import Options
from engine.rulebook import RuleBook

RULES = Path(__file__).parent.parent / "rules" / "2024.yaml"
BY = "县"
Tables = tuple[RuleBook, Intake]


def opened(folder: Path) -> Tables:
    """The checked rule book, and the ledgers as its intake leaves them."""
    book = pipeline.load_rules(RULES)
    return book, bulk.take(book, folder, BY)


def loaded(tables: Tables) -> Tables:
    """They are in memory."""
    return tables


def scored(tables: Tables) -> Bulk:
    """The plan made and carried out, figures named."""
    run = bulk.score_intake(*tables, BY, Options())
    assert run.scores.height
    return run


def explained(tables: Tables) -> Bulk:
    """The same with every column of every table."""
    run = bulk.score_intake(*tables, BY, Options(), full=True)
    assert run.scores.height
    return run


def saved(run: Bulk, path: Path) -> None:
    """scores.parquet and what goes with it, in the folder of the path."""
    output.write(run, path.parent)
