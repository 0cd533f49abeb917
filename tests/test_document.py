"""The strict reader: what it accepts keeps its places, what it refuses is named in Chinese on the right line."""

from __future__ import annotations

import re
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.document import Document, load, parse
from engine.schema import problems as shape_problems
from engine.source import Problem, Rejected, Span, render

HERE = Path(__file__).parent
FAULTS = sorted((HERE / "faults").glob("[YS][0-9][0-9]-*.yaml"))
RULES = HERE.parent / "rules" / "2024.yaml"
SLIPS = "：，“”［］｛｝（）－＃％１%[]{},:'\"-?|>&*!#@`\\\n\t \u3000\u00a0\u200b甲乙a0<~年份"


def faults_of(data: bytes, name: str) -> list[Problem]:
    """Every fault of a rule file: how it is written and, when that is right, its shape."""
    try:
        return shape_problems(parse(data, name))
    except Rejected as rejected:
        return list(rejected.problems)


def marked(path: Path) -> Counter[tuple[int, str]]:
    """What a file says of itself: ``#! CODE`` ends a faulty line.

    A file that cannot carry a comment has a ``.expect`` beside it: “line CODE”.
    """
    sidecar = path.with_suffix(".expect")
    if sidecar.exists():
        pairs = (line.split() for line in sidecar.read_text(encoding="utf-8").splitlines())
        return Counter((int(line), code) for line, code in pairs)
    lines = path.read_text(encoding="utf-8").split("\n")
    return Counter((n, code) for n, line in enumerate(lines, 1) for code in line.partition("#! ")[2].split())


def place_of(problem: Problem) -> tuple[int, str]:
    assert isinstance(problem.place, Span)
    return problem.place.line, problem.code


@pytest.mark.parametrize("path", FAULTS, ids=lambda path: path.stem)
def test_every_marked_fault_and_no_other(path: Path) -> None:
    """A broken file gives exactly the faults its lines are marked with, on those lines."""
    assert Counter(map(place_of, faults_of(path.read_bytes(), path.name))) == marked(path)


def test_every_code_of_writing_and_shape_has_a_broken_file() -> None:
    """Each Y and S code of the catalogue is shown by at least one file (Y01 is too large to keep)."""
    from engine.codes import SHAPE, YAML

    shown = {code for path in FAULTS for _, code in marked(path)}
    assert shown == {*YAML, *SHAPE} - {"Y01"}


@pytest.mark.parametrize("path", FAULTS, ids=lambda path: path.stem)
def test_no_english_reaches_the_user(path: Path) -> None:
    """Messages quote the user's own words and otherwise speak Chinese."""
    for problem in faults_of(path.read_bytes(), path.name):
        for text in (problem.detail, problem.hint):
            own = re.sub(
                r"“[^”]*”|「[^」]*」|YAML|UTF-(?:8|16)|GBK/GB18030|ANSI|Unicode|WPS|BOM|Word|Tab|KB|U\+\w+", "", text
            )
            assert not re.search(r"[A-Za-z]{3,}", own), text


def test_too_large_a_file_is_refused_unread() -> None:
    """A file larger than the limit is refused by its size."""
    with pytest.raises(Rejected) as rejected:
        parse(b"x" * 500_001, "大.yaml")
    assert [p.code for p in rejected.value.problems] == ["Y01"]


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    """A missing file, a folder and an impossible name are faults of the file, not a traceback."""
    for path, code in ((tmp_path / "无.yaml", "F01"), (tmp_path, "F02"), (Path("a\0b"), "F01")):
        with pytest.raises(Rejected) as rejected:
            load(path)
        assert [p.code for p in rejected.value.problems] == [code]
        assert rejected.value.unreadable


def test_the_2024_rules_are_clean() -> None:
    """The year's file is clean in form and shape."""
    assert shape_problems(load(RULES)) == []


def test_scalars_stay_text() -> None:
    """Nothing YAML 1.1 would guess is guessed; empty is None."""
    text = "甲: 010\n乙: 12:30\n丙: on\n丁: 1e3\n戊: .nan\n己: 1_000\n庚: ~\n辛: null\n壬:\n癸: ''\n子: 2024-01-01\n"
    assert parse(text.encode(), "a.yaml").value == {
        "甲": "010", "乙": "12:30", "丙": "on", "丁": "1e3", "戊": ".nan", "己": "1_000", "庚": "~", "辛": "null",
        "壬": None, "癸": "", "子": "2024-01-01",
    }  # fmt: skip


