"""What a measure is, counted from the records by a query of the tests' own."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import Connection, text

from gisdb.indicators.indicator import Measure


def counted(conn: Connection, measure: Measure, first: int, last: int, pieces: str = "true") -> Decimal:
    """The number for the years ``first`` to ``last``, of the pieces that the condition on ``t`` leaves."""
    value = f"count(DISTINCT ({measure.distinct_of}, t.piece_id))" if measure.distinct_of else measure.value_sql
    found = conn.execute(
        text(
            f"SELECT {value} FROM {measure.table_name} t WHERE superseded_at IS NULL AND ({measure.where_sql})"
            f" AND year BETWEEN {first} AND {last} AND {pieces}"
        )
    ).scalar_one()
    return Decimal(found or 0)
