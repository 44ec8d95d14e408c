"""How units stand with a report for a period, as a page and as a file."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence

from flask import Response, render_template
from sqlalchemy import Connection

from gisdb.duties.standing import Due, Standing, standings
from gisdb.formula import guarded
from gisdb.indicators.held import holds_synthetic
from webmap.due.question import Asked, read_asked
from webmap.due.words import period_words, register_words, state_words
from webmap.i18n import language
from webmap.limits.words import Words
from webmap.maps.sheet import in_language

COLUMNS = (
    "duty",
    "register",
    "period",
    "late_from",
    "level",
    "code",
    "name_vi",
    "name_en",
    "state",
    "due",
    "in_time",
    "late",
    "missing",
    "days_overdue",
    "recorded_on",
)


def listing_page(connection: Connection, arguments: Mapping[str, str]) -> str:
    """The page of ``/due``; refusals as `read_asked`."""
    asked = read_asked(connection, arguments)
    everyone = _standings(connection, asked)
    counted = Counter(one.state for one in everyone)
    return render_template(
        "due/list.html",
        asked=asked,
        duty_name=asked.duty.name(language()),
        period=period_words(asked.period),
        lines=_wanted(asked, everyone),
        listed=len(everyone),
        counts=[(state, counted[state]) for state in Due if counted[state]],
        reports=(sum(one.due for one in everyone), sum(one.came for one in everyone)),
        states=state_words(),
        late_from=asked.duty.late_from(asked.period),
        receiver=in_language(asked.duty, "receiver", language()),
        legal_basis=in_language(asked.duty, "legal_basis", language()),
        confidence=Words(connection).named("limit_confidence", asked.duty.confidence),
        register_name=register_words(asked.duty.register),
        by_register=_by_register(asked),
        period_words=period_words,
        tongue=language(),
        synthetic=holds_synthetic(connection),
    )


def _standings(connection: Connection, asked: Asked) -> list[Standing]:
    within = asked.unit.id if asked.unit else None
    return standings(connection, asked.duty, asked.period, asked.level.code, asked.today, within)


def _wanted(asked: Asked, everyone: Sequence[Standing]) -> list[Standing]:
    """What is listed: all in the order of their codes, or those from which something is overdue, the longest first."""
    if not asked.only_missing:
        return list(everyone)
    return sorted((one for one in everyone if one.days_overdue), key=lambda one: (-one.missing, one.unit.code))


def _by_register(asked: Asked) -> list[tuple[str, list[tuple[str, str]]]]:
    """The duties that can be chosen, under the registers that they come into."""
    found: dict[str, list[tuple[str, str]]] = {}
    for one in asked.duties:
        found.setdefault(register_words(one.register), []).append((one.code, one.name(language())))
    return list(found.items())


def file_response(connection: Connection, arguments: Mapping[str, str]) -> Response:
    """The same as CSV (UTF-8 with a byte-order mark); refusals as `read_asked`."""
    asked = read_asked(connection, arguments)
    text = io.StringIO()
    text.write("\ufeff")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    late_from = asked.duty.late_from(asked.period).isoformat()
    for one in _wanted(asked, _standings(connection, asked)):
        unit = one.unit
        writer.writerow(
            (
                *(asked.duty.code, asked.duty.register, asked.period, late_from),
                *(unit.level, unit.code, guarded(unit.name_vi), guarded(unit.name_en), one.state.value),
                *(one.due, one.in_time, one.late, one.missing, one.days_overdue),
                one.came_on.isoformat() if one.came_on else "",
            )
        )
    response = Response(text.getvalue(), content_type="text/csv; charset=utf-8")
    name = f"gisdb-due-{asked.duty.code}-{asked.period}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
