"""Writes 2024.xlsx, a made-up year of all 48 units; `python examples/make_2024.py` gives the same bytes every time.

Nobody's real record is in it: items, dates, instructions, faults and decisions are drawn or invented here, so that
every column, option and outcome of the 2024 notice is seen at least once.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import xlsxwriter

Value = str | date  # a datetime is a date, and is written with its time
Rows = list[tuple[Value, ...]]

# 任务 by year, and what the unit writes about: invented subjects, in the annex's order.
UNITS: dict[str, tuple[int, str]] = {
    "大埔镇": (180, "老旧小区改造 糖料蔗良种推广 集镇环境整治 网格化治理"),
    "凤山镇": (180, "柑橘产销对接 古砦河治理 民宿旅游 农村饮水安全"),
    "东泉镇": (180, "华侨特色小镇建设 蔬菜基地建设 人居环境整治 农机作业"),
    "冲脉镇": (180, "桑蚕产业发展 林下经济 道路硬化 移民后扶"),
    "龙头镇": (180, "高标准农田建设 油茶种植 村集体经济 防溺水工作"),
    "六塘镇": (180, "稻螺综合种养 耕地流出整改 矛盾纠纷调处 村级光伏"),
    "寨隆镇": (180, "葡萄产业提质 水库除险加固 控辍保学 农村客运"),
    "沙埔镇": (180, "双季稻生产 砂石场整治 乡贤助力 养老服务"),
    "太平镇": (180, "糖料蔗砍运 秸秆综合利用 圩镇市场改造 返乡创业"),
    "古砦仫佬族乡": (180, "民族团结进步 依饭节文化保护 古民居修缮 中草药种植"),
    "马山镇": (180, "桑蚕小蚕共育 撂荒地复耕 河道保洁 党员积分管理"),
    "社冲乡": (180, "蜜橘品牌建设 村屯亮化 防返贫监测 森林防火"),
    "柳华管理区": (60, "侨乡文化宣传 危旧房改造 茶叶种植"),
    "伏华管理区": (60, "归侨服务 土地规范管理 甘蔗机收"),
    "县农业农村局": (300, "早稻育秧 糖料蔗双高基地 动物疫病防控 农产品质量检测 桑蚕提质 耕地保护"),
    "县市场监管局": (300, "食品安全监管 个体工商户帮扶 特种设备排查 知识产权 价格监管 放心消费"),
    "县自然资源和规划局（含林业局）": (300, "用地保障 地质灾害防治 造林绿化 不动产登记 耕地占补平衡 松材线虫病防控"),
    "县科技工贸信息化局": (300, "工业企业稳产 高新技术企业培育 消费券发放 技改项目 外贸进出口 专精特新培育"),
    "县人力资源社会保障局": (300, "农民工就业 社保扩面 根治欠薪 技能培训 就业帮扶车间 人才引进"),
    "县发展改革局": (250, "重大项目建设 粮食储备 营商环境 价格监测 专项债申报"),
    "县卫生健康局": (250, "家庭医生签约 流感防控 县域医共体 基层卫生院改造 托育服务"),
    "县教育局": (250, "义务教育优质均衡 校园安全 双减工作 乡村教师培训 学前教育普及"),
    "县财政局": (180, "惠农补贴发放 国有资产管理 政府采购 预算绩效"),
    "县文化体育广电旅游局": (180, "乡村旅游 文物保护 全民健身 公共文化服务"),
    "县统计局": (180, "经济普查 规上企业入库 住户调查 工业运行分析"),
    "县水利局（含水库移民局）": (180, "水库汛前检查 农村供水 河长制 灌区改造"),
    "县住房城乡建设局": (180, "保交楼工作 污水管网建设 燃气安全 农村危房改造"),
    "县交通运输局": (180, "农村公路养护 春运保障 客货邮融合 超限治理"),
    "县糖业发展服务中心": (150, "榨季生产 糖料蔗订单 良种补贴 甘蔗机收"),
    "柳城县税务局": (150, "减税降费 纳税服务 个税汇算 数电票推广"),
    "县公安局（含交通管理大队）": (150, "反电诈宣传 交通安全整治 夏季治安行动 警务下沉"),
    "县乡村振兴局": (150, "防返贫监测 小额信贷 帮扶车间 项目库建设"),
    "县工业区管委会": (150, "标准厂房建设 企业用工 园区污水处理 项目落地"),
    "县投资促进中心": (120, "驻点招商 项目签约 产业链招商"),
    "县司法局": (120, "人民调解 法律援助 行政复议"),
    "县应急局": (120, "安全生产检查 防灾减灾宣传 应急演练"),
    "县民政局": (120, "低保核查 养老机构监管 未成年人保护"),
    "县行政审批局": (100, "一件事一次办 审批提速 政务服务下沉"),
    "县退役军人局": (100, "退役军人就业 双拥工作 烈士纪念设施管护"),
    "县城管执法局": (100, "市容整治 违建治理 垃圾分类"),
    "县供销社": (90, "农资保供 冷链物流 社有企业改革"),
    "县医保局": (90, "参保缴费 门诊统筹 打击欺诈骗保"),
    "县审计局": (60, "经济责任审计 审计整改"),
    "县征地拆迁和房屋征收补偿中心": (60, "征地拆迁 安置房分配"),
    "县纪委监察": (50, "群众身边腐败整治 廉洁文化"),
    "县委组织部": (50, "基层党建 干部培训"),
    "县委宣传部": (50, "文明实践 理论宣讲"),
    "县委统战部": (50, "民营经济统战 侨务工作"),
}
# How much of its task a unit writes; the others draw between 0.6 and 1.15.
ZEAL = {"县征地拆迁和房屋征收补偿中心": 0.0, "县委统战部": 0.45, "县城管执法局": 0.3, "马山镇": 0.2}
ZEAL |= {"县财政局": 1.4, "县乡村振兴局": 0.55, "县自然资源和规划局（含林业局）": 0.7}
TIED = ("凤山镇", "六塘镇")  # planned to be full on the same day, see `tied_pair`
SEASONAL = {
    1: ("春耕备耕", "糖料蔗砍运榨", "春节市场保供", "森林防火", "返岗就业"),
    2: ("防汛备汛", "早稻田间管理", "项目攻坚", "小微企业融资", "高考服务保障"),
    3: ("晚稻抢种", "暑期防溺水", "高温安全生产", "秋季开学", "糖料蔗中耕管理"),
    4: ("秋冬种", "柑橘销售", "新榨季准备", "冬季安全生产", "年末民生保障"),
}
PATTERNS = (
    *("{unit}“{way}”推进{topic}", "{unit}{topic}{when}取得新进展", "{unit}{topic}存在的困难及建议"),
    *("{unit}“{way}”抓好{when}{topic}", "{unit}反映{when}{topic}的三个问题", "{when}{unit}{topic}情况"),
)
WAYS = ("三聚焦", "四强化", "三举措", "多点发力", "五到位", "三张清单", "提速增效", "三下功夫")
WHEN = {1: "一季度", 2: "二季度", 3: "三季度", 4: "四季度"}
COUNTY, UP, CITY, REGION = "县内刊物", "上报信息", "市级采用", "区级采用"
SINGLE, LEAD, PAIR, MANY = "单条采用", "综合采用（选题单位）", "综合采用（2个单位）", "综合采用（3个及以上单位）"
BRIEF, COVER = "简讯信息", "封面信息"
POINTS: dict[str, tuple[int, ...]] = {
    SINGLE: (15, 15, 20, 30),
    LEAD: (10, 10, 15, 20),
    PAIR: (10, 10, 15, 20),
    MANY: (5, 5, 10, 15),
    BRIEF: (5,),
    COVER: (10,),
}
FIRST_PLACES = (
    *[(COUNTY, SINGLE)] * 9,
    *[(UP, SINGLE)] * 4,
    *[(COUNTY, BRIEF)] * 6,
    *[(COUNTY, COVER)] * 3,
    *[(CITY, SINGLE)] * 2,
    (REGION, SINGLE),
)
HIGHER = {COUNTY: (UP, CITY), UP: (CITY, REGION), CITY: (REGION,), REGION: ()}

HEADERS = {
    "采用": "信息编号 单位 采用日期 渠道 方式 标题",
    "批示": "信息编号 级别 批示日期",
    "约稿": "约稿编号 单位 通知日期 上报 质量 反馈 无故",
    "突发": "事件编号 单位 等级 发生时间 电话报告时间 书面报告时间 后果",
    "机制": "单位 考评日期 机制不健全 领导不重视 激励和签发机制不完善 未安排专人 业务活动不正常",
    "失实": "单位 查实日期 情形 信息编号",
    "报送": "单位 报送日期 信息编号 标题",
    "裁定": "单位 事项 决定 日期 依据",
}
NOTES = (
    "柳城县政务信息上报考评台账（2024年）·示例",
    "本工作簿全部数据均系编造，仅供演示，与任何单位的真实情况无关。",
    "单位名称和任务分数取自《柳城县政府系统政务信息上报工作考评细则》（2024年）附件，其余内容均由程序生成。",
    "每张表一个台账：第一行是表头，第二行起是数据，一行一条记录。",
    "日期按 2024-03-05、时间按 2024-03-05 08:30 填写；选项须与细则中的写法一致。",
)
YEAR_END = date(2024, 12, 31)


def worth(place: str, mode: str) -> int:
    """The printed points."""
    return POINTS[mode][(COUNTY, UP, CITY, REGION).index(place)]


def working(day: date) -> date:
    """The day itself, or the Friday before a weekend."""
    return day - timedelta(days=max(0, day.weekday() - 4))


@dataclass
class Item:
    """One article: its title and its adoptions (day, unit, channel, mode), in the order they were drawn."""

    title: str
    adopted: list[tuple[date, str, str, str]] = field(default_factory=list)
    number: str = ""

    def points(self, unit: str) -> int:
        """The unit's highest printed points so far."""
        return max((worth(place, mode) for _, who, place, mode in self.adopted if who == unit), default=0)


