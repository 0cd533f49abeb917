"""Cases for the edges that no case stands at: rows that bring a figure just below, on and just above, and what comes.

The figures are computed, so such a case proves nothing until somebody has held it against the text: it
says 待确认, and is not counted as passed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from fractions import Fraction

from engine.checks import Checked
from engine.explanation import said
from engine.explanation.sentences import quotient
from engine.ledger.blank import examples
from engine.number import show
from engine.pipeline import taking
from engine.result import Unit
from engine.rulebook import Consequence, Elapsed, Formula, RuleBook
from engine.rulebook import Kind as Holds
from engine.scoring import SCORE
from engine.scoring.table import UNIT
from engine.trial.case import Case, Claim, Kind, Line, Members
from engine.trial.compare import column_of
from engine.trial.edges import Edge, Side, edges_of, home, sides_of
from engine.trial.probe import Cells, Probes, ending, placed, probes
from engine.trial.run import Ran, run
from engine.trial.together import batches

_MOST_ROWS = 40  # of one proposed case
_STEP = Fraction(1, 100)  # how far a quota is moved to stand just beside an edge

Rows = list[tuple[str, Cells]]


@dataclass(frozen=True, slots=True)
class Sketch:
    """Rows, and a line of the roster, that should bring a figure to a side of an edge."""

    edge: Edge
    side: Side
    rows: Rows
    line: Mapping[str, str]
    also: str = ""


@dataclass(frozen=True)
class Proposals:
    """YAML to be added to a file of cases; how many cases; and the edges and sides nothing could be found for."""

    text: str
    count: int
    unreached: tuple[tuple[Edge, Side], ...]


def propose(rules: Checked, stood: Set[tuple[Edge, Side]]) -> Proposals:
    """A case for every side of every edge that no case stands on (``stood`` are those some case does)."""
    edges = edges_of(rules.book)
    missing = [(edge, side) for edge in edges for side in Side if (edge, side) not in stood]
    if not missing:
        return Proposals("", 0, ())
    found = probes(rules, edges)
    sketches = [sketch for edge, side in missing for sketch in _sketches(rules.book, edge, side, found)]
    cases = {_case(rules.book, sketch, n): sketch for n, sketch in enumerate(sketches)}
    texts, reached = {}, set()
    for batch in batches(rules.book, list(cases)):
        members = {name: dict(line) for case in batch for name, line in case.members}
        ran = run(taking(rules, {}, members).book, batch)
        for case in batch if ran.result is not None else ():
            sketch = cases[case]
            if _stands(sketch, case, ran):
                reached.add((sketch.edge, sketch.side))
                texts[case] = _written(sketch, case, ran)
    ordered = [texts[case] for case in cases if case in texts]
    return Proposals("".join(ordered), len(ordered), tuple(pair for pair in missing if pair not in reached))


# ---- rows -----------------------------------------------------------------------------------


def _sketches(book: RuleBook, edge: Edge, side: Side, found: Probes) -> Iterator[Sketch]:
    item = book.items[edge.key]
    if isinstance(item.mechanism, Elapsed):
        yield from _elapsed(book, edge, side, found)
    elif isinstance(edge.at, Fraction) and item.period is not None:
        top, bottom = quotient(item.mechanism.expression) if isinstance(item.mechanism, Formula) else ("", "")
        if bottom in book.roster.fields and edge.at > 0:
            yield from _share(edge, side, top, bottom, found)
        elif (rows := _sum(found.gains.get(edge.key, {}), edge, side)) is not None:
            yield Sketch(edge, side, rows, {})


def _elapsed(book: RuleBook, edge: Edge, side: Side, found: Probes) -> Iterator[Sketch]:
    """One row whose time is a minute less, just so, a minute more; against a column, one for each of its values."""
    item = book.items[edge.key]
    shift = {Side.BELOW: -1, Side.ON: 0, Side.ABOVE: 1}[side]
    base = {**examples(book)[str(item.ledger)], **_blanks(book, str(item.ledger))}
    levels = {edge.at: base} if isinstance(edge.at, Fraction) else found.levels.get(edge.at, {})
    for level, cells in levels.items():
        if level + shift >= 0:
            also = f"{show(level)}分钟" if isinstance(edge.at, str) else ""
            own = {**cells, **_blanks(book, str(item.ledger)), **ending(item, cells, int(level) + shift)}
            yield Sketch(edge, side, [(str(item.ledger), own)], {}, also)


def _blanks(book: RuleBook, ledger: str) -> Cells:
    return {f.name: "" for f in book.ledgers[ledger].fields.values() if f.blank is not None}


def _share(edge: Edge, side: Side, top: str, bottom: str, found: Probes) -> Iterator[Sketch]:
    """X ÷ Y: rows for some X, and a Y that makes the rate; a smaller Y makes it higher."""
    assert isinstance(edge.at, Fraction)
    for gain, row in sorted(found.gains.get(top, {}).items(), key=lambda pair: pair[0]):
        just = gain / edge.at
        if just * 100 == int(just * 100) and just > _STEP:
            moved = {Side.BELOW: just + _STEP, Side.ON: just, Side.ABOVE: just - _STEP}[side]
            yield Sketch(edge, side, [row], {bottom: show(moved)})
            return


def _sum(gains: Mapping[Fraction, tuple[str, Cells]], edge: Edge, side: Side) -> Rows | None:
    """The fewest rows that bring a sum to the edge, or to the nearest sum beside it."""
    assert isinstance(edge.at, Fraction)
    ways: dict[Fraction, Rows] = {Fraction(0): []}
    fresh = [Fraction(0)]
    for _ in range(_MOST_ROWS):
        wider = {
            total + gain: [*ways[total], row] for total in fresh if total <= edge.at for gain, row in gains.items()
        }
        fresh = [total for total in wider if total not in ways]
        ways = {**wider, **ways}
        if not fresh:
            break
    fit = [total for total in ways if edge.side(total, edge.at) is side]
    if not fit:
        return None
    return ways[max(fit) if side is Side.BELOW else min(fit)]


# ---- cases ----------------------------------------------------------------------------------


def _case(book: RuleBook, sketch: Sketch, number: int) -> Case:
    """The sketch as a case of one unit; ledgers that must have a row for it get a clean one."""
    unit = book.roster.units[number % len(book.roster.units)].name
    lines: dict[str, list[Line]] = {}
    for n, (ledger, cells) in enumerate([*sketch.rows, *_due(book, sketch)]):
        own = placed(book.ledgers[ledger], cells, unit, f"边{number + 1}-{n + 1}")
        lines.setdefault(ledger, []).append(Line(own, len(lines.get(ledger, ())) + 2, sketch.edge.place))
    members: Members = ((unit, tuple(sketch.line.items())),) if sketch.line else ()
    rows = {name: tuple(of) for name, of in lines.items()}
    claim = Claim(Kind.FIGURE, unit, sketch.edge.key, None, "", sketch.edge.place)  # whose case it is
    return Case(f"{number}", sketch.edge.place, "", rows, (claim,), confirmed=False, members=members)


def _due(book: RuleBook, sketch: Sketch) -> Rows:
    present = {ledger for ledger, _ in sketch.rows}
    return [
        (name, {**examples(book)[name], **_blanks(book, name)} | {
            f.name: "否" for f in ledger.fields.values() if f.kind is Holds.FLAG
        })
        for name, ledger in book.ledgers.items()
        if ledger.expected is not None and name not in present
    ]  # fmt: skip


def _unit(case: Case, ran: Ran) -> Unit:
    assert ran.result is not None
    return next(unit for unit in ran.result.units if unit.name == case.claims[0].unit)


def _stands(sketch: Sketch, case: Case, ran: Ran) -> bool:
    """Whether the figure really stands where it should."""
    assert ran.result is not None
    table, number = home(ran.result.book, sketch.edge.key), _unit(case, ran).number
    rows = (row for row in ran.result.outcome.frames[table].iter_rows(named=True) if row.get(UNIT) == number)
    return any((sketch.edge, sketch.side) in sides_of([sketch.edge], ran.result, table, row) for row in rows)


def _written(sketch: Sketch, case: Case, ran: Ran) -> str:
    """The case as YAML, with the figures that came."""
    assert ran.result is not None
    unit, edge = _unit(case, ran), sketch.edge
    title = f"{edge.key}{sketch.side.value}{edge.text}{f'（{sketch.also}）' if sketch.also else ''}"
    ledgers = ", ".join(
        f"{ledger}: [{', '.join(_row(unit.book, ledger, line) for line in rows)}]"
        for ledger, rows in case.lines.items()
    )
    lines = [f"  - 名: {_text(title)}", "    待确认: 是"]
    if case.members:
        lines.append(f"    单位: {_flow({name: dict(values) for name, values in case.members})}")
    if ledgers:
        lines.append(f"    台账: {{{ledgers}}}")
    lines.append(f"    应为: {_flow({unit.name: _figures(unit, edge)})}")
    if rows := _row_figures(case, ran, edge):
        lines.append(f"    行: {_flow(rows)}")
    left = {ledger: _left(case, ran, ledger) for ledger in case.lines}
    if any(left.values()):
        lines.append(f"    未计: {_flow({ledger: rows for ledger, rows in left.items() if rows})}")
    return "\n".join(lines) + "\n"


def _left(case: Case, ran: Ran, ledger: str) -> list[str]:
    """The rows of the case that were not counted, as the case numbers them."""
    assert ran.result is not None
    mine = ran.of(case, ledger)
    return [str(mine[u.row].number) for u in ran.result.uncounted if u.ledger == ledger and u.row in mine]


def _figures(unit: Unit, edge: Edge) -> dict[str, object]:
    """The figure at the edge, what turns on it, 得分, and what else applies to the unit."""
    found: dict[str, object] = {}
    for name in (edge.key, edge.item):
        entry = unit.book.items.get(name)
        if entry is not None and entry.period is not None and not isinstance(entry.mechanism, Consequence):
            value = unit.figure(name, entry.period)
            found[name] = said(value) if entry.period is unit.period else {"1": said(value)}
        elif name in unit.contributions:
            found[name] = said(unit.figure(name))
    score = unit.score
    found[SCORE] = {"1": said(score["1"])} if isinstance(score, dict) else said(score)
    return found | {
        "归零": unit.vetoes,
        "处置": unit.consequences,
        "提示": [text.partition("（")[0] for text in unit.notices],
    }


def _row_figures(case: Case, ran: Ran, edge: Edge) -> dict[str, list[str]]:
    assert ran.result is not None
    table = home(ran.result.book, edge.key)
    if table not in ran.result.book.ledgers:
        return {}
    names = [n for n in (edge.key, edge.item) if n in ran.result.outcome.columns[table]]
    return {f"{table}.{name}": [said(v) for v in column_of(ran.result, case, ran, table, name)] for name in names}


def _row(book: RuleBook, ledger: str, line: Line) -> str:
    """A row as a list, blanks at its end left out."""
    cells = list(line.named(book.ledgers[ledger].fields).values())
    while cells and not cells[-1]:
        cells.pop()
    return _flow(cells)


def _flow(value: object) -> str:
    """A value on one line of YAML."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_text(str(key))}: {_flow(part)}" for key, part in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _text(str(value))


def _text(text: str) -> str:
    """A text as it is where YAML takes it so, else in quotes."""
    plain = re.fullmatch(r"[\w（）/.+-][\w（）/.+%-]*( [0-9:]+)?", text) and not text.startswith("-")
    return text if plain else json.dumps(text, ensure_ascii=False)
