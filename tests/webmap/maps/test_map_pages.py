"""The map pages as a reader without scripts sees them, on the shipped boundaries and the sample."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
from dataclasses import dataclass
from typing import Any

import brotli  # type: ignore[import-untyped]
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from gisdb.engine import Database
from gisdb.geography.units import unit_by_code
from gisdb.indicators.answers import Question, State
from gisdb.indicators.evaluator import evaluate
from gisdb.messages import sentence
from gisdb.registers.reading import measurements_of, workplaces_of
from tests.conftest import account
from tests.webmap.conftest import sign_in
from webmap.maps.numbers import number

TODAY_UNITS = dt.date(2025, 7, 1)
OLD_UNITS = dt.date(2024, 6, 1)


@dataclass(frozen=True)
class Shown:
    """One line of the table beside the map."""

    name: str
    value: str
    state: str
    numerator: str
    denominator: str


def table_of(page: TestResponse) -> dict[int, Shown]:
    """The lines of the table of units, by unit."""
    without_small = re.sub(r'<span class="beside">.*?</span>', "", page.text)
    rows = re.findall(r'<tr data-unit="(\d+)">(.*?)</tr>', without_small, re.DOTALL)
    shown = {}
    for unit_id, cells in rows:
        texts = [html.unescape(re.sub(r"<[^>]+>", "", cell)) for cell in re.findall(r"<t[hd][^>]*>.*?</t[hd]>", cells)]
        state = re.search(r'data-state="(\w+)"', cells)
        assert state
        name, value, numerator, denominator = texts
        shown[int(unit_id)] = Shown(name, value, state[1], numerator, denominator)
    return shown


def data_of(page: TestResponse) -> dict[str, Any]:
    """What the page gives the map's script."""
    found = re.search(r'<script type="application/json" id="map-data"[^>]*>(.*?)</script>', page.text, re.DOTALL)
    assert found, page.text[:2000]
    data: dict[str, Any] = json.loads(found[1])
    return data


def unit_id(database: Database, level: str, code: str, day: dt.date = TODAY_UNITS) -> int:
    with database.acting_as(None) as conn:
        return unit_by_code(conn, level, code, day).id


@pytest.mark.parametrize(
    "units", [("province", TODAY_UNITS, 34), ("province", OLD_UNITS, 63), ("commune", TODAY_UNITS, 3321)], ids=str
)
@pytest.mark.parametrize("indicator", ["exceedance_share", "accident_frequency"])
def test_map_table_and_evaluator_say_the_same(
    visitor: FlaskClient, shared: Database, units: tuple[str, dt.date, int], indicator: str
) -> None:
    level, day, count = units
    page = visitor.get(f"/?indicator={indicator}&level={level}&year=2024&on={day}")
    with shared.acting_as(None) as conn:
        answer = evaluate(conn, Question(indicator, level, day, 2024, 2024))
    table, on_map = table_of(page), data_of(page)["units"]
    assert len(table) == len(on_map) == len(answer.values) == count
    decimals = answer.indicator.decimals
    for each in answer.values:
        assert each.unit is not None
        row, card = table[each.unit.id], on_map[str(each.unit.id)]
        assert (row.name, row.state) == (each.unit.name_vi, each.state)
        assert card[1] == each.unit.name_vi
        if each.state is State.VALUE:
            assert row.value == number(each.value, "vi", decimals)
            assert card[2].startswith(row.value)
            assert row.denominator in card[3]
            assert row.denominator == number(each.denominator, "vi")
            assert card[0].startswith("c")
        elif each.state is State.ZERO:
            assert (row.value, card[0]) == ("0", "zero")
        else:
            assert (row.numerator, row.denominator, card[0], card[3]) == ("–", "–", each.state, "")


def test_colours_mean_the_same_on_the_map_of_every_year(visitor: FlaskClient) -> None:
    legends = set()
    for year in (2022, 2023, 2024):
        page = visitor.get(f"/?year={year}&on=2025-07-01")
        rows = re.findall(r'<li data-legend="c\d">.*?<span>(.*?)</span>', page.text, re.DOTALL)
        legends.add(tuple(rows))
    assert len(legends) == 1
    assert legends.pop()[0].startswith("từ ")


def test_the_legend_counts_all_units_and_names_every_state(visitor: FlaskClient) -> None:
    page = visitor.get("/?level=commune&on=2025-07-01&year=2024")
    counts = re.findall(r'<li data-legend="(\w+)">.*?<span class="count">([\d.]*)</span></li>', page.text, re.DOTALL)
    assert {"zero", "suppressed", "no_data"} <= {key for key, _ in counts}
    assert sum(int(count.replace(".", "")) for _, count in counts) == 3321


