"""Units and workplaces by any of their names: a page of what was found, and suggestions while typing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from flask import render_template, url_for
from flask_babel import gettext
from sqlalchemy import Connection

from gisdb.geography.units import Unit, ancestors, levels_on, search_units
from gisdb.registers.reading import search_workplaces
from webmap.i18n import day as written_day
from webmap.i18n import language
from webmap.maps.page import today
from webmap.maps.sheet import in_language
from webmap.maps.unit import day_within
from webmap.session import current_account

SHORTEST = 2
MOST_FOUND, MOST_SUGGESTED = 50, 8


@dataclass(frozen=True)
class Found:
    """One hit: what it is called, what and where it is, its page."""

    name: str
    where: str
    href: str


def search_page(connection: Connection, words: str) -> str:
    """The page of ``/search?q=``; too few letters find nothing and say so."""
    units, workplaces = _search(connection, words, MOST_FOUND)
    return render_template(
        "maps/search.html",
        words=words,
        search_text=words,
        units=units,
        workplaces=workplaces,
        too_short=_too_short(words),
        most=MOST_FOUND,
        signed_in=current_account() is not None,
    )


def suggestions(connection: Connection, words: str) -> list[dict[str, str]]:
    """What the search box offers while its reader types."""
    units, workplaces = _search(connection, words, MOST_SUGGESTED)
    return [asdict(found) for found in (*units, *workplaces)][:MOST_SUGGESTED]


def _search(connection: Connection, words: str, limit: int) -> tuple[list[Found], list[Found]]:
    if _too_short(words):
        return [], []
    units = _units(connection, search_units(connection, words, limit))
    if current_account() is None:
        return units, []
    workplaces = [
        Found(
            name=hit.name,
            where=f"{hit.code}, {in_language(hit, 'industry', language())}",
            href=url_for("maps.workplace", workplace_id=hit.id),
        )
        for hit in search_workplaces(connection, words, limit)
    ]
    return units, workplaces


def _too_short(words: str) -> bool:
    return sum(letter.isalnum() for letter in words) < SHORTEST


def _units(connection: Connection, units: Sequence[Unit]) -> list[Found]:
    tongue = language()
    found = []
    levels: dict[str, str] = {}
    for unit in units:
        day = day_within(unit, today())
        if unit.level not in levels:
            levels.update({known.code: known.name(tongue) for known in levels_on(connection, day)})
        above = [
            holder.name(tongue) for holder in reversed(ancestors(connection, unit)) if holder.parent_id is not None
        ]
        where = ", ".join([levels[unit.level], *above])
        if unit.valid_to is not None:
            where = gettext("%(where)s; until %(day)s", where=where, day=written_day(day))
        found.append(Found(unit.name(tongue), where, _address(unit)))
    return found


def _address(unit: Unit) -> str:
    if unit.parent_id is None:
        return url_for("maps.national")
    return url_for("maps.unit", unit_id=unit.id)
