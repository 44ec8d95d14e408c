"""The figures of a map as a file: what the page shows and no more, for everybody alike."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gisdb.config import Settings
from gisdb.engine import Database
from gisdb.geography.units import Unit, unit_by_code
from gisdb.indicators import indicator
from gisdb.indicators.answers import Answer, Question, Rest, State, UnitValue
from gisdb.indicators.evaluator import evaluate
from gisdb.indicators.figures import COLUMNS, csv_of
from tests.webmap.conftest import sign_in
from webmap.app import create_app

DAY = date(2025, 7, 1)


@pytest.fixture(scope="module")
def app(shared: Database, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application on places, sample and accounts."""
    return create_app(Settings(home=tmp_path_factory.mktemp("home"), secret_key="k" * 40), shared)


@pytest.fixture
def visitor(app: Flask) -> FlaskClient:
    return app.test_client()


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("asked", [("province", DAY, 34), ("province", date(2024, 6, 1), 63), ("commune", DAY, 3321)])
def test_the_csv_says_what_the_evaluator_says(
    visitor: FlaskClient, shared: Database, asked: tuple[str, date, int]
) -> None:
    level, day, count = asked
    answer = visitor.get(f"/export/map.csv?level={level}&on={day}&year=2024")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert f"exceedance_share-{level}-2024-2024-{day}.csv" in answer.headers["Content-Disposition"]
    rows = rows_of(answer.data)
    with shared.acting_as(None) as conn:
        known = evaluate(conn, Question("exceedance_share", level, day, 2024, 2024))
    units = [row for row in rows if row["row"] == "unit"]
    assert len(units) == count
    for row, value in zip(units, known.values, strict=True):
        assert value.unit is not None
        assert (row["code"], row["name_vi"], row["state"]) == (value.unit.code, value.unit.name_vi, value.state)
        for name in ("value", "numerator", "denominator", "n"):
            said = getattr(value, name)
            assert row[name] == "" if said is None else float(row[name]) == pytest.approx(said, rel=1e-12)
        if row["state"] == "suppressed":
            assert not any(row[name] for name in ("value", "numerator", "denominator", "n"))
    assert {row["row"] for row in rows} == {"unit", "total", *known.rest}
    assert {(row["indicator"], row["on"], row["first_year"]) for row in rows} == {
        ("exceedance_share", day.isoformat(), "2024")
    }
    assert {row["synthetic"] for row in rows} == {"Dữ liệu mẫu, không phải số liệu thật"}


def test_some_numbers_are_hidden_in_the_file_too(visitor: FlaskClient) -> None:
    states = {
        row["state"] for row in rows_of(visitor.get("/export/map.csv?level=commune&on=2025-07-01&year=2024").data)
    }
    assert states == {"value", "zero", "suppressed", "not_submitted", "no_data"}


@pytest.mark.parametrize("detail", ["0", "1", "full"])
def test_the_geojson_is_the_same_figures_with_shapes(visitor: FlaskClient, detail: str) -> None:
    query = "level=province&on=2025-07-01&year=2024"
    answer = visitor.get(f"/export/map.geojson?{query}&detail={detail}")
    assert answer.content_type == "application/geo+json"
    told = json.loads(answer.data)
    rows = {row["code"]: row for row in rows_of(visitor.get(f"/export/map.csv?{query}").data) if row["row"] == "unit"}
    assert len(told["features"]) == len(rows) == 34
    for feature in told["features"]:
        properties = feature["properties"]
        assert list(properties) == list(COLUMNS)
        row = rows[properties["code"]]
        assert (properties["name_vi"], properties["state"]) == (row["name_vi"], row["state"])
        assert feature["geometry"]["type"] == "MultiPolygon"
        if properties["state"] == "suppressed":
            assert properties["value"] is properties["numerator"] is properties["denominator"] is None
    assert [one["row"] for one in told["rows_without_shape"]][-1] == "total"
    assert told["synthetic"] is True
    assert "not for legal use" in " ".join(told["attribution"])


def test_more_detail_has_more_corners(visitor: FlaskClient) -> None:
    sizes = [
        len(visitor.get(f"/export/map.geojson?level=province&on=2025-07-01&year=2024&detail={detail}").data)
        for detail in ("0", "1", "full")
    ]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[2]


