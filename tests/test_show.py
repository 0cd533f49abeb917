"""规则文件写成给人看的文字：一项不少，一个数不丢，每种算法一种句式。"""

from __future__ import annotations

import re
import typing
from pathlib import Path
from typing import Any

import pytest

from engine.document import Document, load, parse
from engine.pipeline import checked
from engine.prose import rendered
from engine.prose.mechanisms import _SENTENCES
from engine.rulebook import Mechanism, RuleBook

CLAUSES = sorted((Path(__file__).parent / "clauses").glob("*.yaml"))
RULESETS = sorted((Path(__file__).parent / "rulesets").glob("*/rules.yaml"))
NUMBER = re.compile(r"(?<![\w.])-?[0-9]+(?:\.[0-9]+)?(?![0-9.])")


@pytest.fixture(scope="module")
def text(root: Path) -> str:
    """rules/2024.yaml told back."""
    found = checked(root / "rules" / "2024.yaml")
    return rendered(found.doc, found.book)


def paragraph(text: str, name: str) -> str:
    """What is said of an item, its table with it."""
    return text.split(f"**{name}**（")[1].split("\n\n**", maxsplit=1)[0]


def numbers(value: Any) -> set[str]:
    """Every number anywhere in a value or a key of it; the number of a clause is none."""
    if isinstance(value, dict):
        return set().union(*(numbers(part) | numbers(key) for key, part in value.items() if key != "条款"))
    if isinstance(value, list):
        return set().union(*map(numbers, value))
    return set(NUMBER.findall(value or ""))


def entries(doc: Document) -> dict[str, Any]:
    """Name → definition of every item, part and step; bulletins are among them."""
    value: Any = doc.value
    found = {name: one for key in ("计分", "指标", "结果", "通报") for name, one in (value.get(key) or {}).items()}
    steps = {step["编号"]: step for step in value["考评"]["得分"]}
    return found | (value["考评"].get("项目") or {}) | steps


def said(text: str, name: str) -> str:
    """All that is said of an entry, wherever: its paragraph with the table below it."""
    return "\n".join(re.findall(rf"\*\*{re.escape(name)}\*\*((?:.|\n(?!\n?(?:\*\*|## |- \*\*口径|[0-9]+\. )))*)", text))


def lost(doc: Document, text: str) -> dict[str, set[str]]:
    """Entry → numbers of its definition that its own paragraph has not; “没有” where it is not named at all."""
    found = {}
    for name, definition in entries(doc).items():
        words = said(text, name)
        missing = {n for n in numbers(definition) if n.lstrip("-") not in re.findall(r"[0-9]+(?:\.[0-9]+)?", words)}
        if missing or not words:
            found[name] = missing or {"没有"}
    return found


def test_nothing_of_2024_is_lost(root: Path, text: str, book_2024: RuleBook) -> None:
    """每一个参加计算的数、每一项、每一条条文和口径、每一个单位和台账的列，文字里都有。"""
    doc = load(root / "rules" / "2024.yaml")
    assert lost(doc, text) == {}
    for clause in book_2024.clauses.values():
        assert all(f"> {words}\n" in text for words in clause.texts), clause.name
    for reading in book_2024.readings.values():
        assert f"**口径 {reading.name}**" in text
        assert all(f"备选“{name}”" in text for name in reading.alternatives)
    for unit in book_2024.roster.units:
        assert f"| {unit.name} | " in text
    for ledger in book_2024.ledgers.values():
        assert f"**{ledger.name}**　" in text
        assert all(f"- {name}：" in text for name in ledger.fields)


@pytest.mark.parametrize(
    "path", [*CLAUSES, *RULESETS], ids=lambda path: path.parent.name if path.stem == "rules" else path.stem
)
def test_nothing_is_lost_of_any_mechanism(path: Path, tmp_path: Path) -> None:
    """每种算法的规则文件、别处的细则：一项不少，一个数不丢，没有一处写着 None。"""
    rules = tmp_path / "rules.yaml"
    rules.write_text(path.read_text(encoding="utf-8").split("\n---\n")[0] + "\n", encoding="utf-8")
    found = checked(rules)
    told = rendered(found.doc, found.book)
    assert lost(found.doc, told) == {}
    assert "None" not in told


