"""What is wrong with a template before any document is made from it."""

from __future__ import annotations

from pathlib import Path

from engine.source import Problem


def check_template(path: Path) -> list[Problem]:
    """Tags, names it may not use, blocks it does not print; its name says which there are."""
    from engine.bulletin import blocks_of, shape_of, unmentioned
    from engine.contrast.word import NAME, SHAPE
    from engine.paper import check, reread

    if path.stem == NAME:
        return check(path, SHAPE)
    problems = check(path, shape_of(path.stem, path.suffix))
    return problems or list(unmentioned(str(path), reread(path.read_bytes()), blocks_of(path.stem)))
