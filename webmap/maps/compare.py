"""Two dates side by side: one question on the units of two days, with one legend and one view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import render_template, url_for
from flask_babel import gettext
from sqlalchemy import Connection

from gisdb.errors import InputError
from gisdb.geography.timeline import LevelTime
from gisdb.geography.units import Unit, country, unit_by_id
from gisdb.indicators.answers import Answer, State
from gisdb.period import day_of
from webmap.i18n import day as written_day
from webmap.i18n import language
from webmap.maps.legend import LegendRow, short_state_words
from webmap.maps.numbers import number
from webmap.maps.page import FilterField, filter_fields, indicator_names, language_field, last_change
from webmap.maps.question import Choices, MapState, read_state
from webmap.maps.sheet import outside_notes
from webmap.maps.view import Around, MapView, ask, edges_of, make_view, today


@dataclass(frozen=True)
class SharedClass:
    """One line of the legend with the number of units on either map."""

    row: LegendRow
    counts: Sequence[int]


@dataclass(frozen=True)
class Comparison:
    """The context of the template."""

    views: Sequence[MapView]
    days: Sequence[str]
    """The two days as fields of a form take them."""
    state: MapState
    heading: str
    legend: Sequence[SharedClass]
    totals: str
    agree: bool
    choices: Choices
    indicators: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    filters: Sequence[FilterField]
    level_names: Sequence[tuple[str, str]]
    notes: Sequence[str]
    """What the maps' pictures say under them: what each map cannot show with its day, the rest once."""
    hidden: Sequence[tuple[str, str]]
    unit: Unit | None
    permalink: str


def compare_page(connection: Connection, arguments: Mapping[str, str]) -> str:
    """The page of ``/compare``: ``on`` and ``with`` are the days, by default both sides of the last change of units.

    Raises:
        NotFound: ``unit_unknown``.
        InputError: what :func:`webmap.maps.question.read_state` refuses, ``filter_unreadable``.
    """
    area = read_unit(connection, arguments.get("unit"))
    asked = {name: value for name, value in arguments.items() if name not in ("on", "with")}
    days = _days(connection, arguments, asked)
    sides, choices = [], []
    for day in days:
        state, offered = read_state({**asked, "on": day.isoformat()}, connection, today())
        sides.append(ask(connection, state, area))
        choices.append(offered)
    edges = edges_of(sides)
    views = [
        make_view(connection, side, edges, _around(connection, side.state, offered, area, name))
        for side, offered, name in zip(sides, choices, ("before", "after"), strict=True)
    ]
    place = (area or country(connection, days[1])).name(language())
    comparison = _comparison(connection, views, choices[1], area, place)
    return render_template(
        "maps/compare.html", page=comparison, tongue=language(), synthetic=any(one.sheet.synthetic for one in views)
    )


def _comparison(
    connection: Connection, views: Sequence[MapView], choices: Choices, area: Unit | None, place: str
) -> Comparison:
    before, after = views
    totals, agree = compare_totals(before.answer, after.answer)
    return Comparison(
        views=views,
        days=[view.state.on.isoformat() for view in views],
        state=before.state,
        heading=gettext("%(place)s on two dates: %(heading)s", place=place, heading=before.heading),
        legend=_shared_legend(before.sheet.legend, after.sheet.legend),
        totals=totals,
        agree=agree,
        choices=choices,
        indicators=indicator_names(),
        filters=filter_fields(connection, before.state),
        level_names=[(known.level.code, known.level.name(language())) for known in choices.levels],
        notes=_notes(views),
        hidden=[*language_field(), *([("unit", str(area.id))] if area else [])],
        unit=area,
        permalink=_permalink(before.state, after.state.on, area),
    )


def _shared_legend(before: Sequence[LegendRow], after: Sequence[LegendRow]) -> list[SharedClass]:
    """The rows of both, which differ only in those that a map leaves out where no unit has them."""
    counts = [{row.key: row.count for row in legend} for legend in (before, after)]
    longer = max(before, after, key=len)
    return [SharedClass(row, (counts[0].get(row.key, 0), counts[1].get(row.key, 0))) for row in longer]


