"""The nation by one of its levels."""

from __future__ import annotations

from collections.abc import Mapping

from flask import render_template, url_for
from sqlalchemy import Connection

from gisdb.geography.units import country
from webmap.i18n import language
from webmap.maps.page import make_page, today
from webmap.maps.question import read_state


def national_page(connection: Connection, arguments: Mapping[str, str]) -> str:
    """The page of ``/``.

    Raises:
        InputError: what :func:`webmap.maps.question.read_state` refuses.
    """
    state, choices = read_state(arguments, connection, today())
    place = country(connection, state.on).name(language())

    page = make_page(connection, state, choices, place=place, address=lambda **query: url_for("maps.national", **query))
    return render_template("maps/national.html", page=page, synthetic=page.sheet.synthetic)
