"""The shape of a file people write: a JSON Schema of ``schema/`` held against a document, every fault in Chinese.

The same schemas serve the editors (completion and hover in VS Code). An
item's sub-schema is chosen by its mechanism word, so a fault is always told
against the one shape that was meant. The only file that imports ``jsonschema``,
and only when a document is checked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.document import Document, Steps, Value
from engine.schema.words import Fault, repeated, reword
from engine.source import Problem, Span

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

MOST_PROBLEMS = 200


RULEBOOK, CASES = "rulebook", "cases"


def schema_file(shape: str = RULEBOOK) -> Path:
    """Where a JSON Schema is: ``schema/`` beside ``engine/`` in the project, ``engine/data/`` when installed."""
    engine = Path(__file__).parent.parent
    packed = engine / "data" / f"{shape}.json"
    return packed if packed.exists() else engine.parent / "schema" / f"{shape}.json"


def problems(doc: Document, only: Iterable[Steps] | None = None, shape: str = RULEBOOK) -> list[Problem]:
    """Every fault in the shape of a rule file (or a file of cases), in order of place.

    ``only``: paths that were changed (a reading's patches); then just the items
    they lie in are looked at, which is what makes sixty alternatives cheap.
    """
    value, cut = (doc.value, set[Steps]()) if only is None else _part(doc.value, only)
    found = [_fault(error, doc) for error in _validator(shape).iter_errors(value)]
    found = [fault for fault in found if not (fault.keyword == "required" and fault.path in cut)]
    unclear = {fault.path for fault in found if fault.keyword == "oneOf"}
    told = {
        (problem.code, problem.place, problem.detail): problem
        for fault in found
        if not (fault.path in unclear and _about_keys(fault))
        for problem in reword(fault)
    }
    return sorted(told.values(), key=_line)[:MOST_PROBLEMS]


def _fault(error: ValidationError, doc: Document) -> Fault:
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    path, key = tuple(error.absolute_path), "propertyNames" in error.schema_path
    return Fault(str(error.validator), error.validator_value, error.instance, schema, path, key, doc)


def _about_keys(fault: Fault) -> bool:
    """Which keys belong to an item is not known as long as its mechanism is not."""
    return fault.keyword in ("required", "additionalProperties") or fault.key


def _part(value: Value, paths: Iterable[Steps]) -> tuple[Value, set[Steps]]:
    """Only the items ``paths`` lie in (the whole section where an item is gone), and where something is left out."""
    part: dict[str, Value] = {}
    cut: set[Steps] = {()}
    for path in paths:
        section = value.get(str(path[0])) if isinstance(value, dict) else None
        name = str(path[1]) if len(path) > 1 else ""
        known = part.setdefault(str(path[0]), {})
        if not isinstance(section, dict) or name not in section:
            part[str(path[0])] = section
            cut.discard((path[0],))
        elif isinstance(known, dict) and known is not section:
            known[name] = section[name]
            cut.add((path[0],))
    return part, cut


def _line(problem: Problem) -> tuple[int, int]:
    return (problem.place.line, problem.place.start) if isinstance(problem.place, Span) else (0, 0)


# ---- the validator ----------------------------------------------------------------------


@lru_cache
def _validator(shape: str) -> Validator:
    from jsonschema import Draft202012Validator, FormatChecker
    from jsonschema.validators import extend
    from referencing import Registry

    schema = json.loads(schema_file(shape).read_text(encoding="utf-8"))
    own = {"pattern": _whole_pattern, "uniqueItems": _unique_texts, "$ref": _within(schema)}
    strict: type[Validator] = extend(Draft202012Validator, own)  # type: ignore[no-untyped-call]
    # An empty registry: a reference to anywhere else is refused, never fetched.
    return strict(schema, registry=Registry(), format_checker=FormatChecker(["date"]))


def _within(schema: Mapping[str, Any]) -> Callable[[Any, str, object, object], Iterator[ValidationError]]:
    """``$ref`` to a place of the schema itself, found once; the library would look each one up anew."""

    @cache
    def at(pointer: str) -> Any:
        place: Any = schema
        for step in pointer.removeprefix("#/").split("/"):
            place = place[step]
        return place

    def ref(validator: Any, pointer: str, instance: object, _: object) -> Iterator[ValidationError]:
        yield from validator.descend(instance, at(pointer))

    return ref


def _whole_pattern(_: Validator, pattern: str, instance: object, __: object) -> Iterator[ValidationError]:
    """``^…$`` over the whole text: Python's ``$`` would let a line feed at the end pass."""
    from jsonschema import ValidationError

    if isinstance(instance, str) and not re.fullmatch(pattern, instance):
        yield ValidationError(pattern)


def _unique_texts(_: Validator, wanted: bool, instance: object, __: object) -> Iterator[ValidationError]:
    """Only texts are compared, by a set: comparing anything with anything is slow without end."""
    from jsonschema import ValidationError

    if wanted and isinstance(instance, list) and repeated(instance):
        yield ValidationError("repeated")
