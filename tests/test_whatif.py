"""试改：规则里的一个数改一改会怎样。很多种改法一起算，和一个一个改了规则文件重算的，一分不差。"""

from __future__ import annotations

import csv
import json
import re
from fractions import Fraction
from pathlib import Path
from random import Random

import polars as pl
import pytest

from engine import bulk, schema
from engine.__main__ import main
from engine.checks import Checked
from engine.document import Document, load
from engine.ledger import Ledgers, intake
from engine.pipeline import Options, checked, counted_to, read_alike, score_ledgers, used_by
from engine.reader import read
from engine.result import Result
from engine.scoring import SCORE, OnPolars, carried_out, plan
from engine.scoring.table import UNIT
from engine.whatif import Misuse, Report, compared
from engine.whatif.merge import Merged
from engine.whatif.request import Axis, applied, setting, sweep
from engine.whatif.request import checked as asked
from engine.whatif.standing import of_result, wanted
from engine.whatif.sweep import Scored, Sweep
from engine.whatif.variants import _skeleton
from random_ledgers import ledgers, write_parquet
from test_bulk import write_offices

EDGE = "指标.季度任务扣分.表.界限.75%"

# 一处一处：档里的分、档的界限、封顶、满分和总分、任务、每次扣几分、计分表的一格、批示的奖励、机制、时限。
PLACES = {
    "档里的分": ["指标.年度任务扣分.表.[75%, 100%)=0..8/0.25"],
    "档的界限": ["指标.季度任务扣分.表.界限.50%=30%..74%/0.5%"],
    "封顶": ["考评.项目.约稿.封顶=0..20/0.5"],
    "任务": ["单位.名单.县教育局.年度任务=50..400/12.5", "单位.名单.县教育局.季度任务=10..90/40"],
    "每次扣分": ["指标.约稿扣分.按次.约稿未按要求次数=0..9/0.3"],
    "计分表": ["计分.采用分值.表.单条采用.市级采用=15..30/0.5"],
    "批示奖励": ["计分.批示奖励标准.表.本级=0..90/7"],
    "机制": ["计分.机制扣分标准.表.是=5..20/1.5"],
    "时限": ["计分.突发时效.表.界限.2小时=1小时..11小时/1小时"],
    "得分的一步": ["考评.得分.保底.保底=0..60/7"],
    "几处一起": [f"{EDGE}=60%..90%/10%", "指标.年度任务扣分.表.0%=16..20/2", "考评.项目.工作机制.封顶=10..20/5"],
}


class Office:
    """一份台账读一次，改了规则的各算一遍。"""

    def __init__(self, base: Checked, records: Path) -> None:
        self.base, self.records = base, records
        self.ledgers: Ledgers = intake(base.book, records, used_by(base.book))
        self.result = score_ledgers(base.book, self.ledgers)

    def scored(self, axes: tuple[Axis, ...], values: tuple[str, ...]) -> Result:
        """改了规则文件，从头重算：不用试改的任何一步。"""
        doc: Document = self.base.doc
        for axis, value in zip(axes, values, strict=True):
            doc, _ = applied(doc, axis.path, value)
        book = read(doc)
        return score_ledgers(book, self._ledgers_of(book))

    def _ledgers_of(self, book: object) -> Ledgers:
        same = read_alike(book, self.base.book)  # type: ignore[arg-type]
        return self.ledgers if same else intake(book, self.records, used_by(book))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def base(root: Path) -> Checked:
    """2024年细则。"""
    return checked(root / "rules" / "2024.yaml")


@pytest.fixture(scope="module")
def office(root: Path, base: Checked) -> Office:
    """编造的一年。"""
    return Office(base, root / "examples" / "2024.xlsx")


def typed(*texts: str) -> list[Axis]:
    """照命令行那样写的改法。"""
    return [sweep(text) if re.search(r"\.\.|\|", text.partition("=")[2]) else setting(text) for text in texts]


def tried(office: Office, *texts: str) -> Report:
    """试改一遍。"""
    axes = asked(office.base.doc, typed(*texts))
    return compared(office.base, office.result, office.records, axes, Options(), lambda done, whole: None)


@pytest.mark.parametrize("place", PLACES)
def test_together_is_one_by_one(office: Office, place: str) -> None:
    """几十种改法一起算，随便抽一种出来改了规则文件从头重算：得分、名次、档、处置全都一样。"""
    report = tried(office, *PLACES[place])
    standing = [run for run in report.runs if run.standing is not None]
    assert len(standing) > 3, [run.reasons for run in report.runs]
    run = Random(place).choice(standing)
    assert run.standing == of_result(office.scored(report.axes, run.variant.values)), run.variant.values


