"""Templates that staff may edit: what they can say, what is refused, and that nothing is lost or done twice."""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document

from engine.paper import check, render, render_each, reread
from engine.paper.typeset import Typeset
from engine.source import Problem, Rejected

Template = Callable[..., Path]
CONTEXT = {
    "标题": "县<水利局> & 财政",
    "单位": {"名": "大埔镇", "得分": "40/3"},
    "名单": ["大埔镇", "凤山镇"],
    "暂定": True,
}


@pytest.fixture
def template(tmp_path: Path) -> Template:
    """A .docx of these paragraphs, the same text in the footer if asked."""

    def make(*paragraphs: str, footer: str = "", title: str = "") -> Path:
        document = Document()
        for text in paragraphs:
            document.add_paragraph(text)
        document.sections[0].footer.paragraphs[0].text = footer
        document.core_properties.title = title
        path = tmp_path / "模板.docx"
        document.save(str(path))
        return path

    return make


def refused(make: Callable[[], object]) -> tuple[Problem, ...]:
    """What a refusal says."""
    with pytest.raises(Rejected) as caught:
        make()
    return caught.value.problems


def test_text_is_never_lost(template: Template) -> None:
    """尖括号、&、全角和模板里本来有的 <75% 都原样印出；循环、选择、过滤都认。"""
    path = template(
        "完成率<75%的单位：{{ 标题 }}", "{%p for 行 in 名单 %}", "{{ loop.index }}.{{ 行 }}", "{%p endfor %}",
        "{% if 暂定 %}（暂定）{% else %}正式{% endif %}{{ 单位.得分|分 }}　{{ 名单|顿号 }}",
    )  # fmt: skip
    read = reread(render(path, CONTEXT))
    assert read.paragraphs == (
        "完成率<75%的单位：县<水利局> & 财政", "1.大埔镇", "2.凤山镇", "（暂定）13.33　大埔镇、凤山镇"
    )  # fmt: skip


def test_the_same_bytes(template: Template) -> None:
    """同一模板、同样内容，两次一个字节不差；一次做几份也和分开做一样。"""
    path = template("{{ 标题 }}", footer="{{ 标题 }}", title="{{ 标题 }}")
    once, twice = render(path, CONTEXT), list(render_each(path, [CONTEXT, CONTEXT]))
    assert twice == [once, once]
    assert {entry.date_time for entry in zipfile.ZipFile(io.BytesIO(once)).infolist()} == {(1980, 1, 1, 0, 0, 0)}


