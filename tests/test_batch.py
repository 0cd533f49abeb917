"""xize batch: 一个文件夹里的各处台账，各按管它的细则计分。

The small rule files here are made up; the natural folder is the rule sets of tests/rulesets/, each with a case's rows.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from engine import batch
from engine.__main__ import main
from engine.batch import crew
from engine.batch.force import editions, parted
from engine.document import parse
from engine.ledger.sheets import read as read_ledgers
from engine.pipeline import Options, load_rules, score, score_by
from engine.source import Rejected
from engine.trial import Case, read
from engine.trial import run as trial_run
from small_book import write_csv

ROOT = Path(__file__).parent.parent
RULE = """
细则:
  {{名称: 某县信息评分细则, 年度: {year}, 文号: {number}, 施行: {effective}, 替代: {replaces}, 起止: {first} 至 {last}}}
条文: {{"1": {{原文: 每篇{points}分，表扬一次一分}}}}
单位: {{列: {{任务: 条}}, 名单: {roster}}}
台账:
  采用: {{归期: 日期, 列: {{编号: 文本, 单位: 单位, 日期: 日期}}}}
  表扬: {{归期: 日期, 可缺: 是, 期后: 计入, 列: {{单位: 单位, 日期: 日期}}}}
  批示: {{归期: 日期, 可缺: 是, 衔接: {{台账: 采用, 同: 编号, 取: 单位}}, 列: {{编号: 文本, 日期: 日期}}}}
计分:
  批示分: {{条款: "1", 台账: 批示, 公式: "1"}}
指标:
  篇数: {{条款: "1", 每: 年, 计次: 采用}}
  表扬次数: {{条款: "1", 每: 年, 计次: 表扬}}
  采用分: {{条款: "1", 每: 年, 按次: {{篇数: {points}, 表扬次数: 1}}}}
  批示奖: {{条款: "1", 每: 年, 合计: 批示分}}
考评:
  每: 年
  项目: {{采用: {{条款: "1", 得: 采用分, 封顶: 不限}}, 批示: {{条款: "1", 得: 批示奖, 封顶: 不限}}}}
  得分: [{{编号: 合计, 加: [采用, 批示]}}]
结果:
  名次: {{条款: "1", 名次: [{{得分: 高者先}}], 同分: 并列}}
"""
ADOPTED = ("编号", "单位", "日期")
TOWNS = "{甲科: {任务: 1}, 乙科: {任务: 2}}"
Lines = Iterable[tuple[str, ...]]


def rules(path: Path, year: int, points: int, **more: str) -> Path:
    """A rule file: each adoption counts ``points``."""
    days = {"first": f"{year}-01-01", "last": f"{year}-12-31"}
    words = {"number": "未印", "replaces": "无", "roster": TOWNS, "effective": more.get("first", days["first"])}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(RULE.format(year=year, points=points, **{**days, **words, **more}), encoding="utf-8")
    return path


def ledgers(folder: Path, *adopted: tuple[str, ...], **other: Lines) -> Path:
    """An office's ledgers as CSV."""
    folder.mkdir(parents=True, exist_ok=True)
    return write_csv(folder, {"采用": [ADOPTED, *adopted], **other})


def workbook(path: Path, **sheets: Lines) -> Path:
    """An office's ledgers as a workbook."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def run(top: Path, out: Path | None = None, jobs: int = 0, *, again: bool = False, **options: Any) -> batch.Batch:
    """The whole folder."""
    return batch.run(top, out or top / "out", Options(**options), jobs, lambda done, total: None, again=again)


def scored(out: Path, name: str, edition: str) -> dict[str, str]:
    """Unit → 得分, of an office's results by a rule file."""
    found = json.loads((out / name / edition / "scores.json").read_text(encoding="utf-8"))
    return {unit["单位"]: unit["得分"] for unit in found["单位"]}


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# ---- who there is, and which rules hold ---------------------------------------------------------