@pytest.mark.parametrize("seed", [3, 11])
def test_random_ledgers(tmp_path: Path, base: Checked, seed: int) -> None:
    """随机的台账、随机的改法，也一样。"""
    write_parquet(ledgers(seed), tmp_path)
    draw = Random(seed)
    way = draw.choice(["单条采用", "综合采用（2个单位）", "封面信息"])
    table = f"计分.采用分值.表.{way}.县内刊物={draw.randint(1, 9)}..{draw.randint(11, 15)}/0.5"
    office = Office(base, tmp_path)
    report = tried(office, table, f"{EDGE}={draw.randint(55, 70)}%..{draw.randint(80, 95)}%/5%")
    run = draw.choice([run for run in report.runs if run.standing is not None])
    assert run.standing == of_result(office.scored(report.axes, run.variant.values))


def test_words(office: Office) -> None:
    """词也能换着试：并列跳号不跳号；同时改的数各算各的。"""
    report = tried(office, "结果.名次.同分=并列|并列不跳号", "考评.项目.约稿.封顶=18..20/1")
    assert [run.variant.values for run in report.runs][3:] == [
        ("并列不跳号", "18"),
        ("并列不跳号", "19"),
        ("并列不跳号", "20"),
    ]
    for run in (report.runs[1], report.runs[4]):
        assert run.standing == of_result(office.scored(report.axes, run.variant.values))


def test_the_file_as_it_is(office: Office) -> None:
    """改成和现在一样的值，谁也不动。"""
    report = tried(office, f"{EDGE}=75%..76%/1%")
    assert report.moves(report.runs[0]) == []
    assert report.runs[0].standing == report.standing
    assert report.axes[0].now == "75%"


# ---- what cannot stand ----------------------------------------------------------------------


def test_a_gap_is_never_scored(office: Office) -> None:
    """界限移过了别的界限，两档颠倒或者空了：不成立，说出编号和为什么，不计分；其余照算。"""
    report = tried(office, f"{EDGE}=45%..55%/5%")
    assert [run.state for run in report.runs] == ["不成立", "不成立", "成立"]
    assert report.runs[0].reasons[0].startswith("R103 三（二）2「季度任务扣分」“[50%, 45%)”里一个数也没有")
    assert report.runs[1].standing is None


def test_better_work_worth_less_is_refused(office: Office) -> None:
    """完成得好反而扣得多：恰好4分还成立，4.5分不成立。"""
    report = tried(office, "指标.季度任务扣分.表.[75%, 100%)=3.5..4.5/0.5")
    assert [run.state for run in report.runs] == ["成立", "成立", "不成立"]
    assert "R107" in report.runs[2].reasons[0]


def test_totals_must_agree(office: Office) -> None:
    """满分单改一项，加起来不是总分：不成立；总分跟着改，就成立。"""
    one = tried(office, "考评.项目.约稿.满分=15")
    assert one.runs[0].state == "不成立"
    assert "R112" in one.runs[0].reasons[0]
    both = tried(office, "考评.项目.约稿.满分=15", "考评.满分=95")
    assert both.runs[0].standing == of_result(office.scored(both.axes, ("15", "95")))


def test_every_proof_as_alone(base: Checked) -> None:
    """一起查的毛病，和一份一份查的一样多。"""
    from engine.whatif.variants import Variants, _studied

    axes = asked(base.doc, [sweep("指标.年度任务扣分.表.界限.50%=20%..80%/4%"), sweep("考评.项目.约稿.保底=0..30/10")])
    for variant in Variants(base, axes, lambda: None).all():
        doc = base.doc
        for axis, value in zip(axes, variant.values, strict=True):
            doc, _ = applied(doc, axis.path, value)
        alone = {problem.code for problem in _studied(read(doc, None, (base.doc, base.book)), base)}
        assert {problem.code for problem in variant.problems} == {code for code in alone if code[0] == "R"}


