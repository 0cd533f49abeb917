"""What is wrong with a template before any document is made from it."""

from __future__ import annotations

from pathlib import Path

from engine.source import Problem


def check_template(path: Path) -> list[Problem]:
    """Tags, and names it may not use; its name says which it may."""
    from engine.bulletin import shape_of
    from engine.contrast.word import NAME, SHAPE
    from engine.paper import check

    return check(path, SHAPE if path.stem == NAME else shape_of(path.stem, path.suffix))