@pytest.mark.parametrize(
    ("query", "code", "params"),
    [
        ("indicator=khong-co", "indicator_unknown", {"name": "khong-co"}),
        ("on=01/07/2025", "day_unreadable", {"given": "01/07/2025"}),
        ("on=2025-02-30", "day_unreadable", {"given": "2025-02-30"}),
        ("on=1890-01-01", "day_without_units", {"given": "1890-01-01"}),
        ("level=district&on=2025-07-01", "level_unknown_on_day", {"level": "district", "day": "2025-07-01"}),
        ("level=country", "level_unknown_on_day", {"level": "country"}),
        ("year=nam-ngoai", "year_unreadable", {"given": "nam-ngoai"}),
        ("year=%D9%A2%D9%A0%D9%A2%D9%A4", "year_unreadable", {"given": "٢٠٢٤"}),
        ("year=1950", "year_without_data", {"given": "1950"}),
        ("year=2024&to=2022", "years_reversed", {"first": 2024, "last": 2022}),
    ],
)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_an_address_that_asks_nonsense_is_told_what_is_wrong_and_what_to_do(
    visitor: FlaskClient, query: str, code: str, params: dict[str, object], language: str
) -> None:
    page = visitor.get(f"/?{query}&lang={language}")
    assert page.status_code == 400
    shown = html.unescape(page.text)
    told = sentence(code, params, language)
    assert told.fix
    # Blanks that the case does not name show as "?" here and as their values on the page.
    for part in (told.text, told.fix):
        for piece in filter(None, part.split("?")):
            assert piece.strip(" .") in shown


def test_every_view_has_an_address_that_shows_it_again(visitor: FlaskClient) -> None:
    page = visitor.get("/?indicator=accident_frequency&level=province&year=2022&to=2024&on=2024-06-01&lang=en")
    permalink = re.search(r'href="([^"]+)">Link to this view', page.text)
    assert permalink
    address = html.unescape(permalink[1])
    for part in ("indicator=accident_frequency", "level=province", "year=2022", "to=2024", "on=2024-06-01", "lang=en"):
        assert part in address
    again = visitor.get(address)
    assert table_of(again) == table_of(page)
    assert data_of(again) == data_of(page)
    assert len(table_of(page)) == 63


def test_links_to_units_carry_the_question_along(visitor: FlaskClient, shared: Database) -> None:
    page = visitor.get("/?indicator=accident_frequency&year=2022&to=2023&on=2025-07-01")
    city = unit_id(shared, "province", "79")
    link = re.search(rf'href="(/units/{city}\?[^"]+)"', page.text)
    assert link
    below = visitor.get(html.unescape(link[1]))
    assert "Tần suất tai nạn lao động (K_TNLĐ), 2022–2023" in html.unescape(below.text)
    back = re.search(r'<nav class="breadcrumb".*?<a href="([^"]+)">Việt Nam</a>', below.text, re.DOTALL)
    assert back
    assert "indicator=accident_frequency" in back[1]


def test_the_parts_of_a_province_and_what_is_not_placed_add_up_to_it(visitor: FlaskClient, shared: Database) -> None:
    city = unit_id(shared, "province", "79")
    with shared.acting_as(None) as conn:
        answer = evaluate(conn, Question("exceedance_share", "province", TODAY_UNITS, 2024, 2024))
        within = evaluate(conn, Question("exceedance_share", "commune", TODAY_UNITS, 2024, 2024, city))
    whole = next(each for each in answer.values if each.unit and each.unit.id == city)
    assert within.total.denominator == whole.denominator
    page = visitor.get(f"/units/{city}?year=2024&on=2025-07-01")
    own = re.search(r"<dd data-own-value>(.*?)</dd>", page.text, re.DOTALL)
    assert own
    assert number(whole.value, "vi", 1) in own[1]
    assert within.rest
    assert set(re.findall(r'<tr data-rest="(\w+)">', page.text)) == {str(kind) for kind in within.rest}
    # What is in none of the communes is told under the map too, and in its saved picture.
    notes = [note for note in data_of(page)["picture"]["notes"] if note.startswith("Không có trên bản đồ")]
    assert len(notes) == len(within.rest)
    assert all(html.escape(note) in page.text for note in notes)


def test_a_visitor_sees_figures_but_no_workplaces_and_is_told_why(visitor: FlaskClient, shared: Database) -> None:
    city = unit_id(shared, "province", "79")
    page = visitor.get(f"/units/{city}?on=2025-07-01")
    assert data_of(page)["points"] == []
    assert "Cơ sở lao động và hồ sơ của cơ sở chỉ hiển thị với tài khoản phụ trách địa bàn này." in page.text
    assert f"/sign-in?next=%2Funits%2F{city}" in page.text.replace("/sign-in?next=/units/", "/sign-in?next=%2Funits%2F")
    assert "Cơ sở mẫu" not in page.text


