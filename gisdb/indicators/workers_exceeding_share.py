"""Workers at positions with a measurement above its limit."""

from __future__ import annotations

from gisdb.indicators.indicator import Direction, Indicator, Topic
from gisdb.indicators.of_measurements import MEASUREMENTS, SITES_WITH_WORKERS, WORKERS_EXCEEDING, WORKERS_JUDGED
from gisdb.indicators.of_workplaces import MONITORED

INDICATOR = Indicator(
    code="workers_exceeding_share",
    topic=Topic.ENVIRONMENT,
    name_vi="Người lao động tiếp xúc vượt giới hạn cho phép",
    name_en="Workers exposed above a limit",
    unit_vi="% lao động tại vị trí có đo",
    unit_en="% of workers at measured positions",
    numerator=WORKERS_EXCEEDING,
    denominator=WORKERS_JUDGED,
    multiplier=100,
    minimum=20,
    decimals=1,
    direction=Direction.HIGHER_IS_WORSE,
    coverage=MONITORED,
    present=MEASUREMENTS,
    workplaces=SITES_WITH_WORKERS,
    formula_vi="số lao động tại vị trí có mẫu vượt giới hạn × 100 / số lao động tại vị trí có mẫu đánh giá được; mỗi vị trí tính một lần, với số người lớn nhất đã ghi. Không có khoảng tin cậy: người cùng vị trí dùng chung một kết quả đo",
    formula_en="workers at positions with a measurement above its limit × 100 / workers at positions with a measurement that can be judged; a position counts once, with the greatest number written for it. No interval: workers of one position share one result",
    source_vi="Luật 84/2015/QH13, điều 18; giới hạn theo các quy chuẩn QCVN của Bộ Y tế",
    source_en="Law 84/2015/QH13, article 18; limits of the Ministry of Health's regulations (QCVN)",
)
