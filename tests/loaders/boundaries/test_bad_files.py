"""What cannot be used is refused with what is wrong, where and what to do, and the database is as it was."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path
from stat import S_IFLNK

import pytest
import shapely

from gisdb.engine import Database
from gisdb.errors import InputError
from gisdb.messages import sentence
from loaders.boundaries import archive, layer, load_boundaries
from tests.loaders.boundaries.conftest import COLUMNS, FROM, asked, squares, unchanged, write

PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


def refusal(database: Database, path: Path, **more: object) -> InputError:
    """The refusal of a load, which changed nothing and has words for whoever asked."""
    with unchanged(database), pytest.raises(InputError) as refused:
        load_boundaries(database, asked(path, **more))
    told = sentence(refused.value.code, refused.value.params, "vi")
    assert told.fix
    assert "?" not in told.text, told
    return refused.value


def zipped(folder: Path, *, without: str = "") -> Path:
    write(folder / "four.shp", squares(), COLUMNS)
    target = folder / "four.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive_:
        for part in PARTS:
            if part != without:
                archive_.write(folder / f"four{part}", f"bản đồ/four{part}")
    return target


def test_a_zip_loads_whatever_its_folders_are_called(land: Database, tmp_path: Path) -> None:
    assert load_boundaries(land, asked(zipped(tmp_path))).outcome == "replaced"


@pytest.mark.parametrize("part", [".shx", ".dbf"])
def test_a_shapefile_without_one_of_its_parts(land: Database, tmp_path: Path, part: str) -> None:
    told = refusal(land, zipped(tmp_path, without=part))
    assert (told.code, told.params["part"]) == ("shapefile_part_missing", part)
    (tmp_path / f"four{part}").unlink()
    assert refusal(land, tmp_path / "four.shp").code == "shapefile_part_missing"


def test_a_shapefile_that_does_not_say_its_reference_system(land: Database, tmp_path: Path) -> None:
    path = zipped(tmp_path, without=".prj")
    assert refusal(land, path).code == "crs_missing"
    assert refusal(land, path, crs="EPSG:nonsense").code == "crs_unknown"
    assert load_boundaries(land, asked(path, crs="EPSG:4326")).outcome == "replaced"


def test_degrees_that_are_said_to_be_metres_and_metres_that_are_said_to_be_degrees(
    land: Database, tmp_path: Path
) -> None:
    degrees = write(tmp_path / "degrees.gpkg", squares(), COLUMNS)
    assert refusal(land, degrees, crs="EPSG:3405").code == "boundary_coordinates_elsewhere"
    metres = [shapely.transform(one, lambda xy: xy * 100_000) for one in squares()]
    path = write(tmp_path / "metres.gpkg", metres, COLUMNS)
    assert refusal(land, path).code == "boundary_coordinates_out_of_range"


def test_latitude_before_longitude(land: Database, tmp_path: Path) -> None:
    swapped = [shapely.transform(one, lambda xy: xy[:, ::-1]) for one in squares()]
    told = refusal(land, write(tmp_path / "swapped.gpkg", swapped, COLUMNS))
    assert (told.code, told.params["extent"]) == ("boundary_coordinates_swapped", "10.000, 105.000, 12.000, 107.510")


def test_another_country(land: Database, tmp_path: Path) -> None:
    far = [shapely.transform(one, lambda xy: xy - (60, 0)) for one in squares()]
    assert refusal(land, write(tmp_path / "far.gpkg", far, COLUMNS)).code == "boundary_coordinates_elsewhere"


def test_what_is_no_area(land: Database, tmp_path: Path) -> None:
    points = [shapely.point_on_surface(one) for one in squares()]
    told = refusal(land, write(tmp_path / "points.geojson", points, COLUMNS))
    assert (told.code, told.params["row"], told.params["kind"]) == ("geometry_not_polygon", 1, "POINT")
    hollow = write(tmp_path / "hollow.geojson", [*squares("01", "02", "03"), None], COLUMNS)
    told = refusal(land, hollow)
    assert (told.code, told.params["row"]) == ("geometry_missing", 4)
    flat = shapely.Polygon([(106, 10), (107, 10), (106, 10)])
    assert (
        refusal(land, write(tmp_path / "flat.gpkg", [*squares("01", "02", "03"), flat], COLUMNS)).code
        == "geometry_lost"
    )


def test_an_empty_layer(land: Database, tmp_path: Path) -> None:
    path = tmp_path / "empty.geojson"
    path.write_text('{"type": "FeatureCollection", "features": []}')
    assert refusal(land, path).code == "boundary_empty"


def test_a_file_that_is_none(land: Database, tmp_path: Path) -> None:
    assert refusal(land, tmp_path / "nothing.shp").code == "boundary_file_missing"
    table = tmp_path / "table.csv"
    table.write_text("code\n01\n")
    assert refusal(land, table).code == "boundary_format_unknown"
    for name, code in (
        ("torn.zip", "archive_unreadable"),
        ("torn.gpkg", "boundary_unreadable"),
        ("torn.geojson", "boundary_unreadable"),
    ):
        torn = tmp_path / name
        torn.write_bytes(b"PK\x03\x04 torn")
        assert refusal(land, torn).code == code, name


def test_a_shapefile_that_is_cut_short(land: Database, tmp_path: Path) -> None:
    path = write(tmp_path / "cut.shp", squares(), COLUMNS)
    path.write_bytes(path.read_bytes()[:300])
    assert refusal(land, path).code in {"boundary_unreadable", "geometry_missing"}


def test_an_archive_with_a_path_that_leads_out_of_it(land: Database, tmp_path: Path) -> None:
    for name in ("../out.shp", "/etc/out.shp", "C:\\out.shp", "a/..\\..\\out.shp"):
        path = tmp_path / "out.zip"
        with zipfile.ZipFile(path, "w") as made:
            made.writestr(name, b"")
        assert refusal(land, path).code == "archive_path_escapes", name


def test_an_archive_with_a_link(land: Database, tmp_path: Path) -> None:
    path = tmp_path / "link.zip"
    link = zipfile.ZipInfo("four.shp")
    link.external_attr = (S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as made:
        made.writestr(link, "/etc/passwd")
    assert refusal(land, path).code == "archive_holds_link"


def test_an_archive_without_a_layer_or_with_several(land: Database, tmp_path: Path) -> None:
    path = tmp_path / "notes.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("notes.txt", "nothing")
    told = refusal(land, path)
    assert (told.code, told.params["found"]) == ("archive_without_layer", "notes.txt")
    both = zipped(tmp_path)
    with zipfile.ZipFile(both, "a") as made:
        for part in PARTS:
            made.write(tmp_path / f"four{part}", f"five{part}")
    told = refusal(land, both)
    assert (told.code, told.params["layers"]) == ("boundary_layers_several", "four, five")
    assert load_boundaries(land, asked(both, layer="five")).outcome == "replaced"


def test_a_zip_bomb_stops_long_before_the_disk_is_full(
    land: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = zipped(tmp_path, without=".dbf")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as made, made.open("bản đồ/four.dbf", "w") as bomb:
        for _ in range(80):
            bomb.write(bytes(1 << 20))
    assert path.stat().st_size < 200_000
    told = refusal(land, path)
    assert (told.code, told.params["name"]) == ("archive_too_large", "bản đồ/four.dbf")
    monkeypatch.setattr(archive, "RATIO_COUNTS_FROM", 1 << 40)
    monkeypatch.setattr(archive, "LARGEST_BYTES", 1 << 20)
    assert refusal(land, path).code == "archive_too_large"


def test_an_unknown_level_column_layer_or_a_reversed_validity(land: Database, tmp_path: Path) -> None:
    path = write(tmp_path / "four.gpkg", squares(), COLUMNS)
    told = refusal(land, path, level="thôn")
    assert (told.code, told.params["known"]) == ("level_unknown", "province, commune")
    assert refusal(land, path, level="country").code == "level_unknown"
    assert refusal(land, path, code_column="ma").params["known"] == "code, name_vi, kind"
    assert refusal(land, path, name_column="ten").code == "boundary_column_unknown"
    told = refusal(land, path, layer="other")
    assert (told.code, told.params["layers"]) == ("boundary_layers_several", "four")
    assert refusal(land, path, valid_to=FROM).code == "validity_reversed"


def test_a_vintage_without_a_country_or_without_names(land: Database, tmp_path: Path) -> None:
    path = write(tmp_path / "four.gpkg", squares(), {"code": ["1a", "2a", "3a", "4a"]})
    day = {"valid_from": date(1900, 1, 1), "valid_to": date(1901, 1, 1)}
    assert refusal(land, path, **day).code == "boundary_names_missing"
    assert refusal(land, path, **day, name_column="code").code == "no_country_on_day"


def test_numbers_as_codes_of_new_units_have_lost_their_zeros(land: Database, tmp_path: Path) -> None:
    columns: dict[str, list[object]] = {"code": [1, 2, 3, 10], "name_vi": ["A", "B", "C", "D"]}
    path = write(tmp_path / "four.gpkg", squares(), columns)
    told = refusal(land, path, valid_from=date(1990, 1, 1), valid_to=FROM)
    assert told.code == "boundary_codes_numeric"


@pytest.mark.parametrize("cpg", ["CP1258", "1258", "ANSI 1258"])
def test_texts_in_the_encoding_that_the_cpg_names(tmp_path: Path, cpg: str) -> None:
    path = write(
        tmp_path / "old.shp", squares(), {"ten": ["Cần Thơ", "Huế", "Đắk Lắk", "Quảng Trị"]}, encoding="CP1258"
    )
    (tmp_path / "old.cpg").write_text(cpg)
    read = layer.read(path)
    assert (read.encoding, read.columns["ten"]) == ("CP1258", ["Cần Thơ", "Huế", "Đắk Lắk", "Quảng Trị"])


def test_texts_without_a_cpg_are_utf8_or_asked_about(land: Database, tmp_path: Path) -> None:
    modern = write(tmp_path / "modern.shp", squares(), COLUMNS)
    (tmp_path / "modern.cpg").unlink()
    assert layer.read(modern).columns["name_vi"][1] == "Tỉnh Đông Hải"
    old = write(
        tmp_path / "old.shp", squares(), {"code": COLUMNS["code"], "ten": ["A", "Huế", "C", "D"]}, encoding="CP1258"
    )
    (tmp_path / "old.cpg").unlink()
    told = refusal(land, old)
    assert (told.code, told.params["column"], told.params["row"]) == ("encoding_missing", "ten", 2)
    assert "cp1258: “Huế”" in str(told.params["choices"])
    assert layer.read(old, encoding="cp1258").columns["ten"][1] == "Huế"
    assert refusal(land, old, encoding="klingon").code == "encoding_unknown"
    told = refusal(land, old, encoding="utf-8")
    assert (told.code, told.params["row"]) == ("text_undecodable", 2)
