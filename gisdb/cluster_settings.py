"""How the private server is set: its size for this machine, and who may connect.

**Who may connect.** Only through the unix socket, whose directory only the server's account and root can enter, and
there only those two (the kernel tells the server who is calling: ``peer``), as the roles that ``pg_ident`` lists.
There is no password to keep.

**Order of text.** The database compares by code point (``C.UTF-8``): the same on every machine and after every upgrade
of the system's libraries, so no index goes stale, and ``LIKE 'abc%'`` can use one. Names that people read are sorted
with ``COLLATE "vi-x-icu"``, which every server built with ICU has, also the ones that somebody else set up.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

SUPERUSER = "postgres"
OWNER = "gisdb_owner"
APP = "gisdb_app"

MB = 2**20


def initdb_options(*, durable: bool) -> list[str]:
    """Options of initdb: UTF-8, code point order, `peer` only."""
    # macOS has no C.UTF-8; what letters are must still be known there, or lower('Đ') stays 'Đ'.
    locale = ["--lc-collate=C", "--lc-ctype=en_US.UTF-8"] if sys.platform == "darwin" else ["--locale=C.UTF-8"]
    return [
        *("--encoding=UTF8", "--auth-local=peer", "--auth-host=reject", "--data-checksums"),
        f"--username={SUPERUSER}",
        *locale,
        *([] if durable else ["--no-sync"]),
    ]


def server_settings(home: Path, data: Path, sockets: Path, logs: Path, *, durable: bool) -> str:
    """The text of ``postgresql.conf``: what initdb found out about the machine, and over it our own choice."""
    values: dict[str, str | int] = {
        "data_directory": str(data),
        "hba_file": str(home / "conf" / "pg_hba.conf"),
        "ident_file": str(home / "conf" / "pg_ident.conf"),
        "listen_addresses": "",
        "port": 5432,
        "unix_socket_directories": str(sockets),
        "unix_socket_permissions": "0700",
        "max_connections": 80,
        # A bounded week of logs, one file a day.
        "logging_collector": "on",
        "log_directory": str(logs),
        "log_filename": "server-%a.log",
        "log_rotation_age": "1d",
        "log_truncate_on_rotation": "on",
        "log_line_prefix": "%m [%p] %q%u@%d ",
        # Records of people's health must not come to rest in a log.
        "log_parameter_max_length": 0,
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "log_timezone": "UTC",
        "timezone": "UTC",
        # Nothing replicates from here, and a bulk load is faster when nothing could.
        "wal_level": "minimal",
        "max_wal_senders": 0,
        **_sizes(memory_bytes(), os.cpu_count() or 1),
        **({} if durable else {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}),
    }
    found_out = f"include = {_quoted(str(data / 'postgresql.conf'))}\n"
    return found_out + "".join(f"{name} = {_quoted(value)}\n" for name, value in values.items())


def _quoted(value: str | int) -> str:
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


def _sizes(memory: int, cores: int) -> dict[str, str | int]:
    """A modest share: the web server, the loader and perhaps a browser work on the same machine."""

    def share(of: int, least: int, most: int) -> str:
        return f"{min(max(memory // of // MB, least), most)}MB"

    return {
        "shared_buffers": share(8, 32, 1024),
        "effective_cache_size": share(2, 128, 16384),
        "work_mem": share(512, 4, 32),
        "maintenance_work_mem": share(32, 32, 512),
        "max_wal_size": "2GB",
        "max_worker_processes": max(cores, 4),
        "max_parallel_workers": cores,
        "max_parallel_workers_per_gather": min(2, max(cores - 1, 1)),
        # Solid-state disks, and many small spatial queries, for which compiling costs more than it brings.
        "random_page_cost": "1.1",
        "jit": "off",
    }


def memory_bytes() -> int:
    """The machine's memory, or the part of it that a container is allowed."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for limit in (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes")):
        try:
            return min(physical, int(limit.read_text("ascii")))
        except (OSError, ValueError):
            continue
    return physical


def host_based_authentication() -> str:
    """The text of ``pg_hba.conf``."""
    return "local all all peer map=gisdb\n"


def identities(users: Sequence[str], roles: Sequence[str]) -> str:
    """The text of ``pg_ident.conf``: each of ``users`` (of the operating system) may connect as each of ``roles``."""
    return "".join(f'gisdb "{user}" "{role}"\n' for user in dict.fromkeys(users) for role in roles)
