"""One unit: the map within it, the same numbers as a table, its workplaces, what it was made of and became."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template, url_for
from flask_babel import gettext
from sqlalchemy import Connection

from gisdb.geography.units import Unit, ancestors, levels_on, other_codes, unit_by_id
from gisdb.registers.reading import WorkplaceSummary, workplaces_of
from webmap.choropleth import MapPoint
from webmap.i18n import language
from webmap.indicators.profile import Profile, make_profile
from webmap.maps.kin import day_within, make_kinship
from webmap.maps.legend import VERDICT_PAINTS, LegendRow, verdict_words
from webmap.maps.numbers import number
from webmap.maps.page import make_page
from webmap.maps.question import Choices, MapState, read_state
from webmap.maps.view import Around, today
from webmap.session import current_account
from webmap.uploads.waiting import waiting_line

MOST_POINTS = 3000
"""So many workplaces are drawn, the largest first; the page says when there are more."""

MOST_LISTED = 200

UNMEASURED = "unmeasured"

ROOMY = 300
"""So many points stand beside each other at full size."""

SMALLEST_RADIUS, LARGEST_RADIUS = 2.5, 12.0


def unit_page(connection: Connection, unit_id: int, arguments: Mapping[str, str]) -> str:
    """The page of ``/units/<id>``.

    Raises:
        NotFound: ``unit_unknown``.
        InputError: what :func:`webmap.maps.question.read_state` refuses.
    """
    unit = unit_by_id(connection, unit_id)
    usual_day = day_within(unit, today())
    state, choices = read_state(
        arguments, connection, today(), above_rank=_rank(connection, unit), default_day=usual_day
    )
    # Its holders are asked for on the nearest day to the asked one on which it was.
    above = ancestors(connection, unit, day_within(unit, state.on))
    # A unit without smaller ones is shown among its neighbours; on a day when it was not, by what covers it.
    among = unit.level == state.level and unit.on(state.on) and bool(above)
    area = above[-1] if among else unit
    summaries = _workplaces(connection, unit, state) if current_account() else []
    around = Around(
        place=area.name(language()),
        level_name=choices.level(state.level).level.name(language()),
        area=area,
        focus=unit.id if among else None,
        points=_points(summaries),
        point_legend=_point_legend(summaries),
    )
    page = make_page(connection, state, choices, around, lambda **query: url_for("maps.unit", unit_id=unit.id, **query))
    return render_template(
        "maps/unit.html",
        page=page,
        view=page.view,
        unit=unit,
        unit_name=unit.name(language()),
        own=next((row for row in page.view.sheet.rows if row.unit_id == unit.id), page.view.sheet.total),
        among=among,
        above=above,
        codes=other_codes(connection, unit.id),
        onward=state.onward(),
        kinship=make_kinship(connection, unit, state),
        profile=_profile(connection, unit, state, choices, above),
        work=_work(summaries),
        waiting=waiting_line(connection, unit.id),
        synthetic=page.view.sheet.synthetic,
    )


def _profile(
    connection: Connection, unit: Unit, state: MapState, choices: Choices, above: Sequence[Unit]
) -> Profile | None:
    """All its indicators; one of a lower level among those of its holder, as its figures are made of pieces there."""
    if not choices.years:
        return None
    holder = above[-1] if len(above) > 1 else None
    day = day_within(unit, state.on)
    return make_profile(
        connection, unit, day, holder, range(min(choices.years), max(choices.years) + 1), state.last_year
    )


def _work(summaries: Sequence[WorkplaceSummary]) -> dict[str, Any]:
    """What the page says of the workplaces that the account sees."""
    pointed = sum(1 for summary in summaries if summary.longitude is not None)
    return {
        "listed": summaries[:MOST_LISTED],
        "count": len(summaries),
        "unpointed": len(summaries) - pointed,
        "undrawn": max(0, pointed - MOST_POINTS),
        "unmeasured": UNMEASURED,
        "verdicts": verdict_words(),
    }


def _workplaces(connection: Connection, unit: Unit, state: MapState) -> list[WorkplaceSummary]:
    found = workplaces_of(connection, unit.id, state.first_year, state.last_year)
    return sorted(found, key=lambda summary: (-summary.exceeding, -summary.judged))


def _rank(connection: Connection, unit: Unit) -> int:
    levels = levels_on(connection, day_within(unit, today()))
    return next(level.rank for level in levels if level.code == unit.level)


def _points(summaries: Sequence[WorkplaceSummary]) -> list[MapPoint]:
    drawn = [summary for summary in summaries if summary.longitude is not None and summary.latitude is not None]
    largest = sorted(drawn, key=lambda summary: summary.workers or 0, reverse=True)[:MOST_POINTS]
    verdicts = verdict_words()
    return [
        MapPoint(
            lat=round(summary.latitude, 5),
            lon=round(summary.longitude, 5),
            radius=radius(summary.workers, len(largest)),
            paint=summary.verdict or UNMEASURED,
            name=summary.name,
            lines=_point_lines(summary, verdicts),
            href=url_for("maps.workplace", workplace_id=summary.id),
        )
        for summary in largest
        if summary.latitude is not None and summary.longitude is not None
    ]


def _point_lines(summary: WorkplaceSummary, verdicts: Mapping[str, str]) -> tuple[str, ...]:
    tongue = language()
    workers = gettext("Workers: %(count)s", count=number(summary.workers, tongue) or gettext("not known"))
    judged = gettext(
        "%(verdict)s: %(exceeding)s of %(judged)s measurements above the limit",
        verdict=verdicts[summary.verdict or UNMEASURED],
        exceeding=number(summary.exceeding, tongue),
        judged=number(summary.judged, tongue),
    )
    return (workers, judged if summary.judged else verdicts[summary.verdict or UNMEASURED])


def radius(workers: int | None, crowd: int) -> float:
    """Pixels for a workplace among ``crowd`` others: its area grows with its workers, all shrink in a crowd."""
    size = min(max(0.25 * math.sqrt(workers or 0), SMALLEST_RADIUS), LARGEST_RADIUS)
    return round(size * min(1.0, max(0.5, math.sqrt(ROOMY / max(crowd, 1)))), 1)


def _point_legend(summaries: Sequence[WorkplaceSummary]) -> list[LegendRow]:
    if not summaries:
        return []
    counted = Counter(summary.verdict or UNMEASURED for summary in summaries)
    words = verdict_words()
    return [LegendRow(verdict, paint, words[verdict], counted[verdict]) for verdict, paint in VERDICT_PAINTS.items()]
