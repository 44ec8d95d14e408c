"""Accident frequency K_TNLĐ: victims per 1,000 workers of the reporting workplaces."""

from __future__ import annotations

from gisdb.indicators.indicator import Direction, Indicator, Spread, Topic
from gisdb.indicators.of_incidents import CASES, VICTIMS_OF_REPORTING
from gisdb.indicators.of_workplaces import REPORTED, REPORTING, WORKERS

INDICATOR = Indicator(
    code="accident_frequency",
    topic=Topic.ACCIDENTS,
    name_vi="Tần suất tai nạn lao động (K_TNLĐ)",
    name_en="Accidents per 1,000 workers (K_TNLĐ)",
    unit_vi="người bị nạn / 1.000 lao động",
    unit_en="victims / 1,000 workers",
    numerator=VICTIMS_OF_REPORTING,
    denominator=WORKERS,
    multiplier=1000,
    minimum=100,
    decimals=2,
    direction=Direction.HIGHER_IS_WORSE,
    spread=Spread.COUNT,
    coverage=REPORTED,
    present=CASES,
    workplaces=REPORTING,
    formula_vi="số người bị tai nạn ở các cơ sở có báo cáo trong năm × 1.000 / số lao động của chính các cơ sở đó",
    formula_en="victims at the workplaces that reported in the year × 1,000 / workers of these very workplaces",
    source_vi="Nghị định 39/2016/NĐ-CP, Phụ lục XV (hệ số 1.000: cần đối chiếu với bản công báo)",
    source_en="Decree 39/2016/ND-CP, Appendix XV (the factor 1,000: to be confirmed against the gazette)",
)
