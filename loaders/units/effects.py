"""What a change does to records: counted before and after, in the pieces that it touches."""

from __future__ import annotations

from collections.abc import Collection

from psycopg import sql
from sqlalchemy import Connection, text

from gisdb.registers import registers
from gisdb.registers.register import Bound
from loaders.units.world import World


def remember_cells(conn: Connection) -> None:
    """Keep the rollups as they are, to count afterwards what became different."""
    conn.execute(text("CREATE TEMP TABLE rollup_before ON COMMIT DROP AS SELECT * FROM rollup"))


def changed_cells(conn: Connection) -> int:
    """How many cells hold another number than before, or are new or gone."""
    return int(
        conn.execute(
            text("""SELECT count(*) FROM rollup_before b FULL JOIN rollup r USING (slice_id, year, piece_id)
                    WHERE b.figures IS DISTINCT FROM r.figures""")
        ).scalar_one()
    )


def divided(conn: Connection, world: World) -> tuple[int, int]:
    """Totals and workplaces that lay in one unit of a changed level the day before, and in none for certain on the day."""
    days = sorted({(row.level, row.end) for row in world.ended if row.end is not None})
    tables = [one.table_name for one in registers().values() if one.bound is Bound.UNIT]
    totals: set[tuple[object, ...]] = set()
    workplaces: set[tuple[object, ...]] = set()
    for level, day in days:
        for table in tables:
            totals |= {(table, *row) for row in _lost(conn, table, "unit_id", level, day)}
        workplaces |= set(_lost(conn, "workplace_state", "workplace_id", level, day))
    return len(totals), len({row[0] for row in workplaces})


def _lost(conn: Connection, table: str, owner: str, level: str, day: object) -> Collection[tuple[object, ...]]:
    query = sql.SQL(
        """WITH held AS (
               SELECT up.piece_id, bool_or(u.valid @> (%(day)s::date - 1)) AS before, bool_or(u.valid @> %(day)s::date) AS after
               FROM unit_piece up JOIN piece p ON p.id = up.piece_id AND p.uncertain_unit_id IS NOT NULL
               JOIN admin_unit u ON u.id = up.unit_id AND u.level = %(level)s GROUP BY up.piece_id)
           SELECT t.{owner}, t.id FROM held h JOIN {table} t ON t.piece_id = h.piece_id
           WHERE h.before AND NOT h.after AND t.superseded_at IS NULL"""
    ).format(owner=sql.Identifier(owner), table=sql.Identifier("gisdb", table))
    cursor = conn.connection.cursor()
    cursor.execute(query, {"day": day, "level": level})
    return [tuple(row) for row in cursor.fetchall()]
