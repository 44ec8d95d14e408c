"""Limits in the database: those that ship, those in force on a day, and how they are written."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from importlib import resources
from typing import Any

from sqlalchemy import Connection, Row, Select, func, literal, select, text

from gisdb.errors import NotFound
from gisdb.limits.limit import COLUMNS, Known, Limit, read_limits, refuse_overlaps
from gisdb.limits.tables import exposure_limit, factor, limit_change

_DAYS = {"valid_from": func.lower(exposure_limit.c.valid), "valid_to": func.upper(exposure_limit.c.valid)}


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


def differing(conn: Connection, wanted: Iterable[Limit]) -> list[tuple[Limit | None, Limit]]:
    """Which of ``wanted`` are not as the table has them, in the order in which they can be written.

    A limit of the same question and first day is changed, another is added; none is ever deleted, because judged records
    keep its id.

    Returns:
        What is there (None: nothing) and what is wanted.

    Raises:
        InputError: ``limits_overlap`` with what is there already.
    """
    there = {one.key: one for one in limits_on(conn, None)}
    new = {one.key: one for one in wanted}
    refuse_overlaps(list((there | new).values()))
    changed = [(there.get(key), one) for key, one in new.items()]
    changed = [(before, after) for before, after in changed if before is None or not before.says_the_same(after)]
    # Ends first, so that what follows finds its days free.
    return sorted(changed, key=lambda pair: pair[0] is None)


_WRITE = text("SELECT write_limit(:id, CAST(:cells AS jsonb))")


def load_shipped(conn: Connection) -> set[str]:
    """Bring the limits that ship into the table, but for those that an administrator confirmed or corrected here.

    Returns:
        The factors whose limits are not as they were.

    Raises:
        InputError: as `read_limits` and `differing`.
    """
    shipped = read_limits(
        resources.files(__package__).joinpath("limits.csv").read_text("utf-8").splitlines(), known(conn)
    )
    own = set(conn.execute(select(limit_change.c.limit_id).distinct()).scalars())
    kept = {one.key for one in limits_on(conn, None) if one.id in own}
    changed = differing(conn, [one for one in shipped if one.key not in kept])
    for before, after in changed:
        conn.execute(_WRITE, {"id": before.id if before else None, "cells": json.dumps(after.texts())})
    if changed:
        conn.execute(text("SELECT know_conditions()"))
        conn.execute(text("ANALYZE exposure_limit, factor"))
    return {after.factor for _, after in changed}
