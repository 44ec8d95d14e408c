"""Open the database that the settings mean, for a command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gisdb.config import Settings
from gisdb.engine import Database
from gisdb.progress import Progress, silent
from gisdb.server import Server


@contextmanager
def opened(settings: Settings, progress: Progress = silent) -> Iterator[Database]:
    """A `Database` of the settings' server; a private cluster that was not running is stopped again afterwards.

    Raises:
        ServerError: the server cannot be had.
    """
    server = Server.of(settings)
    with server.running(progress):
        database = database_of(settings, server)
        try:
            yield database
        finally:
            database.dispose()


def database_of(settings: Settings, server: Server) -> Database:
    """A `Database` for a server that runs."""
    return Database(
        server.app_url,
        owner_url=server.owner,
        pool_size=settings.threads + 1,
        statement_timeout_s=settings.statement_timeout_s,
        timezone=settings.timezone,
    )
