"""One map with its words: a question answered, classed, written and drawn. Pages hold one of these, or two."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for
from flask_babel import gettext
from sqlalchemy import Connection

from gisdb import clock
from gisdb.geography.shapes import bounds, labels, sources
from gisdb.geography.units import Unit
from gisdb.indicators.answers import Answer
from gisdb.indicators.breaks import classes
from gisdb.indicators.choices import filter_names
from gisdb.indicators.evaluator import evaluate, usual_values
from gisdb.indicators.indicator import Direction, Form
from webmap.assets import asset_url
from webmap.choropleth import Bounds, Choropleth, MapAssets, MapParts, MapPoint, Picture, PlaceLabel, render
from webmap.i18n import day as written_day
from webmap.i18n import language
from webmap.maps.boundaries import boundaries_address
from webmap.maps.legend import LegendRow, paints
from webmap.maps.question import MapState
from webmap.maps.sheet import Sheet, make_sheet, picture_of
from webmap.security import csp_nonce
from webmap.site import site

NATION, PROVINCE = 0, 1
"""Levels of detail of the boundaries."""

LEAST_AROUND = 0.25
"""What is seen on each side of the parts that a map is about, in degrees: neighbours tell where a small one lies."""

LABEL_MARGIN = 1.5
"""Room for half a label's width, in degrees, on a map of the nation."""


@dataclass(frozen=True)
class Asked:
    """A question and its answer, with the values of all years, from which the classes are made."""

    state: MapState
    answer: Answer
    usual: Sequence[float]


@dataclass(frozen=True)
class Around:
    """What stands around a map: ``area`` is None for the whole country; ``place`` is what it is called on the day."""

    place: str
    level_name: str
    area: Unit | None = None
    focus: int | None = None
    points: Sequence[MapPoint] = ()
    point_legend: Sequence[LegendRow] = ()
    name: str = "map"


@dataclass(frozen=True)
class Export:
    """A file of the shown numbers: its kind as people call it, and its address."""

    name: str
    href: str


@dataclass(frozen=True)
class MapView:
    """One map as the templates take it."""

    state: MapState
    answer: Answer
    sheet: Sheet
    map: MapParts
    picture: Picture
    heading: str
    map_label: str
    table_caption: str
    level_name: str
    point_legend: Sequence[LegendRow]
    unit_address: Callable[[int | str], str]
    exports: Sequence[Export]
    edges: Sequence[float]


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


def ask(connection: Connection, state: MapState, area: Unit | None) -> Asked:
    """The answer to ``state`` within ``area``.

    Raises:
        InputError: what :func:`gisdb.indicators.evaluator.evaluate` refuses.
    """
    question = state.question(area.id if area else None)
    return Asked(state, evaluate(connection, question), usual_values(connection, question))


def edges_of(asked: Sequence[Asked]) -> list[float]:
    """Class edges from the values of all years and all maps of the page, so that one colour means one thing on them.

    Zero has a paint of its own and is in no class. Years that each have too little to show a value can have one
    together; the edges make room for it.
    """
    if any(each.answer.indicator.form is Form.DIFFERENCE for each in asked):
        # Both sides of zero, which is an edge of its own.
        everything = [value for each in asked for value in each.usual if value]
        ends = [sign * max(map(abs, everything)) for sign in (-1, 1)] if min(everything, default=0) < 0 else []
        return classes(everything + ends, 6)
    positive = [value for each in asked for value in each.usual if value > 0]
    low, high = min(positive, default=math.inf), max(positive, default=-math.inf)
    values = (value.value for each in asked for value in each.answer.values)
    shown = [value for value in values if value is not None and value > 0]
    return classes(positive + [value for value in shown if value < low or value > high])


