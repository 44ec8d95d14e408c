"""Where the private cluster lives, and whose it is.

PostgreSQL refuses to run as root. When root starts the cluster, the server's programs run as an unprivileged account
in a directory that root owns and that account can reach; an ordinary user's cluster runs as that user. Either way only
that account (and root) can reach the socket's directory.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from gisdb.errors import ServerError
from gisdb.progress import Progress

PORT = 5432
# The shortest limit among the systems PostgreSQL runs on (macOS: 104 bytes with the closing zero; Linux has 108).
LONGEST_SOCKET_PATH = 103
# Debian's and Fedora's packages make `postgres`; every Unix has `nobody`.
UNPRIVILEGED_ACCOUNTS = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """The operating-system account that the server's programs run as."""

    name: str
    uid: int
    gid: int

    def run(
        self,
        command: Sequence[str | Path],
        *,
        environment: Mapping[str, str] | None = None,
        output: IO[str] | int = subprocess.PIPE,
    ) -> subprocess.CompletedProcess[str]:
        """Run a program as this account, apart from the terminal, with none of our environment or folders.

        Its standard output and errors go together to ``output``.
        """
        other = self.uid != os.geteuid()
        return subprocess.run(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C", **(environment or {})},
            user=self.uid if other else None,
            group=self.gid if other else None,
            extra_groups=[] if other else None,
            start_new_session=True,
        )


def account_for(data: Path) -> Account:
    """Whose the server is: the owner of its data if there is any, else ourselves, for root an unprivileged account.

    Raises:
        ServerError: ``cluster_no_account`` when root finds none; ``cluster_not_yours`` when the data is another's.
    """
    try:
        owner: int | None = data.stat().st_uid
    except OSError:
        owner = None
    if os.geteuid() != 0:
        if owner not in (None, os.geteuid()):
            raise ServerError("cluster_not_yours", path=data)
        return _account(os.geteuid())
    if owner:
        return _account(owner)
    for name in UNPRIVILEGED_ACCOUNTS:
        try:
            return _account(pwd.getpwnam(name).pw_uid)
        except KeyError:
            continue
    raise ServerError("cluster_no_account", accounts=", ".join(UNPRIVILEGED_ACCOUNTS))


def _account(uid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        # initdb and peer authentication both ask the system for the name of the user they run as.
        raise ServerError("cluster_account_without_name", uid=uid) from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def home_for_checkout(settings_home: Path | None) -> Path:
    """The directory of this checkout's cluster; it need not exist yet.

    ``settings_home`` wins. Otherwise root gets ``/var/lib/gisdb/<checkout>-<hash>``, because a checkout in root's own
    home cannot be reached by the account that the server runs as; an ordinary user gets ``.gisdb`` in the checkout,
    or a directory among their data when the checkout is not theirs or the program is installed without one.
    """
    if settings_home is not None:
        return settings_home.expanduser().absolute()
    checkout = Path(__file__).resolve().parent.parent
    name = f"{checkout.name}-{_fingerprint(checkout, 8)}"
    if os.geteuid() == 0:
        return Path("/var/lib/gisdb") / name
    if (checkout / "pyproject.toml").is_file() and os.access(checkout, os.W_OK):
        return checkout / ".gisdb"
    data_home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data_home) / "gisdb" / name


def _fingerprint(path: Path, length: int) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:length]


def socket_directory(home: Path) -> Path:
    """``run`` in the home; where that path is too long for a socket, a directory in /tmp named by its hash.

    The same for a path with letters that mean something in an address: libpq, for one, splits hosts at commas.
    """
    inside = home / "run"
    short = len(os.fsencode(inside / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET_PATH
    if short and re.fullmatch(r"[A-Za-z0-9_./-]+", str(inside)):
        return inside
    # The same whatever TMPDIR says today; `private_directory` sees that nobody made it before us.
    return Path("/tmp") / f"gisdb-{os.geteuid()}-{_fingerprint(home, 12)}"  # noqa: S108


def prepare_home(home: Path, account: Account, *, needed_bytes: int) -> None:
    """Make the home and see that it can be used before anything is written there.

    Raises:
        ServerError: ``cluster_home_unusable`` (not ours, not writable, out of the account's reach), ``disk_full``.
    """
    try:
        # Whatever the caller's umask says: the server's account has to pass through all of them.
        for missing in [folder for folder in (*reversed(home.parents), home) if not folder.exists()]:
            missing.mkdir(exist_ok=True)
            missing.chmod(0o711)
        owner = home.stat().st_uid
    except OSError as problem:
        raise _unusable(home, problem, account) from None
    if owner not in {0, os.geteuid(), account.uid}:
        raise ServerError("cluster_home_unusable", path=home, reason=f"uid {owner}", account=account.name)
    if account.run([_program("test"), "-x", home]).returncode != 0:
        raise ServerError("cluster_home_unusable", path=home, reason="-x", account=account.name)
    free = shutil.disk_usage(home).free
    if free < needed_bytes:
        raise ServerError("disk_full", path=home, free_mb=free // 2**20, needed_mb=needed_bytes // 2**20)


def _unusable(path: Path, problem: OSError, account: Account) -> ServerError:
    return ServerError("cluster_home_unusable", path=path, reason=problem.strerror, account=account.name)


def _program(name: str) -> str:
    return shutil.which(name, path=os.defpath) or name


def private_directory(path: Path, account: Account) -> None:
    """Make ``path`` the account's own and nobody else's (0700), or refuse one that somebody else made before us.

    Raises:
        ServerError: ``cluster_directory_foreign``: it is a link, another's, or open to others; whoever owns a socket's
            directory could put a false server there.
    """
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        pass
    except OSError as problem:
        raise _unusable(path, problem, account) from None
    found = path.lstat()
    if stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() != account.uid:
        os.chown(path, account.uid, account.gid)
        found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid or found.st_mode & 0o077:
        raise ServerError("cluster_directory_foreign", path=path, account=account.name)


def write_settings(path: Path, text: str, account: Account) -> None:
    """Write a file that the server reads; whole or not at all."""
    try:
        path.parent.mkdir(exist_ok=True)
        path.parent.chmod(0o755)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as part:
            part.write(text)
        Path(part.name).chmod(0o644)
        Path(part.name).replace(path)
    except OSError as problem:
        raise _unusable(path, problem, account) from None


@contextmanager
def only_one(home: Path, progress: Progress) -> Iterator[None]:
    """Hold the home's lock: of several processes that make, start or stop its cluster, one works at a time."""
    try:
        lock = (home / "lock").open("w", encoding="ascii")
    except OSError as problem:
        raise ServerError("cluster_not_yours", path=home) from problem
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress("step_cluster_waiting", path=home)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
