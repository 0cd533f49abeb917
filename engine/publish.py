"""From a rule file, ledgers and a template to documents that may leave: the journey of a 通报 on one page.

    rule book → kind, period → result as of its last day → texts → paper → read again → document and record

Raises :class:`Rejected` with everything that is wrong; then nothing has been written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.pipeline import Options, load_rules, score_by, unit_named
from engine.rulebook import RuleBook
from engine.source import Passage, Problem, Rejected
from engine.suggest import asked

if TYPE_CHECKING:
    from engine.bulletin import Issue, Wording
    from engine.result import Result

SLIP = "明细单"


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for. ``day`` and ``number`` are typed for this issue; ``draft`` allows a 示意 rule book."""

    rules: Path
    records: Path
    kind: str
    period: str
    template: Path | None = None
    number: str = ""
    day: date | None = None
    unit: str = ""
    draft: bool = False
    options: Options = field(default_factory=Options)


@dataclass(frozen=True, slots=True)
class Edition:
    """An order that can be carried out: its issue and result, its template, and the texts of each document."""

    order: Order
    issue: Issue
    result: Result
    template: Path
    names: tuple[str, ...]
    contexts: tuple[Mapping[str, Any], ...]

    def documents(self) -> Iterator[tuple[str, bytes]]:
        """(file name, bytes) one after the other, each read again before it is handed out."""
        from engine.bulletin import differences
        from engine.paper import render_each, reread

        blank = reread(self.template.read_bytes())
        made = render_each(self.template, self.contexts)
        for name, context, data in zip(self.names, self.contexts, made, strict=True):
            problems = differences(name, context, reread(data), blank)
            if problems:
                raise Rejected(problems)
            yield name, data


def prepared(order: Order) -> Edition:
    """Everything but the paper. Raises :class:`Rejected`."""
    from engine.bulletin import SHAPES, Wording, issue_of, kind_named
    from engine.paper import check

    book = load_rules(order.rules, order.options.readings)
    _refuse_draft(book, allowed=order.draft)
    issue = issue_of(book, kind_named(book, order.kind), order.period)
    template = order.template or template_named(issue.bulletin.template, book)
    problems = check(template, SHAPES.get(issue.bulletin.template, SHAPES["通报"]))
    if problems:
        raise Rejected(problems)
    as_of = order.options.as_of or issue.as_of
    result = score_by(book, order.records, Options(as_of, order.options.readings, order.options.skip_bad))
    pages = _pages(result, issue, Wording(order.number, order.day), order.unit)
    return Edition(order, issue, result, template, tuple(n for n, _ in pages), tuple(c for _, c in pages))


def _pages(result: Result, issue: Issue, wording: Wording, unit: str) -> list[tuple[str, dict[str, Any]]]:
    from engine.bulletin import content, slips

    if issue.bulletin.template != SLIP:
        return [(f"{issue.name}.docx", content(result, issue, wording))]
    wanted = unit_named(result.book, unit) if unit else ""
    width = len(str(len(result.units)))
    return [(f"{issue.name}-{u.number + 1:0{width}d}{u.name}.docx", page) for u, page in slips(result, issue, wording)
             if wanted in ("", u.name)]  # fmt: skip


def _refuse_draft(book: RuleBook, *, allowed: bool) -> None:
    title = book.title
    if title.mark and not allowed:
        detail = f"这份细则是“{title.mark}”，不能用来发通报。"
        hint = "核对后删去「状态」；只为看看样子，加 --draft-rules，每份文书上都会印明。"
        raise Rejected([Problem("B03", detail, title.places.get("状态", title.place), hint)])


# ---- out of the house -----------------------------------------------------------------------


def released(edition: Edition, folder: Path, tell: Callable[[int], None]) -> list[Path]:
    """Write the documents, then their record; ``tell`` hears how many are done. Raises :class:`Rejected`."""
    from engine.bulletin import ENDING
    from engine.saving import save

    made = []
    for done, document in enumerate(edition.documents(), 1):
        made.append(document)
        tell(done)
    paths = [folder / name for name, _ in made]
    for path, (_, data) in zip(paths, made, strict=True):
        save(path, data)
    kept = folder / f"{edition.issue.name}{ENDING}"
    save(kept, _record(edition, made))
    return [*paths, kept]


def _record(edition: Edition, made: Sequence[tuple[str, bytes]]) -> bytes:
    from importlib.metadata import version

    from engine.bulletin import record

    template = {"文件": _shown(edition.template), "sha256": digest(edition.template.read_bytes())}
    documents = [(name, digest(data)) for name, data in made]
    return record(edition.result, edition.issue, _typed(edition.order), template, version("xize"), documents)


