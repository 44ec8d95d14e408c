"""What of the records a file would change: for each the fields that differ, as they are and as they would be."""

from __future__ import annotations

from typing import Any

from psycopg import sql
from sqlalchemy import Connection

from gisdb.registers.column import Column
from gisdb.registers.register import Register, stored_names
from loaders.tables.ready import READY
from loaders.tables.rules import told_by
from loaders.tables.stage import driver

# So many are listed; the receipt counts all.
LISTED = 200


def changes(conn: Connection, register: Register) -> list[dict[str, Any]]:
    """The first `LISTED` ready rows that change a record.

    Returns:
        ``line``; ``key``: what tells the record, by field, blank ones left out; ``columns``: column → ``[old, new]`` as
        text, None for nothing.
    """
    key = [*told_by(register), *register.key]
    own = {register.owner_field, *register.key}
    said = [
        sql.SQL(
            "CASE WHEN ({old}) IS DISTINCT FROM ({new}) THEN jsonb_build_object({name}, jsonb_build_array({was}, {becomes})) END"
        ).format(
            old=_fields(column, "e"),
            new=_fields(column, "r"),
            name=sql.Literal(column.name),
            was=_shown(column, "e"),
            becomes=_shown(column, "r"),
        )
        for column in register.columns
        if column.name not in key and not own.intersection(stored_names(column))
    ]
    query = sql.SQL(
        """SELECT r.line, jsonb_strip_nulls(jsonb_build_object({key})), coalesce((
                      SELECT jsonb_object_agg(each.key, each.value)
                      FROM unnest(ARRAY[{said}]::jsonb[]) AS part, jsonb_each(part) AS each), '{{}}')
           FROM {ready} AS r JOIN {table} AS e ON e.id = r.intake_id AND e.{owner} = r.{owner}
           WHERE r.intake_outcome = 'changed' ORDER BY r.line, r.intake_cell LIMIT {most}"""
    ).format(
        key=sql.SQL(", ").join(
            part for name in key for part in (sql.Literal(name), sql.SQL("r.{}::text").format(sql.Identifier(name)))
        ),
        said=sql.SQL(", ").join(said),
        ready=READY,
        table=sql.Identifier("gisdb", register.table_name),
        owner=sql.Identifier(register.owner_field),
        most=sql.Literal(LISTED),
    )
    return [{"line": line, "key": told, "columns": columns} for line, told, columns in driver(conn).execute(query)]


def _fields(column: Column, alias: str) -> sql.Composable:
    return sql.SQL(", ").join(sql.Identifier(alias, name) for name in stored_names(column))


def _shown(column: Column, alias: str) -> sql.Composable:
    return column.kind.shown(*(sql.Identifier(alias, name) for name in stored_names(column)))
