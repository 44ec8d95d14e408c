"""Files without codes: features matched to units by their names, one to one, never silently."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import shapely
from sqlalchemy import text

from gisdb.engine import Database
from gisdb.errors import InputError
from gisdb.geography.units import unit_by_code
from loaders.boundaries import RefusedError, Report, load_boundaries
from tests.loaders.boundaries.conftest import FROM, NAMES, asked, squares, unchanged, write


def named(folder: Path, *names: str | None) -> Path:
    return write(folder / "names.gpkg", squares()[: len(names)], {"ten": list(names)})


def refused(database: Database, path: Path, **more: object) -> Report:
    with unchanged(database), pytest.raises(RefusedError) as problem:
        load_boundaries(database, asked(path, **more))
    return problem.value.report


def told(report: Report) -> list[tuple[str, int | None]]:
    return [(one.code, one.row) for one in report.errors()]


def test_names_alone_say_which_unit_is_which(land: Database, tmp_path: Path) -> None:
    turned = [*squares("04", "03", "02", "01")]
    path = write(tmp_path / "names.gpkg", turned, {"ten": ["Nam Sơn", "TP. Tây Đô", "Dong Hai", "Tỉnh Bắc"]})
    report = load_boundaries(land, asked(path))
    assert (report.outcome, report.matched_by, report.columns) == ("replaced", "name", {"name": "ten"})
    assert [(one.row, one.code, one.how) for one in report.matches] == [
        (1, "04", "prefix"),
        (2, "03", "prefix"),
        (3, "02", "spelling"),
        (4, "01", "exact"),
    ]
    assert [one.code for one in report.findings] == ["boundary_matched_by_name", "boundary_name_spelling"]
    # Every unit got the shape that was its own.
    assert report.numbers["agreement"] == 1.0


def test_a_name_that_is_only_near_waits_until_somebody_confirms_it(land: Database, tmp_path: Path) -> None:
    path = named(tmp_path, "Bắc", "Đông Hải", "Tây Đô", "Nam Sơnn")
    report = refused(land, path)
    assert told(report) == [("boundary_name_unconfirmed", 4)]
    (doubt,) = report.errors()
    assert (doubt.params["name"], doubt.params["value"]) == ("Tỉnh Nam Sơn", "04")
    report = load_boundaries(land, asked(path, accept_names=True))
    assert report.outcome == "replaced"
    match = report.matches[3]
    assert (match.how, match.code, match.score) == ("slip", "04", 93.3)
    assert report.count("boundary_name_slip") == 1


def test_two_features_of_one_name_are_told_with_both_rows(land: Database, tmp_path: Path) -> None:
    report = refused(land, named(tmp_path, "Bắc", "Đông Hải", "Tây Đô", "Tỉnh Bắc"))
    assert told(report) == [("boundary_unit_twice", 4), ("boundary_unit_missing", None)]
    assert report.errors()[0].params["rows"] == "1 (“Bắc”), 4 (“Tỉnh Bắc”)"
    assert report.errors()[1].params["value"] == "04"


def test_a_name_of_no_unit_is_told_with_the_nearest(land: Database, tmp_path: Path) -> None:
    report = refused(land, named(tmp_path, "Bắc", "Đông Hải", "Tây Đô", "Cao Nguyên"))
    assert told(report) == [("boundary_name_unknown", 4), ("boundary_unit_missing", None)]
    assert "Tỉnh Nam Sơn (04)" in str(report.errors()[0].params["candidates"])


def test_a_feature_without_a_name_and_a_missing_unit(land: Database, tmp_path: Path) -> None:
    report = refused(land, named(tmp_path, "Bắc", "Đông Hải", "Tây Đô", None))
    assert told(report) == [("boundary_name_blank", 4), ("boundary_unit_missing", None)]


def test_running_numbers_are_not_taken_for_codes(land: Database, tmp_path: Path) -> None:
    columns: dict[str, Sequence[object]] = {"gid": [2, 3, 4, 1], "ten": list(NAMES.values())}
    report = load_boundaries(land, asked(write(tmp_path / "gid.gpkg", squares(), columns)))
    assert (report.matched_by, report.numbers["agreement"]) == ("name", 1.0)
    with unchanged(land), pytest.raises(InputError, match="code_column_unclear"):
        load_boundaries(land, asked(write(tmp_path / "none.gpkg", squares(), {"ghi_chu": ["a", "b", "c", "d"]})))


@pytest.fixture
def communes(land: Database) -> Database:
    """Each province with a commune Tân Lập in its west and one of its own in its east."""
    with land.owner() as conn:
        for place, code in enumerate(NAMES):
            parent = unit_by_code(conn, "province", code, FROM).id
            west = shapely.bounds(squares(code)[0])[0]
            for half, name in enumerate(("Xã Tân Lập", f"Xã Hòa {'ABCD'[place]}")):
                south = shapely.bounds(squares(code)[0])[1]
                shape = shapely.MultiPolygon([shapely.box(west + half / 2, south, west + half / 2 + 0.5, south + 1)])
                conn.execute(
                    text("""WITH made AS (
                                INSERT INTO admin_unit (level, code, name_vi, name_en, kind, parent_id, valid, geom)
                                VALUES ('commune', :code, :name, '', 'xa', :parent, '[2020-01-01,)',
                                        ST_GeomFromText(:wkt, 4326)) RETURNING id)
                            INSERT INTO unit_piece SELECT made.id, up.piece_id FROM made, unit_piece up
                            JOIN piece p ON p.id = up.piece_id AND p.uncertain_unit_id IS NULL
                            WHERE up.unit_id = :parent"""),
                    {"code": f"{code}{half}", "name": name, "parent": parent, "wkt": shape.wkt},
                )
    return land


def halves() -> list[shapely.Geometry]:
    found = []
    for code in NAMES:
        west, south, *_ = shapely.bounds(squares(code)[0])
        found += [shapely.box(west + half / 2, south, west + half / 2 + 0.5, south + 1) for half in (0, 1)]
    return found


def test_communes_of_one_name_are_told_apart_by_what_they_lie_in(communes: Database, tmp_path: Path) -> None:
    names = [name for letter in "ABCD" for name in ("Tân Lập", f"Hoà {letter}")]
    within = [one for name in ("Bắc", "Dong Hai", "TP Tây Đô", "Nam Sơn") for one in (name, name)]
    path = write(tmp_path / "xa.gpkg", halves(), {"TEN_XA": names, "TEN_TINH": within})
    report = load_boundaries(communes, asked(path, level="commune"))
    assert (report.outcome, report.columns) == ("replaced", {"name": "TEN_XA", "province": "TEN_TINH"})
    assert [one.code for one in report.matches] == ["010", "011", "020", "021", "030", "031", "040", "041"]
    assert report.numbers["agreement"] == 1.0
    # Without that column nobody can say which is which.
    path = write(tmp_path / "alone.gpkg", halves(), {"TEN_XA": names})
    found = told(refused(communes, path, level="commune"))
    assert [row for code, row in found if code == "boundary_name_ambiguous"] == [1, 3, 5, 7]
    # The column may hold codes, if one says so.
    codes = [code for code in NAMES for _ in (0, 1)]
    path = write(tmp_path / "coded.gpkg", halves(), {"TEN_XA": names, "MA": codes})
    report = load_boundaries(communes, asked(path, level="commune", parent_column="MA", dry_run=True))
    assert report.columns == {"name": "TEN_XA", "province": "MA"}


def test_an_unknown_unit_above_is_told_once(communes: Database, tmp_path: Path) -> None:
    names = [name for letter in "ABCD" for name in ("Tân Lập", f"Hoà {letter}")]
    within = [one for name in ("Bắc", "Đông Hải", "Tây Đô", "Ở Đâu") for one in (name, name)]
    path = write(tmp_path / "xa.gpkg", halves(), {"TEN_XA": names, "TEN_TINH": within})
    found = told(refused(communes, path, level="commune", parent_column="TEN_TINH"))
    assert found[0] == ("boundary_parent_name_unknown", 7)
    assert [code for code, _ in found[1:]] == ["boundary_unit_missing"] * 2