@dataclass
class Year:
    """The articles of the year as they are drawn, and each unit's points by quarter."""

    rng: Random
    items: list[Item] = field(default_factory=list)
    got: dict[tuple[str, int], int] = field(default_factory=lambda: defaultdict(int))
    titles: set[str] = field(default_factory=set)

    def day(self, quarter: int) -> date:
        """A working day of the quarter."""
        return working(date(2024, 3 * quarter - 2, 4) + timedelta(days=self.rng.randrange(86)))

    def item(self, title: str) -> Item:
        self.titles.add(title)
        self.items.append(Item(title))
        return self.items[-1]

    def title(self, unit: str, topic: str, quarter: int) -> str:
        """A title not used before."""
        name = unit.partition("（")[0].removeprefix("柳城").removeprefix("县委")
        for _ in range(200):
            way, pattern = self.rng.choice(WAYS), self.rng.choice(PATTERNS)
            text = pattern.format(unit=name, way=way, topic=topic, when=WHEN[quarter])
            if text not in self.titles:
                return text
        return f"{text}（续{len(self.titles)}）"

    def adopt(self, item: Item, day: date, unit: str, place: str, mode: str) -> None:
        before = item.points(unit)
        item.adopted.append((day, unit, place, mode))
        self.got[unit, (day.month + 2) // 3] += item.points(unit) - before


def again(year: Year, item: Item) -> bool:
    """Some weeks later the item is sent up or adopted higher up, for the same units in the same roles; or it is not."""
    day, _, place, _ = item.adopted[-1]
    later = working(day + timedelta(days=year.rng.choice((5, 7, 12, 20, 35, 60))))
    if not HIGHER[place] or later > YEAR_END:
        return False
    higher = year.rng.choice(HIGHER[place])
    for _, unit, _, mode in [entry for entry in item.adopted if entry[2] == place]:
        year.adopt(item, later, unit, higher, mode)
    return True


def composite(year: Year, quarter: int, units: list[str], topic: str, place: str = COUNTY) -> Item:
    """An article of two or more units, the first of which chose the subject."""
    item = year.item(year.title("我县", topic, quarter))
    day = year.day(quarter)
    modes = [LEAD, *[PAIR if len(units) == 2 else MANY] * (len(units) - 1)]
    for unit, mode in zip(units, modes, strict=True):
        year.adopt(item, day, unit, place, mode)
    return item


def composites(year: Year) -> None:
    """Sixteen a quarter, of two to nine units, some adopted again above the county."""
    writers = [unit for unit in UNITS if ZEAL.get(unit, 1) > 0.25 and unit not in TIED]
    for quarter, topics in SEASONAL.items():
        for number in range(16):
            units = year.rng.sample(writers, year.rng.choice((2, 2, 3, 3, 4, 5, 6, 9)))
            item = composite(year, quarter, units, topics[number % 5], year.rng.choice((COUNTY, COUNTY, UP)))
            if year.rng.random() < 0.3:
                again(year, item)


def singles(year: Year, unit: str, quarter: int, target: int) -> None:
    """Articles of the unit alone until the quarter has its target; some are adopted again."""
    _, topics = UNITS[unit]
    while year.got[unit, quarter] < target:
        place, mode = year.rng.choice(FIRST_PLACES)
        if worth(place, mode) > target - year.got[unit, quarter] + 5:
            place, mode = COUNTY, BRIEF
        item = year.item(year.title(unit, year.rng.choice(topics.split()), quarter))
        year.adopt(item, year.day(quarter), unit, place, mode)
        while mode == SINGLE and year.rng.random() < 0.35 and again(year, item):
            pass


def tied_pair(year: Year) -> None:
    """Two towns with 45 in each of three quarters and 35 in the fourth, then 10 each with one article: 180 that day."""
    for unit in TIED:
        for month in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10, 11):
            mode = BRIEF if month == 11 else SINGLE
            quarter = (month + 2) // 3
            item = year.item(year.title(unit, year.rng.choice(UNITS[unit][1].split()), quarter))
            day = working(date(2024, month, year.rng.randint(5, 12)))
            year.adopt(item, day, unit, year.rng.choice((COUNTY, UP)) if mode == SINGLE else COUNTY, mode)
    item = year.item("凤山镇与六塘镇联动推进跨镇灌渠共管共用")
    year.adopt(item, date(2024, 11, 15), TIED[0], COUNTY, PAIR)
    year.adopt(item, date(2024, 11, 15), TIED[1], COUNTY, PAIR)


