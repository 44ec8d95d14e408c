"""A real PostGIS for every test: one throwaway cluster a run, templates made once, a fresh clone for who writes."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, sync_playwright
from psycopg import sql

from gisdb.access.accounts import Account, account_by_login, add_account, operator
from gisdb.cluster import Cluster
from gisdb.database_url import conninfo
from gisdb.engine import Database
from gisdb.errors import ServerError
from gisdb.geography.units import unit_by_code

PASSWORD = "mật khẩu thử nghiệm"
TODAY = "Asia/Ho_Chi_Minh"

CHROMIUM = Path(os.environ.get("GISDB_TEST_BROWSER", "/usr/bin/chromium"))
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run"]

_HOME = "gisdb_cluster_home"


def pytest_configure(config: pytest.Config) -> None:
    given = getattr(config, "workerinput", None)
    if given is not None:
        config.stash[_home] = Path(given[_HOME])
        return
    home = Path(tempfile.mkdtemp(prefix="gisdb-test-", dir="/tmp"))
    home.chmod(0o711)
    config.stash[_home] = home


def pytest_configure_node(node: Any) -> None:
    node.workerinput[_HOME] = str(node.config.stash[_home])


def pytest_unconfigure(config: pytest.Config) -> None:
    home = config.stash.get(_home, None)
    if home is None or hasattr(config, "workerinput"):
        return
    with suppress(ServerError):
        Cluster.at(home, durable=False).stop()
    for left in (home, _locks(home)):
        shutil.rmtree(left, ignore_errors=True)


def _locks(home: Path) -> Path:
    """Where the workers' turns are, beside the cluster."""
    return home.with_name(f"{home.name}.locks")


_home: pytest.StashKey[Path] = pytest.StashKey()


@pytest.fixture(scope="session")
def cluster(pytestconfig: pytest.Config) -> Cluster:
    """The run's PostgreSQL; started by whichever worker asks first."""
    one = Cluster.at(pytestconfig.stash[_home], durable=False)
    with _turn(pytestconfig, "cluster"):
        one.ensure()
    return one


@contextmanager
def _turn(config: pytest.Config, name: str) -> Iterator[Path]:
    """One worker at a time; yields a file that exists once the work is done."""
    locks = _locks(config.stash[_home])
    locks.mkdir(exist_ok=True)
    with (locks / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield locks / f"{name}.done"


def _clone(cluster: Cluster, template: str, name: str) -> None:
    with psycopg.connect(conninfo(cluster.url("postgres", "postgres")), autocommit=True) as admin:
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER gisdb_owner").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )


def _drop(cluster: Cluster, name: str) -> None:
    with psycopg.connect(conninfo(cluster.url("postgres", "postgres")), autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _database(cluster: Cluster, name: str) -> Database:
    return Database(
        cluster.url("gisdb_app", name), owner_url=cluster.url("gisdb_owner", name), pool_size=5, timezone=TODAY
    )


@pytest.fixture(scope="session")
def empty_template(cluster: Cluster, pytestconfig: pytest.Config) -> str:
    """A migrated database without places or records."""
    from gisdb.migrate import migrate
    from gisdb.provision import provision

    name = "gisdb"
    with _turn(pytestconfig, name) as done:
        if not done.exists():
            provision(cluster.superuser_url, cluster.owner_url, cluster.app_url)
            database = _database(cluster, name)
            migrate(database)
            database.dispose()
            done.touch()
    return name


@pytest.fixture(scope="session")
def places_template(cluster: Cluster, empty_template: str, pytestconfig: pytest.Config) -> str:
    """The empty one with the shipped boundaries."""
    from loaders.boundaries import load_shipped

    return filled_template(cluster, empty_template, "gisdb_places", pytestconfig, load_shipped)


@pytest.fixture(scope="session")
def loaded_template(cluster: Cluster, places_template: str, pytestconfig: pytest.Config) -> str:
    """Places, the small sample, the national totals and an account of each kind."""
    return filled_template(cluster, places_template, "gisdb_loaded", pytestconfig, _fill)


def filled_template(
    cluster: Cluster, origin: str, name: str, config: pytest.Config, fill: Callable[[Database], object]
) -> str:
    """The database ``name``, made of ``origin`` and filled once for all tests that copy it."""
    with _turn(config, name) as done:
        if not done.exists():
            _drop(cluster, name)
            _clone(cluster, origin, name)
            database = _database(cluster, name)
            fill(database)
            database.dispose()
            done.touch()
    return name


def _fill(database: Database) -> None:
    from loaders.sample import load_sample
    from loaders.totals import load_national_totals

    load_sample(database, workplaces=1500, measurements=15_000)
    load_national_totals(database)
    make_accounts(database)


def make_accounts(database: Database) -> None:
    """``viện`` for the institute, ``hcm`` for Hồ Chí Minh city of today, ``quản trị`` as administrator."""
    with database.acting_as(None) as conn:
        who = operator(conn)
    with database.acting_as(who, write=True) as conn:
        city = unit_by_code(conn, "province", "79", date(2026, 1, 1))
        add_account(conn, "vien", "Viện Khoa học ATVSLĐ", "institute", None, PASSWORD)
        add_account(conn, "hcm", "Sở Nội vụ TP. Hồ Chí Minh", "province", city.id, PASSWORD)
        add_account(conn, "quantri", "Quản trị", "administrator", None, PASSWORD)


def account(database: Database, login: str) -> Account:
    """The account called ``login``."""
    with database.acting_as(None) as conn:
        return account_by_login(conn, login)


@contextmanager
def cloned(cluster: Cluster, template: str, config: pytest.Config) -> Iterator[Database]:
    """A copy of ``template`` for one test or one module; it is dropped afterwards."""
    name = f"t_{os.getpid()}_{uuid.uuid4().hex[:8]}"
    # A template must have no visitor while it is copied.
    with _turn(config, f"clone-{template}"):
        _clone(cluster, template, name)
    database = _database(cluster, name)
    try:
        yield database
    finally:
        database.dispose()
        _drop(cluster, name)


@pytest.fixture
def database(cluster: Cluster, empty_template: str, pytestconfig: pytest.Config) -> Iterator[Database]:
    """A migrated, empty database of the test's own."""
    with cloned(cluster, empty_template, pytestconfig) as one:
        yield one


@pytest.fixture
def places(cluster: Cluster, places_template: str, pytestconfig: pytest.Config) -> Iterator[Database]:
    """A database of the test's own with the shipped boundaries."""
    with cloned(cluster, places_template, pytestconfig) as one:
        yield one


@pytest.fixture
def loaded(cluster: Cluster, loaded_template: str, pytestconfig: pytest.Config) -> Iterator[Database]:
    """A database of the test's own with places, sample and accounts."""
    with cloned(cluster, loaded_template, pytestconfig) as one:
        yield one


@pytest.fixture(scope="session")
def shared(cluster: Cluster, loaded_template: str, pytestconfig: pytest.Config) -> Iterator[Database]:
    """Places, sample and accounts for tests that only read; one for the whole worker."""
    with cloned(cluster, loaded_template, pytestconfig) as one:
        yield one


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium without a screen."""
    if not CHROMIUM.exists():
        pytest.fail(f"{CHROMIUM} is missing: apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()
