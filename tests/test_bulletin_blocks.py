"""文书里应有的部分一样不少：模板丢了一段，停下来说丢了哪一段；有意不印的，在模板里写明。"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document

from engine import publish
from engine.bulletin import RULING, blocks_of, differences
from engine.bulletin.blocks import BLOCKS
from engine.paper import reread
from engine.paper.shelf import template_named
from engine.publish import Order, check_template, prepared, released
from engine.source import Problem, Rejected

pytestmark = pytest.mark.usefixtures("once")
TYPED = {"number": "柳城政办〔2024〕15号", "day": dt.date(2024, 6, 5), "note": "此件公开发布"}


@pytest.fixture(scope="module")
def edition(root: Path) -> publish.Edition:
    """The progress for May, with everything that a paper can have."""
    return prepared(Order(root / "rules/2024.yaml", root / "examples/2024.xlsx", "季度进度", "2024-05", **TYPED))  # type: ignore[arg-type]


def edited(root: Path, folder: Path, drop: str = "", *more: str) -> Path:
    """The shipped template without the paragraphs that hold ``drop``, and with some more at the end."""
    document = Document(str(root / "templates" / "通报.docx"))
    for paragraph in list(document.paragraphs):
        if drop and drop in paragraph.text:
            paragraph._p.getparent().remove(paragraph._p)
    for text in more:
        document.add_paragraph(text)
    document.save(str(folder / "通报.docx"))
    return folder / "通报.docx"


def refused(edition: publish.Edition, template: Path, folder: Path) -> list[Problem]:
    """What releasing with that template says; nothing is written then."""
    with pytest.raises(Rejected) as caught:
        released(replace(edition, template=template), folder / "out", lambda done: None)
    assert not (folder / "out").exists()
    return list(caught.value.problems)


@pytest.mark.parametrize("block", ["导语", "主送", "标志", "附注"])
def test_a_block_that_was_lost_stops_the_paper(
    root: Path, tmp_path: Path, edition: publish.Edition, block: str
) -> None:
    """模板里少了一段：校验提醒，写的时候停下，说是哪一段、原话的开头、怎样补；写明不印的就照印别的。"""
    lost = edited(root, tmp_path, f"{{{{ {block} }}}}")
    (warned,) = check_template(lost)
    assert (warned.code, warned.severity.value) == ("T09", "警告")
    (problem,) = refused(edition, lost, tmp_path)
    assert problem.code == "B10"
    assert block in problem.detail
    assert str(edition.contexts[0][block])[:8] in problem.detail
    assert f"{{# 不印：{block}" in problem.hint
    meant = edited(root, tmp_path, f"{{{{ {block} }}}}", f"{{# 不印：{block} #}}")
    assert check_template(meant) == []
    assert released(replace(edition, template=meant), tmp_path / "out", lambda done: None).paths


def test_a_condition_that_is_never_true_is_noticed(root: Path, tmp_path: Path, edition: publish.Edition) -> None:
    """标签都对、条件写反了，工作要求整段不见：校验看不出，写的时候停下来。"""
    document = Document(str(root / "templates" / "通报.docx"))
    at = next(p for p in document.paragraphs if "for 块 in 文字" in p.text)
    at.insert_paragraph_before("{%p if not 标题 %}")
    end = next(p for p in document.paragraphs if "if 附件目录" in p.text)
    end.insert_paragraph_before("{%p endif %}")
    document.save(str(tmp_path / "通报.docx"))
    assert check_template(tmp_path / "通报.docx") == []
    (problem,) = refused(edition, tmp_path / "通报.docx", tmp_path)
    assert problem.detail == "文书里没有“文字”：工作要求（共3处）。"


def test_a_table_that_was_lost_is_noticed(root: Path, tmp_path: Path, edition: publish.Edition) -> None:
    """附件里的清单整张没有了：每一行都说没有。"""
    document = Document(str(root / "templates" / "通报.docx"))
    table = document.tables[1]._tbl
    table.getparent().remove(table)
    document.save(str(tmp_path / "通报.docx"))
    told = refused(edition, tmp_path / "通报.docx", tmp_path)
    assert {p.code for p in told} == {"B05"}
    assert len(told) == len(edition.contexts[0]["清单"][0]["行"])


def test_words_after_left_out_are_checked(root: Path, tmp_path: Path) -> None:
    """“不印”里名字写错，说最近的名字；示意、暂定的标注不能不印。"""
    first, second = check_template(edited(root, tmp_path, "", "{# 不印：导雨、标注 #}"))
    assert (first.code, "是不是想写“导语”" in first.hint) == ("T02", True)
    assert (second.code, second.detail) == ("T04", "“标注”（示意、暂定……）不能不印。")


@pytest.mark.parametrize("form", [".docx", ".md", ".html"])
@pytest.mark.parametrize("name", [name for name in BLOCKS if name != RULING])
def test_shipped_templates_print_every_block(root: Path, name: str, form: str) -> None:
    """随程序的模板：应有的部分都印，不印的写明了。"""
    assert check_template(template_named(f"{name}{form}")) == []


@pytest.mark.parametrize("block", [block for block in BLOCKS["通报"] if block != "标注"])
def test_every_block_is_looked_for(edition: publish.Edition, block: str) -> None:
    """逐个部分：它的话不在文书里，就有一条说少了它，别的部分不受牵连。"""
    ((name, data),) = edition.documents()
    context, reading, blank = edition.contexts[0], reread(data), reread(edition.template.read_bytes())
    assert differences(name, context, reading, blank, blocks_of("通报")) == []
    texts = {"分组": context["分组"][0]["题"], "清单": "采用信息清单", "文字": "工作要求", "附件目录": "采用信息清单",
             "口径": ""}  # fmt: skip
    found = texts.get(block, context[block])
    words = found if isinstance(found, str) else found[0]
    if words:
        changed = replace(reading, text="".join(reading.text.split()).replace("".join(words.split()), ""))
        told = [p.detail for p in differences(name, context, changed, blank, blocks_of("通报")) if p.code == "B10"]
        assert any(block in detail for detail in told)
    else:
        fewer = replace(reading, tables=tuple(t for t in reading.tables if t[0][0] != "编号"))
        assert len(differences(name, context, fewer, blank, blocks_of("通报"))) == len(context[block]["行"])
