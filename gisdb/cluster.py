"""A private PostgreSQL with PostGIS for this checkout, used when no server is configured.

>>> cluster = Cluster.for_checkout(settings.home)
>>> started_here = cluster.ensure(progress)   # finds, installs, creates, starts: whatever is still to do
>>> provision(cluster.superuser_url, cluster.owner_url, cluster.app_url)
"""

from __future__ import annotations

import os
import shlex
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from gisdb import cluster_settings
from gisdb.cluster_crash import PidFile, clear_the_way
from gisdb.cluster_home import (
    PORT,
    Account,
    account_for,
    home_for_checkout,
    only_one,
    prepare_home,
    private_directory,
    socket_directory,
    write_settings,
)
from gisdb.cluster_programs import Programs, find_server, install
from gisdb.cluster_settings import APP, OWNER, SUPERUSER
from gisdb.errors import ServerError
from gisdb.progress import Progress, silent

DATABASE = "gisdb"
# An empty cluster takes 40 MB; its write-ahead log may grow to 2 GB under load, usually to a tenth of that.
ROOM_TO_CREATE = 400 * 2**20
ROOM_TO_START = 64 * 2**20
# Recovery after a crash replays at most the bounded write-ahead log.
START_SECONDS = 300


@dataclass(frozen=True)
class ClusterStatus:
    """What is to be known about a private cluster without connecting to it."""

    state: Literal["absent", "stopped", "starting", "running"]
    home: Path
    socket_directory: Path
    major: int | None
    pid: int | None


