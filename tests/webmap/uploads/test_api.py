"""The API on the real server, asked by a plain HTTP client; a real worker works off what is wanted."""

from __future__ import annotations

import base64
import http.client
import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from flask import Flask

from gisdb.access.accounts import FAILURES_ALLOWED
from gisdb.config import Settings
from gisdb.engine import Database
from tests.conftest import PASSWORD
from tests.webmap.conftest import Serving, form_token
from tests.webmap.uploads.conftest import measurements, seat, workplaces_in

MOST = 2_000_000
PATIENCE_S = 60


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def data(self) -> Any:
        return json.loads(self.body)


@dataclass
class Api:
    """One account at the API."""

    address: str
    login: str = "hcm"
    password: str = PASSWORD

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        where = urlsplit(self.address)
        connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=PATIENCE_S)
        if self.login:
            pair = base64.b64encode(f"{self.login}:{self.password}".encode()).decode()
            headers["Authorization"] = f"Basic {pair}"
        if isinstance(body, dict):
            body = json.dumps(body).encode()
        connection.request(method, f"/api/uploads{path}", body=body, headers=headers)
        answer = connection.getresponse()
        found = Answer(answer.status, dict(answer.getheaders()), answer.read())
        connection.close()
        return found

    def send(self, content: bytes, query: str = "") -> int:
        answer = self.ask("POST", f"?register=measurements&name={quote('đo kiểm.csv')}{query}", content)
        assert answer.status == 202, answer.body
        assert answer.headers["Location"] == f"/api/uploads/{answer.data['id']}"
        found: int = answer.data["id"]
        return found

    def settled(self, upload_id: int) -> Any:
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            found = self.ask("GET", f"/{upload_id}").data
            if not found["busy"]:
                return found
            time.sleep(0.1)
        raise AssertionError(found)


@pytest.fixture
def served(serve: Callable[..., Serving], country: Database) -> Serving:
    """The real server on it."""
    return serve(country, max_upload_bytes=str(MOST), workers="1")


@pytest.fixture
def api(served: Serving) -> Api:
    """The city's account at the API."""
    return Api(served.address)


def form_body(content: bytes, **fields: str) -> tuple[bytes, str]:
    """A multipart form with a file."""
    mark = uuid.uuid4().hex
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n'.encode() for n, v in fields.items()
    ]
    parts.append(
        f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'.encode() + content
    )
    return b"".join(parts) + f"\r\n--{mark}--\r\n".encode(), f"multipart/form-data; boundary={mark}"


@pytest.mark.usefixtures("working")
def test_a_program_sends_corrects_submits_and_takes_back(api: Api, country: Database) -> None:
    codes = workplaces_in(country, "hcm", 5)
    upload_id = api.send(measurements(codes, value="99,5", point="API"))
    found = api.settled(upload_id)
    assert (found["state"], found["counts"]["added"], found["file_name"]) == ("checked", 5, "đo kiểm.csv")
    assert found["receipt"]["effects"]["indicators"]["exceedance_share"]
    again = api.ask("PUT", f"/{upload_id}/choices", {"decimal": "comma"})
    assert (again.status, again.data["choices"]) == (202, {"decimal": "comma"})
    assert api.settled(upload_id)["state"] == "checked"
    assert api.ask("PUT", f"/{upload_id}/choices", {"colour": "red"}).data["code"] == "choices_unreadable"
    assert api.ask("POST", f"/{upload_id}/submit", {}).status == 202
    assert api.settled(upload_id)["state"] == "committed"
    second = api.ask("POST", f"/{upload_id}/submit", {})
    assert (second.status, second.data["code"]) == (409, "upload_state")
    assert second.headers["Content-Type"] == "application/problem+json"
    assert api.ask("POST", f"/{upload_id}/undo").status == 202
    done = api.settled(upload_id)
    assert (done["state"], done["receipt"]["registers"][0]["reversed"]) == ("undone", 5)
    assert api.ask("POST", f"/{upload_id}/eat").status == 404
    listed = api.ask("GET", "?state=undone&limit=1").data
    assert [one["id"] for one in listed["uploads"]] == [upload_id]


