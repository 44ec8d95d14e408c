"""Exposure index: 95th percentile of C/L."""

from __future__ import annotations

from gisdb.indicators.indicator import Direction, Form, Indicator, Topic
from gisdb.indicators.of_measurements import MEASUREMENTS, RATIOS, SITES_WITH_RATIO
from gisdb.indicators.of_workplaces import MONITORED

INDICATOR = Indicator(
    code="exposure_p95",
    topic=Topic.ENVIRONMENT,
    name_vi="Chỉ số tiếp xúc: phân vị 95 của C/L",
    name_en="Exposure index: 95th percentile of C/L",
    unit_vi="lần giới hạn",
    unit_en="times the limit",
    numerator=RATIOS,
    denominator=RATIOS,
    minimum=20,
    decimals=2,
    direction=Direction.HIGHER_IS_WORSE,
    form=Form.P95,
    coverage=MONITORED,
    present=MEASUREMENTS,
    workplaces=SITES_WITH_RATIO,
    formula_vi="phân vị 95 của tỷ số giữa kết quả và giới hạn áp dụng, trên các mẫu đánh giá được; mẫu không phát hiện xếp theo giới hạn phát hiện của nó. Đọc từ các lớp rộng 9 %, sai số không quá ±4,5 %",
    formula_en="95th percentile of the ratio of a value to the limit that judged it, over the measurements judged; a non-detect stands at its detection limit. Read from classes 9 % wide, off by ±4.5 % at most",
    source_vi="chỉ số tiếp xúc C/L dùng trong vệ sinh lao động (EN 689); cách gộp lớp theo Masson, Rim và Lee 2019",
    source_en="the exposure index C/L of occupational hygiene (EN 689); classes after Masson, Rim and Lee 2019",
)
