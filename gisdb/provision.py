"""Make a database ready for gisdb: two roles, four extensions, one schema. Migrations never need more than this.

Works again and again without harm, and in two ways. With the rights to do so it makes what is missing. With less, as
the plain owner of a database that an administrator prepared, it verifies every point, and where one is missing it
changes nothing and names the very SQL that the administrator has to run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import LiteralString

import psycopg
from psycopg import sql
from psycopg.errors import (
    DuplicateObject,
    FeatureNotSupported,
    InsufficientPrivilege,
    UndefinedFile,
    UniqueViolation,
)

from gisdb.cluster_programs import OLDEST_SERVER
from gisdb.database_url import conninfo, database_of, parts, role_of
from gisdb.errors import ConfigError, ServerError
from gisdb.progress import Progress, silent

SCHEMA = "gisdb"
EXTENSIONS = ("postgis", "btree_gist", "unaccent", "pg_trgm")
# PostgreSQL's own name of the order of Vietnamese text, in every server built with ICU.
COLLATION = "vi-x-icu"
# A reader that stopped reading holds its transaction, and with it the cleaning of old rows, at most this long.
IDLE_MINUTES = 10

Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True)
class Requirement:
    """One thing that must hold: a query that tells, and the statement that makes it so.

    ``shown`` is the statement for people, without the password's verifier.
    """

    holds: sql.Composed
    make: sql.Composed
    shown: sql.Composed | None = None


@dataclass(frozen=True)
class Provisioned:
    """What was done: the statements that changed something (none: all was in order), and the server's versions."""

    database: str
    server: str
    postgis: str
    changes: list[str] = field(default_factory=list)


def provision(
    admin_url: str | None,
    owner_url: str,
    app_url: str,
    *,
    statement_timeout_s: int = 60,
    progress: Progress = silent,
) -> Provisioned:
    """Have the roles, extensions, schema and settings in place in the database that ``owner_url`` names.

    Args:
        admin_url: an address with the right to create roles and extensions; only its server, role and password
            count. None: ``owner_url`` does it all, as far as it may.
        owner_url: role that owns the schema; its password is set if the role is created here.
        app_url: serving role, likewise.
        statement_timeout_s: longest query of the serving role, unless a limit is already set for it.
        progress: told when a step begins.

    Raises:
        ConfigError: ``roles_equal``, ``databases_differ``, ``serving_role_*`` (it would see everybody's rows),
            ``database_not_prepared`` with the SQL for the administrator, ``server_*`` for an unfit server.
        ServerError: ``server_unreachable``.
    """
    owner, app, database = role_of(owner_url), role_of(app_url), database_of(owner_url)
    if owner == app:
        raise ConfigError("roles_equal", role=app)
    if database_of(app_url) != database:
        raise ConfigError("databases_differ", owner_database=database, app_database=database_of(app_url))
    admin = conninfo(admin_url or owner_url, dbname=database)
    with _connect_or_create(admin, database, progress) as connection, connection.transaction():
        progress("step_provision", database=database)
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('gisdb db init'))")
        _check_server(connection)
        _check_serving_role(connection, owner, app)
        wanted = _requirements(connection, database, owner_url, app_url, statement_timeout_s)
        changes, missing = _make(connection, wanted)
        if missing:
            role = str(value(connection, "SELECT current_user"))
            raise ConfigError("database_not_prepared", role=role, database=database, sql="\n".join(missing))
        server = str(value(connection, "SELECT current_setting('server_version')"))
        postgis = str(value(connection, "SELECT extversion FROM pg_extension WHERE extname = 'postgis'"))
    for url in (owner_url, app_url):
        _check_login(url)
    return Provisioned(database, server, postgis, changes)


def connect(url: str) -> Connection:
    """Connect, or say why not.

    Raises:
        ServerError: ``server_unreachable``; the reason holds no password.
    """
    return _connect(conninfo(url))


def _connect(address: str) -> Connection:
    try:
        return psycopg.connect(address, connect_timeout=10, autocommit=True)
    except psycopg.OperationalError as problem:
        raise ServerError("server_unreachable", reason=_first_line(problem)) from problem


def _first_line(problem: psycopg.Error) -> str:
    return " ".join(str(problem).split())[:500]