def told(year: Year, title: str, *adopted: tuple[str, str, str, str]) -> Item:
    """An article written out here by hand, for the instructions and for 县教育局."""
    item = year.item(title)
    for day, unit, place, mode in adopted:
        year.adopt(item, date.fromisoformat(day), unit, place, mode)
    return item


def instructed(year: Year) -> list[tuple[Item, str, str]]:
    """Every level, shared and not, first 40 and later 100, two leaders on one day, and one without its precondition."""
    edu, police, town = "县教育局", "县公安局（含交通管理大队）", "东泉镇"
    told(
        year,
        "县教育局“三举措”推进义务教育优质均衡发展",
        ("2024-02-22", edu, COUNTY, SINGLE),
        ("2024-09-12", edu, REGION, SINGLE),
    )
    swim = told(
        year,
        "我县部门乡镇联动筑牢暑期防溺水防线",
        ("2024-06-20", edu, UP, LEAD),
        ("2024-06-20", police, UP, MANY),
        ("2024-06-20", town, UP, MANY),
    )
    cane = told(
        year,
        "我县糖料蔗砍运榨衔接中存在的堵点及建议",
        ("2024-01-18", "县糖业发展服务中心", COUNTY, LEAD),
        ("2024-01-18", "太平镇", COUNTY, MANY),
        ("2024-01-18", "县交通运输局", COUNTY, MANY),
    )
    output = told(
        year,
        "一季度我县规上工业运行情况分析",
        ("2024-04-19", "县统计局", COUNTY, SINGLE),
        ("2024-07-26", "县统计局", CITY, SINGLE),
    )
    firms = told(
        year,
        "柳城县梯次培育专精特新企业的做法",
        ("2024-05-16", "县科技工贸信息化局", UP, SINGLE),
        ("2024-08-08", "县科技工贸信息化局", REGION, SINGLE),
    )
    seeds = told(year, "沙埔镇早稻集中育秧破解“用工难”", ("2024-03-14", "沙埔镇", COUNTY, SINGLE))
    homes = told(year, "县住房城乡建设局反映保交楼资金监管中的问题", ("2024-10-10", "县住房城乡建设局", UP, SINGLE))
    return [
        (swim, "市领导", "2024-07-03"),
        (cane, "县领导", "2024-01-29"),
        (output, "县领导", "2024-05-10"),
        (output, "市领导", "2024-08-20"),
        (firms, "自治区领导", "2024-09-05"),
        (firms, "市领导", "2024-09-11"),
        (seeds, "县领导", "2024-03-25"),
        (seeds, "县领导", "2024-03-25"),
        (homes, "县领导", "2024-10-22"),
    ]


