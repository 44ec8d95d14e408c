"""``gisdb due …``: which reports are due, and which have not come."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

import click
from sqlalchemy import Connection

from gisdb.clock import today
from gisdb.config import load_settings
from gisdb.duties.duty import Duty, duties, last_day
from gisdb.duties.standing import Due, Standing, standings
from gisdb.errors import InputError
from gisdb.geography.units import unit_by_code, unit_by_id
from gisdb.messages import sentence
from gisdb.opening import opened


@click.group()
def due() -> None:
    """Reports that the law asks for: what is due and has not come."""


@due.command("list")
@click.option("--register", metavar="NAME", default="", help="Reports that come into one register.")
@click.option("--duty", "code", metavar="CODE", default="", help="One report, as province_accidents_year.")
@click.option("--period", metavar="PERIOD", help="2025, 2025H1, 2025Q3; the last that is over if not given.")
@click.option("--unit", metavar="UNIT", help="Only in this unit: its id, or LEVEL:CODE.")
@click.option(
    "--level", default="province", show_default=True, help="Level of units in which workplaces' reports are counted."
)
@click.option("--missing", is_flag=True, help="Only units from which something is overdue.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def list_(
    *, register: str, code: str, period: str | None, unit: str | None, level: str, missing: bool, as_json: bool
) -> None:
    """List, for each report and unit, whether it came in time, late or not at all, with the legal deadline."""
    settings = load_settings()
    now = today(settings.timezone)
    with opened(settings) as database, database.acting_as(None) as conn:
        found = [one for one in duties(conn, register) if code in {"", one.code}]
        listed = []
        for duty in found:
            asked = _period(duty, period, now, alone=len(found) == 1)
            if asked:
                within = _unit_id(conn, unit, last_day(asked), now) if unit else None
                lines = standings(conn, duty, asked, level, now, within)
                listed.append((duty, asked, [one for one in lines if not missing or one.days_overdue]))
    if as_json:
        click.echo(json.dumps({"duties": [_as_data(*one) for one in listed]}, ensure_ascii=False))
    else:
        _print(listed, settings.language)


def _period(duty: Duty, given: str | None, now: date, *, alone: bool) -> str | None:
    """The asked period; None where it is one of another kind of report and several are listed."""
    if given:
        try:
            return duty.checked(given)
        except InputError:
            if alone:
                raise
            return None
    return next((one for one in duty.periods(now.year - 2, now) if last_day(one) < now), None)


def _unit_id(conn: Connection, given: str, end: date, now: date) -> int:
    if given.isdigit():
        return unit_by_id(conn, int(given)).id
    level, separator, code = given.partition(":")
    if not separator:
        raise InputError("unit_argument_malformed", given=given)
    return unit_by_code(conn, level, code, min(end, now)).id


def _as_data(duty: Duty, period: str, lines: Sequence[Standing]) -> dict[str, object]:
    return {
        "duty": duty.code,
        "register": duty.register,
        "period": period,
        "late_from": duty.late_from(period).isoformat(),
        "legal_basis": duty.legal_basis_vi,
        "deadline_confirmed": duty.confirmed,
        "units": [
            {
                "id": one.unit.id,
                "level": one.unit.level,
                "code": one.unit.code,
                "name_vi": one.unit.name_vi,
                "state": one.state.value,
                "due": one.due,
                "in_time": one.in_time,
                "late": one.late,
                "missing": one.missing,
                "days_overdue": one.days_overdue,
                "came_on": one.came_on.isoformat() if one.came_on else None,
            }
            for one in lines
        ],
    }


def _print(listed: Sequence[tuple[Duty, str, list[Standing]]], language: str) -> None:
    from rich.console import Console
    from rich.table import Table

    if not listed:
        click.echo(sentence("due_none", {}, language).text)
    console = Console()
    for duty, period, lines in listed:
        told = {
            "name": duty.name(language),
            "period": period,
            "day": duty.late_from(period).isoformat(),
            "basis": duty.legal_basis_vi if language == "vi" else duty.legal_basis_en,
        }
        click.echo(sentence("due_deadline", told, language).text)
        if not duty.confirmed:
            click.echo(sentence("due_deadline_unconfirmed", {}, language).text)
        table = Table()
        for heading in ("code", "unit", "state", "came", "due", "days overdue"):
            table.add_column(heading, overflow="fold")
        for one in lines:
            style = "red" if one.state in {Due.NOT_SUBMITTED, Due.PARTLY} else ""
            said = sentence(f"due_state_{one.state.value}", {}, language).text
            overdue = str(one.days_overdue) if one.days_overdue else ""
            cells = (one.unit.code, one.unit.name(language), said, str(one.came), str(one.due), overdue)
            table.add_row(*cells, style=style)
        console.print(table)
