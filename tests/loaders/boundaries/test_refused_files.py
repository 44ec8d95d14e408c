"""`gisdb load boundaries` with what must not be loaded: what is wrong, where, what to do; and not a row is another."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import shapely
from pyogrio import raw

from gisdb.cli import main
from gisdb.engine import Database
from loaders.boundaries.geometry import multipolygons
from tests.loaders.boundaries.conftest import COLUMNS, FROM, NAMES, SQUARES, squares, unchanged, write
from tests.loaders.boundaries.test_load_command import server

__all__ = ["server"]

ROOT = Path(__file__).parents[3]


class Terminal:
    """Runs the command and keeps what somebody reads there, tables and line breaks aside."""

    def __init__(self, database: Database, capsys: pytest.CaptureFixture[str]) -> None:
        self._database, self._capsys = database, capsys

    def refused(self, path: Path, *more: str, valid_from: str = FROM.isoformat()) -> str:
        arguments = ["load", "boundaries", str(path), "--level", "province", "--valid-from", valid_from, *more]
        with unchanged(self._database), pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 1
        shown = self._capsys.readouterr()
        return " ".join((shown.out + shown.err).replace("│", " ").split())


@pytest.fixture
def terminal(server: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setenv("COLUMNS", "400")
    return Terminal(server, capsys)


def test_a_file_of_all_provinces_but_one_names_the_one(
    places: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GISDB_DATABASE_URL", places.app_url)
    monkeypatch.setenv("GISDB_OWNER_URL", str(places.owner_url))
    monkeypatch.setenv("COLUMNS", "400")
    told, _, wkb, (codes, names) = raw.read(
        ROOT / "shapefiles" / "vietnam" / "provinces_63.shp", columns=["code", "name_vi"]
    )
    assert list(told["fields"]) == ["code", "name_vi"]
    kept = [place for place, code in enumerate(codes) if code != "48"]
    shapes = multipolygons(shapely.from_wkb(wkb))
    path = write(
        tmp_path / "62.gpkg",
        [shapes[one] for one in kept],
        {"ma": [codes[one] for one in kept], "ten": [names[one] for one in kept]},
    )
    shown = Terminal(places, capsys).refused(path, valid_from="2008-08-01")
    assert "Thiếu Thành phố Đà Nẵng (mã 48)." in shown
    assert f"Không nạp {path}: 1 lỗi. Cơ sở dữ liệu không thay đổi." in shown


def test_a_code_given_twice_is_told_with_both_rows(terminal: Terminal, tmp_path: Path) -> None:
    path = write(tmp_path / "twice.gpkg", squares(), {"ma": ["01", "02", "03", "03"]})
    shown = terminal.refused(path)
    assert "Mã 03 có ở nhiều dòng: 3, 4." in shown
    assert "Dissolve" in shown
    assert "Thiếu Tỉnh Nam Sơn (mã 04)." in shown


def test_units_whose_validity_overlaps_are_named_with_their_days(terminal: Terminal, tmp_path: Path) -> None:
    path = write(tmp_path / "early.gpkg", squares(), COLUMNS)
    shown = terminal.refused(path, valid_from="2010-01-01")
    assert (
        "Cấp province đã có 4 đơn vị trong thời gian đó, có hiệu lực từ 2020-01-01,"
        " ví dụ Tỉnh Bắc (mã 01, từ 2020-01-01 đến …)." in shown
    )
    assert "--valid-to 2020-01-01" in shown
    shown = terminal.refused(path, "--valid-to", "2020-01-02", valid_from="2010-01-01")
    assert "Cấp province đã có 4 đơn vị" in shown


def test_a_shapefile_without_its_index(terminal: Terminal, tmp_path: Path) -> None:
    path = write(tmp_path / "four.shp", squares(), COLUMNS)
    (tmp_path / "four.shx").unlink()
    shown = terminal.refused(path)
    assert f"{path}: thiếu tệp .shx đi cùng." in shown
    assert "xin nơi cung cấp gửi lại đủ tệp" in shown


def test_a_zip_bomb(terminal: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    write(tmp_path / "four.shp", squares(), COLUMNS)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for part in (".shp", ".shx", ".prj"):
            made.write(tmp_path / f"four{part}", f"four{part}")
        with made.open("four.dbf", "w") as bomb:
            for _ in range(80):
                bomb.write(bytes(1 << 20))
    shown = terminal.refused(path)
    assert "four.dbf" in shown
    assert str(path) in shown


def test_latitude_before_longitude(terminal: Terminal, tmp_path: Path) -> None:
    swapped = [shapely.transform(one, lambda xy: xy[:, ::-1]) for one in squares()]
    page = tmp_path / "report.html"
    shown = terminal.refused(write(tmp_path / "swapped.gpkg", swapped, COLUMNS), "--report", str(page))
    # A load that stops before the shapes are measured has its page too.
    assert "10.000, 105.000, 12.000, 107.510" in page.read_text("utf-8")
    assert "Kinh độ và vĩ độ bị đổi chỗ: tọa độ trong tệp trải từ 10.000, 105.000, 12.000, 107.510" in shown
    assert "Swap X and Y coordinates" in shown


def test_codes_that_the_names_contradict(terminal: Terminal, tmp_path: Path) -> None:
    columns = {"ma": ["02", "01", "03", "04"], "ten": list(NAMES.values())}
    shown = terminal.refused(write(tmp_path / "x.gpkg", squares(), columns))
    assert "Mã 02 là Tỉnh Đông Hải, nhưng tên trong tệp là “Tỉnh Bắc”, tức Tỉnh Bắc (01)." in shown
    assert "--by-name" in shown


def test_two_units_that_claim_the_same_land(terminal: Terminal, tmp_path: Path) -> None:
    path = write(tmp_path / "same.gpkg", [*squares("01", "02", "03"), SQUARES["03"]], COLUMNS)
    shown = terminal.refused(path)
    assert "Thành phố Tây Đô (03), Tỉnh Nam Sơn (04) chồng lên nhau 12.100 km², 100 % của đơn vị nhỏ hơn." in shown
    assert "105.5000 10.5000" in shown
