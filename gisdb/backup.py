"""Backup and restore of everything gisdb knows: its schema, with data, grants, policies and functions.

A backup is one file in pg_dump's custom format. It holds the schema alone: roles, extensions and settings are the
server's and come from ``gisdb db init``, so that a plain owner can restore without an administrator's help. Objects
come back as the restoring owner's, whatever its name; grants and policies name the serving role, which has to have
the name that it had.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from psycopg import sql

from gisdb.cluster_programs import Programs, find_client
from gisdb.database_url import client_environment, database_of
from gisdb.errors import Conflict, InputError, ServerError
from gisdb.progress import Progress, silent
from gisdb.provision import SCHEMA, Connection, connect, value


class TableState(NamedTuple):
    """What a table holds: its number of rows, and a sum over their contents that no order of rows changes."""

    rows: int
    checksum: str


@dataclass(frozen=True)
class Backup:
    """A written or restored file, and what the tables hold (when restored: as counted afterwards)."""

    file: Path
    size_bytes: int
    tables: dict[str, TableState]


def backup(owner_url: str, file: Path, *, replace: bool = False, progress: Progress = silent) -> Backup:
    """Write ``file``, readable by its writer alone; it appears under its name only when it is whole.

    The counts given back and the file are of the same instant, whatever is written meanwhile.

    Raises:
        InputError: ``backup_exists``, ``backup_folder_missing``.
        ServerError: ``server_unreachable``, ``client_programs_missing``, ``backup_failed``.
    """
    if file.exists() and not replace:
        raise InputError("backup_exists", file=file)
    if not file.absolute().parent.is_dir():
        raise InputError("backup_folder_missing", folder=file.absolute().parent)
    with connect(owner_url) as connection, connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        _check_initialised(connection)
        programs = find_client(connection.info.server_version // 10_000)
        tables = fingerprint(connection)
        progress("step_backup", file=file, rows=sum(table.rows for table in tables.values()))
        _dump(programs, owner_url, file, str(value(connection, "SELECT pg_export_snapshot()")))
    return Backup(file, file.stat().st_size, tables)


def _dump(programs: Programs, owner_url: str, file: Path, snapshot: str) -> None:
    try:
        handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.absolute().parent)
    except OSError as problem:
        raise ServerError("backup_failed", reason=f"{file}: {problem.strerror}") from None
    os.close(handle)
    part = Path(name)
    try:
        options = ["--format=custom", "--compress=3", "--no-password", f"--schema={SCHEMA}"]
        command: list[str | Path] = [programs["pg_dump"], *options, f"--snapshot={snapshot}", f"--file={part}"]
        _run(command, owner_url, "backup_failed")
        _run([programs["pg_restore"], "--list", part], owner_url, "backup_failed")
        _onto_disk(part)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def _onto_disk(file: Path) -> None:
    with file.open("rb") as written:
        os.fsync(written.fileno())


def restore(owner_url: str, file: Path, *, progress: Progress = silent) -> Backup:
    """Read ``file`` into a database that ``gisdb db init`` made ready and that holds nothing yet; all or nothing.

    Raises:
        InputError: ``backup_unreadable``: no such file, or no backup.
        Conflict: ``restore_not_empty``, naming what is there.
        ServerError: ``server_unreachable``, ``client_programs_missing``, ``restore_failed``.
    """
    if not file.is_file():
        raise InputError("backup_unreadable", file=file, reason="?")
    with connect(owner_url) as connection:
        _check_initialised(connection)
        _check_empty(connection, database_of(owner_url))
        programs = find_client(connection.info.server_version // 10_000)
    contents = _contents(programs, owner_url, file)
    progress("step_restore", file=file)
    options = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-tablespaces", "--no-password"]
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".list") as chosen:
        chosen.write(contents)
        chosen.flush()
        place = [f"--use-list={chosen.name}", f"--dbname={database_of(owner_url)}"]
        _run([programs["pg_restore"], *options, *place, file], owner_url, "restore_failed")
    progress("step_restore_check")
    with connect(owner_url) as connection, connection.transaction():
        _analyze(connection)
        return Backup(file, file.stat().st_size, fingerprint(connection))


def _contents(programs: Programs, owner_url: str, file: Path) -> str:
    """The archive's table of contents without the schema itself, which is there already and is the owner's."""
    try:
        listed = _run([programs["pg_restore"], "--list", file], owner_url, "restore_failed")
    except ServerError as problem:
        raise InputError("backup_unreadable", file=file, reason=problem.params["reason"]) from None
    own_schema = re.compile(rf"^\d+; \d+ \d+ SCHEMA - {SCHEMA} ")
    kept = [line for line in listed.splitlines() if not own_schema.match(line)]
    if len(kept) == len(listed.splitlines()):
        raise InputError("backup_unreadable", file=file, reason=f"no schema {SCHEMA}")
    return "\n".join(kept) + "\n"


def _run(command: Sequence[str | Path], url: str, code: str) -> str:
    ended = subprocess.run(
        [str(word) for word in command],
        env=client_environment(url),
        capture_output=True,
        text=True,
        errors="replace",
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if ended.returncode != 0:
        lines = [line.strip() for line in ended.stderr.splitlines() if line.strip()]
        telling = [line for line in lines if "error:" in line] or lines
        raise ServerError(code, reason=" / ".join(telling[:3]) or f"{ended.returncode}")
    return ended.stdout


def _check_initialised(connection: Connection) -> None:
    query = "SELECT has_schema_privilege(oid, 'CREATE') FROM pg_namespace WHERE nspname = %s"
    if connection.execute(query, [SCHEMA]).fetchone() != (True,):
        raise Conflict("schema_not_initialised", schema=SCHEMA)


def _check_empty(connection: Connection, database: str) -> None:
    found = connection.execute(
        "SELECT name FROM (SELECT relname AS name FROM pg_class WHERE relnamespace = %(schema)s::regnamespace"
        " UNION SELECT proname FROM pg_proc WHERE pronamespace = %(schema)s::regnamespace"
        " UNION SELECT typname FROM pg_type WHERE typnamespace = %(schema)s::regnamespace) AS objects ORDER BY 1",
        {"schema": SCHEMA},
    ).fetchall()
    if found:
        first = ", ".join(str(name) for (name,) in found[:5])
        raise Conflict("restore_not_empty", database=database, schema=SCHEMA, count=len(found), first=first)


def _tables(connection: Connection) -> list[str]:
    rows = connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind IN ('r', 'm') ORDER BY 1",
        [SCHEMA],
    )
    return [str(name) for (name,) in rows]


def _analyze(connection: Connection) -> None:
    """Statistics are in no backup; without them the first pages after a restore would be slow."""
    for table in _tables(connection):
        connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(SCHEMA, table)))


def fingerprint(connection: Connection) -> dict[str, TableState]:
    """Rows and checksum of every table and materialised view of the schema, by name.

    Equal on any server for equal contents: the settings that change how values print are fixed for the transaction
    in which this has to be called. As a role that row-level security hides rows from, it fails instead of
    counting fewer.
    """
    connection.execute(
        "SELECT set_config(name, value, true) FROM (VALUES ('TimeZone', 'UTC'), ('DateStyle', 'ISO, YMD'),"
        " ('IntervalStyle', 'postgres'), ('extra_float_digits', '1'), ('bytea_output', 'hex'),"
        " ('row_security', 'off')) AS fixed (name, value)"
    )
    states: dict[str, TableState] = {}
    for table in _tables(connection):
        # A sum of 60-bit numbers: unlike a bitwise or, two equal rows do not cancel out; unlike a sorted list, ten
        # million rows need no memory.
        query = sql.SQL(
            "SELECT count(*)::text, coalesce(sum(('x' || left(md5(ROW(one.*)::text), 15))::bit(60)::bigint), 0)::text"
            " FROM {} AS one"
        ).format(sql.Identifier(SCHEMA, table))
        for rows, checksum in connection.execute(query):
            states[table] = TableState(int(str(rows)), str(checksum))
    return states
