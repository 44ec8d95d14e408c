"""`gisdb units` as somebody at a terminal, and as a program, sees it; and the examples that ship."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from gisdb.cli import main
from gisdb.engine import Database
from gisdb.errors import Conflict
from gisdb.geography.changes import changes, standing
from gisdb.geography.units import unit_by_code
from gisdb.registers.register import Severity
from loaders.boundaries import load_shipped
from loaders.reference_systems.proposals import Ground
from loaders.units import apply_changes, drawn, revert_change, worlds
from loaders.units import changes as files
from loaders.units.apply import KINDS
from loaders.units.plan import plan
from tests.gisdb.indicators.counting import CELLS
from tests.loaders.boundaries.conftest import fingerprint
from tests.loaders.units.conftest import Office

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
DAY = "01/01/2026"
# And that there were other units in between.
JOURNAL = {"unit_change", "unit_change_row", "audit", "unit_edition"}


@pytest.fixture
def server(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    assert office.database.owner_url is not None
    monkeypatch.setenv("GISDB_DATABASE_URL", office.database.app_url)
    monkeypatch.setenv("GISDB_OWNER_URL", office.database.owner_url)
    monkeypatch.delenv("GISDB_LANGUAGE", raising=False)
    return office


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(one) for one in arguments])
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_an_officer_applies_an_act_sees_what_it_touches_and_takes_it_back(
    server: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    path = server.write(f"move;{DAY};commune;202;;;;;province:02;12/QH")
    assert run("units", "apply", path, "--dry-run") == 0
    tried = capsys.readouterr().out
    assert (
        "Dòng 2 · chuyển, từ 01/01/2026 (12/QH): Tỉnh Một (01), Tỉnh Hai (02) → Tỉnh Một (01), Tỉnh Hai (02)" in tried
    )
    assert "2 mảnh (0 mảnh bị cắt)" in tried
    assert "Tài khoản so01 vẫn thuộc Tỉnh Một (01), đơn vị đã kết thúc" in tried
    assert "Chạy thử: không có gì thay đổi." in tried
    assert run("units", "apply", path) == 0
    number = server.one("SELECT id FROM unit_change")
    assert f"gisdb units revert {number}" in capsys.readouterr().out
    assert run("units", "changes") == 0
    assert f"{number} · changes.csv · thực hiện" in capsys.readouterr().out
    assert run("units", "revert", number) == 0
    assert f"Đã hoàn lại thay đổi số {number} (changes.csv)" in capsys.readouterr().out
    assert run("units", "changes") == 0
    assert "đã hoàn lại" in capsys.readouterr().out


def test_an_officer_sees_the_line_the_column_and_the_fix(server: Office, capsys: pytest.CaptureFixture[str]) -> None:
    path = server.write(f"merge;{DAY};commune;202 203;203;;;;;12/NQ", f"rename;{DAY};xã;299;;Xã Lạ;;;;12/NQ")
    assert run("units", "apply", path) == 1
    shown = capsys.readouterr()
    assert (
        "dòng 2 · Từ đơn vị (from): Các đơn vị không cùng thuộc một đơn vị cấp trên (Xã Mới 202 (202): Tỉnh Một"
        in shown.out
    )
    assert "dòng 3 · Từ đơn vị (from): Không có đơn vị cấp commune nào mang mã 299." in shown.out
    assert "→ Kiểm tra mã; giữ số 0 ở đầu." in shown.out
    assert "có 2 lỗi; chưa thay đổi gì." in shown.err


def test_a_program_gets_one_object_done_or_refused(server: Office, capsys: pytest.CaptureFixture[str]) -> None:
    good = server.write(f"merge;{DAY};commune;201 202;201;;;;;12/NQ")
    assert run("units", "apply", good, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["status"], told["steps"][0]["ended"]) == ("done", ["Xã Mới 202 (202)", "Xã Mới 201 (201)"])
    assert run("units", "changes", "--json") == 0
    (listed,) = json.loads(capsys.readouterr().out)["changes"]
    assert (listed["id"], listed["lines"], listed["legal_acts"], listed["reverted_at"]) == (
        told["change"],
        1,
        "12/NQ",
        None,
    )
    assert run("units", "apply", good, "--json") == 1
    assert json.loads(capsys.readouterr().out)["code"] == "change_applied_already"
    bad = server.write(f"merge;{DAY};commune;203 204;299;;;;;12/NQ")
    assert run("units", "apply", bad, "--json") == 1
    problem = json.loads(capsys.readouterr().out)["problems"][0]
    assert (problem["line"], problem["column"], problem["code"]) == (2, "code", "merge_target_unknown")
    assert run("units", "revert", told["change"], "--json") == 0
    assert json.loads(capsys.readouterr().out)["change"] == told["change"]


def test_who_reads_the_list_needs_no_account_and_sees_no_journal_rows_change(office: Office) -> None:
    number = office.apply(f"rename;{DAY};province;01;;Thành phố Một;;;;12/QH").change
    assert number is not None
    with office.database.acting_as(None) as conn:
        (one,) = changes(conn)
        assert (one.id, one.lines, one.reverted_at, standing(conn)) == (number, 1, None, [number])
        assert one.rows == office.one("SELECT count(*) FROM unit_change_row")
    revert_change(office.database, number)
    with office.database.acting_as(None) as conn:
        assert standing(conn) == []


def test_dong_nai_becomes_a_city_and_the_whole_database_comes_back(loaded: Database) -> None:
    before = fingerprint(loaded)
    report = apply_changes(loaded, EXAMPLES / "dong_nai_2026.csv")
    day = report.steps[0].day
    with loaded.acting_as(None) as conn:
        then, now = (
            unit_by_code(
                conn,
                "province",
                "75",
                conn.execute(text(f"SELECT CAST(:day AS date) - {ago}"), {"day": day}).scalar_one(),
            )
            for ago in (1, 0)
        )
        assert (then.name_vi, now.name_vi, now.kind) == ("Tỉnh Đồng Nai", "Thành phố Đồng Nai", "thanh_pho")
        total = text(f"""SELECT sum(r.value) FROM ({CELLS}) r WHERE r.measure = 'workers' AND r.slice = '' AND r.piece_id IN (
                            SELECT up.piece_id FROM unit_piece up WHERE up.unit_id = :unit)""")
        workers = [conn.execute(total, {"unit": one.id}).scalar_one() for one in (then, now)]
        assert workers[0] == workers[1] > 0
        assert load_shipped(loaded).unchanged
    assert report.change is not None
    revert_change(loaded, report.change)
    after = fingerprint(loaded)
    assert {name for name in after if after[name] != before[name]} == JOURNAL


def test_the_examples_can_be_applied_to_what_ships(places: Database) -> None:
    with places.owner() as conn:
        world = worlds.read(conn)
        for name in ("merge", "move", "split"):
            shapes = EXAMPLES / f"{name}.geojson"
            read = files.read(EXAMPLES / f"{name}.csv", worlds.levels(conn), world.today)
            known = Ground(worlds.extent(conn))
            drawings = drawn.read(shapes if shapes.exists() else None, known, {"25364"}, crs=None, encoding=None)
            made = plan(world, read.lines, drawings, KINDS)
            errors = [one for one in (*read.problems, *made.problems) if one.severity is Severity.ERROR]
            assert (errors, len(made.steps)) == ([], 1), name


def test_another_edition_of_what_ships_is_refused_after_changes(office: Office) -> None:
    office.apply(f"rename;{DAY};province;01;;Thành phố Một;;;;12/QH")
    before = office.contents()
    with pytest.raises(Conflict) as refused:
        load_shipped(office.database)
    assert refused.value.code == "shipped_after_changes"
    assert office.contents() == before
