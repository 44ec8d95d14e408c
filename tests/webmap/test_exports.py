"""A register as a file: sent while it is read, whole or visibly broken."""

from __future__ import annotations

import csv
import http.client
import io
import json
import socket
import time
from collections.abc import Callable
from http.cookies import SimpleCookie

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from gisdb.cluster import Cluster
from gisdb.config import Settings
from gisdb.database_url import conninfo
from gisdb.engine import Database
from gisdb.registers.export import FORMATS
from tests.conftest import PASSWORD, account
from tests.webmap.conftest import Serving, sign_in
from webmap.app import create_app
from webmap.exports.views import MEDIA_TYPES

JSON = {"Accept": "application/json"}


@pytest.fixture
def app(loaded: Database, settings: Settings) -> Flask:
    """The application on the sample."""
    return create_app(settings, loaded)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser of the institute's."""
    signed_in = app.test_client()
    assert sign_in(signed_in, "vien").status_code == 303
    return signed_in


def trail(database: Database) -> list[dict[str, object]]:
    with database.acting_as(account(database, "vien")) as conn:
        found = conn.execute(text("SELECT detail FROM audit WHERE action = 'export' ORDER BY id"))
        return list(found.scalars())


def test_every_format_has_its_media_type() -> None:
    assert set(MEDIA_TYPES) == set(FORMATS)


def test_an_export_is_a_file_with_every_record(client: FlaskClient, loaded: Database) -> None:
    answer = client.get("/export/measurements.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="measurements.csv"'
    assert answer.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    with loaded.acting_as(account(loaded, "vien")) as conn:
        count = conn.execute(text("SELECT count(*) FROM measurement WHERE superseded_at IS NULL")).scalar_one()
    assert len(rows) == count > 1000
    assert {row["synthetic"] for row in rows} == {"Dữ liệu mẫu, không phải số liệu thật"}


def test_a_map_program_reads_the_export(client: FlaskClient) -> None:
    answer = client.get("/export/incidents.geojson")
    assert answer.mimetype == "application/geo+json"
    collection = json.loads(answer.data)
    assert collection["type"] == "FeatureCollection"
    assert collection["features"]


def test_each_export_leaves_a_line_in_the_trail(client: FlaskClient, loaded: Database) -> None:
    client.get("/export/workplaces.csv?first_year=2024").close()
    assert trail(loaded)[-1] == {"register": "workplaces", "format": "csv", "filters": {"first_year": "2024"}}


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("/export/nothing.csv", 404, "register_unknown"),
        ("/export/measurements.pdf", 404, "export_format_unknown"),
        ("/export/measurements.csv?year=2024", 400, "filter_unknown"),
        ("/export/measurements.csv?first_year=MMXX", 400, "filter_unreadable"),
        ("/export/measurements.csv?within=999999999", 404, "unit_unknown"),
    ],
)
def test_a_wrong_question_is_refused_before_a_byte_is_sent(
    client: FlaskClient, address: str, status: int, code: str
) -> None:
    answer = client.get(address, headers=JSON)
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)


def test_an_old_proxy_is_told_to_speak_http_1_1(client: FlaskClient) -> None:
    answer = client.get("/export/measurements.csv", headers=JSON, environ_overrides={"SERVER_PROTOCOL": "HTTP/1.0"})
    assert (answer.status_code, answer.get_json()["code"]) == (505, "http_505")


def signed_in_cookie(serving: Serving) -> str:
    """Sign in over the wire; gives the cookie."""
    connection = http.client.HTTPConnection("127.0.0.1", serving.port, timeout=30)
    connection.request("GET", "/sign-in")
    answer = connection.getresponse()
    cookie = SimpleCookie(answer.headers["Set-Cookie"])["gisdb"].value
    token = answer.read().decode().split('name="csrf_token"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
    body = f"login=vien&password={PASSWORD.replace(' ', '+')}&csrf_token={token}".encode()
    headers = {"Cookie": f"gisdb={cookie}", "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/sign-in", body, headers)
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 303
    connection.close()
    return SimpleCookie(answer.headers["Set-Cookie"])["gisdb"].value


def slow_reader(serving: Serving, address: str, cookie: str) -> http.client.HTTPConnection:
    """A client that takes little at a time, so that the server is still reading while it waits."""
    connection = http.client.HTTPConnection("127.0.0.1", serving.port, timeout=30)
    connection.sock = socket.socket()
    connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.sock.settimeout(30)
    connection.sock.connect(("127.0.0.1", serving.port))
    connection.request("GET", address, headers={"Cookie": f"gisdb={cookie}"})
    return connection


def copying(cluster: Cluster, database: Database) -> list[int]:
    """The server processes that send an export of this database now."""
    name = database.app_url.split("?")[0].rsplit("/", 1)[1]
    with psycopg.connect(conninfo(cluster.url("postgres", "postgres")), autocommit=True) as admin:
        found = admin.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = %s AND query LIKE 'COPY %%' AND state = 'active'", (name,)
        )
        return [row[0] for row in found]


def until_copying(cluster: Cluster, database: Database, wanted: int) -> list[int]:
    until = time.monotonic() + 20
    while len(found := copying(cluster, database)) != wanted:
        assert time.monotonic() < until, found
        time.sleep(0.05)
    return found


def test_an_export_that_fails_midway_breaks_and_never_looks_whole(
    loaded: Database, cluster: Cluster, serve: Callable[..., Serving]
) -> None:
    serving = serve(loaded)
    connection = slow_reader(serving, "/export/measurements.geojson", signed_in_cookie(serving))
    answer = connection.getresponse()
    assert answer.status == 200
    assert answer.read(100).startswith(b'{"type": "FeatureCollection"')
    (process,) = until_copying(cluster, loaded, 1)
    with psycopg.connect(conninfo(cluster.url("postgres", "postgres")), autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(%s)", (process,))
    with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
        answer.read()
    connection.close()
    # The server lives on, and the same export is whole.
    cookie = signed_in_cookie(serving)
    again = http.client.HTTPConnection("127.0.0.1", serving.port, timeout=60)
    again.request("GET", "/export/measurements.geojson", headers={"Cookie": f"gisdb={cookie}"})
    assert json.loads(again.getresponse().read())["features"]
    again.close()


def test_who_goes_away_stops_the_reading(loaded: Database, cluster: Cluster, serve: Callable[..., Serving]) -> None:
    serving = serve(loaded)
    connection = slow_reader(serving, "/export/measurements.geojson", signed_in_cookie(serving))
    assert connection.getresponse().read(100)
    until_copying(cluster, loaded, 1)
    connection.sock.close()
    connection.close()
    assert until_copying(cluster, loaded, 0) == []


def test_the_first_row_comes_before_the_last_is_read(
    loaded: Database, cluster: Cluster, serve: Callable[..., Serving]
) -> None:
    serving = serve(loaded)
    connection = slow_reader(serving, "/export/measurements.geojson", signed_in_cookie(serving))
    answer = connection.getresponse()
    assert b'"Feature"' in answer.read(3000)
    assert until_copying(cluster, loaded, 1)
    connection.close()