def test_an_office_scores_as_score_does(tmp_path: Path) -> None:
    """一处台账：成绩和 xize score 算的一个字节不差；汇总里有单位数、读入、计入、未计、校验值。"""
    shutil.copytree(ROOT / "rules", tmp_path / "柳城" / "rules")
    shutil.copy(ROOT / "examples" / "2024.xlsx", tmp_path / "柳城")
    found = run(tmp_path)
    result = score(tmp_path / "柳城" / "rules" / "2024.yaml", tmp_path / "柳城" / "2024.xlsx")
    kept = json.loads((tmp_path / "out" / "柳城" / "2024" / "scores.json").read_text(encoding="utf-8"))
    assert kept == result.as_json()
    (office,) = found.entries
    (entry,) = office["成绩"]
    assert [entry[k] for k in ("年度", "单位", "读入", "计入", "未计", "暂定")] == [2024, 48, 1130, 1128, 2, False]
    assert entry["细则"]["sha256"] == kept["规则"]["sha256"]
    assert entry["台账"][0]["sha256"] == kept["台账"][0]["sha256"]
    sheet = openpyxl.load_workbook(tmp_path / "out" / "汇总.xlsx").active
    assert [cell.value for cell in sheet[4]][:5] == [
        "柳城",
        "算成",
        "2024",
        "柳城县政务信息上报工作考评细则",
        "2024-12-31",
    ]


def test_each_record_under_the_rules_of_its_year(tmp_path: Path) -> None:
    """一本台账两年的记录：各按当年的细则，各年的成绩分开写。"""
    rules(tmp_path / "rules" / "旧.yaml", 2023, 1)
    rules(tmp_path / "rules" / "新.yaml", 2024, 10)
    ledgers(tmp_path / "县", ("1", "甲科", "2023-12-31"), ("2", "甲科", "2024-01-01"), ("3", "乙科", "2024-05-01"))
    assert run(tmp_path).failed == []
    assert scored(tmp_path / "out", "县", "2023") == {"甲科": "1", "乙科": "0"}
    assert scored(tmp_path / "out", "县", "2024") == {"甲科": "10", "乙科": "10"}


def test_rules_that_change_in_the_year(tmp_path: Path) -> None:
    """年中换细则，两份的起止不重叠：6月30日的按旧的，7月1日的按新的；结果按细则分开，不合在一起。"""
    rules(tmp_path / "上半年.yaml", 2024, 1, last="2024-06-30")
    rules(tmp_path / "下半年.yaml", 2024, 10, first="2024-07-01")
    ledgers(tmp_path / "县", ("1", "甲科", "2024-06-30"), ("2", "甲科", "2024-07-01"))
    assert run(tmp_path).failed == []
    assert scored(tmp_path / "out", "县", "2024-上半年")["甲科"] == "1"
    assert scored(tmp_path / "out", "县", "2024-下半年")["甲科"] == "10"


def test_an_endorsement_after_the_change_of_rules(tmp_path: Path) -> None:
    """换了细则以后才有的批示，那条信息却归旧细则：按自己的日期归新细则，在那里找不到信息，列在未计，不悄悄丢掉。"""
    rules(tmp_path / "上半年.yaml", 2024, 1, last="2024-06-30")
    rules(tmp_path / "下半年.yaml", 2024, 10, first="2024-07-01")
    endorsed = [("编号", "日期"), ("1", "2024-07-02"), ("2", "2024-07-02")]
    ledgers(tmp_path / "县", ("1", "甲科", "2024-06-30"), ("2", "甲科", "2024-07-01"), 批示=endorsed)
    (entry,) = run(tmp_path).entries
    assert [(r["文件夹"], r["读入"], r["未计"]) for r in entry["成绩"]] == [
        ("2024-上半年", 1, 0),
        ("2024-下半年", 3, 1),
    ]
    assert scored(tmp_path / "out", "县", "2024-下半年")["甲科"] == "11"


def test_rules_wholly_replaced_are_out_of_force(tmp_path: Path) -> None:
    """新细则写明替代旧的，又管着它的每一天：只按新的。"""
    rules(tmp_path / "旧.yaml", 2024, 1, number="政办1号")
    rules(tmp_path / "新.yaml", 2024, 10, number="政办2号", replaces="政办1号")
    ledgers(tmp_path / "县", ("1", "甲科", "2024-06-30"))
    (office,) = run(tmp_path).entries
    assert [Path(r["细则"]["文件"]).name for r in office["成绩"]] == ["新.yaml"]


