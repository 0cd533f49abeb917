"""豁免: a finding that somebody let stand, with reason, name and date; it falls when the rule changes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from engine.checks.subject import ATTRIBUTE, CLAUSE, UNIT
from engine.rulebook import Waiver
from engine.source import Problem, Severity

SECTIONS = ("台账", "计分", "指标", "结果")


def fingerprint(problem: Problem, definitions: Mapping[str, Any]) -> str:
    """Eight letters that change with the code and with every entry the finding rests on.

    ``definitions``: name → what the rule file says of it; what it does not say stands for itself.
    """
    said = [(name, definitions.get(name)) for name in sorted(problem.about)]
    text = json.dumps([problem.code, said], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def definitions(value: Any) -> dict[str, Any]:
    """Name → definition, of every entry of a document that a finding can rest on."""
    found = {name: entry for section in SECTIONS for name, entry in (value.get(section) or {}).items()}
    for prefix, entries in ((CLAUSE, value["条文"]), (UNIT, value["单位"]["名单"]), (ATTRIBUTE, value["单位"]["列"])):
        found |= {f"{prefix}{name}": entry for name, entry in entries.items()}
    found["细则"] = value["细则"]
    appraisal = value.get("考评") or {}
    steps = {step.get("编号"): step for step in appraisal.get("得分") or []}
    return {**found, **(appraisal.get("项目") or {}), **steps}


def applied(problems: Iterable[Problem], waivers: Iterable[Waiver], said: Mapping[str, Any]) -> Iterator[Problem]:
    """The findings that nobody waived, each with its 指纹; then the waivers that meet no finding any more."""
    waivers = tuple(waivers)
    met: set[str] = set()
    for problem in problems:
        mark = fingerprint(problem, said)
        held = [w for w in waivers if (w.code, w.fingerprint) == (problem.code, mark)]
        met |= {w.name for w in held}
        if problem.severity is not Severity.WARNING:
            yield problem
        elif not held:
            note = f"认可它的，在「豁免」里记：发现: {problem.code}，指纹: {mark}，以及理由、姓名、日期。"
            yield replace(problem, hint=f"{problem.hint}{note}")
    for waiver in waivers:
        if waiver.name not in met:
            detail = f"豁免“{waiver.name}”（{waiver.who}，{waiver.day}）对不上任何发现：规则已经改了，或者指纹写错了。"
            yield Problem("R202", detail, waiver.place, "重新看一遍这一条，再记新的指纹；不再需要的，删去。",
                          severity=Severity.WARNING)  # fmt: skip