def test_a_file_within_a_unit_holds_its_units_alone(visitor: FlaskClient, shared: Database) -> None:
    with shared.acting_as(None) as conn:
        city = unit_by_code(conn, "province", "79", DAY)
    query = f"unit={city.id}&level=commune&on=2025-07-01&year=2024"
    rows = rows_of(visitor.get(f"/export/map.csv?{query}").data)
    assert len([row for row in rows if row["row"] == "unit"]) == 168
    assert {row["within"] for row in rows} == {"Thành phố Hồ Chí Minh"}
    assert rows[-1]["code"] == "79"
    assert "ambiguous" in {row["row"] for row in rows}
    assert len(json.loads(visitor.get(f"/export/map.geojson?{query}").data)["features"]) == 168


def test_as_reported_then_can_be_taken_away(visitor: FlaskClient) -> None:
    rows = rows_of(visitor.get("/export/map.csv?on=then&year=2024").data)
    assert {row["on"] for row in rows} == {"2024-12-31"}
    assert len([row for row in rows if row["row"] == "unit"]) == 63


def test_an_account_gets_a_visitors_file_and_what_its_records_tell_it_anyway(app: Flask, visitor: FlaskClient) -> None:
    signed_in = app.test_client()
    sign_in(signed_in, "vien")
    address = "/export/map.csv?level=commune&year=2024"
    own, published = (
        list(csv.DictReader(io.StringIO(client.get(address).data.decode("utf-8-sig"))))
        for client in (signed_in, visitor)
    )
    assert len(own) == len(published)
    restricted = [(mine, seen) for mine, seen in zip(own, published, strict=True) if mine != seen]
    assert {mine["restricted"] for mine, _ in restricted} == {"True"}
    assert {seen["state"] for _, seen in restricted} == {"suppressed"}
    assert {seen["restricted"] for seen in published} == {"False"}


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("foo=1", 400),
        ("detail=1", 400),
        ("year=2024&on=31/12/2024", 400),
        ("level=district&on=2026-01-01", 400),
        ("unit=x", 400),
        ("unit=999999999", 404),
        ("indicator=khong", 400),
    ],
)
def test_a_file_of_nonsense_is_refused_in_words_and_is_no_file(visitor: FlaskClient, query: str, status: int) -> None:
    answer = visitor.get(f"/export/map.csv?{query}")
    assert answer.status_code == status
    assert "Content-Disposition" not in answer.headers


def test_an_unknown_detail_is_refused(visitor: FlaskClient) -> None:
    assert visitor.get("/export/map.geojson?detail=2").status_code == 400


def test_a_broken_file_would_look_whole_over_http_1_0(visitor: FlaskClient) -> None:
    for address in ("/export/map.csv", "/export/map.geojson"):
        assert visitor.get(address, environ_overrides={"SERVER_PROTOCOL": "HTTP/1.0"}).status_code == 505


def test_a_name_that_a_spreadsheet_would_run_is_defused() -> None:
    unit = Unit(1, "province", "01", "=HYPERLINK(1)", "@SUM", "", None, None, None)
    area = dataclasses.replace(unit, id=2, name_vi='-1, "hai"\r\n', name_en="Plain")
    asked = Question("exceedance_share", "province", DAY, 2024, 2024)
    value = UnitValue(unit, State.VALUE, 12.5, -1.0, 8.0)
    answer = Answer(
        asked, indicator(asked.indicator), area, [value], UnitValue(area, State.SUPPRESSED),
        {Rest.AMBIGUOUS: UnitValue(None, State.NO_DATA, numerator=3.0)}, synthetic=False,
    )  # fmt: skip
    rows = rows_of(b"".join(csv_of(answer)))
    assert [row["row"] for row in rows] == ["unit", "ambiguous", "total"]
    assert (rows[0]["name_vi"], rows[0]["name_en"]) == ("'=HYPERLINK(1)", "'@SUM")
    # A negative number is a number.
    assert rows[0]["numerator"] == "-1"
    assert (rows[2]["name_vi"], rows[2]["name_en"], rows[2]["value"]) == ('\'-1, "hai"\r\n', "Plain", "")
    assert rows[1]["numerator"] == "3"
