"""Limits in the database: those that ship, those in force on a day, and how they are written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from importlib import resources
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, literal, select, text, update
from sqlalchemy.dialects.postgresql import Range

from gisdb.errors import NotFound
from gisdb.limits.limit import COLUMNS, Known, Limit, read_limits, refuse_overlaps
from gisdb.limits.tables import exposure_limit, factor, limit_change

_DAYS = {"valid_from": func.lower(exposure_limit.c.valid), "valid_to": func.upper(exposure_limit.c.valid)}
_STORED = tuple(name for name in COLUMNS if name not in _DAYS)


def _query() -> Select[Any]:
    stored = exposure_limit.c
    return select(
        stored.id,
        *(_DAYS[name].label(name) if name in _DAYS else stored[name] for name in COLUMNS),
    ).order_by(stored.factor, stored.averaging, stored.condition, stored.valid)


def _read(row: Row[Any]) -> Limit:
    cells: tuple[Any, ...] = tuple(row)
    named: dict[str, Any] = dict(zip(COLUMNS, cells[1:], strict=True))
    return Limit(**named, id=cells[0])


def limits_on(conn: Connection, day: date | None, factor_code: str | None = None) -> list[Limit]:
    """The limits in force on ``day`` (None: of every day), of every factor or one, by factor, averaging and condition.

    Raises:
        NotFound: ``factor_not_known``.
    """
    query = _query()
    if day is not None:
        query = query.where(exposure_limit.c.valid.op("@>")(literal(day)))
    if factor_code is not None:
        if conn.execute(select(factor.c.code).where(factor.c.code == factor_code)).first() is None:
            raise NotFound("factor_not_known", factor=factor_code)
        query = query.where(exposure_limit.c.factor == factor_code)
    return [_read(row) for row in conn.execute(query)]


def limit_by_id(conn: Connection, limit_id: int) -> Limit:
    """One limit.

    Raises:
        NotFound: ``limit_unknown``.
    """
    row = conn.execute(_query().where(exposure_limit.c.id == limit_id)).first()
    if row is None:
        raise NotFound("limit_unknown", limit=limit_id)
    return _read(row)


def known(conn: Connection) -> Known:
    """What a limit may refer to in this database."""
    units = {row.code: row.unit for row in conn.execute(select(factor.c.code, factor.c.unit))}
    lists = conn.execute(text("SELECT list, array_agg(code) AS codes FROM code_list GROUP BY list"))
    return Known(units, {row.list: frozenset(row.codes) for row in lists})


def write_limits(conn: Connection, wanted: Iterable[Limit]) -> list[tuple[Limit | None, Limit]]:
    """Bring ``wanted`` into the table: a limit of the same question and first day is changed, another is added.

    A limit is never deleted: judged records keep its id.

    Returns:
        What was there before (None: nothing) and what is there now, for each limit that is not as it was.

    Raises:
        InputError: ``limits_overlap`` with what is there already.
    """
    there = {one.key: one for one in limits_on(conn, None)}
    new = {one.key: one for one in wanted}
    refuse_overlaps(list((there | new).values()))
    changed = [(there.get(key), one) for key, one in new.items()]
    changed = [(before, after) for before, after in changed if before is None or not before.says_the_same(after)]
    # Ends first, so that what follows finds its days free.
    changed.sort(key=lambda pair: pair[0] is None)
    written = [(before, _write(conn, before, after)) for before, after in changed]
    if written:
        _know_conditions(conn)
        conn.execute(text("ANALYZE exposure_limit, factor"))
    return written


def _write(conn: Connection, before: Limit | None, after: Limit) -> Limit:
    values: dict[str, object] = {name: getattr(after, name) for name in _STORED}
    values["valid"] = Range(after.valid_from, after.valid_to)
    if before is None:
        found = conn.execute(insert(exposure_limit).values(values).returning(exposure_limit.c.id)).scalar_one()
        return limit_by_id(conn, found)
    conn.execute(update(exposure_limit).where(exposure_limit.c.id == before.id).values(values))
    return limit_by_id(conn, before.id or 0)


def _know_conditions(conn: Connection) -> None:
    """Each factor's condition keys, from its limits."""
    conn.execute(
        text("""
            UPDATE factor f SET conditions = keys.found
            FROM (SELECT g.code, coalesce(array_agg(DISTINCT split_part(part, '=', 1)) FILTER (WHERE part <> ''), '{}') AS found
                  FROM factor g
                  LEFT JOIN exposure_limit l ON l.factor = g.code
                  LEFT JOIN LATERAL string_to_table(l.condition, ';') AS part ON true
                  GROUP BY g.code) AS keys
            WHERE keys.code = f.code AND f.conditions IS DISTINCT FROM keys.found
        """)
    )


def load_shipped(conn: Connection) -> set[str]:
    """Bring the limits that ship into the table, but for those that an administrator confirmed or corrected here.

    Returns:
        The factors whose limits are not as they were.

    Raises:
        InputError: as `read_limits` and `write_limits`.
    """
    shipped = read_limits(
        resources.files(__package__).joinpath("limits.csv").read_text("utf-8").splitlines(), known(conn)
    )
    own = set(conn.execute(select(limit_change.c.limit_id).distinct()).scalars())
    kept = {one.key for one in limits_on(conn, None) if one.id in own}
    return touched(write_limits(conn, [one for one in shipped if one.key not in kept]))


def touched(changes: Sequence[tuple[Limit | None, Limit]]) -> set[str]:
    """The factors of what changed."""
    return {after.factor for _, after in changes}
