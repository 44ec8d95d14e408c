"""The background: takes up what is wanted of uploads, one after the other, on PostgreSQL itself.

What is wanted stands in the upload's own row, written with the state that it follows from; who works on it holds a lock
of the database session. A worker that is killed loses its session, and the next one finds the work at once.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import psycopg
from psycopg import errors
from sqlalchemy.exc import DBAPIError

from gisdb.config import Settings
from gisdb.database_url import conninfo
from gisdb.engine import KEEPALIVES, SEARCH_PATH, SERVER_KEEPALIVES, Database
from gisdb.errors import ConfigError, GisdbError, ServerError
from gisdb.uploads.upload import CHANNEL
from loaders.uploads.work import Task, Withdrawn, fail, work
from loaders.workroom import clear_leftovers

MOST_ATTEMPTS = 3
# A notice may be lost with its connection: look again after so long.
LOOK_EVERY_S = 5.0
RECONNECT_S = 1.0
# The web server comes first.
NICE = 10

_log = logging.getLogger("gisdb.worker")


class Worker:
    """Works until it is told to stop."""

    def __init__(self, database: Database, settings: Settings, parent: int | None = None) -> None:
        """``parent``: the process that looks after this one; without it there is no reason to work on."""
        self._database, self._settings, self._parent = database, settings, parent
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Begin nothing more."""
        self._stopping.set()

    def run(self) -> None:
        """Take up work as it comes; while the database is away, wait for it."""
        while not self._stopping.is_set():
            try:
                with self._listening() as conn:
                    self._work_off(conn)
            except (psycopg.Error, DBAPIError, ServerError) as problem:
                # Away, or not migrated yet: this process is kept, for starting one costs more than waiting.
                _log.warning("worker waits for the database: %s", type(problem).__name__)
                self._database.dispose()
                self._stopping.wait(RECONNECT_S)

    def run_once(self, only: int | None = None) -> int:
        """Do all that is wanted now, or what is wanted of one upload; gives how many works were done."""
        with self._listening() as conn:
            return self._empty(conn, only)

    @contextmanager
    def _listening(self) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
        with psycopg.connect(
            conninfo(self._database.app_url, **KEEPALIVES),
            autocommit=True,
            application_name="gisdb worker",
            options=f"-csearch_path={SEARCH_PATH} {SERVER_KEEPALIVES}",
            connect_timeout=10,
        ) as conn:
            conn.execute(f"LISTEN {CHANNEL}")
            yield conn

    def _work_off(self, conn: psycopg.Connection[tuple[object, ...]]) -> None:
        while not self._stopping.is_set():
            self._empty(conn)
            until = time.monotonic() + LOOK_EVERY_S
            while not self._stopping.is_set() and time.monotonic() < until:
                if list(conn.notifies(timeout=0.5, stop_after=1)):
                    break
                self._look_up()

    def _look_up(self) -> None:
        if self._parent is not None and os.getppid() != self._parent:
            # Who looked after this worker was killed; another server brings its own.
            self.stop()

    def _empty(self, conn: psycopg.Connection[tuple[object, ...]], only: int | None = None) -> int:
        done = 0
        while not self._stopping.is_set():
            row = conn.execute(
                "SELECT upload_id, wanted, wanted_by, account_id, attempts FROM take_work(%s)", (only,)
            ).fetchone()
            if row is None:
                return done
            upload_id, wanted, wanted_by, account_id, attempts = row
            task = Task(int(str(upload_id)), str(wanted), int(str(wanted_by)), int(str(account_id)))
            try:
                self._do(task, int(str(attempts)))
            finally:
                conn.execute("SELECT pg_advisory_unlock(upload_work_lock(), %s::integer)", (task.upload_id,))
            done += 1
            self._look_up()
        return done

    def _do(self, task: Task, attempts: int) -> None:
        if attempts > MOST_ATTEMPTS:
            fail(self._database, task, "work_gave_up", attempts=attempts - 1)
            return
        try:
            work(self._database, self._settings, task)
        except Withdrawn:
            _log.info("upload %s was withdrawn", task.upload_id)
        except GisdbError as refusal:
            if isinstance(refusal, ServerError):
                raise
            fail(self._database, task, refusal.code, **refusal.params)
        except (DBAPIError, psycopg.Error) as problem:
            self._mishap(task, problem)
        except Exception:  # noqa: BLE001 - one bad upload must not keep the others waiting
            _log.exception("upload %s: %s could not be done", task.upload_id, task.wanted)
            fail(self._database, task, "work_failed")

    def _mishap(self, task: Task, problem: DBAPIError | psycopg.Error) -> None:
        cause = problem.orig if isinstance(problem, DBAPIError) else problem
        if isinstance(cause, errors.QueryCanceled):
            # Given up while a long statement ran; where it was not, it is wanted still and taken up again.
            return
        if isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError):
            raise problem
        _log.error("upload %s: %s could not be done", task.upload_id, task.wanted, exc_info=problem)
        fail(self._database, task, "work_failed")


def run_worker(database: Database, settings: Settings, parent: int | None = None) -> int:
    """Work until SIGTERM or SIGINT, or until ``parent`` (a process id) is gone; gives the exit status."""
    worker = Worker(database, settings, parent)

    def stop(_number: int, _frame: FrameType | None) -> None:
        worker.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    os.nice(NICE)
    try:
        clear_leftovers()
    except ConfigError as refusal:
        # Each upload will be told so; undoing needs no room.
        _log.error("%s", refusal)
    worker.run()
    return 0
