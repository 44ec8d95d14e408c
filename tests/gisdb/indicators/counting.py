"""What a measure is, counted from the records by a query of the tests' own."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, localcontext

from sqlalchemy import Connection, text

from gisdb.indicators.indicator import Measure
from gisdb.indicators.source import sources

CELLS = """
    SELECT m.code AS measure, s.slice, r.year, r.piece_id, r.figures[m.position] AS value
    FROM rollup r JOIN rollup_slice s ON s.id = r.slice_id JOIN rollup_measure m USING (table_name)
    WHERE r.figures[m.position] <> 0 ORDER BY 1, 2, 3, 4
"""
"""Every number of the rollups, whatever the ids and the order in which they were written."""

SUMS = """
    SELECT m.code AS measure, s.slice, r.year, r.unit_id, r.figures[m.position] AS value
    FROM unit_rollup r JOIN rollup_slice s ON s.id = r.slice_id JOIN rollup_measure m USING (table_name)
    WHERE r.figures[m.position] <> 0 ORDER BY 1, 2, 3, 4
"""
"""The sums that are kept of the largest units."""

SUMS_OF_PIECES = f"""
    SELECT c.measure, c.slice, c.year, u.id AS unit_id, sum(c.value) AS value
    FROM ({CELLS}) AS c JOIN unit_piece up USING (piece_id) JOIN admin_unit u ON u.id = up.unit_id
    JOIN admin_level l ON l.code = u.level AND l.rank <= 1 GROUP BY 1, 2, 3, 4 HAVING sum(c.value) <> 0 ORDER BY 1, 2, 3, 4
"""
"""The same, from the cells of their pieces."""


def figures(conn: Connection, query: str = CELLS) -> list[tuple[object, ...]]:
    """The rows of ``query``."""
    return [tuple(row) for row in conn.execute(text(query))]


def assert_rollups_are_a_recount(conn: Connection) -> None:
    """The cells are what counting everything again gives, and the sums are those of the cells."""
    kept, sums = figures(conn), figures(conn, SUMS)
    assert sums == figures(conn, SUMS_OF_PIECES)
    conn.execute(text("SELECT rebuild_rollups()"))
    assert figures(conn) == kept
    assert figures(conn, SUMS) == sums


def value_of(measure: Measure) -> str:
    """Its number over a group of records ``t``; a histogram as the sum of a digit for each record."""
    return f"sum(in_class({measure.classes_sql}))" if measure.classes_sql else measure.value_sql


def records_of(measure: Measure) -> str:
    """The records that it counts, as SQL for a ``FROM``."""
    return f"({sources()[measure.table_name].rows_sql}) t"


def counted(conn: Connection, measure: Measure, first: int, last: int, pieces: str = "true") -> Decimal:
    """The number for the years ``first`` to ``last``, of the pieces that the condition on ``t`` leaves."""
    cumulative = sources()[measure.table_name].cumulative
    if cumulative and last > first:
        return sum((counted(conn, measure, year, year, pieces) for year in range(first, last + 1)), Decimal(0))
    things = ", ".join(["t.piece_id", *(f"t.{name}" for name in measure.per)]) if measure.per else "()"
    found = conn.execute(
        text(
            f"SELECT sum(one.value) FROM (SELECT {value_of(measure)} AS value FROM {records_of(measure)}"
            f" WHERE ({measure.where_sql}) AND t.year BETWEEN {0 if cumulative else first} AND {last} AND {pieces}"
            f" GROUP BY {things}) AS one"
        )
    ).scalar_one()
    return Decimal(found or 0)


def exact_sum(values: Iterable[Decimal]) -> Decimal:
    """Their sum to the last digit: a histogram has more of them than decimals usually keep."""
    with localcontext(prec=4000):
        return sum(values, Decimal(0))