def test_a_province_account_sees_its_own_workplaces_and_nobody_elses(map_app: Flask, shared: Database) -> None:
    client = map_app.test_client()
    sign_in(client, "hcm")
    city, capital = unit_id(shared, "province", "79"), unit_id(shared, "province", "01")
    with shared.acting_as(account(shared, "hcm")) as conn:
        seen = workplaces_of(conn, city, 2024, 2024)
    assert seen
    own = data_of(client.get(f"/units/{city}?year=2024&on=2025-07-01"))
    assert len(own["points"]) == sum(1 for one in seen if one.longitude is not None)
    elsewhere = client.get(f"/units/{capital}?year=2024&on=2025-07-01")
    assert data_of(elsewhere)["points"] == []
    assert "Tài khoản của bạn không thấy cơ sở lao động nào ở đơn vị này." in elsewhere.text


def _measured_workplace(database: Database) -> int:
    with database.owner() as conn:
        return int(
            conn.execute(
                text("""SELECT workplace_id FROM measurement WHERE superseded_at IS NULL AND verdict = 'exceeds'
                        GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1""")
            ).scalar_one()
        )


def test_a_workplace_shows_each_value_as_typed_with_its_limit_file_and_line(map_app: Flask, shared: Database) -> None:
    client = map_app.test_client()
    sign_in(client, "vien")
    workplace = _measured_workplace(shared)
    with shared.acting_as(account(shared, "vien")) as conn:
        measured = measurements_of(conn, workplace)
    page = html.unescape(client.get(f"/workplaces/{workplace}").text)
    rows = re.findall(r'<tr data-measured="([\d-]+)">(.*?)</tr>', page, re.DOTALL)
    assert len(rows) == len(measured)
    texts = {re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "|", row)) for _, row in rows}
    for one in measured:
        assert any(
            (one.typed or "không phát hiện") in row
            and f"{one.source.file_name}, dòng {one.source.line}" in row
            and (one.legal_act or "–") in row
            and one.sampling_point in row
            for row in texts
        ), one
    assert "Vượt giới hạn" in page
    assert '<figure class="chart-figure" data-chart hidden>' in page
    assert "Dữ liệu mẫu, không phải số liệu thật" in page


def test_a_workplace_out_of_scope_is_not_there_and_a_visitor_is_led_to_sign_in(
    map_app: Flask, shared: Database
) -> None:
    with shared.owner() as conn:
        elsewhere = conn.execute(
            text("""SELECT s.workplace_id FROM workplace_state s WHERE s.workplace_id NOT IN (
                        SELECT m.workplace_id FROM workplace_state m JOIN unit_piece up ON up.piece_id = m.piece_id
                        WHERE up.unit_id = :city) LIMIT 1"""),
            {"city": unit_id(shared, "province", "79")},
        ).scalar_one()
    client = map_app.test_client()
    to_sign_in = client.get(f"/workplaces/{elsewhere}")
    assert (to_sign_in.status_code, to_sign_in.location.split("?")[0]) == (302, "/sign-in")
    sign_in(client, "hcm")
    assert client.get(f"/workplaces/{elsewhere}").status_code == 404


def test_a_former_province_keeps_its_page_and_names_what_it_became(visitor: FlaskClient, shared: Database) -> None:
    former = unit_id(shared, "province", "74", OLD_UNITS)
    page = html.unescape(visitor.get(f"/units/{former}").text)
    assert "Tỉnh Bình Dương" in page
    assert "ngày cuối cùng là 30/06/2025" in page
    became = re.search(r"<h3>Nay thuộc</h3>(.*?)</ul>", page, re.DOTALL)
    assert became
    assert "Thành phố Hồ Chí Minh" in became[1]


def test_a_former_province_can_be_seen_by_the_communes_of_today(visitor: FlaskClient, shared: Database) -> None:
    former = unit_id(shared, "province", "74", OLD_UNITS)
    page = visitor.get(f"/units/{former}?level=commune&on=2025-07-01&year=2024")
    assert page.status_code == 200
    assert 20 < len(table_of(page)) < 60


def test_a_commune_is_shown_among_its_neighbours(visitor: FlaskClient, shared: Database) -> None:
    with shared.acting_as(None) as conn:
        commune = unit_by_code(conn, "commune", "26740", TODAY_UNITS)
    page = visitor.get(f"/units/{commune.id}?year=2024&on=2025-07-01")
    assert "Phường Sài Gòn" in page.text
    assert data_of(page)["focus"] == commune.id
    assert len(table_of(page)) == 168


@pytest.mark.parametrize("words", ["sai gon", "Sài Gòn", "SAI GON"])
def test_places_are_found_with_or_without_tones(visitor: FlaskClient, words: str) -> None:
    page = html.unescape(visitor.get("/search", query_string={"q": words}).text)
    assert "Phường Sài Gòn" in page
    assert "Thành phố Hồ Chí Minh" in page


