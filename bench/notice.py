"""What every hand-written contender knows of the 2024 notice, and the columns each of them must give.

The tables come from `tests/oracle.py`, which typed them from the notice. Shares of an endorsement are kept exact as
whole numbers of ``1/UNIT`` points, UNIT = lcm(1..20), the most units that may share (rules/2024.yaml, 参与单位数).
"""

from __future__ import annotations

import math
import sys
from datetime import date, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from oracle import CHANNELS, POINTS, SERIES, UNITS, YEAR_QUOTA

__all__ = ["CELLS", "CHANNELS", "COLUMNS", "DIGEST", "POINTS", "QUOTAS", "SECOND", "UNIT", "UNITS", "WAYS"]

UNIT = math.lcm(*range(1, 21))
MOST = 20
WAYS = tuple(POINTS)
# points of 方式 × 渠道, a row of four after another; 0 where nothing is printed
CELLS = tuple(points for row in POINTS.values() for points in (*row, 0, 0, 0)[:4])
QUOTAS = tuple(int(YEAR_QUOTA[unit]) for unit in UNITS)
SECOND = tuple(int(SERIES[unit] == "二类") for unit in UNITS)  # which 系列
JOURNAL = CHANNELS[0]
COUNTY_LEADER = "县领导"
ON_TIME = "按时"
POOR = ("不合格", "抄袭", "雷同", "重复")
SLOW, SILENT = "不及时", "不反馈"
HARMLESS = "无"
FAULTS = ("领导不重视", "激励和签发机制不完善", "未安排专人", "业务活动不正常")
FIRST_DAY, LAST_DAY = date(2024, 1, 1), date(2024, 12, 31)
END = datetime(2025, 1, 1)  # noqa: DTZ001 - civil time
QUARTERS = (0, 91, 182, 274)  # the first day of each quarter, days counted from 0

# The exact outcome of a unit: 采用分 in 1/UNIT points, dates as dates, blank where there is none.
COLUMNS = (
    *("县", "单位", "得分", "名次", "名次并列", "总名次"),
    *("年度采用任务", "季度采用任务", "约稿", "工作机制", "突发事件", "归零"),
    *("年度采用分", "一季采用分", "二季采用分", "三季采用分", "四季采用分", "任务完成日"),
)
DIGEST = COLUMNS[:6]  # what the digest is over, as in engine/bulk/figures.py
