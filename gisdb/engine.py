"""Connections to the database, and whose eyes a transaction sees with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from gisdb.errors import ConfigError, ServerError

if TYPE_CHECKING:
    from gisdb.access.accounts import Account

SEARCH_PATH = "gisdb,public"
# Over a network either side learns within two minutes that the other's machine is gone, and what it held is free again;
# by themselves systems take two hours. Local sockets tell at once and ignore this.
KEEPALIVES = {
    "keepalives_idle": "60",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "90000",
}
SERVER_KEEPALIVES = "-ctcp_keepalives_idle=60 -ctcp_keepalives_interval=10 -ctcp_keepalives_count=3"


class Database:
    """The serving engine, and the owning one for who migrates and loads.

    Connections are opened at the first use, so a process may fork after building this.
    """

    def __init__(
        self,
        app_url: str,
        *,
        owner_url: str | None = None,
        pool_size: int = 5,
        statement_timeout_s: int = 60,
        timezone: str = "UTC",
    ) -> None:
        options = f"-csearch_path={SEARCH_PATH} -ctimezone=UTC -cgisdb.timezone={timezone} {SERVER_KEEPALIVES}"
        serving = f"{options} -cstatement_timeout={statement_timeout_s * 1000}"
        self._app = _engine(app_url, pool_size, serving)
        self._owner = _engine(owner_url, 1, f"{options} -cstatement_timeout=0") if owner_url else None
        self.app_url = app_url
        self.owner_url = owner_url

    @contextmanager
    def acting_as(
        self, account: Account | None, *, write: bool = False, timeout_s: int | None = None
    ) -> Iterator[Connection]:
        """One transaction that sees with ``account``'s eyes; ``None`` is a visitor, who sees no records.

        The identity is ``SET LOCAL``: it ends with the transaction, so a pooled connection never carries it on.
        Without ``write`` the transaction is read-only. ``timeout_s`` replaces the serving timeout (0: none).
        """
        with _reached(self._app) as connection, connection.begin():
            if not write:
                connection.execute(text("SET TRANSACTION READ ONLY"))
            connection.execute(
                text("SELECT set_config('gisdb.account_id', :id, true)"), {"id": str(account.id) if account else ""}
            )
            if timeout_s is not None:
                connection.execute(
                    text("SELECT set_config('statement_timeout', :ms, true)"), {"ms": str(timeout_s * 1000)}
                )
            yield connection

    @contextmanager
    def owner(self) -> Iterator[Connection]:
        """One transaction of the owning role: migrations and loads of boundaries.

        Raises:
            ConfigError: ``owner_url_missing``.
        """
        if self._owner is None:
            raise ConfigError("owner_url_missing")
        with _reached(self._owner) as connection, connection.begin():
            yield connection

    def dispose(self) -> None:
        """Close every pooled connection."""
        self._app.dispose()
        if self._owner is not None:
            self._owner.dispose()


def _engine(url: str, pool_size: int, options: str) -> Engine:
    return create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        # What people typed does not belong into a log.
        hide_parameters=True,
        connect_args={"options": options, "application_name": "gisdb", "connect_timeout": 10, **KEEPALIVES},
    )


@contextmanager
def _reached(engine: Engine) -> Iterator[Connection]:
    try:
        connection = engine.connect()
    except OperationalError as problem:
        reason = str(problem.orig).strip().splitlines()[-1] if problem.orig else "?"
        raise ServerError("server_unreachable", reason=reason) from problem
    with connection:
        yield connection
