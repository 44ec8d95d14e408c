"""Files that browsers keep: fetched once, never asked for again, and ours or a kept copy of a named package."""

from __future__ import annotations

import gzip
import hashlib
import re
import tomllib
from pathlib import Path

import brotli  # type: ignore[import-untyped]
import pytest
from flask import Flask
from flask.testing import FlaskClient

import webmap
from webmap.assets import Assets, Immutables, asset_url

STATIC = Path(webmap.__file__).parent / "static"
VENDOR = STATIC / "vendor"


def address(app: Flask, name: str) -> str:
    with app.test_request_context("/?lang=en"):
        return asset_url(name)


def test_a_browser_keeps_a_file_for_a_year(app: Flask, client: FlaskClient) -> None:
    answer = client.get(address(app, "css/site.css"))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Type"].startswith("text/css")


def test_a_kept_file_is_the_same_for_every_reader(app: Flask, client: FlaskClient) -> None:
    client.get("/sign-in")  # now there is a cookie
    answer = client.get(address(app, "css/site.css"))
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert "Set-Cookie" not in answer.headers
    assert "lang" not in address(app, "css/site.css")


@pytest.mark.parametrize(("coding", "opened"), [("br", brotli.decompress), ("gzip", gzip.decompress)])
def test_text_travels_compressed(app: Flask, client: FlaskClient, coding: str, opened: object) -> None:
    name = "vendor/leaflet-1.9.4/leaflet.js"
    answer = client.get(address(app, name), headers={"Accept-Encoding": coding})
    assert answer.headers["Content-Encoding"] == coding
    assert len(answer.data) < 45_000
    assert callable(opened)
    assert opened(answer.data) == (STATIC / name).read_bytes()


def test_a_font_is_not_compressed_twice(app: Flask, client: FlaskClient) -> None:
    name = "vendor/be-vietnam-pro-5.3.0/be-vietnam-pro-latin-400-normal.woff2"
    answer = client.get(address(app, name), headers={"Accept-Encoding": "br, gzip"})
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Content-Type"] == "font/woff2"


def test_who_has_the_file_gets_no_second_copy(app: Flask, client: FlaskClient) -> None:
    first = client.get(address(app, "css/site.css"), headers={"Accept-Encoding": "br"})
    again = client.get(
        address(app, "css/site.css"), headers={"Accept-Encoding": "br", "If-None-Match": first.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")


def test_an_address_of_an_older_version_is_answered_but_not_kept(client: FlaskClient) -> None:
    answer = client.get("/static/000000000000/css/site.css")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "name", ["../app.py", "..%2Fapp.py", "css/../../app.py", "%2Fetc%2Fpasswd", "css", "nothing.js"]
)
def test_nothing_outside_the_folder_can_be_had(client: FlaskClient, name: str) -> None:
    assert client.get(f"/static/x/{name}", follow_redirects=True).status_code == 404


def test_changing_any_file_changes_every_address(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("a")
    before = Assets(tmp_path).version
    (tmp_path / "a.css").write_text("b")
    changed = Assets(tmp_path).version
    (tmp_path / "b.css").write_text("")
    assert len({before, changed, Assets(tmp_path).version}) == 3


def test_kept_bodies_never_outgrow_their_room() -> None:
    kept = Immutables(capacity=250)
    asked: list[str] = []

    def load(name: str) -> bytes:
        asked.append(name)
        return name.encode() * 100

    for name in ("a", "b", "a", "c", "a", "b"):
        assert kept.encoded(name, "identity", lambda name=name: load(name)) == name.encode() * 100  # type: ignore[misc]
    # a stayed, being used; b was dropped for c and had to be loaded again.
    assert asked == ["a", "b", "c", "b"]


def test_every_file_that_a_stylesheet_names_is_there() -> None:
    for sheet in STATIC.rglob("*.css"):
        for name in re.findall(r'url\("?([^)"#]+)"?\)', sheet.read_text("utf-8")):
            assert (sheet.parent / name).resolve().is_file(), f"{sheet.name} names {name}"


def test_the_shipped_packages_are_what_their_list_says() -> None:
    listed: dict[str, str] = {}
    for package in tomllib.loads((VENDOR / "SOURCES.toml").read_text("utf-8"))["package"]:
        assert package["version"] in package["folder"]
        assert "LICENSE" in package["sha256"]
        listed |= {f"{package['folder']}/{name}": total for name, total in package["sha256"].items()}
    present = {
        path.relative_to(VENDOR).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "SOURCES.toml"
    }
    assert present == listed
