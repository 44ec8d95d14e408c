"""A house of its own: durable PostgreSQL, the real server with its worker, and who is at what in them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar
from urllib.request import urlopen

from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from gisdb.access.accounts import Account, account_by_login, add_account, operator
from gisdb.cluster import Cluster
from gisdb.engine import Database
from gisdb.migrate import migrate
from gisdb.provision import provision
from gisdb.registers import register
from gisdb.uploads.second_eyes import set_second_eyes
from loaders.tables import import_file
from tests.loaders.tables.conftest import PASSWORD, WORKPLACES, make_country
from tests.webmap.conftest import free_port

ROOT = Path(__file__).parents[3]
WORKER = "gisdb.cli worker"
READER = "loaders.sheets.child"
# After a kill everything wanted is done within seconds, with nobody doing anything; ten times that on a busy machine.
SETTLED_WITHIN_S = 60.0

_Found = TypeVar("_Found")


def wait_for(
    found: Callable[[], _Found], what: str, patience_s: float = SETTLED_WITHIN_S, every_s: float = 0.02
) -> _Found:
    """What ``found`` gives, once it gives something."""
    until = time.monotonic() + patience_s
    while not (result := found()):
        assert time.monotonic() < until, f"waited {patience_s:.0f} s for {what}"
        time.sleep(every_s)
    return result


def kill(process: int, how: signal.Signals = signal.SIGKILL) -> None:
    """End a process, if it is still there."""
    assert process > 1
    with suppress(ProcessLookupError):
        os.kill(process, how)


def alive(process: int) -> bool:
    """Whether it runs; a dead one that nobody has asked about does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text("utf-8", "replace").rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def children(process: int, *, worker: bool) -> list[int]:
    """A server's upload worker, or its web workers."""
    return [one for one, command in _started_by(process) if (WORKER in command) is worker]


def readers(worker: int) -> list[int]:
    """The processes in which a worker has files read."""
    return [one for one, command in _started_by(worker) if READER in command]


def _started_by(process: int) -> list[tuple[int, str]]:
    asked = ["ps", "-o", "pid=,args=", "--ppid", str(process)]
    lines = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.splitlines()
    return [(int(line.split()[0]), line) for line in lines if "<defunct>" not in line]


