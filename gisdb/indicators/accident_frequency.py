"""Accident frequency K_TNLĐ: victims per 1,000 workers of the reporting workplaces."""

from __future__ import annotations

from gisdb.indicators.indicator import Direction, Indicator, Measure

VICTIMS = Measure(
    "accident_victims",
    "incident",
    "sum(t.victims)",
    "true",
    "người bị tai nạn",
    "accident victims",
)
WORKERS = Measure(
    "workers",
    "workplace_year",
    "sum(t.workers)",
    "true",
    "lao động",
    "workers",
)

INDICATOR = Indicator(
    code="accident_frequency",
    name_vi="Tần suất tai nạn lao động (K_TNLĐ)",
    name_en="Accidents per 1,000 workers (K_TNLĐ)",
    unit_vi="người bị nạn / 1.000 lao động",
    unit_en="victims / 1,000 workers",
    numerator=VICTIMS,
    denominator=WORKERS,
    multiplier=1000,
    minimum=100,
    decimals=2,
    direction=Direction.HIGHER_IS_WORSE,
    formula_vi="số người bị tai nạn × 1.000 / số lao động của các cơ sở có báo cáo trong năm",
    formula_en="accident victims × 1,000 / workers of the workplaces that reported in the year",
    source_vi="Nghị định 39/2016/NĐ-CP, Phụ lục XV (hệ số 1.000: cần đối chiếu với bản công báo)",
    source_en="Decree 39/2016/ND-CP, Appendix XV (the factor 1,000: to be confirmed against the gazette)",
)
