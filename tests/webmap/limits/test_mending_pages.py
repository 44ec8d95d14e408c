"""An administrator confirms and corrects a limit in a page; nobody else does, and nobody by accident."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from gisdb import rejudging
from gisdb.config import Settings
from gisdb.engine import Database
from gisdb.limits.limit import Limit, write_limits
from gisdb.limits.store import limits_on
from tests.conftest import account
from tests.webmap.conftest import sign_in
from tests.webmap.limits.conftest import the_limit
from webmap.app import create_app

REASON = "Công báo số 99, trang 12"


def fields(page: str, verb: str) -> dict[str, str]:
    """The form of a verb as a browser would send it back."""
    form = re.search(rf'<form[^>]+action="/limits/\d+/{verb}[^"]*".*?</form>', page, re.DOTALL)
    assert form, page
    found = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', form[0]))
    for name, inside in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form[0], re.DOTALL):
        chosen = re.search(r'<option selected value="([^"]*)"', inside)
        found[name] = chosen[1] if chosen else ""
    found |= {
        name: inside.strip()
        for name, inside in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form[0], re.DOTALL)
    }
    return found


def send(client: FlaskClient, address: str, verb: str, lang: str = "", **typed: str) -> TestResponse:
    """Open the page of a limit, fill its form in, send it."""
    asked = f"?lang={lang}" if lang else ""
    form = fields(client.get(f"{address}{asked}").text, verb)
    prefix = "correct-" if verb == "correct" else ""
    return client.post(f"{address}/{verb}{asked}", data=form | {f"{prefix}{name}": one for name, one in typed.items()})


@pytest.fixture
def administrator(loaded: Database, tmp_path: Path) -> FlaskClient:
    """Signed in as administrator, on a database of the test's own."""
    client = create_app(Settings(home=tmp_path / "home", secret_key="k" * 40), loaded).test_client()
    sign_in(client, "quantri")
    return client


def test_a_corrected_limit_judges_again_and_leaves_its_trail(administrator: FlaskClient, loaded: Database) -> None:
    acetone = the_limit(loaded, "ACETONE")
    address = f"/limits/{acetone.id}"
    answer = send(administrator, address, "correct", limit_high="150,5", reason=REASON)
    assert (answer.status_code, answer.headers["Location"]) == (303, address)
    page = administrator.get(address).text
    assert re.search(r"Đã lưu\. [\d.]+ kết quả đo có đánh giá", page)
    for said in ("≤ 150,5 mg/m3", REASON, "(quantri)", f"<del>{acetone.limit_high}</del> → <ins>150.5</ins>"):
        assert said in page
    with loaded.owner() as conn:
        query = "SELECT DISTINCT limit_value FROM measurement WHERE factor = 'ACETONE' AND averaging = 'TWA' AND shift_hours = 8"
        assert conn.execute(text(query)).scalars().all() == [Decimal("150.5")]

    stranger = administrator.application.test_client().get(address).text
    assert REASON in stranger
    assert "quantri" not in stranger

    same = send(administrator, address, "correct", reason="xem lại")
    assert same.status_code == 303
    assert "Không có gì thay đổi" in administrator.get(address).text


def test_a_confirmed_limit_loses_its_mark(administrator: FlaskClient, loaded: Database) -> None:
    address = f"/limits/{the_limit(loaded, 'PHOSPHORIC_ACID', day=date(2020, 1, 1)).id}"
    assert "cần đối chiếu" in administrator.get(address).text
    assert send(administrator, address, "confirm", reason=REASON).status_code == 303
    page = administrator.get(address).text
    assert '<span class="mark sure">' in page.split("<section", 1)[0]
    assert f"{address}/confirm" not in page


def test_a_limit_without_value_is_corrected_not_confirmed(
    signed_in: Callable[[str], FlaskClient], shared: Database
) -> None:
    page = signed_in("quantri").get(f"/limits/{the_limit(shared, 'NITRIC_ACID').id}").text
    assert "/confirm" not in page
    assert "/correct" in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"limit_high": "0.05"}, "Viết số như 0,05"),
        ({"limit_high": "1.000"}, "Viết số như 0,05"),
        ({"limit_high": "-5"}, "Viết số như 0,05"),
        ({"limit_high": ""}, "Các trị số không hợp với dạng giới hạn này."),
        ({"limit_low": "5"}, "Các trị số không hợp với dạng giới hạn này."),
        ({"valid_to": "2019-12-09"}, "ít nhất một ngày"),
        ({"legal_act": " "}, "Ghi tên văn bản."),
        ({"source": ""}, "Ghi nguồn đã đọc."),
        ({"reason": ""}, "Nêu lý do"),
        ({"shape": "round"}, 'class="field wrong"'),
    ],
)
def test_what_cannot_be_saved_comes_back_as_typed_with_the_reason(
    signed_in: Callable[[str], FlaskClient], shared: Database, typed: dict[str, str], said: str
) -> None:
    toluene = the_limit(shared, "TOLUENE")
    answer = send(signed_in("quantri"), f"/limits/{toluene.id}", "correct", **{"reason": REASON} | typed)
    assert answer.status_code == 422
    assert said in answer.text
    assert "Chưa lưu gì." in answer.text
    for name, one in typed.items():
        if one.strip() and name != "shape":
            assert fields(answer.text, "correct")[f"correct-{name}"] == one
    assert the_limit(shared, "TOLUENE") == toluene


