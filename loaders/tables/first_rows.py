"""The first records of a file as they were understood, so that a wrong order of days or decimal mark is seen at once."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from psycopg import sql
from sqlalchemy import Connection, Numeric

from gisdb.registers.column import Column
from gisdb.registers.register import Derived, Register
from gisdb.registers.unit_code import UnitCode
from loaders.tables.ready import READY
from loaders.tables.rules import is_owner
from loaders.tables.stage import driver

LISTED = 5


def first_records(conn: Connection, register: Register, present: Collection[str]) -> list[dict[str, Any]]:
    """The first `LISTED` ready rows.

    Args:
        conn: the transaction that they are in, once they were checked.
        register: of the file.
        present: the columns that the file has.

    Returns:
        ``line``; ``columns``: column or derived field → what a record would hold there as text, days in ISO 8601, numbers
        with a decimal point; ``typed``: column → the cell's own text where it says it otherwise; ``units``: column → the
        identifier of the unit that its code is on the row's day.
    """
    shown = [one for one in register.readable if one.name in present or is_owner(register, one)]
    derived = [one for one in register.derived if one.previewed]
    units = _units(register)
    values = [*map(_text, shown), *map(_derived, derived), *map(sql.Identifier, units.values())]
    query = sql.SQL("SELECT line, raw, {} FROM {} ORDER BY line, intake_cell LIMIT {}").format(
        sql.SQL(", ").join(values), READY, sql.Literal(LISTED)
    )
    names = [*(one.name for one in shown), *(one.name for one in derived)]
    return [
        {
            "line": line,
            "columns": {name: value for name, value in zip(names, cells, strict=False) if value is not None},
            "typed": {name: cell for name, cell in (raw or {}).items() if name in names},
            "units": {name: unit for name, unit in zip(units, cells[len(names) :], strict=True) if unit is not None},
        }
        for line, raw, *cells in driver(conn).execute(query)
    ]


def _units(register: Register) -> dict[str, str]:
    """Column that names a unit → the derived field that holds the unit."""
    return {
        column.name: one.name
        for column in register.columns
        if isinstance(column.kind, UnitCode)
        for one in register.derived
        if one.sql == column.kind.found
    }


def _derived(one: Derived) -> sql.Composable:
    # What a conversion gave has many digits that say nothing.
    to = "float4::text" if isinstance(one.type, Numeric) else "text"
    return sql.SQL("{}::" + to).format(sql.Identifier(one.name))


def _text(column: Column) -> sql.Composable:
    return column.kind.shown(*(sql.Identifier(one.name) for one in column.fields))
