"""Exports: a register's records, or the figures of a map, as a file that is sent while it is read."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from itertools import chain

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPVersionNotSupported

from gisdb.access import audit
from gisdb.access.accounts import Account
from gisdb.errors import NotFound
from gisdb.registers import register
from gisdb.registers.export import FORMATS, stream
from gisdb.registers.register import Register
from webmap.exports.figures import csv_response, geojson_response
from webmap.i18n import same_in_every_language
from webmap.session import signed_in_account
from webmap.site import site

blueprint = Blueprint("exports", __name__)

MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "geojson": "application/geo+json"}


@blueprint.get("/export/<name>.<file_format>")
@same_in_every_language
def export(name: str, file_format: str) -> Response:
    """The records of a register that the account may see; who took what is written to the trail first.

    The first row leaves before the last is read. Where reading fails midway the connection breaks inside the body,
    so that no program takes half a file for a whole one; HTTP/1.0 cannot tell the two apart and is refused.
    """
    account = signed_in_account()
    asked = register(name)
    if file_format not in FORMATS:
        raise NotFound("export_format_unknown", format=file_format, known=", ".join(FORMATS))
    _refuse_http_1_0()
    # The language is that of a refusal; the file is the same in every one.
    filters = {name: value for name, value in request.args.items() if name != "lang"}
    audit.record(
        site().database, account, "export", {"register": asked.name, "format": file_format, "filters": filters}
    )
    chunks = _read(account, asked, file_format, filters)
    # A refusal before the first row is still an answer of its own.
    first = next(chunks, b"")
    response = Response(chain([first], chunks), content_type=MEDIA_TYPES[file_format])
    response.headers["Content-Disposition"] = f'attachment; filename="{asked.name}.{file_format}"'
    response.call_on_close(chunks.close)
    return response


@blueprint.get("/export/map.csv")
@same_in_every_language
def map_csv() -> Response:
    """The figures of a map: published ones, so nobody is asked who they are and the trail has no line of it."""
    _refuse_http_1_0()
    return csv_response(request.args)


@blueprint.get("/export/map.geojson")
@same_in_every_language
def map_geojson() -> Response:
    """The figures of a map with the shapes of its units."""
    _refuse_http_1_0()
    return geojson_response(request.args)


def _refuse_http_1_0() -> None:
    if request.environ.get("SERVER_PROTOCOL") == "HTTP/1.0":
        raise HTTPVersionNotSupported


def _read(
    account: Account, asked: Register, file_format: str, filters: Mapping[str, str]
) -> Generator[bytes, None, None]:
    # A whole register takes longer than any page; the reader's going away ends it.
    with site().database.acting_as(account, timeout_s=0) as conn:
        yield from stream(conn, asked, file_format, filters)
