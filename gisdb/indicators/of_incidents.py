"""What is counted over accidents. A rate counts those of workplaces that reported the denominator of that very year."""

from __future__ import annotations

from gisdb.indicators.indicator import Measure, workplaces_with

_OF_REPORTING = (
    "EXISTS (SELECT FROM workplace_year y WHERE y.workplace_id = t.workplace_id AND y.year = t.year"
    " AND y.superseded_at IS NULL{more})"
)
_REPORTED = _OF_REPORTING.format(more="")
_REPORTED_HOURS = _OF_REPORTING.format(more=" AND y.hours > 0")

CASES = Measure("accident_cases", "incident", "count(*)", "true", "vụ tai nạn", "accidents")
VICTIMS = Measure("accident_victims", "incident", "sum(t.victims)", "true", "người bị tai nạn", "accident victims")
VICTIMS_OF_REPORTING = Measure(
    "victims_of_reporting",
    "incident",
    "sum(t.victims)",
    _REPORTED,
    "người bị tai nạn ở cơ sở có báo cáo",
    "victims at workplaces that reported",
    women_sql="sum(t.women)",
    men_sql="sum(t.victims - t.women)",
)
DEATHS_OF_REPORTING = Measure(
    "deaths_of_reporting",
    "incident",
    "sum(t.deaths)",
    _REPORTED,
    "người chết ở cơ sở có báo cáo",
    "deaths at workplaces that reported",
)
VICTIMS_WITH_HOURS = Measure(
    "victims_with_hours",
    "incident",
    "sum(t.victims)",
    _REPORTED_HOURS,
    "người bị tai nạn ở cơ sở có báo cáo giờ làm việc",
    "victims at workplaces that reported hours",
)
LOST_DAYS_WITH_HOURS = Measure(
    "lost_days_with_hours",
    "incident",
    "sum(t.lost_days)",
    _REPORTED_HOURS,
    "ngày nghỉ ở cơ sở có báo cáo giờ làm việc",
    "days lost at workplaces that reported hours",
)
LOST_DAYS_WITH_HOURS_SQUARED = Measure(
    "lost_days_with_hours_squared",
    "incident",
    "sum(t.lost_days::numeric * t.lost_days)",
    _REPORTED_HOURS,
    "tổng bình phương ngày nghỉ của từng vụ, cơ sở có giờ làm việc",
    "sum of the squares of each accident's days lost, where hours are known",
)
CASES_WITH_DAYS = Measure(
    "cases_with_days",
    "incident",
    "count(*)",
    "t.lost_days IS NOT NULL",
    "vụ tai nạn có ghi số ngày nghỉ",
    "accidents whose lost days are known",
)
SITES_WITH_DAYS = workplaces_with(
    "sites_with_days",
    "incident",
    "t.lost_days IS NOT NULL",
    "cơ sở có vụ tai nạn có ghi số ngày nghỉ",
    "workplaces with an accident whose lost days are known",
)
LOST_DAYS = Measure("lost_days", "incident", "sum(t.lost_days)", "true", "ngày nghỉ", "days lost")
LOST_DAYS_SQUARED = Measure(
    "lost_days_squared",
    "incident",
    "sum(t.lost_days::numeric * t.lost_days)",
    "true",
    "tổng bình phương ngày nghỉ của từng vụ",
    "sum of the squares of each accident's days lost",
)
CASES_WITH_COST = Measure(
    "cases_with_cost",
    "incident",
    "count(*)",
    "t.cost_vnd IS NOT NULL",
    "vụ tai nạn có ghi thiệt hại",
    "accidents whose cost is known",
)
SITES_WITH_COST = workplaces_with(
    "sites_with_cost",
    "incident",
    "t.cost_vnd IS NOT NULL",
    "cơ sở có vụ tai nạn có ghi thiệt hại",
    "workplaces with an accident whose cost is known",
)
COST = Measure("cost", "incident", "sum(t.cost_vnd)", "true", "đồng thiệt hại", "cost in VND")
COST_SQUARED = Measure(
    "cost_squared",
    "incident",
    "sum(t.cost_vnd * t.cost_vnd)",
    "true",
    "tổng bình phương thiệt hại của từng vụ",
    "sum of the squares of each accident's cost",
)
