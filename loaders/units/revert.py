"""A change taken back: every row as it was, records where they lay, or a refusal that says what was built upon it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from psycopg import sql
from sqlalchemy import Connection, text

from gisdb.engine import Database
from gisdb.errors import Conflict, NotFound
from gisdb.progress import Progress, silent
from gisdb.turn import take_turn
from loaders.boundaries import store
from loaders.units import carry
from loaders.units.journal import NothingKeptError, trail, whose
from loaders.units.report import Reverted


@dataclass(frozen=True)
class Made:
    """What the change made: units, pieces; and the pieces that it cut, each with what they were cut into.

    ``of_units`` are the pieces "somewhere in" a unit that the change made; ``of_others`` in one that was there before.
    """

    units: Sequence[int]
    cut: dict[int, int]
    of_units: Sequence[int]
    of_others: dict[int, int]

    @property
    def pieces(self) -> list[int]:
        """All pieces that the change made."""
        return [*self.cut, *self.of_units, *self.of_others]

    @property
    def kept(self) -> list[int]:
        """Pieces in which records may lie until they are placed again."""
        return [*self.cut, *self.of_others]


def revert_change(database: Database, number: int, *, dry_run: bool = False, progress: Progress = silent) -> Reverted:
    """Take a change back, as the owner; whole or not at all.

    Raises:
        NotFound: ``change_number_unknown``.
        Conflict: ``change_reverted_already``, ``change_built_upon`` (a later change), ``change_rows_edited`` (by hand or
            by a load of boundaries), ``change_units_in_use`` (records, accounts or totals name a unit that it made).
    """
    done: Reverted | None = None
    with suppress(NothingKeptError), database.owner() as conn:
        store.take_turn(conn)
        take_turn(conn)
        done = _revert(conn, number, dry_run=dry_run, progress=progress)
        if dry_run:
            raise NothingKeptError
    assert done is not None
    return done


def _revert(conn: Connection, number: int, *, dry_run: bool, progress: Progress) -> Reverted:
    progress("step_units_check", change=number)
    change = conn.execute(
        text("SELECT file_name, reverted_at::date AS day FROM unit_change WHERE id = :id FOR UPDATE"), {"id": number}
    ).first()
    if change is None:
        raise NotFound("change_number_unknown", change=number)
    if change.day is not None:
        raise Conflict("change_reverted_already", change=number, day=f"{change.day:%d/%m/%Y}")
    made = _made(conn, number)
    _check_untouched(conn, number)
    _check_not_built_upon(conn, number, made)
    _check_unused(conn, number, made)
    progress("step_units_undo", change=number)
    rows = conn.execute(text("SELECT count(*) FROM unit_change_row WHERE change_id = :id"), {"id": number}).scalar_one()
    states, records = _undo(conn, number, made)
    conn.execute(
        text("UPDATE unit_change SET reverted_at = now(), reverted_by = :who WHERE id = :id"),
        {"who": whose(), "id": number},
    )
    trail(conn, "units revert", change=number, file=change.file_name)
    return Reverted(number, str(change.file_name), dry_run, int(rows), states, records)


def _made(conn: Connection, number: int) -> Made:
    units = conn.execute(
        text("""SELECT (after ->> 'id')::integer FROM unit_change_row
                WHERE change_id = :id AND table_name = 'admin_unit' AND before IS NULL"""),
        {"id": number},
    )
    ids = [int(one) for one in units.scalars()]
    pieces = conn.execute(
        text("""SELECT (r.after ->> 'id')::integer AS id, (r.after ->> 'uncertain_unit_id')::integer AS unit, old.id AS old
                FROM unit_change_row r
                LEFT JOIN LATERAL (
                    SELECT (c.after ->> 'id')::integer AS id FROM unit_change_row c
                    WHERE c.change_id = r.change_id AND c.table_name = 'piece' AND c.before IS NOT NULL
                      AND starts_with(r.after ->> 'code', (c.after ->> 'code') || '/')
                    ORDER BY length(c.after ->> 'code') DESC LIMIT 1) AS old ON true
                WHERE r.change_id = :id AND r.table_name = 'piece' AND r.before IS NULL"""),
        {"id": number},
    ).all()
    return Made(
        ids,
        {int(one.id): int(one.old) for one in pieces if one.unit is None},
        [int(one.id) for one in pieces if one.unit in ids],
        {int(one.id): int(one.unit) for one in pieces if one.unit is not None and one.unit not in ids},
    )


def _check_untouched(conn: Connection, number: int) -> None:
    edited = conn.execute(
        text("""SELECT e.table_name, e.key, later.change_id FROM changed_since(:id) AS e
                LEFT JOIN LATERAL (
                    SELECT r.change_id FROM unit_change_row r JOIN unit_change c ON c.id = r.change_id
                    WHERE r.change_id > :id AND c.reverted_at IS NULL AND r.table_name = e.table_name
                      AND coalesce(r.after, r.before) @> e.key
                    ORDER BY r.change_id DESC LIMIT 1) AS later ON true
                ORDER BY later.change_id DESC NULLS LAST"""),
        {"id": number},
    ).all()
    later = sorted({int(one.change_id) for one in edited if one.change_id is not None}, reverse=True)
    if later:
        raise Conflict("change_built_upon", change=number, later=", ".join(map(str, later)), last=later[0])
    if edited:
        shown = "; ".join(f"{one.table_name} {json.dumps(one.key)}" for one in edited[:5])
        raise Conflict("change_rows_edited", change=number, count=len(edited), rows=shown)


def _check_not_built_upon(conn: Connection, number: int, made: Made) -> None:
    """No other row may hang on what will vanish."""
    later = conn.execute(
        text("""WITH mine AS (SELECT table_name, after FROM unit_change_row WHERE change_id = :id)
                SELECT DISTINCT r.change_id FROM unit_change_row r JOIN unit_change c ON c.id = r.change_id
                WHERE r.change_id > :id AND c.reverted_at IS NULL AND r.before IS NULL AND (
                    r.table_name = 'unit_piece' AND (r.after ->> 'piece_id')::integer = ANY (:pieces)
                    OR r.table_name = 'unit_lineage' AND ((r.after ->> 'from_id')::integer = ANY (:units)
                                                          OR (r.after ->> 'to_id')::integer = ANY (:units))
                    OR r.table_name = 'admin_unit' AND (r.after ->> 'parent_id')::integer = ANY (:units))
                ORDER BY 1 DESC"""),
        {"id": number, "pieces": list(made.cut), "units": list(made.units)},
    )
    changes = [int(one) for one in later.scalars()]
    if changes:
        raise Conflict("change_built_upon", change=number, later=", ".join(map(str, changes)), last=changes[0])


# Tables of the geography itself: what the journal brings back.
_OWN = (
    "admin_unit",
    "piece",
    "unit_piece",
    "unit_shape",
    "unit_lineage",
    "unit_name",
    "unit_code",
    "rollup",
    "unit_rollup",
)


def _references(conn: Connection, target: str) -> Iterator[tuple[str, str]]:
    """Every table outside the geography, and its column, that refers to a row of ``target``."""
    rows = conn.execute(
        text("""SELECT c.conrelid::regclass::text AS name, a.attname AS column
                FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
                WHERE c.contype = 'f' AND c.confrelid = CAST(:target AS regclass) ORDER BY 1, 2"""),
        {"target": f"gisdb.{target}"},
    )
    for row in rows:
        name = str(row.name).removeprefix("gisdb.")
        if name not in _OWN:
            yield name, str(row.column)


def _check_unused(conn: Connection, number: int, made: Made) -> None:
    """Records, totals and accounts that name what will vanish; accounts that this very change moved go back with it."""
    moved = conn.execute(
        text("""SELECT (after ->> 'id')::integer FROM unit_change_row
                WHERE change_id = :id AND table_name = 'account'"""),
        {"id": number},
    )
    own = {"account": [int(one) for one in moved.scalars()]}
    used = []
    for target, ids in (("admin_unit", made.units), ("piece", made.of_units)):
        for table, column in _references(conn, target):
            count = _count(conn, table, column, ids, own.get(table, []))
            if count:
                used.append(f"{table}.{column}: {count}")
    if used:
        units = conn.execute(
            text(
                "SELECT string_agg(name_vi || ' (' || code || ')', ', ' ORDER BY code) FROM admin_unit WHERE id = ANY (:ids)"
            ),
            {"ids": list(made.units)},
        ).scalar_one()
        raise Conflict("change_units_in_use", change=number, used="; ".join(used), units=units)


def _count(conn: Connection, table: str, column: str, ids: Sequence[int], own: Sequence[int]) -> int:
    query = sql.SQL("SELECT count(*) FROM gisdb.{} WHERE {} = ANY (%s)").format(
        sql.Identifier(table), sql.Identifier(column)
    )
    if own:
        query += sql.SQL(" AND id <> ALL (%s)")
    cursor = conn.connection.cursor()
    cursor.execute(query, (list(ids), list(own)) if own else (list(ids),))
    row = cursor.fetchone()
    return int(row[0]) if row else 0


def _undo(conn: Connection, number: int, made: Made) -> tuple[int, int]:
    units = conn.execute(
        text("""SELECT DISTINCT (coalesce(after, before) ->> 'unit_id')::integer FROM unit_change_row
                WHERE change_id = :id AND table_name = 'unit_piece'"""),
        {"id": number},
    )
    touched = sorted(set(units.scalars()) - set(made.units))
    conn.execute(text("SELECT undo_rows(:id, :kept)"), {"id": number, "kept": made.kept})
    # What is left of the change's own pieces lies nowhere and is no unit's, so that nothing is placed in it again.
    conn.execute(text("DELETE FROM unit_piece WHERE piece_id = ANY (:ids)"), {"ids": made.kept})
    conn.execute(
        text("UPDATE piece SET geom = NULL, uncertain_unit_id = NULL WHERE id = ANY (:ids)"), {"ids": made.kept}
    )
    conn.execute(text("SELECT refresh_uncertain_pieces()"))
    states, records = carry.place_again(conn, touched, made.cut)
    _follow_pieces(conn, made)
    conn.execute(text("DELETE FROM piece WHERE id = ANY (:ids)"), {"ids": made.kept})
    return states, records


def _follow_pieces(conn: Connection, made: Made) -> None:
    """Superseded records, which are not placed again, back into the piece that is whole once more."""
    whole = dict(made.cut)
    for piece, unit in made.of_others.items():
        found = conn.execute(text("SELECT whole_piece(:unit)"), {"unit": unit}).scalar_one()
        whole[piece] = int(found)
    for table, column in _references(conn, "piece"):
        query = sql.SQL("UPDATE gisdb.{} SET {} = %s WHERE {} = %s").format(
            sql.Identifier(table), sql.Identifier(column), sql.Identifier(column)
        )
        for piece, now in whole.items():
            conn.connection.cursor().execute(query, (now, piece))
    conn.execute(text("DELETE FROM rollup WHERE piece_id = ANY (:ids)"), {"ids": made.kept})
