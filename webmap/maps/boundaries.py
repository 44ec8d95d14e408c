"""Boundaries as a response of their own: one for all readers and all indicators, kept by browsers for a year.

The address holds the version of what it answers; when boundaries are loaded anew, pages name the new version and an
old address leads to it.
"""

from __future__ import annotations

from datetime import date

from flask import Response, redirect, url_for
from sqlalchemy import Connection

from gisdb.errors import InputError
from gisdb.geography.shapes import boundaries, version
from gisdb.geography.units import levels_on, vintages
from webmap.assets import immutable_response

MIMETYPE = "application/geo+json"


def vintage_of(connection: Connection, day: date) -> date:
    """The first day on which all units were as on ``day``: addresses of one vintage are one address."""
    return max((known for known in vintages(connection) if known <= day), default=day)


def boundaries_address(connection: Connection, level: str, day: date, within_id: int | None, detail: int) -> str:
    """Where the boundaries of ``level`` on ``day`` are, as they are now."""
    on = vintage_of(connection, day)
    return url_for(
        "maps.boundaries",
        level=level,
        on=on.isoformat(),
        within=within_id or 0,
        detail=detail,
        version=version(connection, level, on, within_id, detail),
    )


def boundaries_response(
    connection: Connection, *, level: str, on: date, within_id: int | None, detail: int, asked_version: str
) -> Response:
    """The boundaries as GeoJSON (EPSG:4326), or the way to their present version.

    Raises:
        InputError: ``level_unknown_on_day``.
    """
    known = [one.code for one in levels_on(connection, on)]
    if level not in known:
        raise InputError("level_unknown_on_day", level=level, day=on.isoformat(), known=", ".join(known))
    present = version(connection, level, on, within_id, detail)
    if asked_version != present:
        moved = redirect(boundaries_address(connection, level, on, within_id, detail), 302)
        moved.headers["Cache-Control"] = "no-cache"
        return Response(moved.get_data(), moved.status_code, moved.headers)
    return immutable_response(
        f"boundaries-{level}-{on.isoformat()}-{within_id or 0}-{detail}-{present}",
        MIMETYPE,
        lambda: boundaries(connection, level, on, within_id, detail).geojson,
    )