def test_the_nearest_rules_hold(tmp_path: Path) -> None:
    """自己有细则的按自己的，没有的按上一级的；别的文件夹里的不看。"""
    rules(tmp_path / "市" / "rules" / "细则.yaml", 2024, 1)
    rules(tmp_path / "市" / "甲县" / "细则.yaml", 2024, 10)
    for name in ("甲县", "乙县"):
        ledgers(tmp_path / "市" / name, ("1", "甲科", "2024-06-30"))
    run(tmp_path)
    assert scored(tmp_path / "out", "市/甲县", "2024")["甲科"] == "10"
    assert scored(tmp_path / "out", "市/乙县", "2024")["甲科"] == "1"


def test_a_unit_of_another_roster(tmp_path: Path) -> None:
    """同一年两份细则，各管各的单位：一本台账里的记录按名单各归各的，批示跟着它那条信息走。"""
    rules(tmp_path / "乡镇.yaml", 2024, 1, roster="{大镇: {任务: 1}}")
    rules(tmp_path / "部门.yaml", 2024, 10, roster="{小局: {任务: 1}}")
    endorsed = [("编号", "日期"), ("2", "2024-03-01"), ("1", "2024-03-01"), ("1", "2024-04-01")]
    ledgers(tmp_path / "县", ("1", "大镇", "2024-02-01"), ("2", "小局", "2024-02-01"), 批示=endorsed)
    assert run(tmp_path).failed == []
    assert scored(tmp_path / "out", "县", "2024-乡镇") == {"大镇": "3"}
    assert scored(tmp_path / "out", "县", "2024-部门") == {"小局": "11"}


def test_a_late_finding_belongs_to_the_year_of_its_workbook(tmp_path: Path) -> None:
    """次年一月的表扬（期后：计入）：台账分成一年一本的，归那一年；两年记在一本里的，说不清，不猜。"""
    rules(tmp_path / "2023.yaml", 2023, 1)
    rules(tmp_path / "2024.yaml", 2024, 10)
    praised = [("单位", "日期"), ("甲科", "2024-01-10")]
    old, new = ("1", "甲科", "2023-05-01"), ("2", "甲科", "2024-05-01")
    workbook(tmp_path / "分" / "2023台账.xlsx", 采用=[ADOPTED, old], 表扬=praised)
    workbook(tmp_path / "分" / "2024台账.xlsx", 采用=[ADOPTED, new], 表扬=praised)
    ledgers(tmp_path / "合", old, new, 表扬=praised)
    (together,) = run(tmp_path, as_of=dt.date(2024, 12, 31)).failed
    assert [scored(tmp_path / "out", "分", year)["甲科"] for year in ("2023", "2024")] == ["2", "11"]
    assert together["名称"] == "合"
    assert "2 份细则都管得着：2023.yaml（2023-01-01 至 2023-12-31）、2024.yaml" in together["问题"][0]
    assert not (tmp_path / "out" / "合" / "2024").exists()


def overlapping(top: Path) -> None:
    """Two rule files of one year."""
    for name in ("细则", "又一份"):
        rules(top / "县" / f"{name}.yaml", 2024, 5)
    ledgers(top / "县", ("1", "甲科", "2024-06-30"))


def partly_overlapping(top: Path) -> None:
    """Rules changed in July, the old ones not closed: January is clear, July is not."""
    rules(top / "县" / "旧.yaml", 2024, 1)
    rules(top / "县" / "新.yaml", 2024, 5, first="2024-07-01")
    ledgers(top / "县", ("1", "甲科", "2024-01-30"), ("2", "甲科", "2024-07-30"))


def on_no_roster(top: Path) -> None:
    """Two rule files for different units, and a unit on neither roster."""
    rules(top / "县" / "乡镇.yaml", 2024, 1, roster="{大镇: {任务: 1}}")
    rules(top / "县" / "部门.yaml", 2024, 1, roster="{小局: {任务: 1}}")
    ledgers(top / "县", ("1", "大镇", "2024-01-30"), ("2", "小居", "2024-01-30"))


