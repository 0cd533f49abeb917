"""The shape of the engine: imports only go down, one borrowed library one file, no word of a 细则 in code."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

from engine.document import load
from engine.rulebook import ABSENT_WORDS, Kind

ROOT = Path(__file__).parent.parent
ENGINE = ROOT / "engine"

# From the ground up. A module imports only from floors below its own.
FLOORS = [
    ["codes", "suggest"],
    ["source"],
    ["number", "saving", "document"],
    ["formula", "schema", "paper"],
    ["rulebook"],
    ["calendar", "lazy", "few", "reader", "ledger"],
    ["column"],
    ["evaluate", "phrases"],
    ["scoring"],
    ["result"],
    ["explanation"],
    ["refusals", "checks"],
    ["prose", "collation", "compare", "bulletin"],
    ["impact"],
    ["contrast"],
    ["telling", "workbook"],
    ["pipeline"],
    ["authoring", "publish", "trial", "readings", "batch", "bulk", "whatif"],
    ["terminal"],
    ["commands"],
    ["__main__", "__init__"],
]
FLOOR = {module: level for level, modules in enumerate(FLOORS) for module in modules}

ONE_FILE = {
    "yaml": "document",
    "jsonschema": "schema",
    "simpleeval": "evaluate",
    "rich": "terminal",
    "python_calamine": "ledger",
    "docxtpl": "paper",
    "docx": "paper",
    "jinja2": "paper",
    "lxml": "paper",
}


def modules() -> list[Path]:
    """Every source file of the engine."""
    return sorted(ENGINE.rglob("*.py"))


def part(path: Path) -> str:
    """The top-level module or package of the engine a file belongs to."""
    return path.relative_to(ENGINE).parts[0].removesuffix(".py")


def imports(path: Path) -> list[tuple[str, bool]]:
    """(imported module, at the top of the file?) for every import of a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = []
    for node in ast.walk(tree):
        top = node in tree.body
        if isinstance(node, ast.Import):
            found += [(alias.name, top) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "engine":
                found += [(f"engine.{alias.name}", top) for alias in node.names]
            else:
                found.append((node.module, top))
    return found


def test_imports_only_go_down() -> None:
    """每个文件只向下引用；藏在函数里的引用也算。"""
    upward = [
        f"{path.relative_to(ROOT)} → {name}"
        for path in modules()
        for name, _ in imports(path)
        if name.startswith("engine.")
        and name.split(".")[1] != part(path)
        and FLOOR[name.split(".")[1]] >= FLOOR[part(path)]
    ]
    assert upward == []


def test_every_module_has_its_floor() -> None:
    """新文件要先说自己在第几层；层表里没有不存在的文件。"""
    assert {part(path) for path in modules()} == set(FLOOR)


@pytest.mark.parametrize(("library", "home"), ONE_FILE.items())
def test_a_borrowed_library_is_imported_in_one_place(library: str, home: str) -> None:
    """每个借来的库只在一处引用，换掉它只改一处。"""
    users = {part(p) for p in modules() for name, _ in imports(p) if name.split(".")[0] == library}
    assert users == {home}


def test_help_is_light() -> None:
    """xize --help 不引入数据框和其他重的库。"""
    heavy = {"polars", "narwhals", "jsonschema", "rich", "yaml", "xlsxwriter", "python_calamine", "simpleeval"}
    light = {"__main__", "commands", "telling", "source", "number", "suggest", "codes"}
    for path in (p for p in modules() if part(p) in light):
        assert not {name.split(".")[0] for name, top in imports(path) if top} & heavy, path


# ---- no rule in the code -----------------------------------------------------------------------


def words(value: Any, path: tuple[str, ...] = ()) -> set[str]:
    """Every name a rule file declares: units, ledgers, columns, options, items, clauses."""
    found: set[str] = set()
    if isinstance(value, dict):
        if path and path[-1] in ("名单", "台账", "计分", "指标", "项目", "结果", "条文", "列", "通报"):
            found |= set(value)
        for key, inner in value.items():
            found |= words(inner, (*path, key))
    if isinstance(value, list) and path and (path[-1] in ("选项", "类") or "列" in path):
        found |= {v for v in value if isinstance(v, str)}
    return found


def language() -> set[str]:
    """The language's own closed list: every key and fixed word of the schema."""
    found: set[str] = set()

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            found.update(node.get("properties", {}))
            found.update(v for v in node.get("enum", []) if isinstance(v, str))
            if isinstance(node.get("const"), str):
                found.add(node["const"])
            for inner in node.values():
                walk(inner)
        elif isinstance(node, list):
            for inner in node:
                walk(inner)

    walk(json.loads((ROOT / "schema" / "rulebook.json").read_text(encoding="utf-8")))
    return found | {kind.value for kind in Kind} | set(ABSENT_WORDS.values())


def literals(path: Path) -> list[tuple[int, str]]:
    """(line, text) of every string in the code that is not a docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body
        if isinstance(node.body[0], ast.Expr)
    }
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
    ]


def test_no_word_of_the_2024_rules_is_in_the_code() -> None:
    """单位、台账、渠道、项目……细则里的词只在 YAML 里；代码里只有语言自己的词。"""
    declared = words(load(ROOT / "rules" / "2024.yaml").value) - language()
    assert {"大埔镇", "县内刊物", "季度采用分", "工作机制"} <= declared
    found = [
        f"{path.relative_to(ROOT)}:{line} “{text}”"
        for path in modules()
        for line, text in literals(path)
        if set(re.findall(r"[\w（）]+", text)) & declared and text.strip() in declared
    ]
    assert found == []


# Every whole number above 2 that a computing file holds, and what it is. None is a rule of any 细则.
NUMBERS = {
    "calendar.py": {
        3: "months",
        5: "days worked",
        6: "months",
        7: "days",
        12: "months",
        50: "years ahead",
        1970: "epoch",
    },
    "column.py": {10: "decimal base", 62: "bits", 400: "divisors", 1440: "minutes of a day"},
    "phrases.py": {60: "minutes", 100: "percent"},
    "explanation/sentences.py": {10: "power", 18: "power", 24: "hours", 60: "minutes"},
    "formula.py": {
        30: "depth",
        60: "minutes",
        100: "percent",
        500: "characters",
        1440: "minutes of a day",
        1970: "epoch",
    },
    "reader/node.py": {3: "keys of a path"},
    "reader/sections.py": {60: "days", 2000: "a stand-in date"},
    "reader/tables.py": {3: "a group", 4: "a group", 4096: "quantities kept"},
    "result.py": {1970: "epoch"},
    "scoring/appraisal.py": {40: "bits"},
    "scoring/groups.py": {60: "periods of a year"},
    "scoring/elapsed.py": {5: "weekdays", 7: "days", 24: "hours", 50: "years", 60: "minutes", 366: "days"},
    "scoring/outcome.py": {10: "digits of a quotient"},
    "scoring/rows.py": {6: "digits", 10: "base", 32: "conditions nested"},
    "scoring/study.py": {1440: "minutes of a day"},
    "scoring/tables.py": {10: "base", 50: "units assumed", 200: "rows assumed", 1440: "minutes", 10_000: "assumed"},
    "scoring/clock.py": {
        3: "Thursday",
        4: "leap years",
        5: "months of 153 days",
        7: "days",
        12: "months",
        31: "days",
        100: "years",
        153: "days of five months",
        365: "days",
        1_460: "days",
        36_524: "days",
        146_097: "days",
        719_468: "days",
    },
}
COMPUTING = ("scoring", "reader", "explanation", "column", "evaluate", "formula", "calendar", "result", "pipeline")


def test_no_number_of_the_2024_rules_is_in_the_code() -> None:
    """计分的各层里没有一个分值、门槛、时限；每个文件里大于2的整数都说得出是什么。"""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.value}"
        for path in modules()
        if part(path) in COMPUTING
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and type(node.value) is int and node.value > 2
        if node.value not in NUMBERS.get(path.relative_to(ENGINE).as_posix(), {})
    ]
    assert found == []


def test_no_float_takes_part() -> None:
    """计分的各层没有浮点数，也不叫 float() 和 round()。"""
    found = []
    for path in modules():
        if part(path) not in COMPUTING:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
            if called in ("float", "round") or (isinstance(node, ast.Constant) and isinstance(node.value, float)):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert found == []