def test_full_width_punctuation_in_text_is_right() -> None:
    """Chinese punctuation inside names and sentences is kept as written."""
    text = (
        "表:\n  综合采用（2个单位）: 1\n原文: 在50%（含）—75%（不含）的，扣8分；“同条”：只计最高。\n"
        "问题: “超过2次”\n列: [综合采用（选题单位）, 通报批评（拟，报批）]\n"
        "条: {理由: 文义；顿号、并列, 当: 甲 在 （乙、丙）}\n"
        "清单:\n  - 分值构成（按百分制计算）：\n  - 甲：乙\n竖:\n  - 键: |\n      年份：2024\n      - 甲\n"
    )
    value = parse(text.encode(), "a.yaml").value
    assert isinstance(value, dict)
    assert value["清单"] == ["分值构成（按百分制计算）：", "甲：乙"]
    assert value["竖"] == [{"键": "年份：2024\n- 甲\n"}]


def test_bom_and_windows_line_ends_are_accepted() -> None:
    """Notepad's BOM and CRLF change neither values nor places."""
    doc = parse("\ufeff甲: 1\r\n乙: 2\r\n".encode(), "a.yaml")
    assert doc.value == {"甲": "1", "乙": "2"}
    assert (doc.at(("乙",)).line, doc.at(("乙",)).start) == (2, 3)


def written(span: Span) -> str:
    return span.source.lines[span.line - 1][span.start : span.end]


def test_every_value_of_the_2024_rules_knows_its_place() -> None:
    """The text at a scalar's place is the scalar, and at its key's place the key."""
    doc = load(RULES)
    count = 0

    def walk(value: object, path: tuple[str | int, ...]) -> None:
        nonlocal count
        if isinstance(value, str):
            count += 1
            assert written(doc.text_at(path)) == value
            return
        parts = value.items() if isinstance(value, dict) else enumerate(value or ())  # type: ignore[arg-type]
        for step, part in parts:
            if isinstance(step, str):
                assert written(doc.key_at((*path, step))).strip("\"'") == step
            walk(part, (*path, step))

    walk(doc.value, ())
    assert count > 1000


SMALL = """\
计分:
  采用: {值: 甲, 同: [单位], 式: "a b"}
步:
  - {编号: 一, 加: 甲}
  - {编号: 二, 减: 乙}
备选:
  改:
    计分.采用.值: 丙
    步.三: {之后: 一, 加: 丁}
    计分.新: {值: 戊}
"""


@pytest.fixture
def small() -> Document:
    return parse(SMALL.encode(), "小.yaml")


def test_places_fall_back_to_the_nearest_above(small: Document) -> None:
    """A path that is not there gives the place of the nearest one that is."""
    assert written(small.at(("计分", "采用", "同", 0))) == "单位"
    assert written(small.key_at(("计分", "采用", "无", "无"))) == "采用"
    assert written(small.at(("计分", "采用", "式"))) == '"a b"'
    assert written(small.text_at(("计分", "采用", "式"))) == "a b"
    assert small.at(("步", 1, "减")).line == 5


def test_a_patch_is_a_copy_with_the_places_of_the_patch(small: Document) -> None:
    """Replacing and adding leave the original alone; new values stand where the patch is written."""
    like = ("备选", "改", "计分.采用.值")
    patched = small.replace(("计分", "采用", "值"), "丙", like)
    assert patched.get(("计分", "采用", "值")) == "丙"
    assert small.get(("计分", "采用", "值")) == "甲"
    assert (patched.at(("计分", "采用", "值")).line, patched.key_at(("计分", "采用", "值")).line) == (8, 8)
    assert patched.at(("计分", "采用", "同", 0)).line == 2
    added = small.replace(("计分", "新"), small.get(("备选", "改", "计分.新")), ("备选", "改", "计分.新"))
    section = added.get(("计分",))
    assert isinstance(section, dict)
    assert list(section) == ["采用", "新"]
    assert written(added.at(("计分", "新", "值"))) == "戊"
    assert (added.source, added.digest) == (small.source, small.digest)