def of_another_ledger(top: Path) -> None:
    """A ledger that only next year's rules know, with a record of this year."""
    rules(top / "县" / "今年.yaml", 2024, 1)
    path = rules(top / "县" / "明年.yaml", 2025, 1)
    path.write_text(path.read_text(encoding="utf-8").replace("表扬", "嘉奖"), encoding="utf-8")
    ledgers(top / "县", ("1", "甲科", "2024-01-30"), 嘉奖=[("单位", "日期"), ("甲科", "2024-02-01")])


def outside(top: Path) -> None:
    """Records of another year only."""
    ledgers(top / "县", ("1", "甲科", "2022-06-30"))


def stray(top: Path) -> None:
    """One record of another year among others."""
    ledgers(top / "县", ("1", "甲科", "2024-06-30"), ("2", "甲科", "2025-01-01"))


def twice(top: Path) -> None:
    """Two workbooks of one year."""
    for name in ("台账", "台账 - 副本"):
        workbook(top / "县" / f"{name}.xlsx", 采用=[ADOPTED, ("1", "甲科", "2024-06-30")])


def both_forms(top: Path) -> None:
    """A workbook beside CSV."""
    ledgers(top / "县", ("1", "甲科", "2024-06-30"))
    workbook(top / "县" / "台账.xlsx", 采用=[ADOPTED])


def no_ledger(top: Path) -> None:
    """A workbook with none of the ledgers."""
    workbook(top / "县" / "通讯录.xlsx", 电话=[("姓名",)])


def misspelt(top: Path) -> None:
    """A unit that is on no roster."""
    ledgers(top / "县", ("1", "甲料", "2024-06-30"))


def half_unread(top: Path) -> None:
    """Half of the ledgers in a form that is not read."""
    ledgers(top / "县", ("1", "甲科", "2024-06-30"))
    (top / "县" / "下半年.xls").write_bytes(b"x")


def all_unread(top: Path) -> None:
    """Nothing but a ledger in a form that is not read."""
    (top / "县").mkdir()
    (top / "县" / "台账.et").write_bytes(b"x")


@pytest.mark.parametrize(
    ("make", "code", "told"),
    [
        (half_unread, "F11", ("下半年.xls", "不能只算一半", "另存为 .xlsx")),
        (all_unread, "F11", ("台账.et", "另存为 .xlsx")),
        (overlapping, "D42", ("又一份.yaml", "细则.yaml", "采用.csv", "起止")),
        (partly_overlapping, "D42", ("第3行", "旧.yaml", "新.yaml")),
        (on_no_roster, "D22", ("小居", "小局", "部门.yaml")),
        (of_another_ledger, "D41", ("嘉奖.csv!第2行", "今年.yaml", "明年.yaml")),
        (outside, "D41", ("2022-06-30 至 2022-06-30", "没有一份细则管得着", "2024-01-01 至 2024-12-31")),
        (stray, "D14", ("2025-01-01", "第3行", "2024-01-01 至 2024-12-31")),
        (twice, "D43", ("台账.xlsx", "台账 - 副本.xlsx", "并成一本")),
        (both_forms, "F18", ("台账.xlsx", "采用.csv")),
        (no_ledger, "D41", ("没有一张表是这些细则要的台账",)),
        (misspelt, "D22", ("甲料", "甲科")),
    ],
)
def test_what_cannot_be_said_for_certain_is_refused(
    make: Callable[[Path], None], code: str, told: tuple[str, ...], tmp_path: Path
) -> None:
    """说不清归哪一份细则的，这一处不算，问题.txt 里说为什么、管它的有哪几份细则；别处照算。"""
    rules(tmp_path / "细则.yaml", 2024, 1)
    ledgers(tmp_path / "好县", ("1", "甲科", "2024-06-30"))
    make(tmp_path)
    found = run(tmp_path)
    assert [entry["名称"] for entry in found.failed] == ["县"]
    text = (tmp_path / "out" / "县" / "问题.txt").read_text(encoding="utf-8")
    assert f"错误 {code}  " in text
    assert [word for word in told if word not in text] == []
    assert scored(tmp_path / "out", "好县", "2024")["甲科"] == "1"


