"""What is wrong with a template before any document is made from it."""

from __future__ import annotations

from pathlib import Path

from engine.source import Problem


def check_template(path: Path) -> list[Problem]:
    """Tags, and names it may not use; its name says which it may."""
    from engine.bulletin import SHAPES
    from engine.contrast.word import NAME, SHAPE
    from engine.paper import check

    return check(path, {**SHAPES, NAME: SHAPE}.get(path.stem, SHAPES["通报"]))
