"""What those who watch over an installation are told."""

from __future__ import annotations

from flask.testing import FlaskClient
from sqlalchemy import text

from gisdb.config import Settings
from gisdb.engine import Database
from webmap.app import create_app


def test_a_serving_installation_is_alive_and_ready(client: FlaskClient) -> None:
    for address in ("/healthz", "/readyz"):
        answer = client.get(address)
        assert (answer.status_code, answer.get_json()) == (200, {"status": "ok"})


def test_without_a_database_it_lives_but_is_not_ready(idle: Database, settings: Settings) -> None:
    nowhere = Database(idle.app_url.replace("gisdb_app", "nobody_at_all"))
    client = create_app(settings, nowhere).test_client()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    nowhere.dispose()


def test_tables_of_another_version_are_not_ready(database: Database, settings: Settings) -> None:
    client = create_app(settings, database).test_client()
    with database.owner() as conn:
        conn.execute(text("UPDATE migration SET version_num = '0000'"))
    assert client.get("/readyz").status_code == 503
