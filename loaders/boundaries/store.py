"""Rows of units, shapes and sources into their tables, many at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import shapely
from psycopg import sql
from sqlalchemy import Connection, text

from loaders.boundaries.generalise import copies
from loaders.boundaries.geometry import Geometries
from loaders.boundaries.source import Source
from loaders.reference_systems.ground import shapes_by_unit

# Loads take their turn.
_LOCK = 7_204_502


def take_turn(conn: Connection) -> None:
    """Wait until no other load is under way; the turn ends with the transaction."""
    conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def copy(conn: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """COPY ``rows`` into ``table``; a geometry is given as hexadecimal EWKB."""
    command = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with conn.connection.cursor().copy(command) as stream:
        for row in rows:
            stream.write_row(row)


def ewkb(shapes: Geometries) -> list[str]:
    """Hexadecimal EWKB with SRID 4326, as PostGIS reads it."""
    told = shapely.to_wkb(shapely.set_srid(shapes, 4326), hex=True, include_srid=True, output_dimension=2)
    return [str(one) for one in told]


def add_source(conn: Connection, source: Source) -> int:
    """Write down a source; the id of its row. The set that had the same level, validity and title is replaced by it."""
    values = {**source.__dict__, "valid": f"[{source.valid_from},{source.valid_to or ''})"}
    known = conn.execute(
        text("""UPDATE boundary_set SET title_en = :title_en, note_vi = :note_vi, note_en = :note_en, origin = :origin,
                       licence = :licence, dated = :dated, source_crs = :crs, encoding = :encoding, sha256 = :sha256,
                       surveyed = :surveyed, loaded_at = clock_timestamp()
                WHERE level = :level AND valid = CAST(:valid AS daterange) AND title_vi = :title_vi RETURNING id"""),
        values,
    ).scalar()
    if known is not None:
        return int(known)
    made = conn.execute(
        text("""INSERT INTO boundary_set (level, valid, title_vi, title_en, note_vi, note_en, origin, licence, dated,
                                          source_crs, encoding, sha256, surveyed)
                VALUES (:level, CAST(:valid AS daterange), :title_vi, :title_en, :note_vi, :note_en, :origin, :licence,
                        :dated, :crs, :encoding, :sha256, :surveyed) RETURNING id"""),
        values,
    ).scalar_one()
    return int(made)


def replace_shapes(conn: Connection, unit_ids: Sequence[int], shapes: Geometries) -> None:
    """Generalise ``shapes`` (a whole level and vintage, in the order of ``unit_ids``) into `unit_shape`."""
    conn.execute(text("DELETE FROM unit_shape WHERE unit_id = ANY (:ids)"), {"ids": list(unit_ids)})
    for detail, simple in copies(shapes):
        rows = [(unit, detail.number, one) for unit, one in zip(unit_ids, ewkb(simple), strict=True)]
        copy(conn, "unit_shape", ("unit_id", "detail", "geom"), rows)


def shapes_of(conn: Connection, unit_ids: Sequence[int]) -> Geometries:
    """The units' full shapes, in the order of ``unit_ids``."""
    found = shapes_by_unit(conn, unit_ids)
    return np.array([found[unit] for unit in unit_ids], dtype=object)


def analyze(conn: Connection) -> None:
    """Statistics for the planner, which would otherwise still believe the tables empty."""
    for table in ("admin_unit", "unit_name", "unit_piece", "piece", "unit_shape", "unit_lineage"):
        conn.execute(text(f"ANALYZE {table}"))


def place_again(conn: Connection) -> dict[str, int]:
    """Work out anew where every workplace lies; how many workplaces and records are in another piece now."""
    row = conn.execute(text("SELECT states, records FROM place_again(NULL)")).one()
    return {"workplaces_moved": int(row.states), "records_moved": int(row.records)}
