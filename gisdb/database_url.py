"""Database addresses: from the spelling that SQLAlchemy reads to the ones that libpq and its programs read."""

from __future__ import annotations

import os
import re
from urllib.parse import quote

from gisdb.errors import ConfigError


def plain(url: str) -> str:
    """The address without the name of SQLAlchemy's driver, as psql, QGIS and ogr2ogr read it."""
    return re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql://", url)


def parts(url: str) -> dict[str, str]:
    """The address as libpq keywords (``host``, ``user``, ``dbname``, …), only those that it names.

    Raises:
        ConfigError: ``database_url_invalid``; the address itself is not repeated, it may hold a password.
    """
    # Heavy to import, and `gisdb db url` and `start` have no use for it.
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    address = plain(url)
    if not address.startswith("postgresql://"):
        raise ConfigError("database_url_invalid")
    try:
        return {name: str(value) for name, value in conninfo_to_dict(address).items() if value is not None}
    except ProgrammingError:
        raise ConfigError("database_url_invalid") from None


def conninfo(url: str, **changes: str) -> str:
    """The address as a libpq connection string, with some keywords changed."""
    from psycopg.conninfo import make_conninfo

    return make_conninfo("", **{**parts(url), **changes})


def role_of(url: str) -> str:
    """The role that the address connects as.

    Raises:
        ConfigError: ``database_url_without_role`` when it names none.
    """
    return _needed(url, "user", "database_url_without_role")


def database_of(url: str) -> str:
    """The database that the address connects to.

    Raises:
        ConfigError: ``database_url_without_database`` when it names none.
    """
    return _needed(url, "dbname", "database_url_without_database")


def _needed(url: str, keyword: str, code: str) -> str:
    value = parts(url).get(keyword)
    if not value:
        raise ConfigError(code)
    return value


def shown(url: str) -> str:
    """The address for people's eyes: with ``***`` for its password."""
    password = parts(url).get("password")
    if password is None:
        return url
    hidden = re.sub(r"(://[^:/@]*):[^@]*@", r"\1:***@", url)
    for spelling in {password, quote(password, safe="")} - {""}:
        hidden = hidden.replace(f"password={spelling}", "password=***")
    return hidden


def client_environment(url: str) -> dict[str, str]:
    """An environment in which libpq's own programs (psql, pg_dump) reach the address.

    Everything travels in ``PG…`` variables, because other users of the machine can read a command line but not an
    environment. ``PG…`` variables of the caller that the address does not speak of (a password file, certificates)
    stay; ``PGSERVICE`` goes, since it would outvote them.
    """
    from psycopg import pq

    variables = {
        option.keyword.decode(): option.envvar.decode()
        for option in pq.Conninfo.get_defaults()
        if option.envvar is not None
    }
    environment = {name: value for name, value in os.environ.items() if name not in {"PGSERVICE", "PGHOSTADDR"}}
    environment.update({variables[name]: value for name, value in parts(url).items() if name in variables})
    return environment
