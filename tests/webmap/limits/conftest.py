"""The application on places, sample and accounts, for pages of limits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gisdb.config import Settings
from gisdb.engine import Database
from gisdb.limits.limit import Limit
from gisdb.limits.store import limits_on
from tests.webmap.conftest import sign_in
from webmap.app import create_app

DAY = date(2026, 1, 5)


@pytest.fixture(scope="module")
def site(shared: Database, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """For tests that change nothing in the database."""
    return create_app(Settings(home=tmp_path_factory.mktemp("home"), secret_key="k" * 40), shared)


@pytest.fixture
def visitor(site: Flask) -> FlaskClient:
    """Nobody is signed in."""
    return site.test_client()


@pytest.fixture(scope="module")
def signed_in(site: Flask) -> Callable[[str], FlaskClient]:
    """A browser in which an account is signed in."""
    kept: dict[str, FlaskClient] = {}

    def browser(login: str) -> FlaskClient:
        if login not in kept:
            kept[login] = site.test_client()
            sign_in(kept[login], login)
        return kept[login]

    return browser


def the_limit(database: Database, factor: str, averaging: str = "TWA", day: date = DAY) -> Limit:
    """The limit of a factor that hangs on nothing."""
    with database.acting_as(None) as conn:
        return next(one for one in limits_on(conn, day, factor) if (one.averaging, one.condition) == (averaging, ""))
