"""Roles, extensions and schema on a private cluster, and on a server that asks for passwords as a real one does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql

from gisdb.cluster import Cluster, temporary_cluster
from gisdb.database_url import client_environment, conninfo, parts, plain, shown
from gisdb.errors import ConfigError, GisdbError, ServerError
from gisdb.messages import sentence
from gisdb.provision import EXTENSIONS, provision

SECRET = "s3cr3t'p@ss/w:rd %é"


class PasswordServer:
    """A server whose administrator lets everybody in by password only."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster

    def url(self, role: str, database: str, password: str = SECRET) -> str:
        host = parts(self.cluster.superuser_url)["host"]
        return f"postgresql://{role}:{quote(password, safe='')}@/{database}?host={host}&port=5432"

    def administer(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        address = conninfo(self.cluster.url("postgres", database))
        with psycopg.connect(address, autocommit=True) as connection:
            done = connection.execute(statement.encode())
            return done.fetchall() if done.description else []

    def make_role(self, name: str, options: str = "LOGIN") -> None:
        with psycopg.connect(conninfo(self.cluster.url("postgres", "postgres")), autocommit=True) as connection:
            role, password = sql.Identifier(name), sql.Literal(SECRET)
            connection.execute(sql.SQL("CREATE ROLE {} {} PASSWORD {}").format(role, sql.SQL(options), password))

    def log(self) -> str:
        return "".join(log.read_text("utf-8") for log in (self.cluster.home / "log").iterdir())


@pytest.fixture(scope="module")
def server() -> Iterator[PasswordServer]:
    with temporary_cluster() as cluster:
        rules = cluster.home / "by_password.conf"
        rules.write_text("local all postgres peer map=gisdb\nlocal all all scram-sha-256\n", "ascii")
        rules.chmod(0o644)
        made = PasswordServer(cluster)
        made.administer(f"ALTER SYSTEM SET hba_file = '{rules}'")
        # The worst case for secrets: a server that logs every statement.
        made.administer("ALTER SYSTEM SET log_statement = 'all'")
        made.administer("ALTER SYSTEM SET log_min_error_statement = 'error'")
        cluster.stop()
        cluster.ensure()
        yield made


@pytest.fixture(scope="module")
def private() -> Iterator[Cluster]:
    with temporary_cluster() as cluster:
        provision(cluster.superuser_url, cluster.owner_url, cluster.app_url)
        yield cluster


def refusal(server: PasswordServer, database: str, owner: str, app: str, *, admin: bool = False) -> GisdbError:
    admin_url = server.cluster.superuser_url if admin else None
    with pytest.raises(GisdbError) as refused:
        provision(admin_url, server.url(owner, database), server.url(app, database))
    return refused.value


def state_of(server: PasswordServer, database: str) -> list[list[tuple[object, ...]]]:
    queries = (
        "SELECT rolname FROM pg_roles ORDER BY 1",
        "SELECT extname FROM pg_extension ORDER BY 1",
        "SELECT nspname, nspacl::text FROM pg_namespace ORDER BY 1",
        "SELECT setdatabase, setrole, setconfig FROM pg_db_role_setting ORDER BY 1, 2",
    )
    return [server.administer(query, database) for query in queries]


def test_the_private_cluster_needs_one_command_and_a_second_changes_nothing(private: Cluster) -> None:
    again = provision(private.superuser_url, private.owner_url, private.app_url)
    assert again.changes == []
    assert again.postgis >= "3"


def test_the_serving_role_finds_postgis_but_can_make_nothing(private: Cluster) -> None:
    with psycopg.connect(conninfo(private.app_url), autocommit=True) as serving:
        found = serving.execute("SELECT ST_AsText(ST_Point(105.85, 21.03)), unaccent('Đắk Lắk')").fetchone()
        assert found == ("POINT(105.85 21.03)", "Dak Lak")
        assert serving.execute("SHOW statement_timeout").fetchone() == ("1min",)
        for place in ("public.t", "gisdb.t", "t"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                serving.execute(f"CREATE TABLE {place} (n int)".encode())


def test_the_owner_makes_tables_in_its_schema_without_naming_it(private: Cluster) -> None:
    with psycopg.connect(conninfo(private.owner_url)) as owner:
        owner.execute("CREATE TABLE place (at geometry(Point, 4326))")
        found = owner.execute("SELECT schemaname, tableowner FROM pg_tables WHERE tablename = 'place'").fetchone()
        owner.rollback()
    assert found == ("gisdb", "gisdb_owner")


def test_a_copy_of_a_database_is_made_ready_too(private: Cluster) -> None:
    with psycopg.connect(conninfo(private.url("postgres", "postgres")), autocommit=True) as admin:
        admin.execute("CREATE DATABASE copied TEMPLATE gisdb")
    provision(*(private.url(role, "copied") for role in ("postgres", "gisdb_owner", "gisdb_app")))
    with psycopg.connect(conninfo(private.url("gisdb_app", "copied"))) as serving:
        assert serving.execute("SHOW search_path").fetchone() == ("gisdb, public",)


def test_an_administrator_gives_roles_their_passwords_and_no_log_learns_them(server: PasswordServer) -> None:
    done = provision(server.cluster.superuser_url, server.url("own", "fresh"), server.url("serve", "fresh"))
    assert any("CREATE ROLE" in change for change in done.changes)
    with psycopg.connect(conninfo(server.url("serve", "fresh"))) as serving:
        assert serving.execute("SELECT current_user").fetchone() == ("serve",)
    said = server.log() + repr(done)
    assert "CREATE ROLE" in server.log()
    assert SECRET not in said
    assert SECRET.replace("'", "''") not in said


def test_a_plain_owner_is_told_the_very_sql_that_the_administrator_has_to_run(server: PasswordServer) -> None:
    server.make_role("plain_owner")
    server.administer("CREATE DATABASE bare")
    before = state_of(server, "bare")
    refused = refusal(server, "bare", "plain_owner", "plain_app")
    assert refused.code == "database_not_prepared"
    assert state_of(server, "bare") == before

    statements = str(refused.params["sql"])
    for language in ("vi", "en"):
        assert statements in sentence(refused.code, refused.params, language).fix
    assert SECRET not in statements
    for statement in statements.splitlines():
        server.administer(statement.replace("'…'", "'" + SECRET.replace("'", "''") + "'"), "bare")

    prepared = provision(None, server.url("plain_owner", "bare"), server.url("plain_app", "bare"))
    # Its own search path is the one thing that a plain role may set.
    assert prepared.changes == ['ALTER ROLE "plain_owner" IN DATABASE "bare" SET "search_path" = "gisdb", public;']


def test_a_plain_owner_on_a_prepared_server_needs_no_rights_at_all(server: PasswordServer) -> None:
    server.make_role("dba_owner", "LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB")
    server.make_role("dba_app")
    server.administer("CREATE DATABASE prepared")
    for extension in EXTENSIONS:
        server.administer(f"CREATE EXTENSION {extension}", "prepared")
    server.administer("CREATE SCHEMA gisdb AUTHORIZATION dba_owner", "prepared")
    for role in ("dba_owner", "dba_app"):
        server.administer(f"ALTER ROLE {role} IN DATABASE prepared SET search_path = gisdb, public")
    server.administer("ALTER ROLE dba_app IN DATABASE prepared SET statement_timeout = '20s'")
    server.administer("ALTER ROLE dba_app IN DATABASE prepared SET idle_in_transaction_session_timeout = '1min'")

    done = provision(None, server.url("dba_owner", "prepared"), server.url("dba_app", "prepared"))
    assert done.changes == ['GRANT USAGE ON SCHEMA "gisdb" TO "dba_app";']
    with psycopg.connect(conninfo(server.url("dba_app", "prepared"))) as serving:
        # The administrator's own time limit is left as it is.
        assert serving.execute("SHOW statement_timeout").fetchone() == ("20s",)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        ("ALTER ROLE {app} SUPERUSER", "serving_role_superuser"),
        ("ALTER ROLE {app} BYPASSRLS", "serving_role_bypasses"),
        ("GRANT {owner} TO {app}", "serving_role_member"),
        ("CREATE TABLE gisdb.mine (); ALTER TABLE gisdb.mine OWNER TO {app}", "serving_role_owns"),
    ],
)
def test_a_serving_role_that_would_see_everything_is_refused(server: PasswordServer, spoil: str, code: str) -> None:
    owner, app, database = f"o_{code}", f"a_{code}", f"d_{code}"
    provision(server.cluster.superuser_url, server.url(owner, database), server.url(app, database))
    server.administer(spoil.format(owner=owner, app=app), database)
    assert refusal(server, database, owner, app, admin=True).code == code
    assert refusal(server, database, owner, app).code == code


