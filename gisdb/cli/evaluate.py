"""``gisdb evaluate``: one indicator's numbers on the command line, by the evaluator that the maps use."""

from __future__ import annotations

import json
from datetime import date, datetime

import click
from sqlalchemy import Connection

from gisdb.clock import today
from gisdb.config import load_settings
from gisdb.errors import InputError
from gisdb.geography.units import unit_by_code, unit_by_id
from gisdb.indicators.evaluator import Answer, Question, UnitValue
from gisdb.indicators.evaluator import evaluate as answer_of
from gisdb.messages import sentence
from gisdb.opening import opened
from gisdb.period import years_of


@click.command()
@click.argument("indicator")
@click.option("--level", default="province", show_default=True, help="Level of units: country, province, commune, …")
@click.option("--period", required=True, help="A year, 2025, or years, 2021..2024.")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="Day whose units are used; today if not given.")
@click.option("--within", metavar="UNIT", help="Only units within this one: its id, or LEVEL:CODE.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def evaluate(indicator: str, level: str, period: str, day: datetime | None, within: str | None, as_json: bool) -> None:
    """Answer INDICATOR for every unit of a level."""
    settings = load_settings()
    on = day.date() if day is not None else today(settings.timezone)
    first, last = years_of(period)
    with opened(settings) as database, database.acting_as(None) as conn:
        within_id = _unit_id(conn, within, on) if within else None
        answer = answer_of(conn, Question(indicator, level, on, first, last, within_id))
    if as_json:
        click.echo(json.dumps(_as_data(answer), ensure_ascii=False))
    else:
        _print(answer, settings.language)


def _unit_id(conn: Connection, given: str, on: date) -> int:
    if given.isdigit():
        return unit_by_id(conn, int(given)).id
    level, separator, code = given.partition(":")
    if not separator:
        raise InputError("unit_argument_malformed", given=given)
    return unit_by_code(conn, level, code, on).id


def _as_data(answer: Answer) -> dict[str, object]:
    asked = answer.question
    return {
        "indicator": asked.indicator,
        "level": asked.level,
        "on": asked.day.isoformat(),
        "period": [asked.first_year, asked.last_year],
        "within": asked.within_id,
        "unit_of_measure": answer.indicator.unit_en,
        "synthetic": answer.synthetic,
        "total": _value_as_data(answer.total),
        "unplaced": _value_as_data(answer.unplaced),
        "values": [_value_as_data(value) for value in answer.values],
    }


def _value_as_data(value: UnitValue) -> dict[str, object]:
    unit = value.unit
    return {
        "unit": None if unit is None else {"id": unit.id, "code": unit.code, "name_vi": unit.name_vi},
        "state": value.state.value,
        "value": value.value,
        "numerator": value.numerator,
        "denominator": value.denominator,
    }


def _print(answer: Answer, language: str) -> None:
    from rich.console import Console
    from rich.table import Table

    asked = answer.indicator
    table = Table(title=f"{asked.name(language)} ({asked.unit(language)})")
    parts_named = [part.vi if language == "vi" else part.en for part in (asked.numerator, asked.denominator)]
    for heading in ("", "", asked.unit(language), *parts_named):
        table.add_column(heading, justify="right" if heading else "left")
    table.add_column("")
    for value in (*answer.values, answer.unplaced, answer.total):
        unit = value.unit
        shown = "" if value.value is None else f"{value.value:.{asked.decimals}f}"
        parts = ("" if part is None else f"{part:g}" for part in (value.numerator, value.denominator))
        name = unit.name(language) if unit else _said("unplaced", language)
        table.add_row(unit.code if unit else "", name, shown, *parts, _said(f"state_{value.state.value}", language))
    console = Console()
    console.print(table)
    if answer.synthetic:
        console.print(_said("sample_label", language))


def _said(code: str, language: str) -> str:
    return sentence(code, {}, language).text