@pytest.mark.usefixtures("working")
def test_problems_are_asked_a_page_at_a_time(api: Api, country: Database) -> None:
    [code] = workplaces_in(country, "hcm", 1)
    bad = measurements([code]) + "".join(f"{code};v{n};12/03/2025;NOISE;cao;dBA\r\n" for n in range(12)).encode()
    body, kind = form_body(bad, choices='{"good_rows_only": true}')
    sent = api.ask("POST", "?register=measurements", body, **{"Content-Type": kind})
    assert (sent.status, sent.data["file_name"], sent.data["choices"]) == (202, "a.csv", {"good_rows_only": True})
    upload_id = sent.data["id"]
    assert api.settled(upload_id)["receipt"]["status"] == "checked"
    page = api.ask("GET", f"/{upload_id}/problems?severity=error&offset=10&limit=5&lang=en").data
    assert (page["count"], len(page["problems"])) == (12, 2)
    assert {name: page["problems"][0][name] for name in ("line", "cell", "column", "severity")} == {
        "line": 13, "cell": "cao", "column": "value", "severity": "error",
    }  # fmt: skip
    assert "not a number" in page["problems"][0]["text"]
    assert api.ask("GET", f"/{upload_id}/problems?severity=bad").status == 400
    assert api.ask("GET", f"/{upload_id}/problems?offset=-1").status == 400


def test_nobody_and_the_wrong_password_are_challenged(api: Api, served: Serving) -> None:
    for who in (Api(served.address, ""), Api(served.address, "vien", "sai"), Api(served.address, "nobody", "sai")):
        answer = who.ask("GET", "")
        assert (answer.status, answer.data["code"]) == (401, "http_401")
        assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    assert api.ask("GET", "").status == 200
    locked = Api(served.address, "no-such-login", "sai")
    for _ in range(FAILURES_ALLOWED["login"]):
        assert locked.ask("GET", "").status == 401
    answer = locked.ask("GET", "")
    assert (answer.status, answer.data["code"]) == (429, "sign_in_locked")
    assert int(answer.headers["Retry-After"]) > 0


def test_another_sites_form_in_a_browser_that_knows_the_password_is_refused(api: Api, country: Database) -> None:
    content = measurements(workplaces_in(country, "hcm", 1), point="Lạ")
    answer = api.ask("POST", "?register=measurements&name=a.csv", content, **{"Sec-Fetch-Site": "cross-site"})
    assert (answer.status, answer.data["code"]) == (403, "http_403")
    assert api.ask("GET", "", **{"Sec-Fetch-Site": "cross-site"}).status == 200


def test_another_province_finds_nothing(api: Api, served: Serving, country: Database) -> None:
    upload_id = api.send(measurements(workplaces_in(country, "hcm", 2), point="Riêng"))
    other = Api(served.address, "hanoi")
    asked = [
        ("GET", ""),
        ("GET", "/problems"),
        ("PUT", "/choices"),
        *(("POST", f"/{one}") for one in ("submit", "approve", "return", "withdraw", "undo")),
    ]
    for method, path in asked:
        assert other.ask(method, f"/{upload_id}{path}", None if method == "GET" else {}).status == 404, path
    assert upload_id not in [one["id"] for one in other.ask("GET", "").data["uploads"]]
    assert api.ask("POST", f"/{upload_id}/withdraw").data["state"] == "withdrawn"


@pytest.mark.parametrize("size", [MOST + 1000, MOST + 100_000, 8 * MOST])
def test_too_large_a_file_is_told_so_and_not_cut_off(api: Api, size: int) -> None:
    answer = api.ask("POST", "?register=measurements&name=a.csv", b"x" * size)
    assert (answer.status, answer.data["code"]) == (413, "file_too_large")
    body, kind = form_body(b"x" * size)
    answer = api.ask("POST", "?register=measurements", body, **{"Content-Type": kind})
    assert (answer.status, answer.data["code"]) == (413, "file_too_large")
    assert api.ask("GET", "").status == 200


def test_too_large_a_file_without_a_length_is_told_so(api: Api) -> None:
    answer = api.ask("POST", "?register=measurements&name=a.csv", iter([b"x" * 100_000] * 25))
    assert (answer.status, answer.data["code"]) == (413, "file_too_large")


def test_a_session_needs_the_forms_token(site: Flask, country: Database, settings_of: Settings) -> None:
    here = seat(site, country, settings_of, "hcm")
    content = measurements(workplaces_in(country, "hcm", 1), point="Phiên")
    address = "/api/uploads?register=measurements&name=a.csv"
    kind = "application/octet-stream"
    assert here.client.post(address, data=content, content_type=kind).status_code == 400
    token = {"X-CSRFToken": form_token(here.client.get("/uploads"))}
    sent = here.client.post(address, data=content, content_type=kind, headers=token)
    assert sent.status_code == 202
    assert here.client.post(f"/api/uploads/{sent.json['id']}/withdraw").status_code == 400  # type: ignore[index]
    ended = here.client.post(f"/api/uploads/{sent.json['id']}/withdraw", headers=token)  # type: ignore[index]
    assert (ended.status_code, ended.json["state"]) == (200, "withdrawn")  # type: ignore[index]
