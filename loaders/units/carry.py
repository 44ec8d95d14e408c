"""The plan into the tables: pieces, then ends, then beginnings, then all that follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import shapely
from psycopg import sql
from sqlalchemy import Connection, text

from gisdb.registers import registers
from loaders.boundaries import names, store
from loaders.units.world import Row, World


def write(conn: Connection, world: World) -> None:
    """Write everything that the plan changed; ids below zero become the database's own."""
    pieces = _pieces(conn, world)
    for row in world.ended:
        if row.id > 0:
            conn.execute(
                text("UPDATE admin_unit SET valid = daterange(lower(valid), :end) WHERE id = :id"),
                {"id": row.id, "end": row.end},
            )
    for row in world.amended:
        _amend(conn, row)
    units = {row.id: row.id for row in world.rows.values() if row.id > 0}
    for row in sorted(world.begun, key=lambda row: (world.ranks[row.level], row.first)):
        units[row.id] = _insert(conn, row, units[world.parent(row).id])
        _names(conn, units[row.id], row, units.get(row.names_of or 0))
    _members(conn, world, pieces, units)
    _renumber(world, pieces, units)


def _pieces(conn: Connection, world: World) -> dict[int, int]:
    """The new pieces; the old one's row stays, without area and without unit, so that the cut can be taken back."""
    cut = [piece for piece in world.cuts if piece > 0]
    stored = conn.execute(text("SELECT id, code FROM piece WHERE id = ANY (:ids)"), {"ids": cut})
    codes = {int(row.id): str(row.code) for row in stored}
    for piece, parts in world.cuts.items():
        codes.update({part: f"{codes[piece]}/{number}" for number, part in enumerate(parts, 1)})
    conn.execute(text("UPDATE piece SET geom = NULL WHERE id = ANY (:ids)"), {"ids": cut})
    made = {}
    for piece, shape in world.made.items():
        row = {"code": codes[piece], "geom": _ewkb(shape)}
        made[piece] = int(
            conn.execute(text("INSERT INTO piece (code, geom) VALUES (:code, :geom) RETURNING id"), row).scalar_one()
        )
    return made


def _ewkb(shape: shapely.MultiPolygon) -> str:
    return store.ewkb(np.array([shape], dtype=object))[0]


def _values(row: Row) -> dict[str, object]:
    return {
        "id": row.id,
        "level": row.level,
        "code": row.code,
        "name_vi": row.name_vi,
        "name_en": row.name_en,
        "kind": row.kind,
        "first": row.first,
        "end": row.end,
        "set": row.set_id,
        "geom": None if row.shape is None else _ewkb(row.shape),
    }


def _amend(conn: Connection, row: Row) -> None:
    before = conn.execute(text("SELECT name_vi, name_en, kind FROM admin_unit WHERE id = :id"), {"id": row.id}).one()
    conn.execute(
        text("""UPDATE admin_unit SET code = :code, name_vi = :name_vi, name_en = :name_en, kind = :kind,
                       boundary_set_id = :set WHERE id = :id"""),
        _values(row),
    )
    if row.reshaped:
        conn.execute(text("UPDATE admin_unit SET geom = :geom WHERE id = :id"), _values(row))
    if tuple(before) != (row.name_vi, row.name_en, row.kind):
        conn.execute(text("DELETE FROM unit_name WHERE unit_id = :id"), {"id": row.id})
        _names(conn, row.id, row, None)


def _insert(conn: Connection, row: Row, parent: int) -> int:
    made = conn.execute(
        text("""INSERT INTO admin_unit (level, code, name_vi, name_en, kind, parent_id, valid, geom, boundary_set_id)
                VALUES (:level, :code, :name_vi, :name_en, :kind, :parent, daterange(:first, :end), :geom, :set)
                RETURNING id"""),
        {**_values(row), "parent": parent},
    )
    return int(made.scalar_one())


def _names(conn: Connection, unit: int, row: Row, like: int | None) -> None:
    """The names by which a unit is found, and those names and codes that it keeps of the row it goes on as."""
    for name in sorted({row.name_vi, names.bare(row.name_vi, row.kind), row.name_en}):
        conn.execute(
            text(
                "INSERT INTO unit_name (unit_id, name, folded) VALUES (:unit, :name, fold(:name)) ON CONFLICT DO NOTHING"
            ),
            {"unit": unit, "name": name},
        )
    if like is not None:
        for statement in (
            """INSERT INTO unit_name (unit_id, name, valid, folded) SELECT :unit, n.name, n.valid, n.folded
               FROM unit_name n WHERE n.unit_id = :like ON CONFLICT DO NOTHING""",
            """INSERT INTO unit_code (unit_id, system, code, source) SELECT :unit, c.system, c.code, c.source
               FROM unit_code c WHERE c.unit_id = :like ON CONFLICT DO NOTHING""",
        ):
            conn.execute(text(statement), {"unit": unit, "like": like})


def _members(conn: Connection, world: World, pieces: dict[int, int], units: dict[int, int]) -> None:
    gone: list[tuple[int, int]] = []
    come: list[tuple[int, int]] = []
    for row in world.rows.values():
        before = world.before(row)
        if before != row.pieces:
            gone += [(units[row.id], piece) for piece in before - row.pieces]
            come += [(units[row.id], pieces.get(piece, piece)) for piece in row.pieces - before]
    for statement, pairs in (
        (
            """DELETE FROM unit_piece p USING unnest(CAST(:units AS integer[]), CAST(:pieces AS integer[])) AS g (unit, piece)
            WHERE p.unit_id = g.unit AND p.piece_id = g.piece""",
            gone,
        ),
        (
            """INSERT INTO unit_piece (unit_id, piece_id)
            SELECT * FROM unnest(CAST(:units AS integer[]), CAST(:pieces AS integer[]))""",
            come,
        ),
    ):
        conn.execute(text(statement), {"units": [pair[0] for pair in pairs], "pieces": [pair[1] for pair in pairs]})


def _renumber(world: World, pieces: dict[int, int], units: dict[int, int]) -> None:
    """The world in the database's own ids, for the steps that come after."""
    world.renumber(pieces, units)


def touched_units(world: World) -> list[int]:
    """Every unit whose pieces are others than before."""
    return [row.id for row in world.rows.values() if world.before(row) != row.pieces]


def place_again(conn: Connection, units: Sequence[int], pieces: Iterable[int]) -> tuple[int, int]:
    """Workplaces and totals of units into the pieces that they lie in now, their records with them.

    Args:
        conn: the owner's.
        units: ids of units whose pieces changed.
        pieces: pieces that lost their area: what lies in one by its own point goes where the point lies now.

    Returns:
        How many workplaces' states moved, and how many records.
    """
    for register in registers().values():
        for one in register.derived:
            if one.references == "piece.id" and "piece_at(" in one.sql:
                conn.connection.cursor().execute(
                    sql.SQL(
                        "UPDATE {table} t SET {name} = {value} FROM {table} s"
                        " WHERE s.{owner} = t.{owner} AND s.id = t.id AND t.{name} = ANY (%s)"
                    ).format(
                        table=sql.Identifier("gisdb", register.table_name),
                        name=sql.Identifier(one.name),
                        value=sql.SQL(one.sql),
                        owner=sql.Identifier(register.owner_field),
                    ),
                    (list(pieces),),
                )
    done = conn.execute(text("SELECT states, records FROM place_again(:units)"), {"units": list(units)}).one()
    return int(done.states), int(done.records)
