"""One unit: the map within it, the same numbers as a table, its workplaces, what it was made of and became."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import render_template, url_for
from flask_babel import gettext
from sqlalchemy import Connection

from gisdb.geography.units import Lineage, Unit, ancestors, levels_on, predecessors, successors, unit_by_id
from gisdb.registers.reading import WorkplaceSummary, workplaces_of
from webmap.choropleth import MapPoint
from webmap.i18n import language
from webmap.maps.legend import VERDICT_PAINTS, LegendRow, verdict_words
from webmap.maps.numbers import number
from webmap.maps.page import make_page, today
from webmap.maps.question import MapState, read_day, read_state
from webmap.session import current_account

MOST_POINTS = 3000
"""So many workplaces are drawn, the largest first; the page says when there are more."""

MOST_LISTED = 200

UNMEASURED = "unmeasured"

ROOMY = 300
"""So many points stand beside each other at full size."""

SMALLEST_RADIUS, LARGEST_RADIUS = 2.5, 12.0


@dataclass(frozen=True)
class Kin:
    """A unit that this one was made of or became, with its address on a day on which it was there."""

    name: str
    href: str
    kind: str
    share: str
    legal_act: str


def unit_page(connection: Connection, unit_id: int, arguments: Mapping[str, str]) -> str:
    """The page of ``/units/<id>``.

    Raises:
        NotFound: ``unit_unknown``.
        InputError: what :func:`webmap.maps.question.read_state` refuses.
    """
    unit = unit_by_id(connection, unit_id)
    usual_day = day_within(unit, today())
    rank = _rank(connection, unit)
    on = read_day(arguments.get("on"), usual_day)
    has_lower = any(level.rank > rank for level in levels_on(connection, on))
    lowest_rank = rank if has_lower else rank - 1
    state, choices = read_state(arguments, connection, today(), above_rank=lowest_rank, default_day=usual_day)
    # A unit without smaller ones is shown among its neighbours; on a day when it was not, by what covers it.
    among = unit.level == state.level and unit.on(state.on) and unit.parent_id is not None
    area = unit_by_id(connection, unit.parent_id) if among and unit.parent_id else unit
    summaries = _workplaces(connection, unit, state) if current_account() else []
    page = make_page(
        connection,
        state,
        choices,
        area=area,
        place=area.name(language()),
        address=lambda **query: url_for("maps.unit", unit_id=unit.id, **query),
        focus=unit.id if among else None,
        points=_points(summaries),
        point_legend=_point_legend(summaries),
    )
    own = next((row for row in page.sheet.rows if row.unit_id == unit.id), page.sheet.total)
    onward = {name: value for name, value in state.arguments().items() if name != "level"}
    return render_template(
        "maps/unit.html",
        page=page,
        unit=unit,
        unit_name=unit.name(language()),
        last_day=day_within(unit, today()),
        own=own,
        among=among,
        above=ancestors(connection, unit),
        onward=onward,
        made_of=[_kin(lineage, onward) for lineage in predecessors(connection, unit.id)],
        became=[_kin(lineage, onward) for lineage in successors(connection, unit.id)],
        workplaces=summaries[:MOST_LISTED],
        workplace_count=len(summaries),
        unpointed=sum(1 for summary in summaries if summary.longitude is None),
        undrawn=max(0, sum(1 for summary in summaries if summary.longitude is not None) - MOST_POINTS),
        unmeasured=UNMEASURED,
        verdicts=verdict_words(),
        synthetic=page.sheet.synthetic,
    )


def _workplaces(connection: Connection, unit: Unit, state: MapState) -> list[WorkplaceSummary]:
    found = workplaces_of(connection, unit.id, state.first_year, state.last_year)
    return sorted(found, key=lambda summary: (-summary.exceeding, -summary.judged))


def day_within(unit: Unit, today: date) -> date:
    """``today`` if the unit is there, else the nearest day on which it was."""
    if unit.valid_to is not None and unit.valid_to <= today:
        return unit.valid_to - timedelta(days=1)
    if unit.valid_from is not None and unit.valid_from > today:
        return unit.valid_from
    return today


def _rank(connection: Connection, unit: Unit) -> int:
    levels = levels_on(connection, day_within(unit, today()))
    return next(level.rank for level in levels if level.code == unit.level)


def _kin(lineage: Lineage, onward: Mapping[str, Any]) -> Kin:
    day = day_within(lineage.unit, today())
    share = "" if lineage.share is None else number(round(lineage.share * 100, 1), language())
    return Kin(
        name=lineage.unit.name(language()),
        href=url_for("maps.unit", unit_id=lineage.unit.id, **{**onward, "on": day.isoformat()}),
        kind=lineage.kind,
        share=share,
        legal_act=lineage.legal_act,
    )


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
