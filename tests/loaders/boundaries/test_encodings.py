"""Attribute texts in old encodings: read by what the file says, refused with proposals where that makes no sense."""

from __future__ import annotations

from pathlib import Path

import pytest

from gisdb.engine import Database
from gisdb.errors import InputError
from loaders.boundaries import layer, load_boundaries
from tests.loaders.boundaries.conftest import NAMES, SQUARES, asked, squares, write
from tests.loaders.boundaries.test_bad_files import refusal

CODES = list(SQUARES)


def shapefile(folder: Path, names: list[str], encoding: str, cpg: str | None) -> Path:
    """A shapefile whose names are the bytes of ``encoding``, as the program of a surveyor wrote them."""
    path = write(
        folder / "old.shp", squares(), {"code": CODES, "ten": ["x" * 60, "x", "x", "x"]}, encoding="ISO-8859-1"
    )
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    start, row = int.from_bytes(table[8:10], "little"), int.from_bytes(table[10:12], "little")
    width = row - 1 - table[32 + 16]
    for at, name in enumerate(names):
        cell = name.encode(encoding).ljust(width)
        table[start + (at + 1) * row - width : start + (at + 1) * row] = cell
    path.with_suffix(".dbf").write_bytes(table)
    path.with_suffix(".cpg").unlink()
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg)
    return path


@pytest.mark.parametrize("encoding", ["tcvn3", "vni", "windows-1258-nfc"])
def test_old_names_without_a_cpg_are_asked_about_and_load_once_confirmed(
    land: Database, tmp_path: Path, encoding: str
) -> None:
    path = shapefile(tmp_path, list(NAMES.values()), encoding, None)
    told = refusal(land, path)
    name = "cp1258" if encoding.startswith("windows") else encoding
    assert (told.code, told.params["column"], told.params["row"]) == ("encoding_missing", "ten", 1)
    assert str(told.params["choices"]).startswith(f"{name}: “Tỉnh Bắc”")
    report = load_boundaries(land, asked(path, encoding=name))
    assert (report.encoding, report.columns["name"]) == (name.upper(), "ten")
    assert not [one for one in report.findings if one.code.startswith("boundary_name")]


@pytest.mark.parametrize(
    ("written", "cpg", "first"),
    [
        ("tcvn3", "1252", "tcvn3: “Tỉnh Bắc”"),
        ("vni", "1252", "vni: “Tỉnh Bắc”"),
        ("vni", "1258", "vni: “Tỉnh Bắc”"),
        ("utf-8", "ISO-8859-1", "utf-8: “Tỉnh Bắc”"),
    ],
)
def test_a_cpg_that_is_wrong_is_noticed_by_what_it_makes_of_the_names(
    land: Database, tmp_path: Path, written: str, cpg: str, first: str
) -> None:
    names = ["Tỉnh Bắc", "Tỉnh Đồng Hải", "Thành phố Tây Đô", "Tỉnh Nam Sơn"]
    told = refusal(land, shapefile(tmp_path, names, written, cpg))
    assert (told.code, told.params["column"], told.params["row"]) == ("encoding_doubtful", "ten", 1)
    assert str(told.params["choices"]).startswith(first)
    assert "Bắc" not in str(told.params["reading"])


def test_a_wrong_cpg_under_which_bytes_are_no_text_is_refused_with_the_readings(land: Database, tmp_path: Path) -> None:
    told = refusal(land, shapefile(tmp_path, list(NAMES.values()), "tcvn3", "UTF-8"))
    assert (told.code, told.params["row"]) == ("text_undecodable", 1)
    assert str(told.params["choices"]).startswith("tcvn3: “Tỉnh Bắc”")


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".shp"])
def test_old_letters_inside_unicode_are_noticed_and_read_once_confirmed(
    land: Database, tmp_path: Path, suffix: str
) -> None:
    seen = [name.encode("tcvn3").decode("cp1252") for name in NAMES.values()]
    path = write(tmp_path / f"seen{suffix}", squares(), {"code": CODES, "ten": seen})
    told = refusal(land, path)
    assert (told.code, told.params["reading"]) == ("encoding_doubtful", seen[0])
    assert str(told.params["choices"]).startswith("utf-8/tcvn3: “Tỉnh Bắc”")
    report = load_boundaries(land, asked(path, encoding="utf-8/tcvn3"))
    assert not [one for one in report.findings if one.code.startswith("boundary_name")]


def test_a_geopackage_read_in_an_old_encoding_that_it_is_not_in(land: Database, tmp_path: Path) -> None:
    path = write(tmp_path / "right.gpkg", squares(), {"code": CODES, "ten": list(NAMES.values())})
    assert refusal(land, path, encoding="tcvn3").code == "text_undecodable"


@pytest.mark.parametrize(
    ("names", "encoding", "cpg"),
    [
        (["Quan 1", "Ca Mau", "Da Nang", "An Giang"], "ascii", "1252"),
        (list(NAMES.values()), "utf-8", None),
        (list(NAMES.values()), "utf-8", "UTF-8"),
        (list(NAMES.values()), "windows-1258-nfc", "1258"),
        (["Buôn Đrăh", "Ea Tẻh", "Krông Păl", "Đắk Gằn"], "utf-8", "UTF-8"),
        (["São Paulo", "Évora", "Coimbra", "Beja"], "cp1252", "1252"),
        (["ວຽງຈັນ", "ສະຫວັນນະເຂດ", "ຈຳປາສັກ", "ຄຳມ່ວນ"], "utf-8", "UTF-8"),
    ],
)
def test_a_file_that_is_right_is_not_bothered(tmp_path: Path, names: list[str], encoding: str, cpg: str | None) -> None:
    assert layer.read(shapefile(tmp_path, names, encoding, cpg)).columns["ten"] == names


def test_what_the_user_confirms_is_not_doubted(tmp_path: Path) -> None:
    path = shapefile(tmp_path, list(NAMES.values()), "tcvn3", "1252")
    with pytest.raises(InputError, match="encoding_doubtful"):
        layer.read(path)
    assert layer.read(path, encoding="cp1252").columns["ten"][0] == "TØnh B¾c"
