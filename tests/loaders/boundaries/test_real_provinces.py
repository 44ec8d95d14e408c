"""The real file of the 63 provinces, 99,927 vertices, with its real faults."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest
import shapely
from sqlalchemy import text

from gisdb.engine import Database
from gisdb.geography import shapes
from gisdb.geography.units import unit_by_code
from loaders.boundaries import Request, load_boundaries
from tests.loaders.boundaries.conftest import unchanged

ROOT = Path(__file__).parents[3]
DATA = Path(os.environ.get("GISDB_TEST_DATA") or ROOT.parent / "shared" / "data")
FILE = DATA / "boundaries" / "provinces63_odm.zip"
DAY = date(2008, 8, 1)


@pytest.fixture
def file() -> Path:
    if not FILE.exists():
        reason = f"{FILE} is not here: set GISDB_TEST_DATA to the folder that holds boundaries/{FILE.name}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return FILE


def test_the_real_provinces_are_matched_checked_and_loaded(places: Database, file: Path) -> None:
    with unchanged(places):
        tried = load_boundaries(places, Request(file, "province", DAY, dry_run=True))
    report = load_boundaries(places, Request(file, "province", DAY, title="63 tỉnh", licence="CC BY-SA 4.0"))
    assert report.as_data() == tried.as_data() | {"dry_run": False}
    assert report.outcome == "replaced"
    # Not gid, which looks like codes, nor new_code, whose values were all codes before too; not ten_tinh with its slips.
    assert report.columns == {"code": "old_code", "name": "old_name"}
    assert (report.features, report.encoding, report.crs) == (63, "UTF-8", "EPSG:4326 WGS 84")
    assert report.numbers["vertices"] == 99_927
    assert report.numbers["agreement"] > 0.85
    # Eleven lagoons in Khánh Hòa, two in Đà Nẵng, and a sliver between Cần Thơ and Hậu Giang.
    assert report.numbers["holes"] == 14
    inside = [str(one.params["units"]) for one in report.findings if one.code == "boundary_hole"]
    assert (inside.count("Tỉnh Khánh Hòa (56)"), inside.count("Thành phố Đà Nẵng (48)")) == (11, 2)
    (gap,) = (one for one in report.findings if one.code == "boundary_gap")
    assert gap.params["units"] == "Thành phố Cần Thơ (92), Tỉnh Hậu Giang (93)"
    assert (gap.lon, gap.lat) == pytest.approx((105.743, 9.967), abs=0.001)
    assert all(one.lon is not None for one in report.findings if one.code == "boundary_hole")
    # The slips in its other column of names.
    told = {str(one.params["given"]): (one.code, one.row) for one in report.findings if "given" in one.params}
    assert told == {
        "Cần Thơn": ("boundary_name_typo", 13),
        "Quản Bình": ("boundary_name_typo", 47),
        "Kien Giang": ("boundary_name_spelling", 34),
        "Đăk Lăk": ("boundary_name_spelling", 15),
        "Đăk Nông": ("boundary_name_spelling", 16),
        "Bà Rịa -Vũng Tàu": ("boundary_name_spelling", 6),
        "Thừa Thiên Huế": ("boundary_name_known", 31),
    }
    assert {one.params["column"] for one in report.findings if "given" in one.params} == {"ten_tinh"}


def test_nothing_of_it_is_dropped_and_nothing_else_is_touched(places: Database, file: Path) -> None:
    with places.acting_as(None) as conn:
        pieces = conn.execute(text("SELECT count(*), sum(id) FROM unit_piece JOIN piece ON id = piece_id")).one()
    load_boundaries(places, Request(file, "province", DAY, title="63 tỉnh", source="ODM"))
    with places.acting_as(None) as conn:
        stored = conn.execute(
            text("""SELECT sum(ST_NumGeometries(u.geom)), sum(ST_NPoints(u.geom)), sum(ST_NumGeometries(s.geom))
                    FROM admin_unit u JOIN unit_shape s ON s.unit_id = u.id AND s.detail = 0
                    WHERE u.level = 'province' AND u.valid @> CAST(:day AS date)"""),
            {"day": DAY},
        ).one()
        assert tuple(stored) == (928, 99_927, 928)
        assert (
            conn.execute(text("SELECT count(*), sum(id) FROM unit_piece JOIN piece ON id = piece_id")).one() == pieces
        )
        assert [one.title_vi for one in shapes.sources(conn, "province", DAY)] == ["63 tỉnh"]
        for code, parts in (("48", 22), ("56", 297)):
            unit = unit_by_code(conn, "province", code, DAY)
            drawn = conn.execute(text("SELECT ST_AsBinary(geom) FROM admin_unit WHERE id = :id"), {"id": unit.id})
            islands = shapely.get_parts(shapely.from_wkb(bytes(drawn.scalar_one())))
            assert (shapely.bounds(islands)[:, 0] > 111).sum() == parts, unit.name_vi
    with unchanged(places):
        assert load_boundaries(places, Request(file, "province", DAY)).outcome == "unchanged"