def test_no_record_is_lost_or_counted_twice(tmp_path: Path) -> None:
    """随便怎样的日期、单位、台账：要么说不清，要么每一行恰好归一份细则，一行不丢，一行不重。"""
    old = rules(tmp_path / "2023.yaml", 2023, 1)
    halves = [
        rules(tmp_path / "上半年.yaml", 2024, 1, last="2024-06-30"),
        rules(tmp_path / "下半年.yaml", 2024, 1, first="2024-07-01"),
    ]
    held = editions(load_rules(path) for path in (old, *halves))
    days = [
        "2022-12-31",
        "2023-12-31",
        "2024-01-01",
        "2024-06-30",
        "2024-07-01",
        "2024-12-31",
        "2025-01-01",
        "不详",
        "",
    ]
    draw, refused, several = random.Random(7), 0, 0
    for turn in range(60):
        lines: dict[str, Any] = {"采用": [ADOPTED], "表扬": [("单位", "日期")], "批示": [("编号", "日期")]}
        late = days if turn % 2 else days[1:6]
        for _ in range(draw.randrange(12)):
            number, unit = str(draw.randrange(4)), draw.choice(["甲科", "乙科", "丙科"])
            lines["采用"].append((number, unit, draw.choice(days[turn % 3 :: 3])))
            lines["表扬"] += [(unit, draw.choice(late))] * draw.randrange(2)
            lines["批示"] += [(number, draw.choice(days))] * draw.randrange(2)
        folder = write_csv(tmp_path / str(turn), lines)
        whole = read_ledgers(folder, lines)
        found = parted(held, whole, folder)
        refused += bool(found.problems)
        several += len(found.sheets) > 1
        for name, table in () if found.problems else whole.tables.items():
            rows = [row for part in found.sheets.values() for row in part.tables[name].rows]
            assert sorted(rows) == table.rows.to_list(), (turn, name)
    assert refused > 5
    assert several > 5


def test_faulty_rules_stop_only_whom_they_hold_for(tmp_path: Path) -> None:
    """一份细则写坏了：归它管的各处都说出来，别处照算；没有细则的一处也说出来。"""
    (rules(tmp_path / "坏" / "细则.yaml", 2024, 1)).write_text("细则:\n  年度：2024\n", encoding="utf-8")
    rules(tmp_path / "好" / "细则.yaml", 2024, 1)
    for name in ("坏/甲县", "坏/乙县", "好", "没有"):
        ledgers(tmp_path / name, ("1", "甲科", "2024-06-30"))
    found = run(tmp_path, jobs=2)
    assert {e["名称"]: e["问题"][0][:3] for e in found.failed} == {"坏/甲县": "Y07", "坏/乙县": "Y07", "没有": "F01"}
    assert scored(tmp_path / "out", "好", "2024")["甲科"] == "1"


def test_nothing_to_do_is_told(tmp_path: Path) -> None:
    """没有这个文件夹、里面没有一处台账：说出来，什么也不写。"""
    for top in (tmp_path / "没有", tmp_path):
        with pytest.raises(Rejected) as told:
            run(top, tmp_path / "out")
        assert [p.code for p in told.value.problems] == ["F01"]
    assert list(tmp_path.iterdir()) == []


def test_as_of_and_bad_rows(tmp_path: Path) -> None:
    """--as-of：还没有开始的一年不算，说明；--skip-bad：错行不计，暂定。"""
    rules(tmp_path / "2023.yaml", 2023, 1)
    rules(tmp_path / "2024.yaml", 2024, 10)
    ledgers(tmp_path / "县", ("1", "甲科", "2023-02-01"), ("2", "甲料", "2023-03-01"), ("3", "甲科", "2024-03-01"))
    (entry,) = run(tmp_path, as_of=dt.date(2023, 12, 31), skip_bad=True).entries
    assert [(r["年度"], r["暂定"], r["读入"], r["未计"]) for r in entry["成绩"]] == [(2023, True, 2, 1)]
    assert "2024.yaml（2024-01-01 至 2024-12-31）还没有开始" in entry["说明"][0]


