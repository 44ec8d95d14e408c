"""Addresses of the indicators."""

from __future__ import annotations

from flask import Blueprint, request

from webmap.indicators.catalogue import catalogue_page
from webmap.indicators.indicator import indicator_page
from webmap.session import request_connection

blueprint = Blueprint("indicators", __name__, template_folder="templates")


@blueprint.get("/indicators")
def catalogue() -> str:
    """Every indicator, with the nation's value."""
    return catalogue_page(request_connection())


@blueprint.get("/indicators/<code>")
def indicator(code: str) -> str:
    """One indicator: what it is, and all that is known of it."""
    return indicator_page(request_connection(), code, request.args)