@dataclass(frozen=True)
class Cluster:
    """One private server. ``home`` holds its data, settings, log and lock; nothing is touched until it is asked to.

    ``durable=False`` gives up safety against power cuts for speed: for tests alone.
    """

    home: Path
    durable: bool = True

    @classmethod
    def at(cls, directory: Path, *, durable: bool = True) -> Cluster:
        """The cluster in ``directory``, which the server's account must be able to reach."""
        return cls(directory.absolute(), durable)

    @classmethod
    def for_checkout(cls, settings_home: Path | None) -> Cluster:
        """This checkout's cluster; ``settings_home`` is GISDB_HOME."""
        return cls(home_for_checkout(settings_home))

    # Addresses

    def url(self, role: str, database: str = DATABASE) -> str:
        """SQLAlchemy's address of a database here. Every part is named, so no ``PG…`` variable can change it."""
        return f"postgresql+psycopg://{role}@/{database}?host={self._sockets}&port={PORT}"

    @property
    def superuser_url(self) -> str:
        """Makes roles, extensions and databases; connects to ``gisdb``, which ``provision`` creates if need be."""
        return self.url(SUPERUSER)

    @property
    def owner_url(self) -> str:
        """The role that owns the schema: migrations and loads."""
        return self.url(OWNER)

    @property
    def app_url(self) -> str:
        """The serving role: owns nothing, under row-level security."""
        return self.url(APP)

    # State

    def is_running(self) -> bool:
        """Whether the server accepts connections now; a few file reads and one connection, under a millisecond."""
        found = PidFile.of(self._data)
        if found is None or found.status != "ready" or not found.alive():
            return False
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(2)
            try:
                probe.connect(str(self._sockets / f".s.PGSQL.{PORT}"))
            except OSError:
                return False
        return True

    def status(self) -> ClusterStatus:
        """What is here, and whether it runs."""
        found = PidFile.of(self._data)
        state: Literal["absent", "stopped", "starting", "running"] = "stopped"
        if self._major() is None:
            state = "absent"
        elif self.is_running():
            state = "running"
        elif found is not None and found.belongs_to(self._data):
            state = "starting"
        pid = found.pid if found is not None and state in {"starting", "running"} else None
        return ClusterStatus(state, self.home, self._sockets, self._major(), pid)

    # Verbs

    def ensure(self, progress: Progress = silent) -> bool:
        """Have the server running: find or install its programs, create the cluster, start it; only what is missing.

        Safe to call from several processes at once, and after a crash of anything at any moment.

        Returns:
            Whether this call started it: who gets True also stops it.

        Raises:
            ServerError: what stands in the way and what to do about it.
        """
        if self.is_running():
            return False
        prepare_home(self.home, self._account, needed_bytes=0)
        with only_one(self.home, progress):
            if self.is_running():
                return False
            programs = self._programs(progress)
            # Installing PostgreSQL may just have brought the account that it prefers.
            account = account_for(self._data)
            if self._major() is None:
                self._create(programs, account, progress)
            self._start(programs, account, progress)
            return True

    def start(self, progress: Progress = silent) -> bool:
        """The same as :meth:`ensure`."""
        return self.ensure(progress)

    def stop(self, progress: Progress = silent) -> bool:
        """Stop the server: running transactions are rolled back, everything committed is on disk.

        Returns:
            Whether it was running.
        """
        if self._major() is None:
            return False
        with only_one(self.home, progress):
            found = PidFile.of(self._data)
            if found is None or not found.belongs_to(self._data):
                return False
            progress("step_cluster_stop")
            programs = self._programs(progress)
            ended = self._account.run(
                [programs["pg_ctl"], "stop", "--mode=fast", "--wait", "--timeout=120"],
                environment={"PGDATA": str(self._data)},
            )
            if ended.returncode != 0:
                raise ServerError("cluster_stop_failed", reason=ended.stdout.strip(), pid=found.pid)
            return True

    # Inside

    @property
    def _data(self) -> Path:
        return self.home / "data"

    @property
    def _logs(self) -> Path:
        return self.home / "log"

    @cached_property
    def _sockets(self) -> Path:
        return socket_directory(self.home)

    @property
    def _account(self) -> Account:
        return account_for(self._data)

    def _major(self) -> int | None:
        """The version that made the data; None where there is none yet."""
        try:
            return int((self._data / "PG_VERSION").read_text("ascii"))
        except FileNotFoundError:
            return None
        except PermissionError:
            raise ServerError("cluster_not_yours", path=self._data) from None

    def _programs(self, progress: Progress) -> Programs:
        return find_server(self._major()) or install(self._major(), progress)

    def _create(self, programs: Programs, account: Account, progress: Progress) -> None:
        """Make the data directory aside and move it into place when it is whole: an interrupted one never counts."""
        prepare_home(self.home, account, needed_bytes=ROOM_TO_CREATE)
        part = self.home / "data.part"
        if part.exists():
            progress("step_cluster_redo", path=part)
            shutil.rmtree(part)
        progress("step_cluster_create", path=self._data, version=programs.major)
        private_directory(part, account)
        options = cluster_settings.initdb_options(durable=self.durable)
        ended = account.run([programs["initdb"], f"--pgdata={part}", *options])
        if ended.returncode != 0:
            shutil.rmtree(part, ignore_errors=True)
            raise self._failure("cluster_create_failed", ended.stdout)
        try:
            part.rename(self._data)
        except OSError:
            # Only an empty directory gives way to a rename.
            raise ServerError("cluster_directory_foreign", path=self._data, account=account.name) from None

    def _start(self, programs: Programs, account: Account, progress: Progress) -> None:
        prepare_home(self.home, account, needed_bytes=ROOM_TO_START)
        private_directory(self._sockets, account)
        private_directory(self._logs, account)
        clear_the_way(self._data, self._sockets, progress)
        if self._wait_for_another_start():
            return
        self._write_settings(account)
        progress("step_cluster_start", version=programs.major)
        # pg_ctl hands its options to a shell, and quotes its own -D and --log only against spaces: so the data
        # directory goes by environment, the log by the settings, and what is left is quoted here.
        settings = shlex.quote(f"config_file={self.home / 'conf' / 'postgresql.conf'}")
        environment = {"PGDATA": str(self._data)}
        first_words = self.home / "start.log"
        with first_words.open("w", encoding="utf-8") as output:
            try:
                ended = account.run(
                    [
                        programs["pg_ctl"],
                        "start",
                        "--wait",
                        f"--timeout={START_SECONDS}",
                        f"--options=-c {settings}",
                    ],
                    environment=environment,
                    output=output,
                )
            except KeyboardInterrupt:
                account.run([programs["pg_ctl"], "stop", "--mode=fast"], environment=environment)
                raise
        if ended.returncode != 0 or not self.is_running():
            raise self._failure("cluster_start_failed", first_words.read_text("utf-8", "replace") + self._last_words())

    def _wait_for_another_start(self) -> bool:
        """Whether a server that somebody else began to start (or to stop) for this data came up."""
        until = time.monotonic() + START_SECONDS
        while (found := PidFile.of(self._data)) is not None and found.belongs_to(self._data):
            if self.is_running():
                return True
            if time.monotonic() > until:
                raise ServerError("cluster_stuck", pid=found.pid, log=self._logs)
            time.sleep(0.05)
        return False

    def _write_settings(self, account: Account) -> None:
        conf = self.home / "conf"
        main = cluster_settings.server_settings(self.home, self._data, self._sockets, self._logs, durable=self.durable)
        users = [account.name, *(["root"] if os.geteuid() == 0 else [])]
        write_settings(conf / "pg_hba.conf", cluster_settings.host_based_authentication(), account)
        write_settings(conf / "pg_ident.conf", cluster_settings.identities(users, (SUPERUSER, OWNER, APP)), account)
        write_settings(conf / "postgresql.conf", main, account)

    def _last_words(self) -> str:
        logs = sorted(self._logs.glob("server-*.log"), key=lambda log: log.stat().st_mtime)
        return logs[-1].read_text("utf-8", "replace")[-4000:] if logs else ""

    def _failure(self, code: str, said: str) -> ServerError:
        if "No space left on device" in said:
            free = shutil.disk_usage(self.home).free // 2**20
            return ServerError("disk_full", path=self.home, free_mb=free, needed_mb=ROOM_TO_CREATE // 2**20)
        lines = [line.strip() for line in said.splitlines() if line.strip()]
        telling = [line for line in lines if "FATAL:" in line or "PANIC:" in line or "error:" in line]
        return ServerError(code, reason=" / ".join((telling or lines)[-3:]), log=self._logs)


@contextmanager
def temporary_cluster(progress: Progress = silent) -> Iterator[Cluster]:
    """A running cluster for tests, gone afterwards. It lies in /tmp, where root's unprivileged account can reach it."""
    home = Path(tempfile.mkdtemp(prefix="gisdb-", dir="/tmp"))
    home.chmod(0o711)
    cluster = Cluster.at(home, durable=False)
    try:
        cluster.ensure(progress)
        yield cluster
    finally:
        with suppress(ServerError):
            cluster.stop()
        shutil.rmtree(home)
