"""``gisdb serve`` and ``gisdb demo``: the web server, and everything before it on a bare machine."""

from __future__ import annotations

from datetime import date
from socket import socket

import click
from sqlalchemy import Connection
from sqlalchemy.exc import ProgrammingError

from gisdb.access.accounts import add_account, list_accounts, new_password, operator
from gisdb.clock import today
from gisdb.config import Settings, load_settings
from gisdb.engine import Database
from gisdb.geography.units import Unit
from gisdb.indicators.answers import Question
from gisdb.indicators.evaluator import evaluate
from gisdb.messages import sentence
from gisdb.opening import database_of
from gisdb.period import FIRST_YEAR
from gisdb.progress import Progress, on_terminal
from gisdb.server import Server


def _say(settings: Settings, code: str, **params: object) -> None:
    click.echo(sentence(code, params, settings.language).text, err=True)


def _serve(settings: Settings, server: Server, accepting: socket) -> int:
    """Serve until told to stop; says where once it answers."""
    from loaders.uploads.supervision import worker_beside
    from webmap.serve import serve as run

    def ready(address: str) -> None:
        _say(settings, "serving", address=address)

    with worker_beside(server.app_url):
        return run(settings, server.app_url, accepting=accepting, on_ready=ready)


@click.command()
def serve() -> int:
    """Serve the pages until Ctrl-C; a private cluster that this started is stopped again."""
    settings = load_settings()
    from webmap.serve import listen

    accepting = listen(settings.host, settings.port)
    server = Server.of(settings)
    with on_terminal(settings.language) as progress:
        started = server.cluster.ensure(progress) if server.cluster else False
    try:
        return _serve(settings, server, accepting)
    finally:
        if started and server.cluster:
            server.cluster.stop()


@click.command()
@click.option("--workplaces", default=6_000, show_default=True, help="Sample workplaces of the first run.")
@click.option("--measurements", default=60_000, show_default=True, help="Sample measurements of the first run.")
@click.option("--no-serve", is_flag=True, help="Stop before serving.")
def demo(workplaces: int, measurements: int, no_serve: bool) -> int:
    """Set everything up with sample data and serve it; a second run only serves."""
    settings = load_settings()
    from webmap.serve import listen

    accepting = None if no_serve else listen(settings.host, settings.port)
    server = Server.of(settings)
    started = False
    try:
        with on_terminal(settings.language) as progress:
            started = server.cluster.ensure(progress) if server.cluster else False
            made = _prepare(settings, server, progress, workplaces, measurements)
        for login, password in made:
            _say(settings, "demo_account", login=login, password=password)
        return 0 if accepting is None else _serve(settings, server, accepting)
    finally:
        if started and server.cluster:
            server.cluster.stop()


def _prepare(
    settings: Settings, server: Server, progress: Progress, workplaces: int, measurements: int
) -> list[tuple[str, str]]:
    """Roles, schema, boundaries, totals, sample and accounts; each step leaves alone what is there."""
    database = database_of(settings, server)
    try:
        if _prepared(database):
            return []
        from gisdb.migrate import migrate
        from gisdb.provision import provision
        from loaders.boundaries import load_shipped
        from loaders.sample import load_sample
        from loaders.totals import load_national_totals

        provision(server.admin_url or server.owner_url, server.owner_url, server.app_url, progress=progress)
        progress("step_migrate")
        migrate(database)
        load_shipped(database, progress)
        progress("step_totals")
        load_national_totals(database)
        load_sample(database, workplaces=workplaces, measurements=measurements, progress=progress)
        return _accounts(settings, database)
    finally:
        database.dispose()


def _prepared(database: Database) -> bool:
    """Whether an earlier run went all the way: the accounts come last, and the schema is this program's."""
    from gisdb.errors import ServerError
    from gisdb.schema_version import current_revision, head

    try:
        with database.acting_as(None) as conn:
            return current_revision(conn) == head() and len(list_accounts(conn)) > 1
    except (ServerError, ProgrammingError):
        return False


def _accounts(settings: Settings, database: Database) -> list[tuple[str, str]]:
    """An institute account and one of the sample's largest province, with random passwords that are told once."""
    with database.acting_as(None) as conn:
        who = operator(conn)
        known = {one.login for one in list_accounts(conn)}
        largest = _largest_province(conn, today(settings.timezone))
    made = []
    with database.acting_as(who, write=True) as conn:
        for login, name, role, unit in (
            ("vien", "Viện Khoa học An toàn và Vệ sinh lao động", "institute", None),
            ("tinh", largest.name_vi, "province", largest.id),
        ):
            if login not in known:
                password = new_password()
                add_account(conn, login, name, role, unit, password)
                made.append((login, password))
    return made


def _largest_province(conn: Connection, day: date) -> Unit:
    answer = evaluate(conn, Question("accident_frequency", "province", day, FIRST_YEAR, day.year))
    best = max(answer.values, key=lambda value: value.denominator or 0)
    assert best.unit is not None
    return best.unit
