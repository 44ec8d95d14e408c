"""The shipped sets' rows beside what is there: staged by COPY, then matched by code and changed in sets.

A unit is known by level, code and first day; a piece by its code. Units whose shape came from a set that was loaded by
hand keep that shape.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import Connection, text

from gisdb.errors import InputError
from loaders.boundaries import store
from loaders.boundaries.source import Source

_STAGE = """
    CREATE TEMP TABLE staged_set (id integer PRIMARY KEY) ON COMMIT DROP;
    CREATE TEMP TABLE staged_unit (
        set_id integer, level text, code text, name_vi text, name_en text, kind text,
        parent_level text, parent_code text, valid_from date, valid_to date, geom geometry,
        id integer, PRIMARY KEY (level, code, valid_from)) ON COMMIT DROP;
    CREATE TEMP TABLE staged_name (
        level text, code text, unit_from date, name text, valid_from date, valid_to date) ON COMMIT DROP;
    CREATE TEMP TABLE staged_code (level text, code text, unit_from date, system text, other text, source text)
        ON COMMIT DROP;
    CREATE TEMP TABLE staged_piece (code text PRIMARY KEY, geom geometry, id integer) ON COMMIT DROP;
    CREATE TEMP TABLE staged_member (piece text, level text, code text, valid_from date) ON COMMIT DROP;
    CREATE TEMP TABLE staged_label (name_vi text, name_en text, geom geometry) ON COMMIT DROP;
    CREATE TEMP TABLE staged_lineage (
        level text, from_code text, to_code text, day date, kind text, share numeric, legal_act text, confidence text
    ) ON COMMIT DROP;
"""
_UNIT = ("level", "code", "name_vi", "name_en", "kind", "parent_level", "parent_code", "valid_from", "valid_to", "geom")


def prepare(conn: Connection) -> None:
    """Make the stage; it goes with the transaction."""
    conn.execute(text(_STAGE))


def levels(conn: Connection, rows: Sequence[Mapping[str, str]]) -> None:
    """Levels by their code, with rank and names."""
    conn.execute(
        text("""INSERT INTO admin_level (code, rank, name_vi, name_en)
                VALUES (:code, CAST(:rank AS smallint), :name_vi, :name_en)
                ON CONFLICT (code) DO UPDATE
                SET rank = excluded.rank, name_vi = excluded.name_vi, name_en = excluded.name_en"""),
        [dict(row) for row in rows],
    )


def add_set(conn: Connection, source: Source) -> int:
    """Write down one of the shipped sets; the id of its row."""
    made = store.add_source(conn, source)
    conn.execute(text("INSERT INTO staged_set VALUES (:id)"), {"id": made})
    return made


def stage_units(conn: Connection, set_id: int | None, rows: Iterable[Sequence[object]]) -> None:
    """Units of one set: level, code, names, kind, the parent's level and code, first day, end, EWKB."""
    store.copy(conn, "staged_unit", ("set_id", *_UNIT), ((set_id, *row) for row in rows))


def units(conn: Connection) -> int:
    """Staged units into their table, the larger first; how many keep the shape of a set that was loaded by hand."""
    conn.execute(text("ANALYZE staged_unit"))
    for statement in _UNITS:
        conn.execute(text(statement))
    for level in conn.execute(text("SELECT code FROM admin_level ORDER BY rank")).scalars().all():
        for statement in _UNITS_OF_LEVEL:
            conn.execute(text(statement), {"level": level})
    kept = conn.execute(
        text("""SELECT count(*) FROM staged_unit s JOIN admin_unit u ON u.id = s.id
                WHERE u.boundary_set_id IS DISTINCT FROM s.set_id""")
    ).scalar_one()
    return int(kept)


_SAME = "(u.level, u.code, lower(u.valid)) = (s.level, s.code, s.valid_from)"
_OURS = "u.boundary_set_id IN (SELECT id FROM staged_set)"
_PARENT = """p.level = s.parent_level AND p.code = s.parent_code
          AND daterange(p.valid_from, p.valid_to) @> s.valid_from"""
