"""`gisdb serve` and the worker beside it: begun together, begun again when it dies, ended together however that is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from gisdb.engine import Database
from tests.loaders.uploads.house import ROOT, alive, children, kill, wait_for
from tests.webmap.conftest import free_port


@pytest.fixture
def start(idle: Database, tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start a verb of `gisdb` as a terminal would: in a process group of its own."""
    started: list[subprocess.Popen[bytes]] = []

    def begin(*command: str) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            "GISDB_DATABASE_URL": idle.app_url,
            "GISDB_HOME": str(tmp_path / "served"),
            "GISDB_WORKERS": "1",
            "PORT": str(free_port()),
            "PYTHONPATH": str(ROOT),
        }
        with (tmp_path / "log").open("ab") as log:
            started.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True))
        return started[-1]

    yield begin
    for process in started:
        kill(process.pid, signal.SIGTERM)
    for process in started:
        process.wait(30)


SERVE = (sys.executable, "-m", "gisdb.cli", "serve")


def worker_of(serving: subprocess.Popen[bytes]) -> int:
    """The worker, once it and the web server work."""
    wait_for(lambda: children(serving.pid, worker=False), "a web worker")
    return wait_for(lambda: next(iter(children(serving.pid, worker=True)), 0), "the upload worker")


def test_a_worker_that_dies_is_replaced_and_the_last_ends_with_the_server(
    start: Callable[..., subprocess.Popen[bytes]],
) -> None:
    serving = start(*SERVE)
    first = worker_of(serving)
    web = children(serving.pid, worker=False)
    kill(first)
    second = wait_for(lambda: next((one for one in children(serving.pid, worker=True) if one != first), 0), "another")
    # A process that is only just being started has its parent's name for a moment.
    assert wait_for(lambda: children(serving.pid, worker=False) == web, "the web worker, the same and alone")
    serving.terminate()
    assert serving.wait(40) == 0
    assert not alive(second)


def test_a_key_press_in_the_terminal_ends_the_server_and_its_worker(
    start: Callable[..., subprocess.Popen[bytes]],
) -> None:
    serving = start(*SERVE)
    worker = worker_of(serving)
    os.killpg(serving.pid, signal.SIGINT)
    assert serving.wait(40) == 0
    assert not alive(worker)


def test_a_worker_whose_server_was_killed_ends_by_itself(start: Callable[..., subprocess.Popen[bytes]]) -> None:
    serving = start(*SERVE)
    worker = worker_of(serving)
    kill(serving.pid)
    serving.wait()
    assert wait_for(lambda: not alive(worker), "the worker to end")


def test_a_worker_that_nobody_looks_after_outlives_the_shell_that_began_it(
    start: Callable[..., subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    told = tmp_path / "pid"
    command = f"{sys.executable} -m gisdb.cli worker & echo $! > {told}; wait"
    shell = start("/bin/sh", "-c", command)
    worker = int(wait_for(lambda: told.exists() and told.read_text("ascii").strip(), "the worker's number"))
    # It listens: then it has begun to look around.
    wait_for(lambda: any("socket" in one for one in open_files(worker)), "its connection")
    kill(shell.pid)
    shell.wait()
    with pytest.raises(AssertionError):
        wait_for(lambda: not alive(worker), "its end", 2)
    kill(worker, signal.SIGTERM)
    wait_for(lambda: not alive(worker), "the worker to end")


def open_files(process: int) -> list[str]:
    found = []
    for one in Path(f"/proc/{process}/fd").iterdir():
        # Closed between the two looks.
        with suppress(FileNotFoundError):
            found.append(str(one.readlink()))
    return found
