"""The server's programs: finding those that this machine has, and installing them where that can be done."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gisdb.errors import ServerError
from gisdb.progress import Progress

# Debian 12 and Fedora 37 have it; views with `security_invoker` begin there.
OLDEST_SERVER = 15
SERVER_PROGRAMS = ("postgres", "initdb", "pg_ctl", "psql", "pg_dump", "pg_restore")
CLIENT_PROGRAMS = ("psql", "pg_dump", "pg_restore")
# Where the packagers of PostgreSQL put programs that are on no PATH.
PLACES = (
    ("/usr/lib/postgresql", "*/bin"),  # Debian, Ubuntu
    ("/usr", "pgsql-*/bin"),  # PGDG's packages for Fedora, RHEL
    ("/opt/homebrew/opt", "postgresql@*/bin"),
    ("/usr/local/opt", "postgresql@*/bin"),
    ("/Applications/Postgres.app/Contents/Versions", "*/bin"),
    ("/usr/local/pgsql", "bin"),
)


@dataclass(frozen=True)
class Programs:
    """One installation of PostgreSQL: its folder of programs and its major version."""

    folder: Path
    major: int

    def __getitem__(self, name: str) -> Path:
        return self.folder / name

    def has(self, names: Sequence[str]) -> bool:
        return all(os.access(self.folder / name, os.X_OK) for name in names)

    def has_postgis(self) -> bool:
        return any((place / "extension" / "postgis.control").is_file() for place in self._shared_folders())

    def _shared_folders(self) -> Iterator[Path]:
        if os.access(self.folder / "pg_config", os.X_OK):
            yield Path(_output(self.folder / "pg_config", "--sharedir"))
        # Fedora puts pg_config in a package for developers; the folder is known all the same.
        root = self.folder.resolve().parent
        yield from (root / "share", root / "share" / "pgsql", root / "share" / "postgresql")
        yield Path("/usr/share/postgresql") / str(self.major)


def installed() -> list[Programs]:
    """Every PostgreSQL on this machine with at least its client programs, newest first."""
    folders = [Path(folder) for folder in os.get_exec_path() if folder]
    if pg_config := shutil.which("pg_config"):
        folders.append(Path(_output(pg_config, "--bindir")))
    for root, pattern in PLACES:
        folders.extend(Path(root).glob(pattern))
    found = dict(filter(None, map(_installation, folders)))
    return sorted((Programs(*item) for item in found.items()), key=lambda programs: -programs.major)


def _installation(folder: Path) -> tuple[Path, int] | None:
    """The folder that a folder's PostgreSQL is really in (links to single programs are common), and its version."""
    program = next((folder / name for name in ("postgres", "pg_dump") if os.access(folder / name, os.X_OK)), None)
    # Debian's /usr/bin/pg_dump is a script that picks a version by itself.
    if program is None or program.resolve().name == "pg_wrapper":
        return None
    match = re.search(r"\(PostgreSQL\) (\d+)", _output(program, "--version"))
    return (program.resolve().parent, int(match[1])) if match else None


def _output(*command: str | Path) -> str:
    ended = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    return ended.stdout.strip()


def find_server(major: int | None) -> Programs | None:
    """The newest server with PostGIS; with ``major``, the one of that version, which alone can read its data."""
    for programs in installed():
        right = programs.major >= OLDEST_SERVER if major is None else programs.major == major
        if right and programs.has(SERVER_PROGRAMS) and programs.has_postgis():
            return programs
    return None


def find_client(server_major: int) -> Programs:
    """Client programs for a server: its own version if it is here, else the nearest newer one.

    pg_dump refuses a server newer than itself, and pg_restore's newest settings are unknown to an older server.

    Raises:
        ServerError: ``client_programs_missing``.
    """
    fitting = [one for one in installed() if one.major >= server_major and one.has(CLIENT_PROGRAMS)]
    if not fitting:
        raise ServerError("client_programs_missing", major=server_major)
    return fitting[-1]


def install(major: int | None, progress: Progress) -> Programs:
    """Install PostgreSQL with PostGIS by apt-get, as root or with a sudo that asks for no password.

    Raises:
        ServerError: ``postgis_missing`` where that cannot be done (its fix names the commands for each system),
            ``postgis_install_failed`` with the package manager's last words.
    """
    prefix = _privilege()
    if prefix is None or shutil.which("apt-get") is None or shutil.which("apt-cache") is None:
        raise ServerError("postgis_missing", version="" if major is None else f" {major}", oldest=OLDEST_SERVER)
    with tempfile.NamedTemporaryFile("w+", suffix=".log", prefix="gisdb-apt-", encoding="utf-8") as log:
        progress("step_apt_update")
        _apt(prefix, Path(log.name), "update")
        package = _package(major)
        progress("step_apt_install", package=package)
        with _without_a_cluster_of_its_own(prefix):
            _apt(prefix, Path(log.name), "install", "--yes", "--no-install-recommends", package)
    programs = find_server(major)
    if programs is None:
        raise ServerError("postgis_install_failed", reason=package)
    return programs


def _privilege() -> list[str] | None:
    """What to put before a command so that it may install packages; None when nothing helps."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0:
        return [sudo, "-n"]
    return None


def _package(major: int | None) -> str:
    """The package of the wanted, else of the newest version; it brings the server of the same version with it."""
    names = _output("apt-cache", "pkgnames", "postgresql-").split()
    offered = sorted(int(match[1]) for name in names if (match := re.fullmatch(r"postgresql-(\d+)-postgis-3", name)))
    fitting = [one for one in offered if (one >= OLDEST_SERVER if major is None else one == major)]
    if not fitting:
        raise ServerError("postgis_missing", version="" if major is None else f" {major}", oldest=OLDEST_SERVER)
    return f"postgresql-{fitting[-1]}-postgis-3"


def _apt(prefix: Sequence[str], log: Path, *words: str) -> None:
    command = [
        *prefix,
        *("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet", "-o", "DPkg::Lock::Timeout=300"),
        *words,
    ]
    with log.open("a+", encoding="utf-8", errors="replace") as output:
        ended = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, check=False)
        output.seek(0)
        said = output.read().strip().splitlines()
    if ended.returncode != 0:
        reason = " / ".join([line for line in said if line.startswith("E:")][-3:] or said[-3:])
        if "No space left on device" in reason or "enough free space" in reason:
            free = shutil.disk_usage("/var").free // 2**20
            raise ServerError("disk_full", path="/var", free_mb=free, needed_mb=600)
        raise ServerError("postgis_install_failed", reason=reason)


@contextmanager
def _without_a_cluster_of_its_own(prefix: Sequence[str]) -> Iterator[None]:
    """While it lasts, Debian's packages make and start no `main` cluster: nobody asked for a server on port 5432.

    The setting is a file of our own beside the administrator's, gone again afterwards.
    """
    path = "/etc/postgresql-common/createcluster.d/gisdb.conf"

    def run(*words: str) -> None:
        subprocess.run([*prefix, *words], check=False, capture_output=True)

    with tempfile.NamedTemporaryFile("w", encoding="ascii") as text:
        text.write("create_main_cluster = false\n")
        text.flush()
        run("install", "-D", "-m", "644", text.name, path)
    try:
        yield
    finally:
        run("rm", "-f", path)