def _connect_or_create(admin: str, database: str, progress: Progress) -> Connection:
    """A connection to the database, which is created if the server has none of that name and we may."""
    try:
        return _connect(admin)
    except ServerError as unreachable:
        # libpq reports a refused connection without a SQLSTATE; the maintenance database tells what it was.
        try:
            maintenance = psycopg.connect(admin, dbname="postgres", connect_timeout=10, autocommit=True)
        except psycopg.OperationalError:
            raise unreachable from None
        with maintenance:
            known = maintenance.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
            if known is not None:
                raise
            progress("step_create_database", database=database)
            _create_database(maintenance, database)
    return _connect(admin)


def _create_database(maintenance: Connection, database: str) -> None:
    command = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(database))
    try:
        maintenance.execute(command)
    except (psycopg.errors.DuplicateDatabase, UniqueViolation):
        return
    except InsufficientPrivilege:
        role = str(value(maintenance, "SELECT current_user"))
        missing = command.as_string(maintenance) + ";"
        raise ConfigError("database_not_prepared", role=role, database=database, sql=missing) from None


def value(connection: Connection, query: LiteralString | sql.Composed) -> object:
    """The one value that a query gives; None for no row."""
    row = connection.execute(query).fetchone()
    return None if row is None else row[0]


def _check_server(connection: Connection) -> None:
    if connection.info.server_version < OLDEST_SERVER * 10_000:
        raise ConfigError("server_too_old", version=connection.info.server_version // 10_000, oldest=OLDEST_SERVER)
    encoding = value(connection, "SELECT current_setting('server_encoding')")
    if encoding != "UTF8":
        raise ConfigError("server_encoding", encoding=encoding)
    order = sql.SQL("SELECT 1 FROM pg_collation WHERE collname = {}").format(COLLATION)
    if value(connection, order) is None:
        raise ConfigError("server_without_icu", collation=COLLATION)


def _requirements(
    connection: Connection, database: str, owner_url: str, app_url: str, statement_timeout_s: int
) -> Iterator[Requirement]:
    owner, app = role_of(owner_url), role_of(app_url)
    yield _role(connection, owner_url)
    yield _role(connection, app_url)
    for role in (owner, app):
        yield Requirement(
            sql.SQL(
                "SELECT has_database_privilege({role}, {database}, 'CONNECT')"
                " AND has_database_privilege({role}, {database}, 'TEMPORARY')"
            ).format(role=role, database=database),
            sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(*_names(database, role)),
        )
    for extension in EXTENSIONS:
        yield Requirement(
            sql.SQL(
                "SELECT true FROM pg_extension WHERE extname = {} AND extnamespace = 'public'::regnamespace"
            ).format(extension),
            sql.SQL("CREATE EXTENSION IF NOT EXISTS {} SCHEMA public").format(sql.Identifier(extension)),
        )
    yield from _schema(owner, app)
    # Views and functions of the schema name each other without prefix; PostGIS lives in public.
    yield _setting(database, owner, "search_path", sql.SQL("{}, public").format(sql.Identifier(SCHEMA)))
    yield _setting(database, app, "search_path", sql.SQL("{}, public").format(sql.Identifier(SCHEMA)))
    yield _setting(database, app, "statement_timeout", sql.SQL("{}").format(f"{statement_timeout_s}s"))
    idle = sql.SQL("{}").format(f"{IDLE_MINUTES}min")
    yield _setting(database, app, "idle_in_transaction_session_timeout", idle)


def _names(*names: str) -> list[sql.Identifier]:
    return [sql.Identifier(name) for name in names]


def _role(connection: Connection, url: str) -> Requirement:
    """A role that can log in. Its password is set only when it is made here, and only its verifier is sent."""
    role, password = role_of(url), parts(url).get("password")
    make = sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role))
    shown = make
    if password:
        verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
        shown = make + sql.SQL(" PASSWORD '…'")
        make = make + sql.SQL(" PASSWORD {}").format(verifier)
    holds = sql.SQL("SELECT rolcanlogin FROM pg_roles WHERE rolname = {}").format(role)
    return Requirement(holds, make, shown)


