"""Cost per accident."""

from __future__ import annotations

from decimal import Decimal

from gisdb.indicators.indicator import Direction, Indicator, Spread, Topic
from gisdb.indicators.of_incidents import CASES, CASES_WITH_COST, COST, COST_SQUARED, SITES_WITH_COST
from gisdb.indicators.of_workplaces import REPORTED

INDICATOR = Indicator(
    code="cost_per_case",
    topic=Topic.ACCIDENTS,
    name_vi="Thiệt hại mỗi vụ tai nạn",
    name_en="Cost per accident",
    unit_vi="triệu đồng / vụ",
    unit_en="million VND / accident",
    numerator=COST,
    denominator=CASES_WITH_COST,
    multiplier=Decimal("0.000001"),
    minimum=5,
    decimals=1,
    direction=Direction.HIGHER_IS_WORSE,
    spread=Spread.MEAN,
    squares=COST_SQUARED,
    coverage=REPORTED,
    present=CASES,
    workplaces=SITES_WITH_COST,
    formula_vi="tổng thiệt hại (đồng) / số vụ tai nạn có ghi thiệt hại / 1.000.000",
    formula_en="cost in VND / accidents whose cost is known / 1,000,000",
    source_vi="Nghị định 39/2016/NĐ-CP, Phụ lục XII, phần II (chi phí)",
    source_en="Decree 39/2016/ND-CP, Appendix XII, part II (costs)",
)
