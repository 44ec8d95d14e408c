"""Rows of one key within a file: told, or decided by a person to be true repeats, which are numbered, or duplicates."""

from __future__ import annotations

from collections import Counter

from psycopg import sql
from sqlalchemy import Connection

from gisdb.registers.register import Register, Severity, stored_names
from loaders.tables.problem import Problem, Problems
from loaders.tables.ready import READY, look_up_again
from loaders.tables.rules import told_by
from loaders.tables.stage import driver

REPEAT = "repeat"


def settle(conn: Connection, register: Register, decided: str | None, problems: Problems) -> int:
    """Do with rows of one key what a person decided; gives how many duplicates were left out.

    Repeats are numbered so that the same rows in any order get the same numbers: a row that a record says already gets
    that record's number, the others the free numbers in the order of what they say.
    """
    if decided == "duplicate":
        return _leave_out(conn, register, problems)
    if decided == "repeat" and REPEAT in register.key and has_twins(conn, register):
        _number(conn, register, problems)
    return 0


def has_twins(conn: Connection, register: Register) -> bool:
    """Whether any two ready rows have one key."""
    query = sql.SQL("SELECT FROM {} WHERE {} IS NOT NULL GROUP BY {} HAVING count(*) > 1 LIMIT 1")
    names = _names(register)
    fields = sql.SQL(", ").join(map(sql.Identifier, names))
    return driver(conn).execute(query.format(READY, sql.Identifier(names[0]), fields)).fetchone() is not None


def report_twins(conn: Connection, register: Register, good: sql.Composable, problems: Problems) -> Counter[str]:
    """Tell each row of one key after the first the first one's line. Returns those that are else good, by outcome."""
    otherwise_good: Counter[str] = Counter()
    if not has_twins(conn, register):
        return otherwise_good
    columns = tuple(_names(register))
    query = sql.SQL("SELECT line, first, intake_outcome, {}, intake_cell FROM ({}) AS r ORDER BY line, intake_cell")
    for line, first, outcome, is_good, cell in driver(conn).execute(query.format(good, later_twins(register))):
        problems.add(Problem("row_twice", line=line, params={"first": first, "columns": columns}, position=cell))
        otherwise_good[outcome] += is_good
    return otherwise_good


def later_twins(register: Register) -> sql.Composed:
    """The ready rows that are not the first of their key, with the ``first`` one's line."""
    names = _names(register)
    return sql.SQL(
        """SELECT * FROM (
               SELECT *, ctid AS row, row_number() OVER own AS rank, first_value(line) OVER own AS first FROM {}
               WHERE {} IS NOT NULL WINDOW own AS (PARTITION BY {} ORDER BY line, intake_cell)) AS ranked
           WHERE rank > 1"""
    ).format(READY, sql.Identifier(names[0]), sql.SQL(", ").join(map(sql.Identifier, names)))


def _names(register: Register) -> list[str]:
    return [*told_by(register), *register.key]


def _leave_out(conn: Connection, register: Register, problems: Problems) -> int:
    query = sql.SQL(
        """WITH gone AS (DELETE FROM {ready} AS r USING ({later}) AS l WHERE r.ctid = l.row
                         RETURNING l.line, l.first, l.intake_cell)
           SELECT line, first, intake_cell FROM gone ORDER BY 1, 3"""
    ).format(ready=READY, later=later_twins(register))
    count = 0
    for count, (line, first, cell) in enumerate(driver(conn).execute(query), 1):  # noqa: B007 - the last one counts
        problems.add(Problem("row_duplicate", Severity.NOTE, line, params={"first": first}, position=cell))
    return count


def _number(conn: Connection, register: Register, problems: Problems) -> None:
    group = [register.owner_field, *(name for name in register.key if name != REPEAT)]
    said = [name for column in register.columns for name in stored_names(column) if name not in {*group, REPEAT}]
    names = {
        "ready": READY,
        "table": sql.Identifier("gisdb", register.table_name),
        "group": _listed(group),
        "e_group": _listed(group, "e"),
        "said": _listed(said),
        "e_said": _listed(said, "e"),
        "same": sql.SQL(" AND ").join(
            sql.SQL("t.{0} IS NOT DISTINCT FROM e.{0}").format(sql.Identifier(name)) for name in group
        ),
        "repeat": sql.Identifier(REPEAT),
        "owner": sql.Identifier(register.owner_field),
    }
    driver(conn).execute(_NUMBERS.format(**names))
    driver(conn).execute("ANALYZE intake_number")
    changed = driver(conn).execute(
        sql.SQL("UPDATE {ready} AS r SET {repeat} = n.number FROM intake_number AS n WHERE r.ctid = n.row").format(
            **names
        )
    )
    look_up_again(conn, register)
    problems.add(Problem("rows_numbered", Severity.NOTE, params={"count": changed.rowcount}))


_NUMBERS = sql.SQL(
    """CREATE TEMP TABLE intake_number ON COMMIT DROP AS
       WITH counted AS (
           SELECT ctid AS row, line, intake_cell, {group}, {said}, count(*) OVER (PARTITION BY {group}, {repeat}) AS alike
           FROM {ready} WHERE {owner} IS NOT NULL
       ), twin AS MATERIALIZED (
           SELECT * FROM (SELECT *, max(alike) OVER (PARTITION BY {group}) AS most FROM counted) AS c WHERE most > 1
       ), both_sides AS (
           SELECT row, NULL::integer AS had, line, intake_cell, {group}, {said} FROM twin
           UNION ALL
           SELECT NULL, e.{repeat}::integer, NULL, NULL, {e_group}, {e_said} FROM {table} AS e
           WHERE e.superseded_at IS NULL AND EXISTS (SELECT FROM twin AS t WHERE {same})
       ), known AS (
           SELECT row, had, line, intake_cell, dense_rank() OVER (ORDER BY {group}) AS key,
                  dense_rank() OVER (ORDER BY {group}, {said}) AS content FROM both_sides
       ), ranked AS MATERIALIZED (
           SELECT *, row_number() OVER (PARTITION BY content, had IS NULL ORDER BY had, line, intake_cell) AS rank FROM known
       ), matched AS MATERIALIZED (
           SELECT a.row, a.key, b.had AS number FROM ranked AS a JOIN ranked AS b USING (content, rank)
           WHERE a.had IS NULL AND b.had IS NOT NULL
       ), rest AS (
           SELECT a.row, a.key, row_number() OVER (PARTITION BY a.key ORDER BY a.content, a.line, a.intake_cell) AS rank
           FROM ranked AS a WHERE a.had IS NULL AND NOT EXISTS (SELECT FROM matched AS m WHERE m.row = a.row)
       ), free AS (
           SELECT k.key, n.number, row_number() OVER (PARTITION BY k.key ORDER BY n.number) AS rank
           FROM (SELECT key, count(*) AS most FROM known GROUP BY key) AS k
           CROSS JOIN LATERAL generate_series(1, k.most) AS n (number)
           WHERE NOT EXISTS (SELECT FROM matched AS m WHERE m.key = k.key AND m.number = n.number))
       SELECT row, number FROM matched UNION ALL SELECT rest.row, free.number FROM rest JOIN free USING (key, rank)"""
)


def _listed(names: list[str], alias: str = "") -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(*([alias] if alias else []), name) for name in names)