class House:
    """A private server with the small country, three accounts and three workplaces; the north needs a second look."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.cluster = Cluster.at(home / "cluster")
        self.database = Database(self.cluster.app_url, owner_url=self.cluster.owner_url, timezone="Asia/Ho_Chi_Minh")
        # The connection of the look before may have been killed with the server.
        self._root = create_engine(self.cluster.superuser_url, pool_pre_ping=True, isolation_level="AUTOCOMMIT")
        self._started: list[subprocess.Popen[bytes]] = []
        self._workers: list[subprocess.Popen[bytes]] = []
        self.serving: subprocess.Popen[bytes] | None = None
        self.port = 0

    def build(self) -> None:
        self.cluster.ensure()
        provision(self.cluster.superuser_url, self.cluster.owner_url, self.cluster.app_url)
        migrate(self.database)
        make_country(self.database)
        with self.database.acting_as(None) as conn:
            who = operator(conn)
        with self.database.acting_as(who, write=True) as conn:
            add_account(conn, "vien", "Viện", "institute", None, PASSWORD)
            add_account(conn, "nam", "Sở phía Nam", "province", 2, PASSWORD)
            add_account(conn, "bac", "Sở phía Bắc", "province", 3, PASSWORD)
            set_second_eyes(conn, who, 3, needed=True)
        path = self.home / "workplaces.csv"
        path.write_text(WORKPLACES, "utf-8")
        assert import_file(self.database, who, register("workplaces"), path).done

    def account(self, login: str) -> Account:
        with self.database.acting_as(None) as conn:
            return account_by_login(conn, login)

    # Processes

    def serve(self) -> None:
        """Start `gisdb serve` and wait for its first answer."""
        self.port = free_port()
        self.serving = self._start("serve")
        self.wait_until_answering()

    def wait_until_answering(self) -> None:
        wait_for(self._answers, "an answer of the server", every_s=0.1)

    def have_workers(self, count: int) -> list[subprocess.Popen[bytes]]:
        """Have so many `gisdb worker` run."""
        self._workers = [one for one in self._workers if one.poll() is None]
        self._workers += [self._start("worker") for _ in range(count - len(self._workers))]
        return self._workers

    def _start(self, verb: str) -> subprocess.Popen[bytes]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GISDB_")} | {
            "GISDB_DATABASE_URL": self.cluster.app_url,
            "GISDB_HOME": str(self.home / "served"),
            "GISDB_WORKERS": "1",
            "PORT": str(self.port),
            "PYTHONPATH": str(ROOT),
        }
        with (self.home / f"{verb}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "gisdb.cli", verb], env=environment, stdout=log, stderr=log
            )
        self._started.append(process)
        return process

    def _answers(self) -> bool:
        with suppress(OSError), urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=10) as answer:
            return bool(answer.status == 200)
        return False

    def worker(self) -> int:
        """The upload worker of the server that runs; 0 between two."""
        assert self.serving is not None
        return next(iter(children(self.serving.pid, worker=True)), 0)

    def tear_down(self) -> None:
        for process in self._started:
            if process.poll() is None:
                process.terminate()
        for process in self._started:
            with suppress(subprocess.TimeoutExpired):
                process.wait(25)
            kill(process.pid)
            process.wait()
        self.database.dispose()
        self._root.dispose()
        self.cluster.stop()

    # What is so

    def rows(self, query: str, **params: object) -> list[tuple[Any, ...]]:
        """As the superuser."""
        with self._root.connect() as conn:
            return [tuple(row) for row in conn.execute(text(query), params)]

    def state(self, upload_id: int) -> str:
        return str(self.rows("SELECT state FROM gisdb.upload WHERE id = :id", id=upload_id)[0][0])

    def states(self, uploads: Sequence[int]) -> list[str]:
        return [self.state(one) for one in uploads]

    def busy_backends(self, upload_id: int | None = None) -> list[int]:
        """Processes of PostgreSQL that work on an upload."""
        name = "gisdb upload %" if upload_id is None else f"gisdb upload {upload_id}"
        found = self.rows("SELECT pid FROM pg_stat_activity WHERE application_name LIKE :name", name=name)
        return [int(pid) for (pid,) in found]

    def backends(self) -> list[int]:
        """Processes of PostgreSQL that serve the application; there is always the waiting worker's."""
        found = self.rows("SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'gisdb%'")
        return [int(pid) for (pid,) in found]

    def reachable(self) -> bool:
        with suppress(DBAPIError):
            return self.rows("SELECT 1") == [(1,)]
        return False

    def settled(self) -> bool:
        """Whether nothing is wanted any more and nobody works; not so while PostgreSQL recovers."""
        with suppress(DBAPIError):
            wanted = self.rows("SELECT count(*) FROM gisdb.upload WHERE wanted IS NOT NULL")[0][0]
            return not wanted and not self.busy_backends()
        return False

    def wait_until_settled(self) -> float:
        """Seconds until nothing was wanted any more."""
        began = time.monotonic()
        wait_for(self.settled, f"the work to be done; {self.unsettled()}", every_s=0.1)
        return time.monotonic() - began

    def unsettled(self) -> str:
        query = "SELECT id, state, wanted, attempts, progress FROM gisdb.upload WHERE wanted IS NOT NULL"
        with suppress(DBAPIError):
            return str(self.rows(query))
        return "PostgreSQL does not answer"


@contextmanager
def house_of_its_own() -> Iterator[House]:
    """Build one in /tmp, where root's unprivileged account can reach it, and leave nothing behind."""
    home = Path(tempfile.mkdtemp(prefix="gisdb-house-", dir="/tmp"))
    home.chmod(0o711)
    house = House(home)
    try:
        house.build()
        yield house
    finally:
        house.tear_down()
        shutil.rmtree(home, ignore_errors=True)
