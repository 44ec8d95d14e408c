"""Refusals and faults: a page that says what to do, a problem that programs can read, and never our insides."""

from __future__ import annotations

import io
import json

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from sqlalchemy import text

from gisdb.config import Settings
from gisdb.engine import Database
from gisdb.errors import ConfigError, Conflict, Forbidden, InputError, NotFound, ServerError
from webmap.app import create_app
from webmap.session import request_connection, signed_in_account

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
JSON = {"Accept": "application/json"}
SECRET = "postgresql://gisdb_app:hunter2@10.0.0.5/gisdb"

REFUSALS = {
    "input": (InputError("language_unknown", language="xx", known="vi, en"), 400, "language_unknown"),
    "absent": (NotFound("export_format_unknown", format="pdf", known="csv"), 404, "export_format_unknown"),
    "forbidden": (Forbidden("sign_in_locked", minutes=15), 403, "sign_in_locked"),
    "conflict": (Conflict("login_taken", login="x"), 409, "login_taken"),
    "server": (ServerError("server_unreachable", reason=SECRET), 503, "http_503"),
    "config": (ConfigError("setting_invalid", name="X", reason=SECRET), 500, "http_500"),
    "bug": (ValueError(SECRET), 500, "http_500"),
}


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """The application with a few addresses that fail in every way."""

    @app.get("/fail/<how>")
    def fail(how: str) -> str:
        raise REFUSALS[how][0]

    @app.get("/slow")
    def slow() -> str:
        conn = request_connection()
        conn.execute(text("SET LOCAL statement_timeout = 10"))
        conn.execute(text("SELECT pg_sleep(5)"))
        return "never"

    @app.get("/cut-off")
    def cut_off() -> str:
        request_connection().execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        return "never"

    @app.get("/teapot")
    def teapot() -> str:
        abort(418)

    @app.get("/for-accounts")
    def for_accounts() -> str:
        return signed_in_account().name

    return app.test_client()


@pytest.mark.parametrize("how", REFUSALS)
def test_a_program_reads_what_was_wrong(client: FlaskClient, how: str) -> None:
    _, status, code = REFUSALS[how]
    answer = client.get(f"/fail/{how}?lang=en", headers=JSON)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = json.loads(answer.data)
    assert (body["type"], body["code"], body["status"]) == (f"/problems/{code}", code, status)
    assert body["title"]
    assert body["detail"]
    assert body["instance"] == answer.headers["X-Request-ID"]


@pytest.mark.parametrize("how", REFUSALS)
def test_a_reader_sees_a_page_with_the_right_status(client: FlaskClient, how: str) -> None:
    _, status, _ = REFUSALS[how]
    answer = client.get(f"/fail/{how}", headers=HTML)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert '<html lang="vi">' in answer.text
    assert answer.headers["X-Request-ID"] in answer.text


@pytest.mark.parametrize("how", ["server", "config", "bug"])
@pytest.mark.parametrize("accept", [HTML, JSON])
def test_a_fault_shows_nothing_of_our_insides_and_is_logged(
    client: FlaskClient, log: io.StringIO, how: str, accept: dict[str, str]
) -> None:
    answer = client.get(f"/fail/{how}", headers={**accept, "X-Request-ID": "asked-1"})
    assert "hunter2" not in answer.text
    assert "10.0.0.5" not in answer.text
    (fault,) = [line for line in map(json.loads, log.getvalue().splitlines()) if line["event"] == "fault"]
    assert fault["request_id"] == "asked-1"
    assert "hunter2" in json.dumps(fault["exception"])


def test_a_refusal_speaks_the_readers_language(client: FlaskClient) -> None:
    assert json.loads(client.get("/fail/input", headers=JSON).data)["detail"] == "Không có ngôn ngữ xx."
    assert json.loads(client.get("/fail/input?lang=en", headers=JSON).data)["detail"] == "There is no language xx here."


def test_a_question_that_takes_too_long_is_said_to_be_that(client: FlaskClient) -> None:
    answer = client.get("/slow", headers=JSON)
    assert (answer.status_code, answer.get_json()["code"]) == (503, "query_too_long")


def test_a_database_that_breaks_off_is_said_to_be_that(client: FlaskClient) -> None:
    answer = client.get("/cut-off", headers=JSON)
    assert (answer.status_code, answer.get_json()["code"]) == (503, "database_lost")
    assert client.get("/sign-in").status_code == 200


def test_who_is_not_signed_in_is_led_to_the_form_and_back(client: FlaskClient) -> None:
    answer = client.get("/for-accounts?a=1&lang=en", headers=HTML)
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/sign-in?next=/for-accounts?a%3D1%26lang%3Den&lang=en"


def test_a_program_that_is_not_signed_in_gets_401(client: FlaskClient) -> None:
    answer = client.get("/for-accounts", headers=JSON)
    assert (answer.status_code, answer.get_json()["code"]) == (401, "http_401")
    assert answer.headers["WWW-Authenticate"].startswith("Session")


@pytest.mark.parametrize(
    ("address", "accept", "kind"),
    [
        ("/nothing", "*/*", "text/html"),
        ("/nothing", "application/problem+json", "application/problem+json"),
        ("/nothing.json", "*/*", "application/problem+json"),
        ("/nothing.geojson", "", "application/problem+json"),
        ("/nothing.csv", HTML["Accept"], "text/html"),
        ("/api/nothing", HTML["Accept"], "application/problem+json"),
    ],
)
def test_programs_and_people_are_told_apart(client: FlaskClient, address: str, accept: str, kind: str) -> None:
    answer = client.get(address, headers={"Accept": accept})
    assert (answer.status_code, answer.mimetype) == (404, kind)


def test_a_wrong_method_names_the_right_ones(client: FlaskClient) -> None:
    answer = client.get("/sign-out", headers=JSON)
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_an_unusual_refusal_keeps_its_status(client: FlaskClient) -> None:
    answer = client.get("/teapot", headers=JSON)
    assert (answer.status_code, answer.get_json()["code"]) == (418, "http_refused")


def test_hostile_words_in_an_address_stay_words(client: FlaskClient) -> None:
    answer = client.get("/sign-in?lang=<script>alert(1)</script>", headers=HTML)
    assert answer.status_code == 400
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;" in answer.text


def test_the_page_of_a_fault_needs_no_database(idle: Database, settings: Settings) -> None:
    nowhere = Database(idle.app_url.replace("gisdb_app", "nobody_at_all"))
    client = create_app(settings, nowhere).test_client()
    with client.session_transaction() as held:
        held["_user_id"] = "1"
    assert client.get("/readyz", headers=HTML).status_code == 503
    assert client.get("/sign-in", headers=HTML).status_code == 503
    assert client.get("/nothing", headers=HTML).status_code == 404
    nowhere.dispose()
