"""What units below the country reported for whole years, of all workers."""

from __future__ import annotations

from gisdb.indicators.indicator import Measure

# Of the highest level below the country alone: what a unit within another one reported is part of that one's total.
_OF_THE_YEAR = """t.item = '{item}' AND t.population = 'all' AND t.period = t.year::text
 AND t.level = (SELECT l.code FROM admin_level l WHERE l.rank = 1)""".replace("\n", "")

REPORTED_CASES = Measure(
    "reported_cases",
    "reported_total",
    "sum(t.value)",
    _OF_THE_YEAR.format(item="cases"),
    "vụ tai nạn được báo cáo",
    "accident cases reported",
)
REPORTED_FATAL_CASES = Measure(
    "reported_fatal_cases",
    "reported_total",
    "sum(t.value)",
    _OF_THE_YEAR.format(item="fatal_cases"),
    "vụ chết người được báo cáo",
    "fatal cases reported",
)
REPORTED_VICTIMS = Measure(
    "reported_victims",
    "reported_total",
    "sum(t.value)",
    _OF_THE_YEAR.format(item="victims"),
    "người bị nạn được báo cáo",
    "victims reported",
)
VICTIM_REPORTS = Measure(
    "victim_reports",
    "reported_total",
    "count(*)",
    _OF_THE_YEAR.format(item="victims"),
    "báo cáo số người bị nạn",
    "reports of victims",
)
