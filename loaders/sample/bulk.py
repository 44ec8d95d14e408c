"""Keep a table's indexes and foreign keys out of the way of a load larger than what is there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import Cursor, sql


@contextmanager
def rebuilt_indexes(cursor: Cursor[tuple[object, ...]], table: str) -> Iterator[None]:
    """Take down ``table``'s foreign keys and its indexes but the primary key, and put them back after the block.

    Checking a foreign key row by row, and growing an index row by row, costs several times what doing each once for the
    whole table costs. Both are put back word for word as the catalogue told them, checked against every row; if the
    block fails, so does the transaction, and nothing was ever taken down.
    """
    keys = _told(
        cursor,
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = %s::regclass AND contype = 'f' ORDER BY conname",
        table,
    )
    indexes = _told(
        cursor,
        "SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        " WHERE i.indrelid = %s::regclass"
        "   AND NOT EXISTS (SELECT FROM pg_constraint o WHERE o.conindid = i.indexrelid) ORDER BY c.relname",
        table,
    )
    whole = sql.Identifier(table)
    for name, _ in keys:
        cursor.execute(sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(whole, sql.Identifier(name)))
    for name, _ in indexes:
        cursor.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    yield
    for _, definition in indexes:
        cursor.execute(definition.encode())
    for name, definition in keys:
        add = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} ").format(whole, sql.Identifier(name))
        cursor.execute(add.as_bytes(cursor) + definition.encode())


def _told(cursor: Cursor[tuple[object, ...]], question: str, table: str) -> list[tuple[str, str]]:
    cursor.execute(question.encode(), (table,))
    return [(str(name), str(definition)) for name, definition in cursor.fetchall()]
