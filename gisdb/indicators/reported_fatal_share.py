"""Share of fatal cases among the accident cases that the units below the country reported for whole years."""

from __future__ import annotations

from gisdb.indicators.indicator import Direction, Indicator, Measure

# Of the highest level below the country alone: what a unit within another one reported is part of that one's total.
_OF_THE_YEAR = """t.item = '{item}' AND t.population = 'all' AND t.period = t.year::text
 AND t.level = (SELECT l.code FROM admin_level l WHERE l.rank = 1)""".replace("\n", "")

REPORTED_FATAL_CASES = Measure(
    "reported_fatal_cases",
    "reported_total",
    "sum(t.value)",
    _OF_THE_YEAR.format(item="fatal_cases"),
    "vụ chết người được báo cáo",
    "fatal cases reported",
)
REPORTED_CASES = Measure(
    "reported_cases",
    "reported_total",
    "sum(t.value)",
    _OF_THE_YEAR.format(item="cases"),
    "vụ tai nạn được báo cáo",
    "accident cases reported",
)

INDICATOR = Indicator(
    code="reported_fatal_share",
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
    formula_vi="số vụ chết người × 100 / số vụ tai nạn, theo số liệu cả năm mà tỉnh, thành phố báo cáo",
    formula_en="fatal cases × 100 / accident cases, by the whole-year totals that provinces reported",
    source_vi="các chỉ tiêu của thông báo tình hình tai nạn lao động hằng năm; tỷ số là của phần mềm này",
    source_en="items of the yearly notices on occupational accidents; the ratio is this program's own",
)