def test_the_shape_depends_on_the_skeleton(base: Checked) -> None:
    """形状只看长短、正负、单位的数，换了数字，规则文件的形状对不对还是一样。"""
    draw = Random(7)
    for path in ("考评.项目.约稿.满分", "指标.季度任务扣分.表.0%", "单位.名单.大埔镇.年度任务", "计分.参与单位数.至多"):
        known: dict[str, bool] = {}
        for _ in range(60):
            text = f"{draw.choice(['', '', '-'])}{draw.randint(0, 10 ** draw.randint(1, 5))}"
            text += f".{draw.randint(1, 99)}" if draw.random() < 0.5 else ""
            doc, where = applied(base.doc, path, text)
            good = not schema.problems(doc, (where,))
            assert known.setdefault(_skeleton(text), good) == good, (path, text)


# ---- what is told ---------------------------------------------------------------------------


def test_who_crosses_which_edge(office: Office) -> None:
    """季度75%这个界限从72%移到73%：两个单位的两个季度恰好在中间，换了档。"""
    report = tried(office, f"{EDGE}=72%..73%/1%")
    crossings = report.crossings(report.runs[1])
    assert [(c.unit, c.name) for c in crossings] == [
        ("县教育局", "季度任务扣分第1季度"),
        ("县卫生健康局", "季度任务扣分第2季度"),
    ]
    assert {(c.before, c.after) for c in crossings} == {("[72%, 100%)", "[50%, 73%)")}


def test_exact_figures(office: Office) -> None:
    """每个数都是精确的文字；合计等于各单位之和。"""
    report = tried(office, "指标.约稿扣分.按次.约稿未按要求次数=0.3..0.9/0.3")
    told = report.as_json()["变体"][0]
    scores = [unit.score for unit in office.scored(report.axes, ("0.3",)).units]
    assert Fraction(told["得分合计"]) == sum(score for score in scores if isinstance(score, Fraction))
    assert told["值"] == {"指标.约稿扣分.按次.约稿未按要求次数": "0.3"}
    moved = told["单位"]["县教育局"]["得分"]
    assert Fraction(moved["到"]) - Fraction(moved["从"]) == 2 - Fraction("0.3")


