"""What a browser is told that it may do with our pages."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from gisdb.config import Settings
from gisdb.engine import Database
from webmap.app import create_app
from webmap.security import tile_origin

EVERY_KIND = ["/healthz", "/sign-in", "/nothing-here", "/export/measurements.csv", "/static/x/css/site.css"]


@pytest.mark.parametrize("address", EVERY_KIND)
def test_every_answer_carries_the_policy(client: FlaskClient, address: str) -> None:
    headers = client.get(address).headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["connect-src"] == policy["font-src"] == policy["form-action"] == "'self'"
    assert re.fullmatch(r"'self' 'nonce-[\w-]{24}'", policy["script-src"])
    assert policy["style-src"] == policy["script-src"]
    assert policy["img-src"] == "'self' data:"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["object-src"] == "'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_a_nonce_serves_one_answer_only(client: FlaskClient) -> None:
    policies = {client.get("/sign-in").headers["Content-Security-Policy"] for _ in range(5)}
    assert len(policies) == 5


def test_no_page_of_the_frame_has_inline_styles_or_handlers(client: FlaskClient) -> None:
    for address in ("/sign-in", "/nothing-here"):
        page = client.get(address).text
        assert not re.search(r"<[^>]+\s(style|on\w+)=", page)
        assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
        assert "https://" not in page


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        (None, ""),
        ("https://tiles.example/{z}/{x}/{y}.png", "https://tiles.example"),
        ("http://10.0.0.7:8080/t/{z}/{x}/{y}.png", "http://10.0.0.7:8080"),
        ("https://{s}.tiles.example/{z}/{x}/{y}.png", "https://*.tiles.example"),
        ("/tiles/{z}/{x}/{y}.png", ""),
    ],
)
def test_a_configured_background_map_may_be_shown_and_no_other(address: str | None, origin: str) -> None:
    assert tile_origin(address) == origin


def test_the_tile_server_of_the_settings_is_in_the_policy(idle: Database, settings: Settings) -> None:
    with_tiles = settings.model_copy(update={"tile_url": "https://tiles.example/{z}/{x}/{y}.png"})
    policy = create_app(with_tiles, idle).test_client().get("/healthz").headers["Content-Security-Policy"]
    assert "img-src 'self' data: https://tiles.example;" in policy
