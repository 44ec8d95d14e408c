"""Vietnamese unless the address says otherwise; numbers and days as the reader writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient

from gisdb.config import Settings
from gisdb.engine import Database
from webmap.app import create_app


def test_a_reader_is_spoken_to_in_vietnamese(client: FlaskClient) -> None:
    page = client.get("/sign-in", headers={"Accept-Language": "en"})
    assert '<html lang="vi">' in page.text
    assert "Đăng nhập" in page.text
    assert page.headers["Content-Language"] == "vi"


def test_an_address_in_english_answers_in_english(client: FlaskClient) -> None:
    page = client.get("/sign-in?lang=en")
    assert '<html lang="en">' in page.text
    assert "<h1>Sign in</h1>" in page.text
    assert page.headers["Content-Language"] == "en"


def test_one_address_shows_everybody_the_same_language(client: FlaskClient) -> None:
    client.get("/sign-in?lang=en")
    assert '<html lang="vi">' in client.get("/sign-in").text


def test_links_keep_the_language_of_the_page(app: Flask) -> None:
    with app.test_request_context("/?lang=en"):
        assert render_template_string("{{ url_for('accounts.sign_in') }}") == "/sign-in?lang=en"
        assert render_template_string("{{ url_for('health.alive') }}") == "/healthz"
    with app.test_request_context("/"):
        assert render_template_string("{{ url_for('accounts.sign_in') }}") == "/sign-in"


def test_the_switch_leads_to_the_same_view(app: Flask) -> None:
    with app.test_request_context("/units/3?year=2025&lang=vi&q=Đà+Nẵng&q=b"):
        switched = render_template_string("{{ address_in('en') | safe }}")
    assert switched == "/units/3?year=2025&lang=en&q=%C4%90%C3%A0+N%E1%BA%B5ng&q=b"


def test_an_unknown_language_is_refused_with_the_known_ones(client: FlaskClient) -> None:
    answer = client.get("/sign-in?lang=xx")
    assert answer.status_code == 400
    assert "Không có ngôn ngữ xx" in answer.text
    assert "vi, en" in answer.text


def test_an_installation_may_speak_english_first(idle: Database, settings: Settings) -> None:
    english = create_app(settings.model_copy(update={"language": "en"}), idle).test_client()
    assert "<h1>Sign in</h1>" in english.get("/sign-in").text
    assert "<h1>Đăng nhập</h1>" in english.get("/sign-in?lang=vi").text


@pytest.mark.parametrize(
    ("language", "shown"),
    [("vi", "1.234,50|01/07/2025|01/07/2025 07:30|"), ("en", "1,234.50|1 July 2025|1 July 2025 07:30|")],
)
def test_numbers_and_days_are_written_as_the_reader_writes_them(app: Flask, language: str, shown: str) -> None:
    template = "{{ 1234.5 | number(2) }}|{{ day | day }}|{{ at | instant }}|{{ none | number }}"
    with app.test_request_context(f"/?lang={language}"):
        at = datetime(2025, 7, 1, 0, 30, tzinfo=UTC)
        assert render_template_string(template, day=date(2025, 7, 1), at=at, none=None) == shown