_UNITS = (
    f"DELETE FROM unit_lineage l USING admin_unit u WHERE u.id IN (l.from_id, l.to_id) AND {_OURS}",
    # Gone from this edition. One that records or accounts refer to cannot go: the whole load is refused then.
    f"""DELETE FROM piece p USING admin_unit u WHERE u.id = p.uncertain_unit_id AND {_OURS}
        AND NOT EXISTS (SELECT FROM staged_unit s WHERE {_SAME})""",
    f"DELETE FROM admin_unit u WHERE {_OURS} AND NOT EXISTS (SELECT FROM staged_unit s WHERE {_SAME})",
    f"""UPDATE admin_unit u SET name_vi = s.name_vi, name_en = s.name_en, kind = s.kind,
               valid = daterange(s.valid_from, s.valid_to)
        FROM staged_unit s WHERE {_SAME} AND (u.name_vi, u.name_en, u.kind, u.valid)
             IS DISTINCT FROM (s.name_vi, s.name_en, s.kind, daterange(s.valid_from, s.valid_to))""",
    f"""UPDATE admin_unit u SET geom = s.geom, boundary_set_id = s.set_id
        FROM staged_unit s WHERE {_SAME} AND (u.boundary_set_id IS NULL OR {_OURS})
          AND (u.boundary_set_id IS DISTINCT FROM s.set_id OR u.geom IS DISTINCT FROM s.geom)""",
)
_UNITS_OF_LEVEL = (
    f"""INSERT INTO admin_unit (level, code, name_vi, name_en, kind, parent_id, valid, geom, boundary_set_id)
        SELECT s.level, s.code, s.name_vi, s.name_en, s.kind, p.id, daterange(s.valid_from, s.valid_to), s.geom, s.set_id
        FROM staged_unit s LEFT JOIN staged_unit p ON {_PARENT}
        WHERE s.level = :level AND NOT EXISTS (SELECT FROM admin_unit u WHERE {_SAME})
        ORDER BY s.valid_from, s.code""",
    f"UPDATE staged_unit s SET id = u.id FROM admin_unit u WHERE s.level = :level AND {_SAME}",
    f"""UPDATE admin_unit u SET parent_id = p.id FROM staged_unit s JOIN staged_unit p ON {_PARENT}
       WHERE s.level = :level AND u.id = s.id AND u.parent_id IS DISTINCT FROM p.id""",
)


def stage_names(conn: Connection, rows: Iterable[Sequence[object]]) -> None:
    """Names: level, code and first day of the unit; the name; from when until when it was borne."""
    store.copy(conn, "staged_name", ("level", "code", "unit_from", "name", "valid_from", "valid_to"), rows)


def names(conn: Connection) -> None:
    """Staged names into their table, folded as a search folds."""
    conn.execute(text("DELETE FROM unit_name n USING staged_unit s WHERE n.unit_id = s.id"))
    conn.execute(
        text("""INSERT INTO unit_name (unit_id, name, valid, folded)
                SELECT DISTINCT ON (s.id, n.name) s.id, n.name, daterange(n.valid_from, n.valid_to), fold(n.name)
                FROM staged_name n JOIN staged_unit s
                  ON (s.level, s.code, s.valid_from) = (n.level, n.code, n.unit_from)
                ORDER BY s.id, n.name, n.valid_from NULLS FIRST""")
    )


def codes(conn: Connection, rows: Sequence[Mapping[str, str]]) -> None:
    """What staged units are called in other code systems."""
    columns = ("level", "code", "unit_valid_from", "system", "other_code", "source")
    given = (tuple(row[name] for name in columns) for row in rows)
    store.copy(conn, "staged_code", ("level", "code", "unit_from", "system", "other", "source"), given)
    conn.execute(text("DELETE FROM unit_code c USING staged_unit s WHERE c.unit_id = s.id"))
    made = conn.execute(
        text("""INSERT INTO unit_code (unit_id, system, code, source)
                SELECT s.id, c.system, c.other, c.source FROM staged_code c
                JOIN staged_unit s ON (s.level, s.code, s.valid_from) = (c.level, c.code, c.unit_from)""")
    ).rowcount
    if made != len(rows):
        raise InputError("shipped_codes_unknown", missing=len(rows) - made)


