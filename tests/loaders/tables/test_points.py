"""Coordinates in metres, as surveyors give them, become degrees; which system they are in is said, or found and confirmed."""

from __future__ import annotations

import math
from typing import Any

import pytest
from pyproj import Transformer
from sqlalchemy import text

from gisdb.registers.register import Severity
from loaders.reference_systems.said import systems_said
from loaders.tables import Receipt
from loaders.tables.choices import Choices
from tests.loaders.tables.conftest import Clerk
from tests.loaders.tables.test_places import survey

VIETNAM = (102.1, 8.4, 109.5, 23.4)
PLACE = (106.6512345, 10.7654321)
# VN-2000 about 105°45' in zones of 3 degrees, the system of Hồ Chí Minh city.
CITY = "EPSG:9210"


def metres(system: str = CITY) -> tuple[str, str]:
    """East and north of the place, as a laboratory writes them: to the centimetre, with a decimal comma."""
    # The one way that is good for all of Vietnam, by its own code; the other direction of what is tested.
    there = Transformer.from_pipeline("urn:ogc:def:coordinateOperation:EPSG::6960")
    shift = Transformer.from_crs("EPSG:4756", system, always_xy=True)
    lat, lon = there.transform(PLACE[1], PLACE[0], direction="INVERSE")
    east, north = shift.transform(lon, lat)
    return f"{east:.2f}".replace(".", ","), f"{north:.2f}".replace(".", ",")


def sent(clerk: Clerk, header: str, *cells: str, above: str = "", **options: Any) -> Receipt:
    """A file with one workplace in a commune of today that is a strip of 106°36' to 106°42' east."""
    survey(clerk, "26740", "2026-01-01", 106.6, 106.7)
    with clerk.database.owner() as conn:
        # Far islands: what is turned round may come to lie between them and the land.
        conn.execute(
            text("UPDATE admin_unit SET geom = ST_Multi(ST_MakeEnvelope(109, 4, 117, 17, 4326)) WHERE code = '00070'")
        )
    lines = [f"code;name_vi;industry;commune;{header}", ";".join(("X", "Xưởng", "13", "26740", *cells))]
    return clerk.import_text("workplaces", "\n".join([*([above, ""] if above else []), *lines]) + "\n", **options)


def points(receipt: Receipt) -> dict[str, str]:
    found = receipt.reading["points"]
    assert isinstance(found, dict)
    return found


def where(clerk: Clerk) -> tuple[float, float, int | None, dict[str, str]]:
    [(lon, lat, outside, raw)] = clerk.rows(
        "SELECT longitude, latitude, outside_m, raw FROM workplace_state WHERE code = 'X' AND superseded_at IS NULL"
    )
    return float(lon), float(lat), outside, raw


@pytest.mark.parametrize(
    ("header", "north_first", "system", "above"),
    [
        ("X (m);Y (m);Hệ tọa độ", True, "VN-2000, kinh tuyến trục 105°45', múi 3°", ""),
        ("Tọa độ X;Tọa độ Y;Kinh tuyến trục", False, "105.45", ""),
        ("Tọa độ VN-2000 X (m);Y VN2000;epsg", True, "9210", ""),
        ("Kinh độ;Vĩ độ", False, "", "Hệ tọa độ: VN2000 KTT 105o45' múi chiếu 3 độ"),
    ],
)
def test_metres_of_a_system_that_is_said_become_degrees(
    newcomer: Clerk, header: str, north_first: bool, system: str, above: str
) -> None:
    east, north = metres()
    pair = (north, east) if north_first else (east, north)
    receipt = sent(newcomer, header, *pair, *([system] if system else []), above=above)
    assert receipt.done, list(receipt.problems)
    lon, lat, outside, raw = where(newcomer)
    assert [lon, lat] == pytest.approx(PLACE, abs=2e-7)
    assert outside in {0, None}
    # What the file said stays beside the record.
    assert raw["reference_system"] == CITY
    assert [raw[name].replace(".", ",") for name in ("longitude", "latitude")] == list(pair)
    told = {one.code for one in receipt.problems if one.severity is Severity.NOTE}
    assert "coordinates_converted" in told
    assert ("coordinates_north_first" in told) == north_first
    assert (
        sent(newcomer, header + ";address", *pair, *([system] if system else []), "", above=above).counts["unchanged"]
        == 1
    )