def test_one_role_for_both_jobs_is_refused(server: PasswordServer) -> None:
    assert refusal(server, "any", "same", "same", admin=True).code == "roles_equal"


def test_addresses_of_two_databases_are_refused(server: PasswordServer) -> None:
    with pytest.raises(ConfigError) as refused:
        provision(None, server.url("own", "one"), server.url("serve", "two"))
    assert refused.value.code == "databases_differ"


def test_a_wrong_password_in_the_settings_is_found_at_once(server: PasswordServer) -> None:
    provision(server.cluster.superuser_url, server.url("own2", "checked"), server.url("serve2", "checked"))
    with pytest.raises(ConfigError) as refused:
        provision(
            server.cluster.superuser_url,
            server.url("own2", "checked"),
            server.url("serve2", "checked", "not the password"),
        )
    assert refused.value.code == "role_cannot_log_in"
    assert refused.value.params["role"] == "serve2"
    assert "not the password" not in str(refused.value)


def test_a_server_that_does_not_answer_is_named_as_the_problem() -> None:
    with pytest.raises(ServerError) as refused:
        provision(None, "postgresql://o:pw-o@/d?host=/nowhere", "postgresql://a:pw-a@/d?host=/nowhere")
    assert refused.value.code == "server_unreachable"
    assert "pw-" not in str(refused.value)


