"""What is counted over workplace measurements. Only verdicts by limits that were confirmed count as judged."""

from __future__ import annotations

from gisdb.indicators.indicator import WITHIN_A_YEAR, Measure, workplaces_with

_JUDGED = "t.verdict IN ('pass', 'exceeds') AND t.limit_confirmed"
_EXCEEDS = "t.verdict = 'exceeds' AND t.limit_confirmed"
_RATIO = f"{_JUDGED} AND t.limit_ratio IS NOT NULL"
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
SITES = workplaces_with(
    "sites_measured",
    "measurement",
    "true",
    "nơi làm việc có đo",
    "sites measured",
)
SITES_JUDGED = workplaces_with(
    "sites_judged",
    "measurement",
    _JUDGED,
    "nơi làm việc có mẫu đánh giá được",
    "sites with a measurement that can be judged",
)
SITES_WITH_RATIO = workplaces_with(
    "sites_with_ratio",
    "measurement",
    _RATIO,
    "nơi làm việc có mẫu tính được tỷ số với giới hạn",
    "sites with a measurement that has a ratio to its limit",
)
SITES_WITH_WORKERS = workplaces_with(
    "sites_with_workers",
    "measurement",
    f"{_JUDGED} AND t.workers_exposed > 0",
    "nơi làm việc có mẫu đánh giá được và biết số lao động",
    "sites with a measurement that can be judged and whose workers are known",
)
SITES_EXCEEDING = workplaces_with(
    "sites_exceeding",
    "measurement",
    _EXCEEDS,
    "nơi làm việc có mẫu vượt giới hạn",
    "sites with a measurement above its limit",
)
WORKERS_JUDGED = Measure(
    "workers_judged",
    "measurement",
    "max(t.workers_exposed)",
    _JUDGED,
    "lao động tại vị trí có mẫu đánh giá được",
    "workers at positions with a measurement that can be judged",
    per=_POINT,
    adds_over=WITHIN_A_YEAR,
)
WORKERS_EXCEEDING = Measure(
    "workers_exceeding",
    "measurement",
    "max(t.workers_exposed)",
    _EXCEEDS,
    "lao động tại vị trí có mẫu vượt giới hạn",
    "workers at positions with a measurement above its limit",
    per=_POINT,
    adds_over=WITHIN_A_YEAR,
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
