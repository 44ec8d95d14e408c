"""Share of measured sites with a measurement above its limit."""

from __future__ import annotations

from gisdb.indicators.indicator import Axis, Direction, Indicator, Measure

# A workplace that moved within a year is a site at both places. So cells of one year add over units; over years the
# same site would be counted again.
_SITE = "t.workplace_id"

SITES_EXCEEDING = Measure(
    "sites_exceeding",
    "measurement",
    "count(*)",
    "t.verdict = 'exceeds' AND t.limit_confirmed",
    "nơi làm việc có mẫu vượt giới hạn",
    "sites with a measurement above its limit",
    distinct_of=_SITE,
    adds_over=frozenset({Axis.UNITS}),
)
SITES_JUDGED = Measure(
    "sites_judged",
    "measurement",
    "count(*)",
    "t.verdict IN ('pass', 'exceeds') AND t.limit_confirmed",
    "nơi làm việc có mẫu đánh giá được",
    "sites with a measurement that can be judged",
    distinct_of=_SITE,
    adds_over=frozenset({Axis.UNITS}),
)

INDICATOR = Indicator(
    code="sites_exceeding_share",
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
    formula_vi="số cơ sở có ít nhất một mẫu vượt giới hạn × 100 / số cơ sở có mẫu đánh giá được; một cơ sở đo nhiều lần "
    "trong kỳ chỉ tính một lần, cơ sở chuyển nơi được tính ở từng nơi",
    formula_en="workplaces with at least one measurement above its limit × 100 / workplaces with a measurement that can "
    "be judged; one measured often in the period counts once, one that moved counts at each place",
    source_vi="Luật 84/2015/QH13, điều 18; giới hạn theo QCVN 24:2016/BYT, 02:2019/BYT, 03:2019/BYT",
    source_en="Law 84/2015/QH13, article 18; limits of QCVN 24:2016/BYT, 02:2019/BYT, 03:2019/BYT",
)
