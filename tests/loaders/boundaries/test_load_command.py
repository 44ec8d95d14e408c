"""`gisdb load` as somebody at a terminal, and as a program, sees it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gisdb.cli import main
from gisdb.engine import Database
from tests.loaders.boundaries.conftest import COLUMNS, NAMES, fingerprint, squares, write


@pytest.fixture
def server(land: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    assert land.owner_url is not None
    monkeypatch.setenv("GISDB_DATABASE_URL", land.app_url)
    monkeypatch.setenv("GISDB_OWNER_URL", land.owner_url)
    monkeypatch.delenv("GISDB_LANGUAGE", raising=False)
    return land


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(one) for one in arguments])
    assert isinstance(ended.value.code, int)
    return ended.value.code


@pytest.mark.usefixtures("server")
def test_a_reader_sees_the_columns_the_findings_and_the_outcome(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ["Tỉnh Bắc", "Tỉnh Đông Hài", "TP Tây Đô", "Tỉnh Nam Sơm"]
    path = write(tmp_path / "bốn tỉnh.shp", squares(), {"ma": list(NAMES), "ten": names})
    assert run("load", "boundaries", path, "--level", "province", "--valid-from", "2020-01-01") == 0
    shown = " ".join(capsys.readouterr().out.replace("│", " ").split())
    assert "code = ma, name = ten" in shown
    assert "“Tỉnh Đông Hài”, viết khác với “Tỉnh Đông Hải” (mã 02); giống 87,5/100." in shown
    assert "“Tỉnh Nam Sơm”, có lẽ gõ sai “Tỉnh Nam Sơn” (mã 04); giống 85,7/100." in shown
    assert "Ghép: " in shown
    assert "4 đơn vị có ranh giới mới từ" in shown


def test_a_program_gets_one_object_done_or_refused(
    server: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("--level", "province", "--valid-from", "2020-01-01", "--json")
    good = write(tmp_path / "four.gpkg", squares(), COLUMNS)
    before = fingerprint(server)
    assert run("load", "boundaries", good, *asked, "--dry-run") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["status"], told["outcome"], told["dry_run"], told["findings"]) == ("done", "replaced", True, [])
    bad = write(tmp_path / "three.gpkg", squares("01", "02", "03"), {"code": ["01", "02", "03"]})
    assert run("load", "boundaries", bad, *asked) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["status"], told["outcome"]) == ("refused", "refused")
    assert [(one["weight"], one["text"]) for one in told["findings"]] == [("error", "Thiếu Tỉnh Nam Sơn (mã 04).")]
    assert run("load", "boundaries", tmp_path / "none.zip", *asked) == 1
    assert json.loads(capsys.readouterr().out)["code"] == "boundary_file_missing"
    assert fingerprint(server) == before


@pytest.mark.usefixtures("server")
def test_wrong_usage_is_told_from_wrong_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "four.gpkg", squares(), COLUMNS)
    assert run("load", "boundaries", path, "--level", "province", "--valid-from", "hôm qua") == 2
    assert "'hôm qua'" in capsys.readouterr().err
    assert run("load", "boundaries", path, "--level", "province") == 2


def test_what_ships_is_loaded_once(
    places: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GISDB_DATABASE_URL", places.app_url)
    monkeypatch.setenv("GISDB_OWNER_URL", str(places.owner_url))
    assert run("load", "shipped") == 0
    assert capsys.readouterr().out == "Ranh giới đi kèm đã có sẵn, không thay đổi gì.\n"
    assert run("load", "shipped", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {
        "status": "done",
        "unchanged": True,
        "units": 0,
        "pieces": 0,
        "kept": 0,
    }
