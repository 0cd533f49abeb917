"""Why a unit has its score: every figure with its place, clause, rows, and how far the next band is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from engine.__main__ import main
from engine.explanation import Reason, Record, Story, explain
from engine.pipeline import score_by
from engine.result import Result
from engine.rulebook import Absent, RuleBook
from made_rows import assessed, row, rows, scored, year
from random_ledgers import Ledgers, write_csv

UNIT = "县委宣传部"  # 年度任务 50，季度任务 12.5
GOLDEN = Path(__file__).parent / "golden" / "explain.txt"


@pytest.fixture(scope="module")
def example(book_2024: RuleBook, root: Path) -> Result:
    """The made-up year."""
    return score_by(book_2024, root / "examples" / "2024.xlsx")


def small(book: RuleBook) -> Ledgers:
    """A year of one unit: a second and a third adoption, shared and refused instructions, one of each kind of fault."""
    return year(
        采用=rows(
            "采用",
            f"A1 {UNIT} 2024-02-05 县内刊物 单条采用 基层理论宣讲见成效",
            f"A1 {UNIT} 2024-05-08 市级采用 单条采用 基层理论宣讲见成效",
            f"A1 {UNIT} 2024-05-20 上报信息 单条采用 基层理论宣讲见成效",
            f"A2 {UNIT} 2024-08-09 上报信息 综合采用（选题单位） 两部门联动",
            "A2 县委组织部 2024-08-09 上报信息 综合采用（2个单位） 两部门联动",
            f"A3 {UNIT} 2024-11-11 县内刊物 简讯信息 简讯一则",
        ),
        批示=rows("批示", "A2 市领导 2024-08-20", "A2 县领导 2024-08-22"),
        约稿=rows(
            "约稿", f"Y1 {UNIT} 2024-04-01 迟报 合格 无需 是", f"Y2 {UNIT} 2024-06-03 按时 雷同 不反馈",
            f"Y3 {UNIT} 2024-06-04 漏报",
        ),
        突发=rows("突发", f"E1 {UNIT} 一般 2024-07-01+08:00 2024-07-01+10:30", f"E2 {UNIT} 重大 2024-12-30+12:00"),
        机制=[*assessed(book, UNIT), row("机制", UNIT, "2024-12-20", "否", "是", "否", "否", "否")],
        裁定=rows("裁定", f"{UNIT} 其他 记录在案 2025-01-06"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def story(book_2024: RuleBook) -> Story:
    """The small year's story."""
    return explain(scored(book_2024, small(book_2024)), UNIT)


def walked(reasons: tuple[Reason, ...], owner: str = "") -> Iterator[tuple[Reason, str]]:
    """Every reason with the name it is defined under (a quarter's reason is its part's)."""
    for reason in reasons:
        name = owner if re.fullmatch(r"第\d季度", reason.name) else reason.name
        yield reason, name
        yield from walked(reason.children, name)


def reason(story: Story, name: str) -> Reason:
    """The first reason of a name."""
    return next(r for r, _ in walked((*story.reasons, *story.ranks)) if r.name == name)


def record(story: Story, ledger: str, number: int) -> Record:
    """One ledger row of a story."""
    return next(r for r in story.records if (r.ledger, r.row) == (ledger, number))


# ---- places and clauses ----------------------------------------------------------------------------


def test_every_reason_is_at_the_line_that_defines_it(example: Result, root: Path) -> None:
    """每一条理由都指着细则文件里的一行，那一行正是定义这一项的地方。"""
    lines = (root / "rules" / "2024.yaml").read_text(encoding="utf-8").splitlines()
    stories = [explain(example, unit.name) for unit in example.units]
    seen = {(name, r.place.line) for told in stories for r, name in walked((*told.reasons, *told.ranks))}
    stray = [(name, lines[at - 1]) for name, at in seen
             if not re.match(rf"\s+{name}:|\s+- \{{编号: {name}[,}}]", lines[at - 1])]  # fmt: skip
    assert stray == []
    assert {name for name, _ in seen} >= {*example.book.appraisal.parts, "年度任务扣分", "突发事件", "归零", "名次"}


