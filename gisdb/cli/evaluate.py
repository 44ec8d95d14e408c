"""``gisdb evaluate``: one indicator's numbers on the command line, by the evaluator that the maps use."""

from __future__ import annotations

import json
import sys
from datetime import date

import click
from sqlalchemy import Connection

from gisdb.clock import today
from gisdb.config import load_settings
from gisdb.errors import InputError
from gisdb.geography.shapes import FULL
from gisdb.geography.units import day_of_period, unit_by_code, unit_by_id
from gisdb.indicators.answers import Answer, Question, UnitValue
from gisdb.indicators.evaluator import evaluate as answer_of
from gisdb.indicators.figures import csv_of, geojson_of
from gisdb.messages import sentence
from gisdb.opening import opened
from gisdb.period import THEN, day_of, years_of


@click.command()
@click.argument("indicator")
@click.option("--level", default="province", show_default=True, help="Level of units: country, province, commune, …")
@click.option("--period", required=True, help="A year, 2025, or years, 2021..2024.")
@click.option("--on", "on", metavar="DAY", help="Day whose units are used, 2025-06-30, or 'then'; today if not given.")
@click.option("--within", metavar="UNIT", help="Only units within this one: its id, or LEVEL:CODE.")
@click.option(
    "--filter",
    "filters",
    multiple=True,
    metavar="NAME=CODE",
    help="Only these records, as factor=NOISE or industry=2018:C; may be given more than once.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@click.option(
    "--format", "file_format", type=click.Choice(["csv", "geojson"]), help="A file, with the units' shapes or without."
)
def evaluate(
    *,
    indicator: str,
    level: str,
    period: str,
    on: str | None,
    within: str | None,
    filters: tuple[str, ...],
    as_json: bool,
    file_format: str | None,
) -> None:
    """Answer INDICATOR for every unit of a level.

    With --on then the units are those of the period as reported then: of its last day.
    """
    settings = load_settings()
    first, last = years_of(period)
    with opened(settings) as database, database.acting_as(None) as conn:
        now = today(settings.timezone)
        day = day_of_period(conn, level, first, last, now) if on == THEN else day_of(on, now)
        within_id = _unit_id(conn, within, day) if within else None
        asked = Question(indicator, level, day, first, last, within_id, tuple(_filter(one) for one in filters))
        answer = answer_of(conn, asked)
        if file_format:
            blocks = csv_of(answer) if file_format == "csv" else geojson_of(conn, answer, FULL)
            sys.stdout.buffer.writelines(blocks)
            return
    if as_json:
        click.echo(json.dumps(_as_data(answer), ensure_ascii=False))
    else:
        _print(answer, settings.language)


def _filter(given: str) -> tuple[str, str]:
    name, separator, code = given.partition("=")
    if not separator:
        raise InputError("filter_argument_malformed", given=given)
    return name.strip(), code.strip()


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
        "filters": dict(asked.filters),
        "unit_of_measure": answer.indicator.unit_en,
        "synthetic": answer.synthetic,
        "total": _value_as_data(answer.total),
        "rest": {reason.value: _value_as_data(value) for reason, value in answer.rest.items()},
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
        "interval_95": value.interval,
        "restricted": value.restricted,
        "coverage": None if value.coverage is None else vars(value.coverage),
    }


def _print(answer: Answer, language: str) -> None:
    from rich.console import Console
    from rich.table import Table

    asked = answer.indicator
    table = Table(title=f"{asked.name(language)} ({asked.unit(language)})")
    parts_named = [part.words(language) for part in (asked.numerator, asked.denominator)]
    for heading in ("", "", asked.unit(language), "95 %", *parts_named):
        table.add_column(heading, justify="right" if heading else "left")
    table.add_column("")
    rows = [(value.unit.code, value.unit.name(language), value) for value in answer.values if value.unit]
    rows += [("", _said(f"rest_{reason.value}", language), value) for reason, value in answer.rest.items()]
    for code, name, value in (*rows, ("", answer.area.name(language), answer.total)):
        shown = "" if value.value is None else f"{value.value:.{asked.decimals}f}"
        parts = ("" if part is None else f"{part:g}" for part in (value.numerator, value.denominator))
        table.add_row(
            code, name, shown, _interval(value, asked.decimals), *parts, _said(f"state_{value.state.value}", language)
        )
    console = Console()
    console.print(table)
    if answer.synthetic:
        console.print(_said("sample_label", language))


def _interval(value: UnitValue, decimals: int) -> str:
    return "" if value.interval is None else " – ".join(f"{end:.{decimals}f}" for end in value.interval)


def _said(code: str, language: str) -> str:
    return sentence(code, {}, language).text
