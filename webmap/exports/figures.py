"""The figures of a map as a file: what the page shows, for the same question."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from itertools import chain

from flask import Response
from sqlalchemy import Connection

from gisdb.errors import InputError
from gisdb.geography.shapes import FULL, Detail
from gisdb.indicators import INDICATORS
from gisdb.indicators.answers import Answer
from gisdb.indicators.dimension import dimensions
from gisdb.indicators.evaluator import evaluate
from gisdb.indicators.figures import csv_of, geojson_of
from gisdb.indicators.filters import applicable
from webmap.maps.compare import read_unit
from webmap.maps.question import MapState, read_state
from webmap.maps.view import today
from webmap.session import current_account
from webmap.site import site

KNOWN = ("indicator", "level", "year", "to", "on", "unit", *dimensions())
DETAILS: Mapping[str, Detail] = {"0": 0, "1": 1, "full": FULL}

Write = Callable[[Connection, Answer], Iterator[bytes]]


def csv_response(arguments: Mapping[str, str]) -> Response:
    """The answer of ``/export/map.csv?indicator=&level=&year=&to=&on=&unit=``.

    Raises:
        NotFound: ``unit_unknown``.
        InputError: ``filter_unknown``, ``filter_unreadable``, what :func:`webmap.maps.question.read_state` refuses.
    """
    _only(arguments, KNOWN)
    return _response(arguments, "csv", "text/csv; charset=utf-8", lambda _, answer: csv_of(answer))


def geojson_response(arguments: Mapping[str, str]) -> Response:
    """The answer of ``/export/map.geojson``: the same with ``detail=0``, ``1`` (usual) or ``full`` for the shapes.

    Raises:
        NotFound: ``unit_unknown``.
        InputError: as :func:`csv_response`.
    """
    _only(arguments, (*KNOWN, "detail"))
    given = arguments.get("detail") or "1"
    if given not in DETAILS:
        raise InputError("filter_unreadable", name="detail", given=given)
    return _response(
        arguments, "geojson", "application/geo+json", lambda conn, answer: geojson_of(conn, answer, DETAILS[given])
    )


def _only(arguments: Mapping[str, str], known: tuple[str, ...]) -> None:
    for name in arguments:
        if name not in (*known, "lang"):
            raise InputError("filter_unknown", name=name, known=", ".join(known))


def _response(arguments: Mapping[str, str], file_format: str, media_type: str, write: Write) -> Response:
    reading = _read(arguments, write)
    # The question is answered, or refused, before the first byte: what is sent then is known to be whole but shapes.
    name = next(reading).decode()
    chunks = chain([next(reading, b"")], reading)
    response = Response(chunks, content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{file_format}"'
    response.call_on_close(reading.close)
    return response


def _read(arguments: Mapping[str, str], write: Write) -> Generator[bytes, None, None]:
    """The file's name, then its bytes: what the page shows to the same account."""
    with site().database.acting_as(current_account()) as conn:
        area = read_unit(conn, arguments.get("unit"))
        # Any level: a commune's page shows it among its neighbours, a comparison shows provinces within one.
        state, _ = read_state(arguments, conn, today())
        if state.unused:
            raise InputError(
                "filter_not_for_indicator",
                name=", ".join(state.unused),
                indicator=state.indicator,
                known=", ".join(applicable(INDICATORS[state.indicator])) or "–",
            )
        answer = evaluate(conn, state.question(area.id if area else None))
        yield _file_name(state, answer).encode()
        yield from write(conn, answer)


def _file_name(state: MapState, answer: Answer) -> str:
    within = f"-{answer.area.level}-{answer.area.code}" if answer.question.within_id else ""
    return f"gisdb-{state.indicator}-{state.level}{within}-{state.first_year}-{state.last_year}-{state.on.isoformat()}"
