"""The command line: exit codes, one JSON object on stdout, messages in Chinese on stderr, no traceback ever."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pytest

import random_ledgers
from engine.__main__ import main
from engine.rulebook import RuleBook
from made_rows import assessed, row, rows, year

ALIASES = {
    "check": "校验", "template": "模板", "score": "评分", "explain": "解释", "test": "算例", "readings": "口径",
    "bulletin": "通报", "diff": "对照", "batch": "批量", "show": "展示", "new-year": "新年度", "roster": "任务表",
    "whatif": "试改",
}  # fmt: skip
RULES, EXAMPLE = "rules/2024.yaml", "examples/2024.xlsx"
# What may stand in Latin letters in a help page: the program, its words for itself, and names of forms.
PLAIN = {
    *("polars", "spark", "sc", "local"),
    "xize",
    *ALIASES,
    "new",
    "year",
    "docx",
    "txt",
    "md",
    "YAML",
    "Word",
    "Q",
    "out",
    "templates",
    "JSON",
    "CSV",
    "csv",
    "Parquet",
    "Excel",
    "A",
    "yaml",
    "xlsx",
    "json",
    "scores",
    "h",
    "o",
    "text",
    "html",
}


class Ran(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """stdout as the one JSON object it must be; no figure may be a float."""
        return json.loads(self.out, parse_float=lambda text: pytest.fail(f"浮点数 {text}"))


Xize = Callable[..., Ran]


@pytest.fixture
def xize(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Xize:
    """Runs a command in the repository's folder, in this process."""
    monkeypatch.chdir(root)
    monkeypatch.setenv("COLUMNS", "160")

    def run(*words: object) -> Ran:
        try:
            code = main([str(word) for word in words])
        except SystemExit as stop:
            code = int(stop.code or 0)
        captured = capsys.readouterr()
        assert "Traceback" not in captured.out + captured.err
        return Ran(code, captured.out, captured.err)

    return run


