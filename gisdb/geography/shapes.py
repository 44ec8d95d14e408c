"""Generalised shapes for maps: GeoJSON (EPSG:4326, four decimals: some 11 m) apart from any value, and their sources."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from sqlalchemy import Connection, text

DETAILS = (0, 1)
FULL: Literal["full"] = "full"
Detail: TypeAlias = Literal[0, 1, "full"]
"""Generalised for the nation (0) or a province (1), or the boundary as it was loaded (full)."""


@dataclass(frozen=True)
class Boundaries:
    """A FeatureCollection whose features carry the unit's id and nothing to read: names and values travel apart."""

    version: str
    geojson: bytes


@dataclass(frozen=True)
class MapLabel:
    """A name that every map of the nation carries, at its place."""

    name_vi: str
    name_en: str
    longitude: float
    latitude: float

    def name(self, language: str) -> str:
        """The name in ``language``."""
        return self.name_vi if language == "vi" else self.name_en


@dataclass(frozen=True)
class BoundarySource:
    """Where the shapes of a level come from."""

    title_vi: str
    title_en: str
    note_vi: str
    note_en: str
    origin: str
    licence: str
    dated: str


_ASKED = """
    WHERE u.level = :level AND u.valid @> CAST(:day AS date)
      AND (:within = 0 OR u.id = :within OR u.id IN (
           SELECT mine.unit_id FROM unit_piece area
           JOIN piece p ON p.id = area.piece_id AND p.uncertain_unit_id IS NULL
           JOIN unit_piece mine ON mine.piece_id = area.piece_id WHERE area.unit_id = :within))
"""

_CHOSEN = f"FROM admin_unit u JOIN unit_shape s ON s.unit_id = u.id AND s.detail = :detail {_ASKED}"


def version(conn: Connection, level: str, day: date, within_id: int | None, detail: int) -> str:
    """A short name of what `boundaries` would give: it changes whenever a boundary set of the level is loaded.

    It changes too whenever a change of units is applied or taken back.
    """
    loaded = conn.execute(
        text("""SELECT count(*), max(b.loaded_at), min(lower(u.valid)), sum(u.id),
                       (SELECT max(greatest(c.applied_at, c.reverted_at)) FROM unit_change c)
                FROM admin_unit u LEFT JOIN boundary_set b ON b.id = u.boundary_set_id
                WHERE u.level = :level AND u.valid @> CAST(:day AS date)"""),
        {"level": level, "day": day},
    ).one()
    told = "/".join(str(part) for part in (*loaded, level, within_id, detail, "4"))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def boundaries(conn: Connection, level: str, day: date, within_id: int | None, detail: int) -> Boundaries:
    """The shapes of the units of ``level`` on ``day`` (within a unit), generalised to ``detail`` (0 nation, 1 province)."""
    body = conn.execute(
        text(f"""SELECT '{{"type":"FeatureCollection","features":['
                        || coalesce(string_agg('{{"type":"Feature","id":' || u.id || ',"properties":{{}},"geometry":'
                                               || ST_AsGeoJSON(s.geom, 4) || '}}', ',' ORDER BY u.code), '') || ']}}'
                 {_CHOSEN}"""),
        {"level": level, "day": day, "within": within_id or 0, "detail": detail},
    ).scalar_one()
    return Boundaries(version(conn, level, day, within_id, detail), str(body).encode())


def shapes(conn: Connection, level: str, day: date, within_id: int | None, detail: Detail) -> Iterator[tuple[int, str]]:
    """Each unit of ``level`` on ``day`` (within a unit) with its shape as a GeoJSON geometry, by code.

    Read while it is used, so that full shapes of thousands of units need little memory. A unit that has no shape has
    ``null``. Generalised shapes have four decimals of a degree (some 11 m), full ones six.
    """
    held = (
        "s.geom, 4) FROM admin_unit u LEFT JOIN unit_shape s ON s.unit_id = u.id AND s.detail = :detail"
        if detail != FULL
        else "u.geom, 6) FROM admin_unit u"
    )
    rows = conn.execute(
        text(f"SELECT u.id, ST_AsGeoJSON({held} {_ASKED} ORDER BY u.code"),
        {"level": level, "day": day, "within": within_id or 0, **({} if detail == FULL else {"detail": detail})},
        execution_options={"yield_per": 100},
    )
    for unit_id, geometry in rows:
        yield unit_id, geometry or "null"


def bounds(conn: Connection, unit_id: int) -> tuple[float, float, float, float] | None:
    """West, south, east, north of a unit's shape in degrees, or None where it has none."""
    row = conn.execute(
        text("""SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e)
                FROM (SELECT ST_Extent(geom) AS e FROM unit_shape WHERE unit_id = :id AND detail = 0) AS extent
                WHERE e IS NOT NULL"""),
        {"id": unit_id},
    ).first()
    return None if row is None else (float(row[0]), float(row[1]), float(row[2]), float(row[3]))


def labels(conn: Connection) -> list[MapLabel]:
    """The names that every map of the nation carries, north to south."""
    rows = conn.execute(
        text("SELECT name_vi, name_en, ST_X(geom) AS x, ST_Y(geom) AS y FROM map_label ORDER BY ST_Y(geom) DESC")
    )
    return [MapLabel(*row) for row in rows]


def sources(conn: Connection, level: str, day: date) -> list[BoundarySource]:
    """The boundary sets that the level's units on ``day`` were drawn from."""
    rows = conn.execute(
        text("""SELECT b.title_vi, b.title_en, b.note_vi, b.note_en, b.origin, b.licence, b.dated
                FROM boundary_set b
                WHERE b.id IN (SELECT u.boundary_set_id FROM admin_unit u
                               WHERE u.level = :level AND u.valid @> CAST(:day AS date))
                ORDER BY b.id"""),
        {"level": level, "day": day},
    )
    return [BoundarySource(*row) for row in rows]
