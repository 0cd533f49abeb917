"""Where templates are, and whose wins."""

from __future__ import annotations

from pathlib import Path

from engine.source import Place, Problem, Rejected
from engine.suggest import asked

FORMS = (".docx", ".md", ".html")
OWN = "本单位"
"""The folder beside the shipped templates where an office keeps its own; a file there wins."""


def templates_folder() -> Path:
    """Where the shipped templates are: ``templates/`` beside ``engine/``, ``engine/data/`` when installed."""
    engine = Path(__file__).parent.parent
    packed = engine / "data" / "templates"
    return packed if packed.exists() else engine.parent / "templates"


def template_named(name: str, asker: Place | None = None) -> Path:
    """The office's own template of that file name, else the shipped one; ``asker``: where the name is written.

    Raises :class:`Rejected` (B04).
    """
    folder = templates_folder()
    for path in (folder / OWN / name, folder / name):
        if path.is_file():
            return path
    known = sorted({p.name for p in (*folder.glob("*.*"), *(folder / OWN).glob("*.*")) if p.suffix in FORMS})
    hint = asked(name, known, f"可写：{'、'.join(known)}；或用 --template 指定一个。")
    raise Rejected([Problem("B04", f"没有模板“{name}”。", asker, hint)])
