"""Days lost per 1,000,000 hours worked."""

from __future__ import annotations

from gisdb.indicators.indicator import Direction, Indicator, Spread, Topic
from gisdb.indicators.of_incidents import CASES, LOST_DAYS_WITH_HOURS, LOST_DAYS_WITH_HOURS_SQUARED
from gisdb.indicators.of_workplaces import HOURS, REPORTED, REPORTING_HOURS

INDICATOR = Indicator(
    code="severity_rate",
    topic=Topic.ACCIDENTS,
    name_vi="Mức độ nghiêm trọng: ngày nghỉ theo giờ làm việc",
    name_en="Severity rate by hours worked",
    unit_vi="ngày nghỉ / 1.000.000 giờ",
    unit_en="days lost / 1,000,000 hours",
    numerator=LOST_DAYS_WITH_HOURS,
    denominator=HOURS,
    multiplier=1_000_000,
    minimum=200_000,
    decimals=1,
    direction=Direction.HIGHER_IS_WORSE,
    spread=Spread.COMPOUND,
    squares=LOST_DAYS_WITH_HOURS_SQUARED,
    coverage=REPORTED,
    present=CASES,
    workplaces=REPORTING_HOURS,
    formula_vi="số ngày nghỉ vì tai nạn ở các cơ sở có báo cáo giờ làm việc trong năm × 1.000.000 / số giờ làm việc của chính các cơ sở đó; người chết tính theo số ngày đã ghi, không quy đổi",
    formula_en="days lost by accidents at the workplaces that reported their hours of the year × 1,000,000 / hours of these very workplaces; a death counts with the days written for it, nothing is added",
    source_vi="Nghị quyết về thống kê tai nạn lao động, Hội nghị quốc tế các nhà thống kê lao động lần thứ 16, 1998 (cần đối chiếu nguyên văn)",
    source_en="Resolution on statistics of occupational injuries, 16th International Conference of Labour Statisticians, 1998 (its text: to be confirmed)",
)
