"""What every map page is made of: the question's form, one map sheet, the addresses that lead on."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import request, url_for
from flask_babel import gettext
from sqlalchemy import Connection

from gisdb import clock
from gisdb.geography.shapes import bounds, labels, sources
from gisdb.geography.units import Unit, levels_on
from gisdb.indicators import INDICATORS
from gisdb.indicators.breaks import classes
from gisdb.indicators.evaluator import Answer, evaluate, usual_values
from gisdb.indicators.indicator import Direction
from webmap.assets import asset_url
from webmap.choropleth import Bounds, Choropleth, MapAssets, MapParts, MapPoint, Picture, PlaceLabel, render
from webmap.i18n import day as written_day
from webmap.i18n import language
from webmap.maps.boundaries import boundaries_address
from webmap.maps.legend import LegendRow, paints
from webmap.maps.question import Choices, MapState
from webmap.maps.sheet import Sheet, make_sheet, picture_of
from webmap.security import csp_nonce
from webmap.site import site

NATION, PROVINCE = 0, 1
"""Levels of detail of the boundaries."""

LABEL_MARGIN = 1.5
"""Room for half a label's width, in degrees, on a map of the nation."""


@dataclass(frozen=True)
class DayChoice:
    """One vintage of units in the form."""

    value: str
    label: str
    levels: str
    chosen: bool


@dataclass(frozen=True)
class MapPage:
    """The context of a map page's template."""

    state: MapState
    answer: Answer
    sheet: Sheet
    map: MapParts
    picture: Picture
    heading: str
    map_label: str
    table_caption: str
    level_name: str
    action: str
    permalink: str
    indicators: Sequence[tuple[str, str]]
    years: Sequence[int]
    days: Sequence[DayChoice]
    levels: Sequence[tuple[str, str]]
    point_legend: Sequence[LegendRow]
    unit_address: Callable[[int], str]
    language: str
    language_given: bool


def today() -> date:
    """The day it is where the installation is."""
    return clock.today(site().settings.timezone)


def map_assets() -> MapAssets:
    """What a page with a map loads, all from this server."""
    scripts = [(name, asset_url(f"map/{name}.js")) for name in ("paint", "choropleth", "picture")]
    return MapAssets(
        leaflet_js=asset_url("vendor/leaflet-1.9.4/leaflet.js"),
        leaflet_css=asset_url("vendor/leaflet-1.9.4/leaflet.css"),
        scripts=scripts,
    )


def map_words() -> dict[str, str]:
    """The few words that the map's script says by itself."""
    return {
        "zoom_in": gettext("Zoom in"),
        "zoom_out": gettext("Zoom out"),
        "open": gettext("Open its page"),
        "no_data": gettext("No data"),
        "failed": gettext("The boundaries could not be loaded. Reload the page; the table holds the same numbers."),
    }


def place_labels(connection: Connection) -> list[PlaceLabel]:
    """Hoàng Sa and Trường Sa, in the reader's language, province in a line of its own."""
    return [
        PlaceLabel(label.name(language()).replace(" (", "\n("), label.latitude, label.longitude)
        for label in labels(connection)
    ]


