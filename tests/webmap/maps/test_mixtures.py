"""Mixtures of substances with the same effect on a workplace's page, and its way to the law."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from gisdb.engine import Database
from gisdb.limits.mixtures import mixtures_of
from tests.conftest import account
from tests.webmap.conftest import sign_in
from webmap.maps.mixtures import written_sum


@pytest.fixture(scope="module")
def institute(map_app: Flask) -> FlaskClient:
    """The institute's account is signed in."""
    client = map_app.test_client()
    sign_in(client, "vien")
    return client


def workplaces(database: Database, condition: str) -> int:
    """A workplace with measurements of which the condition holds."""
    with database.acting_as(account(database, "vien")) as conn:
        query = f"SELECT w.id FROM workplace w WHERE {condition} ORDER BY w.id LIMIT 1"
        return int(conn.execute(text(query)).scalar_one())


MEASURED = "EXISTS (SELECT FROM measurement m WHERE m.workplace_id = w.id AND m.limit_id IS NOT NULL)"
MIXED = "EXISTS (SELECT FROM mixtures(ARRAY[w.id]))"


def test_a_workplace_shows_its_mixtures_with_their_mark(institute: FlaskClient, shared: Database) -> None:
    found = workplaces(shared, MIXED)
    page = institute.get(f"/workplaces/{found}").text
    section = page.split('<section class="mixtures no-print"', 1)[1].split("</section>", 1)[0]
    with shared.acting_as(account(shared, "vien")) as conn:
        mixtures = mixtures_of(conn, found)
    assert f"Số hỗn hợp đã đo tại đây: {len(mixtures)}" in section
    assert section.count("(cần đối chiếu)") == section.count('<th scope="row"') == len(mixtures)
    assert mixtures[0].effect_vi in section
    assert written_in(institute, mixtures[0].low, mixtures[0].high) in section
    english = institute.get(f"/workplaces/{found}?lang=en").text
    assert "Mixtures of substances with the same effect" in english
    assert mixtures[0].effect_en in english


def written_in(client: FlaskClient, low: Decimal, high: Decimal | None) -> str:
    with client.application.test_request_context("/"):
        return written_sum(low, high)


def test_a_workplace_without_mixtures_says_nothing_of_them(institute: FlaskClient, shared: Database) -> None:
    page = institute.get(f"/workplaces/{workplaces(shared, f'{MEASURED} AND NOT {MIXED}')}").text
    assert "Σ" not in page


@pytest.mark.parametrize(
    ("low", "high", "written"),
    [("1.2", "1.2", "1,20"), ("0.3", "0.8", "0,30 – 0,80"), ("0.3", None, "≥ 0,30"), ("0", "1", "0,00 – 1,00")],
)
def test_a_sum_is_a_number_a_range_or_a_lower_end(map_app: Flask, low: str, high: str | None, written: str) -> None:
    with map_app.test_request_context("/"):
        assert written_sum(Decimal(low), Decimal(high) if high else None) == written


def test_a_measurement_leads_to_the_limit_that_judged_it(institute: FlaskClient, shared: Database) -> None:
    page = institute.get(f"/workplaces/{workplaces(shared, MEASURED)}").text
    link = re.search(r'<a href="(/limits/\d+)">(QCVN[^<]+|Quyết định[^<]+)</a>', page)
    assert link
    assert link[2] in institute.get(link[1]).text
