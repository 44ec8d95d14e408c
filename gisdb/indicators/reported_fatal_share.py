"""Share of fatal cases among the accident cases that the units below the country reported for whole years."""

from __future__ import annotations

from gisdb.indicators.indicator import Direction, Indicator, Spread, Topic
from gisdb.indicators.of_totals import REPORTED_CASES, REPORTED_FATAL_CASES

INDICATOR = Indicator(
    code="reported_fatal_share",
    topic=Topic.REPORTING,
    name_vi="Tỷ lệ vụ chết người trong số vụ tai nạn được tỉnh báo cáo",
    name_en="Share of fatal cases among the cases that provinces reported",
    unit_vi="%",
    unit_en="%",
    numerator=REPORTED_FATAL_CASES,
    denominator=REPORTED_CASES,
    multiplier=100,
    minimum=5,
    decimals=1,
    direction=Direction.HIGHER_IS_WORSE,
    spread=Spread.SHARE,
    formula_vi="số vụ chết người × 100 / số vụ tai nạn, theo số liệu cả năm mà tỉnh, thành phố báo cáo",
    formula_en="fatal cases × 100 / accident cases, by the whole-year totals that provinces reported",
    source_vi="các chỉ tiêu của thông báo tình hình tai nạn lao động hằng năm; tỷ số là của phần mềm này",
    source_en="items of the yearly notices on occupational accidents; the ratio is this program's own",
)