def _schema(owner: str, app: str) -> Iterator[Requirement]:
    name = sql.Identifier(SCHEMA)
    yield Requirement(
        sql.SQL("SELECT true FROM pg_namespace WHERE nspname = {}").format(SCHEMA),
        sql.SQL("CREATE SCHEMA {} AUTHORIZATION {}").format(name, sql.Identifier(owner)),
    )
    yield Requirement(
        sql.SQL("SELECT pg_get_userbyid(nspowner) = {} FROM pg_namespace WHERE nspname = {}").format(owner, SCHEMA),
        sql.SQL("ALTER SCHEMA {} OWNER TO {}").format(name, sql.Identifier(owner)),
    )
    yield Requirement(
        sql.SQL("SELECT has_schema_privilege({}, {}, 'USAGE')").format(app, SCHEMA),
        sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(name, sql.Identifier(app)),
    )
    # What the serving role can create where others look names up, it can make others run.
    yield Requirement(
        sql.SQL("SELECT NOT has_schema_privilege({}, 'public', 'CREATE')").format(app),
        sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC, {}").format(sql.Identifier(app)),
    )
    yield Requirement(
        sql.SQL("SELECT has_schema_privilege({}, 'public', 'USAGE')").format(app),
        sql.SQL("GRANT USAGE ON SCHEMA public TO {}, {}").format(*_names(owner, app)),
    )


def _setting(database: str, role: str, name: str, value: sql.Composed) -> Requirement:
    """A role's default in this database. A time limit that an administrator chose stays; the path must be ours."""
    found = sql.SQL(
        "SELECT true FROM pg_db_role_setting s CROSS JOIN unnest(s.setconfig) AS one"
        " WHERE s.setrole = (SELECT oid FROM pg_roles WHERE rolname = {})"
        " AND s.setdatabase = (SELECT oid FROM pg_database WHERE datname = {})"
    ).format(role, database)
    pattern = f"^{name}=" + (f'"?{SCHEMA}"?, *"?public"?$' if name == "search_path" else "")
    make = sql.SQL("ALTER ROLE {} IN DATABASE {} SET {} = {}").format(
        *_names(role, database), sql.Identifier(name), value
    )
    return Requirement(found + sql.SQL(" AND one ~ {}").format(pattern), make)


def _make(connection: Connection, wanted: Iterator[Requirement]) -> tuple[list[str], list[str]]:
    """Make what does not hold; give back the statements that were done and those that we have not the right to."""
    done: list[str] = []
    missing: list[str] = []
    for one in wanted:
        if _holds(connection, one):
            continue
        statement = (one.shown or one.make).as_string(connection) + ";"
        try:
            with connection.transaction():
                connection.execute(one.make)
        except (DuplicateObject, UniqueViolation):
            # Another database of this server is being prepared at the same moment; roles are the server's.
            pass
        except (UndefinedFile, FeatureNotSupported) as problem:
            raise ServerError("extension_not_installed", reason=_first_line(problem), sql=statement) from None
        except (InsufficientPrivilege, psycopg.errors.UndefinedObject, psycopg.errors.InvalidSchemaName):
            # Undefined: it builds on something that we had not the right to make either.
            missing.append(statement)
            continue
        # GRANT and REVOKE without the right to them only warn.
        (done if _holds(connection, one) else missing).append(statement)
    return done, missing


def _holds(connection: Connection, one: Requirement) -> bool:
    try:
        with connection.transaction():
            return value(connection, one.holds) is True
    except (psycopg.errors.UndefinedObject, psycopg.errors.InvalidSchemaName):
        return False


def _check_serving_role(connection: Connection, owner: str, app: str) -> None:
    """Refuse a serving role that exists and that row-level security would not hold back."""
    row = connection.execute(
        "SELECT r.rolsuper, r.rolbypassrls,"
        " EXISTS (SELECT FROM pg_roles o WHERE o.rolname = %s AND pg_has_role(r.oid, o.oid, 'MEMBER')),"
        " EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = %s AND c.relowner = r.oid)"
        " FROM pg_roles r WHERE r.rolname = %s",
        [owner, SCHEMA, app],
    ).fetchone()
    if row is None:
        return
    codes = ("serving_role_superuser", "serving_role_bypasses", "serving_role_member", "serving_role_owns")
    for code, is_so in zip(codes, row, strict=True):
        if is_so:
            raise ConfigError(code, role=app, owner=owner)


def _check_login(url: str) -> None:
    try:
        with psycopg.connect(conninfo(url), connect_timeout=10):
            pass
    except psycopg.OperationalError as problem:
        raise ConfigError("role_cannot_log_in", role=role_of(url), reason=_first_line(problem)) from None
