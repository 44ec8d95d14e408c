"""One line for each request, joined by an id, with nobody's data in it."""

from __future__ import annotations

import io
import json
import logging
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.webmap.conftest import sign_in


def lines(log: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_each_request_leaves_one_line(client: FlaskClient, log: io.StringIO) -> None:
    client.get("/healthz").close()
    (line,) = lines(log)
    assert (line["event"], line["method"], line["path"], line["status"]) == ("request", "GET", "/healthz", 200)
    assert line["account"] is None
    assert line["ms"] >= 0
    assert line["at"].endswith("Z")


def test_the_askers_id_is_kept_and_told(client: FlaskClient, log: io.StringIO) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": "proxy-7.a_b"})
    answer.close()
    assert answer.headers["X-Request-ID"] == lines(log)[0]["request_id"] == "proxy-7.a_b"


@pytest.mark.parametrize("bad", ["", "a b", "x" * 65, '{"event"', "é", "a;b"])
def test_an_id_that_could_forge_a_line_is_replaced(client: FlaskClient, bad: str) -> None:
    made = client.get("/healthz", headers={"X-Request-ID": bad}).headers["X-Request-ID"]
    assert made != bad
    assert len(made) == 32


def test_no_line_holds_what_people_typed(client: FlaskClient, log: io.StringIO) -> None:
    sign_in(client, "nguyen-van-a", "mat-khau-cua-toi").close()
    client.get("/nothing?q=benh-nhan-b", headers={"User-Agent": "trinh-duyet-c"}).close()
    text = log.getvalue()
    assert len(lines(log)) == 3
    for typed in ("nguyen-van-a", "mat-khau-cua-toi", "benh-nhan-b", "trinh-duyet-c", "127.0.0.1"):
        assert typed not in text


def test_lines_of_libraries_come_in_the_same_form(log: io.StringIO) -> None:
    logging.getLogger("some.library").warning("slow: %s ms", 12)
    (line,) = lines(log)
    assert (line["event"], line["level"], line["logger"]) == ("slow: 12 ms", "warning", "some.library")