def test_every_clause_cited_is_a_clause_of_the_notice(example: Result) -> None:
    """引用的条款都在“条文”里；解释把引用到的条文逐字附上。"""
    for unit in example.units:
        told = explain(example, unit.name)
        cited = {clause for r, _ in walked((*told.reasons, *told.ranks)) for clause in r.clauses}
        printed = told.as_json()["条文"]
        assert cited <= set(printed) <= set(example.book.clauses)
        assert all(tuple(texts) == example.book.clauses[name].texts for name, texts in printed.items())


def test_every_item_of_a_reason_has_its_clause(example: Result) -> None:
    """除“保底”“归零”两步外，每一条理由都引用条款。"""
    told = explain(example, "马山镇")
    without = {r.name for r, _ in walked((*told.reasons, *told.ranks)) if not r.clauses}
    assert without <= {"保底", "归零"}


def test_the_band_named_holds_the_rate(example: Result) -> None:
    """“落在某档”说的那一档，确实容得下这个完成率；名为“0%”的一档只有0。"""
    bands = []
    for unit in example.units:
        told = explain(example, unit.name)
        for r, name in walked(told.reasons):
            if name in ("年度任务扣分", "季度任务扣分"):
                rate, label = r.children[0].value, re.search(r"落在“(.+?)”", r.text)
                assert label is not None
                assert isinstance(rate, Fraction)
                assert holds(label[1], rate), (unit.name, r.text)
                bands.append(label[1])
    lower = {f"{low}%（{'含' if low else '不含'}）—{low + 25}%（不含）" for low in (0, 25, 50, 75)}
    assert set(bands) == {"100%（含）以上", "0%", *lower}


def holds(label: str, rate: Fraction) -> bool:
    """Whether a rate lies in a printed interval: read here once more, from the text."""
    if label == "0%":
        return rate == 0
    low, high = re.fullmatch(r"(\d+)%（(?:不?含)）(?:以上|—(\d+)%（不含）)", label).groups()  # type: ignore[union-attr]
    bottom = Fraction(low) / 100
    above = rate > bottom if "（不含）—" in label else rate >= bottom
    return above and (high is None or rate < Fraction(high) / 100)


# ---- ledger rows -----------------------------------------------------------------------------------


def test_a_second_adoption_tells_what_was_already_counted(story: Story) -> None:
    """同条只计最高分：先登的照计；后登的更高，只补差；不比已计的高，计0并说明。三行都算计入。"""
    first, higher, lower = (record(story, "采用", n) for n in (2, 3, 4))
    assert (first.counted, higher.counted, lower.counted) == (True, True, True)
    assert first.notes[-1] == "采用计分：计 15 分"
    assert higher.notes[-1] == "采用计分：同信息编号、单位只计最高：这一条值 20，已计 15，补差 5"
    assert lower.notes[-1] == "采用计分：同信息编号、单位只计最高：这一条值 15，已计过不低于它的分，不再计"


def test_an_instruction_without_its_precondition_is_told(story: Story) -> None:
    """批示不够前提的列为未计，说明缺什么、依据哪一条；够前提的写出奖励、参与单位数、平均分。"""
    shared, refused = record(story, "批示", 2), record(story, "批示", 3)
    assert "批示均分：批示奖励标准 100 ÷ 参与单位数 2 ＝ 50" in shared.notes
    assert not refused.counted
    assert refused.notes == (
        "未计：县领导批示的信息须已用在县内刊物，市、自治区领导批示的须已上报（或被市、区采用）（三（二）6「批示奖励标准」）",
    )


def test_rows_after_the_as_of_date_are_told(book_2024: RuleBook, story: Story) -> None:
    """截至日以后的记录也列出来，注明未计。"""
    assert record(story, "裁定", 2).notes == ("未计：日期在截至日之后",)
    midyear = explain(scored(book_2024, small(book_2024), as_of=date(2024, 8, 15)), UNIT)
    left = {(r.ledger, r.row): r.notes for r in midyear.records if not r.counted}
    assert left["采用", 7] == ("未计：采用日期在截至日之后",)
    assert left["批示", 2] == left["批示", 3] == ("未计：批示日期在截至日之后",)


