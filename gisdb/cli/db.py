"""``gisdb db …``: the database server and what is needed before migrations."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gisdb.cluster import Cluster
from gisdb.config import Settings, load_settings
from gisdb.errors import ConfigError, ServerError
from gisdb.messages import sentence
from gisdb.progress import on_terminal
from gisdb.server import Server

if TYPE_CHECKING:
    from gisdb.backup import Backup, TableState


@click.group()
def db() -> None:
    """Database server: private cluster, roles, backups."""


def _say(settings: Settings, code: str, **params: object) -> None:
    click.echo(sentence(code, params, settings.language).text)


@db.command()
@click.option(
    "--admin-url",
    metavar="URL",
    help="Role that may make roles and extensions. Leave its password to PGPASSWORD or a password file.",
)
def init(admin_url: str | None) -> None:
    """Make roles, extensions and schema; again and again without harm."""
    from gisdb.provision import provision

    settings = load_settings()
    server = Server.of(settings)
    with on_terminal(settings.language) as progress, server.running(progress):
        done = provision(
            admin_url or server.admin_url,
            server.owner_url,
            server.app_url,
            statement_timeout_s=settings.statement_timeout_s,
            progress=progress,
        )
    for statement in done.changes:
        click.echo(statement)
    code = "db_initialised" if done.changes else "db_initialised_before"
    _say(settings, code, database=done.database, server=done.server, postgis=done.postgis)


@db.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@click.option("--checksums", is_flag=True, help="Count every table and sum its contents; reads all of them.")
def status(as_json: bool, checksums: bool) -> None:
    """Tell which server is used and whether it answers. Exit status 1: it does not."""
    settings = load_settings()
    server = Server.of(settings)
    facts, reached = _facts(server)
    tables = _tables(server) if checksums and reached else {}
    if as_json:
        counted = {name: table._asdict() for name, table in tables.items()}
        click.echo(json.dumps(facts | ({"tables": counted} if checksums else {}), ensure_ascii=False))
    else:
        for name, value in facts.items():
            click.echo(f"{name:<10}{'–' if value is None else value}")
        _list_tables(tables)
    if not reached:
        raise click.exceptions.Exit(1)


def _tables(server: Server) -> dict[str, TableState]:
    from gisdb.backup import fingerprint
    from gisdb.provision import connect

    with connect(server.owner_url) as connection, connection.transaction():
        return fingerprint(connection)


def _list_tables(tables: dict[str, TableState]) -> None:
    for name, table in tables.items():
        click.echo(f"{name:<32}{table.rows:>12}  {table.checksum}")


def _facts(server: Server) -> tuple[dict[str, object], bool]:
    from gisdb.database_url import shown
    from gisdb.provision import connect, value

    facts: dict[str, object] = {"url": shown(server.app_url), "private": server.cluster is not None}
    if server.cluster:
        found = server.cluster.status()
        facts |= {"state": found.state, "home": str(found.home), "pid": found.pid}
        if found.state != "running":
            return facts, False
    try:
        with connect(server.app_url) as connection:
            facts |= {"answers": True, "server": connection.info.parameter_status("server_version")}
            facts["postgis"] = value(connection, "SELECT extversion FROM pg_extension WHERE extname = 'postgis'")
    except ServerError as problem:
        return facts | {"answers": False, "reason": problem.params["reason"]}, False
    return facts, True


@db.command()
def start() -> None:
    """Start the private cluster, creating it if need be; it runs on until `gisdb db stop`."""
    settings = load_settings()
    cluster = _private(Server.of(settings))
    with on_terminal(settings.language) as progress:
        started = cluster.ensure(progress)
    _say(settings, "db_started" if started else "db_running_already", home=cluster.home)


@db.command()
def stop() -> None:
    """Stop the private cluster."""
    settings = load_settings()
    cluster = _private(Server.of(settings))
    with on_terminal(settings.language) as progress:
        stopped = cluster.stop(progress)
    _say(settings, "db_stopped" if stopped else "db_not_running", home=cluster.home)


def _private(server: Server) -> Cluster:
    if server.cluster is None:
        raise ConfigError("server_not_ours")
    return server.cluster


@db.command()
@click.option("--owner", is_flag=True, help="The owning role's address instead of the serving role's.")
def url(owner: bool) -> None:
    """Print the database's address, for other programs; with its password if it has one."""
    from gisdb.database_url import plain

    server = Server.of(load_settings())
    click.echo(plain(server.owner_url if owner else server.app_url))


@db.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option("--owner", is_flag=True, help="As the owning role instead of the serving role.")
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
def psql(owner: bool, args: tuple[str, ...]) -> None:
    """Open psql on the database; ARGS go to psql."""
    from gisdb.cluster_programs import find_client
    from gisdb.database_url import client_environment
    from gisdb.provision import connect

    server = Server.of(load_settings())
    address = server.owner_url if owner else server.app_url
    with connect(address) as connection:
        programs = find_client(connection.info.server_version // 10_000)
    program = str(programs["psql"])
    os.execve(program, [program, *args], client_environment(address))  # noqa: S606 -- a shell is what must not see ARGS


@db.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Replace a file of that name.")
def backup(file: Path, force: bool) -> None:
    """Write everything to FILE."""
    from gisdb import backup as room

    settings = load_settings()
    server = Server.of(settings)
    with on_terminal(settings.language) as progress, server.running(progress):
        written = room.backup(server.owner_url, file, replace=force, progress=progress)
    _report(settings, "db_backed_up", written)


@db.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def restore(file: Path) -> None:
    """Read FILE into an empty database, all or nothing."""
    from gisdb import backup as room

    settings = load_settings()
    server = Server.of(settings)
    with on_terminal(settings.language) as progress, server.running(progress):
        read = room.restore(server.owner_url, file, progress=progress)
    _report(settings, "db_restored", read)


def _report(settings: Settings, code: str, done: Backup) -> None:
    _list_tables(done.tables)
    rows = sum(table.rows for table in done.tables.values())
    megabytes = round(done.size_bytes / 1e6, 1)
    _say(settings, code, file=done.file, megabytes=megabytes, tables=len(done.tables), rows=rows)
