"""What is counted over workplace measurements. Only verdicts by limits that were confirmed count as judged."""

from __future__ import annotations

from gisdb.indicators.indicator import Axis, Measure

_JUDGED = "t.verdict IN ('pass', 'exceeds') AND t.limit_confirmed"
_EXCEEDS = "t.verdict = 'exceeds' AND t.limit_confirmed"
_RATIO = f"{_JUDGED} AND t.limit_ratio IS NOT NULL"
# A workplace that moved within a year is a site at both places. So cells of one year add over units; over years the
# same site, or the same sampling point, would be counted again.
_ONE_YEAR = frozenset({Axis.UNITS})
_SITE = ("workplace_id",)
_POINT = ("workplace_id", "sampling_point")

MEASUREMENTS = Measure("measurements", "measurement", "count(*)", "true", "mẫu đo", "measurements")
JUDGED = Measure("measurements_judged", "measurement", "count(*)", _JUDGED, "mẫu đánh giá được", "measurements judged")
EXCEEDING = Measure(
    "measurements_exceeding",
    "measurement",
    "count(*)",
    _EXCEEDS,
    "mẫu vượt giới hạn",
    "measurements above their limit",
)
NOT_DETECTED = Measure(
    "measurements_not_detected",
    "measurement",
    "count(*)",
    "t.value_qualifier = '<'",
    "mẫu dưới giới hạn phát hiện",
    "measurements below the detection limit",
)
SITES = Measure(
    "sites_measured",
    "measurement",
    "max(1)",
    "true",
    "nơi làm việc có đo",
    "sites measured",
    per=_SITE,
    adds_over=_ONE_YEAR,
)
SITES_JUDGED = Measure(
    "sites_judged",
    "measurement",
    "max(1)",
    _JUDGED,
    "nơi làm việc có mẫu đánh giá được",
    "sites with a measurement that can be judged",
    per=_SITE,
    adds_over=_ONE_YEAR,
)
SITES_WITH_RATIO = Measure(
    "sites_with_ratio",
    "measurement",
    "max(1)",
    _RATIO,
    "nơi làm việc có mẫu tính được tỷ số với giới hạn",
    "sites with a measurement that has a ratio to its limit",
    per=_SITE,
    adds_over=_ONE_YEAR,
)
SITES_WITH_WORKERS = Measure(
    "sites_with_workers",
    "measurement",
    "max(1)",
    f"{_JUDGED} AND t.workers_exposed > 0",
    "nơi làm việc có mẫu đánh giá được và biết số lao động",
    "sites with a measurement that can be judged and whose workers are known",
    per=_SITE,
    adds_over=_ONE_YEAR,
)
SITES_EXCEEDING = Measure(
    "sites_exceeding",
    "measurement",
    "max(1)",
    _EXCEEDS,
    "nơi làm việc có mẫu vượt giới hạn",
    "sites with a measurement above its limit",
    per=_SITE,
    adds_over=_ONE_YEAR,
)
WORKERS_JUDGED = Measure(
    "workers_judged",
    "measurement",
    "max(t.workers_exposed)",
    _JUDGED,
    "lao động tại vị trí có mẫu đánh giá được",
    "workers at positions with a measurement that can be judged",
    per=_POINT,
    adds_over=_ONE_YEAR,
)
WORKERS_EXCEEDING = Measure(
    "workers_exceeding",
    "measurement",
    "max(t.workers_exposed)",
    _EXCEEDS,
    "lao động tại vị trí có mẫu vượt giới hạn",
    "workers at positions with a measurement above its limit",
    per=_POINT,
    adds_over=_ONE_YEAR,
)
RATIOS = Measure(
    "ratios_to_limit",
    "measurement",
    "count(*)",
    _RATIO,
    "mẫu có tỷ số với giới hạn",
    "measurements with a ratio to their limit",
    classes_sql="ratio_class(t.limit_ratio)",
)