def test_every_row_of_the_unit_and_no_other(story: Story) -> None:
    """这个单位的每一行都列出，计入与未计都有；别的单位的行一行也不列。"""
    listed = [(r.ledger, r.row) for r in story.records]
    assert listed == [
        *(("采用", n) for n in (2, 3, 4, 5, 7)), ("批示", 2), ("批示", 3), *(("约稿", n) for n in (2, 3, 4)),
        ("突发", 2), ("突发", 3), ("机制", 49), ("裁定", 2),
    ]  # fmt: skip
    assert record(story, "采用", 5).words["标题"] == "两部门联动"
    assert [n for r in story.records if r.ledger == "约稿" for n in r.notes if "计入" in n] == [
        *("计入“约稿未按要求次数”", "计入“无故未报次数”", "计入“约稿未按要求次数”", "计入“不反馈次数”"),
        *("计入“约稿未按要求次数”", "待定：是否计入“无故未报次数”还不能认定"),
    ]


def test_the_rows_behind_a_figure_are_the_rows_that_made_it(story: Story) -> None:
    """每个数下面列的行，就是算出这个数的那几行：次数等于行数。"""
    assert reason(story, "年度采用分").rows == {"批示": (2,), "采用": (2, 3, 4, 5, 7)}
    assert reason(story, "约稿未按要求次数").rows == {"约稿": (2, 3, 4)}
    assert reason(story, "不反馈次数").rows == {"约稿": (3,)}
    assert reason(story, "迟报次数").rows == {"突发": (2,)}
    quarters = [r.rows for r, _ in walked(story.reasons) if r.name == "季度采用分"]
    assert quarters == [{"采用": (2,)}, {"采用": (3, 4)}, {"批示": (2,), "采用": (5,)}, {"采用": (7,)}]


# ---- whole stories -----------------------------------------------------------------------------------


def test_an_ordinary_unit(story: Story) -> None:
    """一个单位的得失：五项逐项说清，突发事件是负数。"""
    # 85 of 50: 20；季 15、5、60、5 of 12.5: 10＋4＋10＋4；20−3×2−5；20−5；−30
    assert [(r.name, r.value) for r in story.reasons] == [
        *(("年度采用任务", 20), ("季度采用任务", 28), ("约稿", 9), ("工作机制", 15)),
        *(("突发事件", -30), ("归零", False)),
    ]
    assert story.unit.score == 42
    assert reason(story, "季度采用任务").text == "10 ＋ 4 ＋ 10 ＋ 4 ＝ 28（满分 40）"
    assert reason(story, "约稿").text == "满分 20 − 约稿扣分 11 ＝ 9"


def test_a_zeroed_unit(book_2024: RuleBook) -> None:
    """归零的单位：各项照列，最后一步说明因什么归零、哪一条、哪一行；保底先于归零。"""
    data = small(book_2024)
    data["失实"] = rows("失实", "县委组织部 2024-06-06 越级", f"{UNIT} 2024-06-06 谎报")
    told = explain(scored(book_2024, data), UNIT)
    last = told.reasons[-1]
    assert (last.name, last.text) == ("归零", "失实归零：得分为 0")
    (cause,) = last.children
    assert (cause.name, cause.clauses, cause.text) == ("失实归零", ("三（二）5",), "“失实次数 ≥ 1”成立（失实次数 1）")
    assert cause.children[0].rows == {"失实": (3,)}
    assert told.unit.score == 0
    assert [r.value for r in told.reasons[:5]] == [20, 28, 9, 15, -30]
    assert told.as_json()["归零"] == ["失实归零"]
    assert "三（二）5" in told.as_json()["条文"]


def test_a_score_does_not_fall_below_nothing(book_2024: RuleBook) -> None:
    """扣到0为止：扣分超过各项合计时，写出“保底”这一步。"""
    data = year(突发=rows("突发", f"E1 {UNIT} 一般 2024-07-01+08:00 2024-07-02+10:30"), 机制=assessed(book_2024))
    told = explain(scored(book_2024, data), UNIT)
    step = reason(told, "保底")
    assert (step.value, step.text) == (0, "保底 0：-10 → 0")  # 0 ＋ 0 ＋ 20 ＋ 20 − 50
    assert told.unit.score == 0


