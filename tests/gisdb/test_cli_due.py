"""``gisdb due list``: the numbers of the page on the command line."""

from __future__ import annotations

import json

import pytest

from gisdb.cli import main
from gisdb.engine import Database


@pytest.fixture(autouse=True)
def _installation(shared: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GISDB_DATABASE_URL", shared.app_url)
    monkeypatch.setenv("COLUMNS", "160")


def told(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    with pytest.raises(SystemExit) as ended:
        main(["due", "list", *arguments])
    assert ended.value.code == status
    return capsys.readouterr().out


def test_one_object_holds_every_report_of_a_register(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(told(capsys, "--register", "reported_totals", "--period", "2025", "--json"))["duties"]
    assert {one["duty"]: len(one["units"]) for one in found} == {
        "province_accidents_year": 34,
        "commune_accidents_year": 3321,
    }
    assert [one["deadline_confirmed"] for one in found] == [True, False]
    assert found[0]["late_from"] == "2026-01-25"


def test_a_unit_and_what_is_overdue_alone(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ("--duty", "workplace_monitoring_year", "--period", "2025", "--unit", "province:79")
    [city] = json.loads(told(capsys, *asked, "--json"))["duties"][0]["units"]
    assert city["state"] == "partly"
    assert city["due"] == city["in_time"] + city["missing"]
    monkeypatch.setenv("GISDB_LANGUAGE", "en")
    table = told(capsys, *asked, "--missing")
    assert "before 2026-01-01" in table
    assert "partly submitted" in table


def test_a_period_of_another_kind_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    refused = told(capsys, "--duty", "province_accidents_year", "--period", "2025H1", "--json", status=1)
    assert json.loads(refused)["code"] == "due_period_unfit"
