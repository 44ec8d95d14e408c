"""Measurements judged again after the law changed: by the register's own joins, in sets, with the figures that follow."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from psycopg import sql
from sqlalchemy import Connection, text

from gisdb.access.accounts import Account
from gisdb.engine import Database
from gisdb.limits import change
from gisdb.limits.change import Mended
from gisdb.registers import register
from gisdb.turn import take_turn


def confirm(database: Database, account: Account, limit_id: int, reason: str) -> Mended:
    """Confirm a limit and judge again what it touches, in one transaction; refusals as `gisdb.limits.change.confirm`."""
    return _mend(database, account, lambda conn: change.confirm(conn, account, limit_id, reason))


def correct(database: Database, account: Account, lines: Iterable[str], reason: str) -> Mended:
    """Correct limits and judge again what they touch, in one transaction; refusals as `gisdb.limits.change.correct`."""
    return _mend(database, account, lambda conn: change.correct(conn, account, lines, reason))


def _mend(database: Database, account: Account, alter: Callable[[Connection], Mended]) -> Mended:
    """As the serving role: what only the owner may write is written by `mend_limits` (gisdb/sql/008_mending.sql).

    Without a timeout: a correction that touches every record of a large database takes most of a minute.
    """
    with database.acting_as(account, write=True, timeout_s=0) as conn:
        take_turn(conn)
        return alter(conn)


def rejudge(conn: Connection, factors: Collection[str]) -> int:
    """Judge every measurement of ``factors`` again, corrected versions too, as the owner.

    Only records whose outcome changes are written; the rollup cells that they lie in are counted again.

    Returns:
        How many records got another outcome.
    """
    return int(conn.execute(text("SELECT rejudge(:factors)"), {"factors": sorted(factors)}).scalar_one())


def install(conn: Connection) -> None:
    """Make the function ``rejudge(factors)`` of the register's declaration, as the owner; whoever calls it needs its rights.

    Judging is spread over the machine's processors: the planner thinks that handing a million rows over costs more than
    that gains. OFFSET 0 keeps it from asking the judge twice, for the values and for the comparison.
    """
    measurements = register("measurements")
    names = [sql.Identifier(one.name) for one in measurements.derived]
    comma = sql.SQL(", ")
    conn.connection.cursor().execute(
        _FUNCTION.format(
            names=comma.join(names),
            values=comma.join(
                sql.SQL("{} AS {}").format(sql.SQL(one.sql), name)
                for one, name in zip(measurements.derived, names, strict=True)
            ),
            joins=sql.SQL(measurements.joins),
            before=comma.join(sql.SQL("s.{}").format(name) for name in names),
            now=comma.join(sql.SQL("j.{}").format(name) for name in names),
            set=comma.join(sql.SQL("{0} = r.{0}").format(name) for name in names),
        )
        .as_string()
        .encode()
    )


_FUNCTION = sql.SQL(
    """CREATE OR REPLACE FUNCTION gisdb.rejudge(p_factors text[]) RETURNS bigint
       LANGUAGE plpgsql SET search_path = gisdb, public, pg_temp SET work_mem = '128MB' SET parallel_tuple_cost = 0.001
       AS $function$
       DECLARE v_records bigint; v_years integer[]; v_pieces integer[];
       BEGIN
           CREATE TEMP TABLE rejudged ON COMMIT DROP AS
           SELECT workplace_id, id, year, piece_id, current, {names} FROM (
               SELECT s.workplace_id, s.id, s.year::integer AS year, s.piece_id, s.superseded_at IS NULL AS current,
                      ROW({before}) AS before, {values}
               FROM measurement AS s {joins} WHERE s.factor = ANY (p_factors) OFFSET 0) AS j
           WHERE ROW({now}) IS DISTINCT FROM j.before;
           ANALYZE pg_temp.rejudged;
           UPDATE measurement AS t SET {set} FROM pg_temp.rejudged AS r
               WHERE t.workplace_id = r.workplace_id AND t.id = r.id;
           GET DIAGNOSTICS v_records = ROW_COUNT;
           SELECT array_agg(year), array_agg(piece_id) INTO v_years, v_pieces
               FROM (SELECT DISTINCT year, piece_id FROM pg_temp.rejudged WHERE current) AS cell;
           -- No other table's figures look at a verdict.
           IF v_years IS NOT NULL THEN PERFORM refresh_cells('measurement', v_years, v_pieces); END IF;
           DROP TABLE pg_temp.rejudged;
           RETURN v_records;
       END $function$"""
)
