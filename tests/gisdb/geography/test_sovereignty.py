"""Hoàng Sa and Trường Sa: in every vintage, at every level and detail, in the right unit, named in both languages."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from typing import Any

import pytest
import shapely
from sqlalchemy import text

from gisdb.engine import Database
from gisdb.geography.shapes import FULL, Detail, boundaries, labels, shapes
from gisdb.geography.timeline import level_times
from gisdb.geography.units import ancestors, unit_by_id
from gisdb.indicators.answers import Question
from gisdb.indicators.evaluator import evaluate
from gisdb.indicators.figures import geojson_of

ARCHIPELAGOS = {
    "Hoàng Sa": (shapely.box(111, 15.5, 113, 17.5), "Thành phố Đà Nẵng"),
    "Trường Sa": (shapely.box(111, 6.5, 117.5, 12), "Tỉnh Khánh Hòa"),
}
OLD, NEW = date(2025, 6, 30), date(2025, 7, 1)
LEVELS = [("province", OLD), ("district", OLD), ("commune", OLD), ("province", NEW), ("commune", NEW)]


def parts_in(geometry: dict[str, Any], box: shapely.Polygon) -> int:
    """How many polygons of a MultiPolygon lie wholly in a box."""
    assert geometry["type"] == "MultiPolygon"
    west, south, east, north = box.bounds
    return sum(
        all(west < lon < east and south < lat < north for lon, lat in rings[0]) for rings in geometry["coordinates"]
    )


def test_no_vintage_of_a_level_is_left_out_here(shared: Database) -> None:
    with shared.acting_as(None) as conn:
        bands = {(one.level.code, band.first) for one in level_times(conn) if one.level.rank for band in one.bands}
    assert {(level, date(2008, 8, 1) if day == OLD else day) for level, day in LEVELS} == bands


@cache
def features_of(database: Database, level: str, day: date, detail: Detail) -> dict[int, dict[str, Any]]:
    """By unit what a map is drawn from: the boundary response, or the full shapes that a file takes away."""
    with database.acting_as(None) as conn:
        if detail == FULL:
            return {unit: json.loads(geometry) for unit, geometry in shapes(conn, level, day, None, FULL)}
        told = json.loads(boundaries(conn, level, day, None, detail).geojson)
    return {feature["id"]: feature["geometry"] for feature in told["features"]}


@pytest.mark.parametrize("detail", [0, 1, FULL])
@pytest.mark.parametrize(("level", "day"), LEVELS, ids=str)
def test_both_archipelagos_are_drawn_in_their_own_province(
    shared: Database, level: str, day: date, detail: Detail
) -> None:
    drawn = features_of(shared, level, day, detail)
    with shared.acting_as(None) as conn:
        for name, (box, province) in ARCHIPELAGOS.items():
            holders = [unit for unit, geometry in drawn.items() if parts_in(geometry, box)]
            assert holders, name
            for holder in holders:
                unit = unit_by_id(conn, holder)
                own = [unit, *ancestors(conn, unit, day)]
                assert province in {one.name_vi for one in own if one.level == "province"}, (name, unit)
            islands = sum(parts_in(drawn[unit], box) for unit in holders)
            assert islands >= (8 if name == "Hoàng Sa" else 3), islands


def test_generalising_loses_no_island(shared: Database) -> None:
    for level, day in LEVELS:
        counted = []
        for detail in (0, 1, FULL):
            drawn = features_of(shared, level, day, detail)
            counted.append(
                [sum(parts_in(geometry, box) for geometry in drawn.values()) for box, _ in ARCHIPELAGOS.values()]
            )
        assert counted[0] == counted[1] == counted[2], (level, day)


def test_both_are_named_with_their_province_in_both_languages_at_their_place(shared: Database) -> None:
    with shared.acting_as(None) as conn:
        named = labels(conn)
    assert [(one.name_vi, one.name_en) for one in named] == [
        ("Quần đảo Hoàng Sa (Đà Nẵng)", "Hoang Sa Archipelago (Da Nang)"),
        ("Quần đảo Trường Sa (Khánh Hòa)", "Truong Sa Archipelago (Khanh Hoa)"),
    ]
    for one, (box, _) in zip(named, ARCHIPELAGOS.values(), strict=True):
        assert box.contains(shapely.Point(one.longitude, one.latitude))


@pytest.mark.parametrize("detail", [0, 1, FULL])
@pytest.mark.parametrize(("level", "day"), [("province", OLD), ("province", NEW)], ids=str)
def test_a_file_of_a_national_map_has_the_islands_and_the_names(
    shared: Database, level: str, day: date, detail: Detail
) -> None:
    with shared.acting_as(None) as conn:
        answer = evaluate(conn, Question("exceedance_share", level, day, 2024, 2024))
        told = json.loads(b"".join(geojson_of(conn, answer, detail)))
    assert [(one["name_vi"], one["name_en"]) for one in told["labels"]] == [
        ("Quần đảo Hoàng Sa (Đà Nẵng)", "Hoang Sa Archipelago (Da Nang)"),
        ("Quần đảo Trường Sa (Khánh Hòa)", "Truong Sa Archipelago (Khanh Hoa)"),
    ]
    for box, province in ARCHIPELAGOS.values():
        owners = {one["properties"]["name_vi"] for one in told["features"] if parts_in(one["geometry"], box)}
        assert owners == {province}


def test_a_workplace_in_either_lies_in_its_province_whatever_the_day(shared: Database) -> None:
    points = {"Thành phố Đà Nẵng": (111.606, 16.533), "Tỉnh Khánh Hòa": (111.92, 8.645)}
    with shared.acting_as(None) as conn:
        for province, (lon, lat) in points.items():
            names = conn.execute(
                text("""SELECT DISTINCT u.name_vi FROM unit_piece up JOIN admin_unit u ON u.id = up.unit_id
                        WHERE u.level = 'province' AND up.piece_id = (
                            SELECT p.id FROM piece p WHERE p.geom IS NOT NULL
                            ORDER BY p.geom <-> lon_lat(CAST(:lon AS numeric), CAST(:lat AS numeric)) LIMIT 1)"""),
                {"lon": lon, "lat": lat},
            ).scalars()
            assert set(names) == {province}
