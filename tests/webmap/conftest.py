"""The application on a real database, its pages asked in process or through the real server."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gisdb.cluster import Cluster
from gisdb.config import Settings
from gisdb.engine import Database
from tests.conftest import PASSWORD, cloned
from webmap.app import create_app
from webmap.logs import configure_logging

_SERVE = "import sys, gisdb.config, webmap.serve as s; c = gisdb.config.load_settings(); sys.exit(s.serve(c, c.database_url))"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a test's own application."""
    return Settings(home=tmp_path / "home", secret_key="k" * 40)


@pytest.fixture(scope="session")
def idle(cluster: Cluster, empty_template: str, pytestconfig: pytest.Config) -> Iterator[Database]:
    """A migrated, empty database for tests that change nothing in it; one for the whole worker."""
    with cloned(cluster, empty_template, pytestconfig) as one:
        yield one


@pytest.fixture
def app(idle: Database, settings: Settings) -> Flask:
    """The application on a migrated database without places or records."""
    return create_app(settings, idle)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without scripts, on the empty database."""
    return app.test_client()


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What is logged meanwhile."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    stream = io.StringIO()
    configure_logging(stream)
    yield stream
    root.handlers[:], level = before
    root.setLevel(level)


def form_token(page: TestResponse) -> str:
    """The form's token, as a browser would send it back."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


def sign_in(client: FlaskClient, login: str, password: str = PASSWORD, next_address: str = "") -> TestResponse:
    """Fill in the sign-in form as a person would."""
    page = client.get("/sign-in")
    token = form_token(page)
    page.close()
    form = {"login": login, "password": password, "next": next_address, "csrf_token": token}
    return client.post("/sign-in", data=form)


@dataclass(frozen=True)
class Serving:
    """A server process of ours: where it answers, and the process."""

    address: str
    port: int
    process: subprocess.Popen[str]
    log: Path

    def end(self, how: signal.Signals = signal.SIGTERM) -> tuple[int, str, list[dict[str, Any]]]:
        """Stop it; gives its status, what it printed and what it logged."""
        self.process.send_signal(how)
        out, _ = self.process.communicate(timeout=30)
        return self.process.returncode, out, [json.loads(line) for line in self.log.read_text("utf-8").splitlines()]


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Serving]]:
    """Start the real server on a database; it is stopped when the test ends."""
    started: list[subprocess.Popen[str]] = []

    def start(database: Database, *, code: str = _SERVE, **settings: str) -> Serving:
        port = free_port()
        environment = {
            **os.environ,
            "GISDB_DATABASE_URL": database.app_url,
            "GISDB_HOME": str(tmp_path / "served"),
            "PORT": str(port),
            "PYTHONPATH": str(Path(__file__).parents[2]),
            **{f"GISDB_{name.upper()}": value for name, value in settings.items()},
        }
        log = tmp_path / f"served-{port}.log"
        with log.open("w") as errors:
            process = subprocess.Popen(
                [sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
            )
        started.append(process)
        _wait_until_alive(process, port, log)
        return Serving(f"http://127.0.0.1:{port}", port, process, log)

    yield start
    for process in started:
        if process.poll() is None:
            process.terminate()
        if process.stdout is not None and not process.stdout.closed:
            process.communicate(timeout=30)


def _wait_until_alive(process: subprocess.Popen[str], port: int, log: Path, patience_s: float = 60) -> None:
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        # The socket listens before the first worker is up; only an answer says that one is.
        with suppress(OSError), urlopen(f"http://127.0.0.1:{port}/healthz", timeout=patience_s) as answer:
            if answer.status == 200:
                return
        time.sleep(0.05)
    process.kill()
    process.communicate()
    raise AssertionError(f"the server did not start: {log.read_text('utf-8')}")
