"""Addresses of limits and legal acts; what each answers is made in the module of its page."""

from __future__ import annotations

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from webmap.i18n import same_in_every_language
from webmap.limits import limit as one_limit
from webmap.limits.acts import act_page, acts_page
from webmap.limits.listing import file_response, listing_page
from webmap.session import request_connection

blueprint = Blueprint("limits", __name__, template_folder="templates")


@blueprint.get("/limits")
def listing() -> str:
    """The limits in force on a day."""
    return listing_page(request_connection(), request.args)


@blueprint.get("/limits.csv")
@same_in_every_language
def as_file() -> Response:
    """The same as a file."""
    return file_response(request_connection(), request.args)


@blueprint.get("/limits/<int:limit_id>")
def limit(limit_id: int) -> str:
    """One limit, its history and its trail."""
    return one_limit.limit_page(request_connection(), limit_id)


@blueprint.post("/limits/<int:limit_id>/confirm")
def confirm(limit_id: int) -> BaseResponse:
    """Say that the limit stands so in the gazette."""
    return one_limit.confirm(limit_id)


@blueprint.post("/limits/<int:limit_id>/correct")
def correct(limit_id: int) -> BaseResponse:
    """Correct the limit."""
    return one_limit.correct(limit_id)


@blueprint.get("/acts")
def acts() -> str:
    """The legal acts that limits come from."""
    return acts_page(request_connection())


@blueprint.get("/acts/<slug>")
def act(slug: str) -> str:
    """One legal act and its limits."""
    return act_page(request_connection(), slug)
