"""Periods and states of what is due, in the reader's words."""

from __future__ import annotations

from flask_babel import gettext

from gisdb.duties.standing import Due
from gisdb.errors import NotFound
from gisdb.registers import register
from webmap.i18n import language


def period_words(period: str) -> str:
    """``2025``, ``first half of 2025``, ``quarter 3 of 2025``."""
    year, suffix = period[:4], period[4:]
    if not suffix:
        return year
    if suffix[0] == "Q":
        return str(gettext("quarter %(number)s of %(year)s", number=suffix[1], year=year))
    return str(
        gettext("first half of %(year)s", year=year)
        if suffix == "H1"
        else gettext("second half of %(year)s", year=year)
    )


def state_words() -> dict[str, str]:
    """The states by their codes."""
    return {
        Due.NOT_SUBMITTED: gettext("Not submitted"),
        Due.PARTLY: gettext("Partly submitted"),
        Due.WAITING: gettext("Waiting for approval"),
        Due.LATE: gettext("Submitted late"),
        Due.NOT_YET_DUE: gettext("Not yet due"),
        Due.IN_TIME: gettext("Submitted in time"),
        Due.NOTHING_DUE: gettext("Nothing due"),
    }


def register_words(name: str) -> str:
    """What the register called ``name`` is called by people; the name itself where it is gone."""
    try:
        found = register(name)
    except NotFound:
        return name
    return found.en if language() == "en" else found.vi
