"""``gisdb limits``: what an administrator sees and does on the command line."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from gisdb.cli import main
from gisdb.engine import Database


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["limits", *arguments])
    out, err = capsys.readouterr()
    code = ended.value.code
    return (code if isinstance(code, int) else 0), out, err


@pytest.fixture
def served(shared: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setenv("GISDB_DATABASE_URL", shared.app_url)
    monkeypatch.setenv("GISDB_OWNER_URL", shared.owner_url or "")
    return shared


@pytest.mark.usefixtures("served")
def test_the_law_of_a_day_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    listed = {}
    for day in ("2025-09-30", "2025-10-01"):
        _, out, _ = run(capsys, "list", "--on", day, "--factor", "NITRIC_ACID", "--json")
        listed[day] = [(one["averaging"], one["shape"], one["confirmed"]) for one in json.loads(out)["limits"]]
    assert listed == {
        "2025-09-30": [("STEL", "upper", False), ("TWA", "upper", False)],
        "2025-10-01": [("STEL", "unknown", False), ("TWA", "unknown", False)],
    }
    code, out, _ = run(capsys, "list", "--on", "1995-01-01")
    assert (code, out.strip()) == (0, "Không có giới hạn nào.")


@pytest.mark.usefixtures("served")
def test_a_limit_is_shown_with_its_law_and_its_mark(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "list", "--factor", "TOLUENE", "--json")
    one = json.loads(out)["limits"][1]
    _, out, _ = run(capsys, "show", str(one["id"]))
    assert "limit_high: 100" in out
    assert "QCVN 03:2019/BYT" in out
    assert "cần đối chiếu với bản công báo" in out


@pytest.mark.usefixtures("served")
def test_an_export_is_what_a_correction_reads(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "limits.csv"
    run(capsys, "export", "--on", "all", "--output", str(path))
    _, out, _ = run(capsys, "export", "--on", "all")
    assert path.read_text("utf-8") == out
    assert len(list(csv.DictReader(io.StringIO(out)))) > 300
    code, said, _ = run(capsys, "correct", str(path), "--reason", "thử", "--by", "quantri")
    assert (code, said.split(" ")[0]) == (0, "0")


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("list", "--factor", "XX"), "Không có yếu tố XX."),
        (("show", "999999"), "Không có giới hạn số 999999."),
        (("confirm", "1", "--reason", "x", "--by", "vien"), "Tài khoản vien không được sửa giới hạn."),
        (("confirm", "1", "--reason", "x", "--by", "aicũng"), "aicũng"),
        (("list", "--on", "31/12/2025"), "31/12/2025"),
    ],
)
def test_a_refusal_is_a_sentence(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str) -> None:
    code, _, err = run(capsys, *arguments)
    assert code == 1
    assert said in err


@pytest.mark.usefixtures("served")
def test_a_file_that_is_not_utf8_is_refused_with_its_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "limits.csv"
    path.write_bytes(b"factor\nB\xf4\n")
    code, _, err = run(capsys, "correct", str(path), "--reason", "x", "--by", "quantri")
    assert code == 1
    assert "0xF4" in err
