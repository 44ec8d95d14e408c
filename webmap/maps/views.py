"""Addresses of the maps; what each answers is made in the module of its page."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import NotFound as PageNotFound

from gisdb.period import day_of
from webmap.i18n import same_in_every_language
from webmap.maps.boundaries import boundaries_response
from webmap.maps.compare import compare_page
from webmap.maps.national import national_page
from webmap.maps.search import search_page, suggestions
from webmap.maps.unit import unit_page
from webmap.maps.workplace import workplace_page
from webmap.session import request_connection

blueprint = Blueprint("maps", __name__, template_folder="templates")


@blueprint.get("/")
def national() -> str:
    """The nation by one of its levels."""
    return national_page(request_connection(), request.args)


@blueprint.get("/units/<int:unit_id>")
def unit(unit_id: int) -> str:
    """One unit: the map within it, its numbers, its workplaces for who may see them."""
    return unit_page(request_connection(), unit_id, request.args)


@blueprint.get("/compare")
def compare() -> str:
    """One question on the units of two days, side by side."""
    return compare_page(request_connection(), request.args)


@blueprint.get("/workplaces/<int:workplace_id>")
def workplace(workplace_id: int) -> str:
    """One workplace: its measurements against their limits, its accidents, where it is."""
    return workplace_page(request_connection(), workplace_id)


@blueprint.get("/search")
def search() -> Response | str:
    """Units and workplaces by any of their names; as JSON for the search box."""
    # The database takes no NUL in a text; other control characters are in no name either.
    words = "".join(letter for letter in request.args.get("q", "") if letter.isprintable()).strip()
    if request.args.get("format") == "json":
        return jsonify(suggestions(request_connection(), words))
    return search_page(request_connection(), words)


@blueprint.get("/boundaries/<level>/<on>/<int:within>/<int:detail>/<version>.json")
@same_in_every_language
def boundaries(level: str, on: str, within: int, detail: int, version: str) -> Response:
    """Boundaries of one level on one day, for ever under this address."""
    if detail not in (0, 1):
        raise PageNotFound
    day = day_of(on, default=date.min)
    return boundaries_response(
        request_connection(), level=level, on=day, within_id=within or None, detail=detail, asked_version=version
    )