def test_a_step_is_put_into_a_list_with_a_changed_mapping(small: Document) -> None:
    """A new step may add keys of its own (编号); those have the place of the patch."""
    like = ("备选", "改", "步.三")
    patched = small.insert(("步",), 1, {"编号": "三", "加": "丁"}, like)
    assert [patched.get(("步", index, "编号")) for index in range(3)] == ["一", "三", "二"]
    assert patched.at(("步", 1, "编号")).line == patched.at(("步", 1, "加")).line == 9
    assert patched.at(("步", 2, "减")).line == 5
    assert len(small.get(("步",)) or ()) == 2


def test_removing(small: Document) -> None:
    """A key or a step can be left out; what is not there cannot."""
    assert small.remove(("计分", "采用", "同")).get(("计分", "采用")) == {"值": "甲", "式": "a b"}
    assert small.remove(("步", 0)).get(("步",)) == [{"编号": "二", "减": "乙"}]
    for change in (
        lambda: small.remove(("计分", "无")),
        lambda: small.replace(("无", "无"), "丙", ("备选",)),
        lambda: small.replace(("步", 7), "丙", ("备选",)),
        lambda: small.insert(("计分",), 0, "丙", ("备选",)),
        lambda: small.get(("无",)),
    ):
        with pytest.raises(KeyError):
            change()


def test_sixty_patched_copies_cost_next_to_nothing() -> None:
    """Sixty alternatives of the year's file share what they do not change: far below 0.3 s."""
    doc = load(RULES)
    like = ("口径", "A03", "备选", "累加", "计分.批示计分.同")
    start = time.perf_counter()
    for _ in range(60):
        patched = doc.replace(("计分", "批示计分", "同"), doc.get(like), like)
    assert time.perf_counter() - start < 0.1
    assert patched.get(("单位",)) is doc.get(("单位",))


def answered(data: bytes) -> None:
    try:
        told = list(problem_texts(parse(data, "模糊.yaml")))
    except Rejected as rejected:
        told = [render(problem) + str(problem.as_json()) for problem in rejected.problems]
    assert all(told)
    assert told


def problem_texts(doc: Document) -> list[str]:
    """A document is used once: its place, and what its shape lacks (never nothing: it is no rule file)."""
    return [str(doc.at(())), *map(render, shape_problems(doc))]


@given(st.binary(max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_answered(data: bytes) -> None:
    """No bytes whatever crash the reader: a document or a rejection with reasons."""
    answered(data)


@given(st.text(alphabet=SLIPS, max_size=120))
@settings(max_examples=600, deadline=None)
def test_any_slip_is_answered(text: str) -> None:
    """No heap of YAML signs and Chinese punctuation crashes the reader."""
    answered(text.encode())


@given(st.integers(0, 840), st.integers(1, 12), st.data())
@settings(max_examples=150, deadline=None)
def test_any_slip_in_a_real_file_is_answered(first: int, count: int, data: st.DataObject) -> None:
    """A few keystrokes gone wrong in the year's file are answered too."""
    text = "\n".join(RULES.read_text(encoding="utf-8").split("\n")[first : first + count])
    at = data.draw(st.integers(0, len(text)))
    answered((text[:at] + data.draw(st.text(alphabet=SLIPS, min_size=1, max_size=3)) + text[at:]).encode())


SIZE = 150_000
HOSTILE = {
    "方括号": b"[" * SIZE,
    "花括号": b"{a: " * (SIZE // 4),
    "减号": b"- " * (SIZE // 2),
    "行": "年：1\n".encode() * (SIZE // 9),
    "引号": b'a: "' + b'\\"' * (SIZE // 2 - 9),
    "一行很多引号": b"[" + b'"a",' * (SIZE // 4 - 9) + b"]",
    "引用": b"a: &a [x]\n" + b"b: *a\n" * (SIZE // 6 - 9),
    "空格": b"a:" + b" " * (SIZE - 9) + b"#",
    "逗号": ("[甲" + "，  " * (SIZE // 6)).encode(),
    "零": b"\0" * SIZE,
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_input_is_answered_soon(data: bytes) -> None:
    """Work grows with size and no faster, so that the largest file allowed is answered within ten seconds."""
    start = time.perf_counter()
    answered(data)
    assert time.perf_counter() - start < 10  # alone it takes a tenth of this; the machine may be busy
