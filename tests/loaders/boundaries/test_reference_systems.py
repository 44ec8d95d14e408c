"""What coordinates are in: recognised, proposed from the coordinates, confirmed by the user, and shifted right."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely
from sqlalchemy import text

from gisdb.engine import Database
from gisdb.errors import InputError
from gisdb.geography.units import unit_by_code
from loaders.boundaries import Request, load_boundaries
from loaders.boundaries.geometry import Drawn, drawn
from loaders.boundaries.layer import Layer
from loaders.reference_systems.proposals import Ground
from tests.loaders.boundaries.conftest import COLUMNS, asked, squares, write
from tests.loaders.boundaries.test_bad_files import refusal

VIETNAM = Ground((102.14, 7.0, 117.5, 23.4))
# Decision 05/2007/QĐ-BTNMT of 27/02/2007: metres, arc-seconds, and the scale less one.
DX, DY, DZ = -191.90441429, -39.30318279, -111.45032835
RX, RY, RZ = (math.radians(one / 3600) for one in (-0.00928836, 0.01975479, -0.00427372))
SCALE = 1.000000252906278
A, F = 6378137.0, 1 / 298.257223563
E2 = F * (2 - F)


def wgs84_by_hand(lon: float, lat: float) -> tuple[float, float]:
    """VN-2000 → WGS 84 by the textbook: to geocentric, seven parameters as a coordinate frame rotation, and back."""
    phi, lam = math.radians(lat), math.radians(lon)
    n = A / math.sqrt(1 - E2 * math.sin(phi) ** 2)
    x, y, z = n * math.cos(phi) * math.cos(lam), n * math.cos(phi) * math.sin(lam), n * (1 - E2) * math.sin(phi)
    x, y, z = (
        SCALE * (x + RZ * y - RY * z) + DX,
        SCALE * (-RZ * x + y + RX * z) + DY,
        SCALE * (RY * x - RX * y + z) + DZ,
    )
    distance, phi = math.hypot(x, y), lat
    phi = math.atan2(z, distance * (1 - E2))
    for _ in range(10):
        n = A / math.sqrt(1 - E2 * math.sin(phi) ** 2)
        phi = math.atan2(z + E2 * n * math.sin(phi), distance)
    return math.degrees(math.atan2(y, x)), math.degrees(phi)


def meridian_arc(lat: float) -> float:
    """Metres from the equator along a meridian, summed in steps of the curvature radius."""
    steps = np.radians(np.linspace(0, lat, 200_001))
    radius = A * (1 - E2) / (1 - E2 * np.sin(steps) ** 2) ** 1.5
    return float(np.trapezoid(radius, steps))


def placed(points: list[tuple[float, float]], crs: str, *, given: bool = False) -> Drawn:
    layer = Layer("a.shp", "", crs, "UTF-8", {}, frozenset(), [shapely.to_wkb(shapely.Polygon(points))], given)
    return drawn(layer, VIETNAM)


def metres_apart(one: tuple[float, float], other: tuple[float, float]) -> float:
    return pyproj.Geod(ellps="WGS84").line_length([one[0], other[0]], [one[1], other[1]])


# North to south, and Trường Sa, far beyond the area for which PROJ's database offers the parameters.
PLACES = [(103.0, 22.4), (105.75, 21.03), (107.6, 16.46), (105.78, 10.03), (112.33, 16.83), (111.92, 8.65)]


@pytest.mark.parametrize("place", PLACES)
def test_degrees_of_vn2000_are_shifted_by_the_official_parameters(place: tuple[float, float]) -> None:
    lon, lat = place
    found = placed([place, (lon + 0.1, lat), (lon, lat + 0.1)], "EPSG:4756")
    assert found.transformation == "VN-2000 to WGS 84 (2)"
    corner = tuple(shapely.get_coordinates(found.shapes)[0])
    assert metres_apart(corner, wgs84_by_hand(lon, lat)) < 0.01
    # Without the shift the place would be off by this much.
    assert 190 < metres_apart(place, wgs84_by_hand(lon, lat)) < 230


ESRI = (
    'PROJCS["{name}",GEOGCS["{geodetic}",DATUM["{datum}",SPHEROID["WGS_1984",6378137.0,298.257223563]{towgs84}],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],'
    'PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",{meridian}],'
    'PARAMETER["Scale_Factor",{scale}],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)
USUAL = {"name": "VN_2000_TM3", "geodetic": "GCS_VN_2000", "datum": "D_Vietnam_2000", "towgs84": "", "meridian": 105.75}
USUAL |= {"scale": 0.9999}
SEVEN = "-191.90441429,-39.30318279,-111.45032835,-0.00928836,0.01975479,-0.00427372,0.252906278"
PROJ = f"+proj=tmerc +lat_0=0 +lon_0=105.75 +k=0.9999 +x_0=500000 +y_0=0 +ellps=WGS84 +towgs84={SEVEN} +units=m"
RECOGNISED = {
    "its code": "EPSG:9210",
    "the WKT of ArcGIS": ESRI.format(**USUAL),
    "TOWGS84 of zeros": ESRI.format(**USUAL | {"towgs84": ",TOWGS84[0,0,0,0,0,0,0]"}),
    "a datum by another name": ESRI.format(**USUAL | {"geodetic": "VN2000", "datum": "D_VN_2000"}),
    "named only by its title": ESRI.format(
        **USUAL | {"name": "VN-2000 kinh tuyen 105-45", "geodetic": "unknown", "datum": "D_unknown"}
    ),
    "only the seven parameters": ESRI.format(
        **USUAL | {"name": "unnamed", "geodetic": "unknown", "datum": "unknown", "towgs84": f",TOWGS84[{SEVEN}]"}
    ),
    "PROJ text": PROJ,
    "a compound with heights": "EPSG:9210+5773",
}


@pytest.mark.parametrize("told", RECOGNISED.values(), ids=RECOGNISED)
def test_vn2000_is_recognised_however_it_is_written_and_shifted_the_same(told: str) -> None:
    north = 0.9999 * meridian_arc(21.0)
    found = placed([(500_000, north), (510_000, north), (500_000, north + 10_000)], told)
    assert found.crs == "EPSG:9210 VN-2000 / TM-3 105-45"
    assert found.transformation == "Inverse of Vietnam TM-3 105-45 + VN-2000 to WGS 84 (2)"
    assert metres_apart(tuple(shapely.get_coordinates(found.shapes)[0]), wgs84_by_hand(105.75, 21.0)) < 0.1


def test_a_meridian_that_no_province_uses_keeps_its_projection_and_gets_the_shift() -> None:
    north = 0.9999 * meridian_arc(16.0)
    found = placed(
        [(500_000, north), (510_000, north), (500_000, north + 10_000)], ESRI.format(**USUAL | {"meridian": 107.9})
    )
    assert metres_apart(tuple(shapely.get_coordinates(found.shapes)[0]), wgs84_by_hand(107.9, 16.0)) < 0.1
    assert "VN-2000 to WGS 84 (2)" in found.transformation


def test_the_mekong_delta_has_no_transformation_of_its_own() -> None:
    # Point by point PROJ would take the parameters of two oil blocks there, and tear borders at their edge.
    found = placed([(105.78, 10.03), (105.9, 10.03), (105.78, 10.2)], "EPSG:4756")
    assert found.transformation == "VN-2000 to WGS 84 (2)"


@pytest.mark.parametrize(
    "change",
    [
        {"name": "unnamed", "geodetic": "unknown", "datum": "unknown", "towgs84": ",TOWGS84[0,0,0,0,0,0,0]"},
        {"name": "Custom", "geodetic": "GCS_Custom", "datum": "D_Custom"},
        {"name": "VN_2000_TM3", "geodetic": "GCS_WGS_1984", "datum": "D_WGS_1984"},
        {"name": "Custom", "geodetic": "GCS_WGS_1984", "datum": "D_WGS_1984"},
    ],
    ids=["unknown", "a name of its own", "WGS 84 under the name of VN-2000", "WGS 84 on a zone of VN-2000"],
)
def test_a_prj_with_a_doubtful_datum_is_refused_and_the_zone_proposed(change: dict[str, str]) -> None:
    told = ESRI.format(**USUAL | change)
    points = [(500_000.0, 2_323_000.0), (510_000.0, 2_323_000.0), (500_000.0, 2_333_000.0)]
    with pytest.raises(InputError, match="crs_doubtful") as refused:
        placed(points, told)
    assert str(refused.value.params["choices"]).startswith("EPSG:9210 VN-2000 / TM-3 105-45 (100 %)")


def test_a_user_may_insist_on_wgs84_but_not_on_a_datum_that_nobody_knows() -> None:
    points = [(500_000.0, 2_323_000.0), (510_000.0, 2_323_000.0), (500_000.0, 2_333_000.0)]
    wgs84 = "+proj=tmerc +lon_0=105.75 +k=0.9999 +x_0=500000 +datum=WGS84 +units=m"
    assert placed(points, wgs84, given=True).transformation.startswith("Inverse of")
    with pytest.raises(InputError, match="crs_ballpark") as refused:
        placed(points, wgs84.replace("+datum", "+ellps"), given=True)
    assert "EPSG:9210" in str(refused.value.params["choices"])
    with pytest.raises(InputError, match="crs_doubtful"):
        placed(points, 'LOCAL_CS["nonearth",UNIT["metre",1]]')


def test_a_datum_that_proj_can_only_guess_is_refused() -> None:
    # Xian 1980 has no published parameters to WGS 84.
    with pytest.raises(InputError, match="crs_ballpark"):
        placed([(105.0, 21.0), (105.1, 21.0), (105.0, 21.1)], "EPSG:4610")


def in_plane(crs: str, codes: tuple[str, ...] = ()) -> list[shapely.Geometry]:
    there = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    return [
        shapely.transform(one, lambda xy: np.column_stack(there.transform(xy[:, 0], xy[:, 1])))
        for one in squares(*codes)
    ]


def without_prj(path: Path) -> Path:
    path.with_suffix(".prj").unlink()
    return path


def offered(told: InputError) -> list[str]:
    return [one.split(" ")[0] for one in str(told.params["choices"]).split("; ")]


@pytest.mark.parametrize("crs", ["EPSG:9209", "EPSG:9210", "EPSG:5899", "EPSG:3405"])
def test_metres_without_a_prj_are_tried_on_the_units_and_the_right_zone_comes_first(
    land: Database, tmp_path: Path, crs: str
) -> None:
    path = without_prj(write(tmp_path / "no.shp", in_plane(crs), COLUMNS, crs=crs))
    told = refusal(land, path)
    assert (told.code, offered(told)[0]) == ("crs_missing", crs)
    assert f"{crs} VN-2000" in str(told.params["choices"])
    assert "(100 %, 0.0 km)" in str(told.params["choices"])
    report = load_boundaries(land, asked(path, crs=crs))
    assert report.numbers["agreement"] > 0.99


def test_degrees_without_a_prj_are_offered_both_data(land: Database, tmp_path: Path) -> None:
    told = refusal(land, without_prj(write(tmp_path / "no.shp", squares(), COLUMNS)))
    assert {"EPSG:4756", "EPSG:4326"} <= set(offered(told))


def test_northing_before_easting_is_told(land: Database, tmp_path: Path) -> None:
    turned = [shapely.transform(one, lambda xy: xy[:, ::-1]) for one in in_plane("EPSG:9210")]
    told = refusal(land, without_prj(write(tmp_path / "turned.shp", turned, COLUMNS)))
    assert told.code == "boundary_coordinates_swapped"


def test_a_prj_of_another_zone_is_noticed_because_the_shapes_miss_their_units(land: Database, tmp_path: Path) -> None:
    path = write(tmp_path / "wrong.shp", in_plane("EPSG:9210"), COLUMNS, crs="EPSG:9205")
    told = refusal(land, path)
    assert (told.code, offered(told)[0]) == ("crs_doubtful", "EPSG:9210")
    assert load_boundaries(land, asked(path, crs="EPSG:9210")).outcome == "replaced"


@pytest.mark.parametrize(("code", "zone"), [("20", "EPSG:9215"), ("75", "EPSG:5899"), ("48", "EPSG:5899")])
def test_the_zone_of_one_real_province_is_found_among_its_neighbours(
    places: Database, tmp_path: Path, code: str, zone: str
) -> None:
    """Lạng Sơn, Đồng Nai, and Đà Nẵng with Hoàng Sa, 300 km out at sea."""
    day = date(2024, 12, 31)
    with places.acting_as(None) as conn:
        unit = unit_by_code(conn, "province", code, day)
        shape = shapely.from_wkb(
            bytes(
                conn.execute(
                    text("SELECT ST_AsBinary(geom) FROM admin_unit WHERE id = :id"), {"id": unit.id}
                ).scalar_one()
            )
        )
    there = pyproj.Transformer.from_crs("EPSG:4326", zone, always_xy=True)
    plane = shapely.transform(shape, lambda xy: np.column_stack(there.transform(xy[:, 0], xy[:, 1])))
    path = without_prj(write(tmp_path / "one.shp", [plane], {"MA": [code]}, crs=zone))
    with pytest.raises(InputError, match="crs_missing") as refused:
        load_boundaries(places, Request(path, "province", day, code_column="MA", partial=True))
    assert offered(refused.value)[0] == zone


def test_degrees_of_the_whole_country_are_offered_its_own_datum_before_its_neighbours(
    places: Database, tmp_path: Path
) -> None:
    day = date(2024, 12, 31)
    with places.acting_as(None) as conn:
        rows = conn.execute(
            text(
                "SELECT code, ST_AsBinary(geom) FROM admin_unit WHERE level = 'province' AND valid @> CAST(:d AS date)"
            ),
            {"d": day},
        ).all()
    shapes = [shapely.from_wkb(bytes(row[1])) for row in rows]
    path = without_prj(write(tmp_path / "all.shp", shapes, {"MA": [row[0] for row in rows]}))
    with pytest.raises(InputError, match="crs_missing") as refused:
        load_boundaries(places, Request(path, "province", day, code_column="MA"))
    assert offered(refused.value)[0] == "EPSG:4756"
    assert "EPSG:4326" in offered(refused.value)
