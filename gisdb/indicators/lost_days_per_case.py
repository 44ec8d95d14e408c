"""Days lost per accident."""

from __future__ import annotations

from gisdb.indicators.indicator import Direction, Indicator, Spread, Topic
from gisdb.indicators.of_incidents import CASES, CASES_WITH_DAYS, LOST_DAYS, LOST_DAYS_SQUARED, SITES_WITH_DAYS
from gisdb.indicators.of_workplaces import REPORTED

INDICATOR = Indicator(
    code="lost_days_per_case",
    topic=Topic.ACCIDENTS,
    name_vi="Số ngày nghỉ mỗi vụ tai nạn",
    name_en="Days lost per accident",
    unit_vi="ngày / vụ",
    unit_en="days / accident",
    numerator=LOST_DAYS,
    denominator=CASES_WITH_DAYS,
    minimum=5,
    decimals=1,
    direction=Direction.HIGHER_IS_WORSE,
    spread=Spread.MEAN,
    squares=LOST_DAYS_SQUARED,
    coverage=REPORTED,
    present=CASES,
    workplaces=SITES_WITH_DAYS,
    formula_vi="tổng số ngày nghỉ / số vụ tai nạn có ghi số ngày nghỉ",
    formula_en="days lost / accidents whose lost days are known",
    source_vi="Nghị quyết về thống kê tai nạn lao động, Hội nghị quốc tế các nhà thống kê lao động lần thứ 16, 1998 (cần đối chiếu nguyên văn)",
    source_en="Resolution on statistics of occupational injuries, 16th International Conference of Labour Statisticians, 1998 (its text: to be confirmed)",
)
