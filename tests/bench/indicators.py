"""Any indicator for a whole year, any vintage, any slice: time in the database, beside a database with few records."""

from __future__ import annotations

import datetime as dt
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event, text

from gisdb.engine import Database
from gisdb.indicators import INDICATORS
from gisdb.indicators.answers import Question
from gisdb.indicators.evaluator import evaluate
from tests.bench.measuring import Row, seconds

TODAY, BEFORE = dt.date(2026, 6, 1), dt.date(2024, 6, 1)
YEAR = 2025
SLICES = (
    (),
    (("factor", "NOISE"),),
    (("factor_group", "dust"),),
    (("industry", "2018:C"),),
    (("industry", "2018:14"),),
)
OTHERS = (
    (("sampling_reason", "complaint"),),
    (("size", "50-249"),),
    (("factor", "NOISE"), ("industry", "2018:C")),
    (("factor", "NOISE"), ("sampling_reason", "periodic")),
)
PLACES = (
    ("province", TODAY, "34 provinces"),
    ("province", BEFORE, "63 provinces"),
    ("commune", TODAY, "3,321 communes"),
)


def indicator_rows(many: Database, few: Database, records: int, few_records: int) -> Iterator[Row]:
    """``many`` holds ``records`` measurements, ``few`` holds ``few_records``; both the same workplaces and places."""
    for level, day, name in PLACES:
        asked = [Question(code, level, day, YEAR, YEAR) for code in INDICATORS]
        asked += [Question("exceedance_share", level, day, YEAR, YEAR, None, one) for one in SLICES[1:]]
        ours, theirs = _times(many, asked), _times(few, asked)
        ratios = [one / other for one, other in zip(ours, theirs, strict=True)]
        yield Row(
            f"{name}, {len(INDICATORS)} indicators and {len(SLICES) - 1} slices of a year among {records:,} measurements: in the database",
            f"{statistics.median(ours):.1f} ms, slowest {max(ours):.1f} ms",
            f"{statistics.median(theirs):.1f} ms among {few_records:,}",
            f"{statistics.median(ratios):.2f}, worst {max(ratios):.2f}",
        )
    for filters in OTHERS:
        asked = [Question("exceedance_share", "province", TODAY, YEAR, YEAR, None, filters)]
        yield Row(
            f"34 provinces, {' and '.join(name for name, _ in filters)}: counted from the records",
            f"{_times(many, asked, 3)[0]:.0f} ms",
            f"{_raw(many) * 1000:.0f} ms, raw SQL over a year's records",
            "–",
        )
    sites = [Question("sites_exceeding_share", "province", TODAY, YEAR - 2, YEAR)]
    yield Row(
        "34 provinces, sites over three years: counted from the records",
        f"{_times(many, sites, 3)[0]:.0f} ms",
        "–",
        "–",
    )
    yield from _refreshing(many)


@contextmanager
def _database_time(conn: Connection) -> Iterator[list[float]]:
    """Seconds spent in the database, added up in the list's only number."""
    spent = [0.0]

    def before(connection: Connection, *_: Any) -> None:
        connection.info["began"] = time.perf_counter()

    def after(connection: Connection, *_: Any) -> None:
        spent[0] += time.perf_counter() - connection.info["began"]

    event.listen(conn, "before_cursor_execute", before)
    event.listen(conn, "after_cursor_execute", after)
    yield spent
    event.remove(conn, "before_cursor_execute", before)
    event.remove(conn, "after_cursor_execute", after)


def _times(database: Database, asked: list[Question], runs: int = 5) -> list[float]:
    """Milliseconds in the database for each question, the median of some runs after one to warm up."""
    found = []
    with database.acting_as(None, timeout_s=0) as conn, _database_time(conn) as spent:
        for question in asked:
            taken = []
            for _ in range(runs + 1):
                spent[0] = 0.0
                evaluate(conn, question)
                taken.append(spent[0])
            found.append(statistics.median(taken[1:]) * 1000)
    return found


def _raw(database: Database) -> float:
    query = text(f"""
        SELECT up.unit_id, count(*) FILTER (WHERE t.verdict = 'exceeds'), count(*) FILTER (WHERE t.verdict <> 'cannot_judge')
        FROM measurement t JOIN unit_piece up USING (piece_id)
        JOIN admin_unit u ON u.id = up.unit_id AND u.level = 'province' AND u.valid @> DATE '{TODAY}'
        WHERE t.superseded_at IS NULL AND t.year = {YEAR} GROUP BY 1""")
    with database.owner() as conn:
        return seconds(lambda: conn.execute(query).all())


# What a file of 5,000 rows touches: a hundred workplaces of one province, fifty rows each, in one year.
_TOUCHED = """
    SELECT array_agg(c.year), array_agg(c.piece_id), sum(c.records)::bigint FROM (
        SELECT t.year::integer AS year, t.piece_id, count(*) AS records FROM measurement t
        WHERE t.year = :year AND t.superseded_at IS NULL AND t.piece_id IN (
            SELECT s.piece_id FROM workplace_state s WHERE s.workplace_id IN (
                SELECT w.workplace_id FROM workplace_state w
                JOIN unit_piece up ON up.piece_id = w.piece_id
                JOIN admin_unit u ON u.id = up.unit_id AND u.level = 'province' AND u.code = :code AND upper_inf(u.valid)
                WHERE w.superseded_at IS NULL ORDER BY w.workplace_id LIMIT 100) AND s.superseded_at IS NULL)
        GROUP BY 1, 2) AS c
"""


def _refreshing(database: Database) -> Iterator[Row]:
    with database.owner() as conn:
        held = conn.execute(
            text("""SELECT u.code, u.name_en, sum(r.figures[(SELECT position FROM rollup_measure WHERE code = 'measurements')]) AS held
                    FROM unit_rollup r JOIN rollup_slice s ON s.id = r.slice_id AND s.slice = '' AND s.table_name = 'measurement'
                    JOIN admin_unit u ON u.id = r.unit_id AND u.level = 'province' AND upper_inf(u.valid)
                    WHERE r.year = :year GROUP BY 1, 2 ORDER BY 3"""),
            {"year": YEAR},
        ).all()
    for name, row in (("a middling province", held[len(held) // 2]), ("the largest province", held[-1])):
        with database.owner() as conn:
            years, pieces, records = conn.execute(text(_TOUCHED), {"year": YEAR, "code": row.code}).one()
            took = seconds(
                lambda years=years, pieces=pieces: conn.execute(  # type: ignore[misc]
                    text("SELECT refresh_rollup('measurement', :years, :pieces)"), {"years": years, "pieces": pieces}
                )
            )
            conn.rollback()
        yield Row(
            f"cells that 5,000 rows of 100 workplaces touch, counted again: {name} ({row.name_en}), {len(pieces)} pieces holding {records:,} records",
            f"{took:.2f} s ({records / took:,.0f} records/s)",
            "–",
            "–",
        )