def make_view(connection: Connection, asked: Asked, edges: Sequence[float], around: Around) -> MapView:
    """The map of ``asked`` classed by ``edges``."""
    tongue, state, answer = language(), asked.state, asked.answer
    sheet = make_sheet(
        answer, edges, sources(connection, state.level, state.on), language=tongue, total_name=answer.area.name(tongue)
    )
    heading = ", ".join([sheet.title, *filter_words(connection, state), state.period])
    subtitle = gettext(
        "%(place)s by %(level)s; units as of %(day)s",
        place=around.place,
        level=around.level_name.lower(),
        day=written_day(state.on),
    )
    picture = picture_of(
        sheet,
        state,
        language=tongue,
        title=heading,
        subtitle=subtitle,
        sample=gettext("Sample data, not real figures") if sheet.synthetic else "",
        point_legend=around.point_legend,
    )
    unit_address = _unit_addresses(state)
    return MapView(
        state=state,
        answer=answer,
        sheet=sheet,
        map=_drawn(connection, answer, sheet, edges, around, picture, unit_address("{id}")),
        picture=picture,
        heading=heading,
        map_label=gettext("Map: %(heading)s. The same numbers are in the table.", heading=f"{heading}. {subtitle}"),
        table_caption=f"{heading}. {subtitle}",
        level_name=around.level_name,
        point_legend=around.point_legend,
        unit_address=unit_address,
        exports=_exports(state, around.area),
        edges=edges,
    )


def filter_words(connection: Connection, state: MapState) -> list[str]:
    """What the question is narrowed to, name by name."""
    return [
        f"{dimension.name(language())}: {choice.name(language())}"
        for dimension, choice in filter_names(connection, state.filters)
    ]


def _drawn(
    connection: Connection,
    answer: Answer,
    sheet: Sheet,
    edges: Sequence[float],
    around: Around,
    picture: Picture,
    link: str,
) -> MapParts:
    asked, area = answer.question, around.area
    choropleth = Choropleth(
        boundaries=boundaries_address(
            connection, asked.level, asked.day, asked.within_id, NATION if area is None else PROVINCE
        ),
        bounds=frame_of(connection, answer.area, with_labels=area is None),
        paints=paints(edges, high_is_bad=answer.indicator.direction is Direction.HIGHER_IS_WORSE),
        units=sheet.painted,
        words=map_words(),
        picture=picture,
        link=link,
        points=around.points,
        labels=place_labels(connection),
        focus=around.focus,
        tiles=site().settings.tile_url,
        name=around.name,
    )
    return render(choropleth, map_assets(), csp_nonce())


def _unit_addresses(state: MapState) -> Callable[[int | str], str]:
    # Built once: building an address for each of 3,321 communes costs a quarter of a second.
    before, after = url_for("maps.unit", unit_id=0, **state.onward()).split("/0?", 1)

    def unit_address(unit_id: int | str) -> str:
        return f"{before}/{unit_id}?{after}"

    return unit_address


def _exports(state: MapState, area: Unit | None) -> list[Export]:
    asked = {**state.arguments(), **({"unit": str(area.id)} if area else {})}
    return [
        Export("CSV", url_for("exports.map_csv", **asked)),
        Export("GeoJSON", url_for("exports.map_geojson", **asked)),
    ]


def frame_around(connection: Connection, area: Unit, parts: Sequence[int]) -> Bounds | None:
    """What shows ``parts`` (ids of units) of ``area`` at a readable size: with as much again around them as they are large.

    Never more than the whole of ``area``, which is shown where there is no part, or none that has a shape.
    """
    whole, frames = frame_of(connection, area, with_labels=False), [bounds(connection, one) for one in parts]
    boxes = [one for one in frames if one is not None]
    if whole is None or not boxes:
        return whole
    west, south = (min(box[side] for box in boxes) for side in (0, 1))
    east, north = (max(box[side] for box in boxes) for side in (2, 3))
    across, along = (max((end - start) / 2, LEAST_AROUND) for start, end in ((west, east), (south, north)))
    return (
        max(west - across, whole[0]),
        max(south - along, whole[1]),
        min(east + across, whole[2]),
        min(north + along, whole[3]),
    )


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