def test_a_refused_confirmation_leaves_the_other_form_as_it_was(
    signed_in: Callable[[str], FlaskClient], shared: Database
) -> None:
    silica = the_limit(shared, "SILICA_RESP")
    answer = send(signed_in("quantri"), f"/limits/{silica.id}", "confirm", reason=" ")
    assert (answer.status_code, "Chưa lưu gì." in answer.text) == (422, True)
    assert fields(answer.text, "correct")["correct-limit_high"] == "0,1"


def test_a_number_has_the_decimal_mark_of_the_page(signed_in: Callable[[str], FlaskClient], shared: Database) -> None:
    address = f"/limits/{the_limit(shared, 'TOLUENE').id}"
    refused = send(signed_in("quantri"), address, "correct", lang="en", limit_high="37,5", reason=REASON)
    assert (refused.status_code, "Write a number like 0.05" in refused.text) == (422, True)


def test_a_correction_that_overlaps_another_limit_is_refused_in_words(
    signed_in: Callable[[str], FlaskClient], shared: Database
) -> None:
    before = next(one for one in _limits(shared, "NITRIC_ACID") if one.averaging == "TWA" and one.valid_to)
    answer = send(signed_in("quantri"), f"/limits/{before.id}", "correct", valid_to="", reason=REASON)
    assert (answer.status_code, "hai giới hạn trùng thời gian" in answer.text) == (422, True)


def _limits(database: Database, factor: str) -> list[Limit]:
    with database.acting_as(None) as conn:
        return limits_on(conn, None, factor)


@pytest.mark.parametrize("verb", ["confirm", "correct"])
def test_only_an_administrator_mends(
    signed_in: Callable[[str], FlaskClient], visitor: FlaskClient, shared: Database, verb: str
) -> None:
    address = f"/limits/{the_limit(shared, 'TOLUENE').id}"
    for login in ("hcm", "vien"):
        client = signed_in(login)
        page = client.get(address).text
        assert f"/{verb}" not in page
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token
        answer = client.post(f"{address}/{verb}", data={"csrf_token": token[1], "reason": REASON})
        assert (answer.status_code, f"Tài khoản {login} không được sửa giới hạn." in answer.text) == (403, True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', visitor.get("/sign-in").text)
    assert token
    assert visitor.post(f"{address}/{verb}", data={"csrf_token": token[1], "reason": REASON}).status_code == 401


def test_a_request_from_another_site_mends_nothing(signed_in: Callable[[str], FlaskClient], shared: Database) -> None:
    toluene = the_limit(shared, "TOLUENE")
    answer = signed_in("quantri").post(f"/limits/{toluene.id}/correct", data={"correct-reason": REASON})
    assert answer.status_code == 400
    assert the_limit(shared, "TOLUENE") == toluene


def test_a_form_full_of_control_characters_is_no_fault_of_ours(
    signed_in: Callable[[str], FlaskClient], shared: Database
) -> None:
    answer = send(signed_in("quantri"), f"/limits/{the_limit(shared, 'TOLUENE').id}", "correct", reason="\x00\x01")
    assert answer.status_code == 422


def test_a_limit_that_was_entered_here_says_so(administrator: FlaskClient, loaded: Database) -> None:
    noise = the_limit(loaded, "NOISE")
    ended = replace(noise, valid_to=date(2026, 1, 1))
    newer = replace(noise, valid_from=date(2026, 1, 1), limit_high=Decimal(80), id=None)
    text_of = io.StringIO()
    write_limits([ended, newer], text_of)
    done = rejudging.correct(loaded, account(loaded, "quantri"), text_of.getvalue().splitlines(), REASON)
    pages = [administrator.get(f"/limits/{one.id}").text for one in done.limits]
    assert ["đã nhập" in page for page in pages] == [False, True]
    assert ["đã sửa" in page for page in pages] == [True, False]


def test_a_correction_may_name_an_act_that_no_list_knows(administrator: FlaskClient, loaded: Database) -> None:
    address = f"/limits/{the_limit(loaded, 'METHANOL').id}"
    answer = send(administrator, address, "correct", legal_act="QCVN 99:2030/BYT", reason=REASON)
    assert answer.status_code == 303
    page = administrator.get(address).text
    assert "QCVN 99:2030/BYT" in page
    assert "không biết gì thêm về văn bản" in page
    assert "QCVN 99:2030/BYT" in administrator.get("/limits?factor=METHANOL").text
    assert "QCVN 99:2030/BYT" not in administrator.get("/acts").text