def make_page(
    connection: Connection,
    state: MapState,
    choices: Choices,
    *,
    area: Unit | None = None,
    place: str,
    address: Callable[..., str],
    focus: int | None = None,
    points: Sequence[MapPoint] = (),
    point_legend: Sequence[LegendRow] = (),
) -> MapPage:
    """The page of ``state`` within ``area`` (None: the whole country), which is called ``place`` on the day.

    ``address`` gives the address of this page for query arguments.
    """
    tongue = language()
    area_id = area.id if area else None
    question = state.question(area_id)
    answer = evaluate(connection, question)
    edges = edges_of(answer, usual_values(connection, question))
    sheet = make_sheet(
        answer, edges, sources(connection, state.level, state.on), language=tongue, total_name=answer.area.name(tongue)
    )
    level_name = next(known.name(tongue) for known in choices.levels if known.code == state.level)
    heading = gettext("%(indicator)s, %(period)s", indicator=sheet.title, period=state.period)
    subtitle = gettext(
        "%(place)s by %(level)s; units as of %(day)s",
        place=place,
        level=level_name.lower(),
        day=written_day(state.on),
    )
    sample = gettext("Sample data, not real figures") if sheet.synthetic else ""
    picture = picture_of(
        sheet, state, language=tongue, title=heading, subtitle=subtitle, sample=sample, point_legend=point_legend
    )

    onward = {name: value for name, value in state.arguments().items() if name != "level"}
    # Built once: building an address for each of 3,321 communes costs a quarter of a second.
    before, after = url_for("maps.unit", unit_id=0, **onward).split("/0?", 1)

    def unit_address(unit_id: int | str) -> str:
        return f"{before}/{unit_id}?{after}"

    choropleth = Choropleth(
        boundaries=boundaries_address(connection, state.level, state.on, area_id, NATION if area is None else PROVINCE),
        bounds=frame_of(connection, answer.area, with_labels=area is None),
        paints=paints(edges, high_is_bad=answer.indicator.direction is Direction.HIGHER_IS_WORSE),
        units=sheet.painted,
        words=map_words(),
        picture=picture,
        link=unit_address("{id}"),
        points=points,
        labels=place_labels(connection),
        focus=focus,
        tiles=site().settings.tile_url,
    )
    return MapPage(
        state=state,
        answer=answer,
        sheet=sheet,
        map=render(choropleth, map_assets(), csp_nonce()),
        picture=picture,
        heading=heading,
        map_label=gettext("Map: %(heading)s. The same numbers are in the table.", heading=heading),
        table_caption=f"{heading}. {subtitle}",
        level_name=level_name,
        action=address(),
        permalink=address(**state.arguments()),
        indicators=[(code, indicator.name(tongue)) for code, indicator in INDICATORS.items()],
        years=choices.years or [state.first_year],
        days=_days(connection, choices, state),
        levels=_level_choices(connection, choices, tongue),
        point_legend=point_legend,
        unit_address=unit_address,
        language=tongue,
        language_given="lang" in request.args,
    )


def edges_of(answer: Answer, usual: Sequence[float]) -> list[float]:
    """Class edges from the values of all years, so that one colour means one thing on the maps of every year.

    Zero has a paint of its own and is in no class. Years that each have too little to show a value can have one
    together; the edges make room for it.
    """
    positive = [value for value in usual if value > 0]
    low, high = min(positive, default=math.inf), max(positive, default=-math.inf)
    shown = [each.value for each in answer.values if each.value is not None and each.value > 0]
    return classes(positive + [value for value in shown if value < low or value > high])


def frame_of(connection: Connection, area: Unit, *, with_labels: bool) -> Bounds | None:
    """What the map shows at first: the unit's shape, on the nation's map with room for the archipelagos' names."""
    frame = bounds(connection, area.id)
    if frame is None:
        return None
    west, south, east, north = frame
    if with_labels:
        for label in labels(connection):
            west, east = min(west, label.longitude - LABEL_MARGIN), max(east, label.longitude + LABEL_MARGIN)
            south, north = min(south, label.latitude - LABEL_MARGIN), max(north, label.latitude)
    return west, south, east, north


def _days(connection: Connection, choices: Choices, state: MapState) -> list[DayChoice]:
    """The vintages, newest first; the day asked for is shown as the vintage that it lies in."""
    lowest = min((level.rank for level in choices.levels), default=1)
    holds = max((start for start in choices.vintages if start <= state.on), default=state.on)
    ends = [*choices.vintages[1:], None]
    days = []
    for start, end in zip(choices.vintages, ends, strict=True):
        levels = [level.code for level in levels_on(connection, start) if level.rank >= lowest]
        label = (
            gettext("%(first)s to %(last)s", first=written_day(start), last=written_day(end - timedelta(days=1)))
            if end
            else gettext("since %(first)s", first=written_day(start))
        )
        # The asked day itself stays in the form: showing the same again must give the same address.
        chosen = start == holds
        days.append(DayChoice(state.on.isoformat() if chosen else start.isoformat(), label, " ".join(levels), chosen))
    return days[::-1]


def _level_choices(connection: Connection, choices: Choices, tongue: str) -> list[tuple[str, str]]:
    """The levels of every vintage: the script of the form allows those of the chosen one."""
    lowest = min((level.rank for level in choices.levels), default=1)
    known = {level.code: level for start in choices.vintages for level in levels_on(connection, start)}
    known.update({level.code: level for level in choices.levels})
    return [
        (level.code, level.name(tongue))
        for level in sorted(known.values(), key=lambda one: one.rank)
        if level.rank >= lowest
    ]
