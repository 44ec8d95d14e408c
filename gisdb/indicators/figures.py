"""An answer of the evaluator as a file: the figures of a map, with the units' shapes or without.

CSV: UTF-8 with a byte-order mark; a line for each unit, for what is in no unit (``ambiguous``, ``not_divisible``,
``unplaced``) and for the total; text cells that a spreadsheet would take for a formula begin with an apostrophe.
GeoJSON: RFC 7946, longitude and latitude (WGS 84); a feature for each unit, everything else as members beside them.
A suppressed value carries no number in either. ``restricted``: it tells the results of single workplaces, and is there
because the account may read these; not for publication.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Connection

from gisdb.formula import guarded
from gisdb.geography.shapes import Detail, labels, shapes, sources
from gisdb.indicators.answers import Answer, UnitValue
from gisdb.registers.export import SYNTHETIC_LABEL

COLUMNS = (
    "row",
    "level",
    "code",
    "name_vi",
    "name_en",
    "valid_from",
    "valid_to",
    "state",
    "value",
    "numerator",
    "denominator",
    "n",
    "low_95",
    "high_95",
    "coverage_counted",
    "coverage_due",
    "restricted",
    "indicator",
    "unit_of_measure",
    "first_year",
    "last_year",
    "on",
    "within",
    "filters",
    "synthetic",
)
_BOM = "\ufeff"


def csv_of(answer: Answer) -> Iterator[bytes]:
    """The answer as CSV, line by line; `valid_to` is the first day on which the unit no longer was."""
    yield (_BOM + ",".join(COLUMNS) + "\r\n").encode()
    for row, value in lines_of(answer):
        written = io.StringIO()
        csv.writer(written).writerow(_cell(cell) for cell in _members(answer, row, value).values())
        yield written.getvalue().encode()


def lines_of(answer: Answer) -> Iterator[tuple[str, UnitValue]]:
    """Every line of an answer with what it is: ``unit``, a kind of rest, ``total``."""
    for value in answer.values:
        yield "unit", value
    for kind, value in answer.rest.items():
        yield str(kind), value
    yield "total", answer.total


def geojson_of(conn: Connection, answer: Answer, detail: Detail) -> Iterator[bytes]:
    """The answer as GeoJSON, feature by feature, with shapes of ``detail``; a unit without a shape has none here too."""
    asked = answer.question
    values = {value.unit.id: value for value in answer.values if value.unit is not None}
    head = json.dumps(_head(conn, answer), ensure_ascii=False)
    yield (head[:-1] + ', "features": [\n').encode()
    separator = ""
    for unit_id, geometry in shapes(conn, asked.level, asked.day, asked.within_id, detail):
        properties = json.dumps(_members(answer, "unit", values[unit_id]), ensure_ascii=False, default=date.isoformat)
        feature = f'{{"type": "Feature", "id": {unit_id}, "geometry": {geometry}, "properties": {properties}}}'
        yield (separator + feature).encode()
        separator = ",\n"
    yield b"\n]}\n"


def _head(conn: Connection, answer: Answer) -> dict[str, Any]:
    asked = answer.question
    head: dict[str, Any] = {"type": "FeatureCollection", "name": f"{asked.indicator} {asked.day.isoformat()}"}
    if answer.synthetic:
        head |= {"synthetic": True, "notice": SYNTHETIC_LABEL}
    outside = [(row, value) for row, value in lines_of(answer) if row != "unit"]
    return head | {
        "rows_without_shape": [
            {name: _plain(cell) for name, cell in _members(answer, row, value).items()} for row, value in outside
        ],
        # Every map of the nation names its archipelagos; whoever draws this file can.
        "labels": [
            {"name_vi": one.name_vi, "name_en": one.name_en, "coordinates": [one.longitude, one.latitude]}
            for one in labels(conn)
        ],
        "attribution": [
            f"{one.title_en} ({one.origin}, {one.licence}). {one.note_en}".strip()
            for one in sources(conn, asked.level, asked.day)
        ],
    }


def _members(answer: Answer, row: str, value: UnitValue) -> dict[str, Any]:
    asked, unit = answer.question, value.unit
    of_unit = (
        (unit.level, unit.code, unit.name_vi, unit.name_en, unit.valid_from, unit.valid_to)
        if unit is not None
        else (None,) * 6
    )
    low, high = value.interval or (None, None)
    covered = (value.coverage.counted, value.coverage.due) if value.coverage else (None, None)
    of_value = (
        str(value.state),
        value.value,
        value.numerator,
        value.denominator,
        value.n,
        low,
        high,
        *covered,
        value.restricted,
    )
    of_question = (
        asked.indicator,
        answer.indicator.unit_en,
        asked.first_year,
        asked.last_year,
        asked.day,
        answer.area.name_vi if asked.within_id else None,
        ";".join(f"{name}={code}" for name, code in asked.filters) or None,
    )
    synthetic = SYNTHETIC_LABEL if answer.synthetic else None
    return dict(zip(COLUMNS, (row, *of_unit, *of_value, *of_question, synthetic), strict=True))


def _cell(value: object) -> str:
    plain = _plain(value)
    if plain is None:
        return ""
    if isinstance(plain, str):
        return guarded(plain)
    return f"{plain:.15g}" if isinstance(plain, float) else str(plain)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
