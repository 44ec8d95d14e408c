"""The boundary sets that ship with the program, in the database."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import time
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import shapely
from sqlalchemy import text

import shapefiles
from gisdb.engine import Database
from gisdb.errors import InputError
from gisdb.geography import shapes
from gisdb.geography.units import ancestors, search_units, unit_by_code, units_within
from loaders.boundaries import Request, load_boundaries, load_shipped
from tests.loaders.boundaries.conftest import unchanged, write

SHIPPED = Path(str(shapefiles.__path__[0]))
BEFORE, AFTER = date(2025, 6, 30), date(2025, 7, 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of what ships, to be changed."""
    return Path(
        shutil.copytree(SHIPPED, tmp_path / "shapefiles", ignore=shutil.ignore_patterns("build", "__pycache__"))
    )


def test_every_level_has_its_units_on_both_sides_of_the_reform(places: Database) -> None:
    with places.acting_as(None) as conn:
        counts = {
            (level, day): len(units_within(conn, level, day))
            for day in (BEFORE, AFTER)
            for level in ("country", "province", "district", "commune")
        }
    assert counts == {
        ("country", BEFORE): 1,
        ("province", BEFORE): 63,
        ("district", BEFORE): 696,
        # The five island districts that had no communes stand in for themselves.
        ("commune", BEFORE): 10_035 + 5,
        ("country", AFTER): 1,
        ("province", AFTER): 34,
        ("district", AFTER): 0,
        ("commune", AFTER): 3_321,
    }


def test_a_code_that_is_used_again_names_another_unit(places: Database) -> None:
    with places.acting_as(None) as conn:
        then, now = (unit_by_code(conn, "commune", "26740", day) for day in (BEFORE, AFTER))
        above = [[unit.name_vi for unit in ancestors(conn, *one)] for one in ((then, BEFORE), (now, AFTER))]
    assert (then.name_vi, now.name_vi) == ("Phường Bến Nghé", "Phường Sài Gòn")
    assert above == [["Việt Nam", "Thành phố Hồ Chí Minh", "Quận 1"], ["Việt Nam", "Thành phố Hồ Chí Minh"]]


def test_every_piece_lies_in_one_unit_of_each_level_and_vintage(places: Database) -> None:
    with places.acting_as(None) as conn:
        wrong = conn.execute(
            text("""SELECT u.level, lower(u.valid), count(*), count(DISTINCT up.piece_id) FROM unit_piece up
                    JOIN piece p ON p.id = up.piece_id AND p.uncertain_unit_id IS NULL
                    JOIN admin_unit u ON u.id = up.unit_id GROUP BY u.level, lower(u.valid)
                    HAVING count(*) <> (SELECT count(*) FROM piece WHERE uncertain_unit_id IS NULL)
                        OR count(*) <> count(DISTINCT up.piece_id)""")
        ).all()
        bare = conn.execute(
            text(
                "SELECT count(*) FROM admin_unit u WHERE NOT EXISTS (SELECT FROM unit_piece up WHERE up.unit_id = u.id)"
            )
        ).scalar_one()
    assert wrong == []
    assert bare == 0


def test_hoang_sa_and_truong_sa_are_on_the_map_of_every_vintage(places: Database) -> None:
    hoang_sa, truong_sa = shapely.box(111, 15.5, 113, 17.2), shapely.box(111.5, 7, 115, 12)
    with places.acting_as(None) as conn:
        assert [label.name_vi for label in shapes.labels(conn)] == [
            "Quần đảo Hoàng Sa (Đà Nẵng)",
            "Quần đảo Trường Sa (Khánh Hòa)",
        ]
        for day in (BEFORE, AFTER):
            for code, where in (("48", hoang_sa), ("56", truong_sa)):
                unit = unit_by_code(conn, "province", code, day)
                for detail in shapes.DETAILS:
                    drawn = conn.execute(
                        text("SELECT ST_AsBinary(geom) FROM unit_shape WHERE unit_id = :id AND detail = :detail"),
                        {"id": unit.id, "detail": detail},
                    ).scalar_one()
                    islands = shapely.get_parts(shapely.from_wkb(bytes(drawn)))
                    assert shapely.within(islands, where).sum() >= 8, (unit.name_vi, day, detail)


def test_generalised_neighbours_share_their_borders_and_no_island_is_lost(places: Database) -> None:
    with places.acting_as(None) as conn:
        for level, day in (("province", BEFORE), ("province", AFTER), ("commune", AFTER)):
            for detail in shapes.DETAILS:
                rows = conn.execute(
                    text("""SELECT ST_AsBinary(s.geom), ST_NumGeometries(s.geom), ST_NumGeometries(u.geom)
                            FROM unit_shape s JOIN admin_unit u ON u.id = s.unit_id
                            WHERE u.level = :level AND u.valid @> CAST(:day AS date) AND s.detail = :detail"""),
                    {"level": level, "day": day, "detail": detail},
                ).all()
                drawn = shapely.from_wkb(np.array([bytes(row[0]) for row in rows], dtype=object))
                assert shapely.coverage_is_valid(drawn), (level, day, detail)
                assert shapely.is_valid(drawn).all()
                assert [row[1] for row in rows] == [row[2] for row in rows]


