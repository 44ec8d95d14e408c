"""Time on the pages, as a reader without scripts sees it: two vintages, two dates side by side, a unit's past."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from gisdb.engine import Database
from gisdb.geography.timeline import level_times
from gisdb.indicators import INDICATORS
from gisdb.indicators.answers import Question, Rest
from gisdb.indicators.evaluator import evaluate
from tests.webmap.maps.test_map_pages import OLD_UNITS, TODAY_UNITS, table_of, unit_id
from webmap.maps.numbers import number

A_DAY = dt.timedelta(days=1)
WHOLE_PERIOD = "year=2022&to=2025"


def shown(page: TestResponse) -> str:
    """The page's text without tags, spaces joined."""
    return re.sub(
        r"\s+", " ", html.unescape(re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", page.text, flags=re.DOTALL))
    )


def blocks_of(page: TestResponse) -> list[dict[str, Any]]:
    """What the page gives the script of each of its maps."""
    found = re.findall(r'<script type="application/json" id="\w+-data"[^>]*>(.*?)</script>', page.text, re.DOTALL)
    return [json.loads(one) for one in found]


def test_the_number_of_units_of_each_level_and_the_days_it_changed_are_known(shared: Database) -> None:
    with shared.acting_as(None) as conn:
        known = {one.level.code: one for one in level_times(conn)}
        rows = conn.execute(
            text("SELECT level, count(*) AS units FROM admin_unit WHERE valid @> DATE '2024-06-01' GROUP BY 1")
        )
        counted = {row.level: row.units for row in rows}
    assert [(band.first, band.end, band.units) for band in known["province"].bands] == [
        (dt.date(2008, 8, 1), TODAY_UNITS, 63),
        (TODAY_UNITS, None, 34),
    ]
    assert known["district"].at(TODAY_UNITS) is None
    assert {code: band.units for code, one in known.items() if (band := one.at(OLD_UNITS))} == counted
    assert known["commune"].changes() == known["district"].changes() == [TODAY_UNITS]
    assert known["country"].changes() == []
    assert known["district"].between(dt.date(2025, 1, 1), dt.date(2025, 12, 31))
    assert not known["district"].between(TODAY_UNITS, dt.date(2026, 1, 1))


@pytest.mark.parametrize(("year", "units", "day"), [("2024", 63, "31/12/2024"), ("2025", 34, "31/12/2025")])
def test_as_reported_then_shows_the_units_of_the_period(visitor: FlaskClient, year: str, units: int, day: str) -> None:
    page = visitor.get(f"/?on=then&year={year}")
    assert len(table_of(page)) == units
    assert f"địa giới hành chính ngày {day}" in shown(page)
    assert "on=then" in (re.search(r'href="([^"]+)">Liên kết đến bản đồ này', page.text) or [""])[1]
    assert re.search(r'<input type="checkbox" name="on" value="then" checked>', page.text)


def test_a_period_in_which_units_changed_says_which_units_it_is_counted_in(visitor: FlaskClient) -> None:
    told = "Đơn vị cấp này thay đổi trong kỳ (ngày 01/07/2025); mọi số liệu được tính theo đơn vị của ngày 31/12/2025."
    assert told in shown(visitor.get("/?on=then&year=2024&to=2025"))
    assert "data-change-note" not in visitor.get("/?on=then&year=2024").text
    # Whoever names the day of the units knows which they are.
    assert "data-change-note" not in visitor.get("/?on=2024-06-01&year=2024&to=2025").text


def test_a_level_that_ended_within_the_period_is_shown_on_its_last_day(visitor: FlaskClient) -> None:
    page = visitor.get("/?on=then&level=district&year=2025")
    assert len(table_of(page)) == 696
    assert "địa giới hành chính ngày 30/06/2025" in shown(page)
    refused = visitor.get("/?on=then&level=district&year=2026")
    assert refused.status_code == 400
    assert "province, commune" in shown(refused)


def test_the_form_without_scripts_sends_the_date_or_as_reported_then(visitor: FlaskClient) -> None:
    page = visitor.get("/?on=2025-06-30&year=2024").text
    form = re.search(r"<form class=\"question.*?</form>", page, re.DOTALL)
    assert form
    fields = re.findall(
        r'<input type="(\w+)" name="on" value="([^"]+)"|type="(date)" name="on" value="([^"]+)"', form[0]
    )
    # Both may be sent; the first of a name is what counts.
    assert fields == [("checkbox", "then", "", ""), ("", "", "date", "2025-06-30")]
    assert len(table_of(visitor.get("/?year=2024&on=then&on=2026-01-01"))) == 63
    assert '<input type="range" min="0"' in form[0]
    assert re.search(r'<input type="range"[^>]* aria-valuetext="30 tháng 6, 2025"[^>]* hidden>', form[0])
    for words in ("63 tỉnh", "34 tỉnh", "01/07/2025"):
        assert words in form[0]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_two_dates_have_one_legend_and_the_same_total(visitor: FlaskClient, language: str) -> None:
    page = visitor.get(f"/compare?{WHOLE_PERIOD}&level=province&lang={language}")
    before, after = blocks_of(page)
    assert (len(before["units"]), len(after["units"])) == (63, 34)
    assert before["paints"] == after["paints"]
    # What is said only where it happens may happen on one of the days.
    sometimes = {"not_divisible", "not_judged", "not_submitted"}
    of_both = [[row[:2] for row in one["picture"]["legend"] if row[0] not in sometimes] for one in (before, after)]
    assert of_both[0] == of_both[1]
    assert before["bounds"] == after["bounds"]
    assert 'data-totals="agree"' in page.text
    assert {"vi": "Hai tổng bằng nhau", "en": "The totals agree"}[language] in shown(page)
    days = re.findall(r'type="date" id="(\w+)" name="(\w+)" value="([^"]+)"', page.text)
    assert days == [("on", "on", "2025-06-30"), ("with", "with", "2025-07-01")]


def test_both_tables_add_up_to_the_total_they_name(visitor: FlaskClient) -> None:
    page = visitor.get(f"/compare?{WHOLE_PERIOD}&level=province")
    tables = re.findall(r"<table data-sortable>.*?</table>", page.text, re.DOTALL)
    sums = []
    for table in tables:
        *lines, total = [
            [float(cell or 0) for cell in re.findall(r'data-sort="([\d.]*)"', row)]
            for row in re.findall(r"<tr (?:data-unit|data-rest|data-total).*?</tr>", table, re.DOTALL)
        ]
        left = [total[part] - sum(line[part] for line in lines) for part in (1, 2)]
        hidden = table.count('data-state="suppressed"')
        # Hidden lines are several, and together no small number; where none is, the lines make the total.
        assert (left == [0, 0] and hidden == 0) or (left[1] >= 5 and hidden >= 2), (left, hidden)
        sums.append(total)
    assert len(sums) == 2
    assert sums[0] == sums[1]


def test_two_dates_within_a_unit_compare_what_it_was_made_of(visitor: FlaskClient, shared: Database) -> None:
    city = unit_id(shared, "province", "79")
    page = visitor.get(f"/compare?unit={city}&level=commune&year=2024")
    before, after = blocks_of(page)
    assert len(after["units"]) == 168 < len(before["units"])
    assert 'data-totals="agree"' in page.text
    assert "Thành phố Hồ Chí Minh ở hai thời điểm" in shown(page)
    # Communes known only by name may now lie in either of several: said beside the total.
    assert "Không thuộc đơn vị nào:" in shown(page)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("level=district", 400),
        ("on=2025-06-30&with=hom-nay", 400),
        ("with=1890-01-01&on=2025-06-30", 400),
        ("unit=khong", 400),
        ("unit=%D9%A1", 400),
        ("unit=999999999", 404),
        ("year=1950", 400),
        ("indicator=khong", 400),
        ("on=2025-06-30&with=2025-06-30", 200),
        ("on=2020-01-01", 200),
    ],
)
def test_a_comparison_of_nonsense_is_refused_and_any_two_days_are_compared(
    visitor: FlaskClient, query: str, status: int
) -> None:
    assert visitor.get(f"/compare?{query}").status_code == status