@pytest.fixture(scope="module")
def ledgers(book_2024: RuleBook, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook of one sound adoption and all assessments."""
    path = tmp_path_factory.mktemp("ledgers") / "台账.xlsx"
    adopted = rows("采用", "A1 大埔镇 2024-03-05 县内刊物 单条采用")
    random_ledgers.write_xlsx(year(采用=adopted, 机制=assessed(book_2024)), path)
    return path


@pytest.fixture(scope="module")
def example(root: Path) -> Ran:
    """The made-up year scored by the program itself, in a process of its own."""
    ran = program(root, "score", RULES, EXAMPLE, "--json")
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def misspelt(book: RuleBook, path: Path) -> Path:
    """The same with a unit written wrong in 采用 row 3."""
    adopted = rows("采用", "A1 大埔镇 2024-03-05 县内刊物 单条采用", "A2 大浦镇 2024-03-05 县内刊物 单条采用")
    random_ledgers.write_xlsx(year(采用=adopted, 机制=assessed(book)), path)
    return path


# ---- wrong use: 2 ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "缺少参数：命令"),
        (["计分"], "没有“计分”"),
        (["score", RULES], "缺少参数：台账"),
        (["check"], "缺少参数：细则.yaml"),
        (["score", RULES, EXAMPLE, "--as-of", "2024-02-30"], "“2024-02-30”"),
        (["score", RULES, EXAMPLE, "--as-of", "六月底"], "“六月底”"),
        (["score", RULES, EXAMPLE, "--as-of"], "--as-of：后面要跟一个值"),
        (["score", RULES, EXAMPLE, "--reading", "A01"], "“A01”读不懂，写作 A01=考评分"),
        (["score", RULES, EXAMPLE, "--scale-to", "五"], "“五”不是一个数"),
        (["score", RULES, EXAMPLE, "--jso"], "不认识的参数：--jso"),
        (["explain", RULES, EXAMPLE], "缺少参数：--unit"),
        (["template", RULES], "缺少参数：-o"),
        (["roster", RULES], "缺少参数：-o"),
        (
            ["bulletin", RULES, EXAMPLE, "--kind", "季度进度", "--period", "2024-05", "--unit", "大埔镇"],
            "“季度进度”是一份写全部单位的，不能加 --unit；一个单位一份的有：单位明细",
        ),
        (["new-year", "25", "--from", RULES], "“25”不是年度，写四位数"),
        (["new-year", "2025"], "缺少参数：--from"),
    ],
)
def test_wrong_use_is_2(xize: Xize, words: list[str], told: str) -> None:
    """用法不对：退出码2，标准输出空着，标准错误用中文说错在哪里、怎样看说明。"""
    ran = xize(*words)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err
    assert "用法：xize" in ran.err
    assert "--help" in ran.err
    assert not re.search(r"usage|error|required|invalid|argument", ran.err)


@pytest.mark.parametrize("command", ["", *ALIASES, *ALIASES.values()])
def test_help_is_chinese(xize: Xize, command: str) -> None:
    """--help 没有一个英文的说明词；中文别名与英文命令同一份说明。"""
    ran = xize(*[command][: bool(command)], "--help")
    assert ran.code == 0
    text = re.sub(r"--[a-z-]+", "", ran.out)
    assert set(re.findall(r"[A-Za-z]+", text)) <= PLAIN
    for english, chinese in ALIASES.items():
        if command == chinese:
            assert ran.out == xize(english, "--help").out


# ---- files that cannot be read: 3 -------------------------------------------------------------------


def test_unreadable_files_are_3(xize: Xize, tmp_path: Path, ledgers: Path) -> None:
    """文件不存在、是文件夹、已损坏、写不进去：退出码3，指名是哪个文件。"""
    broken = tmp_path / "坏.xlsx"
    broken.write_bytes(ledgers.read_bytes()[:2000])
    for words, name in (
        (["check", "没有.yaml"], "没有.yaml"),
        (["check", "rules"], "rules"),
        (["score", RULES, "没有.xlsx"], "没有.xlsx"),
        (["score", RULES, broken], "坏.xlsx"),
        (["score", "没有.yaml", EXAMPLE], "没有.yaml"),
        (["template", RULES, "-o", broken / "空白.xlsx"], "空白.xlsx"),
        (["score", RULES, ledgers, "-o", broken], "坏.xlsx"),
        (["roster", RULES, "-o", broken / "任务表.xlsx"], "坏.xlsx"),
        (["new-year", "2025", "--from", "没有.yaml"], "没有.yaml"),
        (["new-year", "2025", "--from", RULES, "--quotas", broken, "-o", tmp_path / "2025.yaml"], "坏.xlsx"),
        (["show", RULES, "--document", "没有.docx"], "没有.docx"),
    ):
        ran = xize(*words)
        assert (ran.code, ran.out) == (3, ""), words
        assert name in ran.err
        assert "错误 F" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["坏.xlsx"]


# ---- faults in rules or records: 1 ---------------------------------------------------------------------


def test_rules_in_gbk_are_1(xize: Xize, tmp_path: Path) -> None:
    """细则文件存成了GBK：说出编码，说怎样另存。"""
    path = tmp_path / "细则.yaml"
    path.write_bytes(Path(RULES).read_text(encoding="utf-8").encode("gb18030"))
    ran = xize("check", path)
    assert ran.code == 1
    assert "错误 Y02  文件不是 UTF-8 编码" in ran.err
    assert "UTF-8" in ran.err.split("建议：")[1]


def test_broken_yaml_is_1(xize: Xize, tmp_path: Path) -> None:
    """YAML写坏了：指到行，引出那一行；好文件与坏文件一起查，各说各的。"""
    path = tmp_path / "坏.yaml"
    path.write_text("细则:\n  名称: 试行\n  年度：2024\n", encoding="utf-8")
    ran = xize("check", RULES, path)
    assert ran.code == 1
    assert "坏.yaml 第 3 行" in ran.err
    assert "年度：2024" in ran.err
    assert f"{RULES}：没有错误。" in ran.out
    assert "52 种备选都试过" in ran.out


def test_a_misspelt_unit_is_1(xize: Xize, book_2024: RuleBook, tmp_path: Path) -> None:
    """单位写错一个字：指到单元格，说是不是想写“大埔镇”，不代为改正；--json 也只有一个对象。"""
    path = misspelt(book_2024, tmp_path / "台账.xlsx")
    ran = xize("score", RULES, path, "--json")
    assert ran.code == 1
    assert "采用!B3" in ran.err
    assert "大浦镇" in ran.err
    assert "“大埔镇”" in ran.err
    (problem,) = ran.json["问题"]
    assert [problem[k] for k in ("编号", "轻重", "台账", "行", "列", "原文")] == [
        "D22",
        "错误",
        "采用",
        3,
        "B",
        "大浦镇",
    ]


def test_skip_bad_lists_the_rows(xize: Xize, book_2024: RuleBook, tmp_path: Path) -> None:
    """--skip-bad：照样计分，错行列在未计并写明原因，结果标“暂定”，读入＝计入＋未计。"""
    path = misspelt(book_2024, tmp_path / "台账.xlsx")
    ran = xize("评分", RULES, path, "--skip-bad", "--json")
    assert ran.code == 0
    assert ran.json["暂定"] is True
    (left,) = ran.json["未计"]
    assert (left["台账"], left["文件"], left["行"]) == ("采用", str(path), 3)
    assert "大浦镇" in left["原因"]
    (file,) = ran.json["台账"]
    assert (file["记录数"]["采用"], file["计入数"]["采用"]) == (2, 1)
    table = xize("score", RULES, path, "--skip-bad")
    assert "暂定" in table.out
    assert "读入 50 行，计入 49 行，未计 1 行。" in table.out
    assert re.search(r"未计 采用第 ?3 ?行", table.out)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["score", RULES, EXAMPLE, "--reading", "A99=考评分"], ("没有口径“A99”", "“A09”")),
        (["score", RULES, EXAMPLE, "--reading", "A01=考评"], ("没有“考评”这一取法", "采用分、考评分、单列")),
        (
            ["score", RULES, EXAMPLE, "--reading", "A01=考评分", "--reading", "A02=取高"],
            ("计分.采用分.收", "A01 和 A02"),
        ),
        (["explain", RULES, EXAMPLE, "--unit", "大浦镇"], ("名录里没有“大浦镇”", "“大埔镇”")),
        (["score", RULES, EXAMPLE, "--as-of", "2023-12-31"], ("截至日 2023-12-31 早于", "换一个截至日")),
    ],
)
def test_what_does_not_exist_is_2(xize: Xize, words: list[str], told: tuple[str, ...]) -> None:
    """没有的口径、取法、单位，或两个相冲的口径：退出码2，指着命令行的那个参数，说出相近的或可选的。"""
    ran = xize(*words, "--json")
    assert ran.code == 2
    assert f"命令行 {words[3]} {words[4]}" in ran.err
    assert all(text in ran.err for text in told)
    assert len(ran.json["问题"]) == 1


def test_the_nearest_option_is_told(xize: Xize) -> None:
    """选项拼错（--asof）：退出码2，问是不是 --as-of，写出这条命令的用法。"""
    ran = xize("score", RULES, EXAMPLE, "--asof", "2024-06-30")
    assert (ran.code, ran.out) == (2, "")
    assert "不认识的参数：--asof 2024-06-30。是不是想写 --as-of？" in ran.err
    assert "用法：xize score" in ran.err


# ---- done: 0 --------------------------------------------------------------------------------------


def test_check_says_what_it_read(xize: Xize) -> None:
    """校验无误：说出条文、项、单位、口径各多少；--json 时话在标准错误，标准输出只有一个对象，里面没有错误。"""
    ran = xize("校验", RULES, "--json")
    assert (ran.code, ran.json.keys()) == (0, {"问题"})
    assert all(problem["轻重"] in ("警告", "提示") for problem in ran.json["问题"])
    assert "48 个单位，62 个口径（52 种备选都试过）" in ran.err


def test_template_then_score(xize: Xize, tmp_path: Path) -> None:
    """空白台账写得出；原样拿来计分也算得通：无人采用，机制都待定，谁也没有得分。"""
    path = tmp_path / "空白.xlsx"
    ran = xize("模板", RULES, "-o", path)
    assert (ran.code, ran.err) == (0, "")
    assert [p.name for p in tmp_path.iterdir()] == ["空白.xlsx"]
    assert {"采用", "批示", "约稿", "突发", "机制", "失实", "报送", "裁定"} <= set(
        openpyxl.load_workbook(path).sheetnames
    )
    ran = xize("score", RULES, path, "--json")
    assert ran.code == 0
    assert {(u["得分"], u["名次"], u["指标"]["年度采用分"]) for u in ran.json["单位"]} == {(None, None, "0")}
    assert ran.json["未计"] == []


def test_output_folder(xize: Xize, tmp_path: Path, ledgers: Path) -> None:
    """-o：写出 scores.json 和 成绩.xlsx，没有留下半个临时文件；原有的整个换掉；scores.json 就是 --json 的内容。"""
    folder = tmp_path / "结果" / "一月"
    folder.mkdir(parents=True)
    (folder / "scores.json").write_text("上一次的", encoding="utf-8")
    ran = xize("score", RULES, ledgers, "-o", folder, "--json")
    assert ran.code == 0
    assert sorted(p.name for p in folder.iterdir()) == ["scores.json", "成绩.xlsx"]
    assert json.loads((folder / "scores.json").read_text(encoding="utf-8")) == ran.json
    assert openpyxl.load_workbook(folder / "成绩.xlsx").sheetnames


def test_scale_to(xize: Xize, ledgers: Path) -> None:
    """--scale-to 5：每个有得分的单位多一个折算分，四舍五入到所定的位数。"""
    scaled = {u["单位"]: u for u in xize("score", RULES, ledgers, "--scale-to", "5", "--json").json["单位"]}
    assert (scaled["大埔镇"]["得分"], scaled["大埔镇"]["折算分"]) == ("48", "2.4")  # 15 of 180 and of 45: 4＋4＋20＋20
    assert all("折算分" in unit for unit in scaled.values())


def test_another_reading(xize: Xize, example: Ran, ledgers: Path) -> None:
    """--reading A01=考评分：口径一栏写明，批示改加在得分上，有的单位得分变了；表上也说换用了什么。"""
    plain = example.json
    other = xize("score", RULES, EXAMPLE, "--reading", "A01=考评分", "--json").json
    assert {k: v for k, v in other["口径"].items() if plain["口径"][k] != v} == {"A01": "考评分"}
    before, after = ({u["单位"]: u for u in found["单位"]} for found in (plain, other))
    moved = {name for name in before if before[name]["得分"] != after[name]["得分"]}
    assert moved
    assert all(
        after[name]["指标"]["年度批示奖励"] != "0" or before[name]["得分"] > after[name]["得分"] for name in moved
    )
    assert "换用的口径：A01 取“考评分”（默认“采用分”）" in xize("score", RULES, ledgers, "--reading", "A01=考评分").out


def test_as_of_in_the_year(xize: Xize, ledgers: Path) -> None:
    """--as-of 年中：得分、名次都空着，标“暂定”；采用分照报；之后的记录列在未计。"""
    found = xize("score", RULES, EXAMPLE, "--as-of", "2024-08-15", "--json").json
    assert (found["截至"], found["暂定"]) == ("2024-08-15", True)
    for unit in found["单位"]:
        assert (unit["得分"], unit["名次"], unit["总名次"], unit["并列"]) == (None, None, None, False)
        assert set(unit["指标"]["季度采用分"]) == {"1", "2", "3"}
        assert unit["项目"]["季度采用任务"]["3"] is None if isinstance(unit["项目"]["季度采用任务"], dict) else True
        assert unit["无值"]["得分"] == "未到期"
    assert {u["原因"] for u in found["未计"]} >= {"采用日期在截至日之后", "批示日期在截至日之后"}
    assert "进度，不是得分" in xize("score", RULES, ledgers, "--as-of", "2024-08-15").out


# ---- the shape of the result -----------------------------------------------------------------------------

EXACT = re.compile(r"-?\d+(\.\d+)?|-?\d+/\d+|\d{4}-\d\d-\d\d|是|否")
TOP = {"规则", "台账", "截至", "暂定", "口径", "单位", "未计"}
UNIT = {"单位", "类别", "得分", "名次", "总名次", "并列", "项目", "指标", "归零", "处置", "提示", "待定", "无值"}


def test_the_json_is_shaped_as_designed(example: Ran) -> None:
    """--json 的每一个键、每一种值都如设计所写；一切分数都是精确的字串，没有浮点数。"""
    found = example.json
    assert (example.code, found.keys()) == (0, TOP)
    assert {k: found["规则"][k] for k in ("年度", "文件")} == {"年度": 2024, "文件": RULES}
    (file,) = found["台账"]
    assert file.keys() == {"文件", "sha256", "记录数", "计入数"}
    assert file["文件"] == EXAMPLE
    assert all(re.fullmatch(r"[0-9a-f]{64}", entry["sha256"]) for entry in (found["规则"], file))
    assert file["记录数"].keys() == file["计入数"].keys()
    assert sum(file["记录数"].values()) == sum(file["计入数"].values()) + len(found["未计"])
    assert (found["截至"], found["暂定"]) == ("2024-12-31", False)
    assert len(found["口径"]) == 62
    assert found["口径"]["A01"] == "采用分"
    assert all(row.keys() == {"台账", "文件", "行", "原因"} and isinstance(row["行"], int) for row in found["未计"])
    assert len(found["单位"]) == 48
    for unit in found["单位"]:
        check_unit(unit)
    assert "提示 N09" in example.err  # a notice goes to stderr and leaves the object whole


def check_unit(unit: dict[str, Any]) -> None:
    """One entry of 单位."""
    assert unit.keys() == UNIT
    assert unit["类别"] in ("一类", "二类")
    assert list(unit["项目"]) == ["年度采用任务", "季度采用任务", "约稿", "工作机制", "突发事件"]
    assert list(unit["指标"]["季度采用分"]) == list(unit["指标"]["季度完成率"]) == ["1", "2", "3", "4"]
    assert len(unit["指标"]["月度采用分"]) == 12
    for value in (unit["得分"], *unit["项目"].values(), *unit["指标"].values()):
        for figure in value.values() if isinstance(value, dict) else [value]:
            assert figure is None or EXACT.fullmatch(figure), figure
    assert isinstance(unit["并列"], bool)
    assert all(isinstance(unit[name], int | None) for name in ("名次", "总名次"))
    assert all(isinstance(text, str) for name in ("归零", "处置", "提示", "待定") for text in unit[name])
    assert (unit["得分"] is None) == (unit["名次"] is None) == ("得分" in unit["无值"])


def test_known_figures_of_the_example(example: Ran) -> None:
    """示例台账里几个看得见的结果：并列由裁定排出先后、归零、拟处置、待定、分数形式的采用分。"""
    found = {u["单位"]: u for u in example.json["单位"]}
    assert found["县教育局"]["指标"]["年度采用分"] == "745/3"
    assert (found["县教育局"]["得分"], found["县教育局"]["项目"]["约稿"]) == ("85", "17")
    pair = [found[name] for name in ("凤山镇", "六塘镇")]
    assert {(u["得分"], u["指标"]["任务完成日"], u["并列"]) for u in pair} == {("100", "2024-11-15", False)}
    assert sorted(u["名次"] for u in pair) == [1, 2]
    assert (found["县供销社"]["得分"], found["县供销社"]["归零"]) == ("0", ["失实归零"])
    assert found["伏华管理区"]["归零"] == ["瞒报归零"]
    assert found["县交通运输局"]["项目"]["突发事件"] == "-30"
    assert found["马山镇"]["处置"][0].startswith("取消评优资格")
    assert (found["县委统战部"]["得分"], found["县委统战部"]["无值"]["得分"]) == (None, "待定")
    assert found["县委统战部"]["待定"] == ["机制：没有县委统战部的记录，待考评"]


# ---- as a program of its own ----------------------------------------------------------------------------


def program(root: Path, *words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """``python -m engine …`` as a process."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "engine", *map(str, words)],
        cwd=root, env={**os.environ, "PYTHONUTF8": "1", **environment},
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip


def test_the_program_fails_in_order(root: Path, tmp_path: Path) -> None:
    """另起一个进程：台账缺了，退出码3，标准输出仍是一个JSON对象，没有 Python 的出错回溯。"""
    ran = program(root, "score", RULES, tmp_path / "没有.xlsx", "--json")
    assert ran.returncode == 3
    assert json.loads(ran.stdout)["问题"][0]["编号"] == "F01"
    assert "Traceback" not in ran.stderr
    assert program(root).returncode == 2


def test_the_program_without_utf8(root: Path) -> None:
    """终端不认中文时也不出错回溯：认不出的字显示为问号，退出码照旧。"""
    ran = program(root, "check", "没有.yaml", PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert ran.returncode == 3
    assert "F01" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_one_unit_explained(xize: Xize, book_2024: RuleBook, tmp_path: Path) -> None:
    """解释：认别名命令；--json 一个对象，键与评分里该单位的相同，另有理由、排名、条文、记录。"""
    data = year(采用=rows("采用", "A1 大埔镇 2024-03-05 县内刊物 单条采用"), 机制=assessed(book_2024))
    data["报送"].append(row("报送", "大埔镇", "2024-03-01", "A1", "一则信息"))
    random_ledgers.write_csv(data, tmp_path)
    ran = xize("解释", RULES, tmp_path, "--unit", "大埔镇", "--json")
    assert ran.code == 0
    assert ran.json.keys() == UNIT | {"截至", "暂定", "口径", "理由", "排名", "处置理由", "条文", "记录"}
    text = xize("explain", RULES, tmp_path, "--unit", "大埔镇").out
    assert "大埔镇（一类）　得分 48" in text
    assert "采用第2行" in text
    assert "凤山镇" not in text


# ---- rule files for people -----------------------------------------------------------------------------


def test_show_says_whether_it_is_the_document(xize: Xize, tmp_path: Path) -> None:
    """show：对照原件，一样是0，不一样是1；--json 一个对象；没有原件就写出文字，-o 不覆盖。"""
    notice = Path("tests/2024-notice.txt")
    assert xize("show", RULES, "--document", notice).code == 0
    changed = tmp_path / "改.txt"
    changed.write_text(notice.read_text(encoding="utf-8").replace("扣30分", "扣20分"), encoding="utf-8")
    ran = xize("show", RULES, "--document", changed)
    assert ran.code == 1
    assert "原件是“20分”，规则文件是“30分”" in ran.out
    assert xize("show", RULES, "--document", changed, "--json").json["不一样"][0]["类"] == "字句"
    assert xize("show", RULES, "--json").code == 2
    target = tmp_path / "细则.md"
    assert xize("show", RULES, "-o", target).out == ""
    assert target.read_text(encoding="utf-8") == xize("show", RULES).out
    assert xize("show", RULES, "-o", target).code == 3


def test_a_new_year_in_three_commands(xize: Xize, tmp_path: Path) -> None:
    """任务表写出来、读进去，新文件查得过；中文命令一样。"""
    sheet, new = tmp_path / "任务表.xlsx", tmp_path / "2025.yaml"
    assert xize("任务表", RULES, "-o", sheet).code == 0
    ran = xize("新年度", "2025", "--from", RULES, "--quotas", sheet, "-o", new)
    assert (ran.code, ran.err) == (0, "")
    assert "单位和任务与旧文件一样。" in ran.out
    assert "  1. 打开它" in ran.out
    assert xize("check", new).code == 0
    assert xize("new-year", "2025", "--from", RULES, "-o", new).code == 3


def test_a_comparison_is_not_written_over_what_it_reads(xize: Xize, tmp_path: Path) -> None:
    """对照不写在要读的文件上；写出的文件名要合它的写法。"""
    old = tmp_path / "旧.md"
    old.write_bytes(Path(RULES).read_bytes())
    ran = xize("diff", old, RULES, "--format", "md", "-o", old)
    assert (ran.code, "F03" in ran.err) == (3, True)
    assert old.read_bytes() == Path(RULES).read_bytes()
    assert xize("diff", RULES, RULES, "--format", "md", "-o", tmp_path / "表.docx").code == 2
