"""两份细则的对照：认得准、说得全、方向算得对；反过来看是镜像，照着改就是新的那一份。"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.checks import Checked
from engine.compare import Change, Comparison, Direction, Kind, Match, Move, Proof, applied, changes
from engine.compare.build import _ORDER
from engine.compare.differences import differences
from engine.compare.match import matched
from engine.compare.rehearsal import Rehearsal
from engine.compare.situations import situations
from engine.compare.tree import edited
from engine.compare.words import pieces
from engine.document import Document, Node, load
from engine.pipeline import _checked, _document, compare

# One later edition made from 2024 by edits that have nothing to do with one another. (old text, new text)
EDITS = {
    "插入一档": ('      "[50%, 75%)": 8\n', '      "[60%, 75%)": 7\n      "[50%, 60%)": 8\n'),
    "移一个界": ('"[75%, 100%)": 2\n      "[50%, 75%)": 4', '"[80%, 100%)": 2\n      "[50%, 80%)": 4'),
    "改一格": ("区级采用: 30}", "区级采用: 25}"),
    "改名（曾用）": ("  反馈不及时次数: {条款", "  反馈迟缓次数: {曾用: 反馈不及时次数, 条款"),
    "改名的引用": ("反馈不及时次数: 1, 不反馈次数: 5", "反馈迟缓次数: 1, 不反馈次数: 5"),
    "改名（内容）": ("  瞒报归零: {条款: 三（二）8, 每: 年", "  隐瞒归零: {条款: 三（二）8, 每: 年"),
    "改名（内容）的引用": ("[失实归零, 迟报归零, 瞒报归零, 后果归零]", "[失实归零, 迟报归零, 隐瞒归零, 后果归零]"),
    "单位改名": ("    县供销社: {序号: 41, 系列: 二类, 年度任务: 90, 季度任务: 22.5}",
                 "    县供销合作联社: {序号: 41, 系列: 二类, 年度任务: 90, 季度任务: 22.5, 别名: [县供销社]}"),
    "任务": ("{序号: 22, 系列: 二类, 年度任务: 250, 季度任务: 62.5}",
             "{序号: 22, 系列: 二类, 年度任务: 300, 季度任务: 75}"),
    "写法": ("公式: 失实次数 ≥ 1", "公式: 失实次数>=1"),
    "合并两行": ("是: 20, 否: 四项扣分}", "是: 20, 否: 四项扣分}\n    说明: 只扣一次"),
    "档次分开写": ("较大、一般: 20分钟}", "较大: 20分钟, 一般: 20分钟}"),
    "处置": ("    当: 无故未报次数 > 2\n    处置: 取消评优资格", "    当: 无故未报次数 > 1\n    处置: 取消评优资格"),
    "条文移动": ("  五（一）:\n    原文: 各单位", "  五（三）:\n    原文: 各单位"),
    "满分": ("约稿:         {条款: 三（一）2, 满分: 20", "约稿:         {条款: 三（一）2, 满分: 25"),
    "总分": ("  满分: 100\n  项目:", "  满分: 105\n  项目:"),
    "名次": ("    范围: 系列\n    同分: 并列 ", "    范围: 系列\n    同分: 并列不跳号 "),
    "步骤": ("    - {编号: 保底, 保底: 0}\n", "    - {编号: 保底, 保底: 0}\n    - {编号: 优秀线, 封顶: 98}\n"),
}  # fmt: skip


def edition(root: Path, place: Path, *names: str) -> Path:
    """rules/2024.yaml with some of the edits made."""
    text = (root / "rules" / "2024.yaml").read_text(encoding="utf-8")
    for name in names or EDITS:
        old, new = EDITS[name]
        assert text.count(old) == 1, (name, text.count(old))
        text = text.replace(old, new)
    if not names or "条文移动" in names:
        text = text.replace("条款: 五（一）", "条款: 五（三）")
    place.write_text(text, encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def pair(root: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """2024 and the later edition."""
    return root / "rules" / "2024.yaml", edition(root, tmp_path_factory.mktemp("新版") / "新版.yaml")


@pytest.fixture(scope="module")
def both(pair: tuple[Path, Path]) -> tuple[Checked, Checked]:
    """Both, read."""
    old, new = pair
    return _checked(_document(old)), _checked(_document(new))


@pytest.fixture(scope="module")
def comparison(pair: tuple[Path, Path]) -> Comparison:
    """From 2024 to the later edition, evaluated."""
    return compare(*pair)


@pytest.fixture(scope="module")
def find(comparison: Comparison) -> Callable[[str], Change]:
    """The one change whose title holds some words."""

    def one(words: str) -> Change:
        found = [change for change in comparison.changes if words in change.title]
        assert len(found) == 1, [change.title for change in found]
        return found[0]

    return one


Find = Callable[[str], Change]

# ---- one change is one change ------------------------------------------------------------------


def test_every_edit_is_one_change(comparison: Comparison) -> None:
    """每一处改动恰好是一处更改；跟着改的引用不另算。"""
    followers = {"改名的引用", "改名（内容）的引用"}
    assert len(comparison.changes) == len(EDITS) - len(followers)


def test_an_inserted_band_is_one_change(find: Find) -> None:
    """插入一档：一档变两档，是一处“新增”，不是删一档加两档。"""
    change = find("年度任务扣分")
    assert (change.kind, change.note) == (Kind.ADDED, "插入一档")
    assert (change.old.text, change.new.text) == ("[50%, 75%): 8", "[60%, 75%): 7；[50%, 60%): 8")
    assert (change.old.clauses, change.direction) == (("三（二）1",), Direction.LOOSER)


def test_a_moved_edge_is_one_change(find: Find) -> None:
    """75%改为80%：动了上下两档的写法，是一处“改界”；完成率在[75%, 80%)的多扣，所以收紧。"""
    change = find("季度任务扣分")
    assert (change.kind, change.note, change.direction) == (Kind.VALUE, "改界", Direction.TIGHTER)
    (witness,) = change.verdict.witnesses if change.verdict else ()
    assert float(witness.old["得分"]) - float(witness.new["得分"]) == 2


def test_a_cell_has_its_places_on_both_sides(find: Find, pair: tuple[Path, Path]) -> None:
    """一格分值：旧值、新值、两边的文件和行都对得上。"""
    change = find("区级采用")
    assert (change.kind, change.match, change.old.text, change.new.text) == (Kind.VALUE, Match.NAME, "30", "25")
    for side, path in zip((change.old, change.new), pair, strict=True):
        assert side.place is not None
        assert side.place.source.name == path.as_posix()
        assert f"区级采用: {side.text}" in path.read_text(encoding="utf-8").splitlines()[side.place.line - 1]


@pytest.mark.parametrize(
    ("title", "kind", "match"),
    [
        ("反馈迟缓次数", Kind.RENAMED, Match.DECLARED),
        ("隐瞒归零", Kind.RENAMED, Match.CONTENT),
        ("县供销合作联社", Kind.RENAMED, Match.DECLARED),
        ("五（三）", Kind.MOVED, Match.CONTENT),
    ],
)
def test_a_new_name_is_told_with_how_it_was_found(find: Find, title: str, kind: Kind, match: Match) -> None:
    """改名、改条号：先认声明的旧名，再认内容；提到它的地方跟着改，不改变计算。"""
    change = find(title)
    assert (change.kind, change.match, change.direction) == (kind, match, Direction.NEUTRAL)
    assert change.old.text != change.new.text
    assert change.verdict is not None
    assert change.verdict.proof is Proof.SAME


def test_what_is_written_otherwise_is_the_same(find: Find) -> None:
    """“≥ 1”写成“>=1”不是改规则：按模型比，前后同义；只添说明的，仅文字。"""
    spelling = find("失实归零")
    assert spelling.verdict is not None
    assert (spelling.kind, spelling.verdict.proof, spelling.direction) == (Kind.WORDS, Proof.SAME, Direction.NEUTRAL)
    assert find("机制扣分标准").kind is Kind.WORDS


def test_the_same_in_every_cell_is_proved(find: Find) -> None:
    """“较大、一般”拆成两行，每一格都相同：逐格比较过，不是“没发现差别”。"""
    change = find("时限")
    assert change.verdict is not None
    assert (change.verdict.proof, change.direction) == (Proof.CELLS, Direction.NEUTRAL)


def test_a_consequence_counts_though_no_score_moves(find: Find) -> None:
    """取消评优从超过2次改为超过1次：得分不变，处置更严，就是收紧；两次就够举例。"""
    change = find("取消评优")
    assert change.direction is Direction.TIGHTER
    (witness,) = change.verdict.witnesses if change.verdict else ()
    assert (len(witness.rows), witness.old["处置"], witness.new["处置"]) == (2, "无", "取消评优资格")
    assert witness.old["得分"] == witness.new["得分"]


def test_a_rank_is_told_apart(find: Find) -> None:
    """只改并列的排法：得分和处置不变，说明先后可能变。"""
    change = find("结果「名次」")
    assert change.verdict is not None
    assert (change.verdict.proof, change.direction) == (Proof.APART, Direction.NEUTRAL)
    assert "先后可能变" in change.verdict.words


def test_a_quota_is_tried_with_the_same_records(find: Find) -> None:
    """任务从250提到300：同样的采用，完成率低了，收紧。"""
    change = find("县教育局")
    assert (change.old.text, change.new.text) == ("年度任务: 250；季度任务: 62.5", "年度任务: 300；季度任务: 75")
    assert change.direction is Direction.TIGHTER


def test_full_marks_and_a_cap(find: Find) -> None:
    """约稿满分加5分是放宽；添一步“封顶98”是收紧，要做得好的单位才看得出。"""
    assert find("「约稿」满分").direction is Direction.LOOSER
    cap = find("优秀线")
    assert (cap.kind, cap.direction) == (Kind.ADDED, Direction.TIGHTER)


# ---- laws --------------------------------------------------------------------------------------


def test_nothing_changed(pair: tuple[Path, Path], both: tuple[Checked, Checked]) -> None:
    """自己和自己对照，一处更改也没有。"""
    assert compare(pair[0], pair[0]).changes == ()
    assert all(changes(one, one).changes == () for one in both)


def test_the_other_way_is_the_mirror(pair: tuple[Path, Path], comparison: Comparison) -> None:
    """反过来对照是镜像：新增与删除、收紧与放宽、旧与新互换，例子也换边；再反过来就是原来的。"""
    back = compare(pair[1], pair[0])
    assert back.changes == comparison.mirrored().changes
    assert back.mirrored().changes == comparison.changes
    turned = {Direction.TIGHTER: Direction.LOOSER, Direction.LOOSER: Direction.TIGHTER}
    for one, other in zip(comparison.changes, back.changes, strict=True):
        assert (one.old, one.new) == (other.new, other.old)
        assert turned.get(one.direction, one.direction) is other.direction


def test_the_changes_make_one_file_the_other(both: tuple[Checked, Checked], comparison: Comparison) -> None:
    """把全部更改加到旧的上就是新的，值和先后都一样；反过来也是。"""
    old, new = both
    assert applied(old.doc, comparison.changes).value == new.doc.value
    assert applied(new.doc, comparison.mirrored().changes).value == old.doc.value


def test_changes_do_not_overlap(comparison: Comparison) -> None:
    """各处更改动的地方不重叠：一个值只属于一处更改。"""
    paths = [(c.number, e.at) for c in comparison.changes for e in c.edits if not isinstance(e, Move)]
    for number, path in paths:
        assert not [n for n, other in paths if n != number and other[: len(path)] == path]


def mutated(root: Node, seed: int) -> Node:
    """A rule file after some random strokes: values changed, entries gone, doubled, renamed, in another order."""
    random = Random(seed)
    for _ in range(random.randint(1, 6)):
        root = _stroke(root, random, random.randint(1, 5))
    return root


def _stroke(node: Node, random: Random, depth: int) -> Node:  # noqa: PLR0911 - a stroke a line
    if isinstance(node.parts, list) and node.parts:
        parts = list(node.parts)
        at = random.randrange(len(parts))
        kind = random.randrange(4)
        if kind == 0:
            random.shuffle(parts)
        elif kind == 1:
            del parts[at]
        else:
            parts[at] = _stroke(parts[at], random, depth - 1)
        return node.holding(parts)
    if not isinstance(node.parts, dict) or not node.parts:
        return replace(node, value=f"{node.value or ''}{random.randint(0, 9)}", parts=[])
    names = list(node.parts)
    name = random.choice(names)
    if depth > 1 and random.random() < 0.8:
        return node.holding({**node.parts, name: _stroke(node.parts[name], random, depth - 1)})
    rest = {other: part for other, part in node.parts.items() if other != name}
    match random.randrange(4):
        case 0:
            return node.holding(rest)
        case 1:
            return node.holding({f"{name}新" if o == name else o: part for o, part in node.parts.items()})
        case 2:
            return node.holding({**node.parts, f"{name}二": node.parts[name]})
    other = random.choice(names)
    swapped = {name: node.parts[other], other: node.parts[name]}
    return node.holding({o: swapped.get(o, part) for o, part in node.parts.items()})


@pytest.fixture(scope="module")
def doc_2024(root: Path) -> Document:
    """rules/2024.yaml as read."""
    return load(root / "rules" / "2024.yaml")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_edits_hold_whatever_was_done(doc_2024: Document, one: int, other: int) -> None:
    """随便怎样改（改值、删、添、改名、调换、打乱步骤），差别加到旧的上就是新的，倒过来就是旧的。"""
    old, new = mutated(doc_2024.root, one), mutated(doc_2024.root, other)
    edits = differences(old, new, matched(old, new))
    assert edited(old, edits).value == new.value
    assert edited(new, [edit.mirrored() for edit in edits]).value == old.value
    assert differences(old, old, matched(old, old)) == []


def test_the_quick_run_is_the_full_run(both: tuple[Checked, Checked]) -> None:
    """只重算受影响的项，和从头算一遍，每一种情形都一样。"""
    old = both[0]
    put = old.doc.replace(("计分", "批示奖励标准", "表", "本级"), "60", ("计分", "批示奖励标准", "表", "上级"))
    book = _checked(put, None, old).book
    tried = situations([old.book], ["采用", "批示"], ["县委统战部"])[:300]
    assert Rehearsal(old.book, tried).of(book).played == Rehearsal(book, tried).played


def test_words_are_compared_word_by_word() -> None:
    """条文逐字对照，数字不拆开；同删拼起来是旧文，同增拼起来是新文。"""
    old, new = "超过12小时为漏报，扣50分", "超过24小时为漏报，扣55分；不报的另计"
    found = list(pieces(old, new))
    assert {("删", "12"), ("增", "24")} <= set(found)
    assert "".join(text for mark, text in found if mark != "增") == old
    assert "".join(text for mark, text in found if mark != "删") == new


# ---- 2023 → 2024 -----------------------------------------------------------------------------------


def test_2023_to_2024(root: Path) -> None:
    """2023（示意）到2024：不评价方向也先认得准；没核对过的地方都标“待核对”。"""
    old, new = (_checked(_document(root / "rules" / f"{year}.yaml")) for year in (2023, 2024))
    found = changes(old, new)
    assert applied(old.doc, found.changes).value == new.doc.value
    assert changes(new, old).changes == found.mirrored().changes
    assert all(not c.unverified for c in found.changes if c.old.path == ("细则", "文号"))
    assert [c.new.path for c in found.changes if c.kind is Kind.RENAMED] != []
    assert len([c for c in found.changes if c.note == "试写换成原文，一字未改"]) == 1


# ---- the command -----------------------------------------------------------------------------------


def xize(root: Path, *words: object) -> subprocess.CompletedProcess[str]:
    """The program in a process of its own."""
    environment = {**os.environ, "PYTHONUTF8": "1", "PYTHONPATH": str(root)}
    command = [sys.executable, "-m", "engine", *map(str, words)]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)


def test_one_cell_on_the_command_line(root: Path, tmp_path: Path) -> None:
    """一格改动：JSON 只有一个顶层列表；--fail-on 收紧 才有退出码 1；文件写得出来。"""
    new = edition(root, tmp_path / "新.yaml", "改一格")
    out = tmp_path / "更改.json"
    told = xize(root, "diff", "rules/2024.yaml", new, "--format", "json", "--fail-on", "收紧", "-o", out)
    assert (told.returncode, told.stdout, told.stderr) == (1, "", f"正在对照……\n写出：{out}\n")
    value: dict[str, Any] = json.loads((tmp_path / "更改.json").read_text(encoding="utf-8"))
    assert [key for key, part in value.items() if isinstance(part, list)] == ["更改"]
    (change,) = value["更改"]
    assert (change["旧"]["值"], change["新"]["值"], change["方向"], change["证明"]) == ("30", "25", "收紧", "举例")
    text = xize(root, "对照", "rules/2024.yaml", new, "--fail-on", "放宽")
    assert text.returncode == 0
    assert "计分「采用分值」单条采用·区级采用　30 → 25　收紧" in text.stdout
    assert "\x1b" not in text.stdout


def test_the_same_file_says_so(root: Path) -> None:
    """两份一样：一句话，退出码 0，--fail-on 任何 也是 0。"""
    told = xize(root, "diff", "rules/2024.yaml", "rules/2024.yaml", "--fail-on", "任何")
    assert (told.returncode, "没有差别" in told.stdout) == (0, True)


def test_faults_of_both_files_are_told(root: Path, tmp_path: Path) -> None:
    """两份都有错，一次说完；读不出的文件，退出码 3。"""
    broken = [tmp_path / "甲.yaml", tmp_path / "乙.yaml"]
    text = (root / "rules" / "2024.yaml").read_text(encoding="utf-8")
    broken[0].write_text(text.replace("值: 采用分值", "值: 采用分植"), encoding="utf-8")
    broken[1].write_text(text.replace("满分: 100", "满分: 一百"), encoding="utf-8")
    told = xize(root, "diff", *broken)
    assert told.returncode == 1
    assert {"甲.yaml", "乙.yaml"} <= set(re.findall(r"[甲乙]\.yaml", told.stderr))
    assert xize(root, "diff", "rules/2024.yaml", tmp_path / "没有.yaml").returncode == 3


def test_git_shows_rules_as_rules(root: Path, tmp_path: Path) -> None:
    """README 里的 git 设置：git diff 对规则文件说的是规则，不是行。"""
    git = ["git", "-C", str(tmp_path), "-c", "user.name=t", "-c", "user.email=t@example.org"]

    def run(*words: str) -> str:
        environment = {**os.environ, "PYTHONUTF8": "1", "PYTHONPATH": str(root)}
        return subprocess.run([*git, *words], env=environment, capture_output=True, text=True, check=True).stdout

    run("init", "-q")
    edition(root, tmp_path / "2024.yaml", "写法")
    (tmp_path / ".gitattributes").write_text("*.yaml diff=xize\n")
    program = f"{sys.executable} -m engine"
    run("config", "diff.xize.command", f"""sh -c '{program} diff "$1" "$4" || true'""")
    run("add", ".")
    run("commit", "-qm", "一")
    edition(root, tmp_path / "2024.yaml", "写法", "改一格")
    assert "计分「采用分值」单条采用·区级采用　30 → 25　收紧" in run("diff")


def test_every_section_of_a_rule_file_has_its_place(root: Path) -> None:
    """规则文件有的每一节，更改都排得进去。"""
    schema = json.loads((root / "schema" / "rulebook.json").read_text(encoding="utf-8"))
    assert set(_ORDER) == set(schema["properties"])
