"""Staged rows made ready: references resolved, places found, fields derived, rules asked and outcomes known; one pass."""

from __future__ import annotations

from psycopg import sql
from sqlalchemy import Connection

from gisdb.registers.column import Reference
from gisdb.registers.register import Bound, Register, Rule, stored_names
from loaders.tables.named_units import name_joins
from loaders.tables.natural_key import of_one_key
from loaders.tables.rules import asks_place, owner_column, target_of
from loaders.tables.stage import STAGE, driver

READY = sql.Identifier("intake_ready")
_FOUND = sql.Identifier("intake_found")


def finding(position: int) -> sql.Identifier:
    """The field of `READY` that holds what a rule found: its sentence's parameters, NULL where it is kept."""
    return sql.Identifier(f"intake_rule_{position}")


def make_ready(conn: Connection, register: Register, rules: list[Rule]) -> None:
    """Make `READY` from the stage, in which units are understood: its fields, the record's resolved and derived ones, findings and outcome.

    ``intake_id``, ``intake_year`` and ``intake_piece`` are those of the record that stands under the row's key;
    ``intake_outcome`` is ``added``, ``changed`` or ``unchanged``.
    """
    if asks_place(register):
        _find_places(conn, register)
    _find_existing(conn, register)
    driver(conn).execute(_ready(register, rules))
    driver(conn).execute(sql.SQL("DROP TABLE {}").format(_FOUND))
    driver(conn).execute(sql.SQL("ANALYZE {}").format(READY))


def _find_places(conn: Connection, register: Register) -> None:
    """Every workplace and day of the file, once: the workplace's id and where it lay; both NULL where unknown."""
    column = owner_column(register)
    assert isinstance(column.kind, Reference)
    driver(conn).execute(
        sql.SQL(
            """CREATE TEMP TABLE intake_place ON COMMIT DROP AS
               WITH asked AS MATERIALIZED (
                   SELECT d.owner, d.day, w.{target} AS workplace_id
                   FROM (SELECT DISTINCT s.{name} AS owner, ({day})::date AS day FROM {stage} AS s) AS d
                   LEFT JOIN {table} AS w ON w.{key} = d.owner
               ), place AS MATERIALIZED (
                   SELECT p.* FROM (SELECT array_agg(workplace_id) AS workplaces, array_agg(day) AS days
                                    FROM asked WHERE workplace_id IS NOT NULL) AS a,
                                   intake_pieces(a.workplaces, a.days) AS p
               )
               SELECT asked.*, place.piece_id FROM asked LEFT JOIN place USING (workplace_id, day)"""
        ).format(
            name=sql.Identifier(column.name),
            day=sql.SQL(register.placed_on),
            stage=STAGE,
            table=sql.Identifier("gisdb", column.kind.table),
            key=sql.Identifier(column.kind.key),
            target=sql.Identifier(column.kind.target),
        )
    )
    driver(conn).execute("ANALYZE intake_place")


def _find_existing(conn: Connection, register: Register) -> None:
    """The records that stand under the keys of staged rows, row by row, and whether they say the same.

    Before all else of the rows is known: sorted by their keys, whole rows would be written to disk and read again. What the
    register joins is asked beforehand only where keys are derived from it.
    """
    resolved = _resolved(register)
    key = {register.owner_field, *register.key}
    joins = register.joins if any(one.name in key and not one.before for one in register.derived) else ""
    rows = sql.SQL("{} AS s {} {} JOIN").format(STAGE, sql.SQL(" ").join(_references(register)), sql.SQL(joins))
    driver(conn).execute(
        sql.SQL("CREATE TEMP TABLE {} ON COMMIT DROP AS {}").format(_FOUND, _standing(register, rows, resolved))
    )
    driver(conn).execute(sql.SQL("ANALYZE {}").format(_FOUND))


def _ready(register: Register, rules: list[Rule]) -> sql.Composed:
    resolved = _resolved(register)
    listed = [sql.SQL("{} AS {}").format(value, sql.Identifier(name)) for name, value in resolved.items()]
    listed += [
        sql.SQL("CASE WHEN {} THEN {} END AS {}").format(sql.SQL(rule.broken), sql.SQL(rule.params), finding(position))
        for position, rule in enumerate(rules)
    ]
    return sql.SQL(
        """CREATE TEMP TABLE {ready} ON COMMIT DROP AS
           SELECT s.*, {listed}, existing.id AS intake_id, existing.year AS intake_year,
                  existing.piece_id AS intake_piece, coalesce(existing.outcome, 'added') AS intake_outcome
           FROM {stage} AS s {references} {joins} LEFT JOIN {found} AS existing ON existing.row = s.ctid"""
    ).format(
        ready=READY,
        listed=sql.SQL(", ").join(listed),
        stage=STAGE,
        references=sql.SQL(" ").join(_references(register)),
        joins=sql.SQL(register.joins),
        found=_FOUND,
    )