def test_the_national_maps_travel_light(places: Database) -> None:
    with places.acting_as(None) as conn:
        provinces, communes = (
            len(gzip.compress(shapes.boundaries(conn, level, AFTER, None, 0).geojson))
            for level in ("province", "commune")
        )
    assert provinces < 90_000
    assert communes < 500_000


def test_a_unit_is_found_with_or_without_tones_and_by_its_former_name(places: Database) -> None:
    with places.acting_as(None) as conn:
        for words in ("Đắk Lắk", "dak lak", "tỉnh đắk lắk", "Đăk Lăk"):
            assert search_units(conn, words)[0].name_vi == "Tỉnh Đắk Lắk", words
        assert search_units(conn, "thừa thiên")[0].name_vi == "Thành phố Huế"


def test_lineage_shares_add_up(places: Database) -> None:
    with places.acting_as(None) as conn:
        sums = conn.execute(text("SELECT sum(share) FROM unit_lineage GROUP BY from_id")).scalars().all()
    assert len(sums) == 63 + 10_040
    assert set(sums) == {1}


def test_a_second_load_is_quick_and_changes_nothing(places: Database) -> None:
    with unchanged(places):
        began = time.monotonic()
        assert load_shipped(places).unchanged
        assert time.monotonic() - began < 1


def test_a_file_that_was_touched_is_refused_by_its_name(database: Database, folder: Path) -> None:
    touched = folder / "vietnam" / "provinces_34.dbf"
    touched.write_bytes(touched.read_bytes().replace(b"Lai Ch", b"Lai ch"))
    with unchanged(database), pytest.raises(InputError) as refused:
        load_shipped(database, folder=folder)
    assert refused.value.code == "shipped_file_changed"
    assert refused.value.params["path"] == touched


@pytest.mark.parametrize("name", ["SOURCES.toml", "vietnam/pieces.shx", "lineage.csv"])
def test_a_file_that_is_gone_is_refused_by_its_name(database: Database, folder: Path, name: str) -> None:
    (folder / name).unlink()
    with unchanged(database), pytest.raises(InputError) as refused:
        load_shipped(database, folder=folder)
    assert refused.value.params["path"] == folder / name


def _edit_names(folder: Path) -> None:
    """Another edition: one more name in names.csv."""
    names, sources = folder / "names.csv", folder / "SOURCES.toml"
    old = hashlib.sha256(names.read_bytes()).hexdigest()
    names.write_text(names.read_text("utf-8") + "province,48,2025-07-01,Tourane,,,a name on old maps\n", "utf-8")
    new = hashlib.sha256(names.read_bytes()).hexdigest()
    sources.write_text(sources.read_text("utf-8").replace(old, new), "utf-8")


def test_another_edition_keeps_every_unit_piece_and_boundary_loaded_by_hand(
    places: Database, folder: Path, tmp_path: Path
) -> None:
    with places.acting_as(None) as conn:
        units = units_within(conn, "province", AFTER)
        drawn = conn.execute(
            text("SELECT ST_AsBinary(geom) FROM admin_unit WHERE id = ANY (:ids) ORDER BY code"),
            {"ids": [unit.id for unit in units]},
        ).scalars()
        # Moved a little, so that it is told from what ships.
        moved = [shapely.transform(shapely.from_wkb(bytes(one)), lambda xy: xy + 0.001) for one in drawn]
    path = write(tmp_path / "own.gpkg", moved, {"ma": [unit.code for unit in units]})
    assert load_boundaries(places, Request(path, "province", AFTER)).outcome == "replaced"
    _edit_names(folder)
    before = _identities(places)
    done = load_shipped(places, folder=folder)
    assert (done.unchanged, done.kept) == (False, 34)
    assert _identities(places) == before
    with places.acting_as(None) as conn:
        assert [unit.code for unit in search_units(conn, "tourane")] == ["48"]
        west = conn.execute(
            text("SELECT ST_XMin(geom) FROM admin_unit WHERE id = :id"), {"id": units[0].id}
        ).scalar_one()
    assert west == pytest.approx(shapely.bounds(moved[0])[0])


def _identities(database: Database) -> list[tuple[object, ...]]:
    with database.acting_as(None) as conn:
        rows = conn.execute(
            text("""SELECT 'unit', id, level || code || lower(valid) FROM admin_unit
                    UNION ALL SELECT 'piece', id, code FROM piece
                    UNION ALL SELECT 'part', unit_id, piece_id::text FROM unit_piece ORDER BY 1, 2, 3""")
        )
        return [tuple(row) for row in rows]
