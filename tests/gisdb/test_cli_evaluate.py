"""``gisdb evaluate`` speaks the reader's language and says what is sample data."""

from __future__ import annotations

import csv
import io
import json

import pytest

from gisdb.cli import main
from gisdb.engine import Database


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("vi", ("Phường Thục Phán", "Chỉ biết xã cũ", "Việt Nam", "Dữ liệu mẫu, không phải số liệu thật")),
        ("en", ("Thuc Phan", "former unit", "Viet Nam", "Sample data, not real figures")),
    ],
)
def test_the_table_names_units_states_and_the_sample(
    shared: Database,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    language: str,
    words: tuple[str, ...],
) -> None:
    monkeypatch.setenv("GISDB_DATABASE_URL", shared.app_url)
    monkeypatch.setenv("GISDB_LANGUAGE", language)
    monkeypatch.setenv("COLUMNS", "160")
    with pytest.raises(SystemExit) as ended:
        main(["evaluate", "accident_frequency", "--level", "commune", "--period", "2021..2026", "--on", "2026-01-01"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    for word in words:
        assert word in told


def asked(capsysbinary: pytest.CaptureFixture[bytes], *arguments: str) -> bytes:
    with pytest.raises(SystemExit) as ended:
        main(["evaluate", *arguments])
    out = capsysbinary.readouterr()
    assert ended.value.code == 0, out.err.decode()
    return out.out


def test_a_map_as_a_file_holds_every_unit_and_what_could_not_be_divided(
    shared: Database, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.setenv("GISDB_DATABASE_URL", shared.app_url)
    asked_for = ("reported_fatal_share", "--period", "2025", "--on", "2025-06-30", "--format")
    lines = list(csv.DictReader(io.StringIO(asked(capsysbinary, *asked_for, "csv").decode("utf-8-sig"))))
    assert len([line for line in lines if line["row"] == "unit"]) == 63
    [divided] = [line for line in lines if line["row"] == "not_divisible"]
    [total] = [line for line in lines if line["row"] == "total"]
    assert 0 < float(divided["denominator"]) < float(total["denominator"])
    collection = json.loads(asked(capsysbinary, *asked_for, "geojson"))
    assert len(collection["features"]) == 63


@pytest.mark.parametrize(("period", "units"), [("2024", 63), ("2025", 34)])
def test_as_reported_then_takes_the_units_of_the_period(
    shared: Database,
    monkeypatch: pytest.MonkeyPatch,
    capsysbinary: pytest.CaptureFixture[bytes],
    period: str,
    units: int,
) -> None:
    monkeypatch.setenv("GISDB_DATABASE_URL", shared.app_url)
    told = json.loads(asked(capsysbinary, "exceedance_share", "--period", period, "--on", "then", "--json"))
    assert len(told["values"]) == units
