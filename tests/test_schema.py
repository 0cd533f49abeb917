"""The shape of rule files, and the JSON Schema that the engine and the editors share."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.document import load, parse
from engine.schema import problems, schema_file

RULES = Path(__file__).parent.parent / "rules" / "2024.yaml"
SCHEMA: dict[str, Any] = json.loads(schema_file().read_text(encoding="utf-8"))

HEAD = """\
细则: {名称: 例, 年度: 2024, 起止: 2024-01-01 至 2024-12-31}
条文: {一: {原文: [甲, 乙]}}
单位:
  分类: 系列
  列: {系列: [一类, 二类], 季度任务: 条, 年度任务: {类: 采用分, 空: 不适用}}
  名单: {甲镇: {系列: 一类, 季度任务: 3, 别名: [甲乡]}, 乙局（含丙局）: {系列: 二类, 季度任务: 62.5}}
台账:
  采用: {归期: 日期, 期后: 报错, 可缺: 否, 疑似重复: [单位], 列: {单位: 单位, 日期: 日期, 渠道: [县级, 市级]}}
"""
TAIL = "考评: {得分: [{编号: 合计, 加: 年度分}]}\n"
ROWS = "计分:\n  项: {条款: 一, 台账: 采用, %s}\n"
PERIODS = "指标:\n  项: {条款: 一, 每: 季, %s}\n"
RESULTS = "结果:\n  项: {条款: 一, %s}\n"

EVERY_MECHANISM = [
    ROWS % "查表: [渠道, 单位], 表: {县级: {其余: 1}, 市级: 不适用}, 选项: [甲, 乙]",
    ROWS % "按次: {甲: 1, 乙: 0.5}",
    ROWS % "公式: 甲 ÷ 乙, 取整: {小数: 2, 方式: 进一}, 当: 渠道 = 县级, 否则: 未计, 归期: 日期, 说明: 例, 曾用: 旧项",
    ROWS % "历时: 日期, 至: [日期], 未至: 不计",
    ROWS % "取数: 渠道",
    ROWS % "取时: 日期, 部分: 星期",
    ROWS % "只计: 最高, 值: 甲, 同: [单位], 补差: 是, 比: 渠道",
    ROWS % "只计: 累加, 值: 甲, 同: 单位, 封顶: 年度任务",
    ROWS % "只计: 最高3项, 值: 甲, 同: 单位",
    ROWS % "只计: 最先2次, 值: 甲, 同: 单位",
    ROWS % "次序: 日期, 同: 单位",
    ROWS % "累计: 甲, 同: 单位",
    ROWS % "种数: 采用.单位, 同: 单位, 至多: 20, 止于: 日期",
    "计分:\n  账: {条款: 一, 收: [甲, 乙], 带: [渠道]}\n",
    PERIODS % "累计: 甲",
    PERIODS % "结转: 甲, 任务: 季度任务",
    *(PERIODS % f"{verb}: 采用" for verb in ["合计", "计次", "种数", "最高", "最低", "平均", "最早", "最晚"]),
    RESULTS % "名次: [{合计: 高者先}, {甲: 早者先}], 范围: 系列, 同分: 并列不跳号",
    RESULTS % "处置: [取消评优], 当: 甲 > 2, 裁定: {台账: 采用, 当: 甲 = 乙, 示: [日期]}",
    RESULTS % "台账: 采用, 提示: 超过时限，不扣分, 当: 甲 > 2",
    RESULTS % "折算: 合计, 到: 绩效分值",
    RESULTS % "折算: 合计, 到: 5",
    '结果:\n  项: {条款: 一, 查表: 合计, 选项: [不达标, 达标], 表: {"[0, 6)": 不达标, "[6, +∞)": 达标}}\n',
]


@pytest.mark.parametrize("text", EVERY_MECHANISM, ids=lambda text: text.split("{条款: 一, ")[1][:24])
def test_every_mechanism_of_the_language_is_accepted(text: str) -> None:
    """Each mechanism word with its parameters has a shape."""
    assert problems(parse((HEAD + text + TAIL).encode(), "例.yaml")) == []


def test_every_kind_of_part_and_step_is_accepted() -> None:
    """项目 moves by 扣, 得 or 按比例; 得分 knows its seven verbs."""
    text = """\
考评:
  每: 季
  满分: 100
  项目:
    甲: {条款: 一, 满分: 20, 每: 季, 扣: [甲分, 乙分], 保底: -5, 适用: 约稿次数 ≥ 1, 不适用: 满分, 当: 乙 > 1}
    乙: {条款: 一, 得: 加分, 封顶: 不限}
    丙: {条款: 一, 满分: 50, 按比例: 完成率}
  得分:
    - {编号: 一步, 加: [甲, 乙], 当: 甲 > 1}
    - {编号: 二步, 条款: 一, 减: 扣分}
    - {编号: 三步, 保底: 0}
    - {编号: 四步, 封顶: 110}
    - {编号: 五步, 折到: 100}
    - {编号: 六步, 取整: {小数: 0, 方式: 舍去}}
    - {编号: 七步, 归零: 失实归零}
