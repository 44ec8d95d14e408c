"""Units of administration that a file names rather than codes, or codes as they were: understood once for each text.

"Phường Bến Nghé, Quận 1" is a commune that is no more; its rows get its code and a day on which that held. What is not
plain is not taken: the row is told which units could be meant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from psycopg import sql
from sqlalchemy import Connection

from gisdb.registers.column import Column
from gisdb.registers.register import Register, Rule, Severity
from gisdb.registers.unit_code import UnitCode
from loaders.tables.stage import STAGE, driver
from loaders.tables.unit_reader import LISTED, Said, Understood, UnitReader, describer, last_day


def note_field(column: Column) -> sql.Identifier:
    """The stage's field that points to what was made of a row's text; NULL where it is a code that holds."""
    return sql.Identifier(f"intake_named_{column.name}")


def note_table(column: Column) -> sql.Identifier:
    """The temporary table of what was made of a column's texts."""
    return sql.Identifier(f"intake_names_of_{column.name}")


def unit_columns(register: Register) -> list[tuple[Column, UnitCode]]:
    """The columns that name units."""
    return [(one, one.kind) for one in register.columns if isinstance(one.kind, UnitCode)]


def name_rules_of(column: Column, kind: UnitCode) -> list[Rule]:
    """What is told of a column's texts: not known, not plain, or understood."""
    named = f"named_{column.name}"
    return [
        Rule(
            kind.unknown,
            column.name,
            f"{kind.found} IS NULL AND {named}.candidates IS NULL",
            params=kind.unknown_params,
        ),
        Rule(
            "unit_not_plain",
            column.name,
            f"{kind.found} IS NULL AND {named}.candidates IS NOT NULL",
            params=f"jsonb_build_object('candidates', {named}.candidates)",
        ),
        Rule(
            "unit_understood",
            column.name,
            f"{kind.found} IS NOT NULL AND {named}.code IS NOT NULL",
            Severity.NOTE,
            f"jsonb_build_object('unit', {named}.said)",
        ),
    ]


def name_joins(register: Register) -> list[sql.Composable]:
    """What was made of texts, joined to the stage row ``s`` as ``named_<column>``."""
    return [
        sql.SQL("LEFT JOIN {} AS {} ON {} = {}").format(
            note_table(column),
            sql.Identifier(f"named_{column.name}"),
            sql.Identifier(f"named_{column.name}", "id"),
            sql.SQL("s.{}").format(note_field(column)),
        )
        for column, _ in unit_columns(register)
    ]


def understand_units(conn: Connection, register: Register) -> None:
    """Give every staged row that names a unit its code, and the day of it where it is no more."""
    for column, kind in unit_columns(register):
        driver(conn).execute(
            sql.SQL(
                """CREATE TEMP TABLE {} (id integer PRIMARY KEY, cell text, level text, day date, code text, on_day date,
                                         said text, candidates text) ON COMMIT DROP"""
            ).format(note_table(column))
        )
        driver(conn).execute(sql.SQL("ALTER TABLE {} ADD COLUMN {} integer").format(STAGE, note_field(column)))
        texts = _texts(conn, column, kind)
        if texts:
            _write(conn, column, kind, _understood(conn, texts))


def _texts(conn: Connection, column: Column, kind: UnitCode) -> list[Said]:
    """The distinct texts that are no code on their day."""
    query = sql.SQL(
        """SELECT d.cell, d.level, d.day
           FROM (SELECT DISTINCT s.{cell} AS cell, ({level})::text AS level, ({day})::date AS day FROM {stage} AS s) AS d
           WHERE d.level IS NOT NULL AND NOT EXISTS (
               SELECT FROM admin_unit u WHERE u.level = d.level AND u.code = d.cell AND (d.day IS NULL OR u.valid @> d.day))"""
    ).format(cell=sql.Identifier(column.name), level=sql.SQL(kind.level), day=sql.SQL(kind.day), stage=STAGE)
    return [Said(*row) for row in driver(conn).execute(query) if row[0] is not None]


def _write(conn: Connection, column: Column, kind: UnitCode, found: Mapping[Said, Understood]) -> None:
    table, field = note_table(column), sql.Identifier(column.name)
    describe = describer(conn, {unit for one in found.values() for unit in (one.unit, *one.candidates) if unit})
    today = _today(conn)
    rows = []
    for number, (said, one) in enumerate(found.items(), 1):
        unit = one.unit
        on_day = None if unit is None or unit.on(today) else last_day(unit)
        listed = "; ".join(describe(each) for each in one.candidates[:LISTED]) or None
        rows.append(
            (number, said.cell, said.level, said.day, unit and unit.code, on_day, unit and describe(unit), listed)
        )
    with driver(conn).cursor() as cursor:
        cursor.executemany(sql.SQL("INSERT INTO {} VALUES (%s, %s, %s, %s, %s, %s, %s, %s)").format(table), rows)
    changes = [
        sql.SQL("{} = n.id").format(note_field(column)),
        sql.SQL("{0} = coalesce(n.code, s.{0})").format(field),
        sql.SQL(
            """raw = CASE WHEN n.code IS NULL THEN s.raw
                     ELSE jsonb_build_object({name}, s.{field}) || coalesce(s.raw, '{{}}') END"""
        ).format(name=sql.Literal(column.name), field=field),
    ]
    if kind.dated_by:
        changes.append(sql.SQL("{0} = coalesce(s.{0}, n.on_day)").format(sql.Identifier(kind.dated_by)))
    driver(conn).execute(
        sql.SQL(
            """UPDATE {stage} AS s SET {changes} FROM {table} AS n
               WHERE n.cell = s.{field} AND n.level = ({level})::text AND n.day IS NOT DISTINCT FROM ({day})::date"""
        ).format(
            stage=STAGE,
            changes=sql.SQL(", ").join(changes),
            table=table,
            field=field,
            level=sql.SQL(kind.level),
            day=sql.SQL(kind.day),
        )
    )


def _understood(conn: Connection, texts: Sequence[Said]) -> dict[Said, Understood]:
    found: dict[Said, Understood] = {}
    today = _today(conn)
    for level in sorted({one.level for one in texts}):
        reader = UnitReader(conn, level, today)
        found |= {one: reader.understood(one) for one in texts if one.level == level}
    return found


def _today(conn: Connection) -> date:
    row = driver(conn).execute("SELECT today()").fetchone()
    assert row is not None
    today: date = row[0]
    return today