def test_a_unit_not_yet_assessed(book_2024: RuleBook) -> None:
    """没有机制考评的单位：这一项待定，得分和名次待定，别的项照样说清；不说成0分，也不说成满分。"""
    data = small(book_2024)
    data["机制"] = assessed(book_2024, UNIT)
    told = explain(scored(book_2024, data), UNIT)
    part, rank = reason(told, "工作机制"), reason(told, "名次")
    assert (part.value, part.text) == (Absent.PENDING, "待定，暂无得分（满分 20）")
    assert (rank.value, rank.text.startswith("二类内不排名（待定）")) == (Absent.PENDING, True)
    assert told.unit.score is Absent.PENDING
    assert [r.value for r in told.reasons if r.name in ("年度采用任务", "约稿", "突发事件")] == [20, 9, -30]
    assert told.unit.pending[0] == f"机制：没有{UNIT}的记录，待考评"
    assert reason(told, "工作机制").as_json()["无值"] == "待定"


def test_a_quarter_that_has_not_ended_is_progress(book_2024: RuleBook) -> None:
    """年中的解释：已结束的季度有分，没结束的只报进度和差距，不计分。"""
    told = explain(scored(book_2024, small(book_2024), as_of=date(2024, 8, 15)), UNIT)
    quarters = [(r.name, r.value) for r, _ in walked(told.reasons) if re.fullmatch(r"第\d季度", r.name)]
    assert quarters == [("第1季度", 10), ("第2季度", 4), ("第3季度", Absent.NOT_DUE)]
    assert told.unit.score is Absent.NOT_DUE
    third = next(r for r, _ in walked(told.reasons) if r.name == "第3季度")
    assert third.children[0].hints == ("“季度采用分”再得2.5分就到“100%（含）以上”，可少扣2分",)


def test_an_event_still_open(story: Story) -> None:
    """尚无报告、还不到48小时的突发事件：列在待定，不扣分；行上说明至截至日末已历时多久。"""
    assert story.unit.pending[0] == "突发第3行（E2）：尚不能认定，暂未计入“迟报次数”"
    notes = record(story, "突发", 3).notes
    assert any("未见记录，至截至日末已有36小时" in note for note in notes)
    assert [n for n in notes if n.startswith("待定")] == [
        f"待定：是否计入“{name}”还不能认定" for name in ("迟报次数", "漏报次数", "瞒报次数")
    ]


def test_the_json_says_where_everything_is(story: Story, root: Path) -> None:
    """--json 的每一条理由：名、值、说明、条款、文件、行、记录、由来，一样不少；数是精确的字串。"""
    lines = (root / "rules" / "2024.yaml").read_text(encoding="utf-8").splitlines()
    found = story.as_json()
    assert found.keys() >= {"单位", "得分", "截至", "暂定", "口径", "理由", "排名", "条文", "记录"}
    todo = [*found["理由"], *found["排名"]]
    while todo:
        entry = todo.pop()
        assert entry.keys() - {"无值"} == {"名", "值", "说明", "提示", "条款", "文件", "行", "记录", "由来"}
        assert 1 <= entry["行"] <= len(lines)
        assert isinstance(entry["值"], str | None)
        todo += entry["由来"]
    assert all(r.keys() == {"台账", "文件", "行", "内容", "计入", "说明", "条款"} for r in found["记录"])


# ---- as people read it ---------------------------------------------------------------------------------


def test_golden(book_2024: RuleBook, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    """xize explain 打印的全文，与 tests/golden/explain.txt 一字不差（行号除外）。

    有意改了措辞，就把临时文件夹里的那份拷过去。
    """
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(root)
    write_csv(small(book_2024), tmp_path)
    assert main(["explain", "rules/2024.yaml", str(tmp_path), "--unit", UNIT]) == 0
    printed = capsys.readouterr().out.replace("\r\n", "\n")
    shown = "\n".join(re.sub(r"2024\.yaml:\d+", "2024.yaml:…", line).rstrip() for line in printed.splitlines()) + "\n"
    (tmp_path / GOLDEN.name).write_text(shown, encoding="utf-8")
    assert shown == GOLDEN.read_text(encoding="utf-8")
