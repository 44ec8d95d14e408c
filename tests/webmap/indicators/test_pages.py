"""The pages of the indicators: what each is, where it stands, and the way down to the records."""

from __future__ import annotations

import re
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from gisdb.engine import Database
from gisdb.geography.units import unit_by_code
from gisdb.indicators import INDICATORS
from gisdb.indicators.answers import Question
from gisdb.indicators.evaluator import evaluate
from tests.webmap.conftest import sign_in

DAY = date(2026, 6, 1)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_list_names_every_indicator_with_the_nations_value(visitor: FlaskClient, lang: str) -> None:
    page = visitor.get(f"/indicators?lang={lang}")
    assert page.status_code == 200
    for one in INDICATORS.values():
        assert one.name(lang) in page.text
        assert f"/indicators/{one.code}" in page.text


@pytest.mark.parametrize("code", list(INDICATORS))
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_indicator_has_a_page(visitor: FlaskClient, code: str, lang: str) -> None:
    page = visitor.get(f"/indicators/{code}?lang={lang}&year=2024&on=2026-06-01")
    assert page.status_code == 200
    assert page.text.count("data-map") or "folium" in page.text
    for part in ("data-trend", "ranking-caption", "worked-heading"):
        assert part in page.text or (part == "ranking-caption" and "data-ranking" not in page.text)
    assert "None" not in re.sub(r"<script.*?</script>", "", page.text, flags=re.DOTALL)


def test_the_page_and_the_evaluator_say_the_same(visitor: FlaskClient, shared: Database) -> None:
    with shared.acting_as(None) as conn:
        answer = evaluate(conn, Question("exceedance_share", "province", DAY, 2024, 2024))
    total = answer.total
    assert total.numerator is not None
    assert total.denominator is not None
    page = visitor.get("/indicators/exceedance_share?lang=en&year=2024&on=2026-06-01&level=province").text
    worked = f"{total.numerator:,.0f} × 100 / {total.denominator:,.0f} = {total.value:.1f} %"
    assert worked in page


def test_a_period_of_years_and_a_filter_reach_every_part(visitor: FlaskClient) -> None:
    page = visitor.get("/indicators/exceedance_share?lang=en&year=2023&to=2025&on=2026-06-01&factor=NOISE").text
    heading = re.search(r"<h2>(Share of measurements[^<]*)</h2>", page)
    assert heading
    assert "Noise" in heading[1]
    assert "2023–2025" in heading[1]
    assert 'value="NOISE" selected' in page


def test_a_filter_that_another_indicator_left_behind_is_left_out_and_said(visitor: FlaskClient) -> None:
    page = visitor.get("/indicators/accident_frequency?lang=en&year=2024&factor=NOISE")
    assert page.status_code == 200
    assert "cannot be filtered by: Factor" in page.text
    refused = visitor.get("/export/map.csv?indicator=accident_frequency&year=2024&factor=NOISE")
    assert refused.status_code == 400


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/indicators/nonsense", 404),
        ("/indicators/exceedance_share?factor=NONSENSE", 404),
        ("/indicators/exceedance_share?year=2090", 400),
        ("/indicators/exceedance_share?year=x", 400),
        ("/indicators/exceedance_share?level=planet", 400),
    ],
)
def test_what_cannot_be_asked_says_why(visitor: FlaskClient, address: str, status: int) -> None:
    assert visitor.get(address).status_code == status


def test_records_are_shown_to_accounts_alone_and_each_its_own(visitor: FlaskClient, shared: Database) -> None:
    address = "/indicators/exceedance_share?lang=en&year=2025"
    assert "data-behind" not in visitor.get(address).text
    sign_in(visitor, "hcm")
    page = visitor.get(address).text
    shown = {int(one) for one in re.findall(r"/workplaces/(\d+)", page.split("worked-heading")[-1])}
    assert shown
    with shared.owner() as conn:
        city = unit_by_code(conn, "province", "79", DAY)
        inside = conn.execute(
            text("""SELECT count(*) FROM workplace_state s JOIN unit_piece up ON up.piece_id = s.piece_id AND up.unit_id = :unit
                    WHERE s.workplace_id = ANY (:shown) AND s.superseded_at IS NULL"""),
            {"unit": city.id, "shown": sorted(shown)},
        ).scalar_one()
        counted = conn.execute(
            text("""SELECT count(*) FROM measurement t JOIN unit_piece up ON up.piece_id = t.piece_id AND up.unit_id = :unit
                    WHERE t.year = 2025 AND t.superseded_at IS NULL AND t.verdict = 'exceeds' AND t.limit_confirmed"""),
            {"unit": city.id},
        ).scalar_one()
    assert inside >= len(shown)
    assert f"measurements above their limit: {counted:,} records" in page


def test_a_units_page_holds_all_its_indicators_with_the_nation_beside(visitor: FlaskClient, shared: Database) -> None:
    with shared.acting_as(None) as conn:
        city = unit_by_code(conn, "province", "79", DAY)
        values = evaluate(conn, Question("accident_frequency", "province", DAY, 2024, 2024)).values
        own = next(value for value in values if value.unit and value.unit.id == city.id)
    page = visitor.get(f"/units/{city.id}?lang=en&year=2024&on=2026-06-01").text
    profile = page.split("profile-heading")[2] if page.count("profile-heading") > 1 else page
    assert profile.count('<li class="card">') >= 12
    card = next(one for one in profile.split('<li class="card">') if "/indicators/accident_frequency" in one)
    assert f"<b>{own.value:,.2f}</b>" in card
    assert "Whole country" in card
    assert "Median of the neighbours" in card


def test_a_communes_page_holds_its_indicators_too(visitor: FlaskClient, shared: Database) -> None:
    with shared.owner() as conn:
        unit = conn.execute(
            text("""SELECT up.unit_id FROM measurement t JOIN unit_piece up USING (piece_id)
                    JOIN admin_unit u ON u.id = up.unit_id AND u.level = 'commune' AND upper_inf(u.valid)
                    WHERE t.year = 2024 GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1""")
        ).scalar_one()
    page = visitor.get(f"/units/{unit}?lang=vi&year=2024")
    assert page.status_code == 200
    assert page.text.count('<li class="card">') >= 3
    assert "Cả nước" in page.text