def test_degrees_of_another_datum_are_shifted(newcomer: Clerk) -> None:
    assert sent(newcomer, "Kinh độ;Vĩ độ;Hệ tọa độ", "106,6", "10,7", "WGS 84").done
    assert where(newcomer)[:2] == (106.6, 10.7)
    receipt = sent(newcomer, "Kinh độ;Vĩ độ;Hệ tọa độ", "106,6532", "10,7664", "VN-2000")
    assert (receipt.done, receipt.counts["changed"]) == (True, 1)
    lon, lat, _, raw = where(newcomer)
    # The datums lie some 200 m apart in the south.
    assert 100 < math.hypot((lon - 106.6532) * 109_300, (lat - 10.7664) * 110_600) < 300
    assert raw["reference_system"] == "EPSG:4756"


def test_a_system_that_nobody_said_is_found_and_asked_about(newcomer: Clerk) -> None:
    receipt = sent(newcomer, "X (m);Y (m)", *reversed(metres()))
    [asked] = [one for one in receipt.problems if one.severity is Severity.WARNING]
    assert (receipt.done, asked.code, asked.params["percent"]) == (False, "coordinates_converted_by_guess", 100)
    assert asked.params["crs"] == f"{CITY} VN-2000 / TM-3 105-45"
    assert CITY in points(receipt)
    assert sent(newcomer, "X (m);Y (m)", *reversed(metres()), confirmed=True).done
    assert where(newcomer)[0] == pytest.approx(PLACE[0], abs=2e-7)


def test_the_datum_alone_narrows_what_is_tried(newcomer: Clerk) -> None:
    receipt = sent(newcomer, "X;Y;Hệ tọa độ", *metres("EPSG:3405"), "VN2000")
    [asked] = [one for one in receipt.problems if one.severity is Severity.WARNING]
    assert asked.code == "coordinates_converted_by_guess"
    assert all(name.startswith("VN-2000") for name in points(receipt).values())


@pytest.mark.parametrize(
    ("cells", "system", "codes"),
    [
        (("603000", "1190000"), "hệ địa phương", {"reference_system_unknown", "coordinates_in_unknown_system"}),
        # A system without a way to WGS 84.
        (("603000", "1190000"), "EPSG:2350", {"reference_system_unknown", "coordinates_in_unknown_system"}),
        (("603000", "5190000"), "", {"coordinates_in_unknown_system"}),
        (("603000", "5190000"), "EPSG:9210", {"coordinates_in_unknown_system"}),
        (("603000", ""), "EPSG:9210", {"coordinate_alone", "coordinates_in_unknown_system"}),
        (("1066", "10,5"), "", {"coordinates_in_unknown_system"}),
        (("190", "10,5"), "", {"number_out_of_range"}),
    ],
)
def test_metres_that_come_to_lie_nowhere_are_refused(
    newcomer: Clerk, cells: tuple[str, str], system: str, codes: set[str]
) -> None:
    receipt = sent(newcomer, "X (m);Y (m);Hệ tọa độ", *cells, system, decimal="comma")
    assert {one.code for one in receipt.problems if one.severity is not Severity.NOTE} == codes
    assert newcomer.one("SELECT count(*) FROM workplace") == 0


def test_a_person_says_the_system_of_a_file_that_does_not(newcomer: Clerk) -> None:
    said = Choices(constants={"reference_system": "VN-2000 / TM-3 105-45"})
    assert sent(newcomer, "X (m);Y (m)", *reversed(metres()), choices=said).done
    assert where(newcomer)[3]["reference_system"] == CITY


@pytest.mark.parametrize(
    ("told", "system"),
    [
        ("EPSG:9210", 9210),
        ("VN-2000, kinh tuyến trục 105°45', múi chiếu 3°", 9210),
        ("VN2000 KTT 105o45 múi 3", 9210),
        ("105,75", 9210),
        ("107°45'00\" múi 3°", 5899),
        ("VN-2000 105 độ 00 phút múi 3 độ", 5897),
        ("VN-2000 múi 6 KTT 105", 3405),
        ("WGS84 UTM zone 48", 32648),
        ("hệ địa phương", None),
        ("VN-2000 KTT 110", None),
        ("Hà Nội 72", None),
    ],
)
def test_how_people_call_a_system(told: str, system: int | None) -> None:
    assert systems_said(told, VIETNAM) == ((system,) if system else ())
