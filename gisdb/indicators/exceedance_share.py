"""Share of measurements above their limit."""

from __future__ import annotations

from gisdb.indicators.indicator import Direction, Indicator, Spread, Topic
from gisdb.indicators.of_measurements import EXCEEDING, JUDGED, MEASUREMENTS, SITES_JUDGED
from gisdb.indicators.of_workplaces import MONITORED

INDICATOR = Indicator(
    code="exceedance_share",
    topic=Topic.ENVIRONMENT,
    name_vi="Tỷ lệ mẫu đo vượt giới hạn cho phép",
    name_en="Share of measurements above their limit",
    unit_vi="%",
    unit_en="%",
    numerator=EXCEEDING,
    denominator=JUDGED,
    multiplier=100,
    minimum=5,
    decimals=1,
    direction=Direction.HIGHER_IS_WORSE,
    spread=Spread.SHARE,
    coverage=MONITORED,
    present=MEASUREMENTS,
    workplaces=SITES_JUDGED,
    formula_vi="số mẫu vượt giới hạn × 100 / số mẫu đánh giá được (không tính mẫu không đánh giá được, hoặc đánh giá theo giới hạn còn cần đối chiếu công báo)",
    formula_en="measurements above their limit × 100 / measurements judged (those that cannot be judged, or only by a limit still to be confirmed against the gazette, are left out)",
    source_vi="Luật 84/2015/QH13, điều 18; giới hạn theo các quy chuẩn QCVN của Bộ Y tế",
    source_en="Law 84/2015/QH13, article 18; limits of the Ministry of Health's regulations (QCVN)",
)
