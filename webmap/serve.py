"""The web server: gunicorn with threads, started from here so that one command serves and one key press stops it."""

from __future__ import annotations

import errno
import logging
import os
import socket
from collections.abc import Callable
from importlib import import_module
from threading import Thread

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from gisdb.config import Settings
from gisdb.engine import Database
from gisdb.errors import ConfigError, ServerError
from webmap.app import create_app
from webmap.logs import configure_logging

# Answers under way get this long after SIGTERM; an interrupted terminal (SIGINT) does not wait for them.
GRACE_S = 20
# A worker whose main thread has not shown life for so long is replaced; slow answers do not count.
SILENT_S = 60
KEEP_ALIVE_S = 15
# Written by every worker each second: in memory where the system has such a folder.
HEARTBEAT_FOLDER = "/dev/shm"  # noqa: S108


class _JsonLogger(Logger):  # type: ignore[misc]
    """gunicorn's own lines go the way of all others; requests are logged by the application."""

    def setup(self, _cfg: object) -> None:
        self.error_log.handlers[:] = []
        self.error_log.propagate = True
        self.error_log.setLevel("WARNING")
        self.access_log.handlers[:] = []

    def access(self, *_arguments: object) -> None:
        """Nothing: see ``webmap.logs``."""


class _Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, app: Flask, options: dict[str, object]) -> None:
        self._app = app
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._app


def listen(host: str, port: int) -> socket.socket:
    """The socket that the server will accept on, bound now so that nobody takes the port meanwhile.

    Raises:
        ServerError: ``port_busy``.
        ConfigError: ``port_forbidden``, ``host_unusable``.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind, protocol)
    except OSError as problem:
        raise ConfigError("host_unusable", host=host, reason=problem.strerror) from None
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(address)
        bound.listen(socket.SOMAXCONN)
    except OSError as problem:
        bound.close()
        if problem.errno == errno.EADDRINUSE:
            raise ServerError("port_busy", host=host, port=port, next=port + 1) from None
        if problem.errno in (errno.EACCES, errno.EPERM):
            raise ConfigError("port_forbidden", port=port) from None
        raise ConfigError("host_unusable", host=host, reason=problem.strerror) from None
    return bound


def serve(
    settings: Settings,
    database_url: str,
    *,
    accepting: socket.socket | None = None,
    on_ready: Callable[[str], None] | None = None,
) -> int:
    """Serve until SIGTERM (answers under way are finished) or SIGINT (at once); gives the exit status.

    ``database_url`` is the serving role's. ``accepting`` is a socket from ``listen``, for who wants to know that the
    port is free before other work; ``on_ready`` is told the address once connections are taken.

    Raises:
        ServerError: ``port_busy``, before anything else is done.
        ConfigError: ``port_forbidden``, ``host_unusable``, or the session key's (see ``webmap.secret``).
    """
    bound = accepting or listen(settings.host, settings.port)
    address = _address(settings.host, settings.port)
    configure_logging()
    # Built before the workers fork, but connected to nothing: each worker opens connections of its own.
    # Each thread may hold its page's connection and, for a moment, one more.
    database = Database(
        database_url,
        pool_size=settings.threads,
        statement_timeout_s=settings.statement_timeout_s,
        timezone=settings.timezone,
    )
    try:
        app = create_app(settings, database)
    except BaseException:
        bound.close()
        raise
    options: dict[str, object] = {
        "bind": [f"fd://{bound.detach()}"],
        "workers": settings.workers,
        "threads": settings.threads,
        "worker_class": "gthread",
        "timeout": SILENT_S,
        "graceful_timeout": GRACE_S,
        "keepalive": KEEP_ALIVE_S,
        "logger_class": _JsonLogger,
        "control_socket_disable": True,
        "worker_tmp_dir": HEARTBEAT_FOLDER if os.access(HEARTBEAT_FOLDER, os.W_OK) else None,
        "preload_app": True,
        "post_worker_init": lambda _worker: Thread(target=_warm, daemon=True).start(),
        "when_ready": lambda _arbiter: on_ready(address) if on_ready else None,
        "proc_name": "gisdb",
    }
    return _run(_Server(app, options))


def _run(server: _Server) -> int:
    parent = os.getpid()
    status = 0
    try:
        server.run()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    if os.getpid() != parent:
        # A worker is a fork of this very call: it must end here, before it does the caller's tidying a second time.
        logging.shutdown()
        os._exit(status)
    return status


def _warm() -> None:
    """Import what the first map needs (folium takes seconds) while the worker already answers."""
    import_module("webmap.map_shell")


def _address(host: str, port: int) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"http://[{shown}]:{port}/" if ":" in shown else f"http://{shown}:{port}/"
