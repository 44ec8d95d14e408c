"""How the limits that a workplace's measurements were held against changed over time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from sqlalchemy import Connection, text

from gisdb.limits.limit import CONDITION_LISTS


@dataclass(frozen=True)
class LimitPeriod:
    """The limit on the days from ``first`` up to, not including, ``until`` (None: still in force).

    ``low`` and ``high`` are in the factor's own unit, as the act has them: for 8 hours where the shift matters. Both are
    None where the act names the factor and the value is not known here.
    """

    limit_id: int
    first: date
    until: date | None
    low: Decimal | None
    high: Decimal | None
    legal_act: str
    confirmed: bool


@dataclass(frozen=True)
class Condition:
    """One thing that a limit hangs on: ``key`` is the measurement's column, the names are those of what it says."""

    key: str
    name_vi: str
    name_en: str


@dataclass(frozen=True)
class LimitCourse:
    """The limits of one factor and averaging under one condition, day after day; days between periods had none.

    ``conditions``: what the limits hang on, empty where on nothing.
    """

    factor: str
    averaging: str
    conditions: Sequence[Condition]
    periods: Sequence[LimitPeriod]


# As the judge does: the limit of exactly the record's condition, on other days the one that hangs on nothing.
_COURSES = """
    WITH asked AS (
        SELECT DISTINCT m.factor, m.averaging,
               limit_condition(f.conditions, m.body_area, m.dust_group, m.octave_hz, m.place_type, m.work_category,
                               m.work_share) AS condition
        FROM measurement m JOIN factor f ON f.code = m.factor
        WHERE m.workplace_id = :workplace AND m.superseded_at IS NULL
    ), narrow AS (
        SELECT a.factor, a.averaging, a.condition, range_agg(l.valid) AS days
        FROM asked a JOIN exposure_limit l USING (factor, averaging, condition)
        WHERE a.condition <> ''
        GROUP BY a.factor, a.averaging, a.condition
    )
    SELECT a.factor, a.averaging, a.condition, l.condition <> '' AS is_narrow,
           coalesce(words.said, '[]'),
           l.id, lower(days.held), upper(days.held), l.limit_low, l.limit_high, l.legal_act, l.confirmed
    FROM asked a
    JOIN exposure_limit l ON l.factor = a.factor AND l.averaging = a.averaging AND l.condition IN ('', a.condition)
    LEFT JOIN narrow n ON n.factor = a.factor AND n.averaging = a.averaging AND n.condition = a.condition
    CROSS JOIN LATERAL unnest(CASE WHEN l.condition <> '' OR n.days IS NULL THEN datemultirange(l.valid)
                                   ELSE datemultirange(l.valid) - n.days END) AS days (held)
    LEFT JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_array(split_part(part, '=', 1), c.name_vi, c.name_en) ORDER BY part) AS said
        FROM string_to_table(l.condition, ';') AS part
        JOIN code_list c ON c.list = CAST(:lists AS jsonb) ->> split_part(part, '=', 1)
                        AND c.code = split_part(part, '=', 2)) AS words ON true
    ORDER BY a.factor, a.averaging, a.condition, days.held
"""


def courses_of(conn: Connection, workplace_id: int) -> list[LimitCourse]:
    """The limits that a workplace's current measurements hang on, over all days, by factor, averaging and condition.

    Conditions that the same limits answer make one course. Every record that was judged was judged by the period of its
    day in one of the courses of its factor and averaging.
    """
    rows = conn.execute(text(_COURSES), {"workplace": workplace_id, "lists": json.dumps(CONDITION_LISTS)}).all()
    found: dict[tuple[object, ...], LimitCourse] = {}
    for (factor, averaging, _), group in groupby(rows, lambda row: (row[0], row[1], row[2])):
        members = list(group)
        periods = [LimitPeriod(*row[5:]) for row in members]
        conditions = [Condition(*said) for said in next((row[4] for row in members if row[3]), ())]
        found.setdefault((factor, averaging, tuple(periods)), LimitCourse(factor, averaging, conditions, periods))
    return list(found.values())
