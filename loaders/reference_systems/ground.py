"""What the database knows of the country's ground: where it lies, and the shapes of its units."""

from __future__ import annotations

from collections.abc import Sequence

import shapely
from sqlalchemy import Connection, text

from loaders.reference_systems.epsg import Box


def extent(conn: Connection) -> Box | None:
    """West, south, east, north of everything that is known, in degrees; None: nothing is."""
    box = conn.execute(
        text("""SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e)
                FROM (SELECT ST_Extent(geom) AS e FROM admin_unit) AS extent WHERE e IS NOT NULL""")
    ).first()
    return None if box is None else (float(box[0]), float(box[1]), float(box[2]), float(box[3]))


def shapes_by_unit(conn: Connection, unit_ids: Sequence[int]) -> dict[int, shapely.Geometry]:
    """The full shapes (EPSG:4326) of those units that have one, by their ids."""
    rows = conn.execute(
        text("""SELECT u.id, ST_AsBinary(u.geom) FROM admin_unit u WHERE u.id = ANY (:ids) AND u.geom IS NOT NULL"""),
        {"ids": list(unit_ids)},
    )
    return {int(row[0]): shapely.from_wkb(bytes(row[1])) for row in rows}


def expected_shapes(conn: Connection, unit_ids: Sequence[int | None]) -> list[shapely.Geometry | None]:
    """The full shape of each unit, in their order; None for no unit or one without a shape."""
    found = shapes_by_unit(conn, [one for one in unit_ids if one is not None])
    return [found.get(one or 0) for one in unit_ids]
