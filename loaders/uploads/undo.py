"""An upload taken back: what it brought goes, what it had replaced returns, what was corrected since stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg import sql
from psycopg.types.json import Jsonb
from sqlalchemy import Connection

from gisdb.access.accounts import Account
from gisdb.errors import Conflict
from gisdb.registers import register, registers
from gisdb.registers.register import Bound, Register
from gisdb.turn import take_turn
from gisdb.uploads.locks import locked
from gisdb.uploads.upload import Upload, name_work
from loaders.tables.natural_key import of_one_key
from loaders.tables.rules import day_of_record
from loaders.tables.stage import driver


@dataclass(frozen=True)
class Undone:
    """What taking an upload back did to the records of one register.

    Attributes:
        reversed: records of the upload that no longer count.
        restored: records that the upload had replaced and that count again.
        corrected: records of the upload that stay as history, for a later upload replaced them: upload → how many.
        in_use: workplaces that stay, for records of other uploads hang on them: codes.
    """

    register: str
    reversed: int
    restored: int
    corrected: dict[int, int]
    in_use: tuple[str, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """For programs."""
        return {
            "register": self.register,
            "reversed": self.reversed,
            "restored": self.restored,
            "corrected": [{"upload": upload, "records": count} for upload, count in sorted(self.corrected.items())],
            "in_use": list(self.in_use),
        }


def undo(conn: Connection, account: Account, upload: Upload, reason: str = "") -> list[Undone]:
    """Take ``upload`` back in the caller's transaction; each record is reversed, or kept for a reason that is told.

    A reversed record names its own upload as what superseded it, so the history shows that it was taken back.

    Raises:
        Conflict: ``upload_state`` where it is not committed, or was taken back meanwhile; ``undo_period_locked`` where a
            locked period would change and no ``reason`` is given.
    """
    name_work(conn, upload.id)
    take_turn(conn)
    changed = driver(conn).execute(
        """UPDATE upload SET state = 'undone', undone_at = statement_timestamp(), undone_by = %s, wanted = NULL, wanted_by = NULL,
                  wanted_at = NULL, progress = NULL WHERE id = %s AND state = 'committed'""",
        (account.id, upload.id),
    )
    if changed.rowcount == 0:
        raise Conflict("upload_state", upload=upload.id, state="undone")
    own = register(upload.register)
    if not reason.strip():
        _refuse_locked(conn, own, upload.id)
    # An upload may have brought workplaces beside its records: they go last, once nothing of it hangs on them.
    touched = [own, *(one for one in registers().values() if one is not own and one.amends_places)]
    done = [found for one in touched if (found := _undo(conn, one, upload.id)) is not None]
    driver(conn).execute(
        "INSERT INTO audit (account_id, action, detail) VALUES (%s, 'undo', %s)",
        (account.id, Jsonb({"upload": upload.id, "reason": reason, "registers": [one.as_data() for one in done]})),
    )
    return done


def _refuse_locked(conn: Connection, register: Register, upload_id: int) -> None:
    if not locked(conn, register.name):
        return
    row = (
        driver(conn)
        .execute(
            sql.SQL(
                """SELECT max(l.until) FROM (
                       SELECT t.piece_id, min({day}) AS first FROM {table} AS t
                       WHERE t.upload_id = {upload} AND t.superseded_at IS NULL GROUP BY 1) AS own,
                   locked_until({name}, own.piece_id) AS l (until) WHERE own.first <= l.until"""
            ).format(
                day=sql.SQL(day_of_record(register)),
                table=sql.Identifier("gisdb", register.table_name),
                upload=sql.Literal(upload_id),
                name=sql.Literal(register.name),
            )
        )
        .fetchone()
    )
    if row and row[0] is not None:
        raise Conflict("undo_period_locked", until=row[0].strftime("%d/%m/%Y"))


def _undo(conn: Connection, register: Register, upload_id: int) -> Undone | None:
    names = {
        "table": sql.Identifier("gisdb", register.table_name),
        "owner": sql.Identifier(register.owner_field),
        "upload": sql.Literal(upload_id),
        "name": sql.Literal(register.table_name),
    }
    if not _run(conn, "SELECT FROM {table} WHERE upload_id = {upload} LIMIT 1", names):
        return None
    in_use = _in_use(conn, names) if register.amends_places else ()
    names["kept"] = sql.SQL("false")
    if in_use:
        names["kept"] = sql.SQL("t.{owner} IN (SELECT workplace_id FROM undo_in_use)").format(**names)
    corrected = dict(
        driver(conn)
        .execute(
            sql.SQL(
                """SELECT superseded_by, count(*) FROM {table}
                   WHERE upload_id = {upload} AND superseded_by <> {upload} GROUP BY 1"""
            ).format(**names)
        )
        .fetchall()
    )
    _run(conn, "CREATE TEMP TABLE undo_cell (owner bigint, year integer, piece_id integer) ON COMMIT DROP", names)
    reversed_ = _run(
        conn,
        """WITH gone AS (
               UPDATE {table} AS t SET superseded_at = statement_timestamp(), superseded_by = {upload}
               WHERE t.upload_id = {upload} AND t.superseded_at IS NULL AND NOT ({kept})
               RETURNING t.{owner} AS owner, t.year::integer AS year, t.piece_id)
           INSERT INTO undo_cell SELECT owner, year, piece_id FROM gone""",
        names,
    )
    restored = _restore(conn, register, names)
    _recount(conn, register, names)
    return Undone(register.name, reversed_, restored, corrected, in_use)


def _in_use(conn: Connection, names: dict[str, sql.Composable]) -> tuple[str, ...]:
    """Workplaces that only this upload knows how they are, and on which records of others hang."""
    hanging = sql.SQL(" UNION ALL ").join(
        sql.SQL(
            """SELECT r.workplace_id FROM {table} r
               WHERE r.workplace_id = s.workplace_id AND r.superseded_at IS NULL AND r.upload_id <> {upload}"""
        ).format(table=sql.Identifier("gisdb", one.table_name), upload=names["upload"])
        for one in registers().values()
        if one.bound is Bound.WORKPLACE and not one.amends_places
    )
    driver(conn).execute(
        sql.SQL(
            """CREATE TEMP TABLE undo_in_use ON COMMIT DROP AS
               SELECT DISTINCT s.workplace_id, s.code FROM {table} s
               WHERE s.upload_id = {upload} AND s.superseded_at IS NULL AND EXISTS ({hanging})
                 AND NOT EXISTS (SELECT FROM {table} o WHERE o.workplace_id = s.workplace_id
                                 AND o.upload_id <> {upload}
                                 AND (o.superseded_at IS NULL OR o.superseded_by = {upload}))"""
        ).format(**names, hanging=hanging)
    )
    return tuple(code for (code,) in driver(conn).execute("SELECT code FROM undo_in_use ORDER BY code"))


def _restore(conn: Connection, register: Register, names: dict[str, sql.Composable]) -> int:
    """Records that the upload had replaced count again, unless another record stands there.

    Where such a record was taken back itself meanwhile, the one that it had replaced counts again, and so on.
    """
    return _run(
        conn,
        """WITH RECURSIVE replaced AS (
               SELECT t.* FROM {table} AS t WHERE t.superseded_by = {upload} AND t.upload_id <> {upload}
               UNION ALL
               SELECT t.* FROM replaced AS n JOIN upload u ON u.id = n.upload_id AND u.state = 'undone'
               JOIN {table} AS t ON t.superseded_by = n.upload_id AND t.upload_id <> n.upload_id AND {same}
           ), back AS (
               UPDATE {table} AS t SET superseded_at = NULL, superseded_by = NULL
               WHERE t.id IN (SELECT r.id FROM replaced AS r JOIN upload u ON u.id = r.upload_id AND u.state = 'committed')
                 AND NOT EXISTS (SELECT FROM {table} n WHERE n.superseded_at IS NULL AND {same})
               RETURNING t.{owner} AS owner, t.year::integer AS year, t.piece_id)
           INSERT INTO undo_cell SELECT owner, year, piece_id FROM back""",
        names | {"same": of_one_key(register, "n", lambda name: sql.Identifier("t", name))},
    )


def _recount(conn: Connection, register: Register, names: dict[str, sql.Composable]) -> None:
    if register.amends_places:
        _run(conn, "SELECT replace_records(array_agg(DISTINCT owner)) FROM undo_cell", names)
    _run(
        conn,
        """SELECT refresh_rollup({name}, array_agg(year), array_agg(piece_id))
           FROM (SELECT DISTINCT year, piece_id FROM undo_cell) AS cell""",
        names,
    )
    _run(conn, "DROP TABLE undo_cell", names)


def _run(conn: Connection, statement: str, names: dict[str, sql.Composable]) -> int:
    return driver(conn).execute(sql.SQL(statement).format(**names)).rowcount
