"""``gisdb sample`` as it is typed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from gisdb.engine import Database

GISDB = Path(sys.executable).parent / "gisdb"


def run(database: Database, *words: str) -> subprocess.CompletedProcess[str]:
    assert database.owner_url is not None
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("GISDB_", "PG"))}
    server = {"GISDB_DATABASE_URL": database.app_url, "GISDB_OWNER_URL": database.owner_url, "GISDB_LANGUAGE": "vi"}
    return subprocess.run(
        [GISDB, "sample", *words],
        env=inherited | server,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_an_operator_adds_a_sample_once(places: Database) -> None:
    added = run(places, "--workplaces", "50", "--measurements", "300", "--seed", "9", "--json")
    assert added.returncode == 0, added.stderr
    told = json.loads(added.stdout)
    assert (told["status"], told["added"], told["workplaces"], told["measurements"]) == ("done", True, 50, 300)

    again = run(places, "--workplaces", "50", "--measurements", "300", "--seed", "9")
    assert again.returncode == 0, again.stderr
    assert "đã có từ trước nên không thêm gì: 50 cơ sở" in again.stdout


def test_wrong_numbers_are_wrong_usage(places: Database) -> None:
    refused = run(places, "--workplaces", "0")
    assert refused.returncode == 2
    assert "--workplaces" in refused.stderr


def test_without_places_a_sentence_says_what_to_run(database: Database) -> None:
    refused = run(database, "--json")
    assert refused.returncode == 1
    told = json.loads(refused.stdout)
    assert told["code"] == "sample_needs_boundaries"
    assert "gisdb load shipped" in told["fix"]
