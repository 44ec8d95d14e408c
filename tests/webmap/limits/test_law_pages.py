"""What everybody reads of the law: limits of a day, one limit, legal acts."""

from __future__ import annotations

import csv
import io
import re
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gisdb.engine import Database
from gisdb.limits.acts import acts
from gisdb.limits.limit import COLUMNS
from gisdb.limits.store import limits_on
from tests.webmap.limits.conftest import DAY, the_limit
from webmap.limits.words import days

EVERY_PAGE = ("/limits", "/limits?on=2010-01-01", "/limits?group=noise&factor=NOISE", "/acts", "/acts/qcvn-27-2016-byt")


def rows(page: str) -> int:
    return page.count('<td class="bounds">')


def words(page: str) -> str:
    """The page's text, on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_limits_of_a_day_are_all_there_each_with_its_law(visitor: FlaskClient, shared: Database) -> None:
    page = visitor.get(f"/limits?on={DAY}").text
    with shared.acting_as(None) as conn:
        limits = limits_on(conn, DAY)
    assert rows(page) == len(limits)
    confirmed = sum(1 for one in limits if one.confirmed)
    assert f"Giới hạn {len(limits)} đã đối chiếu {confirmed} cần đối chiếu với bản công báo" in words(page)
    assert page.count('<span class="mark">') == len(limits) - confirmed
    for slug in ("qcvn-24-2016-byt", "quyet-dinh-3733-2002-qd-byt"):
        assert f'href="/acts/{slug}"' in page


def test_the_law_of_another_day_is_another_law(visitor: FlaskClient) -> None:
    before, after = (visitor.get(f"/limits?factor=NITRIC_ACID&on={on}").text for on in ("2025-09-30", "2025-10-01"))
    assert "≤ 5 mg/m3" in before
    assert "3733/2002" in words(before).split("Đối chiếu", 1)[1]
    assert "chưa biết trị số" in after
    assert "Không có giới hạn nào như vậy vào ngày đó." in visitor.get("/limits?on=1995-01-01").text


@pytest.mark.parametrize(
    ("query", "fewer"), [("group=noise", 28), ("act=qcvn-02-2019-byt", 15), ("group=dust&factor=COTTON", 1)]
)
def test_a_reader_narrows_the_list(visitor: FlaskClient, query: str, fewer: int) -> None:
    assert rows(visitor.get(f"/limits?on={DAY}&{query}").text) == fewer


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("on=31/12/2025", 400, "31/12/2025"),
        ("factor=XX", 404, "Không có yếu tố XX."),
        ("group=xx", 404, "Không có nhóm yếu tố xx."),
        ("act=xx", 404, "Không có trang của văn bản xx."),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused_in_words(
    visitor: FlaskClient, query: str, status: int, said: str
) -> None:
    answer = visitor.get(f"/limits?{query}")
    assert (answer.status_code, said in answer.text) == (status, True)
    assert visitor.get(f"/limits.csv?{query}").status_code == status


@pytest.mark.parametrize(("lang", "written"), [("vi", "≤ 0,005 mg/m3"), ("en", "≤ 0.005 mg/m3")])
def test_numbers_are_written_as_the_reader_writes_them(visitor: FlaskClient, lang: str, written: str) -> None:
    assert written in visitor.get(f"/limits?group=chemical&lang={lang}").text


def test_conditions_are_words_in_the_order_of_their_lists(visitor: FlaskClient) -> None:
    page = words(visitor.get("/limits?factor=NOISE_OCTAVE&lang=en").text)
    bands = re.findall(r"Octave band \(Hz\): ([\d.]+) Hz; Type of place: Direct production", page)
    assert [float(one) for one in bands] == sorted(float(one) for one in bands)
    assert len(bands) == 8


def test_the_file_is_what_a_correction_reads(visitor: FlaskClient) -> None:
    answer = visitor.get(f"/limits.csv?on={DAY}&group=noise")
    found = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.headers["Content-Disposition"] == f'attachment; filename="gisdb-limits-{DAY}.csv"'
    assert tuple(found[0]) == COLUMNS
    assert {row["factor"] for row in found} == {"NOISE", "NOISE_OCTAVE"}
    assert len(found) == 28


def test_a_limit_shows_what_came_before_it(visitor: FlaskClient, shared: Database) -> None:
    now = the_limit(shared, "NITRIC_ACID")
    page = visitor.get(f"/limits/{now.id}").text
    for said in ("chưa biết trị số", "≤ 5 mg/m3", "10/10/2002 – 30/09/2025", "từ 01/10/2025", "CAS 7697-37-2"):
        assert said in words(page)
    before = visitor.get(re.findall(r'<td class="bounds"><a href="(/limits/\d+)"', page)[0]).text
    assert f'href="/limits/{now.id}"' in before
    assert "Chưa ai đối chiếu hoặc sửa giới hạn này" in page
    assert "<form" not in page.split("<main", 1)[1]


def test_there_is_no_such_limit(visitor: FlaskClient) -> None:
    assert visitor.get("/limits/999999").status_code == 404
    assert visitor.get("/limits/abc").status_code == 404


def test_every_act_has_its_page_with_its_limits(visitor: FlaskClient, shared: Database) -> None:
    listed = visitor.get("/acts").text
    with shared.acting_as(None) as conn:
        known = acts(conn)
    for one in known:
        assert f'href="/acts/{one.act.slug}"' in listed
        page = visitor.get(f"/acts/{one.act.slug}").text
        assert rows(page) == one.limits
        assert one.act.note_vi in page
    missing = visitor.get("/acts/qcvn-99-2099-byt")
    assert (missing.status_code, "Không có trang" in missing.text) == (404, True)


def test_what_is_not_known_of_an_act_is_said(visitor: FlaskClient) -> None:
    page = words(visitor.get("/acts/qcvn-27-2016-byt").text)
    assert "Ngày ban hành chưa biết ngày" in page
    assert "Hiệu lực chưa biết ngày" in page
    assert "Được thay thế toàn bộ hoặc một phần bởi QCVN 02:2019/BYT" in words(
        visitor.get("/acts/quyet-dinh-3733-2002-qd-byt").text
    )


@pytest.mark.parametrize("address", EVERY_PAGE)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_pages_name_no_foreign_address_and_style_nothing_inline(visitor: FlaskClient, address: str, lang: str) -> None:
    page = visitor.get(f"{address}{'&' if '?' in address else '?'}lang={lang}").text
    assert not re.search(r"<[^>]+\s(style|on\w+)=", page)
    assert not re.search(r'(?:href|src|action)="(?:https?:)?//', page)


def test_every_page_leads_to_the_law(visitor: FlaskClient) -> None:
    footer = visitor.get("/sign-in").text.split("<footer", 1)[1]
    assert 'href="/limits"' in footer
    assert 'href="/acts"' in footer


def test_days_are_written_as_people_say_them(site: Flask) -> None:
    first = date(2025, 10, 1)
    with site.test_request_context("/"):
        assert days(None, None) == ""
        assert days(first, None) == "từ 01/10/2025"
        assert days(first, date(2026, 1, 1)) == "01/10/2025 – 31/12/2025"
        assert days(first, date(2025, 10, 2)) == "01/10/2025"
