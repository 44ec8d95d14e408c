"""A worker beside the web server: started with it, started again when it dies, ended with it."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_log = logging.getLogger("gisdb.worker")
# A worker that dies at once must not keep the machine busy with starting it.
AGAIN_AFTER_S = 1.0
GRACE_S = 20.0


@contextmanager
def worker_beside(database_url: str) -> Iterator[None]:
    """Have a worker process for the serving role's database as long as the block lasts."""
    stopping = threading.Event()
    environment = {**os.environ, "GISDB_DATABASE_URL": database_url}
    thread = threading.Thread(target=_look_after, args=(environment, stopping), name="worker", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join(GRACE_S + AGAIN_AFTER_S)


def _look_after(environment: dict[str, str], stopping: threading.Event) -> None:
    while not stopping.is_set():
        try:
            process = _begin(environment)
        except OSError:
            # No memory or no process left for it: there may be again.
            _log.exception("the worker could not be started")
            stopping.wait(AGAIN_AFTER_S)
            continue
        while process.poll() is None and not stopping.wait(0.2):
            pass
        if process.poll() is None:
            _end(process)
        elif not stopping.is_set():
            # gunicorn reaps every child of the server, so how it ended cannot be told.
            _log.warning("the worker ended and is started again")
            stopping.wait(AGAIN_AFTER_S)


def _begin(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    # Out of the terminal's process group: Ctrl-C is for the server, which then ends its worker.
    return subprocess.Popen(
        [sys.executable, "-m", "gisdb.cli", "worker", "--parent", str(os.getpid())],
        env=environment,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        # What it was at is found by the next one.
        process.kill()
        process.wait()
