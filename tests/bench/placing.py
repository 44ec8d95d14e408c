"""Placing a million workplaces again, beside the least that any database must do for it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import LiteralString

import psycopg

from gisdb.database_url import conninfo
from gisdb.engine import Database
from tests.bench.measuring import Row

# Workplaces all over the communes of both vintages, nine in ten with a point in or near theirs; placed as if nothing
# but the declared commune were known.
_FILL: LiteralString = """
    SET search_path = gisdb, public;
    INSERT INTO upload (register, account_id, file_name, sha256, bytes, state, synthetic)
        SELECT 'workplaces', min(id), 'bench', '', 0, 'committed', true FROM account;
    CREATE TEMP TABLE bench_place AS
        SELECT 'B' || row_number() OVER (ORDER BY g, u.id) AS code, u.id AS unit_id, u.code AS commune,
               lower(u.valid) AS units_on, whole_piece(u.id) AS piece_id,
               (ST_X(inside) + 0.02 * (random() - 0.5))::numeric(9, 5) AS lon,
               (ST_Y(inside) + 0.02 * (random() - 0.5))::numeric(9, 5) AS lat, random() < 0.9 AS pointed
        FROM (SELECT id, code, valid, ST_PointOnSurface(geom) AS inside FROM admin_unit WHERE level = lowest_level()) u
        CROSS JOIN generate_series(1, 1 + {count} / (SELECT count(*)::int FROM admin_unit WHERE level = lowest_level())) g
        LIMIT {count};
    INSERT INTO workplace (code) SELECT code FROM bench_place;
    INSERT INTO workplace_state (workplace_id, piece_id, code, valid_from, name_vi, industry_version, industry, commune,
                                 units_on, longitude, latitude, geom, declared_unit_id, place_certain, upload_id, line)
        SELECT w.id, b.piece_id, b.code, '1990-01-01', 'Cơ sở', '2018', '14', b.commune, b.units_on,
               CASE WHEN pointed THEN lon END, CASE WHEN pointed THEN lat END,
               CASE WHEN pointed THEN lon_lat(lon, lat) END, b.unit_id, false,
               (SELECT max(id) FROM upload), 1
        FROM bench_place b JOIN workplace w USING (code);
    ANALYZE workplace, workplace_state;
"""
_NEAREST: LiteralString = """
    SELECT count(found.id) FROM gisdb.workplace_state s
    CROSS JOIN LATERAL (SELECT p.id FROM gisdb.piece p WHERE p.geom OPERATOR(public.&&) s.geom
                        AND public.ST_Intersects(p.geom, s.geom) LIMIT 1) AS found
    WHERE s.geom IS NOT NULL
"""


def placing_rows(database: Database, count: int) -> Iterator[Row]:
    """Fill ``count`` workplaces in, then place them all again twice: once when all of them change, once when none does."""
    assert database.owner_url is not None
    with psycopg.connect(conninfo(database.owner_url)) as raw:
        raw.execute(_FILL.replace("{count}", str(count)).encode())
        raw.execute("SET search_path = gisdb, public")
        plain, _ = _timed(raw, _NEAREST)
        for what in ("every one of them changes", "none changes"):
            taken, told = _timed(raw, "SELECT states FROM place_again(NULL)")
            yield Row(
                f"{count:,} workplaces placed again, {what} ({told:,} in another piece)",
                f"{taken:.0f} s",
                f"{plain:.0f} s, raw SQL: the piece under each point",
                f"{taken / plain:.1f}",
            )
        raw.rollback()


def _timed(raw: psycopg.Connection, query: LiteralString) -> tuple[float, int]:
    began = time.perf_counter()
    row = raw.execute(query).fetchone()
    assert row is not None
    return time.perf_counter() - began, int(row[0])
