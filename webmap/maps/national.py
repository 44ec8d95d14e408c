"""The nation by one of its levels."""

from __future__ import annotations

from collections.abc import Mapping

from flask import render_template, url_for
from sqlalchemy import Connection

from gisdb.geography.units import country
from webmap.i18n import language
from webmap.maps.page import make_page
from webmap.maps.question import read_state
from webmap.maps.view import Around, today
from webmap.uploads.waiting import waiting_line


def national_page(connection: Connection, arguments: Mapping[str, str]) -> str:
    """The page of ``/``.

    Raises:
        InputError: what :func:`webmap.maps.question.read_state` refuses.
    """
    state, choices = read_state(arguments, connection, today())
    around = Around(
        place=country(connection, state.on).name(language()),
        level_name=choices.level(state.level).level.name(language()),
    )
    page = make_page(connection, state, choices, around, lambda **query: url_for("maps.national", **query))
    return render_template(
        "maps/national.html",
        page=page,
        view=page.view,
        waiting=waiting_line(connection),
        synthetic=page.view.sheet.synthetic,
    )