# ---- again, and at the same time ------------------------------------------------------------------


@pytest.fixture
def province(tmp_path: Path) -> Path:
    """Four counties under one rule file, one of them with a misspelt unit."""
    top = tmp_path / "省"
    rules(top / "细则.yaml", 2024, 1)
    for name in ("甲县", "乙县", "丙县"):
        ledgers(top / name, ("1", "甲科", "2024-06-30"))
    ledgers(top / "丁县", ("1", "甲料", "2024-06-30"))
    return top


def test_only_what_changed_is_done_again(province: Path) -> None:
    """再运行一次：没有变的跳过，变了的和上次没有算成的重做；结果和从头算的一样；--again 全部重做。"""
    assert set(run(province).seconds) == {"甲县", "乙县", "丙县", "丁县"}
    ledgers(province / "乙县", ("1", "甲科", "2024-06-30"), ("2", "甲科", "2024-06-30"))
    (province / "out" / "丙县" / "2024" / "scores.json").write_text("有人改过", encoding="utf-8")
    assert set(run(province).seconds) == {"乙县", "丙县", "丁县"}
    resumed = contents(province / "out")
    assert set(run(province, again=True).seconds) == {"甲县", "乙县", "丙县", "丁县"}
    assert contents(province / "out") == resumed
    assert set(run(province, skip_bad=True).seconds) == {"甲县", "乙县", "丙县", "丁县"}


def test_what_is_no_longer_so_goes(province: Path) -> None:
    """这次没有算成的，上次的成绩不留着冒充；有人改过的不动，说它不是这一次的；改好了，问题.txt 就没有了。"""
    run(province)
    edited = province / "out" / "乙县" / "2024" / "成绩.xlsx"
    edited.write_bytes(b"edited")
    for name in ("甲县", "乙县"):
        ledgers(province / name, ("1", "甲料", "2024-06-30"))
    ledgers(province / "丁县", ("1", "甲科", "2024-06-30"))
    assert [entry["名称"] for entry in run(province).failed] == ["乙县", "甲县"]
    assert sorted(contents(province / "out" / "甲县")) == ["记录.json", "问题.txt"]
    assert edited.read_bytes() == b"edited"
    assert "“2024/成绩.xlsx”写好以后又改过" in (province / "out" / "乙县" / "问题.txt").read_text(encoding="utf-8")
    assert not (province / "out" / "丁县" / "问题.txt").exists()


def test_the_order_and_the_bytes_are_the_same_whatever_the_jobs(province: Path, tmp_path: Path) -> None:
    """同时算几处，写出的一个字节不差；先后按名字。"""
    one, three = tmp_path / "一", tmp_path / "三"
    names = [[entry["名称"] for entry in run(province, out, jobs).entries] for out, jobs in ((one, 1), (three, 3))]
    assert contents(one) == contents(three)
    assert names[0] == names[1] == sorted(names[0])


def test_earlier_results_in_the_folder_are_no_ledgers(province: Path) -> None:
    """结果写在同一个文件夹里也不要紧：成绩.xlsx 不会当成台账；换了名字的旧结果也不会。"""
    run(province)
    (province / "out").rename(province / "上一次")
    assert len(run(province).entries) == 4
    with pytest.raises(Rejected) as told:
        run(province, province)
    assert [p.code for p in told.value.problems] == ["F03"]


def test_what_lies_about_is_no_matter(province: Path) -> None:
    """开着的 Excel 留下的 ~$ 文件、隐藏文件夹、别的文档、放在旁边的成绩册和空白台账：不当成台账，说一声没有用。"""
    (province / "甲县" / "~$台账.xlsx").write_bytes(b"open")
    (province / ".回收站").mkdir()
    shutil.copytree(province / "甲县", province / ".回收站" / "甲县")
    (province / "甲县" / "说明.docx").write_bytes(b"PK")
    for name in ("2024 台账", "成绩", "空白台账"):
        sheets = {"采用": [ADOPTED, *[("1", "甲科", "2024-06-30")][: name == "2024 台账"]]}
        workbook(province / "戊 县" / f"{name}.xlsx", **sheets if name != "成绩" else {"一类": [("名次",)]})
    found = run(province)
    assert [entry["名称"] for entry in found.failed] == ["丁县"]
    assert scored(province / "out", "戊 县", "2024")["甲科"] == "1"
    told = (province / "out" / "戊 县" / "提示.txt").read_text(encoding="utf-8")
    assert "“成绩.xlsx”里没有一条台账的记录，没有用" in told
    assert "空白台账.xlsx" in told


