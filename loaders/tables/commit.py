"""Ready rows → the register: append-only, in the transaction that checked them, with all that follows from them.

Instants are those of the statements, not of the transaction: it may have begun before another whose turn came first, and
then a record would have been replaced before it was there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import LiteralString

from psycopg import sql
from sqlalchemy import Connection

from gisdb.access.accounts import Account
from gisdb.errors import Conflict, InputError
from gisdb.registers.register import Register
from loaders.tables.kept import keep, parts
from loaders.tables.read import Table
from loaders.tables.ready import READY
from loaders.tables.stage import driver
from loaders.tables.would import Would


@dataclass(frozen=True)
class Draft:
    """An upload whose file is on its way; ``wanted`` is the work that it is being committed for, for real or on trial.

    ``kept``: whether its file is kept already. ``previewed``: what a person was shown that it would do, and agreed to.
    """

    id: int
    wanted: str
    kept: bool = True
    previewed: Would | None = None


_NEW = """
    INSERT INTO upload (register, account_id, file_name, sha256, bytes, state, wanted, wanted_by, wanted_at)
    VALUES (%(register)s, %(account)s, %(file_name)s, %(sha256)s, %(bytes)s, 'received', 'commit', %(account)s,
            clock_timestamp())
    RETURNING id
"""
# Whoever gave it up, or committed it a moment ago, was here first: then there is nothing to commit any more.
_KNOWN = """
    UPDATE upload SET state = 'committed', wanted = NULL, wanted_by = NULL, wanted_at = NULL, progress = NULL,
           synthetic = %(synthetic)s, counts = %(counts)s::jsonb, reading = %(reading)s::jsonb,
           committed_at = statement_timestamp()
    WHERE id = %(id)s AND committed_at IS NULL AND state <> 'withdrawn' AND wanted = %(wanted)s
    RETURNING id
"""


def begin(conn: Connection, register: Register, account: Account, table: Table, file_name: str) -> Draft:
    """An upload of this transaction's own, for a file that is committed in it or not at all."""
    values = {
        "register": register.name,
        "account": account.id,
        "file_name": file_name,
        "sha256": table.sha256,
        "bytes": table.size,
    }
    return Draft(_number(conn, _NEW, values), "commit", kept=False)


def commit(
    conn: Connection,
    register: Register,
    account: Account,
    table: Table,
    draft: Draft,
    *,
    synthetic: bool,
    counts: Mapping[str, int],
    reading: Mapping[str, object],
) -> int:
    """Write the ready rows, the file and the trail; supersede what they change; recount what they touch.

    Returns:
        The upload's id.

    Raises:
        InputError: ``file_changed`` where the file is no longer the one that was read.
        Conflict: ``upload_state`` where the draft is given up or committed meanwhile.
    """
    values = {
        "id": draft.id,
        "wanted": draft.wanted,
        "synthetic": synthetic,
        "counts": json.dumps(counts),
        "reading": json.dumps(reading, ensure_ascii=False),
    }
    upload_id = _number(conn, _KNOWN, values)
    if not draft.kept:
        with table.path.open("rb") as file:
            if keep(conn, upload_id, parts(file)) != table.sha256:
                raise InputError("file_changed")
    _supersede(conn, register, upload_id)
    insert_ready(conn, register, upload_id)
    recount(conn, register, upload_id)
    detail = {"register": register.name, "upload": upload_id, **counts}
    driver(conn).execute(
        "INSERT INTO audit (account_id, action, detail) VALUES (%s, 'import', %s::jsonb)",
        (account.id, json.dumps(detail)),
    )
    return upload_id


def _number(conn: Connection, statement: LiteralString, values: Mapping[str, object]) -> int:
    row = driver(conn).execute(statement, values).fetchone()
    if row is None:
        raise Conflict("upload_state", upload=values["id"], state="")
    return int(row[0])


def _supersede(conn: Connection, register: Register, upload_id: int) -> None:
    owner = sql.Identifier(register.owner_field)
    driver(conn).execute(
        sql.SQL(
            """UPDATE {table} AS t SET superseded_at = statement_timestamp(), superseded_by = {upload}
               FROM {ready} AS s
               WHERE s.intake_outcome = 'changed' AND t.{owner} = s.{owner} AND t.id = s.intake_id"""
        ).format(
            table=sql.Identifier("gisdb", register.table_name),
            upload=sql.Literal(upload_id),
            ready=READY,
            owner=owner,
        )
    )


def insert_ready(conn: Connection, register: Register, upload_id: int) -> None:
    """In the order of the natural key, which is the order of the table's largest index; of the lines, where owners are made."""
    at_commit = {one.name: sql.SQL(one.sql) for one in register.derived if one.before}
    at_commit["recorded_at"] = sql.SQL("statement_timestamp()")
    names = list(
        dict.fromkeys((register.owner_field, "piece_id", *register.stored_fields, "line", "raw", "recorded_at"))
    )
    values = [at_commit.get(name, sql.Identifier("s", name)) for name in names]
    order = ["line"] if register.owner_field in at_commit else [register.owner_field, *register.key]
    driver(conn).execute(
        sql.SQL(
            """INSERT INTO {table} ({names}, upload_id)
               SELECT {values}, {upload} FROM {ready} AS s WHERE s.intake_outcome <> 'unchanged' ORDER BY {order}"""
        ).format(
            table=sql.Identifier("gisdb", register.table_name),
            names=sql.SQL(", ").join(map(sql.Identifier, names)),
            values=sql.SQL(", ").join(values),
            upload=sql.Literal(upload_id),
            ready=READY,
            order=sql.SQL(", ").join(sql.Identifier("s", name) for name in order),
        )
    )


def recount(conn: Connection, register: Register, upload_id: int) -> None:
    """The rollup cells that records left and entered; records of workplaces that moved follow them first."""
    table = sql.Identifier("gisdb", register.table_name)
    if register.amends_places:
        driver(conn).execute(
            sql.SQL("SELECT replace_records(array_agg(DISTINCT workplace_id)) FROM {} WHERE upload_id = {}").format(
                table, sql.Literal(upload_id)
            )
        )
    driver(conn).execute(
        sql.SQL(
            """SELECT refresh_rollup({name}, array_agg(year), array_agg(piece_id)) FROM (
                   SELECT year::integer, piece_id FROM {table} WHERE upload_id = {upload}
                   UNION SELECT intake_year::integer, intake_piece FROM {ready} WHERE intake_outcome = 'changed') AS cell"""
        ).format(
            name=sql.Literal(register.table_name),
            table=table,
            upload=sql.Literal(upload_id),
            ready=READY,
        )
    )