"""
    assert problems(parse((HEAD + text).encode(), "例.yaml")) == []


def patched(path: str, value: str) -> list[str]:
    """The faults found, looking only at the changed item, when ``path`` of the 2024 file is set to ``value``."""
    note = f'  补丁: {{条款: 四, 问题: 例, 采取: 甲, 理由: 例, 备选: {{乙: {{"{path}": {value}}}}}}}\n'
    doc = parse((RULES.read_text(encoding="utf-8").replace("口径:", "口径:\n" + note + "#", 1)).encode(), "例.yaml")
    like = ("口径", "补丁", "备选", "乙", path)
    steps = tuple(path.split("."))
    changed = doc.replace(steps, doc.get(like), like)
    return [f"{p.code} {p.detail}" for p in problems(changed, only=[steps])]


def test_a_patched_item_is_checked_alone() -> None:
    """A reading's alternative is held against the shape of the item it changes, at the patch's own line."""
    assert patched("计分.采用计分.补差", "否") == []
    assert patched("计分.新项", "{条款: 四, 台账: 采用, 公式: 1}") == []
    assert patched("计分.采用计分.补差", "不") == ["S03 「补差」不能写“不”，只能写：是、否。"]
    assert patched("计分.新项", "{条款: 四, 台账: 采用}") == ["S06 「新项」没有写算法。"]


def test_taking_a_required_part_away_is_told() -> None:
    """When the patch removes what a section must have, the section is looked at as a whole."""
    doc = load(RULES).remove(("考评", "得分"))
    assert [p.detail for p in problems(doc, only=[("考评", "得分")])] == ["「考评」少了“得分”。"]


def nodes(schema: object, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema inside the schema, with its path."""
    if not isinstance(schema, dict):
        return
    yield path, schema
    for group in ("properties", "$defs"):
        for key, part in schema.get(group, {}).items():
            yield from nodes(part, f"{path}/{key}")
    for key in ("items", "additionalProperties", "propertyNames", "then"):
        yield from nodes(schema.get(key), f"{path}/{key}")
    for part in schema.get("allOf", ()):
        yield from nodes(part, f"{path}/{next(iter(part['if']['required']))}")


def test_the_schema_is_valid_and_uses_known_words_only() -> None:
    """A misspelt keyword would be ignored by every validator; so the set of keywords is closed."""
    from jsonschema import Draft202012Validator

    Draft202012Validator.check_schema(SCHEMA)
    known = {
        "$schema", "$ref", "$defs", "title", "description", "type", "enum", "enumDescriptions", "pattern", "format",
        "examples", "required", "oneOf", "properties", "additionalProperties", "propertyNames", "items", "minItems",
        "uniqueItems", "minLength", "minProperties", "maxProperties", "minimum", "maximum", "allOf", "if", "then",
    }  # fmt: skip
    assert {key for _, schema in nodes(SCHEMA) for key in schema} <= known


def test_every_place_speaks_to_the_user() -> None:
    """Whatever can be refused has a Chinese title; whatever has a form shows an example; whole texts are matched."""
    for path, schema in nodes(SCHEMA):
        if {"pattern", "type"} & schema.keys():
            assert schema.get("title"), path
        if "pattern" in schema:
            assert schema.get("examples"), path
            assert schema["pattern"].startswith("^"), path
            assert schema["pattern"].endswith("$"), path
            assert "\\d" not in schema["pattern"], path
            assert "\\w" not in schema["pattern"], path
        if "enum" in schema and "title" in schema:
            assert len(schema["enumDescriptions"]) == len(schema["enum"]), path
        assert schema.get("$ref", "#/").startswith("#/"), path


def test_every_mechanism_word_is_described_for_editors() -> None:
    """Each word that chooses a sub-schema is a described property, and its keys are closed."""
    for name in ("计分项", "指标项", "结果项"):
        item = SCHEMA["$defs"][name]
        words = [branch["required"][0] for branch in item["oneOf"]]
        assert [rule["if"]["required"][0] for rule in item["allOf"]] == words
        for rule in item["allOf"]:
            word = rule["if"]["required"][0]
            assert item["properties"][word].keys() & {"description", "$ref"}, word
            assert {word, "条款", "当", *rule["then"].get("properties", {})} <= set(
                rule["then"]["propertyNames"]["enum"]
            )
