"""Whether reports that an indicator is counted from are overdue: what tells *not submitted* from *no data*."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text


@dataclass(frozen=True)
class Overdue:
    """Who should have reported by today: the units of ``levels``, and whether each workplace should have."""

    levels: frozenset[str]
    workplaces: bool


# Of several years one is enough: where nothing is there for any of them, that one's report has not come.
_OVERDUE = text("""
    SELECT DISTINCT d.owed_by, d.level FROM report_duty d CROSS JOIN generate_series(CAST(:first AS integer), CAST(:last AS integer)) AS y (year)
    WHERE d.table_name = :table AND d.period_kind = 'year' AND d.population IN ('', 'all')
      AND late_from(y.year::text, d.months_after, d.before_day) <= today()
      AND daterange(d.valid_from, d.valid_to) @> period_last_day(y.year::text)
""")


def overdue(conn: Connection, table_name: str, first_year: int, last_year: int) -> Overdue:
    """Who should have reported by today what ``table_name`` holds of one of the years, ends included."""
    given = {"table": table_name, "first": first_year, "last": last_year}
    rows = conn.execute(_OVERDUE, given).all()
    return Overdue(
        frozenset(row.level for row in rows if row.owed_by == "unit"), any(row.owed_by == "workplace" for row in rows)
    )


def units_overdue(
    conn: Connection, table_name: str, level: str, years: tuple[int, int], units: Sequence[int]
) -> set[int]:
    """Those of ``units`` of ``level`` that have not reported for one of ``years``; of another time, those in whose area
    one lies that has not.
    """
    given = {"table": table_name, "level": level, "first": years[0], "last": years[1], "units": list(units)}
    found = conn.execute(text("SELECT units_overdue(:table, :level, :first, :last, :units)"), given).scalars()
    return set(found)