def test_every_mechanism_has_its_sentence() -> None:
    """规则语言的每种算法都有一种句式。"""
    assert set(_SENTENCES) == set(typing.get_args(Mechanism))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("季度任务扣分", "- 75%（含）—100%（不含）：扣2分\n- 50%（含）—75%（不含）：扣4分\n"),
        ("季度任务扣分", "- 100%（含）以上：扣0分\n"),
        ("突发时效", "- 2小时（不含）—12小时（含）：迟报\n"),
        ("突发时效", "- 48小时（不含）以上：瞒报\n"),
        ("电话时限", "- 特别重大、重大、紧急敏感：10分钟\n"),
        ("采用分值", "| 综合采用（3个及以上单位） | 5 | 5 | 10 | 15 |\n| 简讯信息 | 5 | — | — | — |\n"),
        ("机制扣分标准", "- 是：扣20分\n- 否：取“四项扣分”\n"),
        ("四项扣分", "领导不重视的扣5分；"),
        ("约稿扣分", "反馈不及时次数，每次扣1分；不反馈次数，每次扣5分；加在一起。"),
        ("采用计分", "信息编号、单位相同的，只计“采用分值”最高的一条，后来有更高的，只在那一天补差额。"),
        ("迟报归零", "“迟报次数 ≥ 2”是不是成立。"),
        ("反馈不及时次数", "（每个单位每年）　“约稿”里“反馈 = 不及时”的有几行。"),
        ("任务完成日", "“采用分.日期”里“累计采用分 ≥ 年度任务”的最早的。"),
        ("季度采用任务", "每季一次，满分 10 分；从满分里扣“季度任务扣分”，不低于 0 分，不高于 10 分。"),
        ("名次", "“系列”相同的排在一起，先后看得分（高者先），再看任务完成日（早者先），再看裁定次序（低者先）；"),
        ("折算分", "得分 × 绩效分值 ÷ 总分的满分；四舍五入到 2 位小数。"),
        ("批示奖励标准", "只在“批示前提”时计；不成立的列在“未计”里；"),
    ],
)
def test_plain_words(text: str, name: str, words: str) -> None:
    """分档、表格、按次、只计、归零、排名……各是一句平常的话。"""
    assert words in ("（" + paragraph(text, name) + "\n")


def test_clauses_come_in_their_order(text: str, book_2024: RuleBook) -> None:
    """条文照文件的先后；一项写在它的第一条下面，别的条下面写“见”。"""
    assert re.findall(r"^## (.+)$", text, re.MULTILINE)[: len(book_2024.clauses)] == list(book_2024.clauses)
    assert "**追究责任**　见 三（二）5。" in text.split("## 三（二）8\n")[1].split("\n## ", maxsplit=1)[0]
    assert "不计算：只说考核什么，不含分值。" in text.split("## 一\n")[1].split("\n## ", maxsplit=1)[0]


def test_the_steps_are_numbered(text: str) -> None:
    """得分一步一行，讲先后。"""
    part = text.split("## 得分\n")[1].split("\n## ", maxsplit=1)[0]
    assert "每年考评一次，满分 100 分。" in part
    assert [line[:2] for line in part.splitlines() if line[:1].isdigit()] == ["1.", "2.", "3.", "4."]
    assert "3. **保底**　低于 0 分的，算 0 分\n" in part


def test_a_sketch_says_so(root: Path) -> None:
    """示意的规则文件：标题上写明，试写的条文不当原文，待核对的逐处列着。"""
    found = checked(root / "rules" / "2023.yaml")
    told = rendered(found.doc, found.book)
    assert told.startswith(f"# {found.book.title.marked(found.book.title.name)}\n")
    assert "> （试写，不是原文）\n" in told
    assert all(f"- {path}：{one.look}\n" in told for path, one in found.book.unverified.items())


def test_a_reading_taken_is_told() -> None:
    """备选写成对文件的改动，路径、新值都照文件。"""
    from engine.prose.readings import plain

    doc = parse("备选: {累加: {计分.批示.同: [编号, 单位], 计分.批示.补差: 删去}}".encode(), "a.yaml")
    assert plain(doc.get(("备选", "累加"))) == "{计分.批示.同: [编号, 单位], 计分.批示.补差: 删去}"
