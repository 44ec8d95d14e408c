"""Deaths per 100,000 workers of the reporting workplaces."""

from __future__ import annotations

from gisdb.indicators.indicator import Direction, Indicator, Spread, Topic
from gisdb.indicators.of_incidents import CASES, DEATHS_OF_REPORTING
from gisdb.indicators.of_workplaces import REPORTED, REPORTING, WORKERS

INDICATOR = Indicator(
    code="fatality_rate",
    topic=Topic.ACCIDENTS,
    name_vi="Tần suất tai nạn lao động chết người",
    name_en="Fatal accidents per 100,000 workers",
    unit_vi="người chết / 100.000 lao động",
    unit_en="deaths / 100,000 workers",
    numerator=DEATHS_OF_REPORTING,
    denominator=WORKERS,
    multiplier=100_000,
    minimum=1000,
    decimals=1,
    direction=Direction.HIGHER_IS_WORSE,
    spread=Spread.COUNT,
    coverage=REPORTED,
    present=CASES,
    workplaces=REPORTING,
    formula_vi="số người chết vì tai nạn lao động ở các cơ sở có báo cáo trong năm × 100.000 / số lao động của chính các cơ sở đó",
    formula_en="deaths by accidents at the workplaces that reported in the year × 100,000 / workers of these very workplaces",
    source_vi="Tổ chức Lao động quốc tế, chỉ tiêu SDG 8.8.1; K_chết của Phụ lục XV Nghị định 39/2016/NĐ-CP (hệ số: cần đối chiếu với bản công báo)",
    source_en="International Labour Organization, SDG indicator 8.8.1; K_chết of Appendix XV, Decree 39/2016/ND-CP (its factor: to be confirmed against the gazette)",
)
