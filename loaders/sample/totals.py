"""Sample totals that the largest units report each year: each by its own units of then, and more than the records count."""

from __future__ import annotations

from typing import Any

import numpy as np
from sqlalchemy import Connection, Row, text

from loaders.sample.days import LAST_DAY

TOTAL_FIELDS = ("level", "unit", "period", "item", "population", "value", "source", "confidence")

# What the records count, by the units of the year's last day, for those that have reported nothing of it yet; a year
# that is not over has not been reported.
_RECORDED = text("""
    SELECT u.level, u.code, y.year::int AS year,
           coalesce(sum(c.cases), 0)::int AS cases, coalesce(sum(c.fatal), 0)::int AS fatal_cases,
           coalesce(sum(c.victims), 0)::int AS victims, coalesce(sum(c.deaths), 0)::int AS deaths,
           coalesce(sum(c.serious), 0)::int AS seriously_injured
    FROM (SELECT DISTINCT year FROM incident WHERE upload_id = :upload AND year < :open_year) AS y
    JOIN admin_unit u ON u.level = (SELECT code FROM admin_level WHERE rank = 1)
                     AND u.valid @> make_date(y.year, 12, 31)
                     AND NOT EXISTS (SELECT FROM reported_total r
                                     WHERE r.unit_id = u.id AND r.period = y.year::text AND r.superseded_at IS NULL)
    JOIN unit_piece up ON up.unit_id = u.id
    LEFT JOIN (
        SELECT piece_id, year, count(*) AS cases, count(*) FILTER (WHERE severity = 'fatal') AS fatal,
               sum(victims) AS victims, sum(deaths) AS deaths, sum(seriously_injured) AS serious
        FROM incident WHERE upload_id = :upload GROUP BY piece_id, year
    ) AS c ON c.piece_id = up.piece_id AND c.year = y.year
    GROUP BY u.level, u.code, y.year ORDER BY y.year, u.level, u.code
""")
_SOURCE = "Báo cáo mẫu, không có thật"


def total_rows(conn: Connection, incidents: int, draw: np.random.Generator) -> list[tuple[object, ...]]:
    """Rows of the register ``reported_totals`` in the order of `TOTAL_FIELDS`, from the incidents of an upload.

    A unit hears of accidents that no workplace recorded, few of them fatal. A list, because the connection that is asked
    here is the one that the rows go to.
    """
    found = conn.execute(_RECORDED, {"upload": incidents, "open_year": LAST_DAY.year}).all()
    unheard = draw.poisson([1 + 0.3 * row.cases for row in found])
    fatal = draw.binomial(unheard, 0.05)
    return [
        (row.level, row.code, str(row.year), item, "all", value, _SOURCE, "reported")
        for row, more, deadly in zip(found, unheard.tolist(), fatal.tolist(), strict=True)
        for item, value in _told(row, more, deadly).items()
    ]


def _told(row: Row[Any], more: int, deadly: int) -> dict[str, int]:
    return {
        "cases": row.cases + more,
        "victims": row.victims + more,
        "fatal_cases": row.fatal_cases + deadly,
        "deaths": row.deaths + deadly,
        "seriously_injured": row.seriously_injured,
    }
