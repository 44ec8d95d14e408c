"""The natural key of a register's records, as SQL: what makes two of them the same record."""

from __future__ import annotations

from collections.abc import Callable

from psycopg import sql

from gisdb.registers.register import Register


def of_one_key(register: Register, alias: str, other: Callable[[str], sql.Composable]) -> sql.Composable:
    """Whether the record ``alias`` has the natural key whose fields ``other`` gives by their names.

    Only ``=`` can use an index, and it says enough where nothing is NULL.
    """
    nullable = {one.name for one in register.table.columns if one.nullable}
    return sql.SQL(" AND ").join(
        sql.SQL("{} IS NOT DISTINCT FROM {}" if name in nullable else "{} = {}").format(
            sql.Identifier(alias, name), other(name)
        )
        for name in (register.owner_field, *register.key)
    )