def draw_year(year: Year) -> list[tuple[Item, str, str]]:
    """All articles, numbered by the day they were first adopted; returns the instructions."""
    given = instructed(year)
    tied_pair(year)
    composites(year)
    zeal = {unit: ZEAL.get(unit, year.rng.uniform(0.6, 1.15)) for unit in UNITS if unit not in TIED}
    for quarter in SEASONAL:
        for unit, share in zeal.items():
            singles(year, unit, quarter, round(UNITS[unit][0] / 4 * share * year.rng.uniform(0.65, 1.3)))
    for number, item in enumerate(sorted(year.items, key=lambda item: min(item.adopted)), start=1):
        item.number = f"2024-{number:03}"
    return given


# The other ledgers ---------------------------------------------------------------------------------------------------

FAULTS: tuple[tuple[str, ...], ...] = (
    ("县教育局", "2024-05-14", "迟报", "合格", "及时", "否"),
    ("县教育局", "2024-09-23", "按时", "合格", "不及时", ""),
    ("县财政局", "2024-03-18", "按时", "不合格", "无需", ""),
    ("马山镇", "2024-02-26", "迟报", "合格", "无需", "是"),
    ("马山镇", "2024-06-11", "漏报", "", "不反馈", "是"),
    ("马山镇", "2024-10-21", "不报", "", "不反馈", "是"),
    ("县水利局（含水库移民局）", "2024-04-08", "按时", "抄袭", "无需", ""),
    ("县民政局", "2024-07-15", "按时", "雷同", "及时", ""),
    ("社冲乡", "2024-08-19", "按时", "重复", "无需", ""),
    ("县城管执法局", "2024-11-04", "不报", "", "", ""),
    ("冲脉镇", "2024-12-02", "迟报", "合格", "无需", "是"),
)
EVENTS: tuple[tuple[str, ...], ...] = (
    ("大埔镇", "一般", "2024-02-03 19:20", "2024-02-03 19:35", "2024-02-03 20:10", "无"),
    ("县应急局", "较大", "2024-04-27 14:05", "2024-04-27 14:20", "2024-04-27 15:00", "无"),
    ("县水利局（含水库移民局）", "重大", "2024-06-17 05:30", "2024-06-17 05:38", "2024-06-17 06:10", "无"),
    ("古砦仫佬族乡", "紧急敏感", "2024-06-17 06:00", "2024-06-17 06:25", "2024-06-17 07:05", ""),
    ("寨隆镇", "较大", "2024-06-18 23:10", "2024-06-19 01:10", "2024-06-19 02:00", "无"),
    ("县交通运输局", "一般", "2024-07-09 08:15", "", "2024-07-09 11:40", "无"),
    ("县卫生健康局", "一般", "2024-09-12 16:00", "2024-09-13 07:30", "2024-09-13 09:00", "无"),
    ("伏华管理区", "较大", "2024-08-02 21:00", "2024-08-05 09:20", "", "无"),
    ("县工业区管委会", "特别重大", "2024-10-15 10:40", "2024-10-15 11:05", "2024-10-15 12:20", "不良影响"),
    ("柳华管理区", "一般", "2024-12-31 09:30", "", "", ""),
)
MECHANISM: dict[str, tuple[int, ...]] = {
    "马山镇": (1, 4),
    "县城管执法局": (2,),
    "柳华管理区": (3,),
    "县征地拆迁和房屋征收补偿中心": (0,),
}


