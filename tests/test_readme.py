"""The README says what is so: its commands parse, its output is real, its edits load, its tables are whole."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from engine.__main__ import main
from engine.codes import CODES
from engine.commands import parser
from engine.pipeline import load_rules
from engine.reader.items import _MAKERS
from engine.rulebook import ABSENT_WORDS, RuleBook
from test_structure import FLOOR

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
RULES, SKETCH = ((ROOT / "rules" / f"{year}.yaml").read_text(encoding="utf-8") for year in (2024, 2023))
UNQUOTED = ('      "[75%, 100%)": 4', "      [75%, 100%): 4")
OMITTED = "……"


def blocks(language: str, text: str = TEXT) -> list[str]:
    """The fenced blocks in one language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def part(heading: str) -> str:
    """The text under a heading, down to the next of its rank."""
    marks = heading.split(maxsplit=1)[0]
    found = re.search(rf"^{re.escape(heading)}\n(.*?)(?=^#{{1,{len(marks)}}} |\Z)", TEXT, re.MULTILINE | re.DOTALL)
    assert found, f"README 没有“{heading}”一节"
    return found[1]


def rows(text: str) -> list[list[str]]:
    """The cells of the Markdown tables in a text, without the ruled lines."""
    lines = [line.strip("|").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line] for line in lines]


def commands(text: str = TEXT) -> list[str]:
    """Every line of the sh blocks."""
    return [line for block in blocks("sh", text) for line in block.splitlines()]


# ---- commands ---------------------------------------------------------------------------


@pytest.mark.parametrize("line", [line for line in commands() if re.match(r"(\.venv/bin/)?xize ", line)])
def test_commands_parse(line: str) -> None:
    """README 里的每一条 xize 命令，程序都认得。"""
    assert parser().parse_args(shlex.split(line)[1:]).run


