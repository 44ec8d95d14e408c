"""The real server: starts once, ends cleanly, and its workers are processes of their own."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from gisdb.cluster import Cluster
from gisdb.config import Settings
from gisdb.database_url import conninfo
from gisdb.engine import Database
from gisdb.errors import ConfigError, ServerError
from tests.webmap.conftest import Serving, free_port
from webmap.serve import listen, serve

# Ends like `gisdb serve`: tidies up after serving, and says so.
TIDYING = """
import sys, gisdb.config, webmap.serve as s
c = gisdb.config.load_settings()
try:
    status = s.serve(c, c.database_url, on_ready=lambda address: print("ready", address, flush=True))
finally:
    print("tidied", flush=True)
sys.exit(status)
"""


def get(serving: Serving, address: str) -> tuple[int, bytes]:
    with urllib.request.urlopen(serving.address + address, timeout=60) as answer:
        return answer.status, answer.read()


def children(process: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process)], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


def _both_workers(serving: Serving) -> list[int]:
    """The first answers before the second is there."""
    until = time.monotonic() + 20
    while len(found := children(serving.process.pid)) < 2 and time.monotonic() < until:
        time.sleep(0.05)
    assert len(found) == 2
    return found


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_one_signal_ends_everything_once(
    database: Database, serve: Callable[..., Serving], end: signal.Signals
) -> None:
    serving = serve(database, code=TIDYING)
    assert get(serving, "/readyz")[0] == 200
    workers = _both_workers(serving)
    status, out, log = serving.end(end)
    assert status == 0, log
    assert out.splitlines() == [f"ready http://127.0.0.1:{serving.port}/", "tidied"]
    assert [worker for worker in workers if Path(f"/proc/{worker}").exists()] == []
    assert {line["level"] for line in log} == {"info"}


def test_a_key_press_in_the_terminal_reaches_all_and_still_ends_cleanly(database: Database, tmp_path: Path) -> None:
    port = free_port()
    environment = {**os.environ, "GISDB_DATABASE_URL": database.app_url, "GISDB_HOME": str(tmp_path), "PORT": str(port)}
    process = subprocess.Popen(
        [sys.executable, "-c", TIDYING],
        env={**environment, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("ready")
    time.sleep(1)
    os.killpg(process.pid, signal.SIGINT)
    out, _ = process.communicate(timeout=30)
    assert (process.returncode, out) == (0, "tidied\n")


def test_an_answer_under_way_is_finished(database: Database, cluster: Cluster, serve: Callable[..., Serving]) -> None:
    serving = serve(database, workers="1")
    # The page waits for this lock, so it is under way when the server is told to end.
    name = database.app_url.split("?")[0].rsplit("/", 1)[1]
    with psycopg.connect(conninfo(cluster.url("postgres", name))) as blocker, ThreadPoolExecutor(1) as pool:
        blocker.execute("LOCK TABLE gisdb.migration IN ACCESS EXCLUSIVE MODE")
        waiting = pool.submit(get, serving, "/readyz")
        time.sleep(1)
        serving.process.terminate()
        time.sleep(1)
        assert not waiting.done()
        blocker.rollback()
        assert waiting.result(timeout=30)[0] == 200
    assert serving.process.wait(timeout=30) == 0


def test_workers_share_no_connection(database: Database, serve: Callable[..., Serving]) -> None:
    serving = serve(database, workers="3", threads="4")
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: get(serving, "/readyz")[0], range(100)))
    assert set(answers) == {200}


def test_a_killed_worker_is_replaced(database: Database, serve: Callable[..., Serving]) -> None:
    serving = serve(database, workers="1")
    assert get(serving, "/healthz")[0] == 200
    (worker,) = children(serving.process.pid)
    os.kill(worker, signal.SIGKILL)
    until = time.monotonic() + 20
    while children(serving.process.pid) in ([], [worker]):
        assert time.monotonic() < until
        time.sleep(0.1)
    assert get(serving, "/healthz")[0] == 200


def test_a_busy_port_is_named_before_anything_else_is_done(settings: Settings) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        busy = settings.model_copy(update={"port": port, "secret_key": None})
        with pytest.raises(ServerError) as refused:
            serve(busy, "postgresql://nobody@localhost/nothing")
    assert refused.value.code == "port_busy"
    assert refused.value.params == {"host": "127.0.0.1", "port": port, "next": port + 1}
    assert settings.home is not None
    assert not settings.home.exists()


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_an_address_that_is_not_this_machines_is_refused(host: str) -> None:
    with pytest.raises(ConfigError) as refused:
        listen(host, free_port())
    assert refused.value.code == "host_unusable"


def test_a_request_id_is_seen_through(database: Database, serve: Callable[..., Serving]) -> None:
    serving = serve(database, workers="1")
    connection = http.client.HTTPConnection("127.0.0.1", serving.port, timeout=30)
    connection.request("GET", "/healthz", headers={"X-Request-ID": "seen-through"})
    assert connection.getresponse().headers["X-Request-ID"] == "seen-through"
    connection.close()
    _, _, log = serving.end()
    # The lines of two requests may come in either order: each is written when its answer is out.
    assert "seen-through" in [line["request_id"] for line in log if line["event"] == "request"]
