"""Whether the process lives (``/healthz``) and whether it can serve (``/readyz``), for who watches over it."""

from __future__ import annotations

from functools import cache

from flask import Blueprint, Response, jsonify

from gisdb.errors import ServerError
from gisdb.schema_version import current_revision, head
from webmap.i18n import same_in_every_language
from webmap.site import site

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@same_in_every_language
def alive() -> Response:
    """The process answers; asks nothing of the database."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@same_in_every_language
def ready() -> Response:
    """The database answers and its tables are those of this program; otherwise a problem with status 503."""
    with site().database.acting_as(None) as conn:
        if current_revision(conn) != _expected():
            raise ServerError("schema_outdated")
    return jsonify(status="ok")


@cache
def _expected() -> str:
    # Reads every migration's file; they do not change while a program runs.
    return head()