def look_up_again(conn: Connection, register: Register) -> None:
    """Ask anew which records stand under the keys of the ready rows, after keys changed."""
    driver(conn).execute(
        sql.SQL(
            """UPDATE {ready} AS r
               SET intake_id = f.id, intake_year = f.year, intake_piece = f.piece_id, intake_outcome = f.outcome
               FROM ({found}) AS f
               WHERE r.ctid = f.row AND (r.intake_id, r.intake_outcome) IS DISTINCT FROM (f.id, f.outcome)"""
        ).format(ready=READY, found=_standing(register, sql.SQL("{} AS s LEFT JOIN").format(READY), {}))
    )


def _standing(register: Register, rows: sql.Composable, resolved: dict[str, sql.Composable]) -> sql.Composed:
    """A query for the records that stand under the keys of ``rows``, which ends with the kind of join."""
    return sql.SQL(
        """SELECT s.ctid AS row, existing.id, existing.year, existing.piece_id, {outcome} AS outcome
           FROM {rows} {table} AS existing ON existing.superseded_at IS NULL AND {key}"""
    ).format(
        outcome=_outcome(register, resolved),
        rows=rows,
        table=sql.Identifier("gisdb", register.table_name),
        key=_key(register, resolved),
    )


def _outcome(register: Register, resolved: dict[str, sql.Composable]) -> sql.Composed:
    return sql.SQL("CASE WHEN existing.id IS NULL THEN 'added' WHEN {} THEN 'unchanged' ELSE 'changed' END").format(
        _same(register, resolved)
    )


def _resolved(register: Register) -> dict[str, sql.Composable]:
    """Fields of the record that the stage has not, with their SQL: targets of references, the place, derived ones."""
    found: dict[str, sql.Composable] = {}
    for column in register.columns:
        kind = column.kind
        if isinstance(kind, Reference) and kind.stored:
            found[kind.stored] = sql.Identifier(*target_of(register, column))
    if asks_place(register):
        found["piece_id"] = sql.Identifier("pl", "piece_id")
    for one in register.derived:
        found[one.name] = sql.SQL(one.before or one.sql)
    if register.bound is Bound.UNIT:
        found["piece_id"] = sql.SQL("whole_piece({})").format(found[register.owner_field])
    return found


def _references(register: Register) -> list[sql.Composable]:
    joins: list[sql.Composable] = name_joins(register)
    if asks_place(register):
        joins.append(
            sql.SQL("LEFT JOIN intake_place AS pl ON pl.owner = {} AND pl.day = ({})::date").format(
                sql.Identifier("s", owner_column(register).name), sql.SQL(register.placed_on)
            )
        )
    for column in register.columns:
        kind = column.kind
        if isinstance(kind, Reference) and target_of(register, column)[0] != "pl":
            joins.append(
                sql.SQL("LEFT JOIN {table} AS {alias} ON {alias}.{key} = {given}").format(
                    table=sql.Identifier("gisdb", kind.table),
                    alias=sql.Identifier(f"ref_{column.name}"),
                    key=sql.Identifier(kind.key),
                    given=sql.Identifier("s", column.name),
                )
            )
    return joins


def _key(register: Register, resolved: dict[str, sql.Composable]) -> sql.Composable:
    """The join to the record of a row's natural key."""
    return of_one_key(register, "existing", lambda name: resolved.get(name, sql.Identifier("s", name)))


def _same(register: Register, resolved: dict[str, sql.Composable]) -> sql.Composable:
    """Whether the record says what the file says. What is derived follows from that and does not make it another record."""
    key = {register.owner_field, *register.key}
    names = [name for column in register.columns for name in stored_names(column) if name not in key]
    parts = [
        sql.SQL("{} IS NOT DISTINCT FROM {}").format(
            sql.Identifier("existing", name), resolved.get(name, sql.Identifier("s", name))
        )
        for name in names
    ]
    return sql.SQL(" AND ").join([sql.SQL("true"), *parts])
