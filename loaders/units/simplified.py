"""Generalised shapes for maps after a change: copied, united, or the whole level of the day drawn anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely
from sqlalchemy import Connection, text

from loaders.boundaries import store
from loaders.boundaries.generalise import DETAILS, copies
from loaders.boundaries.geometry import Geometries
from loaders.units.cutting import areal, united
from loaders.units.world import Row, World

# Far above what rounding moves a vertex, far below any edge.
ROUNDING_DEG = 1e-9

_CHANGED = """
    INSERT INTO unit_shape (unit_id, detail, geom) VALUES (:unit, :detail, :geom)
    ON CONFLICT (unit_id, detail) DO UPDATE SET geom = excluded.geom"""
_UNITED = """
    INSERT INTO unit_shape (unit_id, detail, geom)
    SELECT :unit, s.detail, ST_Multi(ST_Union(s.geom)) FROM unit_shape s WHERE s.unit_id = ANY (:origins)
    GROUP BY s.detail HAVING count(*) = :count
    ON CONFLICT (unit_id, detail) DO UPDATE SET geom = excluded.geom"""


@dataclass(frozen=True)
class Cell:
    """Land that belongs to the same units before and after."""

    shape: shapely.MultiPolygon
    units: tuple[int, ...]


def write(conn: Connection, world: World) -> None:
    """Give every unit that began or changed its territory its generalised shapes, the earlier days first."""
    rows = [row for row in (*world.begun, *world.amended) if row.drawn != ()]
    for day in sorted({row.first for row in rows if row.first is not None}):
        begun = [row for row in rows if row.first == day]
        anew = {row.level for row in begun if row.drawn is None or not _united(conn, row)}
        for level in sorted(anew):
            _redrawn(conn, world, level, day)


def _united(conn: Connection, row: Row) -> bool:
    origins = list(row.drawn or ())
    done = conn.execute(text(_UNITED), {"unit": row.id, "origins": origins, "count": len(origins)})
    return done.rowcount == len(DETAILS)


def _redrawn(conn: Connection, world: World, level: str, day: date) -> None:
    """The level's units of the day as one coverage; the units that ended with it, so that their neighbours still match.

    What is generalised are cells: units that stay, and the parts that old and new units have in common. Both are unions
    of cells, so that one border serves the maps before and after. Only what comes out differently is written.
    """
    cells, changed = _cells(world, level, day)
    if not cells:
        return
    shapes = _noded(np.array([cell.shape for cell in cells], dtype=object), changed)
    units = sorted({unit for cell in cells for unit in cell.units})
    known = conn.execute(
        text("SELECT unit_id, detail, geom::text FROM unit_shape WHERE unit_id = ANY (:ids)"), {"ids": units}
    )
    before = {(int(row[0]), int(row[1])): str(row[2]) for row in known}
    places: dict[int, list[int]] = defaultdict(list)
    for place, cell in enumerate(cells):
        for unit in cell.units:
            places[unit].append(place)
    for detail, simple in copies(shapes):
        drawn = [simple[places[unit][0]] if len(places[unit]) == 1 else united(simple[places[unit]]) for unit in units]
        changes = [
            {"unit": unit, "detail": detail.number, "geom": shape}
            for unit, shape in zip(units, store.ewkb(np.array(drawn, dtype=object)), strict=True)
            if before.get((unit, detail.number), "").lower() != shape.lower()
        ]
        if changes:
            conn.execute(text(_CHANGED), changes)


def _cells(world: World, level: str, day: date) -> tuple[list[Cell], list[int]]:
    """The cells of a level on a day, and the places of those that are not units that stay."""
    there = [row for row in world.rows.values() if row.level == level and row.on(day)]
    shapes = world.shapes(there)
    mine = {row.id for row in (*world.begun, *world.amended)}
    olds = [row for row in world.ended if row.level == level and row.end == day]
    cells: list[Cell] = []
    changed: list[int] = []
    for row in there:
        shape = shapes.get(row.id)
        if shape is None:
            continue
        made = _common(world, row, shape, olds) if row.id in mine and row.first == day else []
        if made:
            changed += range(len(cells), len(cells) + len(made))
        elif row.id in mine:
            changed.append(len(cells))
        cells += made or [Cell(shape, (row.id,))]
    return cells, changed


def _common(world: World, row: Row, shape: shapely.MultiPolygon, olds: Sequence[Row]) -> list[Cell]:
    """What a new unit has in common with each old one; empty where they do not make it up."""
    cells = []
    for old in olds:
        its = world.shape(old)
        if not old.pieces & row.pieces or its is None:
            continue
        if row.pieces <= old.pieces:
            return [Cell(shape, (row.id, old.id))]
        cells.append(
            Cell(its if old.pieces <= row.pieces else areal(shapely.intersection(its, shape)), (row.id, old.id))
        )
    return cells if row.pieces <= set().union(*(old.pieces for old in olds)) else []


def _noded(shapes: Geometries, changed: Sequence[int]) -> Geometries:
    """The shapes with every corner of the changed ones on their neighbours' borders too.

    A new border meets an old one in the middle of an edge, where the neighbour has no vertex: without it the coverage
    would not match, and all of it would be cleaned instead of the few units that changed.
    """
    result = shapes.copy()
    tree = shapely.STRtree(shapes)
    for place in changed:
        corners = shapely.MultiPoint(shapely.get_coordinates(shapes[place]))
        for near in tree.query(shapes[place], predicate="intersects"):
            if near != place:
                result[near] = areal(shapely.snap(result[near], corners, ROUNDING_DEG))
    return result
