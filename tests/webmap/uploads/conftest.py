"""Uploads on places, sample and accounts: the application in process, and a worker that works off what is wanted."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from gisdb.access.accounts import add_account, operator
from gisdb.cluster import Cluster
from gisdb.config import Settings
from gisdb.engine import Database
from gisdb.uploads.second_eyes import set_second_eyes
from loaders.uploads.worker import Worker
from tests.conftest import PASSWORD, account, cloned
from tests.webmap.conftest import form_token, sign_in
from webmap.app import create_app

HEADER = ("Mã cơ sở", "Vị trí lao động", "Ngày đo", "Mã yếu tố", "Kết quả", "Đơn vị đo")


@pytest.fixture(scope="module")
def country(cluster: Cluster, loaded_template: str, pytestconfig: pytest.Config) -> Iterator[Database]:
    """Places, sample and accounts of a module's own, with a second account of the city and one of another province."""
    with cloned(cluster, loaded_template, pytestconfig) as one:
        with one.acting_as(None) as conn:
            who = operator(conn)
            city = account(one, "hcm").unit_id
            other = conn.execute(
                text("SELECT id FROM admin_unit WHERE level = 'province' AND code = '01' AND upper_inf(valid)")
            ).scalar_one()
        with one.acting_as(who, write=True) as conn:
            add_account(conn, "hcm2", "Sở Nội vụ TP. Hồ Chí Minh, người thứ hai", "province", city, PASSWORD)
            add_account(conn, "hanoi", "Sở Nội vụ Hà Nội", "province", other, PASSWORD)
        yield one


@pytest.fixture(scope="module")
def settings_of(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of the application and of the worker."""
    return Settings(home=tmp_path_factory.mktemp("home"), secret_key="k" * 40, max_upload_bytes=2_000_000)


@pytest.fixture(scope="module")
def site(country: Database, settings_of: Settings) -> Flask:
    """The application on it."""
    return create_app(settings_of, country)


@pytest.fixture
def working(country: Database, settings_of: Settings) -> Iterator[None]:
    """A real worker beside the test."""
    worker = Worker(country, settings_of)
    thread = threading.Thread(target=worker.run)
    thread.start()
    yield
    worker.stop()
    thread.join(30)


def workplaces_in(database: Database, login: str, count: int) -> list[str]:
    """Codes of workplaces that the account sees."""
    with database.acting_as(account(database, login)) as conn:
        rows = conn.execute(
            text("SELECT code FROM workplace_state WHERE superseded_at IS NULL ORDER BY code LIMIT :n"), {"n": count}
        )
        return list(rows.scalars())


def measurements(codes: list[str], value: str = "99", point: str = "Máy dệt") -> bytes:
    """A file of noise measurements, one a workplace."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(HEADER)
    for number, code in enumerate(codes):
        writer.writerow([code, f"{point} {number}", "12/03/2025", "NOISE", value, "dBA"])
    return out.getvalue().encode()


@dataclass
class Seat:
    """One account at the pages, without scripts."""

    client: FlaskClient
    database: Database
    settings: Settings

    def token(self) -> str:
        return form_token(self.client.get("/uploads"))

    def send(self, content: bytes, name: str = "đo kiểm.csv", register: str = "measurements", **said: str) -> int:
        form = {"csrf_token": self.token(), "register": register, "file": (io.BytesIO(content), name), **said}
        answer = self.client.post("/uploads", data=form)
        assert answer.status_code == 303, answer.text
        return int(answer.location.rsplit("/", 1)[1].partition("?")[0])

    def checked(self, content: bytes) -> int:
        upload_id = self.send(content)
        self.work()
        return upload_id

    def work(self) -> int:
        return Worker(self.database, self.settings).run_once()

    def post(self, upload_id: int, action: str, **form: Any) -> TestResponse:
        return self.client.post(f"/uploads/{upload_id}/{action}", data={"csrf_token": self.token(), **form})

    def page(self, upload_id: int, query: str = "") -> str:
        answer = self.client.get(f"/uploads/{upload_id}{query}")
        assert answer.status_code == 200, answer.text
        return answer.text

    def state(self, upload_id: int) -> str:
        found: str = self.client.get(f"/uploads/{upload_id}/progress").json["state"]  # type: ignore[index]
        return found


def seat(site: Flask, database: Database, settings: Settings, login: str) -> Seat:
    """Sign ``login`` in."""
    client = site.test_client()
    assert sign_in(client, login).status_code == 303
    return Seat(client, database, settings)


@pytest.fixture
def desk(site: Flask, country: Database, settings_of: Settings) -> Seat:
    """The city's seat."""
    return seat(site, country, settings_of, "hcm")


@pytest.fixture
def second_eyes(country: Database) -> Iterator[None]:
    """The city's uploads need a second pair of eyes meanwhile."""
    who, city = account(country, "vien"), account(country, "hcm").unit_id
    assert city is not None
    with country.acting_as(who, write=True) as conn:
        set_second_eyes(conn, who, city, needed=True)
    yield
    with country.acting_as(who, write=True) as conn:
        set_second_eyes(conn, who, city, needed=False)
