"""Where templates are, whose wins, and what is wrong with one."""

from __future__ import annotations

from pathlib import Path

from engine.rulebook import RuleBook
from engine.source import Problem, Rejected
from engine.suggest import asked

FORMS = (".docx", ".md")
OWN = "本单位"
"""The folder beside the shipped templates where an office keeps its own; a file there wins."""


def templates_folder() -> Path:
    """Where the shipped templates are: ``templates/`` beside ``engine/``, ``engine/data/`` when installed."""
    engine = Path(__file__).parent.parent
    packed = engine / "data" / "templates"
    return packed if packed.exists() else engine.parent / "templates"


def template_named(name: str, book: RuleBook | None = None) -> Path:
    """The office's own template of that file name, else the shipped one. Raises :class:`Rejected` (B04)."""
    folder = templates_folder()
    for path in (folder / OWN / name, folder / name):
        if path.is_file():
            return path
    known = sorted({p.name for p in (*folder.glob("*.*"), *(folder / OWN).glob("*.*")) if p.suffix in FORMS})
    hint = asked(name, known, f"可写：{'、'.join(known)}；或用 --template 指定一个。")
    raise Rejected([Problem("B04", f"没有模板“{name}”。", book.title.place if book else None, hint)])


def check_template(path: Path) -> list[Problem]:
    """What is wrong with a template before any bulletin is made; its name says which names it may use."""
    from engine.bulletin import SHAPES
    from engine.paper import check

    return check(path, SHAPES.get(path.stem, SHAPES["通报"]))
