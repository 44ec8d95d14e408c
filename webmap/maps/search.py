"""Units and workplaces by any of their names: a page of what was found, and suggestions while typing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from flask import render_template, url_for
from flask_babel import gettext
from sqlalchemy import Connection

from gisdb.geography.timeline import level_times
from gisdb.geography.units import Unit, ancestors, other_names, search_units
from gisdb.registers.reading import search_workplaces
from webmap.i18n import day as written_day
from webmap.i18n import language
from webmap.maps.kin import day_within, heirs_of
from webmap.maps.sheet import in_language
from webmap.maps.view import today
from webmap.session import current_account

SHORTEST = 2
MOST_FOUND, MOST_SUGGESTED = 50, 8


@dataclass(frozen=True)
class Became:
    """A unit that a former one went to."""

    name: str
    href: str


@dataclass(frozen=True)
class Found:
    """One hit: what it is called, what and where it is, its page; for a former unit until when, and what it became."""

    name: str
    where: str
    href: str
    dates: str = ""
    former: bool = False
    became: Sequence[Became] = ()


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


def suggestions(connection: Connection, words: str) -> list[dict[str, Any]]:
    """What the search box offers while its reader types."""
    units, workplaces = _search(connection, words, MOST_SUGGESTED)
    return [asdict(found) for found in (*units, *workplaces)][:MOST_SUGGESTED]


def _search(connection: Connection, words: str, limit: int) -> tuple[list[Found], list[Found]]:
    if _too_short(words):
        return [], []
    units = _units(connection, search_units(connection, words, limit), words)
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


def _units(connection: Connection, units: Sequence[Unit], words: str) -> list[Found]:
    levels = {known.level.code: known.level.name(language()) for known in level_times(connection)}
    others = other_names(connection, units, words)
    return [_found(connection, unit, levels[unit.level], others.get(unit.id, "")) for unit in units]


def _found(connection: Connection, unit: Unit, level_name: str, other_name: str) -> Found:
    tongue = language()
    above = ancestors(connection, unit, day_within(unit, today()))
    # Everything lies in the country: it is not said.
    where = ", ".join([level_name, *(holder.name(tongue) for holder in reversed(above[1:]))])
    ended = unit.valid_to is not None and unit.valid_to <= today()
    name = unit.name(tongue)
    heirs = heirs_of(connection, unit) if ended else []
    return Found(
        name=f"{name} ({other_name})" if other_name else name,
        where=where,
        href=url_for("maps.unit", unit_id=unit.id) if above else url_for("maps.national"),
        dates=_dates(unit, ended=ended),
        former=ended,
        became=[Became(heir.name(tongue), url_for("maps.unit", unit_id=heir.id)) for heir in heirs],
    )


def _dates(unit: Unit, *, ended: bool) -> str:
    """From when to when the unit was; nothing for one that is and of which no beginning is known."""
    first = written_day(unit.valid_from) if unit.valid_from else ""
    if ended and unit.valid_to is not None:
        last = written_day(unit.valid_to - timedelta(days=1))
        return str(gettext("former unit, until %(day)s", day=last))
    return str(gettext("since %(first)s", first=first)) if first else ""
