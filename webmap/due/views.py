"""Addresses of what is due; what each answers is made in the module of its page."""

from __future__ import annotations

from flask import Blueprint, Response, request

from webmap.due.listing import file_response, listing_page
from webmap.due.workplaces import workplaces_page
from webmap.i18n import same_in_every_language
from webmap.session import request_connection, signed_in_account

blueprint = Blueprint("due", __name__, template_folder="templates")


@blueprint.get("/due")
def listing() -> str:
    """How the units stand with a report for a period."""
    return listing_page(request_connection(), request.args)


@blueprint.get("/due.csv")
@same_in_every_language
def as_file() -> Response:
    """The same as a file."""
    return file_response(request_connection(), request.args)


@blueprint.get("/due/workplaces")
def workplaces() -> str:
    """The workplaces that have not reported."""
    signed_in_account()
    return workplaces_page(request_connection(), request.args)