def test_pages_lead_to_the_comparison_with_their_question(visitor: FlaskClient, shared: Database) -> None:
    city = unit_id(shared, "province", "79")
    for path, unit in (("/?", None), (f"/units/{city}?", str(city))):
        page = visitor.get(f"{path}indicator=accident_frequency&year=2023&on=2025-07-01&lang=en")
        link = re.search(r'href="([^"]+)">Compare two dates', page.text)
        assert link
        address = html.unescape(link[1])
        compared = visitor.get(address)
        assert compared.status_code == 200
        assert "indicator=accident_frequency" in address
        assert (f"unit={unit}" in address) == (unit is not None)
    # Districts have nothing on the other side of their last change.
    assert "Compare two dates" not in visitor.get("/?level=district&on=2024-06-01&lang=en").text


def test_a_merged_province_shows_its_past_beside_itself_and_the_sum_agrees(
    visitor: FlaskClient, shared: Database
) -> None:
    city = unit_id(shared, "province", "79")
    page = visitor.get(f"/units/{city}?{WHOLE_PERIOD}&on=2025-07-01")
    past = re.search(r"<table data-past>.*?</table>", page.text, re.DOTALL)
    assert past
    *lines, total = re.findall(r"<tr(?: data-\w+(?:=\"\w+\")?)?><th scope=\"row\">.*?</tr>", past[0], re.DOTALL)
    names = [html.unescape(re.sub(r"<[^>]+>", "", (re.search(r"<th.*?</th>", one) or [""])[0])) for one in lines]
    assert names == ["Tỉnh Bình Dương", "Tỉnh Bà Rịa - Vũng Tàu", "Thành phố Hồ Chí Minh"]
    counted = [[float(cell or 0) for cell in re.findall(r'data-sort="([\d.]*)"', one)] for one in (*lines, total)]
    assert [sum(line[part] for line in counted[:-1]) for part in (1, 2)] == counted[-1][1:]
    with shared.acting_as(None) as conn:
        then = evaluate(conn, Question("exceedance_share", "province", TODAY_UNITS - A_DAY, 2022, 2025))
        now = evaluate(conn, Question("exceedance_share", "province", TODAY_UNITS, 2022, 2025))
    old = {value.unit.name_vi: value for value in then.values if value.unit}
    own = next(value for value in now.values if value.unit and value.unit.id == city)
    assert [line[2] for line in counted] == [*(old[name].denominator for name in names), own.denominator]
    assert number(own.value, "vi", 1) in total


