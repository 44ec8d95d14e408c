"""Share of workplaces with exposed workers that were measured in the year."""

from __future__ import annotations

from gisdb.indicators.indicator import Direction, Indicator, Spread, Topic
from gisdb.indicators.of_workplaces import DUE, DUE_MEASURED, REPORTED

INDICATOR = Indicator(
    code="monitoring_coverage",
    topic=Topic.ENVIRONMENT,
    name_vi="Tỷ lệ cơ sở được quan trắc",
    name_en="Monitoring coverage",
    unit_vi="% cơ sở phải quan trắc",
    unit_en="% of workplaces due",
    numerator=DUE_MEASURED,
    denominator=DUE,
    multiplier=100,
    minimum=5,
    decimals=1,
    direction=Direction.LOWER_IS_WORSE,
    spread=Spread.SHARE,
    coverage=REPORTED,
    formula_vi="số cơ sở có người tiếp xúc và có mẫu đo trong năm × 100 / số cơ sở báo cáo có người tiếp xúc yếu tố có hại trong năm; nhiều năm: cộng các năm",
    formula_en="workplaces with exposed workers that were measured in the year × 100 / workplaces that reported exposed workers in the year; several years are added up",
    source_vi="Luật 84/2015/QH13, điều 18: quan trắc ít nhất một lần mỗi năm ở nơi có yếu tố có hại",
    source_en="Law 84/2015/QH13, article 18: monitoring at least once a year wherever there are harmful factors",
)