def test_two_databases_of_one_server_can_be_made_ready_at_once(server: PasswordServer) -> None:
    def one(number: int) -> int:
        database = f"twin{number}"
        admin = server.cluster.superuser_url
        return len(provision(admin, server.url("twin_o", database), server.url("twin_a", database)).changes)

    with ThreadPoolExecutor(4) as pool:
        assert all(count > 4 for count in pool.map(one, range(4)))


def test_a_database_that_cannot_hold_vietnamese_is_refused(server: PasswordServer) -> None:
    server.administer("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    assert refusal(server, "latin", "own3", "serve3", admin=True).code == "server_encoding"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("mysql://a@b/c", "database_url_invalid"),
        ("postgresql://a:secret%@b/c", "database_url_invalid"),
        ("postgresql://host/db", "database_url_without_role"),
        ("postgresql://role@host", "database_url_without_database"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_without_repeating_it(url: str, code: str) -> None:
    with pytest.raises(ConfigError) as refused:
        provision(None, url, "postgresql://app@host/db")
    assert refused.value.code == code
    assert "secret" not in str(refused.value)


def test_passwords_travel_by_environment_and_are_never_shown() -> None:
    url = "postgresql+psycopg://clerk:p%40ss%2Fword@db.example:6432/gisdb?sslmode=require"
    environment = client_environment(url)
    assert environment["PGPASSWORD"] == "p@ss/word"
    assert (environment["PGHOST"], environment["PGPORT"], environment["PGSSLMODE"]) == (
        "db.example",
        "6432",
        "require",
    )
    assert shown(url) == "postgresql+psycopg://clerk:***@db.example:6432/gisdb?sslmode=require"
    assert shown("postgresql://a@h/d?password=p%40ss") == "postgresql://a@h/d?password=***"
    assert plain(url).startswith("postgresql://clerk:")
    assert json.dumps(parts(url)).count("p@ss/word") == 1