def commissions(rng: Random) -> Rows:
    """Two calls a month to a few units, nearly all answered in time and well, and the faults above in their place."""
    asked = [(fault[1], fault) for fault in FAULTS]
    for month in range(1, 13):
        for day in (9, 22):
            when = working(date(2024, month, day)).isoformat()
            units = rng.sample(list(UNITS), rng.randint(1, 5))
            asked += [(when, (unit, when, "按时", "合格", rng.choice(("无需", "及时")), "")) for unit in units]
    numbers = {when: f"约稿2024-{index:02}" for index, when in enumerate(sorted({when for when, _ in asked}), start=1)}
    return [(numbers[when], unit, date.fromisoformat(when), *rest) for when, (unit, _, *rest) in sorted(asked)]


def events() -> Rows:
    """The events above, numbered by time."""
    rows: Rows = []
    for number, (unit, grade, *times, effect) in enumerate(sorted(EVENTS, key=lambda event: event[2]), start=1):
        moments = [datetime.fromisoformat(text) if text else "" for text in times]
        rows.append((f"突发2024-{number:02}", unit, grade, *moments, effect))
    return rows


def assessments() -> Rows:
    """Every unit but one, assessed on three days of December."""
    rows: Rows = []
    for number, unit in enumerate(UNITS):
        marks = ["是" if place in MECHANISM.get(unit, ()) else "否" for place in range(5)]
        rows.append((unit, date(2024, 12, 17 + number // 16), *marks))
    return [row for row in rows if row[0] != "县委统战部"]


def sent_in(year: Year) -> Rows:
    """What was sent in: all of the tied pair's, a few of the others', and some of 凤山镇 that nobody adopted."""
    rows: Rows = []
    kept: dict[str, int] = defaultdict(int)
    for item in sorted(year.items, key=lambda item: item.number):
        day = max(date(2024, 1, 2), working(item.adopted[0][0] - timedelta(days=year.rng.randint(1, 6))))
        for unit in dict.fromkeys(unit for _, unit, _, _ in item.adopted):
            kept[unit] += 1
            if unit in TIED or kept[unit] <= 2:
                rows.append((unit, day, item.number, item.title))
    for number, month in enumerate((2, 5, 6, 8, 12), start=1):
        title = year.title(TIED[0], "便民服务", (month + 2) // 3)
        rows.append((TIED[0], working(date(2024, month, 20)), f"未采用-{number:02}", title))
    return sorted(rows, key=lambda row: (str(row[1]), row[2], row[0]))


def decisions() -> Rows:
    """The tie, what follows from 马山镇's commissions, and one decision after the year's end."""
    tie = "平时上报稿件积极性和质量：全年报送凤山镇18篇、六塘镇13篇，见“报送”表"
    return [
        (TIED[0], "同分次序", "1", date(2024, 12, 31), tie),
        (TIED[1], "同分次序", "2", date(2024, 12, 31), tie),
        ("马山镇", "取消评优", "同意", date(2024, 12, 27), "县政府办公室主任办公会（编造）"),
        ("马山镇", "通报批评", "同意", date(2024, 12, 30), "报县政府分管领导同意（编造）"),
        ("县供销社", "追究责任", "同意", date(2025, 1, 15), "移交有关部门处理（编造）"),
    ]


def ledgers() -> dict[str, Rows]:
    """All sheets, in the ledgers' order."""
    year = Year(Random(20240628))
    given = draw_year(year)
    untrue = next(item for item in year.items if {unit for _, unit, _, _ in item.adopted} == {"县供销社"})
    adopted = [(item.number, entry, item.title) for item in year.items for entry in item.adopted]
    adopted.sort(key=lambda row: (row[1][0], row[0]))
    return {
        "采用": [(number, unit, day, place, mode, title) for number, (day, unit, place, mode), title in adopted],
        "批示": [(item.number, level, date.fromisoformat(day)) for item, level, day in given],
        "约稿": commissions(year.rng),
        "突发": events(),
        "机制": assessments(),
        "失实": [("县供销社", date(2024, 11, 20), "未经核实", untrue.number)],
        "报送": sent_in(year),
        "裁定": decisions(),
    }


# The workbook --------------------------------------------------------------------------------------------------------


def write(path: Path) -> None:
    """The workbook, with a fixed date of creation so that equal content is equal bytes."""
    with xlsxwriter.Workbook(path) as workbook:
        workbook.set_properties(
            {"title": NOTES[0], "comments": NOTES[1], "created": datetime.fromisoformat("2024-12-31")}
        )
        cover = workbook.add_worksheet("说明")
        cover.set_column(0, 0, 100)
        cover.write_column(0, 0, NOTES)
        styles = {
            "head": workbook.add_format({"bold": True, "bg_color": "#DDE6F0", "border": 1}),
            "date": workbook.add_format({"num_format": "yyyy-mm-dd"}),
            "time": workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        }
        for name, rows in ledgers().items():
            write_sheet(workbook.add_worksheet(name), styles, HEADERS[name].split(), rows)


def write_sheet(sheet: Any, styles: dict[str, Any], header: list[str], rows: Rows) -> None:
    """Header in row 1, frozen; data from row 2; columns as wide as what they hold (a Chinese character is two)."""
    sheet.write_row(0, 0, header, styles["head"])
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(rows), len(header) - 1)
    for place, name in enumerate(header):
        longest = max([len(name), *(len(row[place]) for row in rows if isinstance(row[place], str))])  # type: ignore[arg-type]
        sheet.set_column(place, place, min(60, max(17, 2 * longest + 2)))
    for index, row in enumerate(rows, start=1):
        for place, value in enumerate(row):
            write_cell(sheet, styles, index, place, value)


def write_cell(sheet: Any, styles: dict[str, Any], row: int, column: int, value: Value) -> None:
    """Text as text, a day as a day, a moment as a moment; a blank is no cell."""
    if isinstance(value, datetime):
        sheet.write_datetime(row, column, value, styles["time"])
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, styles["date"])
    elif value:
        sheet.write_string(row, column, value)


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("2024.xlsx"))
