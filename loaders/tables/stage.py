"""The stage: a temporary table of the transaction's own that holds a file's parsed rows. COPY fills it.

COPY does not work under row-level security; a temporary table has none and nobody else can see it.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeEngine

from gisdb.registers.register import Register

STAGE = sql.Identifier("intake_stage")
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def driver(conn: Connection) -> psycopg.Connection[Any]:
    """The psycopg connection below, in the same transaction."""
    found = conn.connection.driver_connection
    assert isinstance(found, psycopg.Connection)
    return found


def typed(name: str, kind: TypeEngine[Any]) -> sql.Composable:
    """A field's definition in a temporary table."""
    return sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind.compile(_DIALECT)))


def make_stage(conn: Connection, register: Register) -> None:
    """Make the empty stage; it goes with the transaction.

    ``intake_cell`` is the position of a wide sheet's cell that the row was made of; NULL where a line is a row.
    """
    fields = [typed(one.name, one.type) for column in register.readable for one in column.fields]
    driver(conn).execute(
        sql.SQL(
            "CREATE TEMP TABLE {} (line integer NOT NULL, raw jsonb, intake_synthetic boolean NOT NULL,"
            " intake_cell integer, {}) ON COMMIT DROP"
        ).format(STAGE, sql.SQL(", ").join(fields))
    )


def fill_stage(conn: Connection, fields: tuple[str, ...], chunks: Iterable[str]) -> None:
    """COPY the parsed rows into the stage, in place of what it holds; ``fields`` in the order of their text.

    A chunk is sent while the next is made.
    """
    names = sql.SQL(", ").join(map(sql.Identifier, fields))
    copying = sql.SQL("COPY {} ({}) FROM STDIN").format(STAGE, names)
    with driver(conn).cursor() as cursor:
        cursor.execute(sql.SQL("TRUNCATE {}").format(STAGE))
        # Whatever ends this, the sender is done before COPY is.
        with cursor.copy(copying) as copy, ThreadPoolExecutor(1) as sender:
            sent: Future[None] | None = None
            for chunk in chunks:
                if sent is not None:
                    sent.result()
                sent = sender.submit(copy.write, chunk)
            if sent is not None:
                sent.result()
        cursor.execute(sql.SQL("ANALYZE {}").format(STAGE))