def lineage(conn: Connection, rows: Sequence[Mapping[str, str]]) -> None:
    """What became of a unit on a day: the unit of the level that ended then → the one that began."""
    columns = ("level", "from_code", "to_code", "day", "kind", "share", "legal_act", "confidence")
    given = ((row["on"] if name == "day" else row[name] or None for name in columns) for row in rows)
    store.copy(conn, "staged_lineage", columns, (tuple(row) for row in given))
    made = conn.execute(
        text("""INSERT INTO unit_lineage (from_id, to_id, kind, share, legal_act, confidence)
                SELECT f.id, t.id, l.kind, l.share, l.legal_act, coalesce(l.confidence, '')
                FROM staged_lineage l
                JOIN staged_unit f ON f.level = l.level AND f.code = l.from_code AND f.valid_to = l.day
                JOIN staged_unit t ON t.level = l.level AND t.code = l.to_code AND t.valid_from = l.day""")
    ).rowcount
    if made != len(rows):
        raise InputError("shipped_lineage_unknown", missing=len(rows) - made)


def pieces(conn: Connection, rows: Iterable[Sequence[object]]) -> None:
    """Pieces by their code: changed, made, and those gone that no record lies in."""
    store.copy(conn, "staged_piece", ("code", "geom"), rows)
    conn.execute(text("ANALYZE staged_piece"))
    for statement in (
        f"""DELETE FROM piece p USING unit_piece up, admin_unit u
            WHERE up.piece_id = p.id AND u.id = up.unit_id AND {_OURS} AND p.uncertain_unit_id IS NULL
              AND NOT EXISTS (SELECT FROM staged_piece s WHERE s.code = p.code)""",
        """INSERT INTO piece (code, geom) SELECT code, geom FROM staged_piece ORDER BY code
           ON CONFLICT (code) DO UPDATE SET geom = excluded.geom WHERE piece.geom IS DISTINCT FROM excluded.geom""",
        "UPDATE staged_piece s SET id = p.id FROM piece p WHERE p.code = s.code",
    ):
        conn.execute(text(statement))


def membership(conn: Connection, rows: Iterable[Sequence[object]]) -> None:
    """Which staged pieces make up which staged units: piece, level, code, the unit's first day."""
    store.copy(conn, "staged_member", ("piece", "level", "code", "valid_from"), rows)
    # The ids were filled in after the tables were analysed; without new statistics the joins below take minutes.
    for statement in (
        "ANALYZE staged_member, staged_unit, staged_piece, unit_piece",
        """CREATE TEMP TABLE staged_part ON COMMIT DROP AS
           SELECT u.id AS unit_id, p.id AS piece_id FROM staged_member m
           JOIN staged_piece p ON p.code = m.piece
           JOIN staged_unit u ON (u.level, u.code, u.valid_from) = (m.level, m.code, m.valid_from)""",
        "ANALYZE staged_part",
        """DELETE FROM unit_piece up
           WHERE up.unit_id IN (SELECT id FROM staged_unit) AND up.piece_id IN (SELECT id FROM staged_piece)
             AND NOT EXISTS (SELECT FROM staged_part s WHERE s.unit_id = up.unit_id AND s.piece_id = up.piece_id)""",
        "INSERT INTO unit_piece (unit_id, piece_id) SELECT unit_id, piece_id FROM staged_part ON CONFLICT DO NOTHING",
    ):
        conn.execute(text(statement))
    conn.execute(text("SELECT refresh_uncertain_pieces()"))


def unit_ids(conn: Connection, level: str, first_day: date) -> list[int]:
    """The staged units of a level and vintage, by code."""
    rows = conn.execute(
        text("SELECT id FROM staged_unit WHERE level = :level AND valid_from = :day ORDER BY code"),
        {"level": level, "day": first_day},
    )
    return [int(row.id) for row in rows]


def labels(conn: Connection, rows: Iterable[Sequence[object]]) -> None:
    """The names that every map of the nation carries, each with its point."""
    store.copy(conn, "staged_label", ("name_vi", "name_en", "geom"), rows)
    conn.execute(text("DELETE FROM map_label WHERE name_vi NOT IN (SELECT name_vi FROM staged_label)"))
    conn.execute(
        text("""INSERT INTO map_label (name_vi, name_en, geom) SELECT name_vi, name_en, geom FROM staged_label
                ON CONFLICT (name_vi) DO UPDATE SET name_en = excluded.name_en, geom = excluded.geom""")
    )
