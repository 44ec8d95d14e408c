"""The main job, end to end: a new file changes the map, the workplace's page shows the very value, the export holds it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from sqlalchemy import text

from gisdb.config import Settings
from gisdb.engine import Database
from tests.conftest import PASSWORD
from tests.webmap.conftest import sign_in
from webmap.app import create_app


def gisdb(database: Database, *arguments: str) -> subprocess.CompletedProcess[str]:
    assert database.owner_url is not None
    given = {"GISDB_DATABASE_URL": database.app_url, "GISDB_OWNER_URL": database.owner_url, "GISDB_LANGUAGE": "vi"}
    command = [sys.executable, "-c", "from gisdb.cli import main; main()", *arguments]
    return subprocess.run(command, env=os.environ | given, capture_output=True, text=True, check=False)


def evaluated(database: Database) -> dict[str, float]:
    told = gisdb(database, "evaluate", "exceedance_share", "--level", "province", "--period", "2026", "--json")
    assert told.returncode == 0, told.stderr
    total = json.loads(told.stdout)["total"]
    return {"exceeding": total["numerator"], "judged": total["denominator"]}


def a_workplace(database: Database) -> tuple[int, str]:
    with database.owner() as conn:
        row = conn.execute(
            text(
                "SELECT w.id, w.code FROM workplace w JOIN workplace_state s ON s.workplace_id = w.id ORDER BY w.id LIMIT 1"
            )
        ).one()
    return row.id, row.code


def test_a_new_file_changes_the_map_the_page_and_the_export(loaded: Database, tmp_path: Path) -> None:
    workplace_id, code = a_workplace(loaded)
    before = evaluated(loaded)
    path = tmp_path / "đo tháng 3.csv"
    path.write_text(
        "Mã cơ sở;Vị trí lao động;Ngày đo;Mã yếu tố;Kết quả;Đơn vị đo\n"
        f"{code};Chuyền may 3;12/03/2026;NOISE;91,5;dBA\n"
        f"{code};Chuyền may 4;12/03/2026;NOISE;<40;dBA\n",
        "utf-8",
    )

    dry = gisdb(loaded, "import", "measurements", str(path), "--dry-run", "--json")
    assert dry.returncode == 0, dry.stdout + dry.stderr
    assert evaluated(loaded) == before

    done = gisdb(loaded, "import", "measurements", str(path), "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    receipt = json.loads(done.stdout)
    assert receipt["counts"]["added"] == 2
    assert evaluated(loaded) == {"exceeding": before["exceeding"] + 1, "judged": before["judged"] + 2}

    client = create_app(Settings(home=tmp_path / "home", secret_key="k" * 40), loaded).test_client()
    sign_in(client, "vien", PASSWORD)
    page = client.get(f"/workplaces/{workplace_id}").text
    row = next(part for part in page.split("<tr") if "Chuyền may 3" in part)
    for shown in ("91,5", "đo tháng 3.csv", "2"):
        assert shown in row
    assert "&lt;40" in page

    out = tmp_path / "out.geojson"
    exported = gisdb(loaded, "export", "measurements", "--format", "geojson", "--period", "2026", "-o", str(out))
    assert exported.returncode == 0, exported.stderr
    features = json.loads(out.read_text("utf-8"))["features"]
    mine = [one for one in features if one["properties"]["upload_file"] == "đo tháng 3.csv"]
    assert [(one["properties"]["line"], one["properties"]["verdict"]) for one in mine] == [(2, "exceeds"), (3, "pass")]

    again = gisdb(loaded, "import", "measurements", str(path), "--json")
    assert again.returncode == 0
    assert evaluated(loaded) == {"exceeding": before["exceeding"] + 1, "judged": before["judged"] + 2}


def test_a_bad_file_changes_nothing_and_says_line_column_and_fix(loaded: Database, tmp_path: Path) -> None:
    _, code = a_workplace(loaded)
    before = evaluated(loaded)
    path = tmp_path / "bad.csv"
    path.write_text(
        "workplace,sampling_point,measured_on,factor,value,unit\n"
        f"{code},A,12/03/2026,NOISE,84.5,dBA\n"
        f"{code},A,31/02/2026,NOISE,84.5,dBA\n"
        "no-such-place,A,12/03/2026,NOISE,84.5,mg/m3\n",
        "utf-8",
    )
    told = gisdb(loaded, "import", "measurements", str(path), "--json")
    assert told.returncode == 1
    problems = json.loads(told.stdout)["problems"]
    assert {(one["line"], one["column"]) for one in problems} >= {(3, "measured_on"), (4, "workplace"), (4, "unit")}
    assert all(one["text"] for one in problems)
    assert evaluated(loaded) == before


def test_wrong_usage_is_status_two_and_a_refusal_is_status_one(loaded: Database) -> None:
    assert gisdb(loaded, "import", "measurements").returncode == 2
    assert gisdb(loaded, "nonsense").returncode == 2
    refused = gisdb(loaded, "evaluate", "nonsense", "--period", "2025", "--json")
    assert refused.returncode == 1
    assert json.loads(refused.stdout)["code"] == "indicator_unknown"
    unknown = gisdb(loaded, "export", "nonsense")
    assert unknown.returncode == 2
    assert "measurements" in unknown.stderr