def test_make_targets_exist() -> None:
    """README 里的每一个 make 目标，Makefile 里都有。"""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {line.split("make ")[1] for line in commands() if "make " in line}
    named |= set(re.findall(r"`make ([a-z-]+)`", TEXT))
    assert {"demo", "test"} <= named <= targets


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as a reader has it, with the two faulty files of 报错怎么看."""
    top = tmp_path_factory.mktemp("desk")
    for folder in ("rules", "examples", "out", "tests/cases/2024"):
        (top / folder).mkdir(parents=True)
    for file in (
        "rules/2024.yaml",
        "rules/2023.yaml",
        "examples/2024.xlsx",
        "tests/2024-notice.txt",
        "tests/cases/2024/折算.yaml",
    ):
        shutil.copy(ROOT / file, top / file)
    shutil.copytree(ROOT / "templates", top / "templates", ignore=shutil.ignore_patterns("__pycache__"))
    (top / "改错.yaml").write_text(RULES.replace(*UNQUOTED, 1), encoding="utf-8")
    workbook = openpyxl.load_workbook(ROOT / "examples" / "2024.xlsx")
    workbook["采用"]["B2"].value = "大浦镇"
    workbook.save(top / "改错.xlsx")
    return top


SHOWN = re.findall(r"^```sh\n(\S*xize [^\n]*)\n```\n\n```text\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(("line", "output"), SHOWN, ids=[" ".join(line.split()[1:3]) for line, _ in SHOWN])
def test_output_is_real(
    line: str, output: str, desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """README 里的每一行输出，都是程序真说的，连行号（……处有删节）。"""
    monkeypatch.chdir(desk)
    monkeypatch.setenv("COLUMNS", "300")
    main(shlex.split(line)[1:])
    captured = capsys.readouterr()
    said = {plain(one) for one in (captured.out + captured.err).splitlines()}
    assert [one for one in output.splitlines() if one != OMITTED and plain(one) not in said] == []


def plain(line: str) -> str:
    """A line without its spacing."""
    return " ".join(line.split())


# ---- rule files -------------------------------------------------------------------------


@pytest.mark.parametrize("block", blocks("yaml"), ids=lambda block: block.splitlines()[1].split(":")[0].strip())
def test_edits_load(block: str, tmp_path: Path) -> None:
    """README 里的每一处改动：“改前”在 2024 年（或 2023 年示意）的文件里恰有一处，换成“改后”仍没有错误。"""
    before, after = block.removeprefix("# 改前\n").split("# 改后\n")
    text = RULES if before in RULES else SKETCH
    assert text.count(before) == 1
    changed = tmp_path / "changed.yaml"
    changed.write_text(text.replace(before, after), encoding="utf-8")
    assert load_rules(changed).items


def test_the_case_shown_holds(tmp_path: Path) -> None:
    """「写算例」里的例子照抄就对得上；算例里能写的每一个键，那里都说到。"""
    section = part("## 写算例")
    (text,) = blocks("text", section)
    (tmp_path / "算例.yaml").write_text(text, encoding="utf-8")
    assert main(["test", str(ROOT / "rules" / "2024.yaml"), str(tmp_path / "算例.yaml")]) == 0
    defs = json.loads((ROOT / "schema" / "cases.json").read_text(encoding="utf-8"))["$defs"]
    assert set(defs["算例"]["properties"]) | set(defs["应为"]["additionalProperties"]["properties"]) <= set(
        re.findall(r"`([^`\n]+)`", section)
    )


def test_every_mechanism_has_its_row(tmp_path: Path) -> None:
    """每种算法在表里有一行，先后和程序里一样；每个例子放进 2024 年的文件都成立。"""
    table = [row for row in rows(part("### 算法")) if row[0].startswith("`")]
    assert [row[0].strip("`") for row in table] == list(_MAKERS)
    text = RULES
    for word, sections, _, example in table:
        section = "指标" if example.startswith("`{每") else sections.split()[0]
        entry = f"  例{word.strip('`')}: {{条款: 附件, {example.strip('`').removeprefix('{')}\n"
        at = re.search(rf"^{section}:.*\n", text, re.MULTILINE)
        assert at
        text = text[: at.end()] + entry + text[at.end() :]
    changed = tmp_path / "changed.yaml"
    changed.write_text(text, encoding="utf-8")
    assert {f"例{word}" for word in _MAKERS} <= set(load_rules(changed).items)


def test_every_recipe_loads(tmp_path: Path) -> None:
    """“常见的说法怎样写”里的每一项，放进 2024 年的文件都成立。"""
    text, names = RULES, []
    for _, section, entries in rows(part("### 常见的说法怎样写"))[1:]:
        for name, rest in re.findall(r"`(\w+): \{(.*?)`(?= `|$)", entries):
            at = re.search(rf"^{section}:.*\n", text, re.MULTILINE)
            assert at
            text = f"{text[: at.end()]}  {name}: {{条款: 附件, {rest}\n{text[at.end() :]}"
            names.append(name)
    changed = tmp_path / "changed.yaml"
    changed.write_text(text, encoding="utf-8")
    assert len(names) > 20
    assert set(names) <= set(load_rules(changed).items)


def test_sections_of_mechanisms_are_the_schema_s() -> None:
    """每种算法“写在”哪几节，和规则文件的结构说的一样。"""
    defs = json.loads((ROOT / "schema" / "rulebook.json").read_text(encoding="utf-8"))["$defs"]
    allowed = {
        section: {word for choice in defs[f"{section}项"]["oneOf"] for word in choice["required"]}
        for section in ("计分", "指标", "结果")
    }
    for row in rows(part("### 算法"))[1:]:
        assert row[1].split() == [section for section, words in allowed.items() if row[0].strip("`") in words], row[0]


def test_every_key_is_explained() -> None:
    """规则文件里能写的每一个键，「语言速查」都说到；没有值的每一种情形也说到。"""
    told = set(re.findall(r"`([^`]+)`", part("## 语言速查")))
    assert keys(json.loads((ROOT / "schema" / "rulebook.json").read_text(encoding="utf-8"))) - told == set()
    states = {row[0] for row in rows(part("### 没有值的几种情形"))}
    assert set(ABSENT_WORDS.values()) | {"未计"} <= states


def keys(schema: Any) -> set[str]:
    """Every key a schema lets an object have."""
    if isinstance(schema, list):
        return set().union(*map(keys, schema))
    if not isinstance(schema, dict):
        return set()
    own = set(schema["properties"]) if isinstance(schema.get("properties"), dict) else set()
    return own.union(*(keys(inner) for name, inner in schema.items() if name not in ("examples", "enum")))


def test_every_code_is_told() -> None:
    """「全部错误编号」和程序里的目录一样，一个不多，一个不少，先后也一样。"""
    table = [row for row in rows(part("## 全部错误编号")) if row[0] != "编号"]
    assert table == [list(pair) for pair in CODES.items()]


def test_every_ledger_and_column_is_told(book_2024: RuleBook) -> None:
    """「台账怎么填」说到每张台账的每一列，必填的带星号。"""
    table = {row[0]: row[1].split() for row in rows(part("## 台账怎么填")) if len(row) == 3}
    for ledger in book_2024.ledgers.values():
        wanted = [f.name + (r"\*" if f.blank is None else "") for f in ledger.fields.values()]
        assert table.get(ledger.name) == wanted, ledger.name


# ---- files ------------------------------------------------------------------------------


def test_every_file_named_exists() -> None:
    """文件夹一览、开发者部分和步骤里提到的每个文件都在。"""
    english = TEXT.split("\n# For developers\n")[1]
    named = re.findall(r"`((?:[\w.-]+/)*[\w.-]+(?:/|\.(?:py|yaml|json|xlsx|md|toml|lock)))`",
                       part("## 文件夹") + part("## 新增一种算法的步骤") + english)  # fmt: skip
    assert {"rules/2024.yaml", "engine/scoring/", "CHANGELOG.md"} <= set(named)
    assert sorted(name for name in set(named) if not (ROOT / name).exists()) == []


def test_the_layout_is_whole() -> None:
    """程序每一层的每个文件、文件夹，在 Layout 里有一行，由上层到下层。"""
    told = [Path(row[0].strip("`")).stem for row in rows(part("## Layout"))[1:]]
    assert set(FLOOR) - set(told) == set()
    floors = [FLOOR[name] for name in told if name in FLOOR]
    assert floors == sorted(floors, reverse=True)


def test_library_example_runs() -> None:
    """英文部分的例子照抄就能运行。"""
    done = subprocess.run([sys.executable, "-c", blocks("python")[0]], cwd=ROOT, capture_output=True, encoding="utf-8",
                          check=False)  # fmt: skip
    assert (done.returncode, done.stderr, done.stdout.count("\n")) == (0, "", 2)
