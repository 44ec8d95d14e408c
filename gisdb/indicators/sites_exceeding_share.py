"""Share of measured sites with a measurement above its limit."""

from __future__ import annotations

from gisdb.indicators.indicator import Direction, Indicator, Spread, Topic
from gisdb.indicators.of_measurements import SITES, SITES_EXCEEDING, SITES_JUDGED
from gisdb.indicators.of_workplaces import MONITORED

INDICATOR = Indicator(
    code="sites_exceeding_share",
    topic=Topic.ENVIRONMENT,
    name_vi="Tỷ lệ cơ sở có mẫu đo vượt giới hạn cho phép",
    name_en="Share of workplaces with a measurement above its limit",
    unit_vi="%",
    unit_en="%",
    numerator=SITES_EXCEEDING,
    denominator=SITES_JUDGED,
    multiplier=100,
    minimum=5,
    decimals=1,
    direction=Direction.HIGHER_IS_WORSE,
    spread=Spread.SHARE,
    coverage=MONITORED,
    present=SITES,
    formula_vi="số cơ sở có ít nhất một mẫu vượt giới hạn × 100 / số cơ sở có mẫu đánh giá được; một cơ sở đo nhiều lần trong kỳ chỉ tính một lần, cơ sở chuyển nơi được tính ở từng nơi",
    formula_en="workplaces with at least one measurement above its limit × 100 / workplaces with a measurement that can be judged; one measured often in the period counts once, one that moved counts at each place",
    source_vi="Luật 84/2015/QH13, điều 18; giới hạn theo các quy chuẩn QCVN của Bộ Y tế",
    source_en="Law 84/2015/QH13, article 18; limits of the Ministry of Health's regulations (QCVN)",
)
