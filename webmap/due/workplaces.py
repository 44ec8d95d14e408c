"""The workplaces of a unit that have not reported for a period: those that the account may see, page by page."""

from __future__ import annotations

from collections.abc import Mapping

from flask import render_template
from sqlalchemy import Connection

from gisdb.duties.standing import Missing, missing_workplaces
from gisdb.indicators.held import holds_synthetic
from webmap.due.question import read_asked
from webmap.due.words import period_words
from webmap.i18n import language

ON_A_PAGE = 100
MOST_PAGES = 100_000


def workplaces_page(connection: Connection, arguments: Mapping[str, str]) -> str:
    """The page of ``/due/workplaces``; refusals as `webmap.due.question.read_asked`."""
    asked = read_asked(connection, arguments)
    page = _page(arguments.get("page", ""))
    unit_id = asked.unit.id if asked.unit else None
    found = (
        missing_workplaces(connection, asked.duty, asked.period, unit_id, (page - 1) * ON_A_PAGE, ON_A_PAGE)
        if asked.duty.of_workplaces
        else Missing([], 0)
    )
    late_from = asked.duty.late_from(asked.period)
    return render_template(
        "due/workplaces.html",
        asked=asked,
        duty_name=asked.duty.name(language()),
        period=period_words(asked.period),
        unit_name=asked.unit.name(language()) if asked.unit else "",
        found=found,
        # A column that says nothing of any of them is left out.
        shown={name: any(getattr(one, name) for one in found.workplaces) for name in ("commune", "address")},
        first=(page - 1) * ON_A_PAGE + 1,
        page=page,
        pages=-(-found.count // ON_A_PAGE),
        late_from=late_from,
        days_overdue=max((asked.today - late_from).days + 1, 0),
        synthetic=holds_synthetic(connection),
    )


def _page(given: str) -> int:
    """The asked page; the first for what is no number of a page."""
    return min(max(int(given), 1), MOST_PAGES) if given.isascii() and given.isdigit() and len(given) < 9 else 1
