"""Share of measurements above their limit."""

from __future__ import annotations

from gisdb.indicators.indicator import Direction, Indicator, Measure

JUDGED = Measure(
    "measurements_judged",
    "measurement",
    "count(*)",
    "t.verdict IN ('pass', 'exceeds') AND t.limit_confirmed",
    "mẫu đánh giá được",
    "measurements judged",
)
EXCEEDING = Measure(
    "measurements_exceeding",
    "measurement",
    "count(*)",
    "t.verdict = 'exceeds' AND t.limit_confirmed",
    "mẫu vượt giới hạn",
    "measurements above their limit",
)

INDICATOR = Indicator(
    code="exceedance_share",
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
    formula_vi="số mẫu vượt giới hạn × 100 / số mẫu đánh giá được (không tính mẫu không đánh giá được, hoặc đánh giá theo giới hạn còn cần đối chiếu công báo)",
    formula_en="measurements above their limit × 100 / measurements judged (those that cannot be judged, or only by a limit still to be confirmed against the gazette, are left out)",
    source_vi="Luật 84/2015/QH13, điều 18; giới hạn theo QCVN 24:2016/BYT, 02:2019/BYT, 03:2019/BYT",
    source_en="Law 84/2015/QH13, article 18; limits of QCVN 24:2016/BYT, 02:2019/BYT, 03:2019/BYT",
)
