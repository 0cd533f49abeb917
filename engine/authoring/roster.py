"""单位.名单 after a filled-in sheet: lines of units that stay are kept, only changed values are written anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from engine.authoring.edits import Edit, Page, applied, scalar
from engine.document.node import Node
from engine.ledger.quotas import ALIASES, Entry
from engine.number import show
from engine.rulebook import Roster, Unit
from engine.suggest import nearest

LIST = ("单位", "名单")


@dataclass(frozen=True, slots=True)
class Moves:
    """What happened to the roster, for people: names. ``alike``: gone and new, but perhaps one unit renamed."""

    new: tuple[str, ...]
    gone: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]
    changed: tuple[str, ...]
    alike: tuple[tuple[str, str], ...]


def moves(roster: Roster, entries: Iterable[Entry]) -> Moves:
    """Which units are new, gone, renamed (said so in 曾用), or have other values."""
    rows = list(entries)
    known = {unit.name: unit for unit in roster.units}
    old = {entry.formerly or entry.name for entry in rows}
    new = [e for e in rows if not e.formerly and e.name not in known]
    gone = [unit for name, unit in known.items() if name not in old]
    return Moves(
        tuple(e.name for e in new),
        tuple(unit.name for unit in gone),
        tuple((e.formerly, e.name) for e in rows if e.formerly),
        tuple(e.name for e in rows if (unit := known.get(e.formerly or e.name)) and _differs(unit, e)),
        tuple((unit.name, e.name) for e in new for unit in gone if _alike(unit, e)),
    )


def _alike(unit: Unit, entry: Entry) -> bool:
    """Whether a new unit has all that one gone had, or a name much like it."""
    return dict(unit.values) == dict(entry.values) or bool(nearest(entry.name, [unit.name]))


def _differs(unit: Unit, entry: Entry) -> bool:
    return dict(unit.values) != dict(entry.values) or set(unit.aliases) != set(_aliases(entry)) - {entry.formerly}


def _aliases(entry: Entry) -> tuple[str, ...]:
    """The names the unit may also be called by: a former name is one of them."""
    return tuple(dict.fromkeys((*entry.aliases, *filter(None, [entry.formerly]))))


def rewritten(page: Page, roster: Roster, entries: Iterable[Entry]) -> Iterator[Edit]:
    """The list in the order of the sheet; none at all where the sheet says what the file says."""
    known = {unit.name: unit for unit in roster.units}
    rows = list(entries)
    wanted = [_line(page, known.get(entry.formerly or entry.name), entry) for entry in rows]
    whole = page.node(LIST)
    if whole is None or not isinstance(whole.parts, dict):
        return
    stretches = {name: _stretch(page, whole, node) for name, node in whole.parts.items()}
    first, last = min(start for start, _ in stretches.values()), max(end for _, end in stretches.values())
    between = ", " if page.flow(whole) else "\n"
    text = between.join(wanted)
    if text != page.text[first:last]:
        yield Edit(first, last, text)


def _stretch(page: Page, whole: Node, node: Node) -> tuple[int, int]:
    """A unit's own lines, with the comments above it; in brackets, only its entry."""
    assert node.key is not None
    start, end = page.stretch(node.key)[0], page.end(node)
    if page.flow(whole):
        return start, end
    first = node.key.line
    lines = page.doc.source.lines
    while first > 1 and (not lines[first - 2].strip() or lines[first - 2].lstrip().startswith("#")):
        first -= 1
    above = page.start(first)
    # Blanks and comments above the first unit belong to the list.
    return (page.line_of(start)[0] if node is next(iter(_parts(whole))) else above), page.line_of(end)[1]


def _parts(node: Node) -> Iterable[Node]:
    return node.parts.values() if isinstance(node.parts, dict) else ()


def _line(page: Page, unit: Unit | None, entry: Entry) -> str:
    whole = page.node(LIST)
    assert whole is not None
    node = page.node((*LIST, unit.name)) if unit is not None else None
    if unit is None or node is None:
        return _fresh(page, whole, entry)
    start, end = _stretch(page, whole, node)
    edits = [Edit(e.start - start, e.end - start, e.text) for e in _edits(page, unit, node, entry)]
    return applied(page.text[start:end], edits)


def _fresh(page: Page, whole: Node, entry: Entry) -> str:
    """A new unit, on one line as its neighbours."""
    pairs = [(name, written(value)) for name, value in entry.values.items() if value is not None]
    if aliases := _aliases(entry):
        pairs.append((ALIASES, _list(aliases)))
    neighbour = next(iter(_parts(whole)))
    indent = "" if page.flow(whole) or neighbour.key is None else " " * neighbour.key.start
    return f"{indent}{scalar(entry.name)}: {{{', '.join(f'{name}: {text}' for name, text in pairs)}}}"


def written(value: Fraction | str) -> str:
    """A value as the file writes it."""
    return show(value) if isinstance(value, Fraction) else scalar(value)


def _list(names: Iterable[str]) -> str:
    return f"[{', '.join(map(scalar, names))}]"


def _edits(page: Page, unit: Unit, node: Node, entry: Entry) -> Iterator[Edit]:
    if entry.formerly and node.key is not None:
        yield Edit(*page.stretch(node.key), scalar(entry.name))
    wanted = _wanted(unit, entry)
    parts = node.parts if isinstance(node.parts, dict) else {}
    gone = [name for name, value in wanted.items() if value is None and name in parts]
    if page.flow(node) and (gone or not parts):
        yield _anew(page, node, wanted)
        return
    yield from (_without_lines(page, parts[name]) for name in gone)
    for name, value in wanted.items():
        if name in parts and value is not None:
            yield Edit(page.stretch(parts[name].span)[0], page.end(parts[name]), value)
    new = [(name, value) for name, value in wanted.items() if name not in parts and value is not None]
    if parts:
        yield from (page.after((*LIST, unit.name, list(parts)[-1]), name, value) for name, value in new)


def _anew(page: Page, node: Node, wanted: Mapping[str, str | None]) -> Edit:
    """A unit in brackets that loses an entry, or had none: what it keeps as it is, joined again."""
    parts = node.parts if isinstance(node.parts, dict) else {}
    kept = {name: page.text[page.stretch(part.span)[0] : page.end(part)] for name, part in parts.items()}
    pairs = ((name, value) for name, value in (kept | dict(wanted)).items() if value is not None)
    inner = ", ".join(f"{name}: {value}" for name, value in pairs)
    return Edit(page.stretch(node.span)[0], page.end(node), f"{{{inner}}}")


def _without_lines(page: Page, part: Node) -> Edit:
    assert part.key is not None
    return Edit(page.line_of(page.stretch(part.key)[0])[0] - 1, page.line_of(page.end(part))[1], "")


def _wanted(unit: Unit, entry: Entry) -> Mapping[str, str | None]:
    """Attribute → its new text, ``None`` where it goes; only those that differ."""
    found = {name: None if value is None else written(value)
             for name, value in entry.values.items() if value != unit.values.get(name)}  # fmt: skip
    names = _aliases(entry)
    if names != unit.aliases:
        found[ALIASES] = _list(names) if names else None
    return found
