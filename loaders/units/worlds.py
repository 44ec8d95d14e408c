"""Reading the world from the database."""

from __future__ import annotations

from sqlalchemy import Connection, text

from loaders.folding import folded
from loaders.reference_systems.epsg import Box
from loaders.units.world import Row, World


def read(conn: Connection) -> World:
    """The units and area pieces of the database."""
    ranks = {str(row.code): int(row.rank) for row in conn.execute(text("SELECT code, rank FROM admin_level"))}
    members = conn.execute(
        text("""SELECT up.unit_id, array_agg(up.piece_id) AS pieces FROM unit_piece up
                JOIN piece p ON p.id = up.piece_id AND p.uncertain_unit_id IS NULL GROUP BY up.unit_id""")
    )
    pieces = {int(row.unit_id): set(row.pieces) for row in members}
    units = conn.execute(
        text("""SELECT id, level, code, name_vi, name_en, kind, lower(valid) AS first, upper(valid) AS "end", boundary_set_id
                FROM admin_unit ORDER BY id""")
    )
    rows = {}
    for one in units:
        names = (one.name_vi, one.name_en, one.kind)
        held = pieces.get(one.id, set())
        rows[one.id] = Row(one.id, one.level, one.code, *names, one.first, one.end, one.boundary_set_id, held)
    return World(conn, ranks, rows, conn.execute(text("SELECT today()")).scalar_one())


def levels(conn: Connection) -> dict[str, str]:
    """Folded name, in any language, → code of every level below the country."""
    rows = conn.execute(text("SELECT code, name_vi, name_en FROM admin_level WHERE rank > 0 ORDER BY rank"))
    return {folded(name): str(row.code) for row in rows for name in row}


def extent(conn: Connection) -> Box | None:
    """West, south, east, north of everything that is known, in degrees."""
    box = conn.execute(
        text("""SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e)
                FROM (SELECT ST_Extent(geom) AS e FROM admin_unit) AS extent WHERE e IS NOT NULL""")
    ).first()
    return None if box is None else (float(box[0]), float(box[1]), float(box[2]), float(box[3]))