def read_unit(connection: Connection, given: str | None) -> Unit | None:
    """The unit of an address's ``unit``, None without one.

    Raises:
        NotFound: ``unit_unknown``.
        InputError: ``filter_unreadable``.
    """
    if not given:
        return None
    if not (given.isascii() and given.isdigit() and len(given) < 10):
        raise InputError("filter_unreadable", name="unit", given=given)
    return unit_by_id(connection, int(given))


def _days(connection: Connection, arguments: Mapping[str, str], asked: Mapping[str, str]) -> tuple[date, date]:
    """The two days of the address; what it leaves out is a side of the level's last change, or else today."""
    change = None
    if not (arguments.get("on") and arguments.get("with")):
        anchor = arguments.get("on") or arguments.get("with") or today().isoformat()
        state, choices = read_state({**asked, "on": anchor}, connection, today())
        change = last_change(choices.level(state.level))
    after = day_of(arguments.get("with"), change or today())
    return day_of(arguments.get("on"), (change - timedelta(days=1)) if change else after), after


def _around(connection: Connection, state: MapState, choices: Choices, area: Unit | None, name: str) -> Around:
    place = area or country(connection, state.on)
    level: LevelTime = choices.level(state.level)
    return Around(place=place.name(language()), level_name=level.level.name(language()), area=area, name=name)


def compare_totals(before: Answer, after: Answer) -> tuple[str, bool]:
    """Whether both maps count the same, in a sentence, and as a truth; hidden totals are not compared."""
    parts = [(one.total.numerator, one.total.denominator) for one in (before, after)]
    if all(denominator is None for _, denominator in parts):
        return str(gettext("There is no total to compare: no data, or too few to publish.")), True
    tongue = language()
    if parts[0] == parts[1]:
        said = gettext(
            "The totals agree: %(numerator)s of %(denominator)s on either date.",
            numerator=number(parts[0][0] or 0, tongue),
            denominator=number(parts[0][1], tongue),
        )
        return f"{said} {_outside(before, after)}".strip(), True
    said = gettext(
        "The totals differ: %(before)s on %(first)s and %(after)s on %(second)s.",
        before=_parts(parts[0]),
        after=_parts(parts[1]),
        first=written_day(before.question.day),
        second=written_day(after.question.day),
    )
    return str(said), False


def _parts(parts: tuple[float | None, float | None]) -> str:
    numerator, denominator = parts
    return f"{number(numerator or 0, language())} / {number(denominator, language()) or '–'}"


def _outside(before: Answer, after: Answer) -> str:
    """How much of each total is in none of the day's units."""
    if not (before.rest or after.rest):
        return ""
    return str(
        gettext(
            "Outside all units: %(before)s on %(first)s, %(after)s on %(second)s; the tables say why.",
            before=_rest_words(before),
            after=_rest_words(after),
            first=written_day(before.question.day),
            second=written_day(after.question.day),
        )
    )


def _rest_words(answer: Answer) -> str:
    if any(value.state is State.SUPPRESSED for value in answer.rest.values()):
        return short_state_words()["suppressed"].lower()
    return number(sum(value.denominator or value.numerator or 0 for value in answer.rest.values()), language())


def _notes(views: Sequence[MapView]) -> list[str]:
    outside = [f"{written_day(view.state.on)}. {note}" for view in views for note in outside_notes(view.sheet)]
    said = {note for view in views for note in outside_notes(view.sheet)}
    return outside + list(dict.fromkeys(note for view in views for note in view.picture.notes if note not in said))


def _permalink(state: MapState, day_of: date, area: Unit | None) -> str:
    asked = {**state.arguments(), "with": day_of.isoformat()}
    if area:
        asked["unit"] = str(area.id)
    return url_for("maps.compare", **asked)
