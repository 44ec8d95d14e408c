"""Where sample workplaces stand: pieces of the communes where industry is, and points inside them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import shapely
from sqlalchemy import Connection, text

from gisdb.errors import Conflict
from loaders.sample.days import LAST_DAY, Flags, Floats, Ints
from loaders.sample.industries import kind_weights, province_weights

# Digits of a coordinate as people write it: a metre.
_DIGITS = 5

# How unequal communes of one kind are: a few have an industrial zone, many have a workshop.
_COMMUNE_SPREAD = 1.0
_UNTOUCHED = 0.08

_ROUNDS = 60


@dataclass(frozen=True)
class Places:
    """Pieces of the country in the order of their codes, with the communes and provinces that hold them on ``LAST_DAY``.

    ``commune`` and ``province`` are positions in ``commune_codes`` and ``province_codes``; ``old_codes`` the commune
    that held the piece on ``old_day`` where units changed since, else empty; ``shared_then`` whether that commune was
    divided, so that its code alone does not say which piece.
    """

    piece_codes: list[str]
    commune_codes: list[str]
    province_codes: list[str]
    commune: Ints
    province: Ints
    weight: Floats
    old_codes: list[str]
    shared_then: Flags
    old_day: date


_PIECES = text("""
    WITH RECURSIVE lowest AS (
        SELECT u.id, u.code, u.kind, u.valid FROM admin_unit u WHERE u.level = lowest_level()
    ), up AS (
        SELECT l.id AS lowest_id, u.parent_id, u.id FROM lowest l JOIN admin_unit u ON u.id = l.id
        WHERE l.valid @> CAST(:day AS date)
        UNION ALL
        SELECT up.lowest_id, p.parent_id, p.id FROM up JOIN admin_unit p ON p.id = up.parent_id
        WHERE p.parent_id IS NOT NULL
    ), top AS (
        SELECT up.lowest_id, u.code FROM up JOIN admin_unit u ON u.id = up.id
        JOIN admin_unit country ON country.id = u.parent_id AND country.parent_id IS NULL
    ), then_unit AS (
        SELECT l.id, l.code, count(*) AS pieces FROM lowest l
        JOIN unit_piece up ON up.unit_id = l.id
        JOIN piece p ON p.id = up.piece_id AND p.uncertain_unit_id IS NULL
        WHERE l.valid @> CAST(:old_day AS date) AND NOT l.valid @> CAST(:day AS date)
        GROUP BY l.id, l.code
    )
    SELECT p.code AS piece, now.code AS commune, now.kind, coalesce(top.code, '') AS province,
           coalesce(old.code, '') AS old_code, coalesce(old.pieces, 0) > 1 AS shared_then
    FROM piece p
    JOIN unit_piece up ON up.piece_id = p.id
    JOIN lowest now ON now.id = up.unit_id AND now.valid @> CAST(:day AS date)
    LEFT JOIN top ON top.lowest_id = now.id
    LEFT JOIN LATERAL (SELECT t.code, t.pieces FROM unit_piece o JOIN then_unit t ON t.id = o.unit_id
                       WHERE o.piece_id = p.id) AS old ON true
    WHERE p.uncertain_unit_id IS NULL AND p.geom IS NOT NULL
    ORDER BY p.code COLLATE "C"
""")

_SINCE = text("""
    SELECT max(lower(u.valid)) FROM admin_unit u
    WHERE u.level = lowest_level() AND u.valid @> CAST(:day AS date)
""")


def read_places(conn: Connection, draw: np.random.Generator) -> Places:
    """Every piece with its communes, and how much of the sample goes there.

    Raises:
        Conflict: ``sample_needs_boundaries`` where no units of the lowest level are loaded.
    """
    since = conn.execute(_SINCE, {"day": LAST_DAY}).scalar_one()
    old_day = (since or LAST_DAY) - timedelta(days=1)
    found = conn.execute(_PIECES, {"day": LAST_DAY, "old_day": old_day}).all()
    if not found:
        raise Conflict("sample_needs_boundaries", day=LAST_DAY.isoformat())
    kind_of = {row.commune: row.kind for row in found}
    province_of = {row.commune: row.province for row in found}
    communes = sorted(kind_of)
    provinces = sorted(set(province_of.values()))
    position = {code: index for index, code in enumerate(communes)}
    top = {code: index for index, code in enumerate(provinces)}
    commune = np.array([position[row.commune] for row in found])
    province_of_commune = np.array([top[province_of[code]] for code in communes])
    of_commune = kind_weights([kind_of[code] for code in communes]) * _inequality(len(communes), draw)
    shares = np.bincount(province_of_commune, of_commune, minlength=len(provinces))
    of_commune *= (province_weights(provinces) / np.maximum(shares, 1e-12))[province_of_commune]
    pieces = np.bincount(commune, minlength=len(communes))
    return Places(
        piece_codes=[row.piece for row in found],
        commune_codes=communes,
        province_codes=provinces,
        commune=commune,
        province=province_of_commune[commune],
        weight=(of_commune / np.maximum(pieces, 1))[commune],
        old_codes=[row.old_code for row in found],
        shared_then=np.array([row.shared_then for row in found]),
        old_day=old_day,
    )


def _inequality(count: int, draw: np.random.Generator) -> Floats:
    size = np.exp(draw.normal(0, _COMMUNE_SPREAD, count))
    untouched = draw.random(count) < _UNTOUCHED
    return size if untouched.all() else np.where(untouched, 0.0, size)


def draw_pieces(places: Places, count: int, draw: np.random.Generator) -> Ints:
    """``count`` pieces, those with more industry oftener."""
    return draw.choice(len(places.piece_codes), size=count, p=places.weight / places.weight.sum())


def draw_points(conn: Connection, places: Places, pieces: Ints, draw: np.random.Generator) -> tuple[Floats, Floats]:
    """A point in each piece: longitudes and latitudes in degrees (EPSG:4326), to a metre."""
    used = np.unique(pieces)
    rows = conn.execute(
        text("SELECT code, ST_AsBinary(geom) AS wkb FROM piece WHERE code = ANY (:codes)"),
        {"codes": [places.piece_codes[one] for one in used]},
    )
    by_code = {row.code: bytes(row.wkb) for row in rows}
    shapes = shapely.from_wkb([by_code[places.piece_codes[one]] for one in used])
    shapely.prepare(shapes)
    of_each = np.searchsorted(used, pieces)
    low_x, low_y, high_x, high_y = shapely.bounds(shapes)[of_each].T
    # A sliver that no round hits keeps the point that surely lies in it.
    inner = shapely.point_on_surface(shapes)
    x, y = shapely.get_x(inner)[of_each], shapely.get_y(inner)[of_each]
    waiting = np.arange(len(pieces))
    for _ in range(_ROUNDS):
        if not len(waiting):
            break
        tried_x = np.round(draw.uniform(low_x[waiting], high_x[waiting]), _DIGITS)
        tried_y = np.round(draw.uniform(low_y[waiting], high_y[waiting]), _DIGITS)
        hit = shapely.contains_xy(shapes[of_each[waiting]], tried_x, tried_y)
        x[waiting[hit]], y[waiting[hit]] = tried_x[hit], tried_y[hit]
        waiting = waiting[~hit]
    return np.round(x, _DIGITS + 2), np.round(y, _DIGITS + 2)
