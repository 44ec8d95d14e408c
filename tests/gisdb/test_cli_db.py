"""`gisdb db …` as an operator types it, in a home of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from gisdb.cluster import Cluster

GISDB = Path(sys.executable).parent / "gisdb"


class Shell:
    """A terminal in which the settings are those of one home and nothing else."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def __call__(self, *words: str | Path, **settings: str) -> subprocess.CompletedProcess[str]:
        inherited = {name: text for name, text in os.environ.items() if not name.startswith(("GISDB_", "PG"))}
        return subprocess.run(
            [GISDB, "db", *words],
            env={**inherited, "GISDB_HOME": str(self.home), "GISDB_LANGUAGE": "en", **settings},
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )


@pytest.fixture
def gisdb() -> Iterator[Shell]:
    folder = Path(tempfile.mkdtemp(prefix="gisdb-cli-", dir="/tmp"))
    folder.chmod(0o711)
    yield Shell(folder / "one")
    for home in folder.iterdir():
        if home.is_dir():
            Cluster.at(home).stop()
    shutil.rmtree(folder)


def test_an_operator_starts_looks_backs_up_and_restores_elsewhere(gisdb: Shell) -> None:
    absent = gisdb("status", "--json")
    assert absent.returncode == 1
    assert json.loads(absent.stdout)["state"] == "absent"

    assert gisdb("start").returncode == 0
    first = gisdb("init")
    assert "CREATE SCHEMA" in first.stdout
    # Whoever started it keeps it: init found it running and leaves it so.
    status = json.loads(gisdb("status", "--json", "--checksums").stdout)
    assert status["state"] == "running"
    assert status["tables"] == {}

    made = gisdb("psql", "--owner", "-qAt", "-c", "CREATE TABLE gisdb.t AS SELECT 5 AS n", "-c", "SELECT n FROM t")
    assert (made.returncode, made.stdout) == (0, "5\n")
    assert gisdb("url").stdout.startswith("postgresql://gisdb_app@/gisdb?host=")

    file = gisdb.home.parent / "copy.backup"
    assert gisdb("backup", file).returncode == 0
    again = gisdb("backup", file)
    assert again.returncode == 1
    assert "--force" in again.stderr
    occupied = gisdb("restore", file)
    assert occupied.returncode == 1
    assert "already has" in occupied.stderr

    other = Shell(gisdb.home.parent / "two")
    assert other("init").returncode == 0
    restored = other("restore", file)
    assert restored.returncode == 0
    assert "Restored 1 tables, 1 rows" in restored.stdout
    # It was not running before, so it is not running after.
    assert json.loads(other("status", "--json").stdout)["state"] == "stopped"


def test_a_stopped_server_says_how_to_start_it(gisdb: Shell) -> None:
    refused = gisdb("psql", "-c", "SELECT 1")
    assert refused.returncode == 1
    assert "gisdb db start" in refused.stderr


def test_a_configured_server_is_not_ours_to_start_or_stop(gisdb: Shell) -> None:
    for verb in ("start", "stop"):
        refused = gisdb(verb, GISDB_DATABASE_URL="postgresql://a:hidden@db.invalid/gisdb")
        assert refused.returncode == 1
        assert "GISDB_DATABASE_URL" in refused.stderr
        assert "hidden" not in refused.stderr + refused.stdout
    assert not (gisdb.home / "data").exists()


def test_init_on_a_configured_server_needs_the_owners_address_too(gisdb: Shell) -> None:
    refused = gisdb("init", GISDB_DATABASE_URL="postgresql://a:hidden@db.invalid/gisdb")
    assert refused.returncode == 1
    assert "GISDB_OWNER_URL" in refused.stderr


def test_wrong_usage_is_told_apart_from_a_refusal(gisdb: Shell) -> None:
    assert gisdb("backup").returncode == 2
    assert gisdb("frobnicate").returncode == 2
