"""What a backup holds comes back on an empty server: every row, right, policy and function, and nothing half."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from gisdb.backup import TableState, backup, fingerprint, restore
from gisdb.cluster import Cluster, temporary_cluster
from gisdb.cluster_programs import OLDEST_SERVER, find_client
from gisdb.database_url import client_environment, conninfo
from gisdb.engine import Database
from gisdb.errors import Conflict, InputError, ServerError
from gisdb.provision import provision

# Values that are lost or change where a copy goes through the wrong text, clock or number format.
DIFFICULT = """
CREATE TABLE difficult (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text, amount double precision, cost numeric, at timestamptz, valid daterange, image bytea,
    place geometry(MultiPolygon, 4326),
    doubled double precision GENERATED ALWAYS AS (amount * 2) STORED,
    EXCLUDE USING gist (name WITH =, valid WITH &&)
);
INSERT INTO difficult (name, amount, cost, at, valid, image, place) VALUES
    ('Đắk Lắk, tab\t, "dấu", \\ và'||chr(10)||'dòng', 0.1, 1234567890123.45, '2025-07-01 00:00+07',
     '[2025-07-01,)', '\\x00ff0a', ST_Multi(ST_Buffer(ST_SetSRID(ST_Point(105.85, 21.03), 4326), 0.1))),
    ('', 'NaN', 'NaN', 'infinity', '[2008-08-01,2025-07-01)', '', 'SRID=4326;MULTIPOLYGON EMPTY'),
    (NULL, 1e-300, NULL, NULL, 'empty', NULL, NULL);
CREATE MATERIALIZED VIEW summed AS SELECT count(*) AS n, max(cost) AS most FROM difficult WHERE cost < 'NaN';
ALTER TABLE difficult ENABLE ROW LEVEL SECURITY;
CREATE POLICY named_only ON difficult FOR SELECT TO gisdb_app USING (name <> '');
GRANT SELECT ON difficult TO gisdb_app;
CREATE FUNCTION all_rows() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = gisdb, public
    AS 'SELECT count(*) FROM difficult';
