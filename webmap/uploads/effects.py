"""What an upload does to the indicators: a table of before and after, and one of them on two maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext
from sqlalchemy import Connection

from gisdb.errors import NotFound
from gisdb.geography.shapes import sources
from gisdb.geography.units import Unit, levels_on, unit_by_id
from gisdb.indicators import INDICATORS
from gisdb.indicators.answers import Answer, Question, State, UnitValue
from gisdb.indicators.evaluator import evaluate, usual_values
from gisdb.indicators.indicator import Direction, Indicator
from webmap.choropleth import Bounds, Choropleth, MapParts, PaintedUnit, Picture, render
from webmap.i18n import day as written_day
from webmap.i18n import language, number
from webmap.maps.boundaries import boundaries_address
from webmap.maps.legend import LegendRow, legend, paint_key, paints, short_state_words
from webmap.maps.question import MapState
from webmap.maps.sheet import attribution
from webmap.maps.view import (
    NATION,
    PROVINCE,
    Asked,
    edges_of,
    frame_around,
    frame_of,
    map_assets,
    map_words,
    place_labels,
)
from webmap.security import csp_nonce
from webmap.site import site


@dataclass(frozen=True)
class Line:
    """One indicator of the whole unit before and after; ``parts`` counts the parts that change."""

    code: str
    name: str
    unit: str
    before: str
    after: str
    changes: bool
    parts: int
    href: str
    chosen: bool


@dataclass(frozen=True)
class PartLine:
    """One part of the unit before and after."""

    unit_id: int
    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Side:
    """One of the two maps."""

    title: str
    label: str
    map: MapParts


@dataclass(frozen=True)
class Effects:
    """The context of the template; without ``sides`` where nothing is drawn: no part changes, or the maps have it."""

    place: str
    year: int
    lines: Sequence[Line]
    chosen: Line | None
    sides: Sequence[Side]
    legend: Sequence[tuple[LegendRow, int, int]]
    parts: Sequence[PartLine]
    map_address: str
    notes: Sequence[str]


def make_effects(
    connection: Connection, upload_id: int, found: Mapping[str, Any], asked: str, *, drawn: bool
) -> Effects:
    """The effects as the page shows them; ``asked`` is the indicator of the maps, ``drawn`` whether there are maps.

    Raises:
        NotFound: ``indicator_unknown``.
    """
    if asked and asked not in found["indicators"]:
        raise NotFound("indicator_unknown", indicator=asked, known=", ".join(found["indicators"]))
    unit = unit_by_id(connection, found["unit_id"])
    known = {code: one for code, one in found["indicators"].items() if code in INDICATORS}
    code = asked or _most_telling(known)
    lines = [_line(upload_id, INDICATORS[each], one, chosen=each == code) for each, one in known.items()]
    chosen = next((one for one in lines if one.chosen), None)
    sides, rows, parts, notes = _maps(connection, unit, found, code, drawn=drawn) if chosen else ([], [], [], [])
    return Effects(
        place=unit.name(language()),
        year=found["year"],
        lines=lines,
        chosen=chosen,
        sides=sides,
        legend=rows,
        parts=parts,
        map_address=url_for("maps.unit", unit_id=unit.id, indicator=code, year=found["year"]) if code else "",
        notes=notes,
    )


def _most_telling(known: Mapping[str, Any]) -> str:
    """The first indicator whose value reads otherwise afterwards, else the first of which a part does, else any."""
    reads = (code for code, one in known.items() if one["parts"] and _reads_otherwise(INDICATORS[code], one))
    return next(reads, next((code for code, one in known.items() if one["parts"]), next(iter(known), "")))


def _reads_otherwise(indicator: Indicator, one: Mapping[str, Any]) -> bool:
    return _value(indicator, one["before"]) != _value(indicator, one["after"])


def _line(upload_id: int, indicator: Indicator, one: Mapping[str, Any], *, chosen: bool) -> Line:
    return Line(
        code=indicator.code,
        name=indicator.name(language()),
        unit=indicator.unit(language()),
        before=_value(indicator, one["before"]),
        after=_value(indicator, one["after"]),
        changes=_reads_otherwise(indicator, one),
        parts=len(one["parts"]),
        href=url_for("uploads.upload", upload_id=upload_id, indicator=indicator.code, _anchor="effects"),
        chosen=chosen,
    )


def _value(indicator: Indicator, said: Mapping[str, Any] | None) -> str:
    """A value as every table writes it; words where it is none."""
    words = short_state_words()
    if said is None or said["state"] != State.VALUE:
        return words["no_data" if said is None else said["state"]]
    return number(said["value"], indicator.decimals)


def _maps(
    connection: Connection, unit: Unit, found: Mapping[str, Any], code: str, *, drawn: bool
) -> tuple[list[Side], list[tuple[LegendRow, int, int]], list[PartLine], list[str]]:
    indicator, changed = INDICATORS[code], found["indicators"][code]["parts"]
    day, year = date.fromisoformat(found["day"]), found["year"]
    within = None if _is_nation(connection, unit, day) else unit.id
    question = Question(code, found["level"], day, year, year, within)
    now = evaluate(connection, question)
    before, after = (_with(now, changed, side) for side in ("before", "after"))
    names = {str(one.unit.id): one.unit.name(language()) for one in now.values if one.unit}
    parts = [
        PartLine(int(part), names[part], _value(indicator, one["before"]), _value(indicator, one["after"]))
        for part, one in changed.items()
        if part in names
    ]
    parts.sort(key=lambda part: part.name)
    if not drawn or not parts:
        return [], [], parts, []
    state = MapState(code, found["level"], day, year, year)
    usual = usual_values(connection, question)
    edges = edges_of([Asked(state, each, usual) for each in (before, after)])
    # The nation whole, with its archipelagos; of a province the parts that change: its islands may lie far out at sea.
    if within is None:
        frame = frame_of(connection, now.area, with_labels=True)
    else:
        frame = frame_around(connection, now.area, [part.unit_id for part in parts])
    drawing = _Drawing(connection, before, after, edges, within, frame)
    level = next(one.name(language()) for one in levels_on(connection, day) if one.code == found["level"])
    subtitle = gettext(
        "%(place)s by %(level)s; units as of %(day)s",
        place=unit.name(language()),
        level=level.lower(),
        day=written_day(day),
    )
    titles = {"before": gettext("Before this upload"), "after": gettext("With this upload")}
    sides = [
        drawing.side(name, f"{title}: {indicator.name(language())}, {year}", subtitle) for name, title in titles.items()
    ]
    notes = attribution(sources(connection, found["level"], day), language())
    if within is not None:
        shows = gettext(
            "The maps show the units that change; zoom out to see all of %(place)s.", place=unit.name(language())
        )
        notes = [shows, *notes]
    return sides, drawing.legend(), parts, notes


def _is_nation(connection: Connection, unit: Unit, day: date) -> bool:
    return next((one.rank for one in levels_on(connection, day) if one.code == unit.level), 1) == 0


def _with(now: Answer, changed: Mapping[str, Any], side: str) -> Answer:
    """``now`` with the recorded values of one side where they differ; other parts are the same on both."""
    values = []
    for one in now.values:
        recorded = changed.get(str(one.unit.id)) if one.unit else None
        values.append(_recorded(one.unit, recorded[side]) if recorded else one)
    return replace(now, values=values)


def _recorded(unit: Unit | None, said: Mapping[str, Any] | None) -> UnitValue:
    if said is None:
        return UnitValue(unit, State.NO_DATA)
    return UnitValue(unit, State(said["state"]), value=said["value"], denominator=said["n"])


@dataclass(frozen=True)
class _Drawing:
    """Both maps have one frame, one legend and one card a unit: before → after."""

    connection: Connection
    before: Answer
    after: Answer
    edges: Sequence[float]
    within: int | None
    frame: Bounds | None

    def side(self, name: str, title: str, subtitle: str) -> Side:
        answer = self.before if name == "before" else self.after
        asked = answer.question
        choropleth = Choropleth(
            boundaries=boundaries_address(
                self.connection, asked.level, asked.day, self.within, NATION if self.within is None else PROVINCE
            ),
            bounds=self.frame,
            paints=paints(self.edges, high_is_bad=self._high_is_bad),
            units=self._painted(answer),
            words=map_words(),
            picture=Picture(title, subtitle, answer.indicator.unit(language()), (), (), "", "gisdb-upload.png"),
            link=url_for("maps.unit", unit_id=0, indicator=asked.indicator, year=asked.first_year).replace(
                "/0?", "/{id}?", 1
            ),
            labels=place_labels(self.connection),
            tiles=site().settings.tile_url,
            name=name,
        )
        label = gettext("Map: %(heading)s. The same numbers are in the table.", heading=f"{title}. {subtitle}")
        return Side(title, label, render(choropleth, map_assets(), csp_nonce()))

    def legend(self) -> list[tuple[LegendRow, int, int]]:
        """Rows with the number of units on either map."""
        before, after = (
            legend(each.values, self.edges, high_is_bad=self._high_is_bad, locale=language())
            for each in (self.before, self.after)
        )
        counts = [{row.key: row.count for row in each} for each in (before, after)]
        longer = max(before, after, key=len)
        return [(row, counts[0].get(row.key, 0), counts[1].get(row.key, 0)) for row in longer]

    @property
    def _high_is_bad(self) -> bool:
        return self.before.indicator.direction is Direction.HIGHER_IS_WORSE

    def _painted(self, shown: Answer) -> list[PaintedUnit]:
        found = []
        for old, new, this in zip(self.before.values, self.after.values, shown.values, strict=True):
            if this.unit is not None:
                found.append(
                    PaintedUnit(
                        this.unit.id, paint_key(this, self.edges), this.unit.name(language()), self._card(old, new), ""
                    )
                )
        return found

    def _card(self, old: UnitValue, new: UnitValue) -> str:
        was, becomes = self._text(old), self._text(new)
        return becomes if was == becomes else f"{was} → {becomes}"

    def _text(self, one: UnitValue) -> str:
        indicator = self.before.indicator
        if one.state is State.VALUE:
            return f"{number(one.value, indicator.decimals)} {indicator.unit(language())}"
        return short_state_words()[one.state]
