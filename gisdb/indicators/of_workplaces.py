"""What is counted over workplaces: their workers and hours of a year, those that report, those that there are."""

from __future__ import annotations

from gisdb.indicators.indicator import Coverage, Measure
from gisdb.indicators.source import PRESENCE

WORKERS = Measure(
    "workers",
    "workplace_year",
    "sum(t.workers)",
    "true",
    "lao động",
    "workers",
    women_sql="sum(t.women)",
    men_sql="sum(t.workers - t.women)",
)
HOURS = Measure("hours", "workplace_year", "sum(t.hours)", "true", "giờ làm việc", "hours worked")
REPORTING = Measure(
    "workplaces_reporting", "workplace_year", "count(*)", "true", "cơ sở có báo cáo", "workplaces that reported"
)
REPORTING_HOURS = Measure(
    "workplaces_reporting_hours",
    "workplace_year",
    "count(*)",
    "t.hours > 0",
    "cơ sở có báo cáo giờ làm việc",
    "workplaces that reported hours",
)
DUE = Measure(
    "workplaces_due",
    "workplace_year",
    "count(*)",
    "t.exposed > 0",
    "cơ sở có người tiếp xúc",
    "workplaces with exposed workers",
)
DUE_MEASURED = Measure(
    "workplaces_due_measured",
    "workplace_year",
    "count(*)",
    "t.exposed > 0 AND EXISTS (SELECT FROM measurement m WHERE m.workplace_id = t.workplace_id AND m.year = t.year"
    " AND m.superseded_at IS NULL)",
    "cơ sở có người tiếp xúc đã đo trong năm",
    "workplaces with exposed workers that were measured in the year",
)
REGISTERED = Measure(
    "workplaces_registered", PRESENCE, "sum(t.change)", "true", "cơ sở trong sổ cuối kỳ", "workplaces on the register"
)

MONITORED = Coverage(DUE_MEASURED, DUE)
REPORTED = Coverage(REPORTING, REGISTERED)
