"""成批计分：许多家的台账一次算完，每一家都和单独计分一样；一行也不会悄悄丢掉。"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest

from engine import bulk
from engine.__main__ import main
from engine.bulk import Bulk, output
from engine.pipeline import Options, score_by
from engine.result import Figure, Result, figure
from engine.rulebook import RuleBook
from engine.scoring.table import OFFICE, PERIOD, UNIT
from engine.source import Rejected, Severity
from random_ledgers import DATES, TIMES, ledgers, write_parquet

SEEDS = range(8)
OFFICES = {f"编造{name}县": seed for seed, name in zip(SEEDS, "戊乙丙丁甲己庚辛", strict=True)}


def write_offices(folder: Path, by: str = "县") -> None:
    """每一家的台账接成一个文件，多一列写明是哪一家；日期、时间存成 Parquet 自己的类型。"""
    written: dict[str, list[pl.DataFrame]] = {}
    for name, seed in OFFICES.items():
        for ledger, rows in ledgers(seed).items():
            frame = pl.DataFrame(rows, schema=None if rows else {}, infer_schema_length=None)
            written.setdefault(ledger, []).append(frame.with_columns(pl.lit(name).alias(by)) if rows else frame)
    for ledger, frames in written.items():
        whole = pl.concat([frame for frame in frames if frame.height] or frames[:1], how="diagonal")
        dates = [pl.col(name).replace("", None).str.to_date() for name in DATES if name in whole.columns]
        times = [pl.col(name).replace("", None).str.to_datetime() for name in TIMES if name in whole.columns]
        whole.with_columns(*dates, *times).write_parquet(folder / f"{ledger}.parquet")


def cells(result: Result, table: str) -> dict[tuple[int, int, str], Figure]:
    """单独计分的每一格。"""
    columns = result.outcome.columns[table]
    names = [name for name in columns if name[0] not in "#~"]
    return {
        (unit, number, name): figure(row, name, columns[name])
        for (home, unit, number), row in result.cells.items() if home == table for name in names
    }  # fmt: skip


def bulk_cells(run: Bulk, table: str) -> dict[str, dict[tuple[int, int, str], Figure]]:
    """成批计分的每一格，逐家。"""
    columns = run.sums.columns[table]
    names = [name for name in columns if name[0] not in "#~"]
    found: dict[str, dict[tuple[int, int, str], Figure]] = {}
    units = len(run.book.roster.units)
    for row in run.sums.frames[table].iter_rows(named=True):
        office = run.intake.offices[row[OFFICE]] if run.by else ""
        for name in names:
            key = row[UNIT] % units, row[PERIOD], name
            found.setdefault(office, {})[key] = figure(row, name, columns[name])
    return found


@pytest.mark.parametrize("as_of", [None, date(2024, 8, 15), date(2025, 2, 1)])
def test_many_offices_in_one_plan_are_as_many_runs(book_2024: RuleBook, tmp_path: Path, as_of: date | None) -> None:
    """八家一次算完，每一家每个单位每季每年的每个数，和这一家单独计分的一样。"""
    options = Options(as_of=as_of)
    write_offices(tmp_path)
    run = bulk.score_intake(book_2024, bulk.take(book_2024, tmp_path, "县"), "县", options)
    together = {table: bulk_cells(run, table) for table in ("年", "季")}
    assert list(run.intake.offices) == sorted(OFFICES)
    left = 0
    for name, seed in OFFICES.items():
        alone = tmp_path / name
        alone.mkdir()
        write_parquet(ledgers(seed), alone)
        result = score_by(book_2024, alone, options)
        left += len(result.uncounted)
        for table, found in together.items():
            assert found[name] == cells(result, table), (name, table)
    assert run.uncounted.height == left


def test_one_office_of_many_records(book_2024: RuleBook, root: Path, tmp_path: Path) -> None:
    """不写 --by：一家的台账成批算，和平常一样。"""
    write_parquet(ledgers(3), tmp_path)
    run = bulk.score(root / "rules" / "2024.yaml", tmp_path)
    result = score_by(book_2024, tmp_path)
    assert bulk_cells(run, "年")[""] == cells(result, "年")
    assert [*run.scores["得分"]] == [None if not isinstance(u.score, Fraction) else u.score for u in result.units]
    assert run.scores["单位"].to_list() == [unit.name for unit in result.units]


def test_the_digest_is_what_it_says(tmp_path: Path, root: Path) -> None:
    """校验值是“县,单位,得分,名次,并列,总名次”各行排好序的 sha256，别的程序照样算得出。"""
    write_offices(tmp_path)
    run = bulk.score(root / "rules" / "2024.yaml", tmp_path, "县")
    columns = ("县", "单位", "得分", "名次", "名次并列", "总名次")
    yes = {None: "", True: "是", False: "否"}
    lines = sorted(
        ",".join(yes[cell] if isinstance(cell, bool) or cell is None else str(cell) for cell in row)
        for row in run.scores.select(columns).iter_rows()
    )
    assert run.digest == hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


# ---- 错的行、不计的行：逐个数清楚 ----------------------------------------------------------------


BAD = {
    "D22": ("采用", {"单位": "大浦镇"}),
    "D21": ("采用", {"渠道": "国家级采用"}),
    "D10": ("采用", {"信息编号": ""}),
    "D14": ("采用", {"采用日期": "2023-12-31"}),
    "D12": ("采用", {"采用日期": "三月五日"}),
    "D20": ("机制", {"机制不健全": "不清楚"}),
    "D16": ("突发", {"发生时间": "2024-03-05"}),
}
FIRST = {
    "采用": {"信息编号": "2024-1", "单位": "大埔镇", "采用日期": "2024-03-05", "渠道": "县内刊物", "方式": "单条采用"},
    "机制": {"单位": "大埔镇", "考评日期": "2024-12-20"}
    | dict.fromkeys(["机制不健全", "领导不重视", "激励和签发机制不完善", "未安排专人", "业务活动不正常"], "否"),
    "突发": {"事件编号": "1", "单位": "大埔镇", "等级": "一般", "发生时间": "2024-03-05 08:30", "后果": ""},
}  # fmt: skip
HEADS = {
    "批示": ["信息编号", "级别", "批示日期"], "约稿": ["约稿编号", "单位", "通知日期", "上报", "质量", "反馈", "无故"],
    "失实": ["单位", "查实日期", "情形", "信息编号"], "报送": ["单位", "报送日期", "信息编号", "标题"],
}  # fmt: skip


def write_rows(folder: Path, rows: Mapping[str, list[dict[str, str]]]) -> Path:
    """几行记录，逐列是文本；别的台账是空的。每行写明是甲县的。"""
    for name, row in FIRST.items():
        pl.DataFrame([{"县": "甲县"} | line for line in rows.get(name, [row])]).write_parquet(
            folder / f"{name}.parquet"
        )
    for name, columns in HEADS.items():
        pl.DataFrame(schema=dict.fromkeys(["县", *columns], pl.String)).write_parquet(folder / f"{name}.parquet")
    return folder


@pytest.mark.parametrize("code", BAD)
def test_a_faulty_row_stops_the_run_or_is_counted(root: Path, tmp_path: Path, code: str) -> None:
    """错的行停下来说在哪个文件哪一行；--skip-bad 不计，数在未计里，其余照算。"""
    ledger, wrong = BAD[code]
    write_rows(tmp_path, {ledger: [FIRST[ledger], FIRST[ledger] | {"单位": "凤山镇"} | wrong]})
    rules = root / "rules" / "2024.yaml"
    with pytest.raises(Rejected) as refused:
        bulk.score(rules, tmp_path, "县")
    (problem,) = (p for p in refused.value.problems if p.severity is Severity.ERROR)
    assert (problem.code, str(problem.place)) == (code, f"{ledger}.parquet!第3行「{next(iter(wrong))}」")
    run = bulk.score(rules, tmp_path, "县", Options(skip_bad=True))
    assert (run.provisional, run.uncounted.height) == (True, 1)
    assert output.summary(run)["记录"][ledger]["计入"] == 1
    assert output.uncounted(run)["行"].to_list() == [3]


def test_the_same_text_is_told_once_with_how_many(root: Path, tmp_path: Path) -> None:
    """一千行写错同一个单位：说一次，写明一千行。"""
    wrong = [FIRST["采用"] | {"单位": "大浦镇", "信息编号": f"2024-{n}"} for n in range(1000)]
    with pytest.raises(Rejected) as refused:
        bulk.score(root / "rules" / "2024.yaml", write_rows(tmp_path, {"采用": wrong}), "县")
    (problem,) = (p for p in refused.value.problems if p.severity is Severity.ERROR)
    assert "同样的共 1000 行" in problem.detail
    assert problem.hint == "是否“大埔镇”？"


def test_a_repeated_record_is_refused(root: Path, tmp_path: Path) -> None:
    """机制一个单位一行：同一县的第二行不计，另一县的照计。"""
    rows = [FIRST["机制"], FIRST["机制"], FIRST["机制"] | {"县": "乙县"}]
    write_rows(tmp_path, {"机制": rows})
    run = bulk.score(root / "rules" / "2024.yaml", tmp_path, "县", Options(skip_bad=True))
    assert [*output.uncounted(run).select("台账", "行").iter_rows()] == [("机制", 3)]


def test_a_row_no_table_has_a_cell_for(root: Path, tmp_path: Path) -> None:
    """简讯被市级采用，表里没有这一格：是错误，不是零分。"""
    rows = [FIRST["采用"], FIRST["采用"] | {"方式": "简讯信息", "渠道": "市级采用"}]
    write_rows(tmp_path, {"采用": rows})
    rules = root / "rules" / "2024.yaml"
    with pytest.raises(Rejected) as refused:
        bulk.score(rules, tmp_path, "县")
    assert [(p.code, str(p.place)) for p in refused.value.problems if p.code == "D90"] == [
        ("D90", "采用.parquet!第3行「渠道」")
    ]
    run = bulk.score(rules, tmp_path, "县", Options(skip_bad=True))
    assert output.uncounted(run)["行"].to_list() == [3]
    assert run.scores.filter(单位="大埔镇")["年度采用分"].to_list() == [15 * run.columns["年度采用分"].den]


def test_a_writing_that_is_read_elsewhere_is_read_here(root: Path, tmp_path: Path) -> None:
    """别名、两端的空格、2024年3月5日：和平常一样认。"""
    row = FIRST["采用"] | {"单位": " 大埔镇　", "采用日期": "2024年3月5日", "信息编号": " 2024-1 "}
    again = FIRST["采用"] | {"渠道": "市级采用", "采用日期": "2024.4.1"}
    run = bulk.score(root / "rules" / "2024.yaml", write_rows(tmp_path, {"采用": [row, again]}), "县")
    assert run.scores.filter(单位="大埔镇")["年度采用分"].to_list() == [20 * run.columns["年度采用分"].den]


def test_a_missing_column_is_told(root: Path, tmp_path: Path) -> None:
    """缺少写明是哪一家的列、缺少必填的列。"""
    write_rows(tmp_path, {})
    pl.read_parquet(tmp_path / "采用.parquet").drop("县", "渠道").write_parquet(tmp_path / "采用.parquet")
    with pytest.raises(Rejected) as refused:
        bulk.score(root / "rules" / "2024.yaml", tmp_path, "县")
    assert {p.detail for p in refused.value.problems if p.code == "D02"} == {"缺少“渠道”列。", "缺少“县”列。"}


def test_names_of_offices_that_only_look_alike_are_refused(root: Path, tmp_path: Path) -> None:
    """县名多打一个空格，就成了一家没有别的记录的“县”：停下来说，不算成两家。"""
    write_offices(tmp_path)
    path = tmp_path / "采用.parquet"
    frame = pl.read_parquet(path)
    first = pl.int_range(pl.len()) == 0
    name = frame["县"][0]
    frame.with_columns(pl.when(first).then(pl.col("县") + " ").otherwise("县").alias("县")).write_parquet(path)
    with pytest.raises(Rejected) as rejected:
        bulk.score(root / "rules" / "2024.yaml", tmp_path, "县")
    (problem,) = rejected.value.problems
    assert problem.code == "D28"
    assert f"县“{name} ”和“{name}”只差" in problem.detail


def test_numbers_in_full_width_are_told(book_2024: RuleBook, tmp_path: Path) -> None:
    """成批计分不逐个比对编号；编号里有全角数字的，提示一声，举一个例子。"""
    write_offices(tmp_path)
    path = tmp_path / "采用.parquet"
    frame = pl.read_parquet(path)
    first = pl.int_range(pl.len()) == 0
    number = pl.when(first).then(pl.lit("２０２４")).otherwise("信息编号").alias("信息编号")
    frame.with_columns(number).write_parquet(path)
    told = [n for n in bulk.take(book_2024, tmp_path, "县").notices if n.code == "D28"]
    assert ["“２０２４”" in n.detail for n in told] == [True]


def test_nobody_at_all_is_told(root: Path, tmp_path: Path) -> None:
    """台账全是空的，不知道有哪几家：说清楚，不是一份空的成绩。"""
    write_rows(tmp_path, {})
    for name in FIRST:
        pl.read_parquet(tmp_path / f"{name}.parquet").clear().write_parquet(tmp_path / f"{name}.parquet")
    with pytest.raises(Rejected) as refused:
        bulk.score(root / "rules" / "2024.yaml", tmp_path, "县")
    assert "没有一张台账的“县”列写着哪一家。" in {p.detail for p in refused.value.problems}


def test_part_files_are_one_ledger(root: Path, tmp_path: Path) -> None:
    """一张台账分成几个文件放在一个文件夹里：成绩一样，行号是各自文件里的。"""
    write_rows(
        tmp_path, {"采用": [FIRST["采用"], FIRST["采用"] | {"单位": "凤山镇"}, FIRST["采用"] | {"单位": "大浦镇"}]}
    )
    whole = pl.read_parquet(tmp_path / "采用.parquet")
    rules, options = root / "rules" / "2024.yaml", Options(skip_bad=True)
    before = bulk.score(rules, tmp_path, "县", options).digest
    (tmp_path / "采用.parquet").unlink()
    (tmp_path / "采用").mkdir()
    for number, part in enumerate(whole.iter_slices(1)):
        part.write_parquet(tmp_path / "采用" / f"{number}.parquet")
    run = bulk.score(rules, tmp_path, "县", options)
    assert run.digest == before
    assert [(Path(file).name, row) for file, row in output.uncounted(run).select("文件", "行").iter_rows()] == [
        ("2.parquet", 2)
    ]


# ---- 命令和写出的文件 --------------------------------------------------------------------------


def test_the_command_writes_and_sums_up(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """读入＝计入＋未计；--explain 另写每张台账的每条记录，每条值多少。"""
    write_offices(tmp_path)
    out = tmp_path / "out"
    arguments = ["score", str(root / "rules" / "2024.yaml"), str(tmp_path), "--by", "县", "--explain", "-o", str(out)]
    assert main(arguments) == 0
    shown = capsys.readouterr().out
    summary = json.loads((out / "汇总.json").read_text(encoding="utf-8"))
    assert "8 家，384 个单位。" in shown
    assert summary["校验值"] in shown
    for rows in summary["记录"].values():
        assert rows["读入"] == rows["计入"] + sum(rows["未计"].values())
    adopted = pl.read_parquet(out / "采用.parquet")
    assert {"县", "单位", "行", "信息编号", "采用分值", "采用计分"} <= set(adopted.columns)
    assert adopted.height == summary["记录"]["采用"]["计入"]
    assert pl.read_parquet(out / "未计.parquet").height == sum(
        sum(rows["未计"].values()) for rows in summary["记录"].values()
    )
    assert not [path for path in out.iterdir() if path.name.startswith(".")]


def test_explain_needs_a_folder(root: Path, tmp_path: Path) -> None:
    """--explain 没有 -o，或者不是成批计分：说清楚，退出码 2。"""
    rules = str(root / "rules" / "2024.yaml")
    for more in (["--by", "县", "--explain"], ["--explain"]):
        with pytest.raises(SystemExit) as wrong:
            main(["score", rules, str(tmp_path), *more])
        assert wrong.value.code == 2
