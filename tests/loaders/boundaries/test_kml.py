"""KML and KMZ, as map programs and phones write them."""

from __future__ import annotations

import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
import shapely

from gisdb.engine import Database
from loaders.boundaries import layer, load_boundaries
from tests.loaders.boundaries.conftest import NAMES, SQUARES, asked
from tests.loaders.boundaries.test_bad_files import refusal


def ring(points: shapely.LinearRing) -> str:
    told = " ".join(f"{x},{y},12.5" for x, y in points.coords)
    return f"<LinearRing><coordinates>{told}</coordinates></LinearRing>"


def area(shape: shapely.Geometry) -> str:
    parts = "".join(
        f"<Polygon><outerBoundaryIs>{ring(part.exterior)}</outerBoundaryIs></Polygon>"
        for part in shapely.get_parts(shape)
    )
    return f"<MultiGeometry>{parts}</MultiGeometry>"


def document(*, folders: int = 1, schema: bool = True) -> str:
    """Names in the placemarks, codes as SimpleData (with a schema) or as Data, a description and heights throughout."""
    marks = ""
    for at, (code, shape) in enumerate(SQUARES.items()):
        told = (
            f'<SchemaData schemaUrl="#tinh"><SimpleData name="MA_TINH">{code}</SimpleData>'
            f'<SimpleData name="dan_so">{at}</SimpleData></SchemaData>'
        )
        if not schema:
            told = f'<Data name="MA_TINH"><value>{code}</value></Data><Data name="dan_so"><value>{at}</value></Data>'
        marks += (
            f"<Placemark><name>{escape(NAMES[code])}</name><description><![CDATA[<b>{code}</b>]]></description>"
            f"<ExtendedData>{told}</ExtendedData>{area(shape)}</Placemark>"
        )
    folder = "".join(f"<Folder><name>Lớp {at}</name>{marks}</Folder>" for at in range(1, folders + 1))
    return (
        '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        '<Schema name="tinh" id="tinh"><SimpleField type="string" name="MA_TINH"/>'
        f'<SimpleField type="int" name="dan_so"/></Schema>{folder}</Document></kml>'
    )


def written(folder: Path, kind: str) -> Path:
    path = folder / f"ranh_gioi{kind}"
    if kind == ".kml":
        path.write_text(document(), "utf-8")
        return path
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("doc.kml" if kind == ".kmz" else "bản đồ/tỉnh.kml", document())
        made.writestr("files/icon.png", b"\x89PNG")
        if kind == ".kmz":
            made.writestr("files/other.kml", document(folders=2))
    return path


@pytest.mark.parametrize("kind", [".kml", ".kmz", ".zip"])
def test_a_kml_loads_with_its_names_and_the_codes_of_its_extended_data(
    land: Database, tmp_path: Path, kind: str
) -> None:
    report = load_boundaries(land, asked(written(tmp_path, kind)))
    assert (report.outcome, report.columns) == ("replaced", {"code": "MA_TINH", "name": "Name"})
    assert (report.crs, report.encoding, report.numbers["agreement"]) == ("EPSG:4326 WGS 84", "UTF-8", 1.0)
    assert [(one.code, one.params) for one in report.findings] == [("boundary_flattened", {"axes": "Z"})]


@pytest.mark.parametrize("schema", [True, False])
def test_only_what_the_file_says_of_its_features_becomes_a_column(tmp_path: Path, schema: bool) -> None:
    path = tmp_path / "tinh.kml"
    path.write_text(document(schema=schema), "utf-8")
    read = layer.read(path)
    assert set(read.columns) == {"Name", "description", "MA_TINH", "dan_so"}
    assert read.columns["MA_TINH"] == ["01", "02", "03", "04"]
    assert read.numbers == ({"dan_so"} if schema else set())


def test_a_kml_of_several_folders_asks_which(land: Database, tmp_path: Path) -> None:
    path = tmp_path / "hai.kml"
    path.write_text(document(folders=2), "utf-8")
    told = refusal(land, path)
    assert (told.code, told.params["layers"]) == ("boundary_layers_several", "Lớp 1, Lớp 2")
    assert load_boundaries(land, asked(path, layer="Lớp 2")).outcome == "replaced"
    packed = tmp_path / "hai.zip"
    with zipfile.ZipFile(packed, "w") as made:
        made.write(path, "hai.kml")
    assert load_boundaries(land, asked(packed, layer="Lớp 1")).outcome == "replaced"


def test_a_kml_that_is_torn_or_a_bomb_of_entities(land: Database, tmp_path: Path) -> None:
    torn = tmp_path / "torn.kml"
    torn.write_text(document()[:900], "utf-8")
    assert refusal(land, torn).code in {"boundary_unreadable", "boundary_empty", "boundary_layers_several"}
    bomb = tmp_path / "bomb.kml"
    entities = '<!ENTITY a "aaaaaaaaaaaaaaaaaaaa">' + "".join(
        f'<!ENTITY {chr(98 + at)} "{f"&{chr(97 + at)};" * 20}">' for at in range(9)
    )
    told = document().replace("<kml", f"<!DOCTYPE kml [{entities}]><kml", 1).replace("Tỉnh Bắc", "&j;")
    bomb.write_text(told, "utf-8")
    assert refusal(land, bomb).code in {"boundary_unreadable", "boundary_empty", "boundary_layers_several"}