def test_one_unit(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--unit 只说一个单位，旧名、别名也认；每个变体都有它的得分和名次。"""
    arguments = [
        str(root / "rules" / "2024.yaml"),
        str(root / "examples" / "2024.xlsx"),
        "--unit",
        "县教育局",
        "--json",
    ]
    assert main(["whatif", *arguments, "--sweep", "考评.项目.约稿.封顶=15..16/1"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [set(run["单位"]) for run in found["变体"]] == [{"县教育局"}] * 2
    assert found["原样"]["单位"]["县教育局"][SCORE] == "85"
    assert found["变体"][0]["单位"]["县教育局"][SCORE] == "83"


def test_page_and_rows(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """网页是一个文件：有曲线，写出变动大的单位和现在的值，什么也不用下载；CSV 一个变体一个单位一行。"""
    page, rows = tmp_path / "试改.html", tmp_path / "试改.csv"
    arguments = ["试改", str(root / "rules" / "2024.yaml"), str(root / "examples" / "2024.xlsx")]
    assert main([*arguments, "--sweep", f"{EDGE}=45%..80%/5%", "-o", str(page)]) == 0
    assert main([*arguments, "--sweep", f"{EDGE}=45%..80%/5%", "-o", str(rows)]) == 0
    text = page.read_text(encoding="utf-8")
    assert "<svg" in text
    assert "现在 75%" in text
    assert "不成立" in text
    assert not re.search(r"""(?:src|href)=|url\(|@import""", text)
    lines = list(csv.DictReader(rows.read_text(encoding="utf-8-sig").splitlines()))
    assert len(lines) == 2 + 6 * 48
    assert lines[0]["状态"] == "不成立"
    assert "社冲乡" in capsys.readouterr().out


# ---- wrong usage ----------------------------------------------------------------------------

WRONG = {
    "": "没有写要改什么",
    "--set=考评.项目.约搞.满分=3": "是不是想写“考评.项目.约稿.满分”",
    "--set=单位.名单.大浦镇.年度任务=3": "是不是想写“单位.名单.大埔镇.年度任务”",
    "--set=约稿.满分=3": "是不是想写“考评.项目.约稿.满分”",
    "--set=考评.项目.约稿=3": "再往下写一级",
    "--set=考评.项目.约稿.满分": "写作 路径=值",
    "--sweep=考评.项目.约稿.满分=10..20": "写作 路径=从..到/步",
    "--sweep=考评.项目.约稿.满分=10..20/0": "步是0",
    "--sweep=考评.项目.约稿.满分=0..2000000/1": "一次最多算 100000 个变体",
    "--sweep=考评.项目.约稿.满分=1%..2小时/1": "要统一成一种",
    "--sweep=考评.项目.约稿.满分=1|1": "重复的值",
    f"--sweep={EDGE.replace('75', '80')}=1%..2%/1%": "可选：100%、75%、50%、25%、0%",
    "--set=指标.失实次数.界限.3=4": "不是一张按区间分档的表",
}


@pytest.mark.parametrize("typed", WRONG)
def test_wrong_usage(root: Path, capsys: pytest.CaptureFixture[str], typed: str) -> None:
    """路径、范围写错了：退出码 2，说出最近的写法。"""
    with pytest.raises(SystemExit) as left:
        main(
            ["whatif", str(root / "rules" / "2024.yaml"), str(root / "examples" / "2024.xlsx"), *filter(None, [typed])]
        )
    assert left.value.code == 2
    assert WRONG[typed] in capsys.readouterr().err


def test_too_many_together(base: Checked) -> None:
    """几处搭配起来太多，先说有多少，不算。"""
    axes = [sweep("考评.项目.约稿.满分=0..999/1"), sweep("考评.项目.工作机制.满分=0..999/1")]
    with pytest.raises(Misuse, match="1000 × 1000 ＝ 1000000 个变体"):
        asked(base.doc, axes)
    with pytest.raises(Misuse, match="改的是同一处"):
        asked(base.doc, [axes[0], axes[0]])


def test_aliases_of_units(tmp_path: Path, root: Path) -> None:
    """路径里的单位写别名也认。"""
    rules = tmp_path / "改名.yaml"
    text = (root / "rules" / "2024.yaml").read_text(encoding="utf-8")
    rules.write_text(text.replace("季度任务: 15}", "季度任务: 15, 别名: [老审计局]}", 1), encoding="utf-8")
    (axis,) = asked(load(rules), [setting("单位.名单.老审计局.年度任务=70")])
    assert axis.path == "单位.名单.柳华管理区.年度任务"
    assert axis.now == "60"


def test_ranges_are_exact() -> None:
    """范围是精确的小数，到头为止，也能从大到小。"""
    assert sweep("甲.乙=0.1..0.3/0.1").values == ("0.1", "0.2", "0.3")
    assert sweep("甲.乙=20..41/5").values == ("20", "25", "30", "35", "40")
    assert sweep("甲.乙=75..70%/2.5%").values == ("75%", "72.5%", "70%")


# ---- many offices ---------------------------------------------------------------------------


def test_many_offices(tmp_path: Path, base: Checked) -> None:
    """许多家的台账一起试改，每一家都和单独重算的一样。"""
    write_offices(tmp_path)
    taken = bulk.take(base.book, tmp_path, "县")
    study = plan(base.book, taken.frames, counted_to(base.book, None), bulk.known(taken), OnPolars())
    sums = carried_out(study, [name for name, table in study.tables.items() if table.frame is not None], OnPolars())
    texts = [f"{EDGE}=70%..80%/10%", "计分.采用分值.表.单条采用.县内刊物=14..16/1"]
    axes = asked(base.doc, [sweep(text) for text in texts])
    chosen = [("70%", "14"), ("80%", "16")]
    docs = [applied(applied(base.doc, axes[0].path, one)[0], axes[1].path, two)[0] for one, two in chosen]
    books = [base.book, *(read(doc, None, (base.doc, base.book)) for doc in docs)]
    found = Sweep(Scored(sums.frames, sums.columns, study), Merged(books), len(books), wanted(base.book)[:1])
    spread = found.spread("年", SCORE)
    name = base.book.appraisal.steps[-1].name
    for number, doc in enumerate(docs, 1):
        alone = bulk.score_intake(read(doc), bulk.take(read(doc), tmp_path, "县"), "县", Options())
        mine = spread.values.filter(pl.col("#景") == number).sort("#类").select(name, f"{name}?")
        mine = mine.select(pl.all().gather(spread.codes)).with_columns(sums.frames["年"][UNIT]).sort(UNIT)
        column = alone.columns[name]
        theirs = alone.sums.frames["年"].sort(UNIT)
        assert (mine[name] * column.den).equals(theirs[name] * spread.column.den, null_equal=True)
        assert mine[f"{name}?"].equals(theirs[f"{name}?"])
