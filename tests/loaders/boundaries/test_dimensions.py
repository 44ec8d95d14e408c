"""Values beyond the plane, coordinates that are none, and parts without a point."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
import shapely
from sqlalchemy import text

from gisdb.engine import Database
from gisdb.errors import InputError
from loaders.boundaries import load_boundaries
from loaders.boundaries.geometry import drawn
from loaders.boundaries.layer import Layer
from loaders.reference_systems.proposals import Ground
from tests.loaders.boundaries.conftest import COLUMNS, asked, squares, write
from tests.loaders.boundaries.test_bad_files import refusal


def with_measures(path: Path) -> None:
    """Turn a shapefile of polygons into one of polygons with a measure on each vertex (shape type 25)."""
    held = path.read_bytes()
    records, index, at, offset = b"", b"", 100, 50
    while at < len(held):
        number, words = struct.unpack(">2i", held[at : at + 8])
        body = held[at + 8 : at + 8 + 2 * words]
        vertices = struct.unpack("<i", body[40:44])[0]
        body = struct.pack("<i", 25) + body[4:] + struct.pack(f"<{2 + vertices}d", 7, 7, *[7] * vertices)
        records += struct.pack(">2i", number, len(body) // 2) + body
        index += struct.pack(">2i", offset, len(body) // 2)
        at, offset = at + 8 + 2 * words, offset + 4 + len(body) // 2
    for suffix, content in ((".shp", records), (".shx", index)):
        head = (
            held[:24] + struct.pack(">i", 50 + len(content) // 2) + held[28:32] + struct.pack("<i", 25) + held[36:100]
        )
        path.with_suffix(suffix).write_bytes(head + content)


@pytest.mark.parametrize("axis", ["Z", "M"])
def test_heights_and_measures_are_left_out_and_told(land: Database, tmp_path: Path, axis: str) -> None:
    heights = axis == "Z"
    shapes = list(shapely.force_3d(squares(), 5.0)) if heights else squares()
    path = write(tmp_path / "measured.shp", shapes, COLUMNS, kind="MultiPolygon Z" if heights else "MultiPolygon")
    if not heights:
        with_measures(path)
    report = load_boundaries(land, asked(path))
    assert [(one.code, one.params) for one in report.findings] == [("boundary_flattened", {"axes": axis})]
    with land.acting_as(None) as conn:
        assert conn.execute(text("SELECT max(ST_NDims(geom)) FROM admin_unit")).scalar_one() == 2


def test_a_ring_with_measures_that_crosses_itself_is_mended_too() -> None:
    bow = shapely.from_wkt("POLYGON M ((105 11 1, 106 12 2, 106 11.5 3, 105 12 4, 105 11 1))")
    found = drawn(_layer(shapely.to_wkb(bow, output_dimension=4)), Ground())
    assert (found.flattened, len(found.mended)) == ("M", 1)
    assert shapely.is_valid(found.shapes).all()


def _layer(wkb: bytes) -> Layer:
    return Layer("a.shp", "", "EPSG:4326", "UTF-8", {}, frozenset(), [wkb])


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_coordinate_that_is_no_number_is_told_with_its_row(land: Database, tmp_path: Path, value: float) -> None:
    path = write(tmp_path / "nan.shp", squares(), COLUMNS)
    held = path.read_bytes()
    # A corner that only the second square has, behind the header, the first square and the second one's extent.
    corner = held.index(struct.pack("<2d", 107.0, 12.0), 100 + 136 + 44)
    path.write_bytes(held[:corner] + struct.pack("<d", value) + held[corner + 8 :])
    told = refusal(land, path)
    assert (told.code, told.params["row"], told.params["count"]) == ("geometry_not_finite", 2, 1)


def test_a_part_without_a_point_is_left_out_and_a_shape_of_none_refused() -> None:
    hollow = shapely.from_wkt("MULTIPOLYGON (((105 11, 106 11, 106 12, 105 11)), EMPTY)")
    (shape,) = drawn(_layer(shapely.to_wkb(hollow)), Ground()).shapes
    assert shapely.get_num_geometries(shape) == 1
    with pytest.raises(InputError, match="geometry_missing"):
        drawn(_layer(shapely.to_wkb(shapely.from_wkt("MULTIPOLYGON (EMPTY, EMPTY)"))), Ground())