ATTACKS = [
    "{{ cycler.__init__.__globals__.os.popen('touch 坏').read() }}",
    "{{ ''.__class__.__mro__ }}",
    "{{ 单位.__class__ }}",
    "{{ 单位['__class__'] }}",
    "{{ 单位.update({'得分': '100'}) }}",
    "{% set _ = 名单.append('某局') %}",
    "{{ '%1000000000d'|format(1) }}",
    "{{ 'a' * 1000000000 }}",
    "{{ 1 + 1 }}",
    "{{ 名单 ~ 名单 }}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}",
    "{% macro a() %}{{ a() }}{% endmacro %}",
    "{{ lipsum(1000000) }}",
    "{{ 标题|attr('__class__') }}",
    "{{ 标题|map('upper') }}",
    "{{ self }}",
    "{% for a in range(99999999) %}{% endfor %}",
    "{{ namespace(a=1) }}",
    "{% filter upper %}a{% endfilter %}",
    "{% raw %}{{ 标题 }}{% endraw %}{% block b %}{% endblock %}",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_are_refused(template: Template, tmp_path: Path, attack: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """正文、页脚、文档属性里的攻击一律不执行、不印出，说明白在哪里。"""
    monkeypatch.chdir(tmp_path)
    faults = Typeset(template(attack, footer=attack, title=attack).read_bytes()).faults(None)
    assert {fault.where for fault in faults} == {"正文", "页脚", "文档属性"}
    assert {fault.code for fault in faults} <= {"T03", "T04", "T05"}
    assert not (tmp_path / "坏").exists()


def test_a_greedy_template_is_stopped(template: Template) -> None:
    """一层套一层的循环：十几秒内停下，不拖垮机器。"""
    deep = [f"{{% for a{i} in 名单 %}}" for i in range(26)] + ["长" * 50] + ["{% endfor %}"] * 26
    (problem,) = refused(lambda: render(template("".join(deep)), CONTEXT))
    assert problem.code == "T07"


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        ("{{ 标提 }}", "T02", "是不是想写“标题”"),
        ("{{ 单位.得份 }}", "T02", "是不是想写“得分”"),
        ("{% for 行 in 名单 %}{{ 行.名 }}{% endfor %}", "T02", "没有“名”"),
        ("{{ 标题|百分笔 }}", "T04", "能用的有：分、百分比"),
        ("｛｛ 标题 ｝｝", "T05", "全角"),
        ("｛% if 暂定 %}", "T05", "全角"),
        ("{{ 标题", "T05", "没有写全"),
        ("标题 }}", "T05", "没有写全"),
        ("{{ 标题 }", "T05", "没有写全"),
        ("{ 标题 }}", "T05", "没有写全"),
        ("{ 标题 }", "T05", "没有写全"),
        ("{{ 标题 }｝", "T05", "全角"),
        ("｛{ 标题 }}", "T05", "全角"),
        ("{{ 标题 ｝｝", "T05", "全角"),
        ("{{ 标题 }}}", "T05", "没有写全"),
        ("{{ 标题 {{ 标题 }}", "T05", "没有写全"),
        ("{% if 暂定 }暂定{% endif %}", "T05", "没有写全"),
        ("{ if 暂定 %}暂定{% endif %}", "T05", "没有写全"),
        ("{% if 暂定 %暂定{% endif %}", "T05", "没有写全"),
        ("{% if 暂定 ％}暂定{% endif %}", "T05", "全角"),
        ("{{ 单位．得分 }}", "T03", "“．”"),
        ("{% for 行 in 名单 %}", "T03", "没有对应的 {% endfor %}"),
        ("{% if 暂定 %}", "T03", "没有对应的 {% endif %}"),
    ],
)
def test_a_template_is_checked_before_anything_is_made(template: Template, text: str, code: str, told: str) -> None:
    """写错的名字说出最近的名字；全角花括号、没写完的标签说出原文。"""
    shape = {"标题": "", "单位": {"名": "", "得分": ""}, "名单": [""], "暂定": ""}
    (fault,) = Typeset(template(text).read_bytes()).faults(shape)
    assert fault.code == code
    assert told in fault.detail + fault.hint
    assert not re.search(r"unexpected|expected|template", fault.detail)


@pytest.mark.parametrize("broken", ["{{ 标题 }", "{ 标题 }}", "{% if 暂定 }", "{{ 标题 ｝}", "{{ 标题"])
def test_a_lost_brace_is_found_wherever_word_has_cut_the_text(tmp_path: Path, broken: str) -> None:
    """Word 把一个标签拆成几段字、后面还有好标签、在表格里、在页脚里：少一个括号都说得出，不悄悄丢掉中间的话。"""
    document = Document()
    for paragraph in (document.add_paragraph(), document.add_table(1, 1).cell(0, 0).paragraphs[0],
                      document.sections[0].footer.paragraphs[0]):  # fmt: skip
        for letter in broken:
            paragraph.add_run(letter)
    document.add_paragraph("一、总体情况 {{ 标题 }}")
    document.add_paragraph("{% if 暂定 %}（暂定）{% endif %}")
    document.save(str(tmp_path / "模板.docx"))
    faults = Typeset((tmp_path / "模板.docx").read_bytes()).faults({"标题": "", "暂定": ""})
    assert [(fault.code, fault.where, fault.text) for fault in faults] == [
        ("T05", "正文", broken), ("T05", "页脚", broken)
    ]  # fmt: skip


def test_a_lost_brace_in_plain_text(tmp_path: Path) -> None:
    """文字和网页模板也一样，逐行说；网页样式里的花括号不算。"""
    path = tmp_path / "模板.html"
    body = "<p>{{ 标题 }</p>\n<p>{ 标题 }}</p>\n<p>{{\n标题 }}</p>"
    path.write_text(f"<!DOCTYPE html>\n<style>p {{ margin: 0; }}</style>\n{body}", encoding="utf-8")
    assert [(p.code, str(p.place)) for p in check(path)] == [
        ("T05", f"{path} 正文“<p>{{{{ 标题 }}</p>”"), ("T05", f"{path} 正文“<p>{{ 标题 }}}}</p>”"),
    ]  # fmt: skip