def test_kin_are_named_with_kind_share_day_act_and_how_sure_it_is(visitor: FlaskClient, shared: Database) -> None:
    ward = unit_id(shared, "commune", "26740")
    page = visitor.get(f"/units/{ward}")
    lineage = re.search(r'<section class="lineage.*?</section>', page.text, re.DOTALL)
    assert lineage
    told = re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", lineage[0])))
    assert (
        "Phường Bến Nghé: sáp nhập toàn bộ, 100 % diện tích ngày 01/07/2025"
        " (1685/NQ-UBTVQH15; số văn bản theo nguồn thứ cấp)" in told
    )
    assert "Phường Đa Kao: chia tách" in told
    assert "tỷ lệ ước tính" in told
    assert f'href="/units/{unit_id(shared, "commune", "26740", OLD_UNITS)}?' in lineage[0]
    province = visitor.get(f"/units/{unit_id(shared, 'province', '79')}")
    assert "Tỉnh Bình Dương: sáp nhập toàn bộ, 100 % diện tích ngày 01/07/2025 (202/2025/QH15)" in shown(
        province
    ).replace(" :", ":").replace(" ,", ",")


@pytest.mark.parametrize(
    ("level", "code", "heirs"),
    [
        ("province", "74", ["Thành phố Hồ Chí Minh"]),
        ("commune", "26737", ["Phường Sài Gòn", "Phường Tân Định"]),
        ("district", "760", ["Thành phố Hồ Chí Minh"]),
    ],
)
def test_a_unit_that_ended_says_so_first_and_leads_to_where_its_area_is_now(
    visitor: FlaskClient, shared: Database, level: str, code: str, heirs: list[str]
) -> None:
    page = visitor.get(f"/units/{unit_id(shared, level, code, OLD_UNITS)}")
    notice = re.search(r"</h1>\s*<p class=\"notice\" data-ended>(.*?)</p>", page.text, re.DOTALL)
    assert notice
    assert "ngày cuối cùng là 30/06/2025" in html.unescape(notice[1])
    links = re.findall(r'<a href="(/units/[^"]+)">(.*?)</a>', notice[1])
    assert sorted(html.unescape(name) for _, name in links) == sorted(heirs)
    for href, name in links:
        assert f"<h1>{name}</h1>" in visitor.get(html.unescape(href)).text


