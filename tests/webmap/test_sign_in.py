"""Signing in and out."""

from __future__ import annotations

from http.cookies import SimpleCookie

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from gisdb.access.accounts import FAILURES_ALLOWED, add_account, disable_account, operator
from gisdb.config import Settings
from gisdb.engine import Database
from tests.conftest import PASSWORD
from tests.webmap.conftest import form_token, sign_in
from webmap.accounts.next_address import is_own_address
from webmap.app import create_app
from webmap.session import signed_in_account

NAME = "Viện Khoa học An toàn và Vệ sinh lao động"


@pytest.fixture
def app(database: Database, settings: Settings) -> Flask:
    """The application, an institute's account, and an address that says who is signed in."""
    app = create_app(settings, database)
    with database.acting_as(None) as conn:
        who = operator(conn)
    with database.acting_as(who, write=True) as conn:
        add_account(conn, "vien", NAME, "institute", None, PASSWORD)

    @app.get("/who")
    def who_is_it() -> str:
        return signed_in_account().name

    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def disable(database: Database, login: str) -> None:
    with database.acting_as(None) as conn:
        who = operator(conn)
    with database.acting_as(who, write=True) as conn:
        disable_account(conn, login)


def test_an_account_signs_in_and_is_led_where_it_wanted(client: FlaskClient) -> None:
    answer = sign_in(client, "vien", next_address="/units/5?year=2025&lang=en")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/units/5?year=2025&lang=en"
    assert client.get("/who").text == NAME


def test_the_login_is_read_without_regard_to_case_and_blanks(client: FlaskClient) -> None:
    assert sign_in(client, "  VIEN ").status_code == 303


@pytest.mark.parametrize(("login", "password"), [("vien", "sai"), ("không có", PASSWORD), ("operator", "x")])
def test_a_wrong_pair_is_refused_without_saying_which_half(client: FlaskClient, login: str, password: str) -> None:
    answer = sign_in(client, login, password)
    assert answer.status_code == 422
    assert "Tài khoản hoặc mật khẩu không đúng." in answer.text
    assert client.get("/who", headers={"Accept": "application/json"}).status_code == 401


def test_an_empty_form_says_what_is_missing(client: FlaskClient) -> None:
    answer = sign_in(client, "", "")
    assert answer.status_code == 422
    assert "Hãy nhập tên tài khoản." in answer.text
    assert "Hãy nhập mật khẩu." in answer.text


def test_the_password_never_comes_back_in_the_page(client: FlaskClient) -> None:
    assert "mat-khau-that-rieng" not in sign_in(client, "vien", "mat-khau-that-rieng").text


def test_guessing_is_stopped_and_the_wait_is_said(client: FlaskClient) -> None:
    for _ in range(FAILURES_ALLOWED["login"]):
        assert sign_in(client, "vien", "sai mật khẩu").status_code == 422
    answer = sign_in(client, "vien")
    assert answer.status_code == 429
    assert "15 phút" in answer.text or "quá nhiều lần" in answer.text
    assert int(answer.headers["Retry-After"]) > 0


def test_a_form_from_another_site_is_refused(client: FlaskClient) -> None:
    answer = client.post("/sign-in", data={"login": "vien", "password": PASSWORD})
    assert answer.status_code == 400
    assert "Tải lại trang" in answer.text


def test_a_disabled_account_loses_access_at_once(client: FlaskClient, database: Database) -> None:
    sign_in(client, "vien")
    assert client.get("/who").status_code == 200
    disable(database, "vien")
    assert client.get("/who", headers={"Accept": "application/json"}).status_code == 401
    assert sign_in(client, "vien").status_code == 422


def test_signing_out_ends_it(client: FlaskClient) -> None:
    sign_in(client, "vien")
    page = client.get("/nothing-here")
    assert NAME in page.text
    answer = client.post("/sign-out", data={"csrf_token": form_token(page)})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert client.get("/who", headers={"Accept": "application/json"}).status_code == 401


def test_a_link_cannot_sign_anybody_out(client: FlaskClient) -> None:
    sign_in(client, "vien")
    assert client.get("/sign-out").status_code == 405
    assert client.post("/sign-out").status_code == 400
    assert client.get("/who").status_code == 200


def test_signing_in_starts_a_new_session(client: FlaskClient) -> None:
    with client.session_transaction() as held:
        held["planted"] = "by somebody else"
    sign_in(client, "vien")
    with client.session_transaction() as held:
        assert "planted" not in held
        assert held.permanent


def test_scripts_and_other_sites_cannot_read_the_cookie(client: FlaskClient) -> None:
    cookie = SimpleCookie(sign_in(client, "vien").headers["Set-Cookie"])["gisdb"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert not cookie["secure"]


def test_an_installation_with_https_keeps_the_cookie_to_it(database: Database, settings: Settings) -> None:
    secured = create_app(settings.model_copy(update={"secure_cookies": True}), database).test_client()
    cookie = SimpleCookie(secured.get("/sign-in", base_url="https://localhost").headers["Set-Cookie"])["gisdb"]
    assert cookie["secure"]


def test_a_cookie_signed_by_another_key_is_nobody(app: Flask, database: Database, settings: Settings) -> None:
    other = create_app(settings.model_copy(update={"secret_key": "z" * 40}), database).test_client()
    sign_in(other, "vien")
    forged = other.get_cookie("gisdb")
    assert forged is not None
    client = app.test_client()
    client.set_cookie("gisdb", forged.value)
    assert client.get("/who", headers={"Accept": "application/json"}).status_code == 401


def test_a_signed_in_page_is_not_kept_by_the_browser(client: FlaskClient) -> None:
    sign_in(client, "vien")
    assert client.get("/who").headers["Cache-Control"] == "no-store"


def test_who_is_signed_in_is_not_asked_again(client: FlaskClient) -> None:
    sign_in(client, "vien")
    assert client.get("/sign-in?next=/who").headers["Location"] == "/who"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "who",
        "//evil.example",
        "///evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n//evil.example",
        " //evil.example",
        "javascript:alert(1)",
        "/%0a//x\x7f",
    ],
)
def test_nobody_is_led_to_another_site(client: FlaskClient, address: str) -> None:
    assert not is_own_address(address)
    assert sign_in(client, "vien", next_address=address).headers["Location"] == "/"


@pytest.mark.parametrize("address", ["/", "/units/1?lang=en&year=2025", "/search?q=%C4%90%C3%A0#x", "/a//b"])
def test_own_addresses_are_kept(address: str) -> None:
    assert is_own_address(address)


@pytest.mark.parametrize(("proxies", "address"), [(0, "127.0.0.1"), (1, "10.9.8.7")])
def test_a_proxy_names_the_client_only_if_the_installer_says_so(
    database: Database, settings: Settings, proxies: int, address: str
) -> None:
    client = create_app(settings.model_copy(update={"trusted_proxies": proxies}), database).test_client()
    token = form_token(client.get("/sign-in"))
    form = {"login": "nobody", "password": "wrong", "csrf_token": token}
    client.post("/sign-in", data=form, headers={"X-Forwarded-For": "1.2.3.4, 10.9.8.7"})
    with database.owner() as conn:
        assert conn.execute(text("SELECT address FROM sign_in_failure")).scalars().all() == [address]
