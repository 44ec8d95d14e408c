"""``gisdb uploads``: what an operator without a browser does with uploads."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from gisdb.cli import cli
from tests.loaders.tables.conftest import clerk, country, newcomer, small_country, small_industry
from tests.loaders.uploads.conftest import Desk, desk

__all__ = ["clerk", "country", "desk", "newcomer", "small_country", "small_industry"]
ROW = "79-1;Máy dệt 1;12/03/2025;NOISE;88;dBA"


@pytest.fixture(autouse=True)
def _settings(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GISDB_DATABASE_URL", desk.database.app_url)
    monkeypatch.setenv("GISDB_LANGUAGE", "en")


def run(*arguments: str) -> tuple[int, Any]:
    result = CliRunner().invoke(cli, ["uploads", *arguments], catch_exceptions=False, standalone_mode=False)
    code = result.return_value if isinstance(result.return_value, int) else result.exit_code
    return code, json.loads(result.stdout) if "--json" in arguments else result.stdout


def test_an_upload_is_listed_committed_and_taken_back(desk: Desk) -> None:
    upload_id = desk.measurements(ROW)
    _, listed = run("list", "--account", "nam", "--json")
    assert [(one["id"], one["state"]) for one in listed["uploads"]] == [(upload_id, "checked")]
    assert run("submit", str(upload_id), "--account", "nam", "--json")[1]["state"] == "committed"
    _, undone = run("undo", str(upload_id), "--account", "nam", "--json")
    assert undone["receipt"]["registers"][0]["reversed"] == 1
    assert "taken back" in run("show", str(upload_id), "--account", "nam")[1]


def test_a_second_pair_of_eyes_looks_at_it(desk: Desk) -> None:
    run("second-eyes", "province:79")
    upload_id = desk.measurements(ROW)
    assert run("submit", str(upload_id), "--account", "nam", "--json")[1]["state"] == "submitted"
    _, returned = run("return", str(upload_id), "--comment", "Thiếu thời gian đo", "--account", "vien", "--json")
    assert returned["state"] == "returned"
    run("second-eyes", "province:79", "--off")
    again = desk.measurements(ROW)
    assert run("submit", str(again), "--account", "nam", "--json")[1]["state"] == "committed"


@pytest.mark.usefixtures("desk")
def test_periods_are_locked_and_unlocked() -> None:
    _, said = run("lock", "measurements", "--until", "2025-12-31", "--unit", "province:79", "--account", "nam")
    assert said.startswith("Lock 1")
    _, found = run("locks", "--json")
    assert [(one["register"], one["unit_id"], one["until"]) for one in found["locks"]] == [
        ("measurements", 2, "2025-12-31")
    ]
    run("unlock", "1", "--account", "nam")
    assert run("locks", "--json")[1]["locks"] == []
    assert len(run("locks", "--lifted", "--json")[1]["locks"]) == 1