def offers(visitor: FlaskClient, words: str) -> list[dict[str, Any]]:
    """What the search box is offered for ``words``."""
    found: list[dict[str, Any]] = json.loads(visitor.get("/search", query_string={"q": words, "format": "json"}).data)
    return found


@pytest.mark.parametrize(
    ("words", "name", "became"),
    [
        ("ben nghe", "Phường Bến Nghé", ["Phường Sài Gòn"]),
        ("quan 1", "Quận 1", ["Thành phố Hồ Chí Minh"]),
        ("thua thien hue", "Thành phố Huế (Tỉnh Thừa Thiên Huế)", ["Thành phố Huế"]),
        ("Bình Dương", "Tỉnh Bình Dương", ["Thành phố Hồ Chí Minh"]),
    ],
)
def test_a_former_place_is_found_without_tones_and_leads_to_what_it_became(
    visitor: FlaskClient, words: str, name: str, became: list[str]
) -> None:
    offered = offers(visitor, words)
    hit = next(one for one in offered if one["name"] == name)
    assert hit["former"]
    assert hit["dates"] == "đơn vị cũ, đến hết 30/06/2025"
    assert [one["name"] for one in hit["became"]] == became
    page = visitor.get("/search", query_string={"q": words}).text
    for href in (hit["href"], *(one["href"] for one in hit["became"])):
        assert f'<a href="{html.escape(href)}">' in page
        assert visitor.get(href).status_code == 200


def test_old_and_new_units_of_one_name_are_told_apart_by_their_dates(visitor: FlaskClient) -> None:
    offered = offers(visitor, "da nang")
    named = [(one["dates"], one["former"]) for one in offered if one["name"] == "Thành phố Đà Nẵng"]
    assert named == [("từ 01/07/2025", False), ("đơn vị cũ, đến hết 30/06/2025", True)]


def test_what_is_called_just_so_is_found_first(visitor: FlaskClient) -> None:
    assert offers(visitor, "hue")[0]["name"] == "Thành phố Huế"
    assert offers(visitor, "quan 1")[0]["name"] == "Quận 1"


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_map_of_every_vintage_and_level_names_both_archipelagos(
    visitor: FlaskClient, shared: Database, language: str
) -> None:
    names = {
        "vi": ["Quần đảo Hoàng Sa\n(Đà Nẵng)", "Quần đảo Trường Sa\n(Khánh Hòa)"],
        "en": ["Hoang Sa Archipelago\n(Da Nang)", "Truong Sa Archipelago\n(Khanh Hoa)"],
    }[language]
    paths = [
        *(f"/?level={level}&on=2025-06-30" for level in ("province", "district")),
        *(f"/?level={level}&on=2025-07-01" for level in ("province", "commune")),
        "/compare?level=province",
        f"/compare?unit={unit_id(shared, 'province', '48')}&level=commune",
        f"/units/{unit_id(shared, 'province', '56')}?on=2025-07-01",
    ]
    for path in paths:
        blocks = blocks_of(visitor.get(f"{path}&lang={language}"))
        assert len(blocks) == (2 if path.startswith("/compare") else 1)
        assert all([label[0] for label in block["labels"]] == names for block in blocks), path


@pytest.mark.parametrize("indicator", INDICATORS)
def test_every_indicator_is_compared_and_its_totals_agree(visitor: FlaskClient, indicator: str) -> None:
    page = visitor.get(f"/compare?indicator={indicator}&level=province&year=2024")
    assert page.status_code == 200
    assert 'data-totals="agree"' in page.text


def test_a_total_that_cannot_be_divided_is_a_row_of_its_own_with_the_reason(
    visitor: FlaskClient, shared: Database
) -> None:
    """What the merged provinces report cannot be told apart on the map of the provinces before."""
    with shared.acting_as(None) as conn:
        kinds = {
            code: set(evaluate(conn, Question(code, "province", OLD_UNITS, 2022, 2026)).rest) for code in INDICATORS
        }
    asked = [code for code, rest in kinds.items() if Rest.NOT_DIVISIBLE in rest]
    assert asked
    page = visitor.get(f"/?indicator={asked[0]}&level=province&on={OLD_UNITS}&year=2022&to=2026")
    assert '<tr data-rest="not_divisible">' in page.text
    assert "không thể chia một cách trung thực" in shown(page)
