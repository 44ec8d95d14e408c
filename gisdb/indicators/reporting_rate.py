"""Share of the registered workplaces that reported in the year."""

from __future__ import annotations

from gisdb.indicators.indicator import Direction, Indicator, Spread, Topic
from gisdb.indicators.of_workplaces import REGISTERED, REPORTING

INDICATOR = Indicator(
    code="reporting_rate",
    topic=Topic.REPORTING,
    name_vi="Tỷ lệ cơ sở có báo cáo",
    name_en="Reporting rate",
    unit_vi="% cơ sở trong sổ",
    unit_en="% of workplaces on the register",
    numerator=REPORTING,
    denominator=REGISTERED,
    multiplier=100,
    minimum=5,
    decimals=1,
    direction=Direction.LOWER_IS_WORSE,
    spread=Spread.SHARE,
    formula_vi="số cơ sở có báo cáo lao động của năm × 100 / số cơ sở trong sổ cuối năm đó",
    formula_en="workplaces that reported their workers of the year × 100 / workplaces on the register at its end",
    source_vi="Nghị định 39/2016/NĐ-CP, Phụ lục XIV: tổng số cơ sở và số cơ sở có báo cáo",
    source_en="Decree 39/2016/ND-CP, Appendix XIV: establishments in all and those that reported",
)
