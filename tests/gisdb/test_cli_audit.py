"""``gisdb audit``: who did what, for who runs the installation."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from gisdb.cli import cli
from tests.loaders.tables.conftest import clerk, country, newcomer, small_country, small_industry
from tests.loaders.uploads.conftest import Desk, desk

__all__ = ["clerk", "country", "desk", "newcomer", "small_country", "small_industry"]
FILE = "Mã cơ sở;Tên cơ sở;Mã ngành;Mã xã/phường\n79-1;A;13;00004\n79-2;B;13;00004\n79-9;C;13;00004\n"


def run(*arguments: str) -> str:
    return CliRunner().invoke(cli, arguments, catch_exceptions=False, standalone_mode=False).stdout


def test_who_asks_for_codes_of_others_is_shown_whatever_the_way(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GISDB_DATABASE_URL", desk.database.app_url)
    monkeypatch.setenv("GISDB_LANGUAGE", "en")
    sent = desk.sign_in("bac").send("workplaces", FILE)
    desk.work()
    path = tmp_path / "mã.csv"
    path.write_text(FILE)
    run("import", "workplaces", str(path), "--account", "bac")
    kept = json.loads(run("import", "workplaces", str(path), "--account", "bac", "--good-rows-only", "--json"))[
        "upload"
    ]
    taken = ("audit", "--action", "workplace_code_taken")
    told = [(one["login"], one["detail"]) for one in json.loads(run(*taken, "--json"))["trail"]]
    uploads = [kept, None, sent]
    names = ["mã.csv", "mã.csv", "tệp.csv"]
    assert told == [("bac", {"upload": at, "file": name, "count": 2}) for at, name in zip(uploads, names, strict=True)]
    [newest, *_] = run(*taken, "--by", "bac", "--limit", "1").splitlines()
    assert newest.split("\t")[1:] == ["bac", "workplace_code_taken", f'file="mã.csv" count=2 upload={kept}']
    assert run(*taken, "--by", "nam") == "The trail has no such line.\n"
