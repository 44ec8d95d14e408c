"""Share of measurements below their detection limit."""

from __future__ import annotations

from gisdb.indicators.indicator import Direction, Indicator, Spread, Topic
from gisdb.indicators.of_measurements import MEASUREMENTS, NOT_DETECTED, SITES
from gisdb.indicators.of_workplaces import MONITORED

INDICATOR = Indicator(
    code="non_detect_share",
    topic=Topic.ENVIRONMENT,
    name_vi="Tỷ lệ mẫu dưới giới hạn phát hiện",
    name_en="Share of non-detects",
    unit_vi="%",
    unit_en="%",
    numerator=NOT_DETECTED,
    denominator=MEASUREMENTS,
    multiplier=100,
    minimum=5,
    decimals=1,
    direction=Direction.HIGHER_IS_WORSE,
    spread=Spread.SHARE,
    coverage=MONITORED,
    workplaces=SITES,
    formula_vi="số mẫu dưới giới hạn phát hiện × 100 / số mẫu đo. Nhiều mẫu không phát hiện làm cho «không vượt» nói lên ít điều",
    formula_en="measurements below their detection limit × 100 / measurements. Where many are, «none above» says little",
    source_vi="chỉ tiêu chất lượng số liệu của phần mềm này",
    source_en="a quality figure of this program's own",
)
