"""The pages of what is due: the same counts for everybody, workplaces only to whose they are."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

from flask.testing import FlaskClient

PROVINCES = 34


def lines(client: FlaskClient, address: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(address).data.decode("utf-8-sig"))))


def test_the_page_names_deadline_law_and_units_in_both_languages(visitor: FlaskClient) -> None:
    page = visitor.get("/due?duty=province_accidents_year&period=2025")
    assert page.status_code == 200
    for words in (
        "trước ngày 25/01/2026",
        "Nghị định 39/2016/NĐ-CP, Phụ lục XIV",
        "Thời hạn: Đọc trong văn bản đã công bố",
    ):
        assert words in page.text
    assert page.text.count("<tr data-state=") == PROVINCES
    english = visitor.get("/due?duty=province_accidents_year&period=2025&lang=en").text
    for words in ("before 25 January 2026", "Decree 39/2016/ND-CP", "Deadline: Read in a published text"):
        assert words in english


def test_a_deadline_that_nobody_verified_is_marked(visitor: FlaskClient) -> None:
    page = visitor.get("/due?duty=commune_accidents_half&period=2026H1&lang=en").text
    assert '<span class="mark">Deadline: Known to us, to be checked</span>' in page
    assert "Department of home affairs" in page


def test_what_is_overdue_can_be_listed_alone(visitor: FlaskClient) -> None:
    everyone = lines(visitor, "/due.csv?duty=workplace_monitoring_year&period=2025")
    missing = lines(visitor, "/due.csv?duty=workplace_monitoring_year&period=2025&show=missing")
    assert len(everyone) == PROVINCES
    assert {one["code"] for one in missing} == {one["code"] for one in everyone if one["days_overdue"] != "0"}
    assert all(one["state"] in {"partly", "not_submitted"} for one in missing)
    for one in everyone:
        assert int(one["due"]) == int(one["in_time"]) + int(one["late"]) + int(one["missing"])


def test_counts_are_the_same_for_everybody(visitor: FlaskClient, signed_in: Callable[[str], FlaskClient]) -> None:
    address = "/due.csv?duty=workplace_osh_year&period=2024&level=province"
    assert len({client.get(address).data for client in (visitor, signed_in("hcm"), signed_in("vien"))}) == 1


def test_the_missing_workplaces_of_a_unit_are_as_many_as_counted(
    visitor: FlaskClient, signed_in: Callable[[str], FlaskClient]
) -> None:
    city = next(
        one for one in lines(visitor, "/due.csv?duty=workplace_monitoring_year&period=2025") if one["code"] == "79"
    )
    assert int(city["missing"]) > 0
    listed = "/due?duty=workplace_monitoring_year&period=2025&lang=en"
    assert "/due/workplaces" not in visitor.get(listed).text
    page = signed_in("hcm").get(listed).text
    links = re.findall(r'href="(/due/workplaces[^"]+)" aria-label="Workplaces of Ho Chi Minh', page)
    address = links[0].replace("&amp;", "&")
    found = signed_in("hcm").get(address).text
    assert f"of {city['missing']}</caption>" in found
    # No sample workplace has an address: a column of dashes is none.
    assert ('data-label="Commune"' in found, "Address" in found) == (True, False)
    assert len(set(re.findall(r"/workplaces/\d+", found))) == min(int(city["missing"]), 100)
    other = re.findall(r'href="(/due/workplaces[^"]+)" aria-label="Workplaces of Ha Noi', page)[0].replace("&amp;", "&")
    assert "Your account sees no workplace here" in signed_in("hcm").get(other).text
    assert "/workplaces/" in signed_in("vien").get(other).text


def test_a_question_that_cannot_be_answered_says_why(visitor: FlaskClient) -> None:
    for query, status in (
        ("duty=none", 404),
        ("unit=x", 404),
        ("unit=999999", 404),
        ("duty=province_accidents_year&period=2025H1", 400),
        ("duty=province_accidents_year&period=2001", 400),
        ("duty=workplace_osh_year&level=galaxy", 400),
    ):
        assert visitor.get(f"/due?{query}").status_code == status, query


def test_former_provinces_owe_what_was_due_before_the_merger(visitor: FlaskClient) -> None:
    assert len(lines(visitor, "/due.csv?duty=province_accidents_half&period=2025H1")) == 63
    assert len(lines(visitor, "/due.csv?duty=province_accidents_year&period=2025")) == PROVINCES


def test_a_unit_leads_to_what_is_due_from_it(visitor: FlaskClient) -> None:
    unit = re.findall(r'href="/units/(\d+)"', visitor.get("/due?duty=province_accidents_year&period=2025").text)[0]
    assert f'href="/due?unit={unit}"' in visitor.get(f"/units/{unit}").text
    page = visitor.get(f"/due?duty=province_accidents_year&period=2025&unit={unit}").text
    assert page.count("<tr data-state=") == 1