def test_workplaces_are_found_by_who_may_see_them(map_app: Flask, visitor: FlaskClient) -> None:
    offered = "/search?q=co+so+mau&format=json"
    assert visitor.get(offered).json == []
    client = map_app.test_client()
    sign_in(client, "hcm")
    found = client.get(offered).json
    assert found
    assert all(one["href"].startswith("/workplaces/") for one in found)


def test_too_few_letters_find_nothing_and_say_so(visitor: FlaskClient) -> None:
    assert "Hãy gõ ít nhất hai chữ" in visitor.get("/search?q=a").text
    assert "Hãy gõ ít nhất hai chữ" in visitor.get("/search?q=%25%25%25%25").text
    assert "Không tìm thấy" in visitor.get("/search?q=xyzzy").text


@pytest.mark.parametrize("words", ["ab%00cd", "'; DROP TABLE piece; --", "%25_", "\\", "🦺🦺", "a" * 5000])
def test_a_search_for_anything_is_answered(visitor: FlaskClient, words: str) -> None:
    assert visitor.get(f"/search?q={words}").status_code == 200
    assert isinstance(visitor.get(f"/search?format=json&q={words}").json, list)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/boundaries/khong-co/2025-07-01/0/0/x.json", 400),
        ("/boundaries/district/2025-07-01/0/0/x.json", 400),
        ("/boundaries/province/hom-nay/0/0/x.json", 400),
        ("/boundaries/province/2025-07-01/0/7/x.json", 404),
        ("/units/999999999999", 404),
    ],
)
def test_addresses_of_nothing_are_refused(visitor: FlaskClient, address: str, status: int) -> None:
    assert visitor.get(address).status_code == status


def _boundaries(visitor: FlaskClient, query: str = "/?on=2025-07-01") -> str:
    return str(data_of(visitor.get(query))["boundaries"])


def test_boundaries_travel_apart_compressed_and_for_ever(visitor: FlaskClient) -> None:
    address = _boundaries(visitor)
    answer = visitor.get(address, headers={"Accept-Encoding": "br"})
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Encoding"] == "br"
    assert "Set-Cookie" not in answer.headers
    shapes = json.loads(brotli.decompress(answer.data))
    assert len(shapes["features"]) == 34
    assert all(set(one["properties"]) <= {"c"} for one in shapes["features"])
    again = visitor.get(address, headers={"Accept-Encoding": "br", "If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_every_day_of_a_vintage_and_every_indicator_shares_one_address(visitor: FlaskClient) -> None:
    addresses = {
        _boundaries(visitor, f"/?on={day}&indicator={indicator}&lang={language}")
        for day in ("2025-07-01", "2026-03-05")
        for indicator in ("exceedance_share", "accident_frequency")
        for language in ("vi", "en")
    }
    assert len(addresses) == 1


def test_an_old_address_of_boundaries_leads_to_the_present_ones(visitor: FlaskClient) -> None:
    address = _boundaries(visitor)
    stale = re.sub(r"/[0-9a-f]+\.json$", "/0000000000000000.json", address)
    answer = visitor.get(stale)
    assert (answer.status_code, answer.location) == (302, address)
    assert "immutable" not in answer.headers["Cache-Control"]


def test_every_national_map_names_hoang_sa_and_truong_sa(visitor: FlaskClient) -> None:
    for query in ("/?on=2025-07-01", "/?on=2024-01-01", "/?level=commune&on=2025-07-01"):
        labels = [str(label[0]) for label in data_of(visitor.get(query))["labels"]]
        assert any("Hoàng Sa" in label for label in labels)
        assert any("Trường Sa" in label for label in labels)


def test_sample_data_is_called_sample_data_on_page_and_picture(visitor: FlaskClient) -> None:
    for language, words in (("vi", "Dữ liệu mẫu, không phải số liệu thật"), ("en", "Sample data, not real figures")):
        page = visitor.get(f"/?lang={language}")
        assert "sample-banner" in page.text
        assert data_of(page)["picture"]["sample"] == words


def test_nothing_of_a_page_is_in_the_other_language(visitor: FlaskClient, shared: Database) -> None:
    city = unit_id(shared, "province", "79")
    english = visitor.get(f"/units/{city}?lang=en&on=2025-07-01").text
    for words in ("Chỉ tiêu", "Xem</button>", "Không có số liệu", "Nguồn:", "Cấp"):
        assert words not in english
    vietnamese = visitor.get(f"/units/{city}?on=2025-07-01").text
    for words in ("Indicator", ">Show<", "No data", "Source:", "Print<"):
        assert words not in vietnamese
