"""One workplace: what it is, its measurements over time against their limits, its accidents, where it lies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask import render_template
from flask_babel import gettext
from sqlalchemy import Connection

from gisdb.geography.shapes import sources
from gisdb.geography.units import Unit, ancestors, unit_by_id
from gisdb.limits.courses import courses_of
from gisdb.registers.reading import MeasurementRow, WorkplaceState, incidents_of, measurements_of, workplace
from webmap.choropleth import Choropleth, MapParts, MapPoint, Paint, PaintedUnit, Picture, render
from webmap.i18n import language
from webmap.maps.boundaries import boundaries_address
from webmap.maps.kin import day_within
from webmap.maps.legend import VERDICT_PAINTS, verdict_words
from webmap.maps.mixtures import mixture_lines
from webmap.maps.series import series_of
from webmap.maps.sheet import attribution, in_language
from webmap.maps.unit import UNMEASURED
from webmap.maps.view import PROVINCE, frame_of, map_assets, map_words, place_labels, today
from webmap.security import csp_nonce
from webmap.session import signed_in_account

GROUND = Paint("#e8edf0")
LOCATOR_RADIUS = 9.0
# As many charts as one A4 page holds; the stylesheet hides the others there.
SERIES_ON_PAPER = 6


def workplace_page(connection: Connection, workplace_id: int) -> str:
    """The page of ``/workplaces/<id>``.

    Raises:
        Unauthorized: nobody is signed in.
        NotFound: ``workplace_unknown``: there is none, or it is outside the account's scope.
    """
    signed_in_account()
    found = workplace(connection, workplace_id)
    measurements = measurements_of(connection, workplace_id)
    incidents = incidents_of(connection, workplace_id)
    sources_of_records = [*(state.source for state in found.states), *(row.source for row in measurements)]
    synthetic = any(source.synthetic for source in (*sources_of_records, *(row.source for row in incidents)))
    verdict = _verdict(measurements)
    unit = unit_by_id(connection, found.now.unit_id)
    day = day_within(unit, today())
    above = ancestors(connection, unit, day)
    return render_template(
        "maps/workplace.html",
        workplace=found,
        now=found.now,
        unit=unit,
        above=above,
        on=day.isoformat(),
        map=_locator(connection, found.now, (unit, above[-1] if above else unit), verdict, day, synthetic=synthetic),
        boundary_notes=attribution(sources(connection, unit.level, day), language()),
        series=series_of(measurements, courses_of(connection, workplace_id), today()),
        on_paper=SERIES_ON_PAPER,
        mixtures=mixture_lines(connection, workplace_id, language()),
        incidents=incidents,
        verdict=verdict,
        verdicts=verdict_words(),
        reasons=reason_words(),
        named=in_language,
        tongue=language(),
        synthetic=synthetic,
    )


def reason_words() -> dict[str, str]:
    """Why a measurement has its verdict, in the reader's language; the plain case needs no words."""
    return {
        "limit": "",
        "limit_for_shift": gettext("limit lowered for the length of the shift"),
        "below_lower_limit": gettext("below the lower limit"),
        "condition_missing": gettext("the limit depends on a condition that the record does not say"),
        "limit_value_unknown": gettext("the limit's value has not been entered"),
        "no_limit": gettext("no limit in force that may judge it"),
        "no_detection_limit": gettext("not detected, and the detection limit is not given"),
        "detection_limit_above_limit": gettext("not detected, but the detection limit is above the limit"),
        "above_range_of_instrument": gettext("beyond the instrument's range, which ends under the limit"),
    }


def _verdict(measurements: Sequence[MeasurementRow]) -> str:
    """The worst verdict of its last year of measurements; one by a limit still to be confirmed is no verdict here."""
    last_year = max((row.measured_on.year for row in measurements), default=0)
    found = {
        row.verdict if row.limit_confirmed else "cannot_judge"
        for row in measurements
        if row.measured_on.year == last_year
    }
    return next((verdict for verdict in ("exceeds", "pass", "cannot_judge") if verdict in found), UNMEASURED)


def _locator(
    connection: Connection,
    state: WorkplaceState,
    units: tuple[Unit, Unit],
    verdict: str,
    day: date,
    *,
    synthetic: bool,
) -> MapParts:
    """A small map: the workplace among the units around its own, which is outlined; ``units``: its own, their holder."""
    tongue = language()
    unit, holder = units
    notes = attribution(sources(connection, unit.level, day), tongue)
    choropleth = Choropleth(
        boundaries=boundaries_address(connection, unit.level, day, holder.id, PROVINCE),
        bounds=frame_of(connection, unit, with_labels=False),
        paints={"ground": GROUND, "no_data": GROUND, **VERDICT_PAINTS},
        units=[PaintedUnit(unit.id, "ground", unit.name(tongue), "", "")],
        words={**map_words(), "no_data": ""},
        picture=Picture(
            title=state.name,
            subtitle=", ".join([unit.name(tongue), holder.name(tongue)]),
            legend_title=gettext("Verdict"),
            legend=((verdict, verdict_words()[verdict], ""),),
            notes=tuple(notes),
            sample=gettext("Sample data, not real figures") if synthetic else "",
            file=f"gisdb-{unit.code}.png",
        ),
        points=_point(state, verdict),
        labels=place_labels(connection),
        focus=unit.id,
    )
    return render(choropleth, map_assets(), csp_nonce())


def _point(state: WorkplaceState, verdict: str) -> list[MapPoint]:
    if state.longitude is None or state.latitude is None:
        return []
    return [
        MapPoint(
            lat=state.latitude,
            lon=state.longitude,
            radius=LOCATOR_RADIUS,
            paint=verdict,
            name=state.name,
            lines=(verdict_words()[verdict],),
            href="",
        )
    ]