def test_a_fault_is_told_with_its_place(template: Template) -> None:
    """经过子进程也一样：文件、正文还是页脚、标签的原文；没有错就一声不响。"""
    (problem,) = check(template("{{ 标题 }}", footer="第{{ 页 }}页"), {"标题": ""})
    assert str(problem.place).endswith("模板.docx 页脚“{{ 页 }}”")
    assert check(template("{{ 标题 }}"), {"标题": ""}) == []


def test_only_texts_are_printed(template: Template) -> None:
    """把一整个名单、一组名字、一个是否当文字印：停下来，说里面是什么、该怎样印。"""
    for text, told in (("名单", "（大埔镇、凤山镇）：用 for"), ("单位", "（名、得分）：用点号"), ("暂定", "{% if")):
        (problem,) = refused(lambda text=text: render(template(f"{{{{ {text} }}}}"), CONTEXT))
        assert (problem.code, told in problem.detail) == ("T03", True)


def test_values_that_no_document_can_hold(template: Template) -> None:
    """值里有控制字符或花括号：不印半截，停下来说是哪一个。"""
    path = template("{{ 标题 }}")
    for value in ("前\x0b后", "前\ud800后", "{{ 单位 }}", "{_{ 单位 }}"):
        (problem,) = refused(lambda value=value: render(path, {"标题": value}))
        assert problem.code == "T08"


def repacked(path: Path, part: str, content: bytes) -> Path:
    """The template with one part more, or another in its place."""
    with zipfile.ZipFile(path) as old:
        parts = {n: old.read(n) for n in old.namelist()} | {part: content}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in parts.items():
            new.writestr(name, data)
    return path


def test_markdown_values_are_harmless(tmp_path: Path) -> None:
    """粘贴用的文字：值里的竖线、星号、尖括号不会变成格式；攻击同样拒绝。"""
    path = tmp_path / "模板.md"
    path.write_text(
        "# {{ 标题 }}\n\n| 名 |\n| --- |\n{% for 行 in 名单 %}\n| {{ 行 }} |\n{% endfor %}\n", encoding="utf-8"
    )
    data = render(path, {"标题": "<b>通报*", "名单": ["甲|乙", "丙\n丁"]})
    assert data.decode() == "# \\<b\\>通报\\*\n\n| 名 |\n| --- |\n| 甲\\|乙 |\n| 丙 丁 |\n"
    assert reread(data).tables == ((("名",), ("甲|乙",), ("丙 丁",)),)
    path.write_text("{{ ''.__class__ }}", encoding="utf-8")
    assert check(path)[0].code == "T04"
    path.write_bytes("{{ 标题 }}".encode("gb18030"))
    assert check(path)[0].code == "T01"


def test_harmful_packages_are_refused(template: Template, tmp_path: Path) -> None:
    """宏、外部模板、实体声明、压缩炸弹、根本不是 .docx：打开之前就拒绝。"""
    foreign = (
        b'<Relationships><Relationship Id="r" Type="x/attachedTemplate" Target="http://x/" TargetMode="External"/>'
    )
    assert refused(lambda: render(repacked(template("好"), "word/vbaProject.bin", b"1"), {}))[0].code == "T06"
    assert (
        refused(lambda: render(repacked(template("好"), "word/_rels/settings.xml.rels", foreign), {}))[0].code == "T06"
    )
    assert refused(lambda: render(repacked(template("好"), "a.xml", b"<!DOCTYPE a>"), {}))[0].code == "T06"
    assert refused(lambda: render(repacked(template("好"), "a.bin", bytes(70 * 2**20)), {}))[0].code == "T06"
    other = tmp_path / "旧.docx"
    other.write_bytes(b"\xd0\xcf\x11\xe0")
    assert refused(lambda: render(other, {}))[0].code == "T01"
    assert refused(lambda: render(tmp_path / "没有.docx", {}))[0].code == "F01"
    assert refused(lambda: render(repacked(template("好"), "word/document.xml", b"<a>"), {}))[0].code == "T01"


@pytest.mark.skipif(os.name == "nt", reason="Windows 没有这种限度")
def test_the_press_leaves_no_process(template: Template) -> None:
    """只取第一份就不要了：子进程不留下。"""
    documents = render_each(template("{{ 标题 }}"), [CONTEXT] * 3)
    next(documents)
    documents.close()  # type: ignore[attr-defined]
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
