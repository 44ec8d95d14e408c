"""Victims per 1,000,000 hours worked."""

from __future__ import annotations

from gisdb.indicators.indicator import Direction, Indicator, Spread, Topic
from gisdb.indicators.of_incidents import CASES, VICTIMS_WITH_HOURS
from gisdb.indicators.of_workplaces import HOURS, REPORTED, REPORTING_HOURS

INDICATOR = Indicator(
    code="injury_frequency",
    topic=Topic.ACCIDENTS,
    name_vi="Tần suất tai nạn theo giờ làm việc",
    name_en="Frequency rate by hours worked",
    unit_vi="người bị nạn / 1.000.000 giờ",
    unit_en="victims / 1,000,000 hours",
    numerator=VICTIMS_WITH_HOURS,
    denominator=HOURS,
    multiplier=1_000_000,
    minimum=200_000,
    decimals=2,
    direction=Direction.HIGHER_IS_WORSE,
    spread=Spread.COUNT,
    coverage=REPORTED,
    present=CASES,
    workplaces=REPORTING_HOURS,
    formula_vi="số người bị tai nạn ở các cơ sở có báo cáo giờ làm việc trong năm × 1.000.000 / số giờ làm việc của chính các cơ sở đó",
    formula_en="victims at the workplaces that reported their hours of the year × 1,000,000 / hours of these very workplaces",
    source_vi="Nghị quyết về thống kê tai nạn lao động, Hội nghị quốc tế các nhà thống kê lao động lần thứ 16, 1998 (cần đối chiếu nguyên văn)",
    source_en="Resolution on statistics of occupational injuries, 16th International Conference of Labour Statisticians, 1998 (its text: to be confirmed)",
)
