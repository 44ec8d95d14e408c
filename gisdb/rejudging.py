"""Measurements judged again after the law changed: by the register's own joins, in sets, with the figures that follow."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

import psycopg
from psycopg import sql
from sqlalchemy import Connection

from gisdb.access.accounts import Account
from gisdb.engine import Database
from gisdb.limits import change
from gisdb.limits.limit import Limit
from gisdb.registers import register
from gisdb.turn import take_turn


@dataclass(frozen=True)
class Mended:
    """What a change of the law did: the limits as they are now, and how many records got another outcome."""

    limits: list[Limit]
    records: int


def confirm(database: Database, account: Account, limit_id: int, reason: str) -> Mended:
    """Confirm a limit and judge again what it touches, in one transaction; refusals as `gisdb.limits.change.confirm`."""
    return _mend(database, lambda conn: change.confirm(conn, account, limit_id, reason))


def correct(database: Database, account: Account, lines: Iterable[str], reason: str) -> Mended:
    """Correct limits and judge again what they touch, in one transaction; refusals as `gisdb.limits.change.correct`."""
    return _mend(database, lambda conn: change.correct(conn, account, lines, reason))


def _mend(database: Database, alter: Callable[[Connection], list[Limit]]) -> Mended:
    with database.owner() as conn:
        take_turn(conn)
        limits = alter(conn)
        return Mended(limits, rejudge(conn, {one.factor for one in limits}))


def rejudge(conn: Connection, factors: Collection[str]) -> int:
    """Judge every measurement of ``factors`` again, corrected versions too, as the owner.

    Only records whose outcome changes are written; the rollup cells that they lie in are counted again.

    Returns:
        How many records got another outcome.
    """
    if not factors:
        return 0
    cursor = _driver(conn).cursor()
    cursor.execute("SET LOCAL work_mem = '128MB'")
    cursor.execute(_judged_again(), {"factors": sorted(factors)})
    cursor.execute("ANALYZE rejudged")
    cursor.execute(_written())
    records = cursor.rowcount
    if records:
        cursor.execute(
            "SELECT refresh_rollup('measurement', array_agg(year), array_agg(piece_id))"
            " FROM (SELECT DISTINCT year, piece_id FROM rejudged WHERE current) AS cell"
        )
    cursor.execute("DROP TABLE rejudged")
    return records


def _judged_again() -> sql.Composed:
    """What is not as the law says now; OFFSET 0 keeps the planner from asking the judge twice, for values and comparison."""
    measurements = register("measurements")
    names = [sql.Identifier(one.name) for one in measurements.derived]
    return sql.SQL(
        """CREATE TEMP TABLE rejudged ON COMMIT DROP AS
           SELECT {kept} FROM (
               SELECT s.workplace_id, s.id, s.year::integer AS year, s.piece_id, s.superseded_at IS NULL AS current,
                      ROW({before}) AS before, {values}
               FROM measurement AS s {joins} WHERE s.factor = ANY (%(factors)s) OFFSET 0) AS j
           WHERE ROW({now}) IS DISTINCT FROM j.before"""
    ).format(
        values=sql.SQL(", ").join(
            sql.SQL("{} AS {}").format(sql.SQL(one.sql), name)
            for one, name in zip(measurements.derived, names, strict=True)
        ),
        kept=sql.SQL(", ").join(map(sql.Identifier, ("workplace_id", "id", "year", "piece_id", "current")))
        + sql.SQL(", ")
        + sql.SQL(", ").join(names),
        joins=sql.SQL(measurements.joins),
        before=sql.SQL(", ").join(sql.SQL("s.{}").format(name) for name in names),
        now=sql.SQL(", ").join(sql.SQL("j.{}").format(name) for name in names),
    )


def _written() -> sql.Composed:
    names = [one.name for one in register("measurements").derived]
    return sql.SQL(
        "UPDATE measurement AS t SET {set} FROM rejudged AS r WHERE t.workplace_id = r.workplace_id AND t.id = r.id"
    ).format(
        set=sql.SQL(", ").join(sql.SQL("{0} = r.{0}").format(sql.Identifier(name)) for name in names),
    )


def _driver(conn: Connection) -> psycopg.Connection[tuple[object, ...]]:
    found = conn.connection.driver_connection
    assert isinstance(found, psycopg.Connection)
    return found
