"""Boundaries of one's own: onto the units that are there, and as the units of a vintage that is not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely
from sqlalchemy import text

from gisdb.engine import Database
from gisdb.errors import Conflict, InputError
from gisdb.geography import shapes
from gisdb.geography.units import ancestors, search_units, unit_by_code, units_within
from loaders.boundaries import RefusedError, load_boundaries
from tests.loaders.boundaries.conftest import COLUMNS, FROM, NAMES, SQUARES, asked, squares, unchanged, write


def codes_found(refused: RefusedError) -> list[tuple[str, object]]:
    return [(one.code, one.params.get("value")) for one in refused.report.errors()]


def test_units_that_were_not_there_are_made_with_parents_names_pieces_and_shapes(land: Database) -> None:
    with land.acting_as(None) as conn:
        units = units_within(conn, "province", FROM)
        assert [(unit.code, unit.name_vi, unit.valid_from, unit.valid_to) for unit in units] == [
            (code, name, FROM, None) for code, name in NAMES.items()
        ]
        assert units[1].name_en == "Dong Hai"
        assert [unit.code for unit in ancestors(conn, units[0], FROM)] == ["VN"]
        assert [unit.code for unit in search_units(conn, "tay do")] == ["03"]
        held = conn.execute(
            text("""SELECT p.code, array_agg(u.code ORDER BY u.code) FROM piece p JOIN unit_piece up ON up.piece_id = p.id
                    JOIN admin_unit u ON u.id = up.unit_id WHERE p.uncertain_unit_id IS NULL GROUP BY p.code ORDER BY 1""")
        ).all()
        assert held[0] == ("province:01@2020-01-01", ["01", "VN"])
        assert len(held) == 4
        assert shapes.boundaries(conn, "province", FROM, None, 0).geojson.count(b"MultiPolygon") == 4


def test_a_file_with_the_known_codes_gives_the_units_new_shapes_and_keeps_everything_else(
    land: Database, tmp_path: Path
) -> None:
    moved = [shapely.transform(one, lambda xy: xy + 0.01) for one in squares()]
    path = write(tmp_path / "new.shp", moved, {"MA_TINH": list(NAMES), "TEN": list(NAMES.values())})
    with land.acting_as(None) as conn:
        before = conn.execute(text("SELECT id, code, geom FROM piece ORDER BY id")).all()
        version = shapes.version(conn, "province", FROM, None, 0)
    report = load_boundaries(
        land, asked(path, title="Bản đo đạc", source="Sở", licence="nội bộ", dated="2024", surveyed=True)
    )
    assert (report.outcome, report.columns) == ("replaced", {"code": "MA_TINH", "name": "TEN"})
    with land.acting_as(None) as conn:
        (source,) = shapes.sources(conn, "province", FROM)
        assert (source.title_vi, source.origin, source.licence, source.dated) == ("Bản đo đạc", "Sở", "nội bộ", "2024")
        assert shapes.bounds(conn, unit_by_code(conn, "province", "01", FROM).id) == pytest.approx(
            (105.01, 11.01, 106.01, 12.01)
        )
        assert shapes.version(conn, "province", FROM, None, 0) != version
        assert conn.execute(text("SELECT id, code, geom FROM piece ORDER BY id")).all() == before
        assert conn.execute(text("SELECT surveyed FROM boundary_set WHERE title_vi = 'Bản đo đạc'")).scalar_one()


def test_loading_the_same_file_again_changes_nothing(land: Database, tmp_path: Path) -> None:
    path = write(tmp_path / "again.gpkg", squares(), COLUMNS)
    assert load_boundaries(land, asked(path)).outcome == "replaced"
    with unchanged(land):
        assert load_boundaries(land, asked(path)).outcome == "unchanged"


def test_a_dry_run_reports_the_same_and_writes_nothing(land: Database, tmp_path: Path) -> None:
    path = write(tmp_path / "try.geojson", squares(), COLUMNS)
    with unchanged(land):
        report = load_boundaries(land, asked(path, dry_run=True))
    assert (report.outcome, report.dry_run) == ("replaced", True)


def test_a_missing_unit_is_named_and_nothing_is_loaded(land: Database, tmp_path: Path) -> None:
    path = write(tmp_path / "three.geojson", squares("01", "02", "04"), {"code": ["01", "02", "04"]})
    with unchanged(land), pytest.raises(RefusedError) as refused:
        load_boundaries(land, asked(path))
    assert codes_found(refused.value) == [("boundary_unit_missing", "03")]
    assert refused.value.params["count"] == 1


def test_a_part_of_the_units_may_be_loaded_if_one_says_so(land: Database, tmp_path: Path) -> None:
    path = write(tmp_path / "three.geojson", squares("01", "02", "04"), {"code": ["01", "02", "04"]})
    report = load_boundaries(land, asked(path, partial=True))
    assert report.outcome == "replaced"
    assert [one.params["value"] for one in report.findings if one.code == "boundary_unit_missing"] == ["03"]
    with land.acting_as(None) as conn:
        assert {source.title_vi for source in shapes.sources(conn, "province", FROM)} == {"land", "three"}
        assert shapes.boundaries(conn, "province", FROM, None, 0).geojson.count(b"MultiPolygon") == 4


def test_a_code_given_twice_or_not_at_all_or_unknown_is_told_with_its_rows(land: Database, tmp_path: Path) -> None:
    four = squares()
    path = write(tmp_path / "codes.geojson", [*four, four[0]], {"code": ["01", "02", None, "09", "01"]})
    with unchanged(land), pytest.raises(RefusedError) as refused:
        load_boundaries(land, asked(path, code_column="code"))
    errors = {
        one.code: (one.row, one.params.get("value"), one.params.get("rows")) for one in refused.value.report.errors()
    }
    assert errors["boundary_code_twice"] == (5, "01", "1, 5")
    assert errors["boundary_code_empty"] == (3, None, None)
    assert errors["boundary_unit_unknown"] == (4, "09", None)
    assert {value for code, value in codes_found(refused.value) if code == "boundary_unit_missing"} == {"03", "04"}


def test_codes_that_a_number_column_stripped_of_their_zeros_are_restored(land: Database, tmp_path: Path) -> None:
    path = write(tmp_path / "numbers.geojson", squares(), {"area": [9, 9, 9, 9], "id": [1, 2, 3, 4]})
    assert load_boundaries(land, asked(path)).columns["code"] == "id"


def test_exchanged_codes_are_noticed_by_where_the_units_lie_and_by_their_names(land: Database, tmp_path: Path) -> None:
    names = list(NAMES.values())
    columns = {"code": ["02", "01", "03", "04"], "ten": names}
    path = write(tmp_path / "x.geojson", squares(), columns)
    with unchanged(land), pytest.raises(RefusedError) as refused:
        load_boundaries(land, asked(path))
    assert codes_found(refused.value) == [
        ("boundary_code_contradicts_name", "02"),
        ("boundary_code_contradicts_name", "01"),
    ]
    report = load_boundaries(land, asked(path, dry_run=True, accept_names=True))
    elsewhere = [one.params["value"] for one in report.findings if one.code == "boundary_elsewhere"]
    assert elsewhere == ["02", "01"]
    told = [(one.weight.value, one.params["given"]) for one in report.findings if one.code == "boundary_name_other"]
    assert told == [("warning", "Tỉnh Bắc"), ("warning", "Tỉnh Đông Hải")]
    # The names are right here: taken at their word, everything lies where it was.
    report = load_boundaries(land, asked(path, by_name=True))
    assert (report.matched_by, report.numbers["agreement"]) == ("name", 1.0)


def test_two_columns_that_could_both_be_the_codes_are_not_guessed_between(land: Database, tmp_path: Path) -> None:
    columns = {"a": list(NAMES), "b": list(reversed(NAMES))}
    path = write(tmp_path / "two.geojson", squares(), columns)
    with unchanged(land), pytest.raises(InputError, match="code_column_unclear") as refused:
        load_boundaries(land, asked(path))
    assert "a (01, 02, 03, …); b (04, 03, 02, …)" in str(refused.value.params["known"])
    assert load_boundaries(land, asked(path, code_column="A")).outcome == "replaced"


def test_projected_coordinates_end_up_in_the_same_place(land: Database, tmp_path: Path) -> None:
    there = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:3405", always_xy=True)
    plane = [
        shapely.transform(one, lambda xy: np.column_stack(there.transform(xy[:, 0], xy[:, 1]))) for one in squares()
    ]
    path = write(tmp_path / "vn2000.shp", plane, COLUMNS, crs="EPSG:3405")
    report = load_boundaries(land, asked(path))
    assert report.outcome == "replaced"
    assert report.numbers["agreement"] > 0.99
    (told,) = (one for one in report.findings if one.code == "boundary_projected")
    assert "VN-2000 to WGS 84" in str(told.params["transformation"])


def test_heights_are_left_out_and_told(land: Database, tmp_path: Path) -> None:
    path = write(tmp_path / "z.gpkg", list(shapely.force_3d(squares(), 5.0)), COLUMNS)
    report = load_boundaries(land, asked(path))
    assert [one.code for one in report.findings] == ["boundary_flattened"]
    with land.acting_as(None) as conn:
        assert conn.execute(text("SELECT max(ST_NDims(geom)) FROM admin_unit")).scalar_one() == 2


def test_a_ring_that_crosses_itself_is_mended_and_told_with_its_place(land: Database, tmp_path: Path) -> None:
    crossing = shapely.Polygon([(105, 11), (106, 12), (106, 11.5), (105, 12)])
    path = write(tmp_path / "bow.gpkg", [crossing, *squares("02", "03", "04")], COLUMNS)
    report = load_boundaries(land, asked(path))
    (told,) = (one for one in report.findings if one.code == "boundary_mended")
    assert (told.row, told.params["value"]) == (1, "01")
    assert "Self-intersection[105.6" in str(told.params["reason"])
    with land.acting_as(None) as conn:
        assert conn.execute(
            text("SELECT bool_and(ST_IsValid(geom)) FROM admin_unit WHERE geom IS NOT NULL")
        ).scalar_one()


def test_holes_gaps_and_overlaps_are_measured_and_located(land: Database, tmp_path: Path) -> None:
    ring = SQUARES["01"].difference(shapely.box(105.4, 11.4, 105.5, 11.5))
    notch = shapely.box(106.0, 11.2, 106.01, 11.3)
    wide = shapely.union(SQUARES["03"], shapely.box(106, 10.5, 106.02, 10.6))
    path = write(tmp_path / "fit.gpkg", [ring, SQUARES["02"].difference(notch), wide, SQUARES["04"]], COLUMNS)
    report = load_boundaries(land, asked(path))
    found = {one.code: one for one in report.findings}
    hole, gap, overlap = (found[f"boundary_{kind}"] for kind in ("hole", "gap", "overlap"))
    assert hole.params["units"] == "Tỉnh Bắc (01)"
    assert (hole.lon, hole.lat) == pytest.approx((105.45, 11.45))
    assert hole.params["area_m2"] == pytest.approx(0.1 * 109_200 * 0.1 * 110_600, rel=0.01)
    assert gap.params["units"] == "Tỉnh Bắc (01), Tỉnh Đông Hải (02)"
    assert overlap.params["units"] == "Thành phố Tây Đô (03), Tỉnh Nam Sơn (04)"
    assert overlap.params["percent"] == pytest.approx(0.2, rel=0.01)


def test_two_units_on_the_same_land_are_refused(land: Database, tmp_path: Path) -> None:
    path = write(tmp_path / "same.gpkg", [*squares("01", "02", "03"), SQUARES["03"]], COLUMNS)
    with unchanged(land), pytest.raises(RefusedError) as refused:
        load_boundaries(land, asked(path))
    assert [one.code for one in refused.value.report.errors()] == ["boundary_overlap"]


def test_smaller_units_need_pieces_as_small(land: Database, tmp_path: Path) -> None:
    halves = [shapely.box(105, 11, 105.4, 12), shapely.box(105.4, 11, 106, 12)]
    path = write(tmp_path / "communes.gpkg", halves, {"code": ["00001", "00002"], "name_vi": ["Xã A", "Xã B"]})
    with unchanged(land), pytest.raises(RefusedError) as refused:
        load_boundaries(land, asked(path, level="commune"))
    assert codes_found(refused.value) == [("boundary_finer_than_pieces", "00001")]


def test_an_earlier_vintage_is_laid_over_the_pieces_that_are_there(land: Database, tmp_path: Path) -> None:
    north, south = (
        shapely.box(105, 11, 107, 12),
        shapely.MultiPolygon([shapely.box(105, 10, 107, 11), shapely.box(107.5, 10.5, 107.51, 10.51)]),
    )
    columns = {
        "code": ["N", "S"],
        "name_vi": ["Tỉnh Miền Bắc", "Tỉnh Miền Nam"],
        "name_en": ["North", "South"],
        "kind": ["tinh"] * 2,
    }
    path = write(tmp_path / "1990.gpkg", [north, south], columns)
    with pytest.raises(Conflict) as refused:
        load_boundaries(land, asked(path, valid_from=date(1990, 1, 1)))
    assert refused.value.params["day"] == FROM
    report = load_boundaries(land, asked(path, valid_from=date(1990, 1, 1), valid_to=FROM))
    assert (report.outcome, report.numbers["pieces"], report.numbers["new_pieces"]) == ("created", 4, 0)
    with land.acting_as(None) as conn:
        held = conn.execute(
            text("""SELECT u.code, array_agg(p.code ORDER BY p.code) FROM admin_unit u
                    JOIN unit_piece up ON up.unit_id = u.id JOIN piece p ON p.id = up.piece_id
                    WHERE u.valid @> date '1995-01-01' AND u.level = 'province' AND p.uncertain_unit_id IS NULL
                    GROUP BY u.code ORDER BY 1""")
        ).all()
        assert held == [
            ("N", ["province:01@2020-01-01", "province:02@2020-01-01"]),
            ("S", ["province:03@2020-01-01", "province:04@2020-01-01"]),
        ]
        assert unit_by_code(conn, "province", "N", date(1995, 1, 1)).name_en == "North"


def test_new_units_find_their_parents_by_code(land: Database, tmp_path: Path) -> None:
    with land.owner() as conn:
        conn.execute(text("DELETE FROM unit_piece; DELETE FROM piece"))
    columns = {"code": list(NAMES), "name_vi": [f"Xã {code}" for code in NAMES], "thuoc": list(NAMES)}
    path = write(tmp_path / "communes.gpkg", squares(), columns)
    with unchanged(land), pytest.raises(InputError) as refused:
        load_boundaries(land, asked(path, level="commune", parent_column="name_vi"))
    assert refused.value.code == "boundary_parents_unknown"
    load_boundaries(land, asked(path, level="commune", parent_column="thuoc"))
    with land.acting_as(None) as conn:
        commune = unit_by_code(conn, "commune", "03", FROM)
        assert [unit.name_vi for unit in ancestors(conn, commune, FROM)] == ["Việt Nam", "Thành phố Tây Đô"]
        # Its own piece is a part of everything above it.
        held = conn.execute(
            text("""SELECT count(*) FROM unit_piece up JOIN piece p ON p.id = up.piece_id
                    WHERE up.unit_id = :id AND p.uncertain_unit_id IS NULL"""),
            {"id": commune.parent_id},
        ).scalar_one()
        assert held == 1