"""


@pytest.fixture(scope="module")
def empty_server() -> Iterator[Cluster]:
    with temporary_cluster() as cluster:
        yield cluster


def owner_url(of: Database) -> str:
    assert of.owner_url is not None
    return of.owner_url


def prepare(server: Cluster, database: str) -> tuple[str, str]:
    urls = [server.url(role, database) for role in ("postgres", "gisdb_owner", "gisdb_app")]
    provision(*urls)
    return urls[1], urls[2]


def states(url: str) -> dict[str, TableState]:
    with psycopg.connect(conninfo(url)) as connection:
        return fingerprint(connection)


def execute(url: str, statements: str) -> None:
    with psycopg.connect(conninfo(url), autocommit=True, options="-csearch_path=gisdb,public") as connection:
        connection.execute(statements.encode())


def value(url: str, query: str) -> object:
    with psycopg.connect(conninfo(url), options="-csearch_path=gisdb,public") as connection:
        row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None


def structure(url: str) -> str:
    """Everything but the rows, as statements, without the lines that differ from dump to dump."""
    pg_dump = subprocess.run(
        [find_client(OLDEST_SERVER)["pg_dump"], "--schema=gisdb", "--schema-only"],
        env=client_environment(url),
        capture_output=True,
        text=True,
        check=True,
    )
    volatile = ("--", "\\restrict", "\\unrestrict")
    return "\n".join(line for line in pg_dump.stdout.splitlines() if line and not line.startswith(volatile))


def test_every_table_right_policy_and_function_comes_back_on_an_empty_server(
    database: Database, empty_server: Cluster, tmp_path: Path
) -> None:
    source = owner_url(database)
    execute(source, DIFFICULT)
    execute(source, "SELECT nextval(pg_get_serial_sequence('difficult', 'id'))")
    before = states(source)
    assert before["difficult"].rows == 3
    assert before["summed"].rows == 1
    assert len(before) > 10

    written = backup(source, tmp_path / "gisdb.backup")
    assert written.tables == before
    target_owner, target_app = prepare(empty_server, "gisdb")
    read = restore(target_owner, tmp_path / "gisdb.backup")

    assert read.tables == before
    assert states(target_owner) == before
    assert structure(target_owner) == structure(source)
    # Row-level security holds again for the serving role, and the owner's function sees past it.
    assert value(target_app, "SELECT count(*) FROM difficult") == 1
    assert value(target_app, "SELECT all_rows()") == 3
    # Numbers go on where they stopped.
    execute(target_owner, "INSERT INTO difficult (name) VALUES ('tiếp')")
    assert value(target_owner, "SELECT max(id) FROM difficult") == 5


def test_the_whole_product_comes_back_row_for_row(loaded: Database, empty_server: Cluster, tmp_path: Path) -> None:
    written = backup(owner_url(loaded), tmp_path / "gisdb.backup")
    assert written.tables["measurement"].rows > 1000
    target_owner, _ = prepare(empty_server, "whole")
    assert restore(target_owner, tmp_path / "gisdb.backup").tables == written.tables
    assert structure(target_owner) == structure(owner_url(loaded))


def test_the_checksum_sees_one_changed_letter_and_no_order(database: Database) -> None:
    url = owner_url(database)
    execute(url, "CREATE TABLE spoken AS SELECT n, 'xã '||n AS name FROM generate_series(1, 100) AS n")
    whole = states(url)["spoken"]
    execute(url, "CREATE TABLE again AS SELECT * FROM spoken ORDER BY n DESC")
    assert states(url)["again"] == whole
    execute(url, "UPDATE spoken SET name = 'Xã 7' WHERE n = 7")
    changed = states(url)["spoken"]
    assert changed.rows == whole.rows
    assert changed.checksum != whole.checksum


def test_the_checksum_does_not_depend_on_how_a_session_prints(database: Database) -> None:
    url = owner_url(database)
    execute(url, DIFFICULT)
    with psycopg.connect(conninfo(url), options="-cTimeZone=Asia/Tokyo -cDateStyle=SQL,DMY") as connection:
        connection.execute("SET extra_float_digits = 0")
        connection.execute("SET bytea_output = 'escape'")
        assert fingerprint(connection) == states(url)


def test_who_may_not_see_every_row_gets_no_checksum_instead_of_a_wrong_one(database: Database) -> None:
    execute(owner_url(database), DIFFICULT)
    with (
        psycopg.connect(conninfo(database.app_url), options="-csearch_path=gisdb,public") as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        fingerprint(connection)


def test_a_backup_is_of_one_instant_while_others_write(database: Database, tmp_path: Path) -> None:
    url = owner_url(database)
    execute(url, "CREATE TABLE counted AS SELECT n FROM generate_series(1, 1000) AS n")
    steps: list[str] = []

    def write_meanwhile(step: str, **_: object) -> None:
        steps.append(step)
        execute(url, "INSERT INTO counted SELECT generate_series(1, 10)")

    written = backup(url, tmp_path / "b", progress=write_meanwhile)
    assert steps == ["step_backup"]
    assert written.tables["counted"].rows == 1000
    assert states(url)["counted"].rows == 1010
    with temporary_cluster() as another:
        target, _ = prepare(another, "gisdb")
        assert restore(target, tmp_path / "b").tables == written.tables


def test_a_backup_never_replaces_a_file_unasked_and_only_its_writer_reads_it(
    database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "b"
    file.write_text("last year's", "ascii")
    with pytest.raises(InputError) as refused:
        backup(owner_url(database), file)
    assert refused.value.code == "backup_exists"
    assert file.read_text("ascii") == "last year's"
    backup(owner_url(database), file, replace=True)
    assert file.read_bytes().startswith(b"PGDMP")
    assert file.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == [file]


def test_a_failed_backup_leaves_no_file(database: Database, tmp_path: Path) -> None:
    url = owner_url(database)
    # pg_dump refuses to copy what a policy would hide, also from the owner.
    execute(url, DIFFICULT)
    execute(url, "ALTER TABLE difficult FORCE ROW LEVEL SECURITY")
    with pytest.raises((ServerError, psycopg.errors.InsufficientPrivilege)):
        backup(url, tmp_path / "b")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_named(database: Database, tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        backup(owner_url(database), tmp_path / "nowhere" / "b")
    assert refused.value.params["folder"] == tmp_path / "nowhere"


def test_a_database_with_anything_in_it_is_not_restored_over(
    database: Database, empty_server: Cluster, tmp_path: Path
) -> None:
    backup(owner_url(database), tmp_path / "b")
    target, _ = prepare(empty_server, "occupied")
    execute(target, "CREATE TABLE mine AS SELECT 1 AS n")
    with pytest.raises(Conflict) as refused:
        restore(target, tmp_path / "b")
    assert refused.value.code == "restore_not_empty"
    assert "mine" in str(refused.value.params["first"])
    assert set(states(target)) == {"mine"}


def test_a_restore_that_fails_midway_leaves_nothing(database: Database, empty_server: Cluster, tmp_path: Path) -> None:
    execute(owner_url(database), DIFFICULT)
    # Large enough that the cut falls into the rows, behind a table of contents that still reads well.
    execute(owner_url(database), "CREATE TABLE bulk AS SELECT md5(n::text) AS name FROM generate_series(1, 50000) AS n")
    backup(owner_url(database), tmp_path / "b")
    whole = (tmp_path / "b").read_bytes()
    (tmp_path / "cut").write_bytes(whole[: len(whole) * 3 // 4])
    target, _ = prepare(empty_server, "midway")
    with pytest.raises(ServerError) as refused:
        restore(target, tmp_path / "cut")
    assert refused.value.code == "restore_failed"
    assert states(target) == {}
    restore(target, tmp_path / "b")
    assert states(target)["difficult"].rows == 3


def test_a_database_without_init_says_what_to_run(database: Database, empty_server: Cluster, tmp_path: Path) -> None:
    backup(owner_url(database), tmp_path / "b")
    prepare(empty_server, "roles_only")
    with psycopg.connect(conninfo(empty_server.url("postgres", "postgres")), autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier("raw")))
    with pytest.raises(Conflict) as refused:
        restore(empty_server.url("gisdb_owner", "raw"), tmp_path / "b")
    assert refused.value.code == "schema_not_initialised"


@pytest.mark.parametrize("contents", [b"", b"workplace;factor;value\n", b"PGDMP\x01\x0e\x00garbage"])
def test_a_file_that_is_no_backup_is_refused(empty_server: Cluster, tmp_path: Path, contents: bytes) -> None:
    target, _ = prepare(empty_server, "unread")
    (tmp_path / "b").write_bytes(contents)
    with pytest.raises(InputError) as refused:
        restore(target, tmp_path / "b")
    assert refused.value.code == "backup_unreadable"
    with pytest.raises(InputError):
        restore(target, tmp_path / "not there")