def test_an_office_that_is_no_more_is_told(province: Path) -> None:
    """上次有、这次没有的一处：汇总里没有它，结果还留着，说一声。"""
    run(province)
    shutil.rmtree(province / "乙县")
    found = run(province)
    assert (found.gone, len(found.entries)) == (("乙县",), 3)


def test_a_child_that_dies_takes_only_its_office(province: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """算其中一处的进程死了（内存不够……）：只有那一处没有算成，说出来，别处照算。"""
    started: list[crew._Child] = []

    def dying(threads: int, real: Callable[[int], crew._Child] = crew._Child.started) -> crew._Child:
        started.append(real(threads))
        if len(started) == 1:
            started[0].process.kill()
        return started[-1]

    monkeypatch.setattr(crew._Child, "started", dying)
    dead = next(entry for entry in run(province, jobs=1).failed if entry["名称"] == "丁县")
    assert (dead["退出码"], dead["问题"][0][:3]) == (3, "F05")
    (left,) = run(province, jobs=1).failed
    assert left["问题"][0][:3] == "D22"


# ---- the command line --------------------------------------------------------------------------------


def test_the_command(province: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """xize batch：有一处没有算成，退出码1，说哪一处、为什么、全部见哪里；再运行说跳过几处；--json 是汇总。"""
    out = province / "out"
    assert main(["batch", str(province), "-o", str(out), "--jobs", "2"]) == 1
    told = capsys.readouterr()
    assert "没有算成　丁县：D22 采用.csv!第2行" in told.err
    assert "共 4 处：算成 3 处，没有算成 1 处。最慢的：" in told.err
    ledgers(province / "丁县", ("1", "甲科", "2024-06-30"))
    assert main(["批量", str(province), "-o", str(out), "--json"]) == 0
    told = capsys.readouterr()
    assert "没有变、跳过 3 处。最慢的：丁县" in told.err
    found = json.loads(told.out, parse_float=lambda text: pytest.fail(f"浮点数 {text}"))
    assert found["合计"] == {"处": 4, "没有算成": 0}
    assert main(["batch", "没有", "-o", str(out)]) == 3


# ---- a natural folder ------------------------------------------------------------------------------------


def test_other_governments_in_one_folder(tmp_path: Path) -> None:
    """七份各不相同的细则、各有台账，放在一个文件夹里：每一处的得分和单独算的一样。"""
    expected = {}
    for path in sorted((ROOT / "tests" / "rulesets").glob("[!i]*/rules.yaml")):
        shutil.copytree(path.parent, tmp_path / path.parent.name)
        book = load_rules(path)
        case = fullest(book, path.parent)
        columns = {name: list(ledger.fields) for name, ledger in book.ledgers.items()}
        lines = {
            name: [header, *([*line.named(header).values()] for line in case.lines.get(name, ()))]
            for name, header in columns.items()
        }
        folder = write_csv(tmp_path / path.parent.name, lines)
        expected[path.parent.name] = {u.name: u.as_json()["得分"] for u in score_by(book, folder).units}
    found = run(tmp_path, jobs=2)
    assert found.failed == []
    assert len(expected) == len(found.entries) == 7
    for entry in found.entries:
        (result,) = entry["成绩"]
        assert scored(tmp_path / "out", entry["名称"], result["文件夹"]) == expected[entry["名称"]]


def fullest(book: Any, folder: Path) -> Case:
    """The sound case with the most records."""
    cases = read(parse((folder / "cases.yaml").read_bytes(), folder.name))
    plain = sorted((c for c in cases if not c.readings and not c.as_of), key=lambda c: -sum(map(len, c.lines.values())))
    return next(case for case in plain if trial_run(book, [case]).result is not None)