def _typed(order: Order) -> dict[str, Any]:
    """What was asked for, in plain values; :func:`_order` reads it back."""
    return {
        "细则": str(order.rules), "台账": str(order.records), "种类": order.kind, "期": order.period,
        "文号": order.number, "日期": order.day.isoformat() if order.day else "", "单位": order.unit,
        "截至": order.options.as_of.isoformat() if order.options.as_of else "",
        "口径": dict(order.options.readings or {}), "略去错行": order.options.skip_bad, "示意": order.draft,
    }  # fmt: skip


def _order(typed: Mapping[str, Any], template: str) -> Order:
    day, as_of = (date.fromisoformat(typed[key]) if typed[key] else None for key in ("日期", "截至"))
    options = Options(as_of, dict(typed["口径"]), bool(typed["略去错行"]))
    return Order(
        Path(typed["细则"]), Path(typed["台账"]), typed["种类"], typed["期"], Path(template), typed["文号"], day,
        typed["单位"], bool(typed["示意"]), options,
    )  # fmt: skip


def _shown(path: Path) -> str:
    """A path as the folder it was run in sees it, so that a record can be moved with its folder."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


# ---- made again -----------------------------------------------------------------------------


def replayed(path: Path, folder: Path) -> list[Path]:
    """The documents of a record made again, byte for byte. Raises :class:`Rejected` (F01, B07)."""
    from engine.saving import save

    kept = _kept(path)
    try:
        order = _order(kept["命令"], kept["模板"]["文件"])
        wanted = {entry["文件"]: entry["sha256"] for entry in kept["文书"]}
        sources = [kept["细则"], kept["模板"], *kept["台账"]]
        changed = [s["文件"] for s in sources if _digest_of(Path(s["文件"])) != s["sha256"]]
    except (KeyError, TypeError, ValueError):
        raise Rejected([_unlike(path, "它不是 xize bulletin 写的记录，或者被改过。")]) from None
    if changed:
        raise Rejected([_unlike(path, f"和当时不是同一份了：{'、'.join(changed)}。")])
    made = list(prepared(order).documents())
    differing = [name for name, data in made if wanted.pop(name, "") != digest(data)]
    if differing or wanted:
        detail = (
            f"文件都没有变，写出的却不同：{'、'.join([*differing, *wanted])}。程序换过版本（当时 {kept['程序']}）？"
        )
        raise Rejected([_unlike(path, detail)])
    for name, data in made:
        save(folder / name, data)
    return [folder / name for name, _ in made]


def _kept(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise Rejected([Problem("F01", f"没有“{path}”，或者打不开。", Passage(str(path)), "看看文件名。")]) from None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Rejected([_unlike(path, "它不是 xize bulletin 写的记录。")])
    return found


def _digest_of(path: Path) -> str:
    """A file's SHA-256, empty where it cannot be read."""
    try:
        return digest(path.read_bytes())
    except OSError:
        return ""


def _unlike(path: Path, detail: str) -> Problem:
    return Problem("B07", detail, Passage(str(path)), "找回当时的文件再做；或者重新写一期，看改了什么。")


# ---- templates ------------------------------------------------------------------------------

OWN = "本单位"
"""The folder beside the shipped templates where an office keeps its own; a file there wins."""


def templates_folder() -> Path:
    """Where the shipped templates are: ``templates/`` beside ``engine/``, ``engine/data/`` when installed."""
    engine = Path(__file__).parent
    packed = engine / "data" / "templates"
    return packed if packed.exists() else engine.parent / "templates"


def template_named(name: str, book: RuleBook | None = None) -> Path:
    """The office's own template of that name, else the shipped one. Raises :class:`Rejected` (B04)."""
    folder = templates_folder()
    for path in (folder / OWN / f"{name}.docx", folder / f"{name}.docx"):
        if path.is_file():
            return path
    known = sorted({p.stem for p in (*folder.glob("*.docx"), *(folder / OWN).glob("*.docx"))})
    hint = asked(name, known, f"可写：{'、'.join(known)}；或用 --template 指定一个 .docx。")
    raise Rejected([Problem("B04", f"没有模板“{name}.docx”。", book.title.place if book else None, hint)])


def check_template(path: Path) -> list[Problem]:
    """What is wrong with a template before any bulletin is made; its name says which names it may use."""
    from engine.bulletin import SHAPES
    from engine.paper import check

    return check(path, SHAPES.get(path.stem, SHAPES["通报"]))


def digest(data: bytes) -> str:
    """SHA-256, as records keep it."""
    return hashlib.sha256(data).hexdigest()
