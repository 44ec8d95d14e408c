"""Which pieces make up a new unit: those that lie in it, or a piece of its own where there are none yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from sqlalchemy import Connection, text

from loaders.boundaries.geometry import Geometries

# A piece belongs where most of it lies.
MOST = 0.5
# With less of it in one unit, the piece is cut: its records are counted whole in that unit.
WHOLE = 0.9
# A unit with more of its land in pieces that belong to others is finer than the pieces are.
COARSE = 0.5


@dataclass
class Membership:
    """Pieces by unit (its place in the set). ``cut``: pieces that a border cuts; ``coarse``: units without a piece."""

    pieces: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    cut: list[int] = field(default_factory=list)
    left: int = 0
    coarse: list[int] = field(default_factory=list)
    own: list[int] = field(default_factory=list)


def membership(conn: Connection, shapes: Geometries) -> Membership:
    """Lay the area pieces that are there over new units' ``shapes`` (EPSG:4326)."""
    rows = conn.execute(
        text("SELECT id, ST_AsBinary(geom) FROM piece WHERE uncertain_unit_id IS NULL AND geom IS NOT NULL ORDER BY id")
    ).all()
    result = Membership()
    if not rows:
        result.own = list(range(len(shapes)))
        return result
    ids = [int(row[0]) for row in rows]
    geometries = shapely.from_wkb(np.array([bytes(row[1]) for row in rows], dtype=object))
    inside = _shares(geometries, shapes)
    for place, piece in enumerate(ids):
        _settle(result, piece, inside.get(place, {}), geometries[place], shapes)
    tree = shapely.STRtree(geometries)
    for unit in range(len(shapes)):
        if unit not in result.pieces:
            near = tree.query(shapes[unit], predicate="intersects")
            covered = float(shapely.area(shapely.intersection(geometries[near], shapes[unit])).sum())
            (result.coarse if covered > COARSE * shapes[unit].area else result.own).append(unit)
    return result


def _settle(
    result: Membership, piece: int, shares: Mapping[int, float], geometry: shapely.Geometry, shapes: Geometries
) -> None:
    if not shares:
        result.left += 1
        return
    unit, share = max(shares.items(), key=lambda pair: (pair[1], -pair[0]))
    # An island drawn larger than life holds the true island and much water: then the island decides.
    if share < MOST and sum(shares.values()) < MOST and not _holds_island(geometry, shapes[unit]):
        result.left += 1
        return
    result.pieces[unit].append(piece)
    if share < WHOLE and sum(shares.values()) - share > 1 - WHOLE:
        result.cut.append(piece)


def _holds_island(piece: shapely.Geometry, unit: shapely.Geometry) -> bool:
    return bool(shapely.covers(piece, shapely.get_parts(unit)).any())


def _shares(pieces: Geometries, shapes: Geometries) -> dict[int, dict[int, float]]:
    """Place of the piece → place of the unit → the part of the piece's area that lies in the unit."""
    shapely.prepare(shapes)
    tree = shapely.STRtree(pieces)
    units, places = tree.query(shapes, predicate="intersects")
    whole = shapely.covers(shapes[units], pieces[places])
    shares = np.ones(len(units))
    partly = np.flatnonzero(~whole)
    common = shapely.area(shapely.intersection(shapes[units[partly]], pieces[places[partly]]))
    shares[partly] = common / shapely.area(pieces[places[partly]])
    result: dict[int, dict[int, float]] = defaultdict(dict)
    for unit, place, share in zip(units, places, shares, strict=True):
        if share > 0:
            result[int(place)][int(unit)] = float(share)
    return result


def store(conn: Connection, found: Membership, unit_ids: Sequence[int], codes: Sequence[str]) -> None:
    """Write the pieces of new units, and make the pieces of their own, named ``codes``, which their parents get too."""
    pairs = [{"unit": unit_ids[unit], "piece": piece} for unit, pieces in found.pieces.items() for piece in pieces]
    if pairs:
        conn.execute(text("INSERT INTO unit_piece (unit_id, piece_id) VALUES (:unit, :piece)"), pairs)
    own = [{"unit": unit_ids[unit], "code": codes[unit]} for unit in found.own]
    if own:
        conn.execute(
            text("INSERT INTO piece (code, geom) SELECT :code, u.geom FROM admin_unit u WHERE u.id = :unit"), own
        )
        conn.execute(
            text("""WITH RECURSIVE holder AS (
                        SELECT u.id, u.parent_id FROM admin_unit u WHERE u.id = :unit
                        UNION ALL SELECT u.id, u.parent_id FROM admin_unit u JOIN holder h ON u.id = h.parent_id)
                    INSERT INTO unit_piece (unit_id, piece_id)
                    SELECT h.id, p.id FROM holder h JOIN piece p ON p.code = :code"""),
            own,
        )
    conn.execute(text("SELECT refresh_uncertain_pieces()"))
